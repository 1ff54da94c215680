"""The Reasoner: answers tasks with a budgeted skill set, and learns from those that it failed.

It slips where it first meets a rule that it has not mastered; from there on it goes by the book. An edit is made for
the rule of a failed task's first broken requirement. A task that the Challenger had aimed at something teaches a
lesson about that special case, circumstances and all: this is how skills come to be over-specialised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tutelage.draws import Draws
from tutelage.problems.rules.books import TABLE, Book
from tutelage.skills.attention import Skill, mastered
from tutelage.skills.edits import ADD, MERGE, Edit, applied, free_name, merged
from tutelage.skills.judge import Verdict
from tutelage.skills.tasks import Task
from tutelage.skills.words import advice, rules_of, short, subject, title
from tutelage.values import Slip
from tutelage.wording import wordings

BUDGET = 60  # words of skills that it heeds
MOST_EDITS = 1  # an iteration
MERGES = 0.5  # how often it merges into its newest skill instead of adding one
GRASP: Mapping[str, float] = {"table": 0.8, "operator": 0.5, "order": 0.4, "precedence": 0.35, "exception": 0.25}
# ^ chance that a rule of each kind is applied rightly without any skill


def grasp_of(book: Book, draws: Draws) -> frozenset[str]:
    return frozenset([rule["id"] for rule in rules_of(book) if draws.chance(GRASP[rule["kind"]])])


def answer(task: Task, grasp: frozenset[str], skills: Sequence[Skill]) -> Slip | None:
    """Its first mistake in the task; None where it makes none."""
    return next((task.slips[rule] for rule in unmastered(task, grasp, skills)), None)


def unmastered(task: Task, grasp: frozenset[str], skills: Sequence[Skill]) -> list[str]:
    """The rules that the task needs and that it does not apply rightly, in the order of the work."""
    good = mastered(task.needs, grasp, skills, BUDGET)
    return [rule for rule in task.needs if rule not in good]


def edits(draws: Draws, book: Book, skills: Sequence[Skill],
          failed: Sequence[tuple[Task, tuple[str, ...], Verdict]]) -> list[Edit]:
    """What it changes after an iteration whose failed tasks these are, with the Challenger's aims and the verdicts."""
    lessons: dict[str, tuple[Task, tuple[str, ...], Verdict]] = {}
    for task, aim, verdict in failed:
        lessons.setdefault(verdict.broken, (task, aim, verdict))
    made = list[Edit]()
    for rule, (task, aim, verdict) in list(lessons.items())[:MOST_EDITS]:
        when = circumstances(task, aim, rule)
        made.append(_edit(draws, book, applied(skills, made), rule, when, verdict))
    return made


def circumstances(task: Task, aim: tuple[str, ...], rule: str) -> tuple[str, ...]:
    """What a lesson about a rule is tied to: what else the Challenger had aimed at in the task, or where the rule was
    the aim itself, what came up last beside it. A task that needs nothing of its aim teaches a lesson for all cases.

    The table, and what is about the same sign, nearly always come up, and are no circumstance.
    """
    if not set(aim) & set(task.needs):
        return ()
    others = [one for one in task.needs if one != TABLE and subject(one) != subject(rule)]
    return tuple([one for one in others if one in aim]) or tuple(others[-1:])


def _edit(draws: Draws, book: Book, skills: Sequence[Skill], rule: str, when: tuple[str, ...],
          verdict: Verdict) -> Edit:
    style = draws.below(1 << 30)
    why = wordings("skills/reasoner").pick("why", draws, {"rule": title(book, rule), "verdict": verdict.rationale})
    if skills and draws.chance(MERGES):
        rules, when = merged(skills[-1], rule, when)
        return Edit(MERGE, skills[-1].name, advice(book, rules, when, style), why, rules, when)
    name = free_name(short(book, rule), skills)
    return Edit(ADD, name, advice(book, (rule,), when, style), why, (rule,), when)
