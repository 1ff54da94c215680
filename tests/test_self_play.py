"""`self_play`: pools, proposers, payments and votes; what the check must find; laws over many runs."""

from __future__ import annotations

import ast
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from fractions import Fraction
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tutelage as tu
from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import family_named
from tutelage.problems.family import Family
from tutelage.problems.reading.answers import same
from tutelage.recipes import recipe_named
from tutelage.records.tables import TABLES
from tutelage.selfplay.payment import PAYMENTS, Vote
from tutelage.selfplay.pool import Member, answered, failing, practised, right_chance
from tutelage.selfplay.proposer import Proposer
from tutelage.values import Problem

Row = dict[str, Any]
RECIPE = recipe_named("self_play")


@cache
def rows(items: int, **given: Any) -> tuple[Row, ...]:
    plan = Plan("self_play", items, 3, Options(**given))
    return tuple(dict(row) for i in range(items) for e in make_item(RECIPE, plan, i, ()).kept
                 for row in e.native["self_play"])


# --- parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "values"), [
    ("sqlm_paper", [1, 1, 1, 0]), ("sqlm_code", [0, 1, 1, 0]), ("r_zero", [0.5, 1, 0.5, 0])])
def test_payments_by_votes(name: str, values: list[float]) -> None:
    """By how many of four agree: one, two, three, all."""
    assert [PAYMENTS[name](Vote(4, n, 0)) for n in (1, 2, 3, 4)] == values


@pytest.mark.parametrize(("name", "values"), [
    ("absolute_zero", [0, 0.75, 0.5, 0.25, 0]), ("variance", [0, 3 / 16, 4 / 16, 3 / 16, 0])])
def test_payments_by_truth(name: str, values: list[float]) -> None:
    """By how many of four are right: none to all."""
    assert [PAYMENTS[name](Vote(4, 2, n)) for n in range(5)] == values


@pytest.mark.parametrize("chances", [(), (0.0,), (1.0,), (0.25, 0.5), (0.1, 0.9, 0.3)])
def test_the_chance_to_be_right_is_how_often_one_is(chances: tuple[float, ...]) -> None:
    draws = stream(1, "chances", len(chances))
    share = fmean(answered(chances, draws) < 0 for _ in range(20_000))
    assert abs(share - right_chance(chances)) < 0.015


def test_a_harder_problem_and_a_lower_mastery_fail_more_often() -> None:
    assert failing(1, 5) == 0 < failing(0.9, 1) < failing(0.5, 1) < failing(0.5, 5) <= failing(0, 5) == 1


def test_a_pool_learns_what_it_voted_for() -> None:
    """A right vote brings all skills up; a mistaken one brings that of the mistake down, and leaves what follows it."""
    pool = [Member(0.5, {"a": 0.5, "b": 0.5, "c": 0.5})]
    practised(pool, ["a", "b", "c"], 1)
    assert pool[0].mastery == {"a": 0.625, "b": 0.375, "c": 0.5}
    practised(pool, ["a", "b", "c"], -1)
    assert pool[0].mastery == {"a": 0.71875, "b": 0.53125, "c": 0.625}


def test_a_proposer_goes_where_it_is_paid() -> None:
    """It begins with easy problems, and leaves a level that pays nothing for one that does."""
    proposer = Proposer((5, 1, 3))
    assert proposer.levels == (1, 3, 5)
    assert proposer.chances()[0] > 0.8
    assert sum(proposer.chances()) == pytest.approx(1)
    for _ in range(6):
        proposer.paid(1, 0.0)
        proposer.paid(3, 0.8)
    assert proposer.chances()[1] > 0.7


# --- rows -------------------------------------------------------------------------------------------------------------


def test_votes_are_of_equal_answers() -> None:
    """Answers are told apart by their values, and what has the most votes is the label, whether right or wrong."""
    made = rows(26, iterations=2, tasks=3)
    assert len(made) == 26 * 6
    for row in made:
        counts = Counter(row["votes"])
        assert row["agree"] == max(counts.values())
        assert row["majority"] == row["answers"][counts.most_common(1)[0][0]]["answer"]
        assert row["pseudo_label_correct"] == (row["majority"] == row["truth"])
        assert len(row["votes"]) == 10
        assert 0 <= row["expected_rate"] <= 1
    assert {row["pseudo_label_correct"] for row in made} == {True, False}
    assert {row["tie"] for row in made} == {True, False}


def test_fractions_are_judged_exactly() -> None:
    """The original's int() makes ⅓ and ⅔ both 0; here they are two answers, of which one is right."""
    assert same("number", Fraction(1, 3), "1/3", ())
    assert not same("number", Fraction(1, 3), "2/3", ())
    assert not same("number", Fraction(5, 2), "2", ())


def test_a_seed_is_a_run() -> None:
    """The same items whatever is made before; each problem's structure has its split."""
    plan = Plan("self_play", 8, 3, Options(iterations=2, tasks=2))
    one, again = (make_item(RECIPE, plan, 5, ()).kept for _ in range(2))
    assert [e.native for e in one] == [e.native for e in again]
    assert [e.dialogue.turns for e in one] == [e.dialogue.turns for e in again]


@pytest.mark.laws
def test_pass_rates_cover_everything(size: Callable[[int, int], int]) -> None:
    """Each tenth of 0..1 has its share of the problems, none under a hundredth."""
    made = rows(size(130, 1_300))
    tenths = Counter(min(9, int(row["expected_rate"] * 10)) for row in made)
    assert min(tenths[place] for place in range(10)) >= len(made) / 100


@pytest.mark.laws
@pytest.mark.parametrize("reward", PAYMENTS)
def test_the_proposer_climbs_as_the_pool_learns(reward: str, size: Callable[[int, int], int]) -> None:
    """Over runs the last rounds' problems are harder than the first ones', by half a level at least."""
    made = rows(size(36, 360), reward=reward, iterations=8, tasks=6, families=("rates", "line_up", "linear_system"))
    first, last = ([row["level"] for row in made if row["round"] in rounds] for rounds in ((0, 1), (6, 7)))
    assert fmean(last) > fmean(first) + 0.5
    known = [fmean(row["mastery_before"]) for row in made if row["round"] == 0]
    later = [fmean(row["mastery_before"]) for row in made if row["round"] == 7]
    assert fmean(later) > fmean(known) + 0.1


@pytest.mark.laws
def test_a_vote_is_right_more_often_than_a_member(size: Callable[[int, int], int]) -> None:
    """Where members are right more often than not the vote is nearly always right; where they aren't it is not."""
    made = rows(size(130, 1_300))
    for low, high, least, most in ((0.6, 1.01, 0.93, 1.0), (0.0, 0.2, 0.0, 0.35)):
        some = [row["pseudo_label_correct"] for row in made if low <= row["expected_rate"] < high]
        assert len(some) > 20
        assert least <= fmean(some) <= most


# --- programs ---------------------------------------------------------------------------------------------------------


SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv}


def mutants(source: str) -> list[str]:
    """The program with one operator, comparison, number or order changed, each in turn."""
    found, tree = [], ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for change in (_swapped, _shifted, _turned):
            other = deepcopy(tree)
            if change(list(ast.walk(other))[place]):
                found.append(ast.unparse(other))
        del node
    return sorted(set(found) - {ast.unparse(tree)})


def _swapped(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        node.op = SWAPS[type(node.op)]()  # type: ignore[assignment]
        return True
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        node.ops[0] = SWAPS[type(node.ops[0])]()  # type: ignore[assignment]
        return True
    return False


def _shifted(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        node.value += 1
        return True
    return False


def _turned(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant) and type(node.value) is bool:
        node.value = not node.value
        return True
    return False


def varied(value: Any) -> list[Any]:
    """Inputs near to one: something left out, turned round, doubled, one more or less."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int):
        return [value - 1, value + 1]
    shorter = [value[:i] + value[i + 1:] for i in range(len(value))]
    inner = [[*value[:i], other, *value[i + 1:]] for i, each in enumerate(value) for other in varied(each)] \
        if isinstance(value, list) else []
    return [*shorter, value[::-1], value + value, *inner]


def does_the_same(family: Family, problem: Problem, source: str) -> bool:
    """Whether a program does what the reference does on many further inputs, run in the sandbox."""
    def posed(tests: list[Any]) -> Problem:
        return family.pose({**problem.structure, "tests": tests}, problem.values, problem.level)

    def suits(test: Any) -> bool:  # "11-a" has no number behind its dash
        with suppress(ValueError, LookupError, ArithmeticError, TypeError):
            return bool(family.work(posed([test])))
        return False

    tests = [other for test in problem.structure["tests"] for other in varied(test)]
    some = random.Random(1).sample(tests, min(150, len(tests)))
    wide = posed([*problem.structure["tests"], *filter(suits, some)])
    return family.accepts(wide, family.work(wide), source)


@pytest.mark.laws
def test_tests_kill_mutants(size: Callable[[int, int], int]) -> None:
    """Nine in ten of the programs that a small change makes of the reference fail a test.

    The mutants run in the sandbox and nowhere else. Those that do the same as the reference on many other inputs are
    none.
    """
    killed = alive = 0
    for number in range(size(40, 160)):
        family = family_named(("list_rules", "text_rules")[number % 2])
        problem = family.draw(stream(4, "mutants", number), 1 + number % 5)
        right = family.work(problem)
        for source in random.Random(number).sample(found := mutants(right.answer), min(6, len(found))):
            if not family.accepts(problem, right, f"```python\n{source}\n```"):
                killed += 1
            elif not does_the_same(family, problem, f"```python\n{source}\n```"):
                alive += 1
    assert killed + alive > 30
    assert killed / (killed + alive) >= 0.9
    named = rows(size(20, 60), families=("list_rules", "text_rules"), iterations=1, tasks=2)
    assert all(row["mutants"] >= row["killed"] and json.loads(row["tests"]) for row in named)
    # a named mistake may come to the same, as a limit that no item can be at
    assert sum(row["killed"] for row in named) >= 0.75 * sum(row["mutants"] for row in named)


# --- views, check, bad input ------------------------------------------------------------------------------------------


def test_the_vote_and_the_truth_stand_in_views_of_their_own() -> None:
    """`vote_rl` never holds the truth where it is another than the vote, nor `truth_rl` the vote."""
    options = {"families": ("rates",), "iterations": 2, "tasks": 3, "seed": 3, "rows": 12, "split": ""}
    votes, truths = (list(tu.stream("self_play", view=view, **options)) for view in ("vote_rl", "truth_rl"))
    made = {row["id"]: row for row in rows(12, families=("rates",), iterations=2, tasks=3)}
    assert [row["id"] for row in votes] == [row["id"] for row in truths]
    apart = 0
    for vote, truth in zip(votes, truths, strict=True):
        row = made[vote["id"]]
        assert vote["reward_model"] == {"style": "rule", "ground_truth": row["majority"]}
        assert truth["reward_model"] == {"style": "rule", "ground_truth": row["truth"]}
        assert vote["prompt"] == truth["prompt"] == [{"role": "user", "content": row["question"]}]
        assert (vote["data_source"], vote["ability"]) == ("tutelage/self_play", "arithmetic")
        apart += row["majority"] != row["truth"]
    assert apart > 0


CHANGES: dict[str, tuple[Callable[[Row], object], str]] = {
    "another truth": (lambda row: row.update(truth="7"), "row"),
    "another label": (lambda row: row.update(majority="7"), "vote"),
    "a wrong vote that counts as right": (
        lambda row: row.update(pseudo_label_correct=not row["pseudo_label_correct"]), "vote"),
    "votes that don't add up": (lambda row: row["answers"][0].update(votes=99), "vote"),
    "fewer agree": (lambda row: row.update(agree=row["agree"] - 1), "vote"),
    "another rate": (lambda row: row.update(solve_rate=0.123), "vote"),
    "another chance": (lambda row: row.update(expected_rate=row["expected_rate"] / 2 + 0.3), "skill"),
    "a member less": (lambda row: row["chances"].pop(), "skill"),
    "another payment": (lambda row: row["rewards"].update(r_zero=0.77), "reward"),
    "no rule": (lambda row: row.update(reward="none"), "reward"),
    "another mistake": (lambda row: row["answers"][0].update(answer="77777"), "answer"),
    "a proposer that is too sure": (lambda row: row["level_chances"].append(0.5), "proposer"),
}


def test_planted_faults_are_found(tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    build(Plan("self_play", 6, 3, Options(families=("rates", "shortest_path"), iterations=2, tasks=2)), clean)
    assert (check(clean).faults, check(clean).notes) == ((), ())
    path = next(path for path in sorted(clean.glob("self_play/train-*")) if pq.read_metadata(path).num_rows > 1)
    stored = pq.read_table(path).to_pylist()
    for name, (change, kind) in CHANGES.items():
        root = tmp_path / name.replace(" ", "_")
        shutil.copytree(clean, root)
        damaged = deepcopy(stored)
        change(damaged[1])
        pq.write_table(pa.Table.from_pylist(damaged, schema=TABLES["self_play"]), root / path.relative_to(clean))
        found = {(fault.row, fault.kind) for fault in check(root).faults if fault.kind != "digest"}
        assert (1, kind) in found, name
        assert {row for row, _ in found} == {1}, name
        shutil.rmtree(root)


@pytest.mark.parametrize(("given", "says"), [
    ({"reward": "gold"}, "reward='gold' is not one of sqlm_paper, sqlm_code, r_zero, absolute_zero, variance"),
    ({"siblings": 1}, "siblings=1 is not in 2..50"), ({"iterations": 0}, "iterations=0 is not in 1..20"),
    ({"tasks": 0}, "tasks=0 is not in 1..50"), ({"source": "x.jsonl"}, "leave the source out")])
def test_what_can_not_be_played(given: Row, says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("(", r"\(")):
        tu.stream("self_play", **given)
