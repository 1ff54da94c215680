"""A server on loopback that speaks the OpenAI protocol, and fails where a test wants it to.

    with ModelServer(reply) as server: ... server.url ...

`reply(body) -> text` says what the model says; `faults` are taken one a request, in turn: a status with a body and
headers, "cut" (the connection ends in the middle), "slow" (seconds), "garbage" (no JSON), "empty" (no choices),
"silent" (no content), a whole answer of one's own (JSON). An `{authorization}` in a message is what the header said.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from aiohttp import web

Body = Mapping[str, Any]


class Status(NamedTuple):
    """An answer that is no reply."""

    status: int
    message: str = ""
    headers: Mapping[str, str] = {}


class Slow(NamedTuple):
    seconds: float


class Whole(NamedTuple):
    """An answer of status 200, as it is sent."""

    body: str
    kind: str = "application/json"


Fault = Status | Slow | Whole | str | None


def echo(body: Body) -> str:
    return f"you said {body['messages'][-1]['content']}"


class ModelServer:
    """The server in a thread of its own, on a port of its own."""

    def __init__(self, reply: Callable[[Body], str | dict[str, Any]] = echo, *, faults: Iterator[Fault] | None = None,
                 models: tuple[str, ...] = ("tiny",), key: str = "", port: int = 0) -> None:
        self.reply, self.faults, self.models, self.key = reply, faults or iter(()), models, key
        self.port = port  # 0: one that is free
        self.requests: list[dict[str, Any]] = []  # bodies, in the order of arrival
        self.headers: list[Mapping[str, str]] = []
        self.most = self.now = 0  # requests under way: the most at a time, and now
        self.dies_after: int | None = None  # requests, after which no connection is taken any more
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> ModelServer:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        for task in (left := asyncio.all_tasks(self._loop)):  # a slow answer that nobody waits for
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        app = web.Application(client_max_size=1 << 26)
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._chat)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = self._site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    def _refused(self, request: web.Request) -> web.Response | None:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "Incorrect API key provided"}}, status=401)
        return None

    async def _models(self, request: web.Request) -> web.Response:
        return self._refused(request) or web.json_response({"data": [{"id": name} for name in self.models]})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        self.now += 1
        self.most = max(self.most, self.now)
        if self.dies_after is not None and len(self.requests) > self.dies_after:
            if len(self.requests) == self.dies_after + 1:
                await self._site.stop()
            assert request.transport is not None
            request.transport.close()
        try:
            return self._refused(request) or await self._answer(request, body, next(self.faults, None))
        finally:
            self.now -= 1

    async def _answer(self, request: web.Request, body: Body, fault: Fault) -> web.StreamResponse:
        if isinstance(fault, Status):
            told = fault.message.replace("{authorization}", request.headers.get("Authorization", ""))
            return web.json_response({"error": {"message": told}}, status=fault.status, headers=fault.headers)
        if isinstance(fault, Whole):
            told = fault.body.replace("{authorization}", request.headers.get("Authorization", ""))
            return web.Response(text=told, content_type=fault.kind)
        if isinstance(fault, Slow):
            await asyncio.sleep(fault.seconds)
        if fault == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if fault == "garbage":
            return web.Response(text="<html>Bad gateway</html>")
        if fault == "empty":
            return web.json_response({"choices": []})
        if body["model"] not in self.models:
            return web.json_response({"error": {"message": f"The model `{body['model']}` does not exist."}}, status=404)
        said = "" if fault == "silent" else self.reply(body)
        message = {"role": "assistant", **(said if isinstance(said, dict) else {"content": said})}
        usage = {"prompt_tokens": sum(len(m["content"].split()) for m in body["messages"]),
                 "completion_tokens": len(str(message.get("content")).split())}
        if body.get("stream"):
            return await self._stream(request, message, usage, cut=fault == "cut_stream")
        return web.json_response({"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage})

    async def _stream(self, request: web.Request, message: Body, usage: Body, *, cut: bool) -> web.StreamResponse:
        """The reply in pieces of three characters, then the usage, then the end."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        pieces = [{name: text[i:i + 3]} for name, text in message.items() if name != "role"
                  for i in range(0, len(text), 3)]
        for piece in pieces[:1] if cut else pieces:
            await self._event(response, {"choices": [{"delta": piece, "finish_reason": None}]})
        if not cut:
            await self._event(response, {"choices": [{"delta": {}, "finish_reason": "stop"}]})
            await self._event(response, {"choices": [], "usage": usage})
            await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        return response

    async def _event(self, response: web.StreamResponse, data: Body) -> None:
        await response.write(f"data: {json.dumps(data)}\n\n".encode())
