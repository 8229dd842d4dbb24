"""Payments on contracts: one invoice once, never more than the technology part, only by the contract's buyer."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from kechuang.casework import registers
from kechuang.casework.registers import Refused
from kechuang.desks.transfer.models import Trade
from tests.desks.claims.steps import DAY, WAN, Firms, a_trade
from tests.factories import a_person

pytestmark = pytest.mark.django_db
TRADES = registers.find("trades")


@pytest.fixture
def region():
    found = Firms()
    found.registrar = a_person(("contract_registrar", "150000"))
    return found


@pytest.fixture
def contract(region):
    """A contract of 8 million of technology, of which 5 million are paid."""
    row = a_trade(region, 500 * WAN, contract_amount=1000 * WAN, technical_amount=800 * WAN)
    row.invoice_no = "FP-1"
    row.save()
    return row.contract


def entered(region, contract, number, fen, **given):
    said = {"number": number, "contract": contract, "buyer": region.unit, "technical_paid": fen, "paid_on": date(2019, 4, 1), **given}  # fmt: skip
    return registers.enter(TRADES, [said], by=region.claimant, on=DAY, key=number)


def refused(region, contract, number, fen, **given):
    with pytest.raises(Refused) as refusal:
        entered(region, contract, number, fen, **given)
    (reason,) = refusal.value.reasons
    return reason


def test_what_is_left_of_the_contract_may_be_paid_and_not_a_fen_more(region, contract):
    reason = refused(region, contract, "FK-2", 300 * WAN + 1)
    told = entered(region, contract, "FK-2", 300 * WAN)
    assert (reason.code, reason.values["left"], told.new) == ("paid_beyond_contract", 300 * WAN, 1)


def test_the_same_invoice_is_not_entered_under_another_number(region, contract):
    reason = refused(region, contract, "FK-2", 100 * WAN, invoice_no="FP-1")
    assert (reason.code, Trade.objects.count()) == ("invoice_there", 1)


def test_the_database_itself_refuses_one_invoice_of_a_contract_twice(region, contract):
    entered(region, contract, "FK-2", 100 * WAN, invoice_no="FP-2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Trade.objects.filter(number="FK-2").update(invoice_no="FP-1")


def test_a_payment_by_somebody_else_than_the_buyer_is_refused(region, contract):
    unit, who = region.another(name="旁人公司")
    said = {"number": "FK-3", "contract": contract, "buyer": unit, "technical_paid": 1, "paid_on": date(2019, 4, 1)}
    with pytest.raises(Refused) as refusal:
        registers.enter(TRADES, [said], by=who, on=DAY, key="k")
    assert refusal.value.codes == ["not_the_buyer"]


def test_a_cancelled_payment_frees_its_invoice_and_its_part_of_the_contract(region, contract):
    row = Trade.objects.get()
    registers.cancel(TRADES, row, why="重复登记", by=region.registrar, on=DAY, key="c")
    assert entered(region, contract, "FK-2", 800 * WAN, invoice_no="FP-1").new == 1


def test_the_registrar_is_asked_again_when_confirming(region, contract):
    entered(region, contract, "FK-2", 300 * WAN)
    contract.technical_amount = 700 * WAN
    contract.save()
    with pytest.raises(Refused) as refusal:
        registers.confirm(TRADES, Trade.objects.get(number="FK-2"), by=region.registrar, on=DAY, key="c")
    assert refusal.value.codes == ["paid_beyond_contract"]
