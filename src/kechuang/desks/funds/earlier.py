"""The money of projects taken over from an earlier system: what was paid there, and what is still to be paid here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.desks.funds.book_keeping import account
from kechuang.desks.funds.models import Account, Grant, Instalment, Transfer
from kechuang.desks.funds.offers import parts_of
from kechuang.parties.prepared import insert_all
from kechuang.words.offers import effect

UNTIL_PAID = frozenset({"suspended", "acceptance_due", "acceptance", "rectify"})  # no money moves here, later it may


@effect("funds.take_over")
def take_over(pairs: Sequence[tuple[Case, Any]], on: datetime) -> None:
    """The grants of projects taken over, with what was paid elsewhere as one transfer each from the earlier system.

    What was not paid stands as the last instalments of the page, those of the contract free to be paid.
    """
    grants = insert_all(
        Grant(case=c, granted_fen=p.fen, allocated_fen=p.fen, paid_fen=p.paid_fen, received_fen=p.paid_fen)
        for c, p in pairs
    )
    insert_all(
        row
        for grant, (c, p) in zip(grants, pairs, strict=True)
        if p.paid_fen < p.fen
        for row in _unpaid(grant, c, p, on)
    )
    earlier = account("earlier:system")
    units = insert_all(
        Account(code=f"unit:{c.number}", holds="unit", balance_fen=p.paid_fen) for c, p in pairs if p.paid_fen
    )
    paid = [(c, p) for c, p in pairs if p.paid_fen]
    insert_all(
        Transfer(debit=earlier, credit=unit, fen=p.paid_fen, what="take_over", case=c, on=on)
        for (c, p), unit in zip(paid, units, strict=True)
    )
    Account.objects.filter(pk=earlier.pk).update(balance_fen=F("balance_fen") - sum(p.paid_fen for _, p in paid))


def _unpaid(grant: Grant, case: Case, project: Any, on: datetime) -> Iterator[Instalment]:
    """The instalments of a project taken over that were not paid elsewhere, in the page's order: what was paid counts for the first."""
    pages = pages_of(case.round)
    if not pages.flow(case.flow).states[case.state].pays and case.state not in UNTIL_PAID:
        return
    paid = project.paid_fen
    for position, part in enumerate(parts_of(case, pages.programme, project.fen)):
        gone = min(paid, part["fen"])
        paid -= gone
        if part["fen"] > gone:
            freed = on if part["upon"] in ("", "countersign") else None
            yield Instalment(grant=grant, position=position, freed_at=freed, **{**part, "fen": part["fen"] - gone})
