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
from fractions import Fraction
from typing import cast

from tutelage.draws import Draws
from tutelage.problems.elimination import (
    ADDED,
    DROPPED,
    MOVED,
    MULTIPLIED,
    SIGN,
    STOPPED,
    Done,
    Number,
    Op,
    Plan,
    Row,
    eliminated,
    plan,
    run,
    wrong_ways,
)
from tutelage.problems.family import Family, check_level
from tutelage.problems.linear_sheet import Sheet
from tutelage.problems.linear_stories import BY_LEVEL, LABELS, NAME, STORIES, determinant, fields_of, said, system
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work
from tutelage.wording import wordings

WIDTH = 10  # values in a domain
SITES = {"times": (MULTIPLIED,), "less": (SIGN, ADDED), "find": (DROPPED, MOVED)}


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem: a regular matrix and whole values of the unknowns, the right-hand sides follow."""
    check_level(NAME, level)
    while True:
        story = draws.choice(BY_LEVEL[level])
        made = system(draws, level, story)
        if made is None:
            continue
        rights = [sum([c * x for c, x in zip(row, made.solution, strict=True)]) for row in made.rows]
        asked = sum([c * x for c, x in zip(made.ask, made.solution, strict=False)]) if made.ask else None
        if story == "bare":
            lows = [right - draws.below(WIDTH) for right in rights]
        elif min(rights) < 2:
            continue
        else:
            lows = [max(1, right - draws.below(WIDTH)) for right in rights]
        structure = {"story": story, "things": made.things, "rows": made.rows, "says": made.says, "main": made.main,
                     "ask": made.ask, "lows": lows, "style": draws.below(1 << 30)}
        if asked not in (*rights, 0, 1, -1) and _tempting(structure, rights):
            return pose(structure, dict(zip(LABELS, rights, strict=False)), level)


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


def work(problem: Problem) -> Work:
    """Elimination as it is written by hand: scale, subtract, divide, put back."""
    rows = _rows(problem.structure)
    ops = _plan(problem.structure, rows).ops
    return Sheet(problem, ops, rows, run(ops, rows, [cast(int, q.value) for q in problem.quantities]) or ()).write()


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    structure = problem.structure
    made = _plan(structure, _rows(structure))
    number_of = [int(step.name[2:]) if step.name.startswith("op") else -1 for step in right.steps]
    found = [(kind, index) for index, n in enumerate(number_of) if n >= 0 for kind in SITES.get(made.ops[n].kind, ())]
    if _stops(structure, made):
        shown = [index for index, n in enumerate(number_of) if n <= made.first and right.steps[index].name != "sum"]
        found.append((STOPPED, shown[-1] + 1))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure, rights = problem.structure, [cast(int, q.value) for q in problem.quantities]
    rows = _rows(structure)
    made = _plan(structure, rows)
    at = made.first if kind == STOPPED else int(right.steps[step].name[2:])
    way, done = _way(structure, made.ops, rows, rights, run(made.ops, rows, rights) or (), at, kind)
    if not way:
        return None
    sheet = Sheet(problem, made.ops, rows, done, at, way)
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


def _rows(structure: Structure) -> tuple[Row, ...]:
    """The rows of the system that is asked about; others are empty."""
    main = structure["main"]
    return tuple([() if any(row[main:]) else tuple(row[:main]) for row in structure["rows"]])


def _plan(structure: Structure, rows: tuple[Row, ...]) -> Plan:
    return plan(rows, tuple(structure["ask"] or [1] * structure["main"]))


def _stops(structure: Structure, made: Plan) -> bool:
    """Whether the first unknown found isn't yet what was asked for."""
    ask = structure["ask"]
    return bool(ask) and abs(ask[made.ops[made.first].two]) != sum(map(abs, ask))


def _way(structure: Structure, ops: Sequence[Op], rows: Sequence[Row], rights: Sequence[int],
         right_way: Sequence[Done], at: int, kind: str) -> tuple[str, Sequence[Done]]:
    """A way to make this kind of mistake at op `at` with which all that is found can be believed, and what it gives."""
    story = STORIES[structure["story"]]
    ways = wrong_ways(ops, rows, right_way, at, kind)
    for way in ways if structure["style"] % 2 else reversed(ways):
        done = run(ops, rows, rights, at, way) or ()
        found = {op.two: d.value for op, d in zip(ops, done, strict=False) if op.kind == "find"}
        if found and all(map(story.believable, found.values())) and (
                story.kind == "bare" or _fits(rows, rights, found)):
            return way, done
    return "", ()


def _tempting(structure: Structure, rights: Sequence[int]) -> bool:
    """Whether the plan has a fair length and some mistake leads to numbers that one could believe."""
    rows = _rows(structure)
    made = _plan(structure, rows)
    ops = made.ops
    if not (3 if structure["story"] == "bare" else 2) <= len(ops) <= 14 or made.largest > 60:
        return False
    if not _thrifty(rows, structure["ask"], ops):
        return False
    if _stops(structure, made):
        return True
    right_way = run(ops, rows, rights) or ()
    return any(_way(structure, ops, rows, rights, right_way, n, kind)[0]
               for n in reversed(range(len(ops))) for kind in SITES.get(ops[n].kind, ()))


def _fits(rows: Sequence[Row], rights: Sequence[int], found: Mapping[int, Number]) -> bool:
    """Whether each value is less than the totals that it is a part of: a pen costs less than a pen and a ruler."""
    return all(x < right for row, right in zip(rows, rights, strict=True) if row and min(row) >= 0
               for j, x in found.items() if row[j])


def _thrifty(rows: tuple[Row, ...], ask: Row, ops: Sequence[Op]) -> bool:
    """Whether each row that the ops use is needed: with what is asked in its place the matrix stays regular."""
    used = {i for op in ops for i in (op.one, op.two if op.gone >= 0 else op.one)}
    system = [(i, row) for i, row in enumerate(rows) if row]
    return not ask or all(determinant([ask if j == i else row for j, row in system]) for i, _ in system if i in used)


FAMILY = Family(
    name=NAME,
    domain="algebra",
    summary="an unknown, a combination or all unknowns of a system of linear equations, bare or in a story",
    kind=lambda structure: "number" if structure["ask"] else "assignment",
    slips=(SIGN, MULTIPLIED, ADDED, DROPPED, MOVED, STOPPED),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape, words=say,
    state=state,
    options=lambda problem: () if problem.structure["ask"] else problem.structure["things"][:problem.structure["main"]],
)
