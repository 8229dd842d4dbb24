"""The first steps of an installation: its department and first administrator, then the offices and staff that no unit confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from stdnum.cn import uscc

from kechuang.casework import people, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.pages import day_of
from kechuang.parties.models import Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

OFFICES = ("department", "institution", "recommender")
SETUP = Actor("setup")  # whoever holds the machine; nobody else can be there yet
ADMINISTRATOR = "security_admin"


@transaction.atomic
def found(
    department: Mapping[str, Any], administrator: Mapping[str, Any], *, password: str | None, on: datetime
) -> tuple[Organisation, Person]:
    """The department and its security administrator, from whom all other roles come. Refused where there is one already."""
    if Organisation.objects.filter(kind="department").exists() or Person.objects.exists():
        raise Refused(Reason("already_founded"))
    office = _office({**department, "kind": "department"}, by=SETUP, on=on, key="found", role="setup")
    person = _staff(administrator, office, password=password, by=SETUP, on=on, key="found-administrator", role="setup")
    people.give(person, ADMINISTRATOR, "", since=day_of(on))
    said = {"role": ADMINISTRATOR, "target": ""}
    note(person, "appoint", by=SETUP, on=on, key="found-appoint", role="setup", data=said)
    return office, person


@transaction.atomic
def open_office(values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Organisation:
    """An office beside the department: an institution or a recommender, by the security administrator's word."""
    people.must_hold(by, on, {ADMINISTRATOR})
    if told := records.already(Actor.of(by), key, "open_office", None, values):
        return Organisation.objects.get(pid=told.subject)
    return _office(values, by=Actor.of(by), on=on, key=key, role=ADMINISTRATOR)


@transaction.atomic
def engage(
    values: Mapping[str, Any], office: Organisation, *, by: Person, on: datetime, key: str, password: str | None = None
) -> Person:
    """An account for somebody who works in an office, by the security administrator's word; roles are given apart."""
    people.must_hold(by, on, {ADMINISTRATOR})
    if told := records.already(Actor.of(by), key, "engage", None, {**values, "office": office.pid}):
        return Person.objects.get(pid=told.subject)
    if office.kind not in OFFICES:
        raise Refused(Reason("no_office", who=office.name))
    return _staff(values, office, password=password, by=Actor.of(by), on=on, key=key, role=ADMINISTRATOR)


def _office(values: Mapping[str, Any], *, by: Actor, on: datetime, key: str, role: str) -> Organisation:
    code = uscc.compact(str(values.get("credit_code", "")))
    if values.get("kind") not in OFFICES:
        raise Refused(Reason("no_office", who=str(values.get("name", ""))))
    if not uscc.is_valid(code):
        raise Refused(Reason("bad_credit_code", got=code))
    if Organisation.objects.filter(credit_code=code).exists():
        raise Refused(Reason("unit_already_registered", got=code))
    office = Organisation.objects.create(**{**values, "credit_code": code, "standing": "confirmed"})
    said = {"credit_code": code, "kind": office.kind}
    note(office, "open_office", by=by, on=on, key=key, role=role, data=said, asked=values)
    return office


def _staff(
    values: Mapping[str, Any],
    office: Organisation,
    *,
    password: str | None,
    by: Actor,
    on: datetime,
    key: str,
    role: str,
) -> Person:
    person = people.register_person({**values, "unit": office}, password=password, on=on)
    person.standing, person.must_change_password = "confirmed", password is not None
    person.save(update_fields=["standing", "must_change_password"])
    said = {"office": office.pid}
    note(person, "engage", by=by, on=on, key=key, role=role, data=said, asked={**values, **said})
    return person
