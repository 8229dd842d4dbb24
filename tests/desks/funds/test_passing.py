"""Money passed on to partner units: within the contract's share and within what came in; told in the settlement."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError
from python_calamine import CalamineWorkbook

from kechuang.casework.models import Document
from kechuang.desks.funds.models import Account, Grant, Passed
from kechuang.desks.projects import facts
from kechuang.desks.projects.models import Report
from kechuang.faces.rehearsal import invariants
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import LATER, running
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
DAY = LATER.date().isoformat()


@pytest.fixture
def region():
    return Region()


def with_partners(case, **shares):
    """The application lists these units with their shares in fen."""
    case.answers = {
        **case.answers,
        "partners": [{"party": pid, "share_fiscal": str(fen)} for pid, fen in shares.items()],
    }
    case.save()
    return case


@pytest.fixture
def partner():
    return a_unit(name="示例合作单位")


@pytest.fixture
def case(region, partner):
    """A project of another programme than the fund, whose form has partners; a tenth of 100,000 yuan came in."""
    found = running(region, an_open_round(region, "key-technology"))
    Grant.objects.filter(case=found).update(paid_fen=5_000_000, received_fen=5_000_000)
    return with_partners(found, **{partner.pid: 6_000_000})


def passes(case, region, partner, amount, day=DAY):
    done(case, "pass_to_partner", region.finance, on=LATER, partner=partner.pid, amount=amount, date=day)


def refusal(case, region, partner, amount, day=DAY):
    with pytest.raises(Refused) as refused:
        passes(case, region, partner, amount, day)
    return list(refused.value.codes)


def test_what_is_passed_on_is_kept_by_partner_and_day_and_moves_between_accounts(case, region, partner):
    passes(case, region, partner, "2")
    passes(case, region, partner, "1")
    assert list(Passed.objects.values_list("partner", "fen", "on")) == [
        (partner.pk, 2_000_000, LATER.date()),
        (partner.pk, 1_000_000, LATER.date()),
    ]
    assert Grant.objects.get(case=case).passed_fen == 3_000_000
    assert Account.objects.get(code=f"partner:{case.number}:{partner.pid}").balance_fen == 3_000_000
    assert Passed.objects.exclude(record__act="pass_to_partner").count() == 0


def test_no_more_than_came_in_is_passed_on(case, region, partner):
    assert refusal(case, region, partner, "5.5") == ["passed_more_than_received"]
    passes(case, region, partner, "5")
    with pytest.raises(IntegrityError):
        Grant.objects.filter(case=case).update(passed_fen=5_000_001)


def test_no_more_than_the_share_of_the_contract_is_passed_on(case, region, partner):
    with_partners(case, **{partner.pid: 3_000_000})
    passes(case, region, partner, "2")
    assert refusal(case, region, partner, "1.000001") == ["beyond_partner_share"]
    passes(case, region, partner, "1")


def test_only_a_partner_of_the_contract_gets_money_and_not_in_the_future(case, region, partner):
    assert refusal(case, region, a_unit(), "1") == ["not_a_partner"]
    assert refusal(case, region, partner, "1", "2099-01-01") == ["passed_on_later_than_today"]
    assert refusal(case, region, partner, "0") == ["below"]


def test_the_share_is_that_of_the_task_book_once_it_is_signed(case, region, partner):
    assert facts.partner_shares(case, LATER) == {partner.pid: 6_000_000}
    row = {"party": partner.pid, "role": "试验", "in_region": "true", "share_fiscal": "4"}
    Report.objects.create(
        case=case, kind="task_book", typed={"partners": [row]}, values={"partners": [row]}, filed_at=LATER, on=LATER
    )
    assert facts.partner_shares(case, LATER) == {partner.pid: 4_000_000}


def test_the_statement_of_settlement_names_the_partners_and_the_unit_reads_it(case, region, partner):
    passes(case, region, partner, "2")
    type(case).objects.filter(pk=case.pk).update(state="terminated")
    case.refresh_from_db()
    done(case, "settle", region.fund_clerk, on=LATER + timedelta(1), keep="0", refund="5")
    done(case, "confirm_settlement", region.treasurer, on=LATER + timedelta(1))
    paper = Document.objects.get(case=case, kind="settlement")
    assert ["其中：转拨合作单位", "2.00 万元"] in [list(fact) for fact in paper.body["facts"]]
    assert paper.body["blocks"][-1]["tables"] == [
        {"head": ["合作单位", "金额"], "rows": [["示例合作单位", "2.00 万元"]]}
    ]
    assert region.finance.pk in paper.letters.values_list("person", flat=True)


def test_the_money_page_and_the_page_of_the_case_show_it(case, region, partner):
    passes(case, region, partner, "2")
    page = signed_in(region.finance).get("/money/").content.decode()
    assert "转拨合作单位" in page
    page = signed_in(region.finance).get(f"/cases/{case.number}/").content.decode()
    assert ("转拨合作单位" in page, "示例合作单位" in page) == (True, True)


def test_the_list_of_settlements_as_a_spreadsheet_holds_it(case, region, partner):
    passes(case, region, partner, "2")
    type(case).objects.filter(pk=case.pk).update(state="terminated", received_at=LATER)
    answer = signed_in(region.treasurer).get("/money/sheets/settlements.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    head, row = book.get_sheet_by_index(0).to_python()
    assert row[head.index("转拨合作单位（万元）")] == 2


def test_the_invariant_sees_entries_that_do_not_add_up(case, region, partner):
    passes(case, region, partner, "2")
    assert invariants.passed_amiss() == 0
    Grant.objects.filter(case=case).update(passed_fen=1_000_000)
    assert invariants.passed_amiss() == 1
