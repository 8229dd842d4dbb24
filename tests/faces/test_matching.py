"""Pages that bring together: calls and policies for a unit, results for what the calls want, each with a sentence why."""

from __future__ import annotations

import pytest
from django.test import Client

from kechuang.casework.acts import open_round
from kechuang.casework.models import Award, Case, Round
from kechuang.desks.texts import indexing
from tests.factories import START, Region, a_case, an_open_round, done

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


def a_project(region: Region, title: str, **changes) -> Case:
    past = an_open_round(region)
    case = a_case(region, past)
    Case.objects.filter(pk=case.pk).update(title=title, received_at=START, **changes)
    Round.objects.filter(pk=past.pk).update(state="archived")
    case.refresh_from_db()
    return case


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_unit_sees_the_calls_near_to_its_own_work_and_why():
    region = Region()
    call = an_open_round(region, topics=[{"code": "T1", "title": "盐碱地耐盐小麦新品系选育"}])
    a_project(region, "河套盐碱地小麦选育示范")
    page = signed_in(region.research).get("/near/").content.decode()
    assert (f"/calls/{call.code}/" in page, "共同的词：" in page, "/rules/p" in page) == (True, True, True)


def test_only_a_units_officers_have_that_page():
    region = Region()
    told = [signed_in(who).get("/near/").status_code for who in (region.research, region.leader, region.officer)]
    assert (told[0], [status in (403, 404) for status in told[1:]]) == (200, [True, True])
    assert "/near/" in signed_in(region.research).get("/mine/").content.decode()


def test_the_public_sees_what_calls_want_and_public_results_near_to_it():
    region = Region()
    an_open_round(region, topics=[{"code": "T1", "title": "盐碱地耐盐小麦新品系选育"}])
    funded = a_project(region, "耐盐小麦品系选育与示范", state="archived")
    Award.objects.create(case=funded, fen=100, on=START)
    hidden = a_project(region, "盐碱地小麦选育未公开稿", state="submitted")
    indexing.bring_up(START)
    page = Client().get("/demands/").content.decode()
    assert (f"/projects/{funded.number}/" in page, hidden.title in page) == (True, False)


def test_the_planning_office_sees_for_a_call_the_units_whose_projects_are_near_and_why():
    region = Region()
    an_open_round(region, topics=[{"code": "T1", "title": "盐碱地耐盐小麦新品系选育"}])
    funded = a_project(region, "耐盐小麦品系选育与示范", state="archived")
    Award.objects.create(case=funded, fen=100, on=START)
    indexing.bring_up(START)
    told = [client.get("/demands/").content.decode() for client in (signed_in(region.planner), Client())]
    assert [(f"?unit={region.unit.pid}" in page, "可能适合的单位" in page) for page in told] == [
        (True, True),
        (False, False),
    ]


def test_demands_of_rounds_in_preparation_are_for_the_planning_office():
    region = Region()
    funded = a_project(region, "耐盐小麦品系选育与示范", state="archived")
    Award.objects.create(case=funded, fen=100, on=START)
    said = "河套灌区需要能在盐碱地上稳产的小麦品种，要求亩产不低于四百公斤，五年内能够推广十万亩以上。" * 2
    round_ = open_round(
        "nsf-general", by=region.planner, on=START, key="demands-1", code="nsf-2019", title="2019批次", year=2019
    )
    done(round_, "record_demand", region.field, demand=said, source=region.unit.pid)
    indexing.bring_up(START)
    page = signed_in(region.planner).get("/demands/").content.decode()
    assert (said[:20] in page, f"/projects/{funded.number}/" in page) == (True, True)
    told = [client.get("/demands/").content.decode() for client in (Client(), signed_in(region.leader))]
    assert [said[:20] in one for one in told] == [False, False]


def test_the_pages_stand_where_there_is_nothing():
    region = Region()
    assert [Client().get("/demands/").status_code, signed_in(region.head).get("/near/").status_code] == [200, 200]
