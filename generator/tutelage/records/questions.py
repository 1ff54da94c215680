"""`question_attributes`: what the questions of the recipe of that name are, before any words.

A row for each row of `candidates`, under the same id. All of a question's attributes follow from these fields and from
the completions of what is not known before it; its words are a rendering of them (`talk.phrasing`).
"""

from __future__ import annotations

import pyarrow as pa

from tutelage.records.candidates import MESSAGE

TAKEN = pa.struct([("name", pa.string()), ("value", pa.string())])  # a quantity, the JSON of a value
QUESTIONS = pa.schema([
    ("id", pa.string()),
    ("item", pa.int64()),
    ("family", pa.string()),
    ("level", pa.int8()),
    ("structure", pa.string()),
    ("source", pa.string()),
    ("prompt", pa.list_(MESSAGE)),  # what was said before it, as in `candidates`
    ("completion", pa.string()),  # its words
    ("kind", pa.string()),  # good, or the operator that spoiled it: see `talk.operators`
    ("attribute", pa.string()),  # the one that the operator spoils; "" of the good question
    ("field", pa.string()),  # the one that the operator changes; ""
    ("targets", pa.list_(pa.string())),  # what it asks for: quantities, "=" the answer, "=s1" the result of a step
    ("form", pa.string()),  # open, yes_no (suggests one value), choice (suggests several)
    ("value_guess", pa.list_(pa.string())),  # JSON of the values that it suggests for the first target
    ("presuppositions", pa.list_(TAKEN)),  # what it takes for granted
    ("asks_for", pa.string()),  # the vague reference that stands for the targets; "" where they are named
    ("fits", pa.list_(pa.string())),  # the quantities that the vague reference fits; the targets where they are named
    ("phrasing", pa.int64()),  # picks among wordings; the questions at one turn share it
    ("fall", pa.float32()),  # how far the operator's attribute falls from the good question; 0 of that
    ("stray", pa.float32()),  # how far another attribute moves at most
    ("accepted", pa.bool_()),  # whether it stands in a pair
])
