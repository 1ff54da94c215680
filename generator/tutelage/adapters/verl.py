"""veRL: an agent loop in which the exact teacher answers, and `compute_score` for single replies.

    # agent_loop.yaml, named by actor_rollout_ref.rollout.agent.agent_loop_config_path
    - name: tutelage
      _target_: tutelage.adapters.verl.TutelageAgentLoop

    reward.custom_reward_function.path=…/tutelage/adapters/verl.py    reward.custom_reward_function.name=compute_score

Rows of the view `rl` say `agent_name: tutelage` and carry their scenario in `extra_info`. Written against the source
of veRL 0.9.1; tested with stand-ins for its classes, not run with veRL itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from tutelage.adapters.single import scenario_in, verdict
from tutelage.environment import Environment


def compute_score(data_source: str, solution_str: str, ground_truth: str,
                  extra_info: Mapping[str, Any] | None = None, **_: Any) -> float:
    """1 where the reply's one final answer is right, else 0; by the family's judge where `extra_info` holds the
    scenario (`scenario_json`), else by comparing the answers' texts.
    """
    return verdict(solution_str, ground_truth, str((extra_info or {}).get("scenario_json") or ""))


def __getattr__(name: str) -> Any:
    if name == "TutelageAgentLoop":
        return _agent_loop()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@cache
def _agent_loop() -> type:
    """The class, made when veRL asks for it: its base is veRL's."""
    from verl.experimental.agent_loop.agent_loop import AgentLoopBase, AgentLoopOutput

    class TutelageAgentLoop(AgentLoopBase):  # type: ignore[misc]
        """One episode: the model's turns are trained, the teacher's are not."""

        def __init__(self, *args: Any, reward: str = "binary", max_turns: int | None = None, **given: Any) -> None:
            super().__init__(*args, **given)
            self.reward, self.max_turns = reward, max_turns
            self.response_length = self.rollout_config.response_length

        async def run(self, sampling_params: dict[str, Any], **row: Any) -> Any:
            env = Environment(reward=self.reward, max_turns=self.max_turns)
            env.reset(scenario=scenario_in(row))
            messages = [dict(message) for message in row["raw_prompt"]]
            request = uuid4().hex
            tokens = await self.ct_build_initial_tokens(messages)
            mask: list[int] = []
            logprobs: list[float] | None = []
            while True:
                output = await self.server_manager.generate(request_id=request, prompt_ids=tokens,
                                                            sampling_params=sampling_params)
                if not output.log_probs:
                    logprobs = None
                merged, mask, logprobs = await self.ct_merge_assistant_token(
                    tokens, output.token_ids, mask, logprobs, assistant_logprobs=output.log_probs or None)
                tokens = merged.token_ids
                text = self.tokenizer.decode(output.token_ids, skip_special_tokens=True)
                step = env.step(text)
                if step.done or len(mask) >= self.response_length:
                    break
                before = [*messages, {"role": "assistant", "content": text}]
                messages = [*before, {"role": "user", "content": step.words}]
                merged, mask, logprobs = await self.ct_merge_context_msg(before, messages, tokens, mask, logprobs)
                tokens = merged.token_ids
                if len(mask) >= self.response_length:
                    break
            size, most = len(tokens) - len(mask), self.response_length
            return AgentLoopOutput(
                prompt_ids=tokens[:size], response_ids=tokens[size:][:most], response_mask=mask[:most],
                response_logprobs=logprobs[:most] if logprobs else None, reward_score=float(env.reward),
                num_turns=len(env.messages), metrics={"num_preempted": -1},
                extra_fields={"turn_scores": [], "tool_rewards": []})

    return TutelageAgentLoop
