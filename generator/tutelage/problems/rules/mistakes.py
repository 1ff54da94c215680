"""The mistakes of `rulebook`: where each can be made, and the work that comes of it."""

from __future__ import annotations

from collections.abc import Iterator

from tutelage.problems.rules.expressions import Piece, text_of
from tutelage.problems.rules.signs import BONUS, FORGOTTEN, PLUS, SIDE, SIDED, SIGNS, STRETCHED, Done, nearly, usual
from tutelage.problems.rules.telling import BEHIND, END, ENDS, FILE, FIRST, fields_of
from tutelage.problems.rules.working import (
    FLAT,
    ONCE,
    RIGHT,
    WRONG_END,
    WRONG_ROW,
    Reading,
    answer,
    done,
    pieces_of,
    plan,
    sign_sentence,
    written,
)
from tutelage.values import Problem, Slip, Work
from tutelage.wording import wordings

SLIPS = (WRONG_ROW, ONCE, SIDE, PLUS, FORGOTTEN, STRETCHED, FLAT, WRONG_END)


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    return list(_term_sites(problem) if problem.structure["terms"] else _sites(problem))


def _term_sites(problem: Problem) -> Iterator[tuple[str, int]]:
    many = [at for at, (count, _) in enumerate(problem.structure["terms"]) if count > 1]
    yield from [(ONCE, at) for at in many[:1]]
    yield from [(WRONG_ROW, at) for at in range(len(problem.structure["terms"]))]


def _sites(problem: Problem) -> Iterator[tuple[str, int]]:
    structure, values = problem.structure, problem.values
    pieces = pieces_of(structure, values)
    results, steps = done(structure, values, pieces), plan(structure, pieces)
    begins = [next(at for at, step in enumerate(steps) if step.piece == n) for n in range(len(pieces))]
    for at, step in enumerate(steps):
        if step.kind == "read":
            yield WRONG_ROW, at
    for kind, reading in ((FLAT, Reading(flat=True)), (WRONG_END, Reading(other_end=True))):
        others = pieces_of(structure, values, reading)
        if others != pieces and (kind == FLAT or END in values):
            yield kind, begins[next(n for n, piece in enumerate(pieces) if others[n] != piece)]
    forms, seen = dict(structure["signs"]), set[tuple[str, str]]()
    for at, step in enumerate(steps):
        if step.kind != "apply":
            continue
        sign = pieces[step.piece].sign
        for kind in _mistakable(problem, sign, forms[sign], results[step.piece]):
            if (kind, sign) not in seen:
                seen.add((kind, sign))
                yield kind, at


def _mistakable(problem: Problem, sign: str, form: str, result: tuple[int, int, Done]) -> Iterator[str]:
    """What can go wrong where a sign is worked out."""
    a, b, came = result
    limited = sign in problem.structure["exceptions"] and problem.structure["exceptions"][sign][0] not in BONUS
    if came.course == "holds":
        yield FORGOTTEN
    if not (limited and came.course == "holds"):
        yield PLUS
        if form in SIDED and a != b:
            yield SIDE
    if came.course == "fails":
        condition, number = problem.structure["exceptions"][sign][0], problem.values[f"{sign}{BEHIND}"]
        if nearly(condition, a, b, number, usual(form, problem.values[sign], a, b)):  # type: ignore[arg-type]
            yield STRETCHED


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure = problem.structure
    pieces = () if structure["terms"] else pieces_of(structure, problem.values)
    planned = plan(structure, pieces)[step]
    fields = {"what": right.steps[step].what}
    if kind in (WRONG_ROW, ONCE):
        word = planned.words[structure["style"] % len(planned.words)]
        other = beside(problem, word)
        fields |= {"w": word, "other": other or "", "wrong": str(problem.values[other or word])}
        if structure["terms"]:
            fields["count"] = str(structure["terms"][step][0])
        reading = Reading(rows={word: other}) if kind == WRONG_ROW and other else Reading(once=kind == ONCE)
    else:
        piece = pieces[planned.piece]
        reading = reading_of(kind, piece.sign)
        fields |= _fields(problem, kind, piece, reading, planned.piece)
    if reading == RIGHT or answer(structure, problem.values, reading) == right.value:
        return None
    work = written(problem, reading)
    same_until = next((at for at, (one, two) in enumerate(zip(work.steps, right.steps, strict=False)) if one != two),
                      len(right.steps))
    told = fields.values()  # by chance they may hold what the teacher must not say
    if same_until != step or right.steps[step].value in told or right.answer in told:
        return None
    return Slip(kind, step, work, fields)


def reading_of(kind: str, sign: str) -> Reading:
    """The reading behind a mistake about a sign."""
    if kind in (SIDE, PLUS):
        return Reading(signs={sign: kind})
    if kind in (FORGOTTEN, STRETCHED):
        return Reading(exceptions={sign: kind})
    return Reading(flat=True) if kind == FLAT else Reading(other_end=True)


def _fields(problem: Problem, kind: str, piece: Piece, reading: Reading, number: int) -> dict[str, str]:
    structure, values, sign = problem.structure, problem.values, piece.sign
    choose, style = wordings(FILE).choose, structure["style"]
    part = text_of(structure["tokens"][piece.part[0]:piece.part[1]])
    fields = {"name": sign, "sign": SIGNS[sign], "part": part, "rule": sign_sentence(problem, sign),
              "n": str(values[sign])}
    if kind == SIDE:
        form = dict(structure["signs"])[sign]
        fields |= {"right": choose(f"side.{form}", style, fields), "wrong": choose(f"side.{form}.wrong", style, fields)}
    elif kind in (FORGOTTEN, STRETCHED):
        name = f"{sign}{BEHIND}"
        fields |= fields_of(structure, name, values[name])
        fields["near"] = choose(f"mistaken.{structure['exceptions'][sign][0]}", style, fields)
    elif kind == FLAT:
        taken = pieces_of(structure, values, reading)[number]
        fields["taken"] = text_of(structure["tokens"][taken.part[0]:taken.part[1]])
        fields |= fields_of(structure, FIRST, values[FIRST])
    elif kind == WRONG_END:
        taken = pieces_of(structure, values, reading)[number]
        end = str(values[END])
        fields |= {"taken": text_of(structure["tokens"][taken.part[0]:taken.part[1]]), "end": end,
                   "wrong_end": ENDS[1 - ENDS.index(end)]}
    return fields


def beside(problem: Problem, word: str) -> str | None:
    """The word in the row next to this one's, with another number; None where there is none."""
    words, values = problem.structure["words"], problem.values
    at = words.index(word)
    near = [words[n] for n in (at + 1, at - 1) if 0 <= n < len(words) and values[words[n]] != values[word]]
    return near[problem.structure["style"] // 7 % len(near)] if near else None
