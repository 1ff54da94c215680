"""An episode with a real model: its words are said again to the exact teacher, and all else must follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tutelage.checking.episodes import Again
from tutelage.checking.labels import Row, unlike
from tutelage.checking.priming import injection_faults, number_faults
from tutelage.environment import Environment
from tutelage.errors import RunnerUnavailable, TutelageError
from tutelage.online.acceptance import TRIES, act_of, is_exact, refused
from tutelage.online.scene import Scenario
from tutelage.plan import Plan
from tutelage.talk.acts import REMARK
from tutelage.talk.leaks import find_leaks
from tutelage.values import Turn


def replay_faults(row: Row, found: Again, plan: Plan, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The faults of the turns of an episode whose student is a model, as (kind, what)."""
    env = Environment(plan.recipe, seed=plan.seed, split="", max_turns=plan.options.max_turns)
    said = [turn.text for turn in found.turns if turn.role == "student"]
    try:
        env.reset(scenario=Scenario(replace(plan, live=None), row["item"]))
        if env.scene.case != found.case:
            yield "problem", f"is not that of item {row['item']}"
            return
        for number, text in enumerate(said, start=1):
            if env.done:
                yield "end", f"turn {number} of the student comes after the end"
                return
            env.step(text)
            if plan.live is not None and plan.live.teacher and not env.done and 2 * number < len(found.turns):
                yield from _retell(env, 2 * number, found.turns[2 * number])
    except RunnerUnavailable as error:
        notes.add(f"programs were not run: {error}")
        return
    except TutelageError as error:
        yield "problem", f"item {row['item']} can't be posed again: {error}"
        return
    if not env.done:
        yield "end", "the dialogue stops before its end"
    due = env.played.turns
    if len(due) != len(found.turns):
        yield "turns", f"{len(found.turns)} turns, said again {len(due)}"
    for index, (turn, other) in enumerate(zip(found.turns, due, strict=False)):
        if turn._replace(ig_bits=0) != other._replace(ig_bits=0) or abs(turn.ig_bits - other.ig_bits) > 1e-5:
            one, two = (f"{each.act.kind!r} {each.text[:60]!r}" for each in (turn, other))
            yield "turn", f"turn {index} is {one}; said again it is {two}"
    solved = next((index // 2 + 1 for index, turn in enumerate(due) if turn.correct), 0)
    if (row["n_turns"], row["solved_turn"], row["reward"]) != (len(said), solved, int(solved > 0)):
        yield "reward", f"{row['reward']} at turn {row['solved_turn']} of {row['n_turns']}, said again {solved}"
    for leak in find_leaks(found.case, found.turns):
        yield "leak", f"turn {leak.turn} gives away the {leak.kind} {leak.what!r}"
    yield from injection_faults(row, env.scene, due, plan)


def _retell(env: Environment, index: int, turn: Turn) -> Iterator[tuple[str, str]]:
    """Lets a model's words stand in the place of the exact teacher's, and says what is wrong with them."""
    before, due = env.turns[:-1], env.turns[-1]
    if turn.text == due.text:
        return
    why = "exact" if is_exact(before, due) else refused(env.scene, before, due, turn.text)
    if why:
        yield "teacher", f"turn {index} ({why}): {turn.text[:80]!r} for {due.text[:80]!r}"
    env.retell(turn.text, act_of(env.scene, due))


def teaching_faults(row: Row, episode: Row, found: Again, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The faults of a row of `records.teaching`; what a server counted can't be derived again."""
    yield from unlike(row, {"id": episode["id"], "item": episode["item"]})
    places = [place for place, turn in enumerate(found.turns) if place and turn.role == "teacher"]
    if not len(row["stands"]) == len(row["refused"]) == len(places):
        yield "row", f"{len(row['stands'])} turns of the teacher, the episode has {len(places)}"
    for place, stands, refusals in zip(places, row["stands"], row["refused"], strict=False):
        turn = found.turns[place]
        if turn.act.kind == REMARK and not stands:
            yield "row", f"no reply stands, and yet {turn.text[:60]!r} is a {REMARK}"
        tried = 0 if is_exact(found.turns[:place], turn) else TRIES
        if len(refusals) not in ((stands - 1,) if 0 < stands <= tried else (tried,) if stands == 0 else ()):
            yield "row", f"reply {stands} stands, {len(refusals)} were refused"


def rollout_faults(row: Row, episode: Row, found: Again, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The faults of a row of `records.rollouts`; what a server counted or thought can't be derived again."""
    due: dict[str, Any] = {"id": episode["id"], "item": episode["item"]}
    if row["group"] > 0:
        due["pass_rate"] = row["passed"] / row["group"]
    yield from unlike(row, due)
    if not 1 <= row["passed"] <= row["group"] or row["number"] < 0:
        yield "row", f"dialogue {row['number']} of reward 1 with {row['passed']} of {row['group']} passed"
    if not len(row["thoughts"]) == len(row["finish"]) == episode["n_turns"]:
        yield "row", f"{len(row['thoughts'])} thoughts of {episode['n_turns']} turns"
    yield from number_faults(row, episode)
