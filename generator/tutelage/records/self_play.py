"""`self_play`: a problem that a proposer set and a pool of students voted on, a row a task."""

from __future__ import annotations

import pyarrow as pa

ANSWER = pa.struct([
    ("answer", pa.string()),  # as said; for programs the text
    ("slip", pa.string()),  # the mistake that leads to it; "" of the right one
    ("step", pa.int16()),  # the first wrong step; -1
    ("votes", pa.int16()),
    ("right", pa.bool_()),
])
PAID = pa.struct([(name, pa.float32()) for name in ("sqlm_paper", "sqlm_code", "r_zero", "absolute_zero", "variance")])
SELF_PLAY = pa.schema([
    ("id", pa.string()),  # of the episode
    ("item", pa.int64()),  # the run: a pool and a proposer of its own
    ("round", pa.int16()),  # of the run, from 0
    ("task", pa.int16()),  # of the round, from 0
    ("family", pa.string()),
    ("level", pa.int8()),  # what the proposer chose
    ("structure", pa.string()),
    ("question", pa.string()),
    ("truth", pa.string()),  # the right answer, as said
    ("answer_kind", pa.string()),  # see problems.reading.answers
    ("skills", pa.list_(pa.string())),  # family.mistake: what can go wrong here, in the order of the work
    ("answers", pa.list_(ANSWER)),  # different ones, in the order of their first vote
    ("votes", pa.list_(pa.int16())),  # of each member of the pool, the place of its answer in `answers`
    ("chances", pa.list_(pa.list_(pa.float32()))),  # of each member, to fail at each of `skills`
    ("majority", pa.string()),  # the pseudo-label: the answer with the most votes, the first to have a vote of equals
    ("agree", pa.int16()),  # votes for it
    ("tie", pa.bool_()),  # whether another answer has as many
    ("pseudo_label_correct", pa.bool_()),
    ("solve_rate", pa.float32()),  # share of the answers that are right
    ("expected_rate", pa.float32()),  # the pool's chance of a right answer, exact from `chances`
    ("rewards", PAID),  # what the proposer is paid by each published rule, see selfplay.payment
    ("reward", pa.string()),  # the rule that moves this run's proposer
    ("level_chances", pa.list_(pa.float32())),  # the proposer's, of the levels it may choose, ascending
    ("mastery_before", pa.list_(pa.float32())),  # mean of the pool, of each of `skills`
    ("mastery_after", pa.list_(pa.float32())),  # after the pool has practised on this task
    ("tests", pa.string()),  # of programs: JSON list of the tests' inputs; ""
    ("mutants", pa.int16()),  # of programs: mistaken versions of the reference; 0
    ("killed", pa.int16()),  # those that a test tells from it; 0
])
