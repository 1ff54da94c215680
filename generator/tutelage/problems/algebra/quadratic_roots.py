"""Quadratic equations, bare or in a story: both roots, one of them, or something made of them.

A rectangle has a perimeter of 26 m and an area of 40 m²: how long are its sides? The quantities are the coefficients or
the facts of the story (a leading coefficient belongs to the structure). The statement promises whole roots, two
different ones, both positive where they are lengths or times: values that break the promise have no answer, so that
knowing it, one fact may follow from the others. Domains are made of values that keep it.

Worked by factors, the formula, completing the square, taking a root or gathering a factor; confirmed by sympy.
Mistakes: roots with the signs of the factors, only the positive root of a square, a factor divided away with its root,
the half or the denominator of a formula forgotten, a wrong sign in the discriminant or on the way over the equals sign,
and a product split as if it were zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, cast

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.algebra.quadratic_forms import (
    FORMS,
    Roots,
    num,
    positive_root,
    standard_form,
    values_for,
    whole_roots,
    written,
)
from tutelage.problems.algebra.quadratic_sheet import (
    AT,
    DENOMINATOR,
    DISCRIMINANT,
    DIVIDED,
    HALF,
    KEPT,
    NAME,
    NEGATIVE,
    SIGN,
    SPLIT,
    Sheet,
    chosen,
)
from tutelage.problems.family import Family, check_level
from tutelage.problems.knowledge.alluding import alluding
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work
from tutelage.wording import wordings

BY_LEVEL = {
    1: ("standard", "standard", "square", "square", "no_constant", "numbers"),
    2: ("standard", "standard", "moved", "both_right", "common", "longer", "numbers", "no_constant"),
    3: ("standard", "shifted", "moved", "both_right", "square_plus", "rectangle", "longer", "common", "product"),
    4: ("standard", "standard", "both_right", "square_plus", "no_constant", "product", "triangle", "ball", "rectangle"),
    5: ("standard", "both_right", "moved", "product", "product", "tower", "border", "triangle", "ball"),
}
LARGEST = {1: 9, 2: 12, 3: 15, 4: 12, 5: 14}  # of the roots
LEADS = ("standard", "moved", "both_right", "square_plus", "no_constant")
THINGS = {  # what a story is about, with its unit
    "rectangle": (("field", "m"), ("garden", "m"), ("carpet", "m"), ("photograph", "cm"), ("courtyard", "m"),
                  ("tray", "cm")),
    "triangle": (("sail", "m"), ("pennant", "cm"), ("flower bed", "m"), ("gable", "m"), ("piece of cloth", "cm")),
    "ball": (("ball", "seconds"), ("stone", "seconds"), ("model rocket", "seconds"), ("tennis ball", "seconds")),
    "border": (("pool,path", "m"), ("picture,frame", "cm"), ("lawn,gravel strip", "m"), ("stage,walkway", "m")),
}
THINGS |= {"longer": THINGS["rectangle"], "tower": THINGS["ball"], "numbers": (("pair", "-"),)}
UNITS = {"m": "metres", "cm": "centimetres"}
# s² − 4m and s² + 4m are both squares: these roots stay whole when a sign goes wrong
LUCKY = ((2, 3), (-1, 6), (4, 6), (-2, 12), (3, 10), (-2, 15), (6, 9), (-3, 18), (5, 12), (-3, 20), (-6, 1), (-12, 2),
         (-15, 2), (-10, -3), (-9, -6))


def draw(draws: Draws, level: int) -> Problem:
    """A fresh problem, made backwards from its roots."""
    check_level(NAME, level)
    while True:
        form = draws.choice(BY_LEVEL[level])
        spec = FORMS[form]
        ask = draws.choice(spec.asks) if draws.chance(0.45 + 0.1 * level) else spec.asks[0]
        if level < 3 and ask in ("squares", "gap"):
            continue
        lead = draws.between(2, 5) if level > 3 and form in LEADS and draws.chance(0.8) else 1
        way = draws.choice(spec.ways)
        roots = _roots(draws, form, way, LARGEST[level])
        made = values_for(draws, form, lead, *roots)
        if made is None:
            continue
        values, domains = made
        way = _fitting(spec.ways, way, ask, standard_form(form, lead, values))
        thing, unit = draws.choice(THINGS[form]) if spec.story else ("", "")
        structure = {"form": form, "lead": lead, "ask": ask, "way": way, "thing": thing, "unit": unit,
                     "x": "x" if spec.story else draws.choice("xxyztn"), "signs": [(r > 0) - (r < 0) for r in roots],
                     "domains": domains, "style": draws.below(1 << 30)}
        if level > 2 and spec.story and form != "numbers" and draws.chance(0.4):
            values = [*values, extra := draws.between(3, 40)]
            domains.append([*range(extra - draws.below(3), extra + 7)])
        if min(map(len, domains)) < 2:
            continue
        answer = _answer(structure, values)
        if not answer or answer in values or (
                ask == "both" and len(set(cast(Roots, answer)) & set(values)) > (form == "common")):
            continue
        problem = pose(structure, dict(zip(_names(structure), values, strict=True)), level)
        if _tempting(problem):
            return problem


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    words, style, form = wordings(f"problems/{NAME}"), structure["style"], structure["form"]
    quantities = [Quantity(name, values[name], tuple(domain))
                  for name, domain in zip(_names(structure), structure["domains"], strict=True)]
    fields, story = _fields(structure), FORMS[form].story
    intro = words.choose(f"{form}.intro", style, fields) if story else ""
    ask = structure["ask"]
    key = f"{form}.{ask}" if story and (form != "numbers" or ask == "both") else f"bare.{ask}"
    return Problem(NAME, level, structure, tuple(quantities), intro, words.choose(key, style, fields))


def say(problem: Problem, quantity: Quantity) -> Words:
    words, structure = wordings(f"problems/{NAME}"), problem.structure
    key = f"{structure['form']}.{quantity.name}"
    style, fields = structure["style"], {**_fields(structure), "value": num(cast(int, quantity.value))}
    if FORMS[structure["form"]].story:
        return Words(words.choose(key, style, fields), words.choose(f"{key}.ask", style, fields),
                     words.choose(f"{key}.the", style, fields))
    fields.update(letter=quantity.name, role=words.choose(f"role.{key}", style, fields))
    return Words(words.choose("bare.tell", style, fields), words.choose("bare.ask", style, fields),
                 words.choose("bare.the", style, fields))


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """A story fact by fact, one without its number still named; a bare equation with letters for what is hidden."""
    words, structure = wordings(f"problems/{NAME}"), problem.structure
    form, style, fields = structure["form"], structure["style"], _fields(structure)
    if FORMS[form].story:
        parts = [problem.intro]
        for quantity in problem.quantities:
            key = f"{form}.{quantity.name}" + ("" if quantity.name in known else ".unknown")
            parts.append(words.choose(key, style, {**fields, "value": num(cast(int, quantity.value))}))
        return " ".join((*parts, problem.question))
    shown = [cast(int, q.value) if q.name in known else q.name for q in problem.quantities]
    parts = [words.choose("bare.equation", style, {"eq": written(form, structure["lead"], shown, structure["x"])})]
    if hidden := [q.name for q in problem.quantities if q.name not in known]:
        letters = {"letter": hidden[0], "letters": f"{', '.join(hidden[:-1])} and {hidden[-1]}"}
        parts.append(words.choose("bare.letter" if len(hidden) == 1 else "bare.letters", style, letters))
    return " ".join((*parts, problem.question))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """What is asked for. Raises NoAnswer where the roots aren't as the statement promises."""
    return _answer(structure, [cast(int, values[name]) for name in _names(structure)])


def work(problem: Problem) -> Work:
    """By the structure's way; by the formula where another value of a number makes that way impossible.

    Raises NoAnswer where the other root, which is not asked for, can't be written: no problem that is drawn has such.
    """
    written_down = Sheet(problem).write()
    if written_down is None:
        written_down = Sheet(problem._replace(structure={**problem.structure, "way": "formula"})).write()
    if written_down is None:
        raise NoAnswer(f"no work for {dict(problem.values)}")
    return written_down


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    kinds, form = AT[problem.structure["way"]], problem.structure["form"]
    return [(kind, index) for index, step in enumerate(right.steps) for kind in kinds.get(step.name, ())
            if (kind != SPLIT or form in ("shifted", "product")) and (kind != SIGN or form != "no_constant")]


def slip(problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    sheet = Sheet(problem, kind)
    wrong = sheet.write()
    return None if wrong is None or wrong.value == right.value else Slip(kind, step, wrong, sheet.fields)


def confirm(problem: Problem) -> Value:
    """The second solver: sympy's roots of the equation as it stands, not of our standard form."""
    from sympy import Poly, Rational, Symbol, roots

    structure, x = problem.structure, Symbol("x")
    v: list[Any] = [q.value for q in problem.quantities]
    a, form = structure["lead"], structure["form"]
    sides: dict[str, Callable[[], tuple[Any, Any]]] = {
        "standard": lambda: (a * x**2 + v[0] * x + v[1], 0), "moved": lambda: (a * x**2 + v[0] * x, v[1]),
        "both_right": lambda: (a * x**2, v[0] * x + v[1]), "shifted": lambda: (x * (x + v[0]), v[1]),
        "product": lambda: ((x + v[0]) * (x + v[1]), v[2]), "square": lambda: ((x - v[0]) ** 2, v[1]),
        "square_plus": lambda: (a * (x - v[0]) ** 2 + v[1], v[2]),
        "no_constant": lambda: (a * x**2 + v[0] * x, v[1] * x),
        "common": lambda: ((x + v[0]) * (x - v[1]), v[2] * (x - v[1])), "numbers": lambda: (x * (v[0] - x), v[1]),
        "rectangle": lambda: (x * (Rational(v[0], 2) - x), v[1]), "longer": lambda: (x * (x + v[0]), v[1]),
        "triangle": lambda: (x * (x + v[0]) / 2, v[1]), "ball": lambda: (v[0] * x - 5 * x**2, v[1]),
        "tower": lambda: (v[2] + v[0] * x - 5 * x**2, v[1]), "border": lambda: ((v[0] + 2 * x) * (v[1] + 2 * x), v[2]),
    }
    left, right = sides[form]()
    found = sorted(roots(Poly(left - right, x)))
    if FORMS[form].promise == "one":
        found = [root for root in found if root > 0]
    ask = structure["ask"]
    if ask == "both":
        return tuple(int(root) for root in found)
    made = {"larger": found[-1], "smaller": found[0], "squares": sum(r**2 for r in found), "gap": found[-1] - found[0],
            "x": found[0], "other": found[0] + v[0]}
    return int(made[ask])


def shape(structure: Structure) -> str:
    """The form, what is asked, how it is best solved, the leading coefficient and the signs of the roots."""
    return " ".join([str(structure[key]) for key in ("form", "ask", "way", "lead", "signs")])


def _names(structure: Structure) -> list[str]:
    names = FORMS[structure["form"]].names
    return [*names, "extra"] if len(structure["domains"]) > len(names) else [*names]


def _fields(structure: Structure) -> dict[str, str]:
    inner, _, outer = structure["thing"].partition(",")
    unit = structure["unit"]
    return {"thing": inner, "outer": outer, "unit": unit, "units": UNITS.get(unit, unit), "x": structure["x"]}


def _answer(structure: Structure, values: Sequence[int]) -> Value:
    form, ask = structure["form"], structure["ask"]
    spec = FORMS[form]
    a, b, c = standard_form(form, structure["lead"], values[: len(spec.names)])
    if spec.promise == "one":
        root = positive_root(a, b, c)
        if root is None:
            raise NoAnswer("there is no whole positive root")
        return chosen(ask, (root,), values[0])
    roots = whole_roots(a, b, c)
    if roots is None or (spec.promise == "pair" and roots[0] <= 0):
        raise NoAnswer("the roots are not two different whole numbers")
    return roots if ask == "both" else chosen(ask, roots, 0)


def _roots(draws: Draws, form: str, way: str, largest: int) -> Roots:
    """Roots that suit a form; for those with one positive root it is the second."""
    promise = FORMS[form].promise
    if form == "border":
        return 0, draws.between(1, 6)
    if promise == "one":
        return 0, draws.between(2, largest)
    if form in ("ball", "tower"):
        first = draws.between(1, 4)
        return first, first + draws.between(1, 5)
    if form == "no_constant":
        root = draws.between(2, largest)
        return (0, root) if draws.chance(0.6) else (-root, 0)
    if promise == "any" and way in ("formula", "half", "factor") and draws.chance(0.4 if way == "formula" else 0.15):
        p, q = draws.choice(LUCKY)
    else:
        p, q = sorted(draws.sample(range(1, largest + 1), 2))
        chance = draws.random()
        if promise == "any" and (chance < 0.55 or form == "shifted"):
            p, q = sorted((-p, q)) if chance < 0.4 or form == "shifted" else (-q, -p)
    return p, q


def _fitting(ways: Sequence[str], way: str, ask: str, coefficients: tuple[int, int, int]) -> str:
    """Another way where the one drawn doesn't suit the numbers or leaves no mistake that would show."""
    a, b, _ = coefficients
    if (way == "half" and (b % (2 * a) or ask == "gap")) or (way == "factor" and ask in ("squares", "gap")):
        return "formula"
    return way


def _tempting(problem: Problem) -> bool:
    """Whether some mistake leads to a wrong answer that could be believed; in most ways of solving one always does."""
    structure = problem.structure
    if structure["form"] != "no_constant" and (structure["way"] != "half" or FORMS[structure["form"]].promise != "one"):
        return True
    right = work(problem)
    return any(slip(problem, right, kind, step) for kind, step in sites(problem, right))


FAMILY = alluding(Family(
    name=NAME,
    domain="algebra",
    summary="the roots of a quadratic equation in one of its forms or in a story",
    kind=lambda structure: "numbers" if structure["ask"] == "both" else "number",
    slips=(SIGN, NEGATIVE, DIVIDED, HALF, DENOMINATOR, DISCRIMINANT, KEPT, SPLIT),
    draw=draw, pose=pose, solve=solve, work=work, sites=sites, slip=slip, confirm=confirm, shape=shape, words=say,
    state=state,
))
