"""The conversation: what each policy does, who may see what, and an audit that finds planted leaks."""

from __future__ import annotations

from collections import Counter

import pytest

from tutelage.draws import stream
from tutelage.problems import FAMILIES, family_named
from tutelage.problems.reading.answers import final_answer
from tutelage.talk.acts import STUDENT_VOICES, TEACHER_VOICES
from tutelage.talk.case import Case, make_case
from tutelage.talk.converse import Dialogue, History, converse
from tutelage.talk.leaks import find_leaks
from tutelage.talk.mind import Mind
from tutelage.talk.students import STUDENTS, StudentPolicy, student
from tutelage.talk.teachers import TEACHERS, teacher
from tutelage.values import Act, Turn
from tutelage.wording import compile_wording, wordings

RIGHT = Turn("student", Act("attempt"), "x", correct=True)


def case_of(family: str, number: int, **options: float) -> Case:
    draws = stream(9, "talk", family, number)
    chosen = family_named(family)
    return make_case(chosen, chosen.draw(draws, 1 + number % 5), draws, leave_facts=options.get("facts", 0.0))


def play(policy: StudentPolicy, case: Case, guide: str = "ladder", turns: int = 8, number: int = 0) -> Dialogue:
    draws = stream(9, "play", policy.name, number)
    by_name = {each.name: each for each in TEACHERS}
    return converse(case, student(policy, Mind(case, draws, STUDENT_VOICES[number % len(STUDENT_VOICES)])),
                    teacher(by_name[guide], draws, TEACHER_VOICES[number % 3]), max_turns=turns)


@pytest.mark.parametrize("policy", STUDENTS, ids=lambda p: p.name)
@pytest.mark.parametrize("guide", [p.name for p in TEACHERS if not p.control])
def test_everybody_gets_there_in_time(policy: StudentPolicy, guide: str) -> None:
    """With an exact teacher and turns enough, each student ends right, in every family."""
    for family in FAMILIES:
        for number in range(4):
            case = case_of(family.name, number)
            if len(case.slips) >= policy.slips:
                dialogue = play(policy, case, guide, turns=12, number=number)
                assert dialogue.reward == 1, [turn.text for turn in dialogue.turns]


def test_what_was_not_told_is_not_used() -> None:
    """A student that asks where it is stuck says no line that needs an untold fact before it has been told."""
    asked = 0
    for number in range(60):
        case = case_of("word_problem", number, facts=1.0)
        dialogue = play(next(p for p in STUDENTS if p.name == "asks_when_stuck"), case, number=number)
        told = set(case.known)
        for turn in dialogue.turns:
            if turn.role == "student":
                said = [step for step in case.right.steps if step.line in turn.text]
                untold = {q.name for q in case.problem.quantities} - told
                assert not any(set(step.uses) & untold for step in said)
                asked += turn.act.kind == "ask"
            elif turn.act.kind == "tell":
                told.add(turn.act.target)
    assert asked >= 5


def test_questions_for_facts_are_worth_bits() -> None:
    """k falls to 0 when the missing facts have been told, and the question for a fact gains what was missing."""
    for number in range(60):
        case = case_of("word_problem", number, facts=1.0)
        dialogue = play(next(p for p in STUDENTS if p.name == "asks_when_stuck"), case, number=number)
        asks = [turn for turn in dialogue.turns if turn.act.kind == "ask"]
        if asks:
            assert dialogue.turns[0].k_after == len(asks)
            assert dialogue.turns[-1].k_after == 0
            assert asks[0].ig_bits > 0


@pytest.mark.parametrize("family", ["parts", "units", "rates"])
def test_the_first_words_do_not_tell_whether_a_question_comes(family: str) -> None:
    """Who asks at the slot opens a turn as often as who answers: at first now and then, after a reply always, as long
    as there is work to write before the question."""
    def begun(turn: Turn, file: str, key: str) -> bool:
        return any(turn.text.startswith(option.source) for option in wordings(file).sections[key])

    asks, first, later = next(p for p in STUDENTS if p.name == "asks_for_values"), Counter[tuple[bool, bool]](), 0
    for number in range(500):
        case = case_of(family, number, facts=0.6)
        turns = [turn for turn in play(asks, case, number=number).turns if turn.role == "student"]
        first[turns[0].act.kind == "ask", begun(turns[0], "student/attempt", "open")] += 1
        lines = {step.line for step in case.right.steps}
        for turn in turns[1:]:
            if any(line in turn.text for line in lines):
                assert begun(turn, "student/again", "go_on"), turn.text
                later += turn.act.kind == "ask"
    counts = {asked: first[asked, True] + first[asked, False] for asked in (True, False)}
    one, other = (first[asked, True] / counts[asked] for asked in (True, False))
    assert min(counts.values()) > 60
    assert min(one, other) > 0.1
    assert abs(one - other) < 4 * (0.25 * (1 / counts[True] + 1 / counts[False])) ** 0.5
    assert later > 20 or family == "rates"


def test_no_question_stands_without_what_came_before_it() -> None:
    """A student that asks at the first line says what it is about to do; later ones stand behind lines of work."""
    policy, bare = next(p for p in STUDENTS if p.name == "asks_when_stuck"), 0
    for family in FAMILIES:
        for number in range(30):
            case = case_of(family.name, number)
            turn = play(policy, case, number=number, turns=1).turns[1]
            if turn.act.kind == "ask_step":
                slip = case.slips[0]
                slots = wordings(f"problems/{family.name}").sections[f"{slip.kind}.slot"]
                asked = [text for text in (compile_wording(slot)(slip.fields) for slot in slots)
                         if turn.text.endswith(text)]
                assert asked
                assert len(turn.text) > len(max(asked, key=len)) + 5, turn.text
                bare += turn.act.step == 0
    assert bare > 50


def test_a_stubborn_student_says_its_answer_once_more_but_no_program() -> None:
    """A defence holds the line in question; an answer is said again as one that can be read, a program is not."""
    policy, kinds = next(p for p in STUDENTS if p.name == "stubborn"), set()
    for family in FAMILIES:
        for number in range(10):
            case = case_of(family.name, number)
            turns = play(policy, case, number=number, turns=3).turns if case.slips else ()
            if len(turns) > 3:
                turn, slip = turns[3], case.slips[0]
                assert turn.act.kind == ("check" if "```" in turns[1].text else "defend")
                assert slip.work.steps[slip.step].line in turn.text
                if turn.act.kind == "defend":
                    assert final_answer(turn.text) == final_answer(f"Answer: {slip.work.answer}")
                else:
                    assert "```" not in turn.text
                kinds.add(turn.act.kind)
    assert kinds == {"check", "defend"}


def test_nobody_asks_about_what_the_teacher_has_settled() -> None:
    """Whoever looks for the mistake asks about its place, or about one that the teacher has said nothing of."""
    policy, asked = next(p for p in STUDENTS if p.name == "slips_then_repairs"), 0
    for family in FAMILIES:
        for number in range(40):
            case = case_of(family.name, number)
            turns = play(policy, case, number=number).turns if case.slips else ()
            for index, turn in enumerate(turns):
                if turn.act.kind == "check" and turn.act.step != case.slips[0].step:
                    what = case.slips[0].work.steps[turn.act.step].what
                    assert not any(what.lower() in told.text.lower() for told in turns[2:index:2]), turn.text
                    asked += 1
    assert asked > 20


def test_student_sees_the_public_history_only() -> None:
    """The student is called with the turns and nothing else; the teacher with the case as well."""
    seen: list[History] = []
    case = case_of("shortest_path", 1)

    def watcher(history: History) -> Turn:
        seen.append(list(history))
        return Turn("student", Act("attempt", answer="nothing"), "Answer: nothing")

    dialogue = converse(case, watcher, teacher(TEACHERS[0], stream(1, "t"), TEACHER_VOICES[0]), max_turns=1)
    assert len(seen) == 1
    assert dialogue.reward == 0
    assert all(isinstance(turn, Turn) for history in seen for turn in history)
    assert not any(case.right.answer in turn.text for history in seen for turn in history)


@pytest.mark.parametrize("form", ["{v}", "{v}.0", "it is {w}", "{d}/2"])
def test_audit_finds_a_number_in_any_form(form: str) -> None:
    """A teacher's turn that holds the answer in digits, words or as a fraction is a leak; a harmless one is none."""
    words = {12: "twelve", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 70: "seventy"}
    case = next(c for c in (case_of("shortest_path", n) for n in range(400)) if c.right.value in words)
    value = case.right.value
    assert isinstance(value, int)
    told = form.format(v=value, w=words[value], d=2 * value)
    turns = [Turn("teacher", Act("state"), "…"), Turn("student", Act("vague"), "Help?"),
             Turn("teacher", Act("hint"), f"Well, {told} would do."), RIGHT]
    assert [(leak.turn, leak.kind) for leak in find_leaks(case, turns)] == [(2, "answer")]
    turns[2] = Turn("teacher", Act("hint"), "Look again at the first line.")
    assert find_leaks(case, turns) == []


def test_audit_finds_a_step_given_away() -> None:
    """A result of the solution that nobody has said is a leak when the teacher says it, and none once it was said."""
    case = next(c for c in (case_of("word_problem", n) for n in range(50))
                if len(c.right.steps) > 2 and c.right.steps[0].value.isdecimal()
                and c.right.steps[0].value not in c.right.answer)
    value = case.right.steps[0].value
    turns = [Turn("teacher", Act("state"), "…"), Turn("student", Act("vague"), "Help?"),
             Turn("teacher", Act("hint"), f"First you get {value}."), RIGHT]
    assert [leak.kind for leak in find_leaks(case, turns)] == ["step"]
    turns[1] = Turn("student", Act("attempt"), f"I have {value} so far.")
    assert find_leaks(case, turns) == []
