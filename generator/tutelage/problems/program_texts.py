"""How problems over programs are spoken of, worked and judged: what `list_rules` and `text_rules` have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from tutelage.problems.answers import program_in
from tutelage.problems.programs import (
    DO,
    Entry,
    Kit,
    Names,
    Text,
    behaviour,
    meaning,
    named,
    plan_of,
    quantities,
    write,
)
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import Wordings, wordings

Fields = Callable[[str], Mapping[str, str]]  # slot -> what the words for its clause may name


class Genre(NamedTuple):
    """A family of programs: where its words stand, its kits, and the names of its stories."""

    name: str
    kits: Mapping[str, Kit]
    fields: Callable[[Structure], Fields]
    names: Callable[[Structure], Names]
    with_slip: Callable[[list[Entry], str, int], list[Entry]]  # the plan with a mistake of a kind at a step
    about: Callable[[Structure, Sequence[Entry], str, int], Mapping[str, str]]  # what its words name besides

    def kit(self, structure: Structure) -> Kit:
        return self.kits[structure["kit"]]

    def bank(self) -> Wordings:
        return wordings(f"problems/{self.name}")


def wrong_turns(done_instead: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The kinds of slip that can happen to each thing that is done, from the things done instead, by kind."""
    done = sorted({done for instead in done_instead.values() for done in instead})
    return {key: tuple([kind for kind, instead in done_instead.items() if key in instead]) for key in done}


def pose(genre: Genre, structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
    kit, bank, style = genre.kit(structure), genre.bank(), structure["style"]
    fields = genre.fields(structure)("")
    intro = bank.choose(f"{structure['story']}.intro", style, fields)
    if kit.unsaid and kit.unsaid not in values:
        intro += " " + bank.choose(f"{kit.prefix}.{kit.unsaid}.unsaid", style, fields)
    question = bank.choose(f"{kit.request}.{_layout(style)}", style, fields)
    return Problem(genre.name, level, structure, quantities(kit, structure, values), intro, question)


def _layout(style: int) -> str:
    """Clauses stand in running text, or as a list below the request."""
    return "prose" if style % 4 == 0 else "list"


def say(genre: Genre, problem: Problem, quantity: Quantity) -> Words:
    """How a clause is spoken of."""
    structure, value = problem.structure, quantity.value
    assert isinstance(value, tuple)
    bank, style, key = genre.bank(), structure["style"], f"{genre.kit(structure).prefix}.{quantity.name}"
    fields = {**genre.fields(structure)(quantity.name), **named(value)}
    return Words(bank.choose(f"{key}.{value[0]}", style, fields), bank.choose(f"{key}.ask", style, fields),
                 bank.choose(f"{key}.the", style, fields))


def state(genre: Genre, problem: Problem, known: AbstractSet[str]) -> str:
    """The scene, the request, and the clauses in the order in which they apply; a hidden one is only hinted at."""
    structure, bank = problem.structure, genre.bank()
    style, prefix, about, rules = structure["style"], genre.kit(structure).prefix, genre.fields(structure), []
    for name, value, _, _ in problem.quantities:
        assert isinstance(value, tuple)
        key = value[0] if name in known else "open"
        fields = {**about(name), **named(value)} if len(value) > 1 else about(name)
        rules.append(bank.choose(f"{prefix}.{name}.{key}", style, fields))
    example = bank.choose("example", style, {**about(""), "input": json.dumps(structure["tests"][0])})
    if _layout(style) == "prose":
        return " ".join((problem.intro, problem.question, *rules, example))
    marks = [f"{i}. " for i in range(1, len(rules) + 1)] if style % 4 == 1 else ["- "] * len(rules)
    listed = [f"{mark}{rule}" for mark, rule in zip(marks, rules, strict=True)]
    return "\n".join((f"{problem.intro} {problem.question}", *listed, example))


def solve(genre: Genre, structure: Structure, values: Mapping[str, Value]) -> Value:
    """What the function returns on each test, as canonical JSON."""
    kit = genre.kit(structure)
    return behaviour(meaning(kit, plan_of(kit, structure, values)), structure["tests"])


def work(genre: Genre, problem: Problem) -> Work:
    """One step for each clause: what it asks for, and the line of code that does it."""
    structure = problem.structure
    plan = plan_of(genre.kit(structure), structure, problem.values)
    value = behaviour(meaning(genre.kit(structure), plan), structure["tests"])
    return _written(genre, structure, plan, value, ())[0]


def _written(
    genre: Genre, structure: Structure, plan: Sequence[Entry], value: Value, done: tuple[Step, ...]
) -> tuple[Work, Text]:
    """The work that writes a program clause by clause; the steps `done` are taken over as they are."""
    kit, bank, about = genre.kit(structure), genre.bank(), genre.fields(structure)
    text = write(kit, plan, structure["function"], genre.names(structure))
    style, prefix, last, steps = structure["style"], kit.prefix, len(plan) - 1, list(done)
    for i in range(len(done), len(plan)):
        slot, says, key = plan[i]
        section, behind, code = f"{prefix}.{slot}", kit.joins.get(slot), text.shown[i]
        fields = {**about(slot), **named(says), "code": code}
        way, _, tie = key.partition("_") if behind else (key, "", "")
        do = bank.choose(f"{section}.{way}.do", style + 31 * i, fields)
        if tie and tie != "alone":
            do += " " + bank.choose(f"{prefix}.{behind}.{tie}.do", style, fields)
        fields["do"] = do
        line = "line.idle" if not code else "line.first" if i == 0 else "line.last" if i == last else "line.next"
        uses: tuple[str, ...] = () if says is DO else (slot, behind) if behind else (slot,)
        what = bank.choose(f"{section}.what", style, fields)
        uses = (*uses, f"s{i - 1}") if i else uses
        steps.append(Step(f"s{i}", what, bank.choose(line, style + 7 * i, fields), text.made[i], uses))
    return Work(tuple(steps), value, text.source), text


def slip(genre: Genre, problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure, tests = problem.structure, problem.structure["tests"]
    kit = genre.kit(structure)
    plan = plan_of(kit, structure, problem.values)
    wrong = genre.with_slip(plan, kind, step)
    value = behaviour(meaning(kit, wrong), tests)
    if value == right.value:
        return None
    made, text = _written(genre, structure, wrong, value, right.steps[:step])
    seen = _seen(structure, right.value, value, kind != "returned_early")
    fields = {**genre.fields(structure)(plan[step].slot), "code": text.shown[step], "what": right.steps[step].what,
              **seen, **genre.about(structure, plan, kind, step)}  # fmt: skip
    return Slip(kind, step, made, fields)


def _seen(structure: Structure, right: Value, wrong: Value, empty: bool) -> dict[str, str]:
    """The shortest test that shows a mistake: the call, what the wrong program makes of it, and what is wanted.

    `empty`: whether an empty input tells enough.
    """
    assert isinstance(right, tuple)
    assert isinstance(wrong, tuple)
    tests = structure["tests"]
    failing = [i for i in range(len(tests)) if right[i] != wrong[i]]
    worst = min(failing, key=lambda i: len(tests[i]) if tests[i] or empty else 99)
    got, want = wrong[worst], right[worst]
    ran = f"returns `{_spaced(got)}`"
    if got == "null":
        ran = "returns nothing"
    elif got[0] == "!":
        ran = f"stops with {'an' if got[1] in 'AEIO' else 'a'} `{got[1:]}`"
    return {"call": f"`{structure['function']}({json.dumps(tests[worst])})`", "ran": ran, "want": f"`{_spaced(want)}`"}



def _spaced(text: str) -> str:
    """Canonical JSON as Python writes it."""
    return json.dumps(json.loads(text)) if text[0] == "[" else text


def confirm(genre: Genre, problem: Problem) -> Value:
    """What the program returns on the tests, run in the sandbox. Raises RunnerUnavailable where there is none."""
    return _returned(problem.structure, work(genre, problem).answer)


def judge(problem: Problem, right: Work, answer: str) -> bool:
    """Whether the program in a text behaves as the right one does. Raises RunnerUnavailable without a sandbox."""
    source = program_in(answer)
    return bool(source) and _returned(problem.structure, source) == right.value


def _returned(structure: Structure, source: str) -> tuple[str, ...]:
    from tutelage.runner import Job, run_programs

    inputs = tuple([(test,) for test in structure["tests"]])
    return run_programs([Job(source, structure["function"], inputs)])[0].returns


def shape(structure: Structure) -> str:
    """The kind of program and its clauses in order; what they say, and the story, is open."""
    return f"{structure['kit']} {' '.join([slot for slot, _ in structure['slots']])}"
