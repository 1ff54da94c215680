"""The lines of the family `parts` before they are worded: what has what, what is alluded to, what doesn't matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.knowledge.part_facts import (
    BORNE,
    EVENTS,
    FACTS,
    OTHERS,
    PLACES,
    SHORT,
    THINGS,
    TIMES,
    Pair,
)

IDLE = 3  # most idle lines


def chains_of(draws: Draws, count: int, length: int) -> list[list[str]]:
    """Owner, part, part of the part …: `count` chains of `length` pairs that begin and end alike."""
    if length == 3:
        thing, part = draws.choice([p for p in FACTS if p[0] not in TIMES | SHORT and p[1] not in TIMES])
        if draws.chance(0.3):
            thing = draws.choice(OTHERS.get(part, (thing,)))
        return [[draws.choice(tuple(PLACES)), thing, part, draws.choice(BORNE)]]
    if count == 1 and draws.chance(0.5):
        owner, part = draws.choice(tuple(FACTS))
        last = [p for o, p in FACTS if o == part]
        if part in TIMES:
            last = [*last, *EVENTS[:3]]
        return [[owner, part, draws.choice(last or BORNE)]]
    while True:  # known parts of things in a place, or what things there bear
        part = draws.choice([p for (o, p) in FACTS if o not in TIMES | SHORT]) if draws.chance(0.6) else ""
        owners = list(THINGS)
        if part:
            owners = [o for o, p in FACTS if p == part and o not in TIMES | SHORT]
            owners += draws.sample(OTHERS[part], 1) if part in OTHERS else []
        if len(owners) >= count:
            place, end = draws.choice(tuple(PLACES)), part or draws.choice(BORNE)
            return [[place, thing, end] for thing in draws.sample(owners, count)]


def idle_lines(draws: Draws, pairs: Sequence[Pair], line: Callable[[str, str], list[Any]]) -> list[list[Any]]:
    """Lines that don't matter, each made by `line`: often of the same owner or the same part as one that does."""
    lines, taken = list[list[Any]](), set(pairs)
    for _ in range(draws.between(0, IDLE)):
        owner, part = draws.choice(pairs)
        chance = draws.between(0, 9)
        if chance < 3:
            part = draws.choice(THINGS) if owner in PLACES else draws.choice(EVENTS if owner in TIMES else BORNE)
        elif chance < 6:
            owner = draws.choice(tuple(PLACES)) if owner in PLACES else draws.choice(OTHERS.get(part, THINGS))
        elif chance < 8:
            owner, part = draws.choice(tuple(FACTS))
        else:
            owner, part = draws.choice(THINGS), draws.choice(BORNE)
        if (owner, part) not in taken and owner != part:
            taken.add((owner, part))
            lines.append(line(owner, part))
    return lines
