"""Every paper as PDF and workbook with a code the public page checks; every list as a spreadsheet."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Document, Round
from kechuang.desks.experts.models import Score
from kechuang.faces import access
from kechuang.faces.exports import sheets
from tests.factories import START, Region, an_open_round
from tests.journeys import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(access.timezone, "now", lambda: START + timedelta(5))


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    return story.an_application(region, an_open_round(region), title="荒漠草原土壤碳汇")


def of(who) -> Client:
    client = Client()
    client.force_login(who)
    return client


def sheets_of(answer) -> dict[str, list[list]]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_recommender_draws_letter_and_list_and_anyone_checks_the_code(region, case):
    clerk = of(region.clerk)
    where = f"/rounds/{case.round.code}/recommendation/"
    assert "已推荐 1 项" in clerk.get(where).content.decode()
    clerk.post(where)
    clerk.post(where)
    paper = Document.objects.get(kind="recommendation")
    book = sheets_of(clerk.get(f"/documents/{paper.code}.xlsx"))
    assert book["1 推荐名单"][1][1:3] == [case.number, case.title]
    assert clerk.get(f"/documents/{paper.code}.pdf").content[:5] == b"%PDF-"
    assert "这份文书由本系统发出" in Client().get(f"/check/?code={paper.code}").content.decode()


def test_the_list_of_a_recommender_is_not_given_to_others(region, case):
    of(region.clerk).post(f"/rounds/{case.round.code}/recommendation/")
    paper = Document.objects.get(kind="recommendation")
    asked = {who: of(getattr(region, who)).get(f"/documents/{paper.code}.xlsx").status_code for who in ("leader", "research", "fund_clerk", "officer", "supervisor")}  # fmt: skip
    assert asked == {"leader": 404, "research": 404, "fund_clerk": 404, "officer": 200, "supervisor": 200}


def test_a_review_is_summed_up_with_marks_only_for_those_who_may_read_them(region, case):
    Case.objects.filter(pk=case.pk).update(
        state="ranked", rank=1, above_line=True, advice="fund", proposed_fen=10_000_000
    )
    Round.objects.filter(pk=case.round.pk).update(state="ranked")
    records.write(case.round, records.Entry("rank", "in_review", "ranked", Actor.of(region.chief), "institution_chief", START, "r", {}, {}))  # fmt: skip
    Score.objects.create(case=case, raw=880_000, normal=870_000, sheets=5)
    where = f"/rounds/{case.round.code}/summary.xlsx"
    with_marks, without = sheets_of(of(region.planner).get(where)), sheets_of(of(region.leadership).get(where))
    assert with_marks["1 评审汇总"][1][4:] == [5, 88, 87, 100_000, "拟立项", 100_000]
    assert without["1 评审汇总"][1][4:] == [100_000, "拟立项", 100_000]
    assert of(region.officer).get(where).status_code == 404
    marked = Document.objects.filter(kind="review-summary").order_by("pk").first()
    assert of(region.leadership).get(f"/documents/{marked.code}.xlsx").status_code == 404
    assert of(region.planner).get(where.replace("xlsx", "pdf")).content[:5] == b"%PDF-"


def test_the_form_is_a_workbook_too_and_its_number_is_checked(region, case):
    book = sheets_of(of(region.leader).get(f"/cases/{case.number}/application.xlsx"))
    assert case.title in [row[1] for row in next(iter(book.values()))]
    page = Client().get(f"/check/?code={case.number}").content.decode()
    assert ("系统中有这一编号的申报书" in page, case.title in page) == (True, False)


@pytest.mark.parametrize(
    ("who", "where"),
    [("leader", "/mine/"), ("planner", "/rounds/"), ("fund_clerk", "/money/"), ("research", "/people/"), ("planner", "/registers/")],
)  # fmt: skip
def test_a_list_is_given_as_a_spreadsheet_under_the_same_address(region, case, who, where):
    answer = of(getattr(region, who)).get(where + "?format=xlsx")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert len(next(iter(sheets_of(answer).values()))) >= 1


def test_the_spreadsheet_holds_every_row_and_amounts_as_numbers(region, case):
    for number in range(60):
        an_open_round(region, title=f"批次{number}", budget_fen=1_000_000)
    rows = next(iter(sheets_of(of(region.planner).get("/rounds/?format=xlsx")).values()))
    assert (len(rows), rows[0][2], rows[1][2]) == (62, "预算（万元）", 100.0)


def test_columns_of_numbers_are_numbers_and_codes_stay_texts():
    assert sheets.numbers_in(["1,234.50", "—", "7"]).values == [Decimal("1234.50"), None, Decimal(7)]
    assert sheets.numbers_in(["10.00 万元", "−3.00 元"]).values == [Decimal(100_000), Decimal(-3)]
    days = sheets.numbers_in(["2018-10-01", "—", "2018年9月30日"])
    assert (days.format, days.values) == ("yyyy-mm-dd", [Decimal(43374), None, Decimal(43373)])
    assert sheets.numbers_in(["2018-02-30"]) is None
    assert (sheets.numbers_in(["007", "8"]), sheets.numbers_in(["2018-1"]), sheets.numbers_in(["", "—"])) == (
        None,
        None,
        None,
    )
