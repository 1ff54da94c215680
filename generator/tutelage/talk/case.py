"""A case: one problem as it is put to one student, with the mistakes that this student would make.

The teacher is passed the case. The student is not: it sees the public history, and a simulated one has a mind of its
own (`students.Mind`) that holds the work it would write. What has not been told it may not use: see `first_untold`.
"""

from __future__ import annotations

from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.family import TAKEN_WRONGLY, Family, all_names
from tutelage.problems.views import smallest, tabulate
from tutelage.values import Problem, Slip, Value, Work


class View(NamedTuple):
    """A statement that may not be complete, and what there is to know about it beyond the quantities it tells."""

    label: str  # complete, missing, irrelevant, swapped, contradictory, unanswerable, sharded, concat
    unknowable: frozenset[str] = frozenset()  # quantities that the user does not know either
    replies: bool = True  # whether somebody is there to be asked
    conflict: tuple[str, Value] | None = None  # a quantity that is told a second time, with this other value
    swapped: Problem | None = None  # the problem whose question stands in place of this one's
    task: str = ""  # what is asked for besides the answer: pick, pick_two, ambiguous (see `talk.options`)
    options: tuple[str, ...] = ()  # what one may choose to be told, in the order in which it is offered
    order: tuple[str, ...] = ()  # of a problem told in pieces: all quantities, as the user means to tell them

    @property
    def withhold(self) -> bool:
        """Whether no reply can settle the answer: saying so is the right end."""
        return self.swapped is not None or bool(self.unknowable) or not self.replies


class Case(NamedTuple):
    """What the referee and the teacher know."""

    family: Family
    problem: Problem
    right: Work
    known: frozenset[str]  # quantities that the statement tells; without a view, the others are facts
    slips: tuple[Slip, ...]  # mistakes that lead to different wrong answers, the first one first
    view: View | None = None  # None: a complete statement, some facts apart


def make_case(family: Family, problem: Problem, draws: Draws, *, leave_facts: float, most_slips: int = 2) -> Case:
    """The case of a problem: which facts go unsaid (each with probability `leave_facts`), which slips are at hand."""
    right = family.work(problem)
    facts = [q.name for q in problem.quantities if q.fact]
    left = {name for name in facts if draws.chance(leave_facts)} if facts else set()
    known = frozenset([q.name for q in problem.quantities if q.name not in left])
    if left and smallest(tabulate(family, problem, known)) < len(left):
        left, known = set(), all_names(problem)  # plain without one of them: asking for it would be over-asking
    slips: list[Slip] = []
    for kind, step in mixed_sites(family, problem, right, draws) if most_slips else ():
        if kind in TAKEN_WRONGLY and left.isdisjoint(right.steps[step].uses):
            continue  # it stands in the statement
        slip = family.slip(problem, right, kind, step)
        if slip is not None and all(slip.work.answer != other.work.answer for other in slips):
            slips.append(slip)
            if len(slips) == most_slips:
                break
    return Case(family, problem, right, known, tuple(slips))


def mixed_sites(family: Family, problem: Problem, right: Work, draws: Draws) -> list[tuple[str, int]]:
    """The sites in random order, but kinds first: a kind with many sites isn't favoured over one with few."""
    by_kind: dict[str, list[tuple[str, int]]] = {}
    for site in draws.shuffled(list(family.sites(problem, right))):
        by_kind.setdefault(site[0], []).append(site)
    order = draws.shuffled(sorted(by_kind))
    return [by_kind[kind][0] for kind in order] + [site for kind in order for site in by_kind[kind][1:]]


def first_untold(case: Case, told: frozenset[str]) -> tuple[int, str] | None:
    """The first step of the right work that needs a quantity nobody has told, with its name; None where all are."""
    untold = {q.name for q in case.problem.quantities} - case.known - told
    if not untold:
        return None
    for index, step in enumerate(case.right.steps):
        for name in step.uses:
            if name in untold:
                return index, name
    return None
