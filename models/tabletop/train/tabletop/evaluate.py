"""Free-running scores on held-out data: the model writes lists and plans by itself.

    python -m tabletop.evaluate --data HELD_OUT \\
        --checkpoint RUN/checkpoint.pt --tokenizer RUN/tokenizer.json
"""

import argparse
import json
import math
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from . import chat
from .data import Frames, read_shown
from .model import VisionLanguageModel, generate
from .targets import SeenObject
from .train import load

WIDTH = 320
"""Distances are reported in pixels of a picture this wide."""
NEAR = 7.0
"""A point this close to an object's true point means it, such pixels; so does one on the object."""
LONGEST_LIST = 100
LONGEST_PLAN = 120


@dataclass
class Perception:
    """Counts over pictures."""

    pictures: int = 0
    valid: int = 0
    objects: int = 0
    listed: int = 0
    found: int = 0
    labelled: int = 0
    colored: int = 0
    near: int = 0
    on_another: int = 0
    all_right: dict[int, list[bool]] = field(default_factory=lambda: defaultdict(list))
    errors: list[float] = field(default_factory=list)
    confusions: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, answer: str, truth: list[SeenObject], shown: np.ndarray) -> None:
        """Scores one answer; `shown` has the number, from 1, of the object at each pixel."""
        listed = parse_list(answer, WIDTH)
        self.pictures += 1
        self.valid += listed is not None
        listed = listed or []
        under = [object_at(shown, entry) for entry in listed]
        pairs = match(listed, truth, under)
        right = sum(listed[i][0] == truth[j].label for i, j, _ in pairs)
        self.objects += len(truth)
        self.listed += len(listed)
        self.found += len(pairs)
        self.labelled += right
        color = [(listed[i][0].split(" ")[0], truth[j].label.split(" ")[0]) for i, j, _ in pairs]
        self.colored += sum(named == true for named, true in color)
        self.errors += [distance for _, _, distance in pairs]
        self.near += sum(distance <= NEAR for _, _, distance in pairs)
        self.on_another += on_another(listed, truth, under, pairs)
        self.all_right[len(truth)].append(right == len(truth) == len(listed))
        for i, j, _ in pairs:
            if listed[i][0] != truth[j].label:
                self.confusions[f"{truth[j].label} as {listed[i][0]}"] += 1

    def report(self) -> dict:
        """The figures of a model card."""
        every = [right for group in self.all_right.values() for right in group]
        errors = self.errors or [math.nan]
        return {
            "pictures": self.pictures,
            "valid": _share(self.valid, self.pictures),
            "recall": _share(self.found, self.objects),
            "precision": _share(self.found, self.listed),
            "near_its_point": _share(self.near, self.found),
            "on_another_object": _share(self.on_another, self.listed),
            "color_right": _share(self.colored, self.found),
            "label_right": _share(self.labelled, self.found),
            "median_error_px": round(float(np.median(errors)), 2),
            "p90_error_px": round(float(np.percentile(errors, 90)), 2),
            "all_right": _share(sum(every), len(every)),
            "all_right_by_objects": {
                count: f"{_share(sum(group), len(group))} of {len(group)}"
                for count, group in sorted(self.all_right.items())
            },
            "confusions": dict(sorted(self.confusions.items(), key=lambda each: -each[1])[:12]),
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else math.nan


def parse_list(answer: str, width: int) -> list[tuple[str, float, float]] | None:
    """Label, column and row of each entry, pixels; None if it is not such a list."""
    try:
        entries = json.loads(answer)
        scale = width / 1000
        return [(e["label"], e["point"][1] * scale, e["point"][0] * scale) for e in entries]
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def object_at(shown: np.ndarray, entry: tuple[str, float, float]) -> int | None:
    """Which object a point is on."""
    height, width = shown.shape
    column = min(int(entry[1] / WIDTH * width), width - 1)
    row = min(int(entry[2] / WIDTH * height), height - 1)
    number = int(shown[row, column])
    return number - 1 if number else None


def match(
    listed: list[tuple[str, float, float]], truth: list[SeenObject], under: list[int | None]
) -> list[tuple[int, int, float]]:
    """Pairs of an entry and an object that it may mean, with their distance, closest first,
    each used once. Equal labels go first, as for an object in a bowl; `under` says which
    object each entry is on."""
    candidates = []
    for i, (label, column, row) in enumerate(listed):
        for j, seen in enumerate(truth):
            true_row, true_column = (each / 1000 * WIDTH for each in seen.point)
            distance = math.dist((column, row), (true_column, true_row))
            if distance <= NEAR or under[i] == j:
                candidates.append((label != seen.label, distance, i, j))
    pairs, used_entries, used_objects = [], set(), set()
    for _, distance, i, j in sorted(candidates):
        if i not in used_entries and j not in used_objects:
            used_entries.add(i)
            used_objects.add(j)
            pairs.append((i, j, distance))
    return pairs


def on_another(
    listed: list[tuple[str, float, float]],
    truth: list[SeenObject],
    under: list[int | None],
    pairs: list[tuple[int, int, float]],
) -> int:
    """How many entries name one object of the picture and point at another."""
    right = {i for i, j, _ in pairs if listed[i][0] == truth[j].label}
    labels = {seen.label for seen in truth}
    return sum(
        i not in right and label in labels and at is not None and truth[at].label != label
        for i, ((label, *_), at) in enumerate(zip(listed, under, strict=True))
    )


def score_pictures(
    model: VisionLanguageModel,
    tokenizer: Tokenizer,
    frames: Frames,
    shown: np.ndarray,
    most: int,
    batch: int = 50,
) -> Perception:
    """Lists of the first `most` pictures; `shown` is what `read_shown` reads."""
    score = Perception()
    end = tokenizer.token_to_id("<eos>")
    indices = range(min(most, len(frames)))
    for first in range(0, len(indices), batch):
        chosen = indices[first : first + batch]
        pictures = torch.from_numpy(np.stack([frames.as_taken(index) for index in chosen]))
        prompts = torch.tensor([frames.request] * len(chosen))
        start = frames.picture_start
        answers = generate(model, prompts, end, LONGEST_LIST, pictures, start)
        for index, answer in zip(chosen, answers, strict=True):
            text = tokenizer.decode(answer, skip_special_tokens=False)
            score.add(text, frames.objects[index], shown[index])
    return score


def score_plans(
    model: VisionLanguageModel, tokenizer: Tokenizer, path: Path, most: int
) -> tuple[dict[str, str], list[dict]]:
    """Share of plans that are exactly as wanted, by kind, and the wrong ones."""
    with open(path, encoding="utf-8") as lines:
        plans = [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]
    by_length = defaultdict(list)
    for plan in plans:
        prompt = chat.text_request(tokenizer, plan["prompt"])
        by_length[len(prompt)].append((prompt, plan))
    right, wrong = defaultdict(list), []
    end = tokenizer.token_to_id("<eos>")
    for group in by_length.values():
        prompts = torch.tensor([prompt for prompt, _ in group])
        answers = generate(model, prompts, end, LONGEST_PLAN)
        for (_, plan), answer in zip(group, answers, strict=True):
            text = tokenizer.decode(answer, skip_special_tokens=False)
            right[plan["kind"]].append(text == plan["completion"])
            if text != plan["completion"]:
                wrong.append({**plan, "answer": text})
    kinds = {k: f"{_share(sum(v), len(v))} of {len(v)}" for k, v in sorted(right.items())}
    every = [each for group in right.values() for each in group]
    return {"every kind": f"{_share(sum(every), len(every))} of {len(every)}", **kinds}, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--plans", type=int, default=1000)
    parser.add_argument("--wrong", type=Path, help="file for the plans that were wrong")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
    model = load(arguments.checkpoint)
    frames = Frames([arguments.data], tokenizer, model.config.vision)
    perception = score_pictures(
        model, tokenizer, frames, read_shown(arguments.data), arguments.pictures
    )
    print(json.dumps({"perception": perception.report()}, indent=1), flush=True)
    path = arguments.data / "plans.jsonl"
    plans, wrong = score_plans(model, tokenizer, path, arguments.plans)
    print(json.dumps({"plans": plans}, indent=1))
    if arguments.wrong:
        arguments.wrong.write_text("\n".join(map(json.dumps, wrong)), encoding="utf-8")


if __name__ == "__main__":
    main()
