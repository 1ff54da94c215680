"""Laws of the sandbox: what a program that means harm can do, which is nothing."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest

from tutelage.errors import RunnerUnavailable
from tutelage.runner import Job, Outcome, Runner
from tutelage.runner.seccomp import ALLOWED, MACHINES, filter_program

SECRET = "a-secret-of-the-parent"


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    os.environ["TUTELAGE_TEST_SECRET"] = SECRET
    try:
        made = Runner(wall_seconds=60.0)
    except RunnerUnavailable as error:
        pytest.skip(str(error))
    finally:
        del os.environ["TUTELAGE_TEST_SECRET"]
    with made:
        yield made


def run(runner: Runner, body: str, *arguments: str | int) -> Outcome:
    """Run a function of that body on the arguments, and then see that the runner still works."""
    source = "import ctypes, os, signal, sys, threading\nlibc = ctypes.CDLL(None, use_errno=True)\n" + body
    after = Job("def f(): return 'fine'", "f", ((),))
    outcome, fine = runner.run([Job(source, "f", (arguments,)), after])
    assert fine == Outcome("ok", ('"fine"',), "")
    return outcome


OUTSIDE = f"{gettempdir()}/tutelage-test-was-here"
REFUSED = {
    "fork": "os.fork()",
    "fork bomb": "[os.fork() for _ in iter(int, 1)]",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill parent": "os.kill(os.getppid(), signal.SIGKILL)",
    "kill all": "os.kill(-1, signal.SIGKILL)",
    "kill group": "os.killpg(0, signal.SIGKILL)",
    "priority of parent": "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    "read /etc/passwd": "open('/etc/passwd').read()",
    "read own memory": "open('/proc/self/mem', 'rb')",
    "read parent's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "list the root": "os.listdir('/')",
    "look": "os.stat('/etc/passwd')",
    "open null": "os.open('/dev/null', os.O_RDWR)",
    "write elsewhere": f"open({OUTSIDE!r}, 'w')",
    "shared memory": "open('/dev/shm/tutelage-test-was-here', 'w')",
    "anonymous file": "os.memfd_create('x')",
    "remove": f"os.unlink({OUTSIDE!r})",
    "link": "os.symlink('/etc/passwd', 'x')",
    "working folder": f"os.chdir({gettempdir()!r})",
    "pipe": "os.pipe()",
    "close": "os.close(1)",
    "replace a descriptor": "os.dup2(1, 2)",
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_what_python_offers_is_refused(runner: Runner, attempt: str) -> None:
    """Processes, signals, files and descriptors are refused by the kernel, as PermissionError."""
    outcome = run(runner, f"def f(): return {REFUSED[attempt]}")
    assert (outcome.status, outcome.returns) == ("ok", ("!PermissionError",))


def test_no_thread_starts(runner: Runner) -> None:
    """A thread is refused as Python refuses one: RuntimeError."""
    assert run(runner, "def f(): threading.Thread(target=print).start()").returns == ("!RuntimeError",)


def test_a_file_of_the_test_is_out_of_reach(runner: Runner, tmp_path: Path) -> None:
    """A file that everybody may read or write is neither read nor written, nor is one made beside it."""
    path = tmp_path / "file"
    path.write_text(SECRET)
    path.chmod(0o666)
    attempts = [(str(path), mode) for mode in ("r", "r+", "w", "a")]
    for attempt in [*attempts, (f"{path}2", "x"), (str(Path.home()), "r")]:
        outcome = run(runner, "def f(path, mode): return open(path, mode).read()", *attempt)
        assert outcome.returns == ("!PermissionError",)
    assert path.read_text() == SECRET
    assert list(tmp_path.iterdir()) == [path]


def test_no_system_call_but_those_allowed(runner: Runner) -> None:
    """From native code too, every number outside the list is refused (EPERM), and all of the x32 ABI."""
    column, _ = MACHINES[os.uname().machine]
    # uretprobe, uprobe: since Linux 6.14 the kernel exempts them from all filters, and ends who calls them.
    exempt = [335, 336] if column == 0 else []
    allowed = exempt + [row[column] for row in ALLOWED.values() if row[column] is not None]
    body = """
def f(low, high):
    refused = lambda n: libc.syscall(ctypes.c_long(n), *[-1] * 6) == -1 and ctypes.get_errno() == 1
    return [n for n in range(low, high) if n not in ALLOWED and not refused(n)]
"""
    for low, high, listed in ((0, 1024, allowed), (0x40000000, 0x40000400, [])):
        outcome = run(runner, f"ALLOWED = {listed}\n{body}", low, high)
        assert (outcome.status, outcome.returns) == ("ok", ("[]",))


def test_another_abi_ends_the_program(runner: Runner) -> None:
    """32-bit system calls, whose numbers mean other calls, kill the process that makes one."""
    if os.uname().machine != "x86_64":
        pytest.skip("32-bit calls from 64-bit code exist on x86_64 only")
    # mov eax, 20 (getpid); int 0x80; ret
    body = """
def f():
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, 4096, 7, 0x22, -1, ctypes.c_long(0))
    code = bytes.fromhex('b814000000cd80c3')
    ctypes.memmove(page, code, len(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(page)()
"""
    outcome = run(runner, body)
    # SIGSEGV: from a kernel that was built without 32-bit calls.
    assert outcome.status == "error"
    assert outcome.detail in ("the program crashed (SIGSYS)", "the program crashed (SIGSEGV)")


def test_the_environment_is_empty(runner: Runner) -> None:
    """No variable of the parent reaches the sandbox: not the program, not the process it is forked from."""
    assert runner._process is not None
    assert SECRET not in Path(f"/proc/{runner._process.pid}/environ").read_text()
    assert run(runner, "def f(): return dict(os.environ)").returns == ("{}",)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def f(): sys.exit(0)", Outcome("ok", ("!SystemExit",), "call 1 raised SystemExit: 0 (line 3)")),
        ("def f(): os._exit(0)", Outcome("error", (), "the program ended its process (exit status 0)")),
        ("def f(): ctypes.string_at(0)", Outcome("error", (), "the program crashed (SIGSEGV)")),
        (
            "def f(): raise KeyboardInterrupt",
            Outcome("ok", ("!KeyboardInterrupt",), "call 1 raised KeyboardInterrupt (line 3)"),
        ),
        ("os._exit(3)", Outcome("error", (), "the program ended its process (exit status 3)")),
    ],
)
def test_ending_early_is_seen(runner: Runner, body: str, expected: Outcome) -> None:
    """A program that leaves by another door does not pass for one that returned."""
    assert run(runner, body) == expected


@pytest.mark.parametrize(
    "trick",
    [
        "print('R 42'); print('ok', file=sys.stderr)",
        "import json; json.dumps = json.JSONEncoder.encode = json.encoder.c_make_encoder = lambda *_: '42'",
        "import builtins; builtins.repr = builtins.str = builtins.sorted = lambda *_: '42'",
        "sys.stdout = sys.stderr = None",
        "sys.modules.clear()",
        "sys.settrace(lambda *_: None); sys.setprofile(lambda *_: None)",
    ],
)
def test_an_outcome_is_not_forged_by_accident(runner: Runner, trick: str) -> None:
    """Printing and replacing what others would use to report change no returned text."""
    assert run(runner, f"def f():\n    {trick}\n    return 'wrong'") == Outcome("ok", ('"wrong"',), "")


def test_writing_on_every_descriptor_is_an_error(runner: Runner) -> None:
    """Something written on the channel of results without its secret number voids the job."""
    body = """
def f():
    for descriptor in range(3, 1024):
        try: os.write(descriptor, b'R' * 64)
        except OSError: pass
    return 'right'
"""
    assert run(runner, body) == Outcome("error", (), "the program wrote on the channel of results")


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_jumps_where_it_should(machine: str) -> None:
    """Read as the kernel reads it, the filter allows exactly the listed numbers; another ABI is killed."""
    column, arch = MACHINES[machine]
    allowed = {row[column] for row in ALLOWED.values()} - {None}
    results = {number: interpret(filter_program(machine), arch, number) for number in range(2000)}
    assert {number for number, result in results.items() if result == 0x7FFF0000} == allowed
    assert set(results.values()) == {0x7FFF0000, 0x00050001}
    assert interpret(filter_program(machine), arch ^ 1, 0) == 0x80000000


def interpret(program: bytes, arch: int, number: int) -> int:
    """Run a seccomp filter on one system call: the three instructions that ours are made of."""
    steps, at, loaded = list(struct.iter_unpack("<HBBI", program)), 0, 0
    while True:
        code, if_true, if_false, value = steps[at]
        if code == 0x06:
            return int(value)
        if code == 0x20:
            loaded, jump = {0: number, 4: arch}[value], 0
        else:
            jump = if_true if loaded == value else if_false
        at += 1 + jump
