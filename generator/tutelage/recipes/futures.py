"""What may come of a candidate: dialogues in worlds drawn from the belief, and the rows of both tables.

A future is played as the value is reckoned: a user who tells what is asked for, a student who goes on by the plan.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple

from tutelage.draws import stream
from tutelage.problems.family import Family, all_names, structure_hash, to_json
from tutelage.problems.views import Table, gain_of
from tutelage.problems.views.values import UNIT
from tutelage.recipes.recipe import Item
from tutelage.recipes.underspecified import Facts
from tutelage.recipes.weighing import Belief, Told, Weighed, Weigher, problem_in
from tutelage.talk import candidates as say
from tutelage.talk.acts import ASK, Voice
from tutelage.talk.case import Case
from tutelage.talk.closing import work_in
from tutelage.talk.mind import Mind
from tutelage.talk.seekers import next_gap
from tutelage.talk.users import USERS, told_names, user
from tutelage.values import Problem, Turn, Work

SAMPLES = 100  # worlds drawn for `mr_mc`
SESSIONS = 3  # of them told as dialogues, as many as the original takes
TIE = Fraction(1, 100)  # candidates whose values differ by less are no pair: the costs are not known so well
LITERAL = USERS[0]
NOT_COMPUTED = dict.fromkeys(("relevance", "focus", "answerability", "clarity", "accuracy", "avoid_bias"), -1.0)
POLICY = "collaborates"  # of the student
Rows = list[tuple[dict[str, Any], dict[str, Any]]]
ROLES = {"teacher": "user", "student": "assistant"}


class Future(NamedTuple):
    turns: tuple[Turn, ...]  # after the candidate
    right: bool  # whether it ends with the right answer


class World(NamedTuple):
    """A world drawn from the belief, with the case as it would be there."""

    number: int
    case: Case


def draw_worlds(weigher: Weigher, belief: Belief, seed: int) -> tuple[list[int], list[World]]:
    """The numbers of the worlds that are drawn at a turn, and the first of them that there are words for."""
    draws = stream(seed, "worlds")
    numbers = [draws.choice(belief.worlds) for _ in range(SAMPLES)]
    return numbers, [World(number, case_in(weigher.case, belief.values.table, number)) for number in numbers[:SESSIONS]]


def case_in(case: Case, table: Table, number: int) -> Case:
    """The case in one of the worlds that could be."""
    values = table.completion(number)
    work = work_in(case, values)
    return case if work is None else case._replace(problem=problem_in(case, values), right=work, slips=())


def future(weigher: Weigher, belief: Belief, chosen: Weighed, world: World, turns: Sequence[Turn], voice: Voice,
           seed: int) -> Future:
    """What follows a candidate in a world, by the plan."""
    values = belief.values
    if chosen.asked is None:
        return Future((), values.table.codes[world.number] in weigher.right(belief, chosen.made))
    mind = say.mind_in(weigher.mind, world.case)
    say.resume(mind, chosen.made.state)
    mind.draws = stream(seed, "future", world.number)
    desk = user(LITERAL, mind.draws, voice)
    said, told, truth = [*turns, chosen.made.turn], dict(belief.told), values.table.completion(world.number)
    for window in range(values.window, -1, -1):
        said.append(desk(world.case, said))
        known = told_names(said[-1:])
        told |= {name: truth[name] for name in known if name in truth}
        name = values.choice(told, window)
        if not name:
            break
        gap = next_gap(mind, frozenset(told))
        said.append(say.good_question(mind, name, gap[0] if gap and gap[1] == name else None))
    turn, number = _closing(weigher, mind, belief, told, world.number)
    right = values.table.codes[number] == values.table.codes[world.number]
    return Future((*said[len(turns) + 1:], turn), right)


def _closing(weigher: Weigher, mind: Mind, belief: Belief, told: Told, here: int) -> tuple[Turn, int]:
    """The answer by the plan, and a completion that has it: the world's own where it is determined, else the likeliest.
    """
    gap = next_gap(mind, frozenset(told))
    if gap is None or gap[1] not in weigher.needed:
        return say.right_answer(mind), here
    number = belief.values.likely(told)
    work = work_in(weigher.case, belief.values.table.completion(number)) or mind.case.right
    return say.premature_answer(mind, gap[0], weigher.taken(belief, told, number), work), number


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"role": ROLES[turn.role], "content": turn.text} for turn in turns]


def base_of(item: Item, facts: Facts) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the rows of all candidates of a dialogue have in common, for each of the two tables."""
    family, problem = facts.posed.family, facts.posed.problem
    base = {"item": item.number, "family": family.name, "level": problem.level,
            "structure": structure_hash(family, problem.structure), "source": facts.posed.source}
    return ({**base, "recipe": item.recipe, "policy": f"{POLICY}, window {item.options.window}",
             "attributes": NOT_COMPUTED, "score_control": -1.0},
            {**base, "conv_id": item.number, "single_turn_prompt": family.state(problem, all_names(problem)),
             "single_turn_completion": solution(family, problem, facts.work),
             "single_turn_metadata": {"level": str(problem.level), "type": family.name}})


def candidate_rows(base: tuple[dict[str, Any], dict[str, Any]], weigher: Weigher, belief: Belief,
                   weighed: Sequence[Weighed], turns: Sequence[Turn], played: int, seed: int, voice: Voice) -> Rows:
    """The rows of a turn's candidates in `candidates` and in `collaborative`; without `id`, `conv` and `user`."""
    prompt, case = messages(turns), weigher.case
    numbers, worlds = draw_worlds(weigher, belief, seed)
    told = [name for name in case.problem.values if name in case.known or name in belief.told]
    entropy, out = round(gain_of(belief.table, belief.table.hidden), 6), Rows()
    for number, (each, (pair, side, note)) in enumerate(zip(weighed, paired(weighed), strict=True)):
        act, sampled = each.made.turn.act, each.returns.at(numbers)
        realised = Fraction(each.returns.at([belief.truth])[0], UNIT)
        row = {
            **base[0], "turn": len(turns) // 2 + 1, "number": number, "kind": each.made.kind,
            "played": number == played, "prompt": prompt, "completion": each.made.turn.text,
            "act": act.kind, "target": act.target, "also": list(act.also), "form": "open" if act.kind == ASK else "",
            "answer": act.answer, "told": told, "entropy": entropy, "ig_bits": each.bits,
            "mr_belief": float(each.belief), "mr_mc": sum(sampled) / (UNIT * SAMPLES),
            "mr_mc_se": each.returns.deviation / sqrt(SAMPLES), "mr_realised": float(realised),
            "luck": float(realised - each.belief), "cost": float(each.cost), "score": float(each.belief),
            "pair": pair, "side": side, "note": note, "seed": seed}
        native = {**base[1], "prompt": prompt, "completion": each.made.turn.text, "score": float(each.belief),
                  "turn_id": len(turns), **_futures(weigher, belief, each, worlds, turns, voice, seed)}
        out.append((row, native))
    return out


def _futures(weigher: Weigher, belief: Belief, each: Weighed, worlds: Sequence[World], turns: Sequence[Turn],
             voice: Voice, seed: int) -> dict[str, Any]:
    """Three futures with what they brought, and what the candidate takes for granted."""
    table = belief.values.table
    futures = [future(weigher, belief, each, world, turns, voice, seed) for world in worlds]
    words = [sum([say.words_in(t.text) for t in (each.made.turn, *f.turns) if t.role == "student"]) for f in futures]
    values = each.returns.at([world.number for world in worlds])
    assumed = table.completion(each.made.world) if each.made.kind == say.PREMATURE else {}
    return {"futures": [messages(f.turns) for f in futures],
            "rewards": {"MR": [value / UNIT for value in values], "accuracy": [int(f.right) for f in futures],
                        "token_amount": [n / 1000 for n in words]},
            "assumed": json.dumps({n: to_json(v) for n, v in assumed.items()}, ensure_ascii=False) if assumed else ""}


def solution(family: Family, problem: Problem, work: Work) -> str:
    """The worked solution and the answer, as the complete statement would be answered in one turn."""
    lines = "\n".join([step.line for step in work.steps])
    if family.kind(problem.structure) == "program":
        return f"{lines}\n\n```python\n{work.answer}\n```"
    return f"{lines}\nAnswer: {work.answer}"


def paired(weighed: Sequence[Weighed]) -> list[tuple[int, str, str]]:
    """For each candidate of a turn its pair, its side and a note: the best against each that is worth less by `TIE`."""
    best = max(range(len(weighed)), key=lambda number: (weighed[number].belief, -number))
    gaps = [weighed[best].belief - each.belief for each in weighed]
    some = any(gap >= TIE for gap in gaps)
    return [((best, "chosen", "") if some else (-1, "", "")) if number == best else
            (best, "rejected", f"gap {float(gap):.4f}") if gap >= TIE else
            (-1, "", f"tie with {best}: gap {float(gap):.4f}") for number, gap in enumerate(gaps)]
