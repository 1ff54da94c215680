"""The Challenger: writes the tasks of an iteration, and aims elsewhere once tasks have been solved.

A skill of the Challenger's names rules that its tasks are to need. The m-th task of an iteration follows the m-th
newest skill, of `CANDIDATES` drafts the one that needs most of what is aimed at; tasks beyond the skills are free. It
aims at what solved tasks don't need and what has come up least, and by merging at several such rules in one task: so
its tasks get ever more special, and the Reasoner that learns from them, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.problems.rules.books import Book
from tutelage.skills.attention import Skill
from tutelage.skills.edits import ADD, MERGE, Edit, free_name, merged
from tutelage.skills.tasks import Task
from tutelage.skills.words import aim, rules_of, short, titles
from tutelage.values import Problem
from tutelage.wording import wordings

CANDIDATES = 8
MERGES = 0.5


class Draft(NamedTuple):
    problem: Problem
    needs: tuple[str, ...]


def write(drafts: Iterator[Draft], finish: Callable[[Problem], Task | None], skills: Sequence[Skill],
          count: int) -> Iterator[tuple[Task, tuple[str, ...]]]:
    """So many tasks, each with the rules that it was meant to need; `finish` makes a task of a draft that makes one."""
    for number in range(count):
        rules = skills[-1 - number].rules if number < len(skills) else ()
        task: Task | None = None
        while task is None:
            some = list(islice(drafts, CANDIDATES if rules else 1))
            some.sort(key=lambda draft: -len(set(rules) & set(draft.needs)))
            task = next(filter(None, map(finish, [draft.problem for draft in some])), None)
        yield task, rules


def edits(draws: Draws, book: Book, skills: Sequence[Skill], solved: Sequence[Task],
          seen: Sequence[Task]) -> list[Edit]:
    """What it changes after an iteration in which these tasks were solved; `seen` are all tasks so far."""
    aimed = {rule for skill in skills for rule in skill.rules}
    open_ = [rule["id"] for rule in rules_of(book) if rule["id"] not in aimed]
    if not solved:
        return []
    settled = {rule for task in solved for rule in task.needs}
    met = Counter([rule for task in seen for rule in task.needs])
    if not open_:
        open_ = sorted({rule for skill in skills[:-1] for rule in skill.rules} - set(skills[-1].rules))
    if not open_:
        return []
    rule = min(open_, key=lambda one: (one in settled, met[one]))
    fields = {"rules": titles(book, [rule]), "settled": titles(book, sorted(settled)), "solved": str(len(solved))}
    why, style = wordings("skills/challenger").pick("why", draws, fields), draws.below(1 << 30)
    if skills and (rule in aimed or draws.chance(MERGES)):
        rules, _ = merged(skills[-1], rule, ())
        return [Edit(MERGE, skills[-1].name, aim(book, rules, style), why, rules)]
    return [Edit(ADD, free_name(f"aim-{short(book, rule)}", skills), aim(book, (rule,), style), why, (rule,))]
