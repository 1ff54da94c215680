"""The Judge: runs each rubric of a task on an answer. One requirement that is not met, and the task has failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutelage.skills.tasks import Task, met
from tutelage.values import Slip
from tutelage.wording import wordings


class Verdict(NamedTuple):
    status: tuple[bool, ...]  # whether each rubric passes
    score: int  # 1 where all do, else 0
    rationale: str
    broken: str  # id of the rule of the first rubric that fails; "" where none does


def judge(task: Task, slip: Slip | None) -> Verdict:
    """The verdict on the answer with this mistake; None: the right one."""
    work = slip.work if slip else task.right
    return verdict_of(task, [met(rubric, work) for rubric in task.rubrics])


def verdict_of(task: Task, status: Sequence[bool], named: int | None = None) -> Verdict:
    """The verdict that these statuses of the rubrics come to; `named` is the one that is told of, None: the first."""
    first = next((rubric for rubric, passed in zip(task.rubrics, status, strict=True) if not passed), None)
    first = first if named is None else task.rubrics[named]
    fields = {"passed": str(sum(status)), "all": str(len(status)), "requirement": first.requirement if first else ""}
    words = wordings("skills/rules").choose("failed" if first else "passed", task.problem.structure["style"], fields)
    return Verdict(tuple(status), int(first is None), words, first.rule if first else "")
