"""Money for machines: what is due, ordered and on its way, and what is typed in from documents; amounts in fen.

Preparing, ordering, confirming a receipt, spending, settling and refunding are acts of the case and are done there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from kechuang.casework.models import Round
from kechuang.desks.funds import actions, entries, queries
from kechuang.desks.funds.models import Entry
from kechuang.faces.access import held_by
from kechuang.faces.api.gates import MOST_FEN, PROBLEMS, Explained, Keyed, Needs, given, part
from kechuang.faces.api.schemas import Page
from kechuang.faces.web import money
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

router = Router(tags=["money"])
KINDS = "^(appropriation|budget|contribution)$"
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)


class DueOut(Schema):
    """An instalment whose turn has come: prepared by the act `prepare_payment` (a claim: `issue_quota`) of its case."""

    case: str = Field(..., alias="grant.case.number")
    instalment: str = Field(..., alias="code")
    fen: int
    freed_at: datetime | None
    stopped: bool


class PaymentOut(Schema):
    """A payment as far as it is: prepared, ordered (`pay`), in a file for the treasury, received (`confirm_receipt`)."""

    id: str = Field(..., alias="pid")
    case: str = Field(..., alias="grant.case.number")
    fen: int
    quota: str = Field(..., alias="quota.number")
    prepared_at: datetime
    paid_at: datetime | None
    received_at: datetime | None


class GrantOut(Schema):
    """The money of an ended project that is to be settled or returned."""

    case: str = Field(..., alias="case.number")
    state: str = Field(..., alias="case.state")
    granted_fen: int
    received_fen: int
    spent_fen: int
    refund_due_fen: int
    refunded_fen: int


class QuotaIn(Keyed):
    """A quota document as the finance department issued it."""

    number: str = Field(..., min_length=1, max_length=60)
    fen: int = Field(..., gt=0, le=MOST_FEN)
    day: date = Field(..., ge=FIRST, le=LAST)
    round: str = Field("", max_length=40)


class QuotaOut(Schema):
    """A quota document and how much of it is used."""

    number: str
    day: date = Field(..., alias="on")
    round: str | None = Field(None, alias="round.code")
    fen: int
    used_fen: int


class EntryIn(Keyed):
    """An amount as its document states it; a cut of an appropriation or a budget is negative.

    An appropriation names plan and year, a budget its round, a contribution its round and funder (public id).
    """

    document_no: str = Field(..., min_length=1, max_length=60)
    day: date = Field(..., ge=FIRST, le=LAST)
    fen: int = Field(..., ge=-MOST_FEN, le=MOST_FEN)
    remark: str = Field("", max_length=200)
    plan: str = Field("", max_length=40)
    year: int | None = Field(None, ge=1990, le=2100)
    round: str = Field("", max_length=40)
    funder: str = Field("", max_length=40)


class EntryOut(Schema):
    """An entry: it counts once another hand has confirmed it, and never if it was sent back."""

    id: str = Field(..., alias="pid")
    kind: str
    plan: str
    year: int | None
    round: str | None = Field(None, alias="round.code")
    funder: str | None = Field(None, alias="funder.pid")
    document_no: str
    day: date
    fen: int
    remark: str
    made_at: datetime
    checked_at: datetime | None
    returned: bool


class BatchOut(Schema):
    """A file for the treasury; its digest stands in the ledger."""

    code: str
    on: datetime
    digest: str


class OrdersOut(BatchOut):
    """The orders of a file as they were when it was made, all texts, `fen` and `yuan` of each."""

    orders: list[dict[str, str]]


@router.get("/due", response={200: list[DueOut], **PROBLEMS}, auth=Needs())
def due(request: HttpRequest, page: Query[Page]) -> Any:
    """Instalments whose turn has come, oldest first."""
    return part(queries.instalments_due(money.mine(request)), page)


@router.get("/prepared", response={200: list[PaymentOut], **PROBLEMS}, auth=Needs("money"))
def prepared(request: HttpRequest, page: Query[Page]) -> Any:
    """Prepared payments that wait for another hand."""
    return part(queries.to_pay(money.mine(request)), page)


@router.get("/outstanding", response={200: list[PaymentOut], **PROBLEMS}, auth=Needs())
def outstanding(request: HttpRequest, page: Query[Page]) -> Any:
    """Ordered payments that no unit has confirmed, longest first."""
    return part(queries.outstanding(money.mine(request)), page)


@router.get("/settlements", response={200: list[GrantOut], **PROBLEMS}, auth=Needs())
def to_settle(request: HttpRequest, page: Query[Page]) -> Any:
    """Ended projects to be settled, and what is still to come back."""
    return part(queries.to_settle(money.mine(request)), page)


@router.get("/quotas", response={200: list[QuotaOut], **PROBLEMS}, auth=Needs("money"))
def quotas(request: HttpRequest, page: Query[Page]) -> Any:
    """Quota documents as they were issued, newest first."""
    return part(queries.quota_documents(), page)


@router.post("/quotas", response={200: QuotaOut, **PROBLEMS}, auth=Needs("money"))
def enter_quota(request: HttpRequest, body: QuotaIn) -> Any:
    """Enter a quota document: payments may be prepared on it."""
    round_ = Round.objects.filter(code=body.round).first() if body.round else None
    if body.round and round_ is None:
        raise Refused(Reason("no_such_round", given=body.round))
    return actions.enter_quota(body.number, body.fen, body.day, round_=round_, **given(request, body.key))


@router.get("/entries", response={200: list[EntryOut], **PROBLEMS}, auth=Needs("office"))
def money_entries(request: HttpRequest, page: Query[Page], kind: str = Query(..., pattern=KINDS), waiting: bool = False) -> Any:  # fmt: skip
    """What was typed in of one kind, or what of it waits for another hand."""
    if not money.reads_plans(request):
        raise Http404
    return part((queries.waiting_entries if waiting else queries.entries)(kind), page)


@router.post("/entries/{kind}", response={200: EntryOut, **PROBLEMS}, auth=Needs("office"))
def enter_money(request: HttpRequest, kind: str, body: EntryIn) -> Any:
    """Enter an appropriation, a budget or its change, or a contribution; nothing counts until another hand confirms it."""
    if kind not in Entry.KINDS or not money.reads_plans(request):
        raise Http404
    if kind == "appropriation" and (body.plan not in money.plan_titles() or body.year is None):
        raise Refused(Reason("entry_needs_plan_and_year"))
    return entries.enter(kind, body.dict(exclude={"key"}), **given(request, body.key))


@router.post("/entries/{pid}/confirm", response={200: EntryOut, **PROBLEMS}, auth=Needs("money"))
def confirm_entry(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """Another hand has compared the entry with its paper: now it counts."""
    return entries.confirm(get_object_or_404(Entry, pid=pid), **given(request, body.key))


@router.post("/entries/{pid}/return", response={200: EntryOut, **PROBLEMS}, auth=Needs("money"))
def return_entry(request: HttpRequest, pid: str, body: Explained) -> Any:
    """The entry does not agree with its paper: it stays visible and never counts."""
    return entries.send_back(get_object_or_404(Entry, pid=pid), reason=body.reason, **given(request, body.key))


@router.get("/batches", response={200: list[BatchOut], **PROBLEMS}, auth=Needs("money"))
def batches(request: HttpRequest, page: Query[Page]) -> Any:
    """Files for the treasury, newest first."""
    return part(queries.batches(), page)


@router.post("/batches", response={200: BatchOut, **PROBLEMS}, auth=Needs("money"))
def make_batch(request: HttpRequest, body: Keyed) -> Any:
    """Put every ordered payment that waits into one file. The treasury moves the money, not this system."""
    return actions.make_batch(**given(request, body.key))


@router.get("/batches/{code}", response={200: OrdersOut, **PROBLEMS}, auth=Needs("money"))
def orders(request: HttpRequest, code: str) -> Any:
    """The orders of one file, exactly as it was made; refused if they are no longer what was recorded."""
    if not queries.is_clerk(held_by(request)):
        raise Http404
    found = get_object_or_404(queries.batches(), code=code)
    return {"code": found.code, "on": found.on, "digest": found.digest, "orders": actions.orders(found)}
