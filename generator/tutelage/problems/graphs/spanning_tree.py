"""Spanning tree: ways that could be built between places; what is the least total that connects them all?

    Adler–Buchen 30, Buchen–Clara 40, Adler–Clara 50, Clara–Dachs 90. Least cable that connects all huts: 160 metres.

The quantities are the lengths of the ways. From level 4 on a condition may hold, which is part of the structure: one
way must be built in any case, one can't be built, or two places are connected already. Right is the least total. Worked
by Kruskal's method or by Prim's, confirmed by networkx. Mistakes: taking the shortest ways without looking for loops,
overlooking one loop, stopping when each place has a way though the whole is in parts, building one chain from place to
place, measuring from the start instead of from whatever is connected, forgetting the condition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from tutelage.draws import Draws
from tutelage.problems.family import Family, always, check_level
from tutelage.problems.graphs import trees
from tutelage.problems.graphs.graphs import LAYOUTS, MOST_SENTENCES, STYLES, Remembered, listing, outline, spoken
from tutelage.problems.graphs.sweeps import least_sums
from tutelage.problems.graphs.trees import Pick
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "spanning_tree"
FILE = f"problems/{NAME}"
# level: numbers of places and of ways
SIZES = {1: ((4, 5), (4, 6), (5, 6)), 2: ((5, 7), (5, 8), (6, 7)), 3: ((6, 8), (6, 9)), 4: ((6, 9), (7, 10)),
         5: ((7, 11), (8, 12), (8, 13))}
CONDITIONS = {4: ("", "must", "closed", "joined"), 5: ("must", "closed", "joined")}

# story: what its places and ways are called, the step between lengths, and names that start with a letter each
STORIES: Mapping[str, tuple[Mapping[str, str], tuple[int, ...], tuple[str, ...]]] = {
    story: (dict(zip(("unit", "link", "links", "spot", "spots", "short", "shortest", "do", "done"), world.split(),
                     strict=True)), tuple(range(2 * scale, 18 * scale, scale)), tuple(names.split()))
    for story, world, scale, names in (
        ("cables", "metres cable cables hut huts short shortest lay laid", 10,
         "Adler Buchen Clara Dachs Eiger Falken Geier Hirsch Iltis Jager Kogel Luchs Marmot Nebel Otter Pass"),
        ("pipes", "metres pipe pipes field fields short shortest lay laid", 5,
         "Apple Barley Clover Dill Endive Flax Garlic Hops Kale Lentil Maize Nettle Oats Pea Rye Sorrel"),
        ("fibre", "rolls line lines school schools short shortest lay laid", 1,
         "Ashton Brook Cedar Dale Elm Fairview Grange Hill Ivy Jubilee Kings Lakeside Meadow Northfield Park"),
        ("snow", "minutes path paths house houses quick quickest clear cleared", 1,
         "Adams Baker Clark Davis Evans Foster Green Hughes Irwin Jones Kelly Lewis Moore Norris Owens Parker"),
        ("bridges", "planks bridge bridges islet islets short shortest build built", 2,
         "Bittern Coot Duck Egret Finch Goose Heron Ibis Kite Lapwing Moorhen Otter Plover Quail Rook Swan"),
        ("lights", "metres string strings tree trees short shortest hang hung", 1,
         "Ash Birch Cherry Elm Fir Hazel Juniper Larch Maple Nut Oak Pine Rowan Spruce Tulip Willow"),
    )
}
TALES = tuple(STORIES)
RINGS = {3: ((0, 1), (1, 2), (0, 2)), 4: ((0, 1), (1, 2), (2, 3), (0, 3))}


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: a loop is made of ways so short that taking the shortest ones closes it."""
    check_level(NAME, level)
    story, rule = draws.choice(TALES), draws.choice(CONDITIONS.get(level, ("",)))
    domain, names = STORIES[story][1:]
    random = draws.random
    while True:
        count, size = draws.choice(SIZES[level])
        ring = 3 if count < 6 or draws.chance(0.5) else 4
        pairs = [*RINGS[ring], *[(int(random() * i), i) for i in range(ring, count)]]
        while len(pairs) < size:
            b = draws.between(1, count - 1)
            if (way := (int(random() * b), b)) not in pairs:
                pairs.append(way)
        rising = sorted(draws.sample(domain, size))
        short = [rising.pop(rank) for rank in sorted(draws.sample(range(count - 1), ring), reverse=True)]
        order = sorted(zip(pairs, [*short, *draws.shuffled(rising)], strict=True), key=lambda way: random())
        ways = [[a, b] if random() < 0.5 else [b, a] for (a, b), _ in order]
        lengths = [length for _, length in order]
        plain = trees.kruskal(count, ways, lengths, "", ())
        pair = _pair(draws, count, ring, ways, plain, rule)
        if pair is None:
            continue
        picks = trees.kruskal(count, ways, lengths, rule, pair) if rule else plain
        if picks[-1][1] not in lengths:
            break
    structure = {"story": story, "places": draws.sample(names, count), "ways": ways, "rule": rule, "pair": pair,
                 "layout": draws.choice(LAYOUTS if size <= MOST_SENTENCES else LAYOUTS[:-1]),
                 "method": draws.choice(("kruskal", "prim")), "style": draws.below(1 << 30)}
    problem = _posed(structure, _names(structure), lengths, level)
    if structure["method"] == "kruskal":
        _right.keep(problem, picks)
    return problem


def _pair(draws: Draws, count: int, ring: int, ways: list[list[int]], plain: Sequence[Pick],
          rule: str) -> list[int] | None:
    """The places that the condition is about, so that it changes the answer; None where no pair offers itself.

    `plain` is how it goes without the condition.
    """
    if not rule:
        return []
    if rule == "joined":
        a, b = draws.sample(range(count), 2)
        return None if [a, b] in ways or [b, a] in ways else [a, b]
    taken = {pick[0] for pick in plain if pick[2] == "take"}
    fit = [way for i, way in enumerate(ways) if (i not in taken if rule == "must" else i in taken and max(way) < ring)]
    return draws.choice(fit) if fit else None


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    names = _names(structure)
    return _posed(structure, names, [values[name] for name in names], level)


def _posed(structure: Structure, names: Sequence[str], lengths: Sequence[Value], level: int) -> Problem:
    words, style, story = wordings(FILE), structure["style"], structure["story"]
    domain = STORIES[story][1]
    quantities = tuple([Quantity(name, length, domain) for name, length in zip(names, lengths, strict=True)])
    return Problem(NAME, level, structure, quantities, words.choose(f"{story}.intro", style, {}),
                   words.choose(f"{story}.question", style, {}))


def say(problem: Problem, quantity: Quantity) -> Words:
    words, style, story = wordings(FILE), problem.structure["style"], problem.structure["story"]
    a, _, b = quantity.name.partition("–")
    fields = {"a": a, "b": b, "length": str(quantity.value)}
    return Words(words.choose(f"{story}.way", style, fields), words.choose(f"{story}.ask_way", style, fields),
                 words.choose(f"{story}.the_way", style, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """The ways, then the condition, which is never hidden."""
    words, structure = wordings(FILE), problem.structure
    parts = [problem.intro, *listing(problem, known, words)]
    if structure["rule"]:
        parts.append(words.choose(f"rule.{structure['rule']}", structure["style"], _pair_fields(structure)))
    return " ".join((*parts, problem.question))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The least total. There always is one: no condition takes away a way that is needed."""
    lengths: list[int] = [values[name] for name in _names(structure)]  # type: ignore[misc]  # whole numbers all
    return _picks(structure, lengths, "kruskal")[-1][1]


def work(problem: Problem) -> Work:
    """Kruskal's or Prim's method, a step for each way that is looked at, and one that says that all are connected."""
    return _told(problem, _right(problem), ())


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    structure, picks, rule = problem.structure, _right(problem), problem.structure["rule"]
    found = [("cheapest_few", 0)]
    if rule:
        found.append(("forgot_condition", next(j for j, pick in enumerate(picks) if pick[2] == rule)))
    if structure["method"] == "kruskal":
        found += [("closed_loop", j) for j, pick in enumerate(picks) if pick[2] == "skip"]
        touched: set[int] = set()
        for j, (_, _, how, a, b) in enumerate(picks[:-1]):
            touched.update((a, b) if how != "closed" else ())
            if len(touched) == len(structure["places"]):
                found.append(("two_parts", j + 1))
                break
    else:
        tips: Sequence[int] = (picks[0][3],)
        for j, (_, _, how, old, new) in enumerate(picks):
            if old not in tips:
                found += [("chain", j)] if how == "take" else []
                break
            if how != "closed":
                tips = (new,) if how == "take" else (old, new)
        if rule not in ("must", "joined"):
            wrong = _picks(structure, _lengths(problem), "prim", "from_start")
            j = next((j for j, (pick, other) in enumerate(zip(picks, wrong, strict=False)) if pick != other), 0)
            found += [("from_start", j)] if j and picks[j][2] == "take" else []
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure, lengths, places = problem.structure, _lengths(problem), problem.structure["places"]
    if kind == "cheapest_few":
        return _few(problem, right, lengths)
    fields = {**STORIES[structure["story"]][0], "n": str(len(places))}
    if kind == "closed_loop":
        picks = trees.kruskal(len(places), structure["ways"], lengths, structure["rule"], structure["pair"], step)
    elif kind == "two_parts":
        picks = _right(problem)[:step]
        group, _ = trees.parts(len(places), [pick[3:] for pick in picks if pick[2] not in ("skip", "closed")])
        apart = next(place for place, part in enumerate(group) if part != group[0])
        fields.update(a=places[0], b=places[apart], sum=str(picks[-1][1]))
    elif kind == "forgot_condition":
        picks = _picks({**structure, "rule": ""}, lengths, structure["method"])
        fields.update(_pair_fields(structure))
        for key in ("condition", "remedy"):
            fields[key] = wordings(FILE).choose(f"{key}.{structure['rule']}", structure["style"], fields)
    else:
        picks = _picks(structure, lengths, "prim", kind)
    if len(picks) < step or picks[-1][1] == right.value:
        return None
    if kind in ("closed_loop", "chain", "from_start"):
        i, _, how, a, b = picks[step]
        if how != "take" or (kind == "chain" and a not in _newest(picks, step)):
            return None
        fields.update(way=problem.quantities[i].name, a=places[a], b=places[b], length=str(lengths[i]),
                      start=places[_start(structure)])
    return Slip(kind, step, _told(problem, picks, right.steps[:step], kind), fields)


def confirm(problem: Problem) -> Value:
    """The second solver: networkx, Borůvka's method. A way that must be in is made so cheap that it is."""
    import networkx as nx

    structure = problem.structure
    rule, pair, graph = structure["rule"], structure["pair"], nx.Graph()
    for way, q in zip(structure["ways"], problem.quantities, strict=True):
        if not (rule == "closed" and way == pair):
            graph.add_edge(*way, weight=-1 if rule == "must" and way == pair else q.value, length=q.value)
    if rule == "joined":
        graph.add_edge(*pair, weight=-1, length=0)
    tree = nx.minimum_spanning_tree(graph, algorithm="boruvka")
    return int(sum(length for _, _, length in tree.edges.data("length")))


def shape(structure: Structure) -> str:
    marks = dict.fromkeys(structure["pair"], 2)
    return f"{structure['story']} {structure['rule']} {outline(len(structure['places']), structure['ways'], marks)}"


def _names(structure: Structure) -> list[str]:
    places = structure["places"]
    return [f"{places[a]}–{places[b]}" for a, b in structure["ways"]]


def _lengths(problem: Problem) -> list[int]:
    return [q.value for q in problem.quantities]  # type: ignore[misc]  # whole numbers all


def _pair_fields(structure: Structure) -> dict[str, str]:
    a, b = (structure["places"][place] for place in structure["pair"])
    return {"a": a, "b": b, "way": f"{a}–{b}", **STORIES[structure["story"]][0]}


def _newest(picks: Sequence[Pick], step: int) -> tuple[int, ...]:
    """The places that were reached by the pick before `step`: a chain goes on from there."""
    _, _, how, old, new = picks[step - 1]
    return (new,) if how == "take" else (old, new)


def _start(structure: Structure) -> int:
    """The place from which Prim's method sets out: the first one in the statement."""
    start: int = structure["ways"][0][0]
    return start


def _picks(structure: Structure, lengths: Sequence[int], method: str, mistake: str = "") -> list[Pick]:
    """The picks by that method; none where a mistake leads into a dead end."""
    count, ways, rule, pair = len(structure["places"]), structure["ways"], structure["rule"], structure["pair"]
    if method == "kruskal":
        return trees.kruskal(count, ways, lengths, rule, pair)
    return trees.prim(count, ways, lengths, rule, pair, _start(structure), mistake)


@Remembered
def _right(problem: Problem) -> list[Pick]:
    """The picks by the method of the problem."""
    return _picks(problem.structure, _lengths(problem), problem.structure["method"])


@Remembered
def _at(problem: Problem) -> list[list[str]]:
    """For each place the names of the ways that lead to it."""
    names: list[list[str]] = [[] for _ in problem.structure["places"]]
    for (a, b), q in zip(problem.structure["ways"], problem.quantities, strict=True):
        names[a].append(q.name)
        names[b].append(q.name)
    return names


def _told(problem: Problem, picks: Sequence[Pick], done: Sequence[Step], kind: str = "") -> Work:
    """The picks in words, behind the steps that are done already."""
    structure, words, quantities = problem.structure, wordings(FILE), problem.quantities
    places, style, steps = structure["places"], structure["style"], list(done)
    start, take = _start(structure), "prim" if structure["method"] == "prim" else "take"
    world, here = STORIES[structure["story"]][0], places[start]
    fields = ("way", "a", "b", "length", "base", "sum", "far", "n", "start", *world)
    rest = (len(places), here, *world.values())
    far, total = {start: 0}, 0
    for number, (i, after, how, a, b) in enumerate(picks):
        base, total = total, after
        far[b] = far.get(a, 0) + after - base
        if number < len(done):
            continue
        way, length = (quantities[i].name, quantities[i].value) if i >= 0 else (f"{places[a]}–{places[b]}", 0)
        key = f"line.{take if how == 'take' else how}"
        if kind in ("chain", "from_start") or (kind == "closed_loop" and number == len(done)):
            key = f"{kind}.line" if kind != "from_start" or a != start else f"{kind}.line_direct"
        elif not base and how in ("take", "closed"):
            key = "line.take_then" if number and how == "take" else f"{key}_first"
        line = spoken(words, key, (style + 37 * number) % STYLES, fields)
        named = "what" if number else f"what.{how}" if how in ("must", "joined") else "what.first"
        what = spoken(words, named, style % STYLES, ("way", "a", "b", "link"))
        steps.append(Step(f"s{number}", what(way, places[a], places[b], world["link"]),
                          line(way, places[a], places[b], length, base, after, far[b], *rest),
                          str(length if key.endswith("closed_first") else after), _uses(problem, picks, number)))
    key, last = "two_parts.line" if kind == "two_parts" else "line.last", {**world, "n": str(len(places))}
    last.update(sum=str(total), start=here)
    steps.append(Step(f"s{len(steps)}", words.choose("what.last", style, last), words.choose(key, style, last),
                      str(total), (f"s{len(steps) - 1}",)))
    return Work(tuple(steps), total, f"{total} {world['unit']}")


def _uses(problem: Problem, picks: Sequence[Pick], number: int) -> tuple[str, ...]:
    """What a pick depends on: the ways that it is compared with, as far as no step before has looked at them."""
    quantities = problem.quantities
    i, _, how, a, _ = picks[number]
    before = (f"s{number - 1}",) if number else ()
    first = not number or picks[number - 1][2] in ("must", "joined")
    if how in ("must", "joined"):
        return (quantities[i].name,) if i >= 0 else ()
    if problem.structure["method"] == "kruskal":
        return (*(q.name for q in quantities), *before) if first else (quantities[i].name, *before)
    at = _at(problem)
    if first and number:  # both places of the pair that is fixed are fresh, and they may have a way between them
        return (*dict.fromkeys([*at[picks[number - 1][3]], *at[picks[number - 1][4]]]), *before)
    return (*at[picks[number - 1][4] if number else a], *before)


def _few(problem: Problem, right: Work, lengths: Sequence[int]) -> Slip | None:
    """As many of the shortest ways as a tree has, loops or not."""
    structure, words, places = problem.structure, wordings(FILE), problem.structure["places"]
    ways, rule, pair, style = structure["ways"], structure["rule"], structure["pair"], structure["style"]
    ranks = sorted([(-1 if rule == "must" and way == pair else length, i) for i, (way, length)
                    in enumerate(zip(ways, lengths, strict=True)) if rule != "closed" or way != pair])
    taken = [i for _, i in ranks[:len(places) - 1 - (rule == "joined")]]
    total = sum([lengths[i] for i in taken])
    group, loop = trees.parts(len(places), [*([pair] if rule == "joined" else []), *[ways[i] for i in taken]])
    if loop < 0 or total == right.value:
        return None
    a = ways[taken[0]][0]
    b = next(place for place, part in enumerate(group) if part != group[a])
    fields = {**STORIES[structure["story"]][0], "n": str(len(places)), "need": str(len(taken)), "a": places[a],
              "b": places[b], "list": ", ".join([f"{problem.quantities[i].name} {lengths[i]}" for i in taken]),
              "terms": " + ".join([str(lengths[i]) for i in taken]), "sum": str(total)}
    steps = tuple([Step(f"s{i}", words.choose(f"cheapest_few.what{i}", style, fields),
                        words.choose(f"cheapest_few.line{i}", style, fields), value, uses)
                   for i, (value, uses) in enumerate(((fields["need"], tuple([q.name for q in problem.quantities])),
                                                      (fields["sum"], ("s0",))))])
    for key in ("list", "terms", "sum"):
        del fields[key]
    return Slip("cheapest_few", 0, Work(steps, total, f"{total} {fields['unit']}"), fields)


FAMILY = alluding(Family(
    name=NAME,
    domain="graphs",
    summary="the least total of ways that connect all places",
    kind=always("number"),
    slips=("cheapest_few", "closed_loop", "two_parts", "chain", "from_start", "forgot_condition"),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape,
    words=say, state=state, sweep=least_sums(solve),
))
