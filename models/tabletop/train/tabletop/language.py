"""The decoder: Gemma 3's architecture with every layer global, with Hugging
Face's weight names."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend
from .vision import linear

Cache = list[tuple[Tensor, Tensor]]
"""Keys and values of each layer, (batch, heads, length, head size)."""


@dataclass(frozen=True)
class LanguageConfig:
    """Sizes of the decoder."""

    vocabulary: int
    hidden: int = 256
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 2
    head: int = 64
    mlp: int = 640
    rope_base: float = 10_000.0
    positions: int = 1024


class RmsNorm(nn.Module):
    """Root-mean-square norm; the weight is kept as its difference from one."""

    def __init__(self, size: int, weight: float = 0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), weight))

    def forward(self, x: Tensor) -> Tensor:
        x = x.float()
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * (1 + self.weight)


class _Attention(nn.Module):
    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.head = config.head
        self.groups = config.heads // config.key_value_heads
        queries = config.heads * config.head
        keys = config.key_value_heads * config.head
        self.q_proj = linear(config.hidden, queries, bias=False)
        self.k_proj = linear(config.hidden, keys, bias=False)
        self.v_proj = linear(config.hidden, keys, bias=False)
        self.o_proj = linear(queries, config.hidden, bias=False)
        self.q_norm = RmsNorm(config.head)
        self.k_norm = RmsNorm(config.head)

    def forward(self, x: Tensor, turns: Tensor, mask: Tensor | None, past) -> tuple[Tensor, tuple]:
        batch, length, _ = x.shape
        heads = (batch, length, -1, self.head)
        value = self.v_proj(x).view(heads).transpose(1, 2)
        query = self.q_norm(self.q_proj(x).view(heads)).transpose(1, 2)
        key = self.k_norm(self.k_proj(x).view(heads)).transpose(1, 2)
        query, key = rotate(query, turns).to(value.dtype), rotate(key, turns).to(value.dtype)
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        key_value = (key, value)
        key, value = (each.repeat_interleave(self.groups, 1) for each in key_value)
        mixed = attend(query, key, value, mask).transpose(1, 2)
        return self.o_proj(mixed.reshape(batch, length, -1)), key_value


def rotate(x: Tensor, turns: Tensor) -> Tensor:
    """Rotary position embedding; `turns` holds cosines, then sines."""
    cos, sin = turns
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


class _Mlp(nn.Module):
    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.gate_proj = linear(config.hidden, config.mlp, bias=False)
        self.up_proj = linear(config.hidden, config.mlp, bias=False)
        self.down_proj = linear(config.mlp, config.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.gelu(self.gate_proj(x), approximate="tanh") * self.up_proj(x))


class _Layer(nn.Module):
    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.input_layernorm = RmsNorm(config.hidden)
        self.self_attn = _Attention(config)
        # Small at first, so that a fresh layer changes its input little.
        self.post_attention_layernorm = RmsNorm(config.hidden, -0.6)
        self.pre_feedforward_layernorm = RmsNorm(config.hidden)
        self.mlp = _Mlp(config)
        self.post_feedforward_layernorm = RmsNorm(config.hidden, -0.6)

    def forward(self, x: Tensor, turns: Tensor, mask: Tensor | None, past) -> tuple[Tensor, tuple]:
        mixed, present = self.self_attn(self.input_layernorm(x), turns, mask, past)
        x = x + self.post_attention_layernorm(mixed)
        widened = self.mlp(self.pre_feedforward_layernorm(x))
        return x + self.post_feedforward_layernorm(widened), present


class _Decoder(nn.Module):
    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocabulary, config.hidden)
        nn.init.normal_(self.embed_tokens.weight, std=0.03)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))
        self.norm = RmsNorm(config.hidden)


class LanguageModel(nn.Module):
    """Embedded tokens to hidden states; embeddings are tied to the output."""

    def __init__(self, config: LanguageConfig):
        super().__init__()
        self.hidden = config.hidden
        self.model = _Decoder(config)
        self.register_buffer("turns", _turns(config), persistent=False)

    def embed(self, ids: Tensor) -> Tensor:
        """Token embeddings, scaled as Gemma scales them."""
        return self.model.embed_tokens(ids) * math.sqrt(self.hidden)

    def forward(
        self, x: Tensor, mask: Tensor | None = None, cache: Cache | None = None
    ) -> tuple[Tensor, Cache]:
        """Hidden states of `x`, which follows what is in `cache`. Without a mask, causal."""
        start = cache[0][0].shape[2] if cache else 0
        if mask is None and x.shape[1] > 1:
            mask = causal_mask(x.shape[1])
        turns = self.turns[:, start : start + x.shape[1]]
        present = []
        for index, layer in enumerate(self.model.layers):
            x, state = layer(x, turns, mask, cache[index] if cache else None)
            present.append(state)
        return self.model.norm(x), present

    def logits(self, states: Tensor) -> Tensor:
        """Scores of every token."""
        return F.linear(states, self.model.embed_tokens.weight)

    def embed_numbers_as_waves(self, ids: Tensor) -> None:
        """Starts the tokens of 0, 1, 2, … as sines and cosines of their value, so
        that close numbers are alike before anything is learned."""
        values = torch.arange(len(ids)) / len(ids)
        frequencies = math.pi * 2 ** torch.linspace(0, 7.5, self.hidden // 4)
        angles = values[:, None] * frequencies
        waves = 0.036 * torch.cat([angles.sin(), angles.cos()], 1)
        common = 0.03 * torch.randn(1, self.hidden - waves.shape[1]).expand(len(ids), -1)
        self.model.embed_tokens.weight.data[ids] = torch.cat([waves, common], 1)


def causal_mask(length: int) -> Tensor:
    """Every token sees itself and what came before."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def _turns(config: LanguageConfig) -> Tensor:
    speeds = config.rope_base ** -(torch.arange(0, config.head, 2) / config.head)
    angles = (torch.arange(config.positions)[:, None] * speeds).repeat(1, 2)
    return torch.stack([angles.cos(), angles.sin()])
