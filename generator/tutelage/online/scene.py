"""A scenario is a line of JSON that says which item of which recipe is talked about; a scene is that item, remade.

    >>> text = Scenario(plan_of("sml", 0, {"levels": (1,)}), item=3).text()
    >>> Scenario.read(text).item, Scenario.read(text).plan.options.levels
    (3, (1,))

The item is made as a build makes it, so a scenario's statement is that of the row with this number; who guides it is
the row's teacher. A scene is read-only: all episodes of a scenario (a group of rollouts) share it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

from tutelage.building import make_item, open_source
from tutelage.errors import UsageError
from tutelage.online.knowing import Ledger
from tutelage.online.matching import Topic, Topics
from tutelage.plan import MOST_ROWS, Options, Plan
from tutelage.problems.family import Posed
from tutelage.problems.reading.answers import numbers_in
from tutelage.problems.reading.answers import read as value_of
from tutelage.problems.reading.spoken import spoken
from tutelage.problems.views import Table
from tutelage.recipes import check_arm, plan_of, recipe_named
from tutelage.records.episode import Episode
from tutelage.talk.acts import STATE, TEACHER_VOICES, TELL, Voice
from tutelage.talk.case import Case
from tutelage.talk.leaks import Audit
from tutelage.talk.options import phrase_of
from tutelage.talk.revealed import in_pieces
from tutelage.talk.statements import statement_of
from tutelage.talk.teachers import TEACHERS
from tutelage.values import Act, Slip, Turn, Value
from tutelage.wording import wordings

KEPT = 512  # scenes that are kept at hand
_TUTORS = frozenset([policy.name for policy in TEACHERS])
NO_GUIDE = frozenset({"none", "shuffled", "misleading"})  # they need what only the played dialogue had


class Scenario(NamedTuple):
    """Which dialogue: everything that decides it but the student's words. The number of rows of the plan is idle."""

    plan: Plan
    item: int
    arm: str = ""

    def text(self) -> str:
        """One line of JSON: recipe, seed, item, options, and the arm where it is not the main one."""
        arm = f',"arm":{_json(self.arm)}' if self.arm else ""
        return (f'{{"recipe":{_json(self.plan.recipe)},"seed":{self.plan.seed},"item":{self.item},'
                f'"options":{_options_text(self.plan.options)}{arm}}}')

    @classmethod
    @lru_cache(maxsize=KEPT)  # a group of episodes begins with the same line again and again
    def read(cls, text: str) -> Scenario:
        """The scenario of a line; options that it does not name have their defaults. Raises UsageError."""
        try:
            data = json.loads(text)
            item, arm, seed = data["item"], data.get("arm", ""), data.get("seed", 0)
            recipe, options = data["recipe"], dict(data.get("options", {}))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{text[:80]!r} is no scenario; give JSON with recipe, seed, item and options") from error
        if not (isinstance(item, int) and isinstance(seed, int) and isinstance(recipe, str) and isinstance(arm, str)
                and 0 <= item < MOST_ROWS):
            raise UsageError(f"scenario {text[:80]!r} has a recipe, seed, item or arm that is none")
        return cls(plan_of(recipe, seed, options), item, arm)


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@lru_cache(maxsize=64)  # of all items of a plan they are the same
def _options_text(options: Options) -> str:
    return _json(asdict(options))


class Scene:
    """One item, ready to be talked about. What takes work is worked out when it is first asked for."""

    def __init__(self, scenario: Scenario, made: Episode) -> None:
        self.scenario = scenario
        case = made.dialogue.case
        view = case.view
        if view is not None and not view.replies and not view.task:
            case = case._replace(view=view._replace(replies=True))  # here somebody is there to be asked
        self.case: Case = case
        self.table: Table | None = made.dialogue.table
        self.guide = made.teacher
        self.source = made.source
        self.voice: Voice = next(voice for voice in TEACHER_VOICES if voice.name == made.teacher_voice)
        self.max_turns = made.max_turns
        self.structure = made.structure
        self.kind = case.family.kind(case.problem.structure)
        self._values: dict[str, Value | None] = {}

    @cached_property
    def options(self) -> Sequence[str]:
        """The names that an answer is made of."""
        return self.case.family.options(self.case.problem)

    @cached_property
    def statement(self) -> str:
        return statement_of(self.case)

    @cached_property
    def text(self) -> str:
        """The scenario's line of JSON."""
        return self.scenario.text()

    @cached_property
    def opening(self) -> Turn:
        """The teacher's first turn."""
        return Turn("teacher", Act(STATE), self.statement)

    @cached_property
    def hidden(self) -> tuple[str, ...]:
        """The quantities that the statement does not tell, in their order."""
        return tuple([q.name for q in self.case.problem.quantities if q.name not in self.case.known])

    @cached_property
    def pieces(self) -> bool:
        return in_pieces(self.case)

    @cached_property
    def ledger(self) -> Ledger:
        """What is known after each turn."""
        return Ledger(self.case, self.table, pieces=self.pieces)

    @cached_property
    def right_numbers(self) -> frozenset[Fraction]:
        """All numbers in the lines of the right work."""
        lines = [text for step in self.case.right.steps for text in (step.line, step.value)]
        return frozenset([n for text in lines for n in numbers_in(text)])

    @cached_property
    def slips(self) -> tuple[Slip, ...]:
        """All named mistakes that lead to a wrong answer, by the step that they begin at."""
        family, problem, right = self.case.family, self.case.problem, self.case.right
        at_hand = {(slip.kind, slip.step): slip for slip in self.case.slips}
        made = [at_hand.get(site) or family.slip(problem, right, *site) for site in family.sites(problem, right)]
        return tuple(sorted([slip for slip in made if slip is not None], key=lambda slip: slip.step))

    @cached_property
    def tutored(self) -> Case:
        """The case with all its slips: what a student will do isn't known."""
        return self.case._replace(slips=self.slips)

    @cached_property
    def _verdicts(self) -> dict[str, bool]:
        return {self.case.right.answer: True, **{slip.work.answer: False for slip in self.case.slips}}

    def accepts(self, answer: str) -> bool:
        """Whether an answer is right; one to a question about something else never is."""
        if self.case.view is not None and self.case.view.swapped is not None:
            return False
        if answer not in self._verdicts:
            self._verdicts[answer] = self.case.family.accepts(self.case.problem, self.case.right, answer)
        return self._verdicts[answer]

    def read(self, answer: str) -> Value | None:
        """The value of an answer; None for what is no answer to the question."""
        if answer not in self._values:
            self._values[answer] = value_of(self.kind, answer, self.options)
        return self._values[answer]

    @cached_property
    def own_questions(self) -> Mapping[str, str]:
        """The quantities by their own questions, as `bare_words`; those that two share are left out."""
        asked = [(bare_words(self.case.family.words(self.case.problem, q).question), q.name)
                 for q in self.case.problem.quantities]
        shared = Counter(question for question, _ in asked)
        return {question: name for question, name in asked if shared[question] == 1}

    @cached_property
    def spoken_of(self) -> tuple[Mapping[str, str], ...]:
        """How each quantity is asked for and spoken of, in the ways to look for it, the surest first."""
        words = {q.name: self.case.family.words(self.case.problem, q) for q in self.case.problem.quantities}
        return ({name: f"{w.question} {w.phrase}" for name, w in words.items()},
                {name: w.phrase for name, w in words.items()}, {name: w.question for name, w in words.items()})

    @cached_property
    def topics(self) -> Topics:
        """What a teacher can be asked about."""
        case, bank = self.case, wordings(f"problems/{self.case.family.name}")
        found = [(Topic("quantity", name), text) for mapping in self.spoken_of[1:] for name, text in mapping.items()]
        found += [(Topic("step", step.name), step.what) for step in case.right.steps]
        for place, slip in enumerate(self.slips):
            for key in (f"{slip.kind}.doubt", f"{slip.kind}.slot"):
                found += [(Topic("rule", str(place)), bank.choose(key, style, slip.fields))
                          for style in range(len(bank.sections.get(key, ())))]
        return Topics(found)

    @cached_property
    def offered(self) -> Mapping[str, str]:
        """The options of a statement that offers some, by the phrases that it offers them by."""
        view, family, problem = self.case.view, self.case.family, self.case.problem
        return {name: phrase_of(family, problem, name) for name in (view.options if view else ())}

    @cached_property
    def tellable(self) -> bool:
        """Whether each untold quantity can be told without the answer standing in its words."""
        return not any(self.leaks([self.opening, self.telling(name)]) for name in self.hidden)

    def telling(self, name: str) -> Turn:
        """The quantity by its plain sentence."""
        words = self.case.family.words(self.case.problem, self.case.problem.quantity(name))
        return Turn("teacher", Act(TELL, name), words.sentence)

    def leaks(self, turns: Sequence[Turn]) -> bool:
        """Whether the last turn, a teacher's, lets the answer or a step be read; those before have been audited."""
        return bool(self._audit.of_turn(turns, len(turns) - 1))

    @cached_property
    def _audit(self) -> Audit:
        return Audit(self.case)


def remake(scenario: Scenario) -> Scene:
    """The scene of a scenario. Raises UsageError for an arm that there is not, or whose guide can't talk live, and
    for an item that gives no dialogue.
    """
    scene = made(scenario)
    if scene is None:
        raise UsageError(f"item {scenario.item} of recipe {scenario.plan.recipe!r} gives no dialogue; take another")
    return scene


@lru_cache(maxsize=KEPT)
def made(scenario: Scenario) -> Scene | None:
    """The scene of a scenario; None where its item gives no dialogue. Raises as `remake` does."""
    plan = scenario.plan
    check_arm(plan.recipe, scenario.arm)
    kept = make_item(recipe_named(plan.recipe), plan, scenario.item, _pool(plan)).kept
    one = next((episode for episode in kept if episode.arm == scenario.arm), None)
    if one is not None and one.teacher in NO_GUIDE:
        raise UsageError(f"the arm {scenario.arm!r} of recipe {plan.recipe!r} can't be talked to; take another")
    return None if one is None else Scene(scenario, one)


def _pool(plan: Plan) -> Sequence[Posed]:
    return _opened(plan) if plan.options.source else ()


@lru_cache(maxsize=4)
def _opened(plan: Plan) -> Sequence[Posed]:
    return open_source(plan)[0]


def bare_words(text: str) -> str:
    """A text's words, small and without what stands between them."""
    return " ".join(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=4096)
def numbers_of(text: str) -> frozenset[Fraction]:
    """The numbers in what a text says. Kept: a group of episodes reads the same statement again and again."""
    return frozenset(numbers_in(spoken(text)))


def is_tutor(scene: Scene) -> bool:
    """Whether a teacher guides the item, who knows the solution; else it is a user, who knows premises.

    Some policies of both have the same name; users stand before views, and before problems told at once.
    """
    return scene.case.view is None and scene.guide in _TUTORS
