"""`vote_rl` and `truth_rl`: the problems of `self_play` as verl and its like read them.

The first has the vote as what is right, as a method without labels has it; the second the truth. Neither has the other.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from tutelage.problems import any_family
from tutelage.records.trainers.columns import MSG, MSGS, Given, constant, single
from tutelage.records.trainers.rl import NAME, REWARD_MODEL

EXTRA_INFO = pa.struct([
    ("index", pa.int64()),  # the run
    ("split", pa.string()),
    ("round", pa.int64()),
    ("level", pa.int64()),
    ("agree", pa.float32()),  # share of the answers that agree with the majority
])
SCHEMA = pa.schema([
    ("id", pa.string()),  # of the episode
    ("data_source", pa.string()),  # tutelage/self_play
    ("prompt", MSGS),  # the problem, one message of the user
    ("ability", pa.string()),  # arithmetic, algebra, …: the family's domain
    ("reward_model", REWARD_MODEL),  # style "rule", and the vote or the truth
    ("extra_info", EXTRA_INFO),
])
COLUMNS = ("id", "item", "round", "family", "level", "question", "agree", "votes")


def vote_rl(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    return _rows(batch, given, "majority")


def truth_rl(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    return _rows(batch, given, "truth")


def _rows(batch: pa.RecordBatch, given: Given, label: str) -> pa.RecordBatch:
    size, families = batch.num_rows, batch.column("family").dictionary_encode()
    domains = pa.array([any_family(name).domain for name in families.dictionary.to_pylist()], pa.string())
    said = pa.StructArray.from_arrays([constant("user", size, pa.string()), batch.column("question")], fields=list(MSG))
    agree = pc.divide(pc.cast(batch.column("agree"), pa.float32()),
                      pc.cast(pc.list_value_length(batch.column("votes")), pa.float32()))
    extra = [batch.column("item"), constant(given.split, size, pa.string()), pc.cast(batch.column("round"), pa.int64()),
             pc.cast(batch.column("level"), pa.int64()), agree]
    rule = constant("rule", size, pa.string())
    return pa.RecordBatch.from_arrays([
        batch.column("id"), constant(f"{NAME}/self_play", size, pa.string()), single(said),
        domains.take(families.indices),
        pa.StructArray.from_arrays([rule, batch.column(label)], fields=list(REWARD_MODEL)),
        pa.StructArray.from_arrays(extra, fields=list(EXTRA_INFO))], schema=SCHEMA)
