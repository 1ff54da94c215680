"""TRL: a reward function for GRPO, a rollout of free talk, and an environment that is talked to by a tool.

    from tutelage.adapters import trl as tutor

    GRPOTrainer(model, tutor.reward, train_dataset=load_dataset(repo, "rl")["train"])      # one reply, judged exactly

    GRPOTrainer(model, tutor.episode_reward, rollout_func=tutor.rollout(),                 # talk, turn by turn
                train_dataset=tutor.with_scenarios(load_dataset(repo, "rl")["train"]))

    GRPOTrainer(model, environment_factory=tutor.environment_factory("sml"), ...)          # the tool `say`

`rollout_func` gets prompts and nothing else; an extra key of the last message arrives intact, and it carries the
scenario. Written for TRL 1.16, whose rollout and environment interfaces are experimental.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutelage.adapters.single import Completion, columns_of, scenario_in, text_of, verdict
from tutelage.environment import Environment
from tutelage.errors import UsageError

Generate = Callable[[Any, list[list[int]], int], list[list[int]]]
"""(trainer, token ids of each prompt, most new tokens) -> new token ids of each."""


def reward(completions: Sequence[Completion], ground_truth: Sequence[str] | None = None,
           **columns: Any) -> list[float]:
    """1 for each completion whose one final answer is right, else 0: a reward function for single replies.

    `ground_truth` and `scenario` are columns of the view `rl`; see `single.verdict` for what the scenario adds.
    Raises UsageError where neither is given.
    """
    scenarios = columns_of(columns, len(completions))
    if ground_truth is None and not any(scenarios):
        raise UsageError("the reward needs the column 'ground_truth' or 'scenario'; give it rows of the view 'rl'")
    truths = ground_truth if ground_truth is not None else [""] * len(completions)
    return [verdict(text_of(completion), truth, scenario)
            for completion, truth, scenario in zip(completions, truths, scenarios, strict=True)]


def episode_reward(completions: Sequence[Any], episode_reward: Sequence[float], **columns: Any) -> list[float]:
    """The rewards that the episodes of `rollout` have earned."""
    return list(episode_reward)


def with_scenarios(table: Any) -> Any:
    """A `datasets` table of the view `rl` whose last prompt message carries the row's scenario as `scenario_id`."""

    def carry(row: dict[str, Any]) -> dict[str, Any]:
        *before, last = row["prompt"]
        blank = [{**message, "scenario_id": ""} for message in before]
        return {"prompt": [*blank, {**last, "scenario_id": scenario_in(row)}]}

    return table.map(carry)


def rollout(*, reward: str = "binary", max_turns: int | None = None, turn_tokens: int = 512,
            generate: Generate | None = None) -> Callable[[list[Any], Any], dict[str, Any]]:
    """A `rollout_func`: each prompt's episode, its student turns with mask 1 and the teacher's with mask 0.

    `turn_tokens` bounds one turn, the trainer's `max_completion_length` the whole. `generate` makes the new tokens;
    None: the trainer's model by transformers' `generate` (with vLLM, give one that calls it). Raises UsageError for
    a prompt without scenario, a tokenizer whose template rewrites earlier turns, and an unknown reward.
    """
    from tutelage.rewards import reward_named

    reward_named(reward)
    make = generate or _by_transformers

    def play(prompts: list[Any], trainer: Any) -> dict[str, Any]:
        tokenizer = getattr(trainer.processing_class, "tokenizer", trainer.processing_class)
        episodes = [_Episode(prompt, tokenizer, reward, max_turns) for prompt in prompts]
        most = trainer.args.max_completion_length
        while going := [episode for episode in episodes if not episode.over and len(episode.ids) < most]:
            limit = min(turn_tokens, most - max(len(episode.ids) for episode in going))
            if limit < 1:
                break
            made = make(trainer, [episode.prompt + episode.ids for episode in going], limit)
            for episode, new in zip(going, made, strict=True):
                episode.take(new, most)
        return {"prompt_ids": [e.prompt for e in episodes], "completion_ids": [e.ids for e in episodes],
                "logprobs": None, "env_mask": [e.mask for e in episodes],
                "episode_reward": [e.env.reward for e in episodes]}

    return play


class _Episode:
    """One episode as token ids."""

    def __init__(self, prompt: Sequence[Mapping[str, Any]], tokenizer: Any, reward: str,
                 max_turns: int | None) -> None:
        self.env = Environment(reward=reward, max_turns=max_turns)
        self.env.reset(scenario=scenario_in({"prompt": prompt}))
        self.tokenizer, self.over = tokenizer, False
        messages = [{"role": message["role"], "content": message["content"]} for message in prompt]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        self.prompt = _tokens(tokenizer, text)
        self.ids: list[int] = []
        self.mask: list[int] = []

    def take(self, new: list[int], most: int) -> None:
        """Adds a student's turn and, where the episode goes on and there is room, the teacher's."""
        self.ids, self.mask = self.ids + new, self.mask + [1] * len(new)
        step = self.env.step(self.tokenizer.decode(new, skip_special_tokens=True))
        between = [] if step.done else bridge(self.tokenizer, step.words, closed=bool(new) and (
            new[-1] == self.tokenizer.eos_token_id))
        self.over = step.done or len(self.ids) + len(between) >= most
        if not self.over:
            self.ids, self.mask = self.ids + between, self.mask + [0] * len(between)


def bridge(tokenizer: Any, words: str, *, closed: bool) -> list[int]:
    """The tokens from the end of a student's turn, its end mark if it isn't `closed`, to the start of the next one.

    Raises UsageError where the chat template rewrites earlier turns, so that no such tokens exist.
    """
    before = [{"role": "user", "content": "."}, {"role": "assistant", "content": "."}]
    head = tokenizer.apply_chat_template(before, tokenize=False)
    whole = tokenizer.apply_chat_template([*before, {"role": "user", "content": words}], tokenize=False,
                                          add_generation_prompt=True)
    if not whole.startswith(head):
        raise UsageError("the tokenizer's chat template rewrites earlier turns; give one that only adds to them")
    _, mark, rest = head.rpartition(tokenizer.eos_token)
    end = "" if closed or not mark else mark
    return _tokens(tokenizer, end + (rest if mark else "") + whole[len(head):])


def _tokens(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _by_transformers(trainer: Any, prompts: list[list[int]], limit: int) -> list[list[int]]:
    """Samples by transformers' `generate`, left-padded, with the trainer's temperature."""
    import torch

    tokenizer = getattr(trainer.processing_class, "tokenizer", trainer.processing_class)
    model = trainer.accelerator.unwrap_model(trainer.model)
    longest, pad, end = max(map(len, prompts)), tokenizer.pad_token_id, tokenizer.eos_token_id
    ids = torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt in prompts], device=model.device)
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts], device=model.device)
    with torch.no_grad():
        made = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=limit, do_sample=True,
                              temperature=trainer.args.temperature, pad_token_id=pad, eos_token_id=end)
    rows = [row[longest:].tolist() for row in made]
    return [row[:row.index(end) + 1] if end in row else row for row in rows]


class Conversation:
    """An environment of TRL's `environment_factory`: the model talks by calling `say`."""

    def __init__(self, **given: Any) -> None:
        self._env = Environment(**given)

    def reset(self, **row: Any) -> str | None:
        """Begins the row's episode; without a scenario the next one, whose statement is given back as the prompt."""
        try:
            scenario = scenario_in(row)
        except UsageError:
            return self._env.reset().messages[0]["content"]
        self._env.reset(scenario=scenario)
        return None

    def say(self, message: str) -> str:
        """
        Say something to the teacher: an answer with its work, or a question about the problem.

        Args:
            message: What to say, in plain words. At most one final answer.

        Returns:
            The teacher's reply.
        """
        if self._env.done:
            return "The conversation is over."
        step = self._env.step(message)
        return step.words if not step.done else "The conversation is over."

    def get_reward(self) -> float:
        """The episode's reward."""
        return float(self._env.reward)


def environment_factory(recipe: str = "sml", **given: Any) -> Callable[[], Conversation]:
    """What `GRPOTrainer(environment_factory=…)` takes; options as of `Environment`. Raises UsageError at once."""
    Environment(recipe, **given)
    return lambda: Conversation(recipe=recipe, **given)
