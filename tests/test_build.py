"""The laws of building: same bytes whoever builds, however often it is killed; what is not ours is never touched."""

from __future__ import annotations

import errno
import json
import os
import pkgutil
import re
import resource
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tutelage.building import build
from tutelage.errors import StoreError, TutelageError, UsageError
from tutelage.plan import Options, Plan
from tutelage.processes import each
from tutelage.recipes import RECIPES
from tutelage.store import folder
from tutelage.store.shards import ShardWriter

Run = Callable[..., "subprocess.CompletedProcess[str]"]
# three shards, of 2000, 2000 and 1 item, which this student keeps quick to make
WORDS = ("build", "sml", "--rows", "4001", "--seed", "3", "--family", "shortest_path", "--student", "solves")
LINE = "Run the same command to go on"


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def digests(root: Path) -> dict[str, str]:
    return {file["path"]: file["sha256"] for file in json.loads((root / "manifest.json").read_text())["files"]}


def rows_of(root: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for path in sorted(root.glob(pattern)) for row in pq.read_table(path).to_pylist()]


def small(rows: int = 30, recipe: str = "sml", seed: int = 3, **options: Any) -> Plan:
    return Plan(recipe, rows, seed, Options(**{"families": ("shortest_path",), **options}))


# --- processes --------------------------------------------------------------------------------------------------------


def children(pid: int) -> set[int]:
    """The processes below `pid` that run, whatever their depth."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, tail = path.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = tail.split()[:2]
        if state not in "ZX":
            parents[int(head.partition(" ")[0])] = int(parent)
    below, found = {pid}, set[int]()
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        found |= below
    return found


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Waits until the condition holds; fails after a time that no build needs, or once the process has ended."""
    deadline = time.monotonic() + 120
    while not condition():
        assert process is None or process.poll() is None, "the build ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def start(root: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `python generator …` in a process group of its own, and leaves none of it behind."""
    started = []

    def run(*words: object, **more: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, str(root / "generator"), *map(str, words)], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **more)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture(scope="module")
def undisturbed(command: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset that two workers make of `WORDS` when nobody disturbs them. Read only."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    done = command(*WORDS, "--workers", 2, "--out", out, cwd=out.parent, env={"PYTHONHASHSEED": "1"})
    assert done.returncode == 0, done.stderr
    return out


# --- same plan, same bytes --------------------------------------------------------------------------------------------


def test_workers_and_hash_seed_do_not_count(undisturbed: Path, command: Run, tmp_path: Path) -> None:
    """One worker with another PYTHONHASHSEED makes the same files as two, manifest and all."""
    done = command(*WORDS, "--workers", 1, "--out", tmp_path / "out", cwd=tmp_path, env={"PYTHONHASHSEED": "2"})
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") == contents(undisturbed)
    assert len(list(undisturbed.glob("sft/train-*-of-00003.parquet"))) == 3


@pytest.mark.parametrize("recipe", [recipe.name for recipe in RECIPES])
def test_hash_seed_does_not_count_in_any_recipe(recipe: str, start: Callable[..., subprocess.Popen[str]],
                                                tmp_path: Path) -> None:
    """All families in all recipes: the order of sets by hash reaches no byte."""
    started = [start("build", recipe, "--rows", 60, "--out", tmp_path / seed,
                     env={**os.environ, "PYTHONHASHSEED": seed}) for seed in ("1", "2")]
    for process in started:
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_the_seed_counts(small_shards: Callable[[int], None], tmp_path: Path) -> None:
    """Two seeds share no dialogue, and rows don't depend on how many are asked for: a longer build begins the same."""
    small_shards(20)
    for name, plan in (("a", small(40)), ("b", small(40, seed=4)), ("c", small(60))):
        build(plan, tmp_path / name)
    ids = {name: {row["id"] for row in rows_of(tmp_path / name, "episodes/*")} for name in "abc"}
    assert not ids["a"] & ids["b"]
    assert ids["a"] < ids["c"]


def test_the_manifest_tells_how_to_build_it_again(command: Run, tmp_path: Path) -> None:
    """The manifest's `command`, run again elsewhere, gives the same digests, whatever the options were."""
    words = ["build", "q_priming", "--rows", 25, "--seed", 9, "--families", "shortest_path", "--level", "1-2,4",
             "--holdout-level", 4, "--teacher", "ladder,principled", "--max-turns", 5, "--keep", "strict",
             "--train-on", "questions_and_final", "--ask-at", "first", "--student", "slips_then_repairs"]
    assert command(*words, "--out", "one", cwd=tmp_path).returncode == 0
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    name, *again = shlex.split(manifest["command"])
    assert name == "tutelage"
    assert command(*again, cwd=tmp_path).returncode == 0
    assert contents(tmp_path / "outputs" / "q_priming") == contents(tmp_path / "one")


def test_no_file_knows_where_it_was_made(sml: Path, q_priming: Path) -> None:
    """No file holds the output path, the machine's name or the home folder, not even inside a Parquet column."""
    for root in (sml, q_priming):
        for word in (str(root), root.parent.name, socket.gethostname(), str(Path.home()), str(Path.cwd())):
            if len(word) < 4:  # "/" and the like stand in any text
                continue
            texts = {name: data.decode("utf-8", "replace") for name, data in contents(root).items()}
            texts |= {path.name: str(pq.read_table(path).to_pylist()) + str(pq.read_metadata(path).metadata)
                      for path in root.glob("*/*.parquet")}
            assert not [name for name, text in texts.items() if word in text], word


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_rows_are_counted(sml: Path, q_priming: Path) -> None:
    """The manifest's rows are those of the files; each item is there once, with each arm; failures are kept apart."""
    for root, arms in ((sml, {""}), (q_priming, {"", "plain"})):
        manifest = json.loads((root / "manifest.json").read_text())
        counted = {path.relative_to(root).as_posix(): pq.read_metadata(path).num_rows for path in root.glob("*/*")}
        assert counted == {file["path"]: file["rows"] for file in manifest["files"]}
        for key, rows in manifest["rows"].items():
            assert rows == sum(n for path, n in counted.items() if path.startswith(f"{key}-")) > 0
        assert set(manifest["rows"]) == {path.partition("-")[0] for path in counted}
        kept = sorted((row["item"], row["arm"]) for row in rows_of(root, "episodes/*") if row["reward"])
        wanted = manifest["identity"]["plan"]["rows"]
        assert kept == [(item, arm) for item in range(wanted) for arm in sorted(arms)]
        assert manifest["items"] == wanted
        failed = rows_of(root, "episodes/failures*")
        assert len(failed) == manifest["failed"] == manifest["rows"].get("episodes/failures", 0)
        assert all(row["reward"] == 0 for row in failed)
        assert sum(manifest["counts"]["family"].values()) == wanted
        assert [row["id"] for config in ("sft", "sft_plain") for row in rows_of(root, f"{config}/train*")] == [
            row["id"] for arm in ("", "plain") for row in rows_of(root, "episodes/train*") if row["arm"] == arm]


def test_no_structure_stands_in_two_splits(undisturbed: Path) -> None:
    """Splits go by structure hash: train, validation and test share none, and are about as large as they should be."""
    found = {split: {row["structure"] for row in rows_of(undisturbed, f"episodes/{split}*")}
             for split in ("train", "validation", "test")}
    assert not found["train"] & found["validation"]
    assert not found["train"] & found["test"]
    assert not found["validation"] & found["test"]
    assert all(0.02 < len(found[split]) / sum(map(len, found.values())) < 0.09 for split in ("validation", "test"))


def test_a_structure_is_in_the_same_split_in_every_dataset(sml: Path, q_priming: Path, undisturbed: Path) -> None:
    """Whatever the recipe, the seed and the rows: a shape that is tested in one dataset is trained on in none."""
    split_of: dict[str, str] = {}
    for root in (sml, q_priming, undisturbed):
        for split in ("train", "validation", "test"):
            for row in rows_of(root, f"episodes/{split}*"):
                assert split_of.setdefault(row["structure"], split) == split


def test_held_out_levels_and_families(q_priming: Path, tmp_path: Path) -> None:
    """A held-out level or family stands in the split `heldout`, whole, and nothing else does."""
    for row in rows_of(q_priming, "episodes/heldout*"):
        assert row["level"] == 5
    assert {row["level"] for row in rows_of(q_priming, "episodes/t*")} == {1, 2, 3, 4}
    assert len(rows_of(q_priming, "sft/heldout*")) == 60 // 5
    manifest = build(small(10, holdout_families=("shortest_path",)), tmp_path / "family")
    assert set(manifest["rows"]) - {"episodes/failures"} == {"episodes/heldout", "sft/heldout"}
    assert not list((tmp_path / "family").glob("*/train*"))


# --- killed and started again -----------------------------------------------------------------------------------------


def test_killed_and_resumed(undisturbed: Path, start: Callable[..., subprocess.Popen[str]], command: Run,
                            tmp_path: Path) -> None:
    """kill -9 before the first row, amid the shards, after one: no worker survives, and the end is the same bytes."""
    out = tmp_path / "out"
    words = (*WORDS, "--workers", 2, "--out", out)
    moments: list[Callable[[], object]] = [
        lambda: (out / ".build" / "lock").exists(),
        lambda: any(out.glob("episodes/.train-*.part")),
        lambda: any(out.glob(".build/shard-*.json")),
    ]
    for number, moment in enumerate(moments):
        process = start(*words)
        wait_for(moment, process)
        process.send_signal(signal.SIGSTOP)  # so that it does not end while we look for its workers
        workers = children(process.pid)
        assert len(workers) >= 2 or number == 0
        process.kill()
        process.wait()
        wait_for(lambda: not any(map(runs, workers)))  # noqa: B023
        assert not (out / "manifest.json").exists()
    files = [file for path in out.glob(".build/shard-*.json") for file in json.loads(path.read_text())["files"]]
    times = {out / file["path"]: (out / file["path"]).stat().st_mtime_ns for file in files if file["rows"]}
    assert times
    done = command(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(out) == contents(undisturbed)
    assert {path: path.stat().st_mtime_ns for path in times} == times  # what was finished was not made again


def test_ctrl_c(undisturbed: Path, start: Callable[..., subprocess.Popen[str]], command: Run, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole process group: exit code 130, one line that says how to go on, and going on works."""
    out = tmp_path / "out"
    process = start(*WORDS, "--workers", 2, "--out", out)
    wait_for(lambda: any(out.glob("*/.*.part")), process)
    workers = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 130
    assert stdout == ""
    assert re.fullmatch(rf"stopped; [0-2] of 3 shards are kept in {out}\. {LINE}\n", stderr)
    deadline = time.monotonic() + 20  # the resource tracker ends a moment after the rest
    while any(map(runs, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, workers))
    done = command(*WORDS, "--workers", 1, "--out", out, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(out) == contents(undisturbed)


def test_ctrl_c_while_workers_start(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    """Ctrl-C as soon as the workers exist, before they have imported anything: one line, and no worker's traceback."""
    out = tmp_path / "out"
    process = start(*WORDS, "--workers", 2, "--out", out)
    wait_for(lambda: len(children(process.pid)) >= 2, process)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130
    assert re.fullmatch(rf"stopped; [0-2] of 3 shards are kept in {out}\. {LINE}\n", stderr)


def stopping(function: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    """The function, interrupted at the first call whose arguments say so."""

    def stop(*arguments: Any, **options: Any) -> Any:
        if when(*arguments):
            raise KeyboardInterrupt
        return function(*arguments, **options)

    return stop


def second_shard(_: Path, receipt: Mapping[str, Any]) -> bool:
    return bool(receipt["shard"] == 1)


def always(*_: object) -> bool:
    return True


SEAMS: dict[str, tuple[Any, str, Callable[..., bool]]] = {
    "before a receipt": (folder, "write_receipt", second_shard),
    "before the manifest": (folder, "complete", always),
    "amid the manifest": (os, "replace", lambda source, _: source.name == ".manifest.json.part"),
    "after the manifest": (shutil, "rmtree", always),
}


@pytest.mark.parametrize("seam", SEAMS)
def test_stopped_at_the_seams(seam: str, small_shards: Callable[[int], None], monkeypatch: pytest.MonkeyPatch,
                              tmp_path: Path) -> None:
    """Stopped between files and receipt, before, amid or after the manifest: a second try ends with the same bytes."""
    small_shards(15)
    build(small(), tmp_path / "whole")
    module, name, when = SEAMS[seam]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, stopping(getattr(module, name), when))
        with pytest.raises(KeyboardInterrupt):
            build(small(), tmp_path / "out")
    assert (tmp_path / "out" / ".build").is_dir()
    manifest = build(small(), tmp_path / "out")
    assert manifest == json.loads((tmp_path / "whole" / "manifest.json").read_text())
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_half_a_receipt_and_a_lost_file(small_shards: Callable[[int], None], monkeypatch: pytest.MonkeyPatch,
                                        tmp_path: Path) -> None:
    """A shard counts as done only with a whole receipt and all its files in their size; else it is made again."""
    small_shards(10)
    build(small(), tmp_path / "whole")
    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(folder, "complete", stopping(folder.complete, always))
        with pytest.raises(KeyboardInterrupt):
            build(small(), out)
    assert sorted(folder.receipts(out)) == [0, 1, 2]
    receipt = out / ".build" / "shard-00000.json"
    receipt.write_text(receipt.read_text()[:40])
    next(out.glob("sft/train-00001*")).unlink()
    assert sorted(folder.receipts(out)) == [2]
    with next(out.glob("sft/train-00002*")).open("ab") as file:
        file.write(b"x")
    assert sorted(folder.receipts(out)) == []
    build(small(), out)
    assert contents(out) == contents(tmp_path / "whole")


# --- whose folder it is -----------------------------------------------------------------------------------------------


def test_a_complete_build_is_left_as_it_is(sml: Path, small_shards: Callable[[int], None]) -> None:
    """Building what is there already touches nothing, and gives its manifest."""
    small_shards(60)
    before = {path: path.stat().st_mtime_ns for path in (sml, *sml.rglob("*"))}
    manifest = json.loads((sml / "manifest.json").read_text())
    assert build(Plan.from_json(manifest["identity"]["plan"]), sml) == manifest
    assert {path: path.stat().st_mtime_ns for path in (sml, *sml.rglob("*"))} == before


def test_another_plan_is_refused_unless_overwritten(small_shards: Callable[[int], None], tmp_path: Path) -> None:
    """A folder holds one dataset: another plan is refused, with what differs, and replaces it on demand only."""
    small_shards(10)
    out = tmp_path / "out"
    build(small(30), out)
    before = contents(out)
    for plan, what in ((small(20), "rows is 30, not 20"), (small(30, seed=4), "seed is 3, not 4"),
                       (small(30, max_turns=5), "max_turns is 4, not 5")):
        with pytest.raises(StoreError, match=rf"{what}.*--overwrite"):
            build(plan, out)
        assert contents(out) == before
    build(small(20), out, overwrite=True)
    build(small(20), tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


def test_an_unfinished_build_of_another_plan_is_refused_too(small_shards: Callable[[int], None],
                                                            monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What stands half done is some plan's as well; --overwrite begins anew, with nothing of the old left."""
    small_shards(10)
    with monkeypatch.context() as patch:
        patch.setattr(folder, "write_receipt", stopping(folder.write_receipt, second_shard))
        with pytest.raises(KeyboardInterrupt):
            build(small(30), tmp_path / "out")
    with pytest.raises(StoreError, match="rows is 30, not 20"):
        build(small(20), tmp_path / "out")
    build(small(20), tmp_path / "out", overwrite=True)
    build(small(20), tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_with_other_files_is_refused(overwrite: bool, tmp_path: Path) -> None:
    """Files that are not ours are never touched, with --overwrite or without; nor is a file in the folder's place."""
    (tmp_path / "out" / "sft").mkdir(parents=True)
    (tmp_path / "out" / "sft" / "train-00000-of-00001.parquet").write_bytes(b"somebody's")
    (tmp_path / "file").write_text("somebody's")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text('{"name": "an app"}')
    before = contents(tmp_path)
    for name in ("out", "file", "other"):
        with pytest.raises(StoreError, match=r"choose another folder with --out"):
            build(small(), tmp_path / name, overwrite=overwrite)
    assert contents(tmp_path) == before


def test_overwrite_leaves_what_is_not_ours(tmp_path: Path) -> None:
    """Notes that somebody put beside a dataset are still there after it was replaced."""
    build(small(10), tmp_path / "out")
    notes = [tmp_path / "out" / "notes.txt", tmp_path / "out" / "sft" / "notes.txt"]
    for note in notes:
        note.write_text("mine")
    build(small(12), tmp_path / "out", overwrite=True)
    assert [note.read_text() for note in notes] == ["mine", "mine"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_two_builds_at_once(overwrite: bool, small_shards: Callable[[int], None], monkeypatch: pytest.MonkeyPatch,
                            tmp_path: Path) -> None:
    """While a build runs, a second one in its folder is refused, with --overwrite too; the first ends undisturbed."""
    small_shards(10)
    build(small(), tmp_path / "whole")
    tried = []

    def second(root: Path, receipt: Any) -> None:
        with pytest.raises(StoreError, match="another build is writing"):
            build(small(), root, overwrite=overwrite)
        tried.append(receipt["shard"])
        write(root, receipt)

    write = folder.write_receipt
    monkeypatch.setattr(folder, "write_receipt", second)
    build(small(), tmp_path / "out")
    assert tried == [0, 1, 2]
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_the_lock_is_between_processes(start: Callable[..., subprocess.Popen[str]], command: Run,
                                       tmp_path: Path) -> None:
    """A second process is refused in one line while the first one builds."""
    process = start(*WORDS, "--workers", 1, "--out", tmp_path / "out")
    wait_for(lambda: any((tmp_path / "out").glob("*/.*.part")), process)
    done = command(*WORDS, "--out", tmp_path / "out", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: another build is writing to {tmp_path / 'out'}; ")
    assert done.stderr.count("\n") == 1


# --- a full disk, a lost worker ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kilobytes", [0, 6])
def test_no_space(kilobytes: int, root: Path, command: Run, tmp_path: Path) -> None:
    """A file that can't grow ends the build with one line and exit code 2, no half-written file, and it can go on."""
    words = ("build", "sml", "--rows", 40, "--family", "shortest_path", "--out", tmp_path / "out")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, resource.RLIM_INFINITY))

    done = subprocess.run([sys.executable, str(root / "generator"), *map(str, words)], text=True, capture_output=True,
                          cwd=tmp_path, preexec_fn=limit, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {tmp_path / 'out'}")
    assert done.stderr.count("\n") == 1
    left = {path for path in contents(tmp_path / "out") if path.partition("/")[0] != ".build"}
    assert left == set()
    assert not [path for path in contents(tmp_path / "out") if path.endswith(".part")]
    assert command(*words, cwd=tmp_path).returncode == 0
    build(small(40, seed=0), tmp_path / "fresh")
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize(("place", "call", "shards"), [
    ("store.shards.ShardWriter.add", 15, 1), ("store.shards.file_digest", 12, 1), ("store.folder.write_receipt", 2, 1),
    ("store.folder.complete", 1, 3),
], ids=["amid", "at the end", "receipt", "manifest"])
def test_no_space_later(number: int, place: str, call: int, shards: int, small_shards: Callable[[int], None],
                        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The disk fills up amid or at the end of the second shard, or with the manifest: what is finished is kept."""
    small_shards(10)
    out, calls = tmp_path / "out", 0
    function = pkgutil.resolve_name(f"tutelage.{place}")

    def full(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise OSError(number, os.strerror(number))
        return function(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(f"tutelage.{place}", full)
        what = os.strerror(number) if number == errno.EIO else "no space is left"
        with pytest.raises(StoreError, match=rf"{what}.* the same command to go on"):
            build(small(), out)
    assert not (out / "manifest.json").exists()
    assert not [path for path in contents(out) if path.endswith(".part")]
    done = folder.receipts(out)
    assert len(done) == shards
    build(small(), out)
    build(small(), tmp_path / "fresh")
    assert contents(out) == contents(tmp_path / "fresh")


def _end(item: int, tick: Callable[[int], None]) -> int:
    if item == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def _is_deaf(item: int, tick: Callable[[int], None]) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def _interrupt(item: int, tick: Callable[[int], None]) -> int:
    os.kill(os.getppid(), signal.SIGINT)
    return item


def _fail(item: int, tick: Callable[[int], None]) -> int:
    raise UsageError(f"item {item}")


@contextmanager
def no_worker_left() -> Iterator[None]:
    """Fails where this process has a child that it didn't have before, but for the helper that multiprocessing keeps.

    The runner of programs is a child that stays, from whichever test needed it first.
    """
    before = children(os.getpid())
    yield
    new = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(os.getpid()) - before}
    assert not {pid: command for pid, command in new.items() if b"resource_tracker" not in command}


def test_a_killed_worker_is_one_error() -> None:
    """A worker that is killed from outside (out of memory, say) ends the work with one error that says what to do."""
    with no_worker_left(), pytest.raises(StoreError, match="fewer --workers"):
        list(each(_end, shared=(), items=range(3), workers=2))


def test_ctrl_c_is_raised_where_no_lock_is_held() -> None:
    """Ctrl-C amid the work is put off until it can be raised safely; then all is as before, and no worker is left."""
    handler = signal.getsignal(signal.SIGINT)
    with no_worker_left(), pytest.raises(KeyboardInterrupt):
        list(each(_interrupt, shared=(), items=range(40), workers=2))
    assert signal.getsignal(signal.SIGINT) is handler


def test_workers_never_hear_of_ctrl_c() -> None:
    """A worker that heard it would print a traceback, perhaps before it has read what to do; this process does hear."""
    assert list(each(_is_deaf, shared=(), items=range(4), workers=2)) == [True] * 4
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_worker_s_error_is_the_caller_s() -> None:
    """What the function raises in a worker is raised here."""
    with no_worker_left(), pytest.raises(UsageError, match="item"):
        list(each(_fail, shared=(), items=range(3), workers=2))


# --- refused before anything is written -------------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "more", "what"), [
    ({"families": ("nosuch",)}, {}, "unknown family 'nosuch'"), ({"students": ("nosuch",)}, {}, "no student 'nosuch'"),
    ({"holdout_families": ("nosuch",)}, {}, "unknown family 'nosuch'"),
    ({"teachers": ("misleading",)}, {}, "no teacher 'misleading'"), ({}, {"workers": 0}, "workers=0"),
    ({}, {"templates": Path("/nosuch")}, "/nosuch"), ({"source": "/nosuch.jsonl"}, {}, "/nosuch.jsonl"),
])
def test_nothing_is_written_for_a_plan_that_can_t_be(options: dict[str, Any], more: dict[str, Any], what: str,
                                                    tmp_path: Path) -> None:
    """What can be known to be wrong is said before a folder is made."""
    with pytest.raises(TutelageError, match=what):
        build(small(**options), tmp_path / "out", **more)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("rows", [1, 2, 1999, 2000, 2001, 19_999, 20_000, 20_001, 999_999, 10**9])
def test_shards_cover_the_rows(rows: int) -> None:
    """Shards hold 2,000 to 50,000 items, are about ten where that is possible, and end with the last row."""
    plan = Plan("sml", rows)
    assert 2_000 <= plan.shard_rows <= 50_000
    assert (plan.shards - 1) * plan.shard_rows < rows <= plan.shards * plan.shard_rows
    assert plan.shards <= 10 or plan.shard_rows == 50_000


def test_progress_ends_at_the_rows(small_shards: Callable[[int], None], tmp_path: Path) -> None:
    """Progress never goes back, nor over the rows, and ends there."""
    small_shards(25)
    seen = list[tuple[int, int]]()
    build(small(60), tmp_path / "out", progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (60, 60)


def test_a_shard_that_is_abandoned_leaves_nothing(tmp_path: Path) -> None:
    """A writer that is given up removes what it began."""
    writer = ShardWriter(tmp_path, 0, 1, "all")
    writer._writer("episodes", "train")
    assert any(tmp_path.rglob("*.part"))
    writer.abandon()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
