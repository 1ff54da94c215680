"""Students before a statement that may lack something: who asks for what is missing, and who does not.

Generators like the policies of `students`. What is missing a student finds by working: it comes to a step that needs
what nobody has told (`case.first_untold`). In families whose work depends on all premises at once it can't begin, and
asks before any work (`Family.in_order`).
"""

from __future__ import annotations

from tutelage.errors import NoAnswer
from tutelage.talk.acts import ABSTAIN, ASK, ASK_CONFLICT, ASSUME, DONT_KNOW, MISTELL, TELL_PART
from tutelage.talk.case import first_untold
from tutelage.talk.converse import History
from tutelage.talk.mind import Mind
from tutelage.talk.statements import sayable
from tutelage.talk.students import Policy, StudentPolicy
from tutelage.talk.users import hidden, misleading_value, told_names, value_in, work_with
from tutelage.values import Act, Slip, Turn, Value


def asks(mind: Mind) -> Policy:
    """Works as far as it can, asks by name for what the next line needs, and nothing where all is there."""
    yield from _to_the_end(mind, 0)


def asks_wrong(mind: Mind) -> Policy:
    """Asks for something that stands in the statement before it finds what is missing."""
    if stated := _stated(mind):
        yield mind.ask_stated(mind.draws.choice(stated))
    yield from _to_the_end(mind, 0)


def over_asks(mind: Mind) -> Policy:
    """Asks for several things at once, most of which stand in the statement; does so even where nothing is missing."""
    gap, stated = next_gap(mind), _stated(mind)
    names = mind.draws.sample(stated, min(len(stated), 2 if gap else mind.draws.between(1, 2)))
    if gap:
        names.append(gap[1])
    if names and mind.case.view is not None and mind.case.view.swapped is None:
        names = mind.draws.shuffled(names)
        key = "several" if len(names) > 1 else "ask_first"
        text = mind.say("student/missing", key, {"question": " ".join([mind.question(n) for n in names])})
        yield from _to_the_end(mind, 0, (yield Turn("student", Act(ASK, names[0], also=tuple(names[1:])), text)))
    else:
        yield from _to_the_end(mind, 0)


def guesses(mind: Mind) -> Policy:
    """Takes a value for granted that nobody has told, and answers."""
    turn = assumption(mind, 0)
    if turn is None:
        yield from _to_the_end(mind, 0)
    else:
        yield turn


def overthinks(mind: Mind) -> Policy:
    """Sees that something is missing, turns it over n times, and only then asks, gives up, or guesses."""
    passes = mind.draws.between(2, 5)
    if next_gap(mind) is None:
        yield from _to_the_end(mind, 0)
    elif mind.draws.chance(0.3) and (turn := assumption(mind, passes)) is not None:
        yield turn
    elif mind.draws.chance(0.4):
        yield abstention(mind, passes)
    else:
        yield from _to_the_end(mind, passes)


def abstains(mind: Mind) -> Policy:
    """Says that the question can't be answered, for want of what, and why it matters; answers where nothing lacks."""
    view = mind.case.view
    if next_gap(mind) is None and (view is None or (view.swapped is None and view.conflict is None)):
        yield mind.attempt(None)
    else:
        yield abstention(mind, 0)


SEEKERS: tuple[StudentPolicy, ...] = (
    StudentPolicy("asks", "works up to the gap and asks for just that", asks, 0.46, 0),
    StudentPolicy("asks_wrong", "asks for something stated first", asks_wrong, 0.12, 0),
    StudentPolicy("over_asks", "asks for several things at once, needed or not", over_asks, 0.12, 0),
    StudentPolicy("guesses", "takes a value for granted and answers", guesses, 0.1, 0),
    StudentPolicy("overthinks", "doubts two to five times before it asks, gives up or guesses", overthinks, 0.1, 0),
    StudentPolicy("abstains", "says that it can't be answered, and for want of what", abstains, 0.1, 0),
)


def next_gap(mind: Mind, told: frozenset[str] = frozenset()) -> tuple[int, str] | None:
    """The step that can't be done for want of a quantity, and its name; None where nothing lacks."""
    gap = first_untold(mind.case, told)
    return gap if gap is None or mind.case.family.in_order else (0, gap[1])


def _to_the_end(mind: Mind, passes: int, history: History = ()) -> Policy:
    """Asks at each gap until the answer can be worked out, or can't be found out; `history` ends with a reply."""
    view = mind.case.view
    if view is not None and view.swapped is not None:
        yield abstention(mind, passes)
        return
    if view is not None and view.conflict is not None:
        history = yield _ask_conflict(mind)
    told = told_names(history)
    while (gap := next_gap(mind, told)) is not None or (history and history[-1].act.kind == MISTELL):
        reply = history[-1].act if history else Act("")
        if reply.kind == DONT_KNOW:
            yield abstention(mind, 0, reply.target, told)
            return
        if reply.kind == MISTELL:
            place = gap[0] if gap else 0
            yield _on_value(mind, (place, reply.target), value_in(reply), "", 0)
            mind.written = place  # what stands above it still holds
            yield mind.attempt(None, opening=mind.generic("student/missing", "anew"))
            return
        assert gap is not None
        if reply.kind == TELL_PART:
            history = yield _ask_which(mind, reply.target)
        else:
            history = yield _ask(mind, gap, passes)
            passes = 0
        told = told_names(history)
    yield mind.attempt(None)


def _stated(mind: Mind) -> list[str]:
    return [q.name for q in mind.case.problem.quantities if q.name in mind.case.known and not q.fact]


def _ask(mind: Mind, gap: tuple[int, str], passes: int) -> Turn:
    """The work up to the gap, doubts where it overthinks, and the question."""
    step, name = gap
    done = mind.work_text(mind.case.right, mind.written, step)
    opening = mind.opening() if done or not mind.continues else ""
    mind.written, mind.continues = max(mind.written, step), "go_on"
    question = mind.say("student/missing", "ask" if done or passes else "ask_first", {"question": mind.question(name)})
    return Turn("student", Act(ASK, name, passes, step=step),
                mind.join([opening, done, *_doubts(mind, name, passes), question]))


def _ask_which(mind: Mind, name: str) -> Turn:
    text = mind.say("student/missing", "which", {"question": mind.question(name)})
    return Turn("student", Act(ASK, name), text)


def _ask_conflict(mind: Mind) -> Turn:
    assert mind.case.view is not None
    assert mind.case.view.conflict is not None
    name, value = mind.case.view.conflict
    problem, quantity = mind.case.problem, mind.case.problem.quantity(name)
    one, two = (mind.case.family.words(problem, q).sentence for q in (quantity, quantity._replace(value=value)))
    fields = {"one": one.rstrip("."), "two": two.rstrip("."), "question": mind.question(name)}
    return Turn("student", Act(ASK_CONFLICT, name), mind.say("student/missing", "conflict", fields))


def assumption(mind: Mind, passes: int) -> Turn | None:
    """An answer on a value that it takes for granted, or on one of two statements that don't agree.

    None where nothing is missing, and where no other value can be said or leads to a wrong answer.
    """
    view = mind.case.view
    if view is not None and view.conflict is not None:
        name, value = view.conflict
        return _on_value(mind, (0, name), value, "", passes)
    gap = next_gap(mind)
    if gap is None or len(hidden(mind.case)) > 1 or not sayable(mind.case.family, mind.case.problem, gap[1]):
        return None
    guessed = misleading_value(mind.case, gap[1], mind.draws)
    return None if guessed is None else _on_value(mind, gap, guessed, "assume", passes)


def _on_value(mind: Mind, gap: tuple[int, str], value: Value, opening: str, passes: int) -> Turn:
    """The work and the answer with `value` for the quantity of the gap; `opening` is the section that says so."""
    step, name = gap
    case = mind.case
    work = work_with(case, name, value)
    start = min(mind.written, step)
    parts = [mind.work_text(case.right, start, step), *_doubts(mind, name, passes)]
    if opening:
        sentence = case.family.words(case.problem, case.problem.quantity(name)._replace(value=value)).sentence
        parts.append(mind.say("student/missing", opening, {"sentence": sentence}))
    parts += [mind.work_text(work, step), mind.final_text(work)]
    mind.exposed = Slip(ASSUME, step, work, {})
    return Turn("student", Act(ASSUME, name, passes, work.answer, step=step), mind.join(parts))


def abstention(mind: Mind, passes: int, name: str = "", told: frozenset[str] = frozenset()) -> Turn:
    """Says what is missing (`name`, or what the next line needs), and shows with two values that it matters."""
    case, view = mind.case, mind.case.view
    if view is not None and view.swapped is not None:
        text = mind.say("student/missing", "off_topic", {"question": view.swapped.question})
        return Turn("student", Act(ABSTAIN), text)
    if view is not None and view.conflict is not None:
        turn = _ask_conflict(mind)
        return Turn("student", Act(ABSTAIN, view.conflict[0]), turn.text)
    gap = next_gap(mind, told)
    assert gap is not None
    step, name = gap[0], name or gap[1]
    names = [each for each in hidden(case) if each not in told]
    done = mind.work_text(case.right, mind.written, step)
    doubts = _doubts(mind, name, passes)
    phrase = case.family.words(case.problem, case.problem.quantity(name)).phrase
    fields = {"phrase": phrase, **(_trial(mind, name) if len(names) == 1 else {})}
    key = "abstain_shown" if "one" in fields else "abstain"
    text = mind.say("student/missing", key, fields)
    mind.written = max(mind.written, step)
    return Turn("student", Act(ABSTAIN, name, passes, step=step), mind.join([done, *doubts, text]))


def _trial(mind: Mind, name: str) -> dict[str, str]:
    """Two values of a quantity, as sentences, with the answers that they lead to; empty where that can't be said."""
    case = mind.case
    if mind.programs or not sayable(case.family, case.problem, name):
        return {}
    quantity, seen = case.problem.quantity(name), dict[str, str]()
    for value in mind.draws.shuffled(list(quantity.domain)):
        try:
            work = work_with(case, name, value)
        except NoAnswer:
            continue
        if work.answer not in seen and type(work.value) is type(case.right.value):  # not eleven coins and a half
            seen[work.answer] = case.family.words(case.problem, quantity._replace(value=value)).sentence
        if len(seen) == 2:
            (first, one), (second, two) = seen.items()
            return {"one": one.rstrip("."), "two": two.rstrip("."), "first": first, "second": second}
    return {}


def _doubts(mind: Mind, name: str, passes: int) -> list[str]:
    """`passes` rounds of doubt: what the answer would be with this value or that, or reading it all once more."""
    texts = []
    phrase = mind.case.family.words(mind.case.problem, mind.case.problem.quantity(name)).phrase
    for number in range(passes):
        fields = _trial(mind, name) if number % 2 == 0 else {}
        key = "first_doubt" if not number else "trial" if fields else "doubt"
        texts.append(mind.say("student/missing", key, {"phrase": phrase, **fields}))
        if not number and fields:
            texts.append(mind.say("student/missing", "trial", fields))
    return texts

