"""Pages by which a slip of the pen is put right: what to write instead and why, and a second person's word."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework import rectifying
from kechuang.casework.models import Record
from kechuang.faces.access import needs, person
from kechuang.faces.web import drawing, wording
from kechuang.faces.web.casefile import CaseFile
from kechuang.faces.web.cases import opened
from kechuang.faces.web.lists import fresh_key
from kechuang.faces.web.panels import tell
from kechuang.words.outcome import Refused


def said_in(file: CaseFile, position: int) -> Record:
    """The record at that place of the case, if its words may be put right by whoever looks; 404 for anything else."""
    record = next((one for one in file.records if one.position == position), None)
    if record is None or not rectifying.may_ask(record, file.seen.roles):
        raise Http404
    if not rectifying.fields_of(file.pages, file.case.flow, record):
        raise Http404
    return record


@needs("person")
def rectify(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """Ask that words of one act be put right; what was typed stays on an error."""
    file = opened(request, number)
    record = said_in(file, position)
    typed = {name: request.POST.get(name, "") for name in ("field", "text", "why")}
    reasons: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            rectifying.ask(
                file.case, record, typed["field"], typed["text"], typed["why"],
                by=person(request), on=file.on, key=request.POST.get("key", ""),
            )  # fmt: skip
            messages.success(request, _("已提出更正，等另一人确认；确认前原内容不变。"))
            return redirect("case", number)
        except Refused as refusal:
            reasons = refusal.reasons
    act = file.flow.acts[record.act]
    slips = rectifying.fields_of(file.pages, file.case.flow, record)
    fields = [
        (one.code, one.title.of(drawing.language()), rectifying.standing(record, one.code, file.rectified))
        for one in slips
    ]
    if request.method != "POST" and len(fields) == 1:
        typed["text"] = fields[0][2]  # what is nearly right is mended, not typed again
    shown = {
        "case": file.case, "record": record, "act": wording.text(act.title), "fields": fields, "typed": typed, "reasons": reasons, "dates": any(one.kind not in ("text", "longtext") for one in slips),
        "key": request.POST.get("key") or fresh_key(),
    }  # fmt: skip
    return render(request, "cases/rectify.html", shown, status=422 if reasons else 200)


@require_POST
@needs("person")
def confirm_rectify(request: HttpRequest, number: str, digest: str) -> HttpResponse:
    """The second word on what was asked to be put right: agreed, or laid aside."""
    file = opened(request, number)
    try:
        agree = "refuse" not in request.POST
        rectifying.confirm(file.case, digest, by=person(request), on=file.on, key=request.POST.get("key", ""), agree=agree)  # fmt: skip
        messages.success(request, _("已更正，原内容保留可见。") if agree else _("更正未获同意，原内容不变。"))
    except Refused as refusal:
        tell(request, [refusal], "")
    return redirect("case", number)


urlpatterns = [
    path("cases/<str:number>/rectify/<int:position>/", rectify, name="rectify"),
    path("cases/<str:number>/rectify/<str:digest>/confirm/", confirm_rectify, name="confirm_rectify"),
]
