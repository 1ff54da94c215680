"""`rollouts`: what is known of a dialogue with a real model beyond the dialogue, a row an episode that was kept."""

from __future__ import annotations

import pyarrow as pa

TABLE = "rollouts"  # its config
ROLLOUTS = pa.schema([
    ("id", pa.string()),  # of the episode
    ("item", pa.int64()),
    ("number", pa.int32()),  # of the dialogue in its group, from 0
    ("group", pa.int32()),  # dialogues of the item that came to an end; those whose requests failed are none of them
    ("passed", pa.int32()),  # those of reward 1
    ("pass_rate", pa.float32()),  # passed / group: a trainer may leave out groups of 0 and 1
    ("model", pa.string()),
    ("thoughts", pa.list_(pa.string())),  # of each student turn, "" where there were none; never shown to the teacher
    ("prompt_tokens", pa.int64()),  # over all its requests, as the server counted them
    ("completion_tokens", pa.int64()),
    ("finish", pa.list_(pa.string())),  # of each student turn, as the server said: stop, length, …
])
