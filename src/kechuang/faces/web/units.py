"""What a unit says of itself: whom to call and where its money goes; and whether it is a host unit of the fund."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kechuang.casework import chain, merging, people
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.people import done
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.parties.models import Organisation
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


@sensitive_post_parameters("bank_account")
@needs("own_unit")
def unit(request: HttpRequest) -> HttpResponse:
    """The own unit as it stands in the register; its head keeps contact and account."""
    one = person(request).unit
    if one is None:
        raise Http404
    heads = one.pid in chain.Desk.of(held_by(request)).heads
    posted = request.method == "POST" and heads
    form = forms.inputs_form(chain.OF_ITSELF)
    kept = {"contact": one.contact, "phone": one.phone, "bank_account": one.bank_account}
    cleaned = forms.clean(form, {name: request.POST.get(name, "") for name in kept} if posted else kept, stage="submit" if posted else "draft")  # fmt: skip
    if posted and not cleaned.errors:
        try:
            people.keep_unit(one, cleaned.values, by=person(request), on=now(), key=request.POST.get("key", ""))
            messages.success(request, _("单位资料已保存，写入台账。"))
            return redirect("unit")
        except Refused as refusal:
            messages.error(request, str(refusal))
    language, errors = "en" if wording.english() else "zh", cleaned.errors if posted else {}
    shown = {
        "title": one.name, "pairs": pairs(one), "key": lists.fresh_key(), "errors": wrong(form, errors, language),
        "fields": questions(form.fields.values(), answers=cleaned.typed, values={}, errors=errors, around=Around(language)) if heads else (),
    }  # fmt: skip
    return render(request, "people/unit.html", shown, status=422 if errors else 200)


def pairs(one: Organisation) -> list[dict[str, Any]]:
    """What was confirmed of a unit, and what only its head may change."""
    account = one.bank_account
    return [
        {"label": _("统一社会信用代码"), "value": one.credit_code or ""}, {"label": _("法定代表人"), "value": one.legal_person},
        {"label": _("成立日期"), "value": wording.day_long(one.registered_on) if one.registered_on else ""},
        {"label": _("所在盟市"), "value": lists.place_title(one.place, lists.leagues())},
        {"label": _("归口管理部门"), "value": one.recommender.name if one.recommender else ""},
        {"label": _("依托单位"), "value": _("是") if one.host_unit else _("否")},
        {"label": _("联系人"), "value": f"{one.contact} {one.phone}".strip()},
        {"label": _("收款账号"), "value": f"…{account[-4:]}" if account else _("还没有填，拨款前须由单位授权签章人填写")},
    ]  # fmt: skip


@require_POST
@needs("office")
def host(request: HttpRequest) -> HttpResponse:
    """Enter a unit as a host unit of the fund, or take it off again."""
    one = merging.find("unit", request.POST.get("credit_code", ""))
    yes = "end" not in request.POST

    def act(key: str) -> None:
        if not isinstance(one, Organisation) or one.standing != "confirmed":
            raise Refused(Reason("no_such_unit", number=request.POST.get("credit_code", "")))
        people.set_host(one, host=yes, by=person(request), on=now(), key=key)

    name = one.name if one else ""
    said = _("“%(name)s”已登记为依托单位。") if yes else _("“%(name)s”不再是依托单位。")
    return done(request, act, said % {"name": name}, back=reverse("people"))


urlpatterns = [
    path("people/unit/", unit, name="unit"),
    path("people/host/", host, name="host_unit"),
]
