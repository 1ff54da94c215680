"""An environment for online training: a model is the student, the exact teacher of a recipe answers its free words.

    >>> env = Environment("sml", seed=0, families=("rates",), levels=(1,))
    >>> first = env.reset()
    >>> first.messages[0]["role"]
    'user'
    >>> words, reward, done, info = env.step("Is it 7? Or 8? My answer is 7. No, the answer is 8.")
    >>> info["act"]["kind"], reward, done
    ('several', 0.0, False)

The same scenario and the same words give the same dialogue, on any machine: what the teacher says is drawn from
(recipe, seed, item), and an episode's state is its scenario and what the student has said. No turn of the teacher lets
the answer be read before the student has given it (`talk.leaks` audits each one).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any, NamedTuple

from tutelage import rewards
from tutelage.draws import stream
from tutelage.errors import UsageError
from tutelage.online.company import Company
from tutelage.online.hearing import Heard, hear, take
from tutelage.online.scene import Scenario, Scene, is_tutor, made, remake
from tutelage.online.tutor import Tutor
from tutelage.plan import MOST_ROWS, Plan
from tutelage.recipes import check_arm, plan_of, side_of
from tutelage.rewards import Played
from tutelage.store.splits import split_of
from tutelage.talk.acts import ASSUME, ATTEMPTS
from tutelage.talk.converse import ended
from tutelage.values import Act, Turn

MOST_SKIPPED = 10_000  # items passed over in search of one of the wanted split
OWN = frozenset({"split", "max_turns", "reward"})  # arguments of the environment that are no options of its plan
ROLES = {"teacher": "user", "student": "assistant"}


class Observation(NamedTuple):
    """What the student is given first."""

    messages: list[dict[str, str]]  # so far: the teacher's statement, as `role` user and `content`
    scenario: str  # JSON: recipe, seed, item, options; `reset(scenario=…)` goes back to it


class Step(NamedTuple):
    """What comes of a student's turn; unpacks as (words, reward, done, info)."""

    words: str  # the teacher's; "" where the episode is over
    reward: float
    done: bool
    info: dict[str, Any]


class Environment:
    """One episode at a time of a recipe's items.

    `teacher` names a policy of the recipe ("" : its mix), `max_turns` the student turns of an episode (None: the
    recipe's own number, at most 20), `reward` one of `rewards.REWARDS`, `split` the structures that items are taken
    from (train, validation, test, heldout; "" for all; None: train, and test where the recipe is one for evaluation),
    `arm` one of the recipe's arms, and `options` are those of `plan.Options`. Raises UsageError for whatever there is
    not.
    """

    def __init__(self, recipe: str = "sml", *, seed: int = 0, teacher: str = "", max_turns: int | None = None,
                 reward: str = "binary", split: str | None = None, arm: str = "", **options: Any) -> None:
        if max_turns is not None and not 1 <= max_turns <= 20:
            raise UsageError(f"max_turns={max_turns} is not in 1..20")
        if teacher:
            options["teachers"] = (teacher,)
        split, side = side_of(recipe, split)
        options |= side
        self.plan, self.arm, self.split, self.max_turns = plan_of(recipe, seed, options), arm, split, max_turns
        check_arm(recipe, arm)
        self._reward = rewards.reward_named(reward)
        self._next = 0
        self._scene: Scene | None = None

    # --- an episode --------------------------------------------------------------------------------------------------

    def reset(self, seed: int | None = None, scenario: str | Scenario | None = None) -> Observation:
        """Begins the next episode; with a `seed` the first one of that seed; with a `scenario` that one.

        Raises UsageError for a scenario that is none, and where no item of the wanted split is found.
        """
        if scenario is not None:
            scene = remake(Scenario.read(scenario) if isinstance(scenario, str) else scenario)
        else:
            if seed is not None:
                self.plan, self._next = Plan(self.plan.recipe, MOST_ROWS, seed, self.plan.options), 0
            scene = self._search()
        self._begin(scene)
        return Observation(self.messages, self.scenario)

    def _search(self) -> Scene:
        for number in count(self._next):
            if number >= self._next + MOST_SKIPPED:
                break
            scene = made(Scenario(self.plan, number, self.arm))
            if scene is not None and self._wanted(scene):
                self._next = number + 1
                return scene
        raise UsageError(f"no item of the split {self.split!r} among {MOST_SKIPPED}; take another split or families")

    def _wanted(self, scene: Scene) -> bool:
        problem = scene.case.problem
        of = split_of(scene.structure, scene.case.family.name, problem.level, self.plan.options)
        return scene.tellable and (not self.split or of == self.split)

    def _begin(self, scene: Scene) -> None:
        scenario = scene.scenario
        draws = stream(scenario.plan.seed, "environment", scenario.plan.recipe, scenario.item, scenario.arm)
        self._scene = scene
        self._guide = Tutor(scene, draws) if is_tutor(scene) else Company(scene, draws)
        self._turns: list[Turn] = [scene.opening]
        self._said: list[str | Turn] = []
        self._told: dict[int, Turn] = {}  # by number of the student turn that they reply to: turns put by `retell`
        self._paid: tuple[float, ...] = ()
        limit = self.max_turns or scene.max_turns
        self._limit = min(limit, len(scene.hidden) + 1) if scene.pieces else limit
        self._done = False

    def step(self, said: str | Turn) -> Step:
        """Takes the student's words; or a turn of a scripted student (`talk.students`), whose act needs no reading.

        Raises UsageError before `reset`, after the end of an episode, and for a turn that is no student's.
        """
        scene = self._on()
        if self._done:
            raise UsageError("the episode is over; reset() begins the next one")
        text = said.text if isinstance(said, Turn) else said
        heard = take(scene, self._turns, said) if isinstance(said, Turn) else hear(scene, self._turns, text)
        act = self._guide.act(heard, self._turns, text)
        self._turns.append(Turn("student", act, text, heard.correct))
        self._said.append(said)
        self._done = self._over(heard)
        words = "" if self._done else self._answer(heard)
        seen = self._seen()
        self._paid = self._reward.of(self._played(seen))
        return Step(words, self._paid[-1], self._done, self._info(heard, seen))

    def retell(self, text: str, act: Act | None = None) -> None:
        """Puts other words in the place of the teacher's last turn, and another act where one is given.

        The exact teacher goes on as if it had said so. Raises UsageError where the last turn is the statement or no
        teacher's.
        """
        if not self._said or self._turns[-1].role != "teacher":
            raise UsageError("the teacher has not replied yet; retell() puts other words in place of its last reply")
        self._turns[-1] = self._told[len(self._said)] = Turn("teacher", act or self._turns[-1].act, text)
        self._paid = self._reward.of(self._played(self._seen()))

    def _over(self, heard: Heard) -> bool:
        scene = self._on()
        if heard.correct or len(self._said) >= self._limit or ended(self._turns, scene.case.view):
            return True
        # a user can't say whether an answer is right; one who tells pieces goes on telling
        act = self._turns[-1].act
        return act.kind in ATTEMPTS and act.kind != ASSUME and not is_tutor(scene) and not scene.pieces

    def _answer(self, heard: Heard) -> str:
        turn = self._guide.reply(heard, self._turns)
        if self._on().leaks([*self._turns, turn]):
            turn = self._guide.bare(self._turns)
        self._turns.append(turn)
        return turn.text

    def _info(self, heard: Heard, seen: list[Turn]) -> dict[str, Any]:
        """What is known of the turn; of the answer nothing but the student's own words."""
        own, last = seen[2 * len(self._said) - 1], seen[-1]
        act = own.act
        return {"turn": len(self._said), "act": {"kind": act.kind, "target": act.target, "also": list(act.also)},
                "answer": act.answer, "correct": heard.correct, "asks": list(heard.asks),
                "asked": sorted(rewards.asked(act)), "slip": act.slip, "ig_bits": own.ig_bits,
                "known": last.known_after, "k": last.k_after}

    def _seen(self) -> list[Turn]:
        """The turns with what was known after each."""
        return self._on().ledger.seen(self._turns)

    # --- what there is to see ----------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[dict[str, str]]:
        """The dialogue so far, as chat messages: teacher as user, student as assistant."""
        return [{"role": ROLES[turn.role], "content": turn.text} for turn in self._turns]

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns so far, without what was known after each (see `played`)."""
        return tuple(self._turns)

    @property
    def scenario(self) -> str:
        return self._on().text

    @property
    def scene(self) -> Scene:
        """The item itself, private knowledge and all: for scripted students and tests, not for a model."""
        return self._on()

    @property
    def done(self) -> bool:
        return self._done

    @property
    def reward(self) -> float:
        """The reward of the episode so far: the sum over its turns."""
        return sum(self._paid)

    @property
    def played(self) -> Played:
        """The typed turns with their verdicts, as `rewards` reads them."""
        return self._played(self._seen())

    def _played(self, seen: list[Turn]) -> Played:
        scene = self._on()
        return Played(tuple(seen), scene.table.hidden if scene.table is not None else scene.hidden, self._done)

    # --- state -------------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The whole state, as JSON can hold it: scenario, what was said, and where the environment goes on."""
        return {"plan": self.plan.to_json(), "arm": self.arm, "split": self.split, "max_turns": self.max_turns,
                "reward": self._reward.name, "next": self._next,
                "scenario": self.scenario if self._scene is not None else None,
                "said": [said if isinstance(said, str) else [said.text, *said.act] for said in self._said]
                if self._scene is not None else [],
                "told": {str(number): [turn.text, *turn.act] for number, turn in self._told.items()}
                if self._scene is not None else {}}

    @classmethod
    def restore(cls, state: Mapping[str, Any] | str) -> Environment:
        """The environment of a state (a mapping, or its JSON). Raises UsageError for what is none."""
        try:
            data = json.loads(state) if isinstance(state, str) else state
            plan = Plan.from_json(dict(data["plan"]))
            options = {name: value for name, value in data["plan"]["options"].items()
                       if name not in OWN}
            env = cls(plan.recipe, seed=plan.seed, max_turns=data["max_turns"], reward=data["reward"],
                      split=data["split"], arm=data["arm"], **options)
            env._next = int(data["next"])
            if data["scenario"] is not None:
                env.reset(scenario=data["scenario"])
                told = data.get("told", {})
                for number, said in enumerate(data["said"], start=1):
                    env.step(said if isinstance(said, str) else _turn("student", *said))
                    if str(number) in told:
                        turn = _turn("teacher", *told[str(number)])
                        env.retell(turn.text, turn.act)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError("that is no state of an environment; give what state() returned") from error
        return env

    def _on(self) -> Scene:
        if self._scene is None:
            raise UsageError("there is no episode yet; reset() begins one")
        return self._scene


def _turn(role: str, text: str, *act: Any) -> Turn:
    """A turn from its words and the fields of its act."""
    return Turn(role, Act(*[*act[:-1], tuple(act[-1])]), text)
