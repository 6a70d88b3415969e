"""Whether Hugging Face transformers, given the exported folder, writes the same as the
model that was trained. Exits with 1 if any answer differs.

    python -m tabletop.parity --model .. --checkpoint RUN/checkpoint.pt --data HELD_OUT
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import Gemma3ForConditionalGeneration

from . import chat
from .data import Frames
from .evaluate import LONGEST_LIST, LONGEST_PLAN
from .model import generate
from .train import load


class Reference:
    """The exported folder, run by transformers without a cache."""

    def __init__(self, folder: Path, tokenizer: Tokenizer):
        self.model, found = Gemma3ForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, output_loading_info=True, attn_implementation="eager"
        )
        problems = {key: found[key] for key in ("missing_keys", "unexpected_keys") if found[key]}
        if problems:
            raise ValueError(f"the folder does not fit the architecture: {problems}")
        self.model.eval()
        self.end = tokenizer.token_to_id("<eos>")
        self.soft = tokenizer.token_to_id("<image_soft_token>")

    @torch.no_grad()
    def answer(self, prompt: list[int], limit: int, picture: torch.Tensor | None) -> list[int]:
        """Greedy tokens without the end."""
        pixels = None if picture is None else picture.permute(2, 0, 1)[None].float() / 127.5 - 1
        ids = torch.tensor([prompt])
        for _ in range(limit):
            image = (ids == self.soft).long()
            scores = self.model(
                input_ids=ids, pixel_values=pixels, token_type_ids=image, use_cache=False
            ).logits[0, -1]
            token = int(scores.argmax())
            if token == self.end:
                break
            ids = torch.cat([ids, torch.tensor([[token]])], 1)
        return ids[0, len(prompt) :].tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="the exported folder")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--each", type=int, default=20, help="pictures, and as many plans")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    own, reference = load(arguments.checkpoint), Reference(arguments.model, tokenizer)
    frames = Frames([arguments.data], tokenizer, own.config.vision)
    with open(arguments.data / "plans.jsonl", encoding="utf-8") as lines:
        plans = [json.loads(line) for line, _ in zip(lines, range(arguments.each), strict=False)]
    cases = [
        (frames.request, LONGEST_LIST, torch.from_numpy(frames.pictures[index].copy()))
        for index in range(arguments.each)
    ]
    cases += [(chat.text_request(tokenizer, plan["prompt"]), LONGEST_PLAN, None) for plan in plans]
    equal = 0
    for prompt, limit, picture in cases:
        pictures = None if picture is None else picture[None]
        ids = torch.tensor([prompt])
        ours = generate(own, ids, reference.end, limit, pictures, frames.picture_start)[0]
        theirs = reference.answer(prompt, limit, picture)
        equal += ours == theirs
        if ours != theirs:
            print("ours  ", tokenizer.decode(ours, skip_special_tokens=False))
            print("theirs", tokenizer.decode(theirs, skip_special_tokens=False))
    print(f"{equal} of {len(cases)} answers are equal")
    sys.exit(equal != len(cases))


if __name__ == "__main__":
    main()
