"""Objections by the public: raised under a real name with evidence, followed and taken back by a code that only the objector has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from kechuang.casework import objecting
from kechuang.casework.actor import Actor
from kechuang.casework.acts import InputRefused, possible_acts
from kechuang.casework.models import Case, Notice
from kechuang.casework.pages import pages_of
from kechuang.casework.queries import history
from kechuang.desks.integrity import actions as integrity
from kechuang.engines import forms
from kechuang.faces.access import needs, now
from kechuang.faces.repeats import OF_THE_SESSION
from kechuang.faces.web import lists, wording
from kechuang.faces.web.questions import Around, questions
from kechuang.faces.web.sentences import sentence
from kechuang.parties.secrets import token
from kechuang.words.outcome import Refused


@needs("anyone")
def object_to(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """An objection under a real name, with its evidence; whoever objects gets a code to follow it."""
    row = get_object_or_404(Notice, code=code)
    case = get_object_or_404(row.cases.select_related("round", "round__frozen"), number=number)
    typed, errors, reasons = {}, {}, ()
    if request.method == "POST":
        typed = forms.unflatten((name, value) for name, values in request.POST.lists() for value in values)
        typed = {name: value for name, value in typed.items() if name not in OF_THE_SESSION}
        try:
            evidence = [(one.name or "", one.chunks()) for one in request.FILES.getlist("evidence")]
            child, own = objecting.objected(case, typed, evidence, on=now(), key=request.POST.get("key", ""))
            return render(request, "public/objected.html", {"child": child, "case": case, "token": own})
        except InputRefused as refused:
            errors = dict(refused.errors)
        except Refused as refused:
            reasons = refused.reasons
    form = pages_of(case.round).inputs("objection", "object")
    shown = {
        "case": case, "notice": row, "fields": drawn(form, case, typed, errors), "reasons": [sentence(r) for r in reasons],
        "key": token(20), "files_lost": bool(request.FILES), "beyond": _beyond(case),
    }  # fmt: skip
    return render(request, "public/object.html", shown, status=422 if errors or reasons else 200)


def _beyond(case: Case) -> Any:
    """What an objection is not taken up for, by the page of the case it is raised against."""
    pages = pages_of(case.round)
    return pages.flow_of(case).not_about(pages.flow("objection").acts["object"], child="objection")


def drawn(form: forms.Form | None, case: Case, typed: Mapping[str, Any], errors: Any) -> tuple[Any, ...]:
    around = Around("en" if wording.english() else "zh", choices=pages_of(case.round).choices)
    asked = form.fields.values() if form else ()
    return questions(asked, answers=typed, values={}, errors=errors, around=around)


@needs("anyone")
def unsigned(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What somebody knows and does not want to sign: a clue for supervision, which opens no objection."""
    row = get_object_or_404(Notice, code=code)
    case = get_object_or_404(row.cases.select_related("round"), number=number)
    text, reasons = request.POST.get("text", ""), ()
    if request.method == "POST":
        try:
            integrity.report_unsigned(case, text, on=now(), key=request.POST.get("key", ""))
            messages.success(request, _("已转监督处作为线索留存。没有留名，不能查询进度，也不影响公示。"))
            return redirect("notice", code=code)
        except Refused as refused:
            reasons = refused.reasons
    shown = {"case": case, "notice": row, "text": text, "reasons": reasons, "key": request.POST.get("key") or token(20)}
    return render(request, "public/unsigned.html", shown, status=422 if reasons else 200)


@needs("anyone")
def objection(request: HttpRequest) -> HttpResponse:
    """Where an objection stands, for whoever has its code; while it is still looked into it can be taken back."""
    code = request.POST.get("code", "").strip().upper()  # never in an address: those are logged
    case, on, reasons, errors = objecting.found_by(code), now(), (), {}
    typed = forms.unflatten((n, v) for n, vs in request.POST.lists() for v in vs)
    by = Actor.public(code)
    if "reason" in typed and case is not None:
        try:
            objecting.take_back(case, typed.get("reason", ""), code=code, on=on, key=request.POST.get("key", ""))
            messages.success(request, _("异议已撤回。"))
            case.refresh_from_db()
        except InputRefused as refused:
            errors = dict(refused.errors)
        except Refused as refused:
            reasons = refused.reasons
    shown: dict[str, Any] = {
        "code": code,
        "case": case,
        "reasons": reasons,
        "key": lists.fresh_key(),
    }
    if case is not None:
        flow = pages_of(case.round).flow(case.flow)
        shown |= {
            "state": flow.states[case.state], "steps": [{"title": flow.acts[r.act].title, "on": r.on} for r in history(case) if r.act in flow.acts],
            "until": case.promised_at, "may": any(step.name == "take_back" for step in possible_acts(case, by=by, on=on)),
            "fields": drawn(pages_of(case.round).inputs("objection", "take_back"), case, typed, errors),
        }  # fmt: skip
    return render(request, "public/objection.html", shown, status=422 if errors or reasons else 200)


urlpatterns = [
    path("notices/<str:code>/object/<str:number>/", object_to, name="object"),
    path("notices/<str:code>/unsigned/<str:number>/", unsigned, name="unsigned"),
    path("objections/", objection, name="objection"),
]
