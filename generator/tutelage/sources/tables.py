"""Rows of a question and an answer from a file, or from the Hub: all of them read and checked before any is used.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.jsonl")
    ...     _ = path.write_text('{"question": "What is 3 + 4?", "answer": "3 + 4 = 7"}\\n', encoding="utf-8")
    ...     list(read_rows(str(path)))
    [Row(number=1, question='What is 3 + 4?', answer='3 + 4 = 7')]

The kind of a file is told by its ending: `.jsonl` (or `.ndjson`), `.json` (one list of rows), `.csv`, `.tsv`, `.parquet`; `.gz` may
follow the ones that are text. Whatever has no such ending and is no file but looks like "owner/name" (or
"owner/name:split") is a data set of the Hub. Every error is a `SourceError` of one line that names the file, the row and the way out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import SourceError

COLUMNS = ("question", "answer")
LONGEST_CELL = 100_000  # characters
DEFAULT_SPLIT = "train"

_HUB_ID = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(?::(?P<split>[\w.\[\]:%-]{1,80}))?")


class Row(NamedTuple):
    """One question with its answer. `number` counts the rows from 1; of JSON lines and CSV it is the line."""

    number: int
    question: str
    answer: str


def read_rows(path_or_hub_id: str) -> Iterator[Row]:
    """The rows of a file or of a data set of the Hub, in its order.

    All are read and checked by the first `next`, so nothing fails half-way. Raises SourceError.
    """
    path = Path(path_or_hub_id).expanduser()
    if path.is_file():
        rows = _rows_of_file(path)
    elif path.is_dir():
        raise SourceError(f"{path_or_hub_id} is a folder; name one of its files")
    elif (hub := _HUB_ID.fullmatch(path_or_hub_id)) and _reader_of(path) is None:
        rows = _rows_of_hub(hub["name"], hub["split"] or DEFAULT_SPLIT)
    else:
        raise SourceError(f"there is no file {path_or_hub_id}; check the path, or give a data set of the Hub as owner/name")
    if not rows:
        raise SourceError(f"{path_or_hub_id} has no rows; it needs at least one with the columns question and answer")
    yield from rows


def _rows_of_file(path: Path) -> list[Row]:
    reader = _reader_of(path)
    if reader is None:
        raise SourceError(f"{path}: the ending {path.suffix or '(none)'} is not known; use one of {', '.join(sorted(_READERS))}")
    try:
        return reader(path)
    except OSError as error:  # among them a broken gzip file
        raise SourceError(f"{path} cannot be read: {error}") from error
    except EOFError as error:
        raise SourceError(f"{path} ends in the middle of its compressed data; fetch it again") from error


def _reader_of(path: Path) -> Callable[[Path], list[Row]] | None:
    name = path.name.lower()
    return next((read for ending, read in _READERS.items() if name.removesuffix(".gz").endswith(ending)), None)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix.lower() == ".gz":
        raw = gzip.decompress(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path} line {line} is not UTF-8 text; save the file as UTF-8") from error
    if "\x00" in text:
        raise SourceError(f"{path} line {text.count(chr(10), 0, text.index(chr(0))) + 1} holds a zero byte; is it a text file?")
    return text


def _read_jsonl(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{path} line {number} is not JSON ({_reason(error)}); each line has to be one object") from error
        rows.append(_row(f"{path} line {number}", number, record))
    return rows


def _read_json(path: Path) -> list[Row]:
    try:
        records = json.loads(_text(path) or "[]")
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not JSON ({_reason(error)}); for one object a line use the ending .jsonl") from error
    if not isinstance(records, list):
        raise SourceError(f"{path} holds one {type(records).__name__}; it has to be a list of objects, or use the ending .jsonl")
    return [_row(f"{path} row {number}", number, record) for number, record in enumerate(records, start=1)]


def _read_csv(path: Path, delimiter: str = ",") -> list[Row]:
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, begin = [], 1
    try:
        header = next(reader, None)
        if header is None:
            return []
        places = _columns(f"{path} line 1", [name.strip() for name in header])
        begin = reader.line_num + 1
        for record in reader:
            if record:
                if len(record) != len(header):
                    raise SourceError(f"{path} line {begin} has {len(record)} cells and its header {len(header)}; quote cells that hold a comma")
                rows.append(_checked(f"{path} line {begin}", begin, *(record[at] for at in places)))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{path} line {begin} is not CSV ({error}); quote cells that hold a comma or a line break") from error
    return rows


def _read_tsv(path: Path) -> list[Row]:
    return _read_csv(path, "\t")


def _read_parquet(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        _columns(str(path), file.schema_arrow.names)
        rows: list[Row] = []
        for batch in file.iter_batches(columns=list(COLUMNS)):
            pairs = zip(*(batch.column(name).to_pylist() for name in COLUMNS), strict=True)
            rows += [_checked(f"{path} row {number}", number, *pair) for number, pair in enumerate(pairs, start=len(rows) + 1)]
    except pa.ArrowException as error:
        raise SourceError(f"{path} is not a whole Parquet file ({_reason(error)}); fetch or write it again") from error
    return rows


def _rows_of_hub(name: str, split: str) -> list[Row]:
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise SourceError(f"{name}: the package 'datasets' is not installed; install tutelage[hub], or give a file") from error
    try:
        records = _loaded(load_dataset, name, split)
    except Exception as error:  # the client raises whatever its many layers raise: no network, no such name, a broken file
        raise SourceError(f"{name}:{split} cannot be had from the Hub ({_reason(error)}); check the name and the network, "
                          "or give a file") from error
    return [_row(f"{name}:{split} row {number}", number, record) for number, record in enumerate(records, start=1)]


def _loaded(load_dataset: Callable[..., Iterable[Any]], name: str, split: str) -> Iterable[Any]:
    """The split; of a data set with several configurations the one that the Hub calls `main` or `default`."""
    try:
        return load_dataset(name, split=split)
    except ValueError as error:
        if "config" not in str(error).lower():
            raise
        return load_dataset(name, "main", split=split)


def _row(place: str, number: int, record: object) -> Row:
    if not isinstance(record, Mapping):
        raise SourceError(f"{place} is a {type(record).__name__} and not an object; it has to be {{\"question\": …, \"answer\": …}}")
    if not ("question" in record and "answer" in record):
        _columns(place, [str(key) for key in record])
    return _checked(place, number, record["question"], record["answer"])


def _columns(place: str, names: list[str]) -> tuple[int, int]:
    """Where the two columns are. Raises SourceError where one is not there, naming those that are."""
    for column in COLUMNS:
        if column not in names:
            there = ", ".join(names[:12]) or "none"
            raise SourceError(f"{place} has no column {column!r} (its columns: {there}); rename them to question and answer")
    return names.index("question"), names.index("answer")


def _checked(place: str, number: int, question: object, answer: object) -> Row:
    for column, cell in zip(COLUMNS, (question, answer), strict=True):
        if not isinstance(cell, str):
            raise SourceError(f"{place}: {column} is {'empty' if cell is None else type(cell).__name__} and not text; write it as a string")
        if not cell or cell.isspace():
            raise SourceError(f"{place}: {column} is empty; fill it in or leave the row out")
        if len(cell) > LONGEST_CELL:
            raise SourceError(f"{place}: {column} has {len(cell)} characters, at most {LONGEST_CELL} can be used; leave the row out")
    return Row(number, question, answer)  # type: ignore[arg-type]


def _reason(error: Exception) -> str:
    """The first line of what another library says, cut to a sentence's length."""
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:160]


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".jsonl": _read_jsonl, ".ndjson": _read_jsonl, ".json": _read_json, ".csv": _read_csv, ".tsv": _read_tsv, ".parquet": _read_parquet,
}  # fmt: skip
