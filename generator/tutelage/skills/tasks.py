"""A task as the Challenger hands it out: a problem of the rulebook, with a rubric for each rule that it needs.

A rubric is executable: it names the line of the work that comes out differently where that rule alone is misread, as it
has to be and as the misreading makes it. The last rubric is the answer. A task is solved iff all pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tutelage.problems import family_named
from tutelage.problems.rules.books import Book, needs
from tutelage.skills.words import TITLED, requirement, subject
from tutelage.values import Problem, Slip, Work

FAMILY = "rulebook"
ANSWER = ""  # stands for the rule in the rubric of the answer
MISREADINGS: Mapping[str, tuple[str, ...]] = {  # kind of rule: the mistakes that misread one
    "table": ("wrong_row", "counted_once"), "operator": ("wrong_side", "taken_for_plus"),
    "exception": ("exception_forgotten", "exception_stretched"), "precedence": ("left_to_right",),
    "order": ("wrong_end",),
}


class Rubric(NamedTuple):
    rule: str  # id of the rule that has to be applied rightly; "" for the answer
    requirement: str  # in words, without the result
    expected: str  # the line as it has to be; of the answer, the answer
    mistaken: str  # the line as the misreading has it; "" of the answer


class Task(NamedTuple):
    problem: Problem
    right: Work
    needs: tuple[str, ...]  # ids of the rules that the answer hangs on, in the order in which the work meets them
    slips: Mapping[str, Slip]  # the misreading of each of them
    rubrics: tuple[Rubric, ...]


def task_of(problem: Problem, book: Book) -> Task | None:
    """The task that a problem on a book makes; None where the misreading of a rule that it needs is none of the
    family's mistakes, or where two misreadings can't be told apart by their lines."""
    family = family_named(FAMILY)
    right, rules = family.work(problem), needs(problem)
    known = [slip for kind, step in family.sites(problem, right) if (slip := family.slip(problem, right, kind, step))]
    slips = {rule: slip for rule in rules if (slip := _misreading(rule, book, known))}
    if not rules or len(slips) < len(rules) or not _told_apart(right, slips):
        return None
    order = tuple(sorted(rules, key=lambda rule: slips[rule].step))
    rubrics = [Rubric(rule, requirement(book, rule, problem.structure["style"]), right.steps[slips[rule].step].line,
                      shown(slips[rule])) for rule in order]
    last = Rubric(ANSWER, requirement(book, ANSWER, problem.structure["style"]), right.answer, "")
    return Task(problem, right, order, slips, (*rubrics, last))


def shown(slip: Slip) -> str:
    """The line that shows a mistake."""
    return slip.work.steps[slip.step].line


def _misreading(rule: str, book: Book, known: list[Slip]) -> Slip | None:
    """The first of the mistakes that misreads this rule."""
    kind = next(one["kind"] for one in book["rules"] if one["id"] == rule)
    sign = subject(rule) if kind in TITLED else None
    return next((slip for slip in known if slip.kind in MISREADINGS[kind]
                 and (sign is None or slip.fields["name"] == sign)), None)


def _told_apart(right: Work, slips: Mapping[str, Slip]) -> bool:
    """Whether no mistake's line stands in the work of another mistake, nor a line that a rubric names within another
    line ("4 & 2 = 10." in "The exception counts: 4 & 2 = 10."), so that rubrics can be run on words as well."""
    lines = {step.line for work in (right, *[slip.work for slip in slips.values()]) for step in work.steps}
    named = {line for slip in slips.values() for line in (shown(slip), right.steps[slip.step].line)}
    within = any(one != line and one in line for one in named for line in lines)
    return not within and not any(shown(one) in [step.line for step in two.work.steps]
                                  for rule, one in slips.items() for other, two in slips.items() if other != rule)


def met(rubric: Rubric, work: Work) -> bool:
    """Runs a rubric on a worked answer."""
    if rubric.rule == ANSWER:
        return work.answer == rubric.expected
    lines = [step.line for step in work.steps]
    return rubric.expected in lines or rubric.mistaken not in lines
