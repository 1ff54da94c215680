"""Splits go by structure hash: problems of one shape stand in one split, in every dataset and whatever the seed.

So a test split never meets its near-twins in a training split, not even in one of another recipe.
"""

from __future__ import annotations

from tutelage.plan import Options

TRAIN, VALIDATION, TEST, HELDOUT, FAILURES = "train", "validation", "test", "heldout", "failures"
PER_MILLE = {TEST: 50, VALIDATION: 50}


def split_of(structure_hash: str, family: str, level: int, options: Options) -> str:
    """The split of a kept row, from its structure hash (16 hex digits), family and level."""
    if family in options.holdout_families or level in options.holdout_levels:
        return HELDOUT
    place = int(structure_hash, 16) % 1000
    if place < PER_MILLE[TEST]:
        return TEST
    return VALIDATION if place < PER_MILLE[TEST] + PER_MILLE[VALIDATION] else TRAIN


def splits_of(options: Options) -> tuple[str, ...]:
    """The splits that a dataset may have rows in."""
    held = bool(options.holdout_families or options.holdout_levels)
    return (TRAIN, VALIDATION, TEST, *([HELDOUT] if held else []), FAILURES)
