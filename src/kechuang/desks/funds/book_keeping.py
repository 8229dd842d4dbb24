"""Moving money between accounts: one row, two running totals, in whole fen."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from kechuang.casework.models import Case, Record
from kechuang.desks.funds.models import Account, Budget, Grant, Handover, Transfer
from kechuang.parties.prepared import Prepared, add, insert

UNCONFIRMED = Prepared[tuple[int]](
    lambda grant: Handover.objects.filter(grant=grant, confirmed_at=None).values_list("pk")
)
ACCOUNT = Prepared[Account](lambda code: Account.objects.filter(code=code))


def account(code: str) -> Account:
    """The account of that code, made when it is first needed; what stands before the colon is what it holds."""
    found = ACCOUNT.one(code)
    return found or Account.objects.get_or_create(code=code, defaults={"holds": code.split(":")[0]})[0]


def rest_waits(grant: Grant) -> bool:
    """Whether the project has moved and the rest of its money is not yet confirmed by the unit that undertakes it now."""
    return UNCONFIRMED.one(grant.pk) is not None


def unit_account(case: Case, *, but: Handover | None = None) -> str:
    """The account of the unit that undertakes the project: one for each unit once the project has moved; `but` a move, as before it."""
    moved = Handover.objects.filter(grant__case=case).exclude(pk=but.pk if but else None).order_by("pk").last()
    return f"unit:{case.number}:{moved.taker.pid}" if moved else f"unit:{case.number}"


def transfer(
    debit: str, credit: str, fen: int, what: str, *, case: Case | None, on: datetime, record: Record | None
) -> None:
    """Move `fen` from one account to the other; the database refuses nothing, less than nothing, and to itself."""
    source, sink = account(debit), account(credit)
    insert(Transfer(debit=source, credit=sink, fen=fen, what=what, case=case, on=on, record=record))
    add(source, "balance_fen", -fen)
    add(sink, "balance_fen", fen)


def give_back(case: Case, fen: int) -> None:
    """What an award binds no more is free in its round: cancelled, lowered or refunded. What was never committed there (a project taken over) frees nothing."""
    if Transfer.objects.filter(case=case, what="commit").exists():
        Budget.objects.filter(round=case.round).update(committed_fen=F("committed_fen") - fen)


def later(context: object, debit: str, credit: str, fen: int, what: str, *, case: Case) -> None:
    """As `transfer`, with the record of the act that causes it: carried out once that record is written."""
    if fen:
        context.later.append(  # type: ignore[attr-defined]
            lambda record: transfer(debit, credit, fen, what, case=case, on=context.on, record=record)  # type: ignore[attr-defined]
        )
