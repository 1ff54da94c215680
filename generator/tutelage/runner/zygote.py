"""The warm process of the sandbox: it locks itself in, then forks one more tightly locked child per job.

Its conversation on standard input and output, each message a length and JSON:

    in   {"filter": "<seccomp program in hex>"}
    out  {"isolation": ["seccomp", …]}  or  {"missing": "seccomp: Invalid argument"}
    in   {"job": {"source", "function", "inputs"}, "limits": {…}}
    out  {"status", "returns", "detail"}                                  and again, until standard input ends

A child never sees another job: it is a copy of a process that has run none. Only the stdlib is imported.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import select
import signal
import struct
import sys
import time
from importlib.machinery import BuiltinImporter, FrozenImporter
from typing import Any, NamedTuple

from tutelage.runner import locks
from tutelage.runner.modules import load_modules
from tutelage.runner.program import END, RETURN, run_program

_HEAD = struct.Struct("<16scI")  # of a report: the job's nonce, the kind, the length of the text
_ROOM = 4096  # bytes for the END report and then some
_CLAIMS = ("ok", "syntax_error", "no_function", "error", "memory", "output")  # what a child may say of itself


class _Fixed(NamedTuple):
    """What stays the same from job to job: descriptors, the filter, and the memory in use before any job."""

    requests: int
    replies: int
    null: int
    filter: bytes
    used_bytes: int


class _End(NamedTuple):
    """How a child ended: what it wrote, why it was stopped ("" if not), its wait status, seconds of CPU."""

    written: bytes
    stopped: str
    status: int
    cpu_seconds: float


def serve() -> None:
    """Lock this process in, then run jobs until standard input ends or the parent is gone."""
    requests, replies, null = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    parent = os.getppid()
    hello = _receive(requests, parent)
    load_modules()
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    fixed = _Fixed(requests, replies, null, bytes.fromhex(hello["filter"]), used)
    try:
        _send(replies, {"isolation": _lock_in()})
    except OSError as error:
        _send(replies, {"missing": error.strerror})
        return
    gc.collect()
    gc.freeze()  # what is here now is shared with every child: no collection should touch, and so copy, it
    while True:
        request = _receive(requests, parent)
        _send(replies, _run(request["job"], request["limits"], fixed))


def _lock_in() -> list[str]:
    """Drop every right this process can do without; return the names of the locks, its children's too."""
    os.environ.clear()
    sys.path.clear()
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]  # so that a module not loaded is plainly "not found"
    names = ["rlimits", "seccomp", "no new privileges", "no capabilities", "die with parent"]
    if locks.own_network():
        names.append("own network")
    locks.drop_capabilities()
    locks.no_new_privileges()
    if abi := locks.landlock():
        names.append(f"landlock {abi}")
    return names


def _run(job: dict[str, Any], limits: dict[str, Any], fixed: _Fixed) -> dict[str, Any]:
    """Run one job in a child of its own and return its outcome."""
    nonce = os.urandom(16)
    zygote = os.getpid()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            locks.die_with_parent(zygote)
            os.close(reader)
            _child(job, limits, fixed, writer, nonce)
        finally:
            os._exit(1)
    os.close(writer)
    room = limits["output_bytes"] + _HEAD.size * (len(job["inputs"]) + 1) + _ROOM
    written, stopped = _listen(reader, fixed.requests, limits["wall_seconds"], room)
    os.close(reader)
    os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still its own
    _, status, usage = os.wait4(child, 0)
    if stopped == "orphan":
        os._exit(0)
    end = _End(written, stopped, status, usage.ru_utime + usage.ru_stime)
    return _outcome(end, len(job["inputs"]), limits, nonce)


def _child(job: dict[str, Any], limits: dict[str, Any], fixed: _Fixed, writer: int, nonce: bytes) -> None:
    """Lock this child in for good, run the program, exit."""
    os.close(fixed.requests)
    os.close(fixed.replies)
    os.dup2(fixed.null, 2)
    random.seed(0)  # the same draws in every job; here, for Python seeds it anew in a forked child
    _set_limits(limits, fixed.used_bytes)
    locks.install_filter(fixed.filter)

    def report(kind: bytes, text: str) -> None:
        _write(writer, _frame(nonce, kind, text))

    out_of_memory = _frame(nonce, END, "memory\nthe program needs more memory than its limit")
    try:
        run_program(job, limits["output_bytes"], report)
    except MemoryError:
        _write(writer, out_of_memory)  # made beforehand: there may be no memory to make it now
    os._exit(0)


def _set_limits(limits: dict[str, Any], used_bytes: int) -> None:
    """Set the kernel's limits. CPU: a signal at the limit, and the end a second later if that is ignored."""
    cpu, memory = limits["cpu_seconds"], used_bytes + limits["memory_mb"] * 2**20
    stack = 8 * 2**20  # a deep recursion in C ends alike everywhere
    wanted = {
        resource.RLIMIT_CPU: (cpu, cpu + 1),
        resource.RLIMIT_AS: (memory, memory),
        resource.RLIMIT_STACK: (stack, stack),
        **dict.fromkeys((resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE), (0, 0)),
    }
    for what, (soft, hard) in wanted.items():
        ceiling = resource.getrlimit(what)[1]
        if ceiling != resource.RLIM_INFINITY:  # this process may itself have been started under a lower limit
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))


def _listen(reader: int, requests: int, wall_seconds: float, room: int) -> tuple[bytes, str]:
    """Read a child's reports until it ends or must be stopped; return them and why ("" if it ended)."""
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    poll.register(requests, 0)  # only its hang-up: the parent is gone, and nothing may outlive it
    written, deadline = bytearray(), time.monotonic() + wall_seconds
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return bytes(written), "timeout"
        events = dict(poll.poll(left * 1000))
        if requests in events:
            return b"", "orphan"
        if reader in events:
            piece = os.read(reader, 65536)
            written += piece
            if not piece:
                return bytes(written), ""
            if len(written) > room:
                return bytes(written), "output"


def _outcome(end: _End, calls: int, limits: dict[str, Any], nonce: bytes) -> dict[str, Any]:
    """Say what became of a job of so many calls: what its child reported, or else what its end shows."""
    returns, last, forged = _read_reports(end.written, nonce)
    status, _, detail = last.partition("\n")
    forged = forged or (status == "ok" and len(returns) != calls)
    number = os.WTERMSIG(end.status) if os.WIFSIGNALED(end.status) else 0
    if forged:
        status, detail = "error", "the program wrote on the channel of results"
    elif status:
        pass
    elif end.stopped == "output":
        status, detail = "output", "the program wrote more than its limit"
    elif end.stopped == "timeout":
        status, detail = "timeout", f"longer than {limits['wall_seconds']:g} s"
    elif number == signal.SIGXCPU or end.cpu_seconds >= limits["cpu_seconds"]:
        status, detail = "timeout", f"more than {limits['cpu_seconds']} s of CPU time"
    elif number == signal.SIGKILL:  # not by us, and nobody else may: the kernel, short of memory
        status, detail = "memory", "killed by the kernel for lack of memory"
    elif number:
        status, detail = "error", f"the program crashed ({signal.Signals(number).name})"
    else:
        status, detail = "error", f"the program ended its process (exit status {os.WEXITSTATUS(end.status)})"
    return {"status": status, "returns": returns, "detail": detail}


def _read_reports(written: bytes, nonce: bytes) -> tuple[list[str], str, bool]:
    """Return what the calls returned, the END report ("" if none came), and if anything else was written."""
    returns: list[str] = []
    at = 0
    while at + _HEAD.size <= len(written):
        mark, kind, length = _HEAD.unpack_from(written, at)
        text = written[at + _HEAD.size : at + _HEAD.size + length].decode("utf-8", "replace")
        at += _HEAD.size + length
        if mark != nonce or kind not in (RETURN, END):
            return [], "", True
        if at > len(written):  # cut off in the middle
            break
        if kind == END:
            return returns, text, at != len(written) or text.partition("\n")[0] not in _CLAIMS
        returns.append(text)
    return returns, "", False


def _frame(nonce: bytes, kind: bytes, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return _HEAD.pack(nonce, kind, len(data)) + data


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _send(replies: int, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode()
    _write(replies, struct.pack("<I", len(data)) + data)


def _receive(requests: int, parent: int) -> dict[str, Any]:
    """Return the next message. Ends this process if there will be none: at end of file, or orphaned."""
    (length,) = struct.unpack("<I", _read(requests, 4, parent))
    message: dict[str, Any] = json.loads(_read(requests, length, parent))
    return message


def _read(requests: int, length: int, parent: int) -> bytes:
    data = bytearray()
    poll = select.poll()
    poll.register(requests, select.POLLIN)
    while len(data) < length:
        # End of file is not enough: another child of the parent may hold a copy of the pipe's other end.
        if not poll.poll(1000):
            if os.getppid() != parent:
                os._exit(0)
            continue
        piece = os.read(requests, length - len(data))
        if not piece:
            os._exit(0)
        data += piece
    return bytes(data)
