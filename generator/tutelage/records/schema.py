"""The columns of a dataset, written down once, and the builders that fill them.

`episodes` is the source of truth: typed turns, and one struct column `private` with what only the teacher knows. `sft`
is ready to train: `messages` with roles user and assistant (the student is the assistant, because it is trained) and a
flag `loss`. No column holds a null: what does not apply is "", 0 or -1, as the comments say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

import pyarrow as pa

from tutelage.problems.family import pack, to_json
from tutelage.records.episode import Episode, content_id, loss_mask
from tutelage.values import Turn

TURN = pa.struct([
    ("role", pa.string()),  # teacher or student
    ("act", pa.string()),  # see talk.acts
    ("target", pa.string()),  # the quantity, step or slip that the act is about; ""
    ("level", pa.int8()),  # of a hint, 1 to 3; 0
    ("text", pa.string()),
    ("answer", pa.string()),  # of an attempt: the answer as said; ""
    ("slip", pa.string()),  # of a wrong attempt: the mistake's name; ""
    ("step", pa.int16()),  # index of the step that the act is about; -1
    ("correct", pa.bool_()),  # of an attempt: the judge's verdict; false
    ("known_after", pa.int16()),  # quantities told so far, the statement's included
    ("k_after", pa.int8()),  # size of the smallest set of quantities still to be told; 0: the answer is determined
    ("ig_bits", pa.float32()),  # of a question for an untold quantity: expected information about the answer, in bits
])
PRIVATE = pa.struct([
    ("answer", pa.string()),  # as said
    ("value", pa.string()),  # JSON: the answer as a value; for programs what they return on the tests
    ("solution", pa.string()),  # the right work, a line a step
    ("problem", pa.string()),  # JSON: structure and values, enough to pose the problem again
    ("known", pa.list_(pa.string())),  # quantities that the statement tells
    ("slips", pa.list_(pa.struct([("kind", pa.string()), ("step", pa.int16()), ("answer", pa.string())]))),
    ("injections", pa.string()),  # JSON list, see records.episode.Injection; "[]"
])
EPISODES = pa.schema([
    ("id", pa.string()),  # hash of the row's content
    ("recipe", pa.string()),
    ("arm", pa.string()),  # "" for the main arm
    ("seed", pa.int64()),
    ("item", pa.int64()),  # number of the item; arms of one item share it
    ("source", pa.string()),  # "" or "name:row"
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),  # hash that all problems of one shape share
    ("student", pa.string()),  # policy
    ("teacher", pa.string()),
    ("student_voice", pa.string()),
    ("teacher_voice", pa.string()),
    ("max_turns", pa.int8()),
    ("n_turns", pa.int8()),  # student turns
    ("solved_turn", pa.int8()),  # number of the student turn that was right; 0
    ("reward", pa.int8()),
    ("turns", pa.list_(TURN)),
    ("private", PRIVATE),
])
MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string()), ("loss", pa.bool_())])
SFT = pa.schema([("id", pa.string()), ("messages", pa.list_(MESSAGE)), ("meta", pa.string())])
SCHEMAS = {"episodes": EPISODES, "sft": SFT}

_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
ROLES = {"teacher": "user", "student": "assistant"}


class Row(NamedTuple):
    """An episode with what is needed more than once when it is written."""

    episode: Episode
    id: str
    problem: str  # JSON


def packed_rows(episodes: Sequence[Episode]) -> list[Row]:
    rows = []
    for e in episodes:
        problem, turns = pack(e.dialogue.case.problem), e.dialogue.turns
        said = content_id(e.recipe, e.arm, problem, [t.text for t in turns], [t.act.kind for t in turns],
                          [t.act.answer for t in turns])
        rows.append(Row(e, said, problem))
    return rows


def episodes_table(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as a record batch of `EPISODES`."""
    episodes = [row.episode for row in rows]
    cases = [e.dialogue.case for e in episodes]
    plain: dict[str, list[Any]] = {
        "id": [row.id for row in rows],
        "recipe": [e.recipe for e in episodes],
        "arm": [e.arm for e in episodes],
        "seed": [e.seed for e in episodes],
        "item": [e.item for e in episodes],
        "source": [e.source for e in episodes],
        "family": [c.family.name for c in cases],
        "level": [c.problem.level for c in cases],
        "structure": [e.structure for e in episodes],
        "student": [e.student for e in episodes],
        "teacher": [e.teacher for e in episodes],
        "student_voice": [e.student_voice for e in episodes],
        "teacher_voice": [e.teacher_voice for e in episodes],
        "max_turns": [e.max_turns for e in episodes],
        "n_turns": [len(e.dialogue.turns) // 2 for e in episodes],
        "solved_turn": [e.dialogue.solved_turn for e in episodes],
        "reward": [e.dialogue.reward for e in episodes],
    }
    arrays = [pa.array(column, EPISODES.field(name).type) for name, column in plain.items()]
    return pa.RecordBatch.from_arrays([*arrays, _turns(episodes), _private(rows)], schema=EPISODES)


def sft_table(rows: Sequence[Row], train_on: str) -> pa.RecordBatch:
    """Rows as a record batch of `SFT`."""
    turns = [row.episode.dialogue.turns for row in rows]
    flat = list(chain.from_iterable(turns))
    messages = pa.StructArray.from_arrays([
        pa.array([ROLES[t.role] for t in flat], pa.string()),
        pa.array([t.text for t in flat], pa.string()),
        pa.array(list(chain.from_iterable([loss_mask(each, train_on) for each in turns])), pa.bool_()),
    ], fields=list(MESSAGE))
    return pa.RecordBatch.from_arrays([
        pa.array([row.id for row in rows], pa.string()),
        pa.ListArray.from_arrays(_offsets([len(each) for each in turns]), messages),
        pa.array([_meta(row) for row in rows], pa.string()),
    ], schema=SFT)


def _offsets(lengths: Sequence[int]) -> pa.Array:
    return pa.array([0, *accumulate(lengths)], pa.int32())


def _turns(episodes: Sequence[Episode]) -> pa.ListArray:
    turns: list[Turn] = []
    acts = []
    for e in episodes:
        turns += e.dialogue.turns
        acts += [t.act for t in e.dialogue.turns]
    columns: list[list[Any]] = [
        [t.role for t in turns], [a.kind for a in acts], [a.target for a in acts], [a.level for a in acts],
        [t.text for t in turns], [a.answer for a in acts], [a.slip for a in acts], [a.step for a in acts],
        [t.correct for t in turns], [t.known_after for t in turns], [t.k_after for t in turns],
        [t.ig_bits for t in turns],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, TURN, strict=True)]
    return pa.ListArray.from_arrays(_offsets([len(e.dialogue.turns) for e in episodes]),
                                    pa.StructArray.from_arrays(arrays, fields=list(TURN)))


def _private(rows: Sequence[Row]) -> pa.StructArray:
    episodes = [row.episode for row in rows]
    cases = [e.dialogue.case for e in episodes]
    slips = list(chain.from_iterable([c.slips for c in cases]))
    slip_type = PRIVATE.field("slips").type
    slip_array = pa.StructArray.from_arrays([
        pa.array([s.kind for s in slips], pa.string()), pa.array([s.step for s in slips], pa.int16()),
        pa.array([s.work.answer for s in slips], pa.string()),
    ], fields=list(slip_type.value_type))
    return pa.StructArray.from_arrays([
        pa.array([c.right.answer for c in cases], pa.string()),
        pa.array([_ENCODE(to_json(c.right.value)) for c in cases], pa.string()),
        pa.array(["\n".join([s.line for s in c.right.steps]) for c in cases], pa.string()),
        pa.array([row.problem for row in rows], pa.string()),
        pa.array([[q.name for q in c.problem.quantities if q.name in c.known] for c in cases], pa.list_(pa.string())),
        pa.ListArray.from_arrays(_offsets([len(c.slips) for c in cases]), slip_array),
        pa.array([json.dumps([i._asdict() for i in e.injections], ensure_ascii=False) if e.injections else "[]"
                  for e in episodes], pa.string()),
    ], fields=list(PRIVATE))


def _meta(row: Row) -> str:
    e, case = row.episode, row.episode.dialogue.case
    return _ENCODE({"recipe": e.recipe, "arm": e.arm, "family": case.family.name, "level": case.problem.level,
                       "student": e.student, "teacher": e.teacher, "structure": e.structure,
                       "n_turns": len(e.dialogue.turns) // 2, "source": e.source})
