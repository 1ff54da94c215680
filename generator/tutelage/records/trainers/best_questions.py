"""`ranked`: all conversations about a problem and what each has brought, for weighted training. From `siblings`.

`weight` is that of advantage-weighted regression over the siblings at a temperature of 1 (Peng et al. 2019, arXiv
1910.00177 eq. 10), as shares that add up to 1 in each item; raise it to 1/β for another. Rows of rank 1 are what the
original trains on.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.schema import MESSAGE
from tutelage.records.trainers.columns import Given, digits, json_column, mask, quoted
from tutelage.talk.acts import QUESTIONS

RANKED = pa.schema([
    ("id", pa.string()),  # of the conversation's episode
    ("messages", pa.list_(MESSAGE)),
    ("score", pa.float32()),  # 0: no conversation, 1: all is known
    ("excess", pa.float32()),  # how far it is above the score with another user's replies
    ("advantage", pa.float32()),  # score - mean score of the siblings
    ("weight", pa.float32()),  # exp(score) as a share of the siblings' sum
    ("rank", pa.int64()),  # among the siblings, from 1
    ("meta", pa.string()),  # JSON: item, family, level, policy, ending, siblings
])
COLUMNS = ("conv", "item", "family", "level", "policy", "siblings", "messages", "acts", "ending", "score", "excess",
           "advantage", "weight", "rank")


def ranked(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    """A row of `RANKED` for each conversation."""
    lists = batch.column("messages")
    offsets = np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy()))).astype(np.int64)
    said, acts = lists.flatten(), batch.column("acts").flatten()
    loss = mask(pc.equal(said.field("role"), "assistant"))
    last = np.zeros(len(loss), np.bool_)
    last[offsets[1:] - 1] = True
    if given.options.train_on != "all":
        asks = mask(pc.is_in(acts, value_set=pa.array(sorted(QUESTIONS), pa.string())))
        loss &= last | (asks if given.options.train_on == "questions_and_final" else np.False_)
    flat = pa.StructArray.from_arrays([said.field("role"), said.field("content"), pa.array(loss)], fields=list(MESSAGE))
    meta = json_column(batch.num_rows, item=digits(batch.column("item")), family=quoted(batch.column("family")),
                       level=digits(batch.column("level")), policy=quoted(batch.column("policy")),
                       ending=quoted(batch.column("ending")), siblings=digits(batch.column("siblings")))
    figures = [pc.cast(batch.column(name), pa.float32(), safe=False)
               for name in ("score", "excess", "advantage", "weight")]
    return pa.RecordBatch.from_arrays(
        [batch.column("conv"), pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat), *figures,
         pc.cast(batch.column("rank"), pa.int64()), meta], schema=RANKED)
