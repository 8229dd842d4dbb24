"""The invariants of the money (docs of the lifecycle, section 6): refused at the door, and by the database when somebody goes round it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from kechuang.casework.models import Case, Round
from kechuang.desks.funds.models import (
    Account,
    Appropriation,
    Budget,
    Contribution,
    Grant,
    Instalment,
    Payment,
    QuotaDocument,
    Spending,
    Stop,
    Transfer,
)
from kechuang.desks.integrity.models import Sanction
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import DECISION, FEN, LATER, a_quota, noticed, prepared, received, running
from tests.factories import Region, an_open_round, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


def refused(case, name, by, **data) -> list[str]:
    """The codes with which the act is refused; nothing has moved."""
    before = list(Account.objects.order_by("code").values_list("code", "balance_fen"))
    with pytest.raises(Refused) as refusal:
        done(case, name, by, on=LATER, **data)
    assert list(Account.objects.order_by("code").values_list("code", "balance_fen")) == before
    return list(refusal.value.codes)


def balanced() -> bool:
    """Every account stands where its transfers put it, and all of them together at nothing."""
    sums: dict[int, int] = {}
    for debit, credit, fen in Transfer.objects.values_list("debit", "credit", "fen"):
        sums[debit] = sums.get(debit, 0) - fen
        sums[credit] = sums.get(credit, 0) + fen
    return {a.pk: a.balance_fen for a in Account.objects.all()} == sums and sum(sums.values()) == 0


# At the door


def test_allocated_paid_and_received_follow_one_another_and_every_account_balances(region):
    case = received(region)
    told = Grant.objects.values_list("granted_fen", "allocated_fen", "paid_fen", "received_fen").get(case=case)
    assert (told, balanced()) == ((FEN,) * 4, True)


def test_instalments_add_up_to_the_grant_to_the_fen(region):
    case = running(region)
    assert case.grant.instalments.aggregate(fen=Sum("fen"))["fen"] == case.grant.granted_fen


def test_a_round_never_grants_beyond_its_budget(region):
    round_ = an_open_round(region, budget_fen=FEN + FEN // 2)
    running(region, round_)
    assert refused(noticed(region, round_), "fund", region.leadership, **DECISION) == ["beyond_budget"]
    assert Budget.objects.get(round=round_).committed_fen == FEN


def test_a_year_never_pays_beyond_its_appropriation(region):
    case = prepared(region)
    Appropriation.objects.create(plan=case.round.plan, year=LATER.year, fen=FEN - 1)
    assert refused(case, "pay", region.treasurer) == ["beyond_appropriation"]
    Appropriation.objects.update(fen=FEN)
    done(case, "pay", region.treasurer, on=LATER)
    assert Appropriation.objects.get().paid_fen == FEN


@pytest.mark.parametrize("state", ["suspended", "terminated", "revoked", "funded", "failed", "archived"])
def test_nothing_is_prepared_or_paid_while_the_project_stands_still(region, state):
    case = prepared(region)
    Case.objects.filter(pk=case.pk).update(state=state)
    assert refused(case, "pay", region.treasurer) == ["act_not_here"]
    given = {"instalment": "once", "quota_document": "文"}
    assert refused(case, "prepare_payment", region.fund_clerk, **given) == ["act_not_here"]


def test_nothing_is_paid_once_supervision_has_stopped_it(region):
    case = prepared(region)
    Stop.objects.create(case=case, why="stop_payment", actor=region.supervisor.actor_id, since=LATER)
    assert refused(case, "pay", region.treasurer) == ["payments_stopped"]


def test_nothing_is_paid_to_a_unit_under_sanction(region):
    case = prepared(region)
    Sanction.objects.create(organisation=case.applicant, level="serious", decision_no="文1号", since=LATER.date())
    assert "under_sanction" in refused(case, "pay", region.treasurer)[0]


def test_who_prepared_a_payment_never_orders_it(region):
    case = prepared(region)
    Payment.objects.update(maker=region.treasurer)
    assert refused(case, "pay", region.treasurer) == ["same_person"]


def test_each_payment_stands_on_one_quota_document_that_covers_it(region):
    case = running(region)
    given = {"instalment": "once", "quota_document": "文"}
    assert refused(case, "prepare_payment", region.fund_clerk, **given) == ["no_such_quota_document"]
    a_quota(fen=FEN - 1)
    assert refused(case, "prepare_payment", region.fund_clerk, **given) == ["quota_used_up_money"]


def test_an_instalment_is_prepared_and_paid_once(region):
    case = received(region)
    given = {"instalment": "once", "quota_document": "文"}
    assert refused(case, "prepare_payment", region.fund_clerk, **given) == ["no_instalment_due"]
    assert refused(case, "pay", region.treasurer) == ["nothing_prepared"]


def test_receipt_is_confirmed_once_and_to_the_fen(region):
    case = prepared(region)
    done(case, "pay", region.treasurer, on=LATER)
    day = LATER.date().isoformat()
    assert refused(case, "confirm_receipt", region.finance, amount="9", date=day) == ["amount_differs_from_payment"]
    done(case, "confirm_receipt", region.finance, on=LATER, amount="10", date=day)
    assert refused(case, "confirm_receipt", region.finance, amount="10", date=day) == ["nothing_to_confirm"]


def test_no_more_is_spent_than_came_in(region):
    case = received(region)
    rows = [{"kind": "operation", "fen": "10.01", "own": False}]
    assert refused(case, "report_spending", region.finance, spending=rows) == ["spent_more_than_received"]


def test_a_settlement_that_does_not_add_up_is_refused(region):
    case = received(region)
    Case.objects.filter(pk=case.pk).update(state="passed")
    assert refused(case, "settle", region.fund_clerk, keep="4", refund="5") == ["settlement_does_not_add_up"]
    done(case, "settle", region.fund_clerk, on=LATER, keep="4", refund="6")
    assert Grant.objects.values_list("kept_fen", "refund_due_fen").get(case=case) == (4_000_000, 6_000_000)


def test_a_project_that_failed_keeps_nothing(region):
    case = received(region)
    Case.objects.filter(pk=case.pk).update(state="failed")
    assert refused(case, "settle", region.fund_clerk, keep="1", refund="9") == ["balance_must_go_back"]


def test_refunds_never_exceed_what_is_due_and_settle_the_grant_when_all_is_back(region):
    case = received(region)
    Case.objects.filter(pk=case.pk).update(state="failed")
    done(case, "settle", region.fund_clerk, on=LATER, keep="0", refund="10")
    done(case, "confirm_settlement", region.treasurer, on=LATER)
    day = LATER.date().isoformat()
    done(case, "record_refund", region.treasurer, on=LATER, amount="4", date=day)
    assert refused(case, "record_refund", region.treasurer, amount="6.01", date=day) == ["refund_beyond_due"]
    done(case, "record_refund", region.treasurer, on=LATER, amount="6", date=day)
    grant = Grant.objects.get(case=case)
    assert (grant.refunded_fen, grant.settled_at, balanced()) == (FEN, LATER, True)


# By the database, whoever writes


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (lambda c: Grant.objects.filter(case=c).update(granted_fen=-1, allocated_fen=-1), "granted_not_negative|allocated_not_negative|allocated_within_granted"),
        (lambda c: Grant.objects.filter(case=c).update(allocated_fen=F("granted_fen") + 1), "allocated_within_granted"),
        (lambda c: Grant.objects.filter(case=c).update(paid_fen=F("allocated_fen") + 1), "paid_within_allocated"),
        (lambda c: Grant.objects.filter(case=c).update(received_fen=F("paid_fen") + 1), "received_within_paid"),
        (lambda c: Grant.objects.filter(case=c).update(refunded_fen=F("received_fen") + 1), "refunded_within_received"),
        (lambda c: Grant.objects.filter(case=c).update(spent_fen=-1), "spent_not_negative"),
        (lambda c: Grant.objects.filter(case=c).update(spent_fen=F("received_fen") + 1), "spent_within_received"),
        (lambda c: Grant.objects.filter(case=c).update(refund_due_fen=F("received_fen") + 1), "refund_due_within_received"),
        (lambda c: Grant.objects.filter(case=c).update(kept_fen=-1), "kept_within_received"),
        (lambda c: Budget.objects.update(committed_fen=F("fen") + 1), "committed_within_budget"),
        (lambda c: Appropriation.objects.create(plan="p", year=2018, fen=1, paid_fen=2), "cash_within_appropriation"),
        (lambda c: QuotaDocument.objects.update(used_fen=F("fen") + 1), "quota_not_overdrawn"),
        (lambda c: Payment.objects.update(checker=F("maker")), "maker_is_never_checker"),
        (lambda c: Payment.objects.update(checker=None), "paid_only_when_checked"),
        (lambda c: Payment.objects.update(fen=0), "payment_positive"),
        (lambda c: Payment.objects.update(paid_at=None, checker=None), "received_only_when_paid"),
        (lambda c: Instalment.objects.update(fen=-1), "instalment_not_negative"),
        (lambda c: Transfer.objects.filter(pk=Transfer.objects.first().pk).update(fen=0), "transfer_positive"),
        (lambda c: Transfer.objects.filter(pk=Transfer.objects.first().pk).update(credit=F("debit")), "transfer_between_two"),
        (lambda c: Spending.objects.create(grant=c.grant, kind="labour", fen=0, on=LATER.date()), "spending_positive"),
        (lambda c: Contribution.objects.create(round=c.round, funder=c.applicant, promised_fen=1, received_fen=2), "contribution_within_promise"),
    ],
)  # fmt: skip
def test_the_database_refuses_what_the_door_would_refuse(region, change, constraint):
    case = received(region)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        change(case)


def test_the_database_refuses_a_second_payment_of_one_instalment_and_a_second_award_of_one_case(region):
    case = received(region)
    paid, grant = Payment.objects.get(), case.grant
    for again in (
        lambda: Payment.objects.create(
            instalment=paid.instalment, grant=paid.grant, fen=1, quota=paid.quota, maker=paid.maker, prepared_at=LATER
        ),
        lambda: Grant.objects.create(case=case, granted_fen=1),
        lambda: Instalment.objects.create(grant=grant, code="once", position=9, fen=1, upon="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            again()


def test_nothing_is_funded_while_the_round_is_suspended(region):
    case = noticed(region)
    Round.objects.filter(pk=case.round_id).update(state="suspended")
    with pytest.raises(Refused) as refused:
        done(Case.objects.get(pk=case.pk), "fund", region.leadership, on=LATER, **DECISION)
    assert refused.value.codes == ["round_suspended"]
