"""In a real browser: every other claim from the figures its claimant sees to money received, and a stake that is bought.

What stands in the registers, what chief and league say and what follows the list goes through the door; the pages of
claimant, officer and planner are worked as they are.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kechuang.casework import files
from kechuang.desks.claims.models import Computation, Share
from kechuang.desks.funds.models import Account, Grant, QuotaDocument
from tests.desks.claims.steps import (
    PDF,
    SEAL,
    WAN,
    Firms,
    a_claim,
    a_profile,
    a_round,
    a_title,
    a_use,
    a_year,
    an_honour,
    an_instrument,
    approved,
    paid,
)
from tests.factories import done
from tests.journeys.conftest import press
from tests.journeys.test_browser_claims import acted, handed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]


def of_use(region):
    return [a_use(an_instrument(region.seller), region.unit, fee).number for fee in (10 * WAN, 20 * WAN)]


def of_service(region):
    instrument = an_instrument(region.unit)
    a_use(instrument, region.another()[0], 900 * WAN)
    return [instrument.number]


def of_honour(kind, value):
    return lambda region: [an_honour(region.unit, kind, value).number]


def of_firm(region):
    a_year(region.unit, 2019)
    an_honour(region.unit, "top", "second")
    return [f"{region.unit.pid}-2019"]


CLAIMS = [
    ("claim-instrument-use", of_use, "15.00 万元"), ("claim-instrument-service", of_service, "3.00 万元"),
    ("claim-carrier-award", of_honour("carrier", "excellent"), "50.00 万元"), ("claim-contest-award", of_honour("contest", "first"), "30.00 万元"),
    ("claim-board-listing", of_honour("board", ""), "20.00 万元"), ("claim-firm-grant", of_firm, "20.00 万元"),
]  # fmt: skip


def open_now(region, programme, **given):
    """A round open today that pays for 2019."""
    day = timezone.localdate() - timedelta(2)
    return a_round(region, programme, opens=day.isoformat(), details={"claim_year": 2019}, **given)


@pytest.mark.parametrize(("programme", "records", "amount"), CLAIMS, ids=[one[0] for one in CLAIMS])
def test_a_claim_is_explained_checked_listed_and_paid(windows, programme, records, amount):
    region, on = Firms(), timezone.now()
    picked = records(region)
    case = a_claim(region, open_now(region, programme), picked, on=on, claim_year="2019")
    page = windows.of(region.claimant)
    page.goto(f"/cases/{case.number}/computation/")
    assert f"核算金额 {amount}" in page.locator("main").inner_text()
    handed_in(page, case.number, region.claimant)

    officer = windows.of(region.officer)
    acted(officer, case.number, "check_evidence")
    acted(officer, case.number, "compute")
    case.refresh_from_db()
    done(case, "send_to_league", region.chief, on=timezone.now())
    done(case, "league_confirm", region.signatory, on=timezone.now(), letter=SEAL)
    acted(officer, case.number, "cross_check")

    planner = windows.of(region.planner)
    planner.goto(f"/rounds/{case.round.code}/list/")
    planner.locator("input[name=pick]").check()
    press(planner, "列入名单")
    press(planner, planner.locator("button[value=confirm]"))
    planner.wait_for_url("**/list/")
    fen = Computation.objects.get(case=case).fen
    assert Share.objects.get(case=case).fen == fen

    case.refresh_from_db()
    decided = timezone.now() + timedelta(20)
    QuotaDocument.objects.create(number="内财教〔2019〕1号", fen=10**11, on=decided.date())
    paid(approved(case, region, on=timezone.now()), region, on=decided)
    grant = Grant.objects.get(case=case)
    assert (case.state, grant.granted_fen, grant.received_fen) == ("paid", fen, fen)
    page.goto(f"/cases/{case.number}/computation/")
    assert f"核算金额 {amount}" in page.locator("main").inner_text()


def test_a_stake_is_asked_for_looked_into_and_bought(windows):
    region, on = Firms(), timezone.now()
    a_title(region, "tsme", since=on.date() - timedelta(30))
    a_profile(region.unit, shares_reformed=True)
    case = a_claim(
        region, open_now(region, "equity-investment", budget=1000 * WAN), [], on=on, asked="500", stake_offered="10"
    )
    page = windows.of(region.claimant)
    handed_in(page, case.number, region.claimant)
    officer = windows.of(region.officer)
    acted(officer, case.number, "accept")
    case.refresh_from_db()
    report = files.keep(case, "report", "尽调报告.pdf", [PDF], by=region.officer, on=on)
    said = {"report": [report.digest], "conflicts": True, "amount": "500", "stake": "10"}
    done(case, "report", region.officer, on=timezone.now(), **said)
    done(case, "publish_list", region.planning_chief, on=timezone.now(), minutes="投决会纪要〔2019〕1号")
    after = timezone.now() + timedelta(15)
    done(case, "approve", region.leadership, on=after, document_no="内科函〔2019〕8号")
    agreement = files.keep(case, "agreement", "投资协议.pdf", [PDF], by=region.fund_clerk, on=after)
    done(case, "prepare", region.fund_clerk, on=after, agreement=[agreement.digest])
    done(case, "pay", region.treasurer, on=after)
    page.goto(f"/cases/{case.number}/")
    assert Account.objects.get(code=f"holding:{case.number}").balance_fen == 500 * WAN
    assert (Grant.objects.count(), "投后管理" in page.locator("main").inner_text()) == (0, True)
