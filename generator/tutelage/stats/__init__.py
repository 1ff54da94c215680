"""What is in a dataset, in numbers: rows, turns, acts, mistakes, lengths, trained share, repetition, drops.

Read from the episodes in batches; memory grows with the rows only by 8 bytes a distinct statement. Repetition of
sentences is measured on the first `SAMPLE` dialogues. Of recipes on problems that may lack something also: what the
looks of a prompt give away (`shallow.py`), and who asks (`asking.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tutelage.errors import StoreError
from tutelage.plan import Plan
from tutelage.recipes import tables_of
from tutelage.records.episode import loss_mask
from tutelage.records.tables import TABLES
from tutelage.stats import asking, attributes, ceiling, replay, shallow, votes
from tutelage.store import folder
from tutelage.store.splits import FAILURES
from tutelage.talk.acts import ATTEMPTS, HINT, QUESTIONS
from tutelage.values import Act, Turn

COLUMNS = ["arm", "family", "level", "structure", "student", "teacher", "n_turns", "solved_turn", "reward", "turns"]
LABELLED = {"item", "family", "prompt", "answerable"}
OWN_COLUMNS = [*sorted(LABELLED), "view", "mode", "style", "act", "first_suspicion_step", "steps_after"]
ASKED_LABEL = "isambig"  # the mode of which_question in which the label is what is asked for
NAMES = {True: "complete", False: "missing"}
SAMPLE = 20_000
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE = re.compile(r"(?<=[.?!:])\s+|\n+")


# what recipes with a table of their own are measured by: name, table, columns, and a function of the rows
OF_TABLES: tuple[tuple[str, str, list[str], Callable[[Iterator[dict[str, Any]]], dict[str, Any]]], ...] = (
    ("attributes", attributes.TABLE, attributes.COLUMNS, attributes.pass_rates),
    ("replay", replay.TABLE, replay.COLUMNS, replay.replay),
    ("ceilings", ceiling.TABLE, ceiling.COLUMNS, ceiling.ceilings),
    ("votes", votes.TABLE, votes.COLUMNS, votes.votes),
)


def stats(root: Path) -> dict[str, Any]:
    """The statistics of the dataset in the folder `root`, JSON-able. Shares are in 0..1; lengths in characters.

    Per arm: rewards, first attempts that were right, dialogues with a question. Over the main arm: families, levels,
    student turns, acts, mistakes, hint levels, lengths, share of trained characters, distinct statements, and the
    commonest sentence of each side (numbers aside) with the share of its side's turns that hold it. Over all arms of a
    recipe whose own table says what can be answered: `shallow.give_away`, `asking.Asking` and `asking.suspicion`.
    """
    manifest = folder.read_manifest(root)
    plan = Plan.from_json(manifest["identity"]["plan"])
    seen, asked = _Seen(plan.options.train_on), asking.Asking()
    for row in _rows(root, manifest, "episodes", COLUMNS):
        seen.add(row)
        asked.add(row["student"], row["turns"], row["reward"])
    return {
        "recipe": plan.recipe, "items": manifest["items"], "rows": manifest["rows"], "failed": manifest["failed"],
        "bytes": sum(file["bytes"] for file in manifest["files"]), **seen.summary(),
        "dropped": manifest["counts"].get("dropped", {}), "source": manifest["source"],
        **_own(root, manifest, tables_of(plan), asked),
        **{name: measure(_rows(root, manifest, table, columns)) for name, table, columns, measure in OF_TABLES
           if table in tables_of(plan)},
    }


def _own(root: Path, manifest: Mapping[str, Any], tables: Sequence[str], asked: asking.Asking) -> dict[str, Any]:
    """What is measured where a table of the recipe's own says which prompts can be answered; empty for others."""
    table = next((name for name in tables if set(TABLES[name].names) >= LABELLED), None)
    if table is None:
        return {}
    columns = [name for name in OWN_COLUMNS if name in TABLES[table].names]
    # modes that say by themselves what is wanted give nothing away
    rows = [row for row in _rows(root, manifest, table, columns) if row.get("mode", ASKED_LABEL) == ASKED_LABEL]
    # views of an item stand together, and families take turns: the first rows are like all others
    prompts = [shallow.Prompt(row["item"], row["family"], row.get("view") or NAMES[row["answerable"]], row["prompt"],
                              row["answerable"]) for row in rows[:shallow.MOST_PROMPTS]]
    found = {"shallow": shallow.give_away(prompts), "asking": asked.summary()}
    return {**found, "suspicion": asking.suspicion(rows)} if "steps_after" in columns else found


def _rows(root: Path, manifest: Mapping[str, Any], config: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of a config, failures left out. Raises StoreError for a file that can't be read."""
    for file in manifest["files"]:
        name, _, shard = file["path"].partition("/")
        if name != config or shard.partition("-")[0] == FAILURES:
            continue
        try:
            with pq.ParquetFile(root / file["path"]) as opened:
                for batch in opened.iter_batches(batch_size=500, columns=columns):
                    yield from batch.to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"{root / file['path']} can't be read; see what tutelage check says of it") from error


class _Seen:
    """Counts over the rows that have been added."""

    def __init__(self, train_on: str) -> None:
        self.train_on = train_on
        self.counts: dict[str, Counter[str]] = {}
        self.sums: Counter[str] = Counter()
        self.statements: set[bytes] = set()
        self.sentences: dict[str, Counter[bytes]] = {"teacher": Counter(), "student": Counter()}
        self.words: dict[bytes, str] = {}

    def count(self, kind: str, value: object) -> None:
        self.counts.setdefault(kind, Counter())[str(value)] += 1

    def add(self, row: dict[str, Any]) -> None:
        turns, arm = row["turns"], row["arm"] or "main"
        self.count("arms", arm)
        self.sums[f"reward {arm}"] += row["reward"]
        first = next((t for t in turns if t["act"] in ATTEMPTS), None)
        self.sums[f"first right {arm}"] += bool(first and first["correct"])
        self.sums[f"asks {arm}"] += any(t["act"] in QUESTIONS for t in turns)
        if row["arm"]:
            return
        for kind in ("family", "level", "student", "teacher"):
            self.count(kind, row[kind])
        self.count("student_turns", row["n_turns"])
        self.statements.add(blake2b(turns[0]["text"].encode(), digest_size=8).digest())
        self.count("structures", row["structure"])
        for index, turn in enumerate(turns):
            self._add_turn(turn, index)
        self._add_lengths(turns)

    def _add_turn(self, turn: dict[str, Any], index: int) -> None:
        self.count("acts", turn["act"])
        if turn["slip"]:
            self.count("slips", turn["slip"])
        if turn["level"] and turn["act"] == HINT:
            self.count("hint_levels", turn["level"])
        if index and self.counts["arms"]["main"] <= SAMPLE:
            self.sums[f"turns {turn['role']}"] += 1
            # a sentence counts once a turn, with its numbers taken out: what is left is the form that was filled in
            for sentence in {_NUMBER.sub("#", s) for s in _SENTENCE.split(turn["text"]) if len(s) > 12}:
                key = blake2b(sentence.encode(), digest_size=8).digest()
                self.sentences[turn["role"]][key] += 1
                self.words.setdefault(key, sentence)

    def _add_lengths(self, turns: list[dict[str, Any]]) -> None:
        plain = tuple(Turn(t["role"], Act(t["act"]), t["text"]) for t in turns)
        for turn, trained in zip(plain, loss_mask(plain, self.train_on), strict=True):
            self.sums["characters"] += len(turn.text)
            self.sums["trained characters"] += len(turn.text) * trained

    def summary(self) -> dict[str, Any]:
        main = self.counts.get("arms", Counter())["main"] or 1
        arms = {arm: {"rows": rows, "reward": round(self.sums[f"reward {arm}"] / rows, 4),
                      "first_attempt_right": round(self.sums[f"first right {arm}"] / rows, 4),
                      "with_question": round(self.sums[f"asks {arm}"] / rows, 4)}
                for arm, rows in sorted(self.counts.get("arms", Counter()).items())}
        kinds = ("family", "level", "student", "teacher", "student_turns", "acts", "slips", "hint_levels")
        return {
            "arms": arms,
            **{kind: dict(sorted(self.counts.get(kind, Counter()).items())) for kind in kinds},
            "structures": len(self.counts.get("structures", ())),
            "distinct_statements": round(len(self.statements) / main, 4),
            "characters_a_dialogue": round(self.sums["characters"] / main, 1),
            "trained_share": round(self.sums["trained characters"] / (self.sums["characters"] or 1), 4),
            "commonest_sentence": {role: self._commonest(role) for role in ("teacher", "student")},
        }

    def _commonest(self, role: str) -> dict[str, Any]:
        if not self.sentences[role]:
            return {"text": "", "share": 0.0}
        key, count = min(self.sentences[role].items(), key=lambda item: (-item[1], self.words[item[0]]))
        return {"text": self.words[key], "share": round(count / self.sums[f"turns {role}"], 4)}


def stats_text(found: Mapping[str, Any]) -> str:
    """The statistics as a page to read."""
    lines = [f"{found['recipe']}: {found['items']:,} items, {found['bytes'] / 1e6:.1f} MB, "
             f"{found['failed']:,} failures"]
    for key, rows in found["rows"].items():
        lines.append(f"  {key:<28} {rows:>9,} rows")
    for arm, each in found["arms"].items():
        lines.append(f"arm {arm}: {each['rows']:,} rows, reward {each['reward']:.3f}, first attempt right "
                     f"{each['first_attempt_right']:.3f}, with a question {each['with_question']:.3f}")
    for kind in ("family", "level", "student", "teacher", "student_turns", "acts", "slips", "hint_levels"):
        counts = found[kind]
        total = sum(counts.values()) or 1
        lines.append(f"{kind.replace('_', ' ')}: " + ", ".join(f"{name} {n / total:.1%}" for name, n in counts.items()))
    lines += [f"structures: {found['structures']:,}; distinct statements: {found['distinct_statements']:.2%}",
              f"characters a dialogue: {found['characters_a_dialogue']:.0f}; "
              f"trained share: {found['trained_share']:.1%}"]
    for role, common in found["commonest_sentence"].items():
        lines.append(f"commonest sentence of a {role}, in {common['share']:.1%} of turns: {common['text']!r}")
    if "shallow" in found:
        lines += [*shallow.lines(found["shallow"]), *asking.lines("student", found["asking"]),
                  *asking.lines("style", found.get("suspicion", {}))]
    lines += attributes.lines(found.get("attributes", {}))
    lines += asking.lines("arm", found.get("ceilings", {}))
    lines += asking.lines("round", found.get("votes", {}))
    lines.append("dropped: " + (", ".join(f"{reason} {n:,}" for reason, n in found["dropped"].items()) or "nothing"))
    return "\n".join(lines)
