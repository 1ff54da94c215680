"""Tutelage: social meta-learning dialogues between a student and a teacher with privileged information, as data.

    import tutelage as tu

    tu.stream(…)      rows made as they are asked for        tu.build(…)   a dataset on disk
    tu.dataset(…)     the same as `datasets.IterableDataset`  tu.check(…)   derives all of it again
    tu.read_reply(…)  the judge of a model's free text        tu.load(…)    reads it
    tu.export(…)      adds what a trainer reads
    tu.Environment(…) a recipe to train in, turn by turn      tu.rewards    what an episode earns
    tu.interop        GSM8K, MathDial, Lost in Conversation, both ways
    tu.card(…)        its card, README.md                     tu.push(…)    to the Hub
"""

from __future__ import annotations

TYPE_CHECKING = False  # what a type checker takes for true: importing `typing` would double the time of this import
if TYPE_CHECKING:
    from tutelage import interop, rewards
    from tutelage.environment import Environment
    from tutelage.library import build, card, check, dataset, export, load, push, stream
    from tutelage.problems.reading.judge import Reply, read_reply

__all__ = ["Environment", "Reply", "__version__", "build", "card", "check", "dataset", "export", "interop", "load",
           "push", "read_reply", "rewards", "stream"]
__version__ = "0.1.0"

_HOMES = {"Environment": "environment", "Reply": "problems.reading.judge", "read_reply": "problems.reading.judge",
          **dict.fromkeys(("build", "card", "check", "dataset", "export", "load", "push", "stream"),
                          "library")}


def __getattr__(name: str) -> object:
    """Imports what is asked for when it is first asked for: `import tutelage` alone stays cheap."""
    from importlib import import_module

    if name in ("interop", "rewards"):
        return import_module(f"tutelage.{name}")
    if name in _HOMES:
        return getattr(import_module(f"tutelage.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
