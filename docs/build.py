"""`make docs`: writes docs/commands.md from the command line's own help, and the README's table of families."""

from __future__ import annotations

import sys
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "generator"))

from tutelage.cli import cli  # noqa: E402  (the path must be set first)
from tutelage.problems import FAMILIES  # noqa: E402


def commands_page() -> str:
    """The help of every command, as Markdown."""
    top = click.Context(cli, info_name="tutelage", max_content_width=100, terminal_width=100)
    parts = ["# Commands\n", "Written by `make docs` from the command line's own help.\n",
             f"```text\n{cli.get_help(top)}\n```\n"]
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=name, parent=top, max_content_width=100, terminal_width=100)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def with_families(readme: str) -> str:
    """The README with its table of families as they are now."""
    rows = [f"| `{f.name}` | {f.domain} | {f.summary} | {', '.join(slip.replace('_', ' ') for slip in f.slips)} |"
            for f in FAMILIES]
    table = "\n".join(["| family | domain | what is asked | mistakes |", "|---|---|---|---|", *rows])
    before, start, rest = readme.partition("<!-- families: written by make docs -->\n")
    _, end, after = rest.partition("<!-- end -->")
    return f"{before}{start}{table}\n{end}{after}"


if __name__ == "__main__":
    (HERE / "commands.md").write_text(commands_page(), encoding="utf-8")
    page = HERE.parent / "README.md"
    page.write_text(with_families(page.read_text(encoding="utf-8")), encoding="utf-8")
