"""The list within the budget: what is left of the round shared among the listed claims, in proportion or by the declared order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Sum

from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.claims.models import Share
from kechuang.engines.rules.shares import scaled
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

PUBLISHED = ("public_notice", "approved", "quota_issued", "paid", "spot_check", "recovery", "closed", "recovered")
ORDERS = {
    "received": lambda case: (case.received_at, case.pk),
    "unit": lambda case: (case.applicant.name if case.applicant else "", case.pk),
    "place": lambda case: (case.place, case.pk),
    "smallest": lambda case: (case.asked_fen or 0, case.pk),
}  # fmt: skip


def declared(round_: Round) -> Mapping[str, Any]:
    """What the page says of its list: the way of the budget, the order."""
    return pages_of(round_).programme.get("claim") or {}


def left(round_: Round) -> int:
    """Fen of the round's budget that no published claim holds."""
    held = Share.objects.filter(case__round=round_, case__state__in=PUBLISHED).aggregate(fen=Sum("fen"))["fen"]
    return max(0, round_.budget_fen - int(held or 0))


def in_order(round_: Round, cases: Sequence[Case]) -> list[Case]:
    """The claims in the order their page declares."""
    return sorted(cases, key=ORDERS[str(declared(round_).get("order", "received"))])


def shared(pool: int, owed: Sequence[int], *, budget: str) -> list[tuple[int, str]]:
    """(fen, way) for each claim in its order: whole where all fit; else in proportion, floored, or cut off where it ends."""
    if sum(owed) <= pool:
        return [(fen, "whole") for fen in owed]
    if budget == "proportional":
        return [(fen, "scaled") for fen in scaled(list(owed), pool, "floor")]
    told, rest, open_ = [], pool, True
    for fen in owed:
        open_ = open_ and fen <= rest
        told.append((fen, "whole") if open_ else (0, "cut"))
        rest -= fen if open_ else 0
    return told


def settle(case: Case, context: Any) -> Share:
    """Share out the round among all that stand on the list with this one; every listed claim's share is kept anew."""
    round_ = case.round
    cases = list(
        Case.objects.filter(round=round_, parent=None, state="listed").exclude(pk=case.pk).select_related("applicant")
    )
    ranked = in_order(round_, [*cases, case])
    pool, owed = left(round_), [one.asked_fen or 0 for one in ranked]
    parts = shared(pool, owed, budget=str(declared(round_).get("budget", "proportional")))
    for place, (one, wanted, (fen, way)) in enumerate(zip(ranked, owed, parts, strict=True), 1):
        said = {
            "wanted_fen": wanted,
            "fen": fen,
            "way": way,
            "pool_fen": pool,
            "total_fen": sum(owed),
            "place": place,
            "on": context.on,
        }
        Share.objects.update_or_create(case=one, defaults=said)
        Case.objects.filter(pk=one.pk).update(proposed_fen=fen)
    found = Share.objects.filter(case=case).first()
    if found is None:
        raise Refused(Reason("not_computed"))
    case.proposed_fen = found.fen
    return found


def preview(round_: Round, cases: Sequence[Case]) -> list[tuple[Case, int, str]]:
    """What listing these claims now would give each, with nothing written."""
    ranked = in_order(round_, cases)
    owed = [one.asked_fen or 0 for one in ranked]
    parts = shared(left(round_), owed, budget=str(declared(round_).get("budget", "proportional")))
    return [(one, fen, way) for one, (fen, way) in zip(ranked, parts, strict=True)]
