"""Rows of `question_attributes`: each question is made again from its seed, and its attributes are found another way.

The attributes follow from the typed fields and from the completions: each is solved by itself, each result worked in
each of them, and information is summed as a divergence in exact fractions, where the maker counts entropies. The
acceptance of a pair is decided again from these.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import fsum, log2, prod
from typing import Any, NamedTuple

from tutelage.checking.episodes import Again
from tutelage.checking.labels import CLOSE, MOST_PROVED, Row, completions, same
from tutelage.errors import NoAnswer, UsageError
from tutelage.problems.family import from_json
from tutelage.recipes.question_attributes import scene_after
from tutelage.recipes.spoiling import GOOD, good_question, spoilt, typed_fields
from tutelage.talk.acts import STUDENT_VOICES
from tutelage.talk.operators import LEAST, MOST, OPERATORS, SLACK
from tutelage.talk.phrasing import render
from tutelage.talk.questions import ACQUIESCENCE, ANSWER, NAMES, Question, Scene
from tutelage.talk.references import kinds_of
from tutelage.values import Problem, Value

RowFaults = Iterator[tuple[int, str, str]]
Pairs = Mapping[tuple[Any, Any], Fraction]
Worlds = Sequence[tuple[Mapping[str, Value], Value]]


class Side(NamedTuple):
    """What follows from the attributes of a pair: the side of the spoilt question, and how far attributes moved."""

    side: str
    note: str
    fall: float
    stray: float


def candidate_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of an episode's rows in `candidates`."""
    try:
        scene, questions = _remade(rows, found)
        worlds = worlds_of(scene)
        worth = [attributes(scene, worlds, question) for question in questions]
    except _UNREADABLE as error:
        yield -1, "row", f"the questions can't be made again: {error}"
        return
    if found.turns[2 * rows[0]["turn"] - 1].text != rows[0]["completion"]:
        yield 0, "row", "the episode does not go on with the good question"
    sides = [side_of(row["kind"], worth[0], each) for row, each in zip(rows, worth, strict=True)]
    paired = any(each.side for each in sides)
    entropy = fsum([p * log2(1 / p) for p in _shares([answer for _, answer in worlds]).values()])
    for place, (row, question) in enumerate(zip(rows, questions, strict=True)):
        side = sides[place].side if place else "chosen" * paired
        due = {**_heading(row, episode, found, place), "completion": _words(episode, found, row["turn"], question),
               "target": question.targets[0], "also": list(question.targets[1:]), "form": question.form,
               "entropy": entropy, "ig_bits": worth[place]["relevance"] * entropy, "attributes": worth[place],
               "score": sum(worth[place].values()) / len(NAMES), "pair": 0 if side else -1, "side": side,
               "note": sides[place].note, "told": _told(scene)}
        for column, value in due.items():
            if not same(row[column], value):
                yield place, "label", f"{column} is {row[column]!r}, derived {value!r}"


def question_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of an episode's rows in `question_attributes`: what each question is, and how it compares."""
    first = rows[0]["id"].split("-")
    if len(first) != 3 or not first[1].isdecimal():
        yield 0, "id", f"{rows[0]['id']!r} is not that of a candidate"
        return
    turn = int(first[1])
    if not 0 < 2 * turn < len(found.turns):
        yield 0, "id", f"there is no student turn {turn} with a reply"
        return
    try:
        scene = _scene(found, turn)
    except _UNREADABLE as error:
        yield -1, "row", f"there is nothing to ask for: {error}"
        return
    worlds, best, good, accepted = worlds_of(scene), dict[str, float](), Question(()), list[bool]()
    for place, row in enumerate(rows):
        try:
            question = read_question(row)
            worth = attributes(scene, worlds, question)
        except _UNREADABLE as error:
            yield place, "label", f"is no question about the problem: {error}"
            if not place:
                return
            continue
        if not place:
            best, good = worth, question
        side = side_of(row["kind"], best, worth)
        due = {"id": f"{episode['id']}-{turn}-{place}", **{key: episode[key] for key in _SHARED}, "fall": side.fall,
               "stray": side.stray, "prompt": _prompt(found, turn), **typed_fields(found.case, row["kind"], question),
               "completion": _words(episode, found, turn, question)}
        accepted.append(bool(side.side))
        if place:
            due["accepted"] = accepted[-1]
        for column, value in due.items():
            if not same(row[column], value):
                yield place, "label", f"{column} is {row[column]!r}, derived {value!r}"
        if place and (changed := _changed(good, question)) != [row["field"]]:
            yield place, "label", f"differs from the good question in {changed}, not in {row['field']!r} alone"
        if not place and row["kind"] != GOOD:
            yield place, "label", f"the first question is {row['kind']!r}, not {GOOD!r}"
    if rows[0]["accepted"] != any(accepted):
        yield 0, "label", f"accepted is {rows[0]['accepted']}; {sum(accepted)} pairs are"


_UNREADABLE = (UsageError, KeyError, ValueError, TypeError, AttributeError, ZeroDivisionError, StopIteration)
_SHARED = ("item", "family", "level", "structure", "source")


def _changed(good: Question, question: Question) -> list[str]:
    return [name for name, one, two in zip(Question._fields, good, question, strict=True) if one != two]


def read_question(row: Row) -> Question:
    """The typed question of a row. Raises ValueError for values that can't be read."""
    return Question(tuple(row["targets"]), tuple([from_json(json.loads(text)) for text in row["value_guess"]]),
                    tuple([(each["name"], from_json(json.loads(each["value"]))) for each in row["presuppositions"]]),
                    row["asks_for"], row["phrasing"])


def _remade(rows: Sequence[Row], found: Again) -> tuple[Scene, list[Question]]:
    """Where the candidates stand, and each question made again from its seed. Raises ValueError where they can't be."""
    turn = rows[0]["turn"]
    if not 0 < 2 * turn < len(found.turns) or [row["number"] for row in rows] != list(range(len(rows))):
        raise ValueError(f"student turn {turn} has no reply, or its candidates are not counted from 0")
    if rows[0]["kind"] != GOOD:
        raise ValueError(f"the first candidate is {rows[0]['kind']!r}, not {GOOD!r}")
    scene, makers = _scene(found, turn), {operator.name: operator for operator in OPERATORS}
    questions = [good_question(scene, found.turns[2 * turn - 1].act.target, rows[0]["seed"])]
    for row in rows[1:]:
        made = spoilt(scene, questions[0], makers[row["kind"]], row["seed"]) if row["kind"] in makers else None
        if made is None:
            raise ValueError(f"no operator {row['kind']!r} makes a question here")
        questions.append(made)
    return scene, questions


def _scene(found: Again, turn: int) -> Scene:
    if found.table is None:
        raise ValueError("the statement lacks nothing")
    return scene_after(found.case, found.table, [said.act.target for said in found.turns[1:2 * turn - 1:2]])


def _told(scene: Scene) -> list[str]:
    return [q.name for q in scene.case.problem.quantities if q.name not in scene.open]


def _words(episode: Row, found: Again, turn: int, question: Question) -> str:
    voice = next((each for each in STUDENT_VOICES if each.name == episode["student_voice"]), STUDENT_VOICES[0])
    return render(found.case, question, voice, later=turn > 1)


def _prompt(found: Again, turn: int) -> list[dict[str, str]]:
    roles = ("user", "assistant")
    return [{"role": roles[number % 2], "content": said.text} for number, said in enumerate(found.turns[:2 * turn - 1])]


def _heading(row: Row, episode: Row, found: Again, place: int) -> dict[str, Any]:
    turn = row["turn"]
    return {"id": f"{episode['id']}-{turn}-{place}", "conv": episode["id"], "played": not place, "act": "ask",
            "policy": episode["student"], "user": episode["teacher"], "recipe": episode["recipe"], "answer": "",
            **{key: episode[key] for key in _SHARED}, "prompt": _prompt(found, turn)}


# --- the attributes, another way --------------------------------------------------------------------------------------


def worlds_of(scene: Scene) -> Worlds:
    """The completions of what is open, with their answers: each solved by itself where there are not too many."""
    names, problem = scene.table.hidden, scene.case.problem
    if prod(map(len, scene.table.domains)) > MOST_PROVED:
        return [(dict(zip(names, values, strict=True)), answer) for values, answer in scene.table.rows]
    domains = dict(zip(names, scene.table.domains, strict=True))
    found = completions(scene.case.family, problem, domains)
    return [(dict(zip(names, values, strict=True)), answer) for values, answer in found]


def attributes(scene: Scene, worlds: Worlds, question: Question) -> dict[str, float]:
    """All six from the typed fields. Raises KeyError for a target or premise that the problem does not have."""
    problem, view = scene.case.problem, scene.case.view
    premises = problem.values
    known = set(premises) - (view.unknowable if view else frozenset())
    replies = [tuple([_reply(scene, values, answer, name) for name in question.targets]) for values, answer in worlds]
    answers = [answer for _, answer in worlds]
    honest = _divergence(_joint(replies, answers, (), Fraction(0)))
    open_bits = _divergence(_joint(answers, answers, (), Fraction(0)))
    polite = _divergence(_joint(replies, answers, question.value_guess, Fraction(ACQUIESCENCE)))
    taken = [premises[name] == value for name, value in question.presuppositions]
    return {
        "relevance": honest / open_bits if open_bits else 0.0, "focus": 1 / len(set(question.targets)),
        "answerability": len([name for name in question.targets if name in known]) / len(question.targets),
        "clarity": _clarity(problem, question), "accuracy": taken.count(True) / len(taken) if taken else 1.0,
        "avoid_bias": polite / honest if question.value_guess and honest > CLOSE else 1.0,
    }


def _clarity(problem: Problem, question: Question) -> float:
    if not question.asks_for:
        return 1.0
    matching = {quantity.name for quantity in problem.quantities if question.asks_for in kinds_of(problem, quantity)}
    return len(matching & set(question.targets)) / len(matching) if matching else 0.0


def _reply(scene: Scene, values: Mapping[str, Value], answer: Value, name: str) -> Any:
    """What a target would be answered with in one completion."""
    if name == ANSWER:
        return answer
    if not name.startswith(ANSWER):
        return values[name] if name in values else scene.case.problem.values[name]
    case = scene.case
    try:
        work = case.family.work(case.family.pose(case.problem.structure, {**case.problem.values, **values},
                                                 case.problem.level))
    except NoAnswer:
        return None
    return {step.name: step.value for step in work.steps}[name.removeprefix(ANSWER)]


def _joint(replies: Sequence[Any], answers: Sequence[Value], guess: Sequence[Value], polite: Fraction) -> Pairs:
    """How likely each pair of a reply and an answer is, of a user who agrees with a guess this often in any world."""
    shares, each = defaultdict[tuple[Any, Any], Fraction](Fraction), Fraction(1, len(answers))
    honest = 1 - polite if guess else Fraction(1)
    for reply, answer in zip(replies, answers, strict=True):
        shares[reply, answer] += honest * each
    for (reply, answer), value in product(zip(replies, answers, strict=True), guess):
        shares[(value, *reply[1:]), answer] += polite * each / len(guess)
    return shares


def _divergence(joint: Pairs) -> float:
    """Mutual information in bits: how far the pairs are from what independent ones would be."""
    first, second = defaultdict[Any, Fraction](Fraction), defaultdict[Any, Fraction](Fraction)
    for (one, two), share in joint.items():
        first[one] += share
        second[two] += share
    return fsum([float(share) * log2(share / (first[one] * second[two])) for (one, two), share in joint.items()
                 if share])


def _shares(answers: Sequence[Value]) -> Mapping[Value, float]:
    shares = defaultdict[Value, float](float)
    for answer in answers:
        shares[answer] += 1 / len(answers)
    return shares


def side_of(kind: str, good: Mapping[str, float], worse: Mapping[str, float]) -> Side:
    """Whether a spoilt question makes a pair with the good one."""
    own = next((operator.attribute for operator in OPERATORS if operator.name == kind), "")
    moved = [name for name in NAMES if name != own and abs(good[name] - worse[name]) > MOST + SLACK]
    fall = good[own] - worse[own] if own else 0.0
    stray = max([abs(good[name] - worse[name]) for name in NAMES if name != own])
    if not own:
        return Side("", "", fall, stray)
    note = f"collateral: {', '.join(moved)}" if moved else "" if fall >= LEAST - SLACK else "small"
    return Side("" if note else "rejected", note, fall, stray)
