"""The way of a claim: the list within the budget, payment, recovery, what a corrected page changes, and whose evidence is whose."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kechuang.casework import outbox, todo
from kechuang.casework.acts import Refused
from kechuang.casework.models import Document, Edition, Record
from kechuang.casework.pages import current, pages_of
from kechuang.desks.claims import settling
from kechuang.desks.claims.models import Computation, Evidence, Share
from kechuang.desks.funds.models import Budget, Grant
from kechuang.desks.transfer.models import Trade
from tests.desks.claims.steps import (
    FILED,
    SEAL,
    WAN,
    Firms,
    a_claim,
    a_round,
    a_trade,
    an_honour,
    approved,
    computed,
    cross_checked,
    filed,
    listed,
    paid,
)
from tests.factories import a_person, at, done

pytestmark = [pytest.mark.django_db, pytest.mark.long]
MEETING = {"minutes": "厅务会纪要〔2020〕1号"}


def a_listed(region, round_, fen, name):
    unit, who = region.another(name=name)
    trade = a_trade(region, fen, unit=unit)
    return listed(filed(region, round_, [trade.number], by=who), region)


def test_a_claim_goes_from_its_records_to_the_account_and_is_closed_by_the_clock():
    region = Firms()
    trade = a_trade(region, 3000 * WAN)
    case = listed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    approved(case, region)
    paid(case, region, on=at("2019-12-20"))
    grant = Grant.objects.get(case=case)
    assert (case.state, grant.granted_fen, grant.paid_fen, grant.received_fen) == ("paid", *[200 * WAN] * 3)
    told = Record.objects.filter(subject=case.number, act="list").get()
    assert f'"fen":"{200 * WAN}"' in told.body


def test_handing_in_reads_no_trade_of_the_firm_twice():
    region = Firms()
    trade = a_trade(region, 3000 * WAN)
    case = a_claim(region, a_round(region, "claim-technology-trade"), [trade.number])
    with CaptureQueriesContext(connection) as asked:
        done(case, "submit", region.claimant, on=FILED, promise=SEAL)
    reads = [one["sql"] for one in asked if f'FROM "{Trade._meta.db_table}"' in one["sql"]]
    assert len(reads) == len(set(reads)), "the same rows were read again"


def test_a_proportional_list_is_floored_to_the_fen_and_never_above_the_budget():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=100 * WAN)
    cases = [a_listed(region, round_, fen * WAN, name) for fen, name in ((900, "甲"), (600, "乙"), (300, "丙"))]
    parts = [Share.objects.get(case=case).fen for case in cases]
    assert parts == [90 * WAN * 100 // 180, 60 * WAN * 100 // 180, 30 * WAN * 100 // 180]
    assert sum(parts) <= 100 * WAN
    assert {share.way for share in Share.objects.all()} == {"scaled"}


def test_what_is_published_keeps_its_share_and_the_rest_is_shared_anew():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=100 * WAN)
    first = a_listed(region, round_, 600 * WAN, "甲")
    done(first, "publish_list", region.planning_chief, on=FILED)
    second = a_listed(region, round_, 600 * WAN, "乙")
    assert [Share.objects.get(case=case).fen for case in (first, second)] == [60 * WAN, 40 * WAN]


def test_a_list_that_is_cut_off_pays_in_order_and_the_rest_lets_go_of_its_evidence():
    region = Firms()
    round_ = a_round(region, "claim-carrier-award", budget=60 * WAN)
    cases = []
    for minute, name in enumerate(("甲", "乙")):
        unit, who = region.another(name=name)
        honour = an_honour(unit, "carrier", "excellent")
        case = filed(region, round_, [honour.number], by=who, on=at("2019-11-05", 9, minute))
        cases.append(listed(case, region))
    first, second = cases
    with pytest.raises(Refused) as refusal:
        done(second, "publish_list", region.planning_chief, on=FILED)
    done(second, "cut", region.planning_chief, on=FILED)
    assert refusal.value.codes == ["beyond_the_list"]
    assert [Share.objects.get(case=case).fen for case in cases] == [50 * WAN, 0]
    assert (second.state, Evidence.objects.filter(case=second, released_at=None).count()) == ("rejected", 0)
    done(first, "publish_list", region.planning_chief, on=FILED)


@pytest.mark.parametrize(
    ("pool", "owed", "budget", "parts"),
    [
        (100, [60, 30], "proportional", [(60, "whole"), (30, "whole")]),
        (100, [100, 100, 100], "proportional", [(33, "scaled")] * 3),
        (100, [60, 60, 10], "cut_off", [(60, "whole"), (0, "cut"), (0, "cut")]),
        (0, [60], "cut_off", [(0, "cut")]),
        (0, [60], "proportional", [(0, "scaled")]),
    ],
)
def test_a_pool_is_shared_as_the_page_declares(pool, owed, budget, parts):
    assert settling.shared(pool, owed, budget=budget) == parts


def test_the_award_takes_the_share_and_not_the_computed_amount_from_the_budget():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade", budget=100 * WAN)
    case = a_listed(region, round_, 3000 * WAN, "甲")
    approved(case, region)
    assert (case.award.fen, Budget.objects.get(round=round_).committed_fen, case.asked_fen) == (
        100 * WAN,
        100 * WAN,
        200 * WAN,
    )


def test_who_computed_does_not_list_and_who_listed_does_not_publish():
    region = Firms()
    both = a_person(("planner", "*"), ("planning_chief", "*"))
    trade = a_trade(region, 500 * WAN)
    case = cross_checked(
        computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region), region
    )
    done(case, "list", both, on=FILED)
    with pytest.raises(Refused) as refusal:
        done(case, "publish_list", both, on=FILED)
    assert set(refusal.value.codes) & {"same_person", "roles_apart"}


def test_the_notice_of_the_computation_says_rule_day_records_and_sum():
    region = Firms()
    trade = a_trade(region, 1500 * WAN)
    case = computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    outbox.work(FILED)
    letter = Document.objects.get(case=case, kind="computation-notice").body["text"]
    for words in ("《技术交易后补助》", "2019年3月1日", trade.number, "1500000.00元"):
        assert words in letter


# A corrected page


def adopted_with(change):
    """The book in force from now on is another edition: `change` is (page, old text, new text)."""
    page, old, new = change
    sources = dict(current().sources)
    assert old in sources[page]
    sources[page] = sources[page].replace(old, new)
    Edition.objects.create(digest="e" * 64, pages=sources, by="test", on=FILED)


def test_a_corrected_page_reaches_a_filed_claim_only_by_recompute_which_keeps_both_amounts():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    trade = a_trade(region, 1000 * WAN)
    case = computed(filed(region, round_, [trade.number]), region)
    adopted_with(
        (
            "policies/technology-trade.yaml",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 10 %}",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 8 %}",
        )
    )
    case.refresh_from_db()
    before = case.asked_fen
    done(case, "recompute", region.chief, on=FILED, reason="更正：补助比例按实施细则为百分之八，重新核算")
    kept = list(Computation.objects.filter(case=case).values_list("number", "fen", "why"))
    assert (before, case.asked_fen) == (100 * WAN, 80 * WAN)
    assert kept == [(1, 100 * WAN, "compute"), (2, 80 * WAN, "recompute")]
    assert len({one.edition for one in Computation.objects.filter(case=case)}) == 2


def test_a_claim_filed_in_an_old_round_is_computed_with_the_page_frozen_in_it():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    adopted_with(
        (
            "policies/technology-trade.yaml",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 10 %}",
            "zh: 补助比例, en: Subsidy rate, value: {2019-01-01: 8 %}",
        )
    )
    trade = a_trade(region, 1000 * WAN)
    assert computed(filed(region, round_, [trade.number]), region).asked_fen == 100 * WAN


# Evidence


def test_evidence_is_held_while_a_claim_stands_and_free_again_when_it_is_withdrawn():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    trade = a_trade(region, 500 * WAN)
    first = filed(region, round_, [trade.number])
    with pytest.raises(Refused):
        filed(region, round_, [trade.number])
    done(first, "withdraw", region.claimant, on=FILED)
    second = filed(region, round_, [trade.number])
    assert list(Evidence.objects.filter(released_at=None).values_list("case", "key")) == [(second.pk, trade.number)]


def test_the_database_itself_refuses_one_record_to_two_claims():
    region = Firms()
    round_ = a_round(region, "claim-technology-trade")
    one, other = (filed(region, round_, [a_trade(region, 500 * WAN).number]) for _ in range(2))
    taken = Evidence.objects.get(case=one)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(case=other, entity=taken.entity, key=taken.key, mark=taken.mark)


def test_a_spot_check_can_order_the_money_back():
    region = Firms()
    trade = a_trade(region, 500 * WAN)
    case = listed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    paid(approved(case, region), region, on=at("2019-12-20"))
    done(
        case,
        "recover",
        region.leadership,
        on=at("2020-01-10"),
        reason="抽查发现发票对应的技术交易并未发生，予以追回",
        **MEETING,
    )
    done(case, "record_refund", region.treasurer, on=at("2020-02-01"), amount="500000")
    grant = Grant.objects.get(case=case)
    assert (case.state, grant.refunded_fen, grant.settled_at is not None) == ("recovered", 50 * WAN, True)


def test_a_foreign_officer_and_another_firm_see_nothing_of_a_claim(client):
    region = Firms()
    trade = a_trade(region, 500 * WAN)
    case = filed(region, a_round(region, "claim-technology-trade"), [trade.number])
    _unit, stranger = region.another()
    client.force_login(stranger)
    assert client.get(f"/cases/{case.number}/").status_code == 404


def test_a_claim_at_the_league_lies_in_the_hands_of_who_signs_for_it():
    region = Firms()
    trade = a_trade(region, 500 * WAN)
    case = computed(filed(region, a_round(region, "claim-technology-trade"), [trade.number]), region)
    done(case, "send_to_league", region.chief, on=FILED)
    (task,) = [one for one in todo.desk(region.signatory, FILED).tasks if one.subject == case]
    assert (task.name, todo.hands(case, (), pages=pages_of(case.round))) == ("league_confirm", ("recommender_head",))
