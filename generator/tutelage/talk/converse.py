"""The referee: lets teacher and student speak in turn, judges each attempt, and stops at a right one or at the limit.

The two signatures are the fence between what is public and what is private:

    Student = (public history) -> Turn
    Teacher = (case, public history) -> Turn

The teacher speaks first (the statement). Reward is 1 where an attempt was right within `max_turns` student turns,
else 0 (Cook et al. 2026, 2602.16488 §3; N = 4 in training sets, 10 in evaluation). Before a view that no reply can
settle, saying so is what is right. An answer on a value that nobody told ends the dialogue.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tutelage.problems.family import all_names, from_json
from tutelage.problems.views import Table, gain_of, given, smallest, tabulate
from tutelage.talk.acts import ABSTAIN, ASK, ASK_CONFLICT, ASSUME, ATTEMPTS, MISTELL, STATE, TELL_PART, TELLS
from tutelage.talk.case import Case, View
from tutelage.talk.revealed import analysed_shards, in_pieces
from tutelage.talk.statements import statement_of
from tutelage.values import Act, Turn

History = Sequence[Turn]
Student = Callable[[History], Turn]
Teacher = Callable[[Case, History], Turn]


class Dialogue(NamedTuple):
    case: Case
    turns: tuple[Turn, ...]
    reward: int  # 1 where an attempt was right, else 0
    solved_turn: int  # number of the student turn that was right, from 1; 0 where none was
    table: Table | None = None  # the completions of the statement; None where it is complete, or asks something else


def converse(case: Case, student: Student, teacher: Teacher, *, max_turns: int) -> Dialogue:
    """Plays one dialogue of at most `max_turns` (≥ 1) student turns."""
    turns, solved, table = [Turn("teacher", Act(STATE), statement_of(case))], 0, first_table(case)
    verdicts = {case.right.answer: True, **{slip.work.answer: False for slip in case.slips}}
    for number in range(1, max_turns + 1):
        turn = student(turns)
        if turn.act.kind in ATTEMPTS:
            answer = turn.act.answer
            if answer not in verdicts and turn.act.kind == ASSUME:
                verdicts[answer] = False  # by construction: it rests on a value that leads to another answer
            elif answer not in verdicts:
                verdicts[answer] = case.family.accepts(case.problem, case.right, answer)
            turn = turn._replace(correct=verdicts[answer] and not _settled_by_luck(case))
        elif turn.act.kind == ABSTAIN:
            turn = turn._replace(correct=rightly_withheld(case, turns, table))
        turns.append(turn)
        if turn.correct:
            solved = number
        if turn.correct or ended(turns, case.view):
            break
        if number < max_turns:
            turns.append(teacher(case, turns))
    return Dialogue(case, tuple(analysed(case, turns, table)), int(solved > 0), solved, table)


def ended(turns: Sequence[Turn], view: View | None = None) -> bool:
    """Whether the last turn, a student's, is the last word: it gives up, or answers on a value nobody told it.

    A user who tells a problem in pieces goes on after such an answer.
    """
    act = turns[-1].act
    mistold = any(turn.act.kind == MISTELL and turn.act.target == act.target for turn in turns)
    return act.kind == ABSTAIN or (act.kind == ASSUME and not mistold and not (view and view.order))


def rightly_withheld(case: Case, turns: Sequence[Turn], table: Table | None) -> bool:
    """Whether to say that there is no answer is right: the view is not determined, and no reply can settle it."""
    view = case.view
    if view is None or not (view.withhold or view.conflict is not None):
        return False
    if view.swapped is not None or (view.conflict is not None and not view.replies):
        return True
    asked = {name for turn in turns if turn.act.kind == ASK for name in (turn.act.target, *turn.act.also)}
    missing = analysed(case, turns, table)[-1].k_after > 0
    return missing and (not view.replies or bool(asked & view.unknowable))


def _settled_by_luck(case: Case) -> bool:
    """An answer to a question about something else is never right."""
    return case.view is not None and case.view.swapped is not None


def analysed(case: Case, turns: Sequence[Turn], table: Table | None) -> list[Turn]:
    """The turns with what was known after each, how much was still missing, and what each question was worth.

    `table` is that of the statement (`first_table`).

    Before a question about another problem k is -1: nothing that could be told about this one would settle it. Of two
    statements that contradict each other, both values count as possible until the user has settled which one holds.
    """
    known = set(case.known)
    if table is None and in_pieces(case):
        return analysed_shards(case, turns)
    if table is None:
        k = -1 if case.view is not None and case.view.swapped is not None else 0
        return [Turn(turn.role, turn.act, turn.text, turn.correct, len(known), k, 0.0) for turn in turns]
    known -= set(table.hidden)
    out, left = [], smallest(table)
    for turn in turns:
        act, gain = turn.act, 0.0
        names = (act.target, *act.also)
        if act.kind in (ASK, ASK_CONFLICT):
            gain = gain_of(table, [name for name in names if name in table.hidden])
        elif act.kind in TELLS and (new := set(names) & set(table.hidden)):
            known |= new
            table = given(table, {name: (case.problem.quantity(name).value,) for name in new})
            left = smallest(table)
        elif act.kind == TELL_PART:
            table = given(table, {act.target: [from_json(value) for value in json.loads(act.answer)]})
            left = smallest(table)
        out.append(turn._replace(known_after=len(known), k_after=left, ig_bits=round(gain, 6)))
    return out


def first_table(case: Case) -> Table | None:
    """The completions of the statement: hidden quantities over their domains, a contradicted one over both values.

    None where nothing is hidden, where the question is about another problem, and where the problem is told in pieces.
    """
    view, known = case.view, case.known
    if in_pieces(case) or (view is not None and view.swapped is not None):
        return None
    if known >= all_names(case.problem) and (view is None or view.conflict is None):
        return None
    if view is None or view.conflict is None:
        return tabulate(case.family, case.problem, known)
    name, value = view.conflict
    return tabulate(case.family, case.problem, known - {name},
                    narrowed={name: (case.problem.quantity(name).value, value)})
