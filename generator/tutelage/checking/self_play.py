"""Rows of `self_play`: the vote is counted again, each answer is led back to its mistake, chances to all their cases.

Nothing of `selfplay` or of the recipe is called: the mistakes are made again by the family, the pool's chance of a
right answer is summed over everything that a member can fail at, and what the proposer is paid is written out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from math import prod

from tutelage.checking.episodes import Again
from tutelage.checking.labels import CLOSE, Faults, Row, same
from tutelage.errors import RunnerUnavailable
from tutelage.talk.case import Case
from tutelage.values import Slip


def vote_faults(row: Row, episode: Row, found: Again, notes: set[str]) -> Faults:
    """The faults of one row of `records.self_play.SELF_PLAY` as (kind, what)."""
    case, family, problem = found.case, found.case.family, found.case.problem
    due = {"question": found.turns[0].text, "truth": case.right.answer, "answer_kind": family.kind(problem.structure),
           **{name: episode[name] for name in ("id", "item", "family", "level", "structure")}}
    for column, value in due.items():
        if row[column] != value:
            yield "row", f"{column} is {row[column]!r}, derived {value!r}"
    if not row["votes"] or not set(row["votes"]) <= set(range(len(row["answers"]))):
        yield "vote", f"votes {row['votes']} are for none of the {len(row['answers'])} answers"
        return
    slips = list(_slips(row, case))
    if len(slips) != len(row["answers"]):
        yield "answer", "an answer is not the one that its mistake leads to"
        return
    yield from _vote(row)
    yield from _chances(row, slips)
    yield from _paid(row)
    yield from _program(row, case, slips, notes)


def _slips(row: Row, case: Case) -> Iterator[Slip | None]:
    """The mistake of each answer, None of the right one; fewer where one does not fit."""
    for answer in row["answers"]:
        if not answer["slip"]:
            if answer["answer"] == case.right.answer and answer["right"]:
                yield None
            continue
        slip = case.family.slip(case.problem, case.right, answer["slip"], answer["step"])
        wrong = slip is not None and not case.family.accepts(case.problem, case.right, slip.work.answer)
        if slip is not None and slip.work.answer == answer["answer"] and wrong and not answer["right"]:
            yield slip


def _vote(row: Row) -> Faults:
    votes, answers = row["votes"], row["answers"]
    counts = [votes.count(place) for place in range(len(answers))]
    in_order = list(dict.fromkeys(votes)) == list(range(len(answers)))
    if [answer["votes"] for answer in answers] != counts or not in_order:
        yield "vote", f"the answers have {[answer['votes'] for answer in answers]} votes, counted {counts}"
    most = max(counts)
    winner = answers[counts.index(most)]
    due = {"majority": winner["answer"], "agree": most, "tie": counts.count(most) > 1,
           "pseudo_label_correct": winner["right"],
           "solve_rate": sum(answers[vote]["right"] for vote in votes) / len(votes)}
    for column, value in due.items():
        if not same(row[column], value):
            yield "vote", f"{column} is {row[column]!r}, counted {value!r}"


def _chances(row: Row, slips: list[Slip | None]) -> Faults:
    """The chance to be right, summed over all that a member may fail at; and that votes and skills are possible."""
    names = row["skills"]
    if any(slip is not None and f"{row['family']}.{slip.kind}" not in names for slip in slips):
        yield "skill", f"an answer's mistake is none of {names}"
    if len(row["chances"]) != len(row["votes"]) or any(len(each) != len(names) for each in row["chances"]):
        yield "skill", f"{len(row['chances'])} members and {len(row['votes'])} votes, {len(names)} skills"
        return
    rates = [sum(prod(chance if fails else 1 - chance for fails, chance in zip(case, chances, strict=True))
                 for case in product((False, True), repeat=len(chances)) if not any(case))
             for chances in row["chances"]]
    if abs(row["expected_rate"] - (due := sum(rates) / len(rates))) > CLOSE:
        yield "skill", f"expected_rate is {row['expected_rate']}, summed {due}"
    for vote, chances in zip(row["votes"], row["chances"], strict=True):
        slip = slips[vote]
        if slip is not None and f"{row['family']}.{slip.kind}" in names \
                and not chances[names.index(f"{row['family']}.{slip.kind}")] > 0:
            yield "skill", f"a member makes the mistake {slip.kind}, which it can't"
    if not all(len(row[column]) == len(names) for column in ("mastery_before", "mastery_after")):
        yield "skill", "the masteries are not those of the skills"
    if abs(sum(row["level_chances"]) - 1) > CLOSE:
        yield "proposer", f"the chances of the levels add up to {sum(row['level_chances'])}"


def _paid(row: Row) -> Faults:
    n, agree, right = len(row["votes"]), row["agree"], round(row["solve_rate"] * len(row["votes"]))
    due = {"sqlm_paper": 1.0 if agree != n else 0.0, "sqlm_code": 1.0 if agree not in (1, n) else 0.0,
           "r_zero": 2 * min(agree, n - agree) / n, "absolute_zero": (n - right) / n if right not in (0, n) else 0.0,
           "variance": right / n - (right / n) ** 2}
    for name, value in due.items():
        if not same(row["rewards"][name], value):
            yield "reward", f"{name} is {row['rewards'][name]}, due {value}"
    if row["reward"] not in due:
        yield "reward", f"{row['reward']!r} is no rule"


def _program(row: Row, case: Case, slips: list[Slip | None], notes: set[str]) -> Faults:
    if case.family.kind(case.problem.structure) != "program":
        if (row["tests"], row["mutants"], row["killed"]) != ("", 0, 0):
            yield "program", "has tests, and is no program"
        return
    if json.loads(row["tests"]) != json.loads(json.dumps(case.problem.structure["tests"])):
        yield "program", "the tests are not those of the problem"
    sites = case.family.sites(case.problem, case.right)
    made = [case.family.slip(case.problem, case.right, kind, step) for kind, step in sites]
    if (row["mutants"], row["killed"]) != (len(made), sum(each is not None for each in made)):
        yield "program", f"{row['killed']} of {row['mutants']} mutants are killed, made again " \
                         f"{sum(each is not None for each in made)} of {len(made)}"
    try:
        if any(slip is not None and case.family.accepts(case.problem, case.right, slip.work.answer) for slip in slips):
            yield "program", "a mistaken program passes all tests"
    except RunnerUnavailable as error:
        notes.add(f"programs were not run: {error}")
