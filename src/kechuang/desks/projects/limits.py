"""Counting what a person leads, joins and has applied for, and what a unit was awarded: the numbers behind the limits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from kechuang.casework import records
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.parties.models import Organisation, Person
from kechuang.parties.prepared import Prepared

RUNNING = (
    *("funded", "contracting", "running", "suspended", "acceptance_due", "acceptance", "rectify"),
)  # fmt: skip
APPLIED = (
    *("with_unit", "with_recommender", "submitted", "formal_check", "correction", "admitted", "grouped", "panel_drawn"),
    *("mail_review", "panel_review", "site_visit", "ranked", "reserve", "proposed", "public_notice"),
)  # fmt: skip
NOT_COUNTED_PLANS = ("platform-talent",)
NOT_COUNTED = ("league-allotment", "claim-")


class Held(NamedTuple):
    """One application or project, as far as the limits look at it."""

    pk: int
    state: str
    leader: int | None
    ends_on: date | None
    programme: str
    plan: str
    year: int

    @property
    def counted(self) -> bool:
        """Whether the limits count it at all."""
        return self.plan not in NOT_COUNTED_PLANS and not self.programme.startswith(NOT_COUNTED)

    @property
    def of_the_fund(self) -> bool:
        """Whether it belongs to the natural science fund."""
        return self.programme.startswith("nsf-")


COLUMNS = ("pk", "state", "leader_id", "ends_on", "round__programme", "round__plan", "round__year")
LED = Prepared[tuple[Any, ...]](
    lambda person: Case.objects.filter(leader=person, parent=None).order_by("pk").values_list(*COLUMNS)
)
JOINED = Prepared[tuple[Any, ...]](
    lambda person: (
        Case.objects.filter(members__person=person, members__main=True, parent=None)
        .order_by("pk")
        .values_list(*COLUMNS)
    )
)


def led(case: Case, states: tuple[str, ...], on: datetime) -> list[Held]:
    """Other cases the leader of `case` leads in `states`; running ones that end this year are not counted."""
    return [one for one in _counted(case, LED, "led", states, on) if one.pk != case.pk]


def joined(case: Case, states: tuple[str, ...], on: datetime) -> list[Held]:
    """As `led`, where the leader is a main member of somebody else's case."""
    return [one for one in _counted(case, JOINED, "joined", states, on) if one.leader != case.leader_id]


def running(person: Person) -> tuple[int, int]:
    """How many projects a person leads and joins today, those that end this year with them."""
    led, joined = ([Held(*row) for row in ask.rows(person.pk)] for ask in (LED, JOINED))
    mine, others = ([one for one in rows if one.state in RUNNING and one.counted] for rows in (led, joined))
    return len(mine), sum(one.leader != person.pk for one in others)


def _counted(
    case: Case, ask: Prepared[tuple[Any, ...]], what: str, states: tuple[str, ...], on: datetime
) -> list[Held]:
    person = case.leader_id
    if person is None:
        return []
    rows = records.during(case, what, lambda: [Held(*row) for row in ask.rows(person)])
    rows = [one for one in rows if one.state in states and one.counted]
    if states is RUNNING:
        return [one for one in rows if one.ends_on is None or one.ends_on.year != day_of(on).year]
    return [one for one in rows if one.year == case.round.year]


def this_one(case: Case) -> int:
    """1 if `case` does not yet stand among the applied ones and so must be added to them."""
    return 0 if case.state in APPLIED else 1


WON = Prepared[tuple[int]](
    lambda unit, programme: Case.objects.filter(
        applicant=unit, round__programme=programme, award__isnull=False, parent=None
    ).values_list("round__year")
)


def awarded_by_year(unit: Organisation, programme: str, year: int, span: int = 3) -> list[int]:
    """How many projects of `programme` the unit won in each of the `span` years before `year`."""
    won = [y for (y,) in WON.rows(unit.pk, programme)]
    return [won.count(y) for y in range(year - span, year)]


def unit_names() -> list[str]:
    """The names of all units that can apply."""
    kinds = ("enterprise", "university", "institute", "hospital", "new_institute")
    return list(Organisation.objects.filter(kind__in=kinds).values_list("name", flat=True))
