"""The work of experts for machines: seats answered, proposals read, sheets kept and filed under the label; the pool; fees."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from kechuang.casework.acts import act
from kechuang.casework.models import Round
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.experts import answering, fees, pool, reading
from kechuang.desks.experts.models import Expert
from kechuang.desks.experts.reading import Piece, Task
from kechuang.desks.integrity import actions as integrity
from kechuang.engines import forms
from kechuang.faces.access import now, person
from kechuang.faces.api.gates import MAX_SHORT, PROBLEMS, Done, Keyed, Needs, given, part
from kechuang.faces.api.schemas import Page
from kechuang.faces.web import expert, reading_desk
from kechuang.faces.web import pool as pool_pages
from kechuang.faces.web.reading_desk import Desk

seats = Router(tags=["experts"], auth=Needs("expert", behind=True))
entries = Router(tags=["experts"])
FILE = {"responses": {200: {"description": "The file", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}}  # fmt: skip


class PieceOut(Schema):
    """One case under a seat: `act` is what is to be filed for it, empty where nothing is."""

    number: str
    title: str
    act: str
    begun: bool
    filed: bool


class SeatOut(Schema):
    """A seat by its label. Its cases are named once the promise is signed, where one is asked for."""

    label: str
    round: str
    mode: str
    answered: bool
    promises: bool
    may_decline: bool
    until: datetime | None
    fields: list[str]
    count: int
    cases: list[PieceOut]


class DeclineIn(Keyed):
    """Leaving a seat: a conflict of interest, another field, or no time."""

    why: str = Field(..., pattern="^(conflict|field|time)$")


class DeskOut(Schema):
    """A proposal as this expert may see it, beside the sheet to fill in and what was kept of it."""

    number: str
    title: str
    act: str
    blind: bool
    proposal: dict[str, Any]
    report: dict[str, Any]
    files: list[dict[str, str]]
    sheet: dict[str, Any]
    draft: dict[str, Any]
    notes: str
    version: int


class SheetDraftIn(Schema):
    """A sheet as far as it is written, and private notes; `version` is the one it was written on."""

    version: int = Field(0, ge=0, le=10**6)
    data: dict[str, Any] = Field(default_factory=dict)
    notes: str = Field("", max_length=20_000)


class SheetDraftOut(Schema):
    """The version under which it is kept now."""

    version: int


class SheetIn(Keyed):
    """A whole sheet."""

    data: dict[str, Any]


class FiledOut(Schema):
    """The act as it stands in the ledger, under the label."""

    act: str
    on: datetime
    digest: str


class ReportedIn(Keyed):
    """What somebody tried."""

    text: str = Field(..., max_length=5000)


@seats.get("", response={200: list[SeatOut], **PROBLEMS})
def seats_held(request: HttpRequest, page: Query[Page]) -> Any:
    """The seats of the one who asks: invitations, and work to do."""
    return [_seat(task) for task in part(reading.tasks_of(person(request)), page)]


@seats.post("/{label}/promise", response={200: SeatOut, **PROBLEMS})
def promise(request: HttpRequest, label: str, body: Keyed) -> Any:
    """Sign the promise for every case of the group."""
    refused = answering.promise(_task(request, label), on=now(), key=body.key)
    if refused:
        raise refused
    return _seat(_task(request, label))


@seats.post("/{label}/decline", response={200: Done, **PROBLEMS})
def decline(request: HttpRequest, label: str, body: DeclineIn) -> Any:
    """Leave the seat to the next in drawn order."""
    task = _task(request, label)
    case = answering.to_decline(task)
    if case is None:
        raise Http404
    answering.decline(task, case, body.why, on=now(), key=body.key)
    return Done()


@seats.get("/{label}/{number}", response={200: DeskOut, **PROBLEMS})
def proposal(request: HttpRequest, label: str, number: str) -> Any:
    """One proposal beside its sheet."""
    desk = _desk(request, label, number)
    name = desk.act.name if desk.act else ""
    draft, sheet = reading.draft_of(desk.seat, desk.case, name), None
    if desk.act is not None:
        sheet, _whole = reading.sheet_form(desk.case, desk.act, desk.seat.label)
    return {
        "number": desk.case.number, "title": desk.case.title, "act": name, "blind": desk.blind, **reading_desk.as_data(desk),
        "sheet": forms.schema_of(sheet) if sheet else {}, "draft": draft.typed if draft else {},
        "notes": draft.notes if draft else "", "version": draft.version if draft else 0,
    }  # fmt: skip


@seats.get("/{label}/{number}/files/{digest}", response={200: None, **PROBLEMS}, openapi_extra=FILE)
def proposal_file(request: HttpRequest, label: str, number: str, digest: str) -> Any:
    """A file of the proposal; in a blind review without its authors."""
    desk = _desk(request, label, number)
    found = reading_desk.may_open(desk, digest)
    if found is None:
        raise Http404
    return expert.sent(desk, found)


@seats.put("/{label}/{number}/draft", response={200: SheetDraftOut, **PROBLEMS})
def sheet_draft(request: HttpRequest, label: str, number: str, body: SheetDraftIn) -> Any:
    """Keep a sheet as it is being written."""
    desk = _desk(request, label, number)
    name = desk.act.name if desk.act else ""
    return reading.save_draft(desk.seat, desk.case, name, body.data, notes=body.notes, version=body.version, on=now())


@seats.post("/{label}/{number}/sheet", response={200: FiledOut, **PROBLEMS})
def file_sheet(request: HttpRequest, label: str, number: str, body: SheetIn) -> Any:
    """File the sheet, or what else is asked of the expert for this case."""
    desk = _desk(request, label, number, key=body.key)
    name, data = (desk.act.name, reading_desk.data_of(desk, body.data)) if desk.act else ("", {})
    return act(desk.case, name, by=reading.actor_of(desk.seat), on=now(), key=body.key, data=data)


@seats.post("/{label}/{number}/report", response={200: Done, **PROBLEMS})
def influence(request: HttpRequest, label: str, number: str, body: ReportedIn) -> Any:
    """Tell supervision that somebody tried to influence a review."""
    desk = _desk(request, label, number)
    integrity.report(desk.case, "influence", body.text, by=reading.actor_of(desk.seat), on=now(), key=body.key)
    return Done()


def _seat(task: Task) -> dict[str, Any]:
    shown = task.pieces if answering.shows_cases(task) else ()
    return {
        "label": task.seat.label, "round": task.seat.draw.round.code, "mode": task.seat.draw.mode, "answered": task.answered,
        "promises": answering.takes_promise(task), "may_decline": answering.to_decline(task) is not None, "until": task.until,
        "fields": list(task.fields), "count": len(task.pieces), "cases": [_piece(piece) for piece in shown],
    }  # fmt: skip


def _piece(piece: Piece) -> dict[str, Any]:
    name = piece.act.name if piece.act else ""
    return {"number": piece.case.number, "title": piece.case.title, "act": name, "begun": piece.begun, "filed": piece.filed}  # fmt: skip


def _task(request: HttpRequest, label: str) -> Task:
    task = answering.task_of(person(request), label)
    if task is None:
        raise Http404
    return task


def _desk(request: HttpRequest, label: str, number: str, *, key: str = "") -> Desk:
    """The case of that number under this person's own label; under a key that was used for it also once it is filed."""
    task = _task(request, label)
    piece = answering.piece_of(task, number) or (answering.filed_by(task, number, key) if key else None)
    if piece is None:
        raise Http404
    return Desk(task, piece)


# The pool


class EntryIn(Keyed):
    """An entry in the pool: kind, codes of fields, keywords."""

    kind: str = Field(..., max_length=40)
    fields: list[str] = Field(default_factory=list, max_length=20)
    keywords: list[str] = Field(default_factory=list, max_length=40)


class EntryOut(Schema):
    """An entry of the pool and where it stands."""

    id: str = Field(..., alias="pid")
    kind: str
    fields: list[str]
    keywords: list[str]
    standing: str


class TieIn(Keyed):
    """What binds one to a person or a unit, by its public id."""

    kind: str = Field(..., max_length=40)
    other: str = Field(..., max_length=40)
    year: int | None = Field(None, description="Of the last work published together, for the kind `coauthor`.")


class CreditIn(Keyed):
    """How far a reviewer is trusted from now on, and why."""

    credit: str = Field(..., max_length=20)
    reason: str = Field("", max_length=MAX_SHORT)


class HandIn(Keyed):
    """Experts named by hand, by the public ids of their entries, with a reason that will be public."""

    mode: str = Field(..., max_length=40)
    experts: list[str] = Field(..., max_length=40)
    reason: str = Field("", max_length=2000)


class FeesIn(Keyed):
    """The number of the order by which fees were paid."""

    document: str = Field(..., max_length=MAX_SHORT)


@entries.post("/account/expert", response={200: EntryOut, **PROBLEMS}, auth=Needs())
def enter_pool(request: HttpRequest, body: EntryIn) -> Any:
    """Ask to be in the pool, or change one's entry; the institution confirms it."""
    said = {"kind": body.kind, "fields": body.fields, "keywords": body.keywords}
    return pool.enter(person(request), **said, on=now(), key=body.key)


@entries.post("/account/expert/ties", response={200: Done, **PROBLEMS}, auth=Needs())
def declare_tie(request: HttpRequest, body: TieIn) -> Any:
    """Declare what binds one to a person or a unit; recusal knows it from the next draw on."""
    pool.declare_tie(person(request), kind=body.kind, other=body.other.strip(), year=body.year, on=now(), key=body.key)
    return Done()


@entries.get("/experts/waiting", response={200: list[EntryOut], **PROBLEMS}, auth=Needs("execution"))
def entries_waiting(request: HttpRequest, page: Query[Page]) -> Any:
    """Entries that wait for the institution, oldest first."""
    return part(pool.pending(), page)


@entries.post("/experts/{pid}/confirm", response={200: Done, **PROBLEMS}, auth=Needs("execution"))
def confirm_entry_of_pool(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """The institution's word on one entry."""
    pool.confirm(get_object_or_404(Expert, pid=pid), **given(request, body.key))
    return Done()


@entries.post("/experts/{pid}/credit", response={200: Done, **PROBLEMS}, auth=Needs("execution"))
def credit(request: HttpRequest, pid: str, body: CreditIn) -> Any:
    """How far a reviewer is trusted from now on: only good credit can be drawn."""
    row = get_object_or_404(Expert, pid=pid)
    pool.set_credit(row, body.credit, reason=body.reason, **given(request, body.key))
    return Done()


@entries.post("/cases/{number}/seats", response={200: Done, **PROBLEMS}, auth=Needs("execution"))
def seat_by_hand(request: HttpRequest, number: str, body: HandIn) -> Any:
    """Name experts for a site visit or after a failed draw, where the page of the programme allows it."""
    case = get_object_or_404(visible_to(person(request), now()), number=number)
    if not pool_pages.is_chief(request):
        raise Http404
    pool.seat_by_hand(case, body.mode, body.experts, reason=body.reason, **given(request, body.key))
    return Done()


@entries.post("/rounds/{code}/fees", response={200: Done, **PROBLEMS}, auth=Needs("money"))
def pay_fees(request: HttpRequest, code: str, body: FeesIn) -> Any:
    """Note that the fees of a decided round were paid, under the number of the order."""
    round_ = get_object_or_404(Round, pk__in=rounds_visible_to(person(request), now()).values("pk"), code=code)
    fees.pay(round_, document=body.document, **given(request, body.key))
    return Done()
