"""The cache of replies: SQLite, a row a request, keyed by every field of it.

    >>> from tutelage.models.wire import Reply
    >>> with Cache(None) as cache:
    ...     cache.put(b"a key", Reply("4"))
    ...     cache.get(b"a key"), cache.get(b"another")
    (Reply(text='4', thoughts='', finish='', prompt_tokens=0, completion_tokens=0, seconds=0.0, cached=True), None)

A reply is in the file before the dialogue goes on with it, so a build that is killed does not pay for it again. Nothing
that was sent with the request to prove who asks is part of it: no key and no header is ever stored.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from tutelage.errors import StoreError
from tutelage.models.wire import Reply, stored, unstored

VERSION = 1
BUSY = 0.5  # seconds to wait for a file that another build holds: it may be about to end
Key = bytes  # see `wire.key_of`


class Cache:
    """The replies in the file `path`; None keeps them in memory only. Raises StoreError where it can't be used."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path or ":memory:", isolation_level=None, timeout=BUSY)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")  # one build at a time: two would pay twice
            # a killed process loses nothing that was written; a machine that loses power may lose the last replies
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = OFF")
            held = self._db.execute("PRAGMA user_version").fetchone()[0]
            if held not in (0, VERSION):
                raise StoreError(f"{path} is the cache of another version ({held}); move it away")
            self._db.execute("CREATE TABLE IF NOT EXISTS replies (key BLOB PRIMARY KEY, reply TEXT)")
            self._db.execute(f"PRAGMA user_version = {VERSION}")
        except (sqlite3.Error, OSError) as error:
            held_by = "another build uses it" if "locked" in str(error) else f"{error}; move it away"
            raise StoreError(f"{path} can't be used as a cache: {held_by}") from error

    def get(self, key: Key) -> Reply | None:
        """The reply to just this request; None where there is none yet."""
        try:
            row = self._db.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} can't be read: {error}; move it away") from error
        return unstored(row[0]) if row else None

    def put(self, key: Key, reply: Reply) -> None:
        """Keeps a reply; a request that has one already keeps the first."""
        try:
            self._db.execute("INSERT OR IGNORE INTO replies VALUES (?, ?)", (key, stored(reply)))
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} can't be written: {error}; what it holds is kept") from error

    def __len__(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM replies").fetchone()[0])

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
