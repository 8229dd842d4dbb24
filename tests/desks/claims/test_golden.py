"""The worked cases of the rules, through the door: what a claim comes to, to the fen, from its registered records."""

from __future__ import annotations

import pytest

from kechuang.casework.acts import Refused
from kechuang.casework.models import Attempt
from kechuang.desks.claims.models import Computation, Evidence
from kechuang.desks.claims.offers import computed_now
from tests.desks.claims.steps import (
    FILED,
    WAN,
    YUAN,
    Firms,
    a_claim,
    a_relation,
    a_round,
    a_trade,
    a_use,
    a_year,
    an_honour,
    an_instrument,
    computed,
    filed,
)
from tests.factories import at, done

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("paid", "comes_to"),
    [
        (15_000_000 * YUAN, 1_500_000 * YUAN),
        (20_000_000 * YUAN, 2_000_000 * YUAN),
        (20_000_001 * YUAN, 2_000_000 * YUAN),
        (410_000_000 * YUAN, 2_000_000 * YUAN),
    ],
)
def test_a_claim_for_technology_trade_comes_to_a_tenth_up_to_two_million(paid, comes_to):
    region = Firms()
    trade = a_trade(region, paid)
    case = computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    told = case.computations.get()
    assert (case.asked_fen, told.fen, told.verdict) == (comes_to, comes_to, "pass")


def test_a_second_claim_of_the_year_gets_what_the_ceiling_has_left():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    first, second = a_trade(region, 1500 * WAN, day="2019-05-01"), a_trade(region, 1500 * WAN, day="2019-03-01")
    computed(filed(region, round_, [first.number]), region)
    case = computed(filed(region, round_, [second.number]), region)
    assert case.asked_fen == 50 * WAN


def test_thirty_deals_of_thirty_firms_stay_below_a_tenth_of_their_sum():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    total = 0
    for number in range(3):  # three of the thirty: the sum is linear, the ceiling is each firm's own
        unit, who = region.another(name=f"示例企业{number}号")
        trade = a_trade(region, 1366 * WAN, unit=unit)
        total += computed(filed(region, round_, [trade.number], by=who), region).asked_fen
    assert total == 3 * 1366 * WAN // 10


def test_uses_of_instruments_are_paid_by_half_up_to_two_hundred_thousand():
    region = Firms()
    microscope = an_instrument(region.seller)
    uses = [a_use(microscope, region.unit, fen) for fen in (120_000 * YUAN, 350_000 * YUAN)]
    case = computed(filed(region, a_round(region, "claim-instrument-use"), [u.number for u in uses]), region)
    parts = sorted(Evidence.objects.filter(case=case).values_list("fen", flat=True))
    assert (case.asked_fen, parts) == (200_000 * YUAN, [5_106_383, 14_893_617])


def test_an_owner_is_paid_a_fifth_up_to_thirty_thousand_for_each_set():
    region = Firms()
    owner, who = region.another(name="示例仪器中心")
    sets = [an_instrument(owner) for _ in range(3)]
    for one, fen in zip(sets, (90_000, 150_000, 1_000_000), strict=True):
        a_use(one, region.unit, fen * YUAN)
    round_ = a_round(region, "claim-instrument-service")
    case = computed(filed(region, round_, [one.number for one in sets], by=who), region)
    assert case.asked_fen == 78_000 * YUAN


def test_the_ceiling_of_a_set_is_one_for_the_year_however_many_claims_there_are():
    region = Firms()
    owner, who = region.another(name="示例仪器中心")
    microscope, round_ = an_instrument(owner), a_round(region, "claim-instrument-service")
    a_use(microscope, region.unit, 100_000 * YUAN)
    first = computed(filed(region, round_, [microscope.number], by=who), region)
    a_use(microscope, region.unit, 200_000 * YUAN)
    second = computed(filed(region, round_, [microscope.number], by=who), region)
    a_use(microscope, region.unit, 200_000 * YUAN)
    with pytest.raises(Refused) as refusal:
        filed(region, round_, [microscope.number], by=who)
    assert (first.asked_fen, second.asked_fen) == (20_000 * YUAN, 10_000 * YUAN)
    assert refusal.value.codes == ["ceiling_used_up"]


def test_the_ceiling_of_a_set_begins_anew_each_year():
    region = Firms()
    owner, who = region.another(name="示例仪器中心")
    microscope = an_instrument(owner)
    a_use(microscope, region.unit, 400_000 * YUAN)
    first = computed(filed(region, a_round(region, "claim-instrument-service"), [microscope.number], by=who), region)
    a_use(microscope, region.unit, 400_000 * YUAN, day="2020-03-01")
    on = at("2020-11-05")
    later = a_round(region, "claim-instrument-service", opens="2020-11-01", year=2020)
    second = computed(filed(region, later, [microscope.number], by=who, on=on), region, on=on)
    assert (first.asked_fen, second.asked_fen) == (30_000 * YUAN, 30_000 * YUAN)


def test_a_use_registered_after_the_claim_was_handed_in_is_paid_by_the_next_claim_alone():
    region = Firms()
    owner, who = region.another(name="示例仪器中心")
    microscope, round_ = an_instrument(owner), a_round(region, "claim-instrument-service")
    a_use(microscope, region.unit, 20_000 * YUAN)
    early = filed(region, round_, [microscope.number], by=who)
    a_use(microscope, region.unit, 30_000 * YUAN)
    first = computed(early, region)
    second = computed(filed(region, round_, [microscope.number], by=who), region)
    assert (first.asked_fen, second.asked_fen) == (4_000 * YUAN, 6_000 * YUAN)


def test_one_use_pays_its_user_and_its_owner_once_each():
    region = Firms()
    owner, who = region.another(name="示例仪器中心")
    microscope = an_instrument(owner)
    use = a_use(microscope, region.unit, 100_000 * YUAN)
    of_user, of_owner = a_round(region, "claim-instrument-use"), a_round(region, "claim-instrument-service")
    first = computed(filed(region, of_user, [use.number]), region)
    second = computed(filed(region, of_owner, [microscope.number], by=who), region)
    with pytest.raises(Refused) as refusal:
        filed(region, of_user, [use.number])
    assert (first.asked_fen, second.asked_fen) == (50_000 * YUAN, 20_000 * YUAN)
    assert [reason.code for reason in refusal.value.reasons] == ["not_elsewhere", "policy_refuses", "evidence_used"]


@pytest.mark.parametrize(
    ("programme", "kind", "value", "comes_to"),
    [
        ("claim-carrier-award", "carrier", "excellent", 50 * WAN),
        ("claim-carrier-award", "carrier", "good", 20 * WAN),
        ("claim-contest-award", "contest", "first", 30 * WAN),
        ("claim-contest-award", "contest", "third", 10 * WAN),
        ("claim-board-listing", "board", "", 20 * WAN),
    ],
)
def test_awards_follow_the_published_lists(programme, kind, value, comes_to):
    region = Firms()
    honour = an_honour(region.unit, kind, value)
    case = computed(filed(region, a_round(region, programme), [honour.number]), region)
    assert case.asked_fen == comes_to


def test_a_firm_that_is_both_gets_the_higher_grant_only():
    region = Firms()
    a_year(region.unit, 2019)
    an_honour(region.unit, "top", "second")
    case = computed(filed(region, a_round(region, "claim-firm-grant"), [f"{region.unit.pid}-2019"]), region)
    assert case.asked_fen == 20 * WAN


# Refused, with the page's own sentences


def refused(region, round_, picked, **given):
    case = a_claim(region, round_, picked, **given)
    with pytest.raises(Refused) as refusal:
        done(case, "submit", region.claimant, on=FILED, promise="agreed")
    return case, refusal.value


def said(refusal):
    return [reason.values.get("zh", reason.code) for reason in refusal.reasons]


def test_a_claim_on_a_related_contract_is_refused_with_the_rules_sentence():
    region = Firms()
    trade = a_trade(region, 500 * WAN, related=True)
    case, refusal = refused(region, a_round(region, "claim-technology-trade"), [trade.number])
    assert said(refusal) == ["交易双方存在关联关系"]
    assert (case.state, Evidence.objects.count(), Attempt.objects.filter(subject=case.number).count()) == (
        "draft",
        0,
        1,
    )


def test_a_claim_on_a_contract_that_is_not_registered_is_refused():
    region = Firms()
    trade = a_trade(region, 500 * WAN, registered=False)
    _case, refusal = refused(region, a_round(region, "claim-technology-trade"), [trade.number])
    assert said(refusal) == ["技术合同未认定登记"]


def test_a_payment_the_registrar_has_not_confirmed_pays_nothing():
    region = Firms()
    trade = a_trade(region, 500 * WAN, confirmed=False)
    _case, refusal = refused(region, a_round(region, "claim-technology-trade"), [trade.number])
    assert said(refusal) == ["发票与付款凭证不齐全或不一致"]


def test_a_record_of_another_year_or_of_another_firm_cannot_be_claimed():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    old = a_trade(region, 500 * WAN, day="2018-06-01")
    unit, _who = region.another()
    foreign = a_trade(region, 500 * WAN, unit=unit)
    _case, outside = refused(region, round_, [old.number])
    _case, others = refused(region, round_, [foreign.number])
    assert "所选记录不在申请年度内" in said(outside)
    assert [reason.code for reason in others.reasons][:1] == ["not_an_option"]


def test_a_claim_is_for_the_year_of_its_round_or_for_the_one_the_round_names():
    region = Firms()
    old = a_trade(region, 500 * WAN, day="2018-06-01")
    _case, refusal = refused(region, a_round(region, "claim-technology-trade"), [old.number], claim_year="2018")
    round_ = a_round(region, "claim-instrument-use", details={"claim_year": 2018})
    use = a_use(an_instrument(region.seller), region.unit, 100_000 * YUAN, day="2018-06-01")
    with pytest.raises(Refused) as early:
        filed(region, round_, [use.number], claim_year="2018")
    assert said(refusal)[:1] == ["申请年度不是本批次受理的年度"]
    assert said(early.value) == ["政策在基准日不生效"]


def test_the_year_of_an_evaluation_is_the_year_that_pays_for_it_whenever_it_is_claimed():
    region = Firms()
    grades = {year: an_honour(region.unit, "carrier", "good", year=year) for year in (2018, 2019)}
    late = a_round(region, "claim-carrier-award", opens="2020-01-10", details={"claim_year": 2019})
    on = at("2020-01-12")
    with pytest.raises(Refused) as refusal:
        filed(region, late, [grades[2018].number], on=on, claim_year="2019")
    case = computed(filed(region, late, [grades[2019].number], on=on, claim_year="2019"), region, on=on)
    assert (said(refusal.value), case.asked_fen) == (["所选记录不在申请年度内"], 20 * WAN)


def test_a_relation_in_the_register_stops_the_claim_at_the_cross_check():
    region = Firms()
    trade = a_trade(region, 500 * WAN)
    case = computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    a_relation(region.seller, region.unit)
    done(case, "send_to_league", region.chief, on=FILED)
    done(case, "league_confirm", region.signatory, on=FILED, letter="agreed")
    with pytest.raises(Refused) as refusal:
        done(case, "cross_check", region.officer, on=FILED)
    assert (refusal.value.codes, case.state) == (["related_party"], "cross_check")


# Before anything is handed in


def test_the_amount_follows_the_draft_before_anything_is_handed_in():
    region = Firms()
    trades = [a_trade(region, 500 * WAN), a_trade(region, 700 * WAN)]
    case = a_claim(region, a_round(region, "claim-technology-trade"), [one.number for one in trades])
    assert (computed_now(case, FILED), Computation.objects.count()) == (120 * WAN, 0)
