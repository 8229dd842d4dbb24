"""Accounts along the real chain: who waits for one's word, who holds which role until when, passwords, people who come over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework import chain, founding, merging, people
from kechuang.casework.pages import RolesPage, day_of, roles_page
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, money, wording
from kechuang.faces.web.panels import tell
from kechuang.faces.web.tables import render
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import EVERYWHERE
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST = 100  # waiting for one's word on one page


@needs("accounts")
def page(request: HttpRequest) -> HttpResponse:
    """Who waits for the reader's word, who holds which role, and what the reader may do about it."""
    desk, text = chain.Desk.of(held_by(request)), request.GET.get("q", "").strip()[:60]
    listed, numbers = lists.paged(request, found(desk, text))
    units, persons = list(desk.units_waiting()[:MOST]), list(desk.persons_waiting()[:MOST])
    pairs = merging.waiting() if desk.merges else []
    count = len(units) + len(persons)
    acts = [
        {"title": _("设立机构"), "href": reverse("open_office")},
        {"title": _("新建工作人员账号"), "href": reverse("engage"), "primary": True},
    ]
    shown = {
        "title": _("%(n)s 个账号等你确认") % {"n": count} if count else _("没有等你确认的账号"),
        "units": units, "persons": persons, "table": people_table(listed, desk), "page": numbers, "desk": desk, "search_text": text,
        "pairs": [(one, one.ask.actor == person(request).actor_id) for one in pairs], "key": lists.fresh_key(),
        "head_acts": acts if desk.security else [],
    }  # fmt: skip
    return render(request, "people/people.html", shown)


def found(desk: chain.Desk, text: str) -> QuerySet[Person]:
    """The people this desk looks after: all of one's units; for the security administrator those of offices, and whoever is searched for."""
    rows = desk.seen().select_related("unit").prefetch_related("appointments__deputy_for")
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(username__icontains=text) | Q(unit__name__contains=text))
    elif desk.security:
        rows = rows.filter(unit__kind__in=founding.OFFICES)
    return rows.order_by("unit__name", "name", "pk")


def people_table(rows: list[Person], desk: chain.Desk) -> dict[str, Any]:
    """People with the roles they hold today, each with its last day and for whom."""
    heads = [lists.column(_("姓名")), lists.column(_("登录名")), lists.column(_("单位"), hide=True), lists.column(_("角色")), lists.column(_("状态"), hide=True)]  # fmt: skip
    on, titles = day_of(now()), roles_page()
    shown = []
    for one in rows:
        held = [role_in_words(held, titles) for held in one.appointments.all() if held.holds_on(on)]
        linked = desk.security or (one.unit is not None and one.unit.pid in desk.heads)
        name = {"text": one.name, "lead": True} | ({"href": reverse("person", args=[one.pid])} if linked else {})
        values = [name, {"text": one.username}, {"text": one.unit.name if one.unit else ""}, {"text": wording.listed(dict.fromkeys(held))}, {"text": standing(one)}]  # fmt: skip
        shown.append({"key": one.pid, "cells": lists.cells(heads, values)})
    return {"caption": _("人员与角色"), "columns": heads, "rows": shown, "dense": True, "none": _("没有找到人")}


def standing(who: Person) -> str:
    """Where an account stands, in words."""
    return {"pending": _("待确认"), "confirmed": _("已确认"), "suspended": _("已停用"), "merged": _("已合并")}.get(who.standing, "")  # fmt: skip


def role_in_words(held: Appointment, titles: RolesPage) -> str:
    """A role with its last day, and for whom it is exercised."""
    said = wording.text(titles.title(held.role))
    beside = [_("代%(name)s") % {"name": held.deputy_for.name}] if held.deputy_for else []
    beside += [_("至%(day)s") % {"day": wording.day_long(held.until)}] if held.until else []
    return _("%(role)s（%(beside)s）") % {"role": said, "beside": _("，").join(beside)} if beside else said


def role_options(desk: chain.Desk) -> list[tuple[str, Any]]:
    """The roles this desk may give, by code."""
    titles = roles_page()
    return [(role, titles.title(role)) for role in desk.gives]


def target_options(desk: chain.Desk, role: str) -> list[tuple[str, Any]]:
    """For what a role can be given, in words."""
    plans = money.plan_titles()
    return [(code, plans.get(code, title) if title == code else title) for code, title in desk.targets(role)]


def target_in_words(held: Appointment, named: dict[str, str], plans: dict[str, str]) -> Any:
    """For what a role is held: a unit or office by name, a plan by title, a league, a round by its code."""
    if held.target in named:
        return named[held.target]
    if held.target == EVERYWHERE:
        return _("全部计划")
    if not held.target:
        return _("全区") if held.scope == "region" else ""
    if held.scope == "place":
        return lists.place_title(held.target, lists.leagues())
    return plans.get(held.target, held.target)


@needs("person")
def one(request: HttpRequest, pid: str) -> HttpResponse:
    """One person: standing, roles with dates, and what the reader may do: give or end a role, reset the password."""
    return shown(request, pid, typed=request.GET, reasons=())


def shown(request: HttpRequest, pid: str, *, typed: Any, reasons: Any) -> HttpResponse:
    """The page of one person; after a refusal with what was typed and what to change."""
    desk, on = chain.Desk.of(held_by(request)), day_of(now())
    who = get_object_or_404(desk.people(), pid=pid)
    held = list(Appointment.objects.filter(person=who).select_related("deputy_for").order_by("-since", "role", "pk"))
    named, roles, titles, plans = desk.target_names(held), role_options(desk), roles_page(), money.plan_titles()
    wanted = typed.get("role", "")
    role = wanted if wanted in dict(roles) else next((code for code, _title in roles), "")
    rows = [(one, titles.title(one.role), target_in_words(one, named, plans), desk.may_end(one)) for one in held]
    context = {
        "person": who, "standing": standing(who), "places": who.employments.select_related("organisation").order_by("-since", "-pk"),
        "held": [row for row in rows if row[0].holds_on(on)], "past": [row for row in rows if not row[0].holds_on(on)],
        "roles": roles, "role": role, "holders": holders(role, desk, who, on), "targets": target_options(desk, role) if role else [], "typed": typed, "reasons": reasons, "today": on,
        "oneself": who.pk == person(request).pk, "desk": desk, "key": lists.fresh_key(), "title": who.name,
        "trail": [{"title": _("账号与角色"), "href": reverse("people")}, {"title": who.name}],
    }  # fmt: skip
    return render(request, "people/person.html", context, status=422 if reasons else 200)


def holders(role: str, desk: chain.Desk, who: Person, on: date) -> list[Person]:
    """Who holds a role in their own right, within what this desk may give: for whom somebody may stand in."""
    rows = Appointment.objects.in_force(on).filter(role=role, deputy_for=None).exclude(person=who)
    rows = rows if desk.security else rows.filter(target__in=desk.heads)
    return list(dict.fromkeys(one.person for one in rows.select_related("person").order_by("person__name")[:MOST]))


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
    """The recommender's word for a unit that waits: it is what it says, or its registration goes."""
    unit = get_object_or_404(chain.Desk.of(held_by(request)).units_waiting(), pid=pid)
    given: dict[str, Any] = {"by": person(request), "on": now()}
    if "decline" in request.POST:
        why = request.POST.get("why", "")
        return done(request, lambda key: people.decline_unit(unit, why=why, key=key, **given), _("已退回，这次登记不再保留；请电话告知登记人原因。"), back=reverse("people"))  # fmt: skip
    return done(request, lambda key: people.confirm_unit(unit, key=key, **given), _("单位已确认，登记人成为首位管理人员。"), back=reverse("people"))  # fmt: skip


@require_POST
@needs("unit")
def confirm_person(request: HttpRequest, pid: str) -> HttpResponse:
    """The unit's word for a person that waits: works here, or not."""
    who = get_object_or_404(chain.Desk.of(held_by(request)).persons_waiting(), pid=pid)
    given: dict[str, Any] = {"by": person(request), "on": now()}
    if "decline" in request.POST:
        why = request.POST.get("why", "")
        return done(request, lambda key: people.decline_person(who, why=why, key=key, **given), _("已退回，这次登记不再保留；请电话告知登记人原因。"), back=reverse("people"))  # fmt: skip
    return done(request, lambda key: people.confirm_person(who, key=key, **given), _("账号已确认，可以登录。"), back=reverse("people"))  # fmt: skip


@require_POST
@needs("unit")
def move(request: HttpRequest) -> HttpResponse:
    """Ask somebody of another unit to come over; nothing changes until they say so."""
    desk = chain.Desk.of(held_by(request))
    unit = get_object_or_404(Organisation, pid__in=list(desk.confirms)[:1])

    def act(key: str) -> None:
        who = Person.objects.named(request.POST.get("username", "").strip()).filter(standing="confirmed").first()
        if who is None:
            raise Refused(Reason("no_such_username"))
        people.ask_move(who, unit, by=person(request), on=now(), key=key)

    return done(request, act, _("已发出，本人登录后同意即调入；同意之前一切不变。"), back=reverse("people"))


@needs("person")
def come_over(request: HttpRequest) -> HttpResponse:
    """The own word on coming over to the unit that asked: what it means is said first."""
    who = get_object_or_404(Person, pk=person(request).pk)
    if request.method != "POST":
        held = [role_in_words(one, roles_page()) for one in held_by(request) if one.scope == "organisation"]
        return render(request, "people/come_over.html", {"unit": people.asked_over(who), "person": who, "held": held, "key": lists.fresh_key()})  # fmt: skip
    agree = "refuse" not in request.POST
    said = _("已调入新单位；在原单位的角色同时终止，经历保留。") if agree else _("已回绝，单位不变。")
    return done(request, lambda key: people.move_person(who, on=now(), key=key, agree=agree), said, back=reverse("todo"))  # fmt: skip


@require_POST
@needs("person")
def give_role(request: HttpRequest, pid: str) -> HttpResponse:
    """Give a role from today, until a day where one is named, for oneself or as someone's deputy."""
    desk, post = chain.Desk.of(held_by(request)), request.POST
    who = get_object_or_404(desk.people(), pid=pid)
    try:
        until, whom = last_day(post.get("until", "")), principal(post.get("deputy_for", ""))
        if post.get("role", "") not in desk.gives or post.get("target", "") not in dict(desk.targets(post["role"])):
            raise Refused(Reason("role_not_for_that"))
        people.appoint(
            who, post["role"], post["target"], by=person(request), on=now(), key=post.get("key", ""), until=until, deputy_for=whom,
        )  # fmt: skip
    except Refused as refusal:
        return shown(request, pid, typed=post, reasons=refusal.reasons)
    messages.success(request, _("角色已授予，从今天起有效。"))
    return redirect("person", pid)


def last_day(typed: str) -> date | None:
    """The last day of a role as it was typed; none means without an end."""
    if not typed.strip():
        return None
    try:
        until = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refused(Reason("not_a_day")) from None
    if until < day_of(now()):
        raise Refused(Reason("role_ends_before_it_begins"))
    return until


def principal(username: str) -> Person | None:
    """For whom somebody stands in, by the sign-in name; none means for oneself."""
    if not username.strip():
        return None
    whom = Person.objects.named(username.strip()).first()
    if whom is None:
        raise Refused(Reason("no_such_username"))
    return whom


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
    return render(request, "people/password.html", {"person": who, "made": made, "title": _("新密码只显示这一次"), "onward": reverse("people")})  # fmt: skip


@require_POST
@needs("office")
def ask_merge(request: HttpRequest) -> HttpResponse:
    """The first officer names two entries of one party; what was typed is told back where it cannot be."""
    kind, post = request.POST.get("kind", ""), request.POST

    def act(key: str) -> None:
        pair = merging.find(kind, post.get("duplicate", "")), merging.find(kind, post.get("into", ""))
        for one, name in zip(pair, ("duplicate", "into"), strict=True):
            if one is None:
                raise Refused(Reason("no_such_entry", number=post.get(name, "")))
        merging.ask(*pair, by=person(request), on=now(), key=key)

    return done(request, act, _("已提出合并，等另一名工作人员确认；确认之前一切不变。"), back=reverse("people"))


@require_POST
@needs("office")
def settle_merge(request: HttpRequest, pid: str) -> HttpResponse:
    """The second officer's word on a pair: merged, or left as they are."""
    pair = next((one for one in merging.waiting() if one.duplicate.pid == pid), None)
    agree = "refuse" not in request.POST

    def act(key: str) -> None:
        if pair is None:
            raise Refused(Reason("nothing_to_merge"))
        merging.settle(pair.duplicate, by=person(request), on=now(), key=key, agree=agree)

    said = _("已合并；重复的登记不能再登录，原来的台账不变。") if agree else _("没有合并，两条登记照旧。")
    return done(request, act, said, back=reverse("people"))


urlpatterns = [
    path("people/", page, name="people"),
    path("people/units/<str:pid>/confirm/", confirm_unit, name="confirm_unit"),
    path("people/merge/", ask_merge, name="merge"),
    path("people/merge/<str:pid>/", settle_merge, name="settle_merge"),
    path("people/move/", move, name="move_person"),
    path("people/move/mine/", come_over, name="come_over"),
    path("people/<str:pid>/", one, name="person"),
    path("people/<str:pid>/confirm/", confirm_person, name="confirm_person"),
    path("people/<str:pid>/roles/", give_role, name="give_role"),
    path("people/<str:pid>/roles/<int:pk>/end/", end_role, name="end_role"),
    path("people/<str:pid>/password/", reset, name="reset_password"),
]
