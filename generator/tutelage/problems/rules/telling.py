"""How a book and a task of it are told: the quantities, their words, and the statement.

The quantities are all that the book sets freely: the number of each word, of each sign and of each exception, which
sign goes first, and from which end equal signs are worked out. What kind of rule there is stands in the statement
always; where its number is hidden, the statement says between which bounds it lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from tutelage.problems.rules.expressions import text_of
from tutelage.problems.rules.signs import BONUS, COUNTS, FORMS, LIMITS, SIGNS, Except
from tutelage.values import Problem, Quantity, Structure, Value, Words
from tutelage.wording import wordings

NAME = "rulebook"
FILE = f"problems/{NAME}"
NUMBERS = tuple(range(1, 10))  # of words
FIRST, END = "first", "end"
ENDS = ("left", "right")
BEHIND = "_exception"  # behind a sign's name: the quantity of its exception
LAYOUTS = ("list", "list", "lines", "sentences")
# what is listed: one and several of them, and what it does to its number
STORIES = {"guild": ("mark", "marks", "stands for"), "signals": ("flag", "flags", "stands for"),
           "game": ("tile", "tiles", "is worth"), "machine": ("key", "keys", "enters"),
           "club": ("word", "words", "means")}


def pose(structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    quantities = [Quantity(word, values[word], NUMBERS) for word in structure["words"]]
    quantities += [Quantity(sign, values[sign], FORMS[form]) for sign, form in structure["signs"]]
    for sign, (condition, _) in structure["exceptions"].items():
        domain = COUNTS if condition in BONUS else LIMITS[condition]
        quantities.append(Quantity(f"{sign}{BEHIND}", values[f"{sign}{BEHIND}"], domain))
    if FIRST in structure["decides"]:
        quantities.append(Quantity(FIRST, values[FIRST], tuple([sign for sign, _ in structure["signs"]])))
    if END in structure["decides"]:
        quantities.append(Quantity(END, values[END], ENDS))
    words, story, fields = wordings(FILE), structure["story"], {"text": task_text(structure)}
    return Problem(NAME, level, structure, tuple(quantities), words.choose(f"{story}.intro", structure["edition"], {}),
                   words.choose(f"{story}.question", structure["style"], fields))


def task_text(structure: Structure) -> str:
    """The expression of the task, as it is written."""
    if structure["terms"]:
        return " + ".join([word if count == 1 else f"{count} {word}" for count, word in structure["terms"]])
    return text_of(structure["tokens"])


def except_of(structure: Structure, values: Mapping[str, Any], sign: str) -> Except | None:
    """The exception to a sign's rule, if any."""
    found = structure["exceptions"].get(sign)
    return Except(found[0], found[1], values[f"{sign}{BEHIND}"]) if found else None


def say(problem: Problem, quantity: Quantity) -> Words:
    structure, name = problem.structure, quantity.name
    if name in structure["words"]:
        key = f"{structure['story']}.row"
    elif name in (FIRST, END):
        key = name
    elif name.endswith(BEHIND):
        condition = structure["exceptions"][name.removesuffix(BEHIND)][0]
        key = "except" if condition in BONUS else f"except.{condition}"
    else:
        key = f"form.{dict(structure['signs'])[name]}"
    fields, style = fields_of(structure, name, quantity.value), _style(problem, name)
    said = "except.say" if name.endswith(BEHIND) else f"{key}.say"
    choose = wordings(FILE).choose
    return Words(choose(said, style, fields), choose(f"{key}.ask", style, fields), choose(f"{key}.the", style, fields))


def _style(problem: Problem, name: str) -> int:
    place = next(at for at, quantity in enumerate(problem.quantities) if quantity.name == name)
    return int(problem.structure["edition"]) + 3 * place


def fields_of(structure: Structure, name: str, value: Value | None) -> dict[str, str]:
    """What the wordings of a quantity need; `value` None: it isn't told."""
    if name in structure["words"]:
        one, _, does = STORIES[structure["story"]]
        return {"w": name, "n": str(value), "one": one, "does": does}
    if name == END:
        return {"end": str(value)}
    if name == FIRST:
        one, two = (sign for sign, _ in structure["signs"])
        other = two if value == one else one
        return {"one": one, "two": two, "a": SIGNS[one], "b": SIGNS[two], "first": str(value), "other": other,
                "x": SIGNS.get(str(value), ""), "y": SIGNS[other]}
    sign = name.removesuffix(BEHIND)
    fields = {"name": sign, "sign": SIGNS[sign], "n": "" if value is None else str(value)}
    if name.endswith(BEHIND):
        fields |= _clauses(structure["exceptions"][sign], value, structure["edition"])
    return fields


def _clauses(exception: Sequence[str], value: Value | None, style: int) -> dict[str, str]:
    """`clause`: when the exception holds; `then`: what it comes to."""
    (condition, outcome), choose = exception, wordings(FILE).choose
    shown = {"n": "" if value is None else str(value)}
    if value is None and condition not in BONUS:
        low, *_, high = LIMITS[condition]
        shown = {"n": choose("open.limit", style, {"low": str(low), "high": str(high)})}
    then = "open.more" if value is None and outcome == "more" else f"then.{outcome}"
    return {"clause": choose(f"if.{condition}", style, shown), "then": choose(then, style, shown)}


def state(problem: Problem, known: AbstractSet[str]) -> str:
    """The scene, the table's known rows, the rules, each with its number or without, and the question."""
    structure, words = problem.structure, wordings(FILE)
    style, rows = structure["edition"], [q for q in problem.quantities if q.name in structure["words"]]
    told, parts = [q for q in rows if q.name in known], [problem.intro]
    rules = [sentence for _, sentence in rules_told(problem, known)]
    if rules:
        rules.insert(0, words.choose(f"signs.{'one' if len(structure['signs']) == 1 else 'two'}", style, {}))
    if structure["terms"]:
        rules.append(words.choose("terms", style, {}))
    tail = " ".join([*rules, problem.question])
    if structure["layout"] == "sentences" or not told:
        return " ".join([*parts, *[say(problem, q).sentence for q in told], tail])
    fields = {"list": ", ".join([f"{q.name} {q.value}" for q in told])}
    if structure["layout"] == "list":
        return " ".join([*parts, words.choose("table.list", style, fields), tail])
    lines = "\n".join([f"- {q.name}: {q.value}" for q in told])
    return f"{parts[0]} {words.choose('table.lines', style, {})}\n\n{lines}\n\n{tail}"


def rules_told(problem: Problem, known: AbstractSet[str]) -> list[tuple[str, str]]:
    """The rules but for the table, in the order of the telling: the quantity's name and the sentence."""
    structure, values, told = problem.structure, problem.values, list[tuple[str, str]]()
    names = [name for sign, _ in structure["signs"] for name in (sign, f"{sign}{BEHIND}") if name in values]
    choose = wordings(FILE).choose
    for name in (*names, *[name for name in (FIRST, END) if name in values]):
        if name in known:
            told.append((name, say(problem, problem.quantity(name)).sentence))
            continue
        form = dict(structure["signs"]).get(name)
        key = f"form.{form}.open" if form else "except.say" if name.endswith(BEHIND) else f"{name}.open"
        told.append((name, choose(key, _style(problem, name), fields_of(structure, name, None))))
    return told
