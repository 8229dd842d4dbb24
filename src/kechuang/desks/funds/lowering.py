"""A budget that a change lowers or moves: what is spent and paid stays covered, and public money given up goes back to the round."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from kechuang.casework.answers import asked_rows
from kechuang.casework.models import Award, Case
from kechuang.desks.funds.book_keeping import give_back, later
from kechuang.desks.funds.models import Grant, Spending
from kechuang.desks.funds.offers import CLASSES, drop_prepared
from kechuang.parties.prepared import update
from kechuang.words.money import shared_out
from kechuang.words.offers import check, effect
from kechuang.words.outcome import Finding, Refused
from kechuang.words.reason import Reason

Spent = dict[tuple[str, bool], int]


def spent(grant: Grant) -> Spent:
    """What was spent by class of cost and by whose money (own or fiscal), in fen."""
    rows = Spending.objects.filter(grant=grant).values_list("kind", "own").annotate(fen=Sum("fen"))
    return {(kind, own): int(fen) for kind, own, fen in rows}


@check("funds.budget_keeps_spent", locks=("award",))
def budget_keeps_spent(case: Case, context: Any) -> Finding:
    """No class of cost goes below what was spent of it already, and the total not below what was paid."""
    grant = getattr(case.parent, "grant", None)
    told = list(_below(case, context, grant)) if grant else []
    return Finding("fail", tuple(told)) if told else Finding.passed()


def _below(case: Case, context: Any, grant: Grant) -> Iterator[Reason]:
    already = spent(grant)
    for row in asked_rows(case, context.data, "new_lines"):
        for column, own in (("fiscal", False), ("own", True)):
            gone, said = already.get((str(row["kind"]), own), 0), row.get(column)
            if said not in (None, "") and int(said) < gone:
                yield Reason(
                    "class_below_spent",
                    name={"zh": CLASSES[str(row["kind"])], "en": str(row["kind"])},
                    spent=gone,
                    wanted=int(said),
                )
    total = _new_total(case, context)
    if total is not None and total < grant.paid_fen:
        yield Reason("total_below_paid", paid=grant.paid_fen, wanted=total)


def _new_total(case: Case, context: Any) -> int | None:
    value = context.data.get("new_total", case.answers.get("new_total"))
    return None if value in (None, "") else int(value)


@effect("funds.lower_total", locks=("budget",))
def lower_total(case: Case, context: Any) -> None:
    """Where a change lowers the fiscal total: award, grant and what is not yet ordered follow; the round's budget gets it back."""
    owner, total = case.parent or case, _new_total(case, context)
    grant = Grant.objects.select_for_update().filter(case=owner).first()
    if case.answers.get("change") != "total" or total is None or grant is None or total >= grant.granted_fen:
        return
    if total < grant.paid_fen:
        raise Refused(Reason("total_below_paid", paid=grant.paid_fen, wanted=total))
    drop_prepared(owner, context)
    less = grant.granted_fen - total
    grant.granted_fen = total
    grant.allocated_fen = min(grant.allocated_fen, total)
    update(grant, "allocated_fen")  # first: the database holds allocated within granted
    update(grant, "granted_fen")
    _share_out(grant)
    award = Award.objects.get(case=owner)
    award.fen, award.steps = total, [*award.steps, {"name": "change", "value": str(total)}]
    update(award, "fen", "steps")
    give_back(owner, less)
    context.tells |= {"fen": str(total), "less": str(less)}
    later(context, f"grant:{owner.number}", f"budget:{owner.round.code}", less, "lower", case=owner)


def _share_out(grant: Grant) -> None:
    """What is not yet ordered, over the instalments that are left, in the shares they had; exact to the fen."""
    left = list(grant.instalments.filter(payment=None, fen__gt=0).order_by("position"))
    ordered = grant.instalments.exclude(payment=None).aggregate(fen=Sum("fen"))["fen"] or 0
    parts = shared_out(grant.granted_fen - ordered, [Fraction(row.fen) for row in left]) if left else []
    for row, fen in zip(left, parts, strict=True):
        row.fen = fen
        update(row, "fen")
