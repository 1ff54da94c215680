"""Questions that a model wrote in place of its own wrong attempts (`q_priming` with a model as the student).

The draws are made again by their paths, attempt and question are read again in the state in which they stand, and what
a question may not hold is looked for in its words and numbers, without the audit that screened it. Up to the first
question both dialogues of a pair are the same, and so is what their rows of other tables say of those turns.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tutelage.checking.episodes import Again
from tutelage.checking.labels import unlike
from tutelage.draws import stream
from tutelage.online.hearing import hear
from tutelage.online.scene import Scene
from tutelage.plan import Plan
from tutelage.problems.reading.answers import mentions, numbers_in
from tutelage.recipes.q_priming import P
from tutelage.records.episode import Injection
from tutelage.talk.acts import ANSWER_RULE, ASK, ATTEMPTS, CHECK, CONFIRM, HINT, QUESTIONS
from tutelage.values import Turn

Row = dict[str, Any]
RECIPE, PLAIN, MODEL = "q_priming", "plain", "model"
KIND = "injection"


def injection_faults(row: Row, scene: Scene, due: Sequence[Turn], plan: Plan) -> Iterator[tuple[str, str]]:
    """The faults of an episode's injections as (kind, what); `due` are its turns as they were said again."""
    if row["student"] != MODEL:
        return
    try:
        injections = injections_of(row)
    except (ValueError, TypeError) as error:
        yield KIND, f"the injections can't be read: {error}"
        return
    if (primed := plan.recipe == RECIPE and not row["arm"]) != bool(injections):
        yield KIND, f"{len(injections)} injections in the arm {row['arm'] or 'main'!r} of {plan.recipe}"
    if not primed:
        return
    if any(one.turn >= other.turn for one, other in pairwise(injections)):
        yield KIND, f"the turns {[each.turn for each in injections]} are in no order"
    numbers = range(plan.live.group) if plan.live is not None else range(0)
    if not any(_drawn(row, injections, number) for number in numbers):
        yield KIND, f"the draws {[each.draw for each in injections]} are those of no dialogue of the group"
    for each in injections:
        if not 1 <= each.turn < min(plan.options.max_turns, len(due) // 2):
            yield KIND, f"turn {each.turn} is the last, or none"
            continue
        if each.p != P**each.turn or each.draw >= each.p:
            yield KIND, f"p {each.p}, draw {each.draw} at turn {each.turn}"
        for what in _one_faults(each, scene, due):
            yield KIND, f"turn {each.turn} {what}"


def injections_of(row: Row) -> list[Injection]:
    """The injections of an episode's row. Raises ValueError or TypeError for text that was not written as such."""
    found = [Injection(**each) for each in json.loads(row["private"]["injections"])]
    for turn, p, draw, replaced, answer, gain in found:
        if not (isinstance(turn, int) and isinstance(replaced, str) and isinstance(answer, str)
                and all(isinstance(number, int | float) for number in (p, draw, gain))):
            raise TypeError(f"{turn!r}, {p!r}, {draw!r}, {gain!r} are not a turn, p, a draw and bits")
    return found


def _drawn(row: Row, injections: Sequence[Injection], number: int) -> bool:
    """Whether the draws are those of dialogue `number` of the item's group."""
    return all(each.draw == stream(row["seed"], "priming", row["recipe"], row["item"], number, each.turn).random()
               for each in injections)


def number_faults(row: Row, episode: Row) -> Iterator[tuple[str, str]]:
    """Whether an episode's injections were drawn for the dialogue that its row of `rollouts` names."""
    if episode["student"] != MODEL:
        return
    try:
        injections = injections_of(episode)
    except (ValueError, TypeError):
        return  # `injection_faults` says so
    if not _drawn(episode, injections, row["number"]):
        yield "row", f"the draws of the injections are not those of dialogue {row['number']}"
    if any(row["thoughts"][each.turn - 1 : each.turn] != [""] for each in injections):
        yield "row", "has thoughts of a question, which know the answer"


def _one_faults(each: Injection, scene: Scene, due: Sequence[Turn]) -> Iterator[str]:
    place = 2 * each.turn - 1
    before, asked, reply = due[:place], due[place], due[place + 1]
    heard = hear(scene, before, each.replaced)
    if heard.act.kind not in ATTEMPTS or heard.correct or heard.act.answer != each.replaced_answer:
        yield f"stands for {each.replaced[:60]!r}, which is no wrong attempt with the answer {each.replaced_answer!r}"
    if asked.act.kind not in QUESTIONS or not (asked.act.kind == CHECK or hear(scene, before, asked.text).asks):
        yield f"is no question: {asked.text[:60]!r}"
    right = scene.case.right
    if mentions(scene.kind, right.value, asked.text, scene.options):
        yield f"holds the answer {right.answer!r}"
    known = [each.replaced, *[turn.text for turn in before]]
    results = {number for step in right.steps for number in numbers_in(step.value)}
    given = sorted(number for number in results.intersection(numbers_in(asked.text)) if not _stands(number, known))
    if given:
        yield f"holds {', '.join(map(str, given))}, a result of the right work that nobody has found yet"
    gain = asked.ig_bits if asked.act.kind == ASK else float(reply.act.kind in (ANSWER_RULE, HINT, CONFIRM))
    if abs(gain - each.gain_bits) > 1e-5:
        yield f"has brought {each.gain_bits} bits, said again {gain}"


def _stands(number: Fraction, texts: Sequence[str]) -> bool:
    """Whether a number stands in one of the texts, as a number or as these very digits."""
    digits = re.compile(rf"(?<!\d){re.escape(str(number))}(?!\d)")
    return any(number in numbers_in(text) or digits.search(text) for text in texts)


def pair_faults(rows: Iterable[Row], plan: Plan) -> Iterator[tuple[int, str]]:
    """The faults that only all kept episodes of a file together show, as (place, what): both arms of a pair are there,
    one behind the other, and the plain one says what the question of the other stands for."""
    if plan.live is None or not plan.live.student or plan.recipe != RECIPE:
        return
    items = defaultdict[int, list[tuple[int, Row]]](list)
    for place, row in enumerate(rows):
        items[row["item"]].append((place, row))
    for item, some in items.items():
        arms = [row["arm"] for _, row in some]
        if arms != ["", PLAIN] * (len(some) // 2):
            yield some[0][0], f"item {item} has the arms {[arm or 'main' for arm in arms]}, and no pairs"
            continue
        for (place, one), (_, other) in zip(some[::2], some[1::2], strict=True):
            if not _twins(one, other):
                yield place, f"is no twin of the plain dialogue {other['id']} behind it"


class Pairs:
    """Checks the rows of both arms of a pair against each other, in the order of a file's episodes."""

    def __init__(self, plan: Plan) -> None:
        self.main: tuple[Mapping[str, Row], Row] | None = None  # the episode before, if it is a main arm, and its rows

    def __call__(self, rows: Mapping[str, Row], episode: Row, found: Again,
                 notes: set[str]) -> Iterator[tuple[str, str, str]]:
        """The faults of a plain dialogue's rows by those of the primed one before it, as (config, kind, what)."""
        main, self.main = self.main, None if episode["arm"] else (rows, episode)
        if main is None or not episode["arm"] or main[1]["item"] != episode["item"]:
            return  # `pair_faults` says so
        try:
            first = injections_of(main[1])[0]
        except (ValueError, TypeError, IndexError):
            return  # `injection_faults` says so
        for config in sorted(set(rows).intersection(main[0])):
            one, other = (_shared(each, first.turn - 1) for each in (main[0][config], rows[config]))
            yield from [(config, kind, f"unlike its twin's: {what}") for kind, what in unlike(other, one)]


def _shared(row: Row, turns: int) -> Row:
    """What a row of `rollouts` or `teaching` says of the pair and of its first `turns` student turns."""
    pair = {name: row[name] for name in ("number", "group", "model") if name in row}
    return pair | {name: row[name][:turns] for name in ("thoughts", "finish", "stands", "refused") if name in row}


def _twins(one: Row, other: Row) -> bool:
    """Whether two dialogues are the same up to the first injection, where the plain one says what is put off."""
    try:
        first = injections_of(one)[0]
    except (ValueError, TypeError, IndexError):
        return True  # `injection_faults` says so
    said, place = [[turn["text"] for turn in row["turns"]] for row in (one, other)], 2 * first.turn - 1
    return said[1][: place + 1] == [*said[0][:place], first.replaced]
