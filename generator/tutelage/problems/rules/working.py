"""The work on a task of a rulebook as somebody writes it who has read the book in a certain way, rightly or not.

A `Reading` holds what somebody takes wrongly; with nothing in it, the work is right. So every mistake is the same
rewriting of the expression with one thing read otherwise, and several can be read otherwise at once (`books`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tutelage.problems.rules.expressions import Piece, is_word, text_of, worked
from tutelage.problems.rules.signs import PLUS, SIDE, SIDED, SIGNS, STRETCHED, Done, applied, formula, usual
from tutelage.problems.rules.telling import BEHIND, END, ENDS, FILE, FIRST, except_of, fields_of
from tutelage.values import Problem, Step, Structure, Work
from tutelage.wording import wordings

WRONG_ROW, ONCE, FLAT, WRONG_END = "wrong_row", "counted_once", "left_to_right", "wrong_end"
Operand = str | int
_NOTHING: Mapping[str, str] = {}


class Reading(NamedTuple):
    """What somebody takes wrongly of a book."""

    rows: Mapping[str, str] = _NOTHING  # words, and whose number is read for them
    signs: Mapping[str, str] = _NOTHING  # signs, and how they are taken: SIDE or PLUS
    exceptions: Mapping[str, str] = _NOTHING  # signs, and what is wrong about their exceptions: FORGOTTEN, STRETCHED
    flat: bool = False  # signs are taken from left to right, whichever goes first
    other_end: bool = False  # equal signs are taken from the other end than the book says
    once: bool = False  # of several of a word one is counted


RIGHT = Reading()


class Planned(NamedTuple):
    """A step before it is written: a term read, the terms added, words read for a piece, or the piece worked out."""

    kind: str  # term, total, read, apply
    piece: int  # number of the piece or the term; -1 for the total
    words: tuple[str, ...] = ()  # that are read


def pieces_of(structure: Structure, values: Mapping[str, Any], reading: Reading = RIGHT) -> tuple[Piece, ...]:
    """The pieces of the expression as this reading takes them."""
    first, end = values.get(FIRST, ""), values.get(END, "")
    if reading.flat:
        first, end = "", "left"
    elif reading.other_end and end:
        end = ENDS[1 - ENDS.index(end)]
    return worked(structure["tokens"], first, end)


def done(structure: Structure, values: Mapping[str, Any], pieces: Sequence[Piece],
         reading: Reading = RIGHT) -> list[tuple[int, int, Done]]:
    """For each piece its two numbers and what comes of them."""
    out, forms = list[tuple[int, int, Done]](), dict(structure["signs"])

    def number(operand: Operand) -> int:
        found: int = out[operand][2].result if isinstance(operand, int) else values[reading.rows.get(operand, operand)]
        return found

    for piece in pieces:
        a, b = number(piece.left), number(piece.right)
        exception = except_of(structure, values, piece.sign)
        out.append((a, b, applied(forms[piece.sign], values[piece.sign], exception, a, b,
                                  reading.signs.get(piece.sign, ""), reading.exceptions.get(piece.sign, ""))))
    return out


def misread(form: str) -> str:
    """How a sign of this form is misread when it is."""
    return SIDE if form in SIDED else PLUS


def plan(structure: Structure, pieces: Sequence[Piece]) -> list[Planned]:
    if structure["terms"]:
        terms = [Planned("term", at, (word,)) for at, (_, word) in enumerate(structure["terms"])]
        return [*terms, Planned("total", -1)]
    steps, seen = list[Planned](), set[str]()
    for number, piece in enumerate(pieces):
        new = tuple(dict.fromkeys([w for w in (piece.left, piece.right) if isinstance(w, str) and w not in seen]))
        seen.update(new)
        if new:
            steps.append(Planned("read", number, new))
        steps.append(Planned("apply", number))
    return steps


def written(problem: Problem, reading: Reading = RIGHT) -> Work:
    """The work of one who reads the book so."""
    if problem.structure["terms"]:
        return _terms(problem, reading)
    structure, values = problem.structure, problem.values
    pieces = pieces_of(structure, values, reading)
    results, steps, last = done(structure, values, pieces, reading), list[Step](), dict[int, str]()
    scribe = _Scribe(problem, pieces, results, reading)
    for number, planned in enumerate(plan(structure, pieces)):
        piece, name = pieces[planned.piece], f"s{number}"
        if planned.kind == "read":
            line, what = scribe.read(planned, number)
            steps.append(Step(name, what, line, "", (*piece.uses, *planned.words)))
            continue
        alone = not steps or steps[-1].value != ""  # no line before it says what is next
        line, what = scribe.apply(planned.piece, number, alone)
        uses = [] if alone else [steps[-1].name]
        uses += [last[operand] for operand in (piece.left, piece.right) if isinstance(operand, int)]
        uses += [*(piece.uses if alone else ()), *_used(structure, piece.sign, results[planned.piece][2])]
        uses += [word for word in (piece.left, piece.right) if isinstance(word, str) and alone]
        last[planned.piece] = name
        steps.append(Step(name, what, line, shown(results[planned.piece][2].result), tuple(dict.fromkeys(uses))))
    value = results[-1][2].result
    return Work(tuple(steps), value, str(value))


def _used(structure: Structure, sign: str, result: Done) -> list[str]:
    """The numbers of the book that a sign's application needs: of its exception only where that plays a part."""
    exception = structure["exceptions"].get(sign)
    if not exception:
        return [sign]
    limited = exception[1] != "more"
    return [*([] if limited and result.course == "holds" else [sign]),
            *([f"{sign}{BEHIND}"] if limited or result.course == "holds" else [])]


def shown(number: int) -> str:
    return str(number).replace("-", "−")


class _Scribe:
    """Writes the steps of one work."""

    def __init__(self, problem: Problem, pieces: Sequence[Piece], results: Sequence[tuple[int, int, Done]],
                 reading: Reading) -> None:
        self.problem, self.structure, self.values = problem, problem.structure, problem.values
        self.pieces, self.results, self.reading = pieces, results, reading
        self.style = problem.structure["style"]

    def choose(self, key: str, number: int, fields: Mapping[str, str]) -> str:
        return wordings(FILE).choose(key, self.style + 7 * number, fields)

    def read(self, planned: Planned, number: int) -> tuple[str, str]:
        """The line that says what is next and looks words up, and a name for it."""
        words = planned.words
        numbers = [str(self.values[self.reading.rows.get(word, word)]) for word in words]
        fields = {"a": words[0], "n": numbers[0], "b": words[-1], "m": numbers[-1]}
        size = "one" if len(words) == 1 else "two"
        line = f"{self.lead(planned.piece, number)} {self.choose(f'read.{size}', number, fields)}".lstrip()
        return line, self.choose(f"what.read.{size}", number, fields)

    def lead(self, at: int, number: int) -> str:
        """What is next and why; "" where there is but one thing to do."""
        if len(self.pieces) == 1:
            return ""
        piece = self.pieces[at]
        left, right = (operand if isinstance(operand, str) else shown(self.results[operand][2].result)
                       for operand in (piece.left, piece.right))
        key = piece.why or "next"
        again = at and key in ("brackets", self.pieces[at - 1].why)
        if self.reading.flat and key == "left":
            key = "flat"
        other = next((sign for sign, _ in self.structure["signs"] if sign != piece.sign), piece.sign)
        fields = {"now": f"{left} {SIGNS[piece.sign]} {right}", "name": piece.sign, "other": other}
        return self.choose("lead.next" if again else f"lead.{key}", number, fields)

    def apply(self, at: int, number: int, alone: bool) -> tuple[str, str]:
        piece, (a, b, result) = self.pieces[at], self.results[at]
        end, reading = shown(result.result), self.reading
        n = self.values[piece.sign]
        assert isinstance(n, int)
        way = formula(dict(self.structure["signs"])[piece.sign], n,
                      except_of(self.structure, self.values, piece.sign), a, b, reading.signs.get(piece.sign, ""),
                      result.course)
        reckoned = end if way == end else f"{way} = {end}"
        fields = {"sum": f"{shown(a)} {SIGNS[piece.sign]} {shown(b)} = {reckoned}"}
        if result.course != "plain":
            fields |= course_fields(self.problem, piece.sign, a, b, result)
        key = f"{STRETCHED}.line" if result.course == "stretched" else f"apply.{result.course}"
        lead = self.lead(at, number) if alone else ""
        if lead and result.course == "plain" and not piece.uses:
            key, lead = "apply.then", ""  # the line says what is next
        part = text_of(self.structure["tokens"][piece.part[0]:piece.part[1]])
        return f"{lead} {self.choose(key, number, fields)}".lstrip(), self.choose("what.apply", number, {"part": part})


def course_fields(problem: Problem, sign: str, a: int, b: int, result: Done) -> dict[str, str]:
    """Why an exception holds or fails for two numbers: `clause`; `near`: why somebody might think that it holds."""
    structure, values, choose = problem.structure, problem.values, wordings(FILE).choose
    condition, style = structure["exceptions"][sign][0], structure["style"]
    form = dict(structure["signs"])[sign]
    plainly = usual(form, problem.values[sign], a, b)  # type: ignore[arg-type]
    fields = {"a": shown(a), "b": shown(b), "n": str(values[f"{sign}{BEHIND}"]), "sum": shown(a + b),
              "usual": shown(plainly), "odd": shown(a if a % 2 else b), "even": shown(b if a % 2 else a)}
    key = "fails" if result.course == "fails" else "near" if result.course == "stretched" else "holds"
    return {"clause": choose(f"{key}.{condition}", style + a + b, fields)}


def _terms(problem: Problem, reading: Reading) -> Work:
    """A sum of words, some of them several times."""
    structure, values, choose = problem.structure, problem.values, wordings(FILE).choose
    style, steps, parts = structure["style"], list[Step](), list[int]()
    for at, (count, word) in enumerate(structure["terms"]):
        n = values[reading.rows.get(word, word)]
        assert isinstance(n, int)
        many = count > 1 and not reading.once
        parts.append(count * n if many else n)
        fields = {"w": word, "n": str(n), "count": str(count), "r": str(parts[-1])}
        key = "term.many" if many else "term.once" if count > 1 else "read.one"
        line = choose(key, style + 7 * at, {**fields, "a": word})
        what = choose("what.many" if count > 1 else "what.read.one", style, {**fields, "a": word})
        steps.append(Step(f"s{at}", what, line, fields["r"] if count > 1 else "", (word,)))
    total = sum(parts)
    fields = {"sum": f"{' + '.join(map(str, parts))} = {total}"}
    steps.append(Step(f"s{len(parts)}", choose("what.total", style, {}), choose("total", style, fields), str(total),
                      tuple([step.name for step in steps])))
    return Work(tuple(steps), total, str(total))


def sign_sentence(problem: Problem, sign: str) -> str:
    """The rule of a sign, as a sentence."""
    form = dict(problem.structure["signs"])[sign]
    return wordings(FILE).choose(f"form.{form}.say", problem.structure["edition"],
                                 fields_of(problem.structure, sign, problem.values[sign]))


def words_in(structure: Structure) -> list[str]:
    """The words of the task, each once, in the order in which they stand."""
    if structure["terms"]:
        return [word for _, word in structure["terms"]]
    return list(dict.fromkeys([token for token in structure["tokens"] if is_word(token)]))


def answer(structure: Structure, values: Mapping[str, Any], reading: Reading = RIGHT) -> int:
    """The answer of one who reads the book so, without the words."""
    if structure["terms"]:
        return sum([(1 if reading.once else count) * int(values[reading.rows.get(word, word)])
                    for count, word in structure["terms"]])
    return done(structure, values, pieces_of(structure, values, reading), reading)[-1][2].result


def value_of(problem: Problem, reading: Reading = RIGHT) -> int:
    """The answer of one who reads the problem's book so."""
    return answer(problem.structure, problem.values, reading)
