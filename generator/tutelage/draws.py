"""Randomness by name: one stream of draws per row, derived by hashing the path of names that leads to it.

    >>> stream(7, "sml", 3).between(1, 6) == stream(7, "sml", 3).between(1, 6)
    True

Never ``seed + i`` (neighbouring seeds would share rows), never a set's order, never the module-level generator.
Only `random.Random.random` promises the same numbers in every Python version, so everything is made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of draws. `random()` is uniform on [0, 1); all else is derived from it."""

    __slots__ = ("random",)

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random

    def below(self, n: int) -> int:
        """A whole number in 0..n-1, n ≥ 1."""
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        """A whole number in low..high, both ends included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.random() < p

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, which must not be empty."""
        return items[int(self.random() * len(items))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One item, with probability in proportion to its weight (weights ≥ 0, not all 0)."""
        left = self.random() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """A new list of the items in random order (Fisher-Yates)."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = int(self.random() * (i + 1))
            out[i], out[j] = out[j], out[i]
        return out

    def sample(self, items: Sequence[T], k: int) -> list[T]:
        """k distinct items in random order, 0 ≤ k ≤ len(items)."""
        pool = list(items)
        for i in range(k):
            j = i + int(self.random() * (len(pool) - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:k]


def stream(seed: int, *names: str | int) -> Draws:
    """The stream at a path such as ``(seed, "sml", "train", 12)``: same path, same draws, on every machine."""
    path = repr((seed, *names)).encode()
    return Draws(int.from_bytes(blake2b(path, digest_size=8).digest(), "little"))
