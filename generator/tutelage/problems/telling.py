"""The telling of an expression graph: its statement, its work line by line, and work in which a node is done wrongly.

A structure holds `says`, rows ``[quantity or "", wording, unit, what it speaks of, phrase]`` in the order in which they
are told, and `nodes`, rows ``[operation, arguments, wording, unit, phrase]`` (see `expressions`). A `Teller` is what a
family adds: its file of words, its nouns, how it writes values. In the file, a quantity has the sections ``s.KEY``
(says it), ``.ask``, ``.the``, ``.un`` (said where it is hidden); a node has ``n.KEY`` (its line), ``.what``, ``.q``
(asked where it is the last). A section ``WORLD.s.KEY`` is used in that world instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from tutelage.problems.expressions import OPERATIONS, Node
from tutelage.values import Problem, Quantity, Step, Structure, Value, Words, Work
from tutelage.wording import wordings

SIGNS: Mapping[str, str] = {"plus": " + ", "minus": " − ", "times": " × ", "over": " ÷ ", "ratio": " ÷ ", "part": " × ",
                            "full": " ÷ ", "needed": " ÷ ", "left": " ÷ "}


class Teller(NamedTuple):
    file: str
    nouns: Callable[[str, str, str], Mapping[str, str]]  # of a world, a unit and a phrase
    show: Callable[[Any, str, Mapping[str, str]], str]  # a value with its unit
    plain: Callable[[Any], str]  # a value without unit
    said: Callable[[str, Any], str]  # a quantity as its sentence gives it, by the wording's key
    keys: dict[tuple[str, str], str]  # sections by world and key


class Edit(NamedTuple):
    """A node done wrongly: what stands in its place, with which values, in which words ("": it is left out)."""

    index: int
    node: Node
    values: Mapping[str, Value]
    line: str


def key_in(teller: Teller, world: str, key: str) -> str:
    """The section of a key: the world's own one where there is one."""
    try:
        return teller.keys[world, key]
    except KeyError:
        own = f"{world}.{key}"
        return teller.keys.setdefault((world, key), own if own in wordings(teller.file) else key)


def sentence(teller: Teller, structure: Structure, index: int, value: Value | None) -> str:
    """The sentence of a row; of a note, or with None of a hidden quantity, the one without a number."""
    key, fields = _spoken(teller, structure, index)
    if value is not None:
        fields["n"] = teller.said(key, value)
    elif structure["says"][index][0]:
        key += ".un"
    return wordings(teller.file).choose(key_in(teller, structure["world"], f"s.{key}"), structure["style"] + index, fields)


def say(teller: Teller, problem: Problem, quantity: Quantity) -> Words:
    structure, bank = problem.structure, wordings(teller.file)
    world, style = structure["world"], structure["style"]
    index = next(i for i, row in enumerate(structure["says"]) if row[0] == quantity.name)
    key, fields = _spoken(teller, structure, index)
    return Words(sentence(teller, structure, index, quantity.value),
                 bank.choose(key_in(teller, world, f"s.{key}.ask"), style, fields),
                 bank.choose(key_in(teller, world, f"s.{key}.the"), style, fields))


def state(teller: Teller, problem: Problem, known: AbstractSet[str]) -> str:
    """The statement. A hidden quantity is still spoken of, so that it can be asked for; a hidden fact is not."""
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
    _, _, key, unit, phrase = structure["nodes"][-1]
    fields = {**teller.nouns(structure["world"], unit, phrase), "thing": _thing(teller, structure, len(structure["nodes"]) - 1)}
    return wordings(teller.file).choose(key_in(teller, structure["world"], f"n.{key}.q"), structure["style"], fields)


def told(teller: Teller, structure: Structure, values: Mapping[str, Value], results: Sequence[Any],
         done: Iterable[Step] = (), edit: Edit | None = None) -> Work:
    """The work from behind the steps that are `done`; `edit` is carried out at its node, `results` are what comes of it."""
    bank, style, nodes, world = wordings(teller.file), structure["style"], structure["nodes"], structure["world"]
    steps = list(done)
    names = [step.name for step in steps]
    for index in range(len(steps), len(nodes)):
        node = nodes[index]
        key = f"n.{node[2]}"
        if edit is not None and edit.index == index:
            node, key = edit.node, edit.line
            if not key:
                names.append(names[node[1][0]] if node[1][0].__class__ is int else node[1][0])
                continue
            values = {**values, **edit.values}
        fields = line_fields(teller, structure, index, node, values, results)
        uses = tuple([names[arg] if arg.__class__ is int else arg for arg in node[1]])
        what = bank.choose(key_in(teller, world, f"n.{nodes[index][2]}.what"), style, fields)
        fields["what"] = what
        steps.append(Step(f"s{index}", what, bank.choose(key_in(teller, world, key), style + 5 * index, fields), fields["r"], uses))
        names.append(f"s{index}")
    return Work(tuple(steps), results[-1], teller.show(results[-1], nodes[-1][3], teller.nouns(world, nodes[-1][3], "")))


def line_fields(teller: Teller, structure: Structure, index: int, node: Node, values: Mapping[str, Value],
                results: Sequence[Any]) -> dict[str, str]:
    """What a line can speak of: a, b (the arguments), e ("a × b"), r (the result), rn (with its unit), nouns."""
    op, args, key, unit, phrase = node
    nouns, plain, result = teller.nouns(structure["world"], unit, phrase), teller.plain, results[index]
    raw = [results[arg] if arg.__class__ is int else values[arg] for arg in args]
    shown = [plain(value) for value in raw]
    fields = {**nouns, "a": shown[0], "b": shown[-1], "e": SIGNS.get(op, " ").join(shown), "r": plain(result),
              "rn": teller.show(result, unit, nouns), "thing": _thing(teller, structure, index)}
    if op in ("full", "needed", "left"):
        rest = raw[0] % raw[1]
        fields["rest"], fields["times"] = plain(rest) if rest else "", plain(raw[0] // raw[1])
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
        fields["ref"] = bank.choose(f"ref.{ref}", style + index, fields)
    return key, fields


def _thing(teller: Teller, structure: Structure, index: int) -> str:
    """The plural noun of what a node works on: of its first argument, if that is a node."""
    arg = structure["nodes"][index][1][0]
    unit = structure["nodes"][arg][3] if arg.__class__ is int else "a"
    return teller.nouns(structure["world"], unit, "")["items"]


def signature(structure: Structure) -> str:
    """The graph and what it is about, without world, names, values and asides: what near-twins share."""
    number: dict[str, int] = {}
    parts = []
    for op, args, key, *_ in structure["nodes"]:
        shown = [str(a) if a.__class__ is int else f"q{number.setdefault(a, len(number))}" for a in args]
        parts.append(f"{op}.{key}({','.join(shown)})")
    return " ".join(parts)


__all__ = ["OPERATIONS", "SIGNS", "Edit", "Teller", "key_in", "line_fields", "question", "say", "sentence", "signature", "state", "told"]
