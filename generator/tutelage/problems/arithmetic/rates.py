"""Rates and percentages: speed, unit prices, discounts, mixtures, pumps and crews, interest, wages, exchange.

    The lorry drives at 60 km/h. The journey takes 1 h 45 min. For every 100 km, it needs 24 L of diesel.
    A litre costs €1.60. How much does the diesel cost? 105 ÷ 60 = 1.75 hours, 60 × 1.75 = 105 km, 25.2 L,
    €40.32.

Conversions and operations are chained at random (`rate_events`) in twelve kinds of scene (`rate_worlds`). The
quantities are what the sentences state, and the facts behind the conversions (an hour has 60 minutes). Right
is the exact number that the last node comes to; confirmed by sympy. Mistakes: a percentage of the wrong
amount, one put back on top, percentages added, minutes written as decimals (1 h 30 as 1.3), a rate turned
upside down, rates averaged, a whole divided by a part, a conversion or a step left out, a percentage taken
for an amount, the change taken for its result.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.arithmetic import rate_slips, telling
from tutelage.problems.arithmetic.expressions import around
from tutelage.problems.arithmetic.plots import FACTS, Story, grow
from tutelage.problems.arithmetic.rate_events import TABLE
from tutelage.problems.arithmetic.rate_numbers import PERCENTS, RIDES, SHIFTS, fits
from tutelage.problems.arithmetic.rate_worlds import CURRENCIES, RATE_WORLDS, rate_nouns
from tutelage.problems.arithmetic.telling import Teller
from tutelage.problems.family import Family, always, check_level
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Structure, Value
from tutelage.wording import wordings

NAME = "rates"
STEPS = {1: (2,), 2: (3,), 3: (4,), 4: (5, 6), 5: (6, 7, 8)}
MONEY = (
    "price",
    "litre_price",
    "wage",
    "hourly",
    "voucher",
    "fee",
    "capital",
    "cash",
    "kilo_price",
    "pack_price",
    "blend_price",
    "crew_pay",
    "deposit",
    "withdrawn",
    "material",
)  # quantities whose names start so are sums of money
STEPPED: Mapping[str, int] = {
    "way": 5,
    "metres": 20,
    "price": 10,
    "capital": 100,
    "cash": 10,
    "volume": 60,
    "size": 150,
    "grams": 50,
    "crew_pay": 10,
    "alone": 5,
}  # how far the values of a domain are apart
SCENES: Mapping[
    int, tuple[tuple[str, ...], ...]
] = {  # by steps: the worlds of each kind that has a start for them
    steps: tuple(
        tuple(name for name in RATE_WORLDS if name.startswith(f"{kind}_"))
        for kind in dict.fromkeys(name.partition("_")[0] for name in RATE_WORLDS)
        if any(TABLE[name, "", steps][1] for name in RATE_WORLDS if name.startswith(f"{kind}_"))
    )
    for steps in range(2, 9)
}


@lru_cache(maxsize=16384)
def _written(over: int, under: int, money: bool) -> tuple[str, bool]:
    """A fraction as a decimal, and whether that is exact: cents with two places, others as short as they
    are, endless ones with two places."""
    places = 2 if money or 1000 % under else 3
    whole, rest = divmod((2 * over * 10**places + under) // (2 * under), 10**places)
    text = f"{whole}.{rest:0{places}d}"
    return text if money and rest else text.rstrip("0").rstrip("."), over * 10**places % under == 0


def _plain(value: Any, unit: str) -> str:
    if value.__class__ is int:
        return str(value)
    return _written(value.numerator, value.denominator, _is_money(unit))[0]


def _exact(value: Any, unit: str) -> bool:
    return value.__class__ is int or _written(value.numerator, value.denominator, _is_money(unit))[1]


@lru_cache(maxsize=1024)
def _is_money(unit: str) -> bool:
    """Whether a unit is money, or a quantity of that name a sum of it."""
    return unit in ("€", "€/kg") or unit in CURRENCIES or unit.startswith(MONEY)


def _show(value: Any, unit: str, words: Mapping[str, str]) -> str:
    text = _plain(value, unit)
    return f"€{text}" if unit in ("€", "€/kg") else f"{text} {words['item' if text == '1' else 'items']}"


def _said(key: str, value: Any) -> str:
    if key.startswith(("ride", "shift")):
        hours, minutes = divmod(value, 60)
        if not hours:
            return f"{minutes} minutes"
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"€{_plain(value, key)}" if key.startswith(MONEY) else _plain(value, key)


TELLER = Teller(f"problems/{NAME}", rate_nouns, _show, _plain, _exact, _said, {})


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem; its answer is no number of the statement."""
    check_level(NAME, level)
    steps = draws.choice(STEPS[level])
    worlds = draws.choice(SCENES[steps])
    while True:
        world = draws.choice(worlds)
        story = Story(draws, world, RATE_WORLDS[world], steps, fits)
        if not grow(story, TABLE) or story.value in story.values.values():
            continue
        if level > 2 and draws.chance(0.4):
            story.says.insert(draws.choice((0, len(story.says))), ["aside", "aside", "", "", ""])
            story.values["aside"] = draws.between(12, 60)
        structure = {"world": world, "says": story.says, "nodes": story.nodes, "style": draws.below(1 << 30)}
        return pose(structure, story.values, level)


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    style, kind = structure["style"], structure["world"].partition("_")[0]
    quantities = [
        Quantity(name, values[name], FACTS[name], True)
        if key.startswith("fact_")
        else Quantity(name, values[name], _domain(key, name, values[name]))
        for name, key, *_ in structure["says"]
    ]
    return Problem(
        NAME,
        level,
        structure,
        tuple(quantities),
        wordings(TELLER.file).choose(f"{kind}.intro", style, RATE_WORLDS[structure["world"]].words),
        telling.question(TELLER, structure),
    )


def _domain(key: str, name: str, value: Any) -> tuple[Value, ...]:
    """What a quantity could have been: a few values like it."""
    if key.startswith(("ride", "shift")):
        return RIDES if value in RIDES else SHIFTS
    if key.startswith(("cut", "raise")) and value in PERCENTS:
        return PERCENTS
    if value.__class__ is Fraction:
        return _decimals(value.numerator, value.denominator)
    return around(value, STEPPED.get(name.rstrip("_0123456789"), 1))


@lru_cache(maxsize=4096)
def _decimals(over: int, under: int) -> tuple[Value, ...]:
    near = [Fraction(over, under) + Fraction(n, 20) for n in range(-3, 6)]
    return tuple([value for value in near if value > 0])


def shape(structure: Structure) -> str:
    return f"{structure['world'].partition('_')[0]} {telling.signature(structure)}"


FAMILY = alluding(Family(
    name=NAME,
    domain="arithmetic",
    summary="speed, prices, percentages, mixtures, interest: conversions and operations in a chain",
    kind=always("number"),
    slips=rate_slips.KINDS,
    draw=draw,
    pose=pose,
    solve=telling.solve,
    work=partial(telling.work, TELLER),
    sites=rate_slips.sites,
    slip=partial(rate_slips.slip, TELLER),
    confirm=telling.confirm,
    shape=shape,
    words=partial(telling.say, TELLER),
    state=partial(telling.state, TELLER),
    asides=True,
))
