"""`kto`: a row for each student turn that is plainly good or plainly bad, see `labels`.

Of turns that say the same after the same words in several arms of an item, the first is taken.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tutelage.records.trainers import labels
from tutelage.records.trainers.columns import (
    MSGS,
    Given,
    digits,
    histories,
    json_column,
    messages,
    quoted,
    single,
    talk_of,
)

SCHEMA = pa.schema([
    ("messages", MSGS),  # history and turn
    ("prompt", MSGS),  # the history
    ("completion", MSGS),  # the turn, one message
    ("label", pa.bool_()),
    ("meta", pa.string()),  # JSON: id of the episode, turn (number of the student turn), act
])
COLUMNS = ("id", *labels.COLUMNS)


def kto(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    talk = talk_of(batch)
    said, found, (first, _) = messages(talk), labels.labels(batch, talk), labels.same_turns(batch, talk)
    turns = np.flatnonzero((found != labels.NEITHER) & (first == np.arange(len(first))))
    meta = json_column(
        len(turns), id=quoted(batch.column("id").take(pa.array(talk.row[turns]))),
        turn=digits(talk.place[turns] // 2 + 1), act=quoted(talk.column("act").take(pa.array(turns))))
    return pa.RecordBatch.from_arrays(
        [histories(talk, said, turns, also=1), histories(talk, said, turns), single(said.take(pa.array(turns))),
         pa.array(found[turns] == labels.GOOD), meta], schema=SCHEMA)
