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
    Row,
    first_found,
    plan,
    run,
    wrong_ways,
)
from tutelage.problems.family import Family, check_level
from tutelage.problems.linear_stories import (
    BY_LEVEL,
    LABELS,
    STORIES,
    answer_of,
    fields_of,
    joined,
    letters_of,
    meanings_of,
    number,
    said,
    system,
    terms,
)
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

NAME = "linear_system"
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
        asked = sum([c * x for c, x in zip(made.ask, made.solution, strict=False)]) if made.ask else 0
        if story == "bare":
            lows = [right - draws.below(WIDTH) for right in rights]
        elif min(rights) < 2:
            continue
        else:
            lows = [max(1, right - draws.below(WIDTH)) for right in rights]
        structure = {"story": story, "things": made.things, "rows": made.rows, "says": made.says, "main": made.main,
                     "ask": made.ask, "lows": lows, "style": draws.below(1 << 30)}
        if asked not in rights and _tempting(structure, rights):
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
    solution = _eliminated([[*row[:main], cast(int, values[name])]
                            for name, row in zip(LABELS, structure["rows"], strict=False) if not any(row[main:])])
    if structure["ask"]:
        return _whole(sum([c * x for c, x in zip(structure["ask"], solution, strict=True)], Fraction(0)))
    return tuple(sorted([(thing, _whole(x)) for thing, x in zip(structure["things"], solution, strict=False)]))


def work(problem: Problem) -> Work:
    """Elimination as it is written by hand: scale, subtract, divide, put back."""
    return _worked(problem, -1, "")


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    found = [(kind, index) for index, step in enumerate(right.steps)
             for kind in SITES.get(step.name.rstrip("0123456789"), ())]
    ops, ask = _ops(problem.structure), problem.structure["ask"]
    stop = first_found(ops)
    if ask and not abs(ask[ops[stop].two]) == sum(map(abs, ask)) == 1:
        before = next(i for i, step in enumerate(right.steps) if step.name in (f"find{stop}", f"less{stop - 1}", f"plus{stop - 1}"))
        before += right.steps[min(before + 1, len(right.steps) - 1)].name == f"find{stop}"
        found.append((STOPPED, before + 1))
    return found


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    ops = _ops(problem.structure)
    at = first_found(ops) if kind == STOPPED else int(right.steps[step].name[4:])
    rights = [cast(int, q.value) for q in problem.quantities]
    how = _way(problem.structure, rights, ops, at, kind)
    if how is None:
        return None
    wrong = _worked(problem, at, how)
    if wrong.value == right.value or not STORIES[problem.structure["story"]].believable(wrong.value):
        return None
    return Slip(kind, step, wrong, _slip_fields(problem, ops, at, how))
