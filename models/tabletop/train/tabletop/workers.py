"""Processes that train the same model on different batches, started by `torchrun`.
Started by itself, a process is the only worker."""

import os

import torch
import torch.distributed as dist
from torch import nn


def join() -> None:
    """Meets the other workers, if there are any."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        dist.init_process_group("gloo")


def rank() -> int:
    """Which worker this is, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def workers() -> int:
    """How many there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


@torch.no_grad()
def average_gradients(parameters: list[nn.Parameter], seconds: float) -> float:
    """Gives every worker the mean gradient; returns the mean of `seconds`, so that all
    keep to one schedule."""
    if not dist.is_initialized():
        return seconds
    gradients = [p.grad for p in parameters if p.grad is not None]
    together = torch.cat([g.flatten() for g in gradients] + [torch.tensor([seconds])])
    dist.all_reduce(together)
    together /= workers()
    pieces = together[:-1].split([g.numel() for g in gradients])
    for gradient, piece in zip(gradients, pieces, strict=True):
        gradient.copy_(piece.view_as(gradient))
    return float(together[-1])
