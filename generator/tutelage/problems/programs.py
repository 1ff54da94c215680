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
from typing import Any, NamedTuple

from tutelage.problems.answers import program_in
from tutelage.values import Problem, Quantity, Step, Structure, Value, Words, Work
from tutelage.wording import Wordings

RAISED = (IndexError, TypeError, ValueError, ZeroDivisionError)  # what a wrong program of ours can raise
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

Function = Callable[[Any], Any]


class Act(NamedTuple):
    """What one clause does. `means(*parameters)` gives a predicate, a function of an item or of all items, by form.

    Forms: keep (items for which it holds), each (item by item), whole and lines (the list as one), guard (a value to
    return where nothing is left), result. `code` is a pattern: %(s)s the items, %(d)s the new items, %(x)s an item,
    %(a)s and %(y)s its parts, %(p)s and %(q)s the parameters; `shown` is the part of it that matters, where it is long.
    """

    form: str
    means: Callable[..., Any]
    code: str
    shown: str = ""


class Entry(NamedTuple):
    """One clause of a plan. `said` is the key of the words for it: a slip does one thing and believes another."""

    slot: str
    value: tuple[Any, ...]  # ("at_least", 5)
    said: str


Plan = Sequence[Entry]


class Kit(NamedTuple):
    """The clauses of one kind of program."""

    prefix: str  # of its sections in the family's templates
    acts: Mapping[str, Act]  # by "slot.key"
    domains: Mapping[str, Callable[[Any], tuple[tuple[Any, ...], ...]]]  # slot -> all that its clause may say
    names: Mapping[str, str]  # slot -> the variable that holds what comes out of it
    joined: Mapping[str, str] = {}  # slot -> the slot before it, together with which it is one step


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


def parameters(*keys: str) -> Callable[[Any], tuple[tuple[Any, ...], ...]]:
    """A domain: one of the keys, each with the same parameters."""
    return lambda given: tuple([(key, *given) for key in keys])


def plan_of(kit: Kit, structure: Structure, values: Mapping[str, Any]) -> list[Entry]:
    """The clauses as a plan. A clause that belongs to the one before (how ties go) is merged into it."""
    plan: list[Entry] = []
    for slot, _ in structure["slots"]:
        value = values[slot]
        if slot in kit.joined:
            before = plan.pop()
            key = f"{before.value[0]}_{value[0]}"
            plan.append(Entry(before.slot, (key, *before.value[1:]), key))
        else:
            plan.append(Entry(slot, value, value[0]))
    return plan


def quantities(kit: Kit, structure: Structure, values: Mapping[str, Value]) -> tuple[Quantity, ...]:
    return tuple([Quantity(slot, values[slot], kit.domains[slot](given)) for slot, given in structure["slots"]])


def meaning(kit: Kit, plan: Plan) -> Function:
    """The function that a plan describes."""
    acts, stages = kit.acts, []
    for slot, value, _ in plan:
        act = acts[f"{slot}.{value[0]}"]
        stages.append((act.form, act.means(*value[1:])))

    def function(items: Any) -> Any:
        for form, does in stages:
            if form == "keep":
                items = [x for x in items if does(x)]
            elif form == "each":
                items = [does(x) for x in items]
            elif form != "guard":
                items = does(items)
            elif not items:
                return does
        return items

    return function


def behaviour(function: Function, tests: Iterable[Any]) -> tuple[str, ...]:
    """What a function returns on each test, as canonical JSON; "!" and the exception's name where it raises."""
    out = []
    for test in tests:
        try:
            value = function(test)
        except RAISED as error:
            out.append(f"!{type(error).__name__}")
        else:
            out.append(str(value) if type(value) is int else _ENCODE(value))
    return tuple(out)


def told_apart(kit: Kit, structure: Structure, values: Mapping[str, Any]) -> bool:
    """Whether the tests tell each clause from every other that could stand in its place."""
    right = meaning(kit, plan_of(kit, structure, values))
    tests = structure["tests"]
    results = [right(test) for test in tests]
    for slot, given in structure["slots"]:
        for other in kit.domains[slot](given):
            if other != values[slot]:
                function = meaning(kit, plan_of(kit, structure, {**values, slot: other}))
                if all(function(test) == result for test, result in zip(tests, results, strict=True)):
                    return False
    return True


def write(kit: Kit, plan: Plan, structure: Structure, names: Names) -> Text:
    """The program of a plan: a row of steps, each from the items of the one before."""
    lines, shown, made = [f"def {structure['function']}({names.argument}):"], [], []
    source, e = names.argument, f"({names.item})" if "," in names.item else names.item
    words = {"x": names.item, "a": names.first, "y": names.second, "e": e}
    for slot, value, _ in plan:
        act = kit.acts[f"{slot}.{value[0]}"]
        target = kit.names.get(slot, "") if names.fresh else names.argument
        words |= {"s": source, "d": target} | dict(zip("pq", map(literal, value[1:]), strict=False))
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


def literal(value: Any) -> str:
    """A value as Python text, strings in double quotes."""
    return json.dumps(value) if isinstance(value, str) else str(value)


def worked(kit: Kit, problem: Problem, plan: Plan, words: Wordings, text: Text, said: dict[str, str]) -> Work:
    """The work that writes a program clause by clause. `said` holds what all its words may name."""
    steps, style, prefix, last = [], problem.structure["style"], kit.prefix, len(plan) - 1
    joined = {before: slot for slot, before in kit.joined.items()}
    for i, (slot, value, key) in enumerate(plan):
        fields = {**said, "code": text.shown[i], **dict(zip("pq", map(literal, value[1:]), strict=False))}
        fields["do"] = words.choose(f"{prefix}.{slot}.{key}.do", style + 31 * i, fields)
        line = "line.idle" if not text.shown[i] else "line.first" if i == 0 else "line.last" if i == last else "line.next"
        uses = (slot, joined[slot]) if slot in joined else (slot,)
        steps.append(Step(f"s{i}", words.choose(f"{prefix}.{slot}.what", style, fields),
                          words.choose(line, style + 7 * i, fields), text.made[i], (*uses, f"s{i - 1}") if i else uses))
    return Work(tuple(steps), behaviour(meaning(kit, plan), problem.structure["tests"]), text.source)


def confirmed(problem: Problem, work: Work) -> Value:
    """What the program of a work returns on the tests, run in the sandbox. Raises RunnerUnavailable without one."""
    return returned(problem.structure, work.answer)


def judged(problem: Problem, work: Work, answer: str) -> bool:
    """Whether the program in a text behaves as the work's does. Raises RunnerUnavailable where nothing can be run."""
    source = program_in(answer)
    return bool(source) and returned(problem.structure, source) == work.value


def returned(structure: Structure, source: str) -> tuple[str, ...]:
    from tutelage.runner import Job, run_programs

    inputs = tuple([(test,) for test in structure["tests"]])
    return run_programs([Job(source, structure["function"], inputs)])[0].returns


def shape_of(structure: Structure) -> str:
    """The kind of program and its clauses in order; what they say, and the story, is open."""
    return f"{structure['kit']} {' '.join([slot for slot, _ in structure['slots']])}"
