"""`sft`: whole dialogues of reward 1, with a flag on each message that says whether the loss counts it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.schema import MESSAGE, SFT
from tutelage.records.trainers.columns import Bools, Given, Talk, digits, json_column, mask, messages, quoted, talk_of
from tutelage.talk.acts import QUESTIONS

COLUMNS = ("id", "recipe", "arm", "family", "level", "student", "teacher", "structure", "n_turns", "source", "reward",
           "turns.role", "turns.act", "turns.text")


def solved(batch: pa.RecordBatch, arm: str) -> pa.RecordBatch:
    """The episodes of an arm that ended right."""
    chosen = pc.and_(pc.equal(batch.column("arm"), arm), pc.greater(batch.column("reward"), 0))
    return batch if mask(chosen).all() else batch.filter(chosen)


def trained(talk: Talk, train_on: str) -> Bools:
    """Which turns carry the loss, see `episode.loss_mask`."""
    if train_on == "all":
        return talk.of_student
    if train_on == "final":
        return talk.last
    return talk.of_student & (talk.last | talk.acts(QUESTIONS))


def sft(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    """A row of `SFT` for each episode of the arm that ended right."""
    batch = solved(batch, given.arm)
    talk = talk_of(batch)
    said = messages(talk)
    loss = pa.array(trained(talk, given.options.train_on))
    flat = pa.StructArray.from_arrays([said.field("role"), said.field("content"), loss], fields=list(MESSAGE))
    texts = {name: quoted(batch.column(name)) for name in ("recipe", "arm", "family", "student", "teacher",
                                                           "structure", "source")}
    meta = json_column(
        batch.num_rows, recipe=texts["recipe"], arm=texts["arm"], family=texts["family"],
        level=digits(batch.column("level")), student=texts["student"], teacher=texts["teacher"],
        structure=texts["structure"], n_turns=digits(batch.column("n_turns")), source=texts["source"])
    lists = pa.ListArray.from_arrays(pa.array(talk.starts.astype(np.int32)), flat)
    return pa.RecordBatch.from_arrays([batch.column("id"), lists, meta], schema=SFT)
