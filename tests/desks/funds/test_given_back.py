"""What an award gives back to its round, cancelled, lowered or refunded, another case may have; never more than the budget."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Case
from kechuang.desks.funds.models import Account, Budget, Grant
from kechuang.faces.rehearsal import invariants
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import DECISION, FEN, LATER, a_quota, noticed, running
from tests.factories import Region, an_open_round, done

pytestmark = pytest.mark.django_db
WHY = "主要研究人员离开，项目无法继续执行，建议终止"


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def round_(region):
    """A round whose budget is enough for one award."""
    return an_open_round(region, budget_fen=FEN)


def ended(case, region, *, refund):
    """Ended without blame, and settled."""
    Case.objects.filter(pk=case.pk).update(state="closed_no_fault")
    case.refresh_from_db()
    done(case, "settle", region.fund_clerk, on=LATER, keep=0, refund=refund)
    done(case, "confirm_settlement", region.treasurer, on=LATER)


def in_reserve(region, round_):
    case = noticed(region, round_)
    Case.objects.filter(pk=case.pk).update(state="reserve", proposed_fen=None)
    case.refresh_from_db()
    return case


def called_up(case, region, amount="10"):
    done(case, "propose_call_up", region.planner, on=LATER, reason=WHY, amount=amount)
    done(case, "call_up", region.leadership, on=LATER, minutes="纪要9号")


def refusal(case, region, amount="10"):
    with pytest.raises(Refused) as refused:
        called_up(case, region, amount)
    return list(refused.value.codes)


def stands(round_) -> bool:
    """What the budget says is bound is what its account says, and no invariant is broken."""
    balance = Account.objects.get(code=f"budget:{round_.code}").balance_fen
    return -balance == Budget.objects.get(round=round_).committed_fen and not any(
        h.broken for h in invariants.checked() if h.name != "three_sheets_at_least"
    )


def test_what_was_never_paid_is_free_for_the_reserve_once_it_is_settled(region, round_):
    first, waits = running(region, round_), in_reserve(region, round_)
    assert refusal(waits, region) == ["beyond_budget"]
    ended(first, region, refund=0)
    called_up(waits, region)
    Case.objects.filter(pk=waits.pk).update(state="public_notice")
    waits.refresh_from_db()
    done(waits, "fund", region.leadership, on=LATER, **DECISION)
    assert (Budget.objects.get(round=round_).committed_fen, stands(round_)) == (FEN, True)


def paid_out(region, round_):
    """An award of the round wholly received by its unit."""
    case = running(region, round_)
    a_quota()
    done(case, "prepare_payment", region.fund_clerk, on=LATER, instalment="once", quota_document="文")
    done(case, "pay", region.treasurer, on=LATER)
    done(case, "confirm_receipt", region.finance, on=LATER, amount="10", date=LATER.date().isoformat())
    return case


def test_what_was_paid_stays_bound_until_it_is_refunded_and_only_so_much_is_free(region, round_):
    first, waits = paid_out(region, round_), in_reserve(region, round_)
    ended(first, region, refund="10")
    assert refusal(waits, region, "0.01") == ["beyond_budget"]
    done(first, "record_refund", region.treasurer, on=LATER, amount="4", date=LATER.date().isoformat())
    assert refusal(waits, region, "4.01") == ["beyond_budget"]
    called_up(waits, region, "4")
    assert (Budget.objects.get(round=round_).committed_fen, stands(round_)) == (FEN * 6 // 10, True)


def test_what_a_passed_project_keeps_is_not_free(region, round_):
    first, waits = paid_out(region, round_), in_reserve(region, round_)
    Case.objects.filter(pk=first.pk).update(state="passed")
    first.refresh_from_db()
    done(first, "settle", region.fund_clerk, on=LATER, keep="10", refund=0)
    done(first, "confirm_settlement", region.treasurer, on=LATER)
    assert refusal(waits, region, "0.01") == ["beyond_budget"]


def test_a_project_taken_over_frees_nothing_that_was_never_committed_here(region, round_):
    running(region, round_)
    elsewhere = noticed(region, round_)
    Grant.objects.create(case=elsewhere, granted_fen=FEN, allocated_fen=FEN)
    Case.objects.filter(pk=elsewhere.pk).update(state="running")
    elsewhere.refresh_from_db()
    ended(elsewhere, region, refund=0)
    assert Budget.objects.get(round=round_).committed_fen == FEN
