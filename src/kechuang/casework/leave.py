"""Somebody who goes away names, for some days, who stands in for a role of their own; the same rules keep roles apart."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from kechuang.casework import people, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import keep_attempt, note
from kechuang.casework.models import Record
from kechuang.casework.pages import day_of
from kechuang.parties import hands
from kechuang.parties.models import Appointment, AppointmentQuerySet, Person
from kechuang.parties.permissions import appointments
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

LONGEST = 60  # days; whoever is away longer is replaced by whoever gives the role


def own(person: Person, day: date) -> list[Appointment]:
    """The roles that somebody holds in their own right, for which they can name who stands in."""
    return [held for held in appointments(person, day) if held.deputy_for_id is None]


def named(person: Person, day: date) -> AppointmentQuerySet:
    """Who stands in for this person on `day`."""
    return Appointment.objects.in_force(day).filter(deputy_for=person)


def colleagues(person: Person, day: date) -> QuerySet[Person]:
    """Who can stand in: people of the same unit whose accounts are confirmed; of staff without a unit, who holds the same powers."""
    rows = Person.objects.filter(standing="confirmed").exclude(pk__in=list(hands.accounts(person)))
    if person.unit_id:
        return rows.filter(unit=person.unit_id).order_by("name", "pk")
    powers = {held.power for held in own(person, day)}
    staff = Appointment.objects.in_force(day).filter(power__in=powers, person__unit=None)
    return rows.filter(pk__in=staff.values("person")).order_by("name", "pk")


def name_deputy(held: Appointment, deputy: Person | None, *, until: date | None, by: Person, on: datetime, key: str) -> Record:  # fmt: skip
    """`deputy` stands in for `by` in the role `held` from today until a day that is named; what is refused is kept as an attempt."""
    try:
        return _named(held, deputy, until=until, by=by, on=on, key=key)
    except Refused as refusal:
        keep_attempt(by, "name_deputy", Actor.of(by), on, refusal)
        raise


@transaction.atomic
def _named(held: Appointment, deputy: Person | None, *, until: date | None, by: Person, on: datetime, key: str) -> Record:  # fmt: skip
    said = {"role": held.role, "target": held.target, "until": str(until), "deputy_for": by.pid}
    if deputy and (told := records.already(Actor.of(by), key, "name_deputy", deputy, said)):
        return told
    day = day_of(on)
    if held.person_id != by.pk or held.deputy_for_id is not None or not held.holds_on(day):
        raise Refused(Reason("act_for_another", act="name_deputy", role=held.role))
    if until is None:
        raise Refused(Reason("deputy_needs_a_last_day"))
    last = min(day + timedelta(LONGEST), held.until or date.max)
    if not day <= until <= last:
        raise Refused(Reason("deputy_not_that_long", last=last))
    if deputy is None or not colleagues(by, day).filter(pk=deputy.pk).exists():
        raise Refused(Reason("deputy_of_the_own_unit"))
    if any((one.role, one.target) == (held.role, held.target) for one in appointments(deputy, day)):
        raise Refused(Reason("deputy_holds_it_already", name=deputy.name))
    people.give(deputy, held.role, held.target, since=day, until=until, deputy_for=by)
    return note(deputy, "name_deputy", by=by, on=on, key=key, role=held.role, data=said)


@transaction.atomic
def end_deputy(held: Appointment, *, by: Person, on: datetime, key: str) -> Record:
    """Whoever named a deputy, or has one, is back: the deputy acts no longer from the next request on."""
    said = {"role": held.role, "target": held.target}
    if told := records.already(Actor.of(by), key, "end_deputy", held.person, said):
        return told
    if held.deputy_for_id != by.pk:
        raise Refused(Reason("act_for_another", act="end_deputy", role=held.role))
    people.end(Appointment.objects.filter(pk=held.pk), day_of(on))
    return note(held.person, "end_deputy", by=by, on=on, key=key, role=held.role, data=said)
