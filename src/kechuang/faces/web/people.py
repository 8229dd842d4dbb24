"""Accounts along the real chain: registering, confirming units and persons, roles with dates, passwords, merges."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kechuang.casework import chain, people
from kechuang.casework.pages import day_of, roles_page
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.panels import tell
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.tables import render
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST = 100  # waiting for one's word on one page


@needs("accounts")
def page(request: HttpRequest) -> HttpResponse:
    """Who waits for the reader's word, who holds which role, and what the reader may do about it."""
    desk = chain.Desk.of(held_by(request))
    on = day_of(now())
    appointed, numbers = lists.paged(request, desk.appointments(on))
    units, persons = list(desk.units_waiting()[:MOST]), list(desk.persons_waiting()[:MOST])
    count = len(units) + len(persons)
    shown = {
        "title": _("%(n)s 个账号等你确认") % {"n": count} if count else _("没有等你确认的账号"),
        "units": units, "persons": persons, "table": appointment_table(appointed, desk), "page": numbers, "desk": desk,
        "merges": desk.merges_asked(), "key": lists.fresh_key(),
    }  # fmt: skip
    return render(request, "people/people.html", shown)


def appointment_table(rows: list[Appointment], desk: chain.Desk) -> dict[str, Any]:
    """Roles held today with their dates, deputies named."""
    heads = [
        lists.column(_("姓名")),
        lists.column(_("单位"), hide=True),
        lists.column(_("角色")),
        lists.column(_("范围"), hide=True),
        lists.column(_("起")),
        lists.column(_("止")),
        lists.column(_("代谁"), hide=True),
    ]
    named, titles = desk.target_names(rows), roles_page()
    shown = [
        {"key": one.pk, "cells": lists.cells(heads, [
            {"text": one.person.name, "lead": True, "href": reverse("person", args=[one.person.pid])}, {"text": one.person.unit.name if one.person.unit else ""}, {"text": titles.title(one.role)},
            {"text": named.get(one.target, one.target)}, {"text": wording.day_long(one.since)}, {"text": wording.day_long(one.until) if one.until else _("长期")},
            {"text": one.deputy_for.name if one.deputy_for else ""},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("角色"), "columns": heads, "rows": shown, "dense": True}


def role_options(desk: chain.Desk) -> list[tuple[str, Any]]:
    """The roles this desk may give, by code."""
    titles = roles_page()
    return [(role, titles.title(role)) for role in desk.gives]


@needs("person")
def one(request: HttpRequest, pid: str) -> HttpResponse:
    """One person: standing, roles with dates, and what the reader may do: give or end a role, reset the password."""
    desk = chain.Desk.of(held_by(request))
    who = get_object_or_404(desk.people(), pid=pid)
    held = Appointment.objects.filter(person=who).select_related("deputy_for").order_by("role", "since")
    named = desk.target_names(held)
    shown = {
        "who": who, "places": who.employments.select_related("organisation").order_by("-since", "-pk"), "held": [(a, roles_page().title(a.role), named.get(a.target, a.target), desk.may_end(a)) for a in held], "roles": role_options(desk), "targets": desk.targets(),
        "desk": desk, "key": lists.fresh_key(), "trail": [{"title": _("账号与角色"), "href": reverse("people")}, {"title": who.name}], "title": who.name,
    }  # fmt: skip
    return render(request, "people/person.html", shown)


def done(request: HttpRequest, act: Callable[[str], Any], said: str, *, back: str) -> HttpResponse:
    """Carry out one write with the form's key, say that it was done or why it was not, and go back."""
    try:
        act(request.POST.get("key", ""))
        messages.success(request, said)
    except Refused as refusal:
        tell(request, [refusal], "")
    return redirect(back)


@require_POST
@needs("recommend")
def confirm_unit(request: HttpRequest, pid: str) -> HttpResponse:
    """The recommender's word for a unit that waits."""
    unit = get_object_or_404(chain.Desk.of(held_by(request)).units_waiting(), pid=pid)
    return done(
        request,
        lambda key: people.confirm_unit(unit, by=person(request), on=now(), key=key),
        _("单位已确认，登记人成为首位管理人员。"),
        back=reverse("people"),
    )


@require_POST
@needs("unit")
def confirm_person(request: HttpRequest, pid: str) -> HttpResponse:
    """The unit's word for a person that waits."""
    who = get_object_or_404(chain.Desk.of(held_by(request)).persons_waiting(), pid=pid)
    return done(
        request,
        lambda key: people.confirm_person(who, by=person(request), on=now(), key=key),
        _("账号已确认，可以登录。"),
        back=reverse("people"),
    )


@require_POST
@needs("unit")
def move(request: HttpRequest) -> HttpResponse:
    """Somebody comes over from another unit, by the word of the new one; where they worked before stays to be read."""
    desk = chain.Desk.of(held_by(request))
    unit = get_object_or_404(Organisation, pid__in=list(desk.confirms)[:1])

    def act(key: str) -> None:
        who = (
            Person.objects.filter(username=request.POST.get("username", "").strip()).exclude(standing="merged").first()
        )
        if who is None:
            raise Refused(Reason("nobody_of_that_name"))
        if who.unit_id == unit.pk:
            raise Refused(Reason("works_here_already", name=who.name))
        people.move_person(who, unit, by=person(request), on=now(), key=key)

    return done(request, act, _("已调入本单位；在原单位的角色同时终止，经历保留。"), back=reverse("people"))


@require_POST
@needs("person")
def give_role(request: HttpRequest, pid: str) -> HttpResponse:
    """Give a role from today, until a day where one is named, for oneself or as someone's deputy."""
    desk, post = chain.Desk.of(held_by(request)), request.POST
    who = get_object_or_404(desk.people(), pid=pid)
    until, deputy_for = None, Person.objects.filter(username=post.get("deputy_for", "").strip()).first()
    with contextlib.suppress(ValueError):
        until = date.fromisoformat(post.get("until", ""))

    def act(key: str) -> None:
        if until and until < day_of(now()):
            raise Refused(Reason("role_ends_before_it_begins"))
        people.appoint(
            who,
            post.get("role", ""),
            post.get("target", ""),
            by=person(request),
            on=now(),
            key=key,
            until=until,
            deputy_for=deputy_for,
        )

    return done(request, act, _("角色已授予，从今天起有效。"), back=reverse("person", args=[pid]))


@require_POST
@needs("person")
def end_role(request: HttpRequest, pid: str, pk: int) -> HttpResponse:
    """End a role: it holds no longer from the next request on."""
    who = get_object_or_404(chain.Desk.of(held_by(request)).people(), pid=pid)
    held = get_object_or_404(Appointment, person=who, pk=pk)
    return done(
        request,
        lambda key: people.dismiss(held, by=person(request), on=now(), key=key),
        _("角色已收回。"),
        back=reverse("person", args=[pid]),
    )


@require_POST
@needs("person")
def reset(request: HttpRequest, pid: str) -> HttpResponse:
    """A new password for someone who forgot theirs: shown once, to be changed at the first sign-in."""
    who = get_object_or_404(chain.Desk.of(held_by(request)).people(), pid=pid)
    try:
        made = chain.reset_password(who, by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        tell(request, [refusal], "")
        return redirect("person", pid=pid)
    return render(request, "people/password.html", {"who": who, "made": made, "title": _("新密码只显示这一次")})


@require_POST
@needs("office")
def merge(request: HttpRequest) -> HttpResponse:
    """Two entries of one party become one: the first officer asks, another one does it."""
    kind = Organisation if request.POST.get("kind") == "unit" else Person
    field = "credit_code" if kind is Organisation else "username"
    pair = [
        kind.objects.filter(**{field: request.POST.get(name, "").strip()}).first() for name in ("duplicate", "into")
    ]

    def act(key: str) -> None:
        if pair[0] is None or pair[1] is None:
            raise Refused(Reason("cannot_merge"))
        people.merge(pair[0], pair[1], by=person(request), on=now(), key=key)

    return done(request, act, _("已记入台账；两名工作人员都办理后合并生效。"), back=reverse("people"))


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
    reasons = bad_password(request) if posted else ()
    if posted and not cleaned.errors and not reasons:
        try:
            act(cleaned.values, password=request.POST.get("password", ""), on=now(), key=request.POST.get("key", ""))
            return render(request, "people/registered.html", {"title": _("已登记，等待确认")})
        except Refused as refusal:
            reasons = refusal.reasons
    language = "en" if wording.english() else "zh"
    errors = cleaned.errors if posted else {}
    shown = {
        "title": title, "fields": questions(form.fields.values(), answers=cleaned.typed, values={}, errors=errors, around=Around(language, choices=chain.choices)),
        "errors": wrong(form, errors, language), "reasons": reasons, "key": lists.fresh_key(),
    }  # fmt: skip
    return render(request, template, shown, status=422 if errors or reasons else 200)


def bad_password(request: HttpRequest) -> tuple[Reason, ...]:
    """What is wrong with a chosen password: the two differ, or it is too easily guessed."""
    chosen = request.POST.get("password", "")
    if chosen != request.POST.get("again", ""):
        return (Reason("passwords_differ"),)
    try:
        validate_password(chosen)
    except ValidationError as weak:
        return tuple(Reason("weak_password", zh=said, en=said) for said in weak.messages)
    return ()


urlpatterns = [
    path("people/", page, name="people"),
    path("people/units/<str:pid>/confirm/", confirm_unit, name="confirm_unit"),
    path("people/merge/", merge, name="merge"),
    path("people/move/", move, name="move_person"),
    path("people/<str:pid>/", one, name="person"),
    path("people/<str:pid>/confirm/", confirm_person, name="confirm_person"),
    path("people/<str:pid>/roles/", give_role, name="give_role"),
    path("people/<str:pid>/roles/<int:pk>/end/", end_role, name="end_role"),
    path("people/<str:pid>/password/", reset, name="reset_password"),
    path("register/person/", register_person, name="register_person"),
    path("register/unit/", register_unit, name="register_unit"),
]
