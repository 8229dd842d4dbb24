"""Reforms: the rules of today with other values, one by one or as a sweep from a value to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from kechuang.engines.rules.check import check
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacking import Stack, with_limits
from kechuang.engines.rules.totals import FIGURES, Total
from kechuang.engines.rules.vocabulary import near
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase

MOST_STEPS: Final = 200
CHANGES: Final = ("set", "end", "enable", "disable")
KEYS: Final = frozenset(["format", "code", "title", "source", "assumptions", "from", *CHANGES])


@dataclass(frozen=True, slots=True)
class Variant:
    """Rules with a name; the first of a run is today's. Of a sweep also the policy and the value tried, in base units.

    `stacks`: the rules between policies as a reform has them; None where they stand as the book has them.
    """

    label: str
    rules: Rules
    swept: str = ""
    value: Fraction = Fraction(0)
    stacks: tuple[Stack, ...] | None = None


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


def reform_from(rules: Rules, page: Mapping[str, Any], stacks: Sequence[Stack] = ()) -> Variant:
    """A page `{code, title, from, set, end, enable, disable}`; without `from` the values of `set` hold always.

    `set`: `{policy.param: value}`, `{policy.param: {date: value, …}}`, and of a rule between policies `{rule.limit: value}`.
    `end`: `{policy: last day}`. `enable`, `disable`: codes of rules between policies. What comes of it is checked as a page is.
    """
    for key in page:
        if key not in KEYS:
            raise BadPage(
                str(key),
                "unknown key {key!r}",
                near(str(key), KEYS, Phrase("one of {keys}", keys=tuple(sorted(KEYS)))),
                key=key,
            )
    for name, kind in (("set", Mapping), ("end", Mapping), ("enable", list), ("disable", list)):
        if name in page and not isinstance(page[name], kind):
            if kind is list:
                raise BadPage(name, "{name} is no list", "write {name}: […]", name=name)
            raise BadPage(name, "{name} is no mapping", "write {name}: {…}", name=name)
    if not any(page.get(name) for name in CHANGES):
        raise BadPage("", "a reform that changes nothing", "write set: {policy.param: 300 万元}")
    since = page.get("from")
    if since is not None and not isinstance(since, date):
        raise BadPage("from", "{since!r} is no date", "write from: 2020-01-01", since=since)
    between = {one.code for one in stacks}
    told = {name: value for name, value in page.get("set", {}).items() if str(name).partition(".")[0] not in between}
    changed = _ended(_set(rules, told, since), page.get("end", {}))
    _sound(rules, changed)
    return Variant(str(page.get("code", "reform")), changed, stacks=_between(rules, page, stacks))


def _sound(rules: Rules, changed: Rules) -> None:
    """Checks the pages that a reform changes, and those that use one of them."""
    touched = {code for code, policy in changed.policies.items() if policy is not rules[code]}
    for code, policy in changed.policies.items():
        if code in touched or touched & {used.code for used in policy.uses}:
            for bad in check(changed, code):
                raise BadPage(
                    f"set.{code}", "{code}: {place}: {fault}", bad.mend, code=code, place=bad.path, fault=bad.why
                )


def _set(rules: Rules, told: Mapping[str, Any], since: date | None) -> Rules:
    for name, written in told.items():
        try:
            rules = with_set(rules, {name: written}, since=since)
        except BadPage as bad:
            raise BadPage(f"set.{name}", bad.why, bad.mend) from None
    return rules


def _ended(rules: Rules, told: Mapping[str, Any]) -> Rules:
    """The rules with policies that hold until another day."""
    policies = dict(rules.policies)
    for code, last in told.items():
        at = f"end.{code}"
        if code not in policies:
            raise BadPage(at, "no policy {code!r}", near(code, policies, "name a policy"), code=code)
        if not isinstance(last, date):
            raise BadPage(at, "{last!r} is no date", "write {code}: 2020-12-31", last=last, code=code)
        policies[code] = replace(policies[code], last=last)
    return Rules(rules.vocabulary, policies)


def _between(rules: Rules, page: Mapping[str, Any], stacks: Sequence[Stack]) -> tuple[Stack, ...] | None:
    """The rules between policies with other limits, enabled or disabled."""
    known = {one.code: one for one in stacks}
    limits = {name: value for name, value in page.get("set", {}).items() if str(name).partition(".")[0] in known}
    for name in limits:
        code, _, part = name.partition(".")
        if part != "limit" or known[code].limit is None:
            raise BadPage(
                f"set.{name}", "no limit {name!r}", "only a ceiling over several policies has a limit", name=name
            )
    switched = {code: key == "enable" for key in ("enable", "disable") for code in page.get(key, ())}
    for code in switched:
        if code not in known:
            key = "enable" if switched[code] else "disable"
            raise BadPage(key, "no rule between policies {code!r}", near(code, known, "see stacking.yaml"), code=code)
    if not limits and not switched:
        return None
    changed = with_limits(stacks, limits, rules.vocabulary)
    return tuple(replace(one, enabled=switched.get(one.code, one.enabled)) for one in changed)


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
    if len({amount.of for amount in amounts if amount.value}) > 1:
        raise BadPage(told, "first value, last value and step have different units", "write one unit for all three")
    if step <= 0:
        raise BadPage(told, "a sweep whose step is not above nil", "write a step above nil")
    if last < first:
        raise BadPage(told, "a sweep whose last value is below its first", "write the smaller value first")
    if (last - first) / step > MOST_STEPS:
        raise BadPage(told, "a sweep of more than {most} steps", "write a larger step", most=MOST_STEPS)
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
    tens = next((n for n in range(10) if (exact * 10**n).denominator == 1), None)
    if tens is None:
        text = f"{exact.numerator}/{exact.denominator}"
    else:
        whole, rest = divmod(abs(exact.numerator * 10**tens // exact.denominator), 10**tens)
        text = f"{'-' if exact < 0 else ''}{whole}" + (f".{rest:0{tens}d}" if tens else "")
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
