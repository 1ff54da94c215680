"""What runs inside the sandbox: load a foreign program, call its function once per test, report.

    >>> job = {"source": "def f(x): return 1 // x", "function": "f", "inputs": [[1], [0]]}
    >>> run_program(job, 99, print)  # doctest: +SKIP
    b'R' 1
    b'R' !ZeroDivisionError
    b'E' ok
    call 2 raised ZeroDivisionError: integer division or modulo by zero (line 1)

Imports only the standard library. From the moment the program is loaded, everything in this process is in its
hands: see the package's docstring for what an outcome is therefore worth.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tutelage.runner.canonical import canonical

RETURN, END = b"R", b"E"  # kinds of report: what one call returned; status and detail, on two lines
NOT_COMPARABLE = "!NotComparable"
_FILE = "<program>"

Report = Callable[[bytes, str], None]


def run_program(job: dict[str, Any], output_bytes: int, report: Report) -> None:
    """Report one RETURN per call, then one END. Lets MemoryError through: the caller is ready for it."""
    function, status, detail = _load(job["source"], job["function"])
    if function is None:
        report(END, f"{status}\n{detail}")
        return
    for number, arguments in enumerate(job["inputs"], 1):
        text, failure = _call(function, arguments)
        output_bytes -= len(text)
        if output_bytes < 0:
            report(END, f"output\nthe returned values are larger than the limit (at call {number})")
            return
        report(RETURN, text)
        if failure and not detail:
            detail = f"call {number} raised {failure}"
    report(END, f"ok\n{detail}")


def _load(source: str, name: str) -> tuple[Callable[..., object] | None, str, str]:
    """Return the program's function, or None with the status and the detail that say why there is none."""
    try:
        code = compile(source, _FILE, "exec", dont_inherit=True)  # or it would inherit this file's __future__
    except (SyntaxError, ValueError) as error:  # ValueError: a null byte, a lone surrogate
        return None, "syntax_error", describe(error)
    except RecursionError as error:
        return None, "error", describe(error)
    # Not "__main__": examples under `if __name__ == "__main__"` are not run. Dataclasses look in sys.modules.
    module = sys.modules["program"] = ModuleType("program")
    # A copy of the builtins: what the program replaces there is replaced for itself, and not for this code.
    copy = sys.modules["builtins"] = ModuleType("builtins")
    copy.__dict__.update(builtins.__dict__)
    module.__dict__["__builtins__"] = copy
    try:
        exec(code, module.__dict__)  # noqa: S102  # this is the one place for it: see the package's docstring
    except MemoryError:
        raise
    except BaseException as error:  # SystemExit too: it must not pass for the end of this code
        return None, "error", describe(error)
    function = module.__dict__.get(name)
    if not callable(function):
        return None, "no_function", f"no function {name!r} is defined"
    return function, "ok", ""


def _call(function: Callable[..., object], arguments: list[Any]) -> tuple[str, str]:
    """Return one call's canonical text, or "!" and the exception's name; and a line about the exception."""
    try:
        value = function(*arguments)
    except MemoryError:
        raise
    except BaseException as error:  # whatever a foreign function raises is its outcome
        return "!" + type(error).__name__, describe(error)
    try:
        return canonical(value), ""
    except ValueError:
        return NOT_COMPARABLE, ""


def describe(error: BaseException) -> str:
    """Return one line: the exception, its message, and the program's line where it was raised."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    message = _message(error)
    trace = error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == _FILE else line
        trace = trace.tb_next
    message = re.sub(r"\b0x[0-9a-f]{6,}", "0x…", message)  # an address would differ from run to run
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return " ".join(text[:200].split()) + (f" (line {line})" if line else "")


def _message(error: BaseException) -> str:
    """Return what the exception says, without a syntax error's file and line; "" if it fails to say."""
    try:
        return str(error.msg if isinstance(error, SyntaxError) else error)
    except Exception:  # a foreign __str__; the exception it belongs to is reported all the same
        return ""
