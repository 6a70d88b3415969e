"""How fast enact's engine and Hugging Face transformers answer the same requests with the
same weights, side by side on the same cores: greedy, without a grammar.

    cargo build --example greedy
    python -m tabletop.speed --greedy ../../../target/debug/examples/greedy --model .. --data HELD_OUT
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import Gemma3ForConditionalGeneration

from . import chat
from .data import Frames
from .vision import VisionConfig

LONGEST = 120


class Reference:
    """The exported folder, run by transformers with its cache."""

    def __init__(self, folder: Path, tokenizer: Tokenizer):
        self.model = Gemma3ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
        self.model.eval()
        self.tokenizer = tokenizer
        self.end = tokenizer.token_to_id("<eos>")
        self.soft = tokenizer.token_to_id("<image_soft_token>")

    @torch.no_grad()
    def answer(self, prompt: list[int], picture: torch.Tensor | None) -> tuple[str, int, float]:
        """Text, number of tokens, seconds."""
        start = time.perf_counter()
        ids = torch.tensor([prompt])
        more = {}
        if picture is not None:
            more["pixel_values"] = picture.permute(2, 0, 1)[None].float() / 127.5 - 1
            more["token_type_ids"] = (ids == self.soft).long()
        written = self.model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=LONGEST,
            do_sample=False,
            eos_token_id=self.end,
            pad_token_id=0,
            **more,
        )[0, len(prompt) :].tolist()
        seconds = time.perf_counter() - start
        text = self.tokenizer.decode([t for t in written if t != self.end])
        return text, len(written), seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--greedy", type=Path, required=True, help="the example, built")
    parser.add_argument("--model", type=Path, required=True, help="the exported folder")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=50, help="pictures, and as many plans")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    command = [arguments.greedy, arguments.model, arguments.data, str(arguments.each)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ours = [json.loads(line) for line in lines.splitlines()]
    reference = Reference(arguments.model, tokenizer)
    frames = Frames([arguments.data], tokenizer, VisionConfig())
    with open(arguments.data / "plans.jsonl", encoding="utf-8") as plans:
        prompts = [json.loads(line)["prompt"] for line, _ in zip(plans, range(arguments.each))]
    cases = [(frames.request, torch.from_numpy(frames.pictures[i].copy())) for i in range(arguments.each)]
    cases += [(chat.text_request(tokenizer, prompt), None) for prompt in prompts]
    reference.answer(*cases[0])
    theirs = [reference.answer(*case) for case in cases]
    for kind in ("list", "plan"):
        pairs = [(o, t) for o, t in zip(ours, theirs, strict=True) if o["kind"] == kind]
        own = statistics.median(o["seconds"] for o, _ in pairs)
        other = statistics.median(t[2] for _, t in pairs)
        equal = sum(o["text"] == t[0] for o, t in pairs)
        print(
            f"{kind}: {1000 * own:.0f} ms here, {1000 * other:.0f} ms in transformers, "
            f"{other / own:.1f} times as fast; {equal} of {len(pairs)} answers are equal"
        )


if __name__ == "__main__":
    main()
