"""The laws of the judge of replies: what a reply does, what it answers, whether that is right, what it asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tutelage
from tutelage.cli import main
from tutelage.problems.reading.agreement import agrees
from tutelage.problems.reading.judge import ACTS, LONG, Reply, read_reply
from tutelage.problems.reading.quantities import matched

Run = Callable[..., "subprocess.CompletedProcess[str]"]
ROOT = Path(__file__).resolve().parent.parent
SPLITS = ("dev", "held")
COLUMNS = (*SPLITS, "unmended")  # replies of the last one were never used to mend the judge: how it reads new ones


def rows_of(split: str) -> list[dict[str, Any]]:
    """The labelled replies of a split: `asks` holds a phrase of each thing that must be among what is asked."""
    lines = (ROOT / "tests" / "data" / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split]


def read(row: dict[str, Any]) -> Reply:
    return read_reply(row["response"], row.get("answer"), question=row.get("question", ""))


def asks_found(row: dict[str, Any], found: Reply) -> bool:
    """Whether all that a reply asks for is among `asks`; of an attempt that asks nothing, whether that is empty."""
    if not row["asks"]:
        return row["act"] != "attempt" or not found.asks
    return all(any(phrase.casefold() in ask.casefold() for ask in found.asks) for phrase in row["asks"])


def table() -> Iterator[str]:
    """The rows of the table in docs/reading.md: per act, and for the whole, right of all in each split."""
    judged = {split: [(row, read(row)) for row in rows_of(split)] for split in COLUMNS}
    for act in ACTS:
        counts = [[found.act == act for row, found in judged[split] if row["act"] == act] for split in COLUMNS]
        yield f"| `{act}` | " + " | ".join(f"{sum(each)} of {len(each)}" for each in counts) + " |"
    answered = [[(row["act"] == "attempt") == (found.act == "attempt") for row, found in judged[s]] for s in COLUMNS]
    correct = [[row["correct"] == found.correct for row, found in judged[split]] for split in COLUMNS]
    asks = [[asks_found(row, found) for row, found in judged[split]] for split in COLUMNS]
    for name, each in (("answered or withheld", answered), ("correct", correct), ("asks", asks)):
        yield f"| {name} | " + " | ".join(f"{sum(one)} of {len(one)}" for one in each) + " |"


# --- the labelled set -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", SPLITS)
def test_the_labelled_replies_are_read_as_labelled(split: str) -> None:
    """Of each split at least 97 in 100 agree in act, correctness and asks, and nine in ten of each act."""
    judged = [(row, read(row)) for row in rows_of(split)]
    assert len(judged) >= 300
    wrong = [(row["response"], found) for row, found in judged
             if (row["act"], row["correct"]) != (found.act, found.correct) or not asks_found(row, found)]
    assert len(wrong) <= 0.03 * len(judged), wrong
    for act in ACTS:
        same = [found.act == act for row, found in judged if row["act"] == act]
        assert sum(same) >= 0.9 * len(same), act


def test_replies_it_was_not_mended_on_are_read_well_enough() -> None:
    """Of the replies that no mending has seen, five in six at least are rightly answered or withheld."""
    judged = [(row, read(row)) for row in rows_of("unmended")]
    assert len(judged) >= 100
    right = [(row["act"] == "attempt") == (found.act == "attempt") for row, found in judged]
    assert sum(right) >= len(right) * 5 / 6


def test_the_documented_accuracy_is_todays() -> None:
    """The table in docs/reading.md says what the labelled set gives today."""
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    assert [line for line in table() if line not in page] == []


def test_every_act_is_documented() -> None:
    """Each act has its row in docs/reading.md and its lines in the judge's docstring."""
    page = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    doc = sys.modules[read_reply.__module__].__doc__ or ""
    assert [act for act in ACTS if f"| `{act}` |" not in page or f"\n{act} " not in doc] == []


# --- precedence -------------------------------------------------------------------------------------------------------

ACTS_OF = (
    ("The answer is 42. Let me know if you want details?", "attempt"),
    ("Assuming the bag holds 3, the answer is 12; could you confirm?", "attempt"),
    ("How many are left? 5 - 3 = 2.", "attempt"),
    ("I can't see the price, but from the receipt it must be 4 dollars.", "attempt"),
    ("The answer is 12. How many bags did you mean?", "attempt"),
    ("If it holds 3, the answer is 12. If it holds 4, the answer is 16. Which is it?", "hedge"),
    ("If the bag held 3, it would be 12.", "hedge"),
    ("The answer is 12 or 14.", "hedge"),
    ("I can't solve this. What is the price?", "clarification"),
    ("I can't solve this. We would need to know the price.", "refuse"),
    ("What is the price? And how many are there?", "interrogation"),
    ("The price matters a lot here. " * (LONG // 5) + "What is it?", "discussion"),
    ("<think>Is it 7? The answer is 7.</think>", "missing"),
    ("<think>It might be 7 or", "discussion"),
    ("I'll assume 6 a bag: 7 * 6 = 42. How many are in a bag?", "attempt"),
    ("With 6 a bag, there are 42. With 8 a bag, there are 56.", "hedge"),
    ("If it leaves on Monday, it comes on Friday. If it leaves on Tuesday, it comes on Saturday.", "hedge"),
    ("- 10% off: $9\n- 20% off: $8", "hedge"),
    ('{"action": "ask", "questions": ["How many bags?", "How many apples in each?"]}', "interrogation"),
    ("What's the length, and is it deep?", "interrogation"),
    ("Need: the length, the width", "interrogation"),
    ("I need the length. What is the length?", "clarification"),
    ("Divide the length by 3 to get the pieces.", "discussion"),
    ("Total = 2 × her age + 5", "discussion"),
    ("So x + y = 42", "discussion"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "act"), ACTS_OF)
def test_the_first_act_that_holds_is_the_one(text: str, act: str) -> None:
    """Precedence: commitment before hedging, hedging before asking, asking before refusing."""
    found = read_reply(text, "42")
    assert found.act == act
    assert (found.answer != "") == (act == "attempt")
    assert found.correct is (act == "attempt" and "42" in text)


@pytest.mark.parametrize(("text", "question", "act"), [
    ("The tree is 5 times as tall as the pole.", "How tall is the tree?", "discussion"),
    ("The tree is 5 times as tall as the pole.", "How many times as tall as the pole is the tree?", "attempt"),
    ("She has 12. That is twice as many as Bo.", "How many has she?", "attempt"),
    ("He gives 3 away.", "Al has pens. He gives 3 away. How many are left?", "discussion"),
    ("Time equals distance over speed.", "How long does it take?", "discussion"),
    ("v = d/5", "How fast is it? It takes 5 hours.", "discussion"),
    ("v = d/5", "Solve d = 5v for v.", "attempt"),
    ("That rules out A, which leaves B.", "Which is prime? (A) 9 (B) 7", "attempt"),
])
def test_the_question_tells_what_is_an_answer(text: str, question: str, act: str) -> None:
    """A comparison, a premise told again or a formula answers only a question for one; a letter one with options."""
    assert read_reply(text, question=question).act == act


@pytest.mark.parametrize(("text", "reference", "question", "right"), [
    ("91 = 7 * 13, so 91 is divisible by 7.", "yes", "Is 91 divisible by 7?", True),
    ("92 is not divisible by 7.", "yes", "Is 92 divisible by 7?", False),
    ("So y = 5; putting it in, x = 2.", "x = 2, y = 5", "", True),
    ("So y = 5; putting it in, x = 3.", "x = 2, y = 5", "", False),
    ("It takes 90 minutes.", "1.5 hours", "", True),
    ("Bo was first, Al second and Cy last.", "Bo, Al, Cy", "", True),
    ("Bo was last, Al second and Cy first.", "Bo, Al, Cy", "", False),
    ("Start at A, go to D (3 km), then to B (4 km).", "A -> D -> B", "", True),
    ("A = π * 7^2 = 49π ≈ 153.94", "49\\pi", "", True),
])
def test_a_statement_gives_the_answer(text: str, reference: str, question: str, right: bool) -> None:
    """A whole statement is taken for what it says, where its last value alone is not the answer."""
    assert read_reply(text, reference, question=question)[::2] == ("attempt", right)


def test_without_a_reference_nothing_is_right_or_wrong() -> None:
    """`correct` is None without a reference, and False for what is withheld with one."""
    for text in ("The answer is 3.", "How many?", "", "I can't tell."):
        assert read_reply(text).correct is None
        assert read_reply(text, "  ").correct is None
        assert read_reply(text, "18").correct is False


def test_a_refusal_is_right_where_there_is_no_answer() -> None:
    """A reference that says "cannot be determined", or an option that does, is met by a refusal."""
    refusal = "There is not enough information to tell."
    assert read_reply(refusal, "cannot be determined") == Reply("refuse", "", True, ())
    assert read_reply(refusal, "C", question="Who? (A) Ana (B) Bo (C) It cannot be determined").correct is True
    assert read_reply("It is 7.", "cannot be determined").correct is False


@pytest.mark.parametrize(("text", "reference", "right"), [
    ("The order is Samir, Vera, Olga.", "Olga, Vera, Samir", False),
    ("The order is Olga, Vera, Samir.", "Olga, Vera, Samir", True),
    ("1. Olga\n2. Vera\n3. Samir", "Olga, Vera, Samir", True),
    ("They are Vera, Olga and Samir.", "Olga, Vera and Samir", True),
    ("Answer: Navy, Red, Blue", "Navy, Red, Blue", True),
    ("Answer: B, C, A", "A, B, C", True),
])
def test_commas_alone_mean_an_order(text: str, reference: str, right: bool) -> None:
    assert read_reply(text, reference)[::2] == ("attempt", right)


@pytest.mark.parametrize(("text", "right"), [
    ("def f(x):\n    # twice\n    return 2 * x", True),
    ("Here it is.\n```python\ndef f(x):\n    return 2 * x\n```\nIt doubles x.", True),
    ("```python\ndef f(x):\n    return x + x\n```", None),
    ("```python\ndef f(x):\n    return 2 * x\n```\nBetter:\n```python\ndef f(x):\n    return x\n```", None),
    ("What should f return?", False),
])
def test_another_program_is_for_tests_to_judge(text: str, right: bool | None) -> None:
    assert read_reply(text, "def f(x):\n    return 2 * x").correct is right


def test_the_problem_repeated_is_not_asked() -> None:
    """A question of the problem's own, repeated, is no question to the reader."""
    question = "Tom has some apples. How many apples does Tom have?"
    text = f"{question} The problem gives no number."
    assert read_reply(text).act == "clarification"
    assert read_reply(text, question=question).asks == ()


# --- answers ----------------------------------------------------------------------------------------------------------

AGREE = (
    ("18 dollars", "#### 18"), (r"\dfrac{3}{8}", "0.375"), ("7.5%", "0.075"), ("7.5", "7.5%"), ("1.250,00 €", "1250"),
    ("$70k", "70000"), (r"1.5 \times 10^3", "1500"),
    ("99 cents", "0.99"), ("1 hour 30 minutes", "90"), ("3 out of 4", "3/4"),
    ("3:30 p.m.", "15:30"), ("y = -2 and x = 3", "x = 3, y = -2"),
    ("(3, -2)", "x = 3, y = -2"), ("A, then C, then D", "A -> C -> D"),
    ("option (b)", "B"), ("True", "yes"), ("It's Ana, not Bo", "Ana"), ("2x + 3", "$2x+3$"), ("nothing is left", "0"),
)  # fmt: skip
DIFFER = (
    ("18 million", "18"), ("-18", "18"), ("1.8", "18"),
    ("18%", "18.5"), ("0.5", "50"), ("3:30 a.m.", "15:30"), ("x = 3, y = 2", "x = 3, y = -2"),
    ("A, then D", "A -> C -> D"), ("C", "B"), ("no", "yes"),
    ("Bo, who is taller than Ana", "Ana"), ("not Ana", "Ana"), ("2x + 5", "2x+3"), ("", "0"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "reference"), AGREE)
def test_an_answer_agrees_in_any_form(text: str, reference: str) -> None:
    """Forms, units, signs and order that don't matter don't matter."""
    assert agrees(text, reference)


@pytest.mark.parametrize(("text", "reference"), DIFFER)
def test_another_answer_does_not_agree(text: str, reference: str) -> None:
    """Another value, sign, scale, order or name is another answer."""
    assert not agrees(text, reference)


WRAPPERS = (
    "{}", "**{}**", "The answer is {}.", "Answer: {}", "#### {}", r"$\boxed{{{}}}$", "Total = 7 + 9 = {}",
    "First 2 + 2 = 4. So the total is {} apples.", "<think>Is it 5?</think>\nShe has {} left.", '{{"answer": {}}}',
    "3 boxes hold {} pens. Does that help?", "I get {}.\n\nCheck: 1 + 1 = 2 ✓", "<answer>{}</answer>",
    "| day | pages |\n|---|---|\n| 1 | 7 |\n| **Total** | **{}** |",
)  # fmt: skip


@given(st.integers(-(10**9), 10**9), st.sampled_from(WRAPPERS))
def test_a_number_is_read_from_any_wrapping(number: int, wrapper: str) -> None:
    """Whatever stands around it, the number is the answer, and no other one is."""
    text = wrapper.format(number)
    assert read_reply(text, str(number)).correct is True
    assert read_reply(text, str(number + 1)).correct is False


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=64))
def test_fractions_agree_with_themselves(value: Fraction) -> None:
    """A fraction agrees as a/b and in LaTeX, and not with its neighbour."""
    latex = rf"{'-' * (value < 0)}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    assert agrees(latex, str(value))
    assert not agrees(latex, str(value + Fraction(1, value.denominator)))


# --- what is asked ----------------------------------------------------------------------------------------------------

QUANTITIES = {
    "pen_price": "how much a pen costs",
    "ink_price": "how much a bottle of ink costs",
    "pens": "how many pens she buys",
    "weeks": "the number of weeks in the term",
    "age": "how old her brother is",
}
ASKED = (
    ("What is the price of one pen?", ("pen_price",)),
    ("How expensive is the ink?", ("ink_price",)),
    ("Could you tell me how long the term is, in weeks?", ("weeks",)),
    ("What's her brother's age?", ("age",)),
    ("I need the cost of the ink and the number of weeks.", ("ink_price", "weeks")),
    ("How many pens does she buy? How old is the brother?", ("pens", "age")),
    ("How much is it?", ()),
    ("What is the colour of the desk?", ()),
    ("The answer is 18. Shall I show the price of the pen?", ()),
)


@pytest.mark.parametrize(("text", "names"), ASKED)
def test_quantities_are_matched_in_free_wording(text: str, names: tuple[str, ...]) -> None:
    """What is asked is told by the words that set a quantity apart from the others, not by exact strings."""
    assert read_reply(text, quantities=QUANTITIES).asks == names


def test_an_ask_that_fits_two_quantities_alike_is_about_neither() -> None:
    """"What is the price?" does not say of what."""
    assert matched(("What is the price?",), {"a": "the price of a pen", "b": "the price of a bag"}) == ()


# --- no text does harm ------------------------------------------------------------------------------------------------

PIECES = st.sampled_from((
    "the answer is ", r"\boxed{", "}", "####", "**", "if ", "either ", " or ", "12", "1/2", "?", ".", "\n", "- ", "|",
    "```", "<think>", "</think>", "I need ", "the price", "can't ", "determine", "=", "→", "x = ", "$", "{", "[[",
    '"answer": ', "½", " and ", "Check: ", "how many ", "\u200b", "٣", "\ud800", "(", ")", "9**9**9",
    "3:30 pm", "%", "Case 1: ",
))  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS, st.one_of(st.none(), TEXTS), TEXTS)
def test_no_text_raises(text: str, answer: str | None, question: str) -> None:
    """Any text, reference and question give a reply that keeps its own rules."""
    found = read_reply(text, answer, question=question, quantities={"price": "the price"})
    assert found.act in ACTS
    assert (found.correct is None) == (answer is None or not answer.strip())
    assert found.act == "attempt" or found.answer == ""
    assert set(found.asks) <= {"price"}


JUNK = (
    "a", " ", "{", "(", "*", "?", "\n \n", r"\boxed{", r"\frac{", "the answer is ", "```\n", "<think>", "How many? ",
    "1,", "9", "If it is 1, then 2. ", "A -> ", "|a|1|\n", "Check: 1\n", "I need the ", "#### 1\n", '"answer": "',
    "either 1 or ",
)  # fmt: skip


@pytest.mark.parametrize("piece", JUNK)
def test_a_megabyte_of_anything_is_read(piece: str) -> None:
    """A text of a million characters is read, whatever it repeats, and so is such a reference."""
    text = piece * (10**6 // len(piece))
    assert read_reply(text, "18").act in ACTS
    assert read_reply("The answer is 18.", text).correct is (False if text.strip() else None)


# --- the package and the command --------------------------------------------------------------------------------------


def test_it_is_public_and_costs_nothing_until_used() -> None:
    """`tutelage.read_reply` and `tutelage.Reply` are there; `import tutelage` alone loads none of the judge."""
    assert tutelage.read_reply("The answer is 18.", "18") == tutelage.Reply("attempt", "18", True, ())
    with pytest.raises(AttributeError, match="nosuch"):
        tutelage.nosuch  # type: ignore[attr-defined]  # noqa: B018
    code = "import sys, tutelage; print([m for m in sys.modules if m.startswith('tutelage.')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "generator", capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == "[]"


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_the_command_reads_line_by_line(command: Run, tmp_path: Path) -> None:
    """Each row gives a JSON line with act, answer, correct and asks; empty lines none; "-" is standard input."""
    file = write(tmp_path / "replies.jsonl", '{"response": "So it is 18. Right?", "answer": "#### 18", "id": 7}', "",
                 '{"response": "How much is a pen?", "question": "What does she pay?"}',
                 '{"response": null, "answer": 3}', '{"response": "Yes, it is.", "answer": true}')
    expected = [
        {"act": "attempt", "answer": "18", "correct": True, "asks": []},
        {"act": "clarification", "answer": "", "correct": None, "asks": ["How much is a pen?"]},
        {"act": "missing", "answer": "", "correct": False, "asks": []},
        {"act": "attempt", "answer": "Yes, it is", "correct": True, "asks": []},
    ]
    done = command("read", file, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == expected
    piped = subprocess.run([sys.executable, ROOT / "generator", "read", "-"], input=file.read_text(), text=True,
                           capture_output=True, check=True)
    assert piped.stdout == done.stdout


@pytest.mark.parametrize(("line", "why"), [
    ("nope", "no JSON"), ("[1]", "JSON list"), ("{}", "no keys"), ('{"text": "18"}', "'text'"),
    ('{"response": 18}', "response='18'"), ('{"response": "18", "question": ["a"]}', "question="),
    ("[" * 100_000, "no JSON"),
])  # fmt: skip
def test_a_line_that_is_no_reply_ends_it(line: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    """The rows before it are out; one line names file, line and what is wrong; exit code 2."""
    file = write(tmp_path / "replies.jsonl", '{"response": "18"}', line)
    monkeypatch.setattr(sys, "argv", ["tutelage", "read", str(file)])
    with pytest.raises(SystemExit) as leave:
        main()
    out, err = capsys.readouterr()
    assert leave.value.code == 2
    assert len(out.splitlines()) == 1
    assert len(err.splitlines()) == 1
    assert f"{file} line 2 " in err
    assert why in err


def test_a_reader_that_goes_is_no_error(tmp_path: Path) -> None:
    """`tutelage read FILE | head -1` says nothing on standard error."""
    file = write(tmp_path / "replies.jsonl", *['{"response": "The answer is 18."}'] * 20_000)
    with subprocess.Popen([sys.executable, ROOT / "generator", "read", file], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["answer"] == "18"
        process.stdout.close()
        assert process.stderr.read() == ""
