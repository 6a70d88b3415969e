"""The weights before and after a training, blended, as a checkpoint.

    python -m tabletop.blend --before .. --after RUN/checkpoint.pt --share 0.7 --out BLENDED/checkpoint.pt

On the way from weights that are good at one kind of picture to weights that have learned another, most of the new is there before
much of the old is gone: Wortsman et al., Robust fine-tuning of zero-shot models (arXiv 2109.01903). The checkpoint can be evaluated
and exported; it has no heads, so that no training begins from it.
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

Weights = dict[str, torch.Tensor]


def blended(before: Weights, after: Weights, share: float) -> Weights:
    """Each weight at `share` of the way from `before` (0) to `after` (1)."""
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, unlike {share}")
    for name in before.keys() ^ after.keys():
        raise ValueError(f"only one of the two has the weight {name}")
    for name, weight in before.items():
        if weight.shape != after[name].shape:
            raise ValueError(f"{name} has another shape before than after")
    return {name: torch.lerp(weight, after[name], share) for name, weight in before.items()}


def weights_of(folder: Path) -> Weights:
    """The weights of a model folder."""
    weights: Weights = {}
    for file in sorted(folder.glob("*.safetensors")):
        weights.update(load_file(file))
    if not weights:
        raise FileNotFoundError(f"{folder} has no .safetensors file")
    return weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="model folder")
    parser.add_argument("--after", type=Path, required=True, help="checkpoint of the training")
    parser.add_argument("--share", type=float, required=True, help="of the training, 0 to 1")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint to write")
    arguments = parser.parse_args()
    state = torch.load(arguments.after, map_location="cpu")
    weights = blended(weights_of(arguments.before), state["model"], arguments.share)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    state = {"model": weights, "vision": state["vision"], "language": state["language"]}
    torch.save(state, arguments.out)


if __name__ == "__main__":
    main()
