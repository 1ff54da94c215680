"""A good question and what the operators make of it, at one turn of a dialogue: the rows of `question_attributes`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tutelage.draws import Draws, stream
from tutelage.problems.family import to_json
from tutelage.records.episode import Tables
from tutelage.talk.acts import ASK, Voice
from tutelage.talk.case import Case
from tutelage.talk.operators import OPERATORS, Operator, Verdict, judge, recallable
from tutelage.talk.phrasing import render
from tutelage.talk.questions import NAMES, Attributes, Question, Scene, score
from tutelage.talk.references import fits
from tutelage.values import Turn

GOOD = "good"
RECALLS = 0.5  # share of the good questions that recall a told premise, rightly
SEEDS = 1 << 62  # seeds of candidates are below
ROLES = ("user", "assistant")


class Made(NamedTuple):
    """A question with its words and its worth."""

    kind: str  # GOOD, or the operator's name
    question: Question
    text: str
    worth: Attributes
    verdict: Verdict  # of the pair with the good one; of that whether it stands in any
    seed: int  # of what was drawn for it


def good_question(scene: Scene, target: str, seed: int) -> Question:
    """A question for the target that nothing is wrong with; it may recall what was told."""
    draws = stream(seed, GOOD)
    question = Question((target,), phrasing=draws.below(SEEDS))
    name = recallable(scene, question, draws, near=True) if draws.chance(RECALLS) else None
    if name is None:
        return question
    return question._replace(presuppositions=((name, scene.case.problem.quantity(name).value),))


def spoilt(scene: Scene, good: Question, operator: Operator, seed: int) -> Question | None:
    """What the operator makes of the good question; None where it can't make anything."""
    return operator.make(scene, good, stream(seed, operator.name))


def candidates(scene: Scene, target: str, wanted: Sequence[str], voice: Voice, draws: Draws,
               *, later: bool) -> list[Made]:
    """The good question for the target, and what the operators of the wanted attributes (none: all) make of it.

    `later`: others were asked before it.
    """
    seed, case = draws.below(SEEDS), scene.case
    good = good_question(scene, target, seed)
    worth, made = score(scene, good), list[Made]()
    for operator in OPERATORS:
        if wanted and operator.attribute not in wanted:
            continue
        own = draws.below(SEEDS)
        if (question := spoilt(scene, good, operator, own)) is not None:
            less = score(scene, question)
            made.append(Made(operator.name, question, render(case, question, voice, later=later), less,
                             judge(operator.attribute, worth, less), own))
    paired = any(each.verdict.accepted for each in made)
    return [Made(GOOD, good, render(case, good, voice, later=later), worth, Verdict(paired, ""), seed), *made]


def value_of(worth: Attributes) -> float:
    """What is stored as a candidate's score: the mean of its six attributes."""
    return sum(worth) / len(worth)


def tables(head: Mapping[str, Any], scene: Scene, turns: Sequence[Turn], turn: int, made: Sequence[Made],
           played: Mapping[str, Any]) -> Tables:
    """The rows of both tables. `head` holds the columns that they share, `turns` those before the candidates, `turn` is
    the number of the student's turn that they could be; `played` names conversation, policy and user."""
    prompt = [{"role": ROLES[place % 2], "content": said.text} for place, said in enumerate(turns)]
    told = [q.name for q in scene.case.problem.quantities if q.name not in scene.open]
    shared = {"turn": turn, "prompt": prompt, "told": told, "entropy": scene.entropy, **_NOT_COMPUTED, **played}
    rows, typed = [], []
    for number, each in enumerate(made):
        name = f"{played['conv']}-{turn}-{number}"
        rows.append({"id": name, **head, **shared, **_candidate(scene, each, number)})
        typed.append({"id": name, **{key: head[key] for key in _TYPED_HEAD}, "prompt": prompt, "completion": each.text,
                      **typed_fields(scene.case, each.kind, each.question), **_moves(each, made[0])})
    return {"candidates": rows, "question_attributes": typed}


_TYPED_HEAD = ("item", "family", "level", "structure", "source")
_NOT_COMPUTED: dict[str, Any] = {"act": ASK, "answer": "", "mr_belief": -1.0, "mr_mc": -1.0, "mr_mc_se": -1.0,
                                 "mr_realised": -1.0, "luck": 0.0, "cost": -1.0, "score_control": -1.0}


def _candidate(scene: Scene, made: Made, number: int) -> dict[str, Any]:
    question, accepted = made.question, made.verdict.accepted
    return {
        "number": number, "kind": made.kind, "played": not number, "completion": made.text,
        "target": question.targets[0], "also": list(question.targets[1:]), "form": question.form,
        "ig_bits": scene.worth(question.targets), "attributes": made.worth._asdict(),
        "score": value_of(made.worth), "pair": 0 if accepted else -1,
        "side": "" if not accepted else "rejected" if number else "chosen", "note": made.verdict.note,
        "seed": made.seed,
    }


def typed_fields(case: Case, kind: str, question: Question) -> dict[str, Any]:
    """The columns that say what a question is."""
    operator = next((each for each in OPERATORS if each.name == kind), None)
    return {
        "kind": kind, "attribute": operator.attribute if operator else "", "field": operator.field if operator else "",
        "targets": list(question.targets), "form": question.form,
        "value_guess": [json.dumps(to_json(value), ensure_ascii=False) for value in question.value_guess],
        "presuppositions": [{"name": name, "value": json.dumps(to_json(value), ensure_ascii=False)}
                            for name, value in question.presuppositions],
        "asks_for": question.asks_for, "phrasing": question.phrasing,
        "fits": list(fits(case.problem, question.asks_for) if question.asks_for else question.targets),
    }


def _moves(made: Made, good: Made) -> dict[str, Any]:
    """How far the operator's attribute falls, and how far another one moves at most."""
    own = next((each.attribute for each in OPERATORS if each.name == made.kind), "")
    moved = {name: one - two for name, one, two in zip(NAMES, good.worth, made.worth, strict=True)}
    return {"fall": moved[own] if own else 0.0, "accepted": made.verdict.accepted,
            "stray": max([abs(value) for name, value in moved.items() if name != own])}
