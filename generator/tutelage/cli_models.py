"""The commands on real models: `build` with an address as the student, and `evaluate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tutelage.errors import UsageError
from tutelage.parameters import CONTEXT, ModelOptions, Numbers, Words, model_options

if TYPE_CHECKING:
    from tutelage.plan import Plan


def build_with_models(plan: Plan, out: Path, addresses: Mapping[str, Sequence[str]], model: ModelOptions, *,
                      views: Sequence[str], overwrite: bool, templates: Path | None) -> None:
    """A build with real models in the roles that have addresses."""
    from tutelage.building import kept_message
    from tutelage.exporting import export
    from tutelage.live.building import build_live
    from tutelage.live.participants import opened, with_models
    from tutelage.report import built_text, progress_bar

    try:
        with opened(addresses, model, out) as roles, progress_bar(plan.rows, roles.spent) as progress:
            manifest = build_live(with_models(plan, roles, model), out, roles, overwrite=overwrite,
                                  templates=templates, progress=progress)
        manifest = export(out, views) if views else manifest
    except KeyboardInterrupt:
        click.echo(kept_message(plan, out), err=True)
        sys.exit(130)
    click.echo(built_text(manifest, out))
    if manifest["requests_failed"]:
        sys.exit(1)


@click.command(context_settings=CONTEXT)
@click.option("--student", "addresses", type=Words(), required=True, metavar="URL",
              help="Address of the model, http://…/v1; several of one model with commas.")
@click.option("--recipe", default="", show_default="sml", help="Whose items are played.")
@click.option("--dataset", type=click.Path(path_type=Path), default=None,
              help="Play the items of its split test instead.")
@click.option("--items", default=200, show_default=True, help="How many.")
@click.option("--runs", default=1, show_default=True, help="Dialogues an item; from two on with P, A90 and U90_10.")
@click.option("--max-turns", default=10, show_default=True, help="Student turns at most.")
@click.option("--family", "--families", "families", type=Words(), default=(), show_default="all",
              help="Families of a --recipe.")
@click.option("--level", "--levels", "levels", type=Numbers(), default="1-5", show_default=True, help="Its levels.")
@click.option("--seed", default=0, show_default=True, help="Which items, and the seeds of the replies.")
@click.option("--out", type=click.Path(path_type=Path), default=None, show_default="outputs/evaluation-RECIPE",
              help="Folder of evaluation.json and transcripts.jsonl.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a script.")
@model_options
def evaluate(addresses: tuple[str, ...], recipe: str, dataset: Path | None, items: int, runs: int, max_turns: int,
             families: tuple[str, ...], levels: tuple[int, ...], seed: int, out: Path | None, as_json: bool,
             model: ModelOptions) -> None:
    """Plays problems with a model as the student of the exact teacher, and says how it does, with 95 % intervals.

    sml: complete problems with real feedback, with none, and with that on another problem. proactive, missing_premise,
    which_question, sharded: problems that lack something, with a user who knows it.

    \b
    tutelage evaluate --student http://127.0.0.1:8000/v1 --items 100
    tutelage evaluate --student http://127.0.0.1:8000/v1 --recipe proactive --json
    tutelage evaluate --student http://127.0.0.1:8000/v1 --dataset outputs/sharded --runs 10
    """
    import asyncio

    from tutelage.live.evaluating import evaluate as run
    from tutelage.live.evaluating import evaluated_text, of_dataset, of_recipe
    from tutelage.live.participants import opened
    from tutelage.report import progress_bar

    if recipe and dataset is not None:
        raise UsageError("say either --recipe or --dataset")
    given = of_recipe(recipe or "sml", items, seed=seed, turns=max_turns, families=families, levels=levels) \
        if dataset is None else of_dataset(dataset, items, turns=max_turns)
    out = out or Path("outputs") / f"evaluation-{given.plan.recipe}"
    try:
        with opened({"student": addresses}, model, out) as roles, progress_bar(None, roles.spent) as progress:
            result = asyncio.run(run(given, roles, out, runs=runs, progress=progress))
    except KeyboardInterrupt:
        click.echo("stopped; run the same command to go on: no reply is asked for twice", err=True)
        sys.exit(130)
    click.echo(json.dumps(result, indent=2) if as_json else evaluated_text(result))
    if result["failed"]:
        sys.exit(1)
