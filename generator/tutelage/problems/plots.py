"""Plots of word problems: a random expression graph, grown event by event together with the story that it is told as.

    start: 14 trays of 24 rolls  →  part: two thirds go to cafés  →  pack: bags of 3  →  price: €2 a bag

An event takes what there is now (a count of things, of packs, money, time, weight), adds quantities and one or more
nodes, and leaves what there is next; it refuses where no fitting numbers exist. So every order of events is a story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from tutelage.draws import Draws
from tutelage.problems.expressions import PARTS
from tutelage.problems.worlds import WORLDS, World
from tutelage.values import Value

FACTS: Mapping[str, tuple[int, ...]] = {  # the value, then what it is taken for by those who don't know
    "dozen": (12, 10, 20, 24), "score": (20, 10, 12, 25), "week": (7, 5, 6, 8), "fortnight": (14, 10, 12, 15, 20),
    "hour": (60, 100, 50, 24), "minute": (60, 100, 50, 10), "euro": (100, 10, 60, 1000), "kilo": (1000, 100, 60, 500),
}
MOST = 20_000  # of any result
LEAST_MISSING = 20


class Story:
    """A story while it grows. `state` says what there is now: see `EVENTS`."""

    def __init__(self, draws: Draws, name: str, budget: int) -> None:
        self.draws, self.name, self.world, self.left = draws, name, WORLDS[name], budget
        self.says: list[list[Any]] = []  # [quantity or "", wording, unit, what it speaks of, verb phrase]
        self.nodes: list[list[Any]] = []  # [operation, arguments, wording, unit, verb phrase]
        self.values: dict[str, Value] = {}
        self.now: Any = 0  # the node or quantity that there is now
        self.value, self.unit, self.ref, self.state = 0, "a", "start", ""
        self.kinds: list[tuple[Any, int]] = []  # the counts of kinds a, b, c that are not yet put together
        self.once: set[str] = set()  # events and verb phrases that are used up
        self.daily = False

    def can(self, ability: str) -> bool:
        return ability in self.world.can

    def tell(self, key: str, value: Value, *, name: str = "", unit: str = "", phrase: str = "") -> str:
        """Adds a quantity and gives its name."""
        name = name or key
        base, count = name, 1
        while name in self.values:
            count += 1
            name = f"{base}{count}"
        self.values[name] = value
        self.says.append([name, key, unit or self.unit, self.ref, phrase])
        return name

    def fact(self, key: str) -> str:
        self.values[key] = FACTS[key][0]
        self.says.append([key, f"fact_{key}", self.unit, self.ref, ""])
        return key

    def note(self, key: str, phrase: str = "") -> None:
        self.says.append(["", key, self.unit, self.ref, phrase])

    def make(self, op: str, args: list[Any], value: int, key: str, *, unit: str = "", phrase: str = "") -> bool:
        """Adds a node, which is what there is now."""
        self.nodes.append([op, args, key, unit or self.unit, phrase])
        self.now, self.value, self.unit = len(self.nodes) - 1, value, unit or self.unit
        self.left -= 1
        return 2 <= value <= MOST

    def phrase(self, sort: str) -> str:
        """A verb phrase of the world that hasn't been used; "" where there is none left."""
        count = self.world.counts.get(sort, 0)
        start = self.draws.below(count) if count else 0
        for i in range(count):
            key = f"{sort}{(start + i) % count}"
            if key not in self.once:
                self.once.add(key)
                return key
        return ""

    def round_to(self) -> int:
        return self.draws.choice((4, 6, 6, 8, 10, 12))


# --- how it starts -----------------------------------------------------------------------------------------------------

def _groups(s: Story) -> bool:
    groups, each = s.draws.between(3, 18), s.draws.choice(s.world.each)
    names = [s.tell("groups", groups), s.tell("each", each)]
    return s.make("times", names, groups * each, "total")


def _nested(s: Story) -> bool:
    outers, per, each = s.draws.between(3, 8), s.draws.between(3, 9), s.draws.choice(s.world.each)
    names = [s.tell("outers", outers), s.tell("per_outer", per), s.tell("each", each)]
    return (s.make("times", names[:2], outers * per, "boxes", unit="box")
            and s.make("times", [s.now, names[2]], outers * per * each, "total", unit="a"))


def _dozens(s: Story) -> bool:
    fact = "score" if s.can("score") and s.draws.chance(0.25) else "dozen"
    count = s.draws.between(4, 30)
    names = [s.tell(f"{fact}s", count), s.fact(fact)]
    return s.make("times", names, count * FACTS[fact][0], "dozens", phrase=fact)


def _daily(s: Story) -> bool:
    """So many a day: for a week, a fortnight, some days, or (two nodes) some weeks."""
    s.once.add("every_day")
    daily = s.draws.between(2, 12) * s.round_to()
    if s.left > 2 and s.draws.chance(0.5):
        weeks = s.draws.between(2, 6)
        names = [s.tell("daily", daily), s.tell("weeks", weeks), s.fact("week")]
        return (s.make("times", names[1:], weeks * 7, "days", unit="day")
                and s.make("times", [names[0], s.now], daily * weeks * 7, "over_days", unit="a"))
    period = s.draws.choice(("week", "fortnight", "week", ""))
    if not period:
        days = s.draws.between(3, 20)
        names = [s.tell("daily", daily), s.tell("for_days", days)]
    else:
        names, days = [s.tell(f"daily_{period}", daily, name="daily"), s.fact(period)], FACTS[period][0]
    return s.make("times", names, daily * days, "over_days")


def _machine(s: Story) -> bool:
    rate, hours = s.draws.between(2, 20), s.draws.between(2, 6)
    if s.left < 2 or s.draws.chance(0.4):
        names = [s.tell("minutely_hour", rate, name="minutely"), s.fact("hour")]
        return s.make("times", names, rate * 60, "by_machine")
    names = [s.tell("minutely", rate), s.tell("hours", hours), s.fact("hour")]
    return (s.make("times", names[1:], hours * 60, "minutes", unit="min")
            and s.make("times", [names[0], s.now], rate * hours * 60, "by_machine", unit="a"))


def _twice(s: Story) -> bool:
    """Large containers and small ones."""
    each, less = s.draws.sample(s.world.each, 2)
    counts = s.draws.between(3, 15), s.draws.between(3, 15)
    names = [s.tell("groups", counts[0]), s.tell("each", max(each, less)), s.tell("small_groups", counts[1]),
             s.tell("small_each", min(each, less))]
    s.make("times", names[:2], counts[0] * max(each, less), "total")
    s.make("times", names[2:], counts[1] * min(each, less), "total_small")
    return s.make("plus", [0, 1], counts[0] * max(each, less) + counts[1] * min(each, less), "both")


def _plain(s: Story) -> bool:
    s.value = s.draws.between(5, 40) * s.round_to()
    s.now = s.tell("count", s.value)
    return True


# --- kinds of things ---------------------------------------------------------------------------------------------------

def _compared(s: Story) -> bool:
    """A further kind, compared with the last one; said forwards (more b than a) or backwards (more a than b)."""
    if len(s.kinds) == 3:
        return False
    how = s.draws.choice(("more", "fewer", "times", "more_back", "fewer_back", "times_back"))
    old, unit, value = "abc"[len(s.kinds) - 1], "abc"[len(s.kinds)], s.value
    if how.startswith("times"):
        fits = [n for n in (2, 3, 4, 5) if how == "times" or value % n == 0 and value // n >= 6]
        if not fits or how == "times" and value > 800:
            return False
        by = s.draws.choice(fits)
        op, result = ("times", value * by) if how == "times" else ("over", value // by)
    else:
        op = "plus" if how in ("more", "fewer_back") else "minus"
        result = s.draws.between(max(4, value // 12), max(5, value * 3 // 10)) * 2
        result = value + result if op == "plus" else value - result
        by = abs(result - value)
        if result < 6 or by < 2:
            return False
    before, s.unit = s.now, unit
    name = s.tell(how, by, name="times" if how.startswith("times") else "difference", phrase=f"{old}s")
    s.make(op, [before, name], result, how, phrase=f"{old}s")
    s.kinds.append((s.now, result))
    s.ref = "start"
    return True


def _second(s: Story) -> bool:
    """A further kind in containers of its own."""
    if len(s.kinds) != 1:
        return False
    s.unit = "b"
    groups, each = s.draws.between(3, 18), s.draws.choice(s.world.each)
    names = [s.tell("groups", groups), s.tell("each", each)]
    s.make("times", names, groups * each, "total")
    s.kinds.append((s.now, groups * each))
    return True


def _joined(s: Story) -> bool:
    if len(s.kinds) < 2:
        return False
    s.make("plus", [now for now, _ in s.kinds], sum(value for _, value in s.kinds), "joined", unit="all")
    s.ref, s.state = "joined", "N"
    return True


def _difference(s: Story) -> bool:
    if len(s.kinds) != 2 or s.nodes[-1][2] != "total":
        return False
    (one, more), (two, less) = sorted(s.kinds, key=lambda kind: -kind[1])
    s.state = "end"
    units = ("as", "bs") if one == s.kinds[0][0] else ("bs", "as")
    return s.make("minus", [one, two], more - less, "apart", unit=units[0][0], phrase=units[1])


def _priced_kinds(s: Story) -> bool:
    if len(s.kinds) != 2:
        return False
    made = []
    for unit, (now, value) in zip("ab", s.kinds, strict=True):
        s.unit, s.ref, price = unit, "start", s.draws.between(2, 9)
        name = s.tell(f"price_{_way(s)}", price, name="price")
        s.make("times", [now, name], value * price, f"money_{_way(s)}", phrase=f"{unit}s")
        s.nodes[-1][3] = "€"
        made.append(value * price)
    last = len(s.nodes)
    s.state = "M"
    return s.make("plus", [last - 2, last - 1], sum(made), f"money_both_{_way(s)}", unit="€")


# --- changes -----------------------------------------------------------------------------------------------------------

def _lost(s: Story) -> bool:
    step = s.round_to()
    lost = s.value % step + step * s.draws.between(0, max(0, s.value // (3 * step)))
    if lost < 2 or s.value - lost < 6 or not (phrase := s.phrase("lose")):
        return False
    name = s.tell("lost", lost, phrase=phrase)
    s.make("minus", [s.now, name], s.value - lost, "kept", phrase=phrase)
    s.ref = "kept"
    return True


def _gained(s: Story) -> bool:
    step = s.round_to()
    gained = step - s.value % step + step * s.draws.between(0, 4)
    if gained < 2 or s.ref not in ("start", "joined") or not (phrase := s.phrase("gain")):
        return False
    name = s.tell("gained", gained, phrase=phrase)
    s.make("plus", [s.now, name], s.value + gained, "grown", phrase=phrase)
    s.ref = "grown"
    return True


def _share_of(s: Story, least: int = 6) -> Fraction | None:
    """A fraction that leaves whole parts, neither of them small."""
    fits = [f for f in PARTS if not s.value % f.denominator
            and least <= (part := s.value * f.numerator // f.denominator) <= s.value - least and part * 2 != s.value]
    return s.draws.choice(fits) if fits else None


def _part(s: Story) -> bool:
    share = _share_of(s)
    if share is None or not (phrase := s.phrase("part")):
        return False
    name = s.tell("part", share, phrase=phrase)
    s.make("part", [s.now, name], int(s.value * share), "taken", phrase=phrase)
    s.ref = "taken"
    return True


def _rest(s: Story) -> bool:
    before, value = s.now, s.value
    if not _part(s):
        return False
    phrase = s.nodes[-1][4]
    s.make("minus", [before, s.now], value - s.value, "rest", phrase=phrase)
    s.ref = "kept"
    return True


def _shared(s: Story) -> bool:
    fits = [n for n in range(3, 13) if s.value % n == 0 and s.value // n >= 3]
    if not fits:
        return False
    sharers = s.draws.choice(fits)
    name = s.tell("sharers", sharers)
    return s.make("over", [s.now, name], s.value // sharers, "share")


def _kept_back(s: Story) -> bool:
    back = s.draws.between(2, max(2, s.value // 3))
    if s.value - back < 2 or "back" not in s.world.words:
        return False
    name = s.tell("back", back)
    return s.make("minus", [s.now, name], s.value - back, "share_kept")


def _packed(s: Story) -> bool:
    size = s.draws.between(3, 9)
    if s.value // size < 4 or s.value % size == 0 and s.draws.chance(0.7):
        return False
    name = s.tell("pack", size)
    s.ref = "packs"
    return s.make("full", [s.now, name], s.value // size, "packs", unit="pack")


def _by_dozen(s: Story) -> bool:
    if "dozen" in s.values or s.value < 48 or s.value % 12 == 0 and s.draws.chance(0.7):
        return False
    s.note("by_dozen")
    name = s.fact("dozen")
    s.ref = "packs"
    return s.make("full", [s.now, name], s.value // 12, "packs", unit="pack")


def _left_over(s: Story) -> bool:
    fits = [n for n in range(4, 15) if s.value % n > 1 and s.value // n > 2]
    if not fits:
        return False
    size = s.draws.choice(fits)
    name = s.tell("pack_left", size, name="pack")
    return s.make("left", [s.now, name], s.value % size, "left_over")


def _carried(s: Story) -> bool:
    size = s.draws.choice(s.world.carry)
    if s.value < 2 * size or s.value % size == 0 and s.draws.chance(0.8):
        return False
    name = s.tell("carry", size)
    s.ref = "loads"
    return s.make("needed", [s.now, name], -(-s.value // size), "loads", unit="load")


def _given_packs(s: Story) -> bool:
    given = s.draws.between(2, max(2, s.value // 4))
    if s.value - given < 3 or s.ref == "packs_left":
        return False
    name = s.tell("given_packs", given)
    s.ref = "packs_left"
    return s.make("minus", [s.now, name], s.value - given, "packs_left")


# --- measures ----------------------------------------------------------------------------------------------------------

def _way(s: Story) -> str:
    return "in" if "income" in s.world.can else "out"


def _priced(s: Story) -> bool:
    key, low, high = {"G": ("price_pack", 3, 14), "L": ("price_load", 20, 90), "E": ("price_share", 2, 9),
                      "F": ("price_share", 2, 9)}.get(s.state, ("price", 2, 9))
    price = s.draws.between(low, high)
    name = s.tell(f"{key}_{_way(s)}", price, name="price")
    made = "money_share" if key == "price_share" else f"money_{_way(s)}"
    return s.make("times", [s.now, name], s.value * price, made, unit="€", phrase=f"{s.unit}s")


def _priced_cents(s: Story) -> bool:
    fits = [c for c in (15, 20, 25, 35, 40, 45, 55, 60, 65, 75, 80, 85, 90) if s.value * c % 100 == 0]
    if not fits:
        return False
    cents = s.draws.choice(fits)
    names = [s.tell(f"cents_{_way(s)}", cents, name="price"), s.fact("euro")]
    s.make("times", [s.now, names[0]], s.value * cents, "cents", unit="c", phrase=f"{s.unit}s")
    return s.make("over", [s.now, names[1]], s.value * cents // 100, f"euros_{_way(s)}", unit="€")


def _two_prices(s: Story) -> bool:
    """A part at one price and the rest at another."""
    before, value = s.now, s.value
    if not _part(s):
        return False
    phrase, way = s.nodes[-1][4], _way(s)
    part, count = s.now, s.value
    s.make("minus", [before, part], value - count, "rest", phrase=phrase)
    rest, others = s.now, s.value
    dear, cheap = s.draws.sample((2, 3, 4, 5, 6, 7, 8), 2)
    names = [s.tell(f"price_part_{way}", dear, name="price", phrase=phrase),
             s.tell(f"price_rest_{way}", cheap, name="price_rest", phrase=phrase)]
    s.make("times", [part, names[0]], count * dear, f"money_part_{way}", unit="€", phrase=phrase)
    s.make("times", [rest, names[1]], others * cheap, f"money_rest_{way}", unit="€")
    return s.make("plus", [s.now - 1, s.now], count * dear + others * cheap, f"money_both_{way}", unit="€")


def _paid(s: Story) -> bool:
    """An expense: less of the takings, or more to pay."""
    if not (phrase := s.phrase("expense")):
        return False
    income = _way(s) == "in"
    most = s.value // 2 if income else max(30, s.value // 3)
    if most < 12:
        return False
    cost = s.draws.between(10, most)
    name = s.tell(f"expense_{_way(s)}", cost, name="expense", phrase=phrase)
    return s.make("minus" if income else "plus", [s.now, name], s.value - cost if income else s.value + cost,
                  f"paid_{_way(s)}", phrase=phrase)


def _helped(s: Story) -> bool:
    """Money from elsewhere: more of it, or less to pay."""
    if not (phrase := s.phrase("extra")):
        return False
    income = _way(s) == "in"
    most = max(40, s.value // 3) if income else s.value // 2
    if most < 12:
        return False
    extra = s.draws.between(10, most)
    name = s.tell(f"extra_{_way(s)}", extra, name="extra", phrase=phrase)
    return s.make("plus" if income else "minus", [s.now, name], s.value + extra if income else s.value - extra,
                  f"helped_{_way(s)}", phrase=phrase)


def _wages(s: Story) -> bool:
    helpers, wage, income = s.draws.between(2, 6), s.draws.between(6, 40), _way(s) == "in"
    before, value = s.now, s.value
    if income and helpers * wage > value * 2 // 3 or "x" in s.world.words["helper"][:1] or "wages" in s.once:
        return False
    s.once.add("wages")
    names = [s.tell("helpers", helpers), s.tell("wage", wage)]
    return (s.make("times", names, helpers * wage, "wages")
            and s.make("minus" if income else "plus", [before, s.now], value - s.value if income else value + s.value,
                       f"after_wages_{_way(s)}"))


def _donated(s: Story) -> bool:
    share, before, value = _share_of(s), s.now, s.value
    if share is None or "donated" in s.once or not s.world.counts.get("good" if _way(s) == "in" else "extra", 0):
        return False
    phrase = "good1" if _way(s) == "in" else s.phrase("extra")
    if not phrase:
        return False
    s.once.add("donated")
    name = s.tell(f"donated_{_way(s)}", share, name="part", phrase=phrase)
    return (s.make("part", [s.now, name], int(value * share), f"donated_{_way(s)}", phrase=phrase)
            and s.make("minus", [before, s.now], value - s.value, f"money_rest_of_{_way(s)}"))


def _split(s: Story) -> bool:
    fits = [n for n in range(2, 10) if s.value % n == 0 and s.value // n > 4]
    if not fits:
        return False
    owners = s.draws.choice(fits)
    name = s.tell(f"owners_{_way(s)}", owners, name="owners")
    return s.make("over", [s.now, name], s.value // owners, f"split_{_way(s)}")


def _saved(s: Story) -> bool:
    goal = s.value + s.draws.between(LEAST_MISSING, LEAST_MISSING + s.value)
    name = s.tell("goal", goal, phrase="good0")
    return s.make("minus", [name, s.now], goal - s.value, "missing", phrase="good0")


def _week(s: Story) -> bool:
    if s.once & {"every_day", "week", "goal"} or not s.can("daily") or "week" in s.values:
        return False
    s.note("every_day")
    name = s.fact("week")
    s.once.add("every_day")
    return s.make("times", [s.now, name], s.value * 7, "week")


def _timed(s: Story) -> bool:
    seconds = s.can("seconds")
    unit, fact = ("s", "minute") if seconds else ("min", "hour")
    each = s.draws.choice((5, 6, 8, 10, 12, 15, 20) if seconds else (2, 3, 4, 5, 6))
    name = s.tell("seconds_each" if seconds else "minutes_each", each, name="time_each")
    s.make("times", [s.now, name], s.value * each, "worked", unit=unit, phrase=f"{s.unit}s")
    if s.left and s.value % 60 == 0 and s.value > 60 and s.draws.chance(0.7):
        return s.make("over", [s.now, s.fact(fact)], s.value // 60, "in_hours", unit="h" if fact == "hour" else "min")
    return True


def _workers(s: Story) -> bool:
    fits = [n for n in range(2, 9) if s.value % n == 0 and s.value // n > 4]
    if not fits or s.nodes[-1][2] == "workers":
        return False
    workers = s.draws.choice(fits)
    name = s.tell("workers", workers)
    return s.make("over", [s.now, name], s.value // workers, "workers")


def _weighed(s: Story) -> bool:
    grams = s.can("grams")
    weight = s.draws.choice(s.world.weight)
    if s.value * weight > MOST and not grams or grams and s.value * weight % 1000:
        return False
    name = s.tell("grams" if grams else "kilos", weight, name="weight")
    thing = f"{s.unit}s"
    if not grams:
        return s.make("times", [s.now, name], s.value * weight, "weight", unit="kg", phrase=thing)
    names = [name, s.fact("kilo")]
    s.make("times", [s.now, name], s.value * weight, "weight", unit="g", phrase=thing)
    return s.make("over", [s.now, names[1]], s.value // 1000, "in_kilos", unit="kg", phrase=thing)


def _trips(s: Story) -> bool:
    truck = s.draws.choice((300, 350, 400, 450, 500, 600, 750))
    if s.unit != "kg" or s.value < 2 * truck or s.value % truck == 0:
        return False
    name = s.tell("truck", truck)
    return s.make("needed", [s.now, name], -(-s.value // truck), "trips", unit="trip")


class Event(NamedTuple):
    """States: K counts of kinds, N a count, E a share, F what is left of it, G packs, L loads, M money, T time, W weight."""

    name: str
    run: Callable[[Story], bool]
    states: str
    steps: int
    weight: float
    needs: str = ""  # an ability of the world
    to: str = ""  # the state that it leads to; "": the same
    most: int = 9  # it only comes with so many steps left: fewer than its way could go on for


STARTS = (
    Event("groups", _groups, "", 1, 3), Event("nested", _nested, "", 2, 1.2, "nested"), Event("dozens", _dozens, "", 1, 2.5, "dozen"),
    Event("daily", _daily, "", 1, 1.6, "daily"), Event("machine", _machine, "", 1, 2, "machine"), Event("twice", _twice, "", 3, 0.8, "twice"),
    Event("plain", _plain, "", 0, 0.9),
)
EVENTS = (
    Event("compared", _compared, "K", 1, 5), Event("second", _second, "K", 1, 1.5), Event("joined", _joined, "K", 1, 7),
    Event("difference", _difference, "K", 1, 3, to="end", most=1),
    Event("priced_kinds", _priced_kinds, "K", 3, 4, to="M"),
    Event("lost", _lost, "KN", 1, 2, to="N"), Event("gained", _gained, "KN", 1, 1.3, to="N"),
    Event("part", _part, "KN", 1, 1.2, to="N"), Event("rest", _rest, "KN", 2, 4, to="N"),
    Event("shared", _shared, "KN", 1, 3, to="E", most=1), Event("shared_on", _shared, "KN", 1, 1, "sells", to="E", most=3),
    Event("kept_back", _kept_back, "E", 1, 1, to="F"),
    Event("packed", _packed, "KN", 1, 2.5, "packs", to="G"), Event("by_dozen", _by_dozen, "KN", 1, 3, "dozens_packed", to="G"),
    Event("left_over", _left_over, "KN", 1, 1.5, "packs", to="end", most=1),
    Event("carried", _carried, "KN", 1, 3, "carrier", to="L"), Event("given_packs", _given_packs, "G", 1, 1),
    Event("priced", _priced, "KN", 1, 2.5, "income", to="M"), Event("priced", _priced, "KN", 1, 2.5, "outgo", to="M"),
    Event("priced", _priced, "G", 1, 4, "income", to="M"), Event("priced", _priced, "L", 1, 4, "outgo", to="M"),
    Event("priced", _priced, "EF", 1, 4, "sells", to="end", most=1),
    Event("cents", _priced_cents, "KN", 2, 2.5, "income", to="M"),
    Event("two_prices", _two_prices, "KN", 5, 4, "income", to="M"),
    Event("paid", _paid, "M", 1, 2), Event("helped", _helped, "M", 1, 1.5), Event("wages", _wages, "M", 2, 2.5),
    Event("donated", _donated, "M", 2, 2.5), Event("split", _split, "M", 1, 2.5, to="end", most=1),
    Event("saved", _saved, "M", 1, 1.5, "income", to="end", most=1), Event("week", _week, "M", 1, 2.5, "income"),
    Event("timed", _timed, "KN", 1, 5, "seconds", to="T", most=2), Event("timed", _timed, "KN", 1, 4, "minutes", to="T", most=2),
    Event("workers", _workers, "T", 1, 3), Event("weighed", _weighed, "KN", 2, 2.5, "grams", to="end", most=2),
    Event("weighed", _weighed, "KN", 1, 2.5, "kilos", to="W", most=2), Event("trips", _trips, "W", 1, 5, "kilos", to="end", most=1),
)


def _table() -> Mapping[tuple[str, str], tuple[Event, ...]]:
    """The events of each world in each state."""
    return {(name, state): tuple(e for e in EVENTS if state in e.states and (not e.needs or e.needs in world.can))
            for name, world in WORLDS.items() for state in "KNEFGLMTW"}


TABLE = _table()
BEGINNINGS: Mapping[str, tuple[Event, ...]] = {
    name: tuple(e for e in STARTS if not e.needs or e.needs in world.can) for name, world in WORLDS.items()}


def grow(draws: Draws, world: str, steps: int) -> Story | None:
    """A story of so many steps in a world; None where the numbers lead into a dead end."""
    s = Story(draws, world, steps)
    begin = [e for e in BEGINNINGS[world] if e.steps < steps]
    if not _weighted(draws, begin).run(s):
        return None
    s.kinds, s.state = [(s.now, s.value)], "K"
    while s.left:
        tried: set[str] = set()
        while True:
            fits = [e for e in TABLE.get((world, s.state), ()) if e.steps <= s.left <= e.most and e.name not in tried]
            if not fits:
                return None
            event = _weighted(draws, fits)
            size = len(s.says), len(s.nodes)
            state = s.state
            if event.run(s):
                break
            if (len(s.says), len(s.nodes)) != size:  # it went wrong on the way
                return None
            tried.add(event.name)
        s.state = event.to or (s.state if s.state != state else state)
        if s.state != "K":
            s.kinds = []
    return s


def _weighted(draws: Draws, events: Sequence[Event]) -> Event:
    left = draws.random() * sum([e.weight for e in events])
    for event in events:
        left -= event.weight
        if left < 0:
            return event
    return events[-1]
