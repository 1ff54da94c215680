"""What an item with real models gives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tutelage.recipes.recipe import Result

MODEL = "model"  # the policy of a student or teacher that is a real model


class Made(NamedTuple):
    """The dialogues of an item, and those that failed: their number in the group, and why."""

    result: Result
    failed: tuple[tuple[int, str], ...] = ()
    counts: Mapping[str, int] = MappingProxyType({})  # for the manifest, by "kind:value"
