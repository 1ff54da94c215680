"""What the views are made of: the turns of a batch of episodes as flat columns, and lists of messages over them.

All of it is column-wise: no object is made for a row or a turn. A *history* is what stands before a turn.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.plan import Options

Ints = np.ndarray[Any, np.dtype[np.int64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
MSG = pa.struct([("role", pa.string()), ("content", pa.string())])
MSGS = pa.list_(MSG)
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Given(NamedTuple):
    """What a view is told beside the episodes."""

    options: Options  # of the plan
    split: str  # the split that the rows are made for
    arm: str = ""  # of a view that has a config for each arm: whose


class Talk(NamedTuple):
    """The turns of a batch, one after the other."""

    turns: pa.StructArray
    starts: Ints  # index of each row's first turn, and the number of all turns
    row: Ints  # of each turn: its row
    place: Ints  # of each turn: its index in the dialogue, from 0; students have the odd ones

    def column(self, name: str) -> pa.Array:
        return self.turns.field(name)

    def acts(self, kinds: frozenset[str] | Sequence[str]) -> Bools:
        """Which turns are of one of these acts."""
        return mask(pc.is_in(self.column("act"), value_set=pa.array(sorted(kinds), pa.string())))

    @property
    def of_student(self) -> Bools:
        return mask(pc.equal(self.column("role"), "student"))

    @property
    def last(self) -> Bools:
        """Which turns end their dialogue."""
        out = np.zeros(len(self.turns), np.bool_)
        out[self.starts[1:] - 1] = True
        return out


def talk_of(batch: pa.RecordBatch) -> Talk:
    """The turns of a batch whose column `turns` holds no null and no empty list."""
    lists = batch.column("turns")
    offsets = np.asarray(lists.offsets).astype(np.int64)
    starts = offsets - offsets[0]
    row = np.repeat(np.arange(len(lists)), np.diff(starts))
    return Talk(lists.flatten(), starts, row, np.arange(len(row)) - starts[row])


def mask(array: pa.Array) -> Bools:
    return np.asarray(array.to_numpy(zero_copy_only=False), np.bool_)


def messages(talk: Talk) -> pa.StructArray:
    """The turns as messages: the student is the assistant, because it is trained."""
    role = pc.if_else(pc.equal(talk.column("role"), "student"), "assistant", "user")
    return pa.StructArray.from_arrays([role, talk.column("text")], fields=list(MSG))


def histories(talk: Talk, said: pa.StructArray, turns: Ints, *, also: int = 0) -> pa.ListArray:
    """For each of the turns the list of messages before it, from the statement on; `also`: 1 takes the turn in, too."""
    lengths = talk.place[turns] + also
    ends = np.cumsum(lengths)
    indices = np.arange(ends[-1] if len(ends) else 0) + np.repeat(turns + also - ends, lengths)
    return pa.ListArray.from_arrays(pa.array(np.concatenate(([0], ends)), pa.int32()), said.take(pa.array(indices)))


def single(one: pa.Array) -> pa.ListArray:
    """Each element as a list of one."""
    return pa.ListArray.from_arrays(pa.array(np.arange(len(one) + 1), pa.int32()), one)


def constant(value: str | int, length: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(value, kind), length)


def quoted(column: pa.Array) -> pa.Array:
    """Strings as JSON, with their quotes; each different one is encoded once."""
    seen = column.dictionary_encode()
    return pa.array([_ENCODE(text) for text in seen.dictionary.to_pylist()], pa.string()).take(seen.indices)


def digits(column: Ints | pa.Array) -> pa.Array:
    """Whole numbers as JSON."""
    return pc.cast(column if isinstance(column, pa.Array) else pa.array(column), pa.string())


def json_column(length: int, **fields: pa.Array) -> pa.Array:
    """A JSON object a row, of fields that are JSON already; `length` is the number of rows."""
    parts: list[Any] = []
    for number, (name, column) in enumerate(fields.items()):
        parts += [f'{", " if number else "{"}"{name}": ', column]
    texts = pc.binary_join_element_wise(*[pa.scalar(p) if isinstance(p, str) else p for p in parts], "}", "")
    return texts if length else pa.array([], pa.string())


def turn_ids(batch: pa.RecordBatch, talk: Talk, turns: Ints) -> pa.Array:
    """Ids of student turns: that of the episode, "-", and the number of the turn, from 1."""
    ids = batch.column("id").take(pa.array(talk.row[turns]))
    return pc.binary_join_element_wise(ids, digits(talk.place[turns] // 2 + 1), "-")
