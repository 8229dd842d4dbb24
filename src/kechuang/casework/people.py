"""Accounts by the real chain: a recommender confirms a unit, a unit confirms its persons; each step leaves a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from stdnum.cn import uscc

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import keep_attempt, note
from kechuang.casework.models import Attempt, Record
from kechuang.casework.pages import day_of, roles_page
from kechuang.engines.flow.separation import conflicts
from kechuang.engines.forms.kinds.base import Unreadable
from kechuang.engines.forms.kinds.codes import identity_number
from kechuang.parties.models import Appointment, AppointmentQuerySet, Employment, Organisation, Person
from kechuang.parties.permissions import appointments
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.secrets import number_digest
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOVES = ("ask_move", "refuse_move", "move_person")
LEAST_WHY = 4
GIVEN_BY_HEAD = ("unit_research", "unit_head", "unit_finance", "claimant", "platform_manager")
EMPLOYED = Prepared[Employment](lambda person: Employment.objects.filter(person=person, until=None))
NAMED = Prepared[tuple[int]](lambda username: Person.objects.named(username).values_list("pk"))
IDENTIFIED = Prepared[tuple[int]](lambda digest: Person.objects.filter(identity_digest=digest).values_list("pk"))


@transaction.atomic
def register_unit(values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Organisation:
    """A unit as it registers itself, waiting for its recommender; Refused for a code that is wrong or already there."""
    code = uscc.compact(str(values.get("credit_code", "")))
    if not uscc.is_valid(code):
        raise Refused(Reason("bad_credit_code", got=code))
    if told := records.already(Actor.of(by), key, "register_unit", None, {"credit_code": code}):
        return Organisation.objects.get(pid=told.subject)
    if Organisation.objects.filter(credit_code=code).exists():
        raise Refused(Reason("unit_already_registered", got=code))
    unit = Organisation.objects.create(**{**values, "credit_code": code, "standing": "pending"})
    if by.unit_id is None:
        employ(by, unit, since=day_of(on))
    note(unit, "register_unit", by=by, on=on, key=key, role="applicant", data={"credit_code": code})
    return unit


@transaction.atomic
def confirm_unit(unit: Organisation, *, by: Person, on: datetime, key: str) -> Record:
    """The recommender's word that a unit is what it says; its registrant becomes its first research officer."""
    held = must_hold(
        by, on, {"recommender", "recommender_head"}, target=unit.recommender.pid if unit.recommender else ""
    )
    unit.standing = "confirmed"
    unit.save(update_fields=["standing"])
    first = Person.objects.filter(unit=unit).order_by("pk").first()
    if first is not None:
        Person.objects.filter(pk=first.pk).update(standing="confirmed")
        for role in ("unit_research", "unit_head"):
            give(first, role, unit.pid, since=day_of(on))
    return note(unit, "confirm_unit", by=by, on=on, key=key, role=held, data={})


def identity_fields(identity: str) -> dict[str, Any]:
    """An identity number as stored: encrypted, with its keyed digest, birth day and sex; Refused if it is none."""
    try:
        number = identity_number(identity)
    except Unreadable as unreadable:
        raise Refused(unreadable.reason) from None
    return {
        "identity": number, "identity_digest": number_digest(number), "born": date.fromisoformat(number[6:14]),
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
    role = must_hold(by, on, {"unit_research", "unit_head"}, target=person.unit.pid if person.unit else "")
    person.standing = "confirmed"
    update(person, "standing")
    return note(person, "confirm_person", by=by, on=on, key=key, role=role, data={})


@transaction.atomic
def decline_person(person: Person, *, why: str, by: Person, on: datetime, key: str) -> Record:
    """The unit's word that somebody does not work there: the registration goes, so that it can be made anew elsewhere."""
    unit = person.unit
    role = must_hold(by, on, {"unit_research", "unit_head"}, target=unit.pid if unit else "")
    if unit is None or person.standing != "pending":
        raise Refused(Reason("not_waiting_any_more", name=person.name))
    _explained(why)
    said = {"why": why.strip()}
    record = note(unit, "decline_person", by=by, on=on, key=key, role=role, data=said, tells={"who": person.pid})  # fmt: skip
    _forget(person)
    return record


@transaction.atomic
def decline_unit(unit: Organisation, *, why: str, by: Person, on: datetime, key: str) -> Record:
    """The recommender's word that a unit is not what it says: its registration goes, with the account that made it."""
    office = unit.recommender
    role = must_hold(by, on, {"recommender", "recommender_head"}, target=office.pid if office else "")
    if office is None or unit.standing != "pending":
        raise Refused(Reason("not_waiting_any_more", name=unit.name))
    _explained(why)
    said = {"why": why.strip(), "credit_code": unit.credit_code}
    record = note(office, "decline_unit", by=by, on=on, key=key, role=role, data=said, tells={"who": unit.pid})
    for person in Person.objects.filter(unit=unit):
        _forget(person)
    unit.delete()
    return record


@transaction.atomic
def keep_unit(unit: Organisation, values: Mapping[str, str], *, by: Person, on: datetime, key: str) -> Record:
    """Whom to call in a unit and where its money goes, by its head; the record holds digests of what was said alone."""
    must_hold(by, on, {"unit_head"}, target=unit.pid)
    said = {name: str(values.get(name) or "") for name in ("contact", "phone", "bank_account")}
    if told := records.already(Actor.of(by), key, "keep_unit", unit, said):
        return told
    Organisation.objects.filter(pk=unit.pk).update(**said)
    return note(unit, "keep_unit", by=by, on=on, key=key, role="unit_head", data=said)


@transaction.atomic
def set_host(unit: Organisation, *, host: bool, by: Person, on: datetime, key: str) -> Record:
    """Enter a unit as a host unit of the fund, or take it off, by the planning office or the institution."""
    role = must_hold(by, on, {"planner", "planning_chief", "institution_officer", "institution_chief"})
    name, said = "set_host" if host else "end_host", {"host": str(host)}
    if told := records.already(Actor.of(by), key, name, unit, said):
        return told
    unit.host_unit = host
    unit.save(update_fields=["host_unit"])
    return note(unit, name, by=by, on=on, key=key, role=role, data=said)


def _explained(why: str) -> None:
    if len(why.strip()) < LEAST_WHY:
        raise Refused(Reason("say_why"))


def _forget(person: Person) -> None:
    person.employments.all().delete()
    person.delete()


def employ(person: Person, unit: Organisation, *, since: date) -> None:
    """Where a person works from `since` on; the place before stays as history."""
    for before in EMPLOYED.rows(person.pk):
        before.until = since
        update(before, "until")
    insert(Employment(person=person, organisation=unit, since=since))
    person.unit = unit
    update(person, "unit")


@transaction.atomic
def ask_move(person: Person, unit: Organisation, *, by: Person, on: datetime, key: str) -> Record:
    """The new unit asks that somebody come over; nothing changes until that person says so themselves."""
    role = must_hold(by, on, {"unit_research", "unit_head"}, target=unit.pid)
    if person.unit_id == unit.pk:
        raise Refused(Reason("works_here_already", name=person.name))
    if any(held.scope != "organisation" for held in appointments(person, day_of(on))):
        raise Refused(Reason("holds_an_office", name=person.name))
    return note(person, "ask_move", by=by, on=on, key=key, role=role, data={"to": unit.pid})


def asked_over(person: Person) -> Organisation | None:
    """The unit that asked this person to come over and waits for their word."""
    last = Record.objects.filter(subject_kind="party", subject=person.pid, act__in=MOVES).order_by("-position").first()
    if last is None or last.act != "ask_move":
        return None
    unit = Organisation.objects.filter(pid=_last_asking(person), standing="confirmed").first()
    return unit if unit is None or unit.pk != person.unit_id else None


def _last_asking(person: Person) -> str:
    """The public id of the unit that asked last, answered or not; empty where none did."""
    asked = (
        Record.objects.filter(subject_kind="party", subject=person.pid, act="ask_move").order_by("-position").first()
    )
    return str(asked.told.data["to"]) if asked else ""


@transaction.atomic
def move_person(person: Person, *, on: datetime, key: str, agree: bool = True) -> Record:
    """The person's own word: to the unit that asked, where roles in the old unit end at once; or no, and nothing changes."""
    unit, old, name = asked_over(person), person.unit, "move_person" if agree else "refuse_move"
    said = {"to": _last_asking(person)}
    if told := records.already(Actor.of(person), key, name, person, said):
        return told
    if unit is None:
        raise Refused(Reason("nobody_asked_you_over"))
    if not agree:
        return note(person, name, by=person, on=on, key=key, role="", data=said)
    if old is not None:
        end(Appointment.objects.filter(person=person, scope="organisation", target=old.pid), day_of(on))
    employ(person, unit, since=day_of(on))
    return note(person, name, by=person, on=on, key=key, role="", data=said)


def end(held: AppointmentQuerySet, day: date) -> None:
    """Appointments that hold no longer from this moment on, and with them those of whoever stands in for their holders."""
    for one in list(held.in_force(day)):
        stand_ins = Appointment.objects.filter(deputy_for=one.person, role=one.role, target=one.target)
        for row in (one, *stand_ins.in_force(day)):
            if row.since < day:
                Appointment.objects.filter(pk=row.pk).update(until=day - timedelta(1))
            else:
                row.delete()


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
    giver = _may_give(role, target, by=by, on=on)
    said = {"role": role, "target": target, "until": str(until or "")}
    if deputy_for is not None:
        _may_stand_in(person, deputy_for, role, target, day_of(on), until)
        said["deputy_for"] = deputy_for.pid
    give(person, role, target, since=day_of(on), until=until, deputy_for=deputy_for)
    return note(person, "appoint", by=by, on=on, key=key, role=giver, data=said)


def _may_give(role: str, target: str, *, by: Person, on: datetime) -> str:
    """The role by which `by` gives and ends this one: the head's, of that unit, or the security administrator's."""
    own = role in GIVEN_BY_HEAD
    return must_hold(by, on, {"unit_head"} if own else {"security_admin"}, target=target if own else "")


def _may_stand_in(person: Person, whom: Person, role: str, target: str, day: date, until: date | None) -> None:
    """Refused unless `whom` holds that very role in their own right, and a day is named on which it ends."""
    if until is None:
        raise Refused(Reason("deputy_needs_a_last_day"))
    own = any(
        held.role == role and held.target == target and held.deputy_for_id is None for held in appointments(whom, day)
    )
    if not own or whom.pk == person.pk:
        raise Refused(Reason("no_such_role_to_stand_in_for", name=whom.name, role=dict(roles_page().title(role))))


@transaction.atomic
def dismiss(held: Appointment, *, by: Person, on: datetime, key: str) -> Record:
    """End an appointment: it holds no longer from the next request on."""
    giver = _may_give(held.role, held.target, by=by, on=on)
    said = {"role": held.role, "target": held.target}
    end(Appointment.objects.filter(pk=held.pk), day_of(on))
    return note(held.person, "dismiss", by=by, on=on, key=key, role=giver, data=said)


def must_hold(by: Person, on: datetime, roles: set[str], *, target: str = "") -> str:
    """The one of `roles` (for `target`, where one is given) that `by` holds; Refused where there is none."""
    for held in appointments(by, day_of(on)):
        if held.role in roles and (not target or held.target == target or held.scope == "region"):
            return str(held.role)
    raise Refused(Reason("act_for_another", role=sorted(roles)[0]))


def attempts_on(party: Person | Organisation) -> list[Attempt]:
    """What was tried on a party and refused."""
    return list(Attempt.objects.filter(subject_kind="party", subject=party.pid).order_by("-on"))
