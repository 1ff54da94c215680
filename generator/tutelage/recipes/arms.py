"""The arms of `ceiling`: one question put in several ways, and what can be known on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from tutelage.draws import Draws
from tutelage.plan import Options
from tutelage.problems.family import Family, Posed, all_names, pack, structure_hash
from tutelage.problems.reading.answers import numbers_in
from tutelage.problems.views import Table, given
from tutelage.recipes.bounds import Bound, by_value, halved, numbers_of, settled, untold
from tutelage.store.splits import split_of
from tutelage.talk.case import Case
from tutelage.talk.statements import sayable, statement_of
from tutelage.values import Problem, Value
from tutelage.wording import wordings

ASK, BARE, PARAPHRASED, FEW_SHOT, IRRELEVANT, PARTIAL, FULL = (
    "ask", "bare", "paraphrased", "few_shot", "irrelevant", "partial", "full")
ARMS = (ASK, BARE, PARAPHRASED, FEW_SHOT, IRRELEVANT, PARTIAL, FULL)
NO_NEWS = (BARE, PARAPHRASED, FEW_SHOT, IRRELEVANT)
PARAPHRASES, EXAMPLES = 3, 3  # in an item
STYLED = ("style", "edition")  # keys of a structure that decide nothing but wordings
TRIES = 60  # other wordings, and other problems, drawn in search of some that serve
FILE = "student/ceiling"


class Scene(NamedTuple):
    """An item before anybody speaks."""

    posed: Posed  # with the hidden values as they were drawn last
    hidden: tuple[str, ...]
    table: Table  # all completions of the bare prompt
    part: str  # the hidden quantity of which two values are told in one arm
    pair: tuple[Value, Value]  # these, in the order of its domain
    case: Case  # of the bare prompt
    spare: tuple[str, ...]  # quantities that the prompt tells and no answer hangs on


class Shown(NamedTuple):
    """A prompt, and what can be known on it."""

    arm: str
    number: int  # within the arm
    prompt: str
    case: Case  # whose words the response has
    table: Table  # what is possible for one who has read it
    bound: Bound
    examples: tuple[str, ...] = ()
    wording: Mapping[str, int] = MappingProxyType({})  # of the structure, in place of its own


def guessed(scene: Scene, options: Options, draws: Draws) -> Iterator[Shown]:
    """The prompts on which one can only guess, the bare one first."""
    case, table, bare = scene.case, scene.table, untold(scene.table)
    prompt = statement_of(case)
    yield Shown(BARE, 0, prompt, case, table, bare)
    for number, other in enumerate(_paraphrases(case, prompt, draws)):
        wording = {key: other.problem.structure[key] for key in STYLED if key in other.problem.structure}
        yield Shown(PARAPHRASED, number, statement_of(other), other, table, bare, wording=wording)
    shown = tuple(_examples(scene, options, draws))
    yield Shown(FEW_SHOT, 0, few_shot(case.family, shown, prompt), case, table, bare, tuple(map(pack, shown)))
    yield Shown(IRRELEVANT, 0, f"{prompt}\n\n{_hint(scene, draws)}", case, table, bare)
    yield Shown(PARTIAL, 0, f"{prompt}\n\n{part_told(case, scene.part, scene.pair)}", case,
                given(table, {scene.part: scene.pair}), halved(table, scene.part))


def everything(scene: Scene, arm: str, case: Case) -> Shown:
    """The prompt of an arm in which all is told, at once or in reply."""
    return Shown(arm, 0, statement_of(case), case, scene.table, settled(scene.table))


def _paraphrases(case: Case, prompt: str, draws: Draws) -> list[Case]:
    """The case in other words, as often as there are some."""
    seen, found = {prompt}, list[Case]()
    for _ in range(TRIES):
        structure = {**case.problem.structure,
                     **{key: draws.below(1 << 30) for key in STYLED if key in case.problem.structure}}
        problem = case.family.pose(structure, case.problem.values, case.problem.level)
        other = case._replace(problem=problem, right=case.family.work(problem))
        if (text := statement_of(other)) not in seen:
            seen.add(text)
            found.append(other)
        if len(found) == PARAPHRASES:
            break
    return found


def _examples(scene: Scene, options: Options, draws: Draws) -> Iterator[Problem]:
    """Other problems of the family, whole, of structures that stand in the same split."""
    family, level = scene.posed.family, scene.posed.problem.level
    own = split_of(structure_hash(family, scene.posed.problem.structure), family.name, level, options)
    found = 0
    for _ in range(TRIES):
        other = family.draw(draws, level)
        if split_of(structure_hash(family, other.structure), family.name, level, options) == own:
            yield other
            found += 1
        if found == EXAMPLES:
            return


def few_shot(family: Family, shown: Sequence[Problem], prompt: str) -> str:
    """The prompt behind solved examples."""
    texts = [f"{family.state(problem, all_names(problem))}\nAnswer: {family.work(problem).answer}" for problem in shown]
    return "\n\n".join([*texts, prompt])


def _hint(scene: Scene, draws: Draws) -> str:
    """A hint that tells nothing: a premise that was told and does not matter, or good advice."""
    if scene.spare:
        quantity = scene.posed.problem.quantity(draws.choice(scene.spare))
        sentence = scene.posed.family.words(scene.posed.problem, quantity).sentence
        return wordings(FILE).pick("idle", draws, {"sentence": sentence})
    return wordings(FILE).pick("advice", draws, {})


def part_told(case: Case, name: str, pair: Sequence[Value]) -> str:
    """A sentence that leaves two values of a quantity."""
    quantity = case.problem.quantity(name)
    one, two = (case.family.words(case.problem, quantity._replace(value=value)).sentence for value in pair)
    return wordings(FILE).choose("part", case.problem.structure["style"], {"one": one, "two": two})


def parts(case: Case, table: Table) -> list[str]:
    """The hidden quantities that can be told in part: they have three values or more, each with its sentence."""
    return [name for name in table.hidden
            if len(by_value(table, name)) > 2 and sayable(case.family, case.problem, name)]


def pair_of(table: Table, name: str, value: Value, draws: Draws) -> tuple[Value, Value]:
    """The true value of a quantity and another that it can have, in the order of its domain."""
    domain = table.domains[table.hidden.index(name)]
    other = draws.choice([place for place in by_value(table, name) if domain[place] != value])
    one, two = sorted((domain.index(value), other))
    return domain[one], domain[two]


def replies_can_leak(family: Family, problem: Problem, table: Table) -> bool:
    """Whether for some values a reply that tells them holds the number that is the answer.

    Asked of all completions: to drop a problem for the values that it has would tell something about them.
    """
    said = []
    for name, domain in zip(table.hidden, table.domains, strict=True):
        quantity = problem.quantity(name)
        said.append([set(numbers_in(family.words(problem, quantity._replace(value=value)).sentence)) | {0, 1, 2}
                     for value in domain])
    answers = [table.value(key) for key in table.keys]
    return any(answers[table.codes[number]] in told
               for number, sets in zip(range(len(table.codes)), product(*said), strict=True)
               if table.codes[number] >= 0 for told in sets)


def truth_anew(table: Table, draws: Draws) -> dict[str, Value]:
    """The hidden values, drawn from all that they could be."""
    return table.completion(draws.choice(numbers_of(table)))
