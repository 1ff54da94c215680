"""What the tests of the consumers share: small datasets, and a tiny random model with a tokenizer trained on them.

Nothing is downloaded: the Hub is shut off before any consumer is imported. A test of a consumer that isn't installed is
skipped, and says what to install; see docs/trainers/README.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", CUDA_VISIBLE_DEVICES="",
                  WANDB_MODE="disabled", TOKENIZERS_PARALLELISM="false")

import datasets
import pytest

from tutelage.building import build
from tutelage.plan import Options, Plan

ROOT = Path(__file__).resolve().parents[1]
MASK = ROOT / "templates" / "trainers" / "sml_mask.jinja"
VIEWS = ("prompt_completion", "preference", "preference_full", "kto", "rl")
STUDENTS = ("solves", "slips_then_repairs", "slips_twice", "late_asker", "stubborn")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`datasets` caches nothing outside of the tests' folder."""
    datasets.config.HF_DATASETS_CACHE = tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def sml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the recipe `sml` of which only questions and the last student turn carry the loss. Read only."""
    options = Options(families=("shortest_path",), students=STUDENTS, train_on="questions_and_final")
    folder = tmp_path_factory.mktemp("sml") / "sml"
    build(Plan("sml", 120, 3, options), folder)
    return folder


@pytest.fixture(scope="session")
def views(sml: Path) -> Path:
    """The same folder once all views are in it."""
    _export(sml, "--views", ",".join(VIEWS))
    return sml


def _export(*words: object) -> str:
    """What `tutelage export` prints."""
    done = subprocess.run([sys.executable, str(ROOT / "generator"), "export", *map(str, words)], text=True,
                          capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def exported(views: Path) -> Callable[[str], tuple[Path, str]]:
    """Exports the dataset for a trainer: `exported("axolotl")` gives the folder and what was printed."""
    return lambda name: (views, _export(views, "--for", name))


@pytest.fixture(scope="session")
def files(views: Path) -> Callable[[str], list[str]]:
    """The training files of a view."""
    return lambda view: sorted(map(str, (views / view).glob("train-*.parquet")))


@pytest.fixture(scope="session")
def rows(sml: Path, request: pytest.FixtureRequest) -> Callable[..., datasets.Dataset]:
    """The training rows of a view: `rows("sft")`, or the first of them: `rows("sft", 8)`."""

    def read(view: str, n: int | None = None) -> datasets.Dataset:
        folder = sml if view == "sft" else request.getfixturevalue("views")
        files = sorted(map(str, (folder / view).glob("train-*.parquet")))
        whole = datasets.load_dataset("parquet", data_files=files, split="train")
        return whole if n is None else whole.select(range(min(n, len(whole))))

    return read


@pytest.fixture(scope="session")
def tokenizer_folder(rows: Callable[..., datasets.Dataset], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level BPE tokenizer of 600 tokens with ChatML's special tokens and our template, trained on our text."""
    tokenizers, transformers = pytest.importorskip("tokenizers"), pytest.importorskip("transformers")
    text = [message["content"] for row in rows("sft") for message in row["messages"]]
    bpe = tokenizers.Tokenizer(tokenizers.models.BPE())
    bpe.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = tokenizers.decoders.ByteLevel()
    bpe.train_from_iterator(text, tokenizers.trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"], show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=bpe, eos_token="<|im_end|>",
                                                pad_token="<|endoftext|>", chat_template=MASK.read_text())
    folder = tmp_path_factory.mktemp("tokenizer")
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def mask() -> Path:
    """Our chat template that honours the flag `loss`."""
    return MASK


@pytest.fixture
def trained(tokenizer: Any) -> Callable[[Sequence[int], Sequence[Any]], list[str]]:
    """The stretches of text that carry the loss: `trained(ids, flags)`, a true flag where a token counts."""

    def read(ids: Sequence[int], flags: Sequence[Any]) -> list[str]:
        runs = groupby(zip(ids, flags, strict=True), lambda pair: bool(pair[1]))
        return [tokenizer.decode([int(token) for token, _ in run]) for counts, run in runs if counts]

    return read


@pytest.fixture
def tokenizer(tokenizer_folder: Path) -> Any:
    transformers = pytest.importorskip("transformers")
    return transformers.AutoTokenizer.from_pretrained(tokenizer_folder)


@pytest.fixture
def model(tokenizer: Any, tmp_path: Path) -> Any:
    """A Llama of two layers with random weights; in a folder too, since DPO and KTO load it again to compare."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(0)
    transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id)).save_pretrained(tmp_path / "model")
    return transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "model")
