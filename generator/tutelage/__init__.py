"""Tutelage: social meta-learning dialogues between a student and a teacher with privileged information, as data."""

from __future__ import annotations

__version__ = "0.1.0"
