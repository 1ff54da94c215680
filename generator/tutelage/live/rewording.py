"""Exact dialogues put into other words by a model, turn by turn, the statement apart.

An item is made as a build without a model makes it. New words of a turn stand only where they do what its act says
(`online.rehearing`), in the context of the new words before it; else the old ones do, so an act, a verdict and what is
known after a turn are those of the exact dialogue. Dialogues of reward 0 keep their words: nobody trains on them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from tutelage.draws import stream
from tutelage.errors import RequestFailed, UsageError
from tutelage.live.group import counts_of, row_of
from tutelage.live.made import Made
from tutelage.live.roles import Roles
from tutelage.live.voice import Ask, Voiced
from tutelage.models.wire import Message, Reply
from tutelage.online.acceptance import TRIES
from tutelage.online.exact import exact_item, scene_of
from tutelage.online.rehearing import is_kept, refused_rewording
from tutelage.plan import Plan
from tutelage.recipes.recipe import Result
from tutelage.records.episode import Episode
from tutelage.records.rewordings import TABLE
from tutelage.records.schema import pack_row
from tutelage.values import Turn
from tutelage.wording import wordings

RECIPES = ("sml", "q_priming", "controls", "missing_premise", "proactive", "sharded", "which_question")
BANK = "roles/reword"


class Reworded(NamedTuple):
    """The turns of a dialogue in their new words, and what became of each."""

    turns: tuple[Turn, ...]
    voiced: tuple[Voiced, ...]


def check_recipe(recipe: str) -> None:
    """Raises UsageError for a recipe whose rows are more than dialogues: its tables quote the exact words."""
    if recipe not in RECIPES:
        raise UsageError(f"{recipe} can't be put into other words, its tables quote the exact ones; --reword takes "
                         f"{', '.join(RECIPES)}")


async def make(plan: Plan, item: int, roles: Roles) -> Made:
    """The exact dialogues of an item in other words. A dialogue whose request fails is left out."""
    client = roles.reword
    assert client is not None
    check_recipe(plan.recipe)
    exact = replace(plan, live=None)
    result = exact_item(exact, item)

    async def one(episode: Episode) -> Reworded | str:
        try:
            return await reword(exact, episode, client.reply)
        except RequestFailed as error:
            return str(error)

    said = await asyncio.gather(*[one(episode) for episode in result.kept])
    kept = [_episode(episode, each, client.model) for episode, each in zip(result.kept, said, strict=True)
            if isinstance(each, Reworded)]
    failed = [episode._replace(native={}) for episode in result.failed]
    return Made(Result(tuple(kept), tuple(failed), result.dropped),
                tuple([(number, each) for number, each in enumerate(said) if isinstance(each, str)]),
                counts_of([one for each in said if isinstance(each, Reworded) for one in each.voiced], "reworded"))


async def reword(plan: Plan, episode: Episode, ask: Ask) -> Reworded:
    """The dialogue of an exact plan in other words. Raises what `ask` raises, and RunnerUnavailable for programs."""
    scene, old = scene_of(plan, episode), episode.dialogue.turns
    turns, voiced = [old[0]], [Voiced(0, (), ())]
    for index, turn in enumerate(old[1:], start=1):
        why, replies, words = list[str](), list[Reply](), turn.text
        for count in range(0 if is_kept(scene, turns, turn) else TRIES):
            # the arms of an item begin alike, so the draw is the same for the same turn of each
            draws = stream(plan.seed, "rewording", plan.recipe, episode.item, index, count)
            reply = await ask(_request(turns, turn), draws.below(1 << 31))
            replies.append(reply)
            reason = refused_rewording(scene, turns, turn, reply.text)
            if not reason:
                words = reply.text
                break
            why.append(reason)
        voiced.append(Voiced(len(replies) if len(why) < len(replies) else 0, tuple(why), tuple(replies)))
        turns.append(turn._replace(text=words))
    return Reworded(tuple(turns), tuple(voiced))


def _request(turns: Sequence[Turn], turn: Turn) -> list[Message]:
    bank = wordings(BANK)
    return [("system", bank.choose(turn.role, 0, {})),
            ("user", bank.choose("ask", 0, {"before": turns[-1].text, "text": turn.text}))]


def _episode(episode: Episode, said: Reworded, model: str) -> Episode:
    """The episode in its new words, with the row that says what became of them; nothing else of it quotes a turn."""
    episode = episode._replace(dialogue=episode.dialogue._replace(turns=said.turns))
    return episode._replace(native={TABLE: [{"id": pack_row(episode).id, "item": episode.item, "arm": episode.arm,
                                             "model": model, **row_of(said.voiced)}]})
