"""Who goes away names a deputy for a role of their own: of the own unit, for some days, where no two roles exclude each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kechuang.casework import leave
from kechuang.casework.models import Attempt, Record
from kechuang.casework.pages import day_of
from kechuang.parties.models import Appointment
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, appoint, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
WEEK = (START + timedelta(7)).date()


@pytest.fixture
def region():
    return Region()


def own(person) -> Appointment:
    return person.appointments.get(deputy_for=None)


def named(person, deputy, until=WEEK, held=None):
    return leave.name_deputy(held or own(person), deputy, until=until, by=person, on=START, key=f"l-{deputy}-{until}")


def refusal(person, deputy, **given) -> list[str]:
    with pytest.raises(Refused) as refused:
        named(person, deputy, **given)
    return list(refused.value.codes)


def test_the_deputy_acts_in_the_role_and_the_record_says_for_whom(region):
    colleague = a_person(unit=region.unit)
    record = named(region.research, colleague)
    assert (record.act, record.role, record.subject) == ("name_deputy", "unit_research", colleague.pid)
    case = story.filled_in(a_case(region), region)
    done(case, "submit_to_unit", region.leader, promise="agreed")
    assert f'"for":"{region.research.pid}"' in done(case, "unit_check", colleague, opinion="同意申报，材料属实").body


def test_only_for_some_days_of_the_own_unit_and_in_a_role_of_ones_own(region):
    colleague, stranger = a_person(unit=region.unit), a_person(unit=region.institution)
    assert refusal(region.research, colleague, until=None) == ["deputy_needs_a_last_day"]
    assert refusal(region.research, colleague, until=(START + timedelta(61)).date()) == ["deputy_not_that_long"]
    assert refusal(region.research, colleague, until=(START - timedelta(1)).date()) == ["deputy_not_that_long"]
    assert refusal(region.research, stranger) == refusal(region.research, None) == ["deputy_of_the_own_unit"]
    assert refusal(region.research, region.research) == ["deputy_of_the_own_unit"]
    assert refusal(region.research, colleague, held=own(region.head)) == ["act_for_another"]
    assert Record.objects.filter(act="name_deputy").count() == 0
    assert Attempt.objects.filter(act="name_deputy", subject=region.research.pid).count() == 7


def test_a_deputy_names_no_deputy(region):
    first, second = a_person(unit=region.unit), a_person(unit=region.unit)
    named(region.research, first)
    assert refusal(first, second, held=first.appointments.get()) == ["act_for_another"]


def test_roles_that_exclude_each_other_are_not_joined_by_a_deputy(region):
    planner, supervisor = a_person(("planner", "*"), unit=region.recommender), a_person(unit=region.recommender)
    appoint(supervisor, "supervisor", "")
    assert refusal(planner, supervisor) == ["roles_apart"]


def test_staff_without_a_unit_is_stood_in_for_by_who_holds_the_same_power(region):
    named(region.planner, region.planning_chief)
    assert refusal(region.planner, region.leadership) == ["deputy_of_the_own_unit"]


def test_who_is_back_ends_it_and_nobody_else_does(region):
    colleague = a_person(unit=region.unit)
    named(region.research, colleague)
    held = colleague.appointments.get()
    with pytest.raises(Refused):
        leave.end_deputy(held, by=region.finance, on=START + timedelta(1), key="e1")
    leave.end_deputy(held, by=region.research, on=START + timedelta(1), key="e2")
    assert leave.named(region.research, (START + timedelta(1)).date()).count() == 0


def test_the_page_names_a_deputy_and_ends_it(region):
    colleague = a_person(unit=region.unit)
    client = signed_in(region.research)
    today = day_of(timezone.now())
    page = client.get("/account/deputies/")
    assert (page.status_code, colleague.name in page.content.decode()) == (200, True)
    given = {
        "held": own(region.research).pk,
        "deputy": colleague.username,
        "until": str(today + timedelta(7)),
        "key": "k",
    }
    late = client.post("/account/deputies/", {**given, "until": str(today + timedelta(99))})
    assert (late.status_code, colleague.username in late.content.decode()) == (422, True)
    client.post("/account/deputies/", given)
    held = colleague.appointments.get()
    assert (held.role, held.deputy_for) == ("unit_research", region.research)
    assert colleague.name in client.get("/account/deputies/").content.decode()
    assert signed_in(region.head).post(f"/account/deputies/{held.pk}/end/", {"key": "x"}).status_code == 404
    client.post(f"/account/deputies/{held.pk}/end/", {"key": "y"})
    assert list(colleague.appointments.all()) == []
