"""`collabllm`: candidates with the columns and types of CollabLLM's own data. Made from the table `collaborative`.

What its `MultiturnDataset` reads: rows of one `conv_id` and `turn_id` are the candidates of one turn, `score` orders
them; `sessions` are the whole conversations in which a candidate was tried, `rewards` holds what each of them brought.
(2502.00640, section 3; data: collabllm/collabllm-multiturn-math-hard on the Hub.)
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from tutelage.records.collaborative import METADATA, REWARDS, SAID
from tutelage.records.trainers.columns import Given, Ints

SCHEMA = pa.schema([
    ("prompt", pa.list_(SAID)),
    ("completion", pa.string()),
    ("conv_id", pa.int64()),
    ("score", pa.float64()),
    ("single_turn_prompt", pa.string()),
    ("single_turn_completion", pa.string()),
    ("single_turn_metadata", METADATA),
    ("turn_id", pa.int64()),
    ("sessions", pa.list_(pa.list_(SAID))),
    ("rewards", REWARDS),
])
COLUMNS = (*[name for name in SCHEMA.names if name != "sessions"], "futures")


def collabllm(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    columns: dict[str, Any] = {name: batch.column(name) for name in SCHEMA.names if name != "sessions"}
    columns["sessions"] = _sessions(batch)
    return pa.RecordBatch.from_arrays([columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names],
                                      schema=SCHEMA)


def _sessions(batch: pa.RecordBatch) -> pa.ListArray:
    """For each row its futures, each behind the prompt and the completion."""
    prompts, futures = batch.column("prompt"), batch.column("futures")
    forward = futures.flatten()  # a future each
    of = np.repeat(np.arange(batch.num_rows), _lengths(futures))  # the row of each
    said = pa.StructArray.from_arrays([batch.column("completion"), pa.repeat("assistant", batch.num_rows)],
                                      fields=list(SAID))
    before, after = prompts.flatten(), forward.flatten()
    starts, sizes, later = _starts(_lengths(prompts)), _lengths(prompts), _lengths(forward)
    pool = pa.concat_arrays([before.cast(SAID), said, after.cast(SAID)])
    lengths = sizes[of] + 1 + later
    offsets = _starts(lengths)
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)  # within its session
    row, size = np.repeat(of, lengths), np.repeat(sizes[of], lengths)
    first = np.repeat(_starts(later)[:-1], lengths)
    order = np.where(place < size, starts[row] + place,
                     np.where(place == size, len(before) + row,
                              len(before) + len(said) + first + place - size - 1))
    sessions = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pool.take(pa.array(order)))
    return pa.ListArray.from_arrays(pa.array(_starts(_lengths(futures)), pa.int32()), sessions)


def _lengths(lists: pa.ListArray) -> Ints:
    ends: Ints = np.asarray(lists.offsets).astype(np.int64)
    return ends[1:] - ends[:-1]


def _starts(lengths: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
