"""Registering: a person or a unit says who they are, and waits for the word of the unit or the recommender."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from kechuang.casework import chain
from kechuang.engines import forms
from kechuang.faces.access import needs, now
from kechuang.faces.repeats import not_kept
from kechuang.faces.web import lists, wording
from kechuang.faces.web.account import weak
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


@sensitive_post_parameters("password", "again", "identity")
@needs("anyone")
def register_person(request: HttpRequest) -> HttpResponse:
    """A person's own registration; the account waits for the word of the unit."""
    return register(request, chain.PERSON, "people/register.html", _("注册个人账号"), chain.register_person)


@sensitive_post_parameters("password", "again", "identity")
@needs("anyone")
def register_unit(request: HttpRequest) -> HttpResponse:
    """A unit's registration with its first person; both wait for the word of the recommender."""
    return register(
        request, chain.PERSON_OF_UNIT | chain.UNIT, "people/register.html", _("注册单位"), chain.register_unit
    )


def register(
    request: HttpRequest, inputs: dict[str, Any], template: str, title: str, act: Callable[..., None]
) -> HttpResponse:
    """A public form: what is wrong is said beside its field, passwords are never shown again."""
    form, typed = forms.inputs_form(inputs), {name: request.POST.get(name, "") for name in inputs}
    posted = request.method == "POST"
    cleaned = forms.clean(form, typed if posted else {}, stage="submit" if posted else "draft", choices=chain.choices)
    reasons: tuple[Reason, ...] = ()
    unfit = bad_password(request) if posted else ()
    if posted and not cleaned.errors and not unfit:
        not_kept(request)
        try:
            act(cleaned.values, password=request.POST.get("password", ""), on=now(), key=request.POST.get("key", ""))
            return redirect("registered")
        except Refused as refusal:
            reasons = refusal.reasons
    language = "en" if wording.english() else "zh"
    errors = cleaned.errors if posted else {}
    shown = {
        "title": title, "fields": questions(form.fields.values(), answers=cleaned.typed, values={}, errors=errors, around=Around(language, choices=chain.choices)),
        "errors": [*wrong(form, errors, language), *({"href": "#password", "label": _("密码"), "said": sentence(one)} for one in unfit)],
        "unfit": [sentence(one) for one in unfit], "reasons": reasons, "key": request.POST.get("key") or lists.fresh_key(),
    }  # fmt: skip
    return render(request, template, shown, status=422 if errors or reasons or unfit else 200)


@require_GET
@needs("anyone")
def registered(request: HttpRequest) -> HttpResponse:
    """What happens next, and that nobody can sign in before."""
    return render(request, "people/registered.html", {"title": _("已登记，等待确认")})


def bad_password(request: HttpRequest) -> tuple[Reason, ...]:
    """What is wrong with a chosen password: the two differ, or it is too easily guessed."""
    chosen = request.POST.get("password", "")
    return (Reason("passwords_differ"),) if chosen != request.POST.get("again", "") else weak(chosen)


urlpatterns = [
    path("register/person/", register_person, name="register_person"),
    path("register/done/", registered, name="registered"),
    path("register/unit/", register_unit, name="register_unit"),
]
