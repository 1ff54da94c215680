"""One server that speaks the OpenAI protocol: asked with patience, given up on when it is dead.

What passes is asked again: a busy server (429, with its Retry-After), a failing one (5xx), a cut or slow connection,
words that are no JSON, an empty reply. What won't pass ends at once: a refused key, an unknown model (`ModelError`, for
all requests), a text that is too long or not accepted (`RequestFailed`, for this one). A server that nobody has
reached for `patience` seconds is dead, and every request that waits for it is told so.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from zlib import crc32

import aiohttp

from tutelage.errors import ModelError, RequestFailed, UsageError
from tutelage.models.wire import Malformed, Reply, Request, read_reply, reply_of, said_wrong

ADDRESS = re.compile(r"https?://[^\s/@]+(:\d+)?(/\S*)?")
TOO_LONG = re.compile(r"context.{0,20}(length|window|size)|maximum.{0,30}(length|tokens)|too (long|many tokens)", re.I)
LONGEST_WAIT = 60.0  # seconds between two tries, whatever a server asks for


class Patience(NamedTuple):
    """How long and how often to ask."""

    timeout: float = 600.0  # seconds for one reply, from the request to its last word
    connect: float = 5.0  # seconds for a connection
    tries: int = 6  # of one request
    dead: float = 10.0  # seconds without any connection after which a server is given up
    wait: float = 0.5  # seconds before the second try; twice as many before each further one


class Endpoint:
    """A server at `url` (up to and with `/v1`). The key is sent as a header, and stands nowhere else.

    Raises UsageError for an address that is none.
    """

    def __init__(self, url: str, *, key: str = "", patience: Patience | None = None, streams: bool = False) -> None:
        if not ADDRESS.fullmatch(url):
            raise UsageError(f"{without_secrets(url)!r} is no address of a server; give one like http://127.0.0.1:8000/v1")
        self.url, self.patience, self.streams = url.rstrip("/"), patience or Patience(), streams
        self.proxy = _proxy(url)
        self.under_way = 0
        self.dead = ""  # why it was given up; "" while it wasn't
        self._key = key
        self._session: aiohttp.ClientSession | None = None
        self._reached = 0.0  # when somebody answered last, or when the first request was made

    async def open(self) -> None:
        limits = aiohttp.ClientTimeout(total=self.patience.timeout, sock_connect=self.patience.connect)
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = aiohttp.ClientSession(timeout=limits, headers=headers,
                                              connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def models(self) -> list[str]:
        """The names of its models. Raises ModelError where it can't be asked."""
        status, _, data = await self._patiently(lambda: self._get("/models"), "its models")
        if status == 200 and isinstance(data, Mapping):
            return [str(each["id"]) for each in data.get("data") or [] if isinstance(each, Mapping) and "id" in each]
        raise ModelError(f"{self.url}/models answers {status}{_told(data)}; name the model")

    async def ask(self, request: Request, body: bytes, *, retried: Callable[[], None] = lambda: None) -> Reply:
        """The reply. Raises RequestFailed where this request will have none, ModelError where none will."""
        why, tries = "", self.patience.tries
        for number in range(tries):
            if number:
                retried()
            begun = monotonic()
            try:
                status, after, data = await self._post(body)
                self._reached = monotonic()
                if status == 200:
                    return data if isinstance(data, Reply) else read_reply(data, monotonic() - begun)
                why, wait = self._refused(status, data, request), after
            except Malformed as error:
                why, wait = str(error), None
            except (aiohttp.ClientError, OSError) as error:
                why, wait = _network(error), None
                self._still_there(error)
            if number < tries - 1:
                await asyncio.sleep(self._pause(number, body) if wait is None else min(wait, LONGEST_WAIT))
        raise RequestFailed(f"{self.url}: {why}, {tries} times")

    # --- what went wrong ---------------------------------------------------------------------------------------------

    def _refused(self, status: int, data: object, request: Request) -> str:
        """Why a status other than 200 may pass. Raises where it won't."""
        told = _told(data)
        if status in (401, 403):
            raise ModelError(f"{self.url} refuses the key ({status}{told}); set it in the environment")
        if status == 404:
            raise ModelError(f"{self.url} has no model {request.model!r} ({status}{told}); tutelage takes the first of "
                             "/models where none is named")
        if status == 413 or (status in (400, 422) and TOO_LONG.search(told)):
            raise RequestFailed(f"{self.url}: the dialogue is too long for the model{told}")
        if status < 500 and status not in (408, 409, 425, 429):
            raise RequestFailed(f"{self.url} does not accept the request ({status}{told})")
        return f"answers {status}{told}"

    def _still_there(self, error: Exception) -> None:
        """Raises ModelError where nobody has answered for too long. A slow reply is no sign of death."""
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ServerTimeoutError):
            return
        if monotonic() - self._reached > self.patience.dead:
            self.dead = self.dead or f"{self.url} can't be reached ({_network(error)}); is the server running?"
        if self.dead:
            raise ModelError(self.dead)

    def _pause(self, number: int, body: bytes) -> float:
        """Seconds before the next try: doubling, spread so that requests that failed together don't return together."""
        spread = crc32(body, number) / (1 << 32)
        return min(LONGEST_WAIT, self.patience.wait * 2.0 ** number) * (0.5 + spread)

    # --- the network -------------------------------------------------------------------------------------------------

    async def _patiently(self, call: Callable[[], Any], what: str) -> tuple[int, float | None, object]:
        """The outcome of a call, tried until the server is reached or dead."""
        why, number = "", 0
        self._reached = self._reached or monotonic()
        while True:
            try:
                status, after, data = await call()
                self._reached = monotonic()
                if status in (401, 403):
                    raise ModelError(f"{self.url} refuses the key ({status}{_told(data)}); set it in the environment")
                if status < 500 and status != 429:
                    return status, after, data
                why = f"answers {status}{_told(data)}"
            except (aiohttp.ClientError, OSError) as error:
                why = _network(error)
                self._still_there(error)
            number += 1
            if number >= self.patience.tries:
                raise ModelError(f"{self.url} can't be asked for {what}: {why}, {number} times")
            await asyncio.sleep(min(LONGEST_WAIT, self.patience.wait * 2.0 ** number))

    async def _get(self, path: str) -> tuple[int, float | None, object]:
        assert self._session is not None
        async with self._session.get(self.url + path, proxy=self.proxy) as answer:
            return answer.status, _after(answer.headers), _json(await answer.read())

    async def _post(self, body: bytes) -> tuple[int, float | None, object]:
        assert self._session is not None
        self._reached = self._reached or monotonic()
        begun = monotonic()
        async with self._session.post(f"{self.url}/chat/completions", data=body, proxy=self.proxy) as answer:
            if self.streams and answer.status == 200:
                return 200, None, await _streamed(answer, begun)
            data = await answer.read()
            return answer.status, _after(answer.headers), _json(data, strict=answer.status == 200)


async def _streamed(answer: aiohttp.ClientResponse, begun: float) -> Reply:
    """A reply that comes in pieces (server-sent events). Raises Malformed where it is cut before its end."""
    said, thought, finish, counts, ended = list[str](), list[str](), "", [0, 0], False
    async for line in answer.content:
        text = line.decode("utf-8", "replace").strip()
        if not text.startswith("data:"):
            continue
        if (text := text[5:].strip()) == "[DONE]":
            ended = True
            continue
        data = _json(text.encode(), strict=True)
        if not isinstance(data, Mapping) or "error" in data:
            raise Malformed(said_wrong(data) or "a piece that is no reply")
        if used := data.get("usage"):
            counts = [int(used.get(name) or 0) for name in ("prompt_tokens", "completion_tokens")]
        for choice in data.get("choices") or []:
            delta = choice.get("delta") or {}
            said.append(delta.get("content") or "")
            thought.append(delta.get("reasoning_content") or delta.get("reasoning") or "")
            finish = choice.get("finish_reason") or finish
    if not (ended or finish):
        raise Malformed("the reply breaks off")
    return reply_of("".join(said), "".join(thought), finish, counts, monotonic() - begun)


def _json(data: bytes, *, strict: bool = False) -> object:
    """The JSON of a body; None, or Malformed where `strict`, for what is none."""
    try:
        return json.loads(data)
    except ValueError as error:
        if strict:
            raise Malformed(f"no JSON: {' '.join(repr(data[:80]).split())}") from error
        return None


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After; None where there is none (a date is not read: servers of models send seconds)."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None


def _told(data: object) -> str:
    return f": {text}" if (text := said_wrong(data)) else ""


def _network(error: Exception) -> str:
    """What went wrong on the way, in a few words, without what was sent."""
    if isinstance(error, TimeoutError):
        return "no reply in time"
    if isinstance(error, aiohttp.ClientConnectorError | ConnectionError):
        return "no connection"
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return "the connection was cut"
    return type(error).__name__


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for an address (https_proxy, no_proxy); None for none."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def without_secrets(url: str) -> str:
    """An address without what stands before an @."""
    return re.sub(r"//[^/]*@", "//", url)
