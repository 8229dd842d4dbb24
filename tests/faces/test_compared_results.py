"""The report of a finished project beside the application that says the same: for who may open the project, and for nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from kechuang.casework.models import Case
from kechuang.desks.texts.comparing import take_in_missing
from tests.desks.texts.test_comparing import STEEL, crowd, finding_of, saying
from tests.desks.texts.test_results import RESULT, reported
from tests.factories import START, Region, an_open_round

pytestmark = pytest.mark.django_db


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def a_copy_of_results(region: Region, of: Region) -> tuple[Case, Case]:
    """An application in one region that copies the report of a finished project in another, and that project."""
    round_ = an_open_round(of)
    crowd(of, round_)
    past = saying(of, round_, STEEL)
    Case.objects.filter(pk=past.pk).update(state="archived", received_at=START, title="沙棘果油萃取示范")
    reported(past, RESULT)
    take_in_missing([past.number], START)
    case = saying(region, an_open_round(region), RESULT)
    Case.objects.filter(pk=case.pk).update(state="formal_check", received_at=START)
    finding_of(case)
    return case, past


def test_both_texts_stand_side_by_side_under_the_title_of_the_report():
    region = Region()
    case, past = a_copy_of_results(region, region)
    client = signed_in(region.officer)
    findings = client.get(f"/cases/{case.number}/findings/").content.decode()
    assert (f"compare/?with={past.number}" in findings, "其中验收材料和成果 100%" in findings) == (True, True)
    page = client.get(f"/cases/{case.number}/compare/?with={past.number}")
    (pair,) = page.context["pairs"]
    (right,) = pair["right"]
    assert right["place"] == "验收材料 · 综合绩效自评报告"
    assert [run["text"] for run in right["runs"] if run.get("n")] == [RESULT.rstrip("。")]
    assert page.context["digests"] == (case.answers_digest, past.answers_digest, f"{1:064x}")
    whole = client.get(f"/cases/{case.number}/compare/?with={past.number}&whole=1")
    assert [side["place"] for side in whole.context["pairs"][0]["right"]][-1] == "验收材料 · 综合绩效自评报告"


def test_of_a_report_that_may_not_be_opened_the_amount_alone_is_told():
    region, other = Region(), Region()
    case, past = a_copy_of_results(region, other)
    client = signed_in(region.officer)
    pages = [client.get(f"/cases/{case.number}/{page}").content.decode() for page in ("findings/", "compare/?near=1")]
    hidden = (past.number, "沙棘果油萃取示范", "综合绩效自评报告", "其中验收材料", RESULT[-20:-2], f"{1:064x}")
    for page in pages:
        assert ("一件你无权打开的办件" in page, "100%" in page) == (True, True)
        assert [word for word in hidden if word in page] == []
    assert client.get(f"/cases/{case.number}/compare/?with={past.number}").status_code == 404
    # The test can fail: whoever may open both is told all of it.
    told = signed_in(region.supervisor)
    assert all(
        word in told.get(f"/cases/{case.number}/compare/?with={past.number}").content.decode()
        for word in (*hidden[:3], hidden[5])
    )


def test_a_blind_office_compares_no_reports():
    region = Region()
    case, past = a_copy_of_results(region, region)
    assert signed_in(region.secretary).get(f"/cases/{case.number}/compare/?with={past.number}").status_code == 404
