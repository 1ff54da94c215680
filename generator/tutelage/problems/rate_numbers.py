"""Numbers that rates and percentages come out with: which are usual, and which can be written down."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tutelage.problems.plots import Story
from tutelage.problems.rate_worlds import CURRENCIES

RIDES = (12, 15, 18, 24, 30, 36, 42, 45, 48, 54, 75, 78, 84, 90, 96, 105, 126, 135, 150, 165, 168, 195, 210)
SHIFTS = (90, 105, 135, 150, 165, 195, 210, 225, 255, 270, 285, 315, 330, 390, 405, 435, 450, 465)
PERCENTS = (5, 10, 15, 20, 25, 30, 40)


def fits(value: int | Fraction, unit: str) -> bool:
    """Whether a result can be written down: cents at most for money, else three places, and of a decent size."""
    places = 100 if unit == "€" or unit in CURRENCIES else 1000
    return places % value.denominator == 0 and value.denominator <= 50 * value.numerator <= 5_000_000 * value.denominator


def fair(s: Story, options: Sequence[int], places: int) -> int:
    """An option of which a hundredth times what there is comes out with few places; 0 where there is none."""
    top, bottom = s.value.numerator * 10 * places, s.value.denominator * 10
    fair = [n for n in options if top * n % bottom == 0]
    return s.draws.choice(fair) if fair else 0


def whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value
