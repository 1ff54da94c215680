"""Shapes of others, both ways: what is exported can be read again, and problems come back as problems."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import tutelage as tu
from tutelage import interop
from tutelage.cli import cli
from tutelage.errors import SourceError, TutelageError, UsageError
from tutelage.interop import FORMATS, Talk, export, format_named, load, problems_of


def rows(recipe: str = "sml", n: int = 30, **options: Any) -> list[dict[str, Any]]:
    return list(islice(tu.stream(recipe, seed=6, view="episodes", **options), n))


WRONG_FIRST = {"families": ("word_problem",), "students": ("slips_then_repairs", "slips_twice")}


def test_gsm8k_comes_back_as_a_source(tmp_path: Path) -> None:
    """Exported problems are read by our own source: nearly all are rebuilt, with the same answers."""
    from tutelage.sources import load as source

    given = rows(families=("word_problem",), levels=(1, 2))
    file = tmp_path / "ours.jsonl"
    counts = export(given, file, "gsm8k")
    talks = list(load(file, "gsm8k"))
    assert counts["written"] == len(talks) > 20
    assert [talk.question for talk in talks] == [row["turns"][0]["text"] for row in given if interop.to_gsm8k(row)]
    read = source(f"gsm8k:{file}")
    assert read.rows == len(talks)
    assert len(read.pool) >= 0.3 * len(talks), read.dropped
    for posed in read.pool:
        number = int(posed.source.rpartition(":")[2])
        assert posed.family.work(posed.problem).value == int(talks[number - 1].answer)


def test_mathdial_round_trip(tmp_path: Path) -> None:
    """Texts, roles, verdicts and the teacher's moves survive; the statement and the wrong solution come first."""
    given = [row for row in rows(**WRONG_FIRST) if interop.to_mathdial(row)]
    assert len(given) > 20
    file = tmp_path / "talk.jsonl"
    assert export(given, file, "mathdial") == {"written": len(given)}
    agree = total = 0
    for row, talk in zip(given, load(file, "mathdial"), strict=True):
        turns = row["turns"]
        first = next(i for i, turn in enumerate(turns) if turn["answer"] and not turn["correct"])
        kept = [turns[0], *turns[first:]]
        assert [(t.role, t.text) for t in talk.turns] == [(t["role"], t["text"]) for t in kept]
        for ours, theirs in zip(kept, talk.turns, strict=True):
            if ours["role"] == "student" and ours["answer"]:
                agree, total = agree + (theirs.correct == ours["correct"]), total + 1
            if ours["act"] == "hint":
                assert (theirs.act.kind, theirs.act.level) == ("hint", ours["level"])
        assert interop.from_mathdial(json.loads(json.dumps(interop.to_mathdial(row)))) == talk
    assert agree >= 0.97 * total


def test_a_mathdial_row_as_published() -> None:
    """The published shape: no "####", a move in brackets, what is unknown counted."""
    talk = interop.from_mathdial({
        "qid": 5, "scenario": 1, "question": "Ann has 3 boxes of 4 pens. How many pens?",
        "ground_truth": "3 * 4 = 12 pens.\n 12", "student_incorrect_solution": "3 + 4 = 7. The answer is 7.",
        "conversation": "Teacher: (focus)What is in each box?|EOM|Student: 4 pens?|EOM|Teacher: (waving)Go on.|EOM|"
                        "Student: Then the answer is 12.|EOM|Somebody left."})
    assert talk.answer == "12"
    assert [(turn.role, turn.act.kind, turn.act.level) for turn in talk.turns][:3] == [
        ("teacher", "state", 0), ("student", "attempt", 0), ("teacher", "hint", 1)]
    assert [turn.correct for turn in talk.turns if turn.role == "student"] == [False, False, True]
    assert talk.unread == 2
    assert problems_of([talk, talk]) == [{"question": talk.question, "answer": "3 * 4 = 12 pens.\n#### 12"}]


def test_lost_in_conversation_round_trip(tmp_path: Path) -> None:
    given = rows("sharded", 8, split="", families=("word_problem",), levels=(1, 2))
    file = tmp_path / "shards.jsonl"
    counts = export(given, file, "lost-in-conversation")
    assert counts["written"] >= 5
    made = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for row, talk in zip(made, load(file, "lost-in-conversation"), strict=True):
        assert [shard["shard_id"] for shard in row["shards"]] == list(range(1, len(row["shards"]) + 1))
        assert talk.question == row["question"]
        assert talk.answer == row["answer"].rpartition("#### ")[2]


def test_what_does_not_fit() -> None:
    """Statements with something missing are no GSM8K, solved at once no MathDial, told at once no shards."""
    assert not any(map(interop.to_gsm8k, rows("sml", 5, families=("text_rules",))))
    assert not any(map(interop.to_mathdial, rows("sml", 5, families=("word_problem",), students=("solves",))))
    assert not any(map(interop.to_lost_in_conversation, rows("sml", 5)))


@pytest.mark.parametrize(("name", "text"), [
    ("gsm8k", '{"question": "How many?"}'), ("gsm8k", "[1]"), ("gsm8k", "nonsense"), ("mathdial", '{"question": "?"}'),
    ("lost-in-conversation", '{"task": "code"}'), ("lost-in-conversation", '{"shards": [{"shard": "?"}]}'),
])
def test_bad_files(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError):
        list(load(file, name))
    with pytest.raises(SourceError):
        list(load(tmp_path / "gone.jsonl", name))


def test_names() -> None:
    assert len({one.name for one in FORMATS}) == len(FORMATS)
    assert Talk("x", "q", "a #### 3", (), 0).answer == "3"
    with pytest.raises(UsageError, match="mathdial"):
        format_named("math-dial")


def test_the_command_converts_both_ways(tmp_path: Path) -> None:
    tu.build("sml", tmp_path / "d", rows=40, seed=2, families=["word_problem", "max_flow"])
    talks, problems = tmp_path / "talks.jsonl", tmp_path / "problems.jsonl"
    done = CliRunner().invoke(cli, ["convert", str(tmp_path / "d"), str(talks), "--to", "mathdial"])
    written = len(talks.read_text(encoding="utf-8").splitlines())
    assert done.output.startswith(f"{talks}: {written} rows of mathdial; ")
    assert written > 5
    done = CliRunner().invoke(cli, ["convert", str(talks), str(problems), "--from", "mathdial"])
    assert done.output.startswith(f"{problems}: {written} problems; tutelage build sml --source ")
    assert {"question", "answer"} == set(json.loads(problems.read_text(encoding="utf-8").splitlines()[0]))


@pytest.mark.parametrize(("words", "error"), [
    (["x", "y"], "say either --to FORMAT"), (["x", "y", "--to", "gsm8k", "--from", "gsm8k"], "say either --to FORMAT"),
    (["x", "y", "--to", "gsm"], "unknown format 'gsm'"), (["x", "y", "--to", "gsm8k"], "x holds no manifest.json"),
    (["x", "y", "--from", "gsm8k"], "x can't be read"),
])
def test_what_can_t_be_converted(words: list[str], error: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TutelageError, match=error):
        CliRunner().invoke(cli, ["convert", *words], catch_exceptions=False)
    assert not list(tmp_path.iterdir())
