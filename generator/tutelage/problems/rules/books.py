"""Books of made-up rules, the tasks that can be set on them, and how they are worked by one who has some rules only.

    >>> from tutelage.draws import stream
    >>> book = draw_book(stream(1, "doc"), 5)
    >>> [rule["kind"] for rule in book["rules"]]
    ['table', 'operator', 'exception', 'operator', 'precedence', 'order']
    >>> problem = draw_task(stream(2, "doc"), book, 5)
    >>> set(needs(problem)) <= {rule["id"] for rule in book["rules"]}
    True
    >>> answer_with(problem, frozenset(rule["id"] for rule in book["rules"])) == written(problem)
    True

A book is a mapping that JSON can hold; many tasks can be set on one. Whoever has not mastered a rule applies it by its
misreading, the family's mistakes: the table by the wrong row (and several of a word counted once), a sign with its
number on the wrong side or taken for plus, an exception forgotten (or, where it never holds, stretched to a pair that
it doesn't hold for), precedence by going from left to right, the order by going from the other end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from tutelage.draws import Draws
from tutelage.errors import UsageError
from tutelage.problems.family import check_level
from tutelage.problems.rules.expressions import EXPRESSIONS, filled, letters_in
from tutelage.problems.rules.mistakes import beside
from tutelage.problems.rules.signs import BONUS, COUNTS, FORGOTTEN, FORMS, LIMITS, OUTCOMES, SIGNS, STRETCHED
from tutelage.problems.rules.telling import BEHIND, END, ENDS, FIRST, LAYOUTS, NAME, NUMBERS, STORIES, pose, rules_told
from tutelage.problems.rules.working import Reading, answer, done, misread, pieces_of, words_in, written
from tutelage.values import Problem, Structure, Value, Work
from tutelage.wording import wordings

Book = Mapping[str, Any]
"""story, words, signs, exceptions, decides as in a structure, `values` of all quantities by name, and `rules`: a list
of {"id", "kind", "sentence"}, kind one of KINDS."""

KINDS = ("table", "operator", "exception", "precedence", "order")
TABLE = "table"
ROWS = {1: (4, 6), 2: (4, 6), 3: (5, 7), 4: (5, 7), 5: (6, 8)}  # of a table, at least and at most
HIGHEST = 150  # answer
TRIES = 60  # for a task that suits a book well, then for one that suits it at all
_WORDS = """
    alb ambik arl bex bolm brev brusk celk chuv corv dorn drell dusp elb eskin evar fesh flum fosk gant gluv grelt hask
    helv hurl ibb ilex imbar jask jelm jorb kelp kilv krom lask lin lumb mand mip morl nask nelv norp olb orsk ovim pelk
    plun pratt quol quen quisp relk ril ruvo sarn selk skib tolk trev tunn ulm urd usk vasp vilk vorn wask wem wulp yarl
    yeb yolm zarn zib zolt"""
WORDS = tuple(_WORDS.split())


def draw_book(draws: Draws, level: int) -> Book:
    """A book with all that tasks of the level need: 1 a table, 2 a sign, 3 an exception to it, 4 a second sign and
    which goes first, 5 an exception, and the end from which equal signs are taken. Raises UsageError for another level.
    """
    check_level(NAME, level)
    words = _words(draws, draws.between(*ROWS[level]))
    names = draws.sample(tuple(SIGNS), (0, 1, 1, 2, 2)[level - 1])
    signs = [[name, form] for name, form in zip(names, draws.sample(tuple(FORMS), len(names)), strict=True)]
    exceptions = dict[str, list[str]]()
    if level in (3, 5):
        condition = draws.choice((*BONUS, *LIMITS))
        exceptions[draws.choice(names)] = [condition, "more" if condition in BONUS else draws.choice(OUTCOMES)]
    rules = [*([FIRST] if level >= 4 else []), *([END] if level == 5 else [])]
    values: dict[str, Value] = {word: draws.choice(NUMBERS) for word in words}
    values |= {name: draws.choice(FORMS[form]) for name, form in signs}
    values |= {f"{name}{BEHIND}": draws.choice(COUNTS if condition in BONUS else LIMITS[condition])
               for name, (condition, _) in exceptions.items()}
    if FIRST in rules:
        values[FIRST] = draws.choice(names)
    if END in rules:
        values[END] = ENDS[draws.chance(0.7)]  # from the left is what one would do anyway
    book = {"story": draws.choice(tuple(STORIES)), "layout": draws.choice(LAYOUTS), "edition": draws.below(1 << 30),
            "words": words, "signs": signs, "exceptions": exceptions, "decides": rules, "values": values}
    return {**book, "rules": _rules(book)}


def _words(draws: Draws, count: int) -> list[str]:
    """Words that start with a letter each, so that none is mistaken."""
    found = dict[str, str]()
    while len(found) < count:
        word = draws.choice(WORDS)
        found.setdefault(word[0], word)
    return list(found.values())


def _rules(book: Mapping[str, Any]) -> list[dict[str, str]]:
    problem = pose(_structure(book, [[1, book["words"][0]]], [], 0), book["values"], 1)
    table = ", ".join([f"{word} {book['values'][word]}" for word in book["words"]])
    sentence = wordings(f"problems/{NAME}").choose("table.list", book["edition"], {"list": table})
    return [{"id": TABLE, "kind": TABLE, "sentence": sentence},
            *[{"id": name, "kind": _kind(name), "sentence": text}
              for name, text in rules_told(problem, frozenset(book["values"]))]]


def _kind(name: str) -> str:
    return "exception" if name.endswith(BEHIND) else {FIRST: "precedence", END: "order"}.get(name, "operator")


def _structure(book: Mapping[str, Any], terms: Sequence[Any], tokens: Sequence[str], style: int) -> dict[str, Any]:
    of_book = {key: book[key] for key in ("story", "layout", "edition", "words", "signs", "exceptions", "decides")}
    return {**of_book, "style": style, "terms": list(terms), "tokens": list(tokens)}


def draw_task(draws: Draws, book: Book, level: int) -> Problem:
    """A task of this level on the book; it may need a part of the rules. Raises UsageError where the book has none."""
    check_level(NAME, level)
    if level not in (able := levels_of(book)):
        raise UsageError(f"level={level} is not one of {', '.join(map(str, able))}, the levels of tasks on this book")
    style = draws.below(1 << 30)
    for number in range(2 * TRIES):
        structure = _structure(book, *_drawn(draws, book, level), style)
        if _suits(structure, book["values"], level, well=number < TRIES):
            break
    return pose(structure, book["values"], level)


def levels_of(book: Book) -> tuple[int, ...]:
    """The levels of the tasks that can be set on a book."""
    able = {1: True, 2: book["signs"], 3: book["exceptions"], 4: FIRST in book["decides"], 5: END in book["decides"]}
    return tuple([level for level, possible in able.items() if possible])


def _drawn(draws: Draws, book: Book, level: int) -> tuple[list[Any], Sequence[str]]:
    if level == 1:
        words = draws.sample(book["words"], draws.between(2, 4))
        return [[draws.choice((1, 1, 2, 3, 4, 5)), word] for word in words], ()
    text = draws.choice(EXPRESSIONS[level])
    letters = letters_in(text)
    words = draws.sample(book["words"], min(letters, len(book["words"])))
    words += words[:letters - len(words)]
    if letters > 2 and draws.chance(0.2):  # a word that comes again
        words[-1] = words[0]
    names = [name for name, _ in book["signs"]]
    if level >= 4:
        strong = book["values"][FIRST]
        weak = next(name for name in names if name != strong)
        if draws.chance(0.1):
            weak, strong = strong, weak
    else:
        weak = strong = draws.choice([*book["exceptions"]] if level == 3 else names)
    return [], filled(text, words, weak, strong)


def _suits(structure: Structure, values: Mapping[str, Value], level: int, *, well: bool) -> bool:
    """Whether a task can be set: its numbers stay above 0, and no number of the book is the answer. Well: it is not too
    long, an exception holds or nearly does, and precedence makes a difference."""
    if structure["terms"]:
        return answer(structure, values) not in values.values() and any(count > 1 for count, _ in structure["terms"])
    pieces = pieces_of(structure, values)
    results = done(structure, values, pieces)
    numbers = [result.result for _, _, result in results]
    if min(numbers) < 1 or numbers[-1] in values.values():
        return False
    if not well:
        return True
    if max(numbers) > HIGHEST or len(set(numbers)) < len(numbers):
        return False
    if level == 3 and not any(answer(structure, values, Reading(exceptions={sign: how})) != numbers[-1]
                              for sign in structure["exceptions"] for how in (FORGOTTEN, STRETCHED)):
        return False
    return level < 4 or pieces_of(structure, values, Reading(flat=True)) != pieces


# --- what a task needs, and what comes of having a part of it ---------------------------------------------------------

def rules_of(problem: Problem) -> tuple[str, ...]:
    """The ids of the rules of the problem's book, in their order."""
    return (TABLE, *[name for name, _ in rules_told(problem, frozenset(problem.values))])


def needs(problem: Problem) -> tuple[str, ...]:
    """The ids of the rules that the answer hangs on: of each, to misread it alone leads to another answer."""
    structure, values, rules = problem.structure, problem.values, rules_of(problem)
    right = answer(structure, values)
    return tuple([rule for rule in rules
                  if answer(structure, values, reading_with(problem, {*rules} - {rule})) != right])


def answer_with(problem: Problem, mastered: AbstractSet[str]) -> Work:
    """The work of one who applies the mastered rules (ids) rightly and misreads the others. Raises UsageError."""
    if unknown := set(mastered) - {*rules_of(problem)}:
        raise UsageError(f"rule {min(unknown)!r} is not one of {', '.join(rules_of(problem))}")
    return written(problem, reading_with(problem, mastered))


def reading_with(problem: Problem, mastered: AbstractSet[str]) -> Reading:
    """How somebody reads a book who has mastered these rules only."""
    structure: Structure = problem.structure
    missing = {name for name in rules_of(problem) if name not in mastered}
    rows = {word: other for word in words_in(structure) if (other := beside(problem, word))} \
        if TABLE in missing else {}
    signs = {name: misread(form) for name, form in structure["signs"] if name in missing}
    exceptions = {name: _carelessness(problem, name) for name in structure["exceptions"]
                  if f"{name}{BEHIND}" in missing}
    return Reading(rows, signs, exceptions, FIRST in missing, END in missing)


def _carelessness(problem: Problem, sign: str) -> str:
    """An exception that holds somewhere is forgotten; one that never does may be stretched."""
    structure, values = problem.structure, problem.values
    if structure["terms"]:
        return FORGOTTEN
    pieces = pieces_of(structure, values)
    held = any(piece.sign == sign and result.course == "holds"
               for piece, (_, _, result) in zip(pieces, done(structure, values, pieces), strict=True))
    return FORGOTTEN if held else STRETCHED
