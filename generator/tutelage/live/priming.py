"""On-policy `q_priming`: a model's wrong attempts give way to questions that it writes itself (2602.16488 §4.4).

Each dialogue is played twice with the same seeds: plain, and primed. In the primed one a wrong attempt of student turn
t (from 1) is not said with probability 0.75^t. The model is shown what is wrong, the right answer and its work, and
asked for one question in its place, as somebody asks who doesn't know them. Said is only a question that passes
`refusal`; after four that don't, the attempt is said after all. From there on the model sees the question as its own
turn, and neither the attempt nor what it was shown.

The last turn is left alone, since nobody would answer. A model decides by itself where its work stops and what it asks
for, so `ask_at` means nothing here.

With a second model as the teacher (`live.voice`) it says the teacher's turns of both arms. Its requests follow from
what was said and from seeds drawn by path, and the arms share both up to the first question: there it is asked once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.environment import Environment
from tutelage.errors import RequestFailed, UsageError
from tutelage.live.group import Play, counts_of, episode_of, player_of
from tutelage.live.made import Made
from tutelage.live.roles import Roles
from tutelage.live.rollout import Ask, Rollout
from tutelage.live.voice import Voiced
from tutelage.models.wire import Message, Reply
from tutelage.online.hearing import Heard, hear
from tutelage.online.scene import Scenario, Scene, made
from tutelage.online.tutor import locate
from tutelage.plan import Options, Plan
from tutelage.recipes.q_priming import P
from tutelage.recipes.recipe import Result, screened
from tutelage.records.episode import Drop, Episode, Injection
from tutelage.records.schema import pack_row
from tutelage.talk.acts import ANSWER_RULE, ASK, ATTEMPTS, CHECK, CONFIRM, HINT, QUESTIONS
from tutelage.talk.leaks import Audit
from tutelage.values import Turn
from tutelage.wording import wordings

TRIES = 4  # questions that a model may write in place of one attempt
PLAIN = "plain"  # the arm without injections
INFORMED = frozenset({ANSWER_RULE, HINT, CONFIRM})  # replies that tell which of two readings is right


class Pair(NamedTuple):
    """One dialogue, played in both arms."""

    plain: Rollout
    primed: Rollout
    injections: tuple[Injection, ...]
    wrong: int  # wrong attempts of the primed dialogue, those that were put off among them; its last turn apart
    due: int  # questions that were drawn: those of the injections, and those in whose place the attempt was said
    refused: tuple[str, ...]  # why, a question that was not said each

    @property
    def voiced(self) -> tuple[Voiced, ...]:
        """The teacher's turns of both arms, those that they share once."""
        first = self.injections[0].turn if self.injections else len(self.primed.voiced) + 1
        return (*self.plain.voiced, *self.primed.voiced[first - 1:])

    @property
    def why_none(self) -> str:
        """Why it has no injection."""
        return "no mistake to replace" if not self.wrong else \
            "no question passed" if self.due else "no question was drawn"


async def make(plan: Plan, item: int, roles: Roles) -> Made:
    """The pairs of an item whose dialogues have reward 1 both, and of the other pairs what has reward 0.

    Raises UsageError for options that mean nothing here.
    """
    check_plan(plan)
    assert plan.live is not None
    assert roles.student is not None
    scenario, ask, play = Scenario(replace(plan, live=None), item), roles.student.reply, player_of(roles)
    if made(scenario) is None:
        return Made(Result(dropped=(Drop("the item gives no dialogue"),)))
    played = await asyncio.gather(*[_pair(scenario, number, ask, play) for number in range(plan.live.group)])
    ended = [(number, pair) for number, pair in enumerate(played) if isinstance(pair, Pair)]
    return Made(_result(plan, item, ended, roles),
                tuple([(number, why) for number, why in enumerate(played) if isinstance(why, str)]),
                _counts([pair for _, pair in ended]))


def check_plan(plan: Plan) -> None:
    """Raises UsageError for options that mean nothing here."""
    if plan.options.ask_at != Options().ask_at:
        raise UsageError(f"ask_at={plan.options.ask_at!r} is for exact students; a model as the student asks where it "
                         "will: leave --ask-at out")


def _counts(pairs: Sequence[Pair]) -> Mapping[str, int]:
    """What the manifest counts: where a question was drawn, what was said; why questions were refused; whose words the
    teacher's turns are."""
    said = sum(len(pair.injections) for pair in pairs)
    counts = Counter({"questions:said": said, "questions:attempt": sum(pair.due for pair in pairs) - said})
    counts.update([f"questions_refused:{why}" for pair in pairs for why in pair.refused])
    return {**+counts, **counts_of([voiced for pair in pairs for voiced in pair.voiced], "teacher_words")}


def _result(plan: Plan, item: int, ended: Sequence[tuple[int, Pair]], roles: Roles) -> Result:
    kept, failed, dropped, ids = list[Episode](), list[Episode](), list[Drop](), set[str]()
    passed = Counter[str]()
    for _, pair in ended:
        passed.update({"": pair.primed.dialogue.reward, PLAIN: pair.plain.dialogue.reward})
    for number, pair in ended:
        if not pair.injections:
            dropped.append(Drop(pair.why_none))
            continue
        both = {arm: episode_of(plan, item, each, number, len(ended), passed[arm], roles, arm=arm)
                for arm, each in (("", pair.primed), (PLAIN, pair.plain))}
        both[""] = both[""]._replace(injections=pair.injections)
        results = [screened(each, plan.options) for each in both.values()]
        good = all(result.kept for result in results)
        found = [each for result in results for each in (result.kept if good else result.failed)]
        dropped += [drop for result in results for drop in result.dropped]
        fresh = [each for each in found if pack_row(each).id not in ids]
        if good and len(fresh) < len(found):
            dropped.append(Drop("the same dialogue as another of its group"))
            continue
        (kept if good else failed).extend(fresh)
        ids.update(pack_row(each).id for each in fresh)
    return Result(tuple(kept), tuple(failed), tuple(dropped))


# --- one pair ---------------------------------------------------------------------------------------------------------


async def _pair(scenario: Scenario, number: int, ask: Ask, play: Play) -> Pair | str:
    """Dialogue `number` in both arms, or why one of them failed. What both ask comes from the cache the second time."""
    plan = scenario.plan
    one, two = [Environment(plan.recipe, seed=plan.seed, split="", max_turns=plan.options.max_turns) for _ in range(2)]
    try:
        plain = await play(one, scenario, number, ask)
        if not any(_wrong(turn) and drawn(scenario, number, place) < P**place
                   for place, turn in enumerate(plain.played.students[:plan.options.max_turns - 1], start=1)):
            return Pair(plain, plain, (), sum(map(_wrong, plain.played.students[:plan.options.max_turns - 1])), 0, ())
        primer = Primer(two, scenario, number, ask)
        primed = await play(two, scenario, number, primer.ask)
    except RequestFailed as error:
        return str(error)
    turns = primed.dialogue.turns
    injections = [each._replace(gain_bits=gain(turns, each.turn)) for each in primer.injections]
    return Pair(plain, primed, tuple(injections), primer.wrong, primer.due, tuple(primer.refused))


def _wrong(turn: Turn) -> bool:
    return turn.act.kind in ATTEMPTS and not turn.correct


def drawn(scenario: Scenario, number: int, turn: int) -> float:
    """The draw for student turn `turn` (from 1) of dialogue `number`, in [0, 1): by its path alone."""
    return stream(scenario.plan.seed, "priming", scenario.plan.recipe, scenario.item, number, turn).random()


def gain(turns: Sequence[Turn], turn: int) -> float:
    """What the question of student turn `turn` has brought: the expected bits of a quantity that it asks for, else 1
    where the reply tells which of two readings is right, and 0 where it tells nothing of the work, or is a remark of a
    model, of which nothing is claimed."""
    asked, reply = turns[2 * turn - 1], turns[2 * turn]
    return asked.ig_bits if asked.act.kind == ASK else float(reply.act.kind in INFORMED)


class Primer:
    """Stands between a dialogue and its model: asks for the student's turns, and for a question where one is due."""

    def __init__(self, env: Environment, scenario: Scenario, number: int, ask: Ask) -> None:
        self.env, self.scenario, self.number, self._ask = env, scenario, number, ask
        self.injections, self.refused = list[Injection](), list[str]()
        self.wrong = self.due = 0

    async def ask(self, messages: Sequence[Message], seed: int) -> Reply:
        """The student's next turn. Its tokens are those of all requests that it took; of a question no thoughts are
        kept, as they know what nobody has told the student."""
        attempt = await self._ask(messages, seed)
        turns, scene = self.env.turns, self.env.scene
        turn = len(turns) // 2 + 1
        heard = hear(scene, turns, attempt.text)
        if turn == self.scenario.plan.options.max_turns or heard.correct or heard.act.kind not in ATTEMPTS:
            return attempt
        self.wrong += 1
        p, draw = P**turn, drawn(self.scenario, self.number, turn)
        if draw >= p:
            return attempt
        self.due += 1
        said = [*turns, Turn("student", heard.act, attempt.text)]
        shown = [*messages, ("assistant", attempt.text), ("user", self._request(said, heard))]
        replies = [attempt]
        for count in range(TRIES):
            reply = await self._ask(shown, self._seed(turn, count))
            replies.append(reply)
            why = refusal(scene, said, reply.text)
            if not why:
                self.injections.append(Injection(turn, p, draw, attempt.text, heard.act.answer, 0.0))
                return _paid(reply._replace(thoughts=""), replies)
            self.refused.append(why)
        return _paid(attempt, replies)

    def _seed(self, *path: int) -> int:
        plan = self.scenario.plan
        return stream(plan.seed, "question", plan.recipe, self.scenario.item, self.number, *path).below(1 << 31)

    def _request(self, said: Sequence[Turn], heard: Heard) -> str:
        """The request for a question, with all that the student is not to know."""
        scene, bank = self.env.scene, wordings("roles/questioner")
        place = locate(scene, said[:-1], said[-1].text, heard.act.answer)
        if place.slip is not None:
            fault = wordings(f"problems/{scene.case.family.name}").choose(f"{place.slip.kind}.tell", 0,
                                                                          place.slip.fields)
        elif place.step >= 0:
            fault = bank.choose("step", 0, {"what": scene.case.right.steps[place.step].what})
        else:
            fault = bank.choose("unknown", 0, {})
        work = "\n".join([step.line for step in scene.case.right.steps])
        return bank.choose("request", 0, {"fault": fault, "answer": scene.case.right.answer, "work": work})


def refusal(scene: Scene, said: Sequence[Turn], text: str) -> str:
    """Why a text can't be said as a question; "" where it can. `said` ends with the attempt that it stands for.

    It must be heard as a question, and hold neither the answer nor a result of the right work that stands nowhere in
    `said`: what the model has found by itself in its attempt it may say.
    """
    heard = hear(scene, said[:-1], text)
    if heard.act.kind not in QUESTIONS or not (heard.asks or heard.act.kind == CHECK):
        return f"no question ({heard.act.kind})"
    leaks = Audit(scene.case).of_turn([*said, Turn("student", heard.act, text)], len(said))
    return f"it holds the {leaks[0].kind}" if leaks else ""


def _paid(reply: Reply, replies: Sequence[Reply]) -> Reply:
    """A reply with the tokens and the seconds of all of them."""
    return reply._replace(prompt_tokens=sum(each.prompt_tokens for each in replies),
                          completion_tokens=sum(each.completion_tokens for each in replies),
                          seconds=sum(each.seconds for each in replies))
