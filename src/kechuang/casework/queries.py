"""What a person may see: every list, count, search and export starts here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import partial

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from kechuang.casework.models import Case, Joining, Member, Record, Round, subject_key
from kechuang.casework.pages import roles_page
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import EVERYWHERE, JOINS_AS, appointments, covers, role_in
from kechuang.parties.prepared import Prepared
from kechuang.parties.steady import once
from kechuang.words.period import ZONE

BEFORE_RECOMMENDER = ("draft", "with_unit", "self_evaluation")
NOWHERE = Q(pk__in=[])
HOLDERS = Prepared[Appointment](
    lambda role, *targets: Appointment.objects.filter(role=role, target__in=targets).order_by("pk")
)
PERSON = Prepared[Person](lambda pk: Person.objects.filter(pk=pk))


def rows_of(held: Appointment, of: str = "cases") -> Q:
    """The cases that one appointment lets its holder see, by what the role's page says of `of`: cases or money."""
    sees = roles_page().sees(held.role).get(of, "none")
    handed_in = Q(received_at__isnull=False) | Q(parent__isnull=False)
    match sees:
        case "organisation" | "own" if held.scope == "organisation":
            joins = Joining.objects.filter(unit__pid=held.target).values("case")
            asked = Q(pk__in=joins) if of == "cases" and held.role in JOINS_AS else Q()
            return Q(applicant__pid=held.target) | asked
        case "recommended":
            passed_on = Q(received_at__isnull=False) | ~Q(state__in=[*BEFORE_RECOMMENDER, "withdrawn"])
            return Q(recommender__pid=held.target) & passed_on
        case "place":
            prefix = held.target[:4] if held.target.endswith("00") else held.target
            return Q(place__startswith=prefix) & handed_in
        case "programme" | "assigned":
            return _rounds(held) & handed_in
        case "all":
            return handed_in
    return NOWHERE


def _rounds(held: Appointment) -> Q:
    if held.scope == "round":
        return Q(round__code=held.target) | Q(round__institution__pid=held.target)
    if held.target == EVERYWHERE:
        return Q()
    return Q(round__programme=held.target) | Q(round__plan=held.target)


def visible_to(person: Person, on: datetime, *, among: Collection[str] | None = None) -> QuerySet[Case]:
    """Every case this person may open: own ones with what hangs on them, and those that appointments of today reach.

    `among` asks of these numbers alone: the database then looks at them first, not at all that an office may open.
    """
    if among is not None and not among:
        return Case.objects.none()
    teams = Member.objects.filter(person=person).values("case")
    reach = Q(leader=person) | Q(pk__in=teams) | Q(parent__in=teams)
    for held in appointments(person, on.astimezone(ZONE).date()):
        reach |= rows_of(held)
    asked = Case.objects.filter(reach) if among is None else Case.objects.filter(reach, number__in=among)
    # Made into SQL once: a page asks of these cases four times, and making the text takes longer than the database needs.
    ids = RawSQL(*asked.values("pk").query.sql_with_params())
    return Case.objects.filter(pk__in=ids).select_related("round", "applicant", "leader", "recommender")


def may_open(person: Person, case: Case, on: datetime) -> bool:
    """Whether this case is among those that `visible_to` gives; a leader's own always is."""
    return case.leader_id == person.pk or visible_to(person, on, among=[case.number]).exists()


def rounds_visible_to(person: Person | None, on: datetime) -> QuerySet[Round]:
    """Published rounds for everyone; those in preparation for the offices that prepare or supervise them."""
    public = Q(published_at__isnull=False)
    if person is None:
        return Round.objects.filter(public)
    for held in appointments(person, on.astimezone(ZONE).date()):
        if held.power in ("planning", "decision", "supervision", "money") or held.role == "legal_officer":
            public |= Q() if held.target in ("", EVERYWHERE) else Q(programme=held.target) | Q(plan=held.target)
            if held.target in ("", EVERYWHERE):
                return Round.objects.all()
        elif held.scope == "round":
            public |= Q(code=held.target) | Q(institution__pid=held.target)
    return Round.objects.filter(public)


def history(subject: Case | Round) -> QuerySet[Record]:
    """The records of a subject, oldest first."""
    kind, pid = subject_key(subject)
    return Record.objects.filter(subject_kind=kind, subject=pid).order_by("position")


def holders(role: str, subject: Case | Round, on: date) -> list[Person]:
    """Who holds `role` for `subject` on that day: to whom a letter or a task goes."""
    if role == "leader":
        return [subject.leader] if isinstance(subject, Case) and subject.leader else []
    if role == "accused":
        of_it = isinstance(subject, Case) and subject.member_role == role
        return list(Person.objects.filter(memberships__case=subject.pk)) if of_it else []
    if role in ("joiner", "part_head"):
        named = isinstance(subject, Case) and subject.joining_role == role and bool(subject.joining_ids)
        return list(Person.objects.filter(memberships__case=subject.pk)) if named else []
    if role in JOINS_AS.values():
        units = sorted(getattr(subject, "joining_units", ()))
        rows = Appointment.objects.filter(role__in=JOINS_AS, target__in=units).select_related("person").order_by("pk")
        speak = [held for held in rows if role_in(held, subject) == role and held.holds_on(on)]
        return list({held.person_id: held.person for held in speak}.values())
    round_ = subject.round
    parties = [round_.institution, getattr(subject, "applicant", None), getattr(subject, "recommender", None)]
    targets = ["", EVERYWHERE, round_.programme, round_.plan, round_.code, *(p.pid if p else "" for p in parties)]
    holding = once(("holders", role, *targets), lambda: HOLDERS.rows(role, *targets))
    found = [held.person_id for held in holding if covers(held, subject) and held.holds_on(on)]
    people = [once((Person._meta.label, pk), partial(PERSON.one, pk)) for pk in dict.fromkeys(found)]
    return [person for person in people if person]
