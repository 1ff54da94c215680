"""A small transformer, trained from scratch, made for looking things up.

- A short causal convolution before each attention lets a token see its predecessors at once, so that looking up "what
  stood behind this before" takes one layer in place of two.
- Queries and keys have length one (qk-norm) and no positions, so that a match counts for the same wherever it stands.
- Each head has a *sink*: one more place to attend to, at a height that is learnt and holds nothing. Where all keys
  match worse than that, the head comes back empty-handed. Without it, attention has to find something, and where the
  line looked for isn't there it takes the one that is most like it (docs/effect.md).

`Decoder` runs many dialogues in step, one token each at a time, with cached keys and values and no padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

REACH = 8  # tokens that the convolution sees, the present one included: a short line, "Legs of a spider: 8"
SHARP = 16.0  # of a query at first: what a perfect match adds to its logit
HEIGHT = 0.85  # of the sink at first, as a share of a perfect match; a line with one of two nouns right is far below


class Shape(NamedTuple):
    """What decides the size of a model."""

    vocabulary: int
    width: int = 96
    layers: int = 2
    heads: int = 4
    longest: int = 512  # tokens of a dialogue
    sink: bool = True  # False: an ordinary head, which always finds something (for comparison)


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, self.heads, self.sunk = shape.width, shape.heads, shape.sink
        self.shift = nn.Parameter(torch.randn(2, REACH, width) * 0.3)  # by distance and channel: for q and k, and for v
        self.norm_in, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.q, self.k, self.v, self.merge = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.sharp = nn.Parameter(torch.full((self.heads, 1, 1), SHARP))
        self.sink = nn.Parameter(torch.full((self.heads, 1, 1), SHARP * HEIGHT))
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """All positions at once; x is (dialogues, positions, width)."""
        y = self.norm_in(x)
        q, k, v = self._qkv(functional.pad(y, (0, 0, REACH - 1, 0)), y.shape[1], first=True)
        return self._rest(x, functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=1.0))

    def step(self, x: Tensor, past: Tensor, keys: Tensor, values: Tensor, at: int) -> Tensor:
        """One position more; the caches `past`, `keys` and `values` are written in place."""
        past[:, :-1] = past[:, 1:].clone()
        past[:, -1:] = self.norm_in(x)
        q, keys[:, :, at:at + 1], values[:, :, at:at + 1] = self._qkv(past, 1, first=at == 0)
        return self._rest(x, functional.scaled_dot_product_attention(
            q, keys[:, :, :at + 1], values[:, :, :at + 1], scale=1.0))

    def _qkv(self, y: Tensor, length: int, *, first: bool) -> tuple[Tensor, Tensor, Tensor]:
        """Of the last `length` positions; the mark that opens a dialogue, at the `first` one, is where the sink is."""
        mixed, values = self._mixed(y, length, self.shift[0]), self._mixed(y, length, self.shift[1])
        q, k, v = self._split(self.q(mixed)), self._split(self.k(mixed)), self._split(self.v(values))
        if not self.sunk:
            return functional.normalize(q, dim=-1) * self.sharp, functional.normalize(k, dim=-1), v
        # the last channel of a head is that of the sink: 0 in every key but the sink's, its height in every query
        q = functional.normalize(q[..., :-1], dim=-1) * self.sharp
        q = torch.cat([q, self.sink.expand(len(q), -1, length, 1)], dim=-1)
        k = functional.pad(functional.normalize(k[..., :-1], dim=-1), (0, 1))
        if first:
            empty = functional.pad(torch.ones_like(k[:, :, :1, -1:]), (k.shape[-1] - 1, 0))
            k = torch.cat([empty, k[:, :, 1:]], dim=2)
            v = functional.pad(v[:, :, 1:], (0, 0, 1, 0))
        return q, k, v

    def _mixed(self, y: Tensor, length: int, shift: Tensor) -> Tensor:
        """Each of the last `length` positions with its predecessors; weighted slices train faster than nn.Conv1d."""
        first = y.shape[1] - length
        return y[:, first:] + sum(y[:, first - k:first - k + length] * shift[k] for k in range(REACH))

    def _split(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

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
        nn.init.normal_(self.embed.weight, std=0.2)

    def forward(self, tokens: Tensor, where: Tensor | None = None) -> Tensor:
        """(dialogues, positions) to (dialogues, positions, vocabulary), or to (n, vocabulary) of those in the mask."""
        x = self.embed(tokens)
        for layer in self.stack:
            x = layer(x)
        return self.logits(x if where is None else x[where])

    def logits(self, x: Tensor) -> Tensor:
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
        x = self.model.embed(tokens)[:, None]
        for i, layer in enumerate(self.model.stack):
            x = layer.step(x, self.past[i], self.keys[i], self.values[i], self.at)
        self.at += 1
        return self.model.logits(x)[:, 0]

    def keep(self, places: Sequence[int]) -> None:
        """Goes on with the dialogues at these places alone, in this order."""
        self.keys, self.values, self.past = self.keys[:, places], self.values[:, places], self.past[:, places]
