"""`pairs`, `weighted` and `best`: what could be said at a turn, as trainers read it. Made from `candidates`.

*pairs*: a rejected candidate, and the one that the recipe prefers to it after the same words, with both scores.
*weighted*: every candidate with its score, how far that is above the mean of its turn, and exp of that: the weight of
advantage-weighted regression (Peng et al. 2019, arXiv 1910.00177 eq. 10) at a temperature of 1; raise it to 1/β for
another.
*best*: the candidate of the highest score at each turn, the first of equals, as a conversation whose last message
carries the loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.schema import MESSAGE, SFT
from tutelage.records.trainers.columns import MSG, MSGS, Given, Ints, digits, json_column, mask, quoted, single

PAIRS = pa.schema([
    ("id", pa.string()),  # of the rejected candidate
    ("prompt", MSGS),  # what both follow
    ("chosen", MSGS),  # one message
    ("rejected", MSGS),  # one message
    ("score_chosen", pa.float32()),
    ("score_rejected", pa.float32()),
    ("meta", pa.string()),  # JSON: recipe, conv, turn, chosen and rejected (kinds), note
])
WEIGHTED = pa.schema([
    ("id", pa.string()),
    ("prompt", MSGS),
    ("completion", MSGS),  # one message
    ("score", pa.float32()),
    ("advantage", pa.float32()),  # score - mean score of the candidates at that turn
    ("weight", pa.float32()),  # exp(advantage)
    ("meta", pa.string()),  # JSON: recipe, conv, turn, kind, act
])
COLUMNS = ("id", "recipe", "conv", "turn", "number", "kind", "act", "prompt", "completion", "score", "pair", "side",
           "note")
Floats = np.ndarray[Any, np.dtype[np.float64]]


def pairs(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    worse = np.flatnonzero(mask(pc.equal(batch.column("side"), "rejected")))
    firsts, number, pair = _turns(batch), _ints(batch, "number"), _ints(batch, "pair")
    place = {(int(turn), int(n)): row for row, (turn, n) in enumerate(zip(firsts, number, strict=True))}
    better = np.array([place[int(firsts[row]), int(pair[row])] for row in worse], np.int64)
    one, two = batch.take(pa.array(better)), batch.take(pa.array(worse))
    meta = json_column(len(worse), recipe=quoted(two.column("recipe")), conv=quoted(two.column("conv")),
                       turn=digits(two.column("turn")), chosen=quoted(one.column("kind")),
                       rejected=quoted(two.column("kind")), note=quoted(two.column("note")))
    return pa.RecordBatch.from_arrays(
        [two.column("id"), _prompt(two), _reply(one), _reply(two), one.column("score"), two.column("score"), meta],
        schema=PAIRS)


def weighted(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    score, firsts = _scores(batch), _turns(batch)
    sums = np.bincount(firsts, score, minlength=len(score))[firsts]
    sizes = np.bincount(firsts, minlength=len(score))[firsts]
    advantage = score - sums / np.maximum(sizes, 1)
    return pa.RecordBatch.from_arrays(
        [batch.column("id"), _prompt(batch), _reply(batch), batch.column("score"), _float32(advantage),
         _float32(np.exp(advantage)), _meta(batch)], schema=WEIGHTED)


def best(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    order = np.lexsort((np.arange(batch.num_rows), -_scores(batch), firsts := _turns(batch)))
    top = order[np.concatenate(([True], np.diff(firsts[order]) > 0))] if len(order) else order
    chosen = batch.take(pa.array(np.sort(top)))
    return pa.RecordBatch.from_arrays([chosen.column("id"), _conversations(chosen), _meta(chosen)], schema=SFT)


def _turns(batch: pa.RecordBatch) -> Ints:
    """For each row the first row of its turn. Candidates at one turn stand together."""
    conv, turn = batch.column("conv").dictionary_encode().indices.to_numpy(), _ints(batch, "turn")
    new = np.ones(batch.num_rows, np.bool_)
    new[1:] = (np.diff(conv) != 0) | (np.diff(turn) != 0)
    first: Ints = np.maximum.accumulate(np.where(new, np.arange(batch.num_rows), 0))
    return first


def _conversations(rows: pa.RecordBatch) -> pa.ListArray:
    """What was said and the candidate, as messages; the candidate's alone carries the loss."""
    before = _prompt(rows)
    lengths = np.diff(np.asarray(before.offsets).astype(np.int64)) + 1
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    last = np.zeros(offsets[-1], np.bool_)
    last[offsets[1:] - 1] = True
    flat, said = before.flatten(), _messages(rows)
    order = np.empty(offsets[-1], np.int64)
    order[~last], order[last] = np.arange(len(flat)), len(flat) + np.arange(len(said))
    both = pa.concat_arrays([flat, said]).take(pa.array(order))
    marked = pa.StructArray.from_arrays([both.field("role"), both.field("content"), pa.array(last)],
                                        fields=list(MESSAGE))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), marked)


def _prompt(rows: pa.RecordBatch) -> pa.ListArray:
    lists = rows.column("prompt")
    flat = lists.flatten()
    offsets = np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy())))
    said = pa.StructArray.from_arrays([flat.field("role"), flat.field("content")], fields=list(MSG))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), said)


def _messages(rows: pa.RecordBatch) -> pa.StructArray:
    role = pa.repeat(pa.scalar("assistant"), rows.num_rows)
    return pa.StructArray.from_arrays([role, rows.column("completion")], fields=list(MSG))


def _reply(rows: pa.RecordBatch) -> pa.ListArray:
    return single(_messages(rows))


def _meta(rows: pa.RecordBatch) -> pa.Array:
    return json_column(rows.num_rows, recipe=quoted(rows.column("recipe")), conv=quoted(rows.column("conv")),
                       turn=digits(rows.column("turn")), kind=quoted(rows.column("kind")),
                       act=quoted(rows.column("act")))


def _ints(batch: pa.RecordBatch, name: str) -> Ints:
    column: Ints = batch.column(name).to_numpy().astype(np.int64)
    return column


def _scores(batch: pa.RecordBatch) -> Floats:
    column: Floats = batch.column("score").to_numpy().astype(np.float64)
    return column


def _float32(values: Floats) -> pa.Array:
    return pa.array(values.astype(np.float32))
