"""Money typed in from documents: appropriations, budgets of rounds and their change, contributions; one enters, another confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Notice, Record, Round
from kechuang.casework.people import must_hold
from kechuang.desks.funds.book_keeping import account, transfer
from kechuang.desks.funds.models import Appropriation, Budget, Contribution, Entry
from kechuang.desks.funds.queries import CLERKS
from kechuang.engines.ledger import canonical, digest
from kechuang.parties import hands
from kechuang.parties.models import Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

MADE, CONFIRMED, RETURNED = "enter_money", "confirm_entry", "return_entry"
CHECKERS = {"treasurer"}


@transaction.atomic
def enter(kind: str, values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Entry:
    """Enter an amount as its document states it; nothing counts yet. Refused twice, and for what has no place here.

    `values`: document_no, day, fen, remark, and plan and year, or round, or round and funder (codes and public ids).
    """
    must_hold(by, on, set(CLERKS))
    asked = {"kind": kind, **values}
    if told := records.already(Actor.of(by), key, MADE, None, asked):
        return Entry.objects.get(pid=told.told.data["entry"])
    row = Entry(kind=kind, maker=by, made_at=on, **_columns(kind, values))
    same = Entry.objects.filter(
        kind=kind, document_no=row.document_no, plan=row.plan, year=row.year, round=row.round, funder=row.funder
    )
    if same.filter(returned=False).exists():
        raise Refused(Reason("entry_made_already", number=row.document_no))
    row.save()
    said = {"entry": row.pid, "document_no": row.document_no, "day": row.day.isoformat(), "fen": str(row.fen), "remark": row.remark}  # fmt: skip
    _noted(row, MADE, by=by, on=on, key=key, data=said, asked=asked)
    return row


def _columns(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry from what was typed; Refused where something is missing or does not exist."""
    fen, number, day = int(values.get("fen") or 0), str(values.get("document_no") or "").strip(), values.get("day")
    if kind not in Entry.KINDS or not number or not isinstance(day, date):
        raise Refused(Reason("entry_needs_document"))
    if fen == 0 or (kind == "contribution" and fen < 0):
        raise Refused(Reason("entry_needs_amount"))
    same = {"document_no": number, "day": day, "fen": fen, "remark": str(values.get("remark") or "")}
    if kind == "appropriation":
        return {**same, "plan": str(values["plan"]), "year": int(values["year"])}
    found = Round.objects.filter(code=values.get("round") or "").first()
    if found is None:
        raise Refused(Reason("no_such_round", given=str(values.get("round") or "")))
    if kind == "budget":
        return {**same, "round": found}
    funder = Organisation.objects.filter(contributions__round=found, pid=values.get("funder") or "").first()
    if funder is None:
        raise Refused(Reason("no_such_funder"))
    return {**same, "round": found, "funder": funder}


@transaction.atomic
def confirm(entry: Entry, *, by: Person, on: datetime, key: str) -> Entry:
    """Another hand has compared the entry with the paper: now it counts, and its money moves in the ledger."""
    said = {"entry": entry.pid}
    if records.already(Actor.of(by), key, CONFIRMED, None, said):
        return Entry.objects.get(pk=entry.pk)
    row = _checked(entry, by=by, on=on, returned=False)
    {"appropriation": _appropriate, "budget": _budget, "contribution": _contribute}[row.kind](row, on)
    record = _noted(row, CONFIRMED, by=by, on=on, key=key, data=said)
    debit, credit = (row.source, row.account) if row.fen > 0 else (row.account, row.source)
    transfer(debit, credit, abs(row.fen), row.kind, case=None, on=on, record=record)
    return row


@transaction.atomic
def send_back(entry: Entry, *, by: Person, on: datetime, key: str, reason: str) -> Entry:
    """The entry does not agree with the paper: it stays visible and never counts."""
    said = {"entry": entry.pid, "reason": reason.strip()}
    if records.already(Actor.of(by), key, RETURNED, None, said):
        return Entry.objects.get(pk=entry.pk)
    if not reason.strip():
        raise Refused(Reason("return_needs_reason"))
    row = _checked(entry, by=by, on=on, returned=True)
    _noted(row, RETURNED, by=by, on=on, key=key, data=said)
    return row


def _checked(entry: Entry, *, by: Person, on: datetime, returned: bool) -> Entry:
    must_hold(by, on, CHECKERS)
    row = Entry.objects.select_for_update(of=("self",)).select_related("round", "funder").get(pk=entry.pk)
    if row.checked_at is not None:
        raise Refused(Reason("entry_checked_already"))
    if hands.same(by, row.maker_id):
        raise Refused(Reason("same_person", acts=[MADE]))
    row.checker, row.checked_at, row.returned = by, on, returned
    row.save(update_fields=["checker", "checked_at", "returned"])
    return row


def _appropriate(row: Entry, on: datetime) -> None:
    """The cash of a plan and year; never less than what has been paid from it."""
    Appropriation.objects.get_or_create(plan=row.plan, year=row.year, defaults={"fen": 0})
    rows = Appropriation.objects.select_for_update().filter(plan=row.plan, year=row.year)
    if not rows.filter(paid_fen__lte=F("fen") + row.fen).update(fen=F("fen") + row.fen):
        now = rows.get()
        raise Refused(Reason("below_what_is_paid", fen=now.fen + row.fen, paid=now.paid_fen))


def _budget(row: Entry, on: datetime) -> None:
    """The budget of a round; never less than what is committed. What has been published is changed in public."""
    assert row.round is not None  # an entry of this kind has one
    Budget.objects.get_or_create(round=row.round, defaults={"fen": row.round.budget_fen})
    rows = Budget.objects.select_for_update().filter(round=row.round)
    if not rows.filter(committed_fen__lte=F("fen") + row.fen).update(fen=F("fen") + row.fen):
        now = rows.get()
        raise Refused(Reason("below_what_is_committed", fen=now.fen + row.fen, committed=now.committed_fen))
    Round.objects.filter(pk=row.round.pk).update(budget_fen=rows.get().fen)
    if row.round.published_at is not None:
        body = {"document_no": row.document_no, "change": str(row.fen), "budget": str(rows.get().fen)}
        Notice.objects.create(
            round=row.round, what="预算调整", body=body, on=on, first_day=on.astimezone(ZONE).date(),
            digest=digest(canonical(body)),
        )  # fmt: skip


def _contribute(row: Entry, on: datetime) -> None:
    """What a funder has brought in; never more than was promised."""
    rows = Contribution.objects.select_for_update().filter(round=row.round, funder=row.funder)
    if not rows.filter(promised_fen__gte=F("received_fen") + row.fen).update(received_fen=F("received_fen") + row.fen):
        now = rows.get()
        raise Refused(Reason("beyond_promise", promised=now.promised_fen, received=now.received_fen, wanted=row.fen))


def _noted(row: Entry, name: str, *, by: Person, on: datetime, key: str, data: Mapping[str, Any], asked: Mapping[str, Any] | None = None) -> Record:  # fmt: skip
    role = "treasurer" if name != MADE else "fund_clerk"
    tells = {"entry": row.pid, "kind": row.kind, "fen": str(row.fen)}
    return note(account(row.account), name, by=by, on=on, key=key, role=role, data=data, tells=tells, asked=asked)
