"""Laws of `which_question`, swept over the families that serve: what is right is found here by brute force, apart from
the package's own analysis."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from tutelage.building import make_item
from tutelage.draws import stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import all_names
from tutelage.recipes import recipe_named
from tutelage.recipes.recipe import check_options
from tutelage.recipes.which_question import MODES
from tutelage.records.episode import Episode
from tutelage.records.schema import native_table, pack_view, packed_rows, unpack_view
from tutelage.records.tables import WHICH_QUESTION
from tutelage.talk.acts import ABSTAIN, ASK, ASSUME, ATTEMPT
from tutelage.talk.case import Case
from tutelage.talk.choosers import CHOOSERS, needed
from tutelage.talk.converse import analysed, first_table
from tutelage.talk.leaks import find_leaks
from tutelage.talk.options import RESULT, analyse_options, depth_of, settled
from tutelage.talk.statements import statement_of
from tutelage.values import Step, Value, Work

SERVING = tuple(family.name for family in FAMILIES if family.asides)
ITEMS = 24
RECIPE = recipe_named("which_question")


@cache
def episodes(family: str, count: int = ITEMS, seed: int = 11) -> tuple[Episode, ...]:
    plan = Plan(RECIPE.name, count, seed, Options(families=(family,)))
    return tuple(e for i in range(count) for e in make_item(RECIPE, plan, i, ()).kept)


def row_of(episode: Episode) -> dict[str, Any]:
    [row] = episode.native["which_question"]
    return dict(row)


def rows_of(family: str, mode: str) -> list[tuple[Episode, dict[str, Any]]]:
    return [(e, row_of(e)) for e in episodes(family) if row_of(e)["mode"] == mode]


def completions(case: Case) -> Iterator[tuple[dict[str, Value], Value]]:
    """All values that the hidden premises can have, with the answer that they lead to."""
    problem = case.problem
    hidden = [q for q in problem.quantities if q.name not in case.known]
    for choice in itertools.product(*[q.domain for q in hidden]):
        values = {**problem.values, **{q.name: value for q, value in zip(hidden, choice, strict=True)}}
        try:
            yield values, case.family.solve(problem.structure, values)
        except NoAnswer:
            continue


def replies(case: Case, names: Sequence[str]) -> list[tuple[tuple[Value, ...], Value]]:
    """For each completion, what the replies to these questions would be, and the answer."""
    out = []
    for values, answer in completions(case):
        told: list[Value] = []
        for name in names:
            if name.startswith(RESULT):
                work = case.family.work(case.family.pose(case.problem.structure, values, case.problem.level))
                told.append(next(step.value for step in work.steps if RESULT + step.name == name))
            else:
                told.append(values[name])
        out.append((tuple(told), answer))
    return out


def settles(rows: Sequence[tuple[tuple[Value, ...], Value]], places: Sequence[int]) -> bool:
    seen: dict[tuple[Value, ...], Value] = {}
    return all(seen.setdefault(tuple(told[i] for i in places), answer) == answer for told, answer in rows)


@pytest.mark.parametrize("family", SERVING)
def test_every_valid_question_settles_and_no_other_does(family: str) -> None:
    """Over all completions: the sets in `all_valid_qs` fix the answer, no other set of k options and none of fewer."""
    for episode, row in rows_of(family, "mc"):
        names = [option["name"] for option in row["askable"]]
        rows = replies(episode.dialogue.case, names)
        right = set()
        for size in range(row["k"] + 1):
            for places in itertools.combinations(range(len(names)), size):
                if settles(rows, places):
                    right.add(frozenset(names[i] for i in places))
        assert right == {frozenset(valid) for valid in row["all_valid_qs"]}
        assert all(len(valid) == row["k"] for valid in right)
        assert set(row["gt_qs"]) in right
        assert 3 <= len(names) <= 6
        for option in row["askable"]:
            assert option["valid"] == any(option["name"] in valid for valid in right)
            assert (option["settles"] == 1) == (frozenset({option["name"]}) in right)


@pytest.mark.parametrize("family", SERVING)
def test_ambiguity_label_is_exact(family: str) -> None:
    """`answerable` says whether all completions have one answer; both labels occur; with all told the answer stands."""
    labels = Counter()
    for mode in MODES.values():
        for episode, row in rows_of(family, mode):
            answers = {answer for _, answer in completions(episode.dialogue.case)}
            assert row["answerable"] == (len(answers) == 1) == (row["k"] == 0)
            labels[mode, row["answerable"]] += 1
            if mode == "isambig":
                assert len(all_names(episode.dialogue.case.problem) - episode.dialogue.case.known) == 1
    assert labels["mc", True] == labels["fullinfo", False] == 0
    assert min(labels["isambig", True], labels["isambig", False]) >= ITEMS // 5


@pytest.mark.parametrize("family", SERVING)
def test_guesses_and_depth(family: str) -> None:
    """Expected guesses are the mean place of the first right set in all orders; depth counts steps to the answer."""
    for episode, row in rows_of(family, "mc"):
        sets = list(itertools.combinations([option["name"] for option in row["askable"]], row["k"]))
        right = {frozenset(valid) for valid in row["all_valid_qs"]}
        n, s = len(sets), len(right)
        # place j is the first right one with the chance that j - 1 wrong ones stand before it
        mean, before = 0.0, 1.0
        for place in range(1, n - s + 2):
            chance = s / (n - place + 1)
            mean += place * before * chance
            before *= 1 - chance
        assert row["expected_guesses"] == pytest.approx(mean)
        steps = episode.dialogue.case.right.steps
        assert row["num_constraints"] == len(steps)
        assert row["num_vars"] == len(steps) + len(episode.dialogue.case.problem.quantities)
        for option in row["askable"]:
            used = any(option["name"].removeprefix(RESULT) in step.uses for step in steps)
            assert 1 <= option["depth"] <= len(steps) if used else option["depth"] == -1
            assert option["ig_bits"] <= row["entropy"] + 1e-6
            assert option["kind"] == "result" or option["phrase"].lower() in row["prompt"].lower()
            assert not option["valid"] or option["ig_bits"] > 0


@pytest.mark.parametrize("family", SERVING)
def test_dialogues_are_well_formed(family: str) -> None:
    """Each policy does what its name says, the row says the same, and a right question is answered and solved."""
    for episode in episodes(family):
        row, turns, case = row_of(episode), episode.dialogue.turns, episode.dialogue.case
        assert row is not None
        assert [turn.role for turn in turns] == ["teacher", "student"] * (len(turns) // 2)
        assert len({turn.text for turn in turns}) == len(turns)
        assert row["response"] == turns[1].text
        assert (row["style"], row["act"]) == (episode.student, turns[1].act.kind)
        assert MODES[episode.arm] == row["mode"]
        if row["mode"] == "fullinfo" or (episode.student == "chooses" and row["mode"] == "isambig"):
            assert episode.dialogue.reward == row["right"] == 1
            assert turns[1].act.kind == (ATTEMPT if row["answerable"] else ABSTAIN)
        elif episode.student == "chooses":
            assert [turn.act.kind for turn in turns] == ["state", ASK, "tell", ATTEMPT]
            asked = [turns[1].act.target, *turns[1].act.also]
            assert set(asked) in [set(valid) for valid in row["all_valid_qs"]]
            assert set(asked) == set(needed(case))
            letters = {option["name"]: option["letter"] for option in row["askable"]}
            assert all(letters[name] in turns[1].text for name in asked)
            assert [turn.k_after for turn in turns] == [row["k"], row["k"], 0, 0]
            assert turns[1].ig_bits == pytest.approx(row["entropy"], abs=1e-5)
            assert episode.dialogue.reward == row["right"] == 1
        elif row["mode"] == "mc":
            assert turns[1].act.kind in {"picks_useless": (ASK,), "answers_anyway": (ASSUME, ABSTAIN)}[episode.student]
            assert turns[-1].k_after > 0
            assert episode.dialogue.reward == row["right"] == 0


@pytest.mark.parametrize("family", SERVING)
def test_rows_are_derived_again(family: str) -> None:
    """The statement and what was known after each turn follow from the case; a view survives being written."""
    for episode in episodes(family):
        case, turns = episode.dialogue.case, episode.dialogue.turns
        view = unpack_view(case.family, pack_view(case.view))
        again = case._replace(view=view)
        assert view == case.view
        assert statement_of(again) == turns[0].text
        assert tuple(analysed(again, turns, first_table(again))) == turns
        assert find_leaks(case, turns) == []
        assert row_of(episode)["prompt"] == turns[0].text
        hidden = [q for q in case.problem.quantities if q.name not in case.known]
        for quantity in hidden:
            assert case.family.words(case.problem, quantity).sentence not in turns[0].text


def test_rows_fit_their_schema() -> None:
    """A row has the columns of `WHICH_QUESTION` and no null; a mode without options has none."""
    made = [e for family in SERVING for e in episodes(family)[:6]]
    table = pa.Table.from_batches([native_table("which_question", packed_rows(made))])
    assert table.schema == WHICH_QUESTION
    assert len(table) == len(made)
    assert "null" not in json.dumps(table.to_pylist())
    for row in table.to_pylist():
        assert bool(row["askable"]) == bool(row["all_valid_qs"]) == (row["mode"] == "mc")
    assert len(set(table["id"].to_pylist())) == len(table)


def test_position_and_length_say_nothing() -> None:
    """The one right option stands anywhere (chi-square on 200 items), and is not mostly the longest or the shortest."""
    seen, due, longest, shortest, fair = Counter[int](), Counter[int](), 0, 0, 0.0
    for episode in [e for family in ("max_flow", "word_problem") for e in episodes(family, 130, 5)]:
        row = row_of(episode)
        assert row is not None
        if row["mode"] != "mc" or len(row["all_valid_qs"]) > 1 or row["k"] != 1:
            continue
        names = [option["name"] for option in row["askable"]]
        place = names.index(row["gt_qs"][0])
        seen[place] += 1
        due.update({i: 1 / len(names) for i in range(len(names))})  # type: ignore[arg-type]
        lengths = [len(option["phrase"]) for option in row["askable"]]
        longest += lengths[place] == max(lengths)
        shortest += lengths[place] == min(lengths)
        fair += 1 / len(names)
    assert sum(seen.values()) >= 100
    assert sum((seen[i] - due[i]) ** 2 / due[i] for i in due) < 20  # 5 degrees of freedom: 1 in 800
    assert longest < 2.2 * fair
    assert shortest < 2.2 * fair


def test_length_does_not_tell_whether_it_is_complete() -> None:
    """Law 10: the length of a statement ranks complete before incomplete ones about as often as not (AUC)."""
    rows = [row for family in SERVING for _, row in rows_of(family, "isambig")]
    full, short = ([len(row["prompt"]) for row in rows if row["answerable"] is label] for label in (True, False))
    auc = sum((a > b) + 0.5 * (a == b) for a in full for b in short) / (len(full) * len(short))
    assert 0.4 < auc < 0.6


def test_both_sizes_and_several_right_questions_occur() -> None:
    """Mostly one question, sometimes two; in the arithmetic families often more than one of them is right."""
    rows = [row for family in ("word_problem", "rates") for _, row in rows_of(family, "mc")]
    sizes = Counter(row["k"] for row in rows)
    assert sizes[1] > sizes[2] > 0
    assert sum(len(row["all_valid_qs"]) > 1 for row in rows) >= len(rows) // 5
    assert {option["kind"] for row in rows for option in row["askable"]} == {"hidden", "stated", "result"}


@pytest.mark.parametrize("student", [policy.name for policy in CHOOSERS])
def test_policies_can_be_chosen(student: str) -> None:
    """Each policy plays when asked for."""
    plan = Plan(RECIPE.name, 4, 2, Options(families=("rates",), students=(student,)))
    made = [e for i in range(4) for e in make_item(RECIPE, plan, i, ()).kept]
    assert made
    assert {e.student for e in made} == {student}


def test_k_can_be_chosen() -> None:
    """`--k 2` asks for two questions each time; three are more than the recipe asks for."""
    plan = Plan(RECIPE.name, 5, 2, Options(families=("word_problem",), k=(2,)))
    made = [row_of(e) for i in range(5) for e in make_item(RECIPE, plan, i, ()).kept if not e.arm]
    assert made
    assert {row["k"] for row in made} == {2}
    with pytest.raises(UsageError, match="leave the family out"):
        check_options(RECIPE, Options(families=("line_up",), students=("answers_anyway",)))
    with pytest.raises(UsageError, match="leave the source out"):
        check_options(RECIPE, Options(source="gsm8k:train.jsonl"))
    with pytest.raises(UsageError, match="give 1, 2 or both"):
        check_options(RECIPE, Options(k=(3,)))


@pytest.mark.parametrize("family", [f.name for f in FAMILIES if f.name not in SERVING])
def test_families_that_cannot_serve_say_so(family: str) -> None:
    """Named, they are refused, with the names of those that can."""
    with pytest.raises(UsageError, match="which_question") as refused:
        check_options(RECIPE, Options(families=(family,)))
    assert all(name in str(refused.value) for name in SERVING)


def test_options_by_hand() -> None:
    """answer = a + b with a in 1..2, b in 1..2: neither alone settles it, both do, and so does their sum."""
    pairs = [(a, b) for a in (1, 2) for b in (1, 2)]
    answers = [a + b for a, b in pairs]
    columns = {"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "c": [7] * 4}
    found = analyse_options(columns, answers)
    assert (found.k, found.sufficient, found.determined) == (2, (("a", "b"),), False)
    assert found.entropy == pytest.approx(1.5)
    assert found.gain == pytest.approx({"a": 0.5, "b": 0.5, "c": 0})
    assert analyse_options({**columns, "=sum": answers}, answers).sufficient == (("=sum",), ("a", "b"))
    assert analyse_options({"c": [7] * 4}, answers).k == -1
    assert settled([[1, 1, 2, 2]], [5, 5, 5, 6]) == 0.5


def test_depth_by_hand() -> None:
    """Steps to the answer on the shortest way; -1 for what no step uses."""
    steps = [Step("s0", "", "", "", ("a",)), Step("s1", "", "", "", ("s0", "b")), Step("s2", "", "", "", ("s1", "a"))]
    work = Work(tuple(steps), 0, "0")
    assert [depth_of(work, name) for name in ("a", "b", "=s0", "=s1", "c")] == [1, 2, 2, 1, -1]


def test_one_premise_at_most_settles_where_all_values_are_possible() -> None:
    """Why results are offered: of independent premises never two settle the answer each by itself."""
    for name in ("word_problem", "rates", "linear_system", "max_flow"):
        family = family_named(name)
        for number in range(3):
            problem = family.draw(stream(8, name, number), 2)
            names = [q.name for q in problem.quantities if not q.fact][:4]
            for pair in itertools.combinations(names, 2):
                case = Case(family, problem, family.work(problem), all_names(problem) - set(pair), ())
                rows = replies(case, pair)
                if not settles(rows, ()):
                    assert not (settles(rows, (0,)) and settles(rows, (1,)))
