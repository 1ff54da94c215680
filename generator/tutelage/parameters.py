"""Options of the command line that commands share, and what they can hold: lists of words and of numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class Words(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # generic since click 8.4
    """A comma-separated list of words."""

    name = "a,b"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple | list):
            return tuple(map(str, value))
        return tuple(word.strip() for word in str(value).split(",") if word.strip())


class Numbers(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A comma-separated list of whole numbers and ranges: 1,2 or 1-3."""

    name = "1-5"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple | list):
            return tuple(int(each) for each in value)
        numbers: list[int] = []
        for part in str(value).split(","):
            low, _, high = part.strip().partition("-")
            if not low.isdecimal() or (high and not high.isdecimal()) or len(low + high) > 8:
                self.fail(f"{value!r} is not a list of whole numbers such as 1,2 or 1-3", param, ctx)
            numbers += range(int(low), int(high or low) + 1)
        return tuple(numbers)


class Prices(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """Two prices: 0.15,0.60."""

    name = "prompt,reply"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        try:
            prompt, reply = map(float, str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is not two prices such as 0.15,0.60", param, ctx)
        return prompt, reply


def plan_options(command: F) -> F:
    """The options that `build` and `show` share: what decides the rows."""
    for decorate in reversed((
        click.option("--family", "--families", "families", type=Words(), default=(), show_default="all",
                     help="Families to draw problems from."),
        click.option("--level", "--levels", "levels", type=Numbers(), default="1-5", show_default=True,
                     help="Levels of difficulty, 1 to 5."),
        click.option("--source", default="", help="Problems from outside instead: gsm8k:PATH, a .jsonl, .csv or "
                     ".parquet file with columns question and answer, or a Hub id."),
        click.option("--student", "--students", "students", type=Words(), default=(), show_default="the recipe's mix",
                     help="Student policies (see tutelage list); or the address of a model that is the student, http://…/v1."),
        click.option("--teacher", "--teachers", "teachers", type=Words(), default=(), show_default="the recipe's mix",
                     help="Teacher policies; or the address of a model, beside one as --student."),
        click.option("--max-turns", default=4, show_default=True, help="Student turns at most."),
        click.option("--keep", default="paper", show_default=True, metavar="paper|strict",
                     help="paper: dialogues that end right. strict: also not in the first turn."),
        click.option("--train-on", default="all", show_default=True, metavar="all|questions_and_final|final",
                     help="Which student turns carry the loss in sft."),
        click.option("--ask-at", default="slot", show_default=True, metavar="slot|first",
                     help="q_priming: ask where the work stops, or before any work."),
        click.option("--k", type=Numbers(), default="1-3", show_default=True,
                     help="proactive: how many premises are hidden."),
        click.option("--window", default=3, show_default=True,
                     help="collaborative: how many questions ahead the value of a turn looks."),
        click.option("--siblings", default=10, show_default=True,
                     help="best_questions: conversations a problem. self_play: answers a problem."),
        click.option("--attribute", "--attributes", "attributes", type=Words(), default=(), show_default="all",
                     help="question_attributes: those that the pairs differ in."),
        click.option("--iterations", default=5, show_default=True, help="skills, self_play: rounds of a run."),
        click.option("--tasks", default=5, show_default=True, help="skills, self_play: tasks of a round."),
        click.option("--reward", default="", show_default="the recipe's usual one",
                     help="self_play: what the proposer is paid."),
        click.option("--split", default="evaluation", show_default=True, metavar="evaluation|train",
                     help="Recipes made for evaluation: structures that no training split holds, or those of train."),
        click.option("--holdout-family", "--holdout-families", "holdout_families", type=Words(), default=(),
                     help="Families that go to the split heldout."),
        click.option("--holdout-level", "--holdout-levels", "holdout_levels", type=Numbers(), default=(),
                     help="Levels that go to the split heldout."),
        click.option("--templates", type=click.Path(path_type=Path), default=None,
                     help="A folder whose .j2 files stand in for ours of the same name."),
        click.option("--seed", default=0, show_default=True, help="Same seed, same bytes."),
    )):
        command = decorate(command)
    return command


class ModelOptions(NamedTuple):
    """How a model is asked. None is the server's or the usual value."""

    student_model: str  # "": the first that the server names; of the others as well
    teacher_model: str
    reword_model: str
    judge_model: str
    group: int  # dialogues an item
    temperature: float | None
    top_p: float | None
    reply_tokens: int | None
    concurrency: int
    timeout: float
    stream: bool
    cache: Path | None
    max_requests: int | None
    max_tokens: int | None
    max_cost: float | None
    price: tuple[float, float] | None


def model_options(command: F) -> F:
    """The options on a real model, passed to the command as one value, `model`."""

    @functools.wraps(command)
    def with_model(*args: Any, **given: Any) -> Any:
        fields = {name: given.pop(name, "") for name in ModelOptions._fields}  # roles that a command doesn't know: ""
        return command(*args, model=ModelOptions(**fields), **given)

    wrapped: Any = with_model
    for decorate in reversed((
        click.option("--student-model", default="", show_default="the server's first", help="Name of the model."),
        click.option("--group", default=1, show_default=True, help="Dialogues of the model a problem."),
        click.option("--temperature", type=float, default=None, show_default="the server's", help="Of its replies."),
        click.option("--top-p", type=float, default=None, show_default="the server's", help="Of its replies."),
        click.option("--reply-tokens", type=int, default=None, show_default="the server's", help="Of a reply at most."),
        click.option("--concurrency", default=64, show_default=True, help="Requests under way at a time."),
        click.option("--timeout", default=600.0, show_default=True, help="Seconds for one reply."),
        click.option("--stream", is_flag=True, help="Ask for replies piece by piece."),
        click.option("--cache", type=click.Path(path_type=Path), default=None, show_default="OUT.cache.sqlite",
                     help="File that keeps all replies: none is paid for twice."),
        click.option("--max-requests", type=int, default=None, help="Requests at most; then the build stops."),
        click.option("--max-tokens", type=int, default=None, help="Tokens at most, of prompts and replies."),
        click.option("--max-cost", type=float, default=None, help="Cost at most, by --price."),
        click.option("--price", type=Prices(), default=None, help="Of a million tokens of each: 0.15,0.60."),
    )):
        wrapped = decorate(wrapped)
    return wrapped  # type: ignore[no-any-return]


def addresses_in(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses of servers among the names of policies, and the other words."""
    addresses = tuple([word for word in words if "://" in word or word.startswith("transformers:")])
    return addresses, tuple([word for word in words if word not in addresses])
