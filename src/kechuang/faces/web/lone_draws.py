"""Panels drawn for one case alone (mid-term, acceptance): what waits for the operator, and the draw itself, by number only."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import acts, witnessing
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.desks.experts import queries
from kechuang.engines.flow import Act
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, panels, wording
from kechuang.faces.web.ceremony import COMMIT
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.tables import render
from kechuang.words.outcome import Refused

LEAST_PARTIES = 3


@needs("draws")
def lone_draws(request: HttpRequest) -> HttpResponse:
    """Cases that wait for a panel of their own: number, round and what for; whose they are is not the operator's to know."""
    found = queries.drawn_alone(held_by(request))
    heads = [lists.column(_("编号")), lists.column(_("办理")), lists.column(_("批次")), lists.column(_("监督见证")), lists.column(_("等待"))]  # fmt: skip
    shown = [row(case, step, heads, request) for case, step in found]
    title = _("%(n)s 件等你抽取专家") % {"n": len(found)} if found else _("没有等你抽取的验收或中期专家组")
    table = {"caption": _("等待抽取"), "columns": heads, "rows": shown, "dense": True}
    return render(request, "rounds/lone_draws.html", {"title": title, "table": table})


def row(case: Case, step: Act, heads: Any, request: HttpRequest) -> dict[str, Any]:
    spoken = bool(witnessing.covering(case, step.name))
    values = [
        {"text": case.number, "href": reverse("lone_draw", args=[case.number]), "lead": True}, {"text": wording.text(step.title)}, {"text": case.round.title},
        {"chip": _("已见证") if spoken else _("待见证"), "tone": "done" if spoken else "hold"}, {"text": wording.days_since(case.entered_at, now())},
    ]  # fmt: skip
    return {"key": case.number, "href": reverse("lone_draw", args=[case.number]), "cells": lists.cells(heads, values)}


@needs("draws")
def lone_draw(request: HttpRequest, number: str) -> HttpResponse:
    """The draw of one panel: public dice, the commitments of three parties, and what follows; then the act."""
    case, step = next(
        ((case, step) for case, step in queries.drawn_alone(held_by(request)) if case.number == number), (None, None)
    )
    if case is None or step is None:
        raise Http404
    pages, posted = pages_of(case.round), request.method == "POST"
    form = pages.inputs(case.flow, step.name)
    typed, errors, reasons = panels.posted(request) if posted else {}, {}, ()
    if posted and not {"add", "remove"} & request.POST.keys():
        try:
            acts.act(case, step.name, by=person(request), on=now(), key=request.POST.get("key", ""), data=typed)
            messages.success(request, _("已抽取，专家已收到邀请；名单只在幕后。"))
            return redirect("lone_draws")
        except acts.InputRefused as refusal:
            errors = dict(refusal.errors)
        except Refused as refusal:
            reasons = refusal.reasons
    language = "en" if wording.english() else "zh"
    blank = {"commitments": 1 if "add" in request.POST else 0 if typed else LEAST_PARTIES}
    around = Around(language, choices=pages.choices, extra=blank)
    shown = {
        "case": case, "title": wording.text(step.title), "reasons": reasons, "commit": COMMIT, "key": request.POST.get("key") or lists.fresh_key(),
        "fields": questions(form.fields.values(), answers=typed, values={}, errors=errors, around=around) if form else (),
        "errors": wrong(form, errors, language) if form and errors else [], "witnessed": bool(witnessing.covering(case, step.name)),
        "trail": [{"title": _("等待抽取"), "href": reverse("lone_draws")}, {"title": case.number}],
    }  # fmt: skip
    return render(request, "rounds/lone_draw.html", shown, status=422 if errors or reasons else 200)


urlpatterns = [
    path("panels/", lone_draws, name="lone_draws"),
    path("panels/<str:number>/", lone_draw, name="lone_draw"),
]
