"""Problems told piece by piece: when the answer is determined, who waits and who doesn't, and what others can read."""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.building import build, make_item
from tutelage.errors import NoAnswer, StoreError, UsageError
from tutelage.evaluate import n_run_metrics, percentile, sharded_records
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import Family, all_names, structure_hash
from tutelage.problems.views import analyse, determined
from tutelage.recipes.sharded import FEWEST, MOST, RECIPE
from tutelage.records.episode import Episode
from tutelage.records.schema import episodes_table, native_table, pack_view, packed_rows, unpack_view
from tutelage.store.splits import TRAIN, split_of
from tutelage.talk.acts import ASK, ASSUME, ATTEMPT, TELL, WAIT
from tutelage.talk.case import Case
from tutelage.talk.converse import ended
from tutelage.talk.leaks import find_leaks
from tutelage.talk.revealed import OPEN
from tutelage.talk.shards import MOST_ASSUMED, REVEALS, WAITERS, assumed
from tutelage.talk.statements import statement_of
from tutelage.talk.users import told_names

ITEMS = 15
BRUTE = 3_000  # completions that a test goes through
SWEEP = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.name)


@cache
def items(family: str, number: int = ITEMS, students: tuple[str, ...] = (),
          teachers: tuple[str, ...] = ()) -> tuple[tuple[Episode, ...], ...]:
    """What each item keeps: the main arm, full, concat."""
    plan = Plan("sharded", number, 11, Options(families=(family,), students=students, teachers=teachers))
    return tuple([make_item(RECIPE, plan, index, ()).kept for index in range(number)])


def told(family: str) -> list[Episode]:
    return [kept[0] for kept in items(family)]


def row_of(episode: Episode) -> dict[str, Any]:
    [row] = episode.native["sharded"]
    return dict(row)


def brute(case: Case, known: frozenset[str]) -> bool | None:
    """Whether the answer is the same over all completions, by calling `solve` for each; None for too many."""
    hidden = [q for q in case.problem.quantities if q.name not in known]
    if prod(len(q.domain) for q in hidden) > BRUTE:
        return None
    answers = set()
    for values in product(*[q.domain for q in hidden]):
        try:
            answers.add(case.family.solve(case.problem.structure, {
                **case.problem.values, **dict(zip([q.name for q in hidden], values, strict=True))}))
        except NoAnswer:
            continue
    return len(answers) == 1


@SWEEP
def test_three_forms_of_one_problem(family: Family) -> None:
    """The forms share problem, user and voices; the twins tell everything and are solved in one turn."""
    for main, full, concat in items(family.name):
        case = main.dialogue.case
        assert [e.arm for e in (main, full, concat)] == ["", "full", "concat"]
        assert not full.native
        assert not concat.native
        assert len({(e.student_voice, e.teacher_voice, e.teacher, e.structure) for e in (main, full, concat)}) == 1
        assert case.known == frozenset()
        assert set(case.view.order) == all_names(case.problem)
        assert FEWEST <= len(case.problem.quantities) + 1 <= MOST
        assert full.dialogue.case.view is None
        assert full.dialogue.turns[0].text == family.state(case.problem, all_names(case.problem))
        for twin in (full, concat):
            assert twin.dialogue.case.known == all_names(case.problem)
            assert [turn.act.kind for turn in twin.dialogue.turns] == ["state", ATTEMPT]
            assert (twin.dialogue.turns[1].k_after, twin.dialogue.reward) == (0, 1)


@SWEEP
def test_the_shards_are_the_whole(family: Family) -> None:
    """Shard 1 tells no premise, each other one its own; together they are the concat prompt, and all determine."""
    for main, full, concat in items(family.name):
        row, case = row_of(main), main.dialogue.case
        shards = row["shards"]
        assert [shard["shard_id"] for shard in shards] == list(range(1, len(shards) + 1))
        assert [shard["quantity"] for shard in shards] == ["", *case.view.order]
        assert all(shard["shard"] == shard["shard_text"] for shard in shards)
        assert len({shard["shard"] for shard in shards}) == len(shards)
        assert shards[0]["shard"] == family.state(case.problem, frozenset()) == main.dialogue.turns[0].text
        rest = [f"- {shard['shard']}" for shard in shards[1:]]
        assert row["concat_prompt"] == "\n".join([shards[0]["shard"], *rest]) == concat.dialogue.turns[0].text
        assert row["full_prompt"] == full.dialogue.turns[0].text
        assert brute(case, all_names(case.problem))
        assert family.accepts(case.problem, case.right, row["answer"])


@SWEEP
def test_determined_at_shard_is_exact(family: Family) -> None:
    """By going through all completions: from that shard on there is one answer, and before it there are several."""
    checked = 0
    for episode in told(family.name):
        row, case = row_of(episode), episode.dialogue.case
        at, order = row["determined_at_shard"], case.view.order
        for count in range(len(order) + 1):
            sole = brute(case, frozenset(order[:count]))
            if sole is not None:
                assert sole == (count + 1 >= at)
                checked += 1
        assert at > 1
    assert checked >= ITEMS


@SWEEP
def test_required_shards(family: Family) -> None:
    """A shard is required iff the answer is open without it; required sets determine, and none of their members
    can be spared."""
    found = 0
    for episode in told(family.name):
        row, case = row_of(episode), episode.dialogue.case
        names = all_names(case.problem)
        for shard in row["shards"][1:]:
            assert shard["is_required"] == (not brute(case, names - {shard["quantity"]}))
        sets = row["required_sets"]
        found += bool(sets)
        for members in sets:
            assert determined(family, case.problem, frozenset(members))
            assert not any(determined(family, case.problem, frozenset(members) - {name}) for name in members)
            assert {s["quantity"] for s in row["shards"][1:] if s["is_required"]} <= set(members)
    assert found


@SWEEP
def test_what_is_known_after_each_turn(family: Family) -> None:
    """`k_after` is 0 iff the view of what was told is determined; where a number stands, enumeration gives it."""
    sizes = 0
    for episode in told(family.name):
        case, turns = episode.dialogue.case, episode.dialogue.turns
        for index, turn in enumerate(turns):
            known = told_names(turns[:index + 1])
            hidden = [q for q in case.problem.quantities if q.name not in known]
            assert turn.known_after == len(known)
            assert (turn.k_after == 0) == determined(family, case.problem, known)
            small = prod(len(q.domain) for q in hidden) <= BRUTE and len(hidden) <= 5
            if small:
                view = analyse(family, case.problem, known)
                sizes += 1
                assert turn.k_after == view.k
                gain = view.gain[turn.act.target] if turn.act.kind == ASK else 0.0
                assert turn.ig_bits == pytest.approx(gain, abs=1e-6)
            elif turn.act.kind != ASK:
                assert turn.ig_bits == 0
            assert turn.k_after >= OPEN
    assert sizes >= ITEMS


@SWEEP
def test_dialogues(family: Family) -> None:
    """The user tells each premise once, none twice; who waits is never wrong; the answer comes with the last turn."""
    for episode in told(family.name):
        case, turns, row = episode.dialogue.case, episode.dialogue.turns, row_of(episode)
        order = case.view.order
        names = [turn.act.target for turn in turns[2::2]]
        assert all(turn.act.kind == TELL for turn in turns[2::2])
        assert len(set(names)) == len(names) <= len(order)
        assert all(family.words(case.problem, case.problem.quantity(turn.act.target)).sentence in turn.text
                   for turn in turns[2::2])
        assert episode.max_turns == len(order) + 1 >= len(turns) // 2
        assert episode.dialogue.reward == 1
        assert (turns[-1].act.kind, turns[-1].correct, turns[-1].k_after) == (ATTEMPT, True, 0)
        assert not any(ended(turns[:index + 1], case.view) for index in range(1, len(turns) - 1, 2))
        early = [turn for turn in turns[1:-1:2] if turn.act.kind == ASSUME]
        assert all(turn.act.kind in (WAIT, ASK, ASSUME) for turn in turns[1:-1:2])
        assert not early or episode.student == "jumps"
        assert not any(turn.correct for turn in turns[:-1])
        assert row["premature"] == len(early)
        assert len({turn.text for turn in turns}) == len(turns)
        assert find_leaks(case, turns) == []
        assert turns[0].text == statement_of(case)
        assert unpack_view(family, pack_view(case.view)) == case.view


def test_each_way_of_telling() -> None:
    """In order whatever is asked; what is asked for, else in order; what is asked for, else anything."""
    for teacher in (policy.name for policy in REVEALS):
        strayed = 0
        for main, *_ in items("word_problem", 12, (), (teacher,)):
            turns, order = main.dialogue.turns, list(main.dialogue.case.view.order)
            assert main.teacher == teacher
            for asked, said in zip(turns[1::2], turns[2::2], strict=False):
                left = [name for name in order if name not in told_names(turns[:turns.index(said)])]
                if asked.act.kind == ASK and teacher != "ordered":
                    assert said.act.target == asked.act.target
                elif teacher != "simulator":
                    assert said.act.target == left[0]
                strayed += said.act.target != left[0]
        assert bool(strayed) == (teacher != "ordered")


@pytest.mark.parametrize("student", [policy.name for policy in WAITERS])
def test_each_student(student: str) -> None:
    """Each does what it is named for, and answers at the first shard at which its work can be done, or at the last."""
    kinds = set[str]()
    families = ("word_problem", "shortest_path", "line_up")
    for main, *_ in (kept for name in families for kept in items(name, 8, (student,))):
        turns, case = main.dialogue.turns, main.dialogue.case
        assert main.student == student
        kinds |= {turn.act.kind for turn in turns[1::2]}
        used = {name for step in case.right.steps for name in step.uses} & all_names(case.problem)
        if student == "waits_to_the_end":
            assert turns[-1].known_after == len(case.problem.quantities)
        else:
            assert used <= told_names(turns)
            assert not used <= told_names(turns[:-2])
    assert kinds == {"waits": {WAIT, ASK, ATTEMPT}, "asks": {WAIT, ASK, ATTEMPT}, "jumps": {WAIT, ASSUME, ATTEMPT},
                     "waits_to_the_end": {WAIT, ATTEMPT}}[student]


@SWEEP
def test_early_answers_rest_on_what_they_say(family: Family) -> None:
    """An answer that comes too early says its values, follows from them, is wrong, and its numbers aren't the true
    ones of what is untold."""
    seen = 0
    for main, *_ in items(family.name, 12, ("jumps",)):
        case, turns = main.dialogue.case, main.dialogue.turns
        for index, turn in enumerate(turns):
            if turn.act.kind != ASSUME:
                continue
            seen += 1
            values = assumed(case, turns, index)
            assert set(values) == {turn.act.target, *turn.act.also}
            assert len(values) <= MOST_ASSUMED
            assert values[turn.act.target] != case.problem.quantity(turn.act.target).value
            assert not any(case.problem.quantity(name).fact for name in values)
            posed = family.pose(case.problem.structure, {**case.problem.values, **values}, case.problem.level)
            work = family.work(posed)
            assert work.answer == turn.act.answer
            assert turn.act.answer in turn.text
            assert not turn.correct
            assert not family.accepts(case.problem, case.right, turn.act.answer)
            assert {n for step in work.steps for n in step.uses} & all_names(posed) <= told_names(turns[:index]) | set(
                values)
    assert seen


@SWEEP
def test_plausible_answers_are_wrong(family: Family) -> None:
    """Each is rejected by the judge; all items but few have one that a mistake leads to or the first shards allow."""
    empty = 0
    for episode in told(family.name):
        row, case = row_of(episode), episode.dialogue.case
        empty += not row["plausible"]
        for wrong in row["plausible"]:
            assert not family.accepts(case.problem, case.right, wrong["answer"])
            assert 1 <= wrong["shards"] <= len(case.problem.quantities) + 1
            assert wrong["slip"] or wrong["shards"] < row["determined_at_shard"]
    assert empty <= ITEMS // 3


def test_rows_have_no_null_and_come_back() -> None:
    """The rows of all families fit their schema, and come back as they were."""
    episodes = [e for family in FAMILIES for kept in items(family.name)[:3] for e in kept]
    rows = packed_rows(episodes)
    table = native_table("sharded", rows)
    natives = [row_of(e) for e in episodes if e.native]
    assert table.to_pylist() == natives
    assert "null" not in json.dumps(table.to_pylist())
    assert {row["view"] for row in episodes_table(rows).to_pylist()} == {"sharded", "complete", "concat"}


def test_no_structure_of_a_training_split() -> None:
    """Evaluation sets hold no structure that a training split holds; `split="train"` holds only such."""
    for split in ("evaluation", "train"):
        plan = Plan("sharded", 22, 3, Options(split=split))
        kept = [make_item(RECIPE, plan, index, ()).kept for index in range(22)]
        for main, *_ in kept:
            case = main.dialogue.case
            assert main.structure == structure_hash(case.family, case.problem.structure)
            due = split_of(main.structure, case.family.name, case.problem.level, Options())
            assert (due == TRAIN) == (split == "train")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sharded") / "d"
    build(Plan("sharded", 24, 5, Options(families=("word_problem", "list_rules", "knights_knaves"))), root)
    return root


def test_records_are_what_the_simulator_reads(dataset: Path) -> None:
    """Every key that the simulator's code takes of a sample is there, and its judges accept our answers.

    What it does with them, in our words: `math` compares the number behind "####" with the last number of the reply;
    `code` calls `metadata.func_name` with the JSON value of each line of an input and compares with that of the output.
    """
    records = json.loads(json.dumps(sharded_records(dataset)))
    assert {record["task"] for record in records} == {"math", "code"}
    assert len({record["task_id"] for record in records}) == len(records) == 16
    for record in records:
        assert record["task_id"].startswith("sharded-")
        assert all(set(shard) == {"shard_id", "shard", "shard_text"} for shard in record["shards"])
        assert all(isinstance(shard["shard_id"], int) and shard["shard"] for shard in record["shards"])
        assert len(record["tutelage"]["is_required"]) == len(record["shards"])
        if record["task"] == "math":
            assert record["question"] == record["full_prompt"]
            head, gold = record["answer"].split("####")
            assert head
            assert gold.strip().lstrip("-").isdecimal()
            assert gold.strip().lstrip("-") in record["tutelage"]["answer"]
        else:
            assert record["source"] in ("lcb_easy", "lcb_medium")
            assert record["question_content"] == record["full_prompt"]
            name = record["metadata"]["func_name"]
            assert record["starter_code"].startswith(f"def {name}(")
            assert f"`{name}" in record["full_prompt"]
            tests = json.loads(record["public_test_cases"])
            assert tests
            for test in tests:
                assert [json.loads(line) for line in test["input"].split("\n")]
                json.loads(test["output"])
    assert {r["task"] for r in sharded_records(dataset, ("other",))} == {"other"}
    assert len(sharded_records(dataset, ("math", "code", "other"))) == 24


def test_the_tests_of_a_record_are_those_of_its_problem() -> None:
    """A function that returns what the right one returns passes a record's tests, and a mistake fails one."""
    family = family_named("list_rules")
    for episode in told("list_rules"):
        row, case = row_of(episode), episode.dialogue.case
        tests = json.loads(row["tests"])
        outputs = case.right.value
        assert isinstance(outputs, tuple)
        behaviour = dict(zip(map(json.dumps, case.problem.structure["tests"]), outputs, strict=True))
        assert all(behaviour[test["input"]] == test["output"] for test in tests)
        raised = sum(out.startswith("!") for out in outputs)
        assert len(tests) == len(case.problem.structure["tests"]) - raised
        assert family.accepts(case.problem, case.right, row["reference"])


def test_records_of_no_such_dataset(dataset: Path, tmp_path: Path) -> None:
    """An unknown task and a folder without the table are refused with the way out."""
    with pytest.raises(UsageError, match="task 'chess' is not one of math, code, other"):
        sharded_records(dataset, ("chess",))
    with pytest.raises(StoreError, match=r"holds no manifest\.json"):
        sharded_records(tmp_path)
    build(Plan("sml", 3, 1, Options(families=("shortest_path",))), tmp_path / "sml")
    with pytest.raises(StoreError, match="holds no table 'sharded'; build one with: tutelage build sharded"):
        sharded_records(tmp_path / "sml")


# --- metrics ---------------------------------------------------------------------------------------------------------

@given(st.lists(st.floats(0, 100), min_size=1, max_size=30), st.floats(0, 100))
def test_percentile_is_that_of_numpy(values: list[float], percent: float) -> None:
    """Linear between neighbours, as numpy does by default."""
    assert percentile(values, percent) == pytest.approx(float(np.percentile(values, percent)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("most", [1, 100])
def test_metrics_are_those_of_the_paper(most: int) -> None:
    """P, A90 and U90_10 of each item by numpy, averaged over items; on the scale of the scores."""
    draws = random.Random(5)
    scores = {str(i): [draws.choice([0.0, most * 0.25, float(most)]) for _ in range(draws.randint(1, 12))]
              for i in range(40)}
    found = n_run_metrics(scores, most)
    high, low = ([np.percentile(runs, percent) for runs in scores.values()] for percent in (90, 10))
    assert found.p == pytest.approx(np.mean([np.mean(runs) for runs in scores.values()]))
    assert found.a90 == pytest.approx(np.mean(high))
    assert found.u90_10 == pytest.approx(np.mean(np.subtract(high, low)))
    assert (found.items, found.runs) == (40, sum(map(len, scores.values())))


def test_metrics_by_hand() -> None:
    """Ten runs of which one fails: P 0.9, A90 1, and P10 lies nine tenths of the way from 0 to 1."""
    found = n_run_metrics({"a": [1.0] * 9 + [0.0]})
    assert (found.p, found.a90, round(found.u90_10, 12)) == (0.9, 1.0, 0.1)
    assert n_run_metrics({"a": [70.0], "b": [30.0]}, 100)[:3] == (50.0, 50.0, 0.0)


@pytest.mark.parametrize(("scores", "most", "message"), [
    ({}, 1, "scores are empty"),
    ({"a": []}, 1, "item 'a' has no runs"),
    ({"a": [0.5, 1.5]}, 1, r"score 1\.5 of item 'a' is not in 0\.\.1"),
    ({"a": [-1.0]}, 100, r"score -1\.0 of item 'a' is not in 0\.\.100"),
    ({"a": [float("nan")]}, 1, "score nan of item 'a'"),
    ({"a": [1.0]}, 10, "most=10 is not a scale of scores; give 1 or 100"),
])
def test_bad_scores_are_named(scores: dict[str, list[float]], most: float, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        n_run_metrics(scores, most)


@pytest.mark.parametrize(("values", "percent", "message"), [([], 50, "no values"), ([1.0], 101, "percent=101")])
def test_bad_percentiles_are_named(values: list[float], percent: float, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        percentile(values, percent)
