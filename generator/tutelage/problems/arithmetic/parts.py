"""Parts: things that have things, and how many that is in all. What isn't said is known, or has to be asked for.

    Spiders in the museum: 5. A lobster has as many stickers as a week has days. How many legs do the spiders in the
    museum have in all?   5 spiders, 8 legs each: 5 × 8 = 40.

A problem is chains of owners and parts (museum, spider, leg): the numbers along a chain are multiplied, the chains
added. Each number is said, or is knowledge (`part_facts.FACTS`), or is alluded to by knowledge; of the last two a
statement can be complete without the number, so their quantities are facts. An allusion stands there whether the number
is said besides or not: were it there in place of the number only, it would be a mark of what is wanting
(docs/effect.md). Statements tell as many idle lines as chance will have it, near to what is needed, some of them by
allusion; neither the number of lines nor a turn of phrase tells whether something is wanting: one has to look.

Mistakes: adding what has to be multiplied, one thing's parts taken for all, a group left out, a number read off the
wrong line, a fact misremembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.ledger import KINDS, WRONG_LINE, Fields, Ledger, Line, Mistake
from tutelage.problems.arithmetic.part_lines import chains_of, idle_lines
from tutelage.problems.family import MISREMEMBERED, Family, always, check_level
from tutelage.problems.knowledge.part_facts import FACTS, PLACES, WRONG, a, plural
from tutelage.values import Problem, Slip, Structure, Value, Work
from tutelage.wording import wordings

NAME = "parts"
ADDED, ONCE, LEFT_OUT = "added", "one_for_all", "left_one_out"
CHAINS = {1: ((1, 2),), 2: ((1, 3), (2, 2)), 3: ((2, 2),), 4: ((3, 2),), 5: ((4, 2),)}  # number, pairs a chain
MOST = {1: 30, 2: 30, 3: 40, 4: 60, 5: 90}  # of a number that is no fact


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: `chains`, and `lines` (`ledger`) of the sorts "place" and "thing", of an owner and its part."""
    check_level(NAME, level)
    while True:
        chains = chains_of(draws, *draws.choice(CHAINS[level]))
        pairs = [pair for chain in chains for pair in pairwise(chain)]
        nouns = {noun for chain in chains for noun in chain}
        if len(nouns) == len(chains) + len(chains[0]) - 1:  # else a noun stands for two things
            break
    values: dict[str, Value] = {"_".join(pair): FACTS.get(pair) or draws.between(2, MOST[level]) for pair in pairs}
    lines: list[list[Any]] = LEDGER.needed_lines(draws, [(_sort(pair[0]), *pair) for pair in pairs], values, nouns)
    lines += idle_lines(draws, pairs, lambda owner, part: LEDGER.idle_line(draws, _sort(owner), owner, part,
                                                                          MOST[level], nouns))
    structure = {"chains": chains, "lines": draws.shuffled(lines), "style": draws.below(1 << 30)}
    return pose(structure, values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    first = structure["chains"][0]
    nouns = [plural(chain[-2]) for chain in structure["chains"]]
    last = f"{', '.join(nouns[:-1])} and {nouns[-1]}" if len(nouns) > 1 else nouns[0]
    if len(first) == 4:
        last = f"{plural(first[2])} of the {plural(first[1])}"
    fields = {"parts": plural(first[-1]), "owners": last, "at": _at(first[0])}
    text = wordings(f"problems/{NAME}").choose("question", structure["style"], fields)
    return Problem(NAME, level, structure, LEDGER.quantities(structure, values), "", text)


# --- words -----------------------------------------------------------------------------------------------------------

def _sort(owner: str) -> str:
    return "place" if owner in PLACES else "thing"


def _at(owner: str) -> str:
    return f"{PLACES[owner]} the {owner}" if owner in PLACES else f"of {a(owner)}"


def _fields(sort: str, owner: str, part: str) -> Fields:
    """`own`: "a spider", "the museum"; `at`: "of a spider", "in the museum"; `parts`: "legs"."""
    own = f"the {owner}" if sort == "place" else a(owner)
    return {"own": own, "at": _at(owner), "part": part, "parts": plural(part)}


def _told(structure: Structure, line: Line) -> Fields:
    """The fields of a pair, `last`: what is counted in the end, `owners`: what has it."""
    chain = structure["chains"][line.place[0]]
    owner, part = chain[line.place[1]:line.place[1] + 2]
    return {**_fields(_sort(owner), owner, part), "last": plural(chain[-1]), "owners": plural(chain[1])}


# --- solving ---------------------------------------------------------------------------------------------------------

def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    total = 0
    for chain in structure["chains"]:
        product = 1
        for pair in pairwise(chain):
            product *= cast(int, values["_".join(pair)])
        total += product
    return total


def confirm(problem: Problem) -> Value:
    """The second solver: numbers of a graph's ways, by powers of sympy's adjacency matrix."""
    from sympy import zeros

    chains = problem.structure["chains"]
    nouns = sorted({noun for chain in chains for noun in chain})
    matrix = zeros(len(nouns), len(nouns))
    for chain in chains:
        for owner, part in pairwise(chain):
            matrix[nouns.index(owner), nouns.index(part)] = problem.values[f"{owner}_{part}"]
    ways = (matrix ** (len(chains[0]) - 1))[nouns.index(chains[0][0]), nouns.index(chains[0][-1])]
    return int(ways)


def _plan(structure: Structure) -> list[Line]:
    """Chain by chain: each pair's number, their product so far; then the chains added one by one."""
    lines, sums = list[Line](), list[int]()
    for c, chain in enumerate(structure["chains"]):
        last = -1
        for i, pair in enumerate(pairwise(chain)):
            lines.append(Line(_sort(pair[0]), (c, i), ("_".join(pair),)))
            if i:
                lines.append(Line("times", (c, i), (last, len(lines) - 1)))
            last = len(lines) - 1
        sums.append(last)
    for c, index in enumerate(sums[1:], 1):
        before = sums[0] if c == 1 else len(lines) - 1
        lines.append(Line("plus", (c, 0), (before, index)))
    return lines


LEDGER = Ledger(NAME, WRONG, _fields, _told, _plan)


# --- mistakes --------------------------------------------------------------------------------------------------------

def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_sites(problem))


def _sites(problem: Problem) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(_plan(problem.structure)):
        if line.kind not in KINDS:
            yield from [(kind, index) for kind in LEDGER.misreadings(problem, cast(str, line.args[0]))]
        elif line.kind == "times":
            yield ADDED, index
            yield ONCE, index
        else:
            yield LEFT_OUT, index


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    def combined(kind: str, one: int, two: int, fields: Fields) -> Mistake:
        return Mistake(kind, step, fields, result={ADDED: one + two, ONCE: two, LEFT_OUT: one}[kind])

    return LEDGER.slip(problem, right, kind, step, combined)


def shape(structure: Structure) -> str:
    """What has what, whatever the order of the groups."""
    return " ".join(sorted([".".join(chain if chain[0] not in PLACES else chain[1:]) for chain in structure["chains"]]))


FAMILY = Family(
    name=NAME,
    domain="arithmetic",
    summary="things that have things, how many in all; some numbers are common knowledge",
    kind=always("number"),
    slips=(ADDED, ONCE, LEFT_OUT, WRONG_LINE, MISREMEMBERED),
    draw=draw,
    pose=pose,
    solve=solve,
    work=LEDGER.work,
    sites=sites,
    slip=slip,
    confirm=confirm,
    shape=shape,
    words=LEDGER.say,
    state=LEDGER.state,
)
