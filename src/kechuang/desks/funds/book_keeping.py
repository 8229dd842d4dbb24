"""Moving money between accounts: one row, two running totals, in whole fen."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from kechuang.casework.models import Case, Record
from kechuang.desks.funds.models import Account, Transfer


def account(code: str) -> Account:
    """The account of that code, made when it is first needed; what stands before the colon is what it holds."""
    found, _ = Account.objects.get_or_create(code=code, defaults={"holds": code.split(":")[0]})
    return found


def transfer(
    debit: str, credit: str, fen: int, what: str, *, case: Case | None, on: datetime, record: Record | None
) -> None:
    """Move `fen` from one account to the other; the database refuses nothing, less than nothing, and to itself."""
    source, sink = account(debit), account(credit)
    Transfer.objects.create(debit=source, credit=sink, fen=fen, what=what, case=case, on=on, record=record)
    Account.objects.filter(pk=source.pk).update(balance_fen=F("balance_fen") - fen)
    Account.objects.filter(pk=sink.pk).update(balance_fen=F("balance_fen") + fen)


def later(context: object, debit: str, credit: str, fen: int, what: str, *, case: Case) -> None:
    """As `transfer`, with the record of the act that causes it: carried out once that record is written."""
    if fen:
        context.later.append(  # type: ignore[attr-defined]
            lambda record: transfer(debit, credit, fen, what, case=case, on=context.on, record=record)  # type: ignore[attr-defined]
        )
