"""Requests to a model's server: against a real one on loopback that fails in all the ways that servers do."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BudgetSpent, ModelError, RequestFailed, StoreError, UsageError
from tutelage.models.budget import Budget, Price
from tutelage.models.cache import Cache
from tutelage.models.client import Client, secret_of
from tutelage.models.endpoint import Patience
from tutelage.models.wire import Reply, Request, Sampling, key_of, without_thoughts

sys.path.insert(0, str(Path(__file__).parent))
from model_server import Body, Fault, ModelServer, Slow, Status

KEY = "sk-planted-31415926"
HASTE = Patience(timeout=5, connect=1, tries=4, dead=0.5, wait=0.01)


def talk(*texts: str) -> tuple[tuple[str, str], ...]:
    return tuple([("user", text) for text in texts])


def with_client(work: Callable[[Client], Awaitable[Any]], urls: Sequence[str], **given: Any) -> Any:
    """What `work` gives with an open client."""
    async def run() -> Any:
        async with Client("student", urls, **{"patience": HASTE, **given}) as client:
            return await work(client)

    return asyncio.run(run())


def one(urls: Sequence[str], text: str = "hello", **given: Any) -> Reply:
    async def work(client: Client) -> Reply:
        return await client.ask(client.request(talk(text)))

    reply: Reply = with_client(work, urls, **given)
    return reply


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TUTELAGE_STUDENT_KEY", "TUTELAGE_TEACHER_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


pytestmark = pytest.mark.usefixtures("no_key")


# --- replies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("streams", [False, True])
def test_a_reply(streams: bool) -> None:
    with ModelServer() as server:
        reply = one([server.url], "two words", streams=streams, sampling=Sampling(temperature=0.5, max_tokens=9))
    assert reply._replace(seconds=0) == Reply("you said two words", "", "stop", 2, 4)
    assert reply.seconds > 0
    sent = server.requests[0]
    assert (sent["model"], sent["temperature"], sent["max_tokens"], "top_p" in sent) == ("tiny", 0.5, 9, False)
    assert sent["messages"] == [{"role": "user", "content": "two words"}]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("message", [
    {"content": "<think>Hm.\nSo 4.</think>\n\nIt is 4."}, {"content": "It is 4.", "reasoning_content": "Hm.\nSo 4."},
    {"content": "It is 4.", "reasoning": "Hm.\nSo 4."}, {"content": "Hm.\nSo 4.</think>It is 4."}])
def test_thoughts_are_kept_apart(message: dict[str, str], streams: bool) -> None:
    with ModelServer(lambda body: message) as server:
        reply = one([server.url], streams=streams)
    assert (reply.text, reply.thoughts) == ("It is 4.", "Hm.\nSo 4.")


def test_thoughts_that_never_end() -> None:
    assert without_thoughts("So: <think>and on") == ("So:", "and on")
    assert without_thoughts("<think>a</think>b<think>c</think>d") == ("b d", "a\nc")


def test_the_first_model_is_taken_where_none_is_named() -> None:
    with ModelServer(models=("big", "small")) as server:
        one([server.url])
        one([server.url], model="small")
    assert [body["model"] for body in server.requests] == ["big", "small"]


# --- servers that fail ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Status(500, "boom"), Status(503), Status(429, "busy", {"Retry-After": "0"}), "cut",
                                   "garbage", "empty", Status(408)])
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


def test_a_slow_reply_is_asked_for_again() -> None:
    with ModelServer(faults=iter([Slow(3)])) as server:
        reply = one([server.url], patience=HASTE._replace(timeout=0.4))
    assert reply.text == "you said hello"


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


def test_an_empty_reply_is_none() -> None:
    silent = ModelServer(lambda body: "<think>what?</think> ")
    with silent as server, pytest.raises(RequestFailed, match="only thoughts"):
        one([server.url])


def test_a_refused_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTELAGE_STUDENT_KEY", "wrong")
    with ModelServer(key=KEY) as server:
        with pytest.raises(ModelError, match=r"refuses the key \(401: Incorrect API key provided\); set it in"):
            one([server.url], model="tiny")
        assert len(server.requests) == 1
        with pytest.raises(ModelError, match="refuses the key"):
            one([server.url])


def test_an_unknown_model() -> None:
    with ModelServer() as server, pytest.raises(ModelError, match="has no model 'huge'"):
        one([server.url], model="huge")
    assert len(server.requests) == 1


def unused_url() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}/v1"


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


# --- the cache --------------------------------------------------------------------------------------------------------


def test_every_field_of_a_request_is_in_its_key() -> None:
    """The system prompt among them: a second teacher must not get the first one's answers."""
    request = Request("m", (("system", "a"), ("user", "b")), Sampling(0.5, 0.9, 10, 7), "here")
    others = [request._replace(model="n"), request._replace(server="there"),
              request._replace(messages=(("system", "c"), ("user", "b"))), request._replace(messages=(("user", "b"),)),
              request._replace(messages=(("user", "a"), ("user", "b"))),
              *[request._replace(sampling=request.sampling._replace(**{name: value})) for name, value in
                {"temperature": 0.6, "top_p": None, "max_tokens": 11, "seed": 8}.items()]]
    assert len({key_of(each, each.body()) for each in (request, *others)}) == 1 + len(others)
    assert {len(field) for field in (Request._fields, Sampling._fields)} == {4}  # a new field needs its line above


def test_what_was_asked_is_not_paid_for_again(tmp_path: Path) -> None:
    path, budget = tmp_path / "cache.sqlite", Budget()
    with ModelServer() as server:
        with Cache(path) as cache:
            first = one([server.url], cache=cache, budget=budget)
        with Cache(path) as cache:
            again = one([server.url], cache=cache, budget=budget)
            other = one([server.url], cache=cache, budget=budget, sampling=Sampling(seed=1))
    assert len(server.requests) == 2
    assert again == first._replace(cached=True)
    assert not other.cached
    assert (budget.spent.requests, budget.spent.cached) == (2, 1)


def test_the_same_request_twice_at_a_time_is_asked_once() -> None:
    async def work(client: Client) -> list[Reply]:
        return await asyncio.gather(*[client.ask(client.request(talk("same"))) for _ in range(10)])

    with ModelServer(faults=iter([Slow(0.1)])) as server:
        replies = with_client(work, [server.url])
    assert len({reply.text for reply in replies}) == len(server.requests) == 1


def test_a_cache_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"no database, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match="can't be used as a cache"):
        Cache(tmp_path / "cache")
    with sqlite3.connect(tmp_path / "old") as held:
        held.execute("PRAGMA user_version = 99")
    held.close()
    with pytest.raises(StoreError, match="another version"):
        Cache(tmp_path / "old")


# --- budgets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "says", "most"), [
    (Budget(max_requests=5), "5 of 5 requests are spent", 5), (Budget(max_tokens=20), "20 of 20 tokens are spent", 5),
    (Budget(max_cost=1.0, price=Price(100_000.0, 0.0)), "1.00 of 1.00 cost are spent", 10)])
def test_a_budget_stops_cleanly(budget: Budget, says: str, most: int) -> None:
    """Four tokens a request, one of them the prompt's; one request at a time, so that the limit is met exactly."""
    async def work(client: Client) -> list[Any]:
        return await asyncio.gather(*[client.ask(client.request(talk(f"n{i}"))) for i in range(30)],
                                    return_exceptions=True)

    with ModelServer() as server:
        found = with_client(work, [server.url], budget=budget, most=1)
    assert [isinstance(each, Reply) for each in found] == [True] * most + [False] * (30 - most)
    assert {(type(each), str(each)) for each in found[most:]} == {(BudgetSpent, f"student: {says}")}
    assert len(server.requests) == most


def test_a_budget_that_is_none() -> None:
    with pytest.raises(UsageError, match="max_requests=0 is not above 0"):
        Budget(max_requests=0)
    with pytest.raises(UsageError, match="needs the price"):
        Budget(max_cost=1.0)


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_keys_come_from_the_environment() -> None:
    both = {"TUTELAGE_TEACHER_KEY": "t", "OPENAI_API_KEY": "o"}
    assert [secret_of(role, both) for role in ("student", "teacher")] == ["o", "t"]
    assert secret_of("student", {}) == ""


def test_a_key_is_sent_and_stands_nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                               capfd: pytest.CaptureFixture[str]) -> None:
    """Not in the cache, in what the manifest says, in an error with its whole chain, or in what is printed."""
    import traceback

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    path, texts = tmp_path / "cache.sqlite", list[str]()

    async def work(client: Client) -> None:
        await client.ask(client.request(talk("hello")))
        texts.append(repr(client.to_json()))
        for text in ("one", "two"):
            try:
                await client.ask(client.request(talk(text)))
            except (ModelError, RequestFailed) as error:
                texts.extend(traceback.format_exception(error))

    faults = iter([None, Status(400, "no"), Status(403, "no")])
    with ModelServer(key=KEY, faults=faults) as server, Cache(path) as cache:
        with_client(work, [server.url], cache=cache)
        assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    gc.collect()
    texts += [*capfd.readouterr(), *[file.read_bytes().decode("latin-1") for file in tmp_path.iterdir()]]
    assert len(texts) > 5
    assert not any(KEY in text for text in texts)


@pytest.mark.parametrize("url", ["127.0.0.1:8000/v1", "ftp://host/v1", "", "http://user:secret@host/v1"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a server; give one like") as found:
        Client("student", [url])
    assert "secret" not in str(found.value)
