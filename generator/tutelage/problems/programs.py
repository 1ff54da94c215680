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
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from tutelage.problems.answers import program_in
from tutelage.values import Problem, Quantity, Step, Structure, Value, Words, Work
from tutelage.wording import Wordings

RAISED = (IndexError, TypeError, ValueError, ZeroDivisionError)  # what a wrong program of ours can raise
TRIES = 8  # inputs made to tell two clauses apart before another problem is drawn instead
_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

Function = Callable[[Any], Any]
About = Callable[[str], dict[str, str]]  # slot -> what the words for it may name


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
    stages = [_stage(kit, slot, value) for slot, value, _ in plan]
    return lambda items: _run(stages, items)


def _stage(kit: Kit, slot: str, value: tuple[Any, ...]) -> tuple[str, Any]:
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
            value = function(test)
        except RAISED as error:
            out.append(f"!{type(error).__name__}")
        else:
            out.append(str(value) if type(value) is int else _ENCODE(value))
    return tuple(out)


def tell_apart(kit: Kit, structure: Structure, values: Mapping[str, Any], fresh: Callable[[], Any], most: int) -> bool:
    """Whether the tests tell each clause from every other that could stand in its place, made to by adding tests.

    `fresh` makes another input; `most` is the number of tests that there may be.
    """
    plan, tests = plan_of(kit, structure, values), structure["tests"]
    stages = [_stage(kit, slot, value) for slot, value, _ in plan]
    traces = [_trace(stages, test) for test in tests]
    for i, slot, other in _others(kit, structure, values):
        stage = _stage(kit, slot, other)
        rest = (stage, *stages[i + 1 :])
        for trace in traces:
            if _differs(trace, i, rest):
                break
        else:
            for _ in range(TRIES):
                trace = _trace(stages, test := fresh())
                if len(tests) < most and _differs(trace, i, rest):
                    tests.append(test)
                    traces.append(trace)
                    break
            else:
                return False
    return True


def _others(kit: Kit, structure: Structure, values: Mapping[str, Any]) -> Iterable[tuple[int, str, tuple[Any, ...]]]:
    """What else each clause might say: index and slot of its entry in the plan, and the entry's other value."""
    i, joined = -1, {before: slot for slot, before in kit.joined.items()}
    for slot, given in structure["slots"]:
        i += slot not in kit.joined
        value = values[slot]
        for other in kit.domains[slot](given):
            if other != value:
                if slot in kit.joined:
                    before = values[kit.joined[slot]]
                    yield i, kit.joined[slot], (f"{before[0]}_{other[0]}", *before[1:])
                elif slot in joined:
                    yield i, slot, (f"{other[0]}_{values[joined[slot]][0]}", *other[1:])
                else:
                    yield i, slot, other


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


def _differs(trace: list[Any], i: int, rest: tuple[tuple[str, Any], ...]) -> bool:
    """Whether the stages `rest`, from the i-th on, make another result of a traced test."""
    if len(trace) < i + 2:
        return False
    try:
        return bool(_run(rest, trace[i]) != trace[-1])
    except RAISED:
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


def worked(kit: Kit, problem: Problem, plan: Plan, bank: Wordings, names: Names, about: About,
           done: tuple[Step, ...] = ()) -> tuple[Work, Text]:
    """The work that writes a program clause by clause; the steps `done` are taken over as they are."""
    style, prefix, last, steps = problem.structure["style"], kit.prefix, len(plan) - 1, list(done)
    joins = {before: slot for slot, before in kit.joined.items()}
    text = write(kit, plan, problem.structure, names)
    for i in range(len(done), len(plan)):
        slot, value, key = plan[i]
        fields = {**about(slot), "code": text.shown[i], **_parameters(value)}
        joined = joins.get(slot)
        way, _, tie = key.partition("_") if joined else (key, "", "")
        fields["do"] = bank.choose(f"{prefix}.{slot}.{way}.do", style + 31 * i, fields)
        if tie and tie != "alone":
            fields["do"] += " " + bank.choose(f"{prefix}.{joined}.{tie}.do", style, fields)
        line = "line.idle" if not text.shown[i] else "line.first" if i == 0 else "line.last" if i == last else "line.next"
        uses = (slot, joined) if joined else (slot,)
        steps.append(Step(f"s{i}", bank.choose(f"{prefix}.{slot}.what", style, fields),
                          bank.choose(line, style + 7 * i, fields), text.made[i], (*uses, f"s{i - 1}") if i else uses))
    return Work(tuple(steps), behaviour(meaning(kit, plan), problem.structure["tests"]), text.source), text


def said(kit: Kit, problem: Problem, quantity: Quantity, bank: Wordings, about: About) -> Words:
    """How a clause is spoken of."""
    style, key = problem.structure["style"], f"{kit.prefix}.{quantity.name}"
    fields = {**about(quantity.name), **_parameters(quantity.value)}
    return Words(bank.choose(f"{key}.{quantity.value[0]}", style, fields), bank.choose(f"{key}.ask", style, fields),
                 bank.choose(f"{key}.the", style, fields))


def stated(kit: Kit, problem: Problem, known: AbstractSet[str], bank: Wordings, about: About) -> str:
    """The scene, the request, and the clauses in the order in which they apply; a hidden one is only hinted at."""
    style, rules = problem.structure["style"], []
    for q in problem.quantities:
        key = q.value[0] if q.name in known else "open"
        rules.append(bank.choose(f"{kit.prefix}.{q.name}.{key}", style, {**about(q.name), **_parameters(q.value)}))
    example = bank.choose("example", style, {**about(""), "input": shown(problem.structure["tests"][0])})
    if layout(style) == "ask.prose":
        return " ".join((problem.intro, problem.question, *rules, example))
    marks = [f"{i}. " for i in range(1, len(rules) + 1)] if style % 4 == 1 else ["- "] * len(rules)
    listed = [f"{mark}{rule}" for mark, rule in zip(marks, rules, strict=True)]
    return "\n".join((f"{problem.intro} {problem.question}", *listed, example))


def layout(style: int) -> str:
    """The section of the request: clauses stand in running text, or as a list below it."""
    return "ask.prose" if style % 4 == 0 else "ask.list"


def seen_in(problem: Problem, right: Work, wrong: Work, text: Text, step: int) -> dict[str, str]:
    """What a mistake's words may name: the wrong code, and the shortest test that shows the mistake."""
    tests, function = problem.structure["tests"], problem.structure["function"]
    failing = [i for i in range(len(tests)) if right.value[i] != wrong.value[i]]
    worst = min(failing, key=lambda i: len(tests[i]))
    got, want = wrong.value[worst], right.value[worst]
    return {"code": text.shown[step], "what": right.steps[step].what, "call": f"`{function}({shown(tests[worst])})`",
            "ran": f"stops with {'an' if got[1] in 'AEIO' else 'a'} `{got[1:]}`" if got[0] == "!" else f"returns `{spaced(got)}`",
            "want": f"`{spaced(want)}`"}


def _parameters(value: Value) -> dict[str, str]:
    return dict(zip("pq", map(literal, value[1:]), strict=False)) if len(value) > 1 else {}


def shown(value: Any) -> str:
    """An input as Python text."""
    return json.dumps(value)


def spaced(text: str) -> str:
    """Canonical JSON as Python writes it."""
    return text if text[0] not in "[\"" else json.dumps(json.loads(text))


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
