"""`candidates`: what a student could say at one turn, and what each of these turns is worth.

One table serves the recipes that compare turns (collaborative, best_questions, question_attributes): a row a
candidate, after the words that it would follow. Each fills what it computes; what is not computed is -1, or "" or
empty. All figures are exact, over the completions of the view taken as equally likely, but for `mr_mc`, which is there
to check `mr_belief` by. Which figures a recipe computes is a matter of the recipe, not of the row, so -1 is never both:
where `score` can be so low (best_questions: a reply that misleads), every row has one.
"""

from __future__ import annotations

import pyarrow as pa

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
ATTRIBUTES = pa.struct([  # of a question, each in 0..1; -1 where the turn is no question, or they were not computed
    ("relevance", pa.float32()),  # expected information about the answer, as a share of what is open
    ("focus", pa.float32()),  # 1 / quantities asked for
    ("answerability", pa.float32()),  # share of them that the user knows
    ("clarity", pa.float32()),  # 1 / quantities that the reference fits
    ("accuracy", pa.float32()),  # share of what it takes for granted that holds
    ("avoid_bias", pa.float32()),  # share of the information that is left where the user agrees too readily
])
CANDIDATES = pa.schema([
    ("id", pa.string()),  # conversation, turn and number: "<conv>-<turn>-<number>"
    ("recipe", pa.string()),
    ("item", pa.int64()),  # conversations about one problem share it
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("conv", pa.string()),  # id of the episode whose first turns it follows
    ("turn", pa.int16()),  # which student turn of it it could be, from 1
    ("number", pa.int16()),  # among the candidates at that turn, from 0
    ("kind", pa.string()),  # what it was made to be; the recipe's page lists the kinds
    ("played", pa.bool_()),  # whether the episode goes on with it
    ("policy", pa.string()),  # the student's
    ("user", pa.string()),  # the user's
    ("prompt", pa.list_(MESSAGE)),  # what was said before it: roles user and assistant, the user first and last
    ("completion", pa.string()),
    ("act", pa.string()),  # see talk.acts
    ("target", pa.string()),  # the quantity that it is about; ""
    ("also", pa.list_(pa.string())),  # further ones
    ("form", pa.string()),  # of a question: open, yes_no, choice; ""
    ("answer", pa.string()),  # of an attempt, as said; ""
    ("told", pa.list_(pa.string())),  # quantities known before it
    ("entropy", pa.float32()),  # of the answer before it, in bits
    ("ig_bits", pa.float32()),  # what it is expected to tell of the answer, in bits; 0 of an attempt
    ("attributes", ATTRIBUTES),
    ("mr_belief", pa.float32()),  # exact expected value of going on with it (CollabLLM's multi-turn-aware reward)
    ("mr_mc", pa.float32()),  # the same by simulation
    ("mr_mc_se", pa.float32()),  # its standard error
    ("mr_realised", pa.float32()),  # the value in the world that is the case
    ("luck", pa.float32()),  # mr_realised - mr_belief; 0 where they were not computed
    ("cost", pa.float32()),  # what asking it and replying to it costs
    ("score", pa.float32()),  # what pairs and weights are made from
    ("score_control", pa.float32()),  # the same with another user's replies
    ("pair", pa.int16()),  # of a rejected one the number of that which is preferred to it at this turn; of a preferred
    # one its own number; -1 of others
    ("side", pa.string()),  # chosen, rejected; "" where it stands in no pair
    ("note", pa.string()),  # why it stands in no pair, or what else moved with it; ""
    ("seed", pa.int64()),  # of what was drawn for it
])
