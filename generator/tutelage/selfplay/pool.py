"""A pool of simulated students: each has a mastery of every skill, and its wrong answers are named mistakes.

A skill is a family's kind of mistake. Before a problem a student fails at each of the mistakes that can be made there
with the chance of `failing`; of those it fails at it makes the first, in the order of the work. So a wrong answer that
many fall for can win the vote, and the chance of every answer is known exactly.

After a round the pool practises on what it voted for, right or wrong: each member comes nearer to the way of the
majority in the skills of the problem (`practised`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.family import Family
from tutelage.talk.case import mixed_sites
from tutelage.values import Problem, Slip, Work

MEANS = (0.1, 0.3, 0.5, 0.7, 0.85)  # abilities that a pool can begin with
SPREAD = 0.15  # of a member's ability about the pool's, and of a skill about the member's
RATE = 0.25  # share of the way that one problem brings a mastery to its end
EASE, STEP = 0.35, 0.17  # a skill fails (EASE + STEP · level) times as often as it is not mastered
MOST_WAYS = 6  # kinds of mistakes of a problem that a pool reckons with


class Member(NamedTuple):
    """A student of the pool; skills that it has not met begin at its ability."""

    ability: float  # 0..1
    mastery: dict[str, float]  # skill -> 0..1


def new_pool(draws: Draws, size: int) -> list[Member]:
    """A pool of like students, weak or strong."""
    mean = draws.choice(MEANS)
    return [Member(_within(mean + SPREAD * (2 * draws.random() - 1)), {}) for _ in range(size)]


def ways(family: Family, problem: Problem, right: Work, draws: Draws) -> list[Slip]:
    """Mistakes that lead to different wrong answers, one of each kind, in the order of the work."""
    found: list[Slip] = []
    for kind, step in mixed_sites(family, problem, right, draws):
        if len(found) == MOST_WAYS or any(kind == slip.kind for slip in found):
            continue
        slip = family.slip(problem, right, kind, step)
        if slip is not None and all(slip.work.value != other.work.value for other in found):
            found.append(slip)
    return sorted(found, key=lambda slip: (slip.step, slip.kind))


def skill(family: Family, slip: Slip) -> str:
    return f"{family.name}.{slip.kind}"


def mastery(member: Member, name: str, draws: Draws) -> float:
    """A member's mastery of a skill, 0..1; drawn when it is first met."""
    if name not in member.mastery:
        member.mastery[name] = _within(member.ability + SPREAD * (2 * draws.random() - 1))
    return member.mastery[name]


def failing(mastered: float, level: int) -> float:
    """The chance to make a mistake, 0..1, by the mastery of its skill and the level of the problem."""
    return min(1.0, (1 - mastered) * (EASE + STEP * level))


def answered(chances: Sequence[float], draws: Draws) -> int:
    """Which of the ways a student takes: the first that it fails at; -1: none, it is right."""
    return next((place for place, chance in enumerate(chances) if draws.chance(chance)), -1)


def right_chance(chances: Sequence[float]) -> float:
    """The chance to be right: to fail at nothing."""
    left = 1.0
    for chance in chances:
        left *= 1 - chance
    return left


def practised(pool: Sequence[Member], skills: Sequence[str], taken: int) -> None:
    """The pool learns from what it voted for: `taken` is the mistake that the majority made (-1: none).

    Skills before it and, where the vote was right, all skills come RATE of the way nearer to 1; that of the mistake
    RATE nearer to 0. Those after it were not exercised.
    """
    for member in pool:
        for place, name in enumerate(skills):
            if taken < 0 or place < taken:
                member.mastery[name] += RATE * (1 - member.mastery[name])
            elif place == taken:
                member.mastery[name] -= RATE * member.mastery[name]


def _within(value: float) -> float:
    return min(0.98, max(0.02, value))
