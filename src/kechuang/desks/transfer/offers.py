"""What the transfer desk offers: registered contracts, payments on them and converted results, as tables; its registers."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from kechuang.casework import linking, registers
from kechuang.casework.linking import Row, Where
from kechuang.casework.pages import day_of
from kechuang.casework.registers import UNIT_KEEPERS, Register
from kechuang.desks.transfer.models import Contract, Conversion, Trade
from kechuang.words.money import Money
from kechuang.words.offers import table
from kechuang.words.reason import Reason

REGISTRAR = frozenset({"contract_registrar"})

CONTRACTS = registers.keep(Register(
    "contracts", {"zh": "技术合同", "en": "Technology contracts"}, Contract, "buyer", ("number",),
    enters=UNIT_KEEPERS | REGISTRAR, confirms=REGISTRAR, other="seller",
))  # fmt: skip


def payment_fits(row: Trade) -> Reason | None:
    """Why a payment cannot stand: another's contract, an invoice already there, or more than the contract's technology part."""
    contract, others = row.contract, Trade.objects.filter(contract=row.contract, cancelled=False).exclude(pk=row.pk)
    if row.buyer_id != contract.buyer_id:
        return Reason("not_the_buyer", contract=contract.number, buyer=contract.buyer.name)
    if row.invoice_no and others.filter(invoice_no=row.invoice_no).exists():
        return Reason("invoice_there", invoice=row.invoice_no, contract=contract.number)
    left = contract.technical_amount - sum(others.values_list("technical_paid", flat=True))
    if row.technical_paid > left:
        return Reason("paid_beyond_contract", contract=contract.number, left=max(left, 0))
    return None


TRADES = registers.keep(Register(
    "trades", {"zh": "技术交易付款", "en": "Payments on contracts"}, Trade, "buyer", ("number",),
    enters=UNIT_KEEPERS | REGISTRAR, confirms=REGISTRAR, links={"contract": "contracts"}, fits=payment_fits,
))  # fmt: skip

CONTRACT_COLUMNS = {
    "contract_no": "number", "buyer": "buyer__pid", "seller": "seller__pid", "contract_kind": "contract_kind",
    "registered_at": "confirmed_at", "signed_on": "signed_on", "contract_amount": "contract_amount",
    "technical_amount": "technical_amount", "related": "related", "name": "name", "place": "seller__place",
}  # fmt: skip
TRADE_COLUMNS = {
    "trade_no": "number", "contract": "contract__number", "buyer": "buyer__pid", "technical_paid": "technical_paid",
    "paid_on": "paid_on", "confirmed_at": "confirmed_at", "contract_buyer": "contract__buyer__pid",
    "seller_name": "contract__seller__name",
}  # fmt: skip


@table("transfer.contracts", columns={"contract_no": "text", "buyer": "text", "seller": "text", "registered": "bool", "registered_on": "date", "technical_amount": "int64", "contract": "text", "value": "int64", "registered_in": "int64", "place": "text", "kind": "text", "year": "int64"})  # fmt: skip
def contracts(on: datetime, where: Where) -> list[Row]:
    """Technology contracts; registered from the day the registrar confirmed them."""
    found = linking.read(Contract.objects.filter(cancelled=False), CONTRACT_COLUMNS, where)
    for row in found:
        at = row.pop("registered_at")
        row["registered"] = at is not None and at <= on
        row["registered_on"] = day_of(at) if at else None
        row["confirmed"] = row["registered"]
        row |= {"contract": row["contract_no"], "value": row["contract_amount"], "kind": row["contract_kind"]}
        row["year"] = row["registered_in"] = at.year if at else None
    return found


@table("transfer.trades", columns={"trade_no": "text", "contract": "text", "buyer": "text", "technical_paid": "int64", "paid_on": "date", "invoice_ok": "bool"})  # fmt: skip
def trades(on: datetime, where: Where) -> list[Row]:
    """What was paid on contracts; invoice and slip agree once the registrar has confirmed it and the buyer is the contract's."""
    found = linking.read(Trade.objects.filter(cancelled=False), TRADE_COLUMNS, where)
    for row in found:
        at, seller = row.pop("confirmed_at"), row.pop("seller_name")
        row["confirmed"] = at is not None and at <= on
        row["invoice_ok"] = row["confirmed"] and row["buyer"] == row.pop("contract_buyer")
        row["used_before"] = False
        said, paid = f"{row['trade_no']} · {row['paid_on']}", Money(row["technical_paid"])
        row["told"] = {"zh": f"{said} · {paid} · {seller}", "en": f"{said} · {paid.english()} · {seller}"}
    return found


CONVERSION_COLUMNS = {
    "achievement_no": "number", "unit": "unit__pid", "way": "way", "gross": "gross", "direct_costs": "direct_costs",
    "stock_value": "stock_value", "profit": "profit", "years_in_use": "years_in_use", "agreed": "agreed",
    "agreed_share": "agreed_share", "on": "on",
}  # fmt: skip


@table(
    "transfer.conversions",
    columns={"achievement_no": "text", "unit": "text", "way": "text", "gross": "int64", "on": "date"},
)
def conversions(on: datetime, where: Where) -> list[Row]:
    """Converted results whose inventors' share a unit has filed."""
    found = linking.read(Conversion.objects.all(), CONVERSION_COLUMNS, where)
    for row in found:
        row["agreed_share"] = Fraction(row["agreed_share"], 1_000_000)
    return found
