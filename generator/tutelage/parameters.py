"""What options of the command line can hold: lists of words and of numbers."""

from __future__ import annotations

from typing import Any

import click


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
