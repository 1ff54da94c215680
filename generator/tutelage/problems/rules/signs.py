"""What a made-up sign does with the two numbers beside it, its exceptions, and how both are misread.

    >>> usual("left", 3, 4, 7), usual("less", 2, 5, 1), holds("odd", 3, 5, 0), holds("over", 4, 7, 11)
    (19, 9, True, False)

A sign has a form, that takes one number from the book (`usual`); it may have an exception, a condition (`holds`) with
an outcome (`unusual`), one of which takes one number from the book too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutelage.values import Value

SIGNS = {"wave": "~", "fence": "#", "snail": "@", "knot": "&", "diamond": "◇", "eye": "⊙", "tent": "△", "wheel": "⊕"}
TIMES, COUNTS = (2, 3, 4, 5), (1, 2, 3, 4, 5, 6)
FORMS: dict[str, Sequence[Value]] = {  # form: what its number can be
    "left": TIMES,  # n × a + b
    "right": TIMES,  # a + n × b
    "less": TIMES,  # n × a − b
    "plus": COUNTS,  # a + b + n
    "larger": COUNTS,  # the larger of the two + n
    "apart": TIMES,  # n × the difference
}
SIDED = ("left", "right", "less")  # forms that tell the left number from the right one
BONUS = ("odd", "even", "falling")  # conditions without a number: then there is more by a number
LIMIT = ("over", "left_over")  # conditions with a number: then something plainer counts
OUTCOMES = ("sum", "largest")  # what counts beyond a limit: the plain sum, the larger number
LIMITS = {"over": (8, 9, 10, 11, 12), "left_over": (3, 4, 5, 6, 7)}
FORGOTTEN, STRETCHED = "exception_forgotten", "exception_stretched"
SIDE, PLUS = "wrong_side", "taken_for_plus"


class Except(NamedTuple):
    """An exception to a sign's rule."""

    condition: str  # one of BONUS or LIMIT
    outcome: str  # "more" after a condition of BONUS, one of OUTCOMES after one of LIMIT
    number: int  # how much more it is, or the limit


class Done(NamedTuple):
    """A sign applied: what came of it, and how."""

    result: int
    course: str  # "plain": no word of an exception; "fails", "holds", "stretched": what became of it


def usual(form: str, n: int, a: int, b: int) -> int:
    if form == "left":
        return n * a + b
    if form == "right":
        return a + n * b
    if form == "less":
        return n * a - b
    if form == "plus":
        return a + b + n
    if form == "larger":
        return max(a, b) + n
    return n * abs(a - b)


def holds(condition: str, a: int, b: int, number: int) -> bool:
    if condition == "odd":
        return a % 2 == b % 2 == 1
    if condition == "even":
        return a % 2 == b % 2 == 0
    if condition == "falling":
        return a > b
    return (a + b if condition == "over" else a) > number


def nearly(condition: str, a: int, b: int, number: int, result: int) -> bool:
    """Whether the condition fails, but not for one who reads it carelessly; `result` is that of the usual rule."""
    if holds(condition, a, b, number):
        return False
    if condition in ("odd", "even"):
        return a % 2 != b % 2
    if condition == "falling":
        return b > a
    return (result if condition == "over" else b) > number


def unusual(exception: Except, a: int, b: int, result: int) -> int:
    """What an exception makes of it, `result` being that of the usual rule."""
    if exception.outcome == "more":
        return result + exception.number
    return a + b if exception.outcome == "sum" else max(a, b)


def applied(form: str, n: int, exception: Except | None, a: int, b: int, misread: str = "",
            careless: str = "") -> Done:
    """The sign between a and b. `misread`: "", SIDE or PLUS; `careless`: "", FORGOTTEN or STRETCHED (its exception)."""
    result = usual(form, n, a, b) if not misread else a + b if misread == PLUS else _swapped(form, n, a, b)
    if exception is None:
        return Done(result, "plain")
    course = "holds" if holds(exception.condition, a, b, exception.number) else "fails"
    if course == "holds" and careless == FORGOTTEN:
        return Done(result, "plain")
    if course == "fails" and careless == STRETCHED and nearly(exception.condition, a, b, exception.number, result):
        course = "stretched"
    return Done(result if course == "fails" else unusual(exception, a, b, result), course)


def _swapped(form: str, n: int, a: int, b: int) -> int:
    return a + n * b if form == "left" else n * a + b if form == "right" else n * b - a


def formula(form: str, n: int, exception: Except | None, a: int, b: int, misread: str, course: str) -> str:
    """What is reckoned, in figures: "3 × 4 + 7"."""
    usual_way = _plainly(form, n, a, b, misread)
    if exception is None or course in ("plain", "fails"):
        return usual_way
    return {"more": f"{usual_way} + {exception.number}", "sum": f"{_begin(a)} + {_within(b)}",
            "largest": _begin(max(a, b))}[exception.outcome]


def _plainly(form: str, n: int, a: int, b: int, misread: str) -> str:
    x, y = _within(a), _within(b)
    if misread == PLUS:
        return f"{_begin(a)} + {y}"
    if misread == SIDE:
        return {"left": f"{_begin(a)} + {n} × {y}", "right": f"{n} × {x} + {y}", "less": f"{n} × {y} − {x}"}[form]
    larger, smaller = max(a, b), min(a, b)
    return {"left": f"{n} × {x} + {y}", "right": f"{_begin(a)} + {n} × {y}", "less": f"{n} × {x} − {y}",
            "plus": f"{_begin(a)} + {y} + {n}", "larger": f"{_begin(larger)} + {n}",
            "apart": f"{n} × ({_begin(larger)} − {_within(smaller)})"}[form]


def _begin(number: int) -> str:
    """A number at the beginning of a formula."""
    return str(number).replace("-", "−")


def _within(number: int) -> str:
    """A number behind a sign."""
    return str(number) if number >= 0 else f"(−{-number})"
