"""The inbox of a person: the letters that followed from acts, newest first, and each to read and to keep as PDF."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework.models import Letter
from kechuang.faces.access import needs, now, person
from kechuang.faces.web import lists, printing, wording
from kechuang.faces.web.act_titles import Titles, document_title, titles
from kechuang.faces.web.tables import render

OF_LETTER = ("document__case", "document__round", "document__record")


@needs("person")
def inbox(request: HttpRequest) -> HttpResponse:
    """The letters sent to the one who asks; those not yet read are marked."""
    mine = Letter.objects.filter(person=person(request))
    rows, page = lists.paged(request, mine.select_related(*OF_LETTER).order_by("-on", "-pk"))
    unread = mine.filter(read_at=None).count()
    shown = {
        "title": _("%(n)s 封函件没有读") % {"n": unread} if unread else _("函件都读过了") if rows else _("还没有函件"),
        "table": letter_table(rows) if rows else None, "page": page,
    }  # fmt: skip
    return render(request, "letters/inbox.html", shown)


def letter_table(rows: list[Letter]) -> dict[str, Any]:
    """One line a letter: read or not, title, what it is about, number, day, PDF."""
    heads = [
        lists.column(_("函件")),
        lists.column(_("事由"), hide=True),
        lists.column(_("文号"), hide=True),
        lists.column(_("日期")),
        lists.column(_("状态")),
        lists.column(_("文件")),
    ]
    known = titles()
    return {
        "caption": _("函件"),
        "columns": heads,
        "rows": [letter_row(one, heads, known) for one in rows],
        "dense": True,
    }


def letter_row(one: Letter, heads: list[dict[str, Any]], known: Titles) -> dict[str, Any]:
    """A letter as parts/table.html takes it."""
    kept = one.document
    about = kept.case.title if kept.case else kept.round.title if kept.round else ""
    read = {"chip": _("已读"), "tone": "past"} if one.read_at else {"chip": _("未读"), "tone": "you"}
    said = [
        {"text": document_title(kept, known), "lead": True, "href": reverse("letter", args=[kept.code])},
        {"text": about or wording.DASH},
        {"text": kept.number or wording.DASH},
        {"text": wording.day_long(one.on)},
        read,
        {"text": "PDF", "href": reverse("document_pdf", args=[kept.code])},
    ]
    return {"key": kept.code, "cells": lists.cells(heads, said)}


@needs("person")
def letter(request: HttpRequest, code: str) -> HttpResponse:
    """One's own letter as it was issued; reading it marks it as read."""
    mine = Letter.objects.filter(person=person(request)).select_related(*OF_LETTER)
    one = get_object_or_404(mine, document__code=code)
    Letter.objects.filter(pk=one.pk, read_at=None).update(read_at=now())
    title = document_title(one.document, titles())
    shown = {
        "row": one.document, "paper": printing.paper(one.document), "title": title,
        "trail": [{"title": _("函件"), "href": reverse("letters")}, {"title": title}],
    }  # fmt: skip
    return render(request, "letters/letter.html", shown)


urlpatterns = [
    path("letters/", inbox, name="letters"),
    path("letters/<str:code>/", letter, name="letter"),
]
