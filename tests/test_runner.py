"""Laws of the sandboxed runner: what an outcome says, what limits a job, what may be asked."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutelage.errors import RunnerUnavailable, UsageError
from tutelage.runner import Job, Outcome, Runner, Value, canonical, run_programs


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    try:
        # A second of CPU time may be long on a busy machine: only one test is about wall time.
        made = Runner(cpu_seconds=1, wall_seconds=60.0, memory_mb=64)
    except RunnerUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made


def run(runner: Runner, source: str, *inputs: Value) -> Outcome:
    """Run f on each input."""
    return runner.run([Job(textwrap.dedent(source), "f", tuple((x,) for x in inputs))])[0]


# --- what an outcome says ---


def test_a_program_returns_one_text_per_call(runner: Runner) -> None:
    """A loaded program is "ok", with the canonical text of each returned value, in order."""
    assert run(runner, "def f(x): return [x, {'b': x, 'a': (x,)}]", 1, "é") == Outcome(
        "ok", ('[1,{"a":[1],"b":1}]', '["\\u00e9",{"a":["\\u00e9"],"b":"\\u00e9"}]'), ""
    )


def test_a_wrong_program_is_ok_but_differs(runner: Runner) -> None:
    """The runner does not judge: a wrong answer is a different text."""
    outcome = run(runner, "def f(x): return x * 2 + (x == 3)", 2, 3)
    assert outcome.status == "ok"
    assert [text == canonical(2 * x) for text, x in zip(outcome.returns, (2, 3), strict=True)] == [
        True,
        False,
    ]


def test_true_one_and_one_point_zero_differ(runner: Runner) -> None:
    """Values that are equal in Python but not the same in JSON have different texts."""
    assert run(runner, "def f(x): return [True, 1, 1.0][x]", 0, 1, 2).returns == ("true", "1", "1.0")


def test_one_call_that_raises_stops_no_other(runner: Runner) -> None:
    """A call that raises is marked with the exception's name; the first one is told in `detail`."""
    outcome = run(runner, "def f(x):\n    return 6 // x", 2, 0, 3)
    assert outcome.returns == ("3", "!ZeroDivisionError", "2")
    assert outcome.detail == "call 2 raised ZeroDivisionError: integer division or modulo by zero (line 2)"


def test_an_exception_that_cannot_speak_is_still_reported(runner: Runner) -> None:
    """A broken __str__ takes the message away and nothing else."""
    source = "class E(Exception):\n    def __str__(self): return 1\ndef f(x): raise E"
    assert run(runner, source, 0) == Outcome("ok", ("!E",), "call 1 raised E (line 3)")


@pytest.mark.parametrize(
    "value",
    ["{1, 2}", "float('nan')", "[float('inf')]", "{1: 2}", "b'x'", "object()", "f", "LOOP", "10**5000", "1j"],
)
def test_what_is_not_json_is_marked(runner: Runner, value: str) -> None:
    """A returned value without a JSON text, at any depth, is "!NotComparable"."""
    source = f"LOOP = []\nLOOP.append(LOOP)\ndef f(x): return {value}"
    assert run(runner, source, 0) == Outcome("ok", ("!NotComparable",), "")


@pytest.mark.parametrize(
    ("source", "status", "detail"),
    [
        ("x = 1\ndef f(x) return x", "syntax_error", "SyntaxError: expected ':' (line 2)"),
        ("def f(x):\nreturn x", "syntax_error", "IndentationError"),
        ("x = '\0'", "syntax_error", "null bytes"),
        ("x = '\ud800'", "syntax_error", "surrogates"),
        ("def g(x): return x", "no_function", "no function 'f' is defined"),
        ("f = 3", "no_function", "no function 'f' is defined"),
        ("def f(x): return x\ny = z", "error", "NameError: name 'z' is not defined (line 2)"),
        ("import sys\nsys.exit(0)", "error", "SystemExit: 0 (line 2)"),
        ("import numpy", "error", "ModuleNotFoundError: No module named 'numpy' (line 1)"),
        ("raise ValueError('a' * 10**6)", "error", "ValueError: aaa"),
    ],
)
def test_a_program_that_does_not_load_says_why(runner: Runner, source: str, status: str, detail: str) -> None:
    """No call is made if the text does not compile, does not load, or has no function f; a line says why."""
    outcome = run(runner, source, 1)
    assert (outcome.status, outcome.returns) == (status, ())
    assert detail in outcome.detail
    assert len(outcome.detail) < 250
    assert "\n" not in outcome.detail


def test_examples_under_main_are_not_run(runner: Runner) -> None:
    """The program is loaded as a module, so that what it does when run as a script is left out."""
    source = "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(x): return P(x).x\n"
    assert run(runner, source + "if __name__ == '__main__': input()", 5) == Outcome("ok", ("5",), "")


# --- limits ---


def test_an_endless_loop_times_out(runner: Runner) -> None:
    """CPU time beyond the limit is "timeout"; what had been returned before is kept."""
    outcome = run(runner, "def f(x):\n    while x: pass\n    return x", 0, 1, 0)
    assert outcome == Outcome("timeout", ("0",), "more than 1 s of CPU time")


def test_an_endless_loop_that_resists_times_out(runner: Runner) -> None:
    """A program cannot ignore the limit by ignoring its signal, or by catching everything."""
    source = """
        import signal
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        def f(x):
            while True:
                try:
                    while True: pass
                except BaseException: pass
    """
    assert run(runner, source, 0).status == "timeout"


def test_a_sleeper_times_out() -> None:
    """Wall time beyond the limit is "timeout" even if no CPU time is used."""
    source = "import time\ndef f(x): time.sleep(60)"
    assert run_programs([Job(source, "f", ((0,),))], wall_seconds=0.2)[0] == Outcome(
        "timeout", (), "longer than 0.2 s"
    )


@pytest.mark.parametrize(
    "body",
    [
        "'x' * 10**10",
        "[0] * 10**9",
        "list(range(10**8))",
        "[HELD.append('x' * 10**6) for _ in iter(int, 1)]",
        "bytearray(2**28)",
    ],
)
def test_a_memory_hog_is_stopped(runner: Runner, body: str) -> None:
    """Memory beyond the limit is "memory", also when the program holds on to what it has."""
    assert run(runner, f"HELD = []\ndef f(x): return {body}", 0).status == "memory"


def test_memory_counts_while_loading(runner: Runner) -> None:
    """The limit holds before the first call as well."""
    assert run(runner, "x = [0] * 10**9", 0)[:2] == ("memory", ())


def test_a_giant_value_is_too_much_output(runner: Runner) -> None:
    """Returned values together larger than the limit are "output"."""
    outcome = run(runner, "def f(x): return 'x' * x", 10, 60000, 60000)
    assert (outcome.status, len(outcome.returns)) == ("output", 2)


def test_what_is_printed_goes_nowhere(runner: Runner) -> None:
    """Printing, however much, neither counts nor mixes with the results; there is nothing to read."""
    source = """
        import sys
        def f(x):
            for out in (sys.stdout, sys.stderr): print('x' * 10**6, file=out)
            return sys.stdin.read()
    """
    assert run(runner, source, 1) == Outcome("ok", ('""',), "")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("f(x)", "!RecursionError"),
        ("int('9' * 5000)", "!ValueError"),
        ("str(10**5000)", "!ValueError"),
        ("10**30", "1" + "0" * 30),
    ],
)
def test_python_own_limits_are_ordinary_exceptions(runner: Runner, body: str, text: str) -> None:
    """Too deep a recursion and too long a numeral raise in that call only."""
    assert run(runner, f"def f(x): return {body} if x else 0", 1, 0).returns == (text, "0")


# --- one job and another ---


def test_many_jobs_keep_their_order(runner: Runner) -> None:
    """A batch's outcomes come in the order of its jobs."""
    jobs = [Job(f"def f(x): return [x, {i}]", "f", ((i,), (-i,))) for i in range(200)]
    assert runner.run(jobs) == [Outcome("ok", (f"[{i},{i}]", f"[{-i},{i}]"), "") for i in range(200)]


def test_no_job_changes_the_next(runner: Runner) -> None:
    """Whatever a job does to modules and builtins is gone in the next job."""
    vandal = """
        import builtins, math, sys
        builtins.len = math.sqrt = print
        sys.modules["heapq"] = None
        def f(x): return 0
    """
    source = "import heapq, math\ndef f(x): return [len('ab'), math.sqrt(x)]"
    outcomes = runner.run([Job(textwrap.dedent(text), "f", ((4,),)) for text in (vandal, source)])
    assert [outcome.returns for outcome in outcomes] == [("0",), ("[2,2.0]",)]


def test_a_job_is_the_same_in_every_runner(runner: Runner) -> None:
    """The order of sets and the draws of `random` are the same in every job of every runner."""
    source = "import random\ndef f(x): return [list({str(i) for i in range(50)}), random.random()]"
    with Runner() as other:
        outcomes = {run(runner, source, 0), run(runner, source, 0), run(other, source, 0)}
    assert [outcome.status for outcome in outcomes] == ["ok"]


def test_the_same_job_is_run_once(runner: Runner) -> None:
    """`run_programs` remembers: a program that returns the time returns the same one in a batch and after."""
    job = Job("import time\ndef f(x): return time.time_ns()", "f", ((0,),))
    first, second = run_programs([job, job])
    assert first == second == run_programs([job])[0]
    assert first != run_programs([job], cpu_seconds=3)[0]


# --- what may be asked ---


@pytest.mark.parametrize(
    "bad", [{1: 2}, {1, 2}, float("nan"), b"x", 10**5000], ids=lambda bad: type(bad).__name__
)
def test_an_argument_must_be_json(runner: Runner, bad: Value) -> None:
    """An argument without JSON text is an error of the caller, and the message names the call."""
    with pytest.raises(UsageError, match="call 2 of 'f'"):
        runner.run([Job("def f(x): return x", "f", ((1,), (bad,)))])


def test_arguments_come_in_tuples(runner: Runner) -> None:
    """One bare value per test is refused: a string would be taken for as many arguments as it has letters."""
    with pytest.raises(UsageError, match="call 1 of 'f' are not a tuple: 'ab'"):
        runner.run([Job("def f(x): return x", "f", ("ab",))])  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["cpu_seconds", "wall_seconds", "memory_mb", "output_bytes"])
@pytest.mark.parametrize("bad", [0, -1, float("nan"), "2"])
def test_a_limit_is_a_number_above_zero(name: str, bad: object) -> None:
    """A limit that limits nothing, or everything, is refused by name."""
    with pytest.raises(UsageError, match=name):
        run_programs([], **{name: bad})  # type: ignore[arg-type]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_canonical_text_is_that_of_json(value: Value) -> None:
    """For whatever is JSON, the canonical text is that of json.dumps, and reads back as the same value."""
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))
    assert json.loads(canonical(value)) == value


def test_a_subclass_cannot_lie_about_its_text() -> None:
    """A subclass counts as its base, whatever it overrides."""
    lie = {name: lambda self: "0" for name in ("__repr__", "__str__", "__float__", "__iter__", "items")}
    values = (7, 7.5, "a", [1], (1,), {"a": 1})
    lies = [type("Lie", (type(value),), lie)(value) for value in values]
    assert [canonical(value) for value in lies] == ["7", "7.5", '"a"', "[1]", "[1]", '{"a":1}']
    assert canonical(Counter("aab")) == '{"a":2,"b":1}'
