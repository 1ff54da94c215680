"""Builds on a server at which every fifth request fails, or that dies: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tutelage.environment import Environment
from tutelage.store.shards import file_digest

sys.path.insert(0, str(Path(__file__).parent))
from asking import unused_url
from model_server import Body, Fault, ModelServer, Slow, Status, Whole

ITEMS, GROUP = 60, 2
COMMAND = ("build", "sml", "--rows", ITEMS, "--seed", 5, "--family", "rates", "--level", 1, "--group", GROUP)


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tutelage.models.endpoint.Patience.__new__.__defaults__", (1.0, 1.0, 10, 0.3, 0.01))


@cache
def answers() -> dict[str, str]:
    env = Environment("sml", seed=5, split="", families=("rates",), levels=(1,))
    found = {}
    for _ in range(ITEMS):
        statement = env.reset().messages[0]["content"]
        found[statement] = env.scene.case.right.answer
    return found


def learner(body: Body) -> str:
    """Wrong in the first turn of every other dialogue, and right when it is told so."""
    said = [message["content"] for message in body["messages"] if message["role"] != "system"]
    if len(said) == 1 and body["seed"] % 2:
        return "I'd say 1.\nAnswer: 1"
    return f"<think>hm</think>Answer: {answers()[said[0]]}" if said[0] in answers() else "Yes."


def one_in_five(seed: int) -> Iterator[Fault]:
    draws = random.Random(seed)
    while True:
        date = format_datetime(datetime.now(UTC), usegmt=True)
        kinds: list[Fault] = [Status(429), Status(429, "busy", {"Retry-After": "0.02"}), Status(500, "boom"),
                              Status(429, "busy", {"Retry-After": date}), "cut", Slow(1.5), "garbage", "empty",
                              "silent", "cut_stream", Whole('{"choices": [{"mess')]
        yield draws.choice(kinds) if draws.random() < 0.2 else None


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


def test_one_request_in_five_fails_and_the_rows_are_the_same(call: Callable[..., Any], tmp_path: Path) -> None:
    """With replies in pieces and whole: byte for byte the build of a server without a fault."""
    with ModelServer(learner) as server:
        assert call(*COMMAND, "--student", server.url, "--out", "good").code == 0
        asked = len(server.requests)
    wanted = digests(tmp_path / "good")
    assert len(wanted) > 5
    for seed, stream in ((1, ()), (2, ("--stream",))):
        out = tmp_path / f"bad{seed}"
        with ModelServer(learner, faults=one_in_five(seed)) as server:
            outcome = call(*COMMAND, "--student", server.url, "--out", out.name, "--concurrency", 8, *stream)
        assert (outcome.code, outcome.err) == (0, "")
        assert digests(out) == wanted
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        spent = manifest["participants"]["student"]
        assert (spent["requests"], spent["cached"], manifest["requests_failed"]) == (asked, 0, 0)
        assert spent["retries"] > asked / 10
        assert len(server.requests) == asked + spent["retries"]
        assert len({json.dumps(body) for body in server.requests}) == asked
        assert not (out / "failed.jsonl").exists()


def test_a_server_that_dies_in_the_middle_of_a_build(call: Callable[..., Any], tmp_path: Path) -> None:
    """One line, code 2, no row; when it is back the same command goes on, asks for the rest, and no row is lost."""
    with ModelServer(learner) as server:
        words = (*COMMAND, "--concurrency", 4, "--student", server.url)
        assert call(*words, "--out", "whole").code == 0
        asked = len(server.requests)
    with ModelServer(learner) as server:
        server.dies_after = 40
        outcome = call(*words[:-1], server.url, "--out", "cut")
        port = server.port
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.count("\n") == 1
        assert f"Error: {server.url} can't be reached (no connection); is the server running?" in outcome.err
        assert not list(tmp_path.glob("cut/*/*.parquet"))
    with ModelServer(learner, port=port) as server:
        assert call(*words[:-1], server.url, "--out", "cut").code == 0
        assert len(server.requests) == asked - 40
    assert digests(tmp_path / "cut") == digests(tmp_path / "whole")


@pytest.mark.parametrize(("fault", "words", "says"), [
    (None, ("--student-model", "huge"), "has no model 'huge' (404: The model `huge` does not exist.)"),
    (Status(401, "bad key"), (), "refuses the key (401: bad key); set it in the environment"),
    (Status(503, "loading"), (), "answers 503: loading, 10 times; 8 requests in a row have failed"),
    (Status(402, "no credit"), (), "wants to be paid (402: no credit)")])
def test_what_no_row_can_pass_is_one_line(fault: Fault, words: tuple[str, ...], says: str, call: Callable[..., Any],
                                          tmp_path: Path) -> None:
    with ModelServer(learner, faults=iter(lambda: fault, object())) as server:
        outcome = call(*COMMAND, "--student", server.url, "--out", "data", *words)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert says in outcome.err
    assert not list(tmp_path.glob("data/*/*.parquet"))


def test_a_server_that_is_not_there(call: Callable[..., Any]) -> None:
    outcome = call(*COMMAND, "--student", unused_url(), "--student-model", "tiny", "--out", "data")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "can't be reached (no connection); is the server running?" in outcome.err


def test_dialogues_that_grow_too_long_fail_with_their_reason(call: Callable[..., Any], tmp_path: Path) -> None:
    """A second turn is too much for the model: those dialogues alone are left out, counted, and the code is 1."""
    class Full(ModelServer):
        async def _answer(self, request: Any, body: Body, fault: Fault) -> Any:
            full = len(body["messages"]) > 2
            return await super()._answer(request, body, Status(400, "the context length is 2") if full else fault)

    with Full(learner) as server:
        outcome = call(*COMMAND, "--student", server.url, "--out", "data")
    assert (outcome.code, outcome.err) == (1, "")
    lines = [json.loads(line) for line in (tmp_path / "data" / "failed.jsonl").read_text().splitlines()]
    manifest = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert manifest["requests_failed"] == len(lines) > GROUP
    assert {line["reason"] for line in lines} == {
        f"{server.url}: the dialogue is too long for the model: the context length is 2"}
    assert len({(line["item"], line["dialogue"]) for line in lines}) == len(lines) < ITEMS * GROUP
