"""Servers that fail in all the ways that servers do: what is asked again, what fails alone, what ends all."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import ModelError, RequestFailed
from tutelage.models.answer import retry_after
from tutelage.models.budget import Budget
from tutelage.models.cache import Cache
from tutelage.models.client import Client
from tutelage.models.endpoint import GIVEN_UP
from tutelage.models.wire import Reply

sys.path.insert(0, str(Path(__file__).parent))
from asking import HASTE, many, one, talk, unused_url, with_client
from model_server import Body, Fault, ModelServer, Slow, Status, Whole


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


NO_REPLIES = [Whole(text) for text in (
    '{"choices": null}', '[]', '"no"', '{"choices": [{"message": {"content": ["no", "text"]}}]}', "[" * 100_000,
    '{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": Infinity}}')]


@pytest.mark.parametrize("fault", [Status(500, "boom"), Status(503), Status(429, "busy", {"Retry-After": "0"}), "cut",
                                   "garbage", "empty", "silent", Status(408), *NO_REPLIES])
def test_what_passes_is_asked_again(fault: Fault) -> None:
    budget = Budget()
    with ModelServer(faults=iter([fault, fault])) as server:
        assert one([server.url], budget=budget).text == "you said hello"
    assert len(server.requests) == 3
    assert (budget.spent.requests, budget.spent.retries) == (1, 2)


def test_a_reply_that_breaks_off_is_asked_for_again() -> None:
    with ModelServer(faults=iter(["cut_stream"])) as server:
        assert one([server.url], streams=True).text == "you said hello"
    assert len(server.requests) == 2


def test_retry_after_is_kept() -> None:
    """A busy server is left alone for as long as it asks; our own pause would be a hundredth of it."""
    times: list[float] = []

    def reply(body: Body) -> str:
        return "yes"

    async def work(client: Client) -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await client.ask(client.request(talk("hello")))
        return loop.time() - begun

    with ModelServer(reply, faults=iter([Status(429, "busy", {"Retry-After": "0.6"})])) as server:
        times.append(with_client(work, [server.url]))
    assert times[0] >= 0.6


def test_retry_after_may_be_a_date() -> None:
    now = datetime.now(UTC)
    assert retry_after({"Retry-After": "2.5"}) == 2.5
    assert 8 < (retry_after({"Retry-After": format_datetime(now + timedelta(seconds=10), usegmt=True)}) or 0) <= 10
    assert retry_after({"Retry-After": format_datetime(now - timedelta(hours=1), usegmt=True)}) == 0
    assert [retry_after({"Retry-After": text}) for text in ("soon", "", "-3")] == [None, None, 0]
    with ModelServer(faults=iter([Status(429, "", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})])) as server:
        assert one([server.url], patience=HASTE._replace(wait=60)).text == "you said hello"


@pytest.mark.parametrize("piece", [
    "data: [1]", 'data: {"choices": [1]}', 'data: {"choices": 7}', 'data: {"choices": [{"delta": {"content": 5}}]}',
    'data: {"usage": {"prompt_tokens": "many"}}', 'data: {"error": {"message": "gone"}}', "data: {", "",
    'data: {"choices": [{"delta": {"content": "It"}}]}', f"data: {'x' * (1 << 22)}"])
def test_pieces_that_are_none(piece: str) -> None:
    with ModelServer(faults=iter([Whole(f"{piece}\n\n", "text/event-stream")])) as server:
        assert one([server.url], streams=True).text == "you said hello"
    assert len(server.requests) == 2


@pytest.mark.parametrize("streams", [False, True])
def test_half_a_character_can_be_stored(streams: bool, tmp_path: Path) -> None:
    with ModelServer(lambda body: "so \ud83d it is") as server, Cache(tmp_path / "cache") as cache:
        assert one([server.url], streams=streams, cache=cache).text == "so ? it is"


def test_a_slow_reply_is_asked_for_again() -> None:
    with ModelServer(faults=iter([Slow(3)])) as server:
        reply = one([server.url], patience=HASTE._replace(timeout=0.4))
    assert reply.text == "you said hello"
    assert len(server.requests) == 2


@pytest.mark.parametrize(("fault", "says"), [
    (Status(500, "out of memory"), "out of memory, 4 times"), ("empty", "no reply in {'choices': []}, 4 times"),
    ("garbage", "no JSON"), (Status(400, "This model's maximum context length is 8 tokens"), "too long for the model"),
    (Status(422, "temperature must be positive"), "does not accept the request (422: temperature must be positive")])
def test_a_request_that_fails_for_good_is_told_of_and_others_are_not(fault: Fault, says: str) -> None:
    async def work(client: Client) -> list[Any]:
        first = await asyncio.gather(client.ask(client.request(talk("bad"))), return_exceptions=True)
        return [*first, await client.ask(client.request(talk("good")))]

    times = 1 if isinstance(fault, Status) and fault.status < 500 else 4
    with ModelServer(faults=repeat(fault, times)) as server:
        failed, good = with_client(work, [server.url])
    assert isinstance(failed, RequestFailed)
    assert "\n" not in str(failed)
    assert says in str(failed)
    assert good.text == "you said good"


@pytest.mark.parametrize(("status", "says"), [
    (400, "This model's maximum context length is 6048 tokens. However, you requested 6616 tokens (568 in the "
          "messages, 6048 in the completion). Please reduce the length of the messages or completion."),
    (400, "The decoder prompt (length 163840) is longer than the maximum model length of 131072."),
    (400, "max_tokens must be at least 1, got -186."),
    (400, "The input (61709 tokens) is longer than the model's context length (40960 tokens)."),
    (400, "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens)."),
    (400, "request (4390 tokens) exceeds the available context size (4096 tokens), try increasing it"),
    (500, "Context size has been exceeded."), (400, "Requested tokens (2285) exceed context window of 2048"),
    (422, "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens"), (413, "")])
def test_a_dialogue_that_is_too_long_fails_at_once_and_alone(status: int, says: str) -> None:
    """As vLLM, SGLang, llama.cpp, llama-cpp-python and TGI say it; however many there are, the server is kept."""
    async def work(client: Client) -> list[Any]:
        asked = [client.ask(client.request(talk(str(number)))) for number in range(20)]
        return [*await asyncio.gather(*asked, return_exceptions=True), await client.ask(client.request(talk("short")))]

    with ModelServer(faults=repeat(Status(status, says), 20)) as server:
        *failed, good = with_client(work, [server.url], model="tiny")
    assert len(server.requests) == 21
    assert {type(error) for error in failed} == {RequestFailed}
    assert all("the dialogue is too long for the model" in str(error) for error in failed)
    assert good.text == "you said short"


@pytest.mark.parametrize(("status", "message", "says"), [
    (400, "Model tiny not found", "has no model 'tiny' (400"), (404, "model 'tiny' not found", "has no model 'tiny'"),
    (402, "Insufficient Balance", "wants to be paid (402: Insufficient Balance)"), (403, "no", "refuses the key (403"),
    (429, "You exceeded your current quota, please check your plan and billing details.", "wants to be paid (429")])
def test_what_holds_for_all_requests_ends_at_once(status: int, message: str, says: str) -> None:
    with ModelServer(faults=repeat(Status(status, message))) as server:
        with pytest.raises(ModelError) as found:
            one([server.url], model="tiny")
        assert len(server.requests) == 1
    assert says in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize("fault", [Status(502, "bad gateway"), Status(400, "unknown field seed"), "garbage", "silent"])
def test_a_server_that_fails_at_everything_is_given_up(fault: Fault) -> None:
    """It can be reached, yet nothing comes of it: known after some requests, and told to all that wait."""
    with ModelServer(faults=repeat(fault)) as server:
        found = with_client(lambda client: many(client, 200), [server.url], model="tiny", most=2)
    assert GIVEN_UP - 2 <= sum(isinstance(error, RequestFailed) for error in found) <= GIVEN_UP + 2
    assert {type(error) for error in found} == {RequestFailed, ModelError}
    assert f"{GIVEN_UP} requests in a row have failed, and it can't even 'Say yes.'" in str(found[-1])
    assert len(server.requests) < 6 * GIVEN_UP


def test_a_server_that_fails_at_what_is_hard_is_not_given_up() -> None:
    """A build that goes on has all the good replies in its cache, and asks for the bad ones in a row."""
    def reply(body: Body) -> str | dict[str, Any]:
        return "yes" if body["messages"][0]["content"] == "Say yes." else {"content": None}

    with ModelServer(reply) as server:
        found = with_client(lambda client: many(client, 50), [server.url], model="tiny", most=2,
                            patience=HASTE._replace(tries=1))
    assert {type(error) for error in found} == {RequestFailed}
    assert 50 < len(server.requests) <= 50 + 50 // GIVEN_UP


def test_a_server_that_dies_in_the_middle() -> None:
    """Every reply that it gave is there; all that comes after is told in one line that it is dead."""
    with ModelServer() as server:
        server.dies_after = 30
        found = with_client(lambda client: many(client, 300), [server.url], model="tiny", most=4,
                            patience=HASTE._replace(tries=2))
    assert {type(error) for error in found} == {Reply, ModelError}
    assert sum(isinstance(each, Reply) for each in found) == 30
    assert {str(each) for each in found if isinstance(each, ModelError)} == {
        f"{server.url} can't be reached (no connection); is the server running?"}


def test_one_cut_connection_after_a_long_silence_is_no_death() -> None:
    """Long replies leave a server without an answer for longer than a dead one is waited for."""
    with ModelServer(faults=iter([Slow(0.6), "cut"])) as server:
        found = with_client(lambda client: many(client, 2), [server.url], model="tiny",
                            patience=HASTE._replace(dead=0.2, wait=0.3))
    assert [type(each) for each in found] == [Reply, Reply]


def test_an_empty_reply_is_none() -> None:
    silent = ModelServer(lambda body: "<think>what?</think> ")
    with silent as server, pytest.raises(RequestFailed, match="only thoughts"):
        one([server.url])


def test_a_refused_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTELAGE_STUDENT_KEY", "wrong")
    with ModelServer(key="another") as server:
        with pytest.raises(ModelError, match=r"refuses the key \(401: Incorrect API key provided\); set it in"):
            one([server.url], model="tiny")
        assert len(server.requests) == 1
        with pytest.raises(ModelError, match="refuses the key"):
            one([server.url])


def test_an_unknown_model() -> None:
    with ModelServer() as server, pytest.raises(ModelError, match="has no model 'huge'"):
        one([server.url], model="huge")
    assert len(server.requests) == 1


def test_a_dead_server_is_known_before_every_request_has_tried() -> None:
    async def work(client: Client) -> tuple[float, list[Any]]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        asked = [client.ask(client.request(talk(str(i)))) for i in range(500)]
        return loop.time() - begun, await asyncio.gather(*asked, return_exceptions=True)

    patience = HASTE._replace(tries=100, wait=0.05)
    _, found = with_client(work, [unused_url()], model="tiny", most=4, patience=patience)
    assert {str(error) for error in found} == {str(found[0])}
    assert isinstance(found[0], ModelError)
    assert "can't be reached (no connection); is the server running?" in str(found[0])


def test_a_server_that_nobody_reaches_names_no_model() -> None:
    with pytest.raises(ModelError, match="no connection"):
        one([unused_url()])


def test_another_server_takes_over() -> None:
    async def work(client: Client) -> list[Reply]:
        return await asyncio.gather(*[client.ask(client.request(talk(str(i)))) for i in range(20)])

    with ModelServer() as server:
        patience = HASTE._replace(tries=100, wait=0.02)
        replies = with_client(work, [unused_url(), server.url], model="tiny", patience=patience)
    assert [reply.text for reply in replies] == [f"you said {i}" for i in range(20)]


def test_one_in_five_fails_and_nothing_is_lost_or_asked_twice() -> None:
    draw = random.Random(3)
    kinds: list[Fault] = [Status(500), "cut", "garbage", "empty", Status(429, "", {"Retry-After": "0"})]
    faults: Iterator[Fault] = iter(lambda: draw.choice(kinds) if draw.random() < 0.2 else None, object())
    budget = Budget()

    async def work(client: Client) -> list[Reply]:
        return await asyncio.gather(*[client.ask(client.request(talk(str(i)))) for i in range(300)])

    with ModelServer(faults=faults) as server:
        replies = with_client(work, [server.url], model="tiny", most=8, budget=budget,
                              patience=HASTE._replace(tries=12))
    assert [reply.text for reply in replies] == [f"you said {i}" for i in range(300)]
    assert len(server.requests) == 300 + budget.spent.retries
    assert budget.spent.requests == 300
    assert budget.spent.retries > 20
    assert server.most <= 8


def test_the_least_busy_server_is_asked() -> None:
    """Two at once share the work; one that is slower gets less of it."""
    def slow(body: Body) -> str:
        time.sleep(0.02)  # the server's only thread: one reply at a time
        return "slow"

    with ModelServer() as fast, ModelServer(slow) as other:
        found = with_client(lambda client: many(client, 120), [other.url, fast.url], model="tiny", most=6)
    assert len(found) == len(fast.requests) + len(other.requests) == 120
    assert 3 <= len(other.requests) < len(fast.requests)


def test_a_server_that_is_slow_for_long_is_not_dead() -> None:
    """Three replies that don't come in time, for longer than a dead server is waited for."""
    with ModelServer(faults=iter([Slow(0.4)] * 3)) as server:
        assert one([server.url], patience=HASTE._replace(timeout=0.2, dead=0.1)).text == "you said hello"
    assert len(server.requests) == 4


def test_pauses_double_and_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between tries of one request; those of two that failed together are not the same, and none is over a minute."""
    asked: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        await real(0)

    with ModelServer(faults=repeat(Status(500))) as server:
        monkeypatch.setattr("tutelage.models.endpoint.asyncio.sleep", sleep)
        with pytest.raises(RequestFailed):
            one([server.url], "hello", model="tiny", patience=HASTE._replace(tries=9, wait=1.0))
        with pytest.raises(RequestFailed):
            one([server.url], "goodbye", model="tiny", patience=HASTE._replace(tries=2, wait=1.0))
    pauses = [seconds for seconds in asked if seconds]
    assert len(pauses) == 8 + 1
    assert all(0.5 <= seconds / min(60, 2**number) <= 1.5 for number, seconds in enumerate(pauses[:8]))
    assert pauses[0] != pauses[8]
