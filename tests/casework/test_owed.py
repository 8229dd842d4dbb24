"""What is owed again and again: a report for each year that is over, an instalment once it is free; in whose list, until when."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework import deadlines, todo
from kechuang.casework.actor import CLOCK, Actor
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_for
from kechuang.casework.records import Entry, write
from kechuang.engines.flow import Done
from kechuang.words.period import ZONE, end_of
from tests.factories import Region, a_case

pytestmark = pytest.mark.django_db


def at(year, month=1, day=15):
    return datetime(year, month, day, 9, tzinfo=ZONE)


def running(region: Region, *acts: tuple[str, datetime]) -> Case:
    """A project of three years that runs since April 2018, with these acts on its record."""
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(
        state="running", received_at=at(2018, 3), starts_on=date(2018, 4, 1), ends_on=date(2021, 3, 31)
    )
    case.refresh_from_db()
    for n, (act, on) in enumerate((("countersign", at(2018, 4, 1)), *acts)):
        before = "contracting" if act == "countersign" else "running"
        write(case, Entry(act, before, "running", Actor(CLOCK.id), "clock", on, f"{case.number}-{n}", {}, {}))
    return case


def tasks(person, on):
    return [(one.name, one.until) for one in todo.desk(person, on).tasks]


def told(*acts: tuple[str, datetime]) -> tuple[Done, ...]:
    return tuple(Done(act, "x", on, True) for act, on in acts)


PREPARED = ("prepare_payment", at(2018, 5))


def test_a_report_is_owed_for_each_year_that_is_over_and_due_a_month_later():
    region = Region()
    running(region, PREPARED)
    assert tasks(region.leader, at(2018, 12)) == []
    assert tasks(region.leader, at(2019)) == [("report_progress", end_of(date(2019, 1, 31)))]


def test_a_report_of_december_counts_for_its_year_and_an_earlier_one_does_not():
    case = running(Region())
    over = datetime(2018, 12, 31, tzinfo=ZONE)
    assert deadlines.year_over(case, told(("report_progress", at(2018, 12))), at(2019)) is None
    assert deadlines.year_over(case, told(("report_progress", at(2018, 8))), at(2019)) == over
    assert deadlines.year_over(case, told(("report_progress", at(2019, 1))), at(2020)) == datetime(
        2019, 12, 31, tzinfo=ZONE
    )


def test_the_last_year_is_told_at_acceptance_and_none_is_owed_in_the_first():
    case = running(Region())
    assert deadlines.year_over(case, (), at(2018, 6)) is None
    assert deadlines.year_over(case, (), at(2022)) == datetime(2020, 12, 31, tzinfo=ZONE)


def test_the_unit_and_the_officer_are_asked_to_look_at_a_report():
    region = Region()
    running(region, PREPARED, ("report_progress", at(2019)))
    assert [name for name, _until in tasks(region.research, at(2019, 1, 16))] == ["check_progress"]
    assert tasks(region.leader, at(2019, 1, 16)) == []
    ((name, until),) = tasks(region.officer, at(2019, 1, 16))
    assert (name, until > at(2019, 2)) == ("confirm_milestone", True)


def test_the_fund_clerk_sees_an_instalment_once_it_is_free_with_its_day():
    region = Region()
    running(region)
    ((name, until),) = tasks(region.fund_clerk, at(2018, 4, 2))
    assert (name, until) == (
        "prepare_payment",
        end_of(date(2018, 4, 16)),
    )  # ten working days; 5 to 7 April are a holiday


def test_what_is_prepared_is_owed_no_more():
    region = Region()
    running(region, PREPARED)
    assert tasks(region.fund_clerk, at(2018, 5, 16)) == []


def test_a_later_instalment_is_owed_from_the_act_that_frees_it():
    case = a_case(Region())
    rows = pages_for("key-technology").programme
    begun = ("countersign", at(2018, 4, 1))
    assert deadlines.instalment_free(case, told(begun, PREPARED), rows) is None
    assert deadlines.instalment_free(case, told(begun, PREPARED, ("pass_midterm", at(2019, 10))), rows) == at(2019, 10)
    both = told(begun, PREPARED, ("pass_midterm", at(2019, 10)), ("prepare_payment", at(2019, 11)))
    assert deadlines.instalment_free(case, both, rows) is None


def test_the_promised_day_of_a_case_is_that_of_what_is_owed():
    region = Region()
    case = running(region)
    deadlines.set_due(case, todo._flow(pages_for("nsf-general"), "grant"), at(2018, 4, 2))
    assert Case.objects.get(pk=case.pk).promised_at == end_of(date(2018, 4, 16))


def queries(region: Region) -> int:
    with CaptureQueriesContext(connection) as seen:
        todo.desk(region.fund_clerk, at(2018, 4, 2))
    return len(seen)


def test_a_list_of_running_projects_costs_the_same_for_one_and_for_three():
    region = Region()
    running(region)
    one = queries(region)
    for _ in range(2):
        running(region)
    assert queries(region) == one
