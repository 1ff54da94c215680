"""Edits of a skill set: {op, target, description, justification}, as Ctx2Skill logs them, and what they come to.

*add* puts a skill behind the others. *merge* takes the skill `target` out and puts it back as the newest one, with
what it said before and what is new in one text; of more than `MOST_MERGED` rules the oldest are lost on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tutelage.skills.attention import Skill

ADD, MERGE = "add", "merge"
OPS = (ADD, MERGE)
MOST_MERGED = 3


class Edit(NamedTuple):
    op: str
    target: str  # name of the skill that is added, or merged into
    description: str  # its whole text afterwards
    justification: str  # what the edit was made for
    rules: tuple[str, ...]  # what the text is about afterwards
    when: tuple[str, ...] = ()

    @property
    def skill(self) -> Skill:
        return Skill(self.target, self.description, self.rules, self.when)


def applied(skills: Sequence[Skill], edits: Iterable[Edit]) -> tuple[Skill, ...]:
    """The skill set after the edits, in their order. Raises ValueError for an edit that can't be made."""
    made = {skill.name: skill for skill in skills}
    for edit in edits:
        if edit.op not in OPS:
            raise ValueError(f"edit {edit.op!r} is not one of {', '.join(OPS)}")
        if (edit.target in made) != (edit.op == MERGE):
            raise ValueError(f"{edit.op} {edit.target!r}: a skill of that name "
                             f"{'is there already' if edit.op == ADD else 'is not there'}")
        made.pop(edit.target, None)
        made[edit.target] = edit.skill
    return tuple(made.values())


def merged(skill: Skill, rule: str, when: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a skill is about once a rule has been merged into it: its rules, and the circumstances of all of them."""
    rules = (*[one for one in skill.rules if one != rule], rule)[-MOST_MERGED:]
    return rules, tuple(sorted({*skill.when, *when} - set(rules)))


def free_name(name: str, skills: Sequence[Skill]) -> str:
    """The name, or the first of name-2, name-3, … that no skill has."""
    taken, number = {skill.name for skill in skills}, 2
    if name not in taken:
        return name
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
