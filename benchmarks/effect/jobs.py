"""What is run for one seed: its data and its base model, then each arm. Jobs are functions that a worker can import."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch

from effect.arms import EASY, TALK, Arm, Build
from effect.data import asks_for, exported
from effect.measure import measure
from effect.model import Model, Shape
from effect.text import Vocabulary
from effect.train import Row, train
from tutelage.plan import Options
from tutelage.wording import use_templates

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Settings(NamedTuple):
    """All that decides the figures; written beside them."""

    families: tuple[str, ...] = ("parts", "scores")
    held_out: tuple[str, ...] = ("units",)  # the base learns to solve them, no arm sees them; tested apart
    new_kinds: tuple[str, ...] = ("bell", "pin", "star", "stripe")  # no model is trained to ask for these
    levels: tuple[int, ...] = (1,)
    base_rows: int = 16_000  # problems solved in one turn
    talk_rows: int = 6_000  # and after feedback, for the base as well
    arm_rows: int = 12_000  # of the arm's own and of easy ones together
    base_steps: int = 1_800
    arm_steps: int = 1_300
    tokens: int = 2_048  # a batch
    base_rate: float = 4e-3
    arm_rate: float = 2e-3
    width: int = 96
    layers: int = 2
    sink: bool = True  # False: attention that always finds something (`model`)
    count: int = 200  # dialogues a test
    narrow: bool = True  # one wording a section; False: all of them

    @property
    def options(self) -> Options:
        return Options(families=self.families, levels=self.levels)


def build(what: Build, rows: int, seed: int, name: str, settings: Settings, out: Path, *,
          families: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The training rows of a build, which the command line of tutelage makes (or finds made already); of the families
    of the arms, where no others are named."""
    folder = out / "data" / f"{name}-{seed}"
    words = ["build", what.recipe, *what.words, "--families", ",".join(families or settings.families), "--levels",
             ",".join(map(str, settings.levels)), "--rows", str(rows), "--seed", str(seed), "--workers", "1",
             "--out", str(folder)]
    if settings.narrow:
        words += ["--templates", str(out / "templates")]
    made = subprocess.run([sys.executable, "-m", "tutelage", *words], capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"tutelage {' '.join(words)}\n{made.stderr}")
    return exported(folder, arm=what.arm)


def encoded(words: Vocabulary, rows: list[dict[str, Any]]) -> list[Row]:
    return [words.dialogue(row["messages"]) for row in rows]


def _model(words: Vocabulary, settings: Settings) -> Model:
    return Model(Shape(len(words), settings.width, settings.layers, sink=settings.sink)).to(DEVICE)


def train_base(seed: int, arms: tuple[Arm, ...], settings: Settings, out: Path) -> float:
    """Builds all data of a seed, trains its base, and leaves it in `out` for the arms; gives its loss, nats a token."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    every = settings.families + settings.held_out
    first = build(EASY, settings.base_rows, 1000 + seed, "base", settings, out, families=every)
    first += build(TALK, settings.talk_rows, 3000 + seed, "talk", settings, out, families=every)
    rows = [*first, *build(EASY, settings.arm_rows // 4, 2000 + seed, "easy", settings, out, families=every)]
    for arm in arms:
        if arm.build is not None:
            rows += build(arm.build, settings.arm_rows, seed, arm.build.name, settings, out)
    words = Vocabulary.of_dialogues(row["messages"] for row in rows)
    model = _model(words, settings)
    loss = train(model, encoded(words, first), steps=settings.base_steps, tokens=settings.tokens,
                 rate=settings.base_rate, seed=seed)
    torch.save({"words": words.words, "state": model.state_dict()}, out / f"base-{seed}.pt")
    print(f"seed {seed}: {len(words)} words, base trained to a loss of {loss:.3f}", flush=True)
    return loss


def run_arm(arm: Arm, seed: int, settings: Settings, out: Path) -> dict[str, Any]:
    """Goes on from the base of the seed, three quarters dialogues of the arm, one easy ones; then the figures."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    use_templates(out / "templates" if settings.narrow else None)
    start, saved = time.perf_counter(), torch.load(out / f"base-{seed}.pt", map_location=DEVICE)
    words = Vocabulary(saved["words"])
    model = _model(words, settings)
    model.load_state_dict(saved["state"])
    if arm.build is not None:
        few = settings.arm_rows // 4
        rows = exported(out / "data" / f"{arm.build.name}-{seed}", arm=arm.build.arm)
        own = [row for row in rows if not asks_for(row["messages"], settings.new_kinds)][:3 * few]
        easy = exported(out / "data" / f"easy-{2000 + seed}")
        train(model, encoded(words, [*own, *easy]), steps=settings.arm_steps, tokens=settings.tokens,
              rate=settings.arm_rate, seed=seed)
    figures = measure(model, words, settings.options, count=settings.count, seed=seed, kinds=settings.new_kinds,
                      held_out=settings.held_out)
    seconds = round(time.perf_counter() - start, 1)
    print(f"seed {seed} {arm.name:12}", {k: v for k, v in figures.items() if isinstance(v, float)}, flush=True)
    return {"arm": arm.name, "seed": seed, "seconds": seconds, **figures}
