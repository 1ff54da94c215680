"""The family `units` before it is worded: what is measured, the ways down, and lines that don't matter."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.arithmetic.unit_facts import ALSO, FACTS, INVENTED, KNOWN, THINGS, ladder
from tutelage.values import Structure

IDLE = 3  # most idle lines


def things_of(draws: Draws, count: int, length: int, measured: int) -> tuple[str, list[list[Any]]]:
    """What is measured, and `count` things: [thing, way down through `length` factors, number of units measured]."""
    while True:
        measure = draws.choice(tuple(THINGS))
        way = ladder(draws, measure, length, rests=measured > 1)
        if way is None:
            continue
        if count == 1:
            return measure, [[draws.choice(THINGS[measure]), way, measured]]
        tops = [big for (big, small), (factor, *_) in KNOWN[measure].items()
                if small == way[1] and (measured == 1 or factor >= 4)] + [draws.choice(INVENTED)]
        tops = [top for top in dict.fromkeys([way[0], *draws.shuffled(tops)]) if top != way[1]][:count]
        if len(tops) == count:
            return measure, [[thing, [top, way[1]], measured]
                             for thing, top in zip(draws.sample(THINGS[measure], count), tops, strict=True)]


def amounts(structure: Structure) -> list[tuple[str, str]]:
    """Thing and unit of all that is measured."""
    return [(thing, unit) for thing, way, count in structure["things"] for unit in way[:count]]


def factors(structure: Structure) -> list[tuple[str, str]]:
    """Larger and smaller unit of all factors that are needed."""
    return [pair for _, way, _ in structure["things"] for pair in pairwise(way)]


def idle_lines(draws: Draws, measure: str, things: Sequence[Sequence[Any]],
               nouns: AbstractSet[str]) -> list[tuple[str, str, str]]:
    """What doesn't matter, as (sort, one, two): of another thing, something else about this one, factors elsewhere."""
    found, linked = list[tuple[str, str, str]](), set[str]()
    for _ in range(draws.between(0, IDLE)):
        thing, way, _ = draws.choice(things)
        chance = draws.between(0, 9)
        measured, one, two = measure, draws.choice(THINGS[measure]), draws.choice(way)
        if chance < 3 and measure in ALSO:
            one, (measured, two) = thing, draws.choice(ALSO[measure])
        elif chance < 7:
            measured, one, two = "", draws.choice(INVENTED), draws.choice(way)
            if draws.chance(0.5):
                one, two = draws.choice(tuple(FACTS))
        near = one in nouns and two in nouns if not measured else one in nouns and measured == measure
        chained = not measured and linked & {one, two}  # two factors in a row can be another way down
        if near or chained or one == two or (one, two) in [each[1:] for each in found]:
            continue
        found.append((f"amount:{measured}" if measured else "factor", one, two))
        linked |= {one, two} if not measured else set()
    return found
