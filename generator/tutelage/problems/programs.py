"""What the families of programs share: a function is a row of clauses, and a clause is a quantity.

A clause such as "only readings of at least 5 count" is an `Act`: what it does to the items, once as a function and
once as a piece of Python text. The two share nothing, so that running the text (`confirm`, in the sandboxed runner)
checks the functions. What a program is worth is its *behaviour*: the canonical JSON of what it returns on the test
inputs, or "!ValueError" where it raises. Right is a program that behaves like the clauses, however it is written.

    >>> kit = Kit("n", {"limit.above": Act("keep", lambda t: lambda x: x > t, "%(x)s > %(p)s")}, {}, {"limit": "kept"})
    >>> behaviour(meaning(kit, [Entry("limit", ("above", 5), "above")]), [[3, 8, 5]])
    ('[8]',)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from tutelage.values import Quantity, Structure, Value

RAISED = (IndexError, TypeError, ValueError, ZeroDivisionError)  # what a wrong program of ours can raise
TRIES = 8  # inputs made to tell two clauses apart before another problem is drawn instead
FAR = {"at_least": "less_than", "less_than": "at_least", "more_than": "at_most", "at_most": "more_than",
       "up": "down", "down": "up"}  # fmt: skip
DO = ("do",)  # the value of a step that no clause speaks of: taking a text apart

Function = Callable[[Any], Any]
Choice = tuple[Any, ...]  # what a clause says: a key and its parameters, ("at_least", 5)


class Act(NamedTuple):
    """What one clause does. `means(*parameters)` gives a predicate, a function of an item or of all items, by form.

    Forms: keep (items for which it holds), each (item by item), whole and lines (the list as one), idle (nothing),
    guard (a value to return where nothing is left), result. `code` is a pattern: %(s)s the items, %(d)s the new items,
    %(x)s an item, %(a)s and %(y)s its parts, %(p)s and %(q)s the parameters; `shown` is the part of it that matters,
    where it is long.
    """

    form: str
    means: Callable[..., Any]
    code: str
    shown: str = ""


class Entry(NamedTuple):
    """One clause of a plan. `said` is the key of the words for it: a slip does one thing and believes another."""

    slot: str
    value: Choice
    said: str


Plan = Sequence[Entry]


class Names(NamedTuple):
    """The names in one program."""

    argument: str
    item: str  # "reading", or "runner, seconds"
    first: str  # the part of an item that names it
    second: str  # its number; the item itself where it has no parts
    loops: bool  # written with loops, not comprehensions
    fresh: bool  # a new variable for each step


class Text(NamedTuple):
    """A program: its source, and for each entry of its plan the piece of code that a student shows."""

    source: str
    shown: tuple[str, ...]
    made: tuple[str, ...]  # the variable, or "the result"


class Kit(NamedTuple):
    """The clauses of one kind of program."""

    prefix: str  # of its sections in the family's templates
    acts: Mapping[str, Act]  # by "slot.key"
    domains: Mapping[str, Callable[[Any], tuple[Choice, ...]]]  # slot -> all that its clause may say
    names: Mapping[str, str]  # slot -> the variable that holds what comes out of it
    joins: Mapping[str, str] = {}  # slot -> the slot behind it, together with which it is one step
    means: Callable[[Plan], Function] | None = None  # own meaning and writer, where clauses aren't steps of a row
    writes: Callable[[Plan, str, Names], Text] | None = None
    request: str = "request"  # section of the sentence that asks for the function
    sure: frozenset[str] = frozenset()  # slots about which any test shows what their clause says
    unsaid: str = ""  # a slot about which the scene must say something where no clause does


def parameters(*keys: str) -> Callable[[Any], tuple[Choice, ...]]:
    """A domain: one of the keys, each with the same parameters."""
    return lambda given: tuple([(key, *given) for key in keys])


def one_of(given: Sequence[str]) -> tuple[Choice, ...]:
    """A domain: one of the keys that the structure lists."""
    return tuple([(key,) for key in given])


def takes(given: Sequence[int]) -> tuple[Choice, ...]:
    """The domain of a selection by place: how many, from which end."""
    (n,) = given
    return (("first", n), ("first", n + 1), ("last", n), ("rest", n))


def quantities(kit: Kit, structure: Structure, values: Mapping[str, Value]) -> tuple[Quantity, ...]:
    return tuple([Quantity(slot, values[slot], kit.domains[slot](given))
                  for slot, given in structure["slots"] if slot in values])  # fmt: skip


def plan_of(kit: Kit, structure: Structure, values: Mapping[str, Any]) -> list[Entry]:
    """The clauses as a plan. A clause that belongs to the one before (how ties go) is merged into it."""
    plan: list[Entry] = []
    behind = ""
    for slot, _ in structure["slots"]:
        value = values.get(slot, DO)
        if slot == behind:
            before = plan.pop()
            key = f"{before.value[0]}_{value[0]}"
            plan.append(Entry(before.slot, (key, *before.value[1:]), key))
        else:
            plan.append(Entry(slot, value, value[0]))
        behind = kit.joins.get(slot, "")
    return plan


def meaning(kit: Kit, plan: Plan) -> Function:
    """The function that a plan describes."""
    if kit.means is not None:
        return kit.means(plan)
    stages = [_stage(kit, slot, value) for slot, value, _ in plan]
    return lambda items: _run(stages, items)


def _stage(kit: Kit, slot: str, value: Choice) -> tuple[str, Any]:
    act = kit.acts[f"{slot}.{value[0]}"]
    return act.form, act.means(*value[1:])


def _run(stages: Iterable[tuple[str, Any]], items: Any) -> Any:
    for form, does in stages:
        if form == "keep":
            items = list(filter(does, items))
        elif form == "each":
            items = list(map(does, items))
        elif form != "guard":
            items = does(items)
        elif not items:
            return does
    return items


def behaviour(function: Function, tests: Iterable[Any]) -> tuple[str, ...]:
    """What a function returns on each test, as canonical JSON; "!" and the exception's name where it raises."""
    out = []
    for test in tests:
        try:
            out.append(_json(function(test)))
        except RAISED as error:
            out.append(f"!{type(error).__name__}")
    return tuple(out)


def _json(value: Any) -> str:
    """What `runner.canonical` writes, for the values that our clauses make."""
    kind = type(value)
    if kind is list or kind is tuple:
        return f"[{','.join([_json(part) for part in value])}]"
    if value is None:
        return "null"
    return encode_basestring_ascii(value) if kind is str else repr(value)


def tell_apart(kit: Kit, structure: Structure, values: Mapping[str, Any], fresh: Callable[[], Any], most: int) -> bool:
    """Whether the tests tell each clause from the others that could stand in its place, made to by adding tests.

    `fresh` makes another input; `most` is the number of tests that there may be.
    """
    plan, tests = plan_of(kit, structure, values), structure["tests"]
    others = _others(kit, structure, values)
    if kit.means is not None:
        return _tell_wholes_apart(kit, plan, tests, others, fresh, most)
    stages = [_stage(kit, slot, value) for slot, value, _ in plan]
    traces: list[list[Any]] = []  # made when first needed: the first test shows most differences
    for i, slot, other in others:
        rest = (_stage(kit, slot, other), *stages[i + 1 :])
        for number in range(len(tests)):
            if number == len(traces):
                traces.append(_trace(stages, tests[number]))
            if _ends_otherwise(traces[number], i, rest):
                break
        else:
            for _ in range(TRIES if len(tests) < most else 0):
                trace = _trace(stages, test := fresh())
                if _ends_otherwise(trace, i, rest):
                    tests.append(test)
                    traces.append(trace)
                    break
            else:
                return False
    return True


def _tell_wholes_apart(kit: Kit, plan: Sequence[Entry], tests: list[Any], others: Iterable[tuple[int, str, Choice]],
                       fresh: Callable[[], Any], most: int) -> bool:
    """The same where clauses aren't steps of a row: by whole functions."""
    right = meaning(kit, plan)
    results: list[Any] = []
    for i, slot, other in others:
        wrong = meaning(kit, [*plan[:i], Entry(slot, other, ""), *plan[i + 1 :]])
        for number, test in enumerate(tests):
            if number == len(results):
                results.append(right(test))
            if wrong(test) != results[number]:
                break
        else:
            for _ in range(TRIES if len(tests) < most else 0):
                if wrong(test := fresh()) != (result := right(test)):
                    tests.append(test)
                    results.append(result)
                    break
            else:
                return False
    return True


def _trace(stages: Iterable[tuple[str, Any]], items: Any) -> list[Any]:
    """What each stage is given, and the result at the end; shorter where a guard returns early."""
    trace = [items]
    for form, does in stages:
        if form == "keep":
            items = list(filter(does, items))
        elif form == "each":
            items = list(map(does, items))
        elif form != "guard":
            items = does(items)
        elif not items:
            return [*trace, does]
        trace.append(items)
    return trace


def _ends_otherwise(trace: list[Any], i: int, rest: Iterable[tuple[str, Any]]) -> bool:
    """Whether the stages `rest`, from the i-th on, make another result of a traced test."""
    if len(trace) < i + 2:
        return False
    try:
        return bool(_run(rest, trace[i]) != trace[-1])
    except RAISED:
        return True


def _others(kit: Kit, structure: Structure, values: Mapping[str, Any]) -> Iterable[tuple[int, str, Choice]]:
    """What else each clause might say: index and slot of its entry in the plan, and the entry's other value.

    Without what is so different that nearly any test shows it: an opposite limit, a number more than one off.
    """
    i, before = -1, ""
    for slot, given in structure["slots"]:
        behind = kit.joins.get(slot)
        joined = kit.joins.get(before) == slot
        i += not joined
        if slot in values and slot not in kit.sure:
            value = values[slot]
            for other in kit.domains[slot](given):
                if other == value or FAR.get(key := value[0], "") == other[0] or (
                        key == other[0] in ("by", "at") and abs(value[1] - other[1]) > 1):
                    continue
                if joined:
                    yield i, before, (f"{values[before][0]}_{other[0]}", *values[before][1:])
                else:
                    yield i, slot, (f"{other[0]}_{values[behind][0]}", *other[1:]) if behind else other
        before = slot


def write(kit: Kit, plan: Plan, function: str, names: Names) -> Text:
    """The program of a plan: a row of steps, each from the items of the one before."""
    if kit.writes is not None:
        return kit.writes(plan, function, names)
    lines, shown, made = [f"def {function}({names.argument}):"], [], []
    source, e = names.argument, f"({names.item})" if "," in names.item else names.item
    words = {"x": names.item, "a": names.first, "y": names.second, "e": e}
    for slot, value, _ in plan:
        act = kit.acts[f"{slot}.{value[0]}"]
        target = kit.names.get(slot, "") if names.fresh or value is DO or act.form == "lines" else source
        words.update({"s": source, "d": target, **named(value)})
        piece, code, target = _pieces(act, act.code % words, names, source, target, e)
        lines += [f"    {line}" for line in piece]
        shown.append(act.shown % words or code)
        made.append(target or "the result")
        source = target or source
    return Text("\n".join(lines), tuple(shown), tuple(made))


def _pieces(act: Act, code: str, names: Names, source: str, target: str, element: str) -> tuple[list[str], str, str]:
    """The lines of one step, what is shown of them, and the variable that holds what comes out ("" for none)."""
    x = names.item
    if act.form == "result":
        return [f"return {code}"], f"`return {code}`", ""
    if act.form == "guard":
        return [f"if not {source}:", f"    return {code}"], f"`if not {source}: return {code}`", ""
    if act.form == "idle":
        return [], "", source
    if act.form == "lines":
        return code.split("\n"), "", target
    if act.form == "whole":
        return [f"{target} = {code}"], f"`{target} = {code}`", target
    test, value = (code, element) if act.form == "keep" else ("", code)
    if not names.loops:
        line = f"{target} = [{value} for {x} in {source}{' if ' if test else ''}{test}]"
        return [line], f"`{line}`", target
    append = f"{target}.append({value})"
    lines = [f"{target} = []", f"for {x} in {source}:"]
    lines += [f"    if {test}:", f"        {append}"] if test else [f"    {append}"]
    return lines, f"`{f'if {test}: ' if test else ''}{append}` for each `{x}` in `{source}`", target


def named(value: Choice) -> dict[str, str]:
    """The parameters of a clause by name, as Python text."""
    return dict(zip("pq", map(literal, value[1:]), strict=False)) if len(value) > 1 else {}


def literal(value: Any) -> str:
    """A value as Python text, strings in double quotes."""
    return json.dumps(value) if isinstance(value, str) else str(value)
