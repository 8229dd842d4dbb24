"""The registers for machines: contracts, trades, instruments, uses and the others; one hand enters, another confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from kechuang.casework import registers
from kechuang.casework.acts import InputRefused
from kechuang.casework.registers import Register, Row
from kechuang.faces.access import held_by
from kechuang.faces.api.gates import PROBLEMS, Explained, Keyed, Needs, given, part
from kechuang.faces.api.schemas import Page
from kechuang.faces.importing import checking
from kechuang.faces.web import imports
from kechuang.faces.web import registers as pages

router = Router(tags=["registers"], auth=Needs())
MOST_ROWS = 200


class RegisterOut(Schema):
    """A register the reader may open, with the columns that its rows have as the book declares them."""

    code: str
    title: dict[str, str]
    rows: int
    waiting: int
    enters: bool
    columns: dict[str, dict[str, Any]]


class RowOut(Schema):
    """A row: whole fen, days as texts, units and linked rows by name. It counts once it is confirmed."""

    id: str
    values: dict[str, Any]
    entered_at: datetime
    confirmed_at: datetime | None
    cancelled: bool


class RowsIn(Keyed):
    """Rows by the names of the columns, all texts, as a table would hold them; all are taken, or none."""

    rows: list[dict[str, str]] = Field(..., min_length=1, max_length=MOST_ROWS)


class TakenOut(Schema):
    """What entering rows came to."""

    new: int
    changed: int
    there: int


@router.get("", response={200: list[RegisterOut], **PROBLEMS})
def registers_open(request: HttpRequest) -> Any:
    """The registers that the one who asks may read or write."""
    held = held_by(request)
    return [_register(one, held) for one in pages.readable(held)]


@router.get("/{kind}", response={200: list[RowOut], **PROBLEMS})
def register_rows(request: HttpRequest, kind: str, page: Query[Page], waiting: bool = False) -> Any:
    """Rows of a register, newest first; with `waiting` those that no second hand has confirmed."""
    one = _known(request, kind)
    rows = registers.visible(one, held_by(request))
    rows = rows.filter(confirmed_at=None, cancelled=False) if waiting else rows
    return [_row(one, row) for row in part(rows, page)]


@router.post("/{kind}/rows", response={200: TakenOut, **PROBLEMS})
def enter_rows(request: HttpRequest, kind: str, body: RowsIn) -> Any:
    """Enter rows, or put right those that are not confirmed; they wait for the second hand."""
    one = _known(request, kind)
    if not {role.role for role in held_by(request)} & one.enters:
        raise Http404
    columns = imports.columns_of(one.code)
    typed = [(n, {imports.heading(spec): row.get(name, "").strip() for name, spec in columns.items()}) for n, row in enumerate(body.rows)]  # fmt: skip
    read = checking.checked(typed, columns)
    if read.faults:
        codes = {spec["zh"]: name for name, spec in columns.items()}
        raise InputRefused({f"rows.{fault.row}.{codes.get(fault.column, '')}": (fault.reason,) for fault in read.faults})  # fmt: skip
    said = [{name: value for name, value in row.items() if value is not None} for _n, row in read.good]
    return registers.enter(one, said, **given(request, body.key))


@router.get("/{kind}/rows/{pid}", response={200: RowOut, **PROBLEMS})
def register_row(request: HttpRequest, kind: str, pid: str) -> Any:
    """One row."""
    return _row(*_found(request, kind, pid))


@router.post("/{kind}/rows/{pid}/confirm", response={200: RowOut, **PROBLEMS})
def confirm_row(request: HttpRequest, kind: str, pid: str, body: Keyed) -> Any:
    """The second hand's word that a row is so."""
    one, row = _found(request, kind, pid)
    registers.confirm(one, row, **given(request, body.key))
    return _row(*_found(request, kind, pid))


@router.post("/{kind}/rows/{pid}/cancel", response={200: RowOut, **PROBLEMS})
def cancel_row(request: HttpRequest, kind: str, pid: str, body: Explained) -> Any:
    """A row that is wrong counts no longer; it stays to be read."""
    one, row = _found(request, kind, pid)
    registers.cancel(one, row, why=body.reason, **given(request, body.key))
    return _row(*_found(request, kind, pid))


def _known(request: HttpRequest, kind: str) -> Register:
    one = pages.known(kind)
    if one not in pages.readable(held_by(request)):
        raise Http404
    return one


def _found(request: HttpRequest, kind: str, pid: str) -> tuple[Register, Row]:
    one = pages.known(kind)
    return one, get_object_or_404(registers.visible(one, held_by(request)), pid=pid)


def _register(one: Register, held: Any) -> dict[str, Any]:
    rows = registers.visible(one, held).filter(cancelled=False)
    columns = {name: {part: spec[part] for part in ("kind", "zh", "en", "required", "unit", "options") if part in spec} for name, spec in imports.columns_of(one.code).items()}  # fmt: skip
    return {
        "code": one.code, "title": dict(one.title), "rows": rows.count(), "waiting": rows.filter(confirmed_at=None).count(),
        "enters": bool({role.role for role in held} & one.enters), "columns": columns,
    }  # fmt: skip


def _row(one: Register, row: Row) -> dict[str, Any]:
    values = {name: _plain(getattr(row, name), spec) for name, spec in imports.columns_of(one.code).items()}
    return {"id": row.pid, "values": values, "entered_at": row.entered_at, "confirmed_at": row.confirmed_at, "cancelled": row.cancelled}  # fmt: skip


def _plain(value: Any, spec: Mapping[str, Any]) -> Any:
    """Money stays whole fen; everything else as somebody would type it."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and spec["kind"] != "percent"):
        return value
    return pages.typed(value, spec) if isinstance(value, models.Model | date | int) else value
