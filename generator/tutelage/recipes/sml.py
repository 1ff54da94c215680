"""`sml`: offline social meta-learning (Cook et al. 2026, 2602.16488 §3, "MT-SFT").

Fully specified problems; at most N = 4 student turns; dialogues with reward 1 are kept, failures stand in a split of
their own. What differs from the paper: the teacher is exact, so no row leaks the answer or confirms a wrong one (the
paper reports no leak rate), and each wrong turn shows a named mistake.
"""

from __future__ import annotations

from tutelage.recipes.recipe import LEAVE_FACTS, Item, Recipe, Result, cast_item, episode, pose_alluding, screened
from tutelage.talk.converse import converse
from tutelage.talk.mind import Mind
from tutelage.talk.students import STUDENTS, student
from tutelage.talk.teachers import TEACHERS, teacher

SOLVES = STUDENTS[0].name
ALLUDE = 0.15  # share of the problems that allude to numbers, where a family can


def make(item: Item) -> Result:
    """One dialogue of a problem with a student and a teacher of the mix."""
    alone = item.options.students == (SOLVES,)  # with nobody to ask or err, all is told
    cast = cast_item(item, item.options.students, slips=0, leave_facts=0.0 if alone else LEAVE_FACTS,
                     posed=pose_alluding(item, 0.0 if alone else ALLUDE))
    speaker = student(cast.student, Mind(cast.case, item.draws, cast.student_voice))
    guide = teacher(cast.teacher, item.draws, cast.teacher_voice)
    dialogue = converse(cast.case, speaker, guide, max_turns=item.options.max_turns)
    return screened(episode(item, cast, dialogue), item.options)


RECIPE = Recipe(
    name="sml",
    summary="problems solved in dialogue with a teacher who holds the answer",
    method="Cook et al. 2026, arXiv 2602.16488, section 3",
    arms=("",),
    students=tuple(policy.name for policy in STUDENTS),
    teachers=tuple(policy.name for policy in TEACHERS if not policy.control),
    make=make,
)
