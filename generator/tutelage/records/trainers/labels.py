"""Is a student's turn a good one? By its typed act and verdict, never by its words; and which turns share a history.

    attempt, guess, revise, defend   1 where the judge found it right, else 0
    assume                           0; without a label where a user had told the value wrongly
    abstain                          1 where no reply can settle the answer, else 0
    ask                              1 for what the answer hangs on and nobody has told; 0 for what was told, or does
                                     not matter; of several things: 1 where all are of use, 0 where none is
    ask_conflict                     1 where the answer hangs on which statement holds, else 0
    ask_plan, ask_step               1 where the next attempt is right
    wait                             1 where what was told does not settle the answer yet
    vague                            0

Whatever else has no label: a step that is checked, a question of some use, a turn after a control teacher has spoken.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.trainers.columns import Bools, Ints, Talk, mask
from tutelage.talk.acts import (
    ABSTAIN,
    ASK,
    ASK_CONFLICT,
    ASK_PLAN,
    ASK_STEP,
    ASSUME,
    ATTEMPTS,
    MISTELL,
    TELLS,
    VAGUE,
    WAIT,
)
from tutelage.talk.teachers import TEACHERS

GOOD, BAD, NEITHER = 1, 0, -1
CONTROLS = frozenset(policy.name for policy in TEACHERS if policy.control)
COLUMNS = ("item", "teacher", *(f"turns.{name}" for name in (
    "role", "act", "text", "asked", "answered", "correct", "known_after", "k_after", "ig_bits")))


def labels(batch: pa.RecordBatch, talk: Talk) -> Ints:
    """`GOOD`, `BAD` or `NEITHER` for each turn; a teacher's has `NEITHER`."""
    found = np.full(len(talk.row), NEITHER)
    correct, left = mask(talk.column("correct")), np.asarray(talk.column("k_after"))
    found[talk.acts([*ATTEMPTS, ABSTAIN])] = BAD
    found[talk.acts([ASSUME]) & after(talk.acts([MISTELL]))] = NEITHER
    found[talk.acts([*ATTEMPTS, ABSTAIN]) & correct] = GOOD
    found[talk.acts([WAIT]) & (left > 0)] = GOOD
    found[talk.acts([VAGUE])] = BAD
    found[talk.acts([ASK_PLAN, ASK_STEP]) & _next_attempt_right(talk, correct)] = GOOD
    worth = np.asarray(talk.column("ig_bits"))
    conflict = talk.acts([ASK_CONFLICT])
    found[conflict] = np.where(worth[conflict] > 0, GOOD, BAD)
    for turn in np.flatnonzero(talk.acts([ASK])):
        found[turn] = _question(talk, int(turn), worth, left)
    found[after_control(batch, talk) | ~talk.of_student] = NEITHER
    return found


def after(which: Bools) -> Bools:
    """The turns that follow one of `which` at once. No dialogue ends with a teacher's turn, so none reaches over."""
    return np.concatenate((np.zeros(1, np.bool_), which[:-1]))[:len(which)]


def after_control(batch: pa.RecordBatch, talk: Talk) -> Bools:
    """The turns before which a control teacher has said more than the statement."""
    control = mask(pc.is_in(batch.column("teacher"), value_set=pa.array(sorted(CONTROLS), pa.string())))
    return control[talk.row] & (talk.place > 1)


def _next_attempt_right(talk: Talk, correct: Bools) -> Bools:
    """Of each turn: whether the next attempt of its dialogue, if there is one, is right."""
    tries = np.flatnonzero(talk.acts(ATTEMPTS))
    place = np.searchsorted(tries, np.arange(len(talk.row)), side="right")
    there = place < len(tries)
    following = tries[np.where(there, place, 0)] if len(tries) else np.zeros(len(talk.row), np.int64)
    right: Bools = there & (talk.row[following] == talk.row) & correct[following]
    return right


def _question(talk: Talk, turn: int, worth: Any, left: Any) -> int:
    """The label of a question for quantities. `left` is k after each turn; -1 there, and of bits: not known."""
    asked = talk.column("asked")[turn].as_py()
    replied = turn + 1 < len(talk.row) and talk.row[turn + 1] == talk.row[turn]
    told = replied and talk.column("act")[turn + 1].as_py() in TELLS
    fell = int(left[turn] - left[turn + 1]) if told and min(left[turn], left[turn + 1]) >= 0 else 0
    if len(asked) == 1:
        return GOOD if worth[turn] > 0 or fell > 0 else BAD if worth[turn] == 0 else NEITHER
    if worth[turn] == 0 and fell <= 0:
        return BAD
    known = talk.column("known_after")
    exact = told and sorted(talk.column("answered")[turn + 1].as_py()) == sorted(asked)
    new = exact and known[turn + 1].as_py() - known[turn].as_py() == len(asked)
    return GOOD if new and fell == len(asked) else NEITHER


def same_turns(batch: pa.RecordBatch, talk: Talk) -> tuple[Ints, Ints]:
    """For each turn: the first turn of its item that says the same after the same history; and that of the turn before
    it (-1 of a statement).

    A turn that is its own first one is new; two student turns with one history are answers to the same words. Items
    must stand whole and together in the batch.
    """
    items = np.asarray(batch.column("item"))[talk.row]
    first, before = np.arange(len(talk.row)), np.arange(len(talk.row)) - 1
    before[talk.place == 0] = -1
    shared = items[talk.starts[:-1]] if len(items) else items
    if len(np.unique(shared)) == len(shared):
        return first, before  # an episode an item: nothing is said twice
    seen: dict[tuple[int, int, str], int] = {}
    for turn, (item, text) in enumerate(zip(items.tolist(), talk.column("text").to_pylist(), strict=True)):
        if talk.place[turn]:
            before[turn] = first[turn - 1]
        first[turn] = seen.setdefault((item, int(before[turn]), text), turn)
    return first, before
