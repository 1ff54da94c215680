"""What goes to a model and comes back, in the form that OpenAI-compatible servers speak (`/chat/completions`).

    >>> request = Request("tiny", (("system", "Be brief."), ("user", "2 + 2?")), Sampling(seed=7))
    >>> key_of(request, request.body()) == key_of(request._replace(server="another"), request.body())
    False
    >>> read_reply({"choices": [{"message": {"content": "<think>easy</think>4"}, "finish_reason": "stop"}]}).text
    '4'

A request's key is a hash over every field of it: two requests that differ in anything never share a reply.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

Message = tuple[str, str]  # role (system, user, assistant), content
MOST_TOKENS = (1 << 31) - 1  # that a reply is taken to have
THINK, END_THINK = "<think>", "</think>"  # how servers without a field for it mark a reasoning model's thoughts
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class Sampling(NamedTuple):
    """How a reply is drawn. None leaves a field out of the request, so that the server's own default holds."""

    temperature: float | None = None  # ≥ 0
    top_p: float | None = None  # 0..1
    max_tokens: int | None = None  # of the reply, thoughts included where the server counts them so
    seed: int | None = None  # 0..2**31-1; the same request and seed give the same reply where the server can


class Request(NamedTuple):
    """One request for one reply."""

    model: str
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    server: str = ""  # whom it is put to: the addresses that were given, so that two servers' replies are kept apart

    def body(self, *, stream: bool = False) -> bytes:
        """The JSON that is sent."""
        fields: dict[str, Any] = {"model": self.model,
                                  "messages": [{"role": role, "content": said} for role, said in self.messages]}
        fields.update([(name, value) for name, value in self.sampling._asdict().items() if value is not None])
        if stream:
            fields.update(stream=True, stream_options={"include_usage": True})
        return _ENCODE(fields).encode()


def key_of(request: Request, body: bytes) -> bytes:
    """16 bytes over every field of a request: over whom it is put to and what is sent."""
    return blake2b(request.server.encode() + b"\n" + body, digest_size=16).digest()


class Reply(NamedTuple):
    """A model's reply. It is never empty: an empty one is a fault of the server, and asked for again."""

    text: str  # without thoughts
    thoughts: str = ""  # a reasoning model's; no teacher is shown them
    finish: str = ""  # stop, length, …: as the server said
    prompt_tokens: int = 0  # as the server counted them; 0 where it did not
    completion_tokens: int = 0
    seconds: float = 0.0  # from the request to the whole reply
    cached: bool = False  # whether it was paid for before


class Malformed(Exception):
    """What a server sent is no reply; the text says why."""


NO_REPLY = (LookupError, TypeError, AttributeError, ValueError, OverflowError)  # what reading something else raises


def counts_in(used: Any) -> tuple[int, int]:
    """The tokens of the prompt and of the reply in a server's `usage`; 0 where it does not say. Raises NO_REPLY."""
    prompt, completion = [min(max(int(used.get(name) or 0), 0), MOST_TOKENS) if used else 0
                          for name in ("prompt_tokens", "completion_tokens")]
    return prompt, completion


def read_reply(data: object, seconds: float = 0.0) -> Reply:
    """The reply in a server's JSON. Raises Malformed where there is none."""
    try:
        choice = data["choices"][0]  # type: ignore[index]
        message = choice["message"]
        text, thoughts = message.get("content"), message.get("reasoning_content") or message.get("reasoning") or ""
        counts = counts_in(data.get("usage"))  # type: ignore[attr-defined]
        return reply_of(text, thoughts, str(choice.get("finish_reason") or ""), counts, seconds)
    except NO_REPLY as error:
        raise Malformed(f"no reply in {_short(data)}") from error


def reply_of(text: object, thoughts: object, finish: str, counts: Sequence[int], seconds: float) -> Reply:
    """A reply of its parts, thoughts in the text taken out. Raises Malformed where nothing is said.

    Half a surrogate pair, as servers send them that cut a character in two, becomes a question mark: no file holds it.
    """
    if not isinstance(text, str) or not isinstance(thoughts, str):
        raise Malformed(f"content is {_short(text)}")
    text, thoughts, finish = [each if each.isascii() else each.encode("utf-8", "replace").decode()
                              for each in (text, thoughts, finish)]
    said, inside = without_thoughts(text)
    if not said:
        raise Malformed(f"an empty reply (finish_reason {finish or 'unknown'}{', only thoughts' if inside else ''})")
    thought = "\n".join([part for part in (thoughts.strip(), inside) if part])
    return Reply(said, thought, finish, counts[0], counts[1], seconds)


def without_thoughts(text: str) -> tuple[str, str]:
    """A text without what stands between <think> marks, and that. An end without a beginning ends what goes before."""
    before, mark, rest = text.partition(END_THINK)
    if not mark:
        said, opened, cut = text.partition(THINK)
        return said.strip(), cut.strip() if opened else ""
    said, _, thought = before.partition(THINK) if THINK in before else ("", "", before)
    more, others = without_thoughts(rest)
    return f"{said.strip()} {more}".strip(), "\n".join([part for part in (thought.strip(), others) if part])


def stored(reply: Reply) -> str:
    """A reply as the cache keeps it."""
    return _ENCODE(reply[:6])


def unstored(text: str) -> Reply:
    """The reply that `stored` wrote, marked as paid for before."""
    return Reply(*json.loads(text))._replace(cached=True)


def said_wrong(data: object) -> str:
    """What a server's JSON says went wrong, on one line; "" where it says nothing."""
    error = data.get("error", data) if isinstance(data, Mapping) else data
    text = error.get("message", "") if isinstance(error, Mapping) else error if isinstance(error, str) else ""
    return "".join([each if each.isprintable() else "?" for each in " ".join(str(text).split())[:200]])


def _short(data: object) -> str:
    text = " ".join(repr(data).split())
    return text if len(text) <= 120 else f"{text[:119]}…"
