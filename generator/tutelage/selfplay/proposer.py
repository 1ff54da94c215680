"""The proposer: a bandit over levels of difficulty that is paid for the problems it sets.

It keeps what each level has paid of late and takes a level with a chance in proportion to the cube of that. A level
that paid tells something of its neighbours, so the proposer climbs as the pool learns, and finds its way back.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutelage.draws import Draws

RATE = 0.5  # how fast what a level paid is forgotten
NEAR = 0.25  # share of a payment that tells of the levels beside it
FIRST = 0.5  # what a level is thought to pay before it was tried; it falls by half from level to level


class Proposer:
    """The state of one run: what each level is thought to pay, ≥ 0."""

    def __init__(self, levels: Sequence[int]) -> None:
        self.levels = tuple(sorted(levels))
        self.worth = [FIRST / 2**place for place in range(len(self.levels))]

    def chances(self) -> list[float]:
        """The chance of each level, in their order."""
        cubes = [(0.02 + worth) * (0.02 + worth) * (0.02 + worth) for worth in self.worth]
        return [cube / sum(cubes) for cube in cubes]

    def level(self, draws: Draws) -> int:
        return draws.weighted(self.levels, self.chances())

    def paid(self, level: int, payment: float) -> None:
        """Takes note of what a problem of a level has paid."""
        place = self.levels.index(level)
        self.worth[place] += RATE * (payment - self.worth[place])
        for near in (place - 1, place + 1):
            if 0 <= near < len(self.worth):
                self.worth[near] += RATE * NEAR * (payment - self.worth[near])
