"""The stories of `text_rules`, and how a structure over one of them is drawn: clauses, values, and inputs to test with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tutelage.draws import Draws
from tutelage.problems.programs import Names, meaning, plan_of, tell_apart
from tutelage.problems.text_clauses import WORDS
from tutelage.problems.walk_clauses import EVENTS, SLOTS
from tutelage.values import Structure

KITS = {"words": WORDS, "events": EVENTS}
MOST_TESTS = 8
PRIME_TO = {2: (3, 5), 3: (2, 4, 5), 4: (3, 5), 5: (2, 3, 4)}

# story: argument, names for the function, one item, several, which clauses suit it, what the inputs are made of.
# A story whose argument is a text to be split into words has the slot `split`.
STORIES = {
    "chat": ("message", "scan_message check_chat word_watch", "word", "words", "split marks length letter case repeats part",
             "bring tea Tea later please table Bring bus train to at Toast we be back before Before cab toast Please put step "
             "Put Later lamp smile"),
    "headline": ("headline", "shorten_headline headline_words press_tag", "word", "words",
                 "split length letter case repeats part", "storm Storm hits port town Town after strong winds Port ferry late "
                 "stop Trains south last Last coast ships split the The cellar towns lost"),
    "poem": ("line", "read_line verse_words rhyme_list", "word", "words", "split marks length letter case repeats part",
             "moon The stone is on a lonely shore moss and Moon salt wind Lonely old songs the sand Stone still rest home same "
             "lost Salt late"),
    "handles": ("handles", "clean_handles guest_list chat_members", "handle", "handles", "length letter case repeats part",
                "mika Mika jo Jo sunny tomcat Tess bee ollie Max max pip rosa Rosa luna mo sam tim Sunny otto emma"),
    "tags": ("tags", "tidy_tags tag_line label_list", "tag", "tags", "length letter case repeats part",
             "beach Beach sun family dog Dog city snow Sun hike boat bread Boat art summer sea crabs basket studs side Sea"),
    "shopping": ("items", "shopping_list merge_items basket", "item", "items", "length letter case repeats part",
                 "milk Milk bread eggs Eggs rice tea salt oats Butter butter beans soap Bread figs leek Salt crisps cabbage"),
    "shelves": ("marks", "shelf_list sort_marks check_shelves", "mark", "marks", "number letter case repeats",
                "B-12 b-12 A-7 C-9 A-10 b-3 C-101 B-9 a-7 c-25 B-8 C-30 B-100 A-45 a-3 c-10"),
    "seats": ("seats", "seat_list usher_sheet check_seats", "seat", "seats", "number letter case repeats",
              "C-4 c-4 A-11 B-2 C-10 B-20 a-11 A-9 b-3 C-12 A-8 b-21 b-2 c-6 A-20"),
    "parts": ("parts", "part_list order_parts stock_check", "part", "parts", "number letter case repeats",
              "K-5 k-5 M-14 S-40 K-8 M-9 s-40 K-21 M-100 m-8 S-7 M-33 k-60 S-12 s-5"),
}  # fmt: skip
POOLS = {story: tuple(parts[-1].split()) for story, parts in STORIES.items()}


def _telling(pool: Sequence[str]) -> tuple[str, ...]:
    """The letters with which words begin, small and capital, and that also stand elsewhere in words (not so in codes)."""
    firsts = {word[0] for word in pool}
    within = {letter for word in pool for letter in word[1:]} if pool[0].isalpha() else firsts
    return tuple(sorted({c for c in firsts if c.islower() and c.upper() in firsts and c.lower() in {w.lower() for w in within}}))


LETTERS = {pool: _telling(pool) for pool in POOLS.values()}

# story: argument, names for the function, the level, the letters that raise and lower it, letters without a meaning
LOGS = {
    "game": ("rounds", "play_rounds game_score read_rounds", "score", "W", "L", "-.?"),
    "battery": ("log", "battery_level read_log charge_left", "charge", "C", "D", "x.#"),
    "robot": ("moves", "robot_height run_moves climb", "height", "U", "D", "_!."),
    "tank": ("valves", "tank_level read_valves fill_log", "level", "F", "E", "*.o"),
    "lobby": ("doors", "count_lobby door_log people_inside", "count", "I", "O", "-#."),
}  # fmt: skip


Drawn = tuple[dict[str, Any], dict[str, Any], Callable[[], Any]]


def drawn(draws: Draws, count: int) -> tuple[Structure, Mapping[str, Any]]:
    """A structure with about `count` clauses and their values; its tests tell each clause from what else it might say."""
    while True:
        make = _words if draws.chance(0.7) else _events
        structure, values, fresh = make(draws, count)
        structure["tests"] = [fresh(), fresh(), *_short(structure, values, fresh())]
        if tell_apart(KITS[structure["kit"]], structure, values, fresh, MOST_TESTS):
            return structure, values


def _words(draws: Draws, count: int) -> Drawn:
    """A structure over words with `count` clauses, their values, and a maker of inputs."""
    story = draws.choice(tuple(STORIES))
    _, functions, _, _, suits, _ = STORIES[story]
    split, *rest = suits.split() if suits.startswith("split") else ("", *suits.split())
    single = count > 2 and draws.chance(0.4)
    if single:
        rest.remove("repeats")  # the first or longest word is the same without repeats
    names = _middle(draws, rest, count - 1 - single, single)
    given_result, result = _result(draws, names, single, "number" in rest)
    givens: dict[str, list[Any]] = {}
    values: dict[str, Any] = {}
    fit = edge = POOLS[story]
    for name in sorted(names, key="length number".find):  # limits last, so that some word that fits lies right at them
        given = givens[name] = _given(draws, name, names, fit, result[0])
        idle = ["given", "kept", *["begins_small"] * ("case" in names), *["title"] * ("part" in names)]
        values[name] = value = draws.choice([v for v in WORDS.domains[name](given) if v[0] not in idle])
        if name in ("letter", "length", "number"):
            edge = [word for word in fit if name != "letter" and _measure(word) == given[0]]
            fit = list(filter(WORDS.acts[f"{name}.{value[0]}"].means(*value[1:]), fit)) or fit
    slots = [["split", []]] * bool(split) + [[name, givens[name]] for name in names]
    if single:
        slots.append(["empty", []])
        values["empty"] = draws.choice(WORDS.domains["empty"]([]))
    slots.append(["result", given_result])
    values["result"] = result
    structure = {"kit": "words", "story": story, "function": draws.choice(functions.split()), "slots": slots,
                 "style": draws.below(1 << 30)}
    return structure, values, lambda: _input(draws, fit, [*edge, *POOLS[story]][:24], bool(split), "marks" in values)


def _measure(word: str) -> int:
    """The length of a word, the number of a code."""
    return int(word[2:]) if "-" in word else len(word)


def _middle(draws: Draws, suits: list[str], count: int, single: bool) -> list[str]:
    """The clauses between the words and the result, in an order that makes sense, though not always the same one."""
    chance, ending = draws.random(), list[str]()
    if count > 2 and "number" not in suits and chance < 0.4:
        ending = ["size", "ties"]
    elif count > 1 and chance < 0.8 or count > len(suits):
        ending = ["order"] if single else ["order", "take"]
    names = draws.sample(suits, min(count - len(ending), len(suits))) + ending
    random = draws.random
    place = {"marks": 0.0, "length": 1 + 2 * random(), "number": 1 + 2 * random(), "letter": 1 + random(),
             "case": 2 + 1.5 * random(), "repeats": 1 + 2.5 * random(), "order": 4.0, "size": 4.0, "ties": 4.1, "take": 5.0,
             "part": 6.0}  # fmt: skip
    return sorted(names, key=place.__getitem__)


def _given(draws: Draws, name: str, names: Sequence[str], pool: Sequence[str], result: str) -> list[Any]:
    """The parameters of a clause, for words such as these."""
    codes = "-" in pool[0]
    if name in ("length", "number"):
        return [_measure(sorted(pool, key=_measure)[int(len(pool) * (0.25 + 0.5 * draws.random()))])]
    if name == "letter":
        return [draws.choice(LETTERS[pool]), *([1] if codes else [])]
    if name == "case":
        return ["lower", "upper", "given"] if codes else ["lower", "upper", "title", "given"]
    if name == "repeats":
        placed = not {"order", "size"} & set(names) and result not in ("count", "letters")
        if "case" in names and names.index("case") < names.index("repeats"):
            return ["first", "last", "alone"] if placed else ["first", "alone"]
        return ["fold_first", "first", "fold_last" if placed else "alone"]
    if name == "order":
        return ["number_up", "number_down", "alpha"] if codes else ["alpha", "alpha_back", "back", "given"]
    return [draws.between(2, 3)] if name in ("take", "part") else []


def _result(draws: Draws, names: Sequence[str], single: bool, codes: bool) -> tuple[list[str], tuple[str, ...]]:
    """What is returned, such that every clause before it can matter: what it may be, and what it is."""
    if single:
        given = ["first", "last", "count"] if codes or {"order", "size"} & set(names) else ["longest", "shortest", "first", "last"]
        return given, (draws.choice([key for key in given if key != "count"]),)
    if set(names) <= {"length", "letter", "number", "repeats", "marks"} and draws.chance(0.4):
        return ["list", "count", "letters"], ("count" if codes else draws.choice(["count", "letters"]),)
    given = [", ", "-", "; ", "list"]
    return given, draws.choice(WORDS.domains["result"](given))


def _input(draws: Draws, fit: Sequence[str], near: Sequence[str], split: bool, marks: bool) -> Any:
    """Words, some of them twice or with other capitals, most of them such as count; as a text, where that is wanted."""
    random, many = draws.random, len(fit)
    words = [fit[int(random() * many)] for _ in range(draws.between(4, 5))]
    other = words[1].swapcase() if len(words[1]) == 1 or "-" in words[1] else words[1].lower()
    extra = (near[0], draws.choice(near), draws.choice(near), words[0], other if other != words[1] else other.capitalize())
    for word in extra:
        words.insert(draws.below(len(words) + 1), word)
    if not split:
        return words
    if marks:
        words = [word + draws.choice(",.!?") if draws.chance(0.4) else word for word in words]
    return " ".join(words)


def _short(structure: Structure, values: Mapping[str, Any], full: Any) -> list[Any]:
    """Small inputs: little, nothing, and if there is such, something of which nothing is left."""
    if structure["kit"] == "events":
        return [full[:2], ""]
    text = isinstance(full, str)
    words = full.split() if text else full
    small = [words[:2], []]
    if "empty" in values:
        rules = [entry for entry in plan_of(WORDS, structure, values) if entry.slot not in ("split", "result", "empty")]
        function = meaning(WORDS, rules)
        out: list[str] = []
        for word in words:
            if len(out) < 3 and not function([*out, word]):
                out.append(word)
        small += [out] if out else []
    return [" ".join(part) if text else part for part in small]


def _events(draws: Draws, count: int) -> Drawn:
    """The same over a log of events."""
    story = draws.choice(tuple(LOGS))
    _, functions, _, plus, minus, others = LOGS[story]
    extra = draws.sample(["start", "case", "cap", "floor", "other"], min(5, max(0, count - 3)))
    slots: list[list[Any]] = []
    for name in SLOTS:
        if name in ("up", "down"):
            slots.append([name, [plus if name == "up" else minus]])
        elif name in extra or name == "result":
            slots.append([name, [draws.between(6, 9)] if name == "cap" else []])
    bounded = {"cap", "floor"} & set(extra)
    values = {name: draws.choice([v for v in EVENTS.domains[name](given) if v[0] != "free"]) for name, given in slots}
    gain = draws.between(2, 5)  # no common divisor, so that every level can be met
    values["up"], values["down"] = ("by", gain, plus), ("by", draws.choice(PRIME_TO[gain]), minus)
    values["result"] = ("final",) if bounded and draws.chance(0.8) else draws.choice(EVENTS.domains["result"]([]))
    structure = {"kit": "events", "story": story, "function": draws.choice(functions.split()), "slots": slots,
                 "style": draws.below(1 << 30)}
    letters = plus * 3 + minus * 3
    letters += (plus + minus).lower() if "case" in values else ""
    letters += others[0] if "other" in values else ""

    def fresh() -> str:
        more = draws.choice((plus, minus, "")) * 3
        return "".join([draws.choice(letters + more) for _ in range(draws.between(6, 10))])

    return structure, values, fresh


def fields_of(structure: Structure) -> Callable[[str], Mapping[str, str]]:
    """What the words for a clause may name."""
    fields = {"function": structure["function"]}
    if structure["kit"] == "events":
        argument, _, level, plus, minus, _ = LOGS[structure["story"]]
        fields |= {"argument": argument, "level": level, "plus": f'"{plus}"', "minus": f'"{minus}"'}
    else:
        argument, _, thing, things, *_ = STORIES[structure["story"]]
        fields |= {"argument": argument, "thing": thing, "things": things, "article": "an" if thing[0] in "aeio" else "a"}
    return lambda slot: fields


def names_of(structure: Structure) -> Names:
    """The names in a student's program, and whether it prefers loops."""
    style = structure["style"]
    loops = style // 32 % 5 < 2
    if structure["kit"] == "events":
        argument, _, level, *_ = LOGS[structure["story"]]
        return Names(argument, ("c", "event", "letter")[style // 8 % 3], level, level, True, True)
    argument, _, thing, *_ = STORIES[structure["story"]]
    item = (thing, "x", thing[0])[style // 8 % 3]
    return Names(argument, item, item, item, loops, loops or style // 256 % 4 > 0)
