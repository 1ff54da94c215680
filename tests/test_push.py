"""The laws of `tutelage push`, against a loopback server that speaks the Hub's API: what is there is a whole dataset.

The client reads where the Hub is when it is imported, so that it runs in processes of its own: one a server, which is
given command lines and tells what came of them.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tutelage as tu
from tutelage.building import build
from tutelage.errors import StoreError, UsageError
from tutelage.hub import published
from tutelage.plan import Options, Plan
from tutelage.store.shards import file_digest

ROOT = Path(__file__).resolve().parents[1]
RECENT = pytest.mark.skipif(int(version("huggingface_hub").partition(".")[0]) < 2 or int(version("datasets")[0]) < 4,
                            reason="older clients don't try again by themselves, and look at other servers, too")
sys.path.append(str(ROOT / "tests"))

from hub_server import READER, TOKEN, Hub  # noqa: E402  (the path must be set first)

CLIENT = """
import contextlib, io, json, os, sys
sys.path.insert(0, sys.argv[1])
from tutelage.cli import main
for line in sys.stdin:
    sys.argv, token = ["tutelage", *json.loads(line)["words"]], json.loads(line)["token"]
    os.environ["HF_TOKEN"] = token
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            main()
            code = 0
        except SystemExit as leave:
            code = leave.code or 0
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""
LOAD = """
import json, os, sys
import datasets
from huggingface_hub import DatasetCard
datasets.config.USE_PARQUET_EXPORT = False  # that is another server's
datasets.disable_progress_bars()
repo, configs = sys.argv[1], sys.argv[2].split(",")
DatasetCard.load(repo).validate()
told = {"default": {split: list(rows) for split, rows in datasets.load_dataset(repo).items()}}
for config in configs:
    told[config] = {split: list(rows) for split, rows in datasets.load_dataset(repo, config).items()}
    streamed = datasets.load_dataset(repo, config, streaming=True)
    told[config + " stream"] = {split: list(rows) for split, rows in streamed.items()}
print(json.dumps(told), flush=True)
os._exit(0)  # threads that still read a stream ahead abort the interpreter's end now and then
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


class Place(NamedTuple):
    """A server, a client of it, and the home that the client has."""

    hub: Hub
    push: Callable[..., Outcome]
    environment: dict[str, str]


def _place(mode: str, home: Path) -> Iterator[Place]:
    with Hub(mode) as hub:
        # where torch is, `datasets` would import it, which takes seconds
        environment = {**os.environ, **hub.environment(home), "USE_TORCH": "0"}
        client = subprocess.Popen([sys.executable, "-c", CLIENT, str(ROOT / "generator")], env=environment, text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=home)

        def push(*words: object, token: str = TOKEN) -> Outcome:
            assert client.stdin is not None
            assert client.stdout is not None
            told = {"words": ["push", "--workers", "1", *map(str, words)], "token": token}
            client.stdin.write(json.dumps(told) + "\n")
            client.stdin.flush()
            return Outcome(*json.loads(client.stdout.readline()))

        try:
            yield Place(hub, push, environment)
        finally:
            client.communicate()


@pytest.fixture(scope="module")
def regular(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A Hub that takes Parquet files within the commit."""
    yield from _place("regular", tmp_path_factory.mktemp("regular"))


@pytest.fixture(scope="module")
def lfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A Hub that wants Parquet files first, by their hash, as the real one does."""
    yield from _place("lfs", tmp_path_factory.mktemp("lfs"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of two families and two arms in two shards. Read only."""
    folder = tmp_path_factory.mktemp("made") / "q"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Plan, "shard_rows", property(lambda _: 15))
        students = ("slips_twice", "stubborn", "slips_then_repairs")  # who make mistakes: there is a plot of them
        build(Plan("q_priming", 30, 3, Options(families=("shortest_path", "rates"), students=students)), folder)
    return folder


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another dataset, in one shard, with failures. Read only."""
    folder = tmp_path_factory.mktemp("other") / "s"
    build(Plan("sml", 20, 4, Options(families=("rates",), students=("guesser", "stubborn", "slips_twice"))), folder)
    return folder


def listed(root: Path) -> dict[str, bytes]:
    """The Parquet files that the manifest names, by their path."""
    return {file["path"]: (root / file["path"]).read_bytes()
            for file in json.loads((root / "manifest.json").read_text())["files"]}


def parquet(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if path.endswith(".parquet")}


def refused(outcome: Outcome, *parts: str) -> None:
    """Exit code 2 and one line with these parts, nothing else."""
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r"Error: [^\n]*\n", outcome.err), outcome.err
    assert all(part in outcome.err for part in parts), outcome.err


# --- what arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["regular", "lfs"])
def test_what_is_pushed_is_the_dataset(mode: str, made: Path, request: pytest.FixtureRequest) -> None:
    """In one commit the repository gets the manifest's files as they are, the manifest, and a card of that name."""
    place: Place = request.getfixturevalue(mode)
    outcome = place.push(made, "me/whole")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(rf"{place.hub.url}/datasets/me/whole: pushed \(.*\)\n", outcome.out)
    files = place.hub.files("me/whole")
    assert parquet(files) == listed(made)
    assert files["manifest.json"] == (made / "manifest.json").read_bytes()
    assert set(files) - set(parquet(files)) == {".gitattributes", "manifest.json", "README.md", "card/turns.svg",
                                                "card/acts.svg", "card/mistakes.svg"}
    assert b'load_dataset("me/whole", "sft"' in files["README.md"]
    assert [commit.message for commit in place.hub.commits("me/whole")] == [
        f"q_priming, seed 3: 30 items, tutelage {tu.__version__}"]


@RECENT
def test_what_is_pushed_is_what_is_loaded(regular: Place, made: Path) -> None:
    """`load_dataset` gives all rows of all configs, whole and as a stream, and `sft` by default; the card is valid."""
    assert regular.push(made, "me/loaded").code == 0
    configs = ("sft", "sft_plain", "episodes")
    done = subprocess.run([sys.executable, "-c", LOAD, "me/loaded", ",".join(configs)], env=regular.environment,
                          text=True, capture_output=True, check=True)
    told = json.loads(done.stdout)
    for config in configs:
        rows: dict[str, list[Any]] = {}
        for path in sorted((made / config).iterdir()):
            rows.setdefault(path.name.partition("-")[0], []).extend(pq.read_table(path).to_pylist())
        assert told[config] == told[f"{config} stream"] == json.loads(json.dumps(rows))
    assert told["default"] == told["sft"]


@pytest.mark.parametrize("mode", ["regular", "lfs"])
def test_a_second_run_does_nothing(mode: str, made: Path, request: pytest.FixtureRequest) -> None:
    """No commit, no file is sent, and it says so."""
    place: Place = request.getfixturevalue(mode)
    assert place.push(made, "me/twice").code == 0
    before = len(place.hub.requests)
    outcome = place.push(made, "me/twice")
    assert (outcome.code, outcome.err) == (0, "")
    assert "nothing to do, all of it is there" in outcome.out
    assert len(place.hub.commits("me/twice")) == 1
    assert not [path for method, path in place.hub.requests[before:] if method == "PUT" or "/commit/" in path]


def test_as_a_program_it_says_one_line(regular: Place, other: Path, tmp_path: Path) -> None:
    """Without a terminal there is no bar; the folder of the dataset is only read."""
    before = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in (other, *other.rglob("*"))}
    done = subprocess.run([sys.executable, str(ROOT / "generator"), "push", str(other), "me/program",
                           "--workers", "1"], text=True,
                          capture_output=True, cwd=tmp_path, env=regular.environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in (other, *other.rglob("*"))} == before
    assert not list(tmp_path.iterdir())


def test_another_dataset_takes_the_place_of_the_first(regular: Place, made: Path, other: Path) -> None:
    """No shard of the first is left to be read with the second's; files that are not the dataset's stay."""
    assert regular.push(made, "me/replaced").code == 0
    regular.hub.repos["me/replaced"].branches["main"][-1].files["NOTES.md"] = b"mine\n"
    assert regular.push(other, "me/replaced").code == 0
    files = regular.hub.files("me/replaced")
    assert parquet(files) == listed(other)
    assert files["NOTES.md"] == b"mine\n"
    assert b"sft_plain" not in files["README.md"]


@pytest.mark.parametrize("before", [False, True], ids=["first", "after a whole push"])
def test_without_episodes_nothing_private_is_there(before: bool, regular: Place, made: Path) -> None:
    """No file of theirs, no column `private` at any depth, no word of them in card and manifest; the rest is whole."""
    repo = f"me/public-{before}"
    if before:
        assert regular.push(made, repo).code == 0
        assert any(path.startswith("episodes/") for path in regular.hub.files(repo))
    assert regular.push(made, repo, "--without", "episodes").code == 0
    files = regular.hub.files(repo)
    assert parquet(files) == {path: content for path, content in listed(made).items()
                              if not path.startswith("episodes/")}
    for content in parquet(files).values():
        assert "private" not in str(pq.read_schema(BytesIO(content)))
    for name in ("README.md", "manifest.json"):
        assert b"episodes" not in files[name]
        assert b"private" not in files[name]
    assert set(json.loads(files["manifest.json"])["rows"]) == {
        key for key in json.loads((made / "manifest.json").read_text())["rows"] if not key.startswith("episodes/")}


def test_what_an_export_laid_beside_goes_with_it(regular: Place, other: Path, tmp_path: Path) -> None:
    """A file that the manifest names beside the rows, a chat template say, is pushed as it is, and looked at first."""
    copy = shutil.copytree(other, tmp_path / "d")
    (copy / "mask.jinja").write_text("{{ messages }}")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["companions"] = [{"path": "mask.jinja", "bytes": 14, "sha256": file_digest(copy / "mask.jinja")}]
    (copy / "manifest.json").write_text(json.dumps(manifest))
    assert regular.push(copy, "me/beside").code == 0
    assert regular.hub.files("me/beside")["mask.jinja"] == b"{{ messages }}"
    (copy / "mask.jinja").write_text("{{ message }}")
    refused(regular.push(copy, "me/beside"), "mask.jinja", "not the file that was built")


def test_a_revision_is_a_branch(regular: Place, made: Path, other: Path) -> None:
    """It is made where it isn't there, and main stays as it is; a second run does nothing there either."""
    assert regular.push(other, "me/branched").code == 0
    main = regular.hub.repos["me/branched"].branches["main"][-1].sha
    assert regular.push(made, "me/branched", "--revision", "v2").code == 0
    assert parquet(regular.hub.files("me/branched", "v2")) == listed(made)
    assert "nothing to do" in regular.push(made, "me/branched", "--revision", "v2").out
    assert len(regular.hub.commits("me/branched", "v2")) == 1
    assert regular.hub.repos["me/branched"].branches["main"][-1].sha == main


def test_private_is_private(regular: Place, other: Path) -> None:
    """A repository that is made is private; into one that is public already nothing goes."""
    assert regular.push(other, "me/hidden", "--private").code == 0
    assert regular.hub.repos["me/hidden"].private
    assert "nothing to do" in regular.push(other, "me/hidden", "--private").out
    regular.hub.repos["me/hidden"].private = False
    refused(regular.push(other, "me/hidden", "--private"), "me/hidden", "public", "without --private")


def test_the_agent_tells_nothing(regular: Place, other: Path) -> None:
    """Who pushes is named to the Hub by the client's own version only; nothing but the pages of a push is asked for."""
    before = len(regular.hub.requests)
    regular.hub.agents.clear()
    assert regular.push(other, "me/quiet").code == 0
    assert regular.hub.agents
    assert not [agent for agent in regular.hub.agents if re.search("torch|tensorflow|pyarrow|datasets|is_ci", agent)]
    assert {path for _, path in regular.hub.requests[before:]} <= {
        "/api/whoami-v2", "/api/repos/create", "/api/validate-yaml",
        *[f"/api/datasets/me/quiet/{page}/main" for page in ("revision", "tree", "preupload", "commit")]}


# --- what goes wrong on the way ---------------------------------------------------------------------------------------


def test_a_failed_commit_is_finished_by_a_second_run(lfs: Place, made: Path) -> None:
    """The Hub fails when all files have arrived: one line, no half of a dataset; then none of them is sent again."""
    lfs.hub.blobs.clear()
    lfs.hub.plant("POST", "/commit/", status=500)
    refused(lfs.push(made, "me/failed"), "500", "run the same command again")
    assert lfs.hub.commits("me/failed") == []
    before = len(lfs.hub.requests)
    assert lfs.push(made, "me/failed").code == 0
    assert not [path for method, path in lfs.hub.requests[before:] if method == "PUT"]
    assert parquet(lfs.hub.files("me/failed")) == listed(made)
    assert len(lfs.hub.commits("me/failed")) == 1


def test_a_cut_commit_is_finished_by_a_second_run(lfs: Place, made: Path) -> None:
    """The connection ends in the middle of the commit: as above."""
    lfs.hub.plant("POST", "/commit/", status=0)
    refused(lfs.push(made, "me/cut"), "can't be reached or the upload was cut", "run the same command again")
    assert lfs.hub.commits("me/cut") == []
    assert lfs.push(made, "me/cut").code == 0
    assert parquet(lfs.hub.files("me/cut")) == listed(made)


def test_an_answer_that_is_lost_costs_no_second_commit(lfs: Place, made: Path) -> None:
    """All was done and the answer did not come: the second run finds it done."""
    lfs.hub.plant("POST", "/commit/", status=-1)
    refused(lfs.push(made, "me/lost"), "run the same command again")
    assert "nothing to do" in lfs.push(made, "me/lost").out
    assert len(lfs.hub.commits("me/lost")) == 1


def test_a_cut_upload_is_tried_again(lfs: Place, other: Path) -> None:
    """A file that is cut in the middle is sent again by the same run, whole."""
    lfs.hub.plant("PUT", "/lfs/", status=0)
    assert lfs.push(other, "me/cut-file").code == 0
    assert parquet(lfs.hub.files("me/cut-file")) == listed(other)


@RECENT
@pytest.mark.parametrize("status", [500, 0], ids=["500", "cut"])
def test_a_fault_that_passes_is_not_seen(status: int, regular: Place, other: Path) -> None:
    """Where the client tries again by itself, there is one commit and no word of it."""
    regular.hub.plant("POST", "/commit/", status=status)
    regular.hub.plant("POST", "/preupload/", status=status)
    outcome = regular.push(other, f"me/passing-{status}")
    assert (outcome.code, outcome.err) == (0, "")
    assert len(regular.hub.commits(f"me/passing-{status}")) == 1
    assert parquet(regular.hub.files(f"me/passing-{status}")) == listed(other)


@pytest.mark.parametrize("where", ["/api/whoami-v2", "/api/repos/create", "/api/validate-yaml", "/branch/"])
def test_500_anywhere(where: str, regular: Place, other: Path) -> None:
    """One line and exit code 2 wherever the Hub fails, and the same command again finishes."""
    method, repo = "GET" if "whoami" in where else "POST", f"me/at-{where.strip('/').replace('/', '-')}"
    regular.hub.plant(method, where, status=500)
    refused(regular.push(other, repo, "--revision", "v1"), "500", "run the same command again")
    assert regular.push(other, repo, "--revision", "v1").code == 0
    assert parquet(regular.hub.files(repo, "v1")) == listed(other)


# --- what can't be pushed ---------------------------------------------------------------------------------------------


def test_a_dataset_that_fails_its_check_is_refused(regular: Place, made: Path, tmp_path: Path) -> None:
    """A word that was changed, with a manifest that fits: nothing is made on the Hub, and the fault is named."""
    bad = shutil.copytree(made, tmp_path / "bad")
    path = next(bad.glob("sft/train-00000-*"))
    table = pq.read_table(path)
    rows = table.to_pylist()
    rows[0]["messages"][1]["content"] += " Surely."
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema.remove_metadata()), path)
    refused(regular.push(bad, "me/bad"), str(path), "is not the file that was built", "build the dataset again")
    manifest = json.loads((bad / "manifest.json").read_text())
    for file in manifest["files"]:
        if bad / file["path"] == path:
            file |= {"sha256": file_digest(path), "bytes": path.stat().st_size}
    (bad / "manifest.json").write_text(json.dumps(manifest))
    refused(regular.push(bad, "me/bad"), str(bad), "fails its check", "1 fault", path.name, f"tutelage check {bad}")
    path.unlink()
    refused(regular.push(bad, "me/bad"), str(path), "not in the folder")
    assert "me/bad" not in regular.hub.repos


@pytest.mark.parametrize("repo", ["data", "me/da/ta", "me/", "/data", "me/da ta", "me/a--b", "me/a..b", "me/data.git",
                                  "-me/data", "me/data-", "me/dät", f"me/{'a' * 97}", "https://hf.co/me/data"])
def test_a_name_that_is_none(repo: str, regular: Place, other: Path) -> None:
    """Refused before anything is asked of the Hub."""
    before = len(regular.hub.requests)
    refused(regular.push(other, "--", repo), repr(repo), "OWNER/NAME, such as me/sml-dialogues")
    assert len(regular.hub.requests) == before


def test_other_words_that_are_wrong(regular: Place, other: Path, tmp_path: Path) -> None:
    """A branch, a config, a folder that is none: named, with what there is."""
    before = len(regular.hub.requests)
    refused(regular.push(other, "me/x", "--revision", "a b"), "'a b'", "main")
    refused(regular.push(other, "me/x", "--revision", "../v2"), "'../v2'", "main")
    refused(regular.push(other, "me/x", "--without", "kto"), "'kto'", "episodes, sft")
    refused(regular.push(other, "me/x", "--without", "episodes,sft"), "nothing is left")
    refused(regular.push(tmp_path / "none", "me/x"), str(tmp_path / "none"), "give the folder of a dataset")
    (tmp_path / "half" / ".build").mkdir(parents=True)
    (tmp_path / "half" / ".build" / "plan.json").write_text("{}")
    refused(regular.push(tmp_path / "half", "me/x"), "unfinished build", "run its build command again")
    assert len(regular.hub.requests) == before


def test_tokens(regular: Place, other: Path) -> None:
    """None, one that is refused, one that may not write, a name of somebody else: the way out, and nothing is made."""
    refused(regular.push(other, "me/token", token=""), "no token", "hf auth login", "HF_TOKEN")
    refused(regular.push(other, "me/token", token="hf_wrong"), "refused the token (401)", "HF_TOKEN")
    refused(regular.push(other, "me/token", token=READER), "may not write to me/token (403", "use one that may")
    refused(regular.push(other, "them/token"), "may not write to them/token (403", "a name of your own")
    assert not {"me/token", "them/token"} & set(regular.hub.repos)


@pytest.mark.parametrize("offline", ["0", "1"])
def test_no_network(offline: str, regular: Place, other: Path) -> None:
    """A Hub that nobody is at, or a client that is told to stay at home: one line, at once."""
    environment = {**regular.environment, "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": offline}
    done = subprocess.run([sys.executable, str(ROOT / "generator"), "push", str(other), "me/x"], text=True,
                          capture_output=True, env=environment)
    parts = {"0": ("http://127.0.0.1:9", "run the same command again"), "1": ("HF_HUB_OFFLINE", "unset it")}[offline]
    refused(Outcome(done.returncode, done.stdout, done.stderr), *parts)


def test_the_library_raises_what_the_command_says(other: Path, tmp_path: Path) -> None:
    """`tu.push` has the command's errors, and `tu.card` its card."""
    with pytest.raises(UsageError, match="OWNER/NAME"):
        tu.push(other, "nobody")
    with pytest.raises(StoreError, match="give the folder"):
        tu.push(tmp_path, "me/data")
    assert tu.card(shutil.copytree(other, tmp_path / "d")) == tmp_path / "d" / "README.md"


@pytest.mark.parametrize(("source", "told"), [
    ("gsm8k:/home/ann/data/train.jsonl", "gsm8k:train.jsonl"), ("../mine.csv", "mine.csv"),
    ("a/b.parquet", "b.parquet"), ("table:~/x.jsonl.gz", "table:x.jsonl.gz"),
    ("openai/gsm8k:test", "openai/gsm8k:test"), ("ann/set-1.5", "ann/set-1.5"),
])
def test_no_folder_of_this_machine_is_told(source: str, told: str, other: Path) -> None:
    """A source's path is pushed as its file's name, in the plan, the command and the source; a Hub id as it is."""
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["identity"]["plan"]["options"]["source"] = source
    words = ["tutelage", "build", "sml", "--source", source, "--views", "kto"]
    manifest |= {"source": {"spec": source}, "command": shlex.join(words)}
    kept = published(manifest, ())
    assert kept["source"]["spec"] == kept["identity"]["plan"]["options"]["source"] == told
    assert shlex.split(kept["command"]) == [told if word == source else word for word in words]
