"""`skills`: the log of self-play in contexts, a row an iteration (Ctx2Skill's names where it has some).

Skill sets stand in the row before and after, so a row can be read alone; lists by version hold a figure for each
version so far: version v is the Reasoner's skill set after iteration v, version 0 the empty one.
"""

from __future__ import annotations

import pyarrow as pa

SKILL = pa.struct([
    ("name", pa.string()),
    ("description", pa.string()),  # its words
    ("rules", pa.list_(pa.string())),  # ids of the rules that it is about, the newest last
    ("when", pa.list_(pa.string())),  # rules that must all come up for it to be applied; empty: always
])
EDIT = pa.struct([
    ("op", pa.string()),  # add, merge
    ("target", pa.string()),  # name of the skill that is added, or merged into
    ("description", pa.string()),  # its whole text afterwards
    ("justification", pa.string()),
    ("rules", pa.list_(pa.string())),  # what it is about afterwards
    ("when", pa.list_(pa.string())),
])
RUBRIC = pa.struct([
    ("rule", pa.string()),  # id of the rule that has to be applied rightly; "" for the answer
    ("requirement", pa.string()),
    ("expected", pa.string()),  # the line as it has to be; of the answer, the answer
    ("mistaken", pa.string()),  # the line as the misreading has it; "" of the answer
])
TASK_RESULT = pa.struct([
    ("task_idx", pa.int16()),  # from 0
    ("level", pa.int8()),
    ("problem", pa.string()),  # JSON, enough to pose it again; its statement is the first turn of the episode
    ("aim", pa.list_(pa.string())),  # rules that the Challenger meant it to need; empty where it was free
    ("needs", pa.list_(pa.string())),  # rules that its answer hangs on, in the order of the work
    ("statement", pa.string()),  # with the rulebook
    ("question", pa.string()),  # its last sentence: what is asked
    ("answer", pa.string()),  # the Reasoner's, with its work
    ("rubrics", pa.list_(RUBRIC)),
    ("requirement_status", pa.list_(pa.bool_())),  # of each rubric
    ("judge_score", pa.int8()),  # 1 iff all requirements are met
    ("judge_rationale", pa.string()),
    ("broken", pa.string()),  # rule of the first requirement that isn't met; ""
])
PROBE = pa.struct([
    ("side", pa.string()),  # hard, easy
    ("iteration", pa.int16()),  # that it comes from
    ("task_idx", pa.int16()),
    ("needs", pa.list_(pa.string())),
    ("solved", pa.list_(pa.bool_())),  # by each version
])
SKILLS = pa.schema([
    ("id", pa.string()),  # "<context_id>-<iteration>"
    ("item", pa.int64()),
    ("context_id", pa.string()),  # hash of the rulebook and the seed
    ("iteration", pa.int16()),  # from 1
    ("iterations", pa.int16()),  # of the context
    ("family", pa.string()),
    ("levels", pa.list_(pa.int8())),  # of the tasks
    ("structure", pa.string()),  # that of the episode which brings the row
    ("book", pa.string()),  # JSON
    ("context", pa.string()),  # the rulebook in words
    ("grasp", pa.list_(pa.string())),  # rules that the Reasoner applies rightly without any skill
    ("budget", pa.int16()),  # words of skills that it heeds
    ("task_results", pa.list_(TASK_RESULT)),
    ("reasoner_before", pa.list_(SKILL)),
    ("reasoner_after", pa.list_(SKILL)),
    ("challenger_before", pa.list_(SKILL)),
    ("challenger_after", pa.list_(SKILL)),
    ("reasoner_edits", pa.list_(EDIT)),
    ("challenger_edits", pa.list_(EDIT)),
    ("probes", pa.list_(PROBE)),  # all so far
    ("rho_hard", pa.list_(pa.float32())),  # by version
    ("rho_easy", pa.list_(pa.float32())),
    ("chosen", pa.int16()),  # the version that replay chooses
    ("heldout", pa.list_(pa.float32())),  # by version: the true rate on held-out tasks of the same book
    ("heldout_tasks", pa.int16()),  # how many
    ("regret", pa.float32()),  # the best true rate so far, less that of the chosen version
    ("seed", pa.int64()),  # the context follows from it
])
