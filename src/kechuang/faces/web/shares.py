"""The inventors' share: figures in, every step out at once; filed by the unit and printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import computing
from kechuang.desks.transfer import sharing
from kechuang.desks.transfer.models import WAYS
from kechuang.desks.transfer.sharing import Converted
from kechuang.engines import forms
from kechuang.engines.rules.sentences import sentence
from kechuang.faces.access import may, needs, now, person
from kechuang.faces.web import claims, lists, wording
from kechuang.faces.web.questions import Around, questions
from kechuang.formula import FormulaError
from kechuang.parties.models import Organisation
from kechuang.words.outcome import Refused

ENGLISH = {"transfer": "Transfer", "licence": "Licence", "invest": "Investment", "use": "Own or joint use"}
MONEY = {"kind": "money", "unit": "元", "required": False, "min": 0}
FIELDS: dict[str, Any] = {
    "title": {"kind": "text", "zh": "成果名称", "en": "Result", "max": 200},
    "on": {"kind": "date", "zh": "转化日期", "en": "Converted on"},
    "way": {"kind": "choice", "zh": "转化方式", "en": "Way", "options": {code: {"zh": zh, "en": ENGLISH[code]} for code, zh in WAYS}},
    "gross": {**MONEY, "zh": "转化收入", "en": "Gross income"},
    "direct_costs": {**MONEY, "zh": "直接交易成本（评估、中介、税费）", "en": "Direct costs"},
    "stock_value": {**MONEY, "zh": "作价投资取得的股份价值", "en": "Value of the shares"},
    "profit": {"kind": "money", "unit": "元", "required": False, "zh": "当年营业利润（自行实施）", "en": "Operating profit (own use)"},
    "years_in_use": {"kind": "integer", "required": False, "min": 1, "max": 50, "zh": "投产后第几年（自行实施）", "en": "Year since production began (own use)"},
    "agreed_share": {"kind": "percent", "required": False, "min": 0, "max": 100, "zh": "约定的奖励比例（没有约定的不填）", "en": "Agreed share (blank if there is none)"},
}  # fmt: skip


def own_unit(request: HttpRequest) -> Organisation:
    """The unit the one who asks works for with an office in it; 404 for whoever has none."""
    unit = person(request).unit
    if unit is None or not may(request, "own_unit"):
        raise Http404
    return unit


@needs("person")
def share(request: HttpRequest) -> HttpResponse:
    """The calculator: figures typed, the share with each step; pressed, it is filed and its paper shown."""
    unit, form = own_unit(request), forms.inputs_form(FIELDS)
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: given.get(name, "") for name in FIELDS if name in given}
    cleaned = forms.clean(form, typed, stage="submit" if typed else "draft")
    said = converted(cleaned.values) if typed and not cleaned.errors else None
    if request.method == "POST" and said is not None and given.get("act") == "file":
        return _filed(request, unit, said, cleaned)
    return _shown(request, unit, cleaned, said)


def converted(values: Mapping[str, Any]) -> Converted:
    """The typed values as the desk takes them; a blank amount is nothing, a blank share means no agreement."""
    amounts = {name: int(values.get(name) or 0) for name in sharing.FIGURES}
    agreed = values.get("agreed_share")
    day: date = values["on"]
    return Converted(
        str(values["title"]), day, str(values["way"]), **amounts, years_in_use=int(values.get("years_in_use") or 1),
        agreed=agreed is not None, agreed_share=Fraction(agreed or 0),
    )  # fmt: skip


def _filed(request: HttpRequest, unit: Organisation, said: Converted, cleaned: forms.Cleaned) -> HttpResponse:
    try:
        row = sharing.file(said, unit, by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return _shown(request, unit, cleaned, said, reasons=refusal.reasons)
    messages.success(request, _("核算书已存档，可以打印。"))
    return redirect("document", row.document.code) if row.document else redirect("share")


def _shown(request: HttpRequest, unit: Organisation, cleaned: forms.Cleaned, said: Converted | None, *, reasons: Any = ()) -> HttpResponse:  # fmt: skip
    form = forms.inputs_form(FIELDS)
    around = Around("en" if wording.english() else "zh")
    fields = questions(form.fields.values(), answers=cleaned.typed, values={}, errors=cleaned.errors, around=around)
    shown = {
        "fields": fields, "reasons": reasons, "computed": _computed(said, unit) if said else None, "key": lists.fresh_key(),
        "filed": [_row(one) for one in sharing.filed_by(unit)], "unit": unit, "may_file": said is not None,
    }  # fmt: skip
    return render(request, "claims/share.html", shown, status=422 if cleaned.errors or reasons else 200)


def _computed(said: Converted, unit: Organisation) -> dict[str, Any]:
    try:
        found = sharing.worked_out(said, unit, now())
    except FormulaError as fault:
        return {"fault": sentence(fault.reason), "records": (), "turning": ()}
    return {
        "records": [claims.worded(one, False) for one in computing.told(found)], "fen": found.fen, "title": claims.heading(found),
        "refused": computing.refusals(found), "turning": (),
    }  # fmt: skip


def _row(one: Any) -> dict[str, Any]:
    href = reverse("document", args=[one.document.code]) if one.document else ""
    return {"title": one.title, "fen": one.fen, "on": one.filed_at, "href": href}


urlpatterns = [path("share/", share, name="share")]
