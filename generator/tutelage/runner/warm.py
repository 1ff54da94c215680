"""The runner as an object: it owns the warm process, asks it for job after job, and replaces it if it dies.

>>> with Runner(cpu_seconds=1) as runner:
...     runner.run([Job("def f(x): return x + 1", "f", ((1,), (41,)))])
[Outcome(status='ok', returns=('2', '42'), detail='')]
"""

from __future__ import annotations

import json
import os
import platform
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tutelage.errors import RunnerUnavailable, UsageError
from tutelage.runner.jobs import Job, Limits, Outcome, checked, request
from tutelage.runner.seccomp import MACHINES, filter_program

_GRACE = 10.0  # seconds beyond a job's own limit before the warm process itself is taken for dead
_WAY_OUT = (
    "run on Linux 4.14 or later (x86_64, aarch64), in a container if need be, or leave out code families"
)
LOST = Outcome("error", (), "the runner's process ended during this job")

# Tried before any job, through the same path: what the sandbox lets a program do of what it must not. A lock
# that does not hold is so found out here, whatever the reason, and nothing is run.
_PROBE = Job(
    """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def refused(action):
    try:
        return action() == -1 and ctypes.get_errno() == 1
    except PermissionError:
        return True
def probe():
    attempts = {
        "a socket": lambda: libc.socket(2, 1, 0),
        "reading a file": lambda: os.open("/dev/null", os.O_RDONLY),
        "looking at a file": lambda: os.stat("/"),
        "a new process": lambda: os.fork() or os._exit(0),
        "a signal to another process": lambda: os.kill(os.getppid(), 0),
    }
    return [name for name, action in attempts.items() if not refused(action)]
""",
    "probe",
    ((),),
)


class Runner:
    """A warm sandboxed process and the limits of the jobs it runs. A context manager; else call ``close``.

    Starting takes about a tenth of a second and raises RunnerUnavailable where foreign programs cannot be
    isolated. Threads may share one (jobs are run one at a time); a forked child process must make its own.
    """

    def __init__(
        self,
        *,
        cpu_seconds: int = 2,
        wall_seconds: float = 4.0,
        memory_mb: int = 256,
        output_bytes: int = 65536,
    ) -> None:
        self._limits = checked(Limits(cpu_seconds, wall_seconds, memory_mb, output_bytes))
        self._turn = threading.Lock()
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self.isolation: tuple[str, ...] = ()
        self._start()

    def run(self, jobs: Sequence[Job], limits: Limits | None = None) -> list[Outcome]:
        """Run the jobs one after another; return their outcomes in order. ``limits``: others, for these jobs.

        If the warm process itself dies, the job it died of is an "error" and a new process runs the rest; if
        that one dies too, RunnerUnavailable is raised: something is wrong with the machine.
        """
        if os.getpid() != self._owner:
            raise UsageError(f"this runner belongs to process {self._owner}: make one in {os.getpid()}")
        limits = checked(limits) if limits else self._limits
        requests = [request(job, limits) for job in jobs]  # all are checked before any is run
        outcomes: list[Outcome] = []
        lost = 0
        with self._turn:
            for message in requests:
                if self._process is None or self._process.poll() is not None:
                    self._start()
                outcomes.append(self._ask(message, limits))
                lost += outcomes[-1] is LOST  # the very object: its text is something a program could claim
                if lost > 1:
                    raise RunnerUnavailable("the runner's process died twice: see the system's log")
        return outcomes

    def close(self) -> None:
        """End the warm process and what it runs. Safe to call twice; a forked child only lets go of it."""
        if (process := self._let_go()) is None:
            return
        if os.getpid() != self._owner:
            process.returncode = 0  # no child of this process: there is nothing to wait for, or to warn of
            return
        try:
            process.wait(2)  # at the end of its input it kills its child, reaps it, and ends
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _let_go(self) -> subprocess.Popen[bytes] | None:
        """Close this end of the pipes and forget the process; return it."""
        process, self._process = self._process, None
        for pipe in (process.stdin, process.stdout, process.stderr) if process else ():
            if pipe is not None:
                pipe.close()
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, message: bytes, limits: Limits) -> Outcome:
        """Run one job; LOST if the warm process did not live to answer."""
        try:
            answer = self._exchange(message, limits.wall_seconds + _GRACE)
        except BaseException:  # an interrupt, say: the answer to come must not be taken for the next job's
            self.close()
            raise
        if answer is None:
            self.close()
            return LOST
        return Outcome(answer["status"], tuple(answer["returns"]), answer["detail"])

    def _exchange(self, message: bytes, seconds: float) -> dict[str, Any] | None:
        """Send a message and return its answer, or None if the process ended or stayed silent for so long."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        deadline = time.monotonic() + seconds
        rest = struct.pack("<I", len(message)) + message
        try:
            while rest:
                rest = rest[os.write(self._process.stdin.fileno(), rest) :]
        except BrokenPipeError:
            return None
        head = _read(self._process.stdout.fileno(), 4, deadline)
        body = head and _read(self._process.stdout.fileno(), struct.unpack("<I", head)[0], deadline)
        answer: dict[str, Any] | None = json.loads(body) if body else None
        return answer

    def _start(self) -> None:
        """Start the warm process, have it lock itself in, and see that the locks hold."""
        program = filter_program(_machine())
        self.close()
        self._process = _spawn()
        hello = self._exchange(json.dumps({"filter": program.hex()}).encode(), 30.0)
        if hello is None or "missing" in hello:
            missing = hello["missing"] if hello else f"its process did not start ({self._last_words()})"
            self.close()
            raise RunnerUnavailable(f"foreign programs cannot be isolated here: {missing}; {_WAY_OUT}")
        self.isolation = tuple(hello["isolation"])
        patient = Limits(cpu_seconds=30, wall_seconds=60.0)  # a slow machine is not an open one
        proof = self._ask(request(_PROBE, patient), patient)
        if proof != Outcome("ok", ("[]",), ""):
            self.close()
            allowed = ", ".join(proof.returns) or proof.detail
            raise RunnerUnavailable(f"the sandbox does not hold here: it allows {allowed}; {_WAY_OUT}")

    def _last_words(self) -> str:
        """Return the last line that a dead process wrote on its standard error."""
        assert self._process is not None
        assert self._process.stderr is not None
        self._process.kill()
        lines = self._process.stderr.read().decode(errors="replace").split("\n")
        return next((line for line in reversed(lines) if line.strip()), "no message")


def _machine() -> str:
    """Return this machine's name if the sandbox knows it; raise RunnerUnavailable if not."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in MACHINES or sys.maxsize < 2**32 or not sys.executable:
        here = f"{sys.platform} on {machine}, Python {sys.executable!r}"
        missing = f"no seccomp filter for {here}"
        raise RunnerUnavailable(f"foreign programs cannot be isolated here: {missing}; {_WAY_OUT}")
    return machine


def _spawn() -> subprocess.Popen[bytes]:
    """Start the warm process's program, with pipes for its standard streams."""
    # Not -I, which would ignore PYTHONHASHSEED: the environment below is all there is anyway.
    command = [sys.executable, "-P", "-s", "-S", "-B", str(Path(__file__).with_name("child.py"))]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env=_environment(),
            start_new_session=True,  # an interrupt from the keyboard is for this process to handle
        )
    except OSError as error:
        raise RunnerUnavailable(f"the runner's process cannot be started: {error}; {_WAY_OUT}") from error


def _environment() -> dict[str, str]:
    """Return the warm process's environment: the same order of sets everywhere, UTF-8, nothing of ours."""
    fixed = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "LC_ALL": "C"}
    # Some builds of Python do not start without it. A path, not a secret, and gone before a program runs.
    return fixed | {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}


def _read(descriptor: int, length: int, deadline: float) -> bytes:
    """Return so many bytes, or b"" if they do not all come before the end of file or the deadline."""
    data = bytearray()
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while len(data) < length:
        left = deadline - time.monotonic()
        piece = os.read(descriptor, length - len(data)) if left > 0 and poll.poll(left * 1000) else b""
        if not piece:
            return b""
        data += piece
    return bytes(data)
