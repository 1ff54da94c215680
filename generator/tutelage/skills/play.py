"""Self-play in one context: a rulebook, a Challenger that writes tasks, a Reasoner that answers, a Judge (Ctx2Skill,
Si et al. 2026, 2604.27660), with the truth that the original has no way to know.

    context = play(7, (3, 4, 5), split, iterations=5, tasks=5)
    context.rounds[-1].heldout      # the true rate of each version of the Reasoner's skills
    context.rounds[-1].choice       # what replay makes of them

All of it follows from the seed. Failed tasks edit the Reasoner's skills alone, solved ones the Challenger's alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer
from tutelage.problems.rules.books import Book, draw_book, draw_task, needs
from tutelage.skills import challenger, reasoner
from tutelage.skills.attention import Skill, mastered
from tutelage.skills.edits import Edit, applied
from tutelage.skills.judge import Verdict, judge
from tutelage.skills.replay import Choice, choose
from tutelage.skills.tasks import Task, task_of
from tutelage.values import Problem, Slip

RICHEST = 5  # level of the rulebooks
MOST_DRAFTS = 2000
HELDOUT = 240  # tasks of the same book that nobody trains on and the Challenger never sees
HARD, EASY = "hard", "easy"
Skills = tuple[Skill, ...]
Split = Callable[[Problem], str]  # the split that a problem belongs to by its structure
Needs = Sequence[tuple[frozenset[str], int]]  # the rules that tasks need, with the number of such tasks


class Played(NamedTuple):
    """A task and what became of it."""

    task: Task
    aim: tuple[str, ...]  # the rules that the Challenger meant it to need; () where it was free
    slip: Slip | None  # the mistake of the Reasoner's answer; None where it is right
    verdict: Verdict


class Probe(NamedTuple):
    side: str  # hard or easy
    iteration: int  # that it comes from
    number: int  # of the task there, from 0
    needs: tuple[str, ...]
    solved: tuple[bool, ...]  # by each version so far


class Round(NamedTuple):
    """One iteration. Version v of the Reasoner's skills is what they were after iteration v; version 0 is none."""

    number: int  # from 1
    played: tuple[Played, ...]
    reasoner: tuple[Skills, Skills]  # before and after
    challenger: tuple[Skills, Skills]
    reasoner_edits: tuple[Edit, ...]
    challenger_edits: tuple[Edit, ...]
    probes: tuple[Probe, ...]  # all so far
    choice: Choice
    heldout: tuple[Fraction, ...]  # the true rate of each version so far

    @property
    def regret(self) -> Fraction:
        """What is lost by the version that replay chose, against the best one."""
        return max(self.heldout) - self.heldout[self.choice.chosen]


class Context(NamedTuple):
    seed: int
    levels: tuple[int, ...]  # of the tasks
    book: Book
    grasp: frozenset[str]  # rules that the Reasoner applies rightly without any skill
    rounds: tuple[Round, ...]


def solves(rules: Sequence[str] | frozenset[str], grasp: frozenset[str], skills: Sequence[Skill]) -> bool:
    """Whether a task that needs these rules is solved: all of them have to be mastered."""
    return len(mastered(rules, grasp, skills, reasoner.BUDGET)) == len(rules)


def drafts(draws: Draws, book: Book, levels: Sequence[int]) -> Iterator[Problem]:
    """Problems on a book, of its levels in turn at random."""
    while True:
        yield draw_task(draws, book, draws.choice(levels))


def heldout(seed: int, book: Book, levels: Sequence[int]) -> list[Problem]:
    """The held-out tasks of a context. They are drawn without the Challenger, and whatever their structure."""
    return list(islice(drafts(stream(seed, "heldout"), book, levels), HELDOUT))


def heldout_needs(seed: int, book: Book, levels: Sequence[int]) -> Needs:
    """What the held-out tasks of a context need."""
    counts = Counter([frozenset(needs(problem)) for problem in heldout(seed, book, levels)])
    return sorted(counts.items(), key=lambda item: sorted(item[0]))


def rate(held: Needs, grasp: frozenset[str], skills: Sequence[Skill]) -> Fraction:
    """The share of the held-out tasks that are solved with these skills."""
    return Fraction(sum([count for rules, count in held if solves(rules, grasp, skills)]),
                    sum([count for _, count in held]))


def book_of(seed: int) -> Book:
    """The rulebook of a context: one with all kinds of rule."""
    return draw_book(stream(seed, "book"), RICHEST)


def play(seed: int, levels: Sequence[int], split: Split, *, iterations: int, tasks: int) -> Context:
    """All iterations (≥ 1) of a context, with so many tasks (≥ 1) each, of these levels.

    All tasks are of one split, that of the first that is drawn. Raises NoAnswer where `MOST_DRAFTS` in a row aren't.
    """
    book = book_of(seed)
    grasp = reasoner.grasp_of(book, stream(seed, "grasp"))
    held = heldout_needs(seed, book, levels)
    home = split(next(drafts(stream(seed, "home"), book, levels)))
    versions, aims = [Skills()], Skills()
    rates, rounds = [rate(held, grasp, ())], list[Round]()
    for number in range(1, iterations + 1):
        draws = stream(seed, "iteration", number)
        before, aims_before = versions[-1], aims
        played = []
        for task, aim in challenger.write(of_split(drafts(draws, book, levels), split, home),
                                          lambda problem: task_of(problem, book), aims, tasks):
            slip = reasoner.answer(task, grasp, before)
            played.append(Played(task, aim, slip, judge(task, slip)))
        edits = reasoner.edits(draws, book, before, [(p.task, p.aim, p.verdict) for p in played if not p.verdict.score])
        seen = [p.task for done in rounds for p in done.played] + [p.task for p in played]
        further = challenger.edits(draws, book, aims, [p.task for p in played if p.verdict.score], seen)
        versions.append(applied(before, edits))
        aims = applied(aims, further)
        rates.append(rate(held, grasp, versions[-1]))
        probes = _probes(rounds, number, played, grasp, versions)
        solved = {side: [probe.solved for probe in probes if probe.side == side] for side in (HARD, EASY)}
        rounds.append(Round(number, tuple(played), (before, versions[-1]), (aims_before, aims), tuple(edits),
                            tuple(further), probes, choose(solved[HARD], solved[EASY], len(versions)), tuple(rates)))
    return Context(seed, tuple(levels), book, grasp, tuple(rounds))


def of_split(source: Iterator[Problem], split: Split, home: str) -> Iterator[challenger.Draft]:
    """The problems of the split, with what they need."""
    passed = 0
    for problem in source:
        passed += 1
        if split(problem) == home and (rules := needs(problem)):
            passed = 0
            yield challenger.Draft(problem, rules)
        if passed == MOST_DRAFTS:
            raise NoAnswer(f"none of {MOST_DRAFTS} problems in a row is of the split {home!r}")


def _probes(rounds: Sequence[Round], number: int, played: Sequence[Played], grasp: frozenset[str],
            versions: Sequence[Skills]) -> tuple[Probe, ...]:
    """The probes of all iterations so far, run on all versions so far."""
    kept = [(probe.side, probe.iteration, probe.number, probe.needs) for done in rounds[-1:] for probe in done.probes]
    for side, index in picked([(p.task, p.verdict) for p in played]):
        kept.append((side, number, index, played[index].task.needs))
    return tuple([Probe(*each, tuple([solves(each[3], grasp, version) for version in versions])) for each in kept])


def picked(done: Sequence[tuple[Task, Verdict]]) -> list[tuple[str, int]]:
    """The tasks of an iteration that become probes, as (side, number): the first of those that suit best."""
    failed = [index for index, (_, verdict) in enumerate(done) if not verdict.score]
    solved = [index for index, (_, verdict) in enumerate(done) if verdict.score]
    hard = [(HARD, min(failed, key=lambda i: sum(done[i][1].status) / len(done[i][1].status)))] if failed else []
    return hard + ([(EASY, min(solved, key=lambda i: len(done[i][0].needs)))] if solved else [])
