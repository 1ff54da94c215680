"""`collaborative`: the candidates of the recipe of that name with what CollabLLM's own data have beside them.

A row for each row of `candidates`, under the same id. Columns have the names and types of the published data
(collabllm/collabllm-multiturn-math-hard), but for `futures`, of which the view `collabllm` makes `sessions`.
"""

from __future__ import annotations

import pyarrow as pa

SAID = pa.struct([("content", pa.string()), ("role", pa.string())])  # in the order of the published data
METADATA = pa.struct([("level", pa.string()), ("type", pa.string())])
REWARDS = pa.struct([  # of each future
    ("MR", pa.list_(pa.float64())),  # accuracy minus what the turns from the candidate on cost
    ("accuracy", pa.list_(pa.int64())),  # whether it ends with the right answer
    ("token_amount", pa.list_(pa.float64())),  # thousands of words that the assistant says in it
])
COLLABORATIVE = pa.schema([
    ("id", pa.string()),
    ("item", pa.int64()),
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("prompt", pa.list_(SAID)),
    ("completion", pa.string()),
    ("conv_id", pa.int64()),  # of the conversation: its item
    ("score", pa.float64()),  # `mr_belief`
    ("single_turn_prompt", pa.string()),  # the complete statement
    ("single_turn_completion", pa.string()),  # the worked solution and the answer
    ("single_turn_metadata", METADATA),  # type: the family
    ("turn_id", pa.int64()),  # messages in `prompt`
    ("futures", pa.list_(pa.list_(SAID))),  # after the candidate, in three worlds drawn from the belief
    ("rewards", REWARDS),
    ("assumed", pa.string()),  # of an answer that comes too early: JSON of the values it takes for granted; else ""
])
