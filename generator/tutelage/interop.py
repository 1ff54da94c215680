r"""Data of others, read and written in their own shapes: GSM8K, MathDial, Lost in Conversation.

    >>> row = to_gsm8k(EXAMPLE)
    >>> row["answer"]
    '3 × 4 = <<3*4=12>>12 pens.\n#### 12'
    >>> talk = from_mathdial(to_mathdial(EXAMPLE))
    >>> [turn.act.kind for turn in talk.turns], talk.turns[3].correct
    (['state', 'attempt', 'hint', 'attempt'], True)

To export, an episode's row (`tu.stream(…, view="episodes")`, the config `episodes` of a dataset) becomes a row of the
shape, or None where it doesn't fit. To import, a row becomes a `Talk`: the problem, and turns typed as far as they can
be read, those that can't counted. A talk's problem goes on as a table for `--source` (`problems_of`).

gsm8k                  question, answer: lines with calculator marks, and "#### 12" (Cobbe et al. 2021, 2110.14168)
mathdial               question, ground_truth, student_incorrect_solution, conversation: "Teacher: (focus)…|EOM|Student:
                       …" (Macina et al. 2023, 2305.14536). Which move an act of ours is, is our reading
lost-in-conversation   shards, of the task math (Laban et al. 2025, 2505.06120); see also `evaluate.sharded_records`
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tutelage.errors import SourceError, StoreError, UsageError
from tutelage.problems.reading.judge import read_reply
from tutelage.store.folder import read_manifest
from tutelage.store.splits import FAILURES
from tutelage.talk.acts import (
    ABSTAIN,
    ANSWER_RULE,
    ASK,
    ATTEMPT,
    ATTEMPTS,
    CONFIRM,
    DONT_KNOW,
    HINT,
    START,
    STATE,
    TELL,
    VAGUE,
    WAIT,
)
from tutelage.values import Act, Turn

Row = Mapping[str, Any]
MOVES = ("generic", "focus", "probing", "telling")
LEVELS = {1: "focus", 2: "probing", 3: "telling"}  # of a hint
BY_ACT = {START: "probing", ANSWER_RULE: "telling", TELL: "telling", CONFIRM: "generic", DONT_KNOW: "generic"}
READ_AS = {"focus": Act(HINT, level=1), "probing": Act(HINT, level=2), "telling": Act(HINT, level=3),
           "generic": Act(DONT_KNOW)}
ASKS = {"clarification": ASK, "interrogation": ASK, "refuse": ABSTAIN}
END = "|EOM|"
_SAID = re.compile(r"\s*(Teacher|Student|Tutor)\s*:\s*(?:\((\w+)\))?\s*(.*)\s*", re.S)
_SUM = re.compile(r"(?<![\w.=<])(\d[\d.]*(?: ?[×÷+−*/-] ?\d[\d.]*)+) = ([€$£]?)(\d[\d.]*)(?<!\.)(?!\d)")
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", " ": None})

EXAMPLE: Row = {
    "id": "1", "view": "complete", "turns": [
        {"role": "teacher", "act": "state", "text": "A box holds 4 pens. How many are in 3 boxes?"},
        {"role": "student", "act": "attempt", "text": "3 + 4 = 7. Answer: 7", "answer": "7", "correct": False},
        {"role": "teacher", "act": "hint", "text": "Each box has 4.", "level": 1},
        {"role": "student", "act": "revise", "text": "3 × 4 = 12. Answer: 12", "answer": "12", "correct": True}],
    "private": {"answer": "12 pens", "value": "12", "solution": "3 × 4 = 12 pens."}}


class Talk(NamedTuple):
    """A dialogue from outside."""

    source: str
    question: str
    solution: str  # the worked solution, its answer behind "####"
    turns: tuple[Turn, ...]  # () where there is only a problem; else the statement first
    unread: int  # turns whose act can't be told

    @property
    def answer(self) -> str:
        return self.solution.rpartition("####")[2].strip()


def to_gsm8k(row: Row) -> dict[str, Any] | None:
    """None for a statement that isn't complete, and for an answer that is no number."""
    value = _number(row)
    if value is None or row["view"] not in ("", "complete", "irrelevant") or "private" not in row:
        return None
    return {"question": row["turns"][0]["text"], "answer": f"{marked(row['private']['solution'])}\n#### {value}"}


def from_gsm8k(row: Row) -> Talk:
    """A problem without a dialogue. Raises SourceError where a field is missing or no text."""
    question, answer = _texts(row, "gsm8k", "question", "answer")
    return Talk("gsm8k", question, answer, (), 0)


def to_mathdial(row: Row) -> dict[str, Any] | None:
    """None where there is no wrong attempt to talk about, or no number as the answer.

    The fields that say who the student is and how the annotators rated it have no counterpart here, and are left out.
    """
    problem, turns = to_gsm8k(row), row["turns"]
    first = next((i for i, t in enumerate(turns) if t["act"] in ATTEMPTS and not t["correct"]), None)
    if problem is None or first is None or first + 1 >= len(turns):
        return None
    said = [f"Teacher: ({_move(t)}){t['text']}" if t["role"] == "teacher" else f"Student: {t['text']}"
            for t in turns[first + 1:]]
    return {"qid": row["id"], "question": problem["question"], "ground_truth": problem["answer"],
            "student_incorrect_solution": turns[first]["text"], "conversation": END.join(said)}


def from_mathdial(row: Row) -> Talk:
    """Student turns are read by the judge; a teacher's move stands for a hint of its level. Raises SourceError."""
    question, truth, wrong, talk = _texts(row, "mathdial", "question", "ground_truth", "student_incorrect_solution",
                                          "conversation")
    solution = truth if "####" in truth else _ended(truth)
    answer, unread = solution.rpartition("####")[2].strip(), 0
    turns = [Turn("teacher", Act(STATE), question), _student(wrong, answer, question)]
    for piece in filter(str.strip, talk.split(END)):
        said = _SAID.fullmatch(piece)
        if said is None or (said[1] != "Student" and said[2] not in MOVES):
            unread += 1
        if said is not None and said[1] == "Student":
            turns.append(_student(said[3], answer, question))
        else:
            move = said[2] if said is not None and said[2] in READ_AS else "generic"
            turns.append(Turn("teacher", READ_AS[move], said[3].strip() if said is not None else piece.strip()))
    unread += sum(turn.role == "student" and turn.act.kind == WAIT for turn in turns)
    return Talk("mathdial", question, solution, tuple(turns), unread)


def to_lost_in_conversation(row: Row) -> dict[str, Any] | None:
    """An item of the task math from a row of the recipe `sharded`, told piece by piece; None for others.

    The simulator's records with all that is known beside them come from `evaluate.sharded_records`.
    """
    value = _number(row)
    if row.get("recipe") != "sharded" or row.get("arm") or value is None:
        return None
    told = [t["text"] for t in row["turns"] if t["role"] == "teacher"]
    shards = [{"shard_id": number, "shard": text, "shard_text": text} for number, text in enumerate(told, start=1)]
    whole = "\n".join([told[0], *[f"- {text}" for text in told[1:]]])
    return {"task_id": f"sharded-{row['id'][:12]}", "task": "math", "shards": shards, "question": whole,
            "answer": f"{row['private']['solution']}\n#### {value}"}


def from_lost_in_conversation(row: Row) -> Talk:
    """An item as its problem: question and answer. Raises SourceError for tasks without them (code, actions, …)."""
    if not isinstance(row.get("shards"), Sequence) or not row["shards"]:
        raise SourceError("a row of lost-in-conversation has no shards; give items of the simulator")
    pieces = [str(shard.get("shard_text") or shard.get("shard") or "") for shard in row["shards"]]
    question = row.get("question") or row.get("full_prompt") or "\n".join(pieces)
    (answer,) = _texts(row, "lost-in-conversation", "answer")
    return Talk("lost-in-conversation", str(question), answer if "####" in answer else f"#### {answer}", (), 0)


class Format(NamedTuple):
    name: str
    summary: str
    write: Callable[[Row], dict[str, Any] | None]
    read: Callable[[Row], Talk]


FORMATS: tuple[Format, ...] = (
    Format("gsm8k", "question and worked answer", to_gsm8k, from_gsm8k),
    Format("mathdial", "tutoring dialogues on a wrong solution", to_mathdial, from_mathdial),
    Format("lost-in-conversation", "problems in shards", to_lost_in_conversation, from_lost_in_conversation),
)


def format_named(name: str) -> Format:
    """The format of that name. Raises UsageError where there is none."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise UsageError(f"unknown format {name!r}; the formats are {', '.join(f.name for f in FORMATS)}")


def export(rows: Iterable[Row], path: str | Path, name: str) -> Counter[str]:
    """Writes episodes' rows as JSON lines of a format; returns how many were `written` and how many are `unfit`.

    The file appears whole. Raises UsageError for a format that there is not, StoreError where it can't be written.
    """
    write, counts = format_named(name).write, Counter[str]()

    def fitting() -> Iterator[dict[str, Any]]:
        for row in rows:
            made = write(row)
            counts["written" if made is not None else "unfit"] += 1
            if made is not None:
                yield made

    write_lines(fitting(), Path(path))
    return counts


def episodes_of(folder: str | Path) -> Iterator[Row]:
    """The episodes of a built dataset, the failures apart, a shard after the other. Raises StoreError."""
    import pyarrow.parquet as pq

    root = Path(folder)
    for file in read_manifest(root)["files"]:
        if file["path"].startswith("episodes/") and not file["path"].startswith(f"episodes/{FAILURES}-"):
            for batch in pq.ParquetFile(root / file["path"]).iter_batches(batch_size=500):
                yield from batch.to_pylist()


def write_lines(rows: Iterable[Row], path: Path) -> None:
    """Writes JSON lines; the file appears whole, by rename. Raises StoreError where it can't be written."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def load(path: str | Path, name: str) -> Iterator[Talk]:
    """The talks of a file (.jsonl, .json with a list, .csv) of a format. Raises SourceError that names the row."""
    read = format_named(name).read
    for number, row in enumerate(_rows(Path(path)), start=1):
        try:
            yield read(row)
        except SourceError as error:
            raise SourceError(f"{path}, row {number}: {error}") from error


def problems_of(talks: Iterable[Talk]) -> list[dict[str, str]]:
    """The problems of talks, as rows of a table that `--source` takes, each once."""
    return [{"question": question, "answer": answer}
            for question, answer in dict.fromkeys((talk.question, talk.solution) for talk in talks)]


def marked(solution: str) -> str:
    """A solution with GSM8K's calculator marks behind the equations that stand in its lines."""
    return _SUM.sub(lambda m: f"{m[1]} = {m[2]}<<{m[1].translate(_SIGNS)}={m[3]}>>{m[3]}", solution)


def _number(row: Row) -> str | None:
    """The answer where it is a plain number, as it stands behind "####"."""
    value = json.loads(row["private"]["value"]) if row.get("private") else None
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _move(turn: Row) -> str:
    return LEVELS.get(turn.get("level", 0), "focus") if turn["act"] == HINT else BY_ACT.get(turn["act"], "generic")


def _student(text: str, answer: str, question: str) -> Turn:
    reply = read_reply(text, answer or None, question=question)
    if reply.act == "attempt":
        return Turn("student", Act(ATTEMPT, answer=reply.answer), text.strip(), bool(reply.correct))
    kind = ASKS.get(reply.act, VAGUE if reply.asks else WAIT)
    return Turn("student", Act(kind), text.strip())


def _ended(truth: str) -> str:
    """A worked solution whose answer is its last line, as MathDial writes it, with the answer behind "####"."""
    lines = truth.strip().splitlines()
    return "\n".join([*lines[:-1], f"#### {lines[-1].strip()}"]) if lines else truth


def _texts(row: Row, name: str, *fields: str) -> tuple[str, ...]:
    for field in fields:
        if not isinstance(row.get(field), str):
            raise SourceError(f"a row of {name} has no text {field!r}; it has {', '.join(sorted(map(str, row)))}")
    return tuple([str(row[field]) for field in fields])


def _rows(path: Path) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            if path.suffix == ".csv":
                yield from csv.DictReader(file)
                return
            rows = json.load(file) if path.suffix == ".json" else (json.loads(line) for line in file if line.strip())
            for row in rows:
                if not isinstance(row, dict):
                    raise SourceError(f"{path} holds {str(row)[:40]!r} where a row should be; give objects")
                yield row
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} can't be read as .jsonl, .json or .csv: {error}") from error
