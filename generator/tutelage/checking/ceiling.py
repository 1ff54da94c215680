"""Rows of the recipe ceiling: every prompt again, and every figure by going through all completions.

Nothing of what made the rows is called: completions are solved one by one, the expectation over what is told in part is
taken over each true completion and each other value, and a statement is posed again with other hidden values, since
one that changes with them gives something away.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from tutelage.checking.episodes import Again
from tutelage.checking.labels import Row, completions, entropy, unlike
from tutelage.errors import NoAnswer
from tutelage.problems.family import Family, all_names, from_json, structure_hash, unpack
from tutelage.problems.reading.answers import numbers_in
from tutelage.records.episode import content_id
from tutelage.values import Problem, Value

RowFaults = Iterator[tuple[int, str, str]]
Faults = Iterator[tuple[str, str]]
EPISODES = {"ask": "", "full": "full"}  # arms whose rows don't come with the bare episode
UNTOLD = ("bare", "paraphrased", "few_shot", "irrelevant")
SAMPLE = 40  # completions that a hint is tried on


class View(NamedTuple):
    """A bare prompt, and all that it leaves open."""

    family: Family
    problem: Problem
    hidden: tuple[str, ...]
    found: Sequence[tuple[tuple[Value, ...], Value]]  # completions with their answers

    @property
    def known(self) -> frozenset[str]:
        return all_names(self.problem) - set(self.hidden)

    def statement(self) -> str:
        return self.family.state(self.problem, self.known)

    def among(self, name: str, values: Sequence[Value]) -> list[Value]:
        """The answers of the completions in which a quantity has one of these values."""
        at = self.hidden.index(name)
        return [answer for choice, answer in self.found if choice[at] in values]


def group(row: Row) -> tuple[int, str]:
    return row["item"], EPISODES.get(row["arm"], "bare")


def group_of(episode: Row) -> tuple[int, str]:
    return episode["item"], episode["arm"]


def row_faults(rows: Sequence[Row], episode: Row, found: Again, notes: set[str]) -> RowFaults:
    """The faults of the rows that an episode brings, as (place, kind, what)."""
    case = found.case
    hidden = tuple(rows[0]["hidden"])
    if unknown := sorted(set(hidden) - all_names(case.problem)) or any(row["hidden"] != list(hidden) for row in rows):
        yield -1, "row", f"hidden is not the same in all, or names {unknown}, no quantities of the problem"
        return
    domains = {q.name: q.domain for q in case.problem.quantities if q.name in hidden}
    view = View(case.family, case.problem, tuple(domains), completions(case.family, case.problem, domains))
    for what in _tells(view):
        yield -1, "prompt", what
    wanted = [("ask", 0)] if not episode["arm"] else [("full", 0)] if episode["arm"] == "full" else None
    there = [(row["arm"], row["number"]) for row in rows]
    if (wanted and there != wanted) or (not wanted and {arm for arm, _ in there} != {*UNTOLD, "partial"}) \
            or len(set(there)) < len(there):
        yield -1, "row", f"the arms {there} are not those of {episode['arm'] or 'the main arm'!r}"
    for place, row in enumerate(rows):
        for kind, what in _faults(row, episode, view, found):
            yield place, kind, what


def _tells(view: View) -> Iterator[str]:
    """Whether the bare statement is another one where a hidden quantity has another value."""
    text = view.statement()
    for name in view.hidden:
        for value in view.problem.quantity(name).domain:
            try:
                other = view.family.pose(view.problem.structure, {**view.problem.values, name: value},
                                         view.problem.level)
            except NoAnswer:
                continue
            if view.family.state(other, view.known) != text:
                yield f"the statement is another one where {name!r} is {value!r}: it gives something away"
                break


def _faults(row: Row, episode: Row, view: View, found: Again) -> Faults:
    arm, family, problem, right = row["arm"], view.family, view.problem, found.case.right
    yield from unlike(row, {
        **{column: episode[column] for column in ("item", "family", "level", "structure", "source")},
        "id": content_id(episode["recipe"], f"{arm} {row['number']}", row["prompt"], [row["response"]], [], []),
        "answer": right.answer, "answer_kind": family.kind(problem.structure), "completions": len(view.found),
        "hidden": list(view.hidden), "told": list(view.hidden) if arm in EPISODES else [],
        "informs": arm not in UNTOLD, **_figures(row, view),
    })
    for what in _prompt_faults(row, view):
        yield "prompt", what
    yield from _response_faults(row, episode, view, found)


def _figures(row: Row, view: View) -> dict[str, float]:
    """The ceiling and the bits, by their definitions."""
    answers = [answer for _, answer in view.found]
    bits = entropy(answers)
    ceiling, best, after = _most(answers), _most(answers), bits
    if row["arm"] in EPISODES:
        ceiling, best, after = Fraction(1), Fraction(1), 0.0
    elif row["arm"] == "partial":
        name, values = narrowed(row)
        best, (ceiling, after) = _most(view.among(name, values)), _in_part(view, name)
    return {"ceiling_acc": float(ceiling), "best": float(best), "entropy": bits, "entropy_after": after,
            "bits": bits - after}


def _most(answers: Sequence[Value]) -> Fraction:
    return Fraction(max(Counter(answers).values()), len(answers))


def _in_part(view: View, name: str) -> tuple[Fraction, float]:
    """E[max P(answer)] and H(answer) where the true value is told with another one: over each completion and each other
    value."""
    at, ceiling, after = view.hidden.index(name), Fraction(0), 0.0
    values = list(dict.fromkeys([choice[at] for choice, _ in view.found]))
    known: dict[frozenset[Value], tuple[Fraction, float]] = {}
    share = Fraction(1, len(view.found) * (len(values) - 1))
    for value, times in Counter([choice[at] for choice, _ in view.found]).items():
        for other in values:
            if other == value:
                continue
            pair = frozenset((value, other))
            if pair not in known:
                answers = view.among(name, (value, other))
                known[pair] = _most(answers), entropy(answers)
            ceiling += times * share * known[pair][0]
            after += float(times * share) * known[pair][1]
    return ceiling, after


def narrowed(row: Row) -> tuple[str, list[Value]]:
    """The quantity that is told in part, and the values that are left of it."""
    data: Mapping[str, Any] = json.loads(row["narrowed"])
    return data["name"], [from_json(value) for value in data["values"]]


def _prompt_faults(row: Row, view: View) -> Iterator[str]:
    """Whether the prompt of the row is what its arm shows."""
    arm, prompt, bare, family, problem = row["arm"], row["prompt"], view.statement(), view.family, view.problem
    if arm in ("bare", "ask") and prompt != bare:
        yield "is not the statement without what is hidden"
    elif arm == "full" and prompt != family.state(problem, all_names(problem)):
        yield "is not the whole statement"
    elif arm == "paraphrased":
        structure = {**problem.structure, **json.loads(row["wording"])}
        other = view._replace(problem=family.pose(structure, problem.values, problem.level))
        if prompt != other.statement() or structure_hash(family, structure) != row["structure"] or prompt == bare:
            yield "is not the statement in other words"
        yield from _tells(other)
    elif arm == "few_shot":
        shown = [unpack(family, row["level"], text) for text in row["examples"]]
        texts = [f"{family.state(each, all_names(each))}\nAnswer: {family.work(each).answer}" for each in shown]
        if prompt != "\n\n".join([*texts, bare]):
            yield "is not the statement behind its examples"
        if any(each.structure == problem.structure or family.confirm(each) != family.work(each).value
               for each in shown):
            yield "shows the problem itself, or an example that is wrong"
    elif arm in ("irrelevant", "partial") and not prompt.startswith(f"{bare}\n\n"):
        yield "is not the statement with something after it"
    elif arm == "irrelevant":
        yield from _hint_faults(prompt.removeprefix(bare), view)
    elif arm == "partial":
        yield from _part_faults(row, prompt.removeprefix(bare), view)


def _hint_faults(hint: str, view: View) -> Iterator[str]:
    """A hint must say nothing, or again what was told and makes no difference whatever is hidden."""
    family, problem = view.family, view.problem
    said = [name for name in sorted(view.known) if family.words(problem, problem.quantity(name)).sentence in hint]
    if not said and numbers_in(hint):
        yield f"the hint {hint.strip()!r} says a number that is none of the statement's"
    step = max(1, len(view.found) // SAMPLE)
    for name in said:
        for (choice, answer), value in product(view.found[::step], problem.quantity(name).domain):
            values = {**problem.values, **dict(zip(view.hidden, choice, strict=True)), name: value}
            if _solved(family, problem, values) != answer:
                yield f"the hint tells {name!r}, which matters"
                return


def _solved(family: Family, problem: Problem, values: Mapping[str, Value]) -> Value | None:
    try:
        return family.solve(problem.structure, values)
    except NoAnswer:
        return None


def _part_faults(row: Row, text: str, view: View) -> Iterator[str]:
    name, values = narrowed(row)
    quantity = view.problem.quantity(name)
    sentences = [view.family.words(view.problem, quantity._replace(value=value)).sentence for value in values]
    if name not in view.hidden or len(set(values)) != 2 or quantity.value not in values or \
            not all(sentence in text for sentence in sentences):
        yield f"does not leave {values} of {name!r}, or not the true value"


def _response_faults(row: Row, episode: Row, view: View, found: Again) -> Faults:
    """What is said, and whether it is right: of one who can't know, that it is a likeliest answer."""
    problem, right, last = view.problem, found.case.right, found.turns[-1]
    if row["arm"] in ("bare", *EPISODES) and (row["response"], row["said"]) != (last.text, last.act.answer):
        yield "row", "the response is not the last turn of the episode"
    if row["said"] not in row["response"]:
        yield "row", f"the response does not say {row['said']!r}"
    if row["right"] != view.family.accepts(problem, right, row["said"]):
        yield "verdict", f"{row['said']!r} is {'wrong' if row['right'] else 'right'}"
    if row["style"] != episode["student"]:
        yield "row", f"style is {row['style']!r}, the student is {episode['student']!r}"
    if row["arm"] in EPISODES:
        return
    possible = view.among(*narrowed(row)) if row["arm"] == "partial" else [answer for _, answer in view.found]
    counts = Counter(possible)
    likeliest = {answer for answer, count in counts.items() if count == max(counts.values())}
    if not likeliest & set(numbers_in(row["said"])):
        yield "row", f"{row['said']!r} is no likeliest answer on this prompt"
