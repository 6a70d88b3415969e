"""The auxiliary heads, which exist during training only, and every loss."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .data import TextBatch
from .model import VisionLanguageModel
from .targets import NOTHING, Labels, PictureTargets


class AuxiliaryHeads(nn.Module):
    """Ask patches and image tokens directly what they show, so that the encoder
    learns to see before the decoder learns to write."""

    def __init__(self, vision: int, language: int, labels: Labels):
        super().__init__()
        self.split = [1, len(labels.colors), len(labels.shapes)]
        classes = sum(self.split)
        self.patch_class = nn.Linear(vision, classes)
        self.patch_offset = nn.Linear(vision, 2)
        self.cell_class = nn.Linear(language, classes)
        self.cell_point = nn.Linear(language, 2 * language)

    def losses(
        self, patches: Tensor, cells: Tensor, targets: PictureTargets, numbers: "Numbers"
    ) -> dict[str, Tensor]:
        """One loss for patches, one for image tokens, one for the points of objects."""
        return {
            "patch": self._patch_loss(patches, targets),
            "cell": self._cell_loss(cells, targets),
            "point": self._point_loss(cells, targets, numbers),
        }

    def _patch_loss(self, patches: Tensor, targets: PictureTargets) -> Tensor:
        covered = targets.patch_class[..., 0] != NOTHING
        scores = self.patch_class(patches).float()
        offsets = self.patch_offset(patches).float()[covered]
        loss = self._class_loss(scores, targets.patch_class, covered)
        return loss + 2 * _mean(
            F.smooth_l1_loss(offsets, targets.patch_offset[covered], beta=0.1, reduction="none")
        )

    def _cell_loss(self, cells: Tensor, targets: PictureTargets) -> Tensor:
        holds = targets.cell_class[..., 0] != NOTHING
        # Few cells hold an object, so that one weighs more.
        return self._class_loss(self.cell_class(cells).float(), targets.cell_class, holds, 3.0)

    def _class_loss(
        self, scores: Tensor, classes: Tensor, occupied: Tensor, weight: float = 1.0
    ) -> Tensor:
        there, color, shape = scores.split(self.split, -1)
        loss = weight * F.binary_cross_entropy_with_logits(there[..., 0], occupied.float())
        for guess, truth in ((color, classes[..., 0]), (shape, classes[..., 1])):
            each = F.cross_entropy(guess[occupied], truth[occupied], reduction="none")
            loss = loss + 0.5 * _mean(each)
        return loss

    def _point_loss(self, cells: Tensor, targets: PictureTargets, numbers: "Numbers") -> Tensor:
        holds = targets.cell_class[..., 0] != NOTHING
        queries = self.cell_point(cells[holds]).unflatten(-1, (2, -1))
        return 0.5 * 2 * _mean(numbers.loss_of(queries, targets.cell_point[holds]))


def _mean(values: Tensor) -> Tensor:
    """Zero, not NaN, where a batch has no object."""
    return values.sum() / max(1, values.numel())


class Numbers:
    """The tokens of 0..1000, and how wrong a number is."""

    def __init__(self, model: VisionLanguageModel, ids: Tensor):
        self.language = model.language_model
        self.ids = ids
        self.values = torch.arange(len(ids), dtype=torch.float32)
        self.of_token = torch.full((model.config.language.vocabulary,), NOTHING)
        self.of_token[ids] = torch.arange(len(ids))
        self.spread = 3.0
        """Standard deviation of the target around the true number."""

    def loss_of(self, states: Tensor, truth: Tensor) -> Tensor:
        """Cross-entropy of numbers read from `states` by the tied embeddings."""
        weight = self.language.model.embed_tokens.weight[self.ids]
        return self.blurred(F.linear(states, weight).float().log_softmax(-1), truth)

    def blurred(self, log_probabilities: Tensor, truth: Tensor) -> Tensor:
        """Cross-entropy against a Gaussian around the truth: near misses cost little."""
        distance = (self.values - truth[..., None]) / self.spread
        target = (-0.5 * distance.square()).softmax(-1)
        return -(target * log_probabilities).sum(-1)


def text_losses(
    model: VisionLanguageModel, states: Tensor, batch: TextBatch, numbers: Numbers
) -> tuple[Tensor, Tensor]:
    """Words: summed over a sequence, averaged over sequences. Numbers: averaged."""
    learned = batch.following >= 0
    scores = model.language_model.logits(states[learned]).float().log_softmax(-1)
    truth = batch.following[learned]
    number = numbers.of_token[truth]
    is_number = number != NOTHING
    words = -scores[~is_number].gather(1, truth[~is_number, None]).sum() / len(batch.ids)
    exact = scores[is_number][:, numbers.ids]
    return words, _mean(numbers.blurred(exact, number[is_number].float()))
