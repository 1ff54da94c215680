"""One server that speaks the OpenAI protocol: asked with patience, given up on when it is dead.

What passes is asked again: a busy server (429, with its Retry-After), a failing one (5xx), a cut or slow connection,
words that are no JSON, an empty reply. What won't pass ends at once: a refused key, an unknown model, an empty account
(`ModelError`, for all requests), a text that is too long or not accepted (`RequestFailed`, for this one). A server is
given up that nobody has reached for `Patience.dead` seconds, or that has failed for good at `GIVEN_UP` requests in a
row and fails at the plainest one too; every request that waits for it is told so.
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
from tutelage.models.answer import json_in, retry_after, streamed
from tutelage.models.wire import Malformed, Reply, Request, read_reply, said_wrong

ADDRESS = re.compile(r"https?://[^\s/@?#]+(:\d+)?(/[^\s@?#]*)?")
# as vLLM, SGLang, llama.cpp, llama-cpp-python, TGI and hosted servers say it; some of them by 500
TOO_LONG = re.compile(r"context.{0,20}(length|window|size)|maximum.{0,30}(length|tokens)|too (long|many tokens)|"
                      r"tokens. must be <=|max_tokens must be at least 1, got -", re.I)
UNKNOWN = re.compile(r"(unknown|invalid|no such) model|model\W.{0,100}(not (found|exist|available)|unknown)|"
                     r"model.?not.?found", re.I)
UNPAID = re.compile(r"insufficient.{0,3}(quota|balance|credit)|exceeded your current quota|billing", re.I)
LONGEST_LINE = 1 << 20  # bytes, of a reply in pieces; twice as many are read
LONGEST_WAIT = 60.0  # seconds between two tries, whatever a server asks for
GIVEN_UP = 8  # requests in a row that fail for good, with no reply between them, after which `PLAIN` is asked
PLAIN = (("user", "Say yes."),)
KEY = re.compile(r"[!-~]+")  # what a header can carry
HIDDEN = "[key]"


class Patience(NamedTuple):
    """How long and how often to ask."""

    timeout: float = 600.0  # seconds for one reply, from the request to its last word
    connect: float = 5.0  # seconds for a connection
    tries: int = 6  # of one request
    dead: float = 10.0  # seconds without any connection after which a server is given up
    wait: float = 0.5  # seconds before the second try; twice as many before each further one


class Endpoint:
    """A server at `url` (up to and with `/v1`). The key is sent as a header, and stands nowhere else.

    Where a server says it, in a reply or in what went wrong, `HIDDEN` stands in its place. Raises UsageError for an
    address that is none, one with a key in it among them, and for a key that no header can carry.
    """

    def __init__(self, url: str, *, key: str = "", patience: Patience | None = None, streams: bool = False) -> None:
        if not ADDRESS.fullmatch(url):
            raise UsageError(f"{without_secrets(url)!r} is no address of a server; give one like http://127.0.0.1:8000/v1"
                             f"{' and the key in the environment' if without_secrets(url) != url else ''}")
        if key and not KEY.fullmatch(key):
            raise UsageError(f"the key for {url} has a character that no header can carry; set it again")
        self.url, self.patience, self.streams = url.rstrip("/"), patience or Patience(), streams
        self.proxy = _proxy(url)
        self.under_way = 0
        self.dead = ""  # why it was given up; "" while it wasn't
        self._key, self._chat = key, f"{self.url}/chat/completions"
        self._session: aiohttp.ClientSession | None = None
        self._lost: float | None = None  # when it was first not reached; None while it is
        self._failed = 0  # requests in a row that failed for good

    async def open(self) -> None:
        limits = aiohttp.ClientTimeout(total=self.patience.timeout, sock_connect=self.patience.connect)
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        self._session = aiohttp.ClientSession(timeout=limits, headers=headers, read_bufsize=LONGEST_LINE,
                                              connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def models(self) -> list[str]:
        """The names of its models. Raises ModelError where it can't be asked."""
        status, data = await self._patiently(self._get, "its models")
        if status == 200 and isinstance(data, Mapping):
            return [str(each["id"]) for each in data.get("data") or [] if isinstance(each, Mapping) and "id" in each]
        raise ModelError(f"{self.url}/models answers {status}{_told(data)}; name the model, or is the address wrong?")

    async def ask(self, request: Request, body: bytes, *, retried: Callable[[], None] = lambda: None) -> Reply:
        """The reply. Raises RequestFailed where this request will have none, ModelError where none will."""
        why, number, unreached = "", 0, 0
        while number < self.patience.tries:
            if self.dead:
                raise ModelError(self.dead)
            if number or unreached:
                retried()
            wait: float | None = None
            try:
                begun = monotonic()
                status, wait, data = await self._post(body)
                if status == 200:
                    reply = data if isinstance(data, Reply) else read_reply(data, monotonic() - begun)
                    self._lost, self._failed = None, 0
                    return reply
                self._lost = None
                why = self._refused(status, data, request)
                if not _passes(status):
                    break
            except Malformed as error:
                why, self._lost = str(error), None
            except (aiohttp.ClientError, OSError) as error:
                why = _network(error)
                self._still_there(error)
                if isinstance(error, aiohttp.ClientConnectorError):  # it was not asked: not one of its tries
                    unreached += 1
                    await asyncio.sleep(self._pause(min(unreached, 3), body))
                    continue
            number += 1
            if number < self.patience.tries:
                await asyncio.sleep(self._pause(number - 1, body) if wait is None else min(wait, LONGEST_WAIT))
        else:
            why = f"{why}, {number} times"
        raise await self._failing(f"{self.url}: {why}", request, retried)

    async def _failing(self, why: str, request: Request, retried: Callable[[], None]) -> ModelError | RequestFailed:
        """What is raised for a request that fails for good: that it does, or that the server does at whatever is asked.

        A run of failures alone says little: a build that goes on takes the good replies from its cache.
        """
        self._failed += 1
        if self._failed % GIVEN_UP == 0 and not self.dead:
            retried()
            try:
                status, _, data = await self._post(request._replace(messages=PLAIN).body(stream=self.streams))
                if status == 200 and (isinstance(data, Reply) or read_reply(data)):
                    self._failed = 0
                    return RequestFailed(why)
            except (Malformed, aiohttp.ClientError, OSError):
                pass
            self.dead = f"{why}; {GIVEN_UP} requests in a row have failed, and it can't even {PLAIN[0][1]!r}"
        return ModelError(self.dead) if self.dead else RequestFailed(why)

    # --- what went wrong ---------------------------------------------------------------------------------------------

    def _refused(self, status: int, data: object, request: Request) -> str:
        """What a status other than 200 says. Raises where it says that all, or that this one, will fail."""
        told = _told(data)
        if status in (401, 403):
            raise self._no_entry(status, told)
        if status == 402 or (status == 429 and UNPAID.search(told)):
            raise ModelError(f"{self.url} wants to be paid ({status}{told}); the same command goes on when it is")
        if status == 413 or (status in (400, 422, 500) and TOO_LONG.search(told)):
            raise RequestFailed(f"{self.url}: the dialogue is too long for the model{told}")
        if status == 404 or (status in (400, 422) and UNKNOWN.search(told)):
            raise ModelError(f"{self.url} has no model {request.model!r} ({status}{told}); tutelage takes the first of "
                             "/models where none is named, and an address goes up to /v1")
        return f"answers {status}{told}" if _passes(status) else f"does not accept the request ({status}{told})"

    def _no_entry(self, status: int, told: str) -> ModelError:
        return ModelError(f"{self.url} refuses the key ({status}{told}); set it in the environment")

    def _still_there(self, error: Exception) -> None:
        """Raises ModelError where nobody has answered for too long. A slow reply is no sign of death."""
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ServerTimeoutError):
            return
        self._lost = monotonic() if self._lost is None else self._lost
        if monotonic() - self._lost > self.patience.dead:
            self.dead = self.dead or f"{self.url} can't be reached ({_network(error)}); is the server running?"
        if self.dead:
            raise ModelError(self.dead)

    def _pause(self, number: int, body: bytes) -> float:
        """Seconds before the next try: doubling, spread so that requests that failed together don't return together."""
        spread = crc32(body, number) / (1 << 32)
        return min(LONGEST_WAIT, self.patience.wait * 2.0 ** number) * (0.5 + spread)

    # --- the network -------------------------------------------------------------------------------------------------

    async def _patiently(self, call: Callable[[], Any], what: str) -> tuple[int, object]:
        """The outcome of a call, tried until the server is reached or dead."""
        why, number = "", 0
        while True:
            try:
                status, data = await call()
                self._lost = None
                if status in (401, 403):
                    raise self._no_entry(status, _told(data))
                if status < 500 and status != 429:
                    return status, data
                why = f"answers {status}{_told(data)}"
            except (aiohttp.ClientError, OSError) as error:
                why = _network(error)
                self._still_there(error)
            number += 1
            if number >= self.patience.tries:
                raise ModelError(f"{self.url} can't be asked for {what}: {why}, {number} times")
            await asyncio.sleep(min(LONGEST_WAIT, self.patience.wait * 2.0 ** number))

    async def _get(self) -> tuple[int, object]:
        assert self._session is not None
        async with self._session.get(f"{self.url}/models", proxy=self.proxy) as answer:
            return answer.status, json_in(self._without_key(await answer.read()))

    async def _post(self, body: bytes) -> tuple[int, float | None, object]:
        """The status, the seconds that the server wants to be left alone, and the reply or the JSON of the body."""
        assert self._session is not None
        begun = monotonic()
        async with self._session.post(self._chat, data=body, proxy=self.proxy) as answer:
            if self.streams and answer.status == 200:
                return 200, None, await streamed(answer, begun, self._without_key)
            data = self._without_key(await answer.read())
            if answer.status == 200:
                return 200, None, json_in(data, strict=True)
            return answer.status, retry_after(answer.headers), json_in(data)

    def _without_key(self, data: bytes) -> bytes:
        """What a server has sent, without our key, in case it says it."""
        if not self._key:
            return data
        for form in {self._key, json.dumps(self._key)[1:-1], self._key.replace("/", "\\/")}:
            data = data.replace(form.encode(), HIDDEN.encode())
        return data


def _passes(status: int) -> bool:
    """Whether a later try may get another status."""
    return status >= 500 or status in (408, 409, 425, 429)


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
    """An address without what stands before an @ and after a ? or #."""
    begins = url.find("//") + 2 if "//" in url else 0
    _, _, place = url[begins:].rpartition("@")
    return re.split(r"[?#]", url[:begins] + place)[0]
