"""Money from documents: one hand enters it, another confirms it, and only then it counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from kechuang.casework.models import Notice, Record, Round
from kechuang.desks.funds import entries
from kechuang.desks.funds.models import Account, Appropriation, Budget, Contribution, Entry, Transfer
from kechuang.words.outcome import Refused
from tests.factories import START, Region, a_unit, an_open_round

pytestmark = pytest.mark.django_db
WAN = 1_000_000
PAPER = {"document_no": "内财科〔2018〕12号", "day": date(2018, 3, 1), "fen": 50 * WAN}


def entered(region, kind="appropriation", key="e1", **values):
    values = {**({"plan": "basic-research", "year": 2018} if kind == "appropriation" else {}), **PAPER, **values}
    return entries.enter(kind, values, by=region.fund_clerk, on=START, key=key)


def confirmed(region, row, key="c1"):
    return entries.confirm(row, by=region.treasurer, on=START + timedelta(hours=1), key=key)


def refused(call):
    with pytest.raises(Refused) as found:
        call()
    return [reason.code for reason in found.value.reasons]


def test_an_appropriation_counts_only_once_another_hand_has_confirmed_it():
    region = Region()
    row = entered(region)
    assert list(Appropriation.objects.all()) == []

    confirmed(region, row)

    assert Appropriation.objects.get(plan="basic-research", year=2018).fen == 50 * WAN
    assert list(Record.objects.filter(subject_kind="account").values_list("subject", "act")) == [
        ("plan:basic-research-2018", "enter_money"), ("plan:basic-research-2018", "confirm_entry"),
    ]  # fmt: skip


def test_the_ledger_of_a_confirmed_entry_balances_and_names_its_record():
    region = Region()
    confirmed(region, entered(region))
    moved = Transfer.objects.get()
    assert (moved.debit.code, moved.credit.code, moved.fen, moved.record.act) == (
        "finance:department", "plan:basic-research-2018", 50 * WAN, "confirm_entry",
    )  # fmt: skip
    assert sum(Account.objects.values_list("balance_fen", flat=True)) == 0


def test_a_repeated_key_enters_and_confirms_once():
    region = Region()
    rows = [entered(region) for _ in range(2)]
    for _ in range(2):
        confirmed(region, rows[0])
    assert (rows[0], Entry.objects.count(), Appropriation.objects.get().fen) == (rows[1], 1, 50 * WAN)


def test_who_enters_never_confirms_and_the_database_holds_it_too():
    region = Region()
    row = entries.enter(
        "appropriation", {**PAPER, "plan": "basic-research", "year": 2018}, by=region.treasurer, on=START, key="e"
    )
    assert refused(lambda: confirmed(region, row)) == ["same_person"]
    with pytest.raises(IntegrityError, match="entry_maker_is_never_checker"), transaction.atomic():
        Entry.objects.filter(pk=row.pk).update(checker=region.treasurer, checked_at=START)


def test_the_same_document_is_entered_once_for_the_same_purpose_unless_it_was_sent_back():
    region = Region()
    row = entered(region)
    assert refused(lambda: entered(region, key="e2")) == ["entry_made_already"]
    entries.send_back(row, by=region.treasurer, on=START, key="r", reason="金额与原件不符")
    assert entered(region, key="e3", fen=40 * WAN).pk != row.pk
    assert Entry.objects.get(pk=row.pk).returned is True


def test_what_was_sent_back_or_confirmed_is_not_checked_again():
    region = Region()
    row = entered(region)
    confirmed(region, row)
    assert refused(lambda: confirmed(region, row, key="c2")) == ["entry_checked_already"]
    assert refused(lambda: entries.send_back(row, by=region.treasurer, on=START, key="r", reason="x")) == [
        "entry_checked_already"
    ]


def test_sending_back_needs_a_reason():
    region = Region()
    row = entered(region)
    assert refused(lambda: entries.send_back(row, by=region.treasurer, on=START, key="r", reason=" ")) == [
        "return_needs_reason"
    ]


def test_a_cut_never_goes_below_what_has_been_paid():
    region = Region()
    Appropriation.objects.create(plan="basic-research", year=2018, fen=50 * WAN, paid_fen=30 * WAN)
    row = entered(region, fen=-30 * WAN)
    assert refused(lambda: confirmed(region, row)) == ["below_what_is_paid"]
    assert (Appropriation.objects.get().fen, Transfer.objects.count()) == (50 * WAN, 0)


def test_the_budget_of_a_published_round_is_changed_in_public():
    region = Region()
    round_ = an_open_round(region, budget_fen=100 * WAN)
    Round.objects.filter(pk=round_.pk).update(published_at=START)
    confirmed(region, entered(region, "budget", round=round_.code, fen=20 * WAN))

    assert (Budget.objects.get(round=round_).fen, Round.objects.get(pk=round_.pk).budget_fen) == (120 * WAN, 120 * WAN)
    assert Notice.objects.get(round=round_, what="预算调整").body == {
        "document_no": PAPER["document_no"], "change": str(20 * WAN), "budget": str(120 * WAN),
    }  # fmt: skip


def test_a_budget_never_goes_below_what_is_committed():
    region = Region()
    round_ = an_open_round(region, budget_fen=100 * WAN)
    Budget.objects.create(round=round_, fen=100 * WAN, committed_fen=90 * WAN)
    row = entered(region, "budget", round=round_.code, fen=-20 * WAN)
    assert refused(lambda: confirmed(region, row)) == ["below_what_is_committed"]
    assert Budget.objects.get().fen == 100 * WAN


def test_a_contribution_is_received_in_parts_and_never_beyond_its_promise():
    region, funder = Region(), a_unit()
    round_ = an_open_round(region)
    Contribution.objects.create(round=round_, funder=funder, promised_fen=70 * WAN)
    first = entered(region, "contribution", round=round_.code, funder=funder.pid)
    confirmed(region, first)
    second = entered(
        region, "contribution", key="e2", round=round_.code, funder=funder.pid, document_no="凭证2", fen=30 * WAN
    )

    assert refused(lambda: confirmed(region, second, key="c2")) == ["beyond_promise"]
    assert Contribution.objects.get().received_fen == 50 * WAN
    assert Account.objects.get(code=f"joint:{round_.code}").balance_fen == 50 * WAN


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        ("appropriation", {"document_no": " "}, "entry_needs_document"),
        ("appropriation", {"fen": 0}, "entry_needs_amount"),
        ("budget", {"round": "nowhere"}, "no_such_round"),
        ("contribution", {"fen": -1}, "entry_needs_amount"),
        ("other", {}, "entry_needs_document"),
    ],
)
def test_what_has_no_document_no_amount_or_no_place_is_refused(kind, values, code):
    region = Region()
    assert refused(lambda: entered(region, kind, **values)) == [code]
    assert Entry.objects.count() == 0


def test_nobody_else_enters_or_confirms():
    region = Region()
    call = {**PAPER, "plan": "basic-research", "year": 2018}
    assert refused(lambda: entries.enter("appropriation", call, by=region.planner, on=START, key="e")) == [
        "act_for_another"
    ]
    row = entered(region)
    assert refused(lambda: entries.confirm(row, by=region.fund_clerk, on=START, key="c")) == ["act_for_another"]
