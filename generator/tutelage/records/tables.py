"""The recipes' own tables beside the episodes: what an evaluation reads, what a method's own trainer reads.

Columns have the names of the published data where there are some. No column holds a null.
"""

from __future__ import annotations

import pyarrow as pa

from tutelage.records.candidates import CANDIDATES
from tutelage.records.ceiling import CEILING
from tutelage.records.collaborative import COLLABORATIVE
from tutelage.records.questions import QUESTIONS
from tutelage.records.rewordings import REWORDINGS
from tutelage.records.rollouts import ROLLOUTS
from tutelage.records.self_play import SELF_PLAY
from tutelage.records.self_play_replies import REPLIES
from tutelage.records.siblings import SIBLINGS
from tutelage.records.skills import SKILLS
from tutelage.records.skills_replies import SKILLS_REPLIES
from tutelage.records.teaching import TEACHING

WITNESS = pa.struct([("values", pa.string()), ("answer", pa.string())])  # JSON of the hidden values, what they give
HIDDEN = pa.struct([
    ("name", pa.string()),
    ("question", pa.string()),  # asks for it by name
    ("phrase", pa.string()),  # names it
    ("sentence", pa.string()),  # tells it: what a user would reply
    ("user_knows", pa.bool_()),
    ("ig_bits", pa.float32()),  # expected information about the answer of being told it, in bits
    ("settles", pa.float32()),  # probability that being told it alone settles the answer, completions equally likely
])
VIEWS = pa.schema([
    ("id", pa.string()),  # hash of the prompt and its label
    ("item", pa.int64()),  # views of one problem share it
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("view", pa.string()),  # complete, missing, irrelevant, swapped, contradictory, unanswerable
    ("prompt", pa.string()),
    ("answerable", pa.bool_()),  # whether the prompt alone determines the answer
    ("answer", pa.string()),  # once all is told; "" where no reply can settle it
    ("answer_kind", pa.string()),  # see problems.reading.answers
    ("hidden", pa.list_(HIDDEN)),  # what the prompt leaves out, whether it matters or not
    ("sufficient", pa.list_(pa.list_(pa.string()))),  # all minimal sets that would settle the answer
    ("k", pa.int8()),  # size of the smallest; 0 where answerable; -1 where nothing about this problem settles it
    ("entropy", pa.float32()),  # of the answer, in bits, completions equally likely; -1 where k is -1
    ("witness", pa.list_(WITNESS)),  # two completions with two answers where not answerable, else empty
    ("unsatisfiable", pa.list_(pa.string())),  # a minimal set of sentences that contradict each other
    ("distractors", pa.list_(pa.string())),  # stated quantities that the answer does not hang on
    ("style", pa.string()),  # of the response: the student's policy
    ("response", pa.string()),  # the student's first turn
    ("act", pa.string()),  # what it does: attempt, ask, ask_conflict, abstain, assume
    ("first_suspicion_step", pa.int16()),  # steps written before it first says that something is missing; -1: never
    ("steps_after", pa.int16()),  # rounds of doubt from there to what it does
])
OPTION = pa.struct([
    ("letter", pa.string()),  # it is offered by, A to H
    ("name", pa.string()),  # of the premise, or "=" and the name of the step whose result it is
    ("kind", pa.string()),  # hidden, stated, result
    ("phrase", pa.string()),  # what stands behind the letter
    ("question", pa.string()),
    ("sentence", pa.string()),  # tells it
    ("valid", pa.bool_()),  # whether it stands in one of `all_valid_qs`
    ("settles", pa.float32()),  # probability that being told it alone settles the answer, completions equally likely
    ("ig_bits", pa.float32()),  # expected information about the answer of being told it, in bits
    ("depth", pa.int16()),  # steps from it to the answer on the shortest way; -1 where no step uses it
])
WHICH_QUESTION = pa.schema([
    ("id", pa.string()),  # hash of the prompt and its mode
    ("item", pa.int64()),  # the three modes of one problem share it
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("mode", pa.string()),  # mc (pick the question), isambig, fullinfo: the original's --eval_mode
    ("view", pa.string()),  # complete, missing, irrelevant (only what the answer does not hang on is missing)
    ("prompt", pa.string()),
    ("goal", pa.string()),  # the question
    ("known_facts", pa.list_(pa.string())),  # sentences of what the prompt tells
    ("askable", pa.list_(OPTION)),  # mc: what is offered, in its order; else empty
    ("all_valid_qs", pa.list_(pa.list_(pa.string()))),  # mc: all smallest sets of options that settle the answer
    ("gt_qs", pa.list_(pa.string())),  # mc: one of them, drawn
    ("gt_choices", pa.list_(pa.string())),  # its letters
    ("k", pa.int8()),  # how many questions it takes; 0 where the prompt determines the answer
    ("depth", pa.int16()),  # mc: the least over `all_valid_qs` of the greatest depth of a member; else -1
    ("num_vars", pa.int16()),  # variables of the constraint problem: the quantities and the steps' results
    ("num_constraints", pa.int16()),  # the steps, each of which ties its result to what it uses
    ("entropy", pa.float32()),  # of the answer, in bits, completions equally likely
    ("expected_guesses", pa.float32()),  # mc: tries at random until a right set of k options is found; else 0
    ("answerable", pa.bool_()),  # whether the prompt alone determines the answer: the label of isambig
    ("answer", pa.string()),  # once all is told
    ("answer_kind", pa.string()),  # see problems.reading.answers
    ("style", pa.string()),  # of the response: the student's policy
    ("response", pa.string()),  # the student's first turn
    ("act", pa.string()),  # what it does: attempt, ask, abstain, assume
    ("right", pa.bool_()),  # whether the response is right: a valid question, the right label, the right answer
])
SHARD = pa.struct([
    ("shard_id", pa.int16()),  # from 1
    ("shard", pa.string()),  # its text, under the name that the public simulator reads
    ("shard_text", pa.string()),  # the same, under the name that its README has
    ("quantity", pa.string()),  # what it tells; "" of shard 1, the question with its scene
    ("is_required", pa.bool_()),  # whether the answer hangs on it with all others told; true of shard 1
])
PLAUSIBLE = pa.struct([
    ("answer", pa.string()),  # a wrong one, as it would be said
    ("shards", pa.int16()),  # it is still possible when that many are told; of a mistake: all
    ("slip", pa.string()),  # the mistake's name; "" where other values of what is not told yet make it right
])
SHARDED = pa.schema([
    ("id", pa.string()),  # hash of the full prompt and the shards
    ("item", pa.int64()),
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("task_id", pa.string()),
    ("task", pa.string()),  # of the public simulator: math (a whole number), code (a function); other
    ("shards", pa.list_(SHARD)),
    ("full_prompt", pa.string()),  # the twin that tells everything
    ("concat_prompt", pa.string()),  # shard 1, then the others as a list, in one turn
    ("required_sets", pa.list_(pa.list_(pa.string()))),  # all minimal sets of premises that determine the answer, with
    # the values that they have; empty where there are too many completions to tell
    ("determined_at_shard", pa.int16()),  # told in this order, the first that determines the answer; it is open before
    ("answer", pa.string()),
    ("answer_kind", pa.string()),  # see problems.reading.answers
    ("plausible", pa.list_(PLAUSIBLE)),
    ("reference", pa.string()),  # math: the work, then "#### " and the number; else the answer
    ("func_name", pa.string()),  # code: the function's name; else ""
    ("starter_code", pa.string()),  # code: the function's first line; else ""
    ("tests", pa.string()),  # code: JSON list of {input, output}, both JSON; else ""
    ("style", pa.string()),  # the student's policy in the item's dialogue
    ("reveal", pa.string()),  # the user's: ordered, on_question, simulator
    ("premature", pa.int16()),  # attempts in it before the answer was determined
    ("answered_at_shard", pa.int16()),  # how many shards were told at its first attempt
])
TABLES = {"missing_premise": VIEWS, "proactive": VIEWS, "sharded": SHARDED, "which_question": WHICH_QUESTION,
          "candidates": CANDIDATES, "siblings": SIBLINGS, "rollouts": ROLLOUTS, "teaching": TEACHING,
          "rewordings": REWORDINGS, "collaborative": COLLABORATIVE,
          "question_attributes": QUESTIONS, "self_play": SELF_PLAY, "skills": SKILLS,
          "self_play_replies": REPLIES, "skills_replies": SKILLS_REPLIES, "ceiling": CEILING}
_EVALUATION = "what the evaluation reads"
ABOUT = {"missing_premise": _EVALUATION, "proactive": _EVALUATION, "sharded": _EVALUATION,
         "which_question": _EVALUATION, "candidates": "what could be said at each turn, with what it is worth",
         "siblings": "conversations about one problem, with what each has brought",
         "rollouts": "what a model as the student thought and cost, with the pass rate of its group",
         "teaching": "whose words the turns of a model as the teacher are, and why its others were refused",
         "rewordings": "which turns of the exact dialogue a model has put into other words",
         "collaborative": "the same candidates with what may follow each, as CollabLLM's trainers read them",
         "question_attributes": "what each of these questions is, before any words",
         "self_play": "problems that a pool of students voted on, with the truth and what the proposer is paid",
         "self_play_replies": "what models said when they set these problems and answered them",
         "skills_replies": "what models said in each of these iterations",
         "skills": "the log of self-play, a row an iteration: tasks, verdicts, skills, edits, replay, true rates",
         "ceiling": "prompts with an answer each, and how often one can be right at best"}
