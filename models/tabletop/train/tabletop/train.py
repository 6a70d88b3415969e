"""Trains within a time budget and writes a checkpoint every few minutes.

    torchrun --nproc-per-node 2 -m tabletop.train \\
        --data DATASET --tokenizer tokenizer.json --out RUN --minutes 57

One worker of one thread per core: threads that wait for each other in every
operation lose most of their time as soon as anything else runs beside them.
"""

import argparse
import random
import time
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

from .data import Frames, Plans, finished
from .language import LanguageConfig
from .losses import AuxiliaryHeads, Numbers, text_losses
from .model import ModelConfig, VisionLanguageModel
from .optimize import Optimizer, learning_rate, number_spread
from .tokenizer import COORDINATES
from .vision import VisionConfig
from .workers import average_gradients, join, rank

SECONDS_BETWEEN_CHECKPOINTS = 180
STEPS_BETWEEN_REPORTS = 50
STEPS_BETWEEN_LOOKS = 100
"""After so many it looks whether more pictures have been rendered."""
STEPS_OF_FRESH_HEADS = 80
"""So long they learn alone, lest they tear at eyes that already see."""
CROWDED = 5
"""Pictures of as many objects come twice a round: most mistakes are made there."""


class Trainer:
    """Everything that a step needs."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments = arguments
        self.random = random.Random(f"{arguments.seed} {rank()}")
        torch.manual_seed(arguments.seed)
        tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
        config = ModelConfig(LanguageConfig(tokenizer.get_vocab_size()))
        rendered = finished(arguments.growing) if arguments.growing else []
        backdrops = np.load(arguments.backdrops, mmap_mode="r") if arguments.backdrops else None
        self.frames = Frames([*arguments.data, *rendered], tokenizer, config.vision, backdrops)
        self.plans = Plans(arguments.data, tokenizer)
        print(
            f"{len(self.frames)} frames; plans by length "
            f"{ {edge: len(group) for edge, group in sorted(self.plans.groups.items())} }, "
            f"{self.plans.too_long} too long",
            flush=True,
        )
        self.model = VisionLanguageModel(config)
        numbers = [tokenizer.token_to_id(str(number)) for number in range(COORDINATES)]
        self.model.language_model.embed_numbers_as_waves(torch.tensor(numbers))
        self.model.language_model.requires_grad_(not arguments.only_seeing)
        self.numbers = Numbers(self.model, torch.tensor(numbers))
        sizes = config.vision.hidden, config.language.hidden
        self.heads = AuxiliaryHeads(*sizes, self.frames.labels)
        if arguments.initial:
            begin_from(arguments.initial, self.model, self.heads)
        self.optimizer = Optimizer(self.model, self.heads)
        learned = [p for p in self.model.parameters() if p.requires_grad]
        self.parameters = [*learned, *self.heads.parameters()]
        self.queues: dict[bool, list[int]] = {False: [], True: []}
        self.step_count = 0
        self.seconds = 0.0
        self.started = time.monotonic()
        self.see, self.read, self.read_with_picture = (
            torch.compile(method, dynamic=dynamic, disable=arguments.eager)
            for method, dynamic in (
                (self.model.see, False),
                (self.model.read, True),
                (self.model.read_with_picture, False),
            )
        )

    def next_frames(self) -> list[int]:
        """Wild ones in their share, the others from the simulator."""
        share = self.arguments.wild_share
        wild = [self.random.random() < share for _ in range(self.arguments.pictures)]
        return [self.next_frame(each) for each in wild]

    def next_frame(self, wild: bool) -> int:
        """A round of all frames of a look before another, crowded ones twice in each."""
        queue = self.queues[wild]
        if not queue:
            looks = enumerate(zip(self.frames.is_wild, self.frames.objects, strict=True))
            for index, (is_wild, objects) in looks:
                if is_wild == wild:
                    queue += [index] * (2 if len(objects) >= CROWDED else 1)
            self.random.shuffle(queue)
        return queue.pop()

    def look_for_more(self) -> None:
        """Takes up what was rendered in the meantime; it comes first."""
        known = len(self.frames)
        self.frames.add(finished(self.arguments.growing))
        fresh = list(range(known, len(self.frames)))
        self.random.shuffle(fresh)
        for index in fresh:
            self.queues[self.frames.is_wild[index]].append(index)

    def losses(self, with_text: bool) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The weighted sum to be minimised, and its parts."""
        is_early = self.step_count < STEPS_OF_FRESH_HEADS
        heads_alone = is_early and has_no_heads(self.arguments.initial)
        frames = self.next_frames()
        if heads_alone:
            # They are linear: a few pictures at a time are enough.
            frames = frames[: max(1, len(frames) // 4)]
        batch = self.frames.batch(frames, self.random)
        with torch.set_grad_enabled(not heads_alone):
            patches, image = self.see(batch.pictures)
        parts = self.heads.losses(patches, image, batch.targets, self.numbers)
        loss = sum(parts.values())
        if heads_alone or not with_text:
            return loss, parts
        start = self.frames.picture_start
        states = self.read_with_picture(batch.text.ids, image, start)
        parts["words"], parts["numbers"] = text_losses(self.model, states, batch.text, self.numbers)
        loss = 0.5 * loss + 0.3 * parts["words"] + 0.7 * parts["numbers"]
        if self.arguments.only_seeing:
            return loss, parts
        plans = self.plans.batch(self.random, self.arguments.plan_tokens)
        parts["plans"], _ = text_losses(self.model, self.read(plans.ids), plans, self.numbers)
        return loss + 0.25 * parts["plans"], parts

    def step(self) -> dict[str, float]:
        """One step of the optimizer."""
        elapsed = self.seconds / (60 * self.arguments.minutes)
        self.numbers.spread = number_spread(1.0 if self.arguments.initial else elapsed)
        with torch.autocast("cpu", torch.bfloat16, enabled=not self.arguments.float32):
            with_text = self.seconds >= 60 * self.arguments.vision_minutes
            loss, parts = self.losses(with_text)
        self.optimizer.zero()
        loss.backward()
        self.seconds = average_gradients(self.parameters, time.monotonic() - self.started)
        rate = learning_rate(self.step_count, elapsed, self.arguments.decay)
        self.optimizer.step(self.arguments.rate * rate)
        self.step_count += 1
        return {name: float(part.detach()) for name, part in parts.items()}

    def save(self) -> None:
        """Writes the checkpoint, never half of one."""
        if rank() != 0:
            return
        path = self.arguments.out / "checkpoint.pt"
        config = self.model.config
        state = {
            "model": self.model.state_dict(),
            "heads": self.heads.state_dict(),
            "optimizer": self.optimizer.state(),
            "vision": asdict(config.vision),
            "language": asdict(config.language),
            "step": self.step_count,
            "seconds": self.seconds,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def resume(self) -> None:
        """Goes on from the checkpoint."""
        state = torch.load(self.arguments.out / "checkpoint.pt")
        self.model.load_state_dict(state["model"])
        self.heads.load_state_dict(state["heads"])
        self.optimizer.restore(state["optimizer"])
        self.step_count, self.seconds = state["step"], state["seconds"]
        self.random.seed(f"{self.arguments.seed} {rank()} {self.step_count}")

    def run(self) -> None:
        """Trains until the time is spent."""
        sums: dict[str, list[float]] = defaultdict(list)
        saved = self.seconds
        self.started = time.monotonic() - self.seconds
        while self.seconds < 60 * self.arguments.minutes:
            for name, value in self.step().items():
                sums[name].append(value)
            if self.arguments.growing and self.step_count % STEPS_BETWEEN_LOOKS == 0:
                self.look_for_more()
            if self.step_count % STEPS_BETWEEN_REPORTS == 0:
                self.report(sums)
                sums.clear()
            if self.seconds - saved > SECONDS_BETWEEN_CHECKPOINTS:
                self.save()
                saved = self.seconds
        self.save()

    def report(self, sums: dict[str, list[float]]) -> None:
        """One line about the last steps."""
        if rank() != 0:
            return
        means = " ".join(f"{name} {sum(v) / len(v):.3f}" for name, v in sums.items())
        done = f"{self.seconds / 60:6.1f} min, {self.step_count} steps, {len(self.frames)} frames"
        print(f"{done}: {means}", flush=True)


def has_no_heads(initial: Path | None) -> bool:
    """Whether it is an exported folder, which is without them."""
    return initial is not None and initial.is_dir()


def begin_from(initial: Path, model: VisionLanguageModel, heads: AuxiliaryHeads) -> None:
    """Takes the weights of a checkpoint, or of an exported folder. Tokens that it did not know
    yet start out as they are, scaled like those it knew."""
    if has_no_heads(initial):
        weights = {}
        for file in sorted(initial.glob("*.safetensors")):
            weights.update(load_file(file))
    else:
        state = torch.load(initial, map_location="cpu")
        weights = state["model"]
        heads.load_state_dict(state["heads"])
    embedding = model.language_model.model.embed_tokens.weight
    name = next(key for key, value in model.named_parameters() if value is embedding)
    known = weights[name]
    fresh = embedding.data[len(known) :]
    fresh *= known.std() / embedding.data[: len(known)].std()
    weights[name] = torch.cat([known, fresh])
    places = next(key for key in weights if key.endswith("position_embedding.weight"))
    weights[places] = stretched(weights[places], model.config.vision.grid)
    model.load_state_dict(weights)


def stretched(places: torch.Tensor, grid: int) -> torch.Tensor:
    """Position embeddings of a square of patches, for another number of them along a side."""
    side = round(len(places) ** 0.5)
    plane = places.T.reshape(1, -1, side, side)
    larger = F.interpolate(plane, size=(grid, grid), mode="bicubic", align_corners=False)
    return larger.reshape(-1, grid * grid).T.contiguous()


def load(checkpoint: Path) -> VisionLanguageModel:
    """The model of a checkpoint."""
    state = torch.load(checkpoint, map_location="cpu")
    config = ModelConfig(LanguageConfig(**state["language"]), VisionConfig(**state["vision"]))
    model = VisionLanguageModel(config)
    model.load_state_dict(state["model"])
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, nargs="+", help="one or several folders")
    parser.add_argument("--growing", type=Path, help="folder in which data sets are still written")
    parser.add_argument(
        "--wild-share", type=float, default=0.0, help="share of images of the look `wild`"
    )
    parser.add_argument(
        "--backdrops", type=Path, help="photographs, with which wild images are composed anew"
    )
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--initial", type=Path, help="model folder or checkpoint to begin from")
    parser.add_argument("--minutes", type=float, default=70, help="of training, from start to end")
    parser.add_argument("--vision-minutes", type=float, default=3, help="before text is learned")
    parser.add_argument(
        "--only-seeing", action="store_true", help="leave the decoder, and so all plans, as it is"
    )
    parser.add_argument("--pictures", type=int, default=16, help="a step and worker")
    parser.add_argument("--plan-tokens", type=int, default=1600, help="a step and worker")
    parser.add_argument("--threads", type=int, default=1, help="a worker")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--decay", type=float, default=0.35, help="share of time that they fall")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument(
        "--float32", action="store_true", help="not bfloat16, which is slow without AVX-512"
    )
    parser.add_argument("--eager", action="store_true", help="do not compile")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    join()
    arguments.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(arguments)
    if arguments.resume:
        trainer.resume()
    trainer.run()


if __name__ == "__main__":
    main()
