"""The people, units and rounds that tests act with: plain functions, the smallest things that stand."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypeVar

from django.db.models import Model

from kechuang.casework.acts import act, open_case
from kechuang.casework.models import Case, Frozen, Round
from kechuang.casework.pages import current, frozen_text, roles_page
from kechuang.parties.models import Appointment, Employment, Organisation, Person
from kechuang.parties.prepared import insert
from kechuang.words.period import ZONE

Row = TypeVar("Row", bound=Model)
_numbers = itertools.count(1)
START = datetime(2018, 3, 1, 9, 0, tzinfo=ZONE)
LONG_AGO = date(2010, 1, 1)


def at(day: str, hour: int = 9, minute: int = 0) -> datetime:
    """A moment in Shanghai: at('2018-03-01')."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), ZONE) + timedelta(hours=hour, minutes=minute)


def made(row: Row) -> Row:
    """The row, now in its table: as `create` does it, in a sixth of its time; a region has sixty of them."""
    insert(row)
    return row


def a_unit(kind: str = "university", **given) -> Organisation:
    number = next(_numbers)
    values = {"name": f"示例单位{number}", "kind": kind, "place": "150102", "registered_on": LONG_AGO, "host_unit": True,
              "standing": "confirmed", "synthetic": True, **given}  # fmt: skip
    return made(Organisation(**values))


def a_person(*roles: tuple[str, str], unit: Organisation | None = None, **given) -> Person:
    """Someone with `roles`, each (role, target)."""
    number = next(_numbers)
    values = {"username": f"person{number}", "name": f"示例人{number}", "born": date(1980, 5, 1), "sex": "F",
              "degree": "doctor", "rank": "deputy", "standing": "confirmed", "synthetic": True, **given}  # fmt: skip
    person = made(Person(unit=unit, **values))
    if unit is not None:
        insert(Employment(person=person, organisation=unit, since=LONG_AGO))
    for role, target in roles:
        appoint(person, role, target)
    return person


def appoint(person: Person, role: str, target: str) -> Appointment:
    page = roles_page()
    return made(
        Appointment(
            person=person, role=role, target=target, power=page.power(role), scope=page.scope(role), since=LONG_AGO
        )
    )


class Region:
    """A department with one person in every office, a recommender, a host unit with its three officers, an institution."""

    def __init__(self) -> None:
        self.recommender = a_unit("recommender", name="示例市科技局", place="150100")
        self.unit = a_unit(recommender=self.recommender)
        self.institution = a_unit("institution", name="示例专业机构")
        org, rec, inst = self.unit.pid, self.recommender.pid, self.institution.pid
        self.leader = a_person(unit=self.unit)
        self.research = a_person(("unit_research", org), unit=self.unit)
        self.head = a_person(("unit_head", org), unit=self.unit)
        self.finance = a_person(("unit_finance", org), unit=self.unit)
        self.clerk = a_person(("recommender", rec), unit=self.recommender)
        self.signatory = a_person(("recommender_head", rec), unit=self.recommender)
        self.planner = a_person(("planner", "*"))
        self.planning_chief = a_person(("planning_chief", "*"))
        self.field = a_person(("field_officer", "*"))
        self.legal = a_person(("legal_officer", "*"))
        self.officer = a_person(("institution_officer", inst), unit=self.institution)
        self.officer_two = a_person(("institution_officer", inst), unit=self.institution)
        self.chief = a_person(("institution_chief", inst), unit=self.institution)
        self.operator = a_person(("draw_operator", inst), unit=self.institution)
        self.secretary = a_person(("review_secretary", inst), unit=self.institution)
        self.fund_clerk = a_person(("fund_clerk", "*"))
        self.treasurer = a_person(("treasurer", "*"))
        self.supervisor = a_person(("supervisor", ""))
        self.supervision_chief = a_person(("supervision_chief", ""))
        self.leadership = a_person(("leadership", ""))


@cache
def _frozen_text(edition: str, programme: str) -> tuple[str, str]:
    return frozen_text(Round(programme=programme))


def an_open_round(region: Region, programme: str = "nsf-general", **given) -> Round:
    """A round that stands open, as if published a month before; its pages are frozen."""
    from_ = given.pop("opens_at", START)
    values = {
        "code": f"{programme}-{next(_numbers)}", "programme": programme, "plan": "basic-research", "title": "示例批次",
        "year": from_.year, "state": "open", "entered_at": from_, "opens_at": from_,
        "units_close_at": from_ + timedelta(30), "closes_at": from_ + timedelta(33), "published_at": from_ - timedelta(30),
        "institution": region.institution, "budget_fen": 100_000_000,
        "topics": [{"code": "T1", "title": "自由探索"}], "details": {"term_least": 36, "term_most": 36}, **given,
    }  # fmt: skip
    round_ = Round(**values)
    body, digest = _frozen_text(current().digest, programme)
    round_.frozen, _ = Frozen.objects.get_or_create(digest=digest, defaults={"body": body, "on": from_})
    round_.save()
    return round_


def a_case(region: Region, round_: Round | None = None, **given) -> Case:
    """A draft opened by the leader through the door."""
    round_ = round_ or an_open_round(region)
    return open_case(round_, by=given.pop("leader", region.leader), on=START, key=f"open-{next(_numbers)}", **given)


def done(case: Case | Round, name: str, by: Person, *, on: datetime = START, **data):
    """Carry out one act with a key of its own."""
    return act(case, name, by=by, on=on, key=f"{name}-{next(_numbers)}", data=data)
