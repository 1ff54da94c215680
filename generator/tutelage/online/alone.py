"""One reply to one complete statement, with nobody to talk to: what it answers, and whether that is right.

    read = read_alone(scene_alone(scenario, case), "9 bags of 4 are 36.\\nAnswer: 36")
    read.act.answer, read.correct       # ("36", True) where it is

The words are read by `online.hearing`, as those of a student before a teacher.
"""

from __future__ import annotations

from collections.abc import Hashable

from tutelage.online.hearing import Heard, hear
from tutelage.online.scene import Scenario, Scene
from tutelage.problems.family import structure_hash
from tutelage.problems.reading.replies import plain
from tutelage.records.episode import Episode
from tutelage.talk.acts import ATTEMPTS, TEACHER_VOICES
from tutelage.talk.case import Case
from tutelage.talk.converse import Dialogue, analysed
from tutelage.talk.teachers import TEACHERS
from tutelage.values import Slip, Turn

NO_TEACHER = "none"  # nobody replies


def scene_alone(scenario: Scenario, case: Case) -> Scene:
    """A scene of a complete problem that no recipe's item gives by itself."""
    guide, plan = TEACHERS[0].name, scenario.plan
    return Scene(scenario, Episode(plan.recipe, scenario.arm, plan.seed, scenario.item, "", "", guide, "",
                                   TEACHER_VOICES[0].name, 1, structure_hash(case.family, case.problem.structure),
                                   Dialogue(case, (), 0, 0)))


def read_alone(scene: Scene, text: str) -> Heard:
    """What the reply does. Never raises for any text but RunnerUnavailable for a program."""
    return hear(scene, [scene.opening], text)


def turn_of(heard: Heard, text: str) -> Turn:
    return Turn("student", heard.act, text, heard.correct)


def answers(heard: Heard) -> bool:
    """Whether it gives an answer."""
    return heard.act.kind in ATTEMPTS


def same_as(scene: Scene, heard: Heard) -> Hashable:
    """What an answer is told apart by: all right ones are one, wrong ones are by their value, else by their words."""
    if heard.correct:
        return True
    value = scene.read(heard.act.answer)
    return plain(heard.act.answer).casefold().strip() if value is None or scene.kind == "program" else (value,)


def slip_behind(scene: Scene, heard: Heard) -> Slip | None:
    """The named mistake that leads to a wrong answer; None where none of the case's does (of programs: not told)."""
    case, answer = scene.case, heard.act.answer
    if heard.correct or scene.kind == "program":
        return None
    return next((slip for slip in case.slips if case.family.accepts(case.problem, slip.work, answer)), None)


def episode_alone(scene: Scene, heard: Heard, text: str, source: str, student: str) -> Episode:
    """The statement and the reply as a dialogue, of reward 1 where it is right; nobody is its teacher."""
    plan, case, right = scene.scenario.plan, scene.case, int(heard.correct)
    turns = analysed(case, [scene.opening, turn_of(heard, text)], None)
    return Episode(plan.recipe, "", plan.seed, scene.scenario.item, source, student, NO_TEACHER, student, "", 1,
                   scene.structure, Dialogue(case, tuple(turns), right, right))
