"""What the tests share: the command line as a subprocess, and small datasets that are built once and only read.

A test that damages a dataset works on a copy (`shutil.copytree`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import settings

from tutelage.building import build
from tutelage.cli import main
from tutelage.plan import Options, Plan

# A test run in the background of a shell inherits an ignored Ctrl-C, and so would every build that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


ROOT = Path(__file__).resolve().parents[1]
SHARD_ROWS = 60

# a slow machine is no failure, and a run says the same as the one before
settings.register_profile("tutelage", deadline=None, derandomize=True)
settings.load_profile("tutelage")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


class Outcome(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Outcome]:
    """Runs the command line in this process, as the console script does, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tutelage.processes.spare_pandas", lambda: None)  # other tests in this process need pandas

    def run(*words: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["tutelage", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as leave:
            code = int(leave.code or 0)
        return Outcome(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def size() -> Callable[[int, int], int]:
    """How many items a statistical test takes: the first number, or the second in `make laws`."""
    return lambda small, full: full if os.environ.get("TUTELAGE_LAWS") == "full" else small


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def command() -> Run:
    """Runs `python generator …` to its end, as a user would in a checkout: `command("list", cwd=…, env={…})`."""

    def run(*words: object, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(ROOT / "generator"), *map(str, words)], cwd=cwd, text=True,
                              capture_output=True, timeout=240, env={**os.environ, **(env or {})})

    return run


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the shards of builds in this process hold few rows: `small_shards(20)`."""

    def use(rows: int) -> None:
        monkeypatch.setattr(Plan, "shard_rows", property(lambda _: rows))

    return use


def _built(folder: Path, plan: Plan) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plan, "shard_rows", property(lambda _: SHARD_ROWS))
        build(plan, folder)
    return folder


@pytest.fixture(scope="session")
def sml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the recipe `sml` in two shards, most of its students with a mistake. Read only."""
    options = Options(families=("shortest_path",),
                      students=("solves", "slips_then_repairs", "slips_twice", "late_asker", "stubborn"))
    return _built(tmp_path_factory.mktemp("sml") / "sml", Plan("sml", 2 * SHARD_ROWS, 3, options))


@pytest.fixture(scope="session")
def q_priming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the recipe `q_priming`, which has two arms, with level 5 held out. Read only."""
    options = Options(families=("shortest_path",), holdout_levels=(5,))
    return _built(tmp_path_factory.mktemp("q_priming") / "q", Plan("q_priming", SHARD_ROWS, 3, options))
