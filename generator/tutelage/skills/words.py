"""The words of skills: what a rule is called, what advice about it says, what a Challenger sets itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tutelage.problems.rules.books import Book
from tutelage.problems.rules.signs import SIGNS
from tutelage.problems.rules.telling import BEHIND
from tutelage.wording import wordings

TITLED = ("operator", "exception")  # kinds of rule that are about one sign
NAMED = BEHIND  # what stands behind a sign's name in the id of its exception
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def pack_book(book: Book) -> str:
    """A rulebook as compact JSON."""
    return _ENCODE(book)


def book_text(book: Book) -> str:
    """The rulebook in words, a line a rule."""
    return "\n".join([f"- {rule['sentence']}" for rule in rules_of(book)])


def rules_of(book: Book) -> Sequence[Mapping[str, Any]]:
    rules: Sequence[Mapping[str, Any]] = book["rules"]
    return rules


def kinds_of(book: Book) -> dict[str, str]:
    return {rule["id"]: rule["kind"] for rule in rules_of(book)}


def sentence(book: Book, name: str) -> str:
    return next(str(rule["sentence"]) for rule in rules_of(book) if rule["id"] == name)


def title(book: Book, name: str) -> str:
    """What a rule is called in running text."""
    kind = kinds_of(book)[name]
    return wordings("skills/rules").choose(f"title.{kind}", 0, _fields(kind, name))


def short(book: Book, name: str) -> str:
    """The name of a skill about a rule: its kind, and its sign where it's about one."""
    kind = kinds_of(book)[name]
    return f"{kind}-{subject(name)}" if kind in TITLED else kind


def subject(name: str) -> str:
    """What a rule is about: the sign, of its exception too; else itself."""
    return name.removesuffix(NAMED)


def requirement(book: Book, name: str, style: int) -> str:
    """What an answer has to meet for a rule; for "", that it's right."""
    kind = kinds_of(book).get(name, "answer")
    return wordings("skills/rules").choose(f"requirement.{kind}", style, _fields(kind, name))


def _fields(kind: str, name: str) -> dict[str, str]:
    if kind not in TITLED:
        return {}
    sign = subject(name)
    return {"name": sign, "sign": SIGNS[sign]}


def titles(book: Book, names: Sequence[str]) -> str:
    """Several rules in running text."""
    said = [title(book, name) for name in names]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


def advice(book: Book, rules: Sequence[str], when: Sequence[str], style: int) -> str:
    """What a skill of the Reasoner says; `style` picks the wordings."""
    bank, kinds = wordings("skills/reasoner"), kinds_of(book)
    parts = [bank.choose("when", style, {"rules": titles(book, when)})] if when else []
    parts += [bank.choose(kinds[rule], style + number, {**_fields(kinds[rule], rule), "sentence": sentence(book, rule)})
              for number, rule in enumerate(rules)]
    return " ".join(parts)


def aim(book: Book, rules: Sequence[str], style: int) -> str:
    """What a skill of the Challenger says."""
    key = "one" if len(rules) == 1 else "several"
    return wordings("skills/challenger").choose(key, style, {"rules": titles(book, rules)})
