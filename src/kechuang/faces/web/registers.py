"""The registers of the desks: rows to read, enter, take in from a table, confirm by the second hand, or cancel."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework import registers
from kechuang.casework.registers import UNIT_KEEPERS, Register, Row
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.importing import checking
from kechuang.faces.importing.importing import import_rows
from kechuang.faces.web import imports, lists, wording
from kechuang.faces.web.papers import download
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.tables import render
from kechuang.parties.models import Appointment
from kechuang.words.money import Money
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

DRAWN = {"money": "money", "signed_money": "money", "unit": "text", "row": "text", "percent": "percent"}
PASSED = {"date": "date", "year": "year", "integer": "integer", "bool": "choice", "choice": "choice", "text": "text"}
YES_NO = {"true": {"zh": "是", "en": "yes"}, "false": {"zh": "否", "en": "no"}}
MOST_COLUMNS = 7
MOST_PICKED = 200


def known(code: str) -> Register:
    try:
        return registers.find(code)
    except LookupError:
        raise Http404 from None


def readable(held: list[Appointment]) -> list[Register]:
    """The registers that these appointments let their holder read or write."""
    office = any(one.power in registers.READS for one in held)
    roles = {one.role for one in held}
    return [one for one in registers.every() if office or roles & (one.enters | one.confirms) or roles & UNIT_KEEPERS]


@needs("person")
def overview(request: HttpRequest) -> HttpResponse:
    """Every register the reader may open: how many rows, how many wait for a second hand."""
    held = held_by(request)
    shown = readable(held)
    heads = [lists.column(_("台账")), lists.column(_("记录"), num=True), lists.column(_("待确认"), num=True)]
    rows = []
    for one in shown:
        mine = registers.visible(one, held).filter(cancelled=False)
        href = reverse("register", args=[one.code])
        cells = [
            {"text": dict(one.title), "href": href, "lead": True}, {"text": wording.number(mine.count())},
            {"text": wording.number(mine.filter(confirmed_at=None).count())},
        ]  # fmt: skip
        rows.append({"key": one.code, "href": href, "cells": lists.cells(heads, cells)})
    table = {"caption": _("登记台账"), "columns": heads, "rows": rows}
    files_shares = any(one.role in UNIT_KEEPERS for one in held)
    return render(
        request, "registers/overview.html", {"title": _("登记台账"), "table": table, "files_shares": files_shares}
    )


@needs("person")
def register(request: HttpRequest, kind: str) -> HttpResponse:
    """One register: its rows, and for those who may, a row to enter or a table to take in."""
    one, held = known(kind), held_by(request)
    if one not in readable(held):
        raise Http404
    if request.method != "POST":
        return _shown(request, one)
    if not {role.role for role in held} & one.enters:
        raise Http404
    return _from_table(request, one) if "file" in request.FILES else _one_row(request, one)


def _one_row(request: HttpRequest, one: Register) -> HttpResponse:
    columns = imports.columns_of(one.code)
    typed = {name: request.POST.get(name, "").strip() for name in columns}
    read = checking.checked([(1, {imports.heading(spec): typed[name] for name, spec in columns.items()})], columns)
    codes = {spec["zh"]: name for name, spec in columns.items()}
    errors = {codes[fault.column]: (fault.reason,) for fault in read.faults if fault.column in codes}
    if errors:
        return _shown(request, one, typed=typed, errors=errors)
    said = {name: value for name, value in read.good[0][1].items() if value is not None}
    try:
        registers.enter(one, [said], by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return _shown(request, one, typed=typed, reasons=refusal.reasons)
    messages.success(request, _("已登记，等待另一方确认。"))
    return redirect("register", one.code)


def _from_table(request: HttpRequest, one: Register) -> HttpResponse:
    with TemporaryDirectory(prefix="kechuang-register-") as folder:
        file = Path(folder) / "table"
        with file.open("wb") as out:
            for chunk in request.FILES["file"].chunks():
                out.write(chunk)
        try:
            told = import_rows(one.code, file, by=person(request), on=now(), key=request.POST.get("key", ""))
        except Refused as refusal:
            return _shown(request, one, reasons=refusal.reasons)
    if not told.done:
        wrong = told.faults or ()
        return _shown(request, one, reasons=() if wrong else (Reason("table_has_no_rows"),), faults=imports.fault_table(wrong) if wrong else None)  # fmt: skip
    messages.success(request, _("新接收 %(new)s 行，已有 %(there)s 行") % {"new": told.new, "there": told.there})
    return redirect("register", one.code)


def _shown(request: HttpRequest, one: Register, *, typed: Mapping[str, str] | None = None, errors: Any = None, reasons: Any = (), faults: Any = None) -> HttpResponse:  # fmt: skip
    held = held_by(request)
    found, search, view = _asked(request, one, registers.visible(one, held))
    rows, page = lists.paged(request, found)
    enters = bool({role.role for role in held} & one.enters)
    typed = typed if typed is not None or not enters else _to_change(request, one, held)
    title = _("%(title)s：%(n)s 条") % {"title": wording.text(dict(one.title)), "n": wording.number(page["all"])}
    shown = {
        "title": title, "register": one, "table": _table(one, rows, held, request), "page": page, "search_text": search, "view": view,
        "fields": _fields(one, typed or {}, errors or {}) if enters else (), "reasons": reasons, "faults": faults,
        "errors": wrong(_form(one), errors or {}, "en" if wording.english() else "zh"), "key": lists.fresh_key(), "open": bool(typed or errors or reasons or faults),
    }  # fmt: skip
    status = 422 if errors or reasons or faults else 200
    return render(request, "registers/register.html", shown, status=status)


def _asked(request: HttpRequest, one: Register, rows: Any) -> tuple[Any, str, str]:
    """The rows that were asked for: by number, name or unit, and only those that wait where that was picked."""
    text, view = request.GET.get("q", "").strip()[:120], request.GET.get("view", "")
    if view == "waiting":
        rows = rows.filter(confirmed_at=None, cancelled=False)
    if text:
        fields = {field.name for field in one.model._meta.fields}
        named = [f"{name}__contains" for name in ("number", "name", "invoice_no") if name in fields]
        units = [f"{name}__name__contains" for name in (one.unit, one.other) if name]
        rows = rows.filter(reduce(or_, (models.Q(**{path: text}) for path in (*named, *units))))
    return rows, text, view


def _to_change(request: HttpRequest, one: Register, held: list[Appointment]) -> Mapping[str, str] | None:
    """A row that waits, as its form was filled in: for whoever wants to put it right before the second hand."""
    pid = request.GET.get("row", "")
    row = registers.visible(one, held).filter(pid=pid, confirmed_at=None, cancelled=False).first() if pid else None
    return None if row is None else {name: typed(getattr(row, name), spec) for name, spec in imports.columns_of(one.code).items()}  # fmt: skip


def typed(value: Any, spec: Mapping[str, Any]) -> str:
    """A kept value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return str(getattr(value, "name", "") if spec["kind"] == "unit" else getattr(value, "number", value))
    if "money" in str(spec["kind"]):
        return f"{Money(value).in_unit(spec['unit']).normalize():f}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if spec["kind"] == "percent":
        return _percent(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _percent(parts: int) -> str:
    """Parts of a million as a share of a hundred, without empty places: 15, 12.5."""
    return f"{parts // 10_000}.{parts % 10_000:04d}".rstrip("0").rstrip(".")


def _form(one: Register) -> forms.Form:
    return forms.inputs_form({name: _input(spec) for name, spec in imports.columns_of(one.code).items()})


def _fields(one: Register, typed: Mapping[str, str], errors: Any) -> tuple[Any, ...]:
    """The columns of a register as fields of a form; truths are asked as a choice, so that a blank is no no."""
    around = Around("en" if wording.english() else "zh")
    return questions(_form(one).fields.values(), answers=typed, values={}, errors=errors, around=around)


def _input(spec: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(spec["kind"])
    told: dict[str, Any] = {
        "kind": DRAWN.get(kind) or PASSED[kind],
        "zh": spec["zh"],
        "en": spec["en"],
        "required": bool(spec.get("required")),
    }
    if kind in ("choice", "bool"):
        told["options"] = spec.get("options", YES_NO)
    if "unit" in spec:
        told["unit"] = spec["unit"]
    if kind == "unit":
        told["help"] = {
            "zh": "全称或统一社会信用代码；不填即本单位",
            "en": "Full name or credit code; blank means your own unit",
        }
    return told


def _table(one: Register, rows: list[Row], held: list[Appointment], request: HttpRequest) -> dict[str, Any]:
    specs = _columns(one)
    heads = [
        lists.column(
            {"zh": spec["zh"], "en": spec["en"]},
            num="money" in spec["kind"],
            hide=n > 2,
            unit=_("万元") if "money" in spec["kind"] else "",
        )
        for n, spec in enumerate(specs.values())
    ]
    heads = [*heads, lists.column(_("状态")), lists.column(_("办理"))]
    shown = []
    for row in rows:
        cells = [_cell(getattr(row, name), spec, lead=n == 0) for n, (name, spec) in enumerate(specs.items())]
        cells[0]["href"] = reverse("register_row", args=[one.code, row.pid])
        state = _state(row)
        shown.append({"key": row.pid, "cells": lists.cells(heads, [*cells, state, _act(one, row, held, request)])})
    waits = any(not row.confirmed and _may_confirm(one, row, held, request) for row in rows)
    return {"caption": wording.text(dict(one.title)), "columns": heads, "rows": shown, "dense": True, "pick": waits}


def _columns(one: Register) -> dict[str, Mapping[str, Any]]:
    """The columns that a list of rows shows: whose they are and what must be told, then others, in the order of the page."""
    every = imports.columns_of(one.code)
    first = [name for name, spec in every.items() if spec.get("required") or spec["kind"] == "unit"]
    chosen = [*first, *(name for name in every if name not in first)][:MOST_COLUMNS]
    return {name: spec for name, spec in every.items() if name in chosen}


def _cell(value: Any, spec: Mapping[str, Any], *, lead: bool) -> dict[str, Any]:
    if isinstance(value, models.Model):
        text: Any = str(value)
    elif value is None:
        text = ""
    elif "money" in str(spec["kind"]):
        return {"text": wording.money(value), "fen": value, "lead": lead}
    elif spec["kind"] == "percent":
        text = f"{_percent(value)} %"
    elif isinstance(value, bool):
        text = YES_NO["true" if value else "false"]
    elif spec["kind"] == "choice":
        text = {lang: spec["options"].get(value, {}).get(lang, value) for lang in ("zh", "en")}
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
    return {"text": text, "lead": lead}


def _state(row: Row) -> dict[str, Any]:
    if row.cancelled:
        return {"chip": _("已作废"), "tone": "past"}
    return {"chip": _("已确认"), "tone": "done"} if row.confirmed else {"chip": _("待确认"), "tone": "you"}


def _act(one: Register, row: Row, held: list[Appointment], request: HttpRequest) -> dict[str, Any]:
    """The way to confirm a row, for whoever may and did not enter it."""
    if not _may_confirm(one, row, held, request):
        return {"text": ""}
    return {
        "text": _("作废") if row.confirmed else _("确认"),
        "href": reverse("register_row", args=[one.code, row.pid]),
    }


def _may_confirm(one: Register, row: Row, held: list[Appointment], request: HttpRequest) -> bool:
    """Whether the one who asks is the second hand of a row: may confirm it, and did not enter it."""
    unit = getattr(row, one.by_unit or one.unit)
    mine = row.entered_by_id == person(request).pk
    return not row.cancelled and not mine and registers.role_for(held, one.confirms, unit) is not None


@require_POST
@needs("person")
def confirm_picked(request: HttpRequest, kind: str) -> HttpResponse:
    """Confirm the rows that were picked, each by itself: what cannot be confirmed is told and keeps nothing else back."""
    one, done = known(kind), 0
    picked = registers.visible(one, held_by(request)).filter(pid__in=request.POST.getlist("pick"), confirmed_at=None, cancelled=False)  # fmt: skip
    for found in picked[:MOST_PICKED]:
        try:
            registers.confirm(
                one, found, by=person(request), on=now(), key=f"{request.POST.get('key', '')}:{found.pid}"
            )
            done += 1
        except Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, f"{found}{_('：')}{imports.sentence(reason)}")
    if done:
        messages.success(request, _("已确认 %(n)s 条，写入台账。") % {"n": done})
    return redirect("register", kind)


@needs("person")
def row(request: HttpRequest, kind: str, pid: str) -> HttpResponse:
    """One row with all it says, and for those who may, the press that confirms or cancels it."""
    one, held = known(kind), held_by(request)
    found = get_object_or_404(registers.visible(one, held), pid=pid)
    columns = imports.columns_of(one.code)
    pairs = [{"label": {"zh": spec["zh"], "en": spec["en"]}, "value": _cell(getattr(found, name), spec, lead=False)["text"]} for name, spec in columns.items()]  # fmt: skip
    unit = getattr(found, one.by_unit or one.unit)
    mine = found.entered_by_id == person(request).pk
    may, open_ = registers.role_for(held, one.confirms, unit) is not None and not mine, not found.confirmed
    may_change = open_ and registers.role_for(held, one.enters, getattr(found, one.unit)) is not None
    shown = {
        "register": one, "row": found, "pairs": pairs, "state": _state(found), "key": lists.fresh_key(), "title": str(found),
        "may_confirm": may and open_ and not found.cancelled, "may_cancel": (may or (mine and open_)) and not found.cancelled,
        "may_change": may_change and not found.cancelled,
    }  # fmt: skip
    return render(request, "registers/row.html", shown)


@require_POST
@needs("person")
def settle(request: HttpRequest, kind: str, pid: str) -> HttpResponse:
    """Confirm a row, or cancel it with the reason typed."""
    one, held = known(kind), held_by(request)
    found = get_object_or_404(registers.visible(one, held), pid=pid)
    told = {"by": person(request), "on": now(), "key": request.POST.get("key", "")}
    try:
        if request.POST.get("act") == "cancel":
            registers.cancel(one, found, why=request.POST.get("why", ""), **told)
        else:
            registers.confirm(one, found, **told)
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, imports.sentence(reason))
        return redirect("register_row", kind, pid)
    messages.success(request, _("已办理，写入台账。"))
    return redirect("register", kind)


@needs("person")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table with the right head, as CSV that Excel opens in Chinese."""
    one = known(kind)
    if one not in readable(held_by(request)):
        raise Http404
    out = io.StringIO()
    csv.writer(out).writerow([imports.heading(spec) for spec in imports.columns_of(one.code).values()])
    return download(codecs.BOM_UTF8 + out.getvalue().encode(), f"{one.code}.csv", "text/csv; charset=utf-8")


urlpatterns = [
    path("registers/", overview, name="registers"),
    path("registers/<str:kind>/", register, name="register"),
    path("registers/<str:kind>/template.csv", template, name="register_template"),
    path("registers/<str:kind>/confirm/", confirm_picked, name="confirm_rows"),
    path("registers/<str:kind>/<str:pid>/", row, name="register_row"),
    path("registers/<str:kind>/<str:pid>/settle/", settle, name="settle_row"),
]
