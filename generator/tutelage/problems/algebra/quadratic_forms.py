"""The forms of quadratic equations: the quantities of each, its standard form, how it is drawn and how it is written.

    >>> standard_form("product", 1, (2, 7, 36))  # (x + 2)(x + 7) = 36
    (1, 9, -22)
    >>> written("product", 1, (2, 7, 36), "x")
    '(x + 2)(x + 7) = 36'

A problem is drawn from its roots. The domain of a quantity holds what it could have been, all else left as it is, with
roots that are whole numbers again, since the statement promises that: so hiding it leaves several answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

from tutelage.draws import Draws

MOST = 9  # values in a domain
Roots = tuple[int, int]
Shown = int | str  # a value, or the letter that stands for it


class Form(NamedTuple):
    """What a statement promises: *any* two different whole roots, a *pair* of positive ones, or *one* positive root."""

    names: tuple[str, ...]
    promise: str
    asks: tuple[str, ...]  # each of both, larger, smaller, squares, gap; x and other for `one`
    ways: tuple[str, ...]  # factor, formula, half (completing the square), root, gather
    story: bool = False


_ALL = ("both", "larger", "smaller", "squares", "gap")
_WAYS = ("factor", "formula", "half")
FORMS: Mapping[str, Form] = {
    "standard": Form(("b", "c"), "any", _ALL, _WAYS),  # ax² + bx + c = 0, where a belongs to the structure
    "moved": Form(("b", "d"), "any", _ALL, _WAYS),  # ax² + bx = d
    "both_right": Form(("b", "d"), "any", _ALL, _WAYS),  # ax² = bx + d
    "shifted": Form(("u", "w"), "any", _ALL, _WAYS),  # x(x + u) = w
    "product": Form(("u", "v", "w"), "any", _ALL, _WAYS),  # (x + u)(x + v) = w
    "square": Form(("p", "q"), "any", ("both", "larger", "smaller"), ("root",)),  # (x − p)² = q
    "square_plus": Form(("p", "r", "q"), "any", ("both", "larger", "smaller"), ("root",)),  # a(x − p)² + r = q
    "no_constant": Form(("b", "d"), "any", ("both", "larger", "smaller"), ("gather",)),  # ax² + bx = dx
    "common": Form(("u", "p", "k"), "any", _ALL[:4], ("gather",)),  # (x + u)(x − p) = k(x − p)
    "numbers": Form(("sum", "product"), "pair", _ALL, ("formula", "half"), True),
    "rectangle": Form(("perimeter", "area"), "pair", ("both", "larger", "smaller"), ("formula", "half"), True),
    "longer": Form(("difference", "area"), "one", ("x", "other"), _WAYS, True),
    "triangle": Form(("difference", "area"), "one", ("x", "other"), _WAYS, True),
    "ball": Form(("speed", "mark"), "pair", ("both", "larger", "smaller", "gap"), ("formula", "half"), True),
    "tower": Form(("speed", "mark", "start"), "pair", ("both", "larger", "smaller", "gap"), ("formula", "half"), True),
    "border": Form(("length", "width", "total"), "one", ("x",), _WAYS, True),
}

_STANDARD: Mapping[str, Callable[..., tuple[int, int, int]]] = {
    "standard": lambda a, b, c: (a, b, c),
    "moved": lambda a, b, d: (a, b, -d),
    "both_right": lambda a, b, d: (a, -b, -d),
    "shifted": lambda a, u, w: (1, u, -w),
    "product": lambda a, u, v, w: (1, u + v, u * v - w),
    "square": lambda a, p, q: (1, -2 * p, p * p - q),
    "square_plus": lambda a, p, r, q: (a, -2 * a * p, a * p * p + r - q),
    "no_constant": lambda a, b, d: (a, b - d, 0),
    "common": lambda a, u, p, k: (1, u - p - k, p * (k - u)),
    "numbers": lambda a, s, m: (1, -s, m),
    "rectangle": lambda a, perimeter, area: (1, -perimeter // 2, area),
    "longer": lambda a, d, area: (1, d, -area),
    "triangle": lambda a, d, area: (1, d, -2 * area),
    "ball": lambda a, v, mark: (5, -v, mark),
    "tower": lambda a, v, mark, start: (5, -v, mark - start),
    "border": lambda a, length, width, total: (4, 2 * (length + width), length * width - total),
}


def standard_form(form: str, lead: int, values: Sequence[int]) -> tuple[int, int, int]:
    """(a, b, c) of ax² + bx + c = 0."""
    return _STANDARD[form](lead, *values)


def whole_roots(a: int, b: int, c: int) -> Roots | None:
    """The roots, the smaller one first, if they are whole and different."""
    square = b * b - 4 * a * c
    if square <= 0 or (root := isqrt(square)) ** 2 != square or (b + root) % (2 * a) or (b - root) % (2 * a):
        return None
    return (-b - root) // (2 * a), (-b + root) // (2 * a)


def positive_root(a: int, b: int, c: int) -> int | None:
    """The positive root, if there is just one and it is whole; a > 0."""
    square = b * b - 4 * a * c
    if c >= 0 or (root := isqrt(square)) ** 2 != square or (root - b) % (2 * a):
        return None
    return (root - b) // (2 * a)


# --- values and domains ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _pairs(n: int) -> tuple[Roots, ...]:
    """All f < g with f × g = n ≠ 0."""
    found = []
    for f in range(1, isqrt(abs(n)) + 1):
        if n % f == 0:
            g = abs(n) // f
            found += [(-f, g), (-g, f)] if n < 0 else [(f, g), (-g, -f)]
    return tuple(sorted({(f, g) for f, g in found if f != g}))


def _near(values: Sequence[int], value: int) -> list[int]:
    """At most `MOST` of some values, those next to `value`, ascending."""
    return sorted(sorted(set(values), key=lambda v: (abs(v - value), v))[:MOST])


def _products(p: int, q: int, least: int = -10**6) -> list[int]:
    """Products of other numbers with the same sum as p and q."""
    return [(p + k) * (q - k) for k in range(-6, 7) if p + k != q - k and p + k >= least and q - k >= least]


def _around(value: int, draws: Draws) -> list[int]:
    low = value - draws.below(MOST)
    return [*range(low, low + MOST)]


Drawn = tuple[list[int], list[list[int]]]


def values_for(draws: Draws, form: str, a: int, p: int, q: int) -> Drawn | None:
    """Values of a form with the roots p < q, and their domains; None where these roots don't suit it.

    For `one`, p is not used.
    """
    s, m = p + q, p * q
    if form in ("standard", "moved", "both_right", "shifted", "numbers", "rectangle", "ball"):
        sums, products = [f + g for f, g in _pairs(m)] if m else [], _products(p, q)
        if form in ("numbers", "rectangle", "ball"):
            sums, products = [n for n in sums if n > 0], _products(p, q, 1)
        of_sum, of_product = {"standard": (-a, a), "moved": (-a, -a), "both_right": (a, -a), "shifted": (-1, -1),
                              "numbers": (1, 1), "rectangle": (2, 1), "ball": (5, 5)}[form]
        values = [of_sum * s, of_product * m]
        return values, [_near([of_sum * n for n in sums], values[0]),
                        _near([of_product * n for n in products], values[1])]
    if form == "tower":
        start, rises = draws.between(3, 30), [5 * n for n in _products(p, q, 1)]
        values = [5 * s, start + 5 * m, start]
        return values, [_near([5 * (f + g) for f, g in _pairs(m) if f > 0], values[0]),
                        _near([start + n for n in rises], values[1]),
                        _near([values[1] - n for n in rises if values[1] >= n], start)]
    if form == "product":
        u = draws.between(-6, 7)
        values = [u, v := -s - u, w := u * v - m]
        if not (u and v and w > 0) or u == v:
            return None
        return values, [_near([v + f - g for f, g in (*_pairs(w), *[(g, f) for f, g in _pairs(w)])], u),
                        _near([u + f - g for f, g in (*_pairs(w), *[(g, f) for f, g in _pairs(w)])], v),
                        _near([u * v - n for n in _products(p, q)], w)]
    if form in ("square", "square_plus"):
        return None if s % 2 else _squares(draws, form, a, s // 2, (q - p) // 2)
    if form == "no_constant":
        b, k = draws.between(-9, 9), s  # the other root is 0
        values = [b, d := b + a * k]
        if m or not b or not d:
            return None
        steps = [a * j for j in range(-19, 20) if j]
        return values, [_near([d - n for n in steps], b), _near([b + n for n in steps], d)]
    if form == "common":
        shared, other = draws.shuffled((p, q))
        values = [u := draws.between(-9, 9), shared, k := other + u]
        return (values, [_around(v, draws) for v in values]) if u and abs(k) > 1 and m else None
    return _one_positive(draws, form, q)


def _squares(draws: Draws, form: str, a: int, p: int, n: int) -> Drawn:
    if form == "square":
        return [p, n * n], [_around(p, draws), _near([k * k for k in range(1, 16)], n * n)]
    r = draws.between(2, 20) * (1 if draws.chance(0.6) else -1)
    total = a * n * n + r
    others = range(1, 13 if n < 13 else n + 7)
    return [p, r, total], [_around(p, draws), _near([total - a * k * k for k in others], r),
                           _near([r + a * k * k for k in others], total)]


def _one_positive(draws: Draws, form: str, q: int) -> Drawn:
    if form == "border":
        width = draws.between(4, 16)
        length = width + 2 * draws.between(1, 6)
        total = (length + 2 * q) * (width + 2 * q)
        return [length, width, total], [
            _near([total // (width + 2 * k) - 2 * k for k in range(1, 15)
                   if total % (width + 2 * k) == 0 and total // (width + 2 * k) > 2 * k], length),
            _near([total // (length + 2 * k) - 2 * k for k in range(1, 15)
                   if total % (length + 2 * k) == 0 and total // (length + 2 * k) > 2 * k], width),
            _near([(length + 2 * k) * (width + 2 * k) for k in range(1, 15)], total)]
    difference, part = draws.between(2, 14), 1 if form == "longer" else 2
    if part == 2 and q % 2:
        difference += difference % 2 == 0  # q × (q + difference) must be even
    area = q * (q + difference)
    others = [k * (k + difference) for k in range(max(1, q - 6), q + 7)]
    return [difference, area // part], [_near([g - f for f, g in _pairs(area) if f > 0], difference),
                                        _near([n // part for n in others if n % part == 0], area // part)]


# --- text ------------------------------------------------------------------------------------------------------------


def num(value: int) -> str:
    return str(value) if value >= 0 else f"−{-value}"


def side(*terms: tuple[Shown, str]) -> str:
    """A sum such as "3x² − x + 5"; a term is a value, or a letter with perhaps a minus, and what stands behind it."""
    text = ""
    for value, tail in terms:
        if isinstance(value, str):
            minus, body = value[0] == "−", f"{value.lstrip('−')}{tail}"
        elif not value:
            continue
        else:
            minus, body = value < 0, tail if tail and abs(value) == 1 else f"{abs(value)}{tail}"
        text += (" − " if minus else " + ") + body if text else f"−{body}" if minus else body
    return text or "0"


def _minus(value: Shown) -> Shown:
    return f"−{value}" if isinstance(value, str) else -value


def quadratic(a: int, b: int, c: int, x: str) -> str:
    return f"{side((a, f'{x}²'), (b, x), (c, ''))} = 0"


def written(form: str, a: int, values: Sequence[Shown], x: str) -> str:
    """The equation of a form without a story, as its statement has it; letters may stand for values."""
    first, last = values[0], values[-1]
    right = side((last, ""))
    if form == "standard":
        return f"{side((a, f'{x}²'), (first, x), (last, ''))} = 0"
    if form == "moved":
        return f"{side((a, f'{x}²'), (first, x))} = {right}"
    if form == "both_right":
        return f"{side((a, f'{x}²'))} = {side((first, x), (last, ''))}"
    if form == "shifted":
        return f"{x}({side((1, x), (first, ''))}) = {right}"
    if form == "product":
        return f"({side((1, x), (first, ''))})({side((1, x), (values[1], ''))}) = {right}"
    if form == "no_constant":
        return f"{side((a, f'{x}²'), (first, x))} = {side((last, x))}"
    bracket = f"({side((1, x), (_minus(first), ''))})"
    if form == "common":
        bracket = f"({side((1, x), (_minus(values[1]), ''))})"
        return f"({side((1, x), (first, ''))}){bracket} = {side((last, bracket))}"
    return f"{side((a if form == 'square_plus' else 1, f'{bracket}²'), *[(v, '') for v in values[1:-1]])} = {right}"
