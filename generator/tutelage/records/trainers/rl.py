"""`rl`: what the student sees first, what is right, and what an environment needs to pose just this problem again.

A row for each statement of an item whose dialogue was kept. `ground_truth` is the one private thing that a view for
trainers carries: reward functions need it, and no trainer shows it to the model. It is "" where no reply can settle the
answer and saying so is what is right.

`scenario` names the problem and holds nothing of it: recipe, seed, item, arm, and the options of the plan that are not
the usual ones, so that `building.make_item` makes the item again.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.plan import Options
from tutelage.problems import any_family
from tutelage.records.trainers import labels
from tutelage.records.trainers.columns import (
    MSGS,
    Given,
    constant,
    digits,
    histories,
    json_column,
    messages,
    quoted,
    talk_of,
)

REWARD_MODEL = pa.struct([("style", pa.string()), ("ground_truth", pa.string())])
EXTRA_INFO = pa.struct([
    ("index", pa.int64()),  # number of the item
    ("split", pa.string()),
    ("scenario_id", pa.string()),  # the row's id
    ("scenario_json", pa.string()),  # the row's scenario
])
REWARD_SPEC = pa.struct([("method", pa.string()), ("ground_truth", pa.string())])
SCHEMA = pa.schema([
    ("id", pa.string()),  # that of the episode
    ("data_source", pa.string()),  # "tutelage/" and the recipe
    ("prompt", MSGS),  # the statement, one message of the user
    ("ability", pa.string()),  # arithmetic, algebra, graphs, logic, code, rules: the family's domain
    ("reward_model", REWARD_MODEL),  # style "rule"
    ("extra_info", EXTRA_INFO),
    ("env_class", pa.string()),  # "tutelage"
    ("reward_spec", REWARD_SPEC),  # method "rule"
    ("ground_truth", pa.string()),  # the right answer as said; ""
    ("agent_name", pa.string()),  # "tutelage"
    ("dataset", pa.string()),  # "tutelage"
    ("scenario", pa.string()),  # JSON: recipe, seed, item, arm, options
    ("max_turns", pa.int64()),  # student turns at most
])
COLUMNS = ("id", "recipe", "arm", "seed", "item", "family", "view", "max_turns", "turns.role", "turns.text",
           "private.answer", "private.view")
NAME = "tutelage"
WITHHELD = ("swapped", "unanswerable")  # views that no reply can settle
ASKED_LABEL = '"task": "ambiguous"'  # in a view's JSON: whether something is missing is what is asked for


def rl(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    talk = talk_of(batch)
    first, _ = labels.same_turns(batch, talk)
    rows = np.flatnonzero(first[talk.starts[:-1]] == talk.starts[:-1])
    said = histories(talk, messages(talk), talk.starts[:-1][rows], also=1)
    batch = batch.take(pa.array(rows))
    size, ids = len(rows), batch.column("id")
    scenario = _scenario(batch, given.options)
    truth = _truth(batch)
    families = batch.column("family").dictionary_encode()
    domains = pa.array([any_family(name).domain for name in families.dictionary.to_pylist()], pa.string())
    rule, name = constant("rule", size, pa.string()), constant(NAME, size, pa.string())
    extra = [batch.column("item"), constant(given.split, size, pa.string()), ids, scenario]
    return pa.RecordBatch.from_arrays([
        ids, pc.binary_join_element_wise(f"{NAME}/", batch.column("recipe"), ""), said, domains.take(families.indices),
        pa.StructArray.from_arrays([rule, truth], fields=list(REWARD_MODEL)),
        pa.StructArray.from_arrays(extra, fields=list(EXTRA_INFO)), name,
        pa.StructArray.from_arrays([rule, truth], fields=list(REWARD_SPEC)), truth, name, name, scenario,
        pc.cast(batch.column("max_turns"), pa.int64())], schema=SCHEMA)


def _truth(batch: pa.RecordBatch) -> pa.Array:
    """The answer; "" where what is right is to say that there is none."""
    private, label = batch.column("private"), batch.column("view")
    labelled = pc.match_substring(private.field("view"), ASKED_LABEL)
    withheld = pc.or_(pc.is_in(label, value_set=pa.array(WITHHELD)), pc.and_(pc.equal(label, "missing"), labelled))
    return pc.if_else(withheld, "", private.field("answer"))


def _scenario(batch: pa.RecordBatch, options: Options) -> pa.Array:
    usual = asdict(Options())
    unusual = {name: value for name, value in asdict(options).items() if value != usual[name]}
    size = batch.num_rows
    return json_column(size, recipe=quoted(batch.column("recipe")), seed=digits(batch.column("seed")),
                       item=digits(batch.column("item")), arm=quoted(batch.column("arm")),
                       options=constant(json.dumps(unusual, ensure_ascii=False), size, pa.string()))
