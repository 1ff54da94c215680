"""`alfa`: good questions and the same spoilt in one attribute, with the columns of ALFA's own preference files.

A row for each accepted pair, made from the table `question_attributes`. The original's files hold `id` ("<post>_
<attribute>_<better>_<worse>"), `system`, `context`, `chosen`, `rejected`, each of the last four a list of messages, and
are trained on as system, context, reply. Its questions come in three grades (more, original, less); ours in two, so
`id` ends in "original_less". (github.com/stellalisy/alfa, create_preference_files_filtered.py; 2502.14860, section 3)
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.trainers.columns import MSG, MSGS, Given, constant, mask, single
from tutelage.talk.phrasing import system_prompt

SCHEMA = pa.schema([
    ("id", pa.string()),  # "<conversation>-<turn>_<attribute>_original_less"
    ("system", MSGS),  # one message: what the one who asks is told beforehand
    ("context", MSGS),  # what was said before
    ("chosen", MSGS),  # one message
    ("rejected", MSGS),  # one message
])
COLUMNS = ("id", "kind", "attribute", "prompt", "completion", "accepted")
GOOD = "good"
SPELLED = {"avoid_bias": "avoidbias"}  # where the original spells an attribute otherwise


def alfa(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    good = mask(pc.equal(batch.column("kind"), GOOD))
    worse = np.flatnonzero(~good & mask(batch.column("accepted")))
    # the good question of a conversation stands before those that were made of it
    better = np.maximum.accumulate(np.where(good, np.arange(batch.num_rows), 0))[worse]
    one, two = batch.take(pa.array(better)), batch.take(pa.array(worse))
    system = single(_message("system", constant(system_prompt(), len(worse), pa.string())))
    return pa.RecordBatch.from_arrays([_ids(two), system, two.column("prompt").cast(MSGS), _reply(one), _reply(two)],
                                      schema=SCHEMA)


def _ids(rows: pa.RecordBatch) -> pa.Array:
    turn = pc.replace_substring_regex(rows.column("id"), "-[0-9]+$", "")
    attribute = rows.column("attribute")
    for ours, theirs in SPELLED.items():
        attribute = pc.replace_substring(attribute, ours, theirs)
    return pc.binary_join_element_wise(turn, attribute, "original_less", "_")


def _message(role: str, content: pa.Array) -> pa.StructArray:
    return pa.StructArray.from_arrays([constant(role, len(content), pa.string()), content], fields=list(MSG))


def _reply(rows: pa.RecordBatch) -> pa.ListArray:
    return single(_message("assistant", rows.column("completion")))
