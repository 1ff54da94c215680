"""Shortest path: places joined by ways of known length; which way from one to another is shortest, or how long is it?

    Aft–Birk 7, Aft–Cole 9, Birk–Cole 10, Birk–Dunn 15, Cole–Dunn 11. The quickest way from Aft to Dunn?
    Aft, Cole, Dunn (20 minutes).

The quantities are the lengths of the ways; which places are joined is open to all. Right is the one shortest route
(problems with a tie for it are not posed), or its length. Worked by Dijkstra's method, confirmed by networkx.
Mistakes: going to the nearest place each time, counting ways in place of adding their lengths, keeping the first length
found for a place, stopping as soon as the goal is reached, reading a way as if it led only from the place listed first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.family import Family, Sweep, check_level
from tutelage.problems.graphs import routes
from tutelage.problems.graphs.graphs import LAYOUTS, MOST_SENTENCES, STYLES, Remembered, listing, outline, spoken
from tutelage.problems.graphs.routes import START, Near, Search
from tutelage.problems.graphs.sweeps import least_routes, least_sums
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import Wordings, wordings

NAME = "shortest_path"
FILE = f"problems/{NAME}"
DOMAIN = tuple(range(2, 17))
# level: numbers of places and of ways
SIZES = {1: ((4, 5), (5, 5), (5, 6)), 2: ((5, 7), (6, 7)), 3: ((6, 8), (6, 9)), 4: ((7, 9), (7, 10)),
         5: ((8, 11), (8, 12))}

# story: what its places and ways are called, and names that start with a letter each, so that none is mistaken
STORIES: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    story: (dict(zip(("unit", "link", "links", "spot", "spots", "short", "shorter", "shortest", "total"),
                     world.split(), strict=True)), tuple(names.split()))
    for story, world, names in (
        ("villages", "minutes road roads village villages quick quicker quickest time",
         "Aft Birk Cole Dunn Enn Farr Gorse Hale Ives Jarrow Kell Lorn Moss Nairn Oby Pell Quorn Rye"),
        ("islands", "miles crossing crossings island islands short shorter shortest distance",
         "Arran Bressay Coll Danna Eigg Fetlar Gigha Harris Iona Jura Kerrera Lismore Mull Noss Oronsay Rum Skye"),
        ("metro", "minutes leg legs station stations quick quicker quickest time",
         "Abbey Bridge Castle Docks Exchange Forum Gardens Harbour Infirmary Junction Kiosk Library Market Opera Park"),
        ("caves", "metres passage passages chamber chambers short shorter shortest length",
         "Arch Bell Crystal Dome Echo Fern Grotto Hollow Ivory Jewel Keyhole Ladder Mirror Niche Organ Pearl Quartz"),
        ("servers", "milliseconds link links server servers fast faster fastest delay",
         "atlas bolt comet delta ember flint gamma helix iris jolt kite lunar mango nova onyx pixel quill raven"),
        ("huts", "kilometres trail trails hut huts short shorter shortest distance",
         "Adler Buchen Clara Dachs Eiger Falken Geier Hirsch Iltis Jager Kogel Luchs Marmot Nebel Otter Pass"),
        ("depot", "seconds aisle aisles bay bays quick quicker quickest time",
         "Amber Blue Coral Denim Ebony Flame Green Hazel Indigo Jade Khaki Lilac Mauve Navy Olive Pink"),
    )
}
TALES = tuple(STORIES)
# the hasty route that is sure to miss the shortest, and how far the ways of the shortest routes reach
HASTY: Mapping[str, Callable[[Near], tuple[int, ...] | None]] = {
    "nearest_first": routes.nearest_first, "fewest_ways": routes.fewest_ways}
STRIDES = {"nearest_first": (2, 2, 3), "fewest_ways": (1, 1, 1, 2)}
PAIRS = {count: tuple([(a, b) for a in range(count) for b in range(a + 1, min(a + 4, count)) if b - a < count - 1])
         for count in range(4, 9)}


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem with one shortest route that a hasty one misses; places are numbered along the way."""
    check_level(NAME, level)
    lure, ask, story = draws.choice(tuple(STRIDES)), draws.choice(("route", "length")), draws.choice(TALES)
    while True:
        count, size = draws.choice(SIZES[level])
        ways, length = _ways(draws, count, size, lure)
        if len(ways) == size and (ask == "route" or length not in ways.values()):
            break
    random = draws.random
    order = sorted(ways.items(), key=lambda way: random())
    structure = {"story": story, "places": draws.sample(STORIES[story][1], count),
                 "ways": [[a, b] if random() < 0.5 else [b, a] for (a, b), _ in order], "ask": ask,
                 "layout": draws.choice(LAYOUTS if size <= MOST_SENTENCES else LAYOUTS[:-1]),
                 "style": draws.below(1 << 30)}
    return _posed(structure, _names(structure), [length for _, length in order], level)


def _ways(draws: Draws, count: int, size: int, lure: str) -> tuple[dict[tuple[int, int], int], int]:
    """Ways with their lengths, and the shortest length from the first place to the last; no ways where none suit.

    Made backwards, from the shortest distances: each way of the tree of shortest routes is as long as the distances
    differ, each other way longer. So there is one shortest route, and nothing needs to be searched. For the lure that
    counts ways, a way cuts two ways of the route short. For the one that goes to the nearest place, a place off the
    route is nearer than the next one on it and leads back, and hardly another way saves stages.
    """
    goal, nearest = count - 1, lure == "nearest_first"
    strides = STRIDES[lure]
    came = [0, *[max(place - draws.choice(strides), int(place == goal)) for place in range(1, count)]]
    route = routes.back(came, goal)
    off = next((place for place in range(1, goal) if place not in route and came[place] in route[:-2]), 0)
    if (not off) if nearest else len(route) < 4:
        return {}, 0
    far, depth, ways = [0], [0], {}
    for place in range(1, count):
        before = came[place]
        way = draws.between(2, 7) if not nearest else draws.between(5, 8) if place in route else draws.between(2, 4)
        ways[before, place] = way
        far.append(far[before] + way)
        depth.append(depth[before] + 1)
    cut = route.index(came[off]) if nearest else draws.below(len(route) - 2)
    a, b = off if nearest else route[cut], route[cut + 2]
    first = [(a, b) if a < b else (b, a)]
    if came[2] != START:  # a second way out of the start, at least
        first.insert(0, (START, 2))
    pool = [*PAIRS[count]]
    while len(ways) < size and pool:
        a, b = first.pop() if first else pool.pop(draws.below(len(pool)))
        if (a, b) in ways or (nearest and abs(depth[a] - depth[b]) > 1):
            continue
        apart = abs(far[a] - far[b])
        if apart < DOMAIN[-1]:
            ways[a, b] = min(max(apart + draws.between(1, 6), DOMAIN[0]), DOMAIN[-1])
    if nearest and routes.nearest_first(routes.network(count, tuple(ways), tuple(ways.values()))) in (None, route):
        return {}, 0
    return ways, far[goal]


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    names = _names(structure)
    return _posed(structure, names, [values[name] for name in names], level)


def _posed(structure: Structure, names: Sequence[str], lengths: Sequence[Value], level: int) -> Problem:
    words, style, places, story = wordings(FILE), structure["style"], structure["places"], structure["story"]
    fields = {"from": places[START], "to": places[-1]}
    quantities = tuple([Quantity(name, length, DOMAIN) for name, length in zip(names, lengths, strict=True)])
    return Problem(NAME, level, structure, quantities, words.choose(f"{story}.intro", style, fields),
                   words.choose(f"{story}.{structure['ask']}", style, fields))


def say(problem: Problem, quantity: Quantity) -> Words:
    words, style, story = wordings(FILE), problem.structure["style"], problem.structure["story"]
    a, _, b = quantity.name.partition("–")
    fields = {"a": a, "b": b, "length": str(quantity.value)}
    return Words(words.choose(f"{story}.way", style, fields), words.choose(f"{story}.ask_way", style, fields),
                 words.choose(f"{story}.the_way", style, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    return " ".join((problem.intro, *listing(problem, known, wordings(FILE)), problem.question))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The route as a tuple of names, or its length. Raises NoAnswer where two routes are shortest."""
    lengths = [values[name] for name in _names(structure)]
    route, length, only = routes.shortest(routes.network(len(structure["places"]), structure["ways"], lengths))
    if structure["ask"] == "length":
        return length
    if not only:
        raise NoAnswer("two routes are equally short")
    return tuple([structure["places"][i] for i in route])


def sweep(structure: Structure, values: Mapping[str, Value], hidden: Sequence[str],
          domains: Sequence[Sequence[Value]]) -> Sweep:
    """`solve` for all completions."""
    made = least_sums(solve) if structure["ask"] == "length" else least_routes(_names)
    return made(structure, values, hidden, domains)


def work(problem: Problem) -> Work:
    """Dijkstra's method, a step for each place that the search goes on from, and one for the goal."""
    return _told(problem, _facts(problem).search, ())


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    structure, (near, _, search) = problem.structure, _facts(problem)
    route, goal = search.route, len(near) - 1
    found = [(kind, 0) for kind in HASTY]
    steps = dict(zip(route[1:], route, strict=False))  # place on the right route: the place before it
    found += [("first_length_kept", i) for i, here, place in search.better if steps.get(place) == here]
    reached = next(i for i, move in enumerate(search.moves) if goal in near[move[0]])
    if search.moves[reached][0] != route[-2]:
        found.append(("stopped_too_early", reached + 1))
    if structure["layout"] != "sentences":  # others invite to read ways as one-way
        listed = _listed(structure)
        if not listed.issuperset(pairwise(route)) and _leads(listed, goal):
            found.append(("one_way", next(i for i, (here, _, looks) in enumerate(search.moves)
                                          for look in looks if (here, look[0]) not in listed)))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    (near, _, search), places = _facts(problem), problem.structure["places"]
    fields = {"from": places[START], "to": places[-1], **STORIES[problem.structure["story"]][0]}
    if kind in HASTY:
        route, best = HASTY[kind](near), search.route
        if route is None or route == best:
            return None
        apart = next(i for i in range(len(route)) if route[i] != best[i])
        fields.update(first=places[route[1]], count=str(len(route) - 1), at=places[route[apart - 1]],
                      then=places[route[apart]])
        return Slip(kind, step, _walked(problem, near, route, kind), fields)
    if kind == "stopped_too_early":
        search = routes.cut_short(near, search, step)
        fields["length"] = str(search.length)
    else:
        listed = _listed(problem.structure) if kind == "one_way" else ()
        wandered = routes.search(near, listed, kind, step)
        if wandered is None or len(wandered.moves) < step:
            return None
        search = wandered
        here, _, looks = search.moves[step]
        look = next((look for look in looks if look[3] in ("kept", "against")), None)
        if look is None:
            return None
        fields.update(here=places[here], place=places[look[0]], old=str(look[2]))
    value = search.length if problem.structure["ask"] == "length" else tuple([places[i] for i in search.route])
    told = fields.values()  # by chance they may hold what the teacher must not say
    if value == right.value or right.steps[step].value in told or str(right.value) in told:
        return None
    return Slip(kind, step, _told(problem, search, right.steps[:step], kind), fields)


def confirm(problem: Problem) -> Value:
    """The second solver: networkx, all shortest paths."""
    import networkx as nx

    structure = problem.structure
    graph = nx.Graph()
    for (a, b), q in zip(structure["ways"], problem.quantities, strict=True):
        graph.add_edge(a, b, weight=q.value)
    ends = START, len(structure["places"]) - 1
    if structure["ask"] == "length":
        return int(nx.dijkstra_path_length(graph, *ends))
    found = list(nx.all_shortest_paths(graph, *ends, weight="weight"))
    if len(found) > 1:
        raise NoAnswer(f"{len(found)} routes are equally short")
    return tuple(structure["places"][i] for i in found[0])


def shape(structure: Structure) -> str:
    count = len(structure["places"])
    return f"{structure['ask']} {outline(count, structure['ways'], {START: 2, count - 1: 3})}"


def _names(structure: Structure) -> list[str]:
    places = structure["places"]
    return [f"{places[a]}–{places[b]}" for a, b in structure["ways"]]


def _listed(structure: Structure) -> frozenset[tuple[int, int]]:
    """The ways as they are written, from the place named first to the other."""
    return frozenset(map(tuple, structure["ways"]))


def _leads(listed: AbstractSet[tuple[int, int]], goal: int) -> bool:
    """Whether the goal is reached too when ways are read as one-way."""
    seen, size = {START}, 0
    while goal not in seen and len(seen) > size:
        size = len(seen)
        seen.update([b for a, b in listed if a in seen])
    return goal in seen


class _Facts(NamedTuple):
    """What a problem comes to: its network, the names of the ways by their ends as listed, and the search."""

    near: Near
    names: Mapping[tuple[int, int], str]
    search: Search


@Remembered
def _facts(problem: Problem) -> _Facts:
    structure, names = problem.structure, [q.name for q in problem.quantities]
    ways = structure["ways"]
    near = routes.network(len(structure["places"]), ways, [q.value for q in problem.quantities])
    search = routes.search(near, ())
    assert search is not None
    return _Facts(near, {(a, b): name for (a, b), name in zip(ways, names, strict=True)}, search)


@cache
def _parts(words: Wordings, number: int) -> Mapping[str, Callable[..., str]]:
    """How it is said what comes of a look, by what that is."""
    return {how: spoken(words, f"part.{how}", number, ("place", "here", "base", "way", "sum", "old", "link"))
            for how in ("first", "new", "better", "worse", "same", "kept", "against")}


def _told(problem: Problem, search: Search, done: Sequence[Step], kind: str = "") -> Work:
    """The search in words, behind the steps that are done already."""
    structure, words, names = problem.structure, wordings(FILE), _facts(problem).names
    places, style, steps, moves = structure["places"], structure["style"], list(done), search.moves
    world = STORIES[structure["story"]][0]
    link, spot, parts = world["link"], world["spot"], _parts(words, style % STYLES)
    what, what_first = (spoken(words, key, style % STYLES, ("here",)) for key in ("what", "what.first"))
    for number in range(len(steps), len(moves)):
        here, base, looks = moves[number]
        at, value, found, uses = places[here], base, [], [f"s{number - 1}"] if number else []
        for place, way, old, how, total in looks:
            value = total or value
            uses.append(names.get((here, place)) or names[place, here])
            found.append(parts[how](places[place], at, base, way, total, old, link))
        line = spoken(words, "line.start" if not number else "line.settle" if found else "line.nothing",
                      (style + 37 * number) % STYLES, ("here", "base", "found", "spot"))
        told = line(at, base, "; ".join(found), spot)
        steps.append(Step(f"s{number}", (what if number else what_first)(at), told, str(value), tuple(uses)))
    key = "stopped_too_early.line" if kind == "stopped_too_early" else "line.last"
    return _finished(problem, steps, search.route, search.length, key)


def _finished(problem: Problem, steps: list[Step], route: tuple[int, ...], length: int, key: str) -> Work:
    structure, words = problem.structure, wordings(FILE)
    places, unit = structure["places"], STORIES[structure["story"]][0]["unit"]
    named, number, count = tuple([places[i] for i in route]), structure["style"] % STYLES, len(steps)
    goal, listed = places[-1], ", ".join(named)
    line = spoken(words, key, number, ("to", "length", "unit", "route"))(goal, length, unit, listed)
    steps.append(Step(f"s{count}", spoken(words, "what.last", number, ("to",))(goal), line, str(length),
                      (f"s{count - 1}",)))
    if structure["ask"] == "length":
        return Work(tuple(steps), length, f"{length} {unit}")
    return Work(tuple(steps), named, listed)


def _walked(problem: Problem, near: Near, route: tuple[int, ...], kind: str) -> Work:
    """A route taken without comparing totals, way by way."""
    structure, words, listed = problem.structure, wordings(FILE), _facts(problem).names
    places, style, world = structure["places"], structure["style"], STORIES[structure["story"]][0]
    steps: list[Step] = []
    total, fields = 0, ("a", "b", "way", "sum", "count", *world)
    for number, (a, b) in enumerate(pairwise(route)):
        way = near[a][b]
        total += way
        key = f"{kind}.line_first" if not number else f"{kind}.line_last" if b == route[-1] else f"{kind}.line"
        line = spoken(words, key, (style + 37 * number) % STYLES, fields)
        what = spoken(words, "what.walk", style % STYLES, ("b",))
        steps.append(Step(f"s{number}", what(places[b]),
                          line(places[a], places[b], way, total, len(route) - 1, *world.values()), str(total),
                          (listed.get((a, b)) or listed[b, a], *(s.name for s in steps[-1:]))))
    return _finished(problem, steps, route, total, "walk.last")


FAMILY = alluding(Family(
    name=NAME,
    domain="graphs",
    summary="the shortest route between two places, or its length",
    kind=lambda structure: "route" if structure["ask"] == "route" else "number",
    slips=("nearest_first", "fewest_ways", "first_length_kept", "stopped_too_early", "one_way"),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state, sweep=sweep,
    options=lambda problem: problem.structure["places"] if problem.structure["ask"] == "route" else (),
))
