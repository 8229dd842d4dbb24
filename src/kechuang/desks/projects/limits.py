"""Counting what a person leads, joins and has applied for, and what a unit was awarded: the numbers behind the limits."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.parties.models import Organisation

RUNNING = (
    *("funded", "contracting", "running", "suspended", "acceptance_due", "acceptance", "rectify"),
)  # fmt: skip
APPLIED = (
    *("with_unit", "with_recommender", "submitted", "formal_check", "correction", "admitted", "grouped", "panel_drawn"),
    *("mail_review", "panel_review", "site_visit", "ranked", "reserve", "proposed", "public_notice"),
)  # fmt: skip
FUND = Q(round__programme__startswith="nsf-")
NOT_COUNTED = (
    Q(round__plan="platform-talent") | Q(round__programme="league-allotment") | Q(round__programme__startswith="claim-")
)


def main_cases() -> QuerySet[Case]:
    """Applications and projects themselves, no child cases, nothing that the limits leave out."""
    return Case.objects.filter(parent=None).exclude(NOT_COUNTED)


def led(case: Case, states: tuple[str, ...], on: datetime) -> QuerySet[Case]:
    """Cases the leader of `case` leads in `states`; running ones that end this year are not counted."""
    rows = main_cases().filter(leader=case.leader, state__in=states)
    return (
        rows.exclude(ends_on__year=day_of(on).year) if states is RUNNING else rows.filter(round__year=case.round.year)
    )


def joined(case: Case, states: tuple[str, ...], on: datetime) -> QuerySet[Case]:
    """As `led`, where the leader is a main member of somebody else's case."""
    rows = main_cases().filter(members__person=case.leader, members__main=True, state__in=states)
    rows = rows.exclude(leader=case.leader)
    return (
        rows.exclude(ends_on__year=day_of(on).year) if states is RUNNING else rows.filter(round__year=case.round.year)
    )


def this_one(case: Case) -> int:
    """1 if `case` does not yet stand among the applied ones and so must be added to them."""
    return 0 if case.state in APPLIED else 1


def awarded_by_year(unit: Organisation, programme: str, year: int, span: int = 3) -> list[int]:
    """How many projects of `programme` the unit won in each of the `span` years before `year`."""
    won = Case.objects.filter(applicant=unit, round__programme=programme, award__isnull=False, parent=None)
    return [won.filter(round__year=y).count() for y in range(year - span, year)]


def unit_names() -> list[str]:
    """The names of all units that can apply."""
    kinds = ("enterprise", "university", "institute", "hospital", "new_institute")
    return list(Organisation.objects.filter(kind__in=kinds).values_list("name", flat=True))
