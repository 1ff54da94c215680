"""Units: so much in one unit, how much is it in a smaller one? Old and new units, some of them of no book.

    Length of the rope in fathoms: 5. What is it in feet?   A fathom is 6 feet: 5 × 6 = 30.

A problem is one thing or two, each with a way down from a larger unit to a smaller: what it measures at some of the
units (5 fathoms 2 feet), and the factors between them. A factor is common knowledge (`unit_facts.FACTS`), or is said,
or alluded to, as in the family `parts`, and so are the amounts; of what is known or alluded to a statement can leave
the number out. Idle lines stand near what is needed and never give another way to the answer.

Mistakes: dividing or adding where one has to multiply, a unit skipped on the way down, the rest converted along with
the larger unit, a rest or a thing left out, a number read off the wrong line, a fact misremembered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Any, NamedTuple, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.allusions import ALLUDED, allusion
from tutelage.problems.arithmetic.expressions import around
from tutelage.problems.arithmetic.part_facts import a
from tutelage.problems.arithmetic.part_facts import plural as plural_of
from tutelage.problems.arithmetic.unit_facts import FACTS, MEASURES, WRONG, plural
from tutelage.problems.arithmetic.unit_lines import amounts, factors, idle_lines, things_of
from tutelage.problems.family import MISREMEMBERED, Family, always, check_level
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "units"
DIVIDED, ADDED, SKIPPED, EARLY, LEFT_OUT, WRONG_LINE = (
    "divided", "added", "skipped_unit", "converted_rest", "left_out", "wrong_line")
# things, factors on the way down, at how many units it is measured
WAYS = {1: (1, 1, 1), 2: (1, 2, 1), 3: (1, 1, 2), 4: (2, 1, 1), 5: (1, 2, 3)}
MOST = {1: 30, 2: 30, 3: 40, 4: 60, 5: 20}  # of what is measured in the largest unit
FACTORS = (3, 30)  # of units of no book
STATED = ("amount", "factor")  # lines of work that say a premise again


# --- drawing ---------------------------------------------------------------------------------------------------------

def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem. `things` are [thing, way down, at how many of its units it is measured]; `lines` are [measure,
    thing, unit, quantity or "", number of an idle line, allusion or none], of a factor ["", larger, smaller, …].

    A quantity that is alluded to has two lines, one of them with the allusion.
    """
    check_level(NAME, level)
    measure, things = things_of(draws, *WAYS[level])
    values, lines = dict[str, Value](), list[list[Any]]()
    nouns = frozenset(noun for thing, way, _ in things for noun in (thing, *way))
    asked = {"measure": measure, "things": things}
    for big, small in factors(asked):
        values[f"{big}_{small}"] = FACTS.get((big, small)) or draws.between(*FACTORS)
    for thing, way, count in things:
        factor = cast(int, values[f"{way[0]}_{way[1]}"])
        top = draws.between(2, MOST[level])
        values[f"{thing}_{way[0]}"] = factor * draws.between(2, 5) if draws.chance(0.4) else top
        for big, small in list(pairwise(way))[:count - 1]:
            values[f"{thing}_{small}"] = draws.between(2, min(13, max(4, cast(int, values[f"{big}_{small}"]))) - 1)
    needed = [(measure, *pair) for pair in amounts(asked)] + [("", *pair) for pair in factors(asked)]
    for measured, one, two in needed:
        name = f"{one}_{two}"
        lines.append([measured, one, two, name, 0, None])
        alluded = (one, two) not in FACTS and draws.chance(ALLUDED) and sum([bool(line[5]) for line in lines]) < 2
        if alluded and (hint := allusion(draws, cast(int, values[name]), nouns)):
            lines.append([measured, one, two, name, 0, hint])
    lines += idle_lines(draws, measure, things, MOST[level], nouns)
    structure = {**asked, "lines": draws.shuffled(lines), "style": draws.below(1 << 30)}
    return pose(structure, values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    hinted = {line[3] for line in structure["lines"] if line[5]}
    quantities = []
    for _, one, two, name, _, hint in sorted(structure["lines"], key=lambda line: line[3]):
        if name and not hint:
            known = WRONG.get((one, two))
            domain = known or around(cast(int, values[name]), 1)
            quantities.append(Quantity(name, values[name], domain, bool(known or name in hinted)))
    (thing, way, count), *others = structure["things"]
    fields = _fields(structure["measure"], thing, way[0])
    fields |= {"units": _listed([plural(unit) for unit in way[:count]]), "smalls": plural(way[-1])}
    section = "one"
    if others:
        section, fields["other"], fields["others"] = "two", others[0][0], plural(others[0][1][0])
    elif len(way) > max(2, count):
        section, fields["by"] = "by_way", plural(way[1])
    text = wordings(f"problems/{NAME}").choose(f"question.{section}", structure["style"], fields)
    return Problem(NAME, level, structure, tuple(quantities), "", text)


# --- words -----------------------------------------------------------------------------------------------------------

def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _fields(measured: str, one: str, two: str, value: object = "") -> dict[str, str]:
    """Of what is measured `measure`, `thing` and `units`; of a factor `big` ("a fathom") and `smalls`; `n`."""
    if measured:
        return {"measure": MEASURES.get(measured, measured), "thing": one, "units": plural(two), "n": str(value)}
    return {"big": a(one), "smalls": plural(two), "n": str(value)}


def _key(measured: str, section: str) -> str:
    return f"{'amount' if measured else 'factor'}.{section}"


def say(problem: Problem, quantity: Quantity) -> Words:
    lines = problem.structure["lines"]
    index, line = next((i, line) for i, line in enumerate(lines) if line[3] == quantity.name and not line[5])
    choose, style = wordings(f"problems/{NAME}").choose, problem.structure["style"] + 3 * index
    fields = _fields(line[0], line[1], line[2], quantity.value)
    return Words(*[choose(_key(line[0], section), style, fields) for section in ("say", "ask", "the")])


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """The lines in their order; of a hidden number, nothing but the allusion to it, if any."""
    structure, values, parts = problem.structure, problem.values, list[str]()
    choose = wordings(f"problems/{NAME}").choose
    for index, (measured, one, two, name, idle, hint) in enumerate(structure["lines"]):
        style = structure["style"] + 3 * index
        fields = _fields(measured, one, two, values[name] if name else idle)
        if hint:
            way, said, other = hint
            fields |= {"the": choose(_key(measured, "the"), style, fields), "said": a(said) if way == "like" else said,
                       "parts": plural_of(other) if other else ""}
            parts.append(choose(f"as.{way}", style, fields))
        elif name in known or not name:
            parts.append(choose(_key(measured, "say"), style, fields))
    return " ".join([*parts, problem.question])


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


class Line(NamedTuple):
    """A line of work before it is written: `kind` amount, factor, times, plus (a rest) or total (two things)."""

    kind: str
    thing: int
    at: int  # place on the way down: of the unit that comes out
    args: tuple[str | int, ...]  # a quantity's name, or earlier lines


def _plan(structure: Structure) -> list[Line]:
    lines, ends = list[Line](), list[int]()
    for t, (thing, way, count) in enumerate(structure["things"]):
        for i, unit in enumerate(way):
            if i:
                lines.append(Line("factor", t, i, (f"{way[i - 1]}_{unit}",)))
                lines.append(Line("times", t, i, (len(lines) - 2, len(lines) - 1)))
            if i < count:
                lines.append(Line("amount", t, i, (f"{thing}_{unit}",)))
                if i:
                    lines.append(Line("plus", t, i, (len(lines) - 2, len(lines) - 1)))
        ends.append(len(lines) - 1)
    if len(ends) > 1:
        lines.append(Line("total", 0, 0, tuple(ends)))
    return lines


def work(problem: Problem) -> Work:
    return _write(problem, {}, -1, "")


def _write(problem: Problem, read: Mapping[str, int], wrong: int, kind: str,
           extra: Mapping[str, str] | None = None) -> Work:
    """The work; `read` are numbers taken for others, `wrong` is the line that the mistake `kind` is made in."""
    structure, values, plan = problem.structure, problem.values, _plan(problem.structure)
    choose, style = wordings(f"problems/{NAME}").choose, structure["style"]
    steps, results, names = list[Step](), list[int](), list[str]()
    for index, line in enumerate(plan):
        fields = {**(extra or {}), **_line_fields(structure, line)}
        if kind == EARLY and index in (wrong + 1, wrong + 2):  # the rest is in it already
            results.append(results[wrong])
            names.append(names[wrong])
            continue
        uses: tuple[str, ...]
        if line.kind in STATED:
            name = cast(str, line.args[0])
            result, uses = read.get(name, cast(int, values[name])), (name,)
            key, what = f"{line.kind}.line", choose(f"{line.kind}.the", style, fields)
        else:
            one, two = (results[cast(int, arg)] for arg in line.args)
            uses = tuple([names[cast(int, arg)] for arg in line.args])
            result, key = one * two if line.kind == "times" else one + two, f"n.{line.kind}"
            what = choose(f"{key}.what", style, fields)
            fields |= {"one": str(one), "two": str(two)}
            if index == wrong:
                result = _mistaken(kind, one, two, fields)
        if index == wrong:
            key = f"{kind}.line"
        fields["n"] = fields["r"] = str(result)
        results.append(result)
        names.append(f"s{index}")
        # a line that says a premise again has no result that could be given away
        shown = "" if line.kind in STATED and index != wrong else str(result)
        steps.append(Step(names[-1], what, choose(key, style + 5 * index, fields), shown, uses))
    return Work(tuple(steps), results[-1], str(results[-1]))


def _mistaken(kind: str, one: int, two: int, fields: Mapping[str, str]) -> int:
    """What comes out where the mistake is made with these two numbers."""
    if kind == EARLY:
        return (one + int(fields["rest"])) * two
    return {DIVIDED: one // two, ADDED: one + two, SKIPPED: one, LEFT_OUT: one}[kind]


def _line_fields(structure: Structure, line: Line) -> dict[str, str]:
    """`measure`, `thing`, `units` (those that come out), `big`, `bigs` and `smalls`; of two things `other`."""
    thing, way, _ = structure["things"][line.thing]
    fields = _fields(structure["measure"], thing, way[line.at])
    if line.at:
        fields |= {**_fields("", way[line.at - 1], way[line.at]), "bigs": plural(way[line.at - 1])}
    if line.kind == "total":
        fields |= {"smalls": plural(way[-1]), "other": structure["things"][1][0]}
    return fields


# --- mistakes --------------------------------------------------------------------------------------------------------

def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_sites(problem, _plan(problem.structure), right))


def _sites(problem: Problem, plan: Sequence[Line], right: Work) -> Iterator[tuple[str, int]]:
    for index, line in enumerate(plan):
        if line.kind in STATED:
            name = cast(str, line.args[0])
            if problem.quantity(name).fact:
                yield MISREMEMBERED, index
            if _beside(problem, name) is not None:
                yield WRONG_LINE, index
        elif line.kind == "times":
            one, two = _numbers(problem, right, line)
            yield ADDED, index
            if one % two == 0:
                yield DIVIDED, index
            if line.at > 1:
                yield SKIPPED, index
            if index + 2 < len(plan) and plan[index + 2].kind == "plus":
                yield EARLY, index
        else:
            yield LEFT_OUT, index


def _numbers(problem: Problem, right: Work, line: Line) -> tuple[int, int]:
    """The two numbers that a line of work puts together."""
    before = [right.steps[cast(int, arg)] for arg in line.args]
    one, two = (int(done.value or cast(int, problem.values[done.uses[0]])) for done in before)
    return one, two


def _beside(problem: Problem, name: str) -> tuple[str, str, str, int] | None:
    """An idle line of the same thing, unit or factor, whose number can be taken for that of `name`; None without
    one."""
    own = next(line for line in problem.structure["lines"] if line[3] == name)
    return next(((measured, one, two, idle) for measured, one, two, other, idle, hint in problem.structure["lines"]
                 if not other and not hint and bool(measured) == bool(own[0]) and (one == own[1]) != (two == own[2])
                 and idle != problem.values[name]), None)


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    plan, style, choose = _plan(problem.structure), problem.structure["style"], wordings(f"problems/{NAME}").choose
    line, read = plan[step], dict[str, int]()
    fields = {**_line_fields(problem.structure, line), "what": right.steps[step].what}
    if line.kind in STATED:
        name = cast(str, line.args[0])
        quantity = problem.quantity(name)
        said = say(problem, quantity)
        fields |= {"question": said.question, "said": said.phrase, "fact": said.sentence}
        if kind == WRONG_LINE:
            measured, one, two, read[name] = cast(tuple[str, str, str, int], _beside(problem, name))
            fields["other"] = choose(_key(measured, "the"), style, _fields(measured, one, two))
        else:
            others = [n for n in quantity.domain if n != quantity.value]
            read[name] = cast(int, others[style % 4 // 3 % len(others)])
        fields["wrong"] = str(read[name])
    else:
        fields["one"], fields["two"] = map(str, _numbers(problem, right, line))
        if kind == EARLY:
            fields["rest"] = str(problem.values[cast(str, plan[step + 1].args[0])])
    wrong = _write(problem, read, step, kind, fields)
    return Slip(kind, step, wrong, fields) if wrong.value != right.value else None


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
    work=work,
    sites=sites,
    slip=slip,
    confirm=confirm,
    shape=shape,
    words=say,
    state=state,
)
