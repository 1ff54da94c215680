"""What stands in the answer of a server: its JSON, its reply in pieces, and for how long it wants to be left alone."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from tutelage.models.wire import NO_REPLY, Malformed, Reply, counts_in, reply_of, said_wrong


async def streamed(answer: aiohttp.ClientResponse, begun: float, hide: Callable[[bytes], bytes]) -> Reply:
    """A reply that comes in pieces (server-sent events). Raises Malformed where it is cut before its end."""
    said, thought, finish, counts, ended = list[str](), list[str](), "", (0, 0), False
    async for line in _lines(answer.content):
        text = hide(line).decode("utf-8", "replace").strip()
        if not text.startswith("data:"):
            continue
        if (text := text[5:].strip()) == "[DONE]":
            ended = True
            continue
        data = json_in(text.encode(), strict=True)
        if not isinstance(data, Mapping) or "error" in data:
            raise Malformed(said_wrong(data) or "a piece that is no reply")
        try:
            counts = counts_in(data.get("usage")) if data.get("usage") else counts
            for choice in data.get("choices") or []:
                delta = choice.get("delta") or {}
                said.append("" + (delta.get("content") or ""))
                thought.append("" + (delta.get("reasoning_content") or delta.get("reasoning") or ""))
                finish = str(choice.get("finish_reason") or finish)
        except NO_REPLY as error:
            raise Malformed("a piece that is no reply") from error
    if not (ended or finish):
        raise Malformed("the reply breaks off")
    text, thoughts = [hide("".join(pieces).encode("utf-8", "replace")).decode() for pieces in (said, thought)]
    return reply_of(text, thoughts, finish, counts, monotonic() - begun)


async def _lines(content: aiohttp.StreamReader) -> AsyncGenerator[bytes]:
    try:
        async for line in content:
            yield line
    except (ValueError, HttpProcessingError) as error:  # longer than twice the buffer
        raise Malformed("a line that is too long") from error


def json_in(data: bytes, *, strict: bool = False) -> object:
    """The JSON of a body; None, or Malformed where `strict`, for what is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        if strict:
            raise Malformed(f"no JSON: {' '.join(repr(data[:80]).split())}") from error
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of Retry-After, given as such or as a date (RFC 9110 §10.2.3); None where there is none."""
    text = headers.get("Retry-After", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):  # TypeError: a date without its zone
        return None
