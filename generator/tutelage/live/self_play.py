"""`self_play` with real models: one answers, and is paid for in votes; with a second one as the teacher, that proposes.

A run is an item, as in `recipes.self_play`: rounds of tasks, one after the other, since each choice is made by what
the votes before it have paid. The answers to a task are asked for at once. A model can't be taught between rounds
here, so a round is no more than a number of tasks. The problem is drawn from the proposer's choice: the truth of each
vote is known, whoever proposes.

Episodes are single replies to a statement. The first that is right stands for the task and brings its rows, or where
none is right the first reply, with reward 0; further right ones are kept too, wrong ones stand among the failures.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tutelage.draws import stream
from tutelage.errors import RequestFailed
from tutelage.live.made import MODEL, Made
from tutelage.live.roles import Roles
from tutelage.models.wire import Message, Reply
from tutelage.online.alone import answers, episode_alone, read_alone, same_as, scene_alone, slip_behind
from tutelage.online.hearing import Heard
from tutelage.online.scene import Scenario, Scene
from tutelage.plan import Plan
from tutelage.problems import family_named
from tutelage.problems.family import pack
from tutelage.recipes.recipe import Result, families_of
from tutelage.recipes.self_play import REWARD, Task, program_columns
from tutelage.records.episode import Drop, Episode
from tutelage.records.schema import pack_row
from tutelage.records.self_play_replies import TABLE
from tutelage.selfplay import proposals
from tutelage.selfplay.payment import PAYMENTS, Vote
from tutelage.selfplay.proposals import Past, Place, Setting
from tutelage.talk.case import Case
from tutelage.talk.leaks import find_leaks
from tutelage.wording import wordings

SOURCE = "proposer"  # of the problems: "proposer:<round>.<task>", of further replies to one ".<number>" behind
LEAST = 2  # replies that make a vote


class Said(NamedTuple):
    """A reply that came, and what it does."""

    number: int
    reply: Reply
    heard: Heard


class Choice(NamedTuple):
    """What is set, and how it was chosen."""

    setting: Setting
    proposals: tuple[str, ...]  # the model's replies
    chances: list[float]  # of the levels; empty where a model chose

    @property
    def sampled(self) -> bool:
        return bool(self.chances)


class Voted(NamedTuple):
    """A task with its vote, in the order of the replies."""

    scene: Scene
    said: Sequence[Said]
    places: Sequence[int]  # of each reply's answer among the different ones, in the order of their first vote; -1: none
    firsts: Sequence[Said]  # the first to give each

    @property
    def winner(self) -> int:
        """The place of the majority's answer, of equals the first to have a vote; -1 where there is no answer."""
        return next((place for place, _ in self.counts.most_common(1)), -1)

    @property
    def counts(self) -> Counter[int]:
        return Counter([place for place in self.places if place >= 0])

    @property
    def vote(self) -> Vote:
        return Vote(len(self.said), self.counts[self.winner], sum(each.heard.correct for each in self.said))


class Run:
    """The state of one run."""

    def __init__(self, plan: Plan, item: int, roles: Roles) -> None:
        assert roles.student is not None
        self.plan, self.item, self.solver, self.proposer = plan, item, roles.student, roles.teacher
        self.reward = plan.options.reward or REWARD
        self.families = offered(plan, item)
        self.past, self.seen = list[Past](), set[str]()  # problems that were set
        self.ids = set[str]()
        self.kept, self.wrong = list[Episode](), list[Episode]()
        self.dropped, self.failed = list[Drop](), list[tuple[int, str]]()

    def place(self, number: int) -> Place:
        return self.item, *divmod(number, self.plan.options.tasks)


def offered(plan: Plan, item: int) -> list[str]:
    """The families of a run: those that a model chooses from, or the one that the exact sampler has."""
    families = families_of(plan.options)
    if plan.live is None or not plan.live.teacher:
        return [families[item % len(families)].name]
    return proposals.offered([family.name for family in families], stream(plan.seed, "self_play", "offered", item))


async def make(plan: Plan, item: int, roles: Roles) -> Made:
    """All tasks of a run. Raises ModelError and BudgetSpent as clients do."""
    run = Run(plan, item, roles)
    for number in range(plan.options.iterations * plan.options.tasks):
        choice = await _chosen(run, number)
        case = _posed(run, run.place(number), choice.setting)
        if case is None:
            run.dropped.append(Drop("no problem that was not set before"))
            continue
        voted = await _voted(run, number, case)
        if len(voted.said) < LEAST:
            run.dropped.append(Drop("fewer than two replies"))
            continue
        _keep(run, run.place(number), choice, voted)
        run.past.append(Past(*choice.setting, *voted.vote))
    return Made(Result(tuple(run.kept), tuple(run.wrong), tuple(run.dropped)), tuple(run.failed))


# --- a task ----------------------------------------------------------------------------------------------------------

async def _chosen(run: Run, number: int) -> Choice:
    """The proposer's choice; the exact sampler's where no model proposes, or none of its replies is of the form."""
    place, levels, said = run.place(number), run.plan.options.levels, list[str]()
    if run.proposer is not None:
        families = [(name, family_named(name).summary) for name in run.families]
        for attempt in range(proposals.TRIES):
            draws = stream(run.plan.seed, "self_play", "proposer", *place, attempt)
            try:
                reply = await run.proposer.reply(proposals.prompt(families, levels, run.past, run.reward, attempt),
                                                 draws.below(1 << 31))
            except RequestFailed as error:
                run.failed.append((number * run.plan.options.siblings, f"the proposer: {error}"))
                break
            said.append(reply.text)
            if (setting := proposals.chosen(reply.text, run.families, levels)) is not None:
                return Choice(setting, tuple(said), [])
            run.dropped.append(Drop("proposal not of the form"))
    return Choice(*_with(proposals.sampled(run.plan.seed, place, run.families, levels, run.past, run.reward), said))


def _with(sampled: tuple[Setting, list[float]], said: Sequence[str]) -> tuple[Setting, tuple[str, ...], list[float]]:
    return sampled[0], tuple(said), sampled[1]


def _posed(run: Run, place: Place, setting: Setting) -> Case | None:
    """A problem of the choice that was not set in the run, with what can go wrong in it; None where there is none."""
    family = family_named(setting.family)
    for problem in proposals.drawn(run.plan.seed, place, family, setting.level):
        case = proposals.case_of(run.plan.seed, place, family, problem)
        scene = _scene(run.plan, run.item, case)
        if (name := f"{family.name} {pack(problem)}") not in run.seen and not find_leaks(case, [scene.opening]):
            run.seen.add(name)
            return case
    return None


def _scene(plan: Plan, item: int, case: Case) -> Scene:
    return scene_alone(Scenario(replace(plan, live=None), item), case)


async def _voted(run: Run, number: int, case: Case) -> Voted:
    """The replies to a problem, read and counted."""
    scene, options = _scene(run.plan, run.item, case), run.plan.options
    messages: list[Message] = [("system", wordings("roles/solver").choose("system", 0, {})), ("user", scene.statement)]

    async def one(sibling: int) -> Reply | str:
        draws = stream(run.plan.seed, "self_play", "solver", *run.place(number), sibling)
        try:
            return await run.solver.reply(messages, draws.below(1 << 31))
        except RequestFailed as error:
            return str(error)

    replies = list(enumerate(await asyncio.gather(*[one(sibling) for sibling in range(options.siblings)])))
    run.failed += [(number * options.siblings + at, reply) for at, reply in replies if isinstance(reply, str)]
    said = [Said(at, reply, read_alone(scene, reply.text)) for at, reply in replies if isinstance(reply, Reply)]
    keys = [same_as(scene, each.heard) if answers(each.heard) else None for each in said]
    order = list(dict.fromkeys([key for key in keys if key is not None]))
    return Voted(scene, said, [order.index(key) if key is not None else -1 for key in keys],
                 [said[keys.index(key)] for key in order])


# --- what is kept ----------------------------------------------------------------------------------------------------

def _keep(run: Run, place: Place, choice: Choice, voted: Voted) -> None:
    """The task's episodes: the one that stands for it first, with its rows."""
    first = next((each for each in voted.said if each.heard.correct), voted.said[0])
    main = _episode(place, voted, first, "")
    name = pack_row(main).id
    assert name not in run.ids, "no problem is set twice in a run"
    run.ids.add(name)
    row = _row(run, place, choice, voted, main)
    run.kept.append(main._replace(native={"self_play": [{"id": name, **row}],
                                          TABLE: [{"id": name, **_replies(run, place, choice, voted)}]}))
    for each in voted.said:
        other = _episode(place, voted, each, f".{each.number}")
        if (name := pack_row(other).id) not in run.ids:
            (run.kept if each.heard.correct else run.wrong).append(other)
            run.ids.add(name)


def _episode(place: Place, voted: Voted, said: Said, further: str) -> Episode:
    return episode_alone(voted.scene, said.heard, said.reply.text, f"{SOURCE}:{place[1]}.{place[2]}{further}", MODEL)


def _row(run: Run, place: Place, choice: Choice, voted: Voted, main: Episode) -> dict[str, Any]:
    """The row of `self_play`. Nothing is known of a model's chances and masteries: lists are empty, the rate is -1."""
    scene, vote = voted.scene, voted.vote
    case, counts = scene.case, voted.counts
    task = Task(case, case.slips, (), (), 0)
    return {
        "item": run.item, "round": place[1], "task": place[2], "family": case.family.name,
        "level": case.problem.level, "structure": main.structure, "question": scene.statement,
        "truth": case.right.answer, "answer_kind": scene.kind, "skills": task.skills,
        "answers": [_answer(scene, said.heard, counts[at]) for at, said in enumerate(voted.firsts)],
        "votes": voted.places, "chances": [],
        "majority": voted.firsts[voted.winner].heard.act.answer if voted.firsts else "", "agree": vote.agree,
        "tie": sum(n == vote.agree for n in counts.values()) > 1,
        "pseudo_label_correct": bool(voted.firsts) and voted.firsts[voted.winner].heard.correct,
        "solve_rate": vote.right / vote.answers, "expected_rate": -1.0,
        "rewards": {name: pay(vote) for name, pay in PAYMENTS.items()}, "reward": run.reward,
        "level_chances": choice.chances, "mastery_before": [], "mastery_after": [],
        **program_columns(task, stream(run.plan.seed, "self_play", "mutants", *place)),
    }


def _answer(scene: Scene, heard: Heard, votes: int) -> dict[str, Any]:
    slip = slip_behind(scene, heard)
    return {"answer": heard.act.answer, "slip": slip.kind if slip else "", "step": slip.step if slip else -1,
            "votes": votes, "right": heard.correct}


def _replies(run: Run, place: Place, choice: Choice, voted: Voted) -> dict[str, Any]:
    return {
        "item": run.item, "round": place[1], "task": place[2], "solver": run.solver.model,
        "proposer": run.proposer.model if run.proposer is not None else "", "offered": run.families,
        "past": [each._asdict() for each in run.past], "proposals": choice.proposals, "sampled": choice.sampled,
        "replies": list(_said(voted)),
    }


def _said(voted: Voted) -> Iterator[dict[str, Any]]:
    for (number, reply, heard), place in zip(voted.said, voted.places, strict=True):
        yield {"number": number, "text": reply.text, "thoughts": reply.thoughts, "act": heard.act.kind,
               "answer": heard.act.answer if place >= 0 else "", "place": place, "finish": reply.finish,
               "prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens}
