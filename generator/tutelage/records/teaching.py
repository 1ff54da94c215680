"""`teaching`: what became of a model's words as the teacher or the user, a row an episode that was kept."""

from __future__ import annotations

import pyarrow as pa

TABLE = "teaching"  # its config
TEACHING = pa.schema([
    ("id", pa.string()),  # of the episode
    ("item", pa.int64()),
    ("model", pa.string()),
    ("stands", pa.list_(pa.int32())),  # of each reply of the teacher: which of the model's replies it is, from 1;
    # 0: the exact words
    ("refused", pa.list_(pa.list_(pa.string()))),  # of each: why the others don't stand, see online.acceptance
    ("prompt_tokens", pa.int64()),  # over all its requests, as the server counted them
    ("completion_tokens", pa.int64()),
])
