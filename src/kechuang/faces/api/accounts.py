"""Accounts for machines: registered, confirmed or returned, moved, merged by two; roles, deputies, passwords; units."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from kechuang.casework import chain, leave, merging, people
from kechuang.faces.access import held_by, now, person
from kechuang.faces.api.gates import (
    MAX_SHORT,
    PROBLEMS,
    Answered,
    Done,
    Explained,
    Filled,
    Keyed,
    Needs,
    cleaned,
    given,
)
from kechuang.faces.api.schemas import Problem
from kechuang.faces.repeats import not_kept
from kechuang.faces.web import account
from kechuang.faces.web import people as pages
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

router = Router(tags=["accounts"])
OPEN = {409: Problem, 422: Problem}


class RegisterIn(Filled):
    """A registration; `data` as the page asks it, the password apart."""

    password: str = Field(..., min_length=1, max_length=128)


class WaitingOut(Schema):
    """A unit or a person that waits for one's word."""

    id: str
    name: str


class DeskOut(Schema):
    """Who waits for the word of the one who asks, and which entries another officer takes for one party."""

    units: list[WaitingOut]
    persons: list[WaitingOut]
    merges: list[dict[str, str]]


class MoveIn(Keyed):
    """Who is asked to come over, by the sign-in name."""

    username: str = Field(..., min_length=1, max_length=60)


class RoleIn(Keyed):
    """A role from today: for what it is held, until when, and for whom (sign-in name) where it is somebody else's."""

    role: str = Field(..., max_length=40)
    target: str = Field("", max_length=60)
    until: date | None = None
    deputy_for: str = Field("", max_length=60)


class DeputyIn(Keyed):
    """Who stands in (sign-in name) for a role of one's own, and until when."""

    held: int = Field(..., ge=1, le=2**31)
    deputy: str = Field(..., max_length=60)
    until: date


class HeldOut(Schema):
    """A role that somebody holds, with the number by which it is ended or stood in for."""

    id: int = Field(..., alias="pk")
    person: str = Field(..., alias="person.pid")
    role: str
    target: str
    since: date
    until: date | None


class PasswordOut(Schema):
    """A password told once; it must be changed at the first sign-in."""

    person: str
    password: str


class MergeIn(Keyed):
    """Two entries of one party: units by credit code, persons by sign-in name."""

    kind: str = Field(..., pattern="^(unit|person)$")
    duplicate: str = Field(..., max_length=60)
    into: str = Field(..., max_length=60)


class HostIn(Keyed):
    """A unit that becomes a host unit of the fund, or is one no longer."""

    credit_code: str = Field(..., max_length=40)
    host: bool = True


class OfficeOut(Schema):
    """An office by its public id."""

    id: str = Field(..., alias="pid")
    name: str


@router.post("/register/person", response={200: Done, **OPEN}, auth=None)
def register_person(request: HttpRequest, body: RegisterIn) -> Any:
    """A person's own registration; the account waits for the word of the unit."""
    return _registered(request, chain.PERSON, body, chain.register_person)


@router.post("/register/unit", response={200: Done, **OPEN}, auth=None)
def register_unit(request: HttpRequest, body: RegisterIn) -> Any:
    """A unit's registration with its first person; both wait for the word of the recommender."""
    return _registered(request, chain.PERSON_OF_UNIT | chain.UNIT, body, chain.register_unit)


def _registered(request: HttpRequest, inputs: dict[str, Any], body: RegisterIn, act: Any) -> Done:
    if reasons := account.weak(body.password):
        raise Refused(*reasons)
    not_kept(request)
    act(cleaned(inputs, body.data, chain.choices), password=body.password, on=now(), key=body.key)
    return Done()


@router.get("/accounts/waiting", response={200: DeskOut, **PROBLEMS}, auth=Needs("accounts"))
def accounts_waiting(request: HttpRequest) -> Any:
    """Who waits for one's word."""
    desk = _desk(request)
    pairs = merging.waiting() if desk.merges else []
    return {
        "units": [{"id": one.pid, "name": one.name} for one in desk.units_waiting()[: pages.MOST]],
        "persons": [{"id": one.pid, "name": one.name} for one in desk.persons_waiting()[: pages.MOST]],
        "merges": [{"id": one.duplicate.pid, "kind": one.kind, "duplicate": one.duplicate.name, "into": one.into.name} for one in pairs],
    }  # fmt: skip


@router.post("/units/{pid}/confirm", response={200: Done, **PROBLEMS}, auth=Needs("recommend"))
def confirm_unit(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """The recommender's word that a unit is what it says."""
    people.confirm_unit(get_object_or_404(_desk(request).units_waiting(), pid=pid), **given(request, body.key))
    return Done()


@router.post("/units/{pid}/return", response={200: Done, **PROBLEMS}, auth=Needs("recommend"))
def return_unit(request: HttpRequest, pid: str, body: Explained) -> Any:
    """The recommender's word that it is not: the registration goes."""
    unit = get_object_or_404(_desk(request).units_waiting(), pid=pid)
    people.decline_unit(unit, why=body.reason, **given(request, body.key))
    return Done()


@router.post("/persons/{pid}/confirm", response={200: Done, **PROBLEMS}, auth=Needs("unit"))
def confirm_person(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """The unit's word that somebody works there."""
    people.confirm_person(get_object_or_404(_desk(request).persons_waiting(), pid=pid), **given(request, body.key))
    return Done()


@router.post("/persons/{pid}/return", response={200: Done, **PROBLEMS}, auth=Needs("unit"))
def return_person(request: HttpRequest, pid: str, body: Explained) -> Any:
    """The unit's word that somebody does not: the registration goes."""
    who = get_object_or_404(_desk(request).persons_waiting(), pid=pid)
    people.decline_person(who, why=body.reason, **given(request, body.key))
    return Done()


@router.post("/moves", response={200: Done, **PROBLEMS}, auth=Needs("unit"))
def ask_move(request: HttpRequest, body: MoveIn) -> Any:
    """Ask somebody of another unit to come over; nothing changes until they agree."""
    unit = get_object_or_404(Organisation, pid__in=list(_desk(request).confirms)[:1])
    people.ask_move(_movable(body.username), unit, **given(request, body.key))
    return Done()


@router.post("/moves/mine", response={200: Done, **PROBLEMS}, auth=Needs())
def answer_move(request: HttpRequest, body: Answered) -> Any:
    """One's own word on coming over to the unit that asked."""
    who = get_object_or_404(Person, pk=person(request).pk)
    people.move_person(who, on=now(), key=body.key, agree=body.agree)
    return Done()


@router.get("/persons/{pid}/roles", response={200: list[HeldOut], **PROBLEMS}, auth=Needs())
def roles_of(request: HttpRequest, pid: str) -> Any:
    """The roles of a person of one's desk, newest first."""
    rows = Appointment.objects.filter(person=_person(request, pid)).select_related("person")
    return list(rows.order_by("-since", "role", "pk"))


@router.post("/persons/{pid}/roles/give", response={200: Done, **PROBLEMS}, auth=Needs())
def give_role(request: HttpRequest, pid: str, body: RoleIn) -> Any:
    """Give a role from today: a unit's head those of the unit, the security administrator the others."""
    who, desk = _person(request, pid), _desk(request)
    until, whom = pages.last_day(str(body.until or "")), pages.principal(body.deputy_for)
    if body.role not in desk.gives or body.target not in dict(desk.targets(body.role)):
        raise Refused(Reason("role_not_for_that"))
    people.appoint(who, body.role, body.target, until=until, deputy_for=whom, **given(request, body.key))
    return Done()


@router.post("/persons/{pid}/roles/{pk}/end", response={200: Done, **PROBLEMS}, auth=Needs())
def end_role(request: HttpRequest, pid: str, pk: int, body: Keyed) -> Any:
    """End a role: it holds no longer from the next request on."""
    people.dismiss(_appointment(pk, person=_person(request, pid)), **given(request, body.key))
    return Done()


@router.post("/persons/{pid}/password", response={200: PasswordOut, **PROBLEMS}, auth=Needs())
def reset_password(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """A new password for someone who forgot theirs, told once."""
    not_kept(request)
    return {"person": pid, "password": chain.reset_password(_person(request, pid), **given(request, body.key))}


@router.get("/deputies", response={200: list[HeldOut], **PROBLEMS}, auth=Needs())
def own_roles(request: HttpRequest) -> Any:
    """One's own roles and, under other persons, who stands in for them."""
    who, day = person(request), pages.day_of(now())
    return [*leave.own(who, day), *leave.named(who, day).select_related("person").order_by("until", "pk")]


@router.post("/deputies/name", response={200: Done, **PROBLEMS}, auth=Needs())
def name_deputy(request: HttpRequest, body: DeputyIn) -> Any:
    """Name who stands in for a role of one's own until a day."""
    who = get_object_or_404(Person, pk=person(request).pk)
    held = _appointment(body.held, person=who)
    deputy = Person.objects.named(body.deputy.strip()).first()
    leave.name_deputy(held, deputy, until=pages.last_day(str(body.until)), **given(request, body.key))
    return Done()


@router.post("/deputies/{pk}/end", response={200: Done, **PROBLEMS}, auth=Needs())
def end_deputy(request: HttpRequest, pk: int, body: Keyed) -> Any:
    """One is back: the deputy acts no longer."""
    leave.end_deputy(_appointment(pk, deputy_for=person(request).pk), **given(request, body.key))
    return Done()


@router.post("/merges", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def ask_merge(request: HttpRequest, body: MergeIn) -> Any:
    """The first officer names two entries of one party; nothing changes until another has agreed."""
    pair = merging.find(body.kind, body.duplicate), merging.find(body.kind, body.into)
    for one, number in zip(pair, (body.duplicate, body.into), strict=True):
        if one is None:
            raise Refused(Reason("no_such_entry", number=number))
    merging.ask(*pair, **given(request, body.key))
    return Done()


@router.post("/merges/{pid}", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def settle_merge(request: HttpRequest, pid: str, body: Answered) -> Any:
    """The second officer's word on a pair: merged, or left as they are."""
    pair = next((one for one in merging.waiting() if one.duplicate.pid == pid), None)
    if pair is None:
        raise Refused(Reason("nothing_to_merge"))
    merging.settle(pair.duplicate, agree=body.agree, **given(request, body.key))
    return Done()


@router.post("/offices", response={200: OfficeOut, **PROBLEMS}, auth=Needs("security"))
def open_office(request: HttpRequest, body: Filled) -> Any:
    """An institution, a recommending office or a department, which no recommender confirms."""
    return chain.open_office(cleaned(chain.OFFICE, body.data, chain.choices), **given(request, body.key))


@router.post("/offices/staff", response={200: PasswordOut, **PROBLEMS}, auth=Needs("security"))
def engage(request: HttpRequest, body: Filled) -> Any:
    """An account for somebody of an office; the password is told once, the role is given apart."""
    not_kept(request)
    who, made = chain.engage(cleaned(chain.STAFF, body.data, chain.choices), **given(request, body.key))
    return {"person": who.pid, "password": made}


@router.post("/units/mine", response={200: Done, **PROBLEMS}, auth=Needs("own_unit"))
def keep_unit(request: HttpRequest, body: Filled) -> Any:
    """Whom to call in one's own unit and where its money goes, by its head."""
    unit = person(request).unit
    if unit is None or unit.pid not in _desk(request).heads:
        raise Http404
    people.keep_unit(unit, cleaned(chain.OF_ITSELF, body.data), **given(request, body.key))
    return Done()


@router.post("/units/host", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def host_unit(request: HttpRequest, body: HostIn) -> Any:
    """Enter a unit as a host unit of the fund, or take it off."""
    one = merging.find("unit", body.credit_code[:MAX_SHORT])
    if not isinstance(one, Organisation) or one.standing != "confirmed":
        raise Refused(Reason("no_such_unit", number=body.credit_code))
    people.set_host(one, host=body.host, **given(request, body.key))
    return Done()


def _desk(request: HttpRequest) -> chain.Desk:
    return chain.Desk.of(held_by(request))


def _person(request: HttpRequest, pid: str) -> Person:
    return get_object_or_404(_desk(request).people(), pid=pid)


def _appointment(pk: int, **of: Any) -> Appointment:
    if not 0 < pk < 2**31:
        raise Http404
    return get_object_or_404(Appointment, pk=pk, **of)


def _movable(username: str) -> Person:
    who = Person.objects.named(username.strip()).filter(standing="confirmed").first()
    if who is None:
        raise Refused(Reason("no_such_username"))
    return who
