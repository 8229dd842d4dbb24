"""For whom something can be found: keys on every entry, keys of every reader; where they meet, the entry exists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kechuang.casework.models import Case, Round
from kechuang.casework.pages import day_of, roles_page
from kechuang.casework.queries import BEFORE_RECOMMENDER, rounds_visible_to
from kechuang.engines.match.search import EVERYONE
from kechuang.parties.models import Appointment, Person
from kechuang.parties.permissions import EVERYWHERE, appointments

HANDED_IN, OFFICE, EXPERTS = "h", "office", "x"
MASKED = "m:"
OFFICES = ("planning", "execution", "supervision", "money", "decision")


def of_case(case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of a case: the people on it, and those that appointments reach; the same rows as `visible_to`."""
    people = [f"p:{pid}" for pid in case.members.values_list("person__pid", flat=True)]
    if case.leader:
        people.append(f"p:{case.leader.pid}")
    return tuple(sorted(set(people))), tuple(_reached(case))


def _reached(case: Case) -> Iterator[str]:
    if case.applicant:
        yield f"o:{case.applicant.pid}"
    passed_on = case.received_at is not None or case.state not in (*BEFORE_RECOMMENDER, "withdrawn")
    if case.recommender and passed_on:
        yield f"r:{case.recommender.pid}"
    if case.received_at is not None or case.parent_id is not None:
        yield HANDED_IN
        yield f"round:{case.round.code}"
        if case.place:
            yield from sorted({f"c:{case.place[:4]}", f"c:{case.place}"})


def in_preparation(round_: Round) -> str:
    """The key of a round that is not published yet."""
    return f"prep:{round_.code}"


def of_reader(person: Person | None, on: datetime) -> tuple[str, ...]:
    """The keys that open what this person may find today; nobody signed in has that of everyone alone."""
    if person is None:
        return (EVERYONE,)
    keys = {EVERYONE, f"p:{person.pid}"}
    for held in appointments(person, day_of(on)):
        keys.update(_of_appointment(held))
    preparing = rounds_visible_to(person, on).filter(published_at=None).order_by()
    keys.update(in_preparation(one) for one in preparing.only("code"))
    return tuple(sorted(keys))


def _of_appointment(held: Appointment) -> Iterator[str]:
    sees = roles_page().sees(held.role)
    blind = MASKED if sees.get("applicant_identity") != "full" else ""
    yield from (blind + key for key in _cases_of(held, str(sees.get("cases", "none"))))
    if sees.get("expert_identity") == "full":
        yield EXPERTS
    if held.power in OFFICES:
        yield OFFICE


def _cases_of(held: Appointment, view: str) -> Iterator[str]:
    """The keys of the cases that an appointment reaches: what `queries.rows_of` says, in keys."""
    match view:
        case "organisation" | "own" if held.scope == "organisation":
            yield f"o:{held.target}"
        case "recommended":
            yield f"r:{held.target}"
        case "place":
            yield f"c:{held.target[:4] if held.target.endswith('00') else held.target}"
        case "programme" | "assigned" if held.scope != "round" and held.target == EVERYWHERE:
            yield HANDED_IN
        case "programme" | "assigned":
            yield from (f"round:{code}" for code in _rounds_of(held))
        case "all":
            yield HANDED_IN


def _rounds_of(held: Appointment) -> list[str]:
    """The codes of the rounds an appointment is for: one, those of an institution, those of a programme or plan."""
    names = ("code", "institution__pid") if held.scope == "round" else ("programme", "plan")
    return sorted(
        {code for name in names for code in Round.objects.filter(**{name: held.target}).values_list("code", flat=True)}
    )
