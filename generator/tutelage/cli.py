"""The command line: thin, and quick to start. Each command imports what it needs when it runs.

Exit codes: 0 done; 1 `check` found faults, or requests to a model failed for good; 2 what was asked for can't be done
(one line says why, and the way out); 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from tutelage import __version__
from tutelage.cli_models import build_with_models, evaluate
from tutelage.errors import TutelageError, UsageError
from tutelage.parameters import CONTEXT, ModelOptions, Words, addresses_in, model_options, plan_options

if TYPE_CHECKING:
    from tutelage.plan import Plan



@click.group(context_settings=CONTEXT)
@click.version_option(__version__, prog_name="tutelage")
def cli() -> None:
    """Makes dialogues between a student and a teacher with privileged information, as training data.

    \b
    tutelage list                                   what there is to build
    tutelage show sml --family shortest_path -n 2   read two dialogues
    tutelage build sml --rows 20000 --seed 7        build a dataset in outputs/sml
    tutelage check outputs/sml                      derive everything in it again
    tutelage stats outputs/sml                      what is in it
    tutelage export outputs/sml --for trl           add what a trainer reads
    tutelage push outputs/sml me/sml-dialogues      to the Hub, with its card
    tutelage read replies.jsonl                     what a model's replies do and answer
    tutelage evaluate --student URL                 how a model does with the exact teacher
    """


def make_plan(recipe: str, rows: int, seed: int, options: dict[str, Any]) -> Plan:
    from tutelage.plan import Options, Plan

    return Plan(recipe, rows, seed, Options(**options))


@cli.command("list", context_settings=CONTEXT)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a script.")
def list_command(as_json: bool) -> None:
    """Shows the recipes, families, students and teachers.

    \b
    tutelage list
    tutelage list --json | jq '.families[].name'
    """
    from tutelage.report import catalogue, catalogue_text

    click.echo(json.dumps(catalogue(), indent=2) if as_json else catalogue_text())


@cli.command(context_settings=CONTEXT)
@click.argument("recipe")
@plan_options
@click.option("-n", "--rows", default=1, show_default=True, help="How many dialogues.")
@click.option("--private", is_flag=True, help="Also what only the teacher knows.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def show(recipe: str, rows: int, seed: int, private: bool, as_json: bool, templates: Path | None,
         **options: Any) -> None:
    """Prints dialogues of a RECIPE to read.

    \b
    tutelage show sml --family shortest_path -n 2
    tutelage show q_priming --level 3 --private
    tutelage show sml --source gsm8k:train.jsonl -n 5 --seed 1
    """
    from tutelage.report import show_rows
    from tutelage.wording import use_templates

    use_templates(templates)
    for text in show_rows(make_plan(recipe, rows, seed, options), private=private, as_json=as_json,
                          colour=sys.stdout.isatty()):
        click.echo(text)


@cli.command(context_settings=CONTEXT)
@click.argument("recipe", required=False)
@click.option("--rows", default=None, type=int, show_default="10,000, or the source's problems once",
              help="Items to make: problems, each with all arms of the recipe.")
@plan_options
@model_options
@click.option("--out", type=click.Path(path_type=Path), default=None, show_default="outputs/RECIPE",
              help="Folder of the dataset.")
@click.option("--workers", type=int, default=None, show_default="one a core",
              help="Processes. The bytes don't depend on it.")
@click.option("--views", type=Words(), default=(), show_default="sft", metavar="a,b",
              help="Further configs for trainers, as tutelage export --views adds them.")
@click.option("--reword", type=Words(), default=(), metavar="URL",
              help="Address of a model that puts the exact dialogues into other words.")
@click.option("--judge", type=Words(), default=(), metavar="URL",
              help="Address of a model that looks for leaks in the words of a model as the teacher.")
@click.option("--teacher-model", default="", show_default="the server's first", help="Name of the teacher's model.")
@click.option("--reword-model", default="", show_default="the server's first", help="Name of the model that rewords.")
@click.option("--judge-model", default="", show_default="the server's first", help="Name of the judge's model.")
@click.option("--overwrite", is_flag=True, help="Replace another dataset in the folder.")
@click.option("--config", type=click.Path(path_type=Path), default=None, is_eager=True,
              callback=lambda context, _, path: read_config(context, path),
              help="A TOML file with any of these options; the command line wins.")
def build(recipe: str | None, rows: int | None, seed: int, out: Path | None, workers: int | None,
          views: tuple[str, ...], overwrite: bool, config: Path | None, templates: Path | None,
          reword: tuple[str, ...], judge: tuple[str, ...], model: ModelOptions, **options: Any) -> None:
    """Builds the dataset of a RECIPE, or goes on with an unfinished build.

    \b
    tutelage build sml --rows 20000 --seed 7 --workers 2
    tutelage build sml --source gsm8k:train.jsonl --out outputs/gsm8k
    tutelage build q_priming --family linear_system,word_problem --level 1-3
    tutelage build --config build.toml
    tutelage build sml --rows 500 --student http://127.0.0.1:8000/v1 --group 8

    With an address as --student a real model is the student of each item, and the exact teacher replies to its words;
    with one as --teacher as well, a model does. Keys come from TUTELAGE_STUDENT_KEY, TUTELAGE_TEACHER_KEY,
    TUTELAGE_REWORD_KEY, TUTELAGE_JUDGE_KEY or OPENAI_API_KEY. Exit code 1 where a request failed for good.
    """
    from tutelage.building import default_rows, default_workers, kept_message
    from tutelage.exporting import build_and_export as run
    from tutelage.processes import spare_pandas
    from tutelage.report import built_text, progress_bar

    if not recipe:
        raise UsageError('no recipe is given; name one (tutelage build sml), or in the --config file (recipe = "sml")')
    addresses = {"reword": reword, "judge": judge}
    addresses["student"], options["students"] = addresses_in(options["students"])
    addresses["teacher"], options["teachers"] = addresses_in(options["teachers"])
    plan = make_plan(recipe, default_rows(options["source"]) if rows is None else rows, seed, options)
    out = out or Path("outputs") / recipe
    if any(addresses.values()):
        build_with_models(plan, out, addresses, model, views=views, overwrite=overwrite, templates=templates)
        return
    if not plan.options.source:  # the Hub's loader needs pandas
        spare_pandas()
    try:
        with progress_bar(plan.rows) as progress:
            manifest = run(plan, out, workers=default_workers() if workers is None else workers, overwrite=overwrite,
                           templates=templates, progress=progress, views=views)
    except KeyboardInterrupt:
        click.echo(kept_message(plan, out), err=True)
        sys.exit(130)
    click.echo(built_text(manifest, out))


@cli.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--workers", type=int, default=None, show_default="one a core", help="Processes.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a script.")
def check(folder: Path, workers: int | None, as_json: bool) -> None:
    """Derives everything in a dataset again: answers by a second solver, mistakes, leaks, views, ids, hashes, schema.

    Exit code 1 and a list, row by row, where something is wrong.

    \b
    tutelage check outputs/sml
    tutelage check outputs/sml --json | jq '.faults[:5]'
    """
    from tutelage.building import default_workers
    from tutelage.checking import check as run
    from tutelage.report import checked_text, progress_bar

    with progress_bar(None) as progress:
        found = run(folder, workers=default_workers() if workers is None else workers, progress=progress)
    click.echo(json.dumps(found.to_json(), indent=2) if as_json else checked_text(found))
    if found.faults:
        sys.exit(1)


@cli.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON, for a script.")
def stats(folder: Path, as_json: bool) -> None:
    """Tells what is in a dataset: rows, turns, mistakes, questions, lengths, repetition, drops and their reasons.

    \b
    tutelage stats outputs/sml
    tutelage stats outputs/sml --json | jq .turns
    """
    from tutelage.stats import stats as run
    from tutelage.stats import stats_text

    found = run(folder)
    click.echo(json.dumps(found, indent=2) if as_json else stats_text(found))


@cli.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--for", "consumer", default="", metavar="TRAINER",
              help="The trainer that will read it: all views that it reads, and the lines that its user writes.")
@click.option("--views", type=Words(), default=(), metavar="a,b",
              help="Views by name: sft, prompt_completion, preference, preference_full, kto, rl.")
@click.option("--out", type=click.Path(path_type=Path), default=None, show_default="FOLDER itself",
              help="Folder for a dataset of its own, without the episodes.")
@click.option("--workers", type=int, default=None, show_default="one a core", help="Processes.")
@click.option("--overwrite", is_flag=True, help="Replace another dataset in --out.")
def export(folder: Path, consumer: str, views: tuple[str, ...], out: Path | None, workers: int | None,
           overwrite: bool) -> None:
    """Adds the configs that a trainer reads to a dataset, made from its episodes, and says how to load them.

    Trainers: trl, unsloth, axolotl, llama-factory, ms-swift, verl, openrlhf, skyrl, prime-rl, nemo-rl, open-instruct,
    torchtune (docs/trainers/).

    \b
    tutelage export outputs/sml --for trl
    tutelage export outputs/sml --views preference,kto --out outputs/sml-pairs
    """
    from tutelage.building import default_workers
    from tutelage.exporting import export as run
    from tutelage.exporting import exported_text
    from tutelage.processes import spare_pandas
    from tutelage.report import progress_bar

    spare_pandas()
    try:
        with progress_bar(None) as progress:
            manifest = run(folder, views, consumer=consumer, out=out, overwrite=overwrite, progress=progress,
                           workers=default_workers() if workers is None else workers)
    except KeyboardInterrupt:
        click.echo("stopped; finished shards are kept. Run the same command to go on", err=True)
        sys.exit(130)
    click.echo(exported_text(manifest, out or folder, consumer))


@cli.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
def card(folder: Path) -> None:
    """Writes the dataset card: README.md with the YAML that the Hub and load_dataset read, and plots in card/.

    What you add below its last line is kept when it is written again.

    \b
    tutelage card outputs/sml
    """
    from tutelage.cards import card as run

    click.echo(run(folder))


@cli.command(context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("repo", metavar="OWNER/NAME")
@click.option("--private", is_flag=True, help="Make the repository a private one.")
@click.option("--revision", default="main", show_default=True, help="Branch; it is made where it isn't there.")
@click.option("--without", type=Words(), default=(), help="Configs that are not pushed; episodes: nothing private is.")
@click.option("--workers", type=int, default=None, show_default="one a core", help="Processes of the check.")
def push(folder: Path, repo: str, private: bool, revision: str, without: tuple[str, ...], workers: int | None) -> None:
    """Checks a dataset and pushes it to the Hub with its card; run again, it finishes what was cut, or does nothing.

    The token is that of `hf auth login` or HF_TOKEN.

    \b
    tutelage push outputs/sml me/sml-dialogues --private
    tutelage push outputs/sml me/sml-dialogues --without episodes --revision v2
    """
    from tutelage.building import default_workers
    from tutelage.hub import push as run
    from tutelage.report import progress_bar

    try:
        done = run(folder, repo, private=private, revision=revision, without=without, bar=progress_bar,
                   workers=default_workers() if workers is None else workers)
    except KeyboardInterrupt:
        click.echo("stopped; run the same command to go on: what has arrived is not sent twice", err=True)
        sys.exit(130)
    click.echo(done.text())


@cli.command(context_settings=CONTEXT)
@click.argument("given", metavar="FROM", type=click.Path(path_type=Path))
@click.argument("out", metavar="TO", type=click.Path(path_type=Path))
@click.option("--to", "wanted", default="", metavar="FORMAT", help="FROM is a dataset; TO gets its episodes so.")
@click.option("--from", "held", default="", metavar="FORMAT", help="FROM is such a file; TO gets a --source.")
def convert(given: Path, out: Path, wanted: str, held: str) -> None:
    """Writes episodes in the shape of other projects, or their files as problems for --source; TO is JSON lines.

    Formats: gsm8k, mathdial, lost-in-conversation.

    \b
    tutelage convert outputs/sml talks.jsonl --to mathdial
    tutelage convert mathdial/train.jsonl problems.jsonl --from mathdial
    tutelage build sml --source problems.jsonl
    """
    from tutelage import interop

    if bool(wanted) == bool(held):
        raise UsageError("say either --to FORMAT, of a dataset, or --from FORMAT, of a file of others")
    if wanted:
        counts = interop.export(interop.episodes_of(given), out, wanted)
        click.echo(f"{out}: {counts['written']:,} rows of {wanted}; {counts['unfit']:,} episodes don't fit it")
        return
    problems = interop.problems_of(interop.load(given, held))
    interop.write_lines(problems, out)
    click.echo(f"{out}: {len(problems):,} problems; tutelage build sml --source {out}")


@cli.command(context_settings=CONTEXT)
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"))
def read(file: TextIO) -> None:
    """Reads models' replies in FILE (- is standard input): what each does, answers and asks, and whether it is right.

    FILE has a JSON object a line, with response and perhaps answer (the right one) and question. For each comes a line
    with act, answer, correct and asks. Acts: attempt, clarification, interrogation, discussion, hedge, refuse, missing
    (docs/reading.md); all but the first withhold the answer.

    \b
    tutelage read replies.jsonl > read.jsonl
    tutelage read replies.jsonl | jq -r .act | sort | uniq -c
    echo '{"response": "So it is 18. Right?", "answer": "#### 18"}' | tutelage read -
    """
    from tutelage.problems.reading.judged import judged

    for found in judged(file, file.name):
        click.echo(json.dumps(found))


cli.add_command(evaluate)


def read_config(context: click.Context, path: Path | None) -> Path | None:
    """Lets the values of a TOML file be the defaults of the command. Raises UsageError for what it does not know."""
    import tomllib

    if path is None:
        return None
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"--config {path} can't be read: {error}") from error
    known = {name.lstrip("-").replace("-", "_"): option.name
             for option in context.command.params for name in (option.name or "", *option.opts)}
    defaults = {}
    for key, value in values.items():
        name = known.get(key.replace("-", "_"))
        if name is None or name in ("config", "help"):
            raise UsageError(f"{path} has an option {key!r} that build does not have; see tutelage build --help")
        defaults[name] = ",".join(map(str, value)) if isinstance(value, list) else str(value)  # as on the command line
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


def main() -> None:
    """Runs the command line and turns errors into one line and an exit code."""
    try:
        cli(standalone_mode=False, prog_name="tutelage")
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        message, context = error.format_message(), getattr(error, "ctx", None)
        if "\n" in message:  # no command was given, and the message is the whole help
            click.echo(message, err=True)
        else:
            click.echo(f"Error: {message} (see {context.command_path if context else 'tutelage'} --help)", err=True)
        sys.exit(2)
    except TutelageError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has gone: nothing to tell it
        sys.exit(0)
