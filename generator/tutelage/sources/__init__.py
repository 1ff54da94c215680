"""Problems from outside: real word problems with worked solutions, from a file or from the Hub.

    >>> source = load("gsm8k:train.jsonl")  # doctest: +SKIP
    >>> isinstance(source.at(0), Problem | Drop)  # doctest: +SKIP
    True

A source is named ``gsm8k:PATH``, ``table:PATH`` or just ``PATH``, where PATH is a file (see `tables`) or a data set of the Hub. All
are read alike: the steps come from calculator marks or from plain equations in the answer (`gsm8k.rebuild`), so a table of
one's own serves with answers like "12 x 3 = 36 eggs. 36 / 4 = 9 boxes. #### 9". A table whose answers show no steps gives only
drops, with the reason "no worked steps": such questions need a model as the student.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tutelage.errors import SourceError
from tutelage.sources.gsm8k import Drop, rebuild
from tutelage.sources.tables import Row, read_rows
from tutelage.values import Problem

__all__ = ["Drop", "Row", "Source", "load"]

PREFIXES = ("gsm8k:", "table:")


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file, in its order; each gives a problem or a drop, rebuilt when it is asked for."""

    spec: str
    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, index: int) -> Problem | Drop:
        """The problem of a row, counted from 0; beyond the last it goes round again."""
        return rebuild(self.rows[index % len(self.rows)])

    def __iter__(self) -> Iterator[Problem | Drop]:
        """One round, in the file's order."""
        return map(rebuild, self.rows)

    def drops(self) -> Counter[str]:
        """How many rows give no problem, by reason. Rebuilds every row."""
        return Counter(made.reason for made in self if isinstance(made, Drop))


def load(spec: str) -> Source:
    """The source of that name, all its rows read and checked. Raises SourceError."""
    path = spec
    for prefix in PREFIXES:
        path = path.removeprefix(prefix)
    if not path:
        raise SourceError(f"the source {spec!r} names no file; write gsm8k:PATH, table:PATH or a path")
    return Source(spec, tuple(read_rows(path)))
