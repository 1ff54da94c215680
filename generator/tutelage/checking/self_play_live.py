"""`self_play` with models: replies are read again, votes counted, payments written out, choices made again.

The tables' rows follow from the models' words, which stand in `self_play_replies`, and from the seed: the problem is
one of those drawn from the choice, the choice is in the proposing model's words or the exact sampler's after what the
tasks before it have paid. What a row says of those tasks is compared with the rows before it of the same file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tutelage.checking.alone import alone_faults
from tutelage.checking.episodes import Again
from tutelage.checking.labels import Faults, Row, same, unlike
from tutelage.draws import stream
from tutelage.errors import RunnerUnavailable
from tutelage.online.alone import answers, read_alone, same_as, scene_alone
from tutelage.online.hearing import Heard
from tutelage.online.scene import Scenario, Scene
from tutelage.plan import Plan
from tutelage.problems import family_named
from tutelage.recipes.recipe import families_of
from tutelage.recipes.self_play import REWARD
from tutelage.records.self_play_replies import TABLE as REPLIES
from tutelage.selfplay import proposals
from tutelage.selfplay.proposals import TRIES, Past

TABLE = "self_play"
NONE: Mapping[str, Any] = {"chances": [], "mastery_before": [], "mastery_after": [], "expected_rate": -1.0}
_SOURCE = re.compile(r"proposer:(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?")
TableFaults = Iterator[tuple[str, str, str]]  # config, kind, what


def place_of(episode: Row) -> tuple[int, int, int] | None:
    """The item, round and task of an episode; None for a source that names none."""
    found = _SOURCE.fullmatch(episode["source"])
    return (episode["item"], int(found[1]), int(found[2])) if found else None


def group(row: Row) -> tuple[Any, ...]:
    return row["item"], row["round"], row["task"]


def group_of(episode: Row) -> tuple[Any, ...] | None:
    """The first episode of a task brings its rows."""
    found = _SOURCE.fullmatch(episode["source"])
    return place_of(episode) if found and found[3] is None else None


def reply_faults(row: Row, found: Again, plan: Plan, notes: set[str]) -> Faults:
    """The faults of an episode's problem and its one reply, as (kind, what)."""
    place = place_of(row)
    if place is None or place[1] >= plan.options.iterations or place[2] >= plan.options.tasks:
        yield "source", f"{row['source']!r} names no task of the run"
        return
    case = found.case
    drawn = proposals.drawn(plan.seed, place, case.family, row["level"])
    if not any(problem == case.problem for problem in drawn) \
            or proposals.case_of(plan.seed, place, case.family, case.problem) != case:
        yield "problem", f"is none that {case.family.name} of level {row['level']} gives for this task"
        return
    scene = scene_alone(_scenario(plan, row["item"]), case)
    yield from alone_faults(row, found, scene, notes)


def _scenario(plan: Plan, item: int) -> Scenario:
    return Scenario(replace(plan, live=None), item)


class Tasks:
    """Checks the rows of tasks in the order of a file, and each run's memory against its rows before."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.last: dict[int, tuple[Row, Row]] = {}  # by run: the rows of the task before

    def __call__(self, rows: Mapping[str, Row], episode: Row, found: Again, notes: set[str]) -> TableFaults:
        """The faults of the two rows of a task as (config, kind, what)."""
        if set(rows) != {TABLE, REPLIES} or place_of(episode) is None:
            return
        vote, replies = rows[TABLE], rows[REPLIES]
        for config in (TABLE, REPLIES):
            for name in ("id", "item"):
                if rows[config][name] != episode[name]:
                    yield config, "row", f"{name} is {rows[config][name]!r}, the episode's is {episode[name]!r}"
        wrong = list(_past_faults(replies, self.plan, self.last.get(vote["item"])))
        yield from [(REPLIES, *fault) for fault in wrong or _choice_faults(vote, replies, self.plan)]
        self.last[vote["item"]] = (vote, replies)
        scene = scene_alone(_scenario(self.plan, vote["item"]), found.case)
        try:
            heard = [read_alone(scene, reply["text"]) for reply in replies["replies"]]
            yield from [(REPLIES, *fault) for fault in _read_faults(replies, scene, heard, self.plan)]
            yield from [(TABLE, *fault) for fault in _vote_faults(vote, scene, heard, self.plan)]
        except RunnerUnavailable as error:
            notes.add(f"programs were not run: {error}")
            return
        first = next((at for at, each in enumerate(heard) if each.correct), 0)
        if not heard or found.turns[1].text != replies["replies"][first]["text"]:
            yield REPLIES, "reply", "the episode's reply is not the first right one, nor the first where none is right"
        yield from [(TABLE, *fault) for fault in _problem_faults(vote, episode, scene)]


# --- the choice ------------------------------------------------------------------------------------------------------

def _choice_faults(vote: Row, row: Row, plan: Plan) -> Faults:
    """Whether the family and level are those that the proposer chose."""
    place, names = (row["item"], row["round"], row["task"]), [family.name for family in families_of(plan.options)]
    live = plan.live
    assert live is not None
    due = [names[row["item"] % len(names)]] if not live.teacher else \
        proposals.offered(names, stream(plan.seed, "self_play", "offered", row["item"]))
    yield from unlike(row, {"offered": due, "solver": live.student, "proposer": live.teacher})
    read = [proposals.chosen(text, due, plan.options.levels) for text in row["proposals"]]
    if any(read[:-1]) or len(read) > TRIES or (read and not live.teacher):
        yield "choice", f"{len(read)} proposals, where the first of the form is the last"
        return
    past = [Past(**each) for each in row["past"]]
    sampled, chances = proposals.sampled(plan.seed, place, due, plan.options.levels, past,
                                         plan.options.reward or REWARD)
    model = next(filter(None, read), None)
    setting, chances = (sampled, chances) if model is None else (model, [])
    if tuple(setting) != (vote["family"], vote["level"]) or row["sampled"] != (model is None):
        yield "choice", f"{vote['family']} of level {vote['level']} is set; chosen is {tuple(setting)}"
    if not same(vote["level_chances"], chances):
        yield "choice", f"level_chances are {vote['level_chances']}, after what was paid {chances}"


def _past_faults(row: Row, plan: Plan, before: tuple[Row, Row] | None) -> Faults:
    """Whether the tasks before can have been, and are those that the rows before know of."""
    past, options = row["past"], plan.options
    for each in past:
        if not (each["answers"] and 0 <= each["agree"] <= each["answers"] <= options.siblings
                and 0 <= each["right"] <= each["answers"] and each["level"] in options.levels
                and each["family"] in row["offered"]):
            yield "past", f"{each} is no task of the run"
    if len(past) > row["round"] * options.tasks + row["task"]:
        yield "past", f"{len(past)} tasks before task {row['task']} of round {row['round']}"
    if before is None:
        return
    vote, replies = before
    n = len(vote["votes"])
    done = {"family": vote["family"], "level": vote["level"], "answers": n, "agree": vote["agree"],
            "right": round(vote["solve_rate"] * n)}
    if past[:len(replies["past"]) + 1] != [*replies["past"], done]:
        yield "past", f"does not go on from task {vote['task']} of round {vote['round']}"


# --- replies and votes -----------------------------------------------------------------------------------------------

def _read_faults(row: Row, scene: Scene, heard: Sequence[Heard], plan: Plan) -> Faults:
    numbers = [reply["number"] for reply in row["replies"]]
    if len(numbers) < 2 or numbers != sorted(set(numbers)) or not set(numbers) <= set(range(plan.options.siblings)):
        yield "reply", f"numbers {numbers} of {plan.options.siblings} replies"
    for reply, each, place in zip(row["replies"], heard, _places(scene, heard), strict=True):
        due = (each.act.kind, each.act.answer if answers(each) else "", place)
        if (reply["act"], reply["answer"], reply["place"]) != due:
            yield "reply", f"{reply['number']} is {reply['act']} {reply['answer']!r} at {reply['place']}; " \
                           f"read again {due}"


def _places(scene: Scene, heard: Sequence[Heard]) -> list[int]:
    """Of each reply, the place of its answer among the different ones; -1 where it gives none."""
    found, places = list[Any](), list[int]()
    for each in heard:
        key = same_as(scene, each) if answers(each) else None
        if key is not None and key not in found:
            found.append(key)
        places.append(found.index(key) if key is not None else -1)
    return places


def _vote_faults(row: Row, scene: Scene, heard: Sequence[Heard], plan: Plan) -> Faults:
    """The answers with their votes, the majority, and what each rule pays."""
    places, case = _places(scene, heard), scene.case
    counts = [places.count(place) for place in range(max(places, default=-1) + 1)]
    firsts = [heard[places.index(place)] for place in range(len(counts))]
    agree = max(counts, default=0)
    winner = firsts[counts.index(agree)] if counts else None
    right = sum(each.correct for each in heard)
    yield from unlike(row, {
        "votes": places, "agree": agree, "tie": counts.count(agree) > 1, "solve_rate": right / (len(heard) or 1),
        "majority": winner.act.answer if winner else "", "pseudo_label_correct": bool(winner and winner.correct),
        "reward": plan.options.reward or REWARD, "rewards": _paid(len(heard), agree, right), **NONE})
    if [(each["answer"], each["votes"], each["right"]) for each in row["answers"]] != [
            (first.act.answer, n, first.correct) for first, n in zip(firsts, counts, strict=True)]:
        yield "vote", "the answers are not those of the replies, with their votes"
        return
    for answer in row["answers"]:
        at = (answer["slip"], answer["step"])
        due = [("", -1)] if answer["right"] or scene.kind == "program" else [
            (slip.kind, slip.step) for slip in case.slips
            if case.family.accepts(case.problem, slip.work, answer["answer"])] or [("", -1)]
        if at not in due:
            yield "vote", f"{answer['answer']!r} is led back to {at}, which is none of {due}"


def _paid(n: int, agree: int, right: int) -> dict[str, float]:
    """What the rules pay, written out again; where nobody gives an answer nobody agrees, and nothing is paid."""
    return {"sqlm_paper": float(agree not in (0, n)), "sqlm_code": float(agree not in (0, 1, n)),
            "r_zero": 2 * min(agree, n - agree) / (n or 1),
            "absolute_zero": (n - right) / n if right not in (0, n) else 0.0,
            "variance": right / (n or 1) - (right / (n or 1)) ** 2}


def _problem_faults(row: Row, episode: Row, scene: Scene) -> Faults:
    """What the row says of the problem, and of a program's tests."""
    case, family, problem = scene.case, scene.case.family, scene.case.problem
    tests, made = "", list[Any]()
    if scene.kind == "program":
        tests = json.dumps(problem.structure["tests"], ensure_ascii=False)
        made = [family.slip(problem, case.right, kind, step) for kind, step in family.sites(problem, case.right)]
    yield from unlike(row, {
        "question": scene.statement, "truth": case.right.answer, "answer_kind": scene.kind,
        "family": family_named(episode["family"]).name, "level": episode["level"], "structure": episode["structure"],
        "skills": [f"{family.name}.{slip.kind}" for slip in case.slips], "tests": tests, "mutants": len(made),
        "killed": sum(slip is not None for slip in made)})
