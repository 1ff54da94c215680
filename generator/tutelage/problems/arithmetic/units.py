"""Units: so much in one unit, how much is it in a smaller one? Old and new units, some of them of no book.

    Rope in fathoms: 5. What is its length in feet?   Feet in a fathom: 6. 5 × 6 = 30.

A problem is one thing or two, each with a way down from a larger unit to a smaller: what it measures at some of the
units (5 fathoms 2 feet), and the factors between them. A factor is common knowledge (`unit_facts.FACTS`), or is said,
or alluded to, as in the family `parts`, and so are the amounts; of what is known or alluded to a statement can leave
the number out. Idle lines stand near what is needed and never give another way to the answer.

Mistakes: dividing or adding where one has to multiply, a unit skipped on the way down, the rest converted along with
the larger unit, a rest or a thing left out, a number read off the wrong line, a fact misremembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.ledger import KINDS, WRONG_LINE, Fields, Ledger, Line, Mistake
from tutelage.problems.arithmetic.unit_facts import FACTS, MEASURES, WRONG, plural
from tutelage.problems.arithmetic.unit_lines import amounts, factors, idle_lines, things_of
from tutelage.problems.family import MISREMEMBERED, Family, always, check_level
from tutelage.problems.knowledge.part_facts import a
from tutelage.values import Problem, Slip, Structure, Value, Work
from tutelage.wording import wordings

NAME = "units"
DIVIDED, ADDED, SKIPPED, EARLY, LEFT_OUT = "divided", "added", "skipped_unit", "converted_rest", "left_out"
# things, factors on the way down, at how many units it is measured
WAYS = {1: (1, 1, 1), 2: (1, 2, 1), 3: (2, 1, 1), 4: (2, 1, 2), 5: (1, 2, 3)}
MOST = {1: 30, 2: 30, 3: 40, 4: 60, 5: 20}  # of what is measured in the largest unit
FACTORS = (3, 30)  # of units of no book


# --- drawing ---------------------------------------------------------------------------------------------------------

def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem. `things` are [thing, way down, at how many of its units it is measured]; the `lines` (`ledger`)
    are of the sorts "amount:<measure>", of a thing in a unit, and "factor", of a larger unit in smaller ones."""
    check_level(NAME, level)
    measure, things = things_of(draws, *WAYS[level])
    asked, values = {"measure": measure, "things": things}, dict[str, Value]()
    nouns = frozenset(noun for thing, way, _ in things for noun in (thing, *way))
    for big, small in factors(asked):
        values[f"{big}_{small}"] = FACTS.get((big, small)) or draws.between(*FACTORS)
    for thing, way, count in things:
        factor, top = cast(int, values[f"{way[0]}_{way[1]}"]), draws.between(2, MOST[level])
        values[f"{thing}_{way[0]}"] = factor * draws.between(2, 5) if draws.chance(0.4) else top
        for big, small in list(pairwise(way))[:count - 1]:
            values[f"{thing}_{small}"] = draws.between(2, min(13, max(4, cast(int, values[f"{big}_{small}"]))) - 1)
    needed = [(f"amount:{measure}", *pair) for pair in amounts(asked)] + [("factor", *pair) for pair in factors(asked)]
    lines: list[list[Any]] = LEDGER.needed_lines(draws, needed, values, nouns)
    lines += [LEDGER.idle_line(draws, *each, MOST[level], nouns) for each in idle_lines(draws, measure, things, nouns)]
    return pose({**asked, "lines": draws.shuffled(lines), "style": draws.below(1 << 30)}, values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    (thing, way, count), *others = structure["things"]
    fields = _fields(f"amount:{structure['measure']}", thing, way[0])
    fields |= {"units": _listed([plural(unit) for unit in way[:count]]), "smalls": plural(way[-1])}
    section = "one"
    if others:
        section, (fields["other"], other, _) = "two", others[0]
        fields["others"] = _listed([plural(unit) for unit in other[:count]])
    elif len(way) > max(2, count):
        section, fields["by"] = "by_way", plural(way[1])
    text = wordings(f"problems/{NAME}").choose(f"question.{section}", structure["style"], fields)
    return Problem(NAME, level, structure, LEDGER.quantities(structure, values), "", text)


# --- words -----------------------------------------------------------------------------------------------------------

def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _fields(sort: str, one: str, two: str) -> Fields:
    """Of an amount `measure`, `thing` and `units`; of a factor `big` ("a fathom") and `smalls`."""
    if sort == "factor":
        return {"big": a(one), "smalls": plural(two)}
    measure = sort.partition(":")[2]
    return {"measure": MEASURES.get(measure, measure), "thing": one, "units": plural(two)}


def _told(structure: Structure, line: Line) -> Fields:
    """`measure`, `thing`, `units` (those that come out), `big`, `bigs` and `smalls`; of two things `other`."""
    number, at = line.place
    thing, way, _ = structure["things"][number]
    fields = _fields(f"amount:{structure['measure']}", thing, way[at])
    if at:
        fields |= {**_fields("factor", way[at - 1], way[at]), "bigs": plural(way[at - 1])}
    if line.kind == "total":
        fields |= {"smalls": plural(way[-1]), "other": structure["things"][1][0]}
    return fields


# --- solving ---------------------------------------------------------------------------------------------------------

def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    total = 0
    for thing, way, count in structure["things"]:
        amount = 0
        for index, unit in enumerate(way):
            if index:
                amount *= cast(int, values[f"{way[index - 1]}_{unit}"])
            if index < count:
                amount += cast(int, values[f"{thing}_{unit}"])
        total += amount
    return total


def confirm(problem: Problem) -> Value:
    """The second solver: sympy solves for the size of each unit in the smallest, then weighs the amounts with them."""
    from sympy import Eq, Symbol, solve

    values, total = problem.values, 0
    for thing, way, count in problem.structure["things"]:
        sizes = {unit: Symbol(unit, positive=True) for unit in way}
        equations = [Eq(sizes[big], values[f"{big}_{small}"] * sizes[small]) for big, small in pairwise(way)]
        found = solve([*equations, Eq(sizes[way[-1]], 1)], list(sizes.values()), dict=True)[0]
        total += sum(values[f"{thing}_{unit}"] * found[sizes[unit]] for unit in way[:count])
    return int(total)


def _plan(structure: Structure) -> list[Line]:
    """Thing by thing down its way: an amount, a factor, their product, the rest in this unit; at last both things."""
    lines, ends = list[Line](), list[int]()
    for t, (thing, way, count) in enumerate(structure["things"]):
        for i, unit in enumerate(way):
            if i:
                lines.append(Line("factor", (t, i), (f"{way[i - 1]}_{unit}",)))
                lines.append(Line("times", (t, i), (len(lines) - 2, len(lines) - 1)))
            if i < count:
                lines.append(Line("amount", (t, i), (f"{thing}_{unit}",)))
                if i:
                    lines.append(Line("plus", (t, i), (len(lines) - 2, len(lines) - 1)))
        ends.append(len(lines) - 1)
    if len(ends) > 1:
        lines.append(Line("total", (0, 0), tuple(ends)))
    return lines


LEDGER = Ledger(NAME, WRONG, _fields, _told, _plan)


# --- mistakes --------------------------------------------------------------------------------------------------------

def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_sites(problem, _plan(problem.structure), right))


def _sites(problem: Problem, plan: Sequence[Line], right: Work) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(plan):
        if line.kind not in KINDS:
            yield from [(kind, index) for kind in LEDGER.misreadings(problem, cast(str, line.args[0]))]
        elif line.kind == "times":
            one, two = LEDGER.numbers(problem, right, line)
            yield ADDED, index
            if one % two == 0:
                yield DIVIDED, index
            if line.place[1] > 1:
                yield SKIPPED, index
            if index + 2 < len(plan) and plan[index + 2].kind == "plus":
                yield EARLY, index
        else:
            yield LEFT_OUT, index


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    def combined(kind: str, one: int, two: int, fields: Fields) -> Mistake:
        if kind == EARLY:
            rest = cast(int, problem.values[cast(str, _plan(problem.structure)[step + 1].args[0])])
            fields["rest"] = str(rest)
            return Mistake(kind, step, fields, result=(one + rest) * two, skipped=(step + 1, step + 2))
        results = {DIVIDED: one // two, ADDED: one + two, SKIPPED: one, LEFT_OUT: one}
        return Mistake(kind, step, fields, result=results[kind])

    return LEDGER.slip(problem, right, kind, step, combined)


def shape(structure: Structure) -> str:
    """The ways down and where they are measured, whatever the things and their order."""
    return " ".join(sorted([f"{'.'.join(way)}/{count}" for _, way, count in structure["things"]]))


FAMILY = Family(
    name=NAME,
    domain="arithmetic",
    summary="from larger units to smaller ones, old and new; some factors are common knowledge",
    kind=always("number"),
    slips=(DIVIDED, ADDED, SKIPPED, EARLY, LEFT_OUT, WRONG_LINE, MISREMEMBERED),
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
