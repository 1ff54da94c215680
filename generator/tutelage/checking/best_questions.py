"""Rows of the recipe best_questions: every figure again, by going through the users that there could be, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import exp, fsum
from typing import Any

from tutelage.checking.episodes import Again
from tutelage.checking.labels import Row, unlike
from tutelage.checking.users import Users
from tutelage.errors import NoAnswer
from tutelage.problems.family import from_json
from tutelage.records.episode import content_id
from tutelage.talk import candidates as say
from tutelage.talk.case import Case
from tutelage.values import Value

TIE = 0.01  # normalised; what differs by less is no pair
NO_WORSE = "no worse one"
CLOSE = 1e-9  # of sums of logarithms
ARMS = {True: "", False: "sibling"}  # of the best one, of the others
RowFaults = Iterator[tuple[int, str, str]]
NOT_COMPUTED = dict.fromkeys(("mr_belief", "mr_mc", "mr_mc_se", "mr_realised", "cost"), -1.0)


# --- candidates ------------------------------------------------------------------------------------------------------

def candidate_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of all questions of an item (`records.candidates`), as (place, kind, what)."""
    users, said = Users(found), {json.dumps(row["prompt"]): row["told"] for row in rows}
    groups = dict[tuple[str, int], list[int]]()
    for place, row in enumerate(rows):
        groups.setdefault((row["conv"], row["turn"]), []).append(place)
    for places in groups.values():
        yield from _turn_faults(rows, places)
    for place, row in enumerate(rows):
        names, number = [row["target"], *row["also"]], groups[row["conv"], row["turn"]].index(place)
        told = [name for name in row["told"] if name in users.hidden]
        then = {*told, *names}
        due = {
            **{name: episode[name] for name in ("recipe", "item", "family", "level", "structure", "source")},
            **NOT_COMPUTED, "luck": 0.0, "user": episode["teacher"], "number": number, "act": "ask", "form": "open",
            "answer": "", "id": f"{row['conv']}-{row['turn']}-{number}", "turn": len(row["prompt"]) // 2 + 1,
            "kind": users.kind(names, told), "told": _told(row, rows, said, users),
            "entropy": users.entropy(told), "ig_bits": users.gain(told, names),
            "score": (users.bits(then) - users.bits(told)) / -users.bits(()),
            "score_control": (users.control_bits(then) - users.control_bits(told)) / -users.bits(()),
        }
        for kind, what in unlike(row, due):
            yield place, kind, what
        yield from [(place, "row", what) for what in _word_faults(row["completion"], names, users.case)]
        roles = [message["role"] for message in row["prompt"]]
        if roles != [("user", "assistant")[n % 2] for n in range(len(roles))] or len(roles) % 2 == 0 \
                or row["prompt"][0]["content"] != found.turns[0].text:
            yield place, "row", "does not follow the statement"
        elif row["conv"] == episode["id"]:
            texts = [turn.text for turn in found.turns]
            if [message["content"] for message in row["prompt"]] != texts[:len(roles)] or \
                    (row["played"] and row["completion"] != texts[len(roles)]):
                yield place, "row", f"is not turn {row['turn']} of the dialogue"


def _told(row: Row, rows: Sequence[Row], said: Mapping[str, Sequence[str]], users: Users) -> list[str]:
    """What is told before a question: what was before the last one that its history holds, and what that asks for."""
    case, known = users.case, set[str]()
    if len(row["prompt"]) > 1:
        earlier, question = json.dumps(row["prompt"][:-2]), row["prompt"][-2]["content"]
        before = [other for other in rows
                  if other["completion"] == question and json.dumps(other["prompt"]) == earlier]
        known = {*said.get(earlier, []), *[n for other in before for n in (other["target"], *other["also"])]}
    return [name for name in case.problem.values if name in case.known or name in known]


def _turn_faults(rows: Sequence[Row], places: Sequence[int]) -> RowFaults:
    """The faults of what is asked after one history: which is played, which is preferred to which."""
    here = [rows[place] for place in places]
    if sum([row["played"] for row in here]) != 1 or len({json.dumps(row["prompt"]) for row in here}) != 1:
        yield places[0], "row", "what is asked at this turn does not follow one history, or not one is played"
    if len({(row["target"], *row["also"]) for row in here}) != len(here):
        yield places[0], "row", "two questions after one history ask for the same"
    most = max([row["ig_bits"] for row in here])
    best = max([row["score"] for row in here if row["ig_bits"] >= most - 1e-5])
    due = [best - row["score"] >= TIE for row in here]
    chosen = [row for row in here if row["side"] == "chosen"]
    if len(chosen) != any(due) or any(row["score"] < best - 1e-5 or row["ig_bits"] < most - 1e-5
                                      or row["pair"] != row["number"] for row in chosen):
        yield places[0], "pair", "the preferred question is not the one that was expected to bring most"
    if sum([row["note"] == NO_WORSE for row in here]) != (not any(due)):
        yield places[0], "pair", f"not one of the questions is called {NO_WORSE!r} where none is worse"
    for place, row, worse in zip(places, here, due, strict=True):
        gap = best - row["score"]
        if row["side"] != "chosen" and row["note"] != NO_WORSE and abs(gap - TIE) > 1e-5 and (
                (row["side"] == "rejected") != worse or row["pair"] != (chosen[0]["number"] if worse and chosen else -1)
                or row["note"].partition(" ")[0] != ("gap" if worse else "tie," if gap > -TIE else "lucky:")):
            yield place, "pair", f"is {row['side']!r} of {row['pair']}, {row['note']!r}, by {gap:.4f} below the best"


def _word_faults(text: str, names: Sequence[str], case: Case) -> Iterator[str]:
    for name in names:
        if name not in case.problem.values:
            yield f"asks for {name!r}, which is no quantity of the problem"
        elif case.family.words(case.problem, case.problem.quantity(name)).question not in text:
            yield f"asks for {name!r} in words that don't"


# --- siblings --------------------------------------------------------------------------------------------------------

def sibling_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of all conversations of an item (`records.siblings`), as (place, kind, what)."""
    users, case = Users(found), found.case
    scores = [users.normalised(users.bits(_asked(row))) for row in rows]
    order = sorted(range(len(rows)), key=lambda n: (-users.share(_asked(rows[n])), *_burden(rows[n], case), n))
    if len({tuple(map(tuple, row["asked"])) for row in rows}) != len(rows):
        yield -1, "row", "two siblings ask for the same"
    for place, row in enumerate(rows):
        rank = order.index(place) + 1
        due = {
            **{name: episode[name] for name in ("item", "family", "level", "structure", "source")},
            **_scores(users, row), "user": episode["teacher"], "siblings": len(rows), "rank": rank, "top": rank == 1,
            "advantage": scores[place] - fsum(scores) / len(scores),
            "weight": exp(scores[place]) / fsum(map(exp, scores)),
            "conv": content_id(episode["recipe"], ARMS[rank == 1], episode["private"]["problem"],
                               [message["content"] for message in row["messages"]], row["acts"], row["answers"]),
        }
        for kind, what in unlike(row, due):
            yield place, kind, what
        for which, bits in (("credits", users.bits(_asked(row))), ("controls", users.control_bits(_asked(row)))):
            if abs(fsum(row[which]) - (bits - users.bits(()))) > CLOSE:
                yield place, "credit", f"{which} add up to {fsum(row[which])}, the conversation has gained " \
                                       f"{bits - users.bits(())}"
        for what in (*_said_faults(row, users), *_end_faults(row, users), *_control_faults(row, users)):
            yield place, "row", what
    yield from _question_faults(rows)
    top = [row for row in rows if row["top"]]
    if [row["conv"] for row in top] != [episode["id"]] \
            or [message["content"] for message in top[0]["messages"]] != [turn.text for turn in found.turns]:
        yield -1, "row", "the best sibling is not the dialogue of the item"


def _asked(row: Row) -> set[str]:
    return {name for names in row["asked"] for name in names}


def _burden(row: Row, case: Case) -> tuple[int, int, int]:
    """What a conversation asks of the user: things, turns, words."""
    texts = [message["content"] for message in row["messages"][1:-1:2]]
    return (sum(map(len, row["asked"])), len(row["asked"]),
            sum([len(say.without_work(case, text).split()) for text in texts]))


def _scores(users: Users, row: Row) -> dict[str, Any]:
    """The figures of a conversation, from what it asks for."""
    told, befores = _asked(row), [set[str]()]
    for names in row["asked"]:
        befores.append({*befores[-1], *names})
    bits, controls = [users.bits(before) for before in befores], [users.control_bits(before) for before in befores]
    return {
        "kinds": [users.kind(names, before) for names, before in zip(row["asked"], befores, strict=False)],
        "credits": [after - before for before, after in pairwise(bits)],
        "controls": [after - before for before, after in pairwise(controls)],
        "gains": [users.gain(before, names) for names, before in zip(row["asked"], befores, strict=False)],
        "reward": int(users.share(told) == 1), "p_before": float(users.share(())), "p": float(users.share(told)),
        "p_shuffled": float(users.shuffled(told)), "r_before": bits[0], "r": bits[-1], "r_shuffled": controls[-1],
        "score": users.normalised(bits[-1]), "score_control": users.normalised(controls[-1]),
        "excess": users.normalised(bits[-1]) - users.normalised(controls[-1]),
    }


def _said_faults(row: Row, users: Users) -> Iterator[str]:
    """Whether the messages ask for what the row says, and tell it."""
    texts, case = [message["content"] for message in row["messages"]], users.case
    roles = [message["role"] for message in row["messages"]]
    if roles != [("user", "assistant")[n % 2] for n in range(2 * len(row["asked"]) + 2)] \
            or len(row["acts"]) != len(texts) or len(row["answers"]) != len(texts):
        yield f"{len(texts)} messages, {len(row['acts'])} acts, {len(row['asked'])} questions"
        return
    for number, names in enumerate(row["asked"]):
        yield from _word_faults(texts[2 * number + 1], names, case)
        if row["acts"][2 * number + 2] == "tell":
            yield from _untold(texts[2 * number + 2], names, users, users.truth, case)


def _untold(text: str, names: Sequence[str], users: Users, values: Mapping[str, Value], case: Case) -> Iterator[str]:
    for name in names:
        if name in users.hidden and say.sentence_of(case.family, case.problem, name, values[name]) not in text:
            yield f"the reply to a question for {name!r} does not tell it"


def _end_faults(row: Row, users: Users) -> Iterator[str]:
    """Whether the last words are what can be said."""
    case, told = users.case, _asked(row)
    settled = users.share(told) == 1 and len(set(users.agreeing(told, users.truth))) == 1
    ending, text = row["ending"], row["messages"][-1]["content"]
    if (ending == "right") != settled:
        yield f"ends as {ending!r} where {sorted(told)} are told"
    if (ending == "assumed") != (row["acts"][-1] == "assume") or (ending in ("bounds", "few", "open")) != \
            (row["acts"][-1] == "abstain"):
        yield f"ends as {ending!r} by the act {row['acts'][-1]!r}"
    due = set[str]()
    if ending in ("bounds", "few"):
        left = dict[Value, Mapping[str, Value]]()
        for user, answer in zip(users.users, users.answers, strict=True):
            if answer not in left and all(user[name] == users.truth[name] for name in users.hidden if name in told):
                left[answer] = user
        due = {_answer_in(case, left[answer]) for answer in (left if ending == "few" else (min(left), max(left)))}
    if set(row["possible"]) != due or not all(answer in text for answer in row["possible"]):
        yield f"names {row['possible']} as possible; what is left is {sorted(due)}"


def _answer_in(case: Case, user: Mapping[str, Value]) -> str:
    problem = case.problem
    try:
        return case.family.work(case.family.pose(problem.structure, {**problem.values, **user}, problem.level)).answer
    except NoAnswer:
        return ""


def _control_faults(row: Row, users: Users) -> Iterator[str]:
    """The other user's values, what their replies bring, and whether the control conversation tells them."""
    try:
        values = {name: from_json(value) for name, value in json.loads(row["other"]).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        values = {}
    if values not in users.users or values == users.truth:
        yield f"{row['other']} is no other user"
        return
    if abs(row["p_other"] - float(users.share(_asked(row), values))) > CLOSE:
        yield f"p_other is {row['p_other']}, that user's replies leave {float(users.share(_asked(row), values))}"
    if len(row["control"]) != len(row["messages"]) - 1 or row["control"][:1] != row["messages"][:1]:
        yield "the control is no conversation of as many questions"
        return
    for number, names in enumerate(row["asked"]):
        yield from _word_faults(row["control"][2 * number + 1]["content"], names, users.case)
        if row["user"] == "literal":
            yield from _untold(row["control"][2 * number + 2]["content"], names, users, values, users.case)


def _question_faults(rows: Sequence[Row]) -> RowFaults:
    """Whether the ids of the questions are those of a sibling that has asked alike up to there."""
    plans = {row["conv"]: row["asked"] for row in rows}
    for place, row in enumerate(rows):
        for number, name in enumerate(row["candidates"]):
            conv, turn, _ = [*name.split("-"), "", ""][:3]
            if turn != str(number + 1) or plans.get(conv, [[]])[:number] != row["asked"][:number]:
                yield place, "row", f"question {number + 1} is {name!r}, which follows another history"
        if len(row["candidates"]) != len(row["asked"]):
            yield place, "row", f"{len(row['candidates'])} ids of {len(row['asked'])} questions"
