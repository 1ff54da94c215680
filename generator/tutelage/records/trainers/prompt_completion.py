"""`prompt_completion`: a row for each trained student turn of `sft`: what was said before it, and the turn."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from tutelage.records.trainers.columns import MSGS, Given, histories, messages, single, talk_of, turn_ids
from tutelage.records.trainers.sft import solved, trained

SCHEMA = pa.schema([
    ("id", pa.string()),  # that of the episode, "-", the number of the student turn
    ("prompt", MSGS),  # the history, from the statement on
    ("completion", MSGS),  # one message
])
COLUMNS = ("id", "arm", "reward", "turns.role", "turns.act", "turns.text")


def prompt_completion(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    batch = solved(batch, given.arm)
    talk = talk_of(batch)
    said, turns = messages(talk), np.flatnonzero(trained(talk, given.options.train_on))
    return pa.RecordBatch.from_arrays(
        [turn_ids(batch, talk, turns), histories(talk, said, turns), single(said.take(pa.array(turns)))],
        schema=SCHEMA)
