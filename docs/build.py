"""`make docs`: writes docs/commands.md from the command line's own help."""

from __future__ import annotations

import sys
from pathlib import Path

import click

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "generator"))

from tutelage.cli import cli  # noqa: E402  (the path must be set first)


def commands_page() -> str:
    """The help of every command, as Markdown."""
    top = click.Context(cli, info_name="tutelage", max_content_width=100, terminal_width=100)
    parts = ["# Commands\n", "Written by `make docs` from the command line's own help.\n",
             f"```text\n{cli.get_help(top)}\n```\n"]
    for name, command in cli.commands.items():
        context = click.Context(command, info_name=name, parent=top, max_content_width=100, terminal_width=100)
        parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (HERE / "commands.md").write_text(commands_page(), encoding="utf-8")
