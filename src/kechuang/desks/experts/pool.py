"""The pool: entering it, being confirmed, credit, declared ties; and the few panels that are seated by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from kechuang.casework import curtain, records, witnessing
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Attempt, Case, Record
from kechuang.casework.pages import day_of, pages_of
from kechuang.casework.people import must_hold
from kechuang.casework.queries import visible_to
from kechuang.desks.experts import drawing, terms
from kechuang.desks.experts.models import Coauthorship, Draw, Expert, Seat
from kechuang.engines.panel import recusal
from kechuang.parties import hands
from kechuang.parties.models import Organisation, Person, Tie
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

CREDITS = ("good", "watch", "barred")
CODE = re.compile(r"[A-Z0-9]{1,10}")
EARLIEST = 1950
SHORTEST = 20  # characters of a reason for seating by hand


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are in the pool, by kind; outside is how many come from outside the region."""

    active: int
    pending: int
    outside: int
    kinds: Mapping[str, int]


def counts() -> Counts:
    """What officers may know of the pool: numbers."""
    active = Expert.objects.filter(standing="active", left_on=None)
    kinds = dict(active.values_list("kind").annotate(n=Count("pk")).order_by("kind"))
    outside = active.exclude(place__startswith=drawing.REGION).count()
    return Counts(sum(kinds.values()), pending().count(), outside, kinds)


def pending() -> QuerySet[Expert]:
    """Entries that wait for the institution, oldest first."""
    return Expert.objects.filter(standing="pending").select_related("person", "person__unit").order_by("pk")


def named(text: str) -> QuerySet[Expert]:
    """Confirmed entries whose name begins so: for the credit of one; nothing is found for an empty name."""
    found = Expert.objects.filter(standing="active", person__name__startswith=text.strip())
    return (found if text.strip() else found.none()).select_related("person", "person__unit").order_by("person__name", "pk")  # fmt: skip


def by_hand_modes(case: Case) -> list[str]:
    """For which panels of this case the page allows naming experts now: a visit that was ordered, a draw that failed."""
    allowed = (pages_of(case.round).programme.get("panel") or {}).get("by_hand") or ()
    failed = Attempt.objects.filter(subject_kind="case", subject=case.number, act__startswith="draw").exists()
    visit = ["site_visit"] if "site_visit" in allowed and case.state == "site_visit" else []
    return [*visit, *(("mail", "panel", "midterm", "acceptance") if failed and "failed_draw" in allowed else ())]


def entry_of(person: Person) -> Expert | None:
    """A person's own entry."""
    return Expert.objects.filter(person=person).first()


@transaction.atomic
def enter(
    person: Person, *, kind: str, fields: Sequence[str], keywords: Sequence[str], on: datetime, key: str
) -> Expert:
    """Ask to be in the pool: kind, codes of fields, keywords. Asking again changes an entry, which is then confirmed anew."""
    codes = sorted({code.strip().upper() for code in fields if code.strip()})
    faults = [Reason("unknown_kind", path="kind")] if kind not in dict(Expert.KINDS) else []
    if not codes or not all(CODE.fullmatch(code) for code in codes):
        faults.append(Reason("bad_field_codes", path="fields"))
    if person.standing != "confirmed":
        faults.append(Reason("account_not_confirmed", who=person.name))
    row = entry_of(person)
    if row is not None and row.credit == "barred":
        faults.append(Reason("barred_from_pool"))
    if faults:
        raise Refused(*faults)
    data = {"kind": kind, "fields": codes, "keywords": [word.strip() for word in keywords if word.strip()]}
    place = person.unit.place if person.unit else "150000"
    given = {**data, "place": place, "standing": "pending"}
    row, _ = Expert.objects.update_or_create(
        person=person, defaults=given, create_defaults={**given, "entered_on": day_of(on)}
    )
    note(person, "ask_to_enter_pool", by=person, on=on, key=key, role="", data=data)
    return row


@transaction.atomic
def confirm(row: Expert, *, by: Person, on: datetime, key: str) -> Record:
    """The institution's word that someone may be drawn; nobody confirms oneself."""
    must_hold(by, on, {"institution_chief"})
    if hands.same(by, row.person_id):
        raise Refused(Reason("same_person", act={"zh": "申请入库", "en": "asking to enter"}))
    if told := records.already(Actor.of(by), key, "enter_pool", row.person, {}):
        return told
    if row.standing != "pending":
        raise Refused(Reason("not_pending"))
    row.standing, row.entered_on = "active", day_of(on)
    row.save(update_fields=["standing", "entered_on"])
    return note(row.person, "enter_pool", by=by, on=on, key=key, role="institution_chief", data={})


@transaction.atomic
def set_credit(row: Expert, credit: str, *, reason: str, by: Person, on: datetime, key: str) -> Record:
    """How far a reviewer is trusted, with the reason: only `good` can be drawn."""
    must_hold(by, on, {"institution_chief"})
    if credit not in CREDITS:
        raise Refused(Reason("unknown_credit", path="credit"))
    if len(reason.strip()) < SHORTEST:
        raise Refused(Reason("text_too_short", least=SHORTEST, path="reason"))
    row.credit = credit
    row.save(update_fields=["credit"])
    data = {"credit": credit, "reason": reason.strip()}
    return note(row.person, "set_credit", by=by, on=on, key=key, role="institution_chief", data=data)


@transaction.atomic
def declare_tie(
    person: Person, *, kind: str, other: str, on: datetime, key: str, year: int | None = None
) -> Tie | Coauthorship:
    """What binds someone to another person or a unit, by its public id; recusal knows it from the next draw on.

    `year` is that of the last work published together: it counts for the years that the page gives, else for ever.
    """
    somebody = Person.objects.filter(pid=other).exclude(pk=person.pk).first()
    unit = None if somebody else Organisation.objects.filter(pid=other).first()
    if kind not in dict(Tie.KINDS):
        raise Refused(Reason("unknown_kind", path="kind"))
    if somebody is None and (unit is None or year):
        raise Refused(Reason("nobody_named", path="other"))
    if year is not None and (kind != "coauthor" or not EARLIEST <= year <= day_of(on).year):
        raise Refused(Reason("year_of_coauthors", path="year", least=EARLIEST, most=day_of(on).year))
    said = {"kind": kind, "other": other, **({"year": year} if year else {})}
    note(person, "declare_tie", by=person, on=on, key=key, role="", data=said)
    if year:
        until = {"until": date(year, 12, 31)}
        return Coauthorship.objects.update_or_create(one=person, other=somebody, kind=kind, defaults=until)[0]
    row, _ = Tie.objects.get_or_create(
        person=person, other=somebody, organisation=unit, kind=kind, defaults={"on": day_of(on)}
    )
    return row


@transaction.atomic
def seat_by_hand(
    case: Case, mode: str, pids: Sequence[str], *, reason: str, by: Person, on: datetime, key: str
) -> Draw:
    """Seat named experts where the page allows it: for a site visit, or after a draw that failed.

    Refused without a written reason, without a witness of supervision who has spoken on the draw, and for anyone the
    recusal graph keeps away. The reason stands on the draw and so in the notice; who was seated lies behind the curtain.
    """
    must_hold(by, on, {"institution_chief"})
    if not visible_to(by, on).filter(pk=case.pk).exists():
        raise Refused(Reason("act_for_another", role="institution_chief"))
    data = {"reason": reason.strip(), "mode": mode}
    if told := records.already(Actor.of(by), key, "seat_by_hand", case, data):
        return Draw.objects.get(pk=json.loads(told.body)["tells"]["draw"])
    _may_be_seated(case, mode, reason, by)
    with curtain.lifted("experts.seat_by_hand"):
        found = list(
            Expert.objects.filter(Q(pid__in=pids) | Q(person__pid__in=pids), standing="active", credit="good")
            .exclude(person__standing="merged")
            .select_related("person", "person__unit")
        )
        if not found or len(found) != len(set(pids)):
            raise Refused(Reason("not_in_pool", path="experts"))
        _of_the_visit(case, mode, found)
        group = drawing.group_of(case, mode)
        if recusal.hard(drawing.recused(group, found, on)):
            raise Refused(Reason("recused"))
        row = _seated(group, found, reason, on)
    tells = {"draw": str(row.pk), "seats": str(len(found))}
    note(case, "seat_by_hand", by=by, on=on, key=key, role="institution_chief", data=data, tells=tells)
    return row


def _may_be_seated(case: Case, mode: str, reason: str, by: Person) -> None:
    if case.round.state == "suspended":
        raise Refused(Reason("round_suspended"))
    allowed = (pages_of(case.round).programme.get("panel") or {}).get("by_hand") or ()
    failed = Attempt.objects.filter(subject_kind="case", subject=case.number, act__startswith="draw").exists()
    if not (mode in allowed or ("failed_draw" in allowed and failed)):
        raise Refused(Reason("by_hand_not_allowed"))
    if len(reason.strip()) < SHORTEST:
        raise Refused(Reason("text_too_short", least=SHORTEST, path="reason"))
    own = Record.objects.filter(act__startswith="second:draw", subject_kind="case", subject=case.number)
    spoken = {*own.values_list("actor", flat=True)}
    spoken |= {word.actor for word in witnessing.words_on(case.round, "draw") if case.group in word.groups}
    if not spoken - hands.names(by):
        raise Refused(Reason("second_person_missing", act="draw", role="supervisor"))


def _of_the_visit(case: Case, mode: str, found: list[Expert]) -> None:
    """Who visits a site is as many, and of the kinds, as the page says."""
    programme = pages_of(case.round).programme
    said = (programme.get("panel") or {}).get(mode) or {}
    if mode != "site_visit" or "size" not in said:
        return
    wanted = terms.make_up(programme, mode)
    if len(found) != wanted.seats:
        raise Refused(Reason("visit_of_another_size", wanted=wanted.seats, named=len(found)))
    kinds = [expert.kind for expert in found]
    if any(kinds.count(kind) < least for kind, least in wanted.kinds.items() if kind):
        raise Refused(Reason("visit_without_kinds"))


def _seated(group: drawing.Group, found: list[Expert], reason: str, on: datetime) -> Draw:
    frozen = drawing.freeze_pool(group.round, on)
    if Draw.objects.filter(round=group.round, group=group.name, mode=group.mode, aborted_at=None).exists():
        raise Refused(Reason("already_drawn"))
    row = Draw.objects.create(
        round=group.round, group=group.name, mode=group.mode, seats=len(found), dice="", seed="",
        pool_digest=frozen.digest, by_hand=reason.strip(), on=on,
    )  # fmt: skip
    for position, expert in enumerate(found):
        Seat.objects.create(draw=row, expert=expert, position=position, state="invited", invited_at=on)
    return row
