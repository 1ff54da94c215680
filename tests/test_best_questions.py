"""The laws of conversations that are ranked by what they brought, and of the credit of each question."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import product
from math import fsum, log2, prod, sqrt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tutelage.building import build, make_item
from tutelage.checking import check
from tutelage.checking.best_questions import candidate_faults, sibling_faults
from tutelage.checking.episodes import Again, again
from tutelage.draws import stream
from tutelage.errors import NoAnswer, UsageError
from tutelage.plan import Options, Plan
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.family import all_names, from_json
from tutelage.problems.views import Credit, tabulate
from tutelage.recipes import best_questions, plan_of
from tutelage.recipes.recipe import Item
from tutelage.records.candidates import CANDIDATES
from tutelage.records.episode import Episode
from tutelage.records.schema import episodes_table, packed_rows
from tutelage.records.siblings import SIBLINGS
from tutelage.records.trainers import Given, view_named
from tutelage.talk.acts import ABSTAIN, ASSUME
from tutelage.talk.candidates import sentence_of
from tutelage.talk.closing import ENDINGS
from tutelage.talk.siblings import ASKERS, KINDS, Scene
from tutelage.values import Value

RECIPE, ITEMS = "best_questions", 12
MOST, FEW = 150, 3  # completions that a test goes through one by one, items for which it does
EACH = pytest.mark.parametrize("family", [family.name for family in FAMILIES])
SERVED = ("word_problem", "rates", "linear_system", "shortest_path", "max_flow", "knights_knaves", "text_rules")
Row = dict[str, Any]


@cache
def items(family: str, count: int = ITEMS, **changes: Any) -> tuple[tuple[Episode, ...], ...]:
    """The episodes of the first items of a build, an item at a time."""
    plan = Plan(RECIPE, count, 3, Options(families=(family,) if family else (), **changes))
    return tuple(make_item(best_questions.RECIPE, plan, index, ()).kept for index in range(count))


def rows_of(config: str, family: str, count: int = ITEMS, **changes: Any) -> list[Row]:
    return [dict(row) for made in items(family, count, **changes) for row in made[0].native[config]]


def credit_of(episode: Episode) -> Credit:
    table = episode.dialogue.table
    assert table is not None
    return Credit(table, episode.dialogue.case.problem.values)


def scene(number: int, **changes: Any) -> Scene:
    """What can be asked for in a problem of the recipe."""
    options = Options(**changes)
    found = best_questions._scene(Item(RECIPE, 8, number, stream(8, "scene", number), options, ()))[1]
    assert found is not None
    return found


# --- credit ----------------------------------------------------------------------------------------------------------

@EACH
def test_credits_add_up_to_what_the_conversation_has_gained(family: str) -> None:
    """By fractions the product of the ratios is the gain exactly; the logarithms add up to it within rounding."""
    for made in items(family):
        credit = credit_of(made[0])
        for row in made[0].native["siblings"]:
            told, ratios = set[str](), list[Fraction]()
            for names in row["asked"]:
                ratios.append(credit.ratio(told, names))
                told.update(names)
            assert prod(ratios, start=Fraction(1)) == credit.right(told) / credit.before
            assert fsum(row["credits"]) == pytest.approx(row["r"] - row["r_before"], abs=1e-12)
            assert fsum(row["controls"]) == pytest.approx(row["r_shuffled"] - row["r_before"], abs=1e-12)
            assert row["p"] == float(credit.right(told))
            assert (row["score"] == 1) == (credit.right(told) == 1) == bool(row["reward"])


@EACH
def test_credit_against_all_users_one_by_one(family: str) -> None:
    """The belief, the control and the gain by definition: over every completion, by calls of `solve`."""
    tried = 0
    for made in items(family):
        credit, case = credit_of(made[0]), made[0].dialogue.case
        names, domains = credit.table.hidden, credit.table.domains
        if prod(map(len, domains)) > MOST or tried == FEW:
            continue
        tried += 1
        users = list[tuple[dict[str, Value], Value]]()
        for choice in product(*domains):
            values = dict(zip(names, choice, strict=True))
            try:
                users.append((values, case.family.solve(case.problem.structure, {**case.problem.values, **values})))
            except NoAnswer:
                continue
        own = next(number for number, (values, _) in enumerate(users) if values == credit.truth)

        def share(like: dict[str, Value], told: tuple[str, ...], right: Value,
                  users: list[tuple[dict[str, Value], Value]] = users) -> Fraction:
            agree = [answer for values, answer in users if all(values[name] == like[name] for name in told)]
            return Fraction(agree.count(right), len(agree))

        for told in [(), names[:1], names[-1:], names]:
            shares = [share(values, told, users[own][1]) for values, _ in users]
            assert credit.right(told) == shares[own]
            assert sum(shares) / len(shares) == credit.before  # what all users say is worth nothing on average
            assert credit.shuffled(told) == sum(shares[:own] + shares[own + 1:]) / (len(shares) - 1)
            gains = [log2(share(values, told, answer) / share(values, (), answer)) for values, answer in users]
            assert fsum(gains) / len(gains) == pytest.approx(credit.gain((), told), abs=1e-9)
    assert tried


def test_no_questions_no_credit() -> None:
    credit = credit_of(items("rates")[0][0])
    assert credit.normalised(()) == credit.control(()) == credit.excess(()) == credit.gain((), ()) == 0
    assert credit.of((), ["nothing of that name"]) == 0
    assert credit.normalised(credit.table.hidden) == 1


def test_where_nothing_can_be_gained() -> None:
    family = family_named("shortest_path")
    problem = family.draw(stream(1, "doc"), 1)
    with pytest.raises(UsageError, match="is determined: no conversation can gain"):
        Credit(tabulate(family, problem, all_names(problem)), problem.values)
    quadratic = family_named("quadratic_roots")
    other = quadratic.draw(stream(1, "doc"), 1)
    table = tabulate(quadratic, other, frozenset())
    table = table._replace(codes=[-1, *table.codes[1:]])
    with pytest.raises(UsageError, match="have no answer"):
        Credit(table, table.completion(0))


@pytest.mark.laws
def test_what_does_not_matter_brings_nothing(size: Callable[[int, int], int]) -> None:
    """Excess and credit are exactly 0 for questions about what the answer does not hang on, and for what is known."""
    seen: dict[str, int] = defaultdict(int)
    for row in rows_of("candidates", "", size(120, 4_000)):
        if row["kind"] in ("distractor", "redundant"):
            seen[row["kind"]] += 1
            seen["hidden"] += row["kind"] == "distractor" and row["target"] not in row["told"]
            assert (row["score"], row["score_control"], row["ig_bits"]) == (0.0, 0.0, 0.0)
        elif row["kind"] == "good" and row["ig_bits"] > 0.5:
            seen["good"] += 1
            seen["excess"] += row["score"] > row["score_control"]
    assert min(seen["distractor"], seen["redundant"], seen["hidden"]) > size(3, 100)
    assert seen["excess"] > 0.9 * seen["good"] > 100
    for row in rows_of("siblings", "", size(120, 4_000)):
        assert row["excess"] == pytest.approx(row["score"] - row["score_control"], abs=1e-12)
        if row["policy"] == "distracted":
            assert row["score"] == row["score_control"] == row["excess"] == 0


@pytest.mark.laws
def test_who_asks_better_knows_more(size: Callable[[int, int], int]) -> None:
    """With as many questions each, greedy knows more than random and random more than distracted, over items."""
    policies = {policy.name: policy for policy in ASKERS}
    gaps: dict[str, list[float]] = defaultdict(list)
    for number in range(size(150, 3_000)):
        found, draws = scene(number), stream(4, "asks", number)
        score = {}
        for name in ("greedy", "random", "distracted"):
            plan = policies[name].plan(found, draws, 2)
            score[name] = found.credit.normalised({each for names in plan for each in names})
        gaps["greedy"].append(score["greedy"] - score["random"])
        gaps["random"].append(score["random"] - score["distracted"])
    for gap in gaps.values():
        mean = fsum(gap) / len(gap)
        error = sqrt(fsum([(each - mean) ** 2 for each in gap]) / (len(gap) - 1) / len(gap))
        assert mean > 3 * error > 0


# --- siblings --------------------------------------------------------------------------------------------------------

@EACH
def test_siblings(family: str) -> None:
    """They ask for different things, the best is the main arm, and what has been asked alike has the same words."""
    for made in items(family):
        rows = made[0].native["siblings"]
        assert rows[0]["conv"] == rows[0]["candidates"][0].split("-")[0]
        assert len({tuple(map(tuple, row["asked"])) for row in rows}) == len(rows) == len(made) <= 10
        assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["top"] for row in rows] == [True] + [False] * (len(rows) - 1)
        assert [episode.arm for episode in made] == [""] + ["sibling"] * (len(rows) - 1)
        assert [row["score"] for row in rows] == sorted([row["score"] for row in rows], reverse=True)
        assert rows[0]["score"] == 1
        assert rows[-1]["score"] < 1
        assert fsum([row["weight"] for row in rows]) == pytest.approx(1)
        assert fsum([row["advantage"] for row in rows]) == pytest.approx(0, abs=1e-9)
        words = dict[str, tuple[str, str]]()
        for row, episode in zip(rows, made, strict=True):
            texts = [message["content"] for message in row["messages"]]
            assert texts == [turn.text for turn in episode.dialogue.turns]
            assert [message["role"] for message in row["messages"]] == ["user", "assistant"] * (len(texts) // 2)
            assert 1 <= len(row["asked"]) <= 3
            assert set(row["kinds"]) <= set(KINDS)
            assert row["ending"] in ENDINGS
            for number in range(len(row["asked"])):
                said = (texts[2 * number + 1], texts[2 * number + 2])
                assert words.setdefault(json.dumps(row["asked"][:number + 1]), said) == said


@EACH
def test_each_question_of_a_sibling_is_a_candidate(family: str) -> None:
    """A question after a history is one row, whoever asks it; the score of a sibling is the sum of its rows' scores."""
    for made in items(family):
        found = {row["id"]: row for row in made[0].native["candidates"]}
        assert len(found) == len(made[0].native["candidates"])
        for row in made[0].native["siblings"]:
            own = [found[name] for name in row["candidates"]]
            assert [[one["target"], *one["also"]] for one in own] == row["asked"]
            assert [one["completion"] for one in own] == [m["content"] for m in row["messages"][1:-1:2]]
            assert [one["prompt"] for one in own] == [row["messages"][:2 * n + 1] for n in range(len(own))]
            assert fsum([one["score"] for one in own]) == pytest.approx(row["score"], abs=1e-9)
            assert fsum([one["score_control"] for one in own]) == pytest.approx(row["score_control"], abs=1e-9)
            if row["top"]:
                assert all(one["played"] and one["conv"] == row["conv"] for one in own)


@EACH
def test_pairs_are_not_made_by_luck(family: str) -> None:
    """Who is preferred was expected to bring at least as much, and did bring more; both follow the same words."""
    batch = pa.RecordBatch.from_pylist(rows_of("candidates", family), schema=CANDIDATES)
    gains = {row["id"]: row["ig_bits"] for row in batch.to_pylist()}
    turns = {row["id"]: (row["conv"], row["turn"]) for row in batch.to_pylist()}
    chosen = {turns[row["id"]]: row["id"] for row in batch.to_pylist() if row["side"] == "chosen"}
    pairs = view_named("pairs").make(batch, Given(Options(), "train")).to_pylist()
    assert pairs
    for pair in pairs:
        assert pair["score_chosen"] - pair["score_rejected"] > 0.0099
        assert gains[chosen[turns[pair["id"]]]] >= gains[pair["id"]]
        assert pair["chosen"] != pair["rejected"]


@EACH
def test_last_words_are_what_can_be_said(family: str) -> None:
    """Right iff settled; an assumption is never right; possible answers are all, or the bounds, and it says them."""
    for made in items(family):
        credit = credit_of(made[0])
        for row, episode in zip(made[0].native["siblings"], made, strict=True):
            last, told = episode.dialogue.turns[-1], {name for names in row["asked"] for name in names}
            part = credit.part(frozenset(told & set(credit.table.hidden)))
            answers = {part.value(part.keys[code]) for code in part.codes if code >= 0}
            assert last.correct == (len(answers) == 1)
            assert (last.act.kind == ASSUME) == (row["ending"] == "assumed")
            assert (last.act.kind == ABSTAIN) == (row["ending"] in ("bounds", "few", "open"))
            assert all(answer in last.text for answer in row["possible"])
            if row["ending"] == "few":
                assert len(answers) == len(row["possible"]) in (2, 3)
            elif row["ending"] == "bounds":
                assert len(row["possible"]) == 2 < len(answers)
            else:
                assert row["possible"] == []
            if not last.correct:
                assert last.act.answer != episode.dialogue.case.right.answer


def test_all_endings_and_kinds_occur() -> None:
    rows = rows_of("siblings", "", 120)
    assert {row["ending"] for row in rows} == set(ENDINGS)
    assert {kind for row in rows for kind in row["kinds"]} == set(KINDS)
    assert {row["policy"] for row in rows} == {policy.name for policy in ASKERS}
    assert {row["user"] for row in rows} == {"literal", "derived"}


@pytest.mark.parametrize("family", SERVED)
def test_the_control_is_another_users_conversation(family: str) -> None:
    """The same questions, answered with the values of one other user for whom another share is left."""
    for made in items(family, teachers=("literal",)):
        credit, problem = credit_of(made[0]), made[0].dialogue.case.problem
        rows = made[0].native["siblings"]
        assert len({row["other"] for row in rows}) == 1
        values = {name: from_json(value) for name, value in json.loads(rows[0]["other"]).items()}
        assert values.keys() == credit.truth.keys()
        assert values != credit.truth
        for row in rows:
            assert [m["role"] for m in row["control"]] == ["user", "assistant"] * len(row["asked"]) + ["user"]
            for number, names in enumerate(row["asked"]):
                for name in set(names) & set(values):
                    sentence = sentence_of(made[0].dialogue.case.family, problem, name, values[name])
                    assert sentence in row["control"][2 * number + 2]["content"]


def test_as_many_siblings_as_asked_for() -> None:
    """A number of ways to ask, none twice; how often each was drawn is counted."""
    for made in items("spanning_tree", siblings=4):
        assert len(made) == 4
    for made in items("spanning_tree", 6, siblings=30):
        assert 10 < len(made) <= 30
    for made in items("quadratic_roots", siblings=50):
        rows = made[0].native["siblings"]
        assert 2 <= len(rows) < 50
        assert sum(row["drawn"] for row in rows) > len(rows)


# --- views -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("train_on", ["all", "questions_and_final", "final"])
def test_ranked(train_on: str) -> None:
    """All siblings with weights that add up to 1 an item; the loss is on the asker alone."""
    rows = rows_of("siblings", "rates")
    batch = pa.RecordBatch.from_pylist(rows, schema=SIBLINGS)
    found = view_named("ranked").make(batch, Given(Options(train_on=train_on), "train"))
    found.validate(full=True)
    weights: dict[int, float] = defaultdict(float)
    for row, made in zip(rows, found.to_pylist(), strict=True):
        meta = json.loads(made["meta"])
        weights[meta["item"]] += made["weight"]
        assert (made["id"], made["rank"]) == (row["conv"], row["rank"])
        assert [(m["role"], m["content"]) for m in made["messages"]] == \
            [(m["role"], m["content"]) for m in row["messages"]]
        last = len(row["messages"]) - 1
        assert [m["loss"] for m in made["messages"]] == \
            [number == last if train_on == "final" else number % 2 == 1 for number in range(last + 1)]
    assert list(weights.values()) == pytest.approx([1.0] * len(weights), abs=1e-5)
    assert view_named("ranked").make(batch.slice(0, 0), Given(Options(), "train")).num_rows == 0


def test_top_one_is_what_sft_has() -> None:
    made = items("rates")
    batch = episodes_table(packed_rows([episode for each in made for episode in each]))
    rows = view_named("sft").make(batch, Given(Options(), "train")).to_pylist()
    best = [row for row in rows_of("siblings", "rates") if row["top"]]
    assert [row["id"] for row in rows] == [row["conv"] for row in best]
    assert all(m["loss"] == (m["role"] == "assistant") for row in rows for m in row["messages"])


# --- checking --------------------------------------------------------------------------------------------------------

def test_a_dataset_is_checked_clean(tmp_path: Path) -> None:
    build(Plan(RECIPE, 26, 6), tmp_path / "made")
    found = check(tmp_path / "made")
    assert found.faults == ()
    assert found.checked["siblings rows"] == found.checked["episodes"] > 150
    assert found.checked["candidates rows"] > 150
    assert not any("not made again" in note for note in found.notes)


@cache
def stored(family: str) -> tuple[Row, Again, list[Row], list[Row]]:
    """An item as it is read back: the main arm's row, that posed again, questions, siblings."""
    made = next(each for each in items(family, 30) if len(each) > 6)
    row = episodes_table(packed_rows(made)).to_pylist()[0]
    found = again(row)
    assert isinstance(found, Again)
    tables = [pa.RecordBatch.from_pylist([*made[0].native[config]], schema=schema).to_pylist()
              for config, schema in (("candidates", CANDIDATES), ("siblings", SIBLINGS))]
    return row, found, tables[0], tables[1]


def change(column: str, by: Callable[[Any], Any], place: int = 1) -> Callable[[list[Row]], None]:
    def plant(rows: list[Row]) -> None:
        rows[place][column] = by(rows[place][column])

    return plant


def swap_tops(rows: list[Row]) -> None:
    rows[0]["top"], rows[1]["top"] = False, True
    rows[0]["rank"], rows[1]["rank"] = 2, 1


def swap_sides(rows: list[Row]) -> None:
    worse = next(row for row in rows if row["side"] == "rejected")
    better = next(row for row in rows if (row["conv"], row["turn"], row["number"]) ==
                  (worse["conv"], worse["turn"], worse["pair"]))
    better["side"], worse["side"] = "rejected", "chosen"
    better["pair"] = worse["pair"] = worse["number"]


def other_reply(rows: list[Row]) -> None:
    rows[0]["messages"][2]["content"] = "I don't know."


SIBLING_PLANTS: dict[str, Callable[[list[Row]], None]] = {
    "credit": change("credits", lambda old: [old[0] + 0.01, *old[1:]]),
    "credit moved": change("credits", lambda old: [*old[:-1], old[-1] + 0.5], 0),
    "gain": change("gains", lambda old: [old[0] + 0.01, *old[1:]]),
    "control": change("controls", lambda old: [old[0] + 0.01, *old[1:]]),
    "top": swap_tops, "reply": other_reply,
    "p": change("p", lambda old: old / 2), "shuffled": change("p_shuffled", lambda old: old + 0.01),
    "excess": change("excess", lambda old: old + 0.01), "score": change("score", lambda old: old + 0.01),
    "weight": change("weight", lambda old: old + 0.01), "advantage": change("advantage", lambda old: old + 0.01),
    "asked": change("asked", lambda old: old[:-1]), "kinds": change("kinds", lambda old: ["distractor"] * len(old)),
    "ending": change("ending", lambda old: "bounds" if old != "bounds" else "open"),
    "other": change("other", lambda old: "{}"), "control words": change("control", lambda old: old[:-2]),
    "p_other": change("p_other", lambda old: old + 0.1), "conv": change("conv", lambda old: old[::-1]),
    "messages": change("messages", lambda old: [*old[:-1], {"role": "assistant", "content": "Answer: 3"}]),
    "candidates": change("candidates", lambda old: [old[0].replace("-1-", "-2-"), *old[1:]]),
    "siblings": change("siblings", lambda old: old + 1), "possible": change("possible", lambda old: [*old, "13"]),
}
CANDIDATE_PLANTS: dict[str, Callable[[list[Row]], None]] = {
    "score": change("score", lambda old: old + 0.01), "control": change("score_control", lambda old: old + 0.01),
    "gain": change("ig_bits", lambda old: old + 0.01), "entropy": change("entropy", lambda old: old + 0.01),
    "kind": change("kind", lambda old: "both"), "told": change("told", lambda old: old[1:]),
    "played": change("played", lambda old: not old), "sides": swap_sides,
    "words": change("completion", lambda old: "What else?"),
    "id": change("id", lambda old: f"{old}0"), "turn": change("turn", lambda old: old + 1),
    "target": change("target", lambda old: "nothing"), "luck": change("luck", lambda old: 0.5),
}


@pytest.mark.parametrize("plant", SIBLING_PLANTS)
def test_a_fault_in_a_sibling_is_found(plant: str) -> None:
    episode, found, _, siblings = stored("word_problem")
    rows = copy.deepcopy(siblings)
    assert not list(sibling_faults(rows, episode, found, set()))
    SIBLING_PLANTS[plant](rows)
    assert list(sibling_faults(rows, episode, found, set()))


@pytest.mark.parametrize("plant", CANDIDATE_PLANTS)
def test_a_fault_in_a_question_is_found(plant: str) -> None:
    episode, found, candidates, _ = stored("word_problem")
    rows = copy.deepcopy(candidates)
    assert not list(candidate_faults(rows, episode, found, set()))
    CANDIDATE_PLANTS[plant](rows)
    assert list(candidate_faults(rows, episode, found, set()))


# --- bad input -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "message"), [
    ({"siblings": 1}, r"siblings=1 is not in 2\.\.50"),
    ({"siblings": 51}, r"siblings=51 is not in 2\.\.50"),
    ({"families": ["quadratic_roots"], "levels": [1], "k": [3]},
     "k=3 is more than can be hidden in family 'quadratic_roots' at levels 1: at most 2; families that can: word_pro"),
    ({"students": ["solves"]}, "has no student 'solves'; it has in_order, greedy"),
    ({"teachers": ["noisy"]}, "has no teacher 'noisy'; it has literal, derived"),
])
def test_bad_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan_of(RECIPE, 1, options)
