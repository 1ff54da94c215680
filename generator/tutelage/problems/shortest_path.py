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
from itertools import pairwise

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems import routes
from tutelage.problems.family import Family, check_level
from tutelage.problems.graphs import LAYOUTS, MOST_SENTENCES, listing, outline
from tutelage.problems.routes import START, Near, Search
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

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
    turned = draws.below(1 << size)
    listed = [[a, b] if turned >> i & 1 else [b, a]
              for i, (a, b) in enumerate(sorted(ways, key=lambda way: draws.random()))]
    layout = draws.choice(LAYOUTS if size <= MOST_SENTENCES else LAYOUTS[:-1])
    structure = {"story": story, "places": draws.sample(STORIES[story][1], count), "ways": listed, "ask": ask,
                 "layout": layout, "style": draws.below(1 << 30)}
    lengths = [ways[a, b] if a < b else ways[b, a] for a, b in listed]
    return pose(structure, dict(zip(_names(structure), lengths, strict=True)), level)


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
    first = [(off if nearest else route[cut], route[cut + 2])]
    if came[2] != START:  # a second way out of the start, at least
        first.append((START, 2))
    for a, b in (*first, *sorted(PAIRS[count], key=lambda pair: draws.random())):
        if len(ways) == size:
            break
        apart = abs(far[a] - far[b])
        if apart < DOMAIN[-1] and (a, b) not in ways and not (nearest and abs(depth[a] - depth[b]) > 1):
            way = min(max(apart + draws.between(1, 6), DOMAIN[0]), DOMAIN[-1])
            ways[min(a, b), max(a, b)] = way
    if nearest and routes.nearest_first(routes.network(count, tuple(ways), tuple(ways.values()))) in (None, route):
        return {}, 0
    return ways, far[goal]


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    words, style, places, story = wordings(FILE), structure["style"], structure["places"], structure["story"]
    fields = {"from": places[START], "to": places[-1]}
    quantities = tuple([Quantity(name, values[name], DOMAIN) for name in _names(structure)])
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


def work(problem: Problem) -> Work:
    """Dijkstra's method, a step for each place that the search goes on from, and one for the goal."""
    search = routes.search(_near_of(problem), {})
    assert search is not None
    return _told(problem, search, ())


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    near, listed = _near_of(problem), _listed(problem)
    search = routes.search(near, {})
    assert search is not None
    route, goal, against, reached = search.route, len(near) - 1, -1, -1
    found = [(kind, 0) for kind, hasty in HASTY.items() if hasty(near) not in (None, route)]
    steps = dict(zip(route[1:], route, strict=False))  # place on the right route: the place before it
    for i, (here, _, looks) in enumerate(search.moves):
        for place, _, _, how in looks:
            if how == "better" and steps.get(place) == here:
                found.append(("first_length_kept", i))
            if place == goal and reached < 0:
                reached = i
            if against < 0 and (here, place) not in listed:
                against = i
    if search.moves[reached][0] != steps[goal]:
        found.append(("stopped_too_early", reached + 1))
    if not all(way in listed for way in pairwise(route)) and _leads(problem.structure):
        found.append(("one_way", against))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    near, places = _near_of(problem), problem.structure["places"]
    fields = {"from": places[START], "to": places[-1], **STORIES[problem.structure["story"]][0]}
    if kind in HASTY:
        route = HASTY[kind](near)
        if route is None or route == (best := routes.shortest(near)[0]):
            return None
        apart = next(i for i in range(len(route)) if route[i] != best[i])
        fields.update(first=places[route[1]], count=str(len(route) - 1), at=places[route[apart - 1]],
                      then=places[route[apart]])
        return Slip(kind, step, _walked(problem, near, route, kind), fields)
    search = routes.search(near, _listed(problem), kind, step)
    if search is None or len(search.moves) < step:
        return None
    if kind == "stopped_too_early":
        fields["length"] = str(search.length)
    else:
        here, _, looks = search.moves[step]
        look = next((look for look in looks if look[3] in ("kept", "against")), None)
        if look is None:
            return None
        fields.update(here=places[here], place=places[look[0]], old=str(look[2]))
    wrong = _told(problem, search, right.steps[:step], kind)
    told = fields.values()  # by chance they may hold what the teacher must not say
    if wrong.value == right.value or right.steps[step].value in told or str(right.value) in told:
        return None
    return Slip(kind, step, wrong, fields)


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


def _near_of(problem: Problem) -> Near:
    structure = problem.structure
    return routes.network(len(structure["places"]), structure["ways"], [q.value for q in problem.quantities])


def _listed(problem: Problem) -> dict[tuple[int, int], str]:
    return {(a, b): q.name for (a, b), q in zip(problem.structure["ways"], problem.quantities, strict=True)}


def _told(problem: Problem, search: Search, done: Sequence[Step], kind: str = "") -> Work:
    """The search in words, behind the steps that are done already."""
    structure, words, listed = problem.structure, wordings(FILE), _listed(problem)
    places, style, steps = structure["places"], structure["style"], list(done)
    world = STORIES[structure["story"]][0]
    what = words.choose("what", style, {"here": "{}"})  # chosen once, since all steps share it
    for number in range(len(steps), len(search.moves)):
        here, base, looks = search.moves[number]
        at, total, found, uses, value = places[here], str(base), [], [f"s{number - 1}"] if number else [], base
        for place, way, old, how in looks:
            value = old if how == "kept" else value if how == "against" else base + way
            part = {"place": places[place], "here": at, "base": total, "way": str(way), "sum": str(value),
                    "old": str(old), "link": world["link"]}
            uses.append(listed.get((here, place)) or listed[place, here])
            found.append(words.choose(f"part.{how}", style, part))
        fields = {"here": at, "base": total, "found": "; ".join(found), "spot": world["spot"]}
        key = "line.start" if not number else "line.settle" if found else "line.nothing"
        steps.append(Step(f"s{number}", what.replace("{}", at), words.choose(key, style + 37 * number, fields),
                          str(value), tuple(uses)))
    key = "stopped_too_early.line" if kind == "stopped_too_early" else "line.last"
    return _finished(problem, steps, search.route, search.length, key)


def _finished(problem: Problem, steps: list[Step], route: tuple[int, ...], length: int, key: str) -> Work:
    structure, words = problem.structure, wordings(FILE)
    places, unit = [structure["places"][i] for i in route], STORIES[structure["story"]][0]["unit"]
    fields = {"to": places[-1], "length": str(length), "unit": unit, "route": ", ".join(places)}
    steps.append(Step(f"s{len(steps)}", words.choose("what.last", structure["style"], fields),
                      words.choose(key, structure["style"], fields), str(length), (f"s{len(steps) - 1}",)))
    if structure["ask"] == "length":
        return Work(tuple(steps), length, f"{length} {unit}")
    return Work(tuple(steps), tuple(places), fields["route"])


def _walked(problem: Problem, near: Near, route: tuple[int, ...], kind: str) -> Work:
    """A route taken without comparing totals, way by way."""
    structure, words, listed = problem.structure, wordings(FILE), _listed(problem)
    places, style, world = structure["places"], structure["style"], STORIES[structure["story"]][0]
    steps: list[Step] = []
    total = 0
    for a, b in pairwise(route):
        total += near[a][b]
        fields = {"a": places[a], "b": places[b], "way": str(near[a][b]), "sum": str(total),
                  "count": str(len(route) - 1), **world}
        key = f"{kind}.line_first" if not steps else f"{kind}.line_last" if b == route[-1] else f"{kind}.line"
        steps.append(Step(f"s{len(steps)}", words.choose("what.walk", style, fields),
                          words.choose(key, style + 37 * len(steps), fields), str(total),
                          (listed.get((a, b)) or listed[b, a], *(s.name for s in steps[-1:]))))
    return _finished(problem, steps, route, total, "walk.last")


def _leads(structure: Structure) -> bool:
    """Whether the goal is reached too when ways are read as one-way, and the layout invites to read them so."""
    seen = {START}
    for _ in structure["places"]:
        seen.update([b for a, b in structure["ways"] if a in seen])
    return len(structure["places"]) - 1 in seen and structure["layout"] != "sentences"


FAMILY = Family(
    name=NAME,
    domain="graphs",
    summary="the shortest route between two places, or its length",
    kind=lambda structure: "route" if structure["ask"] == "route" else "number",
    slips=("nearest_first", "fewest_ways", "first_length_kept", "stopped_too_early", "one_way"),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state,
    options=lambda problem: problem.structure["places"] if problem.structure["ask"] == "route" else (),
)
