"""What only the family `units` promises: its facts agree, and no idle line is a second way to the answer."""

from __future__ import annotations

import networkx as nx

from tutelage.draws import stream
from tutelage.problems.arithmetic.unit_facts import FACTS, INVENTED, KNOWN, THINGS, WRONG, plural
from tutelage.problems.arithmetic.units import FAMILY
from tutelage.values import Problem


def problems(level: int, count: int = 60) -> list[Problem]:
    return [FAMILY.draw(stream(5, "units", level, i), level) for i in range(count)]


def test_facts_agree_with_each_other() -> None:
    """Two ways from a unit down to another hold the same number; what a factor is mistaken for is another number."""
    for known in KNOWN.values():
        graph = nx.DiGraph(list(known))
        assert nx.is_directed_acyclic_graph(graph)
        for big in graph:
            for small in nx.descendants(graph, big):
                found = set()
                for way in nx.all_simple_paths(graph, big, small):
                    size = 1
                    for pair in nx.utils.pairwise(way):
                        size *= known[pair][0]
                    found.add(size)
                assert len(found) == 1, (big, small, found)
    assert len(FACTS) >= 40
    assert all(len(numbers) > 1 and numbers[0] not in numbers[1:] for numbers in WRONG.values())


def test_nouns_are_one_thing_each() -> None:
    """No thing bears the name of a unit, and no unit of no book that of one in a book."""
    units, things = {unit for pair in FACTS for unit in pair}, {thing for some in THINGS.values() for thing in some}
    assert not things & (units | set(INVENTED))
    assert not units & set(INVENTED)


def test_what_matters_is_named_in_the_question() -> None:
    """All things and all units on the way, so that a number can be asked for where no other sentence speaks of it."""
    for problem in [p for level in (1, 2, 3, 4, 5) for p in problems(level, 40)]:
        for thing, way, _ in problem.structure["things"]:
            assert thing in problem.question
            assert all(plural(unit) in problem.question for unit in way)


def test_idle_lines_are_no_second_way() -> None:
    """No line that isn't needed says anything of a thing that is asked about in the same measure, and all of them
    together tie no two units of a way."""
    idle = 0
    for problem in [p for level in (1, 2, 4, 5) for p in problems(level, 200)]:
        things, ties = {thing for thing, _, _ in problem.structure["things"]}, nx.Graph()
        ties.add_nodes_from(unit for _, way, _ in problem.structure["things"] for unit in way)
        for sort, one, two, name, _, _ in problem.structure["lines"]:
            idle += not name
            if sort != "factor" and not name:
                assert one not in things or sort != f"amount:{problem.structure['measure']}"
            elif not name:
                ties.add_edge(one, two)
        for _, way, _ in problem.structure["things"]:
            assert not any(nx.has_path(ties, one, two) for one in way for two in way if one != two)
    assert idle > 300


def test_a_rest_is_taken_as_it_is() -> None:
    """By hand: 5 fathoms 2 feet are 32 feet; 2 gallons 3 quarts 1 pint are 23 pints; 3 yards and 4 fathoms 33 feet."""
    def solved(things: list[list[object]], **values: int) -> object:
        return FAMILY.solve({"things": things}, values)

    assert solved([["rope", ["fathom", "foot"], 2]], rope_fathom=5, rope_foot=2, fathom_foot=6) == 32
    assert solved([["jar", ["gallon", "quart", "pint"], 3]], jar_gallon=2, jar_quart=3, jar_pint=1, gallon_quart=4,
                  quart_pint=2) == 23
    assert solved([["rope", ["yard", "foot"], 1], ["pole", ["fathom", "foot"], 1]], rope_yard=3, yard_foot=3,
                  pole_fathom=4, fathom_foot=6) == 33
