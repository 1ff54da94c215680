"""Rows of the recipe collaborative: every figure again, another way (`reckoning`), and every pair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import fsum, sqrt
from typing import Any

from tutelage.checking.episodes import Again
from tutelage.checking.labels import MOST_PROVED, Row, unlike
from tutelage.checking.reckoning import UNIT, Belief, Reckoner
from tutelage.draws import stream
from tutelage.problems.family import all_names
from tutelage.talk import candidates as say
from tutelage.talk.acts import ASK
from tutelage.values import Act, Turn

SAMPLES = 100  # worlds drawn for `mr_mc`
TIE = 100  # 1/UNIT: what differs by less is no pair
SIGMAS = 6  # a simulation further off than that is wrong
SKEW = 3 / SAMPLES  # ... and by so much: a rare right answer that is drawn lies many standard errors off
ROLES = {"teacher": "user", "student": "assistant"}
RowFaults = Iterator[tuple[int, str, str]]
_POLICY = re.compile(r"collaborates, window ([1-5])")
_last: dict[str, Mapping[str, float]] = {}  # of the episode whose candidates were read last: score of each


def candidate_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of all candidates of an episode (`records.candidates`), as (place, kind, what)."""
    policies = {row["policy"] for row in rows}
    match = _POLICY.fullmatch(policies.pop()) if len(policies) == 1 else None
    if match is None:
        yield -1, "row", f"policy is not the same \"collaborates, window N\" in all: {sorted(policies)}"
        return
    reckoner = Reckoner(found.case, found, int(match[1]))
    _last.clear()
    _last[episode["id"]] = {}
    for turn in range(1, episode["n_turns"] + 1):
        places = [place for place, row in enumerate(rows) if row["turn"] == turn]
        yield from _turn_faults(rows, places, turn, episode, found, reckoner)
    for place, row in enumerate(rows):
        if not 1 <= row["turn"] <= episode["n_turns"]:
            yield place, "row", f"turn {row['turn']} is none of the dialogue's {episode['n_turns']}"


def _turn_faults(rows: Sequence[Row], places: Sequence[int], turn: int, episode: Row, found: Again,
                 reckoner: Reckoner) -> RowFaults:
    """The faults of the candidates at one turn."""
    history, said = found.turns[:2 * turn - 1], found.turns[2 * turn - 1]
    belief = reckoner.belief(history)
    if sum([rows[place]["played"] for place in places]) != 1:
        yield -1, "row", f"not one candidate of turn {turn} is played"
    values = list[float]()
    for number, place in enumerate(places):
        row = rows[place]
        act = Act(row["act"], row["target"], answer=row["answer"], also=tuple(row["also"]))
        value, cost = reckoner.value(belief, act, row["completion"])
        values.append(value)
        _last[episode["id"]] = {**_last[episode["id"]], row["id"]: value}
        for kind, what in unlike(row, _due(row, act, number, value, cost, history, episode, belief, reckoner)):
            yield place, kind, what
        for what in (*_meaning_faults(row, act, belief, reckoner), *_simulation_faults(row, act, belief, reckoner)):
            yield place, "row", what
        if row["played"] and (row["completion"], row["act"], row["target"], row["answer"]) != \
                (said.text, said.act.kind, said.act.target, said.act.answer):
            yield place, "row", f"is played, but turn {turn} of the dialogue is another one"
    yield from _pair_faults(rows, places, values)


def _due(row: Row, act: Act, number: int, value: float, cost: float, history: Sequence[Turn], episode: Row,
         belief: Belief, reckoner: Reckoner) -> dict[str, Any]:
    case = reckoner.case
    told, known = dict(belief.told), [q.name for q in case.problem.quantities]
    truth = reckoner.worlds.index(tuple([case.problem.quantity(name).value for name in reckoner.hidden]))
    realised = reckoner.returns(belief, act, row["completion"], [truth])[0] / UNIT
    conv, turn = episode["id"], len(history) // 2 + 1
    asks = [name for name in (act.target, *act.also) if name in reckoner.hidden and name not in told]
    return {
        **{name: episode[name] for name in ("recipe", "item", "family", "level", "structure", "source")},
        "id": f"{conv}-{turn}-{number}", "conv": conv, "turn": turn, "number": number, "user": episode["teacher"],
        "prompt": [{"role": ROLES[t.role], "content": t.text} for t in history],
        "told": [name for name in known if name in case.known or name in told],
        "form": "open" if act.kind == ASK else "", "entropy": reckoner.bits(belief.worlds),
        "ig_bits": reckoner.gain(belief, asks) if act.kind == ASK else 0.0, "mr_belief": value, "score": value,
        "mr_realised": realised, "luck": realised - value, "cost": cost, "score_control": -1.0,
    }


def _meaning_faults(row: Row, act: Act, belief: Belief, reckoner: Reckoner) -> Iterator[str]:
    """Whether a candidate is of the kind that it is said to be, and says what its act says."""
    kind, told = row["kind"], {*dict(belief.told), *reckoner.case.known}
    settled = len({reckoner.answers[n] for n in belief.worlds}) == 1
    others = [name for name in reckoner.hidden if name not in told and name != act.target]
    free = kind == say.DISTRACTOR and reckoner.gain(belief, others) > reckoner.bits(belief.worlds) - 1e-9
    wrong = {say.GOOD: act.target in told, say.OTHER_GOOD: act.target in told, say.LONG_WINDED: act.target in told,
             say.REDUNDANT: act.target not in told, say.DISTRACTOR: not free,
             say.PREMATURE: act.kind == ASK, say.ANSWER: not settled or act.answer != reckoner.case.right.answer}
    if wrong.get(kind, True) or (act.kind == ASK) != (kind not in (say.PREMATURE, say.ANSWER)):
        yield f"is labelled {kind!r}, which its {act.kind} of {act.target or act.answer!r} is not"
    problem, words = reckoner.case.problem, reckoner.case.family.words
    for name in (act.target, *act.also) if act.kind == ASK else ():
        if words(problem, problem.quantity(name)).question not in row["completion"]:
            yield f"asks for {name!r} in words that don't"
    if act.kind != ASK and act.answer not in row["completion"]:
        yield f"answers {act.answer!r} in words that don't"


def _simulation_faults(row: Row, act: Act, belief: Belief, reckoner: Reckoner) -> Iterator[str]:
    """The simulation again, from the same draws; and whether it agrees with the value."""
    draws = stream(row["seed"], "worlds")
    drawn = reckoner.returns(belief, act, row["completion"], [draws.choice(belief.worlds) for _ in range(SAMPLES)])
    if abs(row["mr_mc"] - sum(drawn) / (UNIT * SAMPLES)) > 1e-6:
        yield f"mr_mc is {row['mr_mc']:.6f}, simulated again {sum(drawn) / (UNIT * SAMPLES):.6f}"
    if len(belief.worlds) <= MOST_PROVED:
        every = reckoner.returns(belief, act, row["completion"], belief.worlds)
        mean = sum(every) / len(every)
        error = sqrt(fsum([(value - mean) ** 2 for value in every]) / len(every)) / UNIT / sqrt(SAMPLES)
        if abs(row["mr_mc_se"] - error) > 1e-5:
            yield f"mr_mc_se is {row['mr_mc_se']:.6f}, over all worlds {error:.6f}"
    if abs(row["mr_mc"] - row["mr_belief"]) > SIGMAS * row["mr_mc_se"] + (SKEW if row["mr_mc_se"] else 1e-6):
        yield f"the simulation, {row['mr_mc']:.4f}, is more than {SIGMAS} standard errors from {row['mr_belief']:.4f}"


def _pair_faults(rows: Sequence[Row], places: Sequence[int], values: Sequence[float]) -> RowFaults:
    """Whether the pairs are what the values say: the best against each that is worth less by the tie or more."""
    best = max(range(len(values)), key=lambda n: (round(values[n], 9), -n))
    worse = [n for n, value in enumerate(values) if round((values[best] - value) * UNIT, 4) >= TIE]
    for number, place in enumerate(places):
        due = (best, "rejected") if number in worse else (best, "chosen") if number == best and worse else (-1, "")
        if (rows[place]["pair"], rows[place]["side"]) != due:
            yield place, "pair", (f"is {rows[place]['side']!r} of {rows[place]['pair']}, by the values {due[1]!r} of "
                                  f"{due[0]}")


def native_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of the rows with CollabLLM's columns (`records.collaborative`)."""
    case, scores = found.case, _last.get(episode["id"], {})
    lines = "\n".join([step.line for step in case.right.steps])
    if scores and set(scores) != {row["id"] for row in rows}:
        yield -1, "row", "are not the candidates of the episode, one by one"
    for place, row in enumerate(rows):
        turn = int(row["id"].split("-")[1])
        history = found.turns[:2 * turn - 1]
        due = {**{name: episode[name] for name in ("item", "family", "level", "structure", "source")},
               "prompt": [{"content": t.text, "role": ROLES[t.role]} for t in history], "turn_id": len(history),
               "single_turn_prompt": case.family.state(case.problem, all_names(case.problem)),
               "conv_id": episode["item"],
               "single_turn_metadata": {"level": str(case.problem.level), "type": case.family.name}}
        due |= {"score": scores[row["id"]]} if row["id"] in scores else {}
        for kind, what in unlike(row, due):
            yield place, kind, what
        solution = row["single_turn_completion"]
        if not solution.startswith(lines) or case.right.answer not in solution:
            yield place, "row", "single_turn_completion is not the worked solution with the answer"
        for what in _future_faults(row):
            yield place, "row", what


def _future_faults(row: Row) -> Iterator[str]:
    """Whether the futures are dialogues that end with the assistant, and what is said of them can be."""
    rewards = row["rewards"]
    if {len(row["futures"])} != {len(rewards[name]) for name in rewards}:
        yield "not each future has its rewards"
        return
    for future, value, right, said in zip(row["futures"], rewards["MR"], rewards["accuracy"], rewards["token_amount"],
                                          strict=True):
        if [m["role"] for m in future] != ["user", "assistant"] * (len(future) // 2):
            yield "a future is no dialogue that ends with the assistant"
        words = sum([len(m["content"].split()) for m in future if m["role"] == "assistant"])
        if abs(said - (words + len(row["completion"].split())) / 1000) > 1e-9:
            yield f"token_amount is {said}, its words are {words} after the candidate"
        if right not in (0, 1) or not right - 1 < value <= right:
            yield f"a future that is {'right' if right else 'wrong'} can't be worth {value}"
