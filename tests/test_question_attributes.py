"""The laws of question_attributes: pairs differ in one attribute, faults are found, views hold what they say."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.checking.episodes import Again, again
from tutelage.checking.own import own_table
from tutelage.errors import UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES
from tutelage.recipes.question_attributes import RECIPE
from tutelage.recipes.recipe import check_options
from tutelage.records.episode import Episode
from tutelage.records.schema import episodes_table, native_table, packed_rows
from tutelage.records.trainers import Given, view_named
from tutelage.stats import stats, stats_text
from tutelage.stats.attributes import pass_rates
from tutelage.talk.acts import ABSTAIN, DONT_KNOW
from tutelage.talk.operators import ATTRIBUTE_OF, LEAST, MOST, OPERATORS
from tutelage.talk.questions import NAMES

Row = dict[str, Any]
EACH = pytest.mark.parametrize("family", [family.name for family in FAMILIES])
EPS = 1e-6  # attributes are stored with 32 bits


@cache
def episodes(family: str, count: int = 30, options: Options | None = None) -> tuple[Episode, ...]:
    plan = Plan(RECIPE.name, count, 11, options or Options(families=(family,)))
    return tuple([episode for index in range(count) for episode in make_item(RECIPE, plan, index, ()).kept])


def tables(made: tuple[Episode, ...]) -> tuple[list[Row], list[Row], list[Row]]:
    """The episodes as rows, and the rows of both own tables, through Arrow."""
    rows = packed_rows(list(made))
    return (episodes_table(rows).to_pylist(), native_table("candidates", rows).to_pylist(),
            native_table("question_attributes", rows).to_pylist())


def faults(config: str, rows: list[Row], episode: Row) -> list[tuple[int, str, str]]:
    found, own = again(episode), own_table(RECIPE.name, config)
    assert isinstance(found, Again)
    assert own is not None
    assert {own.group(row) for row in rows} == {own.group_of(episode)}
    return list(own.faults(rows, episode, found, set()))


@EACH
@pytest.mark.laws
def test_most_spoilt_questions_differ_in_one_attribute(family: str, size: Callable[[int, int], int]) -> None:
    """Each operator makes something in each family, and at least 80 % of it passes; the rest says what else moved."""
    made = episodes(family, size(30, 1_700))
    rates = pass_rates(row for episode in made for row in episode.native["question_attributes"])
    assert set(rates) == set(NAMES)
    for each in rates.values():
        assert each["passed"] >= 0.8
        assert each["moved"] >= each["passed"]
        assert each["passed"] + each["collateral"] <= 1.0001
        assert each["made"] >= 0.4 * len(made)


@EACH
def test_pairs_are_those_that_the_rule_accepts(family: str) -> None:
    """From the attributes as stored: own attribute down by tau, no other off by more than epsilon, and only then."""
    _, candidates, _ = tables(episodes(family))
    for conv in {row["conv"] for row in candidates}:
        good, *spoilt = [row for row in candidates if row["conv"] == conv]
        assert (good["kind"], good["number"], good["played"], good["side"], good["pair"]) == (
            "good", 0, True, "chosen", 0)
        assert [row["number"] for row in spoilt] == list(range(1, len(spoilt) + 1))
        for row in spoilt:
            own = ATTRIBUTE_OF[row["kind"]]
            moved = {name: good["attributes"][name] - row["attributes"][name] for name in NAMES}
            stray = [name for name in NAMES if name != own and abs(moved[name]) > MOST + EPS]
            accepted = not stray and moved[own] >= LEAST - EPS
            assert (row["side"], row["pair"]) == (("rejected", 0) if accepted else ("", -1))
            assert row["note"] == ("" if accepted else f"collateral: {', '.join(stray)}" if stray else "small")
            assert not row["played"]
            assert row["completion"] != good["completion"]
            assert row["score"] < good["score"] or not accepted


@EACH
def test_nothing_is_wrong_with_a_good_question(family: str) -> None:
    """It is asked, answered as far as the user knows, and all but its relevance is 1; earlier exchanges are kept."""
    histories = Counter[int]()
    for episode in episodes(family):
        good = episode.native["candidates"][0]
        assert {name: good["attributes"][name] for name in NAMES if name != "relevance"} == dict.fromkeys(
            [name for name in NAMES if name != "relevance"], 1.0)
        assert 0 < good["attributes"]["relevance"] <= 1
        turns = episode.dialogue.turns
        asked = turns[2 * good["turn"] - 1]
        assert (asked.text, asked.act.target) == (good["completion"], good["target"])
        assert asked.ig_bits == pytest.approx(good["ig_bits"], abs=1e-5)
        assert good["target"] in (turns[2 * good["turn"]].act.target, *turns[2 * good["turn"]].act.also)
        assert [said["content"] for said in good["prompt"]] == [turn.text for turn in turns[:2 * good["turn"] - 1]]
        assert episode.dialogue.reward == 1
        histories[good["turn"] - 1] += 1
    assert set(histories) <= {0, 1, 2}
    assert len(histories) > 1


def test_who_does_not_know_has_said_so() -> None:
    """Where the user does not know a premise, that was asked and answered before, and saying so is the right end."""
    seen = 0
    for episode in (*episodes("shortest_path"), *episodes("line_up"), *episodes("knights_knaves")):
        view = episode.dialogue.case.view
        assert view is not None
        if not view.unknowable:
            assert view.label == "missing"
            continue
        seen += 1
        turns = episode.dialogue.turns
        assert {turns[1].act.target} == view.unknowable
        assert turns[2].act.kind == DONT_KNOW
        assert turns[-1].act.kind == ABSTAIN
        again_ = [row for row in episode.native["candidates"] if row["kind"] == "unknowable"]
        assert all(row["attributes"]["answerability"] == 0 for row in again_)
    assert seen


@EACH
def test_rows_check_clean(family: str) -> None:
    rows, candidates, typed = tables(episodes(family))
    for row in rows:
        mine = [each for each in candidates if each["conv"] == row["id"]]
        assert faults("candidates", mine, row) == []
        assert faults("question_attributes", [each for each in typed if each["id"].startswith(row["id"])], row) == []


def first_rows() -> tuple[Row, list[Row], list[Row]]:
    """An episode with all six pairs, and its rows."""
    for episode in episodes("word_problem"):
        if len(episode.native["candidates"]) == 1 + len(OPERATORS):
            (row,), candidates, typed = tables((episode,))
            return row, candidates, typed
    raise AssertionError("no episode has all six")


def _off(row: Row, name: str) -> None:
    row["attributes"][name] += 0.01


CANDIDATE_FAULTS: dict[str, Callable[[list[Row]], Any]] = {
    **{f"attribute {name}": lambda rows, name=name: _off(rows[2], name) for name in NAMES},  # type: ignore[misc]
    "side": lambda rows: rows[1].update(side=""),
    "pair": lambda rows: rows[1].update(pair=1),
    "note": lambda rows: rows[1].update(note="collateral: focus"),
    "chosen": lambda rows: rows[0].update(side=""),
    "words": lambda rows: rows[3].update(completion=rows[2]["completion"]),
    "played words": lambda rows: rows[0].update(completion="How many are there?"),
    "target": lambda rows: rows[4].update(target="sharers"),
    "also": lambda rows: rows[2].update(also=[]),
    "form": lambda rows: rows[6].update(form="open"),
    "score": lambda rows: rows[2].update(score=1.0),
    "bits": lambda rows: rows[1].update(ig_bits=0.5),
    "entropy": lambda rows: rows[1].update(entropy=0.5),
    "told": lambda rows: rows[1]["told"].pop(),
    "prompt": lambda rows: rows[1]["prompt"][0].update(content="What is it?"),
    "kind": lambda rows: rows[1].update(kind="widen"),
    "unknown kind": lambda rows: rows[1].update(kind="muddle"),
    "seed": lambda rows: rows[6].update(seed=rows[6]["seed"] + 1),
    "number": lambda rows: rows[1].update(number=5),
    "turn": lambda rows: [row.update(turn=9) for row in rows],
    "user": lambda rows: rows[1].update(user="noisy"),
    "id": lambda rows: rows[1].update(id=rows[2]["id"]),
    "missing good": lambda rows: rows.pop(0),
}
QUESTION_FAULTS: dict[str, Callable[[list[Row]], Any]] = {
    "accepted": lambda rows: rows[1].update(accepted=False),
    "good accepted": lambda rows: rows[0].update(accepted=False),
    "fall": lambda rows: rows[1].update(fall=0.3),
    "stray": lambda rows: rows[1].update(stray=0.3),
    "fits": lambda rows: rows[1]["fits"].pop(),
    "asks_for": lambda rows: rows[1].update(asks_for=""),
    "targets": lambda rows: rows[2]["targets"].pop(),
    "strange target": lambda rows: rows[2].update(targets=["toll"]),
    "guess": lambda rows: rows[6].update(value_guess=[]),
    "unreadable guess": lambda rows: rows[6].update(value_guess=["{"]),
    "unreadable value": lambda rows: rows[5].update(presuppositions=[{"name": "toll", "value": "[1"}]),
    "strange premise": lambda rows: rows[5].update(presuppositions=[{"name": "toll", "value": "1"}]),
    "strange step": lambda rows: rows[3].update(targets=["=s99"]),
    "nothing": lambda rows: rows[2].update(targets=[]),
    "unreadable good": lambda rows: rows[0].update(targets=["toll"]),
    "presupposition": lambda rows: rows[5].update(presuppositions=[]),
    "field": lambda rows: rows[5].update(field="targets"),
    "attribute": lambda rows: rows[5].update(attribute="focus"),
    "form": lambda rows: rows[6].update(form="open"),
    "phrasing": lambda rows: rows[4].update(phrasing=rows[4]["phrasing"] + 1),
    "words": lambda rows: rows[4].update(completion="How many?"),
    "prompt": lambda rows: rows[4]["prompt"].clear(),
    "kind": lambda rows: rows[0].update(kind="blur"),
    "id": lambda rows: rows[0].update(id=rows[0]["id"].partition("-")[0]),
    "turn in id": lambda rows: rows[0].update(id=rows[0]["id"].partition("-")[0] + "-7-0"),
    "family": lambda rows: rows[3].update(family="rates"),
}


@pytest.mark.parametrize("spoil", CANDIDATE_FAULTS.values(), ids=CANDIDATE_FAULTS)
def test_a_spoilt_candidate_is_found(spoil: Callable[[list[Row]], Any]) -> None:
    episode, rows, _ = first_rows()
    spoilt = copy.deepcopy(rows)
    spoil(spoilt)
    assert spoilt != rows
    assert faults("candidates", spoilt, episode)


@pytest.mark.parametrize("spoil", QUESTION_FAULTS.values(), ids=QUESTION_FAULTS)
def test_a_spoilt_question_is_found(spoil: Callable[[list[Row]], Any]) -> None:
    episode, _, rows = first_rows()
    spoilt = copy.deepcopy(rows)
    spoil(spoilt)
    assert spoilt != rows
    assert faults("question_attributes", spoilt, episode)


@pytest.mark.parametrize("name", NAMES)
def test_attributes_can_be_chosen(name: str) -> None:
    """With one attribute every pair differs in that, and every kept item has one."""
    options = Options(families=("rates", "max_flow"), attributes=(name,))
    for episode in episodes("", 8, options):
        good, *spoilt = episode.native["candidates"]
        assert {ATTRIBUTE_OF[row["kind"]] for row in spoilt} == {name}
        assert good["side"] == "chosen"
        assert any(row["side"] == "rejected" for row in spoilt)


def test_options_that_can_not_be() -> None:
    with pytest.raises(UsageError, match="attribute 'tact' does not exist; there are relevance, focus, answerability, "
                                         "clarity, accuracy, avoid_bias"):
        check_options(RECIPE, Options(attributes=("clarity", "tact")))
    with pytest.raises(UsageError, match="k=3 is more than can be hidden in family 'quadratic_roots'"):
        check_options(RECIPE, Options(families=("quadratic_roots",), levels=(1,), k=(3,)))
    with pytest.raises(UsageError, match="has no teacher 'noisy'"):
        check_options(RECIPE, Options(teachers=("noisy",)))


@EACH
def test_as_many_premises_as_asked_for_are_hidden(family: str) -> None:
    options = Options(families=(family,), k=(2,))
    for episode in episodes("", 6, options):
        assert len([turn for turn in episode.dialogue.turns if turn.act.kind == "ask"]) == 2


def batch(config: str) -> pa.RecordBatch:
    return native_table(config, packed_rows(list(episodes("linear_system"))))


def test_alfa_rows_are_the_accepted_pairs() -> None:
    """Columns and ids of the original's files; the chosen question is the good one of the same conversation."""
    rows = batch("question_attributes").to_pylist()
    made = view_named("alfa").make(batch("question_attributes"), Given(Options(), "train")).to_pylist()
    due = [row for row in rows if row["accepted"] and row["kind"] != "good"]
    goods = {row["id"].rpartition("-")[0]: row for row in rows if row["kind"] == "good"}
    assert len(made) == len(due) > 100
    for found, row in zip(made, due, strict=True):
        turn = row["id"].rpartition("-")[0]
        attribute = row["attribute"].replace("avoid_bias", "avoidbias")
        assert found["id"] == f"{turn}_{attribute}_original_less"
        assert list(found) == ["id", "system", "context", "chosen", "rejected"]
        assert [each["role"] for each in found["system"]] == ["system"]
        assert found["context"] == row["prompt"] == goods[turn]["prompt"]
        assert found["chosen"] == [{"role": "assistant", "content": goods[turn]["completion"]}]
        assert found["rejected"] == [{"role": "assistant", "content": row["completion"]}]


def test_alfa_of_nothing() -> None:
    made = view_named("alfa").make(batch("question_attributes").slice(0, 0), Given(Options(), "train"))
    assert made.num_rows == 0


def test_pairs_keep_the_history() -> None:
    """The general view has the same pairs, with the whole dialogue before them."""
    made = view_named("pairs").make(batch("candidates"), Given(Options(), "train")).to_pylist()
    due = view_named("alfa").make(batch("question_attributes"), Given(Options(), "train")).to_pylist()
    assert [(row["prompt"], row["chosen"], row["rejected"]) for row in made] == [
        (row["context"], row["chosen"], row["rejected"]) for row in due]
    assert all(row["score_chosen"] > row["score_rejected"] for row in made)
    assert {json.loads(row["meta"])["chosen"] for row in made} == {"good"}
    assert {len(row["prompt"]) for row in made} >= {1, 3}


def test_a_dataset_checks_clean_and_tells_its_pass_rates(tmp_path: Path) -> None:
    """Built from all families, `check` finds nothing; `stats` has a line for each attribute."""
    build(Plan(RECIPE.name, 36, 4), tmp_path / "d")
    found = check(tmp_path / "d")
    assert found.faults == ()
    assert found.checked["question_attributes rows"] == found.checked["candidates rows"] > 36 * 4
    measured = stats(tmp_path / "d")
    assert set(measured["attributes"]) == set(NAMES)
    assert sum(each["made"] for each in measured["attributes"].values()) == found.checked["candidates rows"] - 36
    text = stats_text(measured)
    assert all(f"questions spoilt in {name}: " in text for name in NAMES)


def test_pass_rates_by_hand() -> None:
    def row(attribute: str, fall: float, stray: float) -> Row:
        return {"attribute": attribute, "fall": fall, "stray": stray, "accepted": fall >= LEAST and stray <= MOST}

    rates = pass_rates([row("", 0.0, 1.0), row("focus", 0.5, 0.0), row("focus", 0.5, 0.2), row("focus", 0.1, 0.0),
                        row("clarity", 0.75, 0.05)])
    assert rates == {
        "focus": {"made": 3, "passed": 0.3333, "moved": 0.6667, "collateral": 0.3333, "fall": 0.3667},
        "clarity": {"made": 1, "passed": 1.0, "moved": 1.0, "collateral": 0.0, "fall": 0.75}}
