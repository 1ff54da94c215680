"""What a trained model does: asking on complete and on underspecified problems, and what it makes of feedback.

All rates are shares of the dialogues played, 0..1:

    accuracy_complete   first answer right where all is told, without any question before it
    over_ask            a question where all is told
    ask, right_question a question in the first turn where something is missing; one for what is missing
    premature           an answer in the first turn where something is missing
    new_…               the same where what is missing is of a kind that no training dialogue asks for
    held_…              all of the above in a family that only the base has seen, all told and solved in one turn
    accuracy            right in the end, told what was asked for, without any feedback on answers
    recovery            right within ten turns, minus right at the first try, with real minus with contentless feedback
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from effect.data import views
from effect.model import Model
from effect.play import Said, play
from effect.text import Vocabulary
from tutelage.plan import Options
from tutelage.talk.case import Case

TURNS = 10


def measure(model: Model, words: Vocabulary, options: Options, *, count: int, seed: int,
            kinds: tuple[str, ...] = (), held_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """All figures of one model; `count` dialogues a test, over the same problems for every model of a seed.

    Those that begin with "new_" are about problems where what is missing is of one of these `kinds`; with "held_",
    about problems of the families `held_out`.
    """
    tests = {k: views(options, count, k, seed, kinds) for k in (0, 1, 2)}
    played = {k: play(model, words, cases, turns=TURNS, seed=seed) for k, cases in tests.items()}
    out: dict[str, Any] = {
        **solving(played[0]), **asking(tests[1], played[1]),
        **{f"{name}_k2": value for name, value in asking(tests[2], played[2]).items()},
    }
    if kinds:
        cases = views(options, count, 1, seed, kinds, new=True)
        out |= {f"new_{name}": value for name, value in
                asking(cases, play(model, words, cases, turns=TURNS, seed=seed)).items()}
    if held_out:
        apart = replace(options, families=held_out)
        complete, lacking = views(apart, count, 0, seed), views(apart, count, 1, seed)
        found = solving(play(model, words, complete, turns=TURNS, seed=seed))
        found |= asking(lacking, play(model, words, lacking, turns=TURNS, seed=seed))
        out |= {f"held_{name}": value for name, value in found.items()}
    for feedback in ("real", "contentless"):  # the longest dialogues: half of them will do
        said = play(model, words, tests[1][:(count + 1) // 2], turns=TURNS, feedback=feedback, seed=seed)
        out[f"by_turn_{feedback}"] = by_turn(said)
    real, empty = out["by_turn_real"], out["by_turn_contentless"]
    out["recovery"] = round((real[-1] - real[0]) - (empty[-1] - empty[0]), 4)
    return out


def solving(played: Sequence[Sequence[Said]]) -> dict[str, float]:
    """The figures of complete views."""
    return {"accuracy_complete": _share([bool(said) and said[0].right for said in played]),
            "over_ask": _share([any(turn.question for turn in said) for said in played])}


def asking(cases: Sequence[Case], played: Sequence[Sequence[Said]]) -> dict[str, float]:
    """The figures of views with something missing."""
    first = [said[0] if said else Said("") for said in played]
    return {
        "ask": _share([turn.question for turn in first]),
        "right_question": _share([bool(turn.asked) and not set(turn.asked) & case.known
                                  for turn, case in zip(first, cases, strict=True)]),
        "premature": _share([turn.answer is not None for turn in first]),
        "accuracy": _share([bool(said) and said[-1].right and said[0].question for said in played]),
    }


def by_turn(played: Sequence[Sequence[Said]]) -> list[float]:
    """The share that is right by turn 1, 2, …, `TURNS`."""
    return [_share([any(turn.right for turn in said[:number]) for said in played]) for number in range(1, TURNS + 1)]


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4)
