"""The siblings of an item as rows: a row a conversation, and a row for each question after each history.

Siblings that have asked alike have the same words up to there. So a question that several of them ask after the same
history is one row of `candidates`, and questions that stand after one history are what can be compared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import exp, fsum
from typing import Any, NamedTuple

from tutelage.problems.family import to_json
from tutelage.talk import candidates as say
from tutelage.talk.case import Case
from tutelage.talk.closing import Closing
from tutelage.talk.siblings import Plan, Scene
from tutelage.values import Turn, Value

TIE = 0.01  # normalised; questions whose credits differ by less make no pair
NO_WORSE = "no worse one"  # note of the best question where it stands in no pair
ROLES = {"teacher": "user", "student": "assistant"}
ATTRIBUTES = ("relevance", "focus", "answerability", "clarity", "accuracy", "avoid_bias")
NOT_COMPUTED = {"attributes": dict.fromkeys(ATTRIBUTES, -1.0), "luck": 0.0,
                **dict.fromkeys(("mr_belief", "mr_mc", "mr_mc_se", "mr_realised", "cost"), -1.0)}
Row = dict[str, Any]


class Sibling(NamedTuple):
    """A conversation of an item."""

    id: str  # of its episode
    policy: str
    plan: Plan
    drawn: int
    turns: Sequence[Turn]
    closing: Closing
    told: frozenset[str]  # hidden quantities that it was told
    control: Sequence[Turn]  # the same questions to another user

    @property
    def asked(self) -> int:
        """Things that it asks for, those that it could know among them."""
        return sum(map(len, self.plan))

    def words(self, case: Case) -> int:
        """Words of its questions, worked lines apart."""
        return sum([say.words_in(say.without_work(case, turn.text)) for turn in self.turns[1:-1:2]])


class Other(NamedTuple):
    """Another user: what is hidden has other values for them."""

    values: dict[str, Value]


def told_before(scene: Scene, plan: Plan, number: int) -> frozenset[str]:
    """The hidden quantities that are told before a question of a plan, questions counted from 0."""
    return frozenset([name for names in plan[:number] for name in names if name not in scene.case.known])


def ranked(scene: Scene, siblings: Sequence[Sibling]) -> list[int]:
    """The numbers of the siblings, the best first: by what they know in the end, and of equals those that ask for fewer
    things, then in fewer turns, then in fewer words."""
    def key(number: int) -> tuple[Fraction, int, int, int]:
        each = siblings[number]
        return -scene.credit.right(each.told), each.asked, len(each.plan), each.words(scene.case)

    return sorted(range(len(siblings)), key=key)


def sibling_rows(base: Row, scene: Scene, siblings: Sequence[Sibling], order: Sequence[int], other: Other,
                 ids: dict[Plan, str]) -> list[Row]:
    """The rows of `siblings`, the best first; `ids` are those of their questions, by the plan up to there."""
    credit = scene.credit
    scores = [credit.normalised(each.told) for each in siblings]
    mean, total = fsum(scores) / len(scores), fsum(map(exp, scores))
    values = json.dumps({name: to_json(value) for name, value in other.values.items()}, ensure_ascii=False)
    rows = []
    for rank, number in enumerate(order, start=1):
        each, score = siblings[number], scores[number]
        befores = [told_before(scene, each.plan, n) for n in range(len(each.plan) + 1)]
        steps = list(zip(befores, each.plan, strict=False))
        rows.append({
            **base, "conv": each.id, "policy": each.policy, "siblings": len(siblings), "drawn": each.drawn,
            "messages": messages(each.turns), "acts": [turn.act.kind for turn in each.turns],
            "answers": [turn.act.answer for turn in each.turns], "asked": [[*names] for names in each.plan],
            "kinds": [scene.kind(names, told) for told, names in steps],
            "candidates": [ids[each.plan[:n + 1]] for n in range(len(each.plan))],
            "credits": [credit.of(told, names) for told, names in steps],
            "gains": [credit.gain(told, names) for told, names in steps],
            "controls": [credit.shuffled_bits(then) - credit.shuffled_bits(told)
                         for told, then in pairwise(befores)],
            "ending": each.closing.ending, "possible": [*each.closing.names], "reward": int(each.turns[-1].correct),
            "p_before": float(credit.before), "p": float(credit.right(each.told)),
            "p_shuffled": float(credit.shuffled(each.told)), "r_before": credit.bits(()), "r": credit.bits(each.told),
            "r_shuffled": credit.shuffled_bits(each.told), "score": score, "score_control": credit.control(each.told),
            "excess": credit.excess(each.told), "rank": rank, "top": rank == 1, "advantage": score - mean,
            "weight": exp(score) / total, "other": values,
            "p_other": float(credit.as_heard_from(other.values, each.told)), "control": messages(each.control)})
    return rows


def candidate_rows(base: Row, scene: Scene, siblings: Sequence[Sibling], order: Sequence[int]) -> list[Row]:
    """The rows of `candidates`: for each history the questions that siblings go on with.

    A history belongs to the best sibling that goes on after it; its rows stand under that sibling's id.
    """
    rows = list[Row]()
    seen = set[Plan]()
    for number in order:
        owner = siblings[number]
        for turn in range(len(owner.plan)):
            if (history := owner.plan[:turn]) not in seen:
                seen.add(history)
                rows += _at_turn(base, scene, siblings, owner, history)
    return rows


def _at_turn(base: Row, scene: Scene, siblings: Sequence[Sibling], owner: Sibling, history: Plan) -> list[Row]:
    """What is asked after a history, in the order in which the siblings were drawn."""
    turn, credit = len(history), scene.credit
    asked = dict[tuple[str, ...], Sibling]()
    for each in siblings:
        if each.plan[:turn] == history and len(each.plan) > turn:
            asked.setdefault(each.plan[turn], each)
    told = told_before(scene, owner.plan, turn)
    prompt = messages(owner.turns[:2 * turn + 1])
    known = [name for name in scene.case.problem.values if name in scene.case.known or name in told]
    rows = []
    for number, (names, each) in enumerate(asked.items()):
        said, then = each.turns[2 * turn + 1], {*told, *names}
        rows.append({
            **base, **NOT_COMPUTED, "id": f"{owner.id}-{turn + 1}-{number}", "conv": owner.id, "turn": turn + 1,
            "number": number, "kind": scene.kind(names, told), "played": owner.plan[turn] == names,
            "policy": each.policy, "prompt": prompt, "completion": said.text, "act": said.act.kind,
            "target": said.act.target, "also": [*said.act.also], "form": "open", "answer": "", "told": known,
            "entropy": credit.gain(told, scene.case.problem.values), "ig_bits": credit.gain(told, names),
            "score": credit.normalised(then) - credit.normalised(told),
            "score_control": credit.control(then) - credit.control(told)})
    for row, (pair, side, note) in zip(rows, paired(rows), strict=True):
        row |= {"pair": pair, "side": side, "note": note}
    return rows


def paired(rows: Sequence[Row]) -> list[tuple[int, str, str]]:
    """For each question after a history its pair, its side and a note.

    Preferred is the question that could be expected to bring most, of equals that which brought most; rejected are
    those that brought less by `TIE`. So none is preferred for its luck, and none for nothing.
    """
    best = max(rows, key=lambda row: (row["ig_bits"], row["score"], -len(row["also"]), -row["number"]))
    gaps = [best["score"] - row["score"] for row in rows]
    some = any(gap >= TIE for gap in gaps)
    out = []
    for row, gap in zip(rows, gaps, strict=True):
        if row is best:
            out.append((best["number"], "chosen", "") if some else (-1, "", NO_WORSE))
        elif gap >= TIE:
            out.append((best["number"], "rejected", f"gap {gap:.4f}"))
        else:
            what = "tie" if gap > -TIE else "lucky: it could be expected to bring less"
            out.append((-1, "", f"{what}, gap to {best['number']} {gap:.4f}"))
    return out


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"role": ROLES[turn.role], "content": turn.text} for turn in turns]
