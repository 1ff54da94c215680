"""The laws of the command line: one line and exit code 2 for what can't be done, and a quick start."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

import tutelage.cli
from tutelage.cli import cli
from tutelage.problems import FAMILIES
from tutelage.recipes import RECIPES
from tutelage.talk.students import STUDENTS
from tutelage.talk.teachers import TEACHERS

Run = Callable[..., "subprocess.CompletedProcess[str]"]
HEAVY = ("datasets", "sympy", "pyarrow", "networkx", "jinja2", "rich", "pandas", "numpy", "multiprocessing")
COMMANDS: dict[str, click.Command] = dict(cli.commands)


def family_for(recipe: str) -> str:
    return "rulebook" if recipe == "skills" else "max_flow"


def small(*words: object, recipe: str = "sml") -> tuple[object, ...]:
    return ("build", recipe, "--rows", 6, "--workers", 1, "--family", "shortest_path", *words)


# --- what can't be done -----------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[tuple[object, ...], str, str]] = {
    # what is typed, the value that the message must name, the way out that it must show
    "recipe": (("build", "nosuch"), "'nosuch'", "sml, q_priming, controls"),
    "recipe to show": (("show", "nosuch"), "'nosuch'", "sml, q_priming, controls"),
    "no recipe": (("build",), "no recipe", "tutelage build sml"),
    "command": (("nosuch",), "nosuch", "--help"),
    "option": (small("--nosuch"), "--nosuch", "--help"),
    "family": (small("--family", "nosuch"), "'nosuch'", "shortest_path"),
    "one family of two": (small("--family", "shortest_path,nosuch"), "'nosuch'", "shortest_path"),
    "family to hold out": (small("--holdout-family", "nosuch"), "'nosuch'", "shortest_path"),
    "level": (small("--level", "9"), "level=9", "1..5"),
    "level 0": (small("--level", "0-2"), "level=0", "1..5"),
    "level to hold out": (small("--holdout-level", "6"), "level=6", "1..5"),
    "level that is a word": (small("--level", "hard"), "'hard'", "1-3"),
    "levels from 1 to a million": (small("--level", "1-9999999999"), "1-9999999999", "1-3"),
    "no level": (small("--level", "3-1"), "level", "1..5"),
    "student": (small("--student", "nosuch"), "'nosuch'", "slips_then_repairs"),
    "student of another recipe": (small("--student", "solves", recipe="q_priming"), "'solves'", "slips_then_repairs"),
    "teacher": (small("--teacher", "nosuch"), "'nosuch'", "ladder"),
    "teacher of controls": (small("--teacher", "misleading"), "'misleading'", "ladder"),
    "keep": (small("--keep", "best"), "'best'", "paper, strict"),
    "train-on": (small("--train-on", "none"), "'none'", "all, questions_and_final, final"),
    "ask-at": (small("--ask-at", "never"), "'never'", "slot, first"),
    "max-turns": (small("--max-turns", 0), "max_turns=0", "1..20"),
    "rows 0": (("build", "sml", "--rows", 0), "rows=0", "1..1000000000"),
    "rows below 0": (("build", "sml", "--rows", -5), "rows=-5", "1..1000000000"),
    "too many rows": (("build", "sml", "--rows", 10**12), "rows=1000000000000", "1..1000000000"),
    "rows that are a word": (("build", "sml", "--rows", "many"), "'many'", "--help"),
    "rows without a number": (("build", "sml", "--rows"), "--rows", "--help"),
    "rows to show": (("show", "sml", "-n", 0), "rows=0", "1..1000000000"),
    "seed": (small("--seed", -1), "seed=-1", "0..2**63-1"),
    "too large a seed": (small("--seed", 2**63), "seed=9223372036854775808", "0..2**63-1"),
    "workers": (small("--workers", 0), "workers=0", "at least 1"),
    "out under a file": (small("--out", "file/out"), "file/out", "--out"),
    "out that is a file": (small("--out", "file"), "file", "--out"),
    "out that can't be made": (small("--out", "/proc/nosuch/out"), "/proc/nosuch/out", "--out"),
    "templates": (small("--templates", "nosuch"), "'nosuch'", ".j2"),
    "templates that are a file": (small("--templates", "file"), "'file'", ".j2"),
    "source": (small("--source", "nosuch.jsonl"), "nosuch.jsonl", "path"),
    "config that isn't there": (("build", "sml", "--config", "nosuch.toml"), "nosuch.toml", "No such file"),
    "config that is a folder": (("build", "sml", "--config", "."), "--config .", "directory"),
    "config that is no TOML": (("build", "sml", "--config", "file"), "file", "line 1"),
    "config that is no text": (("build", "sml", "--config", "bytes"), "bytes", "utf-8"),
    "config with another option": (("build", "--config", "option.toml"), "'colour'", "--help"),
    "config with a wrong value": (("build", "--config", "value.toml"), "1.5", "--help"),
    "config with a wrong type": (("build", "--config", "type.toml"), "unknown family", "shortest_path"),
    "config with a recipe that isn't": (("build", "--config", "recipe.toml"), "'nosuch'", "sml, q_priming, controls"),
    "another argument": (("build", "sml", "more"), "more", "--help"),
    "check": (("check", "nosuch"), "nosuch", "give the folder of a dataset"),
    "check without a folder": (("check",), "FOLDER", "--help"),
    "check with no worker": (("check", "file", "--workers", 0), "workers=0", "at least 1"),
    "check of a file": (("check", "file"), "file", "give the folder of a dataset"),
    "stats": (("stats", "nosuch"), "nosuch", "give the folder of a dataset"),
}
FILES = {
    "file": b"rows: 20\n", "bytes": b"\xff\xfe\x00", "option.toml": b'recipe = "sml"\ncolour = "red"\n',
    "value.toml": b'recipe = "sml"\nrows = 1.5\n', "type.toml": b'recipe = "sml"\nfamily = {name = "shortest_path"}\n',
    "recipe.toml": b'recipe = "nosuch"\n',
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(name: str, call: Callable[..., Any], tmp_path: Path) -> None:
    """Exit code 2 and one line that names the value and the way out; no traceback, and nothing is written."""
    for file, data in FILES.items():
        (tmp_path / file).write_bytes(data)
    words, value, way_out = REFUSED[name]
    outcome = call(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r"Error: .*\n", outcome.err), outcome.err
    assert value in outcome.err
    assert way_out in outcome.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == FILES


def test_refused_by_the_program_too(command: Run, tmp_path: Path) -> None:
    """What `main` does in this process, `python generator` does in its own: exit code, streams, nothing written."""
    done = command(*small("--family", "nosuch"), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"Error: unknown family 'nosuch'; .*\n", done.stderr)
    assert not list(tmp_path.iterdir())


def test_without_a_command_there_is_help(call: Callable[..., Any]) -> None:
    """`tutelage` alone shows what there is to do; it is not an error of one line."""
    outcome = call()
    assert "Usage: tutelage" in outcome.out + outcome.err
    assert all(name in outcome.out + outcome.err for name in COMMANDS)


# --- show and list ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", [recipe.name for recipe in RECIPES])
def test_show_is_a_function_of_its_options(recipe: str, call: Callable[..., Any]) -> None:
    """The same options show the same dialogues, fewer are the first of them; another seed shows others."""
    words = ("show", recipe, "--family", family_for(recipe), "--json", "-n")
    shown = call(*words, 3)
    assert (shown.code, shown.err) == (0, "")
    assert call(*words, 3).out == shown.out
    assert call(*words, 3, "--seed", 1).out != shown.out
    fewer = call(*words, 2).out
    assert shown.out.startswith(fewer)
    assert shown.out != fewer != ""


def test_show_shows_what_build_builds(call: Callable[..., Any], tmp_path: Path) -> None:
    """The dialogues that are shown are the rows of the dataset, in order."""
    import pyarrow.parquet as pq

    lines = call("show", "sml", "-n", 6, "--family", "shortest_path", "--json").out.splitlines()
    shown = [[turn["text"] for turn in json.loads(line)["turns"]] for line in lines]
    assert call(*small("--out", "out")).code == 0
    rows = [row for path in (tmp_path / "out" / "episodes").glob("*") for row in pq.read_table(path).to_pylist()]
    built = {row["item"]: [turn["text"] for turn in row["turns"]] for row in rows if row["reward"]}
    assert shown == [built[item] for item in range(6)]


@pytest.mark.parametrize("recipe", [recipe.name for recipe in RECIPES])
def test_what_is_private_is_shown_on_demand_only(recipe: str, call: Callable[..., Any]) -> None:
    """Without --private no private field is printed, as text or as JSON; with it the answer and mistakes are."""
    words = ("show", recipe, "-n", 4, "--family", family_for(recipe))
    hidden, shown = call(*words, "--json"), call(*words, "--json", "--private")
    for line, more in zip(hidden.out.splitlines(), shown.out.splitlines(), strict=True):
        row, whole = json.loads(line), json.loads(more)
        private = whole.pop("private")
        assert whole == row
        assert set(row) == {"recipe", "arm", "family", "level", "student", "teacher", "reward", "turns"}
        assert all(set(turn) == {"role", "act", "text"} for turn in row["turns"])
        assert private["answer"]
        assert private["solution"]
    plain, private_text = call(*words).out, call(*words, "--private").out
    last = next(name for name in ("view", "mistake") if f"\n  {name:<10}" in private_text)
    for mark in ("only the teacher knows", "\n  answer    ", "\n  solution  ", f"\n  {last:<10}"):
        assert mark not in plain
        assert mark in private_text
    assert "teacher (state)" in private_text
    assert "(" not in "".join(line for line in plain.splitlines() if line.startswith(("teacher", "student")))


def test_list_names_all_there_is(call: Callable[..., Any]) -> None:
    """`list --json` is JSON with every recipe, family, student and teacher, and the plain list names them too."""
    listed, plain = json.loads(call("list", "--json").out), call("list").out
    for kind, things in (("recipes", RECIPES), ("families", FAMILIES), ("students", STUDENTS), ("teachers", TEACHERS)):
        assert [each["name"] for each in listed[kind]] == [each.name for each in things]
        for each in listed[kind]:
            assert each["summary"]
            assert re.search(rf"^  {each['name']} +{re.escape(each['summary'])}", plain, re.MULTILINE)


def test_stats_says_what_is_there(sml: Path, call: Callable[..., Any]) -> None:
    """`stats --json` is JSON whose rows are the manifest's; the plain page names each split and family."""
    found, manifest = json.loads(call("stats", sml, "--json").out), json.loads((sml / "manifest.json").read_text())
    assert found["rows"] == manifest["rows"]
    assert sum(found["family"].values()) == found["items"] == manifest["items"]
    assert sum(found["student_turns"].values()) == manifest["items"]
    page = call("stats", sml).out
    assert all(word in page for word in (*manifest["rows"], "shortest_path", "slips_then_repairs"))


# --- a file of options ------------------------------------------------------------------------------------------------


def test_config_is_the_command_line(call: Callable[..., Any], tmp_path: Path) -> None:
    """Options from a TOML file, by either of their names, make the same dataset as typed; what is typed wins."""
    (tmp_path / "build.toml").write_text(
        'recipe = "q_priming"\nrows = 8\nseed = 4\nfamilies = ["shortest_path"]\nlevel = [1, 2, 3]\nholdout-level = 3\n'
        'student = "slips_then_repairs,stubborn"\nmax-turns = 5\nkeep = "strict"\ntrain_on = "final"\n'
        'ask-at = "first"\nout = "by_file"\nworkers = 1\n', encoding="utf-8")
    assert call("build", "--config", "build.toml").code == 0
    assert call("build", "q_priming", "--rows", 8, "--seed", 4, "--family", "shortest_path", "--levels", "1-3",
                "--holdout-levels", "3", "--students", "slips_then_repairs,stubborn", "--max-turns", 5, "--keep",
                "strict", "--train-on", "final", "--ask-at", "first", "--out", "typed", "--workers", 1).code == 0
    manifests = [(tmp_path / name / "manifest.json").read_text() for name in ("by_file", "typed")]
    assert manifests[0] == manifests[1]
    assert call("build", "--config", "build.toml", "--seed", 5, "--out", "other").code == 0
    plan = json.loads((tmp_path / "other" / "manifest.json").read_text())["identity"]["plan"]
    assert (plan["seed"], plan["rows"], plan["options"]["keep"]) == (5, 8, "strict")


def test_every_option_can_stand_in_a_config(call: Callable[..., Any], tmp_path: Path) -> None:
    """Every option of build but --config and --help is known to the file; flags are booleans."""
    values: dict[str, object] = {"rows": 2, "seed": 1, "max_turns": 4, "workers": 1, "overwrite": True, "keep": "paper",
                                 "levels": "1-2", "holdout_levels": 2, "families": "shortest_path", "train_on": "all",
                                 "holdout_families": "shortest_path", "students": "solves", "teachers": "ladder",
                                 "ask_at": "slot", "k": "1-2", "split": "evaluation", "out": "out",
                                 "templates": "words", "source": "", "recipe": "sml", "views": "rl", "window": 3,
                                 "siblings": 10, "attributes": "focus", "iterations": 5, "tasks": 5, "reward": "",
                                 "student_model": "", "teacher_model": "",
                                 "reword_model": "", "reword": "", "judge": "",
                                 "judge_model": "", "group": 1,
                                 "temperature": 1.0, "top_p": 1.0, "reply_tokens": 9,
                                 "concurrency": 2, "timeout": 1.0, "stream": False, "cache": "cache", "price": "1,2",
                                 "max_requests": 9, "max_tokens": 9, "max_cost": 1.0}
    assert set(values) == {option.name for option in COMMANDS["build"].params} - {"config"}
    (tmp_path / "words").mkdir()
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    (tmp_path / "all.toml").write_text("\n".join(lines), encoding="utf-8")
    outcome = call("build", "--config", "all.toml")
    assert (outcome.code, outcome.err) == (0, "")
    assert (tmp_path / "out" / "manifest.json").is_file()


# --- help and start ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_shows_an_example(name: str, call: Callable[..., Any]) -> None:
    """The help of each command has a line that can be typed, and says what each option is for; -h is --help."""
    outcome = call(*name.split(), "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert re.search(rf"^  +tutelage {name or 'build sml'}\b", outcome.out, re.MULTILINE)
    assert call(*name.split(), "-h").out == outcome.out
    for option in COMMANDS[name].params if name else ():
        assert not isinstance(option, click.Option) or option.help, option.name


def test_version(call: Callable[..., Any]) -> None:
    """`--version` says which one."""
    assert call("--version").out == f"tutelage, version {tutelage.__version__}\n"


@pytest.mark.parametrize("code", [
    "import tutelage",
    "import sys; sys.argv[1:] = ['--help']; from tutelage.cli import main; main()",
    "import sys; sys.argv[1:] = ['build', '--help']; from tutelage.cli import main; main()",
    "import sys; sys.argv[1:] = ['--version']; from tutelage.cli import main; main()",
], ids=["import", "--help", "build --help", "--version"])
def test_a_quick_start(code: str, root: Path, tmp_path: Path) -> None:
    """Help, and the import of the package, wait for no heavy library (design: law 12)."""
    report = f"import atexit, sys\natexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))\n{code}"
    done = subprocess.run([sys.executable, "-c", report], cwd=root / "generator", capture_output=True, text=True)
    assert done.returncode == 0
    loaded = set(done.stderr.split())
    assert "tutelage" in loaded
    assert not loaded & set(HEAVY)


def test_a_reader_that_leaves_early_is_no_error(root: Path, tmp_path: Path) -> None:
    """`tutelage show … | head -1` ends quietly."""
    words = f"{sys.executable} {root / 'generator'} show sml -n 200 --family shortest_path"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {words} | head -1"], cwd=tmp_path, capture_output=True,
                          text=True)
    assert done.stdout.startswith("sml")
    assert done.stderr == ""


# --- the documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str, root: Path) -> None:
    """README.md or a page of docs/ shows each command and each of its options."""
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert f"tutelage {name}" in text
    missing = [option.opts[0] for option in COMMANDS[name].params
               if isinstance(option, click.Option) and not any(re.search(rf"(?<![\w-]){opt}(?![\w-])", text)
                                                               for opt in option.opts)]
    assert not missing
