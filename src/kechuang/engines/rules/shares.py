"""Ceilings over groups, budgets and allotments: who gets how much of what is not enough for all, to the fen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.single import NOT_IN_FORCE, Assessment, Record, Rules, Scope, assess, figures, key_of
from kechuang.formula import FormulaError
from kechuang.words.money import shared_out


def entitle(
    rules: Rules, code: str, records: Sequence[Record], *, day: date | None = None, year: int | None = None
) -> tuple[list[Assessment], list[int | None]]:
    """Each record's assessment, and what it is entitled to once the policy's ceilings over groups are shared out."""
    policy = rules[code]
    run = figures(rules, code, records, year=year or (day.year if day else 1)) if records else {}
    found = [assess(rules, code, record, day=day, year=year, run=run) for record in records]
    if policy.allot is not None:
        return found, list(_allotted(rules, policy, found, run))
    amounts = [one.entitled for one in found]
    return found, capped(rules, policy, found, amounts)


def everything(
    rules: Rules, records: Mapping[str, Sequence[Record]], *, day: date
) -> dict[str, list[tuple[Assessment, int | None]] | FormulaError]:
    """What every policy gives the records of one payee, by policy: `records` by entity. A policy that cannot be computed
    from them is told with its reason; one without records of its subject is left out."""
    found: dict[str, list[tuple[Assessment, int | None]] | FormulaError] = {}
    for code, policy in rules.policies.items():
        subjects = records.get(policy.subject, ())
        if not subjects or policy.allot is not None:
            continue
        try:
            told, amounts = entitle(rules, code, subjects, day=day)
            found[code] = list(zip(told, amounts, strict=True))
        except FormulaError as fault:
            found[code] = fault
    return found


def capped(
    rules: Rules, policy: Policy, found: Sequence[Assessment], amounts: Sequence[int | None]
) -> list[int | None]:
    """`amounts` under the policy's cap. A group of which one amount is not known is not known as a whole."""
    if policy.cap is None:
        return list(amounts)
    order = policy.cap.order
    shared: list[int | None] = list(amounts)
    for members in _groups(rules, policy, policy.cap.per, found):
        limit = max(_limit(rules, policy, found[n]) for n in members)
        ranked = members
        if len(members) > 1:
            ranked = sorted(members, key=lambda n: order_of(rules, policy, found[n], order))
        owed = [amounts[n] for n in ranked]
        known = [value for value in owed if value is not None]
        parts = (
            _share(policy.cap.allocate, policy.cap.residue, known, limit)
            if len(known) == len(owed)
            else [None] * len(owed)
        )
        for n, part in zip(ranked, parts, strict=True):
            shared[n] = part
    return shared


def _groups(rules: Rules, policy: Policy, per: Sequence[str], found: Sequence[Assessment]) -> Collection[list[int]]:
    """The places of the records that share one ceiling."""
    if len(found) == 1:
        return ([0],)
    groups: dict[tuple[Any, ...], list[int]] = {}
    for n, one in enumerate(found):
        key = tuple(one.year if each == "year" else key_of(rules.vocabulary, policy, one.record, each) for each in per)
        groups.setdefault(key, []).append(n)
    return groups.values()


def _limit(rules: Rules, policy: Policy, one: Assessment) -> int:
    assert policy.cap is not None
    if NOT_IN_FORCE in one.refused:
        return 0
    value = Scope(rules, policy, one.record, one.day, {}).of(policy.cap.limit)
    if not isinstance(value, int) or isinstance(value, bool):
        raise FormulaError("not_an_amount", policy=policy.code, where="cap.limit")
    return value


def order_of(rules: Rules, policy: Policy, one: Assessment, order: Sequence[str]) -> tuple[Any, ...]:
    """Where a record stands in the declared order; its own key decides between equals."""
    return tuple(key_of(rules.vocabulary, policy, one.record, path) for path in (*order, policy.subject))


def _share(allocate: str, residue: str, owed: list[int], limit: int) -> list[int]:
    if allocate == "highest":
        best = max(range(len(owed)), key=lambda n: (owed[n], -n))
        return [min(value, limit) if n == best else 0 for n, value in enumerate(owed)]
    if allocate == "proportional":
        return scaled(owed, limit, residue)
    left, parts = limit, []
    for value in owed:
        parts.append(max(min(value, left), 0))
        left -= parts[-1]
    return parts


def scaled(owed: list[int], limit: int, residue: str) -> list[int]:
    """`owed` in proportion where it is more than `limit`: each floored, or summing up exactly by largest remainder."""
    total = sum(owed)
    if total <= limit:
        return owed
    if residue == "largest_remainder":
        return shared_out(limit, [Fraction(value) for value in owed])
    return [value * limit // total for value in owed]


def settle(
    rules: Rules,
    code: str,
    found: Sequence[Assessment],
    amounts: Sequence[int],
    *,
    run: Mapping[str, object] | None = None,
) -> list[int]:
    """What the year's budget leaves of the entitlements; a budget counts for the records of one year."""
    policy = rules[code]
    if policy.budget is None:
        return list(amounts)
    settled = list(amounts)
    years: dict[int, list[int]] = {}
    for n, one in enumerate(found):
        years.setdefault(one.year, []).append(n)
    for members in years.values():
        first = found[members[0]]
        limit = Scope(rules, policy, first.record, first.day, run or {}).of(policy.budget.limit)
        if not isinstance(limit, int) or isinstance(limit, bool):
            raise FormulaError("not_an_amount", policy=code, where="budget.limit")
        if policy.budget.order:
            members.sort(key=lambda n: order_of(rules, policy, found[n], policy.budget.order))  # type: ignore[union-attr]
        cut: Callable[..., list[int]] = _cut_off if policy.budget.scale == "cut_off" else scaled
        parts = cut([amounts[n] for n in members], limit, policy.budget.residue)
        for n, part in zip(members, parts, strict=True):
            settled[n] = part
    return settled


def _cut_off(owed: list[int], limit: int, residue: str) -> list[int]:
    """Paid in full in the declared order while they fit; the first that does not fit ends the list."""
    paid: list[int] = []
    left = limit
    for n, value in enumerate(owed):
        if value > left:
            return paid + [0] * (len(owed) - n)
        paid.append(value)
        left -= value
    return paid


def _allotted(rules: Rules, policy: Policy, found: Sequence[Assessment], run: Mapping[str, object]) -> list[int]:
    assert policy.allot is not None
    order = policy.allot.order
    ranked = sorted(range(len(found)), key=lambda n: order_of(rules, policy, found[n], order))
    scopes = [Scope(rules, policy, found[n].record, found[n].day, run) for n in ranked]
    pot, weights = scopes[0].of(policy.allot.pot), [scope.of(policy.allot.by) for scope in scopes]
    if not isinstance(pot, int) or not all(isinstance(weight, int | Fraction) for weight in weights):
        raise FormulaError("not_an_amount", policy=policy.code, where="allot")
    if pot < 0 or any(weight < 0 for weight in weights) or not any(weights):
        raise FormulaError("nothing_to_share_by", policy=policy.code)
    parts = shared_out(pot, [Fraction(weight) for weight in weights])
    shared = [0] * len(found)
    for n, part in zip(ranked, parts, strict=True):
        shared[n] = part
    return shared
