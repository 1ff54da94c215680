"""`skill_edits`, `skill_judging` and `skill_versions`: what can be learned from the log of self-play. From `skills`.

*skill_edits*: the rulebook, one side's skills and the results that concern it (failures the Reasoner, successes the
Challenger), and as completion the edits that were made. They are what the simulated sides did, good or not;
`gain` is what became of the true rate by the Reasoner's.
*skill_judging*: a task, an answer and the requirements, and as completion the verdict, which is exact.
*skill_versions*: two successive skill sets, and which of them has the higher true rate; sets of equal rate make no row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

import pyarrow as pa

from tutelage.records.trainers.columns import MSGS, Given
from tutelage.wording import wordings

EDITS = pa.schema([
    ("id", pa.string()),  # that of the row, "-", the side
    ("prompt", MSGS),  # one message of the user
    ("completion", MSGS),  # JSON list of edits
    ("gain", pa.float32()),  # change of the true rate by the Reasoner's edits; 0 of the Challenger's
    ("meta", pa.string()),  # JSON: context_id, iteration, side
])
JUDGING = pa.schema([
    ("id", pa.string()),  # that of the row, "-", the number of the task
    ("prompt", MSGS),
    ("completion", MSGS),  # JSON: requirement_status, judge_score, judge_rationale
    ("label", pa.bool_()),  # whether the task is solved
    ("meta", pa.string()),  # JSON: context_id, iteration, task_idx
])
VERSIONS = pa.schema([
    ("id", pa.string()),
    ("prompt", MSGS),
    ("completion", MSGS),  # A or B
    ("label", pa.string()),  # A or B
    ("margin", pa.float32()),  # the better set's true rate, less the other's
    ("meta", pa.string()),  # JSON: context_id, iteration
])
EDIT_COLUMNS = ("id", "context_id", "iteration", "context", "budget", "task_results", "reasoner_before",
                "challenger_before", "reasoner_edits", "challenger_edits", "heldout")
JUDGING_COLUMNS = ("id", "context_id", "iteration", "task_results")
VERSION_COLUMNS = ("id", "context_id", "iteration", "context", "budget", "reasoner_before", "reasoner_after", "heldout")
LOGGED = ("op", "target", "description", "justification")
_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode
Row = Mapping[str, Any]


def skill_edits(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    return _rows([made for row in batch.to_pylist() for made in _edits(row)], EDITS)


def skill_judging(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    return _rows([_verdict(row, result) for row in batch.to_pylist() for result in row["task_results"]], JUDGING)


def skill_versions(batch: pa.RecordBatch, given: Given) -> pa.RecordBatch:
    return _rows([_choice(row) for row in batch.to_pylist() if row["heldout"][-1] != row["heldout"][-2]], VERSIONS)


def _edits(row: Row) -> Iterator[dict[str, Any]]:
    for side, score in (("reasoner", 0), ("challenger", 1)):
        edits, name = row[f"{side}_edits"], f"{row['id']}-{side}"
        if not edits:
            continue
        results = [result for result in row["task_results"] if result["judge_score"] == score]
        parts = [_say(name, f"{side}_edits", budget=str(row["budget"])), f"{_say(name, 'rulebook')}\n{row['context']}",
                 _skills(name, row[f"{side}_before"]), _say(name, "results"),
                 *[_result(name, result) for result in results], _say(name, "edit_form")]
        gain = row["heldout"][-1] - row["heldout"][-2] if side == "reasoner" else 0.0
        yield {"id": name, "prompt": _message("user", "\n\n".join(parts)), "gain": gain,
               "completion": _message("assistant", _ENCODE([{key: edit[key] for key in LOGGED} for edit in edits])),
               "meta": _meta(row, side=side)}


def _verdict(row: Row, result: Row) -> dict[str, Any]:
    name = f"{row['id']}-{result['task_idx']}"
    # a line that has to stand there is one way to meet a requirement among several; the answer is the only one
    listed = "\n".join([f"{number}. {rubric['requirement']}{'' if rubric['rule'] else ' (' + rubric['expected'] + ')'}"
                        for number, rubric in enumerate(result["rubrics"], start=1)])
    parts = [_say(name, "judge"), result["statement"], f"{_say(name, 'answer')}\n{result['answer']}",
             f"{_say(name, 'requirements')}\n{listed}", _say(name, "judge_form")]
    said = {key: result[key] for key in ("requirement_status", "judge_score", "judge_rationale")}
    return {"id": name, "prompt": _message("user", "\n\n".join(parts)),
            "completion": _message("assistant", _ENCODE(said)), "label": bool(result["judge_score"]),
            "meta": _meta(row, task_idx=result["task_idx"])}


def _choice(row: Row) -> dict[str, Any]:
    """The older set is A or B by the row's id, so that the letter tells nothing."""
    name, before, after = row["id"], row["heldout"][-2], row["heldout"][-1]
    sets = {"before": row["reasoner_before"], "after": row["reasoner_after"]}
    letters = dict(zip(("before", "after") if crc32(name.encode()) % 2 else ("after", "before"), "AB", strict=True))
    parts = [_say(name, "versions", budget=str(row["budget"])), f"{_say(name, 'rulebook')}\n{row['context']}",
             *[_set(name, sets[which], letter) for which, letter in letters.items()]]
    label = letters["after" if after > before else "before"]
    return {"id": name, "prompt": _message("user", "\n\n".join(parts)), "completion": _message("assistant", label),
            "label": label, "margin": abs(after - before), "meta": _meta(row)}


def _skills(name: str, skills: Sequence[Row]) -> str:
    return f"{_say(name, 'skills')}\n{_listed(skills)}" if skills else _say(name, "no_skills")


def _set(name: str, skills: Sequence[Row], letter: str) -> str:
    if not skills:
        return _say(name, "empty_set", letter=letter)
    return f"{_say(name, 'set', letter=letter)}\n{_listed(skills)}"


def _listed(skills: Sequence[Row]) -> str:
    return "\n".join([f"- {skill['name']}: {skill['description']}" for skill in skills])


def _result(name: str, result: Row) -> str:
    return "\n".join([_say(name, "task", number=str(result["task_idx"] + 1)), result["question"],
                      _say(name, "answer"), result["answer"], result["judge_rationale"]])


def _say(name: str, key: str, **fields: str) -> str:
    return wordings("skills/views").choose(key, crc32(name.encode()), fields)


def _message(role: str, content: str) -> list[dict[str, str]]:
    return [{"role": role, "content": content}]


def _meta(row: Row, **more: Any) -> str:
    return _ENCODE({"context_id": row["context_id"], "iteration": row["iteration"], **more})


def _rows(rows: Sequence[Row], schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([row[field.name] for row in rows], field.type) for field in schema],
                                      schema=schema)
