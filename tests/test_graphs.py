"""The bare graph methods against networkx, on networks that the families would not draw: ties, dead ends, crowds."""

from __future__ import annotations

from itertools import combinations, pairwise

import networkx as nx
import pytest

from tutelage.draws import Draws, stream
from tutelage.errors import NoAnswer
from tutelage.problems.graphs import flows, routes, trees
from tutelage.problems.graphs.graphs import outline

CASES = 150


def drawn(draws: Draws, count: int, share: float) -> tuple[list[list[int]], list[int]]:
    """Some of the possible ways from lower to higher places, with small lengths, so that ties are frequent."""
    ways = [[a, b] for a, b in combinations(range(count), 2) if draws.chance(share)]
    return ways, [draws.between(1, 6) for _ in ways]


def graph_of(count: int, ways: list[list[int]], lengths: list[int]) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    for (a, b), length in zip(ways, lengths, strict=True):
        graph.add_edge(a, b, weight=length)
    return graph


@pytest.mark.parametrize("case", range(CASES))
def test_shortest_route(case: int) -> None:
    """The route found is a shortest one, "only" is said of unique ones, and a goal out of reach is no answer."""
    draws = stream(5, "routes", case)
    count = draws.between(2, 8)
    ways, lengths = drawn(draws, count, 0.4)
    graph, near = graph_of(count, ways, lengths), routes.network(count, ways, lengths)
    if not nx.has_path(graph, 0, count - 1):
        with pytest.raises(NoAnswer):
            routes.shortest(near)
        assert routes.search(near, {}) is None
        return
    route, length, only = routes.shortest(near)
    every = list(nx.all_shortest_paths(graph, 0, count - 1, weight="weight"))
    assert list(route) in every
    assert length == nx.path_weight(graph, route, "weight") == nx.path_weight(graph, every[0], "weight")
    assert only == (len(every) == 1)
    search = routes.search(near, {})
    assert search is not None
    assert search.length == length
    fewest = routes.fewest_ways(near)
    assert len(fewest) - 1 == nx.shortest_path_length(graph, 0, count - 1)


@pytest.mark.parametrize("case", range(CASES))
def test_least_tree(case: int) -> None:
    """Kruskal's and Prim's methods give the least total under every condition that leaves the places connected."""
    draws = stream(5, "trees", case)
    count = draws.between(3, 8)
    ways, lengths = drawn(draws, count, 0.6)
    graph = graph_of(count, ways, lengths)
    if not nx.is_connected(graph):
        return
    rule = draws.choice(("", "must", "closed", "joined"))
    pair = draws.choice(ways) if rule in ("must", "closed") else []
    extra = 0
    if rule == "must":
        extra = graph.edges[pair]["weight"]
        graph.edges[pair]["weight"] = 0
    elif rule == "closed":
        graph.remove_edge(*pair)
        if not nx.is_connected(graph):
            return
    elif rule == "joined":
        apart = [[a, b] for a, b in combinations(range(count), 2) if [a, b] not in ways]
        if not apart:
            return
        pair = draws.choice(apart)
        graph.add_edge(*pair, weight=0)
    least = extra + nx.minimum_spanning_tree(graph).size("weight")
    assert trees.kruskal(count, ways, lengths, rule, pair)[-1][1] == least
    assert trees.prim(count, ways, lengths, rule, pair, draws.below(count))[-1][1] == least
    for mistake in ("chain", "from_start"):
        assert trees.prim(count, ways, lengths, rule, pair, 0, mistake)[-1][1] >= least


@pytest.mark.parametrize("case", range(CASES))
def test_greatest_flow(case: int) -> None:
    """The greatest flow and its wall agree with networkx; filling way after way never sends more than fits."""
    draws = stream(5, "flows", case)
    count = draws.between(3, 8)
    pieces, room = drawn(draws, count, 0.5)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(count))
    for (a, b), width in zip(pieces, room, strict=True):
        graph.add_edge(a, b, capacity=width)
    total, used = flows.most(count, pieces, room)
    assert total == nx.maximum_flow_value(graph, 0, count - 1)
    assert sum(room[i] for i in flows.wall(count, pieces, room, used)) == total
    whole = flows.split(count, pieces, used)
    assert sum(amount for _, amount, _ in whole.paths) == total
    greedy = flows.filled(count, pieces, room)
    sent = sum(amount for _, amount, _ in greedy.paths)
    wall = flows.wall(count, pieces, room, greedy.used)
    assert (sent == total) if wall or not total else (sent < total)
    for flow in (whole, greedy):
        through = {tuple(piece): 0 for piece in pieces}
        for path, amount, _ in flow.paths:
            for piece in pairwise(path):
                through[piece] += amount
        assert [through[a, b] for a, b in pieces] == flow.used
        assert all(used <= width for used, width in zip(flow.used, room, strict=True))


@pytest.mark.parametrize("case", range(30))
def test_outline_is_blind_to_names(case: int) -> None:
    """A network named anew has the same outline; with one way more it has another."""
    draws = stream(5, "outline", case)
    count = draws.between(4, 8)
    ways, _ = drawn(draws, count, 0.6)
    names = draws.shuffled(range(count))
    renamed = draws.shuffled([[names[b], names[a]] for a, b in ways])
    marks = {0: 2, count - 1: 3}
    there = {names[place]: mark for place, mark in marks.items()}
    assert outline(count, ways, marks) == outline(count, renamed, there)
    missing = [[a, b] for a, b in combinations(range(count), 2) if [a, b] not in ways]
    if missing:
        assert outline(count, ways, marks) != outline(count, [*ways, missing[0]], marks)
