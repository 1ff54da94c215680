"""Rulebooks: what their rules mean by hand, both solvers on any values, readings of a book, books and their tasks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.problems.family import LEVELS, all_names
from tutelage.problems.rules.books import (
    KINDS,
    TABLE,
    WORDS,
    answer_with,
    draw_book,
    draw_task,
    levels_of,
    needs,
    rules_of,
)
from tutelage.problems.rules.expressions import EXPRESSIONS, filled, text_of, worked
from tutelage.problems.rules.rulebook import FAMILY
from tutelage.problems.rules.signs import (
    BONUS,
    FORGOTTEN,
    FORMS,
    LIMITS,
    OUTCOMES,
    SIDED,
    STRETCHED,
    Except,
    applied,
    holds,
    nearly,
)
from tutelage.problems.rules.telling import BEHIND
from tutelage.problems.solutions.infix import postfix, reckon
from tutelage.values import Problem

NUMBERS = {"dorn": 4, "wask": 7, "lin": 2, "mip": 3}
SUM = re.compile(r"= (?=[^=]*[×+−(])([^=.]+) = (−?[0-9]+)\.")


def book_of(tokens: str, signs: list[list[str]], exceptions: dict[str, list[str]],
            decides: list[str]) -> dict[str, Any]:
    return {"story": "club", "layout": "list", "edition": 1, "style": 1, "words": [*NUMBERS], "signs": signs,
            "exceptions": exceptions, "decides": decides, "terms": [], "tokens": tokens.split()}


WAVE, FENCE = ["wave", "left"], ["fence", "less"]  # 2a + b, 3a − b
VALUES = {**NUMBERS, "wave": 2, "fence": 3}
BY_HAND = [
    ("dorn wave wask", [WAVE], {}, {}, 15),
    ("wask fence dorn", [FENCE], {}, {}, 17),
    ("dorn wave wask fence lin", [WAVE, FENCE], {}, {"first": "fence"}, 27),
    ("dorn wave wask fence lin", [WAVE, FENCE], {}, {"first": "wave"}, 43),
    ("( dorn wave wask ) fence lin", [WAVE, FENCE], {}, {"first": "fence"}, 43),
    ("dorn fence lin fence mip", [FENCE], {}, {"end": "left"}, 27),
    ("dorn fence lin fence mip", [FENCE], {}, {"end": "right"}, 9),
    ("dorn wave wask", [["wave", "right"]], {}, {}, 18),
    ("dorn wave wask", [["wave", "plus"]], {}, {}, 13),
    ("dorn wave wask", [["wave", "larger"]], {}, {}, 9),
    ("dorn wave wask", [["wave", "apart"]], {}, {}, 6),
    ("mip wave wask", [WAVE], {"wave": ["odd", "more"]}, {"wave_exception": 5}, 18),
    ("dorn wave wask", [WAVE], {"wave": ["odd", "more"]}, {"wave_exception": 5}, 15),
    ("dorn wave lin", [WAVE], {"wave": ["even", "more"]}, {"wave_exception": 5}, 15),
    ("wask wave lin", [WAVE], {"wave": ["falling", "more"]}, {"wave_exception": 1}, 17),
    ("dorn wave wask", [WAVE], {"wave": ["over", "sum"]}, {"wave_exception": 10}, 11),
    ("dorn wave wask", [WAVE], {"wave": ["over", "sum"]}, {"wave_exception": 11}, 15),
    ("dorn wave wask", [WAVE], {"wave": ["left_over", "largest"]}, {"wave_exception": 3}, 7),
    ("dorn wave wask", [WAVE], {"wave": ["left_over", "largest"]}, {"wave_exception": 4}, 15),
]


@pytest.mark.parametrize(("tokens", "signs", "exceptions", "more", "value"), BY_HAND)
def test_by_hand(tokens: str, signs: list[list[str]], exceptions: dict[str, list[str]], more: dict[str, Any],
                 value: int) -> None:
    structure = book_of(tokens, signs, exceptions, [name for name in ("first", "end") if name in more])
    values = {**VALUES, **more}
    problem = FAMILY.pose(structure, values, 5)
    assert FAMILY.solve(structure, values) == FAMILY.confirm(problem) == FAMILY.work(problem).value == value


def drawn(count: int) -> Iterator[Problem]:
    for number in range(count):
        yield FAMILY.draw(stream(4, "rulebook", number), 1 + number % 5)


def test_solvers_agree_on_any_values() -> None:
    """On values from all over the domains, where numbers fall below 0 and equal ones meet: solve, work and confirm."""
    below = 0
    for number, problem in enumerate(drawn(300)):
        draws = stream(5, "values", number)
        values = {q.name: draws.choice(q.domain) for q in problem.quantities}
        other = FAMILY.pose(problem.structure, values, problem.level)
        value = FAMILY.solve(problem.structure, values)
        assert value == FAMILY.confirm(other) == FAMILY.work(other).value
        below += isinstance(value, int) and value < 0
    assert below


def test_what_is_reckoned_in_a_line_is_true() -> None:
    """Right or wrong, the sum that a line writes down comes to what it says: only what is summed is mistaken."""
    seen = 0
    for problem in drawn(150):
        right = FAMILY.work(problem)
        slips = [FAMILY.slip(problem, right, *site) for site in FAMILY.sites(problem, right)]
        for work in (right, *[slip.work for slip in slips if slip]):
            for way, result in [found for step in work.steps for found in SUM.findall(step.line)]:
                plain = re.sub(r"\(−([0-9]+)\)", r"( 0 - \1 )", way).replace("×", "*").replace("−", "-")
                plain = re.sub(r"^-([0-9]+)", r"( 0 - \1 )", re.sub(r"\(-", "( 0 -", plain))
                tokens = tuple(re.findall(r"[0-9]+|[-+*()]", plain))
                parsed = postfix(tokens)
                assert parsed is not None
                assert reckon(parsed, {t: int(t) for t in tokens if t.isdigit()}) == int(result.replace("−", "-")), way
                seen += 1
    assert seen > 1000


def test_a_statement_tells_nothing_of_what_it_hides() -> None:
    """Whatever a hidden quantity is, the statement is the same, and no other quantity's domain changes."""
    for problem in drawn(60):
        for quantity in problem.quantities:
            known, texts, domains = all_names(problem) - {quantity.name}, set(), set()
            for value in quantity.domain:
                other = FAMILY.pose(problem.structure, {**problem.values, quantity.name: value}, problem.level)
                texts.add(FAMILY.state(other, known))
                domains.add(json.dumps([list(q.domain) for q in other.quantities]))
            assert len(texts) == len(domains) == 1


def test_exceptions_hold_or_nearly_do() -> None:
    """No pair does both; a stretched exception changes only pairs that nearly fit, a forgotten one those that do."""
    for condition in (*BONUS, *LIMITS):
        for outcome in ("more",) if condition in BONUS else OUTCOMES:
            exception = Except(condition, outcome, 4)
            for form, domain in FORMS.items():
                n = domain[0]
                assert isinstance(n, int)
                for a, b in [(a, b) for a in range(1, 10) for b in range(-3, 10)]:
                    right, plain = applied(form, n, exception, a, b), applied(form, n, None, a, b)
                    fits, close = holds(condition, a, b, 4), nearly(condition, a, b, 4, plain.result)
                    assert not (fits and close)
                    assert (right.course == "holds") == fits
                    assert fits or right.result == plain.result
                    assert applied(form, n, exception, a, b, "", FORGOTTEN).result == plain.result
                    stretched = applied(form, n, exception, a, b, "", STRETCHED)
                    assert (stretched.course == "stretched") == close
                    assert close or stretched == right


def test_pieces_are_all_the_signs() -> None:
    """Each sign is worked out once, the last piece spans the whole, and without rules to choose by none are needed."""
    for level, texts in EXPRESSIONS.items():
        for text in texts:
            tokens = filled(text, [*NUMBERS, "orsk"], "wave", "fence")
            for first in ("wave", "fence", ""):
                pieces = worked(tokens, first, "right" if level == 5 else "")
                assert len(pieces) == sum(token in ("wave", "fence") for token in tokens)
                assert pieces[-1].part == (0, len(tokens)) or tokens[-1] == ")"
                if level < 4:
                    assert not any(piece.uses for piece in pieces)
                if level == 4:
                    assert not any("end" in piece.uses for piece in pieces if first)
    assert text_of(["(", "dorn", "wave", "wask", ")", "fence", "lin"]) == "(dorn ~ wask) # lin"


@pytest.mark.parametrize("level", LEVELS)
def test_books(level: int) -> None:
    """A book is JSON, has the rules of its level, each with a sentence; words begin with a letter each."""
    kinds = {1: {"table"}, 2: {"table", "operator"}, 3: {"table", "operator", "exception"},
             4: {"table", "operator", "precedence"}, 5: set(KINDS)}
    for number in range(40):
        book = draw_book(stream(6, "book", number), level)
        assert json.loads(json.dumps(book)) == book == draw_book(stream(6, "book", number), level)
        assert {rule["kind"] for rule in book["rules"]} == kinds[level]
        assert len({rule["id"] for rule in book["rules"]}) == len(book["rules"])
        assert all(rule["sentence"].endswith(".") for rule in book["rules"])
        assert len({word[0] for word in book["words"]}) == len(book["words"])
        assert max(levels_of(book)) == level
        for other in levels_of(book):
            problem = draw_task(stream(7, "task", number), book, other)
            assert rules_of(problem) == tuple(rule["id"] for rule in book["rules"])
            text = FAMILY.state(problem, all_names(problem))
            assert all(rule["sentence"] in text for rule in book["rules"] if rule["kind"] != TABLE)


def test_tasks_that_a_book_has_not() -> None:
    with pytest.raises(UsageError, match="level=4 is not one of 1, 2, 3, the levels of tasks on this book"):
        draw_task(stream(1, "x"), draw_book(stream(1, "y"), 3), 4)
    with pytest.raises(UsageError, match=r"level=6 of family 'rulebook' is not in 1\.\.5"):
        draw_book(stream(1, "y"), 6)
    with pytest.raises(UsageError, match="rule 'mood' is not one of table"):
        answer_with(FAMILY.draw(stream(1, "z"), 3), {"mood"})


def test_what_one_has_not_mastered_goes_wrong() -> None:
    """All rules: the right work. One missing: wrong iff the answer hangs on it, and then by one of the family's slips.
    """
    sole, missed = dict.fromkeys(KINDS, 0), 0
    for problem in drawn(250):
        right, rules = FAMILY.work(problem), rules_of(problem)
        kinds = dict(zip(rules, [rule_kind(rule) for rule in rules], strict=True))
        assert answer_with(problem, frozenset(rules)) == right
        slips = [FAMILY.slip(problem, right, *site) for site in FAMILY.sites(problem, right)]
        works = [slip.work for slip in slips if slip]
        for rule in rules:
            work = answer_with(problem, frozenset(rules) - {rule})
            assert (work.value != right.value) == (rule in needs(problem))
            if work.value == right.value or kinds[rule] == TABLE:  # of the table, every row is read wrongly
                continue
            sole[kinds[rule]] += 1
            missed += work not in works
    assert all(sole[kind] for kind in KINDS if kind != TABLE)
    assert missed <= 0.1 * sum(sole.values())  # slips whose words would hold the right result are none


def rule_kind(rule: str) -> str:
    if rule == TABLE:
        return TABLE
    return "exception" if rule.endswith(BEHIND) else {"first": "precedence", "end": "order"}.get(rule, "operator")


def test_invented_words() -> None:
    """No word twice, all short and plain, and none that the statements use otherwise."""
    assert len(set(WORDS)) == len(WORDS) >= 70
    assert all(re.fullmatch(r"[a-z]{3,6}", word) for word in WORDS)
    told = " ".join([FAMILY.state(p, frozenset()).partition('"')[0] for p in drawn(60)]).lower()
    assert not set(re.findall(r"[a-z]+", told)) & set(WORDS)
    assert set(SIDED) < set(FORMS)
