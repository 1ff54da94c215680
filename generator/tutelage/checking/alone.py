"""A single reply of a model to a statement: what it does and whether it is right are read again from its words."""

from __future__ import annotations

from collections.abc import Iterator

from tutelage.checking.episodes import Again
from tutelage.checking.labels import Row
from tutelage.errors import RunnerUnavailable
from tutelage.online.alone import read_alone
from tutelage.online.scene import Scene


def alone_faults(row: Row, found: Again, scene: Scene, notes: set[str]) -> Iterator[tuple[str, str]]:
    """The faults of an episode that is a statement and a reply, as (kind, what)."""
    if len(found.turns) != 2 or found.turns[0].text != scene.statement:
        yield "turns", "they are not the statement and a reply"
        return
    turn = found.turns[1]
    try:
        heard = read_alone(scene, turn.text)
    except RunnerUnavailable as error:
        notes.add(f"programs were not run: {error}")
        return
    if (turn.act, turn.correct) != (heard.act, heard.correct):
        yield "turn", f"is read as {turn.act.kind} {turn.act.answer!r}; read again {heard.act.kind} " \
                      f"{heard.act.answer!r}"
    if (row["n_turns"], row["solved_turn"], row["reward"]) != (1, int(heard.correct), int(heard.correct)):
        yield "reward", f"{row['reward']}, read again {int(heard.correct)}"
