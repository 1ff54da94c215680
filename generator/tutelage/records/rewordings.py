"""`rewordings`: what became of the turns of an exact dialogue that a model put into other words, a row an episode."""

from __future__ import annotations

import pyarrow as pa

TABLE = "rewordings"  # its config
REWORDINGS = pa.schema([
    ("id", pa.string()),  # of the episode
    ("item", pa.int64()),
    ("arm", pa.string()),
    ("model", pa.string()),
    ("stands", pa.list_(pa.int32())),  # of each turn: which of the model's replies it is, from 1; 0: the old words
    ("refused", pa.list_(pa.list_(pa.string()))),  # of each: why the others don't stand; see online.acceptance and
    # online.rehearing; of a turn that was not asked for: nothing
    ("prompt_tokens", pa.int64()),  # over all requests, as the server counted them
    ("completion_tokens", pa.int64()),
])
