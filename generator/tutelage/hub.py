"""Pushing a dataset to the Hub: checked first, with its card, in commits that a second run finishes.

    >>> push(Path("outputs/sml"), "me/sml-dialogues", private=True)  # doctest: +SKIP
    Pushed(url='https://huggingface.co/datasets/me/sml-dialogues', commit='9f3c…', files=14, bytes=821103, changed=True)

The token is the one that `huggingface_hub` finds (HF_TOKEN, or what `hf auth login` stored); it is passed on to nobody
and nothing else is sent. The folder is only read: what is uploaded is laid out beside it in links, with the card and
the manifest of what is pushed. A file that the repository has already is not sent again, so that a run that was cut is
finished by the same command, and one that was not makes no commit.
"""

from __future__ import annotations

import logging
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from tutelage.building import Progress
from tutelage.cards import write_card
from tutelage.checking import check
from tutelage.errors import StoreError, TutelageError, UsageError
from tutelage.plan import Plan
from tutelage.store import folder
from tutelage.store.shards import file_digest

if TYPE_CHECKING:
    from huggingface_hub import HfApi

Bar = Callable[[None], AbstractContextManager[Progress | None]]  # report.progress_bar
MAIN = "main"
OURS = ["*.parquet", f"{folder.PLOTS}/*.svg"]  # the dataset's files in the repository: others are left alone
AGAIN = "run the same command again: what has arrived is not sent twice"
_NAME = re.compile(r"(?!.*(?:--|\.\.|\.git$))[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_FILE = re.compile(r"^((?:gsm8k:|table:)?).*/([^/]+\.(?:jsonl|ndjson|json|csv|tsv|parquet)(?:\.gz)?)$", re.IGNORECASE)
_REVISION = re.compile(r"(?!.*(?:\.\.|//|\.lock$|/$|\.$))[A-Za-z0-9][\w./-]{0,199}", re.ASCII)


class HubError(TutelageError):
    """The Hub can't be reached, refuses the token, or did not take what was sent."""


class Pushed(NamedTuple):
    url: str
    commit: str  # hash of the revision's last commit
    files: int  # of the dataset in the repository, card and manifest included
    bytes: int
    changed: bool  # False where all of it was there already: no commit was made

    def text(self) -> str:
        """What was done, as a line to read."""
        size = f"{self.files:,} files, {self.bytes / 1e6:.1f} MB, commit {self.commit[:12]}"
        return f"{self.url}: {'pushed' if self.changed else 'nothing to do, all of it is there'} ({size})"


def push(root: Path, repo: str, *, private: bool = False, revision: str = MAIN, without: Sequence[str] = (),
         workers: int = 1, bar: Bar = nullcontext) -> Pushed:
    """Pushes the dataset in the folder `root` to the dataset repository `repo` (OWNER/NAME), made where it isn't there.

    `revision` is a branch, made from main where it isn't there; `without` names configs that stay at home. Files of an
    earlier dataset in the repository are deleted (`OURS`), its others are left alone.
    Raises UsageError for a malformed name, StoreError for a folder that holds no complete dataset or one that fails
    `check` (`workers` processes, `bar` shows its rows), HubError for all that the Hub has against it.
    """
    manifest = folder.read_manifest(root)
    kept = published(manifest, without)
    _check_names(repo, revision)
    api = _client()
    with _answered(repo):
        api.whoami()  # a token that is refused is better known before the check, which takes its time
    _check_files(root, manifest)
    with bar(None) as progress:  # it ends before the client shows its own
        faults = check(root, workers=workers, progress=progress).faults
    if faults:
        raise StoreError(f"{root} fails its check and is not pushed ({len(faults):,} faults, the first in "
                         f"{faults[0].file}: {faults[0].what}); see tutelage check {root}, and build it again")
    with TemporaryDirectory(prefix="tutelage-") as name:
        _lay_out(root, Path(name), kept, repo)
        with _answered(repo):
            return _upload(api, Path(name), repo, private, revision, kept)


def published(manifest: Mapping[str, Any], without: Sequence[str]) -> dict[str, Any]:
    """The manifest of what is pushed: without those configs, and without the folders of a source on this machine.

    Raises UsageError for a config that there is not, and where none would be left.
    """
    configs = dict.fromkeys(file["path"].partition("/")[0] for file in manifest["files"])
    for name in without:
        if name not in configs:
            raise UsageError(f"there is no config {name!r} to leave out; there are {', '.join(configs)}")
    if not set(configs) - set(without):
        raise UsageError(f"without {', '.join(without)} nothing is left to push")
    kept = {**manifest, "files": [f for f in manifest["files"] if f["path"].partition("/")[0] not in without],
            "rows": {key: n for key, n in manifest["rows"].items() if key.partition("/")[0] not in without}}
    plan = Plan.from_json(manifest["identity"]["plan"])
    if (source := _without_folders(plan.options.source)) != plan.options.source:
        command = manifest["command"].replace(shlex.quote(plan.options.source), shlex.quote(source))
        plan = replace(plan, options=replace(plan.options, source=source))
        kept |= {"identity": {**manifest["identity"], "plan": plan.to_json()}, "command": command,
                 "source": {**manifest["source"], "spec": source}}
    return kept


def _without_folders(source: str) -> str:
    """`gsm8k:/home/me/train.jsonl` as `gsm8k:train.jsonl`: a path says more of a machine than of the data."""
    return _FILE.sub(r"\1\2", source)


def _check_names(repo: str, revision: str) -> None:
    owner, slash, name = repo.partition("/")
    if not (slash and _NAME.fullmatch(owner) and _NAME.fullmatch(name)) or name.endswith((".", "-")):
        raise UsageError(f"{repo!r} is not OWNER/NAME, such as me/sml-dialogues (letters, digits, - _ . and one /)")
    if not _REVISION.fullmatch(revision):
        raise UsageError(f"revision {revision!r} is not the name of a branch, such as main or v2")


def _client() -> HfApi:
    """The client, with the token of this machine. Raises HubError where there is none."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # it is read when huggingface_hub is imported
    from huggingface_hub import HfApi, get_token

    if get_token() is None:
        raise HubError("there is no token for the Hub; log in with `hf auth login`, or set HF_TOKEN to one that may "
                       "write (huggingface.co/settings/tokens)")
    return HfApi()


def _check_files(root: Path, manifest: Mapping[str, Any]) -> None:
    """Raises StoreError for a file that is not what the manifest says."""
    for file in _all_files(manifest):
        path = root / file["path"]
        if not path.is_file():
            raise StoreError(f"{path} is in the manifest but not in the folder; build the dataset again")
        if file_digest(path) != file["sha256"]:
            raise StoreError(f"{path} is not the file that was built (its SHA-256 is not the manifest's); build the "
                             "dataset again")


def _all_files(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The files of rows, and what an export for a trainer laid beside them."""
    return [*manifest["files"], *manifest.get("companions", [])]


def _lay_out(root: Path, stage: Path, manifest: Mapping[str, Any], repo: str) -> None:
    """Lays out what is pushed in the folder `stage`: links to the files, the manifest, the card."""
    for file in _all_files(manifest):
        link = stage / file["path"]
        link.parent.mkdir(exist_ok=True)
        link.symlink_to((root / file["path"]).resolve())
    folder.write_json(stage / folder.MANIFEST, manifest, indent=2)
    write_card(root, stage, manifest, repo)


def _upload(api: HfApi, stage: Path, repo: str, private: bool, revision: str, manifest: Mapping[str, Any]) -> Pushed:
    url = api.create_repo(repo, repo_type="dataset", private=private or None, exist_ok=True)
    if private and not api.repo_info(repo, repo_type="dataset").private:
        raise HubError(f"{repo} is there already and public; make it private in its settings, or push without "
                       "--private")
    if revision != MAIN and not revision.startswith("refs/"):
        api.create_branch(repo, repo_type="dataset", branch=revision, exist_ok=True)
    before = api.repo_info(repo, repo_type="dataset", revision=revision).sha
    plan = manifest["identity"]["plan"]
    done = api.upload_folder(
        repo_id=repo, repo_type="dataset", folder_path=stage, revision=revision, delete_patterns=OURS,
        commit_message=f"{plan['recipe']}, seed {plan['seed']}: {manifest['items']:,} items, "
                       f"tutelage {manifest['identity']['tutelage']}")
    files = [path for path in stage.rglob("*") if path.is_file()]
    return Pushed(str(url), done.oid, len(files), sum(path.stat().st_size for path in files), done.oid != before)


@contextmanager
def _answered(repo: str) -> Iterator[None]:
    """Lets the client speak on a terminal only, and turns what it raises into one line."""
    from huggingface_hub.utils.logging import get_verbosity, set_verbosity
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    verbosity, bars = get_verbosity(), not are_progress_bars_disabled()
    set_verbosity(logging.ERROR)  # else each new try, and a run that has nothing to do, is a warning
    if bars and not sys.stderr.isatty():
        disable_progress_bars()
    try:
        yield
    except TutelageError:
        raise
    except Exception as error:  # of the client, of whichever HTTP library it uses, of its uploader: they share no base
        raise HubError(_line(repo, error)) from error
    finally:
        set_verbosity(verbosity)
        if bars:
            enable_progress_bars()


def _line(repo: str, error: Exception) -> str:
    """What to tell a user of an error of the client."""
    from huggingface_hub import constants
    from huggingface_hub.errors import OfflineModeIsEnabled

    status, said = _status(error), " ".join(str(getattr(error, "server_message", None) or error).split())[:200]
    if isinstance(error, OfflineModeIsEnabled):
        return "HF_HUB_OFFLINE is set, so nothing can be pushed; unset it"
    if status == 401:
        return (f"the Hub refused the token (401); log in again with `hf auth login`, or set HF_TOKEN to one that may "
                f"write ({constants.ENDPOINT}/settings/tokens)")
    if status == 403:
        return f"the token may not write to {repo} (403: {said}); use one that may, or push to a name of your own"
    if status:
        return f"the Hub did not take it ({status}: {said}); {AGAIN}"
    return (f"the Hub ({constants.ENDPOINT}) can't be reached or the upload was cut ({type(error).__name__}: {said}); "
            f"look at the network and {AGAIN}")


def _status(error: BaseException | None) -> int:
    """The HTTP status behind an error; 0 where there was no answer."""
    while error is not None:
        if (response := getattr(error, "response", None)) is not None:
            return int(response.status_code)
        error = error.__cause__ or error.__context__
    return 0
