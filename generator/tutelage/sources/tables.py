"""Rows of a question and an answer from a file, or from the Hub: all of them read and checked before any is used.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.jsonl")
    ...     _ = path.write_text('{"question": "What is 3 + 4?", "answer": "3 + 4 = 7"}', encoding="utf-8")
    ...     list(read_rows(str(path)))
    [Row(number=1, question='What is 3 + 4?', answer='3 + 4 = 7')]

A file's kind is told by its ending: `.jsonl` or `.ndjson`, `.json` (one list of rows), `.csv`, `.tsv`, `.parquet`;
those that are text may be compressed (`.gz` behind it). Whatever is no file and looks like "owner/name" or
"owner/name:split" is a data set of the Hub. Every error is a `SourceError` of one line that names the file, the row and
the way out.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import SourceError

COLUMNS = ("question", "answer")
LONGEST_CELL = 100_000  # characters
DEFAULT_SPLIT = "train"

_NAME = r"[A-Za-z0-9][\w.-]{0,95}"
_HUB_ID = re.compile(rf"(?P<name>{_NAME}/{_NAME})(?::(?P<split>[\w.\[\]:%-]{{1,80}}))?")
_SHAPE = '{"question": …, "answer": …}'


class Row(NamedTuple):
    """One question with its answer."""

    number: int  # from 1; of JSON lines and CSV the line of the file where it begins
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
        raise SourceError(f"{path_or_hub_id} is a folder; name a file in it")
    elif (hub := _HUB_ID.fullmatch(path_or_hub_id)) and _reader_of(path) is None:
        rows = _rows_of_hub(hub["name"], hub["split"] or DEFAULT_SPLIT)
    else:
        raise SourceError(f"there is no file {path_or_hub_id}; check the path, or name a data set of the Hub as "
                          "owner/name")
    if not rows:
        raise SourceError(f"{path_or_hub_id} has no rows; it needs at least one, with the columns question and answer")
    yield from rows


def _rows_of_file(path: Path) -> list[Row]:
    reader = _reader_of(path)
    if reader is None:
        known = ", ".join(sorted(_READERS))
        raise SourceError(f"{path}: the ending {path.suffix or '(none)'} is not known; use {known}")
    try:
        return reader(path)
    except (OSError, EOFError, zlib.error) as error:  # the last two: broken compressed data
        raise SourceError(f"{path} cannot be read: {_reason(error)}; fetch or write it again") from error


def _reader_of(path: Path) -> Callable[[Path], list[Row]] | None:
    name = path.name.lower().removesuffix(".gz")
    return next((reader for ending, reader in _READERS.items() if name.endswith(ending)), None)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix.lower() == ".gz":
        raw = gzip.decompress(raw)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise SourceError(f"{path} line {line} is not UTF-8 text; save the file as UTF-8") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SourceError(f"{path} line {line} holds a zero byte; this is no text file, check its ending")
    return text


def _read_jsonl(path: Path) -> list[Row]:
    rows = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{path} line {number} is not JSON ({_reason(error)}); "
                              f"each line has to be an object {_SHAPE}") from error
        rows.append(_row(f"{path} line {number}", number, record))
    return rows


def _read_json(path: Path) -> list[Row]:
    text = _text(path)
    try:
        records = json.loads(text) if text.strip() else []
    except (ValueError, RecursionError) as error:
        why = _reason(error)
        raise SourceError(f"{path} is not JSON ({why}); for an object a line the ending is .jsonl") from error
    if not isinstance(records, list):
        raise SourceError(f"{path} holds no list of rows; for an object a line the ending is .jsonl")
    return [_row(f"{path} row {number}", number, record) for number, record in enumerate(records, start=1)]


def _read_csv(path: Path, delimiter: str = ",") -> list[Row]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    begin = 1
    try:
        header = next(reader, None)
        if header is None:
            return []
        question, answer = _columns(f"{path} line 1", [name.strip() for name in header])
        begin = reader.line_num + 1
        for record in reader:
            place = f"{path} line {begin}"
            if record and len(record) != len(header):
                raise SourceError(f"{place} has {len(record)} cells and the header {len(header)}; "
                                  "quote cells that hold a separator")
            if record:
                rows.append(_checked(place, begin, record[question], record[answer]))
            begin = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(f"{path} line {begin} is not CSV ({_reason(error)}); quote cells that hold a separator "
                          "or a line break") from error
    return rows


def _read_tsv(path: Path) -> list[Row]:
    return _read_csv(path, "\t")


def _read_parquet(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[Row] = []
    try:
        file = pq.ParquetFile(path)
        _columns(str(path), file.schema_arrow.names)
        for batch in file.iter_batches(columns=list(COLUMNS)):
            questions, answers = (batch.column(name).to_pylist() for name in COLUMNS)
            for question, answer in zip(questions, answers, strict=True):
                number = len(rows) + 1
                rows.append(_checked(f"{path} row {number}", number, question, answer))
    except pa.ArrowException as error:
        raise SourceError(f"{path} is not a whole Parquet file ({_reason(error)}); fetch or write it again") from error
    return rows


def _rows_of_hub(name: str, split: str) -> list[Row]:
    try:
        from datasets import load_dataset

        records = _split_of(load_dataset, name, split)
    except Exception as error:  # whatever the client's many layers raise: no network, no such name, a broken file
        raise SourceError(f"{name}:{split} cannot be had from the Hub ({_reason(error)}); check the name and the "
                          "network, or give a file") from error
    return [_row(f"{name}:{split} row {number}", number, record) for number, record in enumerate(records, start=1)]


def _split_of(load_dataset: Callable[..., Iterable[Any]], name: str, split: str) -> Iterable[Any]:
    """The split; of a data set with several configurations that of "main", as in openai/gsm8k."""
    try:
        return load_dataset(name, split=split)
    except ValueError as error:
        if "config name is missing" not in str(error).lower():
            raise
        return load_dataset(name, "main", split=split)


def _row(place: str, number: int, record: object) -> Row:
    if not isinstance(record, Mapping):
        raise SourceError(f"{place} is no object but a {type(record).__name__}; it has to be {_SHAPE}")
    if not ("question" in record and "answer" in record):
        _columns(place, [str(key) for key in record])
    return _checked(place, number, record["question"], record["answer"])


def _columns(place: str, names: list[str]) -> tuple[int, int]:
    """Where the two columns are. Raises SourceError where one is missing, naming those that are there."""
    for column in COLUMNS:
        if column not in names:
            there = ", ".join(names[:12]) or "none"
            raise SourceError(f"{place} has no column {column!r} (it has: {there}); rename the columns to question "
                              "and answer")
    return names.index("question"), names.index("answer")


def _checked(place: str, number: int, question: object, answer: object) -> Row:
    return Row(number, _cell(place, "question", question), _cell(place, "answer", answer))


def _cell(place: str, column: str, cell: object) -> str:
    if not isinstance(cell, str):
        kind = "missing" if cell is None else f"a {type(cell).__name__}"
        raise SourceError(f"{place}: {column} is {kind} and not text; write it as a string")
    if not cell or cell.isspace():
        raise SourceError(f"{place}: {column} is empty; fill it in, or leave the row out")
    if len(cell) > LONGEST_CELL:
        raise SourceError(f"{place}: {column} has {len(cell)} characters, over the bound of {LONGEST_CELL}; "
                          "leave the row out")
    return cell


def _reason(error: BaseException) -> str:
    """The first line of what another library says, cut to a sentence's length."""
    return (str(error).strip().split("\n")[0] or type(error).__name__)[:160]


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".jsonl": _read_jsonl, ".ndjson": _read_jsonl, ".json": _read_json,
    ".csv": _read_csv, ".tsv": _read_tsv, ".parquet": _read_parquet,
}
