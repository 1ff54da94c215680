"""Allusions for families whose premises are numbers: one or two are said by way of something known besides.

    The line takes 9 rolls of fibre. … The rolls of fibre between Dale and Northfield, in French: neuf.

`alluding(family)` is the family with `allude`, which makes a problem into one that alludes to some of its numbers.
These are facts then: a statement can leave the number to the teacher and be complete, and a student has to see that its
line can't be written yet (docs/effect.md). The allusion stands there whether the number is said or not. Whoever takes
it wrongly makes the slip `misread_allusion`: the work of the same problem with a number near by.

What a problem alludes to stands in its structure under "alluded", as [name, way, how it is said, part] (`allusions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import cast

from tutelage.draws import Draws
from tutelage.errors import NoAnswer
from tutelage.problems.family import MISREAD, MISREMEMBERED, Family
from tutelage.problems.knowledge.allusions import allusion, roman
from tutelage.problems.knowledge.part_facts import a, plural
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Work
from tutelage.wording import wordings

MOST = 2  # numbers of a problem that are alluded to
LARGEST = 399  # of them
TRIED = 6  # numbers near by, until one gives another answer that makes sense
ALLUDED = "alluded"
Hint = Sequence[str]  # name, way, how it is said, part


def alluding(family: Family) -> Family:
    """The family with allusions: what it draws is the same, and `allude` makes more of it."""
    more = _Alluding(family)
    return replace(family, slips=(*family.slips, MISREAD), pose=more.pose, state=more.state, sites=more.sites,
                   slip=more.slip, allude=more.allude)


@dataclass(frozen=True, slots=True)
class _Alluding:
    family: Family

    def allude(self, problem: Problem, draws: Draws) -> Problem | None:
        """The problem with allusions to one or two of its numbers; None where it has none that one can allude to."""
        hints, work = list[Hint](), self.family.work(problem)
        taken = {step for kind, step in self.family.sites(problem, work) if kind == MISREMEMBERED}
        for name, step in draws.shuffled(list(_first_uses(problem, work).items())):
            value = problem.quantity(name).value
            if step in taken or (step and not self.family.in_order) or not isinstance(value, int) or \
                    not 1 < value <= LARGEST or problem.quantity(name).fact or \
                    not self._phrase(problem, name).startswith("the "):
                continue
            hints.append([name, *(allusion(draws, value, frozenset()) or ("roman", roman(value), ""))])
            taken.add(step)
            if len(hints) == MOST:
                break
        structure = {**problem.structure, ALLUDED: hints[: draws.between(1, MOST)]}
        return self.pose(structure, problem.values, problem.level) if hints else None

    def pose(self, structure: Structure, values: Mapping[str, Value], level: int) -> Problem:
        problem = self.family.pose(structure, values, level)
        names = {hint[0] for hint in structure.get(ALLUDED, ())}
        if not names:
            return problem
        quantities = [q._replace(fact=q.fact or q.name in names) for q in problem.quantities]
        return problem._replace(quantities=tuple(quantities))

    def state(self, problem: Problem, known: AbstractSet[str]) -> str:
        """The statement with the allusions before its question, which stands at the end."""
        text, hints = self.family.state(problem, known), problem.structure.get(ALLUDED, ())
        if not hints:
            return text
        bank, style = wordings(f"problems/{self.family.name}"), problem.structure["style"]
        said = [bank.choose(f"alluded.{way}", style + 7 * index,
                            {"what": self._phrase(problem, name), "said": a(sign) if way == "like" else sign,
                             "others": plural(part) if part else ""})
                for index, (name, way, sign, part) in enumerate(hints)]
        return " ".join([text.removesuffix(problem.question).rstrip(), *said, problem.question])

    def sites(self, problem: Problem, work: Work) -> Sequence[tuple[str, int]]:
        own = self.family.sites(problem, work)
        if ALLUDED not in problem.structure:
            return own
        return [*own, *[(MISREAD, step) for step in _alluded_at(problem, work)]]

    def slip(self, problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
        if kind != MISREAD:
            return self.family.slip(problem, right, kind, step)
        quantity = problem.quantity(_alluded_at(problem, right)[step])
        number, work = self._taken_for(problem, right, quantity, step)
        if work is None:
            return None
        words, style = self.family.words(problem, quantity), problem.structure["style"]
        fields = {"wrong": str(number), "said": words.phrase, "question": words.question, "fact": words.sentence,
                  "what": right.steps[step].what}
        took = wordings(f"problems/{problem.family}").choose(f"{MISREAD}.line", style, fields)
        wrong = work.steps[step]._replace(line=f"{took} {work.steps[step].line}")
        return Slip(kind, step, work._replace(steps=(*work.steps[:step], wrong, *work.steps[step + 1 :])), fields)

    def _taken_for(self, problem: Problem, right: Work, quantity: Quantity, step: int) -> tuple[int, Work | None]:
        """A number near the quantity's own and the work with it, of the same kind of answer if possible."""
        own, structure = cast(int, quantity.value), problem.structure
        near = sorted([v for v in quantity.domain if isinstance(v, int) and 1 < v <= 2 * own + 2 and v != own],
                      key=lambda v: (abs(v - own), v))[:TRIED]
        found: tuple[int, Work | None] = (0, None)
        for turn in range(len(near)):
            number = near[(structure["style"] % 3 + turn) % len(near)]
            values = {**problem.values, quantity.name: number}
            try:
                self.family.solve(structure, values)
                work = self.family.work(self.pose(structure, values, problem.level))
            except NoAnswer:
                continue
            if len(work.steps) <= step or work.steps[:step] != right.steps[:step] or \
                    self.family.accepts(problem, right, work.answer):
                continue
            found = found if found[1] else (number, work)
            if type(work.value) is type(right.value):
                return number, work
        return found

    def _phrase(self, problem: Problem, name: str) -> str:
        return self.family.words(problem, problem.quantity(name)).phrase


def _first_uses(problem: Problem, work: Work) -> dict[str, int]:
    """The quantities that the work uses, each with the first step that does."""
    names, found = {q.name for q in problem.quantities}, dict[str, int]()
    for index, step in enumerate(work.steps):
        for name in step.uses:
            if name in names:
                found.setdefault(name, index)
    return found


def _alluded_at(problem: Problem, work: Work) -> dict[int, str]:
    """By the step that needs it first: the number that is alluded to."""
    hinted = {hint[0] for hint in problem.structure[ALLUDED]}
    return {step: name for name, step in _first_uses(problem, work).items() if name in hinted}
