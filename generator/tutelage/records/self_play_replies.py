"""`self_play_replies`: what models said in a run of `self_play`, a row a task; `self_play` follows from it."""

from __future__ import annotations

import pyarrow as pa

TABLE = "self_play_replies"
PAST = pa.struct([
    ("family", pa.string()),
    ("level", pa.int8()),
    ("answers", pa.int16()),  # replies that came
    ("agree", pa.int16()),
    ("right", pa.int16()),
])
REPLY = pa.struct([
    ("number", pa.int16()),  # from 0; one whose request failed is not there
    ("text", pa.string()),
    ("thoughts", pa.string()),  # a reasoning model's; ""
    ("act", pa.string()),  # what it does, see `online.hearing`; an attempt, guess or revise gives an answer
    ("answer", pa.string()),  # as read; "" where it gives none
    ("place", pa.int16()),  # of its answer in `answers` of `self_play`; -1 where it gives none
    ("finish", pa.string()),  # as the server said: stop, length, …
    ("prompt_tokens", pa.int64()),
    ("completion_tokens", pa.int64()),
])
REPLIES = pa.schema([
    ("id", pa.string()),  # of the episode that brings the row
    ("item", pa.int64()),
    ("round", pa.int16()),
    ("task", pa.int16()),
    ("solver", pa.string()),  # the model that answers
    ("proposer", pa.string()),  # the model that chooses; "" where the exact sampler does in all tasks
    ("offered", pa.list_(pa.string())),  # families that there were to choose from
    ("past", pa.list_(PAST)),  # the tasks of the run before, in their order: what the proposer knows and was paid for
    ("proposals", pa.list_(pa.string())),  # the proposing model's replies; the last is the choice, unless:
    ("sampled", pa.bool_()),  # the exact sampler chose: no model proposes, or its replies were not of the form
    ("replies", pa.list_(REPLY)),
])
