"""Exact dialogues put into other words by a model: what is kept, what is refused, and what a check finds."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.live.rewording import RECIPES
from tutelage.online.exact import exact_item, scene_of
from tutelage.online.rehearing import is_kept, refused_rewording
from tutelage.recipes import RECIPES as ALL
from tutelage.recipes import plan_of, recipe_named
from tutelage.talk.acts import ASK, ATTEMPT, CONFIRM, HINT, TELL
from tutelage.values import Turn

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, ModelServer

Row = dict[str, Any]
GARBAGE = ("{\"message\": \"Hi\"}", "As an AI language model I can't do that.", "🙂", "a" * 50_000,
           "Student: Is it 4?\nTeacher: Yes.", "I don't know what you mean by 997.")
MARK = "The message to put into other words:\n"


def rephrase(body: Body) -> str:
    """Says a message a little otherwise; now and then with a number that nobody has said."""
    text = str(body["messages"][-1]["content"]).split(MARK)[-1]
    opening = ("Hm. ", "Well then. ", "Now. ", "And 997 more. ")[body["seed"] % 4]
    return opening + text.replace("I think", "I believe").replace("Not quite.", "That isn't right yet.")


def rows_of(root: Path, config: str) -> list[Row]:
    return [row for path in sorted((root / config).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.fixture
def build(call: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    def run(recipe: str, rows: int, plays: Callable[[Body], str] = rephrase, seed: int = 5) -> Path:
        with ModelServer(plays) as server:
            outcome = call("build", recipe, "--rows", rows, "--seed", seed, "--reword", server.url, "--out", "other")
        assert (outcome.code, outcome.err) == (0, "")
        return tmp_path / "other"

    return run


def typed(turns: list[Row]) -> list[Row]:
    return [{name: value for name, value in turn.items() if name != "text"} for turn in turns]


@pytest.mark.parametrize("recipe", RECIPES)
def test_everything_but_the_words_is_that_of_the_exact_build(recipe: str, build: Callable[..., Path],
                                                             call: Callable[..., Any], tmp_path: Path) -> None:
    """Beside a build without a model: the same dialogues, acts, verdicts and rewards, in other words; no fault."""
    root = build(recipe, 5)
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    assert call("build", recipe, "--rows", 5, "--seed", 5, "--workers", 1, "--out", "exact").code == 0
    mine, exact = rows_of(root, "episodes"), rows_of(tmp_path / "exact", "episodes")
    assert len(mine) == len(exact)
    new = 0
    for row, other in zip(mine, exact, strict=True):
        assert typed(row["turns"]) == typed(other["turns"])
        assert row["turns"][0] == other["turns"][0]
        assert {name: row[name] for name in row if name not in ("id", "turns")} == {
            name: other[name] for name in other if name not in ("id", "turns")}
        new += sum(turn["text"] != old["text"] for turn, old in zip(row["turns"], other["turns"], strict=True))
    stands = [number for row in rows_of(root, "rewordings") for number in row["stands"]]
    counts = json.loads((root / "manifest.json").read_text())["counts"]
    assert new == sum(number > 0 for number in stands) == counts["reworded"]["model"] > 0
    assert not any("997" in turn["text"] for row in mine for turn in row["turns"])
    said = {turn["text"] for row in mine for turn in row["turns"]}
    assert all(message["content"] in said for row in rows_of(root, "sft") for message in row["messages"])


def test_arms_that_begin_alike_go_on_beginning_alike(build: Callable[..., Path]) -> None:
    """q_priming: up to the question both arms of an item have the same turns, in the same new words."""
    items: dict[int, list[list[Row]]] = {}
    for row in rows_of(build("q_priming", 12), "episodes"):
        if row["reward"]:  # what failed stands in a split of its own, without its twin
            items.setdefault(row["item"], []).append(row["turns"])
    pairs = [(one, other) for one, other in items.values()]
    assert pairs
    for one, other in pairs:
        alike = next(place for place, (a, b) in enumerate(zip(one, other, strict=False)) if typed([a]) != typed([b]))
        assert [turn["text"] for turn in one[:alike]] == [turn["text"] for turn in other[:alike]]


def test_garbage_leaves_the_old_words(build: Callable[..., Path]) -> None:
    root = build("sml", 8, lambda body: GARBAGE[body["seed"] % len(GARBAGE)])
    assert check(root).faults == ()
    plan = plan_of("sml", 5, {})
    exact = {turn.text for item in range(8) for episode in exact_item(plan, item).kept
             for turn in episode.dialogue.turns}
    assert {turn["text"] for row in rows_of(root, "episodes") for turn in row["turns"]} <= exact
    assert {number for row in rows_of(root, "rewordings") for number in row["stands"]} == {0}
    assert {len(each) for row in rows_of(root, "rewordings") for each in row["refused"]} == {0, 3}


@pytest.mark.parametrize("recipe", sorted({recipe.name for recipe in ALL} - set(RECIPES)))
def test_recipes_whose_tables_quote_words_are_refused(recipe: str, call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(rephrase) as server:
        outcome = call("build", recipe, "--rows", 2, "--reword", server.url, "--out", "other")
    assert outcome.code == 2
    assert outcome.err.startswith(f"Error: {recipe} can't be put into other words")
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "other").exists()


def test_recipes_that_can_be_reworded_have_no_tables_that_are_lost_unsaid() -> None:
    """Those of `RECIPES` with a table of their own are evaluations: what they ask is as in a build without a model."""
    assert {name for name in RECIPES if recipe_named(name).tables} == {"missing_premise", "proactive", "sharded",
                                                                       "which_question"}


def first(recipe: str, kind: str, seed: int = 5, **options: Any) -> tuple[Any, tuple[Turn, ...], Turn]:
    """The first turn of some act that can be put into other words, with its scene and the turns before it."""
    plan = plan_of(recipe, seed, options)
    for episode in [episode for item in range(60) for episode in exact_item(plan, item).kept]:
        scene, turns = scene_of(plan, episode), episode.dialogue.turns
        for index, turn in enumerate(turns[1:], start=1):
            if turn.act.kind == kind and not is_kept(scene, turns[:index], turn):
                return scene, turns[:index], turn
    raise AssertionError(f"no {kind} in {recipe}")


def changed(text: str, place: int) -> str:
    """The text with one of its numbers another."""
    found = [*re.finditer(r"\d+", text)]
    match = found[place]
    return f"{text[:match.start()]}{int(match[0]) + 1}{text[match.end():]}"


def test_what_a_student_does_has_to_stay() -> None:
    """Another answer, another number, another calculation, a question about something else: refused, each for that."""
    scene, turns, turn = first("sml", ATTEMPT, families=("word_problem",), levels=(3,))
    text = turn.text
    assert refused_rewording(scene, turns, turn, f"Okay then. {text}") == ""
    assert refused_rewording(scene, turns, turn, text) == "same"
    assert refused_rewording(scene, turns, turn, f"The message to put into other words:\n{text}") == "form"
    assert refused_rewording(scene, turns, turn, changed(text, -1)) == "act"
    assert refused_rewording(scene, turns, turn, changed(text, 0)) == "numbers"
    assert refused_rewording(scene, turns, turn, text.replace("=", "makes", 1)) == "work"
    assert refused_rewording(scene, turns, turn, "I give up.") == "act"
    scene, turns, turn = first("proactive", ASK, families=("rates", "word_problem"))
    words = scene.case.family.words
    other = next(q for q in scene.case.problem.quantities if q.name != turn.act.target)
    assert refused_rewording(scene, turns, turn, f"One thing first. {turn.text}") == ""
    assert refused_rewording(scene, turns, turn, words(scene.case.problem, other).question) == "act"


def test_what_a_teacher_says_has_to_stay() -> None:
    """Another number, the answer, praise for a wrong answer, a hint about nothing: refused."""
    scene, turns, turn = first("sml", HINT, families=("word_problem",), levels=(3,), teachers=("ladder",))
    assert refused_rewording(scene, turns, turn, f"Hm. {turn.text}") == ""
    cases = {"Well done, that's correct!": {"verdict", "numbers"}, f"{turn.text} 7 of them.": {"numbers"},
             f"{turn.text} It is {scene.case.right.answer}.": {"leak"}, "Not quite. Think of the weather, dear friend.":
             {"topic", "numbers", "names"}}
    for words, due in cases.items():
        assert refused_rewording(scene, turns, turn, words) in due, words
    scene, turns, turn = first("sml", CONFIRM)
    assert refused_rewording(scene, turns, turn, "Go on, please.") == "verdict"
    assert refused_rewording(scene, turns, turn, "I don't know what to say.") == "kind"
    assert refused_rewording(scene, turns, turn, "Yes, so far that is right.") == ""
    scene, turns, turn = first("proactive", TELL, families=("rates",))
    assert refused_rewording(scene, turns, turn, changed(turn.text, 0)) == "numbers"


def test_planted_words_are_found(build: Callable[..., Path]) -> None:
    root = build("sml", 10)

    def damaged(number: int, change: Callable[[Row], bool], config: str = "episodes") -> set[str]:
        copy = root.with_name(f"damaged{number}")
        shutil.copytree(root, copy)
        for path in sorted((copy / config).glob("*.parquet")):
            table = pq.read_table(path)
            rows = table.to_pylist()
            if any(change(row) for row in rows):
                pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
                return {fault.kind for fault in check(copy).faults} - {"digest", "id", "sft"}
        raise AssertionError("nothing to change")

    def text(kind: str, words: Callable[[Row, str], str]) -> Callable[[Row], bool]:
        def change(row: Row) -> bool:
            for turn in row["turns"]:
                if turn["act"] == kind and re.search(r"\d", turn["text"]) and "```" not in turn["text"]:
                    turn["text"] = words(row, turn["text"])
                    return True
            return False
        return change

    def statement(row: Row) -> bool:
        row["turns"][0]["text"] += " Well."
        return True

    def verdict(row: Row) -> bool:
        was, row["turns"][-1]["correct"] = row["turns"][-1]["correct"], False
        return bool(was)

    def stands(row: Row) -> bool:
        row["stands"] = [0 for _ in row["stands"]]
        row["refused"] = [[] for _ in row["stands"]]
        return True

    def other_item(row: Row) -> bool:
        row["item"] += 1
        return True

    assert "reworded" in damaged(0, text(ATTEMPT, lambda row, said: changed(said, 0)))
    assert "reworded" in damaged(1, text(HINT, lambda row, said: f"{said} It is {row['private']['answer']}."))
    assert "reworded" in damaged(2, statement)
    assert "turns" in damaged(3, verdict)
    assert damaged(4, stands, "rewordings") == {"row"}
    assert "row" in damaged(5, other_item, "rewordings")
