"""Views: a problem with some quantities hidden, and everything that follows from it, exactly.

A view is *determined* iff `solve` gives one answer over all completions of the hidden quantities; otherwise two
completions with two answers are its *witness pair*. A set of hidden quantities is *sufficient* iff being told them
settles the answer, whatever their values turn out to be. (QuestBench, 2503.22674 §3: k-sufficient sets.)

    >>> from tutelage.problems import family_named
    >>> from tutelage.problems.family import all_names
    >>> from tutelage.draws import stream
    >>> family = family_named("shortest_path")
    >>> problem = family.draw(stream(1, "doc"), 1)
    >>> analyse(family, problem, all_names(problem)).determined
    True

`tables.py` enumerates the completions of a view (at most `MOST_COMPLETIONS`), `analysis.py` groups them in different
ways, `search.py` goes through them nearest first where one pair can decide. A completion that `solve` refuses is no
completion, since a statement promises exactly one answer. docs/views.md has the definitions.
"""

from __future__ import annotations

from tutelage.problems.views.analysis import (
    Analysis,
    analyse,
    analyse_table,
    conditional_sufficiency,
    expected_guesses,
    gain_of,
    minimal_sufficient_sets,
    smallest,
)
from tutelage.problems.views.credit import Credit
from tutelage.problems.views.search import (
    Assertion,
    Witness,
    determined,
    distractors,
    essential,
    hide,
    hideable,
    minimal_unsatisfiable,
    pure_distractors,
    witness,
)
from tutelage.problems.views.tables import MOST_COMPLETIONS, Table, given, tabulate

__all__ = [
    "MOST_COMPLETIONS",
    "Analysis",
    "Assertion",
    "Credit",
    "Table",
    "Witness",
    "analyse",
    "analyse_table",
    "conditional_sufficiency",
    "determined",
    "distractors",
    "essential",
    "expected_guesses",
    "gain_of",
    "given",
    "hide",
    "hideable",
    "minimal_sufficient_sets",
    "minimal_unsatisfiable",
    "pure_distractors",
    "smallest",
    "tabulate",
    "witness",
]
