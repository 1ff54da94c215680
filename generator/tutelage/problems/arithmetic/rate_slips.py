"""The mistakes with rates and percentages: where they can be made, and what comes of them. See `rates`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tutelage.errors import NoAnswer
from tutelage.problems.arithmetic import telling
from tutelage.problems.arithmetic.expressions import Node, evaluate
from tutelage.problems.arithmetic.plots import FACTS
from tutelage.problems.arithmetic.telling import Edit, Teller
from tutelage.problems.family import MISREMEMBERED
from tutelage.values import Problem, Slip, Structure, Value, Work
from tutelage.wording import wordings

KINDS = (
    "percent_of_wrong_base",
    "percent_put_back",
    "added_percentages",
    "minutes_as_decimals",
    "inverted_rate",
    "averaged_rates",
    "forgot_unit_conversion",
    "took_percent_as_amount",
    "took_change_for_result",
    "wrong_whole",
    "forgot_a_step",
    MISREMEMBERED,
)
CHANGES = {"cut_amount", "raise_amount", "commission_amount"}
MINUTES = {"hours", "hours_1", "hours_2"}
INVERTED = {
    "speed",
    "time",
    "time_1",
    "time_2",
    "per_kilo",
    "exchanged",
    "changed_back",
    "fill_time",
    "load_time",
    "pace",
    "rate_1",
    "rate_2",
    "work",
}
CONVERSIONS = {
    "hours",
    "hours_1",
    "hours_2",
    "kilos",
    "kilos_2",
    "millilitres",
    "bits",
    "month_interest",
    "minutes",
    "in_hours",
    "km_hour",
    "toll",
    "in_minutes",
    "metres_hour",
}
AVERAGES: Mapping[
    str, tuple[str, str]
] = {  # the nodes that are averages, and the rates of which one takes the mean
    "average": ("speed_1", "speed_2"),
    "blend_price": ("blend_price_1", "blend_price_2"),
    "share": ("share_1", "share_2"),
}
SKIPPED = {
    "pause",
    "after_voucher",
    "with_fee",
    "several",
    "trips",
    "trips_time",
    "files",
    "with_deposit",
    "after_withdrawal",
    "with_material",
    "unspent",
    "together",
    "net",
}
WHOLES = {"average", "blend_price", "share"}  # divisions of a sum by a sum
NEVER_WRONG = {"whole"}  # facts that nobody misremembers


def sites(problem: Problem, right: Work) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    nodes, names, facts = problem.structure["nodes"], problem.values, set(NEVER_WRONG)
    for index, node in enumerate(nodes):
        key = node[2]
        if (fact := _fact_of(node)) and fact not in facts:  # a fact is misremembered where it is first used
            facts.add(fact)
            found.append((MISREMEMBERED, index))
        if key in CHANGES:
            found += [("took_percent_as_amount", index), ("took_change_for_result", index + 1)]
            if index > 1 and nodes[index - 2][2] in CHANGES:
                found.append(("percent_of_wrong_base", index))
                if nodes[index - 2][2] == key:
                    found.append(("added_percentages", index - 2))
        elif key == "percent_left":
            found.append(("percent_put_back", index))
        if key in MINUTES and node[1][0].__class__ is str:
            found.append(("minutes_as_decimals", index))
        if key in CONVERSIONS:
            found.append(("forgot_unit_conversion", index))
        if key in SKIPPED and index < len(nodes) - 1 and node[1][-1].__class__ is str:
            found.append(("forgot_a_step", index))
        if key in WHOLES:
            found.append(("wrong_whole", index))
        if key in AVERAGES and AVERAGES[key][1] in names:
            found.append(("averaged_rates", 0))  # all ways to an average start at the beginning
        elif key in INVERTED:
            found.append(("inverted_rate", index))
    return found


def _fact_of(node: Node) -> str:
    """The fact that a node uses; "" where it uses none."""
    return next((arg for arg in node[1] if arg in FACTS), "")


def slip(teller: Teller, problem: Problem, right: Work, kind: str, step: int) -> Slip | None:
    structure, values = problem.structure, problem.values
    edit = _edit(structure, values, kind, step)
    if edit is None:
        return None
    nodes = [edit.nodes.get(index, node) for index, node in enumerate(structure["nodes"])]
    try:
        results = evaluate(nodes, {**values, **edit.values} if edit.values else values)
    except NoAnswer:
        return None
    if results[-1] == right.value or results[-1] * 10 < 1 or results[-1] > 10_000_000:
        return None
    fields = _fields(teller, structure, values, right, edit, kind, step)
    wrong = telling.retold(teller, structure, values, results, right, step, edit, fields)
    return None if wrong.answer == right.answer else Slip(kind, step, wrong, fields)


def _edit(structure: Structure, values: Mapping[str, Value], kind: str, step: int) -> Edit | None:
    """What is done in place of the right nodes; None where it can't be."""
    nodes: Sequence[Any] = structure["nodes"]
    op, args, key, unit, phrase = nodes[step]
    line = f"{kind}.line"
    if kind == MISREMEMBERED:
        fact = _fact_of(nodes[step])
        # to divide by 60 would leave thirds, which no line could be right about; 1 over a power of ten has an end
        wrong = [n for n in FACTS[fact][1:] if op != "ratio" or 10**6 % n == 0]
        taken = wrong[structure["style"] % 4 // 3 % len(wrong)]  # mostly the likeliest one
        return Edit({step: nodes[step]}, step, line, values={fact: taken})
    if kind == "percent_put_back":
        raised = ["raised", [nodes[step + 1][1][0], args[1]], *nodes[step + 2][2:]]
        return Edit({step + 2: raised}, step + 2, line, frozenset((step, step + 1)))
    if kind == "percent_of_wrong_base":
        return Edit({step: [op, [nodes[step - 2][1][0], args[1]], key, unit, phrase]}, step, line)
    if kind == "added_percentages":
        after, both = step + 2, values[args[1]] + values[nodes[step + 2][1][1]]  # type: ignore[operator]
        nothing = ["same", [step + 1], *nodes[after + 1][2:]]
        return Edit({after + 1: nothing}, step, line, frozenset((after, after + 1)), {args[1]: both})
    if kind == "minutes_as_decimals":
        hours, minutes = divmod(int(values[args[0]]), 60)  # type: ignore[arg-type]
        if not minutes:
            return None
        decimals: Value = Fraction(100 * hours + minutes, 100)
        return Edit({step: ["same", args[:1], key, unit, phrase]}, step, line, values={args[0]: decimals})
    if kind == "took_percent_as_amount":
        change = nodes[step + 1]
        return Edit(
            {
                step: ["same", [args[1]], key, unit, phrase],
                step + 1: [change[0], [change[1][0], args[1]], *change[2:]],
            },
            step + 1,
            line,
            frozenset((step,)),
        )
    if kind == "took_change_for_result":
        return Edit({step: ["same", args[1:], key, unit, phrase]}, step, line)
    if kind in ("forgot_unit_conversion", "forgot_a_step"):
        if step == len(nodes) - 1:
            return Edit({step: ["same", args[:1], key, unit, phrase]}, step, line)
        return Edit({step: ["same", args[:1], key, unit, phrase]}, -1, left_out=frozenset((step,)))
    if kind == "wrong_whole":  # by the first of the parts that make it up
        return Edit({step: [op, [args[0], nodes[args[1]][1][0]], key, unit, phrase]}, step, line)
    if kind == "averaged_rates":
        last = next(i for i in range(step, len(nodes)) if nodes[i][2] in AVERAGES)
        mean = ["mean", [*AVERAGES[nodes[last][2]]], *nodes[last][2:]]
        return Edit({last: mean}, last, line, frozenset(range(step, last)))
    if key == "work":  # the days grow with the number of workers
        return Edit(
            {step: ["ratio", args[::-1], key, unit, phrase], step + 1: ["times", *nodes[step + 1][1:]]},
            step,
            f"{line}_work",
        )
    swapped = ["ratio", args, key, unit, phrase] if op == "times" else ["times", args, key, unit, phrase]
    if key not in ("exchanged", "changed_back"):
        swapped = [op, args[::-1], key, unit, phrase]
    return Edit({step: swapped}, step, line)


def _fields(
    teller: Teller,
    structure: Structure,
    values: Mapping[str, Value],
    right: Work,
    edit: Edit,
    kind: str,
    step: int,
) -> dict[str, str]:
    """What the wordings of a mistake speak of: the inputs of the step, what it is about, never its right
    result."""
    nodes: Sequence[Node] = structure["nodes"]
    args, choose, style = nodes[step][1], wordings(teller.file).choose, structure["style"]
    fields = telling.fields_of(teller, structure, step)
    fields["what"], fields["b"] = right.steps[step].what, _shown(teller, values, right, args[-1])
    fields["first"], fields["last"] = [_called(teller, structure, right, arg) for arg in (args[0], args[-1])]
    if kind == "percent_of_wrong_base":
        fields["wrong"] = _called(teller, structure, right, nodes[step - 2][1][0])
    elif kind == "percent_put_back":
        fields["now"] = _called(teller, structure, right, nodes[step + 1][1][0])
        fields["what"] = right.steps[step + 2].what
    elif kind == "added_percentages":
        fields["first_percent"] = fields["b"]
        fields["second"] = teller.plain(values[nodes[step + 2][1][1]], "")
    elif kind == "minutes_as_decimals":
        fields["said"] = teller.said("ride", values[args[0]])
    elif kind == "inverted_rate":
        wrong = edit.nodes[step]
        fields["plan"] = choose("plan.swapped" if wrong[1] != args else f"plan.{wrong[0]}", style, fields)
        fields["remedy"] = choose(f"plan.{nodes[step][0]}", style, fields)
        fields["why"] = choose(f"why.{nodes[step][2]}", style, fields)
    elif kind == "wrong_whole":
        fields["part"] = _called(teller, structure, right, edit.nodes[step][1][1])
        fields["whole"], fields["percent"] = fields["last"], "%" if nodes[step][0] == "rate" else ""
    elif kind == "averaged_rates":
        last = edit.at
        fields["what"] = right.steps[last].what
        fields["one"], fields["two"] = [
            _called(teller, structure, right, arg) for arg in AVERAGES[nodes[last][2]]
        ]
    elif kind == "took_change_for_result":
        fields["part"] = right.steps[args[-1]].what
    elif kind == "took_percent_as_amount":
        fields["plan"] = choose(f"plan.{nodes[step + 1][0]}", style, fields)
    elif kind == MISREMEMBERED:
        fact = _fact_of(nodes[step])
        fields["said"], fields["wrong"] = _called(teller, structure, right, fact), str(edit.values[fact])
        fields["fact"] = choose(f"s.fact_{fact}", style, {"n": str(FACTS[fact][0])})
    return fields


def _shown(teller: Teller, values: Mapping[str, Value], right: Work, arg: Any) -> str:
    return right.steps[arg].value if arg.__class__ is int else teller.plain(values[arg], arg)


def _called(teller: Teller, structure: Structure, right: Work, arg: Any) -> str:
    """An argument as a noun phrase."""
    if arg.__class__ is int:
        return right.steps[arg].what
    return telling.phrase(
        teller, structure, next(i for i, row in enumerate(structure["says"]) if row[0] == arg)
    )
