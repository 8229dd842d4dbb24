"""Which roles a person holds for a case or a round: the only reader of appointments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from kechuang.parties.models import Appointment, Person
from kechuang.parties.prepared import Prepared
from kechuang.words.place import lies_in

EVERYWHERE = "*"
JOINS_AS = {
    "unit_research": "joining_unit",
    "unit_head": "joining_unit",
    "unit_finance": "joining_finance",
}  # by whom a unit speaks in a change that it is to join by
HELD = Prepared[Appointment](lambda person: Appointment.objects.filter(person=person))


def appointments(person: Person, day: date) -> list[Appointment]:
    """What `person` is appointed to on `day`, read afresh: a change of role takes effect on the next request."""
    return [held for held in HELD.rows(person.pk) if held.holds_on(day)]


def covers(held: Appointment, subject: Any) -> bool:
    """Whether an appointment's scope reaches `subject` (a case or a round, by what they have)."""
    round_ = getattr(subject, "round", subject)
    match held.scope:
        case "region":
            return True
        case "organisation":
            unit = getattr(subject, "applicant", None)
            return unit is not None and unit.pid == held.target
        case "recommended":
            recommender = getattr(subject, "recommender", None)
            return recommender is not None and recommender.pid == held.target
        case "place":
            place = getattr(subject, "place", "")
            return bool(place) and lies_in(place, held.target)
        case "programme":
            return held.target in (EVERYWHERE, round_.programme, round_.plan)
        case "round":
            institution = round_.institution
            return held.target == round_.code or (institution is not None and institution.pid == held.target)
    return False


def role_in(held: Appointment, subject: Any) -> str:
    """What an appointment makes of its holder for `subject`: its role where it reaches, the word of a unit that is to join; else nothing."""
    if covers(held, subject):
        return held.role
    asked = (
        held.role in JOINS_AS and held.scope == "organisation" and held.target in getattr(subject, "joining_units", ())
    )
    return JOINS_AS[held.role] if asked else ""


def roles(held: Iterable[Appointment], subject: Any) -> frozenset[str]:
    """The roles among `held` that reach `subject`."""
    return frozenset(role for a in held if (role := role_in(a, subject)))


def stands_in_for(held: Iterable[Appointment], role: str, subject: Any = None) -> int | None:
    """Whose place the holder of `held` takes in `role` (for `subject`), by key; None where the role is their own too."""
    mine = [a for a in held if (a.role if subject is None else role_in(a, subject)) == role]
    if not mine or any(a.deputy_for_id is None for a in mine):
        return None
    return mine[0].deputy_for_id


def own_roles(person: Person, subject: Any) -> frozenset[str]:
    """Roles that come from the case itself: its leader, its members (by person id), who may be called otherwise there."""
    found = set()
    if getattr(subject, "leader_id", None) == person.pk:
        found.add("leader")
    if person.pk in getattr(subject, "member_ids", ()):
        found.add(getattr(subject, "member_role", "member"))
    if person.pk in getattr(subject, "joining_ids", ()):
        found.add(getattr(subject, "joining_role", "joiner"))
    return frozenset(found)
