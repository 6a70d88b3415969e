"""The vision-language model: pictures become tokens of the decoder."""

from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .chat import IMAGE_TOKENS
from .language import LanguageConfig, LanguageModel, RmsNorm, causal_mask
from .vision import VisionConfig, VisionTower


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of both halves."""

    language: LanguageConfig
    vision: VisionConfig = field(default_factory=VisionConfig)


class _Projector(nn.Module):
    """Averages patches into image tokens and maps them to the decoder's width."""

    def __init__(self, vision: VisionConfig, hidden: int):
        super().__init__()
        self.grid = vision.grid
        self.pool = int((vision.grid**2 // IMAGE_TOKENS) ** 0.5)
        self.mm_soft_emb_norm = RmsNorm(vision.hidden)
        weight = 0.5 * vision.hidden**-0.5 * torch.randn(vision.hidden, hidden)
        self.mm_input_projection_weight = nn.Parameter(weight)

    def forward(self, patches: Tensor) -> Tensor:
        batch, _, hidden = patches.shape
        plane = patches.transpose(1, 2).reshape(batch, hidden, self.grid, self.grid)
        pooled = F.avg_pool2d(plane, self.pool).flatten(2).transpose(1, 2)
        return self.mm_soft_emb_norm(pooled) @ self.mm_input_projection_weight


class VisionLanguageModel(nn.Module):
    """Parameters are named as in a Gemma 3 checkpoint, so exporting renames nothing."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.vision_tower = VisionTower(config.vision)
        self.multi_modal_projector = _Projector(config.vision, config.language.hidden)
        self.language_model = LanguageModel(config.language)

    def see(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Patch features and image tokens of 8-bit pictures (batch, height, width, 3)."""
        pixels = pictures.permute(0, 3, 1, 2).float() / 127.5 - 1
        patches = self.vision_tower(pixels)
        return patches, self.multi_modal_projector(patches)

    def read(self, ids: Tensor) -> Tensor:
        """Hidden states of text alone."""
        return self.language_model(self.language_model.embed(ids))[0]

    def read_with_picture(self, ids: Tensor, image: Tensor, start: int) -> Tensor:
        """Hidden states of text whose tokens from `start` on are the `image`."""
        embedded = self.embed_with_picture(ids, image, start)
        return self.language_model(embedded, picture_mask(ids.shape[1], start))[0]

    def embed_with_picture(self, ids: Tensor, image: Tensor, start: int) -> Tensor:
        """Embeddings with the image in place of its soft tokens."""
        embedded = self.language_model.embed(ids)
        after = embedded[:, start + image.shape[1] :]
        return torch.cat([embedded[:, :start], image.to(embedded.dtype), after], 1)


def picture_mask(length: int, start: int) -> Tensor:
    """Causal, but image tokens also see the image tokens that follow them."""
    mask = causal_mask(length)
    mask[start : start + IMAGE_TOKENS, start : start + IMAGE_TOKENS] = True
    return mask


@torch.no_grad()
def generate(
    model: VisionLanguageModel,
    prompts: Tensor,
    end: int,
    limit: int,
    pictures: Tensor | None = None,
    picture_start: int = 0,
) -> list[list[int]]:
    """Greedy completions, without their end token, of prompts of equal length."""
    language = model.language_model
    if pictures is None:
        states, cache = language(language.embed(prompts))
    else:
        embedded = model.embed_with_picture(prompts, model.see(pictures)[1], picture_start)
        states, cache = language(embedded, picture_mask(prompts.shape[1], picture_start))
    chosen = []
    ended = torch.zeros(len(prompts), dtype=torch.bool)
    for _ in range(limit):
        token = language.logits(states[:, -1]).argmax(-1)
        chosen.append(token)
        ended |= token == end
        if ended.all():
            break
        states, cache = language(language.embed(token[:, None]), cache=cache)
    return [_until(end, row) for row in torch.stack(chosen, 1).tolist()]


def _until(end: int, row: list[int]) -> list[int]:
    return row[: row.index(end)] if end in row else row
