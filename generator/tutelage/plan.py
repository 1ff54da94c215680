"""The plan of a build: everything that decides the bytes of a dataset, and nothing that doesn't (no worker count).

    >>> Plan("sml", rows=20_000, seed=7).command()
    'tutelage build sml --rows 20000 --seed 7'

Two builds of one plan are the same dataset; a plan is stored in the manifest and says how to make it again.
"""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass, fields
from typing import Any

from tutelage.errors import UsageError

KEEP = ("paper", "strict")
TRAIN_ON = ("all", "questions_and_final", "final")
ASK_AT = ("slot", "first")
SPLIT = ("evaluation", "train")
LIVE_BOUNDS = {"group": (1, 1_000), "temperature": (0, 10), "top_p": (0, 1), "reply_tokens": (1, 1_000_000)}
BOUNDS = {"max_turns": (1, 20), "window": (1, 5), "siblings": (2, 50), "iterations": (1, 20), "tasks": (1, 50)}
MOST_HIDDEN = 3  # an analysis enumerates the values of what is hidden
MOST_ROWS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user may have an opinion on, beyond recipe, rows and seed. Empty tuples mean: all, in their usual mix."""

    families: tuple[str, ...] = ()
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    source: str = ""  # "gsm8k:PATH", a table's path or a Hub id; "" draws from the families
    students: tuple[str, ...] = ()
    teachers: tuple[str, ...] = ()
    max_turns: int = 4  # student turns, N of the paper
    keep: str = "paper"  # paper: reward 1. strict: also at least two student turns
    train_on: str = "all"  # which student turns carry the loss
    ask_at: str = "slot"  # q_priming: where the question is put
    k: tuple[int, ...] = (1, 2, 3)  # proactive: how many premises are hidden
    window: int = 3  # collaborative: questions ahead that a turn's value looks
    siblings: int = 10  # best_questions: conversations about a problem; self_play: answers to one
    attributes: tuple[str, ...] = ()  # question_attributes: those that pairs differ in
    iterations: int = 5  # skills, self_play: rounds of a run
    tasks: int = 5  # skills, self_play: tasks of a round
    reward: str = ""  # self_play: what the proposer is paid; "" is the recipe's usual one
    split: str = "evaluation"  # of recipes made for evaluation: structures of no training split, or those of "train"
    holdout_families: tuple[str, ...] = ()  # go to the split "heldout"
    holdout_levels: tuple[int, ...] = ()


ROLES = ("student", "teacher", "reword", "judge")  # what a real model can be


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Real models in roles of each item, by name, and how they are asked. None leaves a field to its server.

    Where a model runs does not decide what it says, so its address is no part of it.
    """

    student: str = ""  # "": the students of the recipe
    teacher: str = ""  # "": the exact teacher, or user
    reword: str = ""  # who puts exact dialogues into other words; "": they stay as they are
    judge: str = ""  # who looks for leaks in a model teacher's words, beside the exact audit; "": nobody
    group: int = 1  # dialogues an item
    temperature: float | None = None
    top_p: float | None = None
    reply_tokens: int | None = None  # of one reply

    def __post_init__(self) -> None:
        for name, (least, most) in LIVE_BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise UsageError(f"{name}={value} is not in {least}..{most}")
        if self.teacher and not self.student:
            raise UsageError("a model as the teacher needs a model as the student; give --student URL, or have exact "
                             "dialogues put into other words with --reword URL")
        if self.judge and not self.teacher:
            raise UsageError("a judge looks for leaks in the words of a model as the teacher; give --teacher URL, too")
        if self.reword and self.student:
            raise UsageError("only exact dialogues are put into other words; give either --student or --reword")


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe, a number of rows, a seed, options. `rows` counts items: problems, each with all arms of the recipe."""

    recipe: str
    rows: int
    seed: int = 0
    options: Options = Options()
    live: Live | None = None  # None: no model takes part

    def __post_init__(self) -> None:
        if not 1 <= self.rows <= MOST_ROWS:
            raise UsageError(f"rows={self.rows} is not in 1..{MOST_ROWS}")
        if not 0 <= self.seed < 1 << 63:
            raise UsageError(f"seed={self.seed} is not in 0..2**63-1")
        for name, (least, most) in BOUNDS.items():
            if not least <= getattr(self.options, name) <= most:
                raise UsageError(f"{name}={getattr(self.options, name)} is not in {least}..{most}")
        for name, known in (("keep", KEEP), ("train_on", TRAIN_ON), ("ask_at", ASK_AT),
                            ("split", SPLIT)):
            if getattr(self.options, name) not in known:
                raise UsageError(f"{name}={getattr(self.options, name)!r} is not one of {', '.join(known)}")
        for k in self.options.k:
            if not 1 <= k <= MOST_HIDDEN:
                raise UsageError(f"k={k} is not in 1..{MOST_HIDDEN}")
        for level in (*self.options.levels, *self.options.holdout_levels):
            if level not in (1, 2, 3, 4, 5):
                raise UsageError(f"level={level} is not in 1..5")
        if not self.options.k:
            raise UsageError(f"no k is left; give at least one of 1..{MOST_HIDDEN}")
        if not self.options.levels:
            raise UsageError("no level is left to draw from; give at least one of 1..5")

    @property
    def shard_rows(self) -> int:
        """Items in a shard: about ten shards, of 2,000 to 50,000 items (with a real model 50 to 1,000, since they take
        their time); part of the dataset's identity."""
        least, most = (2_000, 50_000) if self.live is None else (50, 1_000)
        return max(least, min(most, -(-self.rows // 10)))

    @property
    def shards(self) -> int:
        return -(-self.rows // self.shard_rows)

    def to_json(self) -> dict[str, Any]:
        return {"recipe": self.recipe, "rows": self.rows, "seed": self.seed,
                "options": {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self.options).items()},
                **({"live": asdict(self.live)} if self.live is not None else {})}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        options: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data["options"].items()}
        return cls(data["recipe"], data["rows"], data["seed"], Options(**options),
                   Live(**data["live"]) if "live" in data else None)

    def command(self) -> str:
        """The command line that makes this dataset again (in `outputs/<recipe>`, unless `--out` is added)."""
        words = ["tutelage", "build", self.recipe, "--rows", str(self.rows), "--seed", str(self.seed)]
        default = Options()
        for field in fields(Options):
            value = getattr(self.options, field.name)
            if value == getattr(default, field.name):
                continue
            option = f"--{field.name.replace('_', '-')}"
            words += [option, ",".join(map(str, value)) if isinstance(value, tuple) else str(value)]
        if self.live is not None:
            for field in fields(Live):
                if (value := getattr(self.live, field.name)) == field.default:
                    continue
                option = f"--{field.name.replace('_', '-')}"
                words += [option, "URL", f"{option}-model", value] if field.name in ROLES else [option, str(value)]
        return shlex.join(words)
