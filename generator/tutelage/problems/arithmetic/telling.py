"""The telling of an expression graph: its statement, its work line by line, and work with a mistake.

A structure holds `says`, rows ``[quantity or "", wording, unit, what it speaks of, phrase]`` in the order
in which they are told, and `nodes`, rows ``[operation, arguments, wording, unit, phrase]`` (see
`expressions`). A `Teller` is what a family adds: its file of words, its nouns, how it writes values. In the
file, a quantity has the sections ``s.KEY`` (says it), ``.ask``, ``.the``, ``.un`` (said where it is
hidden); a node has ``n.KEY`` (its line), ``.what``, ``.q`` (asked where it is the last). A section
``WORLD.s.KEY`` is used in that world instead, where WORLD is the world's name up to an underscore.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from tutelage.problems.arithmetic.expressions import Node, evaluate, rational
from tutelage.values import Problem, Quantity, Step, Structure, Value, Words, Work
from tutelage.wording import cap, wordings

SIGNS: Mapping[str, str] = {
    "plus": " + ",
    "minus": " − ",
    "times": " × ",
    "over": " ÷ ",
    "ratio": " ÷ ",
    "part": " × ",
    "percent": " × ",
    "rate": " ÷ ",
    "full": " ÷ ",
    "needed": " ÷ ",
    "left": " ÷ ",
}
WITH_REST = frozenset({"full", "needed", "left"})


class Teller(NamedTuple):
    file: str
    nouns: Callable[[str, str, str], Mapping[str, str]]  # of a world, a unit and a phrase
    show: Callable[[Any, str, Mapping[str, str]], str]  # a value with its unit
    plain: Callable[[Any, str], str]  # a value without its unit, which is given, or the name of the quantity
    exact: Callable[[Any, str], bool]  # whether `plain` gives all of a value
    said: Callable[[str, Any], str]  # a quantity as its sentence gives it, by the wording's key
    keys: dict[tuple[str, str], str]  # sections by world and key


class Edit(NamedTuple):
    """Something done wrongly: the nodes that stand in place of the right ones, and how it is written down."""

    nodes: Mapping[int, Node]
    at: int  # the node with the wrong line; -1: it is enough that some are left out
    line: str = ""  # the wording of that line
    left_out: frozenset[int] = frozenset()  # nodes without a line
    values: Mapping[str, Value] = {}  # what quantities are taken for


NOTHING = Edit({}, -1)


def key_in(teller: Teller, world: str, key: str) -> str:
    """The section of a key: the world's own one where there is one."""
    try:
        return teller.keys[world, key]
    except KeyError:
        own = f"{world.partition('_')[0]}.{key}"
        return teller.keys.setdefault((world, key), own if own in wordings(teller.file) else key)


def sentence(teller: Teller, structure: Structure, index: int, value: Value | None) -> str:
    """The sentence of a row; of a note, or with None of a hidden quantity, the one without a number."""
    key, fields = _spoken(teller, structure, index)
    name, _, _, _, phrase = structure["says"][index]
    if value is not None:
        fields["n"] = teller.said(phrase if key == "was" else key, value)
    elif name:
        key += ".un"
    world = structure["world"]
    return wordings(teller.file).choose(key_in(teller, world, f"s.{key}"), structure["style"] + index, fields)


def say(teller: Teller, problem: Problem, quantity: Quantity) -> Words:
    structure, bank = problem.structure, wordings(teller.file)
    world, style = structure["world"], structure["style"]
    index = next(i for i, row in enumerate(structure["says"]) if row[0] == quantity.name)
    key, fields = _spoken(teller, structure, index)
    return Words(
        sentence(teller, structure, index, quantity.value),
        bank.choose(key_in(teller, world, f"s.{key}.ask"), style, fields),
        bank.choose(key_in(teller, world, f"s.{key}.the"), style, fields),
    )


def phrase(teller: Teller, structure: Structure, index: int) -> str:
    """The quantity of a row as a noun phrase."""
    key, fields = _spoken(teller, structure, index)
    return wordings(teller.file).choose(
        key_in(teller, structure["world"], f"s.{key}.the"), structure["style"], fields
    )


def state(teller: Teller, problem: Problem, known: AbstractSet[str]) -> str:
    """The statement. A hidden quantity is spoken of, so that it can be asked for; a hidden fact is not."""
    structure, values, parts = problem.structure, problem.values, [problem.intro]
    for index, row in enumerate(structure["says"]):
        name = row[0]
        if not name or name in known:
            parts.append(sentence(teller, structure, index, values[name] if name else None))
        elif not row[1].startswith("fact_"):
            parts.append(sentence(teller, structure, index, None))
    parts.append(problem.question)
    return " ".join([part for part in parts if part])


def question(teller: Teller, structure: Structure) -> str:
    """What is asked: for the last node."""
    last = len(structure["nodes"]) - 1
    key = key_in(teller, structure["world"], f"n.{structure['nodes'][last][2]}.q")
    return wordings(teller.file).choose(key, structure["style"], fields_of(teller, structure, last))


def solve(structure: Structure, values: Mapping[str, Value]) -> Value:
    """The number that is asked for, exactly. Raises NoAnswer where nothing is left or a division that must
    come out doesn't."""
    result: Value = evaluate(structure["nodes"], values)[-1]
    return result


def confirm(problem: Problem) -> Value:
    """The second solver: sympy's rationals, from the last node back."""
    return rational(problem.structure["nodes"], problem.values)


def work(teller: Teller, problem: Problem) -> Work:
    """The right work, one line a node."""
    values = problem.values
    return told(teller, problem.structure, values, evaluate(problem.structure["nodes"], values))


def told(teller: Teller, structure: Structure, values: Mapping[str, Value], results: Sequence[Any]) -> Work:
    """The right work, with `results` as what comes of the nodes."""
    return retold(teller, structure, values, results, Work((), 0, ""), 0, NOTHING, {})


def retold(
    teller: Teller,
    structure: Structure,
    values: Mapping[str, Value],
    results: Sequence[Any],
    right: Work,
    start: int,
    edit: Edit,
    extra: Mapping[str, str],
) -> Work:
    """The right work up to step `start`, and from there on the work with an edit, whose wording may use
    `extra` too."""
    choose, style, nodes, world = (
        wordings(teller.file).choose,
        structure["style"],
        structure["nodes"],
        structure["world"],
    )
    steps, whats = [*right.steps[:start]], [step.what for step in right.steps]
    names = [step.name for step in steps]
    if edit.values:
        values = {**values, **edit.values}
    for index in range(start, len(nodes)):
        node = edit.nodes.get(index) or nodes[index]
        if index in edit.left_out:  # what comes next uses what there was before
            names.append(names[node[1][0]] if node[1][0].__class__ is int else node[1][0])
            continue
        key, fields = f"n.{node[2]}", line_fields(teller, structure, index, node, values, results)
        what = whats[index] if whats else choose(key_in(teller, world, f"{key}.what"), style, fields)
        if edit.at == index:
            key, fields = edit.line, {**extra, **fields}
        line = choose(key_in(teller, world, key), style + 5 * index, fields)
        uses = tuple([names[arg] if arg.__class__ is int else arg for arg in node[1]])
        name = f"s{index}"
        steps.append(Step(name, what, line, fields["r"], uses))
        names.append(name)
    unit = nodes[-1][3]
    return Work(tuple(steps), results[-1], teller.show(results[-1], unit, teller.nouns(world, unit, "")))


def fields_of(teller: Teller, structure: Structure, index: int) -> dict[str, str]:
    """The nouns of a node: of its world, of its result (`item`, `items`), of what it works on (`thing`, in
    the plural)."""
    _, args, _, unit, phrase = structure["nodes"][index]
    before = structure["nodes"][args[0]][3] if args[0].__class__ is int else "a"
    return {
        **teller.nouns(structure["world"], unit, phrase),
        "thing": teller.nouns(structure["world"], before, "")["items"],
    }


def line_fields(
    teller: Teller,
    structure: Structure,
    index: int,
    node: Node,
    values: Mapping[str, Value],
    results: Sequence[Any],
) -> dict[str, str]:
    """What a line can speak of: a, b (first and last argument), e ("a × b"), eq ("=" or "≈"), r (the
    result), rn."""
    op, args, unit = node[0], node[1], node[3]
    fields, plain, result, nodes = (
        fields_of(teller, structure, index),
        teller.plain,
        results[index],
        structure["nodes"],
    )
    raw: list[Any] = [results[arg] if arg.__class__ is int else values[arg] for arg in args]
    shown = [
        plain(value, nodes[arg][3] if arg.__class__ is int else arg)
        for value, arg in zip(raw, args, strict=True)
    ]
    fields["a"], fields["b"], fields["e"] = shown[0], shown[-1], SIGNS.get(op, " ").join(shown)
    fields["r"], fields["rn"] = plain(result, unit), teller.show(result, unit, fields)
    fields["eq"], fields["is"] = ("=", "is") if teller.exact(result, unit) else ("≈", "is about")
    if op in WITH_REST:
        times, rest = divmod(raw[0], raw[1])
        before = nodes[args[0]][3] if args[0].__class__ is int else "a"
        thing = teller.nouns(structure["world"], before, "")["item" if rest == 1 else "items"]
        fields["times"], fields["rest"], fields["over"] = str(times), str(rest or ""), f"{rest} {thing}"
    elif op == "part":
        fields["share"] = teller.said("part", raw[1])
    return fields


def _spoken(teller: Teller, structure: Structure, index: int) -> tuple[str, dict[str, str]]:
    """The wording's key of a row, and what its wordings can speak of but for the value."""
    _, key, unit, ref, phrase = structure["says"][index]
    fields = {**teller.nouns(structure["world"], unit, phrase)}
    bank, world, style = wordings(teller.file), structure["world"], structure["style"]
    if key == "was":  # the row speaks of the quantity of the row before it
        before, other = _spoken(teller, structure, index - 1)
        fields["vp"] = bank.choose(key_in(teller, world, f"s.{before}.the"), style, other)
    elif ref:
        fields["ref"] = said = bank.choose(f"ref.{ref}", style + index, fields)
        fields["Ref"] = cap(said)
    return key, fields


def signature(structure: Structure) -> str:
    """The graph and what it is about, without world, names, values and asides: what near-twins share."""
    number: dict[str, int] = {}
    parts = []
    for op, args, key, *_ in structure["nodes"]:
        shown = [str(a) if a.__class__ is int else f"q{number.setdefault(a, len(number))}" for a in args]
        parts.append(f"{op}.{key}({','.join(shown)})")
    return " ".join(parts)
