"""What a family of problems is: a handful of pure functions over a structure and the values of its quantities.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> family = family_named("shortest_path")
    >>> problem = family.draw(stream(0, "doc"), 1)
    >>> family.solve(problem.structure, problem.values) == family.work(problem).value == family.confirm(problem)
    True

`solve` is the definition of right; `work` shows how one gets there; `confirm` is a second solver that shares no code
with `solve`. A family's file is `problems/<domain>/<name>.py`, its words are `templates/problems/<name>.j2`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Any, NamedTuple

from tutelage.draws import Draws
from tutelage.errors import UsageError
from tutelage.problems.reading.answers import same
from tutelage.values import Problem, Quantity, Slip, Structure, Value, Words, Work

LEVELS = (1, 2, 3, 4, 5)
MISREMEMBERED = "misremembered_fact"  # the kind of a slip that takes a fact wrongly: who has just been told it won't
MISREAD = "misread_allusion"  # the same of a number that is alluded to (`alluding`)
TAKEN_WRONGLY = (MISREMEMBERED, MISREAD)
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def always(kind: str) -> Callable[[Structure], str]:
    """For families with one kind of answer."""
    return lambda structure: kind


def no_options(problem: Problem) -> Sequence[str]:
    return ()


class Sweep(NamedTuple):
    """The answers of all completions of a view, in the order of `itertools.product` over the hidden domains."""

    keys: Sequence[Hashable]  # for each completion what its answer is made from, None where it has none
    value: Callable[[Any], Value]  # the answer of a key; keys are equal iff their answers are


@dataclass(frozen=True, slots=True)
class Family:
    """One family. All functions are pure and deterministic.

    `draw(draws, level)` makes a fresh problem; `pose(structure, values, level)` makes it again from what a row keeps.
    `solve(structure, values)` raises NoAnswer where the values give no answer or several.
    `sites(problem, work)` lists `(slip kind, step index)` where a mistake can be made; `slip` makes it, or gives None
    where it would not lead to a wrong (and believable) answer. `shape(structure)` is what near-twins share:
    problems of one shape never stand in two splits. `words(problem, quantity)` says how a quantity is spoken of;
    `state(problem, known)` is the statement that tells the known quantities and no others.
    """

    name: str
    domain: str  # arithmetic, algebra, graphs, logic, code, rules
    summary: str
    kind: Callable[[Structure], str]  # the kind of answer that a structure asks for, see `answers.same`
    slips: tuple[str, ...]
    draw: Callable[[Draws, int], Problem]
    pose: Callable[[Structure, Mapping[str, Value], int], Problem]
    solve: Callable[[Structure, Mapping[str, Value]], Value]
    work: Callable[[Problem], Work]
    sites: Callable[[Problem, Work], Sequence[tuple[str, int]]]
    slip: Callable[[Problem, Work, str, int], Slip | None]
    confirm: Callable[[Problem], Value]
    shape: Callable[[Structure], str]
    words: Callable[[Problem, Quantity], Words]
    state: Callable[[Problem, AbstractSet[str]], str]
    options: Callable[[Problem], Sequence[str]] = no_options  # the names that an answer is made of
    judge: Callable[[Problem, Work, str], bool] | None = None  # own judge of an answer's text (programs)
    sweep: Callable[[Structure, Mapping[str, Value], Sequence[str], Sequence[Sequence[Value]]], Sweep] | None = None
    # ^ `solve` for all completions at once (structure, values, hidden names, their domains), where that is cheaper
    in_order: bool = True  # the work before the first step that uses a quantity is the same whatever its value
    asides: bool = False  # some problems tell a premise that no step uses and the answer does not hang on
    allude: Callable[[Problem, Draws], Problem | None] | None = None  # the problem with allusions (`alluding`)

    def __reduce__(self) -> tuple[Callable[[str], Family], tuple[str]]:
        """A family crosses to another process by its name: there is one of each, and functions can't be pickled."""
        return _of_name, (self.name,)

    def accepts(self, problem: Problem, work: Work, answer: str) -> bool:
        """Whether the text of an answer is right. `work` is the right work (its value is what counts)."""
        if self.judge is not None:
            return self.judge(problem, work, answer)
        return same(self.kind(problem.structure), work.value, answer, self.options(problem))


def _of_name(name: str) -> Family:
    from tutelage.problems import any_family

    return any_family(name)


class Posed(NamedTuple):
    """A problem with its family, and where it comes from: "" where drawn, else "name:row"."""

    family: Family
    problem: Problem
    source: str


def check_level(family: str, level: int) -> None:
    """Raises UsageError where the level is not one of 1..5."""
    if level not in LEVELS:
        raise UsageError(f"level={level} of family {family!r} is not in {LEVELS[0]}..{LEVELS[-1]}")


def structure_hash(family: Family, structure: Structure) -> str:
    """16 hex digits that all problems of one shape share; splits go by it."""
    return blake2b(f"{family.name}|{family.shape(structure)}".encode(), digest_size=8).hexdigest()


def all_names(problem: Problem) -> frozenset[str]:
    return frozenset(q.name for q in problem.quantities)


def pack(problem: Problem) -> str:
    """The problem as compact JSON, enough to pose it again: its structure and its values."""
    return _ENCODE({"structure": problem.structure, "values": {q.name: to_json(q.value) for q in problem.quantities}})


def unpack(family: Family, level: int, text: str) -> Problem:
    """The problem that `pack` wrote. Raises ValueError or KeyError for text that it did not write."""
    data = json.loads(text)
    return family.pose(data["structure"], {name: from_json(v) for name, v in data["values"].items()}, level)


def to_json(value: Value) -> Any:
    """A value as JSON: a fraction as ``{"n": 1, "d": 3}``, a tuple as a list."""
    if isinstance(value, Fraction):
        return {"n": value.numerator, "d": value.denominator}
    if isinstance(value, tuple):
        return [to_json(v) for v in value]
    return value


def from_json(data: Any) -> Value:
    if isinstance(data, dict):
        return Fraction(data["n"], data["d"])
    if isinstance(data, list):
        return tuple(from_json(v) for v in data)
    if isinstance(data, int | str):
        return data
    raise ValueError(f"{data!r} is not a value of a quantity")
