"""`siblings`: conversations about one statement, with what each has brought (recipe best_questions).

A row a conversation. Scores are in bits: the log2 of the share of the belief that stands on the right answer.
"Normalised" is the scale where no conversation is 0 and to know all is 1. All figures are exact, completions taken as
equally likely; see docs/recipes/best_questions.md.
"""

from __future__ import annotations

import pyarrow as pa

SAID = pa.struct([("role", pa.string()), ("content", pa.string())])
SIBLINGS = pa.schema([
    ("conv", pa.string()),  # id of its episode
    ("item", pa.int64()),  # siblings share it
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("policy", pa.string()),  # the student's
    ("user", pa.string()),
    ("siblings", pa.int16()),  # of the item
    ("drawn", pa.int16()),  # how often this sequence of questions was drawn; it stands here once
    ("messages", pa.list_(SAID)),
    ("acts", pa.list_(pa.string())),  # of each message, see talk.acts
    ("answers", pa.list_(pa.string())),  # of each act, "" where it has none
    ("asked", pa.list_(pa.list_(pa.string()))),  # for each question the quantities that it asks for
    ("kinds", pa.list_(pa.string())),  # of each question: good, both, several, redundant, distractor
    ("candidates", pa.list_(pa.string())),  # id of each question in `candidates`
    ("credits", pa.list_(pa.float64())),  # of each question, in bits: they add up to r - r_before
    ("gains", pa.list_(pa.float64())),  # its information gain in bits: what it could be expected to bring
    ("controls", pa.list_(pa.float64())),  # the same with another user's replies: they add up to r_shuffled - r_before
    ("ending", pa.string()),  # right, bounds, few, open, assumed
    ("possible", pa.list_(pa.string())),  # the answers that it calls possible: the bounds, or all; else empty
    ("reward", pa.int8()),  # 1 where it ends with the right answer
    ("p_before", pa.float64()),  # share of the belief on the right answer, before any question
    ("p", pa.float64()),  # and after the conversation
    ("p_shuffled", pa.float64()),  # after the replies of another user to the same questions, mean over all others
    ("r_before", pa.float64()),  # log2 of p_before
    ("r", pa.float64()),  # log2 of p
    ("r_shuffled", pa.float64()),  # log2 of p_shuffled, at least log2(1 / users)
    ("score", pa.float64()),  # r, normalised
    ("score_control", pa.float64()),  # r_shuffled, normalised
    ("excess", pa.float64()),  # score - score_control
    ("rank", pa.int16()),  # among the siblings, from 1: by score, then by what it asks of the user
    ("top", pa.bool_()),  # rank 1
    ("advantage", pa.float64()),  # score - mean score of the siblings
    ("weight", pa.float64()),  # exp(score), as a share of the siblings' sum
    ("other", pa.string()),  # JSON of the values that another user has for what is hidden, one for all siblings
    ("p_other", pa.float64()),  # share on the right answer after that user's replies
    ("control", pa.list_(SAID)),  # the same questions with that user's replies, up to the last one
    ("seed", pa.int64()),  # of what was drawn for the words
])
