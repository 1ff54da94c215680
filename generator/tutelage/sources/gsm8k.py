"""Rebuilding the expression graph of a worked solution."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple
from zlib import crc32

from tutelage.errors import NoAnswer
from tutelage.problems import worked
from tutelage.problems.infix import Number, tidy
from tutelage.sources.equations import Equation, Line, Token, clean, number, numbers_of, read_line
from tutelage.sources.premises import Premise, guises, premises_of, same_words
from tutelage.sources.tables import Row
from tutelage.values import Problem

_WORD = re.compile(r"[a-z]+")


class Drop(NamedTuple):
    """A row that gives no verified problem, and why."""

    reason: str
    row: int


class Halt(Exception):
    """Carries the reason of a drop."""
