"""`self_play`: a proposer sets problems, a pool of students answers, and the vote is the label (SQLM, 2508.03682).

An item is a run: a pool of `--siblings` students, weak or strong, and a proposer that is paid for problems which are
neither too easy nor too hard (`--reward`). In each of `--iterations` rounds it sets `--tasks` problems of a family;
each is voted on, and after the round the pool practises on what it voted for, right or wrong. The students' wrong
answers are named mistakes (`selfplay.pool`), so the truth, the chance of every answer and every reward are known.

The dialogue of a task is one member's, a mistaken one where there is one, with the exact teacher: what the vote can't
teach it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.problems.family import Family, pack, structure_hash
from tutelage.recipes.recipe import Item, Recipe, Result, families_of, pick_teacher
from tutelage.records.episode import Drop, Episode, content_id
from tutelage.selfplay.payment import PAYMENTS, Vote
from tutelage.selfplay.pool import (
    Member,
    answered,
    failing,
    mastery,
    new_pool,
    practised,
    right_chance,
    skill,
    ways,
)
from tutelage.selfplay.proposer import Proposer
from tutelage.talk.acts import student_voice, teacher_voice
from tutelage.talk.case import Case, mixed_sites
from tutelage.talk.converse import converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.statements import statement_of
from tutelage.talk.students import STUDENTS, student
from tutelage.talk.teachers import TEACHERS, teacher
from tutelage.values import Problem, Slip, Work

REWARD = "r_zero"  # where none is named
POLICY = "pool"
SOLVES, REPAIRS = (next(policy for policy in STUDENTS if policy.name == name) for name in ("solves",
                                                                                         "slips_then_repairs"))
TRIES = 20  # problems that a proposer draws until one can be talked about


class Task(NamedTuple):
    """A problem that was set, and the vote on it."""

    case: Case
    slips: Sequence[Slip]  # what can go wrong, in the order of the work
    chances: Sequence[Sequence[float]]  # of each member, to fail at each
    taken: Sequence[int]  # the way that each member took: the place of its slip, or -1
    majority: int

    @property
    def vote(self) -> Vote:
        return Vote(len(self.taken), self.taken.count(self.majority), self.taken.count(-1))

    @property
    def skills(self) -> list[str]:
        return [skill(self.case.family, slip) for slip in self.slips]


def make(item: Item) -> Result:
    """All tasks of a run, each with a dialogue and a row."""
    options, draws = item.options, item.draws
    families = families_of(options)
    family = families[item.number % len(families)]
    pool, proposer = new_pool(draws, options.siblings), Proposer(options.levels)
    kept, dropped = list[Episode](), list[Drop]()
    for number in range(options.iterations):
        tasks = list[tuple[Task, Episode, dict[str, Any]]]()
        for place in range(options.tasks):
            chances = proposer.chances()
            level = proposer.level(draws)
            if (made := _task(item, family, level, pool, dropped)) is None:
                continue
            task, played = made
            row = _row(item, task, played, (number, place), chances)
            proposer.paid(level, PAYMENTS[options.reward or REWARD](task.vote))
            tasks.append((task, played, row))
        for task, played, row in tasks:
            row["mastery_before"] = _means(pool, task.skills)
            practised(pool, task.skills, task.majority)
            row["mastery_after"] = _means(pool, task.skills)
            kept.append(played._replace(native={"self_play": [row]}))
    return Result(tuple(kept), dropped=tuple(dropped))


def _task(item: Item, family: Family, level: int, pool: Sequence[Member],
          dropped: list[Drop]) -> tuple[Task, Episode] | None:
    """A problem with its votes and a dialogue about it; None where none of `TRIES` can be talked about."""
    draws = item.draws
    for _ in range(TRIES):
        problem = family.draw(draws, level)
        task = voted(family, problem, pool, draws)
        played = _dialogue(item, task) if task.slips else None
        if played is not None:
            return task, played
        dropped.append(Drop("no dialogue that ends right" if task.slips else "no mistake to make"))
    return None


def voted(family: Family, problem: Problem, pool: Sequence[Member], draws: Draws) -> Task:
    """The pool's answers to a problem. A proposer and solvers of another kind need to give no more than this."""
    right = family.work(problem)
    slips = ways(family, problem, right, draws)
    chances = [[failing(mastery(member, skill(family, slip), draws), problem.level) for slip in slips]
               for member in pool]
    taken = [answered(each, draws) for each in chances]
    case = Case(family, problem, right, frozenset([q.name for q in problem.quantities]), tuple(slips))
    return Task(case, slips, chances, taken, Counter(taken).most_common(1)[0][0])


def _dialogue(item: Item, task: Task) -> Episode | None:
    """A mistaken member, or where there is none a right one, with the teacher; None where that does not end right."""
    draws, way = item.draws, next((way for way in task.taken if way >= 0), -1)
    case = task.case._replace(slips=(task.slips[way],) if way >= 0 else ())
    policy, guide = REPAIRS if way >= 0 else SOLVES, pick_teacher(item.options.teachers, draws)
    speech, manner, seed = student_voice(draws), teacher_voice(draws), draws.below(1 << 62)
    dialogue = converse(case, student(policy, Mind(case, stream(seed, "student"), speech)),
                        teacher(guide, stream(seed, "teacher"), manner), max_turns=item.options.max_turns)
    if not dialogue.reward or find_leaks(case, dialogue.turns):
        return None
    return Episode(item.recipe, "", item.seed, item.number, "", POLICY, guide.name, speech.name, manner.name,
                   item.options.max_turns, structure_hash(case.family, case.problem.structure), dialogue)


def _row(item: Item, task: Task, played: Episode, place: tuple[int, int],
         level_chances: Sequence[float]) -> dict[str, Any]:
    case, vote, turns = task.case, task.vote, played.dialogue.turns
    family, problem = case.family, case.problem
    order = list(dict.fromkeys(task.taken))
    counts = Counter(task.taken)
    return {
        "id": content_id(item.recipe, "", pack(problem), [t.text for t in turns], [t.act.kind for t in turns],
                         [t.act.answer for t in turns]),
        "item": item.number, "round": place[0], "task": place[1], "family": family.name, "level": problem.level,
        "structure": played.structure, "question": statement_of(case), "truth": case.right.answer,
        "answer_kind": family.kind(problem.structure), "skills": task.skills,
        "answers": [_answer(case, task.slips[way] if way >= 0 else None, counts[way]) for way in order],
        "votes": [order.index(way) for way in task.taken], "chances": task.chances,
        "majority": _work(task, task.majority).answer, "agree": vote.agree,
        "tie": sum(n == vote.agree for n in counts.values()) > 1, "pseudo_label_correct": task.majority < 0,
        "solve_rate": vote.right / vote.answers, "expected_rate": fmean(map(right_chance, task.chances)),
        "rewards": {name: pay(vote) for name, pay in PAYMENTS.items()}, "reward": item.options.reward or REWARD,
        "level_chances": level_chances, **program_columns(task, item.draws),
    }


def _work(task: Task, way: int) -> Work:
    return task.slips[way].work if way >= 0 else task.case.right


def _answer(case: Case, slip: Slip | None, votes: int) -> dict[str, Any]:
    work = slip.work if slip is not None else case.right
    return {"answer": work.answer, "slip": slip.kind if slip else "", "step": slip.step if slip else -1,
            "votes": votes, "right": slip is None}


def program_columns(task: Task, draws: Draws) -> dict[str, Any]:
    """Of programs: the tests, how many mistaken versions of the reference there are, and how many the tests tell."""
    family, problem, right = task.case.family, task.case.problem, task.case.right
    if family.kind(problem.structure) != "program":
        return {"tests": "", "mutants": 0, "killed": 0}
    mutants = mixed_sites(family, problem, right, draws)
    killed = [family.slip(problem, right, kind, step) is not None for kind, step in mutants]
    return {"tests": json.dumps(problem.structure["tests"], ensure_ascii=False), "mutants": len(mutants),
            "killed": sum(killed)}


def _means(pool: Sequence[Member], skills: Sequence[str]) -> list[float]:
    return [fmean([member.mastery[name] for member in pool]) for name in skills]


def check(options: Options) -> None:
    """Raises UsageError for a reward that there is not, and for problems from files, which have no levels to climb."""
    if options.reward and options.reward not in PAYMENTS:
        raise UsageError(f"reward={options.reward!r} is not one of {', '.join(PAYMENTS)}")
    if options.source:
        raise UsageError(f"source={options.source!r} cannot serve self_play, whose proposer chooses among levels; "
                         "leave the source out")


RECIPE = Recipe(
    name="self_play",
    summary="problems that a proposer sets and a pool of students votes on, with the truth beside the vote",
    method="Chen et al. 2025, arXiv 2508.03682 (SQLM)",
    arms=("",),
    students=(),
    teachers=tuple(policy.name for policy in TEACHERS if not policy.control),
    make=make,
    tables=("self_play",),
    runs=True,
    check=check,
)
