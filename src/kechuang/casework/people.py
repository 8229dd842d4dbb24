"""Accounts by the real chain: a recommender confirms a unit, a unit confirms its persons; each step leaves a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from stdnum.cn import uscc

from kechuang.casework.actor import Actor
from kechuang.casework.acts import keep_attempt, note
from kechuang.casework.models import Attempt, Case, Member, Record
from kechuang.casework.pages import day_of, roles_page
from kechuang.engines.flow.separation import conflicts
from kechuang.engines.forms.kinds.base import Unreadable
from kechuang.engines.forms.kinds.codes import identity_number
from kechuang.parties.models import Appointment, Employment, Organisation, Person
from kechuang.parties.permissions import appointments
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.secrets import keyed_digest
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

EMPLOYED = Prepared[Employment](lambda person: Employment.objects.filter(person=person, until=None))
NAMED = Prepared[tuple[int]](lambda username: Person.objects.named(username).values_list("pk"))
IDENTIFIED = Prepared[tuple[int]](lambda digest: Person.objects.filter(identity_digest=digest).values_list("pk"))


@transaction.atomic
def register_unit(values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Organisation:
    """A unit as it registers itself, waiting for its recommender; Refused for a code that is wrong or already there."""
    code = uscc.compact(str(values.get("credit_code", "")))
    if not uscc.is_valid(code):
        raise Refused(Reason("bad_credit_code", got=code))
    there = Organisation.objects.filter(credit_code=code).first()
    if there is not None:
        told = Record.objects.filter(actor=by.actor_id, key=key).exists()
        if told:
            return there
        raise Refused(Reason("unit_already_registered", got=code))
    unit = Organisation.objects.create(**{**values, "credit_code": code, "standing": "pending"})
    if by.unit_id is None:
        employ(by, unit, since=day_of(on))
    note(unit, "register_unit", by=by, on=on, key=key, role="applicant", data={"credit_code": code})
    return unit


@transaction.atomic
def confirm_unit(unit: Organisation, *, by: Person, on: datetime, key: str) -> Record:
    """The recommender's word that a unit is what it says; its registrant becomes its first research officer."""
    must_hold(by, on, {"recommender", "recommender_head"}, target=unit.recommender.pid if unit.recommender else "")
    unit.standing = "confirmed"
    unit.save(update_fields=["standing"])
    first = Person.objects.filter(unit=unit).order_by("pk").first()
    if first is not None:
        Person.objects.filter(pk=first.pk).update(standing="confirmed")
        for role in ("unit_research", "unit_head"):
            give(first, role, unit.pid, since=day_of(on))
    return note(unit, "confirm_unit", by=by, on=on, key=key, role="recommender", data={})


def identity_fields(identity: str) -> dict[str, Any]:
    """An identity number as stored: encrypted, with its keyed digest, birth day and sex; Refused if it is none."""
    try:
        number = identity_number(identity)
    except Unreadable as unreadable:
        raise Refused(unreadable.reason) from None
    return {
        "identity": number, "identity_digest": keyed_digest(number), "born": date.fromisoformat(number[6:14]),
        "sex": "F" if int(number[16]) % 2 == 0 else "M",
    }  # fmt: skip


@transaction.atomic
def register_person(values: Mapping[str, Any], *, password: str | None, on: datetime) -> Person:
    """A person's own account, waiting for the unit's word; Refused when the identity number already has one."""
    given = dict(values)
    if identity := given.pop("identity", ""):
        given |= identity_fields(identity)
        if IDENTIFIED.one(given["identity_digest"]):
            raise Refused(Reason("person_already_registered"))
    if NAMED.one(given["username"]):
        raise Refused(Reason("username_taken", username=given["username"]))
    unit = given.pop("unit", None)
    person = Person(**given, standing="pending")
    person.set_password(password)
    person.save()
    if unit is not None:
        employ(person, unit, since=day_of(on))
    return person


@transaction.atomic
def confirm_person(person: Person, *, by: Person, on: datetime, key: str) -> Record:
    """The unit's word that someone works there."""
    must_hold(by, on, {"unit_research", "unit_head"}, target=person.unit.pid if person.unit else "")
    person.standing = "confirmed"
    update(person, "standing")
    return note(person, "confirm_person", by=by, on=on, key=key, role="unit_research", data={})


def employ(person: Person, unit: Organisation, *, since: date) -> None:
    """Where a person works from `since` on; the place before stays as history."""
    for before in EMPLOYED.rows(person.pk):
        before.until = since
        update(before, "until")
    insert(Employment(person=person, organisation=unit, since=since))
    person.unit = unit
    update(person, "unit")


@transaction.atomic
def move_person(person: Person, unit: Organisation, *, by: Person, on: datetime, key: str) -> Record:
    """A person moves to another unit, by the word of the new one; roles for the old unit end with it."""
    must_hold(by, on, {"unit_research", "unit_head"}, target=unit.pid)
    old = person.unit
    if old is not None:
        Appointment.objects.filter(person=person, scope="organisation", target=old.pid, until=None).update(
            until=day_of(on)
        )
    employ(person, unit, since=day_of(on))
    return note(person, "move_person", by=by, on=on, key=key, role="unit_research", data={"to": unit.pid})


@transaction.atomic
def merge(duplicate: Any, into: Any, *, by: Person, on: datetime, key: str) -> Record:
    """Two entries of one party become one, by two officers: the first asks, the second (another person) does it."""
    must_hold(by, on, {"institution_officer", "institution_chief", "planner", "planning_chief"})
    if type(duplicate) is not type(into) or duplicate.pk == into.pk:
        raise Refused(Reason("cannot_merge"))
    asked = (
        Record.objects.filter(subject_kind="party", subject=duplicate.pid, act="ask_merge")
        .order_by("-position")
        .first()
    )
    data = {"into": into.pid}
    if asked is None or asked.told.data != data:
        return note(duplicate, "ask_merge", by=by, on=on, key=key, role="officer", data=data)
    if asked.actor == by.actor_id:
        raise Refused(Reason("same_person", acts=["ask_merge"]))
    _carry_over(duplicate, into)
    duplicate.standing, duplicate.merged_into = "merged", into
    duplicate.save(update_fields=["standing", "merged_into"])
    return note(duplicate, "merge", by=by, on=on, key=key, role="officer", data=data)


def _carry_over(duplicate: Any, into: Any) -> None:
    """What pointed at the duplicate points at the one that stays; records keep the name they were written with."""
    if isinstance(duplicate, Person):
        Case.objects.filter(leader=duplicate).update(leader=into)
        taken = Member.objects.filter(person=into).values("case")
        Member.objects.filter(person=duplicate).exclude(case__in=taken).update(person=into)
    else:
        Case.objects.filter(applicant=duplicate).update(applicant=into)
        Person.objects.filter(unit=duplicate).update(unit=into)


def give(person: Person, role: str, target: str, *, since: date, until: date | None = None, deputy_for: Person | None = None) -> Appointment:  # fmt: skip
    """Write an appointment after asking the page of roles which two no one may hold together; Refused if they clash."""
    page = roles_page()
    held = [(a.role, a.scope, a.target) for a in appointments(person, since)]
    clashes = conflicts(page.body, held, (role, page.scope(role), target))
    if clashes:
        raise Refused(*clashes)
    found, _ = Appointment.objects.get_or_create(
        person=person, role=role, target=target, until=until,
        defaults={"power": page.power(role), "scope": page.scope(role), "since": since, "deputy_for": deputy_for},
    )  # fmt: skip
    return found


def appoint(person: Person, role: str, target: str, *, by: Person, on: datetime, key: str, until: date | None = None, deputy_for: Person | None = None) -> Record:  # fmt: skip
    """Give a role: units for their own, the security administrator for the rest; what is refused is kept as an attempt."""
    try:
        return _appointed(person, role, target, by=by, on=on, key=key, until=until, deputy_for=deputy_for)
    except Refused as refusal:
        keep_attempt(person, "appoint", Actor.of(by), on, refusal)
        raise


@transaction.atomic
def _appointed(person: Person, role: str, target: str, *, by: Person, on: datetime, key: str, until: date | None, deputy_for: Person | None) -> Record:  # fmt: skip
    own_unit = role.startswith("unit_") or role in ("claimant", "platform_manager")
    must_hold(by, on, {"unit_head"} if own_unit else {"security_admin"}, target=target if own_unit else "")
    give(person, role, target, since=day_of(on), until=until, deputy_for=deputy_for)
    return note(person, "appoint", by=by, on=on, key=key, role="security_admin", data={"role": role, "target": target, "until": str(until or "")})  # fmt: skip


@transaction.atomic
def dismiss(held: Appointment, *, by: Person, on: datetime, key: str) -> Record:
    """End an appointment: it holds no longer from the next request on."""
    own_unit = held.role.startswith("unit_")
    must_hold(by, on, {"unit_head"} if own_unit else {"security_admin"}, target=held.target if own_unit else "")
    Appointment.objects.filter(pk=held.pk).delete()
    return note(
        held.person,
        "dismiss",
        by=by,
        on=on,
        key=key,
        role="security_admin",
        data={"role": held.role, "target": held.target},
    )


def must_hold(by: Person, on: datetime, roles: set[str], *, target: str = "") -> None:
    """Refused unless `by` holds one of `roles` (for `target`, where one is given)."""
    held = appointments(by, day_of(on))
    if not any(a.role in roles and (not target or a.target == target or a.scope == "region") for a in held):
        raise Refused(Reason("act_for_another", role=sorted(roles)[0]))


def attempts_on(party: Person | Organisation) -> list[Attempt]:
    """What was tried on a party and refused."""
    return list(Attempt.objects.filter(subject_kind="party", subject=party.pid).order_by("-on"))
