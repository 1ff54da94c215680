"""The sandboxed runner of foreign Python programs: generated and model-written code runs here only.

    >>> run_programs([Job("def half(n): return n / 2", "half", ((3,), ("x",)))])  # doctest: +ELLIPSIS
    [Outcome(status='ok', returns=('1.5', '!TypeError'), detail="call 2 raised TypeError: unsupported ...")]

A warm process (``zygote.py``), locked in by the kernel, forks one child per job; the child locks itself in
further, loads the program, and calls its function once per test. What each lock is for:

- *seccomp*, without which nothing is run: the child may make some thirty system calls, none of which opens a
  file, a socket, a process or a thread, or touches another process. What nobody thought of is refused.
- *rlimits*, and a clock outside of the child: CPU time, memory, size of the results, wall time.
- *Landlock* and an empty network of its own, where the kernel grants them: a second lock on both.
- *no new privileges*, no capabilities, a clean environment: nothing to gain by what is left.
- *die with parent*: a child is killed with the warm process, which ends when the one that started it does.

``isolation()`` names the locks in force. Before any job is run they are tried, by a program that attacks.

A program may import the modules of ``MODULES``; what it prints goes nowhere; there is no file that it can
read or write, not even a temporary one. Sets and ``random`` have the same order and draws in every job.

What an outcome is worth. Guaranteed by the kernel: a job reaches no file, network, process or other job, uses
no more than its limits, and cannot change another job's outcome. *Not* guaranteed: that a program's own
outcome was computed honestly. It shares a process with the code that reports for it, so one written to
deceive can find the reporting channel's secret number and claim any returns, as it could by returning them.
It gains nothing by that as long as it does not know what is expected: expected values stay with the judge and
are never part of a job. By accident (printing, replacing ``json``, ``os._exit``, ``sys.exit``) nothing can be
forged. Nor is the sandbox a defence against faults of the kernel or of the processor. Whether a program meets
a limit depends on the machine; every other outcome is the same on every run with the same version of Python,
unless the program asks for the time, a process number, an address or the kernel's random numbers.

A judge compares texts: ``outcome.returns[i] == canonical(expected)``. Two "!NotComparable" are not equal.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence

from tutelage.runner.canonical import canonical
from tutelage.runner.jobs import STATUSES, Job, Limits, Outcome, Value, checked, request
from tutelage.runner.modules import MODULES
from tutelage.runner.warm import LOST, Runner

__all__ = [
    "MODULES",
    "STATUSES",
    "Job",
    "Limits",
    "Outcome",
    "Runner",
    "Value",
    "canonical",
    "isolation",
    "run_programs",
]

_REMEMBERED = 4096  # outcomes


class _Shared:
    """This process's runner, made when first needed, and its last outcomes, least recently used first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.runner: Runner | None = None
        self.outcomes: OrderedDict[bytes, Outcome] = OrderedDict()

    def get(self) -> Runner:
        with self.lock:
            if self.runner is None:
                self.runner = Runner()
                atexit.register(self.runner.close)
            return self.runner

    def recall(self, key: bytes) -> Outcome | None:
        with self.lock:
            if key in self.outcomes:
                self.outcomes.move_to_end(key)
            return self.outcomes.get(key)

    def remember(self, key: bytes, outcome: Outcome) -> None:
        with self.lock:
            self.outcomes[key] = outcome
            while len(self.outcomes) > _REMEMBERED:
                self.outcomes.popitem(last=False)


_shared = _Shared()


def _after_fork() -> None:
    """Start afresh in a forked child: the runner is its parent's, and the lock's holder may not be here."""
    global _shared
    if _shared.runner is not None:
        _shared.runner.close()  # in a child it only lets go of the pipes
    _shared = _Shared()


os.register_at_fork(after_in_child=_after_fork)


def run_programs(
    jobs: Sequence[Job],
    *,
    cpu_seconds: int = 2,
    wall_seconds: float = 4.0,
    memory_mb: int = 256,
    output_bytes: int = 65536,
) -> list[Outcome]:
    """Run the jobs in this process's own runner; return their outcomes in order. The same job runs once.

    The limits are per job: CPU time (whole seconds), wall time, memory beyond what Python itself needs, bytes
    of all returned values together. Raises RunnerUnavailable where programs cannot be isolated, UsageError
    for arguments that are not JSON.
    """
    limits = checked(Limits(cpu_seconds, wall_seconds, memory_mb, output_bytes))
    keys = [hashlib.sha256(request(job, limits)).digest() for job in jobs]
    known = {key: outcome for key in keys if (outcome := _shared.recall(key)) is not None}
    wanted = {key: job for key, job in zip(keys, jobs, strict=True) if key not in known}
    if wanted:
        for key, outcome in zip(wanted, _shared.get().run(list(wanted.values()), limits), strict=True):
            known[key] = outcome
            if outcome is not LOST:  # that one says something about the runner, not about the program
                _shared.remember(key, outcome)
    return [known[key] for key in keys]


def isolation() -> tuple[str, ...]:
    """Return the names of the locks in force here; raise RunnerUnavailable if they are not enough."""
    return _shared.get().isolation
