"""The benchmark of effect: its tokens, masks, batches, calculator and player do what they say. Nothing is timed, and
no claim about a trained model is tested here: that is what `make effect` is for."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from random import Random

import pytest

torch = pytest.importorskip("torch")
torch.set_num_threads(1)
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from effect import measure, report, text, train  # noqa: E402
from effect.arms import ARMS, CLAIMS  # noqa: E402
from effect.data import asks_for, views  # noqa: E402
from effect.model import REACH, Decoder, Model, Shape  # noqa: E402
from effect.play import Game, calculated, play, read  # noqa: E402

from tutelage.draws import stream  # noqa: E402
from tutelage.plan import Options  # noqa: E402
from tutelage.talk.case import Case  # noqa: E402

MESSAGES = [{"role": "user", "content": "There are 263 eggs.", "loss": False},
            {"role": "assistant", "content": "How many eggs?", "loss": False},
            {"role": "user", "content": "263.", "loss": False},
            {"role": "assistant", "content": "Answer: 263 eggs", "loss": True}]
OPTIONS = Options(families=("parts",), levels=(1,))
NEW = ("bell", "star")
SILENT = {"ask": 0.0, "right_question": 0.0, "held_ask": 0.0}


def small(words: text.Vocabulary, *, sink: bool = True) -> Model:
    torch.manual_seed(0)
    return Model(Shape(len(words), width=16, layers=2, heads=2, longest=160, sink=sink))


@pytest.fixture(scope="module")
def words() -> text.Vocabulary:
    return text.Vocabulary.of_dialogues([MESSAGES], often=1)


def test_numbers_are_cut_in_twos_and_put_together_again() -> None:
    """Every number comes back as it was, the zeros inside it too."""
    for number in (0, 7, 10, 99, 100, 105, 1000, 1007, 20_030, 123_456):
        cut = text.pieces(f"{number} eggs")
        assert text.joined(cut) == f"{number} eggs"
        assert all(len(piece) <= 2 for piece in cut[:-2])


def test_loss_is_on_what_the_messages_say_and_nowhere_else(words: text.Vocabulary) -> None:
    """The student's message with `loss`, with the mark that ends it; no opening mark, no user, no other turn."""
    tokens, flags = words.dialogue(MESSAGES)
    said = [words.words[token] for token, flag in zip(tokens, flags, strict=True) if flag]
    assert said == ["answer", ":", "2", "63", "egg", text.MANY, text.END]


def test_no_loss_on_what_the_calculator_writes() -> None:
    """The numbers behind "=" carry none, the sign itself and all else do."""
    said = [{"role": "assistant", "content": "12 × 45 = 540 legs. 540 + 7 = 547.", "loss": True}]
    words = text.Vocabulary.of_dialogues([said], often=1)
    tokens, flags = words.dialogue(said)
    kept = [words.words[token] for token, flag in zip(tokens, flags, strict=True) if flag]
    assert kept == ["12", "×", "45", "=", "leg", text.MANY, ".", "5", "40", "+", "7", "=", ".", text.END]


def test_a_word_is_one_token_wherever_it_stands() -> None:
    """With or without a capital, in the singular and in the plural; names in capitals and short words stay."""
    assert text.pieces("Legs of a leg") == ["leg", text.MANY, "of", "a", "leg"]
    assert text.pieces("It has a glass. XIX") == ["it", "has", "a", "glass", ".", "XIX"]
    assert text.joined(text.pieces("12 legs of 105 ants")) == "12 legs of 105 ants"


def test_targets_are_the_next_tokens_where_they_carry_loss(words: text.Vocabulary) -> None:
    """Padding and what carries no loss is no target; every flagged token is one, once, behind the token before it."""
    rows = [words.dialogue(MESSAGES), words.dialogue(MESSAGES[:1] + MESSAGES[3:])]
    inputs, targets = train.collated(rows)
    for (tokens, flags), row, wanted in zip(rows, inputs.tolist(), targets.tolist(), strict=True):
        assert row[:len(tokens) - 1] == tokens[:-1]
        assert [t for t in wanted if t != train.NOWHERE] == [t for t, flag in zip(tokens, flags, strict=True) if flag]
        assert all(wanted[i] in (train.NOWHERE, tokens[i + 1]) for i in range(len(tokens) - 1))
        assert set(wanted[len(tokens) - 1:]) <= {train.NOWHERE}


def test_an_epoch_holds_every_dialogue_once(words: text.Vocabulary) -> None:
    rows = [words.dialogue([{"role": "assistant", "content": str(i), "loss": True}]) for i in range(50)]
    seen = list[int]()
    for inputs, _ in islice(train.batches(rows, 40, Random(1)), 4):  # 13 dialogues of 3 tokens a batch
        seen += inputs[:, 1].tolist()
    assert sorted(seen) == sorted(tokens[1] for tokens, _ in rows)


def test_no_token_sees_what_comes_after_it(words: text.Vocabulary) -> None:
    model = small(words)
    one, two = torch.randint(5, len(words), (2, 12)).split(1)
    other = torch.cat([one[:, :7], two[:, 7:]], dim=1)
    assert torch.allclose(model(one)[:, :7], model(other)[:, :7], atol=1e-6)


@pytest.mark.parametrize("sink", [True, False])
def test_one_token_at_a_time_gives_what_all_at_once_gives(words: text.Vocabulary, sink: bool) -> None:
    """The decoder's caches hold what the parallel pass computes, also when some dialogues are dropped."""
    model = small(words, sink=sink)
    tokens = torch.randint(0, len(words), (3, 20))
    decoder = Decoder(model, 3)
    with torch.no_grad():
        steps = torch.stack([decoder.step(tokens[:, i]) for i in range(12)], dim=1)
        assert torch.allclose(steps, model(tokens)[:, :12], atol=1e-4)
        decoder.keep([2, 0])
        steps = torch.stack([decoder.step(tokens[[2, 0], i]) for i in range(12, 20)], dim=1)
        assert torch.allclose(steps, model(tokens)[[2, 0], 12:], atol=1e-4)


def test_a_head_that_finds_nothing_good_enough_comes_back_empty_handed(words: text.Vocabulary) -> None:
    """With the sink above every match, a token sees as far as the convolutions reach; far below, all that went before.

    Beyond that reach, what stands at the start of a dialogue changes nothing, or does.
    """
    model, reach = small(words), 2 * (REACH - 1) + 1  # of two layers
    one = torch.randint(5, len(words), (1, reach + 6))
    other = one.clone()
    other[:, 1:4] = (one[:, 1:4] - 4) % (len(words) - 5) + 5  # another word at each place
    for height, same in ((1000.0, True), (-1000.0, False)):
        with torch.no_grad():
            for layer in model.stack:
                layer.sink.fill_(height)
            assert torch.allclose(model(one)[:, -1], model(other)[:, -1], atol=1e-6) == same


def test_logits_of_some_places_are_those_of_all(words: text.Vocabulary) -> None:
    tokens = torch.randint(0, len(words), (3, 20))
    where, model = tokens % 2 == 0, small(words)
    assert torch.allclose(model(tokens, where), model(tokens)[where], atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 16, 64), (2, 64, 16)])
def test_steps_of_muon_move_every_direction_alike(shape: tuple[int, ...]) -> None:
    """Of a matrix with singular values between 1 and 20, those of its step are near one; the directions stay."""
    torch.manual_seed(1)
    left, _, right = torch.linalg.svd(torch.randn(shape), full_matrices=False)
    after = train.orthogonal(left @ torch.diag(torch.linspace(1, 20, left.shape[-1])) @ right)
    turned = left.mT @ after @ right.mT
    own = torch.diagonal(turned, dim1=-2, dim2=-1)
    assert after.shape == shape
    assert own.min() > 0.6
    assert own.max() < 1.3
    assert torch.allclose(turned, torch.diag_embed(own), atol=1e-3)


def test_training_lowers_the_loss_and_one_seed_is_one_model(words: text.Vocabulary) -> None:
    rows = [words.dialogue(MESSAGES)] * 8
    made = []
    for _ in range(2):
        model = small(words)
        made.append((train.train(model, rows, steps=40, tokens=100, rate=1e-2, seed=3), model))
    first = train.train(small(words), rows, steps=1, tokens=100, rate=1e-9, seed=3)
    assert made[0][0] < first / 2
    assert all(torch.equal(a, b) for a, b in zip(made[0][1].parameters(), made[1][1].parameters(), strict=True))


@pytest.mark.parametrize(("line", "result"), [
    ("18 × 12 =", "216"), ("216 − 72 =", "144"), ("520 × 4 = €", "2080"), ("84 ÷ 9 =", "9 rest 3"),
    ("84 ÷ 7 =", "12"), ("124 × 1/4 =", "31"), ("1200 × 3/10 =", "360"), ("Together 105 + 1007 =", "1112"),
    ("3 − 5 =", ""), ("4 ÷ 0 =", ""), ("5 × 1/3 =", ""), ("eggs =", ""), ("7 × 8", "")])
def test_the_calculator_works_out_what_was_written(line: str, result: str) -> None:
    assert calculated(text.pieces(line)) == text.pieces(result)


@pytest.fixture(scope="module")
def missing() -> tuple[Case, ...]:
    return views(OPTIONS, 12, 1, 5)


def speak(game: Game, said: str) -> None:
    """Plays the model's part with fixed words."""
    game.queue = []
    for token in [*text.pieces(said), text.END]:
        game.hear(token)
    game.close()


def test_views_lack_what_the_answer_hangs_on(missing: tuple[Case, ...]) -> None:
    """One premise that matters goes untold, no fact; complete views lack nothing, and tell the same problems."""
    for case, whole in zip(missing, views(OPTIONS, 12, 0, 5), strict=True):
        (name,) = {q.name for q in case.problem.quantities} - case.known
        assert not case.problem.quantity(name).fact
        assert whole.problem == case.problem
        assert whole.known == case.known | {name}


def test_new_kinds_stand_apart() -> None:
    """What is hidden is of these kinds in all of the tests for them, in none of the others, and asked for in no row."""
    for new in (True, False):
        for case in views(OPTIONS, 20, 1, 5, NEW, new=new):
            (name,) = {q.name for q in case.problem.quantities} - case.known
            assert (name.split("_")[-1] in NEW) == new
            asked = case.family.words(case.problem, case.problem.quantity(name)).question
            assert asks_for([{"role": "assistant", "content": f"Legs of a robot: 4. {asked}"}], NEW) == new
            assert not asks_for([{"role": "assistant", "content": "Bells of a leg: 4. Legs of a robot: how many?"},
                                 {"role": "user", "content": asked}], NEW)


def test_who_asks_for_what_is_missing_is_told_it_and_can_answer(missing: tuple[Case, ...]) -> None:
    for i, case in enumerate(missing):
        (name,) = {q.name for q in case.problem.quantities} - case.known
        words_of = case.family.words(case.problem, case.problem.quantity(name))
        game = Game(case, stream(1, "game", i), 4, "")
        speak(game, f"I need one thing. {words_of.question}")
        assert game.said[0].asked == (name,)
        assert text.joined(text.pieces(words_of.sentence)) in text.joined(game.queue)
        speak(game, f"So it is. Answer: {case.right.answer}")
        assert game.said[1].right
        assert not game.open


def test_questions_answers_and_neither_are_told_apart(missing: tuple[Case, ...]) -> None:
    """A question that no quantity answers is one, and asks for nothing; words without both end the dialogue."""
    case = missing[0]
    questions = Game(case, stream(1, "q"), 4, "").questions
    strange, wrong, mute = (read(case, text.pieces(said), questions)
                            for said in ("Why is it so?", "Answer: 999999 of them", "I don't know."))
    assert strange.question
    assert not strange.asked
    assert wrong.answer is not None
    assert not any([wrong.right, wrong.question, mute.question, mute.answer])


@pytest.mark.parametrize(("feedback", "open_"), [("", False), ("contentless", True), ("real", True)])
def test_feedback_on_a_wrong_answer(missing: tuple[Case, ...], feedback: str, open_: bool) -> None:
    """Real feedback tells the premise that was wanting, contentless feedback doesn't, and without any it is the end."""
    case = missing[0]
    (name,) = {q.name for q in case.problem.quantities} - case.known
    game = Game(case, stream(1, "f"), 4, feedback)
    speak(game, "Answer: 999999 of them")
    sentence = text.pieces(case.family.words(case.problem, case.problem.quantity(name)).sentence)
    assert game.open == open_
    assert (" ".join(sentence) in " ".join(game.queue)) == (feedback == "real")


def test_an_untrained_model_is_played_and_measured(missing: tuple[Case, ...]) -> None:
    """All figures are shares, and they don't depend on how many dialogues run in step."""
    said = [{"content": Game(case, stream(1, "v"), 1, "").history[0].text} for case in missing]
    words = text.Vocabulary.of_dialogues([said], often=1)
    model = small(words)
    together = play(model, words, missing[:2], turns=1)
    alone = [play(model, words, [case], turns=1)[0] for case in missing[:2]]
    assert together == alone
    figures = measure.measure(model, words, OPTIONS, count=3, seed=1, kinds=NEW, held_out=("units",))
    assert set(report.COLUMNS) <= set(figures)
    assert all(0 <= share <= 1 for share in (*figures["by_turn_real"], figures["over_ask"], figures["premature"]))


def test_a_claim_that_is_not_met_is_named(tmp_path: Path) -> None:
    """Good figures pass; a bad one of an arm with the effect, a working control and a weak base are said."""
    good = {"accuracy_complete": 1.0, "over_ask": 0.0, "ask": 1.0, "right_question": 1.0, "premature": 0.0,
            "accuracy": 1.0, "ask_k2": 1.0, "right_question_k2": 1.0, "accuracy_k2": 1.0, "recovery": 0.0,
            **{f"new_{name}": 1.0 for name in ("ask", "right_question", "accuracy")},
            **{f"held_{name}": 1.0 for name in ("accuracy_complete", "ask", "right_question", "accuracy")},
            "held_over_ask": 0.0,
            "by_turn_real": [1.0] * 10, "by_turn_contentless": [0.0] * 10}
    rows = [{**good, "arm": arm.name, "seed": 0, **({} if arm.asks else SILENT)}
            for arm in ARMS]
    assert report.unmet(rows) == []
    slot = next(row for row in rows if row["arm"] == "slot")
    for name, bound, least in CLAIMS:
        worse = {**slot, name: bound - 0.1 if least else bound + 0.1}
        assert [name in line for line in report.unmet([worse])] == [True]
    assert report.unmet([{**rows[0], "accuracy_complete": 0.5}])
    assert report.unmet([{**rows[0], "held_accuracy_complete": 0.5}])
    quiet = {**good, "arm": "contentless", "seed": 0, **SILENT}
    assert report.unmet([quiet]) == []
    assert all(report.unmet([{**quiet, name: 1.0}]) for name in SILENT)
    if pytest.importorskip("matplotlib"):
        report.report(rows, {"count": 4}, [0], 1.0, tmp_path)
        assert json.loads((tmp_path / "effect.json").read_text())["unmet"] == []
        assert {path.name for path in tmp_path.glob("*.png")} == {"by_turn.png", "asking.png"}
