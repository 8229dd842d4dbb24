"""What finished projects wrote of their results is compared with too: filed reports, the last of each kind, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.casework import book, linking
from kechuang.casework.models import Case
from kechuang.desks.projects.models import Report
from kechuang.desks.texts import said
from kechuang.desks.texts.comparing import take_in_missing
from kechuang.desks.texts.models import Sketched
from kechuang.words import offers
from tests.desks.texts.test_comparing import STEEL, WHEAT, codes, crowd, finding_of, saying
from tests.factories import START, Region, a_person, an_open_round

pytestmark = pytest.mark.django_db

RESULT = "项目建成年产两千吨的沙棘果油低温萃取示范线，连续运行三百小时，果油得率由百分之六提高到百分之九点二，残渣全部转为饲料添加剂，带动库布其周边七百户牧民增收，形成企业标准两项和操作规程一册。"


def reported(
    case: Case, text: str, *, kind: str = "acceptance", filed: datetime | None = START, version: int = 1
) -> Report:
    values = {"final_report": text} if kind == "acceptance" else {"done": text}
    digest = f"{version:064x}"
    return Report.objects.create(
        case=case, kind=kind, version=version, typed={}, values=values, digest=digest, filed_at=filed, on=START
    )


def like_of(finding, case: Case) -> dict:
    """What a finding says of one near case."""
    (found,) = [like for like in finding.evidence["nearest"] if like["case"] == case.number]
    return found


def a_finished_project(region: Region) -> Case:
    """Its application says nothing of what its report says."""
    round_ = an_open_round(region)
    crowd(region, round_)
    case = saying(region, round_, STEEL)
    Case.objects.filter(pk=case.pk).update(state="passed", received_at=START)
    return case


def test_an_application_that_copies_the_results_of_a_finished_project_is_found():
    region = Region()
    past = a_finished_project(region)
    finding_of(past)
    assert finding_of(saying(region, an_open_round(region), RESULT)).evidence["nearest"] == []
    reported(past, RESULT)
    take_in_missing([past.number], START)
    found = finding_of(saying(region, an_open_round(region), RESULT))
    like = like_of(found, past)
    assert (like["kind"], like["where"]) == ("copy", "result")
    assert (like["share"], like["results"], codes(found)) == (100, 100, ["text_found_elsewhere"])


def test_what_stands_in_the_application_is_not_said_to_stand_in_the_results():
    region = Region()
    past = a_finished_project(region)
    reported(past, RESULT)
    take_in_missing([past.number], START)
    like = like_of(finding_of(saying(region, an_open_round(region), STEEL)), past)
    assert (like["share"], like["results"]) == (100, 0)
    half = like_of(finding_of(saying(region, an_open_round(region), STEEL + RESULT)), past)
    assert (half["share"], 40 < half["results"] < 60) == (100, True)


def test_a_report_is_compared_with_once_it_is_filed_and_as_it_was_filed_last():
    region = Region()
    past = a_finished_project(region)
    reported(past, WHEAT)
    reported(past, RESULT, filed=None, version=2)
    take_in_missing([past.number], START)
    assert finding_of(saying(region, an_open_round(region), RESULT)).evidence["nearest"] == []
    Report.objects.filter(version=2).update(filed_at=START + timedelta(hours=1))
    take_in_missing([past.number], START + timedelta(1))
    assert like_of(finding_of(saying(region, an_open_round(region), RESULT)), past)["results"] == 100
    assert finding_of(saying(region, an_open_round(region), WHEAT)).evidence["nearest"] == []


def test_reports_on_the_way_are_no_results():
    region = Region()
    past = a_finished_project(region)
    reported(past, RESULT, kind="progress")
    take_in_missing([past.number], START)
    assert finding_of(saying(region, an_open_round(region), RESULT)).evidence["nearest"] == []


def test_a_project_keeps_its_results_when_its_own_application_is_compared_again():
    region = Region()
    past = a_finished_project(region)
    reported(past, RESULT)
    own = finding_of(past)
    assert own.evidence["nearest"] == []
    found = finding_of(saying(region, an_open_round(region), RESULT))
    assert found.evidence["nearest"][0]["case"] == past.number


def test_the_same_team_that_goes_on_from_its_own_results_is_no_copyist():
    region = Region()
    leader = a_person(unit=region.unit)
    past = a_finished_project(region)
    Case.objects.filter(pk=past.pk).update(leader=leader)
    reported(past, RESULT)
    take_in_missing([past.number], START)
    mine = saying(region, an_open_round(region), RESULT, leader=leader)
    mine.answers["former_project"] = [past.number]
    mine.save()
    assert finding_of(mine).evidence["nearest"][0]["kind"] == "follow_up"


def test_nothing_is_taken_in_again_that_has_not_changed(monkeypatch):
    region = Region()
    past = a_finished_project(region)
    reported(past, RESULT)
    take_in_missing([past.number], START)
    before = Sketched.objects.get(case=past)
    monkeypatch.setattr("kechuang.desks.texts.comparing.take_in", lambda *given, **more: pytest.fail("taken in again"))
    take_in_missing([past.number], START)
    assert Sketched.objects.get(case=past).answers_digest == before.answers_digest != past.answers_digest


def test_the_reports_of_many_cost_as_many_queries_as_those_of_one():
    region = Region()
    cases = [a_finished_project(region) for _ in range(3)]
    for case in cases:
        reported(case, RESULT)
    asked = []
    for some in (cases[:1], cases):
        with CaptureQueriesContext(connection) as seen:
            told = said.results_of([case.number for case in some], START)
        asked.append(len(seen))
        assert {number: [row["said"] for row in rows] for number, rows in told.items()} == {
            case.number: [RESULT] for case in some
        }
    assert asked[0] == asked[1] <= 3


def test_the_table_narrows_by_any_of_its_columns():
    region = Region()
    case = a_finished_project(region)
    reported(case, RESULT)
    columns = offers.find("table", "projects.results").columns
    (row,) = linking.rows("projects.results", START, {"case": [case.number]})
    assert row.keys() == columns.keys()
    for name in columns:
        assert linking.rows("projects.results", START, {name: [row[name]]}) == [row]
        assert linking.rows("projects.results", START, {name: ["other"]}) == []


def test_an_edition_from_before_compares_with_no_results():
    text = book.packaged().sources["likeness.yaml"]
    line = next(line for line in text.splitlines() if line.startswith("results:"))
    assert (said._lines(text).results, said._lines(text.replace(line, "")).results) == ("projects.results", "")
