"""Two entries of one party become one: asked for by one officer, done or laid aside by another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.db.models.fields.reverse_related import ForeignObjectRel

from kechuang.casework import curtain, people, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import day_of
from kechuang.casework.takeover import NOWHERE
from kechuang.parties import hands
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

ASK, DONE, DROP = "ask_merge", "merge", "refuse_merge"
MERGES = frozenset({"institution_officer", "institution_chief", "planner", "planning_chief"})
# Who did something did it under that name: what a hand wrote stays with the hand.
HANDS = frozenset({"by", "maker", "checker", "entered_by", "confirmed_by", "settled_by", "deputy_for", "merged_into"})
OWN = frozenset(
    {"appointment", "lookup"}
)  # roles end and are not handed over; who looked whom up is forgotten in minutes
Party = Organisation | Person


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries that one officer takes for the same party."""

    duplicate: Party
    into: Party
    ask: Record

    @property
    def kind(self) -> str:
        return "unit" if isinstance(self.duplicate, Organisation) else "person"


def find(kind: str, number: str) -> Party | None:
    """A unit by its credit code, or by its whole name where it was taken over without one; a person by the sign-in name; not one that was merged already."""
    said = number.strip()
    if kind == "unit":
        called = Q(credit_code=said) | Q(credit_code=None, name=said)
        return Organisation.objects.filter(called).exclude(standing="merged").first() if said else None
    return Person.objects.named(said).exclude(standing="merged").first()


def waiting() -> list[Pair]:
    """Pairs that one officer named and on which nobody else has spoken, oldest first."""
    rows = Record.objects.filter(act__in=(ASK, DONE, DROP)).select_related("told").order_by("pk")
    last = {row.subject: row for row in rows}
    asked = {pid: row for pid, row in last.items() if row.act == ASK}
    pids = set(asked) | {str(row.told.data["into"]) for row in asked.values()}
    known: dict[str, Party] = {}
    for kind in (Organisation, Person):
        known |= {one.pid: one for one in kind._default_manager.filter(pid__in=pids).exclude(standing="merged")}
    pairs = [(known.get(pid), known.get(str(row.told.data["into"])), row) for pid, row in asked.items()]
    return [Pair(one, other, row) for one, other, row in pairs if one is not None and other is not None]


@transaction.atomic
def ask(duplicate: Party | None, into: Party | None, *, by: Person, on: datetime, key: str) -> Record:
    """The first officer's word that two entries are one. Refused for two of different kinds, for one and the same, for oneself."""
    role = people.must_hold(by, on, set(MERGES))
    if duplicate and into and (told := records.already(Actor.of(by), key, ASK, duplicate, {"into": into.pid})):
        return told
    if duplicate is None or into is None or type(duplicate) is not type(into):
        raise Refused(Reason("cannot_merge"))
    if duplicate.pk == into.pk or into.standing != "confirmed" or by.pk in _persons(duplicate, into):
        raise Refused(Reason("cannot_merge"))
    if any({pair.duplicate, pair.into} & {duplicate, into} for pair in waiting()):
        raise Refused(Reason("merge_already_asked"))
    return note(duplicate, ASK, by=by, on=on, key=key, role=role, data={"into": into.pid})


@transaction.atomic
def settle(duplicate: Party, *, by: Person, on: datetime, key: str, agree: bool = True) -> Record:
    """A second officer's word: what belongs to the duplicate goes over and its account ends, or nothing changes."""
    role = people.must_hold(by, on, set(MERGES))
    name = DONE if agree else DROP
    if told := records.already(Actor.of(by), key, name, duplicate, {}):
        return told
    pair = next((one for one in waiting() if one.duplicate == duplicate), None)
    if pair is None:
        raise Refused(Reason("nothing_to_merge"))
    if agree and (pair.ask.actor in hands.names(by) or by.pk in _persons(pair.duplicate, pair.into)):
        raise Refused(Reason("merge_needs_another"))
    if agree:
        carry_over(pair.duplicate, pair.into, day_of(on))
        pair.duplicate.standing, pair.duplicate.merged_into = "merged", pair.into
        pair.duplicate.save(update_fields=["standing", "merged_into"])
    said = {"into": pair.into.pid}
    return note(pair.duplicate, name, by=by, on=on, key=key, role=role, data=said, asked={})


def _persons(*parties: Party) -> set[int]:
    return {one.pk for one in parties if isinstance(one, Person)}


def carry_over(duplicate: Party, into: Party, day: date) -> None:
    """All that is said of the duplicate is said of the one that stays: cases, sanctions, registers, ties; its roles end.

    What both have, and only one may, stays with the duplicate and is read there; records keep the name they were written with.
    """
    if isinstance(duplicate, Person):
        people.end(Appointment.objects.filter(person=duplicate), day)
        duplicate.employments.filter(until=None).update(until=day)
    else:
        people.end(Appointment.objects.filter(scope="organisation", target=duplicate.pid), day)
    for model, name in _said_of(type(duplicate)):
        for row in model._default_manager.filter(**{name: duplicate}).only("pk"):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: into})
            except IntegrityError:
                continue
    if isinstance(into, Organisation):  # what was taken over without knowing who recommends the unit and where it lies
        Case.objects.filter(applicant=into, taken_over=True, recommender=None).update(recommender=into.recommender)
        Case.objects.filter(applicant=into, taken_over=True, place=NOWHERE).update(place=into.place)


def _said_of(kind: type[Party]) -> Iterator[tuple[type[models.Model], str]]:
    """The tables that say something of a party, and in which column; what lies behind the curtain goes by labels."""
    for relation in kind._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.many_to_many:
            continue
        model: type[models.Model] = relation.related_model  # type: ignore[assignment]
        name = str(relation.field.name)
        behind = model._meta.db_table in curtain.hidden()
        if name not in HANDS and model._meta.model_name not in OWN and not behind:
            yield model, name
