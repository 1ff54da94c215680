"""The referee: lets teacher and student speak in turn, judges each attempt, and stops at a right one or at the limit.

The two signatures are the fence between what is public and what is private:

    Student = (public history) -> Turn
    Teacher = (case, public history) -> Turn

The teacher speaks first (the statement). Reward is 1 where an attempt was right within `max_turns` student turns,
else 0 (Cook et al. 2026, 2602.16488 §3; N = 4 in training sets, 10 in evaluation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutelage.problems.family import all_names
from tutelage.problems.views import analyse
from tutelage.talk.acts import ASK, ATTEMPTS, STATE, TELL
from tutelage.talk.case import Case
from tutelage.values import Act, Turn

History = Sequence[Turn]
Student = Callable[[History], Turn]
Teacher = Callable[[Case, History], Turn]


class Dialogue(NamedTuple):
    case: Case
    turns: tuple[Turn, ...]
    reward: int  # 1 where an attempt was right, else 0
    solved_turn: int  # number of the student turn that was right, from 1; 0 where none was


def converse(case: Case, student: Student, teacher: Teacher, *, max_turns: int) -> Dialogue:
    """Plays one dialogue of at most `max_turns` (≥ 1) student turns."""
    statement = Turn("teacher", Act(STATE), case.family.state(case.problem, case.known))
    turns, solved = [statement], 0
    verdicts = {case.right.answer: True, **{slip.work.answer: False for slip in case.slips}}
    for number in range(1, max_turns + 1):
        turn = student(turns)
        if turn.act.kind in ATTEMPTS:
            answer = turn.act.answer
            if answer not in verdicts:
                verdicts[answer] = case.family.accepts(case.problem, case.right, answer)
            turn = turn._replace(correct=verdicts[answer])
        turns.append(turn)
        if turn.correct:
            solved = number
            break
        if number < max_turns:
            turns.append(teacher(case, turns))
    return Dialogue(case, tuple(analysed(case, turns)), int(solved > 0), solved)


def analysed(case: Case, turns: Sequence[Turn]) -> list[Turn]:
    """The turns with what was known after each, how much was still missing, and what each question was worth."""
    if case.known >= all_names(case.problem):
        count = len(case.known)
        return [Turn(turn.role, turn.act, turn.text, turn.correct, count, 0, 0.0) for turn in turns]
    known, out = set(case.known), []
    view = analyse(case.family, case.problem, known)
    for turn in turns:
        gain = view.gain.get(turn.act.target, 0.0) if turn.act.kind == ASK else 0.0
        if turn.act.kind == TELL and turn.act.target not in known:
            known.add(turn.act.target)
            view = analyse(case.family, case.problem, known)
        out.append(turn._replace(known_after=len(known), k_after=view.k, ig_bits=round(gain, 6)))
    return out
