"""A small transformer, trained from scratch: rotary attention, and a short causal convolution before each layer.

The convolution lets a token see its predecessors at once, so that looking up "what stood behind this before"
takes one layer in place of two; without it a model of this size spends most of its minutes on finding that out.
`Decoder` runs many dialogues in step, one token each at a time, with cached keys and values and no padding.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

REACH = 8  # tokens that the convolution sees, the present one included: a short line, "Legs of a spider: 8"


class Shape(NamedTuple):
    """What decides the size of a model."""

    vocabulary: int
    width: int = 128
    layers: int = 3
    heads: int = 4
    longest: int = 512  # tokens of a dialogue


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, self.heads = shape.width, shape.heads
        self.shift = nn.Parameter(torch.randn(REACH, width) * 0.3)  # one weight for each distance and channel
        self.norm_in, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.merge = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, turn: Tensor) -> Tensor:
        """All positions at once; x is (dialogues, positions, width)."""
        y = self.norm_in(x)
        y = self._mixed(functional.pad(y, (0, 0, REACH - 1, 0)), y.shape[1])
        q, k, v = self._split(self.qkv(y))
        y = functional.scaled_dot_product_attention(_turned(q, turn), _turned(k, turn), v, is_causal=True)
        return self._rest(x, y)

    def step(self, x: Tensor, turn: Tensor, past: Tensor, keys: Tensor, values: Tensor, at: int) -> Tensor:
        """One position more; the caches `past`, `keys` and `values` are written in place."""
        y = self.norm_in(x)
        past[:, :-1] = past[:, 1:].clone()
        past[:, -1:] = y
        y = self._mixed(past, 1)
        q, k, v = self._split(self.qkv(y))
        keys[:, :, at:at + 1], values[:, :, at:at + 1] = _turned(k, turn), v
        y = functional.scaled_dot_product_attention(_turned(q, turn), keys[:, :, :at + 1], values[:, :, :at + 1])
        return self._rest(x, y)

    def _mixed(self, y: Tensor, length: int) -> Tensor:
        """Each of the last `length` positions with its predecessors; weighted slices train faster than nn.Conv1d."""
        first = y.shape[1] - length
        return y[:, first:] + sum(y[:, first - k:first - k + length] * self.shift[k] for k in range(REACH))

    def _split(self, qkv: Tensor) -> list[Tensor]:
        size, length, _ = qkv.shape
        return [part.view(size, length, self.heads, -1).transpose(1, 2) for part in qkv.chunk(3, dim=-1)]

    def _rest(self, x: Tensor, attended: Tensor) -> Tensor:
        x = x + self.merge(attended.transpose(1, 2).flatten(2))
        return x + self.down(functional.gelu(self.up(self.norm_out(x))))


class Model(nn.Module):
    """Next-token logits. Input and output embeddings are the same matrix, so copying carries over to rare words."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.vocabulary, shape.width)
        self.stack = nn.ModuleList([Layer(shape) for _ in range(shape.layers)])
        self.norm = nn.LayerNorm(shape.width)
        nn.init.normal_(self.embed.weight, std=0.05)
        self.register_buffer("turns", _turns(shape), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(dialogues, positions) to (dialogues, positions, vocabulary)."""
        x = self.embed(tokens)
        for layer in self.stack:
            x = layer(x, self.turns[:tokens.shape[1]])
        return functional.linear(self.norm(x), self.embed.weight)


class Decoder:
    """The state of `size` dialogues that grow in step."""

    def __init__(self, model: Model, size: int) -> None:
        shape, device = model.shape, model.embed.weight.device
        self.model, self.at = model, 0
        cache = (shape.layers, size, shape.heads, shape.longest, shape.width // shape.heads)
        self.keys, self.values = torch.zeros(cache, device=device), torch.zeros(cache, device=device)
        self.past = torch.zeros(shape.layers, size, REACH, shape.width, device=device)

    def step(self, tokens: Tensor) -> Tensor:
        """Feeds one token to each dialogue, (size,), and gives the logits of the next one, (size, vocabulary)."""
        x, turn = self.model.embed(tokens)[:, None], self.model.turns[self.at:self.at + 1]
        for i, layer in enumerate(self.model.stack):
            x = layer.step(x, turn, self.past[i], self.keys[i], self.values[i], self.at)
        self.at += 1
        return functional.linear(self.model.norm(x), self.model.embed.weight)[:, 0]


def _turns(shape: Shape) -> Tensor:
    """Cosines and sines of the rotary positions, (positions, 2, half a head's width)."""
    half = shape.width // shape.heads // 2
    speed = torch.exp(-math.log(10000.0) * torch.arange(half) / half)
    angle = torch.arange(shape.longest)[:, None] * speed
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def _turned(x: Tensor, turn: Tensor) -> Tensor:
    one, two = x.chunk(2, dim=-1)
    cos, sin = turn[:, 0], turn[:, 1]
    return torch.cat([one * cos - two * sin, one * sin + two * cos], dim=-1)
