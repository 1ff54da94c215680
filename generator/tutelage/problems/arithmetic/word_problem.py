"""Word problems: quantities in a story, and a last one that follows from them in two to eight steps.

    14 trays of rolls are baked. There are 24 rolls on each tray. Two thirds of the rolls go to the hospital.
    The rest are packed in bags of 3; only full bags count. How many full bags are there? 14 × 24 = 336 rolls.
    Two thirds of 336 is 224. That leaves 112. 112 ÷ 3 gives 37 full bags.

The story is a random expression graph grown event by event (`word_events`) over a world of things (`worlds`).
Its quantities are what the sentences state, facts such as the days of a week among them, and from level 3 on
one or two that aren't needed. Right is the number that the last node comes to; confirmed by sympy. A
completion in which something isn't whole that has to be is none. Mistakes: the part taken for the rest,
adding what has to be multiplied, a comparison read backwards, a step left out, a remainder rounded the wrong
way or forgotten, a thing counted once instead of each time, an unneeded number used, a fraction's numerator
overlooked, a fact misremembered, stopping too soon.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.arithmetic import telling, word_slips
from tutelage.problems.arithmetic.expressions import around, domains, evaluate
from tutelage.problems.arithmetic.plots import FACTS, Story, grow
from tutelage.problems.arithmetic.telling import Teller
from tutelage.problems.arithmetic.word_events import TABLE
from tutelage.problems.arithmetic.word_slips import MOST
from tutelage.problems.arithmetic.worlds import WORLDS, nouns
from tutelage.problems.family import Family, always, check_level
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Structure, Value
from tutelage.wording import wordings

NAME = "word_problem"
STEPS = {1: (2,), 2: (3,), 3: (4, 5), 4: (5, 6), 5: (7, 8)}
NAMES = tuple(WORLDS)
FRACTIONS = {"1/2": "half", "1/4": "a quarter", "3/4": "three quarters"} | {
    f"{n}/{d}": f"{count} {part}{'s' * (n > 1)}"
    for d, part in ((3, "third"), (5, "fifth"), (6, "sixth"), (8, "eighth"), (10, "tenth"))
    for n, count in enumerate(["a", "two", "three", "four", "five", "six", "seven"], 1)
}
PRICED = ("price", "expense", "extra", "wage", "goal")  # wordings that start so state euros
ALIKE = frozenset(  # wordings of quantities that can have been something else last year
    {
        "each",
        "small_each",
        "per_outer",
        "sharers",
        "pack",
        "pack_left",
        "carry",
        "wage",
        "cents_in",
    }
    | {"price_in", "price_out", "price_pack_in", "price_load_out", "price_share_in", "price_rest_in"}
    | {"expense_in", "expense_out", "extra_in", "extra_out"}
)
SPAN = {"years": (12, 150), "people": (3, 40), "miles": (3, 45)}


def _show(value: Any, unit: str, words: Mapping[str, str]) -> str:
    if unit == "€":
        return f"€{value}"
    return f"{value} {words['item' if value == 1 else 'items']}"


def _said(key: str, value: Any) -> str:
    if value.__class__ is Fraction:
        return FRACTIONS[str(value)]
    if key in ("times", "times_back"):
        return (
            "twice" if value == 2 else f"{('three', 'four', 'five')[value - 3] if value < 6 else value} times"
        )
    return f"€{value}" if key.startswith(PRICED) else str(value)


TELLER = Teller(
    f"problems/{NAME}", nouns, _show, lambda value, unit: str(value), lambda value, unit: True, _said, {}
)


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem; its answer is no number of the statement."""
    check_level(NAME, level)
    while True:
        world = draws.choice(NAMES)
        story = Story(draws, world, WORLDS[world], draws.choice(STEPS[level]), _fits)
        story.unit, story.ref = "a", "start"
        if not grow(story, TABLE):
            continue
        if level > 2:
            for _ in range(2 if level == 5 and draws.chance(0.5) else 1):
                _add_aside(story)
        if story.value in [value for value in story.values.values() if value.__class__ is int]:
            continue
        structure = {
            "world": story.name,
            "says": story.says,
            "nodes": story.nodes,
            "style": draws.below(1 << 30),
        }
        return _posed(structure, story.values, level, story.results)


def _fits(value: Any, unit: str) -> bool:
    return 3 <= value <= MOST  # type: ignore[no-any-return]


def _add_aside(s: Story) -> None:
    """A quantity that isn't needed: what one of them was at another time, or something about the place."""
    alike = [i for i, row in enumerate(s.says) if row[1] in ALIKE]
    if alike and "earlier" not in s.values and s.draws.chance(0.65):
        at = s.draws.choice(alike)
        value: Any = s.values[s.says[at][0]]
        other = value + s.draws.choice((-1, 1)) * s.draws.between(1, max(2, value // 3))
        s.values["earlier"] = other if other > 1 else value + 2
        s.says.insert(at + 1, ["earlier", "was", s.says[at][2], "", s.says[at][1]])
        return
    key = s.draws.choice([key for key in SPAN if key not in s.values])
    s.values[key] = s.draws.between(*SPAN[key])
    s.says.insert(s.draws.choice((0, len(s.says))), [key, key, "a", "", ""])


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    return _posed(structure, values, level, evaluate(structure["nodes"], values))


def _posed(structure: Structure, values: Mapping[str, Value], level: int, results: list[int]) -> Problem:
    near, style, world = domains(structure["nodes"], values, results), structure["style"], structure["world"]
    quantities = []
    for name, key, *_ in structure["says"]:
        if key.startswith("fact_"):
            quantities.append(Quantity(name, values[name], FACTS[name], True))
        elif name:
            quantities.append(Quantity(name, values[name], near.get(name) or around(values[name], 1)))
    intro = wordings(TELLER.file).choose(f"{world}.intro", style, {})
    return Problem(NAME, level, structure, tuple(quantities), intro, telling.question(TELLER, structure))


def shape(structure: Structure) -> str:
    return telling.signature(structure)


FAMILY = alluding(Family(
    name=NAME,
    domain="arithmetic",
    summary="a story with quantities, and one that follows from them in two to eight steps",
    kind=always("number"),
    slips=word_slips.KINDS,
    draw=draw,
    pose=pose,
    solve=telling.solve,
    work=partial(telling.work, TELLER),
    sites=word_slips.sites,
    slip=partial(word_slips.slip, TELLER),
    confirm=telling.confirm,
    shape=shape,
    words=partial(telling.say, TELLER),
    state=partial(telling.state, TELLER),
    asides=True,
))
