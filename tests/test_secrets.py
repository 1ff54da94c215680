"""Keys come from the environment and end in a header: nothing that is written, printed or raised holds one.

The server says the header back wherever it can: in replies, in errors, in what is no JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from aiohttp import web

from tutelage.errors import BudgetSpent, ModelError, RequestFailed
from tutelage.models.cache import Cache
from tutelage.models.client import ANY_KEY, KEYS, Client

sys.path.insert(0, str(Path(__file__).parent))
from asking import HASTE, talk
from model_server import Body, Fault, ModelServer, Slow, Status, Whole

SECRET = "31415926/planted+535"  # in all keys; with what JSON may write in two ways
NAMES = (*KEYS.values(), ANY_KEY)
SAID = "you sent {authorization}"
REPLY = json.dumps({"choices": [{"message": {"content": SAID, "reasoning": SAID}, "finish_reason": SAID}]})
EVALUATE = ("evaluate", "--family", "shortest_path", "--level", "1-2")
PLAN = ("--rows", 12, "--seed", 5, "--family", "rates", "--level", 1)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(name, f"sk-{name}-{SECRET}")
    monkeypatch.setattr("tutelage.models.endpoint.Patience.__new__.__defaults__", (0.3, 1.0, 3, 1.0, 0.01))


def faults() -> Iterator[Fault]:
    """Whatever a server can say, again and again, with good replies between."""
    return cycle([Status(500, SAID), Whole(REPLY), Whole(SAID), None, Status(400, SAID), "cut", None, Slow(0.5),
                  Whole(json.dumps({"error": SAID})), Status(429, SAID), None, Status(400, f"context length: {SAID}"),
                  Whole(json.dumps({"choices": [], "said": SAID})), None, "silent", Whole(REPLY)])


def guess(body: Body) -> str:
    return f"Answer: {body['seed'] % 7}"


def found_in(*texts: object) -> list[str]:
    """Where a part of a key stands: each text is looked at as it is and as JSON writes it."""
    forms = {part for whole in (SECRET, json.dumps(SECRET)[1:-1], SECRET.replace("/", "\\/"))
             for part in (whole, whole[:12], whole[-12:])}
    return [str(text)[:300] for text in texts if any(form in str(text) for form in forms)]


def written(folder: Path) -> list[str]:
    """All files of a folder as they are, and the columns of the Parquet files."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    texts = [path.read_bytes().decode("latin-1") for path in files]
    texts += [repr(pq.read_table(path).to_pylist()) for path in files if path.suffix == ".parquet"]
    return [*texts, *map(str, files)]


@pytest.mark.parametrize("stream", [(), ("--stream",)])
def test_no_command_leaves_a_key(stream: tuple[str, ...], call: Callable[..., Any], tmp_path: Path,
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """A build and an evaluation on a server that says the key in all its answers, with the bar of a terminal."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    build = ("build", "sml", *PLAN, "--group", 2)
    commands = ((*build, "--out", "data"), (*build, "--out", "other", "--max-requests", 3),
                (*EVALUATE, "--items", 4, "--max-turns", 3, "--json", "--out", "eval"))
    with ModelServer(guess, faults=faults()) as server:
        outcomes = [call(*command, "--student", server.url, "--concurrency", 2, *stream) for command in commands]
        assert server.headers[0]["Authorization"].endswith(SECRET)
    texts = [*written(tmp_path), *[text for outcome in outcomes for text in outcome[1:]]]
    assert [outcome.code for outcome in outcomes] == [1, 2, 1], outcomes[2]  # some dialogues failed for good
    assert {"failed.jsonl", "manifest.json", "transcripts.jsonl", "evaluation.json", "data.cache.sqlite"} <= {
        path.name for path in tmp_path.rglob("*")}
    assert sum("[key]" in text for text in texts) >= 3  # what was said, with the key left out
    assert found_in(*texts) == []


@pytest.mark.parametrize("status", [401, 402, 403, 404, 500, 502])
def test_what_ends_a_command_names_no_key(status: int, call: Callable[..., Any], tmp_path: Path) -> None:
    with ModelServer(guess, faults=cycle([Status(status, SAID)])) as server:
        words = ("--student", server.url, "--student-model", "tiny")
        outcomes = [call("build", "sml", *PLAN, "--out", "data", *words), call(*EVALUATE, "--items", 4, *words)]
    assert all(outcome.code == 2 and outcome.err.count("\n") == 1 for outcome in outcomes)
    assert all("[key]" in outcome.err for outcome in outcomes)
    assert found_in(*written(tmp_path), *[text for outcome in outcomes for text in outcome[1:]]) == []


class Namer(ModelServer):
    """Says the header where it is asked for its models."""

    status = 200

    async def _models(self, request: web.Request) -> web.Response:
        said = request.headers["Authorization"]
        return web.json_response({"data": [{"id": said}], "error": {"message": said}}, status=self.status)


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_names_of_models_hold_no_key(status: int, call: Callable[..., Any], tmp_path: Path) -> None:
    with Namer(guess, models=("Bearer [key]",)) as server:
        server.status = status
        outcome = call("build", "sml", "--rows", 2, "--family", "rates", "--level", 1, "--out", "data",
                       "--student", server.url)
    assert outcome.code == (0 if status == 200 else 2)
    texts = [*written(tmp_path), *outcome[1:]]
    assert any("[key]" in text for text in texts)
    assert found_in(*texts) == []


def test_no_role_leaves_a_key(tmp_path: Path) -> None:
    """For every role: the cache while it is open, what a manifest says, errors with their whole chain."""
    texts: list[object] = []

    async def run(role: str, url: str, cache: Cache, streams: bool) -> None:
        async with Client(role, [url], cache=cache, patience=HASTE._replace(timeout=0.3, tries=2),
                          streams=streams) as client:
            for number in range(30):
                try:
                    texts.append(await client.ask(client.request(talk(f"{role} {streams} {number}"), seed=number)))
                except (ModelError, RequestFailed, BudgetSpent) as error:
                    texts.extend(traceback.format_exception(error))
            texts.extend([client.to_json(), client, vars(client)])

    with Cache(tmp_path / "cache") as cache:
        for role in KEYS:
            for streams in (False, True):
                with ModelServer(guess, faults=faults()) as server:
                    asyncio.run(run(role, server.url, cache, streams))
                    assert server.headers[0]["Authorization"] == f"Bearer sk-{KEYS[role]}-{SECRET}"
        assert {path.name for path in tmp_path.iterdir()} >= {"cache", "cache-wal"}
        texts += written(tmp_path)
    assert sum("[key]" in str(text) for text in texts) > 30
    assert found_in(*texts, *written(tmp_path)) == []


def test_a_key_in_pieces_is_none(tmp_path: Path) -> None:
    """A reply that comes letter by letter is looked at as a whole."""
    key = f"sk-{KEYS['student']}-{SECRET}"
    deltas = [{"content": letter, "reasoning": letter} for letter in key]
    pieces = [f"data: {json.dumps({'choices': [{'delta': delta}]})}" for delta in deltas]

    async def run(url: str) -> Any:
        async with Client("student", [url], patience=HASTE, streams=True) as client:
            return await client.ask(client.request(talk("hello")))

    with ModelServer(faults=iter([Whole("\n\n".join([*pieces, "data: [DONE]\n\n"]), "text/event-stream")])) as server:
        reply = asyncio.run(run(server.url))
    assert (reply.text, reply.thoughts) == ("[key]", "[key]")


def test_an_error_that_nobody_thought_of_names_no_key(call: Callable[..., Any], tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of our own in the midst of a request: a traceback is printed, and it is without."""
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of our own")

    monkeypatch.setattr("tutelage.models.endpoint.read_reply", fail)
    with ModelServer(guess) as server, pytest.raises(RuntimeError) as raised:
        call("build", "sml", *PLAN, "--out", "data", "--student", server.url)
    trace = "".join(traceback.format_exception(raised.value))
    assert "a fault of our own" in trace
    assert found_in(trace, *written(tmp_path)) == []


@pytest.mark.parametrize("url", [f"http://me:{SECRET}@127.0.0.1:1/v1", f"http://127.0.0.1:1/v1?api_key={SECRET}",
                                 f"https://{SECRET}@host/v1?api_key={SECRET}#{SECRET}"])
@pytest.mark.parametrize("command", [("build", "sml", "--rows", 2), (*EVALUATE, "--items", 1)])
def test_a_key_in_an_address_is_refused_and_not_shown(url: str, command: tuple[object, ...],
                                                      call: Callable[..., Any], tmp_path: Path) -> None:
    outcome = call(*command, "--student", url, "--out", "data")
    assert outcome.code == 2
    assert "is no address of a server" in outcome.err
    assert "the key in the environment" in outcome.err
    assert found_in(*outcome[1:], *written(tmp_path)) == []
