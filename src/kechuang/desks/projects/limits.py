"""Counting what a person leads, joins and has applied for, and what a unit was awarded: the numbers behind the limits."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F

from kechuang.casework import records
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.projects.models import Change
from kechuang.parties.models import Organisation, Person
from kechuang.parties.prepared import Prepared

RUNNING = (
    *("funded", "contracting", "running", "suspended", "acceptance_due", "acceptance", "rectify"),
)  # fmt: skip
APPLIED = (
    *("with_unit", "with_recommender", "submitted", "formal_check", "correction", "admitted", "grouped", "panel_drawn"),
    *("mail_review", "panel_review", "site_visit", "ranked", "reserve", "proposed", "public_notice"),
)  # fmt: skip


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
    def of_the_fund(self) -> bool:
        """Whether it belongs to the natural science fund."""
        return self.programme.startswith("nsf-")


def _ends_this_year(one: Held, on: date) -> bool:
    return one.state in RUNNING and one.ends_on is not None and one.ends_on.year == on.year


# What a page may leave out of its limits, by the code of its `exempt.items`.
EXEMPT: dict[str, Callable[[Held, date], bool]] = {
    "ends_this_year": _ends_this_year,
    "allotted": lambda one, on: one.plan == "platform-talent" or one.programme == "league-allotment",
    "after_the_fact": lambda one, on: one.programme.startswith("claim-"),
}


def counted(one: Held, exempt: Collection[str], on: date) -> bool:
    """Whether the limits count it, under a page that leaves out the kinds `exempt`."""
    return not any(EXEMPT[code](one, on) for code in exempt)


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
    """Other cases the leader of `case` leads in `states`, without those that the page leaves out of its limits."""
    return [one for one in _counted(case, LED, "led", states, on) if one.pk != case.pk]


def joined(case: Case, states: tuple[str, ...], on: datetime) -> list[Held]:
    """As `led`, where the leader is a main member of somebody else's case."""
    return [one for one in _counted(case, JOINED, "joined", states, on) if one.leader != case.leader_id]


def running(person: Person) -> tuple[int, int]:
    """How many projects a person leads and joins today, those that end this year with them."""
    led, joined = ([Held(*row) for row in ask.rows(person.pk)] for ask in (LED, JOINED))
    kinds = EXEMPT.keys() - {"ends_this_year"}
    mine, others = (
        [one for one in rows if one.state in RUNNING and counted(one, kinds, date.min)] for rows in (led, joined)
    )
    return len(mine), sum(one.leader != person.pk for one in others)


def _counted(
    case: Case, ask: Prepared[tuple[Any, ...]], what: str, states: tuple[str, ...], on: datetime
) -> list[Held]:
    person = case.leader_id
    if person is None:
        return []
    rows = records.during(case, what, lambda: [Held(*row) for row in ask.rows(person)])
    told = pages_of(case.round).programme.get("exempt") or {}
    exempt = [str(item["code"]) for item in told.get("items", ())]
    rows = [one for one in rows if one.state in states and counted(one, exempt, day_of(on))]
    return rows if states is RUNNING else [one for one in rows if one.year == case.round.year]


def this_one(case: Case) -> int:
    """1 if `case` does not yet stand among the applied ones and so must be added to them."""
    return 0 if case.state in APPLIED else 1


MOVES = Change.objects.filter(kind="lead_unit", child__isnull=False)
WON = Prepared[tuple[int]](
    lambda unit, programme: (
        Case.objects.filter(applicant=unit, round__programme=programme, award__isnull=False, parent=None)
        .exclude(pk__in=MOVES.values("case"))
        .values_list("round__year")
    )
)
GAVE_UP = Prepared[tuple[int]](  # by the first of its moves, which stays with the unit that won it
    lambda unit, programme: (
        MOVES.filter(child__applicant=unit, case__round__programme=programme)
        .exclude(pk__in=MOVES.filter(case__changes__kind="lead_unit", case__changes__pk__lt=F("pk")).values("pk"))
        .values_list("case__round__year")
    )
)


def awarded_by_year(unit: Organisation, programme: str, year: int, span: int = 3) -> list[int]:
    """How many projects of `programme` the unit won in each of the `span` years before `year`, whoever carries them now."""
    won = [y for (y,) in (*WON.rows(unit.pk, programme), *GAVE_UP.rows(unit.pk, programme))]
    return [won.count(y) for y in range(year - span, year)]


def unit_names() -> list[str]:
    """The names of all units that can apply."""
    kinds = ("enterprise", "university", "institute", "hospital", "new_institute")
    return list(Organisation.objects.filter(kind__in=kinds).values_list("name", flat=True))
