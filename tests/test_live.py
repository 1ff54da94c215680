"""Builds with a real model as the student: a server on loopback plays the model, well and badly."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tutelage.checking import check
from tutelage.environment import Environment
from tutelage.store.shards import file_digest

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, Fault, ModelServer, Slow, Status

Row = dict[str, Any]
ITEMS = 6
PLAN = ("--rows", ITEMS, "--seed", 5, "--family", "rates", "--level", 1)


@cache
def answers() -> dict[str, str]:
    """The right answers of the items, by their statements."""
    env = Environment("sml", seed=5, split="", families=("rates",), levels=(1,))
    found = {}
    for _ in range(ITEMS):
        statement = env.reset().messages[0]["content"]
        found[statement] = env.scene.case.right.answer
    return found


def learner(body: Body) -> str:
    """A model that first guesses, then, told that it is wrong, gives the right answer; it thinks before it speaks."""
    said = [message for message in body["messages"] if message["role"] != "system"]
    right = answers()[said[0]["content"]]
    if len(said) == 1 and body["seed"] % 2:
        return "<think>easy</think>I'd say 1.\nAnswer: 1"
    return f"<think>hm</think>Answer: {right}"


def rows_of(root: Path, config: str, split: str = "*") -> list[Row]:
    paths = sorted((root / config).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_a_build_with_a_model(call: Callable[..., Any], tmp_path: Path) -> None:
    """Right dialogues are kept, groups have their pass rates, the check finds nothing, and a server is asked once."""
    with ModelServer(learner) as server:
        command = ("build", "sml", *PLAN, "--student", server.url, "--group", 3, "--out", "live")
        outcome = call(*command)
        assert (outcome.code, outcome.err) == (0, "")
        asked = len(server.requests)
        assert re.search(rf"^student tiny: {asked} requests, [\d,]+ tokens, [\d.]+ s each$", outcome.out, re.M)
        assert call(*command, "--overwrite").code == 0
        assert len(server.requests) == asked
    root = tmp_path / "live"
    found = check(root)
    assert (found.faults, found.notes) == ((), ())
    kept, rollouts = rows_of(root, "episodes"), rows_of(root, "rollouts")
    assert kept
    assert {(row["student"], row["reward"]) for row in kept} == {("model", 1)}
    assert [row["id"] for row in rollouts] == [row["id"] for row in kept]
    assert {(row["group"], row["passed"], row["pass_rate"], row["model"]) for row in rollouts} == {(3, 3, 1.0, "tiny")}
    assert {n for row in kept for n in [row["n_turns"]]} == {1, 2}
    assert all(thought in ("easy", "hm") for row in rollouts for thought in row["thoughts"])
    assert not any("think" in turn["text"] for row in kept for turn in row["turns"])
    manifest = json.loads((root / "manifest.json").read_text())
    assert manifest["participants"]["student"]["model"] == "tiny"
    assert manifest["requests_failed"] == 0
    assert re.search(r"--student URL --student-model tiny --group 3$", manifest["command"])


def test_no_request_holds_what_only_the_teacher_knows() -> None:
    """The statement and what was said, nothing else: not the answer before it is said, not a thought of the model."""
    with ModelServer(learner) as server:
        import asyncio

        from tutelage.live.group import make
        from tutelage.live.roles import Roles
        from tutelage.models.client import Client
        from tutelage.plan import Live, Options, Plan

        plan = Plan("sml", ITEMS, 5, Options(families=("rates",), levels=(1,)), Live(student="tiny", group=2))

        async def run() -> None:
            async with Client("student", [server.url], model="tiny") as client:
                for item in range(ITEMS):
                    await make(plan, item, Roles(client))

        asyncio.run(run())
    assert server.requests
    for body in server.requests:
        said = [message["content"] for message in body["messages"]]
        assert body["messages"][0]["role"] == "system"
        assert said[1] in answers()
        assert not any("think" in text for text in said)
        assert not any(answers()[said[1]] in text for text in (said[0], *said[2:])), said


def test_a_killed_build_goes_on_without_asking_twice(call: Callable[..., Any], tmp_path: Path, root: Path) -> None:
    """kill -9 in the middle, then again: equal to a build that was left alone, no request made twice."""
    def slow(body: Body) -> str:
        time.sleep(0.02)
        return learner(body)

    with ModelServer(slow) as server:
        command = ("build", "sml", *PLAN, "--student", server.url, "--group", 4, "--concurrency", 2)
        one = subprocess.Popen([sys.executable, "-m", "tutelage", *map(str, command), "--out", "killed"], cwd=tmp_path,
                               env={"PYTHONPATH": str(root / "generator"), "PATH": "/usr/bin:/bin"})
        while len(server.requests) < 12:
            assert one.poll() is None
            time.sleep(0.005)
        one.send_signal(signal.SIGKILL)
        one.wait()
        assert call(*command, "--out", "killed").code == 0
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
        under_way = 2  # what was on its way when it was killed had no reply yet
        assert len(bodies) - len(set(bodies)) <= under_way
        assert call(*command, "--out", "whole").code == 0
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")


def test_a_dialogue_that_fails_is_told_of_and_nothing_else_is_lost(call: Callable[..., Any], tmp_path: Path) -> None:
    """One server fault for good: exit code 1, the dialogue in failed.jsonl with its reason, all others there."""
    faults: Iterator[Fault] = iter([None, None, Status(400, "maximum context length is 10 tokens"), *[None] * 1000])
    with ModelServer(learner, faults=faults) as server:
        outcome = call("build", "sml", *PLAN, "--student", server.url, "--group", 2, "--concurrency", 1, "--out",
                       "live")
    assert outcome.code == 1
    lines = [json.loads(line) for line in (tmp_path / "live" / "failed.jsonl").read_text().splitlines()]
    assert len(lines) == 1
    assert set(lines[0]) == {"item", "dialogue", "reason"}
    assert "too long for the model" in lines[0]["reason"]
    assert json.loads((tmp_path / "live" / "manifest.json").read_text())["requests_failed"] == 1
    assert check(tmp_path / "live").faults == ()
    groups = {row["item"]: row["group"] for row in rows_of(tmp_path / "live", "rollouts")}
    assert sorted(groups.values()) == [1, *[2] * (ITEMS - 1)]


@pytest.mark.parametrize(("words", "says"), [
    (("--student", "http://127.0.0.1:9/v1", "--student-model", "m"), "can't be reached (no connection); is the server"),
    (("--student", "http://x"), "can't be reached"), (("--student", "gopher://x"), "is no address of a server"),
    (("--group", "0"), "group=0 is not in 1..1000"), (("--temperature", "-1"), "temperature=-1.0 is not in 0..10"),
    (("--max-requests", "0"), "max_requests=0 is not above 0"), (("--max-cost", "1"), "needs the price"),
    (("--concurrency", "0"), "concurrency=0 is not at least 1"), (("--timeout", "0"), "timeout=0 is not above 0"),
    (("--student-model", "huge"), "has no model 'huge'")])
def test_what_can_not_be_done_is_one_line(words: tuple[str, ...], says: str, call: Callable[..., Any], tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutelage.models.endpoint.Patience.__new__.__defaults__", (5.0, 1.0, 6, 0.3, 0.05))
    with ModelServer(learner) as server:
        student = () if "--student" in words else ("--student", server.url)
        outcome = call("build", "sml", *PLAN, *student, *words, "--out", "live")
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert outcome.err.count("\n") == 1
    assert says in outcome.err
    assert not list(tmp_path.glob("live/*/*"))


def test_a_budget_stops_and_the_build_goes_on_where_it_was(call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(learner) as server:
        command = ("build", "sml", *PLAN, "--student", server.url, "--group", 2, "--out", "live")
        outcome = call(*command, "--max-requests", 5)
        assert (outcome.code, len(server.requests)) == (2, 5)
        assert "5 of 5 requests are spent" in outcome.err
        assert outcome.err.count("\n") == 1
        assert call(*command).code == 0
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
        assert len(bodies) == len(set(bodies))
        assert call(*command[:-1], "other").code == 0
    assert digests(tmp_path / "live") == digests(tmp_path / "other")


def test_what_is_under_way_when_a_budget_ends_is_kept(call: Callable[..., Any]) -> None:
    """One dialogue of a group meets the end of the budget while its sibling waits for a slow reply."""
    faults = iter([Slow(1.0), *[None] * 100])
    with ModelServer(lambda body: "Answer: 1", faults=faults) as server:
        command = ("build", "sml", *PLAN[2:], "--rows", 1, "--student", server.url, "--group", 2, "--out", "live")
        assert (call(*command, "--max-requests", 3).code, len(server.requests)) == (2, 3)
        assert call(*command).code == 0
        bodies = [json.dumps(body, sort_keys=True) for body in server.requests]
    assert len(bodies) == len(set(bodies))


def test_changed_words_of_a_model_are_found(call: Callable[..., Any], tmp_path: Path) -> None:
    """The teacher is told the words again: another answer, another reply, another verdict does not fit."""
    import pyarrow as pa

    with ModelServer(learner) as server:
        assert call("build", "sml", *PLAN, "--student", server.url, "--group", 3, "--out", "live").code == 0

    def said(row: Row) -> None:
        row["turns"][1]["text"] = "Answer: 3"

    def replied(row: Row) -> None:
        row["turns"][2]["text"] += " Well."

    def cut(row: Row) -> None:
        del row["turns"][2:]

    for number, change in enumerate((said, replied, cut)):
        root = tmp_path / f"damaged{number}"
        shutil.copytree(tmp_path / "live", root)
        path = next(path for path in sorted(root.glob("episodes/train-*")) if pq.read_metadata(path).num_rows)
        table = pq.read_table(path)
        rows = table.to_pylist()
        change(next(row for row in rows if row["n_turns"] == 2))
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
        assert {"turn", "end", "turns", "reward"} & {fault.kind for fault in check(root).faults}
