"""Every error that tutelage raises on purpose, as one small tree.

The library raises these; only `cli.py` knows about exit codes. A message is one line that shows the value and
the way out: ``level=9 of family 'linear_system' is not in 1..5``.
"""

from __future__ import annotations


class TutelageError(Exception):
    """Base of all errors of this package: one line for a person, with the value and the way out."""


class UsageError(TutelageError):
    """What was asked for does not exist or is out of bounds (a family, a level, a number of rows)."""


class SourceError(TutelageError):
    """A file of problems cannot be read or lacks what is needed; the message names the line."""


class TemplateError(TutelageError):
    """A wording is missing, malformed, or names a field that it is not given."""


class StoreError(TutelageError):
    """The dataset folder cannot be written or read, or holds something else."""


class RunnerUnavailable(TutelageError):
    """This machine has no way to run a foreign program without network and files; nothing was run."""


class NoAnswer(TutelageError):
    """A completion of a problem has no answer, or more than one: the statement promised exactly one."""


class ModelError(TutelageError):
    """A model's endpoint can't be used at all: nobody answers, the key is refused, the model is unknown."""


class RequestFailed(TutelageError):
    """One request has no reply and will have none: it is too long, or the server fails at it again and again."""


class BudgetSpent(TutelageError):
    """A limit on requests, tokens or cost is reached; nothing more is asked."""
