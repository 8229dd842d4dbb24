"""The page of professional institutions: contracts and evaluations through it, and who may not open what."""

from __future__ import annotations

import pytest

from kechuang.desks.projects.models import Delegation, Yearly
from tests.faces.test_officer import queries_of, signed_in
from tests.factories import Region, a_unit

pytestmark = pytest.mark.django_db
OPINION = "组织规范，时限控制较好，申诉处理及时，建议继续承担。"


def contract(region, **given):
    return {"what": "contract", "institution": region.institution.pid, "number": "内科委〔2018〕1号", "plans": ["basic-research"],
            "since": "2018-01-01", "until": "2018-12-31", "fen": "20", "key": "k", **given}  # fmt: skip


def test_a_contract_is_entered_and_confirmed_by_two_people():
    region = Region()
    signed_in(region.planner).post("/institutions/", contract(region))
    row = Delegation.objects.get()
    page = signed_in(region.planning_chief).get("/institutions/").content.decode()
    signed_in(region.planning_chief).post(f"/institutions/contract/{row.pid}/confirm/", {"key": "c"})
    row.refresh_from_db()
    assert ("内科委〔2018〕1号" in page, row.checker, row.fen) == (True, region.planning_chief, 20_000_000)


def test_supervision_evaluates_and_its_chief_confirms():
    region = Region()
    typed = {
        "what": "evaluation",
        "institution": region.institution.pid,
        "year": "2018",
        "grade": "pass",
        "opinion": OPINION,
        "key": "k",
    }
    signed_in(region.supervisor).post("/institutions/", typed)
    row = Yearly.objects.get()
    assert (
        signed_in(region.planning_chief).post(f"/institutions/evaluation/{row.pid}/confirm/", {"key": "c"}).status_code
        == 404
    )
    signed_in(region.supervision_chief).post(f"/institutions/evaluation/{row.pid}/confirm/", {"key": "c"})
    row.refresh_from_db()
    assert row.checker == region.supervision_chief


def test_what_is_wrong_is_told_and_nothing_typed_is_lost():
    region = Region()
    answer = signed_in(region.planner).post("/institutions/", contract(region, since="soon"))
    assert (answer.status_code, "内科委〔2018〕1号" in answer.content.decode(), Delegation.objects.count()) == (
        422,
        True,
        0,
    )


def test_a_planner_files_no_evaluation():
    region = Region()
    typed = {
        "what": "evaluation",
        "institution": region.institution.pid,
        "year": "2018",
        "grade": "pass",
        "opinion": OPINION,
        "key": "k",
    }
    signed_in(region.planner).post("/institutions/", typed)
    assert Yearly.objects.count() == 0


@pytest.mark.parametrize(
    "address",
    ["/institutions/", "/money/appropriations/", "/money/budgets/", "/money/days/", "/supervision/", "/trail/"],
)
def test_an_institution_opens_no_page_of_planning_money_or_supervision(address):
    region = Region()
    for who in (region.officer, region.chief, region.secretary):
        assert signed_in(who).get(address).status_code in (403, 404)


def test_the_page_costs_the_same_for_one_institution_and_for_three():
    region = Region()
    client = signed_in(region.planner)
    one = queries_of(client, "/institutions/")
    for name in ("甲", "乙"):
        a_unit("institution", name=f"专业机构{name}")
    assert queries_of(client, "/institutions/") == one
