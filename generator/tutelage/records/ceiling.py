"""`ceiling`: what an answer can be worth on a prompt, a row an item, arm and prompt (recipe ceiling).

All figures are exact, over all values that the hidden quantities could have, equally likely; see
docs/recipes/ceiling.md.
"""

from __future__ import annotations

import pyarrow as pa

CEILING = pa.schema([
    ("id", pa.string()),  # hash of the arm, the prompt and the response
    ("item", pa.int64()),  # the arms of one problem share it
    ("arm", pa.string()),  # bare, paraphrased, few_shot, irrelevant, partial, ask, full
    ("number", pa.int8()),  # of the prompt within the arm, from 0: an item has several paraphrases
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("prompt", pa.string()),
    ("answer", pa.string()),  # the right one
    ("answer_kind", pa.string()),  # see problems.reading.answers
    ("hidden", pa.list_(pa.string())),  # quantities that the bare prompt leaves out
    ("told", pa.list_(pa.string())),  # those of them that the arm tells, in the prompt or in reply
    ("narrowed", pa.string()),  # partial: JSON of the quantity and the two values that it may have; else ""
    ("wording", pa.string()),  # paraphrased: JSON of what the structure has in place of its own; else ""
    ("examples", pa.list_(pa.string())),  # few_shot: JSON of each problem shown, enough to pose it again; else empty
    ("completions", pa.int32()),  # ways to fill in what is hidden that have an answer; one of them was drawn
    ("informs", pa.bool_()),  # whether the arm tells something that the bare prompt does not
    ("ceiling_acc", pa.float64()),  # E[max P(answer | what the arm tells)]: no answerer is right more often than that
    ("best", pa.float64()),  # max P(answer | what is told here): of partial, with the two values that it names
    ("entropy", pa.float64()),  # of the answer before the arm tells anything, in bits
    ("entropy_after", pa.float64()),  # expected, after it has
    ("bits", pa.float64()),  # what the arm supplies: entropy - entropy_after
    ("style", pa.string()),  # who responds: guesses_likeliest, asks, solves
    ("response", pa.string()),  # of ask: the last turn of the dialogue
    ("said", pa.string()),  # the answer that the response gives
    ("right", pa.bool_()),
])
