"""The picture encoder: SigLIP's architecture, with Hugging Face's weight names."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend


@dataclass(frozen=True)
class VisionConfig:
    """Sizes of the encoder."""

    image: int = 336
    patch: int = 14
    hidden: int = 160
    layers: int = 5
    heads: int = 4
    mlp: int = 480

    @property
    def grid(self) -> int:
        """Patches along a side."""
        return self.image // self.patch


def linear(inputs: int, outputs: int, bias: bool, gain: float = 1.0) -> nn.Linear:
    """A layer whose outputs have the variance of its inputs, times `gain` squared."""
    layer = nn.Linear(inputs, outputs, bias=bias)
    nn.init.normal_(layer.weight, std=gain * inputs**-0.5)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


class _Attention(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.heads = config.heads
        self.q_proj = linear(config.hidden, config.hidden, bias=True)
        self.k_proj = linear(config.hidden, config.hidden, bias=True)
        self.v_proj = linear(config.hidden, config.hidden, bias=True)
        self.out_proj = linear(config.hidden, config.hidden, bias=True, gain=0.5)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, hidden = x.shape

        def split(layer: nn.Linear) -> Tensor:
            return layer(x).view(batch, length, self.heads, -1).transpose(1, 2)

        mixed = attend(split(self.q_proj), split(self.k_proj), split(self.v_proj))
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, length, hidden))


class _Mlp(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.fc1 = linear(config.hidden, config.mlp, bias=True)
        self.fc2 = linear(config.mlp, config.hidden, bias=True, gain=0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class _Layer(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(config.hidden, eps=1e-6)
        self.self_attn = _Attention(config)
        self.layer_norm2 = nn.LayerNorm(config.hidden, eps=1e-6)
        self.mlp = _Mlp(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class _Embeddings(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.patch_embedding = nn.Conv2d(3, config.hidden, config.patch, config.patch)
        nn.init.normal_(self.patch_embedding.weight, std=(3 * config.patch**2) ** -0.5)
        self.position_embedding = nn.Embedding(config.grid**2, config.hidden)
        self.position_embedding.weight.data = 0.5 * _grid_waves(config.grid, config.hidden)

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.patch_embedding(pixels).flatten(2).transpose(1, 2)
        return patches + self.position_embedding.weight


def _grid_waves(grid: int, hidden: int) -> Tensor:
    """Sines and cosines of row and column: neighbors start out alike."""
    at = torch.arange(grid) / grid
    frequencies = math.pi * 2 ** torch.linspace(0, math.log2(grid), hidden // 4)
    waves = torch.cat([(at[:, None] * frequencies).sin(), (at[:, None] * frequencies).cos()], 1)
    waves = waves[:, : hidden // 2]
    rows = waves[:, None].expand(grid, grid, -1)
    columns = waves[None].expand(grid, grid, -1)
    return torch.cat([rows, columns], -1).reshape(grid * grid, hidden).clone()


class _Encoder(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x


class _Transformer(nn.Module):
    def __init__(self, config: VisionConfig):
        super().__init__()
        self.embeddings = _Embeddings(config)
        self.encoder = _Encoder(config)
        self.post_layernorm = nn.LayerNorm(config.hidden, eps=1e-6)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.post_layernorm(self.encoder(self.embeddings(pixels)))


class VisionTower(nn.Module):
    """Pixels in [-1, 1], shape (batch, 3, image, image), to one vector a patch."""

    def __init__(self, config: VisionConfig):
        super().__init__()
        self.vision_model = _Transformer(config)

    def forward(self, pixels: Tensor) -> Tensor:
        return self.vision_model(pixels)
