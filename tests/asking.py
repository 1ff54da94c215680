"""Asks a client of a server's model, in a loop of its own, with little patience."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tutelage.models.client import Client
from tutelage.models.endpoint import Patience
from tutelage.models.wire import Reply

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


def many(client: Client, count: int) -> Awaitable[list[Any]]:
    """The replies to so many requests made at once, or what was raised."""
    asked = [client.ask(client.request(talk(f"hard {number}"))) for number in range(count)]
    return asyncio.gather(*asked, return_exceptions=True)


def unused_url() -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}/v1"
