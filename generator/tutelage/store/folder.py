"""A dataset's folder: the state of a build that runs in it, and the manifest that says it is complete.

`manifest.json` is written last: a folder that has one is complete. While a build runs, the folder holds `.build/` with
the plan and a receipt for each finished shard; a build that is started again goes on from there.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutelage.errors import StoreError, UsageError
from tutelage.plan import Plan

MANIFEST, STATE = "manifest.json", ".build"
README, PLOTS, CARD_MARK = "README.md", "card", "<!-- Written by tutelage card"  # see cards
FORMAT = 1


def prepare(root: Path, identity: Mapping[str, Any], *, overwrite: bool) -> dict[str, Any] | None:
    """Makes the folder ready for a build of `identity`; returns its manifest where it is built already, else None.

    Raises StoreError where the folder holds another dataset (unless `overwrite`), files that are not ours, or a build
    that is still running, and where it can't be used.
    """
    try:
        return _prepare(root, identity, overwrite)
    except OSError as error:
        raise StoreError(f"{root} can't be written: {error.strerror}; choose another folder with --out") from error


def _prepare(root: Path, identity: Mapping[str, Any], overwrite: bool) -> dict[str, Any] | None:
    held = _held_identity(root)
    if held is None and root.exists() and (not root.is_dir() or any(p.name != STATE for p in root.iterdir())):
        raise StoreError(f"{root} holds files that are no dataset of tutelage; choose another folder with --out")
    if held is not None and held != identity and not overwrite:
        raise StoreError(f"{root} holds another dataset ({_difference(held, identity)}); "
                         "choose another folder with --out, or replace it with --overwrite")
    if held is not None and overwrite:
        with lock(root):
            clear(root)
    elif (root / MANIFEST).exists():
        manifest = read_manifest(root)
        shutil.rmtree(root / STATE, ignore_errors=True)  # left where a build was killed as it ended
        return manifest
    (root / STATE).mkdir(parents=True, exist_ok=True)
    write_json(root / STATE / "plan.json", identity)
    return None


@contextmanager
def lock(root: Path) -> Iterator[None]:
    """Holds the folder for one build at a time; the lock goes with the process, however it ends."""
    path = root / STATE / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = os.path.samestat(os.fstat(file.fileno()), path.stat())  # else the other build has just ended
        except OSError as error:
            raise StoreError(f"another build is writing to {root}; wait for it, or choose another --out") from error
        if not mine:
            raise StoreError(f"another build was writing to {root}; run the command again")
        yield


def receipts(root: Path) -> dict[int, dict[str, Any]]:
    """The receipts of finished shards whose files are all there in their size.

    A file without rows may be gone: a build that was stopped at its end has removed the splits that stayed empty.
    """
    done = {}
    for path in sorted((root / STATE).glob("shard-*.json")):
        try:
            receipt = json.loads(path.read_text(encoding="utf-8"))
            if all(_is_whole(root / f["path"], f) for f in receipt["files"]):
                done[int(receipt["shard"])] = receipt
        except (OSError, ValueError, KeyError):
            continue  # half a receipt, or a file is gone: the shard is made again
    return done


def _is_whole(path: Path, file: Mapping[str, Any]) -> bool:
    return bool(path.stat().st_size == file["bytes"] if path.exists() else file["rows"] == 0)


def write_receipt(root: Path, receipt: Mapping[str, Any]) -> None:
    write_json(root / STATE / f"shard-{receipt['shard']:05d}.json", receipt)


def listed(root: Path, files: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Files in the order of a manifest, and the rows of each config and split; files of a split that has no row in any
    shard are removed."""
    rows: dict[str, int] = {}
    for file in files:
        rows[_config_split(file)] = rows.get(_config_split(file), 0) + file["rows"]
    kept = []
    for file in sorted(files, key=lambda file: str(file["path"])):
        if rows[_config_split(file)]:
            kept.append(dict(file))
        else:
            (root / file["path"]).unlink(missing_ok=True)  # gone where a build was stopped just here
    return kept, {key: count for key, count in sorted(rows.items()) if count}


def _config_split(file: Mapping[str, Any]) -> str:
    return str(file["path"]).rpartition("-of-")[0].rpartition("-")[0]


def complete(root: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest and removes the state: from here on the dataset is complete."""
    write_json(root / MANIFEST, manifest, indent=2)
    shutil.rmtree(root / STATE, ignore_errors=True)


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of a complete dataset. Raises StoreError where there is none or it can't be read."""
    path = root / MANIFEST
    if not path.is_file():
        unfinished = (root / STATE / "plan.json").is_file()
        raise StoreError(f"{root} is an unfinished build; run its build command again to finish it" if unfinished else
                         f"{root} holds no {MANIFEST}; give the folder of a dataset that tutelage built")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise StoreError(f"{path} has format {manifest['format']!r}, this version reads {FORMAT}; build it again")
        _read_all(manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
        raise StoreError(f"{path} is not a manifest of tutelage ({type(error).__name__}); build it again") from error
    return dict(manifest)


def _read_all(manifest: Mapping[str, Any]) -> None:
    """Reads what is needed of a manifest; raises one of the usual errors where it is missing or of another kind."""
    Plan.from_json(manifest["identity"]["plan"])
    fields = [(manifest, {"rows": dict, "counts": dict, "source": dict, "items": int, "failed": int})]
    fields += [(file, {"path": str, "rows": int, "bytes": int, "sha256": str}) for file in manifest["files"]]
    for part, kinds in fields:
        for key, kind in kinds.items():
            if not isinstance(part[key], kind):
                raise ValueError(f"{key} is {part[key]!r}")


def has_card(root: Path) -> bool:
    """Whether the folder's README.md is a card that tutelage wrote."""
    try:
        return CARD_MARK in (root / README).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def clear(root: Path) -> None:
    """Removes what a build, an export or a card of tutelage wrote, and nothing else."""
    from tutelage.records.tables import TABLES
    from tutelage.records.trainers import NAMES

    try:
        companions = [root / file["path"] for file in read_manifest(root).get("companions", [])]
    except StoreError:
        companions = []
    if has_card(root):
        companions += [root / README, *(root / PLOTS).glob("*.svg")]
    for path in companions:
        path.unlink(missing_ok=True)
    if (root / PLOTS).is_dir() and not any((root / PLOTS).iterdir()):
        (root / PLOTS).rmdir()
    shutil.rmtree(root / STATE, ignore_errors=True)
    (root / MANIFEST).unlink(missing_ok=True)
    for name in ("episodes", *TABLES, *NAMES):
        for folder in (*root.glob(name), *root.glob(f"{name}_*")):
            for file in (*folder.glob("*.parquet"), *folder.glob(".*.part")):
                file.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()


def unwritten(out: Path, error: OSError) -> StoreError:
    """What to tell a user whose disk did not take what was to be written in the folder `out`."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    what = "no space is left" if full else f"it can't be written ({error.strerror or error})"
    return StoreError(f"{out}: {what}; finished shards are kept. "
                      f"{'Make room' if full else 'Mend that'} and run the same command to go on")


def write_json(path: Path, data: Mapping[str, Any], indent: int | None = None) -> None:
    """Writes JSON by rename, so that a reader sees the old file or the new one, never half of one."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, indent=indent)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _held_identity(root: Path) -> dict[str, Any] | None:
    for path, key in ((root / MANIFEST, "identity"), (root / STATE / "plan.json", "")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return dict(data[key] if key else data)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _difference(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """The first thing in which two identities differ, in words."""
    for key in sorted({*held, *wanted}):
        one, two = held.get(key), wanted.get(key)
        if one == two:
            continue
        if isinstance(one, dict) and isinstance(two, dict):
            return _difference(one, two)
        return f"its {key} is {one!r}, not {two!r}"
    return "it differs"
