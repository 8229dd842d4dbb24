"""The pages of appropriations, budgets and contributions, and of the days that money takes."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from kechuang.casework.models import Round
from kechuang.desks.funds import entries, queries
from kechuang.desks.funds.models import Appropriation, Contribution, Entry, Grant, Payment
from kechuang.faces.web import budgets
from tests.faces.test_money import WAN, a_running, ordered
from tests.faces.test_officer import queries_of, signed_in
from tests.factories import START, Region, a_unit, an_open_round

pytestmark = pytest.mark.django_db
TYPED = {"plan": "basic-research", "year": "2018", "document_no": "内财科〔2018〕12号", "day": "2018-03-01", "fen": "50", "remark": "", "key": "k"}  # fmt: skip
PAGES = ("appropriations", "budgets", "contributions", "days")


def test_the_clerk_enters_and_the_treasurer_confirms_by_their_pages():
    region = Region()
    signed_in(region.fund_clerk).post("/money/appropriations/", TYPED)
    row = Entry.objects.get()
    page = signed_in(region.treasurer).get("/money/appropriations/").content.decode()
    signed_in(region.treasurer).post(f"/money/entries/{row.pid}/check/", {"key": "c"})

    assert ("内财科〔2018〕12号" in page, "与原件一致，生效" in page) == (True, True)
    assert Appropriation.objects.get().fen == 50 * WAN


def test_the_clerk_sees_that_it_waits_and_has_no_button_to_confirm():
    region = Region()
    client = signed_in(region.fund_clerk)
    client.post("/money/appropriations/", TYPED)
    page = client.get("/money/appropriations/").content.decode()
    assert ("待核对" in page, "与原件一致，生效" in page) == (True, False)


def test_a_wrong_amount_is_told_beside_its_field_and_nothing_typed_is_lost():
    region = Region()
    answer = signed_in(region.fund_clerk).post("/money/appropriations/", {**TYPED, "fen": "fifty"})
    assert (answer.status_code, Entry.objects.count()) == (422, 0)
    assert '<div class="call clay below-5" role="alert" id="errors"' in answer.content.decode()
    assert "内财科〔2018〕12号" in answer.content.decode()


def test_an_entry_is_sent_back_with_its_reason():
    region = Region()
    signed_in(region.fund_clerk).post("/money/appropriations/", TYPED)
    row = Entry.objects.get()
    signed_in(region.treasurer).post(
        f"/money/entries/{row.pid}/check/", {"key": "c", "return": "1", "reason": "金额不符"}
    )
    row.refresh_from_db()
    assert (row.returned, Appropriation.objects.count()) == (True, 0)


def test_a_contribution_is_entered_against_its_promise():
    region, funder = Region(), a_unit()
    round_ = an_open_round(region)
    Contribution.objects.create(round=round_, funder=funder, promised_fen=70 * WAN)
    typed = {
        "promise": f"{round_.code}|{funder.pid}",
        "document_no": "凭证1",
        "day": "2018-03-01",
        "fen": "30",
        "key": "k",
    }
    signed_in(region.fund_clerk).post("/money/contributions/", typed)
    assert (Entry.objects.get().funder, Entry.objects.get().fen) == (funder, 30 * WAN)


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_for_those_who_plan_pay_decide_or_supervise(page):
    region = Region()
    answers = {role: signed_in(getattr(region, role)).get(f"/money/{page}/").status_code for role in ("leader", "officer", "planner", "fund_clerk", "supervisor", "leadership")}  # fmt: skip
    assert {role: code for role, code in answers.items() if code == 200}.keys() == {
        "planner",
        "fund_clerk",
        "supervisor",
        "leadership",
    }
    assert set(answers.values()) <= {200, 403, 404}


def test_nobody_but_money_confirms():
    region = Region()
    signed_in(region.fund_clerk).post("/money/appropriations/", TYPED)
    answer = signed_in(region.planner).post(f"/money/entries/{Entry.objects.get().pid}/check/", {"key": "c"})
    assert (answer.status_code in (403, 404), Entry.objects.get().checked_at) == (True, None)


def arrived(region, days: int) -> Payment:
    payment = ordered(region, a_running(region))
    decided = payment.grant.case.award.on
    Payment.objects.filter(pk=payment.pk).update(received_at=decided + timedelta(days))
    return payment


def test_a_director_sees_the_days_from_decision_to_account_as_picture_and_table():
    region = Region()
    for days in (9, 25, 45):
        arrived(region, days)
    page = signed_in(region.leadership).get("/money/days/")
    (line,) = page.context["table"]["rows"]
    assert page.context["title"] == "从立项到到账，中位数 25 天"
    assert [cell.get("text", cell.get("share")) for cell in line["cells"]][1:4] == ["3", "25", "45"]
    assert [bar.shown for bar in page.context["chart"].bars] == ["1", "0", "1", "1", "0"]
    (found,) = queries.waits(Grant.objects.all())
    assert found.in_time == pytest.approx(2 / 3)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_costs_the_same_for_one_row_and_for_three(page):
    region = Region()

    def more(number: int) -> None:
        round_ = an_open_round(region)
        Contribution.objects.create(round=round_, funder=a_unit(), promised_fen=WAN)
        values = {
            "plan": "basic-research",
            "year": 2015 + number,
            "document_no": f"文{number}",
            "day": date(2018, 3, 1),
            "fen": WAN,
        }
        entries.enter("appropriation", values, by=region.fund_clerk, on=START, key=f"e{number}")
        arrived(region, 10)

    more(0)
    client = signed_in(region.treasurer)
    one = queries_of(client, f"/money/{page}/")
    more(1)
    more(2)
    assert queries_of(client, f"/money/{page}/") == one


def test_every_list_is_a_spreadsheet_too():
    region = Region()
    Appropriation.objects.create(plan="basic-research", year=2018, fen=50 * WAN, paid_fen=20 * WAN)
    for what in ("budgets", "contributions", "money_days"):
        assert signed_in(region.treasurer).get(f"/money/sheets/{what}.xlsx").status_code == 200
    answer = signed_in(region.treasurer).get("/money/sheets/appropriations.xlsx")
    rows = list(
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert (rows[0][2], rows[1][1:3], rows[1][5:7]) == ("拨入（万元）", ["2018", 50.0], [20.0, 30.0])
    assert signed_in(region.planner).get("/money/sheets/nothing.xlsx").status_code == 404


def test_a_round_of_a_programme_that_pays_nothing_stands_in_no_list_of_budgets():
    region = Region()
    paid, unpaid = an_open_round(region), an_open_round(region, "recognise-hnte")
    Round.objects.filter(pk=unpaid.pk).update(budget_fen=0)
    assert [one.code for one in budgets.paying()] == [paid.code]
    Round.objects.filter(pk=unpaid.pk).update(budget_fen=100)
    assert {one.code for one in budgets.paying()} == {paid.code, unpaid.code}
