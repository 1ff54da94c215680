"""`preference` and `preference_full`: of two turns after the same words, which is the better one? No model is asked.

*feedback*: a wrong attempt, the teacher's reply to it, and a right attempt. Chosen is the right one; rejected is the
wrong one said again, as if nothing had been replied.
*sibling*: two episodes of one item that share a history and go on differently, one with a good turn and one with a bad
one (see `labels`). Each bad turn is rejected once, for the first good one whose dialogue earned no less.

Both never pair two good turns, nor two bad ones, and no text is chosen and rejected after the same history.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutelage.records.trainers import labels
from tutelage.records.trainers.columns import (
    MSG,
    MSGS,
    Bools,
    Given,
    Ints,
    Talk,
    constant,
    digits,
    histories,
    json_column,
    messages,
    quoted,
    single,
    talk_of,
    turn_ids,
)
from tutelage.talk.acts import ATTEMPTS

SCHEMA = pa.schema([
    ("id", pa.string()),  # of the chosen turn: episode, "-", number; of siblings also "-" and the other episode
    ("prompt", MSGS),  # what both turns follow
    ("chosen", MSGS),  # one message
    ("rejected", MSGS),  # one message
    ("chosen_message", MSG),
    ("rejected_message", MSG),
    ("chosen_text", pa.string()),
    ("rejected_text", pa.string()),
    ("meta", pa.string()),  # JSON: kind, chosen, rejected (ids of the episodes), turn, acts, rewards
])
FULL = pa.schema([
    ("chosen", MSGS),  # whole conversations; both are the same up to their last message
    ("rejected", MSGS),
    ("meta", pa.string()),
])
COLUMNS = ("id", "reward", *labels.COLUMNS)
FEEDBACK, SIBLING = "feedback", "sibling"


class Pairs(NamedTuple):
    """Turns of a batch, chosen and rejected; what both follow is the chosen one's history."""

    chosen: Ints
    rejected: Ints
    sibling: Ints  # 1 of siblings, 0 of feedback


def preference(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    talk = talk_of(batch)
    pairs, said = pairs_of(batch, talk), messages(talk)
    one, two = (said.take(pa.array(turns)) for turns in (pairs.chosen, pairs.rejected))
    return pa.RecordBatch.from_arrays(
        [_ids(batch, talk, pairs), histories(talk, said, pairs.chosen), single(one), single(two), one, two,
         one.field("content"), two.field("content"), _meta(batch, talk, pairs)], schema=SCHEMA)


def preference_full(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    talk = talk_of(batch)
    pairs, said = pairs_of(batch, talk), messages(talk)
    before = histories(talk, said, pairs.chosen)
    return pa.RecordBatch.from_arrays(
        [histories(talk, said, pairs.chosen, also=1), _with(before, said.take(pa.array(pairs.rejected))),
         _meta(batch, talk, pairs)], schema=FULL)


def pairs_of(batch: pa.RecordBatch, talk: Talk) -> Pairs:
    """The pairs of a batch in the order of the chosen turns, so of the items, which must stand whole in it."""
    found, (first, before) = labels.labels(batch, talk), labels.same_turns(batch, talk)
    new = first == np.arange(len(first))
    chosen = np.flatnonzero(_mended(talk, found) & new)
    good, bad = _siblings(batch, talk, found, new, before)
    better, worse = np.concatenate((chosen, good)), np.concatenate((chosen - 2, bad))
    kind = np.repeat([0, 1], [len(chosen), len(good)])
    order = np.lexsort((worse, kind, better))
    return Pairs(better[order], worse[order], kind[order])


def _mended(talk: Talk, found: Ints) -> Bools:
    """Which turns are right attempts after a reply to a wrong one."""
    tries = talk.acts(ATTEMPTS)
    wrong = tries & (found == labels.BAD)
    earlier = np.concatenate((np.zeros(2, np.bool_), wrong[:-2]))[:len(wrong)]
    mended: Bools = tries & (found == labels.GOOD) & earlier & (talk.place > 2)
    return mended


def _siblings(batch: pa.RecordBatch, talk: Talk, found: Ints, new: Bools, before: Ints) -> tuple[Ints, Ints]:
    """Good and bad turns of an item that follow the same words."""
    reward = np.asarray(batch.column("reward"))[talk.row].tolist()
    after: dict[int, tuple[list[int], list[int]]] = {}
    for turn in np.flatnonzero(new & (found != labels.NEITHER)).tolist():
        after.setdefault(int(before[turn]), ([], []))[int(found[turn] == labels.BAD)].append(turn)
    pairs = []
    for good, bad in after.values():
        for worse in bad:
            better = next((turn for turn in good if reward[turn] >= reward[worse]), None)
            if better is not None:
                pairs.append((better, worse))
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _with(lists: pa.ListArray, ends: pa.StructArray) -> pa.ListArray:
    """Each list with one more message at its end."""
    lengths = np.diff(np.asarray(lists.offsets).astype(np.int64)) + 1
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    order = np.empty(offsets[-1], np.int64)
    at_end = np.zeros(offsets[-1], np.bool_)
    at_end[offsets[1:] - 1] = True
    order[~at_end] = np.arange(offsets[-1] - len(lengths))
    order[at_end] = np.arange(len(lengths)) + offsets[-1] - len(lengths)
    both = pa.concat_arrays([lists.flatten(), ends])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), both.take(pa.array(order)))


def _ids(batch: pa.RecordBatch, talk: Talk, pairs: Pairs) -> pa.Array:
    own = turn_ids(batch, talk, pairs.chosen)
    other = pc.binary_join_element_wise(own, batch.column("id").take(pa.array(talk.row[pairs.rejected])), "-")
    return pc.if_else(pa.array(pairs.sibling == 1), other, own)


def _meta(batch: pa.RecordBatch, talk: Talk, pairs: Pairs) -> pa.Array:
    """Where a pair comes from. The turn is the number of the chosen student turn, from 1."""
    sides = [pa.array(turns) for turns in (pairs.chosen, pairs.rejected)]
    rows = [pa.array(talk.row[turns]) for turns in (pairs.chosen, pairs.rejected)]
    ids = [quoted(batch.column("id").take(row)) for row in rows]
    acts = [quoted(talk.column("act").take(side)) for side in sides]
    rewards = [digits(batch.column("reward").take(row)) for row in rows]
    size = len(pairs.chosen)
    kind = pc.if_else(pa.array(pairs.sibling == 1), constant(f'"{SIBLING}"', size, pa.string()), f'"{FEEDBACK}"')
    return json_column(size, kind=kind, chosen=ids[0], rejected=ids[1], turn=digits(talk.place[pairs.chosen] // 2 + 1),
                       chosen_act=acts[0], rejected_act=acts[1], chosen_reward=rewards[0], rejected_reward=rewards[1])
