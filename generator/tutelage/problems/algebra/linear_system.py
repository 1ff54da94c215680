"""Linear systems: some sums of unknowns are known; what is one unknown, a combination of them, or every one?

Three apples and two pears cost €31, an apple and four pears €27: what does a pear cost? The structure holds the
integer coefficients, the quantities are the right-hand sides. At the higher levels some equation speaks of a further
unknown and isn't needed. The matrix is regular, so every completion has exactly one answer (perhaps a fraction), and
a view is determined iff what is asked lies in the row space of the known rows.

Worked by elimination, confirmed by sympy. Mistakes: a sign lost in subtracting equations, adding them where they had
to be subtracted, multiplying the left side only, a coefficient dropped at the end, a term moved with its sign kept,
and stopping at another unknown than the one that was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm
from operator import mul
from typing import cast

from tutelage.draws import Draws
from tutelage.problems.algebra.elimination import (
    ADDED,
    DROPPED,
    MOVED,
    MULTIPLIED,
    SIGN,
    STOPPED,
    Bounds,
    Done,
    Number,
    Op,
    Plan,
    Row,
    eliminated,
    go_wrong,
    mistakes,
    plan,
    run,
    wrong_ways,
)
from tutelage.problems.algebra.linear_sheet import Sheet
from tutelage.problems.algebra.linear_stories import (
    BY_LEVEL,
    LABELS,
    NAME,
    STORIES,
    determinant,
    fields_of,
    said,
    system,
)
from tutelage.problems.family import Family, Sweep, check_level
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work
from tutelage.wording import wordings

WIDTH = 10  # values in a domain


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: a regular matrix and whole values of the unknowns, the right-hand sides follow."""
    check_level(NAME, level)
    while True:
        story = draws.choice(BY_LEVEL[level])
        made = system(draws, level, story)
        if made is None:
            continue
        rights = [sum(map(mul, row, made.solution)) for row in made.rows]
        asked = sum(map(mul, made.ask, made.solution)) if made.ask else None
        if asked in rights or asked in (0, 1, -1) or (story != "bare" and min(rights) < 2):
            continue
        lows = [right - draws.below(WIDTH if story == "bare" else min(WIDTH, right)) for right in rights]
        style = draws.below(1 << 30)
        structure = {"story": story, "things": made.things, "rows": made.rows, "says": made.says, "main": made.main,
                     "ask": made.ask, "lows": lows, "style": style}
        course = _course_of(structure, rights)
        if _tempting(structure, course):
            problem = pose(structure, dict(zip(LABELS, rights, strict=False)), level)
            _latest[:] = [(problem, course)]
            return problem


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    words, style, story = wordings(f"problems/{NAME}"), structure["style"], structure["story"]
    quantities = [Quantity(name, values[name], range(low, low + WIDTH))
                  for name, low in zip(LABELS, structure["lows"], strict=False)]
    fields, ask = fields_of(structure), structure["ask"]
    key = "all" if not ask else "one" if sum(map(abs, ask)) == 1 else "combo"
    return Problem(NAME, level, structure, tuple(quantities), words.choose(f"{story}.intro", style, fields),
                   words.choose(f"{story}.{key}", style, fields))


def say(problem: Problem, quantity: Quantity) -> Words:
    words, structure = wordings(f"problems/{NAME}"), problem.structure
    row = LABELS.index(quantity.name)
    key, fields = said(structure, row, quantity)
    style = structure["style"] + row
    return Words(words.choose(key, style, fields), words.choose(f"{key}.ask", style, fields),
                 words.choose(f"{key}.the", style, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """The facts in order; one whose number is hidden is still named, so that it can be asked for."""
    words, structure = wordings(f"problems/{NAME}"), problem.structure
    parts, listed, style = [problem.intro], list[str](), structure["style"]
    for row, quantity in enumerate(problem.quantities):
        key, fields = said(structure, row, quantity)
        if quantity.name not in known:
            parts.append(words.choose(f"{key}.unknown", style + row, fields))
        elif structure["story"] == "bare":
            listed.append(fields["eq"])
        else:
            parts.append(words.choose(key, style + row, fields))
    if listed:
        parts.insert(1, words.choose("bare.list", style, {"list": "; ".join(listed)}))
    return " ".join((*parts, problem.question))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The unknown or combination asked for, or all unknowns as pairs of name and value. Always exists."""
    main = structure["main"]
    solution = eliminated([[*row[:main], cast(int, values[name])]
                            for name, row in zip(LABELS, structure["rows"], strict=False) if not any(row[main:])])
    if structure["ask"]:
        return _whole(sum([c * x for c, x in zip(structure["ask"], solution, strict=True)], Fraction(0)))
    return tuple(sorted([(thing, _whole(x)) for thing, x in zip(structure["things"], solution, strict=False)]))


def sweep(structure: Structure, values: Mapping[str, Value], hidden: Sequence[str],
          domains: Sequence[Sequence[Value]]) -> Sweep:
    """`solve` for all completions: what is asked is a weighted sum of the right-hand sides of its rows.

    Where every unknown is asked for, they and these right-hand sides fix each other.
    """
    main, ask, keys = structure["main"], structure["ask"], [0]
    rows = {name: row[:main] for name, row in zip(LABELS, structure["rows"], strict=False) if not any(row[main:])}
    if not ask:
        for name, domain in zip(hidden, domains, strict=True):
            width = len(domain) if name in rows else 1
            keys = [key * width + place % width for key in keys for place in range(len(domain))]
        choices: dict[int, tuple[Value, ...]] = dict(zip(keys, product(*domains), strict=True))
        return Sweep(keys, lambda key: solve(structure, {**values, **dict(zip(hidden, choices[key], strict=True))}))
    columns = zip(zip(*rows.values(), strict=True), ask, strict=True)
    shares = dict(zip(rows, eliminated([[*column, asked] for column, asked in columns]), strict=True))
    scale = lcm(*[share.denominator for share in shares.values()])
    weights = {name: int(share * scale) for name, share in shares.items()}
    keys = [sum([weight * cast(int, values[name]) for name, weight in weights.items() if name not in hidden])]
    for name, domain in zip(hidden, domains, strict=True):
        terms = [weights.get(name, 0) * cast(int, value) for value in domain]
        keys = [key + term for key in keys for term in terms]
    return Sweep(keys, lambda key: _whole(Fraction(key, scale)))


def work(problem: Problem) -> Work:
    """Elimination as it is written by hand: scale, subtract, divide, put back."""
    return _write(problem, _course(problem))


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    course = _written(problem)
    made, op_of = course.made, cast(Sheet, course.sheet).op_of
    found = [(kind, index) for index, n in enumerate(op_of) if n >= 0 for kind in mistakes(made, course.way, n)]
    if _stops(problem.structure, made):
        found.append((STOPPED, sum([n <= made.first for n in op_of])))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    course = _written(problem)
    sheet = cast(Sheet, course.sheet)
    at = course.made.first if kind == STOPPED else sheet.op_of[step]
    way, done = _way(problem.structure, course, at, kind)
    if not way:
        return None
    sheet = Sheet(problem, course.made, course.rows, done, at, way, sheet)
    wrong = sheet.write()
    return Slip(kind, step, wrong, sheet.fields) if wrong.value != right.value else None


def confirm(problem: Problem) -> Value:
    """The second solver: sympy, over the whole matrix, unneeded rows included."""
    from sympy import Matrix

    structure = problem.structure
    found = Matrix(structure["rows"]).LUsolve(Matrix([q.value for q in problem.quantities]))
    solution = [_whole(Fraction(int(x.p), int(x.q))) for x in found]
    if structure["ask"]:
        return _whole(Fraction(sum([c * x for c, x in zip(structure["ask"], solution, strict=False)])))
    return tuple(sorted([(structure["things"][i], solution[i]) for i in range(structure["main"])]))


def shape(structure: Structure) -> str:
    """The matrix and what is asked, whatever the order of facts and unknowns."""
    rows, main = structure["rows"], structure["main"]
    asked = [*(structure["ask"] or [1] * main), *[0] * (len(rows) - main)]
    columns = sorted(range(len(rows)), key=lambda j: (j >= main, asked[j], sorted([row[j] for row in rows])))
    return f"{sorted([[row[j] for j in columns] for row in rows])} {structure['ask'] and [asked[j] for j in columns]}"


def _whole(value: Number) -> Number:
    return int(value) if value.denominator == 1 else value


@dataclass(slots=True)
class Course:
    """How a problem goes: what `draw`, `work`, `sites` and `slip` all need."""

    rows: tuple[Row, ...]  # of the system that is asked about; others are empty
    rights: Sequence[int]
    made: Plan
    way: Sequence[Done]
    bounds: Bounds
    sheet: Sheet | None = None  # with the right work, once that is written


_latest: list[tuple[Problem, Course]] = []  # the course of one problem, the last: its functions are called in a row


def _course(problem: Problem) -> Course:
    for latest, course in _latest:
        if latest is problem:
            return course
    course = _course_of(problem.structure, [cast(int, q.value) for q in problem.quantities])
    _latest[:] = [(problem, course)]
    return course


def _write(problem: Problem, course: Course) -> Work:
    course.sheet = Sheet(problem, course.made, course.rows, course.way)
    return course.sheet.write()


def _written(problem: Problem) -> Course:
    course = _course(problem)
    if course.sheet is None:
        _write(problem, course)
    return course


def _course_of(structure: Structure, rights: Sequence[int]) -> Course:
    main = structure["main"]
    rows = tuple([() if any(row[main:]) else tuple(row[:main]) for row in structure["rows"]])
    made = plan(rows, tuple(structure["ask"] or [1] * main))
    return Course(rows, rights, made, run(made, rights), STORIES[structure["story"]].bounds(rows, rights))


def _stops(structure: Structure, made: Plan) -> bool:
    """Whether the first unknown found isn't yet what was asked for."""
    ask = structure["ask"]
    return bool(ask) and abs(ask[made.ops[made.first].two]) != sum(map(abs, ask))


def _way(structure: Structure, course: Course, at: int, kind: str) -> tuple[str, Sequence[Done]]:
    """A way to make this kind of mistake at op `at` with which all that is found can be believed, and what it gives."""
    if kind == STOPPED:
        return STOPPED, course.way[: at + 1]
    ways = wrong_ways(course.made, at, kind)
    for way in ways if structure["style"] % 2 else reversed(ways):
        done = go_wrong(course.made, course.rights, course.way, at, way, course.bounds)
        if done:
            return way, done
    return "", ()


def _tempting(structure: Structure, course: Course) -> bool:
    """Whether the plan has a fair length and some mistake leads to numbers that one could believe."""
    made = course.made
    ops = made.ops
    if not (3 if structure["story"] == "bare" else 2) <= len(ops) <= 14 or made.largest > 60:
        return False
    if not _thrifty(course.rows, structure["ask"], ops):
        return False
    return _stops(structure, made) or any(
        True for n in reversed(range(len(ops))) for kind in mistakes(made, course.way, n)
        if _way(structure, course, n, kind)[0])


def _thrifty(rows: tuple[Row, ...], ask: Row, ops: Sequence[Op]) -> bool:
    """Whether each row that the ops use is needed: with what is asked in its place the matrix stays regular."""
    used = {i for op in ops for i in (op.one, op.two if op.gone >= 0 else op.one)}
    system = [(i, row) for i, row in enumerate(rows) if row]
    return not ask or all(determinant([ask if j == i else row for j, row in system]) for i, _ in system if i in used)


FAMILY = alluding(Family(
    name=NAME,
    domain="algebra",
    summary="an unknown, a combination or all unknowns of a system of linear equations, bare or in a story",
    kind=lambda structure: "number" if structure["ask"] else "assignment",
    slips=(SIGN, MULTIPLIED, ADDED, DROPPED, MOVED, STOPPED),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape, words=say,
    state=state, sweep=sweep,
    options=lambda problem: () if problem.structure["ask"] else problem.structure["things"][:problem.structure["main"]],
    asides=True,
))
