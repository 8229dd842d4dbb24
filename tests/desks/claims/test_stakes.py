"""An equity investment is bought, watched and sold; it stands in no sum of grants."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.acts import Refused, open_case
from kechuang.casework.files import keep
from kechuang.desks.claims.models import Evidence
from kechuang.desks.enterprises.models import Title
from kechuang.desks.funds.models import Account, Budget, Grant
from tests.desks.claims.steps import FILED, PDF, SEAL, WAN, Firms, a_claim, a_profile, a_round
from tests.factories import done

pytestmark = pytest.mark.django_db
AFTER = FILED + timedelta(15)


def a_technology_firm(region, **given):
    """The unit holds a valid title and is reformed."""
    other = a_round(region, "recognise-tsme")
    case = open_case(other, by=region.claimant, on=FILED, key="title")
    Title.objects.create(
        kind="tsme", unit=region.unit, case=case, number="T1", since=FILED.date(), until=(FILED + timedelta(300)).date(), given_at=FILED,
    )  # fmt: skip
    a_profile(region.unit, **{"shares_reformed": True, **given})


def offered(region, amount="500", stake="10"):
    case = a_claim(region, a_round(region, "equity-investment", budget=1000 * WAN), [], asked="500", stake_offered="10")
    done(case, "submit", region.claimant, on=FILED, promise=SEAL)
    done(case, "accept", region.officer, on=FILED)
    report = keep(case, "report", "尽调报告.pdf", [PDF], by=region.officer, on=FILED)
    done(case, "report", region.officer, on=FILED, report=[report.digest], conflicts=True, amount=amount, stake=stake)
    done(case, "publish_list", region.planning_chief, on=FILED, minutes="投决会纪要〔2019〕1号")
    return case


def test_a_stake_is_paid_in_and_sold_and_no_grant_is_made():
    region = Firms()
    a_technology_firm(region)
    case = offered(region)
    done(case, "approve", region.leadership, on=AFTER, document_no="内科函〔2019〕8号")
    agreement = keep(case, "agreement", "投资协议.pdf", [PDF], by=region.fund_clerk, on=AFTER)
    done(case, "prepare", region.fund_clerk, on=AFTER, agreement=[agreement.digest])
    done(case, "pay", region.treasurer, on=AFTER)
    held = Account.objects.get(code=f"holding:{case.number}").balance_fen
    done(case, "exit", region.leadership, on=AFTER + timedelta(900), way="buy_back", proceeds="6000000")
    left = Account.objects.get(code=f"holding:{case.number}").balance_fen
    assert (case.state, held, left) == ("exited", 500 * WAN, -100 * WAN)
    assert (Grant.objects.count(), Evidence.objects.count(), Budget.objects.get().committed_fen) == (0, 0, 500 * WAN)


@pytest.mark.parametrize(
    ("amount", "stake", "said"), [("299", "10", "拟投资额低于300万元"), ("500", "31", "持股比例超过上限")]
)
def test_a_stake_outside_the_rule_is_refused_with_its_sentence(amount, stake, said):
    region = Firms()
    a_technology_firm(region)
    case = offered(region, amount, stake)
    with pytest.raises(Refused) as refusal:
        done(case, "approve", region.leadership, on=AFTER, document_no="内科函〔2019〕8号")
    assert [reason.values.get("zh") for reason in refusal.value.reasons] == [said]
    assert Budget.objects.count() == 0


def test_a_firm_that_is_neither_reformed_nor_listed_cannot_begin():
    region = Firms()
    a_technology_firm(region, shares_reformed=False)
    with pytest.raises(Refused) as refusal:
        a_claim(region, a_round(region, "equity-investment"), [], asked="500", stake_offered="10")
    assert refusal.value.codes == ["reformed"]
