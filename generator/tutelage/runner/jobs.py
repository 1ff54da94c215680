"""What goes into the runner and what comes out: plain frozen values, and their text on the wire.

>>> Limits(cpu_seconds=1)
Limits(cpu_seconds=1, wall_seconds=4.0, memory_mb=256, output_bytes=65536)
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from tutelage.errors import UsageError
from tutelage.runner.canonical import canonical

# What a test may pass: JSON. A tuple arrives as a list.
Value: TypeAlias = "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | None"

STATUSES = ("ok", "syntax_error", "no_function", "error", "timeout", "memory", "output")


class Job(NamedTuple):
    """A program's text, the name of the function to call, and one tuple of arguments per test."""

    source: str
    function: str
    inputs: tuple[tuple[Value, ...], ...]


class Outcome(NamedTuple):
    """What became of a job.

    ``status``: one of STATUSES. "ok": the program was loaded and each call ended, by returning or by raising.

    ``returns``: one text per call that ended: the returned value's canonical JSON (see ``canonical``), or "!"
    and the name of the exception that the call raised, or "!NotComparable" for a value that has no JSON. As
    many as there are inputs if the status is "ok"; otherwise those that came before the end.

    ``detail``: one short line for people: what was wrong first, "" if nothing. Its wording is Python's and
    may change with Python's version.
    """

    status: str
    returns: tuple[str, ...]
    detail: str


class Limits(NamedTuple):
    """What one job may use, all its calls together. CPU in whole seconds, for so the kernel counts them."""

    cpu_seconds: int = 2
    wall_seconds: float = 4.0
    memory_mb: int = 256
    output_bytes: int = 65536


def checked(limits: Limits) -> Limits:
    """Return the limits, or raise UsageError for one that is not a positive number."""
    for name, value in limits._asdict().items():
        if not (isinstance(value, (int, float)) and math.isfinite(value) and value > 0):
            raise UsageError(f"{name}={value!r} of the runner is not a number above 0")
        if name != "wall_seconds" and not isinstance(value, int):
            raise UsageError(f"{name}={value!r} of the runner is not a whole number")
    return limits


def request(job: Job, limits: Limits) -> bytes:
    """Return the message that asks for a job: the same bytes if and only if the same job and limits.

    Raises UsageError for an argument that is not JSON.
    """
    inputs = []
    for number, arguments in enumerate(job.inputs, 1):
        where = f"the arguments of call {number} of {job.function!r}"
        if not isinstance(arguments, tuple):
            raise UsageError(f"{where} are not a tuple: {arguments!r:.40}")
        try:
            inputs.append(canonical(arguments))
        except ValueError as error:
            raise UsageError(f"{where} are not JSON: {error}") from None
    program = f'"source":{json.dumps(job.source)},"function":{json.dumps(job.function)}'
    text = f'{{"job":{{{program},"inputs":[{",".join(inputs)}]}},"limits":{json.dumps(limits._asdict())}}}'
    return text.encode()
