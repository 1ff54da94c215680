"""Requests to a model's server: against a real one on loopback that fails in all the ways that servers do."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from tutelage.errors import BudgetSpent, ModelError, RequestFailed, StoreError, UsageError
from tutelage.models.budget import Budget, Price
from tutelage.models.cache import Cache
from tutelage.models.client import Client, secret_of
from tutelage.models.wire import Reply, Request, Sampling, key_of, without_thoughts

sys.path.insert(0, str(Path(__file__).parent))
from asking import HASTE, one, talk, with_client
from model_server import ModelServer, Slow, Status

KEY = "sk-planted-31415926"


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


def test_the_first_reply_stays(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache") as cache:
        cache.put(b"key", Reply("one"))
        cache.put(b"key", Reply("another"))
        assert (cache.get(b"key") or Reply("")).text == "one"
        assert len(cache) == 1


def test_two_builds_do_not_share_a_cache_at_a_time(tmp_path: Path) -> None:
    """Both would pay; the second says why, and may have it when the first is done."""
    with Cache(tmp_path / "cache") as cache:
        cache.put(b"key", Reply("one"))
        with pytest.raises(StoreError, match="another build uses it"):
            Cache(tmp_path / "cache")
    with Cache(tmp_path / "cache") as cache:
        assert cache.get(b"key") is not None


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


def test_the_limits_hold_for_all_roles_together() -> None:
    """Whoever asks first; each role's own sums and price stay apart."""
    student = Budget(max_cost=1.0, price=Price(100_000.0, 0.0))
    teacher = student.beside(Price(0.0, 100_000.0))
    student.spend(Reply("a", prompt_tokens=4, completion_tokens=99))
    teacher.spend(Reply("a", prompt_tokens=99, completion_tokens=5))
    assert (student.spent.cost, teacher.spent.cost, student.left, teacher.left) == (0.4, 0.5, True, True)
    teacher.spend(Reply("a", completion_tokens=1))
    assert (student.why, teacher.why) == ("1.00 of 1.00 cost",) * 2
    one, other = (lambda first: (first, first.beside()))(Budget(max_requests=3))
    one.ask()
    other.ask()
    assert (one.left, other.left) == (True, True)
    other.ask()
    assert (one.why, other.why) == ("3 of 3 requests",) * 2


@pytest.mark.parametrize(("limits", "most"), [
    ({"max_requests": 7}, 7), ({"max_tokens": 40}, 10), ({"max_cost": 1.0, "price": Price(50_000.0, 0.0)}, 20)])
def test_a_budget_of_two_roles_stops_cleanly(limits: dict[str, Any], most: int, tmp_path: Path) -> None:
    """Both clients stop where the sum is reached, with one line; what they have is in the one cache, and is given."""
    async def run(first: Budget, url: str, cache: Cache) -> list[Any]:
        async with (Client("student", [url], cache=cache, budget=first, most=1, patience=HASTE) as student,
                    Client("teacher", [url], cache=cache, budget=first.beside(), most=1, patience=HASTE) as teacher):
            found = []
            for number in range(30):
                for client in (student, teacher):
                    asked = client.ask(client.request(talk(f"{client.role}{number}")))
                    found += await asyncio.gather(asked, return_exceptions=True)
            return found

    with ModelServer() as server, Cache(tmp_path / "cache") as cache:
        found = asyncio.run(run(Budget(**limits), server.url, cache))
        again = asyncio.run(run(Budget(**limits), server.url, cache))
    assert [isinstance(each, Reply) for each in found] == [True] * most + [False] * (60 - most)
    assert {type(each) for each in found[most:]} == {BudgetSpent}
    assert all(str(each).endswith("are spent") for each in found[most:])
    assert [each.text for each in again[:most]] == [each.text for each in found[:most]]
    assert all(isinstance(each, Reply) for each in again[:2 * most])
    assert len(server.requests) == 2 * most


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_keys_come_from_the_environment() -> None:
    both = {"TUTELAGE_TEACHER_KEY": "t", "OPENAI_API_KEY": "o"}
    assert [secret_of(role, both) for role in ("student", "teacher")] == ["o", "t"]
    assert secret_of("student", {}) == ""
    assert secret_of("student", {"OPENAI_API_KEY": " o\r\n"}) == "o"  # as an editor leaves it in a file


@pytest.mark.parametrize("key", ["two words", "a\nb", "kéy", "a\x00b"])
def test_a_key_that_no_header_can_carry(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTELAGE_STUDENT_KEY", key) if "\x00" not in key else monkeypatch.setattr(
        "tutelage.models.client.secret_of", lambda role: key)
    with pytest.raises(UsageError, match="has a character that no header can carry") as found:
        Client("student", ["http://127.0.0.1:1/v1"])
    assert key not in str(found.value)


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


@pytest.mark.parametrize("url", ["127.0.0.1:8000/v1", "ftp://host/v1", "", "http://user:secret@host/v1",
                                 "http://host/v1?api_key=secret", "http://host/v1#secret", "user:secret@host/v1",
                                 "http://user:se/secret@host/v1", "http://me:secret@host/v1?api_key=secret"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="is no address of a server; give one like") as found:
        Client("student", [url])
    assert "secret" not in str(found.value)
