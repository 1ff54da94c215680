"""The columns of a dataset, written down once, and the builders that fill them.

`episodes` is the source of truth: typed turns, and one struct column `private` with what only the teacher knows. `sft`
is ready to train: `messages` with roles user and assistant (the student is the assistant, because it is trained) and a
flag `loss`; it and the other views are made in `records.trainers`. No column holds a null: what does not apply is "", 0
or -1, as the comments say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

import pyarrow as pa

from tutelage.problems.family import Family, from_json, pack, to_json, unpack
from tutelage.records.episode import Episode, Tables, answered, asked, content_id
from tutelage.records.tables import TABLES
from tutelage.talk.case import View
from tutelage.values import Turn

TURN = pa.struct([
    ("role", pa.string()),  # teacher or student
    ("act", pa.string()),  # see talk.acts
    ("target", pa.string()),  # the quantity, step or slip that the act is about; ""
    ("also", pa.list_(pa.string())),  # further quantities that the act is about
    ("level", pa.int8()),  # of a hint, 1 to 3; 0
    ("text", pa.string()),
    ("asked", pa.list_(pa.string())),  # of a question: the quantities that it asks for, `target` first
    ("answered", pa.list_(pa.string())),  # of a reply: the quantities that it tells, `target` first
    ("answer", pa.string()),  # of an attempt: the answer as said; of a partial or wrong reply: JSON of the values
    ("slip", pa.string()),  # of a wrong attempt: the mistake's name; ""
    ("step", pa.int16()),  # index of the step that the act is about; -1
    ("correct", pa.bool_()),  # of an attempt: the judge's verdict; false
    ("known_after", pa.int16()),  # quantities told so far, the statement's included
    ("k_after", pa.int8()),  # size of the smallest set of quantities still to be told; 0: the answer is determined;
    # -1: it is not, and no set would settle it, or there are too many completions to find the smallest
    ("ig_bits", pa.float32()),  # of a question for an untold quantity: expected information about the answer, in bits;
    # -1: there are too many completions to count
])
PRIVATE = pa.struct([
    ("answer", pa.string()),  # as said
    ("value", pa.string()),  # JSON: the answer as a value; for programs what they return on the tests
    ("solution", pa.string()),  # the right work, a line a step
    ("problem", pa.string()),  # JSON: structure and values, enough to pose the problem again
    ("known", pa.list_(pa.string())),  # quantities that the statement tells
    ("slips", pa.list_(pa.struct([("kind", pa.string()), ("step", pa.int16()), ("answer", pa.string())]))),
    ("injections", pa.string()),  # JSON list, see records.episode.Injection; "[]"
    ("view", pa.string()),  # JSON, see talk.case.View; "" for a complete statement
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
    ("view", pa.string()),  # see talk.case.View; complete where nothing is hidden
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
SCHEMAS = {"episodes": EPISODES, "sft": SFT, **TABLES}

_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Row(NamedTuple):
    """An episode as it is written, without the objects it was made from: those can go while a row waits for others."""

    id: str
    arm: str
    reward: int
    plain: tuple[Any, ...]  # the flat columns of `EPISODES` in their order
    turns: tuple[Turn, ...]
    private: tuple[Any, ...]  # the fields of `PRIVATE` in their order
    native: Tables  # rows of the recipe's own tables


def pack_row(e: Episode) -> Row:
    """The episode as a row."""
    case, turns = e.dialogue.case, e.dialogue.turns
    problem = pack(case.problem)
    said = content_id(e.recipe, e.arm, problem, [t.text for t in turns], [t.act.kind for t in turns],
                      [t.act.answer for t in turns])
    plain = (said, e.recipe, e.arm, e.seed, e.item, e.source, case.family.name, case.problem.level, e.structure,
             case.view.label if case.view else "complete", e.student, e.teacher, e.student_voice, e.teacher_voice,
             e.max_turns, len(turns) // 2, e.dialogue.solved_turn, e.dialogue.reward)
    private = (case.right.answer, _ENCODE(to_json(case.right.value)), "\n".join([s.line for s in case.right.steps]),
               problem, [q.name for q in case.problem.quantities if q.name in case.known],
               [(s.kind, s.step, s.work.answer) for s in case.slips],
               _ENCODE([i._asdict() for i in e.injections]) if e.injections else "[]", pack_view(case.view))
    return Row(said, e.arm, e.dialogue.reward, plain, turns, private, e.native)


def pack_view(view: View | None) -> str:
    """A view as JSON, enough to make it again; "" for None."""
    if view is None:
        return ""
    conflict = [view.conflict[0], to_json(view.conflict[1])] if view.conflict else None
    swapped = [view.swapped.level, pack(view.swapped)] if view.swapped else None
    task = {"task": view.task, "options": view.options} if view.task else {}
    order = {"order": view.order} if view.order else {}
    return _ENCODE({"label": view.label, "unknowable": sorted(view.unknowable), "replies": view.replies,
                    "conflict": conflict, "swapped": swapped, **task, **order})


def unpack_view(family: Family, text: str) -> View | None:
    """The view that `pack_view` wrote. Raises ValueError, KeyError or TypeError for text that it did not write."""
    if not text:
        return None
    data = json.loads(text)
    conflict, swapped = data["conflict"], data["swapped"]
    return View(data["label"], frozenset(data["unknowable"]), data["replies"],
                (conflict[0], from_json(conflict[1])) if conflict else None,
                unpack(family, *swapped) if swapped else None, data.get("task", ""), tuple(data.get("options", ())),
                tuple(data.get("order", ())))


def packed_rows(episodes: Sequence[Episode]) -> list[Row]:
    return [pack_row(e) for e in episodes]


def episodes_table(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as a record batch of `EPISODES`."""
    columns = zip(*[row.plain for row in rows], strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, list(EPISODES)[:-2], strict=True)]
    return pa.RecordBatch.from_arrays([*arrays, _turns(rows), _private(rows)], schema=EPISODES)


def native_table(config: str, rows: Sequence[Row]) -> pa.RecordBatch:
    """What the rows bring to one of the recipe's own tables, as a record batch of `TABLES[config]`."""
    natives = [native for row in rows for native in row.native.get(config, ())]
    schema = TABLES[config]
    return pa.RecordBatch.from_arrays([pa.array([native[f.name] for native in natives], f.type) for f in schema],
                                      schema=schema)


def _offsets(lengths: Sequence[int]) -> pa.Array:
    return pa.array([0, *accumulate(lengths)], pa.int32())


def _turns(rows: Sequence[Row]) -> pa.ListArray:
    turns = list(chain.from_iterable([row.turns for row in rows]))
    acts = [turn.act for turn in turns]
    columns: list[list[Any]] = [
        [t.role for t in turns], [a.kind for a in acts], [a.target for a in acts], [a.also for a in acts],
        [a.level for a in acts],
        [t.text for t in turns], [asked(a) for a in acts], [answered(a) for a in acts],
        [a.answer for a in acts], [a.slip for a in acts], [a.step for a in acts],
        [t.correct for t in turns], [t.known_after for t in turns], [t.k_after for t in turns],
        [t.ig_bits for t in turns],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, TURN, strict=True)]
    return pa.ListArray.from_arrays(_offsets([len(row.turns) for row in rows]),
                                    pa.StructArray.from_arrays(arrays, fields=list(TURN)))


def _private(rows: Sequence[Row]) -> pa.StructArray:
    answer, value, solution, problem, known, slips, injections, views = zip(*[row.private for row in rows], strict=True)
    flat = list(chain.from_iterable(slips))
    slip_type = PRIVATE.field("slips").type
    slip_array = pa.StructArray.from_arrays(
        [pa.array([slip[i] for slip in flat], field.type) for i, field in enumerate(slip_type.value_type)],
        fields=list(slip_type.value_type))
    texts = [pa.array(column, pa.string()) for column in (answer, value, solution, problem)]
    return pa.StructArray.from_arrays(
        [*texts, pa.array(known, pa.list_(pa.string())),
         pa.ListArray.from_arrays(_offsets([len(each) for each in slips]), slip_array),
         pa.array(injections, pa.string()), pa.array(views, pa.string())], fields=list(PRIVATE))
