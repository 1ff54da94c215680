"""A role's client: one or more servers of one model, asked a bounded number of requests at a time.

    client = Client("student", ["http://127.0.0.1:8000/v1"], cache=Cache(path))
    async with client:
        reply = await client.ask(client.request(messages, seed=1))

What was asked before comes from the cache. A budget that is spent raises `BudgetSpent` for every further request.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from tutelage.errors import BudgetSpent, ModelError, UsageError
from tutelage.models.budget import Budget
from tutelage.models.cache import Cache
from tutelage.models.endpoint import Endpoint, Patience, without_secrets
from tutelage.models.local import SCHEME, Local
from tutelage.models.wire import Message, Reply, Request, Sampling, key_of

KEYS = {"student": "TUTELAGE_STUDENT_KEY", "teacher": "TUTELAGE_TEACHER_KEY", "reword": "TUTELAGE_REWORD_KEY",
        "judge": "TUTELAGE_JUDGE_KEY"}
ANY_KEY = "OPENAI_API_KEY"
MOST_UNDER_WAY = 64


def secret_of(role: str, environment: Mapping[str, str] = os.environ) -> str:
    """The key of a role, from the environment alone; "" where none is set."""
    return environment.get(KEYS.get(role, ""), "").strip() or environment.get(ANY_KEY, "").strip()


class Client:
    """The participant of a role. `model` "" takes the first that the first server names.

    `most` is the number of requests under way at a time, over all servers. Raises UsageError for no or bad addresses.
    """

    def __init__(self, role: str, urls: Sequence[str], *, model: str = "", sampling: Sampling | None = None,
                 cache: Cache | None = None, budget: Budget | None = None, patience: Patience | None = None,
                 most: int = MOST_UNDER_WAY, streams: bool = False) -> None:
        if not urls:
            raise UsageError(f"no address of a {role} is given")
        if most < 1:
            raise UsageError(f"concurrency={most} is not at least 1")
        self.role, self.model, self.sampling = role, model, sampling or Sampling()
        self.endpoints = [Local(url) if url.startswith(SCHEME) else
                          Endpoint(url, key=secret_of(role), patience=patience, streams=streams) for url in urls]
        self.cache = Cache(None) if cache is None else cache
        self.budget = budget or Budget()
        self.server = " ".join(sorted({without_secrets(endpoint.url) for endpoint in self.endpoints}))
        self.most = most
        self._free = asyncio.Semaphore(most)
        self.streams = streams
        self._asked: dict[bytes, asyncio.Future[None]] = {}  # what is under way

    async def __aenter__(self) -> Client:
        for endpoint in self.endpoints:
            await endpoint.open()
        try:
            self.model = self.model or await self._first_model()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None,
                        trace: TracebackType | None) -> None:
        while kind is BudgetSpent and self._asked:  # what is under way is paid for: its reply goes to the cache
            await asyncio.wait(tuple(self._asked.values()))
        await self.close()

    async def close(self) -> None:
        for endpoint in self.endpoints:
            await endpoint.close()

    def request(self, messages: Sequence[Message], *, seed: int | None = None) -> Request:
        """The request for a reply to these messages; `seed` (0..2**31-1) stands in for that of the sampling."""
        drawn = self.sampling if seed is None else self.sampling._replace(seed=seed)
        return Request(self.model, tuple(messages), drawn, self.server)

    async def reply(self, messages: Sequence[Message], seed: int) -> Reply:
        """The reply to these messages, see `ask`."""
        return await self.ask(self.request(messages, seed=seed))

    async def ask(self, request: Request) -> Reply:
        """The reply to a request, from the cache or from a server.

        Raises RequestFailed where this request will have none, ModelError where none will have any more, BudgetSpent
        where a limit is reached.
        """
        body = request.body(stream=self.streams)
        key = key_of(request, body)
        while (asked := self._asked.get(key)) is not None:  # the same request at the same time is made once
            await asyncio.wait([asked])
        if (held := self.cache.get(key)) is not None:
            self.budget.spend(held)
            return held
        done = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            async with self._free:
                if why := self.budget.why:
                    raise BudgetSpent(f"{self.role}: {why} are spent")
                self.budget.ask()
                reply = await self._alive(request, body)
                self.cache.put(key, reply)
                self.budget.spend(reply)
                return reply
        finally:
            del self._asked[key]
            done.set_result(None)

    async def _alive(self, request: Request, body: bytes) -> Reply:
        """The reply of the least busy server that is not given up; another takes over where one is."""
        while True:
            living = [endpoint for endpoint in self.endpoints if not endpoint.dead]
            if not living:
                raise ModelError("; ".join(dict.fromkeys(endpoint.dead for endpoint in self.endpoints)))
            chosen = min(living, key=lambda endpoint: endpoint.under_way)
            chosen.under_way += 1
            try:
                return await chosen.ask(request, body, retried=self.budget.retried)
            except ModelError:
                if not chosen.dead:
                    raise
            finally:
                chosen.under_way -= 1

    async def _first_model(self) -> str:
        why = []
        for endpoint in self.endpoints:
            try:
                if names := await endpoint.models():
                    return names[0]
                why.append(f"{endpoint.url} names no model; name it with --{self.role}-model")
            except ModelError as error:
                why.append(str(error))
        raise ModelError("; ".join(why))

    def to_json(self) -> dict[str, Any]:
        """What a manifest says of the participant; no key."""
        drawn = {name: value for name, value in self.sampling._asdict().items() if value is not None}
        return {"servers": self.server.split(), "model": self.model, "sampling": drawn,
                **self.budget.spent.to_json()}
