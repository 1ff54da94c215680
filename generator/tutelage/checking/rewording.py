"""Exact dialogues that a model has put into other words: they are made again from the plan, and each turn is judged.

What is typed must be that of the exact dialogue, in every column, and pass the same checks as any dialogue; each turn
whose words are others must be accepted again, in the context of the new words before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tutelage.checking.episodes import Again, played_faults
from tutelage.checking.labels import Faults, Row, unlike
from tutelage.errors import RunnerUnavailable, TutelageError
from tutelage.online.acceptance import TRIES
from tutelage.online.exact import exact_item, scene_of
from tutelage.online.rehearing import refused_rewording
from tutelage.plan import Plan
from tutelage.records.episode import Episode
from tutelage.records.rewordings import TABLE


def reworded_faults(row: Row, found: Again, plan: Plan, notes: set[str]) -> Faults:
    """The faults of the turns of an episode in other words, as (kind, what)."""
    try:
        exact = exact_of(row, found, plan)
    except TutelageError as error:
        yield "problem", f"item {row['item']} can't be made again: {error}"
        return
    if exact is None:
        yield "turns", f"no exact dialogue of item {row['item']}, arm {row['arm'] or 'main'}, has these acts"
        return
    if exact.dialogue.case != found.case:
        yield "problem", f"is not that of item {row['item']}"
        return
    old = exact.dialogue.turns
    same = {**row, "turns": [{**said, "text": turn.text} for said, turn in zip(row["turns"], old, strict=True)]}
    typed = [turn._replace(text=other.text) for turn, other in zip(found.turns, old, strict=True)]
    yield from played_faults(same, found._replace(turns=typed), plan, notes)
    try:
        for index, why in _refused(exact, found, plan):
            one, other = found.turns[index].text, old[index].text
            yield "reworded", f"turn {index} ({why}): {one[:80]!r} for {other[:80]!r}"
    except RunnerUnavailable as error:
        notes.add(f"programs were not run: {error}")


def _refused(exact: Episode, found: Again, plan: Plan) -> list[tuple[int, str]]:
    """The turns whose other words can't stand, and why. Raises RunnerUnavailable for programs."""
    scene = scene_of(replace(plan, live=None), exact)
    judged = [(index, refused_rewording(scene, found.turns[:index], old, turn.text) if index else "statement")
              for index, (turn, old) in enumerate(zip(found.turns, exact.dialogue.turns, strict=True))
              if turn.text != old.text]
    return [(index, why) for index, why in judged if why]


def exact_of(row: Row, found: Again, plan: Plan) -> Episode | None:
    """The exact dialogue that was put into other words; None where none has its acts. Of several of an arm that have
    them it is the one that fits the words best. Raises as a build does."""
    result = exact_item(replace(plan, live=None), row["item"])
    acts = [(turn.role, turn.act, turn.correct) for turn in found.turns]
    alike = [each for each in (*result.kept, *result.failed) if each.arm == row["arm"]
             and [(turn.role, turn.act, turn.correct) for turn in each.dialogue.turns] == acts]
    return min(alike, key=lambda each: len(_refused(each, found, plan))) if len(alike) > 1 else next(iter(alike), None)


def rewording_faults(row: Row, episode: Row, found: Again, notes: set[str]) -> Faults:
    """The faults of a row of `records.rewordings` by itself; what a server counted can't be derived again."""
    yield from unlike(row, {name: episode[name] for name in ("id", "item", "arm")})
    if not len(row["stands"]) == len(row["refused"]) == len(found.turns):
        yield "row", f"{len(row['stands'])} turns, the episode has {len(found.turns)}"
    for index, (stands, refused) in enumerate(zip(row["stands"], row["refused"], strict=False)):
        if len(refused) not in ((stands - 1,) if 0 < stands <= TRIES else (0, TRIES) if stands == 0 else ()):
            yield "row", f"turn {index}: reply {stands} stands, {len(refused)} were refused"


def together(plan: Plan) -> Callable[[Mapping[str, Row], Row, Again, set[str]], Iterator[tuple[str, str, str]]]:
    """The faults of an episode and its row: which turns have other words."""

    def faults(rows: Mapping[str, Row], episode: Row, found: Again, notes: set[str]) -> Iterator[tuple[str, str, str]]:
        try:
            exact = exact_of(episode, found, plan)
        except TutelageError:
            return  # `reworded_faults` says so
        for index, stands in enumerate(rows[TABLE]["stands"] if exact is not None else ()):
            if exact is not None and index < len(found.turns) and (stands > 0) != (
                    found.turns[index].text != exact.dialogue.turns[index].text):
                yield TABLE, "row", f"turn {index} has {'the old' if stands else 'other'} words, reply {stands} stands"

    return faults
