"""Money at the end of a project and where it is stopped: nothing is lost on the way, nothing is lifted by another power."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from kechuang.casework import book
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import act, open_case, possible_acts
from kechuang.casework.clock import tick
from kechuang.casework.models import Case
from kechuang.desks.funds import offers
from kechuang.desks.funds.models import Grant, Payment, QuotaDocument, Stop
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import LATER, a_quota, prepared, received, running
from tests.factories import START, Region, done

pytestmark = pytest.mark.django_db
DAY = LATER.date().isoformat()
WHY = "发现经费使用异常，需要立即停止支付并核查"


@pytest.fixture
def region():
    return Region()


def put(case, state):
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    return case


def refusal(case, name, by, *, on=LATER, **data) -> list[str]:
    with pytest.raises(Refused) as refused:
        done(case, name, by, on=on, **data)
    return list(refused.value.codes)


def stopped(case, region, on=LATER):
    done(case, "second:stop_payment", region.supervision_chief, on=on)
    done(case, "stop_payment", region.supervisor, on=on, reason=WHY)


def settled(case, region, keep, refund):
    done(case, "settle", region.fund_clerk, on=LATER, keep=keep, refund=refund)
    done(case, "confirm_settlement", region.treasurer, on=LATER)


def test_execution_does_not_lift_what_supervision_has_stopped(region):
    case = running(region)
    a_quota()
    stopped(case, region)
    put(case, "suspended")
    Stop.objects.create(case=case, why="suspend", actor=region.chief.actor_id, since=LATER)
    done(case, "resume", region.chief, on=LATER, reason="整改完成，可以恢复执行")
    asked = {"instalment": "once", "quota_document": "文"}
    assert refusal(case, "prepare_payment", region.fund_clerk, **asked) == ["payments_stopped"]
    assert [row.why for row in Stop.objects.filter(case=case, lifted_at=None)] == ["stop_payment"]

    assert refusal(case, "lift_stop", region.supervisor, reason=WHY) == ["second_person_missing"]
    done(case, "second:lift_stop", region.supervision_chief, on=LATER)
    done(case, "lift_stop", region.supervisor, on=LATER, reason=WHY)
    done(case, "prepare_payment", region.fund_clerk, on=LATER, **asked)


def test_a_second_word_holds_for_one_stop(region):
    case = running(region)
    stopped(case, region)
    done(case, "second:lift_stop", region.supervision_chief, on=LATER)
    done(case, "lift_stop", region.supervisor, on=LATER, reason=WHY)
    assert refusal(case, "stop_payment", region.supervisor, reason=WHY) == ["second_person_missing"]


def test_who_owes_money_back_is_not_tracked_before_it_is_there(region):
    case = put(received(region), "closed_no_fault")
    settled(case, region, "0", "10")
    tick(LATER + timedelta(1))
    case.refresh_from_db()
    assert case.state == "closed_no_fault"
    done(case, "record_refund", region.treasurer, on=LATER + timedelta(2), amount="10", date=DAY)
    tick(LATER + timedelta(3))
    case.refresh_from_db()
    assert case.state == "tracking"


def test_another_project_of_the_leader_that_owes_opens_no_clue_here(region):
    owes = put(received(region), "failed")
    settled(owes, region, "0", "10")
    other = put(running(region), "failed")
    Case.objects.filter(pk=other.pk).update(leader=owes.leader)
    settled(other, region, "0", "0")
    for days in (60, 61, 62):
        tick(LATER + timedelta(days))
    assert list(Clue.objects.values_list("case__number", flat=True)) == [owes.number]


def failed(region):
    """Failed after a repair that never came, with the chain of acts that says so."""
    case = put(received(region), "rectify")
    act(case, "repair_overdue", by=CLOCK, on=LATER, key="overdue")
    done(case, "fail_repair", region.chief, on=LATER, reason="整改期满仍未提交整改材料，经研究按不通过处理")
    return case


def test_what_failed_is_settled_once_nobody_can_appeal_any_more(region):
    case, said = failed(region), {"keep": "0", "refund": "10"}
    assert refusal(case, "settle", region.fund_clerk, **said) == ["appeal_still_possible"]
    given = {"by": region.head, "on": LATER + timedelta(14), "flow": "appeal", "parent": case}
    child = open_case(case.round, name="appeal_failure", key="appeal", data={"facts": WHY}, **given)
    assert refusal(case, "settle", region.fund_clerk, on=LATER + timedelta(20), **said) == ["child_still_open"]
    done(child, "take_back_by_head", region.head, on=LATER + timedelta(20))
    done(case, "settle", region.fund_clerk, on=LATER + timedelta(20), **said)
    done(case, "confirm_settlement", region.treasurer, on=LATER + timedelta(20))


def test_what_failed_is_settled_when_the_term_of_the_appeal_is_over(region):
    case = failed(region)
    done(case, "settle", region.fund_clerk, on=LATER + timedelta(20), keep="0", refund="10")


@pytest.mark.parametrize("state", ["failed", "terminated", "revoked"])
def test_money_spent_in_breach_goes_back_beyond_what_is_unspent(region, state):
    case = put(received(region), "running")
    done(case, "report_spending", region.finance, on=LATER, spending=[{"kind": "operation", "fen": "4", "own": False}])
    put(case, state)
    assert refusal(case, "settle", region.fund_clerk, keep="0", refund="5") == ["settlement_does_not_add_up"]
    settled(case, region, "0", "9")
    assert Grant.objects.get(case=case).refund_due_fen == 9_000_000


def test_who_ended_without_blame_returns_the_unspent_and_no_more(region):
    case = put(received(region), "running")
    done(case, "report_spending", region.finance, on=LATER, spending=[{"kind": "operation", "fen": "4", "own": False}])
    put(case, "closed_no_fault")
    assert refusal(case, "settle", region.fund_clerk, keep="0", refund="9") == ["settlement_does_not_add_up"]
    done(case, "settle", region.fund_clerk, on=LATER, keep="0", refund="6")


def test_nothing_is_settled_while_money_is_on_its_way(region):
    case = prepared(region)
    done(case, "pay", region.treasurer, on=LATER)
    put(case, "terminated")
    assert refusal(case, "settle", region.fund_clerk, keep="0", refund="0") == ["money_on_its_way"]
    done(case, "confirm_receipt", region.finance, on=LATER, amount="10", date=DAY)
    done(case, "report_spending", region.finance, on=LATER, spending=[{"kind": "labour", "fen": "1", "own": False}])
    settled(case, region, "0", "9")
    row = [{"kind": "labour", "fen": "1", "own": False}]
    assert refusal(case, "report_spending", region.finance, spending=row) == ["settled_already"]


def test_a_passed_project_gets_its_last_instalment_before_it_is_settled(region):
    case = put(running(region), "passed")
    assert refusal(case, "settle", region.fund_clerk, keep="0", refund="0") == ["money_on_its_way"]
    stopped(case, region)
    settled(case, region, "0", "0")
    assert Grant.objects.get(case=case).cancelled


def test_the_checker_sends_back_what_was_prepared_wrongly(region):
    case = prepared(region)
    assert refusal(case, "return_payment", region.treasurer, reason="错") == ["too_short"]
    done(case, "return_payment", region.treasurer, on=LATER, reason="指标文号有误，请重新经办")
    told = Payment.objects.filter(grant__case=case).count(), QuotaDocument.objects.get(number="文").used_fen
    assert told == (0, 0)
    assert refusal(case, "pay", region.treasurer) == ["nothing_prepared"]
    assert "return_payment" not in {act.name for act in possible_acts(case, by=region.treasurer, on=LATER)}
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment="once", quota_document="文")
    done(case, "pay", region.treasurer, on=LATER)


def test_what_is_prepared_and_not_ordered_falls_when_payments_are_stopped(region):
    case = prepared(region)
    stopped(case, region)
    assert (Payment.objects.count(), QuotaDocument.objects.get(number="文").used_fen) == (0, 0)


def test_a_goal_that_was_not_reached_frees_no_instalment(region):
    case = running(region)
    case.grant.instalments.update(upon="confirm_milestone", freed_at=None)
    for reached, freed in (("none", False), ("part", False), ("full", True)):
        act = SimpleNamespace(name="confirm_milestone")
        offers.milestone(case, SimpleNamespace(data={"reached": reached}, act=act, on=LATER))
        assert case.grant.instalments.filter(freed_at__isnull=False).exists() == freed


def test_no_money_goes_to_a_project_whose_leader_is_under_sanction(region):
    case = running(region)
    a_quota()
    Sanction.objects.create(person=case.leader, level="grave", decision_no="1", since=START.date())
    asked = {"instalment": "once", "quota_document": "文"}
    assert refusal(case, "prepare_payment", region.fund_clerk, **asked) == ["person_under_sanction"]


def test_what_was_settled_is_settled_anew_once_the_project_is_revoked(region):
    case = put(received(region), "passed")
    settled(case, region, "10", "0")
    put(case, "revoked")
    offers.recover(case, None)
    case = Case.objects.get(pk=case.pk)
    assert offers.settled(case, None).verdict == "fail"
    settled(case, region, "0", "10")
    done(case, "record_refund", region.treasurer, on=LATER, amount="10", date=DAY)
    assert offers.settled(Case.objects.get(pk=case.pk), None).verdict == "pass"


def test_what_came_back_before_is_not_asked_for_twice_nor_less_than_it(region):
    case = put(received(region), "failed")
    Grant.objects.filter(case=case).update(refund_due_fen=10_000_000, refunded_fen=10_000_000)
    case = Case.objects.get(pk=case.pk)
    assert refusal(case, "settle", region.fund_clerk, keep="0", refund="5") == ["settlement_does_not_add_up"]
    settled(case, region, "0", "10")
    assert Grant.objects.get(case=case).settled_at is not None


def test_nothing_is_paid_once_the_grant_is_settled_and_the_rest_given_back(region):
    case = put(running(region), "passed")
    a_quota()
    stopped(case, region)
    settled(case, region, "0", "0")
    done(case, "second:lift_stop", region.supervision_chief, on=LATER)
    done(case, "lift_stop", region.supervisor, on=LATER, reason="核查完毕，没有发现问题，可以恢复支付这一项目的拨款")
    asked = {"instalment": "once", "quota_document": "文"}
    assert refusal(case, "prepare_payment", region.fund_clerk, **asked) == ["no_instalment_due"]


@pytest.mark.parametrize("fen", ["0", "-1"])
def test_spending_of_nothing_or_less_is_refused_in_words(region, fen):
    spending = [{"kind": "operation", "fen": fen}]
    assert refusal(received(region), "report_spending", region.finance, spending=spending) == ["below"]


def test_no_act_of_a_flow_takes_an_amount_below_nothing():
    flows = book.packaged()
    acts = [
        (code, name, act)
        for code in flows.codes("flows")
        for name, act in flows.page("flows", code).body["acts"].items()
    ]
    inputs = [(code, name, one) for code, name, act in acts for one in (act.get("inputs") or {}).values()]
    fields = [(code, name, one) for code, name, whole in inputs for one in (whole, *whole.get("columns", ()))]
    assert [(code, name) for code, name, one in fields if one.get("kind") == "money" and "min" not in one] == []
