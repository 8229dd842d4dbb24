"""Moving money between accounts: one row, two running totals, in whole fen."""

from __future__ import annotations

from datetime import datetime

from kechuang.casework.models import Case, Record
from kechuang.desks.funds.models import Account, Transfer
from kechuang.parties.prepared import Prepared, add, insert

ACCOUNT = Prepared[Account](lambda code: Account.objects.filter(code=code))


def account(code: str) -> Account:
    """The account of that code, made when it is first needed; what stands before the colon is what it holds."""
    found = ACCOUNT.one(code)
    return found or Account.objects.get_or_create(code=code, defaults={"holds": code.split(":")[0]})[0]


def transfer(
    debit: str, credit: str, fen: int, what: str, *, case: Case | None, on: datetime, record: Record | None
) -> None:
    """Move `fen` from one account to the other; the database refuses nothing, less than nothing, and to itself."""
    source, sink = account(debit), account(credit)
    insert(Transfer(debit=source, credit=sink, fen=fen, what=what, case=case, on=on, record=record))
    add(source, "balance_fen", -fen)
    add(sink, "balance_fen", fen)


def later(context: object, debit: str, credit: str, fen: int, what: str, *, case: Case) -> None:
    """As `transfer`, with the record of the act that causes it: carried out once that record is written."""
    if fen:
        context.later.append(  # type: ignore[attr-defined]
            lambda record: transfer(debit, credit, fen, what, case=case, on=context.on, record=record)  # type: ignore[attr-defined]
        )
