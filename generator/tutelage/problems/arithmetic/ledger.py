"""Families whose statement is a list of numbers, most of them needed, and whose work looks them up and combines them.

A line of a statement is [sort, one, two, quantity or "", number of an idle line, allusion or none]: the sort says what
kind of thing is counted, perhaps with more behind a colon ("amount:length"), `one` and `two` of whom and in what. A
quantity that is alluded to has two lines, one of them with the allusion (`allusions`). A family's words have the
sections `<sort>.say`, `<sort>.ask`, `<sort>.the` and `<sort>.line` for each sort, `n.<kind>` and `n.<kind>.what` for
each kind of step that combines numbers, and `as.<way>` for each way to allude to one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import add, mul, sub
from typing import Any, NamedTuple, cast

from tutelage.draws import Draws
from tutelage.problems.arithmetic.expressions import around
from tutelage.problems.family import MISREMEMBERED
from tutelage.problems.knowledge.allusions import ALLUDED, allusion
from tutelage.problems.knowledge.part_facts import Pair, a, plural
from tutelage.values import Problem, Quantity, Slip, Step, Structure, Value, Words, Work
from tutelage.wording import Wordings, wordings

WRONG_LINE = "wrong_line"  # the kind of a slip that reads a number off a line about something else
MOST_ALLUDED = 2  # needed numbers of a statement
Fields = dict[str, str]
Numbers = Mapping[str, Callable[[int, int], int]]
KINDS: Numbers = {"times": mul, "plus": add, "total": add, "less": sub, "ahead": sub}  # of steps that combine numbers


def section(sort: str) -> str:
    return sort.partition(":")[0]


class Line(NamedTuple):
    """A line of work before it is written: it says a number again (`kind` is a sort), or combines two (`KINDS`)."""

    kind: str
    place: tuple[int, int]  # where in the structure, as the family has it
    args: tuple[str | int, ...]  # a quantity's name, or earlier lines


class Mistake(NamedTuple):
    """What a wrong line of work needs besides the right one."""

    kind: str
    at: int  # number of the line
    fields: Mapping[str, str]
    read: Mapping[str, int] = {}  # numbers taken for others, by the quantity's name
    result: int | None = None  # what comes out of the line where two numbers are combined
    skipped: tuple[int, ...] = ()  # lines that fall away, since the wrong one has taken them in


@dataclass(frozen=True, slots=True)
class Ledger:
    """What such a family says of itself; the rest follows."""

    name: str
    known: Mapping[Pair, tuple[int, ...]]  # by `one` and `two`: a number that people know, then what it is taken for
    fields: Callable[[str, str, str], Fields]  # the fields of a line's wordings, but `n`, by its sort, one and two
    told: Callable[[Structure, Line], Fields]  # those of a line of work
    plan: Callable[[Structure], list[Line]]

    @property
    def words(self) -> Wordings:
        return wordings(f"problems/{self.name}")

    # --- the statement ---------------------------------------------------------------------------------------------

    def needed_lines(self, draws: Draws, needed: Sequence[tuple[str, str, str]], values: Mapping[str, Value],
                     nouns: AbstractSet[str]) -> list[list[Any]]:
        """The lines of what is needed, (sort, one, two) each, with allusions to some of them; `nouns` are those that no
        allusion may speak of."""
        lines = list[list[Any]]()
        for sort, one, two in needed:
            name = f"{one}_{two}"
            lines.append([sort, one, two, name, 0, None])
            few = sum([bool(line[5]) for line in lines]) < MOST_ALLUDED
            if (one, two) not in self.known and draws.chance(ALLUDED) and few and \
                    (hint := allusion(draws, cast(int, values[name]), nouns)):
                lines.append([sort, one, two, name, 0, hint])
        return lines

    def idle_line(self, draws: Draws, sort: str, one: str, two: str, most: int, nouns: AbstractSet[str]) -> list[Any]:
        """A line that doesn't matter; what is known is said as it is, and of the rest some is alluded to."""
        value = self.known[one, two][0] if (one, two) in self.known else draws.between(2, most)
        alluded = (one, two) not in self.known and draws.chance(ALLUDED / 2)
        return [sort, one, two, "", value, allusion(draws, value, nouns) if alluded else None]

    def quantities(self, structure: Structure, values: Mapping[str, Value]) -> tuple[Quantity, ...]:
        """In the order of their names; what is known or alluded to is a fact."""
        hinted, found = {line[3] for line in structure["lines"] if line[5]}, list[Quantity]()
        for _, one, two, name, _, hint in sorted(structure["lines"], key=lambda line: line[3]):
            if name and not hint:
                known = self.known.get((one, two))
                domain = known or around(cast(int, values[name]), 1)
                found.append(Quantity(name, values[name], domain, bool(known or name in hinted)))
        return tuple(found)

    def say(self, problem: Problem, quantity: Quantity) -> Words:
        lines, words = problem.structure["lines"], self.words
        index, line = next((i, line) for i, line in enumerate(lines) if line[3] == quantity.name and not line[5])
        style = problem.structure["style"] + 3 * index
        fields = {**self.fields(*line[:3]), "n": str(quantity.value)}
        return Words(*[words.choose(f"{section(line[0])}.{key}", style, fields) for key in ("say", "ask", "the")])

    def state(self, problem: Problem, known: AbstractSet[str]) -> str:
        """The lines in their order; of a hidden number, nothing but the allusion to it, if any."""
        structure, values, words, parts = problem.structure, problem.values, self.words, list[str]()
        for index, (sort, one, two, name, idle, hint) in enumerate(structure["lines"]):
            style = structure["style"] + 3 * index
            fields = {**self.fields(sort, one, two), "n": str(values[name] if name else idle)}
            if hint:
                way, said, other = hint
                fields |= {"the": words.choose(f"{section(sort)}.the", style, fields),
                           "said": a(said) if way == "like" else said, "others": plural(other) if other else ""}
                parts.append(words.choose(f"as.{way}", style, fields))
            elif name in known or not name:
                parts.append(words.choose(f"{section(sort)}.say", style, fields))
        return " ".join([*parts, problem.question])

    # --- the work --------------------------------------------------------------------------------------------------

    def work(self, problem: Problem, mistake: Mistake | None = None) -> Work:
        structure, values, words = problem.structure, problem.values, self.words
        steps, results, names = list[Step](), list[int](), list[str]()
        for index, line in enumerate(self.plan(structure)):
            wrong = mistake is not None and index == mistake.at
            if mistake and index in mistake.skipped:
                results.append(results[mistake.at])
                names.append(names[mistake.at])
                continue
            fields, style = {**(mistake.fields if mistake else {}), **self.told(structure, line)}, structure["style"]
            uses = tuple([arg if isinstance(arg, str) else names[arg] for arg in line.args])
            if line.kind in KINDS:
                one, two = (results[cast(int, arg)] for arg in line.args)
                result, key = KINDS[line.kind](one, two), f"n.{line.kind}"
                what = words.choose(f"{key}.what", style, fields)
                fields |= {"one": str(one), "two": str(two)}
            else:
                result, key = cast(int, values[uses[0]]), f"{line.kind}.line"
                what = words.choose(f"{line.kind}.the", style, fields)
            if mistake and wrong:
                key = f"{mistake.kind}.line"
                result = mistake.read.get(uses[0], result) if mistake.result is None else mistake.result
            fields["n"] = fields["r"] = str(result)
            results.append(result)
            names.append(f"s{index}")
            # a line that says a premise again has no result that could be given away
            shown = str(result) if line.kind in KINDS or wrong else ""
            steps.append(Step(names[-1], what, words.choose(key, style + 5 * index, fields), shown, uses))
        return Work(tuple(steps), results[-1], str(results[-1]))

    def numbers(self, problem: Problem, right: Work, line: Line) -> tuple[int, int]:
        """The two numbers that a line of work combines."""
        before = [right.steps[cast(int, arg)] for arg in line.args]
        one, two = (int(done.value or cast(int, problem.values[done.uses[0]])) for done in before)
        return one, two

    # --- mistakes that all of them have ----------------------------------------------------------------------------

    def misreadings(self, problem: Problem, name: str) -> list[str]:
        """The kinds of slips in a line that says this quantity again."""
        found = [MISREMEMBERED] if problem.quantity(name).fact else []
        return found + ([WRONG_LINE] if self._beside(problem, name) is not None else [])

    def _beside(self, problem: Problem, name: str) -> tuple[str, str, str, int] | None:
        """An idle line of the same one or the same two, whose number can be taken for that of `name`, if any."""
        lines = problem.structure["lines"]
        own = next(line for line in lines if line[3] == name)
        return next(((sort, one, two, idle) for sort, one, two, other, idle, hint in lines
                     if not other and not hint and idle != problem.values[name] and section(sort) == section(own[0])
                     and (one == own[1]) != (two == own[2])), None)

    def slip(self, problem: Problem, right: Work, kind: str, step: int,
             combined: Callable[[str, int, int, Fields], Mistake]) -> Slip | None:
        """The slip of a kind at a step; `combined(kind, one, two, fields)` says what comes out of two numbers then.
        None where the answer would be right all the same."""
        line = self.plan(problem.structure)[step]
        fields = {**self.told(problem.structure, line), "what": right.steps[step].what}
        if line.kind in KINDS:
            one, two = self.numbers(problem, right, line)
            fields |= {"one": str(one), "two": str(two)}
            mistake = combined(kind, one, two, fields)
        else:
            mistake = Mistake(kind, step, fields, self._misread(problem, kind, cast(str, line.args[0]), fields))
        work = self.work(problem, mistake)
        return Slip(kind, step, work, fields) if work.value != right.value else None

    def _misread(self, problem: Problem, kind: str, name: str, fields: Fields) -> Mapping[str, int]:
        quantity, style = problem.quantity(name), problem.structure["style"]
        said = self.say(problem, quantity)
        fields |= {"question": said.question, "said": said.phrase, "fact": said.sentence}
        if kind == WRONG_LINE:
            sort, one, two, number = cast(tuple[str, str, str, int], self._beside(problem, name))
            fields["other"] = self.words.choose(f"{section(sort)}.the", style, self.fields(sort, one, two))
        else:
            others = [n for n in quantity.domain if n != quantity.value]
            number = cast(int, others[style % 4 // 3 % len(others)])
        fields["wrong"] = str(number)
        return {name: number}
