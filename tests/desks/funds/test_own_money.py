"""Own money stands in lines of its own beside the fiscal: as promised, as spent, with its ratio; what is short is told when money is settled."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Case, Document, Finding
from kechuang.desks.funds.models import Grant
from tests.desks.funds.funded import LATER, running
from tests.desks.projects.test_budgets import WAN, budgeted
from tests.faces.test_officer import signed_in
from tests.factories import Region, an_open_round, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    """100,000 yuan of the state and 50,000 of the unit's own in operation; half of the state's came in."""
    found = budgeted(running(region, an_open_round(region, "key-technology")), own=5)
    Grant.objects.filter(case=found).update(paid_fen=5 * WAN, received_fen=5 * WAN)
    return found


def spends(case, region, own):
    rows = [{"kind": "operation", "fen": "4"}, {"kind": "operation", "fen": str(own), "own": True}]
    done(case, "report_spending", region.finance, on=LATER, spending=rows)


def settled(case, region):
    Case.objects.filter(pk=case.pk).update(state="terminated")
    case.refresh_from_db()
    done(case, "settle", region.fund_clerk, on=LATER, keep="0", refund="1")
    done(case, "confirm_settlement", region.treasurer, on=LATER)
    return Document.objects.get(case=case, kind="settlement").body


def test_the_statement_tells_own_money_as_promised_and_as_spent_with_its_share_of_the_fiscal(case, region):
    spends(case, region, own=2)
    body = settled(case, region)
    told = dict(body["facts"])
    assert (told["自筹及其他资金承诺"], told["自筹资金支出"]) == (
        "5.00 万元（为财政资金的50%）",
        "2.00 万元（为财政资金的50%）",
    )
    rows = {row[0]: row[3:] for row in body["blocks"][0]["tables"][0]["rows"]}
    assert (rows["业务费"], rows["设备费"]) == (["5.00 万元", "2.00 万元"], ["0.00 元", "0.00 元"])


@pytest.mark.parametrize(("own", "short"), [(2, True), (5, False)])
def test_what_is_short_is_told_to_whoever_settles(case, region, own, short):
    spends(case, region, own)
    settled(case, region)
    told = Finding.objects.filter(case=case, check_name="funds.settlement_adds_up", verdict="warn")
    assert [reason["code"] for one in told for reason in one.reasons] == ["own_money_short"] * short


def test_the_page_of_the_case_shows_both(case, region):
    spends(case, region, own=2)
    page = signed_in(region.finance).get(f"/cases/{case.number}/").content.decode()
    assert ("自筹及其他（承诺）" in page, "自筹（已支出）" in page) == (True, True)
