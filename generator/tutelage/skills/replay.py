"""Cross-time replay: which version of the skill set to keep (Ctx2Skill, Si et al. 2026, 2604.27660).

Each iteration leaves at most two probes: the failed task whose answer met the fewest of its requirements (hard), and
the solved task that needs the fewest rules (easy). All versions so far are run on all probes so far, and the one
with the greatest product of the smoothed rates is chosen:

    ρ(version) = (Σ solved + 1) / (probes + 1) on the hard ones, times the same on the easy ones

A version that has learned the newest and forgotten what came first loses on the easy ones. Of equals the latest is
taken: it has seen more, and the probes have nothing to say against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Solved = Sequence[Sequence[bool]]  # for each probe, whether each version solves it


class Choice(NamedTuple):
    hard: tuple[Fraction, ...]  # ρ of each version
    easy: tuple[Fraction, ...]
    chosen: int  # number of the version, from 0


def rho(solved: Sequence[bool]) -> Fraction:
    """The smoothed rate at which a version solves the probes; 1 without any."""
    return Fraction(sum(solved) + 1, len(solved) + 1)


def choose(hard: Solved, easy: Solved, versions: int) -> Choice:
    """The best of so many versions (≥ 1) by the probes."""
    first, second = (tuple([rho([each[version] for each in probes]) for version in range(versions)])
                     for probes in (hard, easy))
    return Choice(first, second, max(range(versions), key=lambda v: (first[v] * second[v], v)))
