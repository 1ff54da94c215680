"""Routes through a network of places 0, 1, … joined by ways of known length, from place 0 to the highest: bare numbers.

Here are the right search (Dijkstra's method, 1959), move by move, the mistakes that learners make in it, and the hasty
ways of choosing a route without one.

    >>> roads = network(4, [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)], [7, 9, 10, 15, 11])
    >>> shortest(roads)
    ((0, 2, 3), 20, True)
    >>> nearest_first(roads)
    (0, 1, 3)
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

from tutelage.errors import NoAnswer
from tutelage.values import Value

START = 0
ENDLESS = 1 << 30

Near = Sequence[Mapping[int, int]]  # place: neighbour: length of the way
Look = tuple[int, int, int, str]  # the place, the way to it, its total so far (0: none), what comes of it


class Search(NamedTuple):
    """Dijkstra's method, move by move: the place gone on from, its total, and the looks from there."""

    moves: list[tuple[int, int, list[Look]]]
    route: tuple[int, ...]
    length: int


def network(count: int, ways: Sequence[Sequence[int]], lengths: Sequence[Value]) -> Near:
    """The ways as a table that can be read from both ends."""
    near: list[dict[int, int]] = [{} for _ in range(count)]
    for (a, b), length in zip(ways, lengths, strict=True):
        near[a][b] = near[b][a] = length  # type: ignore[assignment]  # lengths are whole numbers
    return near


def shortest(near: Near) -> tuple[tuple[int, ...], int, bool]:
    """A shortest route, its length, and whether it is the only one.

    Raises NoAnswer where the goal cannot be reached.
    """
    goal = len(near) - 1
    best, open_ = [ENDLESS] * len(near), {START: 0}
    best[START] = 0
    while open_:
        here = min(open_, key=open_.__getitem__)
        base = open_.pop(here)
        if here == goal:
            break
        for place, way in near[here].items():
            if base + way < best[place]:
                best[place] = open_[place] = base + way
    if best[goal] == ENDLESS:
        raise NoAnswer("the places are not connected")
    route, only = [goal], True
    while (here := route[-1]) != START:
        before = [place for place, way in near[here].items() if best[place] + way == best[here]]
        only = only and len(before) == 1
        route.append(before[0])
    return tuple(route[::-1]), best[goal], only


def back(came: Mapping[int, int] | Sequence[int], goal: int) -> tuple[int, ...]:
    """The route to the goal when each place is reached from the one in `came`."""
    route = [goal]
    while route[-1] != START:
        route.append(came[route[-1]])
    return tuple(route[::-1])


def search(near: Near, listed: Container[tuple[int, int]], kind: str = "", step: int = -1) -> Search | None:
    """The search, right or with a mistake of that kind at that step; None where the goal is not found."""
    goal = len(near) - 1
    best, came, open_ = {START: 0}, {START: START}, {START: 0}
    moves: list[tuple[int, int, list[Look]]] = []
    while open_ and not (kind == "stopped_too_early" and goal in best):
        here = min(open_, key=open_.__getitem__)
        base = open_.pop(here)
        if here == goal:
            break
        looks: list[Look] = []
        for place, way in near[here].items():
            length, old = base + way, best.get(place, 0)
            if place == START or (old and place not in open_):
                continue
            if kind == "one_way" and (here, place) not in listed:
                if len(moves) == step:  # said once
                    looks.append((place, way, old, "against"))
                continue
            if not old or length < old:
                how = "better" if old else "first" if here == START else "new"
                if old and kind == "first_length_kept" and len(moves) == step:
                    how = "kept"
                else:
                    best[place] = open_[place] = length
                    came[place] = here
            else:
                how = "same" if length == old else "worse"
            looks.append((place, way, old, how))
        moves.append((here, base, looks))
    return Search(moves, back(came, goal), best[goal]) if goal in best else None


def nearest_first(near: Near) -> tuple[int, ...] | None:
    """To the nearest place not yet seen, and so on, until the goal is next door; None where that is a dead end."""
    here, goal, route = START, len(near) - 1, [START]
    while goal not in near[here]:
        fresh = [(way, place) for place, way in near[here].items() if place not in route]
        if not fresh:
            return None
        here = min(fresh)[1]
        route.append(here)
    return (*route, goal)


def fewest_ways(near: Near) -> tuple[int, ...]:
    """The shortest of the routes with the fewest ways: breadth first, layer by layer."""
    goal, seen = len(near) - 1, {START}
    layer: dict[int, tuple[int, tuple[int, ...]]] = {START: (0, (START,))}
    while goal not in layer:
        after: dict[int, tuple[int, tuple[int, ...]]] = {}
        for here, (total, route) in layer.items():
            for place, way in near[here].items():
                if place not in seen and (place not in after or total + way < after[place][0]):
                    after[place] = (total + way, (*route, place))
        seen.update(after)
        layer = after
    return layer[goal][1]
