"""The trainers that a dataset can be exported for: which views each reads, and what it has to be told.

A consumer is a line in `CONSUMERS` and a template `templates/trainers/<name>.txt` with the lines that its user writes;
files that it wants stand in the same folder under their own names. The templates are Jinja, the chat template apart,
which is Jinja itself and copied as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tutelage.errors import UsageError
from tutelage.wording import templates_dir

MASK = "sml_mask.jinja"
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True,
                                             lstrip_blocks=True, keep_trailing_newline=True)


class Consumer(NamedTuple):
    name: str
    title: str  # as it calls itself
    views: tuple[str, ...]  # that it reads, see `records.trainers`
    files: tuple[str, ...] = ()  # that it wants at the top of the dataset's folder


CONSUMERS = (
    Consumer("trl", "TRL", ("sft", "prompt_completion", "preference", "pairs", "best", "kto", "rl"), (MASK,)),
    Consumer("unsloth", "Unsloth", ("sft", "prompt_completion", "preference", "pairs", "best", "kto", "rl")),
    Consumer("axolotl", "Axolotl", ("sft", "preference"), ("axolotl.yaml",)),
    Consumer("llama-factory", "LLaMA-Factory", ("sft", "preference", "kto"), ("dataset_info.json",)),
    Consumer("ms-swift", "ms-swift", ("sft", "preference_full")),
    Consumer("verl", "veRL", ("sft", "rl", "truth_rl", "vote_rl")),
    Consumer("openrlhf", "OpenRLHF", ("sft", "preference_full", "rl")),
    Consumer("skyrl", "SkyRL", ("sft", "rl")),
    Consumer("prime-rl", "prime-rl", ("sft",), ("prime-rl.toml",)),
    Consumer("nemo-rl", "NeMo-RL", ("sft", "preference"), ("nemo-rl.yaml",)),
    Consumer("open-instruct", "open-instruct", ("sft", "preference_full", "rl")),
    Consumer("torchtune", "torchtune", ("sft", "preference_full"), ("torchtune.yaml",)),
)


def consumer_named(name: str) -> Consumer:
    """The consumer of a name. Raises UsageError for a name that does not exist."""
    for consumer in CONSUMERS:
        if consumer.name == name:
            return consumer
    known = ", ".join(consumer.name for consumer in CONSUMERS)
    raise UsageError(f"there is no trainer {name!r}; there are {known}. For any other name the views that it reads")


def companions_of(consumer: Consumer, files: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The files that a consumer wants, by name; `files` are those of the manifest."""
    return {name: _text(name) if name == MASK else _render(name, files, ".") for name in consumer.files}


def lines_for(consumer: Consumer, folder: Path, manifest: Mapping[str, Any]) -> str:
    """What a user of the consumer writes to train on the dataset in `folder`."""
    return _render(f"{consumer.name}.txt", manifest["files"], folder.as_posix()).strip()


def _render(name: str, files: Iterable[Mapping[str, Any]], folder: str) -> str:
    """A template that knows the `folder`, the `views` that have training files, and those `files`, by view."""
    training: dict[str, list[str]] = {}
    for file in files:
        view, _, rest = file["path"].partition("/")
        if rest.startswith("train-"):
            training.setdefault(view, []).append(file["path"])
    return _ENVIRONMENT.from_string(_text(name)).render(folder=folder, views=set(training), files=training)


def _text(name: str) -> str:
    return (templates_dir() / "trainers" / name).read_text(encoding="utf-8")
