"""What a recipe is: a function that makes the dialogues of one item, all arms of it, from one stream of draws.

    Recipe = name, summary, method, arms, make(item) -> Result

An item is a row number with its stream of draws; `make` returns what is kept, what failed (reward 0) and what was
dropped with its reason. An item that keeps nothing is tried again with fresh draws by the build.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Protocol, TypeVar

from tutelage.draws import Draws
from tutelage.errors import UsageError
from tutelage.plan import Options
from tutelage.problems import FAMILIES, any_family, family_named
from tutelage.problems.family import Family, Posed, structure_hash
from tutelage.records.episode import Drop, Episode
from tutelage.store.splits import TRAIN, split_of
from tutelage.talk.acts import Voice, student_voice, teacher_voice
from tutelage.talk.case import Case, make_case
from tutelage.talk.converse import Dialogue
from tutelage.talk.leaks import find_leaks
from tutelage.talk.students import STUDENTS, StudentPolicy
from tutelage.talk.teachers import TEACHERS, TeacherPolicy
from tutelage.values import Problem

LEAVE_FACTS = 0.35  # share of the knowledge facts that a statement leaves to the teacher


class Policy(Protocol):
    """What policies of any kind have in common."""

    @property
    def name(self) -> str: ...
    @property
    def weight(self) -> float: ...


class Item(NamedTuple):
    """One row to make: its number, the draws for it, the options, and the problems to take in turn (none: draw one)."""

    recipe: str
    seed: int
    number: int
    draws: Draws
    options: Options
    pool: Sequence[Posed]


class Result(NamedTuple):
    kept: tuple[Episode, ...] = ()
    failed: tuple[Episode, ...] = ()
    dropped: tuple[Drop, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    summary: str
    method: str  # the source of the method
    arms: tuple[str, ...]  # the main arm is ""
    students: tuple[str, ...]  # policies that may be chosen
    teachers: tuple[str, ...]
    make: Callable[[Item], Result]
    tables: tuple[str, ...] = ()  # the configs of the recipe's own tables (`records.tables`)
    check: Callable[[Options], None] | None = None  # raises UsageError for options that the recipe can't serve
    usable: Callable[[Posed, Options], bool] | None = None  # of a source's problems; None: all are
    runs: bool = False  # an item is a run of many dialogues, not one problem
    evaluates: bool = False  # made for evaluation: from structures that no training split holds, unless told otherwise


def families_of(options: Options) -> tuple[Family, ...]:
    """The families to draw from. Raises UsageError for a name that does not exist, to draw from or to hold out."""
    for name in options.holdout_families:
        any_family(name)
    return tuple([family_named(name) for name in options.families]) or FAMILIES


def pose_item(item: Item) -> Posed:
    """The problem of an item: the next of the pool, or a fresh one; families and levels take turns, so all are even."""
    if item.pool:
        return item.pool[item.number % len(item.pool)]
    families, levels = families_of(item.options), item.options.levels
    family = families[item.number % len(families)]
    level = levels[item.number // len(families) % len(levels)]
    return Posed(family, family.draw(item.draws, level), "")


def pose_alluding(item: Item, share: float) -> Posed:
    """The problem of an item; in families that can, this share of them alludes to some of their numbers."""
    posed, draws = pose_item(item), item.draws
    if posed.family.allude is None or not draws.chance(share):
        return posed
    return posed._replace(problem=posed.family.allude(posed.problem, draws) or posed.problem)


def belongs(posed: Posed, options: Options) -> bool:
    """Whether a problem's structure is of the split that is wanted."""
    split = split_of(structure_hash(posed.family, posed.problem.structure), posed.family.name, posed.problem.level,
                     options)
    return (split == TRAIN) == (options.split == "train")


def another_problem(item: Item, posed: Posed) -> Problem:
    """A problem of the same family that is not the item's own: another of the pool, or a fresh one of its level."""
    if len(item.pool) > 1:
        step = item.draws.between(1, len(item.pool) - 1)
        return item.pool[(item.number + step) % len(item.pool)].problem
    return posed.problem if item.pool else posed.family.draw(item.draws, posed.problem.level)


P = TypeVar("P", bound=Policy)


def pick(policies: Sequence[P], names: Sequence[str], draws: Draws) -> P:
    """One of the policies that are named, or of all, by their weights."""
    chosen = [policy for policy in policies if not names or policy.name in names]
    return chosen[0] if len(chosen) == 1 else draws.weighted(chosen, [policy.weight for policy in chosen])


def pick_student(names: Sequence[str], draws: Draws) -> StudentPolicy:
    """One of the named policies, or of the default mix where none is named."""
    options, weights = _students(tuple(names))
    return options[0] if len(options) == 1 else draws.weighted(options, weights)


def pick_teacher(names: Sequence[str], draws: Draws) -> TeacherPolicy:
    options, weights = _teachers(tuple(names))
    return options[0] if len(options) == 1 else draws.weighted(options, weights)


@cache
def _students(names: tuple[str, ...]) -> tuple[list[StudentPolicy], list[float]]:
    chosen = [policy for policy in STUDENTS if not names or policy.name in names]
    return chosen, [policy.weight for policy in chosen]


@cache
def _teachers(names: tuple[str, ...]) -> tuple[list[TeacherPolicy], list[float]]:
    chosen = [policy for policy in TEACHERS if (policy.name in names if names else policy.weight)]
    return chosen, [policy.weight or 1.0 for policy in chosen]


def check_options(recipe: Recipe, options: Options) -> None:
    """Raises UsageError for families, students, teachers or a split that the recipe does not have."""
    families_of(options)
    for kind, asked, known in (("student", options.students, recipe.students),
                               ("teacher", options.teachers, recipe.teachers)):
        for name in asked:
            if name not in known:
                raise UsageError(f"recipe {recipe.name!r} has no {kind} {name!r}; it has {', '.join(known) or 'none'}")
    if options.split != Options().split and not recipe.evaluates:
        raise UsageError(f"split={options.split!r} is for recipes made for evaluation; {recipe.name} writes all splits")
    if recipe.check is not None:
        recipe.check(options)


class Cast(NamedTuple):
    """Who talks in an item."""

    posed: Posed
    case: Case
    student: StudentPolicy
    teacher: TeacherPolicy
    student_voice: Voice
    teacher_voice: Voice


def cast_item(item: Item, students: Sequence[str], *, slips: int, leave_facts: float = LEAVE_FACTS,
              posed: Posed | None = None) -> Cast:
    """Draws problem (if `posed` is None), policies and voices; `slips` mistakes at least are prepared.

    Where a problem has fewer than the student would make, it solves.
    """
    posed, draws = posed or pose_item(item), item.draws
    policy, guide = pick_student(students, draws), pick_teacher(item.options.teachers, draws)
    case = make_case(posed.family, posed.problem, draws, leave_facts=leave_facts, most_slips=max(slips, policy.slips))
    if len(case.slips) < policy.slips:
        policy = STUDENTS[0]
    return Cast(posed, case, policy, guide, student_voice(draws), teacher_voice(draws))


def episode(item: Item, cast: Cast, dialogue: Dialogue, *, arm: str = "", teacher: str = "") -> Episode:
    return Episode(item.recipe, arm, item.seed, item.number, cast.posed.source, cast.student.name,
                   teacher or cast.teacher.name, cast.student_voice.name, cast.teacher_voice.name,
                   item.options.max_turns, structure_hash(cast.posed.family, cast.posed.problem.structure), dialogue)


def screened(made: Episode, options: Options) -> Result:
    """Keeps a dialogue that passes the recipe's filter; a leak drops it, a reward of 0 makes it a failure."""
    if leaks := find_leaks(made.dialogue.case, made.dialogue.turns):
        return Result(dropped=(Drop(f"leak ({leaks[0].kind})"),))
    if not made.dialogue.reward:
        return Result(failed=(made,))
    if options.keep == "strict" and made.dialogue.solved_turn < 2:
        return Result(dropped=(Drop("solved in the first turn (strict)"),))
    return Result(kept=(made,))
