"""What can happen with rates and percentages: ways of starting, and ways of going on with what there is.

States: D a distance, T minutes, L litres, C days of a crew, Q seconds, U a price per kilogram, I interest, M money, V money
after a voucher or a fee (no percentages from there on: of what they would be is not clear), F a share, X foreign money.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tutelage.problems.plots import Event, Story, table
from tutelage.problems.rate_worlds import CURRENCIES, RATE_WORLDS

RIDES = (12, 15, 18, 24, 30, 36, 42, 45, 48, 54, 75, 78, 84, 90, 96, 105, 126, 135, 150, 165, 168, 195, 210)
SHIFTS = (90, 105, 135, 150, 165, 195, 210, 225, 255, 270, 285, 315, 330, 390, 405, 435, 450, 465)
PERCENTS = (5, 10, 15, 20, 25, 30, 40)


def fits(value: int | Fraction, unit: str) -> bool:
    """Whether a result can be written down: cents at most for money, else three places, and of a decent size."""
    places = 100 if unit == "€" or unit in CURRENCIES else 1000
    return places % value.denominator == 0 and value.denominator <= 50 * value.numerator <= 5_000_000 * value.denominator


# --- on the road -------------------------------------------------------------------------------------------------------

def _ride(s: Story) -> bool:
    """Speed and minutes give the distance."""
    names = [s.tell("speed", s.usual("speed")), s.tell("ride", s.draws.choice(RIDES))]
    s.make("ratio", [names[1], s.fact("hour")], "hours", unit="h")
    return s.make("times", [names[0], s.now], "km", unit="km")


def _far(s: Story) -> bool:
    """Distance and speed give the minutes."""
    speed, ride = s.usual("speed"), s.draws.choice(RIDES)
    if speed * ride % 30:
        return False
    way = Fraction(speed * ride, 60)
    names = [s.tell("way", _whole(way)), s.tell("speed", speed)]
    s.make("ratio", names, "time", unit="h")
    return s.make("times", [s.now, s.fact("hour")], "minutes", unit="min")


def _fast(s: Story) -> bool:
    """Distance and minutes give the speed."""
    speed, ride = s.usual("speed"), s.draws.choice(RIDES)
    if speed * ride % 60:
        return False
    names = [s.tell("way", speed * ride // 60), s.tell("ride", ride)]
    s.make("ratio", [names[1], s.fact("hour")], "hours", unit="h")
    return s.make("ratio", [names[0], s.now], "speed", unit="km/h")


def _legs(s: Story) -> bool:
    """Two parts of a way at different speeds: the average speed over the whole."""
    slow, quick = s.draws.sample(s.world.numbers["speed"], 2)
    times = s.draws.sample((30, 60, 90, 120, 150, 180, 240), 2)
    if slow * times[0] % 60 or quick * times[1] % 60:
        return False
    names = [s.tell("way_1", slow * times[0] // 60), s.tell("speed_1", slow), s.tell("way_2", quick * times[1] // 60),
             s.tell("speed_2", quick)]
    s.make("ratio", names[:2], "time_1", unit="h")
    s.make("ratio", names[2:], "time_2", unit="h")
    s.make("plus", [names[0], names[2]], "way_both", unit="km")
    s.make("plus", [0, 1], "time_both", unit="h")
    return s.make("ratio", [2, 3], "average", unit="km/h")


def _rides(s: Story) -> bool:
    """Two rides at different speeds: the distance in all, and with enough steps left the average speed."""
    speeds, rides = s.draws.sample(s.world.numbers["speed"], 2), s.draws.sample(RIDES, 2)
    names = [s.tell("speed_first", speeds[0], name="speed_1"), s.tell("ride_first", rides[0], name="ride_1"),
             s.tell("speed_then", speeds[1], name="speed_2"), s.tell("ride_then", rides[1], name="ride_2"), s.fact("hour")]
    s.make("ratio", [names[1], names[4]], "hours_1", unit="h")
    s.make("times", [names[0], 0], "km_1", unit="km")
    s.make("ratio", [names[3], names[4]], "hours_2", unit="h")
    s.make("times", [names[2], 2], "km_2", unit="km")
    return s.make("plus", [1, 3], "way_both", unit="km")


def _rides_average(s: Story) -> bool:
    _rides(s)
    s.make("plus", [0, 2], "time_both", unit="h")
    return s.make("ratio", [4, 5], "average", unit="km/h")


def _trips(s: Story) -> bool:
    if "trips" in s.values:
        return False
    return s.make("times", [s.now, s.tell("trips", s.draws.between(3, 12))], "trips" if s.state == "D" else "trips_time")


def _pause(s: Story) -> bool:
    if "pause" in s.values:
        return False
    return s.make("plus", [s.now, s.tell("pause", s.draws.choice((5, 10, 12, 15, 20, 25, 35, 40)))], "pause")


def _fuel(s: Story) -> bool:
    per100 = _fair(s, s.world.numbers["per100"], 10)
    return bool(per100) and s.make("percent", [s.now, s.tell("per100", per100)], "fuel", unit="L")


def _fuel_price(s: Story) -> bool:
    hundredths = _fair(s, s.world.numbers["litre"], 1)
    if not hundredths:
        return False
    return s.make("times", [s.now, s.tell("litre_price", _whole(Fraction(hundredths, 100)))], "fuel_cost", unit="€")


def _fair(s: Story, options: Sequence[int], places: int) -> int:
    """An option of which a hundredth times what there is comes out with few places; 0 where there is none."""
    top, bottom = s.value.numerator * 10 * places, s.value.denominator * 10
    fair = [n for n in options if top * n % bottom == 0]
    return s.draws.choice(fair) if fair else 0


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def _toll(s: Story) -> bool:
    names = [s.tell("toll", s.draws.choice((5, 8, 10, 12, 15, 20))), s.fact("euro")]
    s.make("times", [s.now, names[0]], "toll_cents", unit="c")
    return s.make("ratio", [s.now, names[1]], "toll", unit="€")


def _wage(s: Story) -> bool:
    if not {"pause", "trips"} & s.values.keys():  # else the hours were there before
        return False
    fact = "hour" if "hour" in s.values else s.fact("hour")
    s.make("ratio", [s.now, fact], "hours", unit="h")
    return s.make("times", [s.now, s.tell("wage", s.usual("pay"))], "pay", unit="€")


def _per_second(s: Story) -> bool:
    pace, metres = s.usual("pace"), s.usual("metres")
    if metres % pace:
        return False
    names = [s.tell("metres", metres), s.tell("seconds", metres // pace)]
    s.make("ratio", names, "pace", unit="m/s")
    s.make("times", [s.now, s.fact("hour_seconds")], "metres_hour", unit="m")
    return s.make("ratio", [s.now, s.fact("kilometre")], "km_hour", unit="km/h")


# --- prices and percentages --------------------------------------------------------------------------------------------

def _price(s: Story) -> bool:
    s.value, s.unit = s.usual("price"), "€"
    s.now = s.tell("price", s.value)
    return True


def _before(s: Story) -> bool:
    """The price before a reduction."""
    old, percent = s.usual("price"), s.draws.choice((10, 20, 25, 30, 40))
    if old * percent % 100:
        return False
    names = [s.tell("price_now", old * (100 - percent) // 100), s.tell("cut_before", percent), s.fact("whole")]
    s.make("minus", [names[2], names[1]], "percent_left", unit="%")
    s.make("ratio", [names[0], s.now], "one_percent", unit="€")
    return s.make("times", [s.now, names[2]], "old_price", unit="€")


def _changed(s: Story, key: str, result: str, percents: Sequence[int] = PERCENTS, most: int = 2) -> bool:
    """A percentage of what there is, added or taken away."""
    count = 1 + sum([f"{key}_{i}" in s.values for i in range(1, most + 1)])
    percent = _fair(s, percents, 1)
    if count > most or not percent:
        return False
    again = f"{key}_again" if key != "commission" and ("raise_1" in s.values or "cut_1" in s.values) else key
    before, name = s.now, s.tell(again, percent, name=f"{key}_{count}")
    s.make("percent", [s.now, name], f"{key}_amount")
    return s.make("minus" if result == "cut_to" else "plus", [before, s.now], result)


def _cut(s: Story) -> bool:
    return _changed(s, "cut", "cut_to", (1, 2, 3, 4, 5) if s.can("cash") else PERCENTS,
                    1 if s.can("cash") or s.can("shift") else 2)


def _raised(s: Story) -> bool:
    if s.can("interest"):
        return _changed(s, "raise", "raised_to", (2, 3, 4, 5), 4)
    return _changed(s, "raise", "raised_to", PERCENTS if s.can("price") else (10, 15, 20, 25, 30), 2 if s.can("price") else 1)


def _commission(s: Story) -> bool:
    return s.nodes[-1][2] == "exchanged" and _changed(s, "commission", "cut_to", (1, 2, 3, 4, 5), 1)


def _worked(s: Story) -> bool:
    """Whether there has been a rate or a percentage yet."""
    return any([node[0] in ("percent", "ratio") for node in s.nodes])


def _voucher(s: Story) -> bool:
    if "voucher" in s.values or s.value < 12 or not _worked(s):
        return False
    name = s.tell("voucher", s.draws.choice([n for n in (2, 3, 4, 5, 8, 10, 12, 15, 20, 25) if 4 * n < s.value]))
    return s.make("minus", [s.now, name], "after_voucher")


def _fee(s: Story) -> bool:
    if "fee" in s.values or not _worked(s):
        return False
    return s.make("plus", [s.now, s.tell("fee", s.draws.choice((3, 4, 5, 6, 8, 9, 12, 15)))], "with_fee")


def _several(s: Story) -> bool:
    if "several" in s.values:
        return False
    return s.make("times", [s.now, s.tell("several", s.draws.between(2, 12))], "several")


def _friends(s: Story) -> bool:
    fair = [n for n in (2, 3, 4, 5, 6, 8) if s.value.numerator * 100 % (s.value.denominator * n) == 0]
    if not fair or "friends" in s.values or not _worked(s):
        return False
    return s.make("ratio", [s.now, s.tell("friends", s.draws.choice(fair))], "each")


def _exchange(s: Story) -> bool:
    name = s.draws.choice(tuple(CURRENCIES))
    hundredths = _fair(s, CURRENCIES[name][2], 1)
    if not hundredths or "exchange" in s.values:
        return False
    told = s.tell("exchange", _whole(Fraction(hundredths, 100)), phrase=name)
    return s.make("times", [s.now, told], "exchanged", unit=name, phrase=name)


def _moved(s: Story, key: str, op: str, result: str) -> bool:
    """A sum put into the account, or taken out of it."""
    if key in s.values or "raise_1" not in s.values:
        return False
    return s.make(op, [s.now, s.tell(key, s.draws.choice((50, 60, 80, 90, 100, 120, 150, 180)))], result)


def _deposit(s: Story) -> bool:
    return _moved(s, "deposit", "plus", "with_deposit")


def _withdrawn(s: Story) -> bool:
    return _moved(s, "withdrawn", "minus", "after_withdrawal")


def _spent(s: Story) -> bool:
    if "spent" in s.values or s.value < 40:
        return False
    most = int(s.value * 3 / 4)
    step = 1 if most < 60 else 5 if most < 400 else 50 if most < 5000 else 500
    amount = s.draws.between(2, max(3, most // step)) * step
    return s.make("minus", [s.now, s.tell("spent", amount, phrase=s.unit)], "unspent")


def _back(s: Story) -> bool:
    name = s.unit
    for hundredths in s.draws.shuffled(CURRENCIES[name][2]):
        rate = Fraction(hundredths, 100)
        if fits(s.value / rate, "€"):
            told = s.tell("exchange_back", _whole(rate), phrase=name)
            return s.make("ratio", [s.now, told], "changed_back", unit="€", phrase=name)
    return False


def _cash(s: Story) -> bool:
    s.value, s.unit = s.usual("cash"), "€"
    s.now = s.tell("cash", s.value)
    return True


# --- weights, mixtures, work, interest ---------------------------------------------------------------------------------

def _by_weight(s: Story) -> bool:
    names = [s.tell("kilo_price", s.usual("kilo")), s.tell("grams", s.usual("grams"))]
    s.make("ratio", [names[1], s.fact("kilo")], "kilos", unit="kg")
    return s.make("times", [s.now, names[0]], "weight_cost", unit="€")


def _per_kilo(s: Story) -> bool:
    kilo, grams = s.usual("kilo"), s.usual("grams")
    price = Fraction(kilo * grams, 1000)
    if not fits(price, "€"):
        return False
    names = [s.tell("pack_grams", grams), s.tell("pack_price", _whole(price))]
    s.make("ratio", [names[0], s.fact("kilo")], "kilos", unit="kg")
    return s.make("ratio", [names[1], s.now], "per_kilo", unit="€/kg")


def _kilos_bought(s: Story) -> bool:
    return s.make("times", [s.now, s.tell("kilos_bought", s.draws.between(2, 15))], "kilos_cost", unit="€")


def _two_goods(s: Story) -> bool:
    names = [s.tell("kilo_price", s.usual("kilo")), s.tell("grams", s.usual("grams")),
             s.tell("kilo_price_2", s.usual("kilo")), s.tell("grams_2", s.usual("grams")), s.fact("kilo")]
    s.make("ratio", [names[1], names[4]], "kilos", unit="kg")
    s.make("times", [0, names[0]], "weight_cost", unit="€")
    s.make("ratio", [names[3], names[4]], "kilos_2", unit="kg")
    s.make("times", [2, names[2]], "weight_cost_2", unit="€")
    return s.make("plus", [1, 3], "both_cost", unit="€")


def _blend(s: Story) -> bool:
    """Two sorts at different prices: what a kilogram of the mixture costs."""
    dear, cheap = s.draws.sample(s.world.numbers["kilo"], 2)
    one, two = s.draws.sample((1, 2, 3, 4, 5, 6, 7, 8, 9), 2)
    if one == 1 or two == 1 or not fits(Fraction(one * dear + two * cheap, one + two), "€"):
        return False
    names = [s.tell("blend_1", one), s.tell("blend_price_1", dear), s.tell("blend_2", two), s.tell("blend_price_2", cheap)]
    s.make("times", names[:2], "blend_cost_1", unit="€")
    s.make("times", names[2:], "blend_cost_2", unit="€")
    s.make("plus", [0, 1], "blend_cost", unit="€")
    s.make("plus", [names[0], names[2]], "blend_weight", unit="kg")
    return s.make("ratio", [2, 3], "blend_price", unit="€/kg")


def _solution(s: Story) -> bool:
    """Two mixtures poured together: the percentage in the whole."""
    strong, weak = s.draws.sample(s.world.numbers["share"], 2)
    one, two = s.draws.sample((2, 3, 4, 5, 6, 8, 10, 12), 2)
    if not fits(Fraction(one * strong + two * weak, one + two) * 10, "€"):
        return False
    names = [s.tell("mix_1", one), s.tell("share_1", strong), s.tell("mix_2", two), s.tell("share_2", weak)]
    s.make("percent", names[:2], "part_1", unit="L")
    s.make("percent", names[2:], "part_2", unit="L")
    s.make("plus", [0, 1], "part_both", unit="L")
    s.make("plus", [names[0], names[2]], "mix_both", unit="L")
    return s.make("rate", [2, 3], "share", unit="%")


def _dilute(s: Story) -> bool:
    one, water, share = s.draws.choice((2, 3, 4, 5, 6, 8)), s.draws.between(1, 8), s.usual("share")
    if not fits(Fraction(one * share, one + water), "€"):
        return False
    names = [s.tell("mix_1", one), s.tell("share_1", share), s.tell("water", water)]
    s.make("percent", names[:2], "part_1", unit="L")
    s.make("plus", [names[0], names[2]], "mix_water", unit="L")
    return s.make("rate", [0, 1], "share", unit="%")


def _pure(s: Story) -> bool:
    litres = Fraction(s.draws.choice((25, 50, 75, 120, 125, 150, 175, 240, 250)), 100)
    names = [s.tell("litres", litres), s.tell("share_1", s.usual("share"))]
    s.make("times", [names[0], s.fact("litre")], "millilitres", unit="ml")
    return s.make("percent", [s.now, names[1]], "part_ml", unit="ml")


def _pumps(s: Story) -> bool:
    volume = s.usual("volume")
    fair = [n for n in range(5, 61) if volume % n == 0 and 6 <= volume // n <= 240]
    if not fair:
        return False
    together = s.draws.choice(fair)
    one = s.draws.between(2, together - 2)
    if 2 * one == together:
        return False
    names = [s.tell("volume", volume), s.tell("pump_1", one), s.tell("pump_2", together - one)]
    s.make("plus", names[1:], "together", unit="L/min")
    return s.make("ratio", [names[0], s.now], "fill_time", unit="min")


def _leak(s: Story) -> bool:
    volume = s.usual("volume")
    fair = [n for n in range(4, 41) if volume % n == 0 and 6 <= volume // n <= 240]
    if not fair:
        return False
    rest, leak = s.draws.choice(fair), s.draws.between(2, 8)
    names = [s.tell("volume", volume), s.tell("pump_1", rest + leak), s.tell("leak", leak)]
    s.make("minus", names[1:], "net", unit="L/min")
    return s.make("ratio", [names[0], s.now], "fill_time", unit="min")


def _alone(s: Story) -> bool:
    """Two pumps, and how long each of them takes alone."""
    volume = s.usual("volume")
    rates = [n for n in range(2, 61) if volume % n == 0 and 10 <= volume // n <= 300]
    pairs = [(one, two) for one in rates for two in rates if one > two and volume % (one + two) == 0]
    if not pairs:
        return False
    one, two = s.draws.choice(pairs)
    names = [s.tell("volume", volume), s.tell("alone_1", volume // one), s.tell("alone_2", volume // two)]
    s.make("ratio", [names[0], names[1]], "rate_1", unit="L/min")
    s.make("ratio", [names[0], names[2]], "rate_2", unit="L/min")
    s.make("plus", [0, 1], "together", unit="L/min")
    return s.make("ratio", [names[0], s.now], "fill_time", unit="min")


def _in_hours(s: Story) -> bool:
    return "hour" not in s.values and s.value > 60 and s.make("ratio", [s.now, s.fact("hour")], "in_hours", unit="h")


def _crew(s: Story) -> bool:
    work = s.draws.choice((12, 24, 30, 36, 40, 48, 60, 72, 80, 84, 90, 96))
    crews = [n for n in range(2, 13) if work % n == 0 and work // n > 1]
    one, two = s.draws.sample(crews, 2)
    names = [s.tell("crew", one), s.tell("crew_days", work // one), s.tell("crew_other", two)]
    s.make("times", names[:2], "work", unit="work")
    return s.make("ratio", [s.now, names[2]], "other_days", unit="day")


def _crew_cost(s: Story) -> bool:
    return s.make("times", [s.now, s.tell("crew_pay", s.draws.between(12, 60) * 10)], "crew_cost", unit="€")


def _material(s: Story) -> bool:
    if "material" in s.values:
        return False
    return s.make("plus", [s.now, s.tell("material", s.draws.between(10, 90) * 10)], "with_material")


def _interest(s: Story) -> bool:
    names = [s.tell("capital", s.usual("capital")), s.tell("interest", s.draws.choice((2, 3, 4, 5, 6))),
             s.tell("months", s.draws.choice((2, 3, 4, 5, 6, 7, 8, 9, 10, 11)))]
    s.make("percent", names[:2], "year_interest", unit="€")
    s.make("ratio", [s.now, s.fact("year")], "month_interest", unit="€")
    return s.make("times", [s.now, names[2]], "interest", unit="€")


def _with_capital(s: Story) -> bool:
    return s.make("plus", [s.now, "capital"], "with_capital")


def _capital(s: Story) -> bool:
    s.value, s.unit = s.usual("capital"), "€"
    s.now = s.tell("capital", s.value)
    return True


def _shift(s: Story) -> bool:
    names = [s.tell("hourly", s.usual("pay")), s.tell("shift", s.draws.choice(SHIFTS))]
    s.make("ratio", [names[1], s.fact("hour")], "hours", unit="h")
    return s.make("times", [s.now, names[0]], "pay", unit="€")


def _download(s: Story) -> bool:
    size = s.usual("size")
    names = [s.tell("size", size), s.tell("line", s.draws.choice([n for n in (8, 10, 12, 16, 20, 25, 40, 48, 50, 80, 100)
                                                                 if size * 8 % n == 0 and size * 8 // n >= 12]))]
    s.make("times", [names[0], s.fact("byte")], "bits", unit="Mbit")
    return s.make("ratio", [s.now, names[1]], "load_time", unit="s")


def _in_minutes(s: Story) -> bool:
    return s.value > 60 and s.make("ratio", [s.now, s.fact("minute")], "in_minutes", unit="min")


def _files(s: Story) -> bool:
    if "files" in s.values:
        return False
    return s.make("times", [s.now, s.tell("files", s.draws.between(2, 8))], "files")


STARTS = (
    Event("ride", _ride, "", 2, 2, "ride", to="D", most=3), Event("drive", _ride, "", 2, 4, "fuel", to="D"),
    Event("far", _far, "", 2, 2, "far", to="T", most=4), Event("far_paid", _far, "", 2, 1, "wage", to="T", most=6),
    Event("fast", _fast, "", 2, 2, "far", to="end", most=2), Event("legs", _legs, "", 5, 3, "legs", to="end", most=5),
    Event("rides", _rides, "", 5, 3, "legs", to="D", most=6), Event("rides_fuel", _rides, "", 5, 3, "fuel", to="D"),
    Event("rides_average", _rides_average, "", 7, 6, "legs", to="end", most=7),
    Event("per_second", _per_second, "", 3, 1, "per_second", to="end", most=3),
    Event("price", _price, "", 0, 3, "price", to="M"), Event("before", _before, "", 3, 2.5, "price", to="M"),
    Event("by_weight", _by_weight, "", 2, 2, "weight", to="M"), Event("per_kilo", _per_kilo, "", 2, 2, "weight", to="U"),
    Event("two_goods", _two_goods, "", 5, 2, "weight", to="M"), Event("blend", _blend, "", 5, 2, "weight", to="U"),
    Event("solution", _solution, "", 5, 1, "mix", to="end", most=5), Event("dilute", _dilute, "", 3, 1, "mix", to="end", most=3),
    Event("pure", _pure, "", 2, 1, "mix", to="end", most=2), Event("pumps", _pumps, "", 2, 1, "pumps", to="T", most=3),
    Event("leak", _leak, "", 2, 1, "pumps", to="T", most=3), Event("alone", _alone, "", 4, 2, "pumps", to="T", most=5),
    Event("crew", _crew, "", 2, 1, "crew", to="C", most=6), Event("interest", _interest, "", 3, 2, "interest", to="I", most=4),
    Event("capital", _capital, "", 0, 1, "interest", to="M"), Event("cash", _cash, "", 0, 1, "cash", to="M", most=7),
    Event("shift", _shift, "", 2, 1, "shift", to="M"), Event("download", _download, "", 2, 1, "download", to="Q", most=4),
)
EVENTS = (
    Event("trips", _trips, "DT", 1, 2, "trips"), Event("pause", _pause, "T", 1, 2, "trips"),
    Event("fuel", _fuel, "D", 1, 3, "fuel", to="L"), Event("fuel_price", _fuel_price, "L", 1, 1, to="M"),
    Event("toll", _toll, "D", 2, 2, "fuel", to="M"), Event("wage", _wage, "T", 2, 3, "wage", to="end", most=2),
    Event("cut", _cut, "M", 2, 4, "cut"), Event("raised", _raised, "M", 2, 3, "raise"),
    Event("several", _several, "M", 1, 2, "several"), Event("friends", _friends, "MV", 1, 1.5, "friends", to="F"),
    Event("voucher", _voucher, "MV", 1, 1.5, "voucher", to="V"), Event("fee", _fee, "MV", 1, 1.5, "fee", to="V"),
    Event("abroad", _exchange, "MVF", 1, 2, "abroad", to="end", most=1), Event("exchange", _exchange, "M", 1, 3, "cash", to="X", most=5),
    Event("commission", _commission, "X", 2, 2, to="X"), Event("spent", _spent, "X", 1, 2, most=2), Event("back", _back, "X", 1, 2, to="end", most=1),
    Event("deposit", _deposit, "M", 1, 1.5, "interest"), Event("withdrawn", _withdrawn, "M", 1, 1.5, "interest"),
    Event("crew_cost", _crew_cost, "C", 1, 1, to="M"), Event("material", _material, "M", 1, 2, "crew"),
    Event("kilos_bought", _kilos_bought, "U", 1, 2, to="M"), Event("with_capital", _with_capital, "I", 1, 2, to="end", most=1),
    Event("in_hours", _in_hours, "T", 1, 2, "pumps", to="end", most=1),
    Event("in_minutes", _in_minutes, "Q", 1, 2, to="end", most=1), Event("files", _files, "Q", 1, 2),
)
TABLE = table(RATE_WORLDS, STARTS, EVENTS)
