"""Vague references: words that fit several quantities of a problem, and which ones exactly.

    >>> from tutelage.problems import family_named
    >>> from tutelage.draws import stream
    >>> problem = family_named("line_up").draw(stream(5, "doc"), 2)
    >>> [reference for reference in vague(problem, "Hugo–Jonah")]
    ['clue_on:Hugo', 'clue_on:Jonah', 'clue']
    >>> fits(problem, "clue_on:Hugo")
    ('Hugo–Jonah', 'Mona–Hugo')

A reference is a kind of quantity, written "kind" or "kind:word", where the word is a name that the quantity has to do
with. What a quantity can be called by follows from its name, never from a text: ways by their ends, clues by whom they
are about, sums of money by their being money. So which quantities a reference fits is plain counting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tutelage.problems.family import Family
from tutelage.problems.graphs import max_flow, shortest_path, spanning_tree
from tutelage.values import Problem, Quantity

_ENDS = re.compile("[–→]")
_WORLDS: Mapping[str, Mapping[str, Mapping[str, str]]] = {  # by family and story: what its things are called
    shortest_path.NAME: {story: words for story, (words, *_) in shortest_path.STORIES.items()},
    spanning_tree.NAME: {story: words for story, (words, *_) in spanning_tree.STORIES.items()},
    max_flow.NAME: {story: words for story, (words, *_) in max_flow.STORIES.items()},
}
# word_problem and rates: what the names of their quantities stand for
_NAMED: Mapping[str, str] = {name: kind for kind, names in {
    "each": "each each2 per_outer small_each pack carry",
    "how_many": "groups groups2 outers count sharers owners helpers small_groups people scores dozens workers gained "
                "lost lost2 lost3 back given_packs daily crew crew_other friends files several several_old trips",
    "money": "price price2 price_rest price_now extra extra2 expense expense2 expense3 wage goal cash fee voucher "
             "capital pack_price kilo_price kilo_price_2 blend_price_1 blend_price_2 hourly withdrawn deposit "
             "crew_pay material litre_price",
    "fraction": "part part2 part3",
    "how_long": "years weeks for_days hours time_each ride ride_1 ride_2 shift months crew_days alone_1 alone_2 "
                "seconds pause",
    "percent": "cut_1 cut_2 raise_1 raise_2 raise_3 interest commission_1 cut_before share_1 share_2",
    "weight": "grams grams_2 pack_grams kilos_bought blend_1 blend_2 weight truck",
    "how_fast": "speed speed_1 speed_2",
    "litres": "volume litres mix_1 mix_2 water",
    "litres_a_minute": "pump_1 pump_2 leak",
    "rate": "exchange exchange_back",
}.items() for name in names.split()}


def vague(problem: Problem, name: str) -> list[str]:
    """The references that fit this quantity and another one, the narrowest kinds first; [] where there is none."""
    return [reference for reference in kinds_of(problem, problem.quantity(name)) if len(fits(problem, reference)) > 1]


def fits(problem: Problem, reference: str) -> tuple[str, ...]:
    """The names of all quantities, told or not, that a reference fits, in the order of the problem."""
    return tuple([q.name for q in problem.quantities if reference in kinds_of(problem, q)])


def nameable(family: Family, problem: Problem) -> tuple[str, ...]:
    """The names of the quantities that a question of their own asks for: no other has the same words."""
    questions = [family.words(problem, quantity).question for quantity in problem.quantities]
    return tuple([quantity.name for quantity, question in zip(problem.quantities, questions, strict=True)
                  if questions.count(question) == 1])


def kinds_of(problem: Problem, quantity: Quantity) -> list[str]:
    """All that a quantity can be called by: "kind" or "kind:word"."""
    family, name = problem.family, quantity.name
    if quantity.fact:
        return []  # knowledge that nobody would ask for by a mere "that"
    if family in _WORLDS:
        return [*[f"way_at:{end}" for end in _ENDS.split(name)], "way"]
    if family == "line_up":
        return [*[f"clue_on:{who}" for who in _ENDS.split(name)], "clue"]
    if family == "knights_knaves":
        return ["claim"]
    if family in ("list_rules", "text_rules"):
        return ["rule"]
    kinds = [_NAMED[name]] if family in ("word_problem", "rates") and name in _NAMED else []
    return [*kinds, "number"] if isinstance(quantity.value, int) else kinds


def words_for(problem: Problem, reference: str) -> dict[str, str]:
    """The fields of a reference's wordings: its word, and of ways what the story calls them and measures them in."""
    fields = {"word": reference.partition(":")[2]}
    if problem.family in _WORLDS:
        world = _WORLDS[problem.family][problem.structure["story"]]
        fields |= {"link": world["link"], "unit": world["unit"]}
    return fields


def kind(reference: str) -> str:
    return reference.partition(":")[0]


KINDS: Sequence[str] = ("way_at", "way", "clue_on", "clue", "claim", "rule", "number", *dict.fromkeys(_NAMED.values()))
