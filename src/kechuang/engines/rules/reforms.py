"""Reforms: the rules of today with other values, one by one or as a sweep from a value to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.totals import FIGURES, Total
from kechuang.words.outcome import BadPage

MOST_STEPS: Final = 200


@dataclass(frozen=True, slots=True)
class Variant:
    """Rules with a name; the first of a run is today's. Of a sweep also the policy and the value tried, in base units."""

    label: str
    rules: Rules
    swept: str = ""
    value: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one step of a sweep costs over the step before, in fen: `due` more entitlements, `added` more settled.

    `share`: how much of each unit of the step is due, summed over all payees: a ceiling's marginal cost before the budget.
    """

    label: str
    entitled: int
    settled: int
    due: int
    added: int
    share: str


def reformed(rules: Rules, told: Sequence[str]) -> Variant:
    """`['technology-trade.cap=300 万元', …]` as one variant; BadPage for an unknown parameter or unit."""
    values: dict[str, Any] = {}
    for one in told:
        name, equals, written = one.partition("=")
        if not equals:
            raise BadPage(one, "no value", "write policy.param=300 万元")
        values[name.strip()] = written.strip()
    return Variant("; ".join(told), with_set(rules, values))


def reform_from(rules: Rules, page: Mapping[str, Any]) -> Variant:
    """A page `{code, title, from, set: {policy.param: value}}`; without `from` the values hold always."""
    if "set" not in page:
        raise BadPage("set", "a reform that sets nothing", "write set: {policy.param: 300 万元}")
    since = page.get("from")
    if since is not None and not isinstance(since, date):
        raise BadPage("from", f"{since!r} is no date", "write from: 2020-01-01")
    return Variant(str(page.get("code", "reform")), with_set(rules, page["set"], since=since))


def swept(rules: Rules, told: str) -> list[Variant]:
    """`policy.param=100 万元:500 万元:10 万元`, both ends included, as variants."""
    name, _, written = told.partition("=")
    ends = written.split(":")
    if len(ends) != 3:
        raise BadPage(
            told, "a sweep has a first value, a last value and a step", "write policy.param=100 万元:500 万元:10 万元"
        )
    amounts = [rules.vocabulary.amount(one, told) for one in ends]
    first, last, step = (amount.value for amount in amounts)
    if step <= 0 or last < first or (last - first) / step > MOST_STEPS:
        raise BadPage(told, "a sweep that never ends", f"write at most {MOST_STEPS} steps upwards")
    unit = ends[0].lstrip("0123456789.-−/ ").strip()
    worth = rules.vocabulary.units[unit][1] if unit else Fraction(1)
    count = int((last - first) // step) + 1
    policy, found = name.strip().partition(".")[0], []
    for value in (Fraction(first + n * step) for n in range(count)):
        label = _written(value / worth, unit)
        found.append(Variant(f"{name}={label}", with_set(rules, {name.strip(): label}), policy, value))
    return found


def _written(number: Fraction | float, unit: str) -> str:
    exact = Fraction(number)
    text = str(exact.numerator) if exact.denominator == 1 else f"{exact.numerator}/{exact.denominator}"
    return f"{text} {unit}".strip()


def whole(found: Sequence[Total]) -> dict[tuple[str, int], Total]:
    """Totals over all cuts, by policy and variant."""
    summed: dict[tuple[str, int], list[int]] = {}
    for one in found:
        there = summed.setdefault((one.policy, one.variant), [0] * len(FIGURES))
        for n, figure in enumerate(FIGURES):
            there[n] += getattr(one, figure)
    return {key: Total(*key, (), *figures) for key, figures in summed.items()}


def filled(found: Sequence[Total]) -> list[Total]:
    """`found` with a row of zeros for every cut that some policy has and another has nothing to say of."""
    cuts = dict.fromkeys(one.cuts for one in found)
    there = {(one.policy, one.variant, one.cuts) for one in found}
    pairs = dict.fromkeys((one.policy, one.variant) for one in found)
    none = [(*pair, cut) for pair in pairs for cut in cuts if (*pair, cut) not in there]
    return [*found, *(Total(*key, *[0] * len(FIGURES)) for key in none)]


def steps(found: Sequence[Total], variants: Sequence[Variant]) -> list[Cost]:
    """What each value of a sweep costs over the one before; empty without a sweep."""
    sums, costs = whole(found), list[Cost]()
    tried = [(n, one) for n, one in enumerate(variants) if one.swept]
    for (m, before), (n, one) in pairwise(tried):
        then, now = sums[one.swept, m], sums[one.swept, n]
        due = now.entitled - then.entitled
        share = str(Fraction(due) / (one.value - before.value))
        costs.append(Cost(one.label, now.entitled, now.settled, due, now.settled - then.settled, share))
    return costs
