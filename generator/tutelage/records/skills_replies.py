"""`skills_replies`: what models said in an iteration of `skills`; the table `skills` follows from it and the seed."""

from __future__ import annotations

import pyarrow as pa

TABLE = "skills_replies"
REPLY = pa.struct([
    ("role", pa.string()),  # student (the Reasoner), teacher (the Challenger)
    ("purpose", pa.string()),  # task, probe, heldout, aim, reasoner_edit, challenger_edit
    ("text", pa.string()),
    ("thoughts", pa.string()),  # a reasoning model's; ""
    ("finish", pa.string()),  # as the server said: stop, length, …
    ("prompt_tokens", pa.int64()),
    ("completion_tokens", pa.int64()),
])
SKILLS_REPLIES = pa.schema([
    ("id", pa.string()),  # of the row of `skills`
    ("item", pa.int64()),
    ("iteration", pa.int16()),
    ("reasoner", pa.string()),  # the model that answers
    ("challenger", pa.string()),  # the model that chooses what tasks need; "" where the exact Challenger does
    ("sampled", pa.list_(pa.bool_())),  # of each task, whether the exact Challenger chose
    ("replies", pa.list_(REPLY)),  # in the order in which they were asked for
])
