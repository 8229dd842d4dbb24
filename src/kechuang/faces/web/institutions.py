"""Professional institutions: their contracts of delegation and yearly evaluations, entered by one hand and confirmed by another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.desks.projects import delegating
from kechuang.desks.projects.models import Delegation, Yearly
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, money, wording
from kechuang.faces.web.panels import tell
from kechuang.faces.web.questions import Around, questions
from kechuang.faces.web.tables import render
from kechuang.words.outcome import Refused

READS = ("planning", "supervision", "decision")
GRADES = {
    "excellent": {"zh": "优秀", "en": "Excellent"},
    "pass": {"zh": "合格", "en": "Pass"},
    "fail": {"zh": "不合格", "en": "Fail"},
}
FORMS: dict[str, dict[str, dict[str, Any]]] = {
    "contract": {
        "institution": {"kind": "choice", "zh": "专业机构", "en": "Institution", "from": "institutions"},
        "number": {"kind": "text", "zh": "合同编号", "en": "Number of the contract", "max": 60},
        "plans": {"kind": "choices", "zh": "所托计划", "en": "Plans", "from": "plans"},
        "since": {"kind": "date", "zh": "起", "en": "From"},
        "until": {"kind": "date", "zh": "止", "en": "To"},
        "fen": {"kind": "money", "zh": "委托费用", "en": "Fee", "unit": "万元", "min": 0, "required": False},
    },
    "evaluation": {
        "institution": {"kind": "choice", "zh": "专业机构", "en": "Institution", "from": "institutions"},
        "year": {"kind": "year", "zh": "年度", "en": "Year"},
        "grade": {"kind": "choice", "zh": "等次", "en": "Grade", "options": GRADES},
        "opinion": {"kind": "longtext", "zh": "评价意见", "en": "Opinion", "min": delegating.SHORTEST, "max": 2000},
    },
}  # fmt: skip


def choices(source: str) -> Mapping[str, Any] | None:
    """Institutions by public id, plans by code."""
    if source == "institutions":
        return {one.pid: {"zh": one.name, "en": one.name} for one in delegating.institutions()}
    if source == "plans":
        return {code: {"zh": title, "en": title} for code, title in money.plan_titles().items()}
    return None


def may(request: HttpRequest, what: str, roles: Mapping[str, set[str]]) -> bool:
    return any(one.role in roles[what] for one in held_by(request))


@needs("office")
def institutions(request: HttpRequest) -> HttpResponse:
    """Every institution with what it may run, until when, and how its years were found."""
    if not any(one.power in READS for one in held_by(request)):
        raise Http404
    what = request.POST.get("what", "") if request.method == "POST" else ""
    typed = forms_posted(request, what) if what in FORMS and may(request, what, delegating.MAKES) else {}
    errors, reasons, answers = kept(request, what, typed) if typed else ({}, (), {})
    if typed and not errors and not reasons:
        hand = _("规划处负责人") if what == "contract" else _("监督处负责人")
        messages.success(request, _("已登记，等待%(hand)s确认。") % {"hand": hand})
        return redirect("institutions")
    return render(
        request, "institutions.html", shown(request, what, answers, errors, reasons), status=422 if typed else 200
    )


def forms_posted(request: HttpRequest, what: str) -> dict[str, Any]:
    """What was typed into one of the two forms."""
    return {name: request.POST.getlist(name) if one["kind"] == "choices" else request.POST.get(name, "") for name, one in FORMS[what].items()}  # fmt: skip


def kept(request: HttpRequest, what: str, typed: dict[str, Any]) -> tuple[Any, tuple[Any, ...], dict[str, Any]]:
    """Write what was typed: (errors by field, reasons of a refusal, what was typed)."""
    cleaned = forms.clean(forms.inputs_form(FORMS[what]), typed, stage="submit", choices=choices)
    if cleaned.errors:
        return cleaned.errors, (), cleaned.typed
    try:
        entered(what, cleaned.values, by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return {}, refusal.reasons, cleaned.typed
    return {}, (), {}


def entered(what: str, said: Mapping[str, Any], **given: Any) -> None:
    """Write a contract or an evaluation as its form says it."""
    values = dict(said)
    unit = get_object_or_404(delegating.institutions(), pid=values.pop("institution"))
    if what == "contract":
        delegating.enter_contract(unit, values, **given)
    else:
        delegating.evaluate(unit, values.pop("year"), **values, **given)


def shown(
    request: HttpRequest, what: str, answers: dict[str, Any], errors: Any, reasons: tuple[Any, ...]
) -> dict[str, Any]:
    """The page: each institution, and the forms of those who may fill them in."""
    around, plans = Around("en" if wording.english() else "zh", choices=choices), money.plan_titles()
    drawn = [
        {"what": name, "title": title, "open": name == what, "fields": questions(
            forms.inputs_form(FORMS[name]).fields.values(), answers=answers if name == what else {}, values={},
            errors=errors if name == what else {}, around=around,
        )}
        for name, title in (("contract", _("登记委托合同")), ("evaluation", _("登记年度评价"))) if may(request, name, delegating.MAKES)
    ]  # fmt: skip
    return {
        "title": _("专业机构：委托与年度评价"), "lead": _("没有有效合同，或上一年度评价不合格的，不能发布由其承担的批次。"),
        "standings": [standing(one, plans, request) for one in delegating.standings()], "forms": drawn, "reasons": reasons, "key": lists.fresh_key(),
    }  # fmt: skip


def standing(one: delegating.Standing, plans: Mapping[str, str], request: HttpRequest) -> dict[str, Any]:
    """One institution in words: what its contracts cover, its grades, what waits for the reader's confirmation."""
    me = person(request).pk
    checks = {what: may(request, what, delegating.CHECKS) for what in FORMS}
    return {
        "unit": one.unit, "rounds": one.rounds,
        "contracts": [{"row": row, "plans": wording.listed(str(plans.get(code, code)) for code in row.plans), "confirm": checks["contract"] and row.checked_at is None and row.maker_id != me} for row in one.contracts],
        "years": [{"row": row, "grade": wording.text(GRADES[row.grade]), "confirm": checks["evaluation"] and row.checked_at is None and row.maker_id != me} for row in one.years],
    }  # fmt: skip


@require_POST
@needs("office")
def confirm(request: HttpRequest, what: str, pid: str) -> HttpResponse:
    """The second hand's word on a contract or an evaluation."""
    if what not in FORMS or not may(request, what, delegating.CHECKS):
        raise Http404
    row = get_object_or_404(Delegation if what == "contract" else Yearly, pid=pid)
    try:
        delegating.confirm(row, by=person(request), on=now(), key=request.POST.get("key", ""))
        messages.success(request, _("已确认生效。"))
    except Refused as refusal:
        tell(request, [refusal], "")
    return redirect("institutions")


urlpatterns = [
    path("institutions/", institutions, name="institutions"),
    path("institutions/<str:what>/<str:pid>/confirm/", confirm, name="confirm_institution"),
]
