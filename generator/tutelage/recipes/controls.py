"""`controls`: what one needs to claim that learning came *from feedback*.

Each item is one problem with one student, in five arms: the main one with real feedback; `contentless` ("wrong, try
again"), `shuffled` (the feedback of another problem of the family), `misleading` (points at a right step); and
`resample`, as many independent single turns as the main dialogue had student turns. Control arms are kept whatever
their reward, since how often they succeed is what one wants to compare; their `sft_<arm>` views hold the successes.
"""

from __future__ import annotations

from tutelage.draws import stream
from tutelage.recipes.recipe import Cast, Item, Recipe, Result, another_problem, cast_item, episode, screened
from tutelage.records.episode import Drop, Episode
from tutelage.talk.case import make_case
from tutelage.talk.converse import Dialogue, converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.students import STUDENTS, student
from tutelage.talk.teachers import TEACHERS, TeacherPolicy, teacher

FEEDBACK = ("contentless", "shuffled", "misleading")
RESAMPLE = "resample"
LEARNERS = ("slips_then_repairs", "slips_twice", "stubborn")
MOST_WAYS = 4  # mistakes that a student without a clue chooses among, besides the right way


def make(item: Item) -> Result:
    """The arms of one item, or the reason why there are none."""
    cast = cast_item(item, item.options.students or LEARNERS, slips=MOST_WAYS, leave_facts=0.0)
    if not cast.case.slips:
        return Result(dropped=(Drop("no mistake to make"),))
    seed = item.draws.below(1 << 62)
    main = screened(episode(item, cast, _play(item, cast, seed, cast.teacher)), item.options)
    if not main.kept:
        return main
    arms = [*main.kept, *(_arm(item, cast, seed, name) for name in FEEDBACK)]
    arms += _resamples(item, cast, seed, len(main.kept[0].student_turns))
    for arm in arms[1:]:
        if leaks := find_leaks(arm.dialogue.case, arm.dialogue.turns):
            return Result(dropped=(Drop(f"leak ({leaks[0].kind}) in the arm {arm.arm}"),))
    return Result(kept=tuple(arms))


def _play(item: Item, cast: Cast, seed: int, policy: TeacherPolicy) -> Dialogue:
    other = None
    if policy.control == "shuffled":
        other = make_case(cast.posed.family, another_problem(item, cast.posed), item.draws, leave_facts=0.0)
    speaker = student(cast.student, Mind(cast.case, stream(seed, "student"), cast.student_voice))
    guide = teacher(policy, stream(seed, "teacher"), cast.teacher_voice, other)
    return converse(cast.case, speaker, guide, max_turns=item.options.max_turns)


def _arm(item: Item, cast: Cast, seed: int, name: str) -> Episode:
    policy = next(policy for policy in TEACHERS if policy.name == name)
    return episode(item, cast, _play(item, cast, seed, policy), arm=name, teacher=name)


def _resamples(item: Item, cast: Cast, seed: int, count: int) -> list[Episode]:
    """`count` independent single turns, each by any way that the student can think of; equal texts once."""
    draws, seen, made = stream(seed, RESAMPLE), set[str](), list[Episode]()
    for _ in range(count):
        mind = Mind(cast.case, draws, cast.student_voice)
        slip = draws.choice([*cast.case.slips, None])
        dialogue = converse(cast.case, lambda _, mind=mind, slip=slip: mind.attempt(slip),  # type: ignore[misc]
                            teacher(cast.teacher, draws, cast.teacher_voice), max_turns=1)
        if dialogue.turns[1].text not in seen:
            seen.add(dialogue.turns[1].text)
            made.append(episode(item, cast, dialogue, arm=RESAMPLE, teacher="none"))
    return made


RECIPE = Recipe(
    name="controls",
    summary="the same problems and students with empty, strange and misleading feedback, and resamples",
    method="the ablations of Cook et al. 2026, arXiv 2602.16488",
    arms=("", *FEEDBACK, RESAMPLE),
    students=tuple(policy.name for policy in STUDENTS if policy.slips),
    teachers=tuple(policy.name for policy in TEACHERS if not policy.control),
    make=make,
)
