"""What the models learn from and what they are tested on: rows that `tutelage` exports, views that it makes.

The wordings are narrowed to one a section, a few lines of work are put as the calculator writes them, and work goes on
in the words in which it begins (`narrow_templates`), so that models of a quarter million parameters learn the language
in minutes. Nothing else is touched: rows are read from the Parquet of `sft`, as anyone would.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tutelage.draws import stream
from tutelage.plan import Options
from tutelage.problems.family import all_names
from tutelage.problems.knowledge.part_facts import plural
from tutelage.recipes.recipe import Item
from tutelage.recipes.underspecified import in_split, pick_hidden
from tutelage.talk.case import Case, View
from tutelage.wording import templates_dir, wordings

_QUESTION, _WORD = re.compile(r"[^.?!\n]*\?"), re.compile(r"[^\W\d_]+")
_REST = "{{ e }} = {{ times }}{% if rest %} rest {{ rest }}{% endif %}"
_UP = _REST.replace("{% endif %}", ", and {{ times }} + 1 = {{ r }}{% endif %}")
OWN: Mapping[str, Mapping[str, str]] = {"student/again": {
    "go_on": "Let me work it out.",  # as in a first turn
}, "problems/word_problem": {
    "n.packs": _REST + ", so {{ r }} {{ items }}.",
    "n.left_over": _REST + ", so {{ r }} {{ items }}.",
    "n.loads": _UP + ", so {{ r }} {{ items }}.",
    "n.trips": _UP + ", so {{ r }} {{ items }}.",
    "n.taken": "{{ e }} = {{ r }} {{ items }} {{ vp }}.",
}}


def narrow_templates(folder: Path) -> None:
    """Writes our templates to `folder` with the first untagged wording of each section alone."""
    root = templates_dir()
    for path in sorted(root.rglob("*.j2")):
        name = path.relative_to(root).with_suffix("").as_posix()
        lines = [f"{{# The wordings of {name}, narrowed. #}}"]
        for key, options in wordings(name).sections.items():
            source = OWN.get(name, {}).get(key) or next((o for o in options if not o.tags), options[0]).source
            lines += [f"[{key}]", source.replace("\n", "\\\n")]
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def exported(folder: Path, split: str = "train", arm: str = "") -> list[dict[str, Any]]:
    """The rows of a split of `sft`, or of `sft_<arm>`, in the order of the shards."""
    paths = sorted((folder / (f"sft_{arm}" if arm else "sft")).glob(f"{split}-*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def asks_for(messages: Iterable[Mapping[str, Any]], kinds: Collection[str]) -> bool:
    """Whether the student asks how many of one of these kinds something has ("Legs of a spider: how many?")."""
    asked = [words for message in messages if message["role"] == "assistant"
             for sentence in _QUESTION.findall(message["content"]) for words in _WORD.findall(sentence.lower())]
    return any(plural(kind) in asked for kind in kinds)


@lru_cache(maxsize=8)  # the models of a seed are tested on the same
def views(options: Options, count: int, k: int, seed: int, kinds: tuple[str, ...] = (), *,
          new: bool = False) -> tuple[Case, ...]:
    """`count` problems of structures that no training split holds, with k needed premises hidden (0: complete ones).

    With one seed, the problems of two k are the same, but for those that have too few premises for the larger k. What
    is hidden is never how many of these `kinds` something has; or, `new`, nothing but that.
    """
    made = list[Case]()
    options = replace(options, split="evaluation")
    number = 0
    while len(made) < count:
        draws = stream(seed, "effect", number)
        item = Item("effect", seed, number, draws, options, ())
        number += 1
        facts = in_split(item, lambda facts: len(facts.needed) >= max(1, k))
        hidden = pick_hidden(facts, draws, k) if facts else None
        if facts is None or hidden is None or any((name.split("_")[-1] in kinds) != new for name in hidden):
            continue
        names = all_names(facts.posed.problem) - set(hidden)
        made.append(Case(facts.posed.family, facts.posed.problem, facts.work, names, (),
                         View("missing" if k else "complete")))
    return tuple(made)
