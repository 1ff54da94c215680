"""Does anybody answer better than is possible? Accuracy by arm against its ceiling (recipe `ceiling`).

An answerer that has not been told is right as often as the ceiling at best. What is above it by more than chance has
come by the answer in another way: a prompt that gives it away, an answer that was peeked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from math import sqrt
from typing import Any, NamedTuple

TABLE = "ceiling"
COLUMNS = ["item", "arm", "best", "right", "bits"]
Z = 2.576  # of a two-sided interval of 99 %


class Standing(NamedTuple):
    """How an arm stands to its ceiling."""

    rows: int
    accuracy: float
    ceiling: float  # mean over the rows of the greatest chance of being right
    low: float  # the accuracies that chance allows for one who is as good as can be, in 99 of 100 datasets
    high: float
    bits: float  # mean that the arm supplies

    @property
    def leaks(self) -> bool:
        """Whether it is right more often than it can be."""
        return self.accuracy > self.high + 1e-12


def standings(rows: Iterable[Mapping[str, Any]]) -> dict[str, Standing]:
    """By arm; rows of an item and arm stand together. They share what is hidden, so they are taken as one draw: that
    widens the interval."""
    sums: dict[str, list[float]] = {}
    for (_, arm), group in groupby(rows, key=lambda row: (row["item"], row["arm"])):
        some = list(group)
        spread = len(some) * sum([row["best"] * (1 - row["best"]) for row in some])
        new = (len(some), sum([row["right"] for row in some]), sum([row["best"] for row in some]), spread,
               sum([row["bits"] for row in some]))
        sums[arm] = [one + two for one, two in zip(sums.get(arm, [0.0] * len(new)), new, strict=True)]
    out = {}
    for arm, (count, right, best, spread, bits) in sums.items():
        half, ceiling = Z * sqrt(spread) / count, best / count
        out[arm] = Standing(int(count), right / count, ceiling, max(0.0, ceiling - half), min(1.0, ceiling + half),
                            bits / count)
    return out


def ceilings(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The same, JSON-able and rounded; `leaks` where an arm is right more often than it can be."""
    return {arm: {**{name: round(value, 4) for name, value in each._asdict().items()}, "leaks": each.leaks}
            for arm, each in standings(rows).items()}
