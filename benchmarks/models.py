"""Requests a second of our client against a bare aiohttp loop, in one run, with a server that answers at once.

    PYTHONPATH=generator python benchmarks/models.py [dialogues]
    PYTHONPATH=generator python benchmarks/models.py --requests 100000

Both play dialogues of six requests, 64 at a time; the server is a process of its own. Printed: requests/s and CPU time
a request of both, their ratio, and the memory of this process. With --requests our client alone makes so many, with its
cache on disk, and the memory that is held is printed after a tenth, half and all of them.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tutelage.models.cache import Cache
from tutelage.models.client import Client

CALLS, UNDER_WAY = 6, 64
WORDS = "Take 3 from 15, then share what is left among 4 of them. " * 4
REPLY = json.dumps({"choices": [{"message": {"role": "assistant", "content": WORDS}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 200, "completion_tokens": 60}}).encode()


def serve(ready: Any) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=REPLY, content_type="application/json")

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ready.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def bare(url: str, dialogues: int) -> None:
    """Nothing but requests: no cache, no retries, no reading of what comes."""
    free = asyncio.Semaphore(UNDER_WAY)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        async def dialogue(number: int) -> None:
            messages: list[dict[str, str]] = [{"role": "user", "content": f"{number} {WORDS}"}]
            for _ in range(CALLS):
                async with free:
                    body = json.dumps({"model": "m", "messages": messages}).encode()
                    async with session.post(f"{url}/chat/completions", data=body) as answer:
                        said = json.loads(await answer.read())["choices"][0]["message"]["content"]
                messages += [{"role": "assistant", "content": said}, {"role": "user", "content": WORDS}]

        await each(dialogue, dialogues)


async def ours(url: str, dialogues: int, told: Callable[[], None] = lambda: None) -> None:
    with tempfile.TemporaryDirectory() as folder, Cache(Path(folder) / "cache.sqlite") as cache:
        async with Client("student", [url], model="m", cache=cache, most=UNDER_WAY) as client:
            async def dialogue(number: int) -> None:
                messages = [("user", f"{number} {WORDS}")]
                for _ in range(CALLS):
                    reply = await client.ask(client.request(messages, seed=number))
                    told()
                    messages += [("assistant", reply.text), ("user", WORDS)]

            await each(dialogue, dialogues)


async def each(dialogue: Callable[[int], Awaitable[None]], dialogues: int) -> None:
    """All dialogues, at most twice as many at a time as requests may be under way."""
    numbers = iter(range(dialogues))

    async def worker() -> None:
        for number in numbers:
            await dialogue(number)

    await asyncio.gather(*[worker() for _ in range(2 * UNDER_WAY)])


def timed(play: Callable[[str, int], Awaitable[None]], url: str, dialogues: int) -> tuple[float, float]:
    """Requests a second, and microseconds of CPU a request."""
    begun, cpu = time.perf_counter(), time.process_time()
    asyncio.run(play(url, dialogues))  # type: ignore[arg-type]
    requests = dialogues * CALLS
    return requests / (time.perf_counter() - begun), (time.process_time() - cpu) / requests * 1e6


def resident() -> float:
    """Megabytes that this process holds now."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * resource.getpagesize() / 1e6


def held(url: str, requests: int) -> None:
    """Prints the memory on the way through many requests."""
    asked, marks = count(1), {requests // 10, requests // 2, requests}
    begun = time.perf_counter()

    def told() -> None:
        if (number := next(asked)) in marks:
            print(f"{number:,} requests, {number / (time.perf_counter() - begun):,.0f} a second: {resident():.1f} MB")

    asyncio.run(ours(url, -(-requests // CALLS), told))


def main() -> None:
    many = int(sys.argv[2]) if sys.argv[1:2] == ["--requests"] else 0
    dialogues = int(sys.argv[1]) if len(sys.argv) > 1 and not many else 500
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/v1"
    timed(bare, url, 50)
    if many:
        held(url, many)
    for _ in range(0 if many else 3):
        floor, ask = timed(bare, url, dialogues), timed(ours, url, dialogues)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"bare {floor[0]:,.0f} requests/s ({floor[1]:.0f} us CPU), ours {ask[0]:,.0f} ({ask[1]:.0f} us), "
              f"ratio {ask[0] / floor[0]:.2f} (CPU {floor[1] / ask[1]:.2f}), memory {memory:.0f} MB")
    server.terminate()


if __name__ == "__main__":
    main()
