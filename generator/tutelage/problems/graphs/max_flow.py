"""Greatest flow: one-way pieces with limited room; how much can get from one end of the network to the other at once?

    Spring→Mill 7, Spring→Ford 3, Mill→Ford 2, Mill→Town 4, Ford→Town 9 (litres per second). From Spring to Town: 9.

The quantities are what each piece can carry; what is joined to what, and in which direction, is open to all. Right is
the greatest flow. Worked way by way, with a wall of full pieces as the reason to stop, confirmed by networkx. Mistakes:
looking at the two ends alone, taking the best single way, sending what the first piece of a way takes, using the same
room twice, missing the last way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.family import Family, always, check_level
from tutelage.problems.graphs import flows
from tutelage.problems.graphs.flows import Flow
from tutelage.problems.graphs.graphs import LAYOUTS, MOST_SENTENCES, STYLES, Remembered, listing, outline, spoken
from tutelage.problems.graphs.sweeps import least_sums
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "max_flow"
FILE = f"problems/{NAME}"
DOMAIN = tuple(range(2, 17))
# level: numbers of places and of pieces, and of ways that the flow takes at least
SIZES = {1: ((4, 5), (5, 6)), 2: ((5, 7), (6, 8)), 3: ((6, 8), (6, 9)), 4: ((7, 10), (7, 11)), 5: ((8, 12), (8, 13))}
PATHS = {1: 2, 2: 2, 3: 2, 4: 3, 5: 3}
# the least room and the number of sizes, of pieces between the ends, and at them (True: where those take more)
INNER = (2, 7)
OUTER = {False: (3, 8), True: (8, 8)}

# story: what its pieces and places are called, the unit, and names that start with a letter each
STORIES: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    story: ({"unit": unit, **dict(zip(("link", "links", "spot", "spots"), world.split(), strict=True))},
            tuple(names.split()))
    for story, unit, world, names in (
        ("water", "litres per second", "pipe pipes tank tanks",
         "Alder Brook Cairn Dell Elder Fern Glen Heath Knoll Linden Moor Oak Pond Reed Slate Vale"),
        ("traffic", "cars per minute", "road roads junction junctions",
         "Abbey Bridge Castle Docks Exchange Forum Gardens Harbour Infirmary Junction Library Market Opera Park"),
        ("data", "megabits per second", "link links router routers",
         "atlas bolt comet delta ember flint gamma helix iris jolt kite lunar mango nova onyx pixel quill raven"),
        ("trains", "trains per day", "line lines station stations",
         "Aft Birk Cole Dunn Enn Farr Gorse Hale Ives Jarrow Kell Lorn Moss Nairn Oby Pell Quorn Rye"),
        ("crowd", "people per minute", "corridor corridors hall halls",
         "Atrium Balcony Court Deck Entrance Foyer Gallery Lobby Museum Nave Office Pavilion Studio Terrace"),
        ("belts", "parcels per minute", "belt belts hub hubs",
         "Amber Blue Coral Denim Ebony Flame Green Hazel Indigo Jade Khaki Lilac Mauve Navy Olive Pink"),
    )
}
TALES = tuple(STORIES)
PAIRS = {count: tuple([(a, b) for a in range(count) for b in range(a + 1, min(a + 4, count)) if b - a < count - 1])
         for count in range(4, 9)}


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: filling the shortest free way each time gives the greatest flow; the ends mostly take more."""
    check_level(NAME, level)
    story, roomy = draws.choice(TALES), draws.chance(0.5)
    random = draws.random
    while True:
        count, size = draws.choice(SIZES[level])
        pieces = _pieces(draws, count, size)
        outer = OUTER[roomy]
        room = [low + int(random() * span) for low, span in
                [INNER if a and b < count - 1 else outer for a, b in pieces]]
        flow = flows.filled(count, pieces, room)
        total = _total(flow)
        # the answer should not stand in the statement; a piece that isn't full may as well be one wider
        room = [width + (width == total > used) for width, used in zip(room, flow.used, strict=True)]
        if (len(flow.paths) >= PATHS[level] and total not in room and (not roomy or _ends(count, pieces, room) > total)
                and (wall := flows.wall(count, pieces, room, flow.used, flow.reached))):
            break
    structure = {"story": story, "places": draws.sample(STORIES[story][1], count),
                 "ways": [[*piece] for piece in pieces],
                 "layout": draws.choice(LAYOUTS if len(pieces) <= MOST_SENTENCES else LAYOUTS[:-1]),
                 "style": draws.below(1 << 30)}
    problem = _posed(structure, _names(structure), room, level)
    _facts.keep(problem, _put_together(problem, room, flow, wall))
    return problem


def _pieces(draws: Draws, count: int, size: int) -> list[tuple[int, int]]:
    """About `size` pieces from lower to higher places, in random order. Every place is on a way, both ends branch."""
    goal = count - 1
    pieces = {(0, 1), (0, 2), (goal - 2, goal), (goal - 1, goal)}
    for place in range(1, goal):
        if place > 2:
            pieces.add((draws.between(max(1, place - 3), place - 1), place))
        if place < goal - 2:
            pieces.add((place, draws.between(place + 1, min(place + 3, goal - 1))))
    pool = [*PAIRS[count]]
    while len(pieces) < size and pool:
        pieces.add(pool.pop(draws.below(len(pool))))
    return draws.shuffled(sorted(pieces))


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    names = _names(structure)
    return _posed(structure, names, [values[name] for name in names], level)


def _posed(structure: Structure, names: Sequence[str], room: Sequence[Value], level: int) -> Problem:
    words, style, story = wordings(FILE), structure["style"], structure["story"]
    quantities = tuple([Quantity(name, width, DOMAIN) for name, width in zip(names, room, strict=True)])
    fields = {"from": structure["places"][0], "to": structure["places"][-1]}
    return Problem(NAME, level, structure, quantities, words.choose(f"{story}.intro", style, {}),
                   words.choose(f"{story}.question", style, fields))


def say(problem: Problem, quantity: Quantity) -> Words:
    words, style, story = wordings(FILE), problem.structure["style"], problem.structure["story"]
    a, _, b = quantity.name.partition("→")
    fields = {"a": a, "b": b, "length": str(quantity.value)}
    return Words(words.choose(f"{story}.way", style, fields), words.choose(f"{story}.ask_way", style, fields),
                 words.choose(f"{story}.the_way", style, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    return " ".join((problem.intro, *listing(problem, known, wordings(FILE), "→"), problem.question))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The greatest flow; there always is one."""
    room: list[int] = [values[name] for name in _names(structure)]  # type: ignore[misc]  # whole numbers all
    return flows.most(len(structure["places"]), structure["ways"], room)[0]


def work(problem: Problem) -> Work:
    """A step for each way that something is sent along, and one that shows that no more gets through."""
    return _told(problem, _facts(problem).flow, _facts(problem).wall, ())


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    room, whole, _, flow, _ = _facts(problem)
    last, total, ways = len(flow.paths) - 1, _total(flow), problem.structure["ways"]
    found = [("ends_only", 0)] if _ends(len(problem.structure["places"]), ways, room) > total else []
    if last > 0:
        found += [("best_path", 0), ("path_missed", last)]
    for step, (path, amount, narrow) in enumerate(flow.paths):
        if narrow is None:
            break  # not what filling way after way gives
        if narrow != path[:2]:
            found.append(("first_piece", step))
        if whole[narrow] > amount:
            found.append(("used_again", step))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure, places, facts = problem.structure, problem.structure["places"], _facts(problem)
    if kind in ("ends_only", "best_path"):
        return _hasty(problem, right, kind)
    fields = {"from": places[0], "to": places[-1], **STORIES[structure["story"]][0]}
    if kind == "path_missed":
        flow = facts.flow
        missed, flow = flow.paths[step], flow._replace(paths=flow.paths[:step])
        fields.update(via=places[missed[0][1]], before=places[missed[0][-2]], sum=str(_total(flow)))
    else:
        flow = flows.filled(len(places), structure["ways"], facts.room, kind, step)
        if len(flow.paths) <= step or _total(flow) == right.value:
            return None
        path, amount, narrow = flow.paths[step]
        fields.update(route=_route(places, path), amount=str(amount), piece=_name(places, path[:2]),
                      narrow=_name(places, narrow or path[:2]))
    if right.steps[step].value in fields.values() or str(right.value) in fields.values():
        return None  # by chance the fields hold what the teacher must not say
    return Slip(kind, step, _told(problem, flow, [], right.steps[:step], kind), fields)


def confirm(problem: Problem) -> Value:
    """The second solver: networkx, by its least cut."""
    import networkx as nx

    graph = nx.DiGraph()
    for (a, b), q in zip(problem.structure["ways"], problem.quantities, strict=True):
        graph.add_edge(a, b, capacity=q.value)
    return int(nx.minimum_cut_value(graph, 0, len(problem.structure["places"]) - 1))


def shape(structure: Structure) -> str:
    ways = structure["ways"]
    marks = dict.fromkeys(range(len(structure["places"])), 2)
    for a, _ in ways:
        marks[a] += 1  # how many pieces lead away tells directions apart
    return f"{structure['story']} {outline(len(marks), ways, marks)}"


def _names(structure: Structure) -> list[str]:
    places = structure["places"]
    return [f"{places[a]}→{places[b]}" for a, b in structure["ways"]]


def _name(places: Sequence[str], piece: Sequence[int]) -> str:
    return f"{places[piece[0]]}→{places[piece[1]]}"


def _total(flow: Flow) -> int:
    return sum([amount for _, amount, _ in flow.paths])


def _ends(count: int, pieces: Sequence[Sequence[int]], room: Sequence[int]) -> int:
    """What both ends can take: the smaller of what leaves the first place and what reaches the last."""
    away, home = 0, 0
    for (a, b), width in zip(pieces, room, strict=True):
        away += width if not a else 0
        home += width if b == count - 1 else 0
    return min(away, home)


def _route(places: Sequence[str], path: Sequence[int]) -> str:
    return "→".join([places[place] for place in path])


class _Facts(NamedTuple):
    """What a problem comes to."""

    room: list[int]
    whole: Mapping[tuple[int, int], int]  # the room of each piece, by its ends
    names: Mapping[tuple[int, int], str]
    flow: Flow  # way after way; where that falls short of the greatest flow, the ways that make up the greatest
    wall: list[int]


@Remembered
def _facts(problem: Problem) -> _Facts:
    count, pieces = len(problem.structure["places"]), problem.structure["ways"]
    room: list[int] = [q.value for q in problem.quantities]  # type: ignore[misc]  # whole numbers all
    flow = flows.filled(count, pieces, room)
    wall = flows.wall(count, pieces, room, flow.used, flow.reached)
    if not wall:
        flow = flows.split(count, pieces, flows.most(count, pieces, room)[1])
        wall = flows.wall(count, pieces, room, flow.used)
    return _put_together(problem, room, flow, wall)


def _put_together(problem: Problem, room: list[int], flow: Flow, wall: list[int]) -> _Facts:
    whole, names = {}, {}
    for (a, b), q, width in zip(problem.structure["ways"], problem.quantities, room, strict=True):
        whole[a, b], names[a, b] = width, q.name
    return _Facts(room, whole, names, flow, wall)


def _told(problem: Problem, flow: Flow, wall: Sequence[int], done: Sequence[Step], kind: str = "") -> Work:
    """The ways in words, behind the steps that are done already, and why that is all."""
    structure, words, quantities, names = problem.structure, wordings(FILE), problem.quantities, _facts(problem).names
    places, style, steps, total = structure["places"], structure["style"], list(done), 0
    world = STORIES[structure["story"]][0]
    ends, fields = (places[0], places[-1], *world.values()), ("from", "to", *world)
    what, what_first = (spoken(words, key, style % STYLES, ("route",)) for key in ("what", "what.first"))
    for number, (path, amount, full) in enumerate(flow.paths):
        base, total = total, total + amount
        if number < len(done):
            continue
        route, uses = "→".join([places[place] for place in path]), [names[piece] for piece in pairwise(path)]
        if number:
            uses.append(f"s{number - 1}")
        key = f"{kind}.line" if kind and number == len(done) else "line.path" if full else "line.part"
        line = spoken(words, key if base else f"{key}_first", (style + 37 * number) % STYLES,
                      ("route", "amount", "base", "sum", "full", "piece", *fields))
        told = line(route, amount, base, total, names[full] if full else uses[0], uses[0], *ends)
        steps.append(Step(f"s{number}", (what if number else what_first)(route), told, str(total), tuple(uses)))
    last = dict(zip(fields, ends, strict=True))
    key, after = f"{kind}.last" if kind == "path_missed" else "line.last", [f"s{len(steps) - 1}"]
    if not kind:
        full_ones = [quantities[i].name for i in wall]
        last.update(wall=_and(full_ones, "and"), either=_and(full_ones, "or"), are="are" if wall[1:] else "is",
                    terms=" + ".join([str(quantities[i].value) for i in wall]))
        key, after = "line.wall", [*full_ones, *after]
    last["sum"] = str(total)
    steps.append(Step(f"s{len(steps)}", words.choose("what.last", style, last), words.choose(key, style, last),
                      str(total), tuple(after)))
    return Work(tuple(steps), total, f"{total} {world['unit']}")


def _and(names: Sequence[str], joint: str) -> str:
    return f"{', '.join(names[:-1])} {joint} {names[-1]}" if len(names) > 1 else names[0]


def _hasty(problem: Problem, right: Work, kind: str) -> Slip | None:
    """The answer from the two ends alone, or from the best single way."""
    structure, words, places, room = problem.structure, wordings(FILE), problem.structure["places"], _facts(problem)[0]
    fields = {"from": places[0], "to": places[-1], **STORIES[structure["story"]][0]}
    names = [q.name for q in problem.quantities]
    if kind == "ends_only":
        ends, uses = (0, len(places) - 1), []
        for side, key in enumerate(("out", "in")):
            at = [i for i, way in enumerate(structure["ways"]) if way[side] == ends[side]]
            fields[key] = str(sum([room[i] for i in at]))
            fields[f"{key}_terms"] = " + ".join([str(room[i]) for i in at])
            uses.append([names[i] for i in at])
        total = _ends(len(places), structure["ways"], room)
        values = [fields["out"], fields["in"], str(total)]
    else:
        path = flows.widest(len(places), structure["ways"], room)
        left = {(a, b): (width, name) for (a, b), width, name in zip(structure["ways"], room, names, strict=True)}
        total, narrow = min([left[piece] for piece in pairwise(path)])
        fields.update(route=_route(places, path), narrow=narrow,
                      list=", ".join([str(left[piece][0]) for piece in pairwise(path)]))
        uses, values = [names, []], [fields["list"], str(total)]
    fields["sum"] = str(total)
    if total == right.value:
        return None
    steps = [Step(f"s{i}", words.choose(f"{kind}.what{i}", structure["style"], fields),
                  words.choose(f"{kind}.line{i}", structure["style"], fields), value,
                  (*(uses[i] if i < len(uses) else ()), *[f"s{k}" for k in range(i)]))
             for i, value in enumerate(values)]
    return Slip(kind, 0, Work(tuple(steps), total, f"{total} {fields['unit']}"), fields)


FAMILY = alluding(Family(
    name=NAME,
    domain="graphs",
    summary="how much can get through a network of one-way pieces at once",
    kind=always("number"),
    slips=("ends_only", "best_path", "first_piece", "used_again", "path_missed"),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state, sweep=least_sums(solve),
    in_order=False, asides=True,
))
