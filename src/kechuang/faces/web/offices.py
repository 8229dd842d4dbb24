"""The first days of an installation: offices are opened and their staff engaged by the security administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from kechuang.casework import chain
from kechuang.engines import forms
from kechuang.faces.access import needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.words.outcome import Refused


@needs("security")
def open_office(request: HttpRequest) -> HttpResponse:
    """An institution, a recommending office or a department, which no recommender confirms."""

    def opened(values: Any, key: str) -> HttpResponse:
        office = chain.open_office(values, by=person(request), on=now(), key=key)
        messages.success(request, _("已设立“%(name)s”，接着可为它新建工作人员账号。") % {"name": office.name})
        return redirect(f"{reverse('engage')}?office={office.pid}")

    said = _("专业机构、归口管理部门和其他主管部门由安全管理员设立，不经归口部门确认。申报单位请自行注册。")
    return filled_in(request, chain.OFFICE, _("设立机构"), said, opened)


@sensitive_post_parameters("identity")
@needs("security")
def engage(request: HttpRequest) -> HttpResponse:
    """An account for somebody of an office; the password is shown once, the role is given on the next page."""

    def engaged(values: Any, key: str) -> HttpResponse:
        who, made = chain.engage(values, by=person(request), on=now(), key=key)
        shown = {"person": who, "made": made, "title": _("账号已建，密码只显示这一次"), "onward": reverse("person", args=[who.pid]), "then": _("已交给本人，去授予角色")}  # fmt: skip
        return render(request, "people/password.html", shown)

    said = _("系统生成一次性密码，只显示一次；本人首次登录必须更改。角色在下一步授予。")
    return filled_in(request, chain.STAFF, _("新建工作人员账号"), said, engaged)


def filled_in(
    request: HttpRequest, inputs: dict[str, Any], title: str, said: str, act: Callable[[Any, str], HttpResponse]
) -> HttpResponse:
    """One form of the administrator: what is wrong is said beside its field, what was typed stays."""
    form, posted = forms.inputs_form(inputs), request.method == "POST"
    typed = {name: (request.POST if posted else request.GET).get(name, "") for name in inputs}
    cleaned = forms.clean(form, typed, stage="submit" if posted else "draft", choices=chain.choices)
    reasons: Any = ()
    if posted and not cleaned.errors:
        try:
            return act(cleaned.values, request.POST.get("key", ""))
        except Refused as refusal:
            reasons = refusal.reasons
    language = "en" if wording.english() else "zh"
    errors = cleaned.errors if posted else {}
    shown = {
        "title": title, "sub": said, "fields": questions(form.fields.values(), answers=cleaned.typed, values={}, errors=errors, around=Around(language, choices=chain.choices)),
        "errors": wrong(form, errors, language), "reasons": reasons, "key": request.POST.get("key") or lists.fresh_key(),
        "trail": [{"title": _("账号与角色"), "href": reverse("people")}, {"title": title}],
    }  # fmt: skip
    return render(request, "people/office.html", shown, status=422 if errors or reasons else 200)


urlpatterns = [
    path("people/offices/new/", open_office, name="open_office"),
    path("people/staff/new/", engage, name="engage"),
]
