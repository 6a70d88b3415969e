"""Muon for the matrices of the layers, AdamW for everything else."""

from collections import defaultdict

import torch
from torch import Tensor, nn

# A quintic whose repeated use drives singular values towards one.
# https://kellerjordan.github.io/posts/muon/
QUINTIC = (3.4445, -4.7750, 2.0315)


class Muon:
    """Momentum whose steps are made orthogonal. Matrices of one shape go together."""

    def __init__(self, matrices: list[nn.Parameter], momentum: float = 0.95, decay: float = 0.01):
        self.momentum, self.decay = momentum, decay
        self.groups: dict[tuple[int, ...], list[nn.Parameter]] = defaultdict(list)
        for matrix in matrices:
            self.groups[tuple(matrix.shape)].append(matrix)
        self.averages = {s: torch.zeros(len(g), *s) for s, g in self.groups.items()}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step; matrices without a gradient stay."""
        for shape, group in self.groups.items():
            if any(matrix.grad is None for matrix in group):
                continue
            gradient = torch.stack([matrix.grad for matrix in group])
            average = self.averages[shape].lerp_(gradient, 1 - self.momentum)
            update = orthogonal(gradient.lerp(average, self.momentum))
            scale = rate * max(1, shape[0] / shape[1]) ** 0.5
            for matrix, change in zip(group, update, strict=True):
                matrix.mul_(1 - rate * self.decay).add_(change, alpha=-scale)


def orthogonal(matrices: Tensor, steps: int = 5) -> Tensor:
    """About the nearest matrices with equal singular values (Newton–Schulz)."""
    a, b, c = QUINTIC
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        squared = x @ x.mT
        x = a * x + (b * squared + c * (squared @ squared)) @ x
    return x.mT if tall else x


class Optimizer:
    """Both, with one schedule."""

    MUON_RATE = 0.02
    ADAM_RATE = 1.5e-3

    def __init__(self, model: nn.Module, heads: nn.Module):
        learned = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        matrices = [p for name, p in learned if _is_layer_matrix(name, p)]
        self.rest = [p for name, p in learned if not _is_layer_matrix(name, p)]
        self.rest += heads.parameters()
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(
            self.rest, lr=self.ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True
        )

    def zero(self) -> None:
        """Forgets the gradients."""
        for group in self.muon.groups.values():
            for matrix in group:
                matrix.grad = None
        self.adam.zero_grad(set_to_none=True)

    def step(self, rate: float) -> None:
        """One step at `rate` times the full learning rates."""
        torch.nn.utils.clip_grad_norm_(self.rest, 1.0)
        for group in self.adam.param_groups:
            group["lr"] = self.ADAM_RATE * rate
        self.adam.step()
        self.muon.step(self.MUON_RATE * rate)

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {"muon": self.muon.averages, "adam": self.adam.state_dict()}

    def restore(self, state: dict) -> None:
        """Takes up what a checkpoint kept."""
        self.muon.averages = state["muon"]
        self.adam.load_state_dict(state["adam"])


def _is_layer_matrix(name: str, parameter: nn.Parameter) -> bool:
    return parameter.dim() == 2 and "embed" not in name


def learning_rate(step: int, elapsed: float, decay: float = 0.35, warm_up: int = 60) -> float:
    """Up over the first steps, level, then down in a line over the last part of the
    time; `elapsed` runs from 0 to 1."""
    remaining = max(0.02, (1 - elapsed) / decay)
    return min(1.0, (step + 1) / warm_up, remaining)


def number_spread(elapsed: float) -> float:
    """Width of the target around a coordinate: wide at first, then as sharp as a pixel."""
    return max(3.0, 12.0 * (1 - elapsed / 0.4))
