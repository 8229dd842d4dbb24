"""Tables taken in by an officer: running projects and experts from Excel or CSV, with every bad cell told before anything is taken."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework.actor import Actor
from kechuang.casework.models import Round
from kechuang.casework.pages import current
from kechuang.casework.queries import rounds_visible_to
from kechuang.casework.takeover import role_of
from kechuang.faces.access import may, needs, now, person
from kechuang.faces.importing.checking import Fault
from kechuang.faces.importing.importing import Told, import_cases, import_experts
from kechuang.faces.web import lists, wording
from kechuang.faces.web.papers import download
from kechuang.faces.web.sentences import sentence
from kechuang.parties.models import Organisation
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

KINDS = ("cases", "experts")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
HAN = re.compile(r"[㐀-鿿]")
SHOWN = 200  # bad cells on one page; the count says how many there are
NAME = {"cases": "projects", "experts": "experts"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was chosen beside the file."""

    kind: str = "cases"
    round_code: str = ""
    programme: str = ""
    skip_bad: bool = False
    institution: str = ""

    @classmethod
    def of(cls, post: Mapping[str, str]) -> Asked:
        kind = post.get("kind", "")
        code, programme = post.get("round", "").strip(), post.get("programme", "")
        return cls(
            kind if kind in KINDS else "cases", code, programme, bool(post.get("skip")), post.get("institution", "")
        )


def columns_of(kind: str) -> Mapping[str, Any]:
    """The columns that the book declares for tables of a kind."""
    found: Mapping[str, Any] = current().page("imports").body[kind]["columns"]
    return found


def heading(spec: Mapping[str, Any]) -> str:
    """The name under which a template heads a column: the first Chinese one that an import understands."""
    return next((str(name) for name in spec["names"] if HAN.search(str(name))), str(spec["names"][0]))


def programmes() -> list[tuple[str, Any]]:
    """The programmes of the edition in force by code, with their titles."""
    shelf = current()
    return [(code, shelf.page("programmes", code).body.get("title", code)) for code in shelf.codes("programmes")]


def checked(request: HttpRequest, asked: Asked) -> tuple[Reason, ...]:
    """What is wrong with the choices before the file is opened."""
    role_of(Actor.of(person(request)), now())
    found = []
    if "file" not in request.FILES:
        found.append(Reason("no_file_chosen"))
    if asked.kind == "cases":
        known = Round.objects.filter(code=asked.round_code)
        if not CODE.fullmatch(asked.round_code):
            found.append(Reason("bad_round_code", given=asked.round_code))
        elif known.exists() and not rounds_visible_to(person(request), now()).filter(code=asked.round_code).exists():
            found.append(Reason("round_code_of_others", code=asked.round_code))
        if asked.programme not in current().codes("programmes"):
            found.append(Reason("no_such_programme"))
    return tuple(found)


def taken(request: HttpRequest, asked: Asked, upload: UploadedFile) -> Told:
    """The upload laid into a folder of its own and imported in one transaction; what it came to."""
    with TemporaryDirectory(prefix="kechuang-import-") as folder:
        file = Path(folder) / "table"
        with file.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        who, on = person(request), now()
        with transaction.atomic():
            if asked.kind == "experts":
                return import_experts(file, by=who, on=on, skip_bad=asked.skip_bad)
            return import_cases(
                file, asked.round_code, by=who, on=on, skip_bad=asked.skip_bad, programme=asked.programme, institution=asked.institution,
            )  # fmt: skip


@needs("imports")
def page(request: HttpRequest) -> HttpResponse:
    """Choose a table and what it is; see every bad cell, or what was taken."""
    asked = Asked.of(request.POST)
    if request.method != "POST":
        return shown(request, asked)
    try:
        if wrong := checked(request, asked):
            raise Refused(*wrong)
        told = taken(request, asked, request.FILES["file"])  # type: ignore[arg-type]
    except Refused as refusal:
        return shown(request, asked, reasons=refusal.reasons)
    return shown(request, asked, told=told)


def shown(
    request: HttpRequest,
    asked: Asked,
    *,
    told: Told | None = None,
    reasons: tuple[Reason, ...] = (),
) -> HttpResponse:
    """The page with the form as it was filled in; 422 where nothing was taken though something was sent."""
    if told is not None and not told.rows:
        told, reasons = None, (Reason("table_has_no_rows"),)
    faults = fault_table(told.faults) if told and told.faults else None
    context = {
        "title": title_of(told), "asked": asked, "told": told, "unknown": told.unread if told else (), "reasons": reasons, "faults": faults,
        "more": max(0, len(told.faults) - SHOWN) if told else 0, "programmes": programmes(), "institutions": list(Organisation.objects.filter(kind="institution", standing="confirmed").order_by("name")),
        "declared": [(kind, [column_row(spec) for spec in columns_of(kind).values()]) for kind in KINDS],
        "key": lists.fresh_key(), "round_href": round_href(asked) if told and told.done else "",
    }  # fmt: skip
    failed = bool(reasons) or (told is not None and not told.done)
    return render(request, "imports/imports.html", context, status=422 if failed else 200)


def title_of(told: Told | None) -> str:
    """The finding as heading: what was taken, or how many rows stand in the way."""
    if told is None or not told.rows:
        return _("导入表格")
    if told.done:
        return _("新接收 %(new)s 行，已有 %(there)s 行") % {"new": told.new, "there": told.there}
    bad = len({fault.row for fault in told.faults})
    return _("%(rows)s 行里有 %(bad)s 行不能接收，没有导入") % {"rows": told.rows, "bad": bad}


def round_href(asked: Asked) -> str:
    """The page of the round the projects came into."""
    return reverse("round", args=[asked.round_code]) if asked.kind == "cases" else ""


def column_row(spec: Mapping[str, Any]) -> dict[str, Any]:
    """One declared column: its name, whether it must be there, and the other names it may have."""
    return {
        "name": heading(spec),
        "title": {"zh": spec["zh"], "en": spec["en"]},
        "required": bool(spec.get("required")),
        "names": [name for name in spec["names"] if name != heading(spec)],
    }


def fault_table(faults: tuple[Fault, ...]) -> dict[str, Any]:
    """Every bad cell: row, column, what stands there, and why it cannot be taken."""
    heads = [
        lists.column(_("行"), num=True),
        lists.column(_("列")),
        lists.column(_("内容"), hide=True),
        lists.column(_("原因")),
    ]
    rows = [
        {"key": n, "cells": lists.cells(heads, [
            {"text": fault.row}, {"text": fault.column, "lead": True}, {"text": str(fault.reason.values.get("got", "")) or wording.DASH},
            {"text": sentence(fault.reason)},
        ])}
        for n, fault in enumerate(faults[:SHOWN])
    ]  # fmt: skip
    return {"caption": _("不能接收的单元格"), "columns": heads, "rows": rows, "dense": True}


@needs("office")
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table with the right head, as CSV that Excel opens in Chinese."""
    if kind not in KINDS or not may(request, "imports"):
        raise Http404
    out = io.StringIO()
    csv.writer(out).writerow([heading(spec) for spec in columns_of(kind).values()])
    return download(codecs.BOM_UTF8 + out.getvalue().encode(), f"{NAME[kind]}.csv", "text/csv; charset=utf-8")


urlpatterns = [
    path("imports/", page, name="imports"),
    path("imports/<str:kind>/template.csv", template, name="import_template"),
]
