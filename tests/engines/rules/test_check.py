"""The checker finds planted faults without any case, and finds none in the house's own policies."""

import pytest

from kechuang.engines.rules.check import check, kinds
from tests.engines.rules.shelf import TRADE, house_rules, rules_of

EXPR = "trade.technical_paid * rate"


def _faults(page, *others):
    return [(bad.path, bad.why.rpartition(": ")[2], bad.mend) for bad in check(rules_of(page, *others), "deal")]


@pytest.mark.parametrize("code", house_rules().policies)
def test_the_policies_of_the_house_are_sound(code):
    assert check(house_rules(), code) == []


@pytest.mark.parametrize(
    ("amount", "why", "mend"),
    [
        ("trade.technical_paid * rat", "unknown name 'rat'", "did you mean rate?"),
        ("trade.technical_payd * rate", "trade has no 'technical_payd'", "did you mean technical_paid?"),
        ("trad.technical_paid * rate", "unknown name 'trad'", "did you mean trade?"),
        ("trade.technical_paid + rate", "cannot add money and a bare number", "bring both to one unit"),
        ("trade.technical_paid * cap", "cannot multiply money by money", "one of them should be a rate"),
        ("trade.technical_paid / cap", "comes to a bare number, not to money", "mend the expression or its unit"),
        ("cap if trade.paid_on > cap else 0", "cannot compare a date and money", "bring both to one unit"),
        ("cap if trade.technical_paid else 0", "money where true/false is needed", "write a comparison"),
        ("cap if trade.technical_paid > 0 else rate", "cannot choose between money and a bare number", "bring both to one unit"),
        ("cap if trade.contract.contract_kind == 'transfr' else 0", "no such code 'transfr'", "did you mean transfer?"),
        ("cap if trade.contract.contract_kind in ('x', 'service') else 0", "no such code 'x'",
         "one of consulting, development, licence, service, transfer"),
        ("level(trade.technical_paid / cap, cap)", "level needs rows of thresholds, not money", ""),
        ("pick(trade.contract.contract_kind, cap)", "pick needs a table by code, not money", ""),
        ("sum(t.fee for t in trade.buyer)", "trade.buyer has no rows", "name a table, or a link back to many records"),
        ("sum(t.staff for t in trade.buyer.years) * cap", "cannot multiply", "one of them should be a rate"),
        ("trade.buyer.integrity_ok.x", "integrity_ok leads nowhere in «trade.buyer.integrity_ok.x»", "only links have a dot behind them"),
    ],
)  # fmt: skip
def test_a_fault_in_an_expression_is_found(amount, why, mend):
    found = _faults(TRADE.replace(EXPR, f'"{amount}"'))
    if why == "cannot multiply":
        assert [one[1] for one in found] == ["comes to money·person, not to money"]
        return
    assert found == [("amount.expr", why, mend)]


def test_a_table_that_lacks_a_code_is_found():
    page = TRADE.replace(
        "{rate: {2019-01-01: 10 %}", "{kinds: {2019-01-01: {transfer: 1 元}}, rate: {2019-01-01: 10 %}"
    )
    found = _faults(page.replace(EXPR, '"pick(trade.contract.contract_kind, kinds)"'))
    assert found == [("amount.expr", "the table has nothing for 'consulting'", "add it, with 0 if nothing is due")]


def test_steps_that_go_round_in_a_circle_are_found():
    found = _faults(TRADE + "let: {a: b + 1, b: a + 1}\n")
    assert found[0][1:] == ("a → b → a goes round in a circle", "break the circle")


def test_a_parameter_without_a_value_on_the_first_day_is_found():
    found = _faults(TRADE.replace("rate: {2019-01-01", "rate: {2020-01-01"))
    assert found == [("params.rate", "has no value from 2019-01-01 to 2020-01-01", "give an earlier date")]


def test_paths_of_payee_order_and_reference_are_followed():
    page = TRADE.replace("payee: trade.buyer", "payee: trade.buyr").replace("trade.paid_on", "trade.invoice_ok")
    page += "cap: {limit: rate, per: [trade.byer, year], allocate: first_come, order: [use.fee]}\n"
    assert [(path, why) for path, why, _ in _faults(page)] == [
        ("cap.limit", "comes to a bare number, not to money"), ("reference_date", "'trade.invoice_ok' is true/false, not a date"),
        ("payee", "trade has no 'buyr'"), ("cap.order", "'use.fee' does not begin at trade"), ("cap.per", "trade has no 'byer'"),
    ]  # fmt: skip


OTHER = """
format: 1
code: older
title: {zh: 旧, en: Old}
effective: {from: 2018-01-01, until: 2019-12-31}
subject: trade
amount: {expr: trade.technical_paid, round: floor fen}
"""


def test_a_policy_that_uses_another_beyond_its_end_says_what_then():
    page = TRADE + "uses: [older]\n"
    assert [one[:2] for one in _faults(page, OTHER)] == [
        ("uses.0", "older is not in force all the time this policy is")
    ]
    assert _faults(TRADE + "uses: [{policy: older, ended: zero}]\n", OTHER) == []
    assert _faults(TRADE + "uses: [oldr]\n", OTHER) == [("uses.0", "no policy 'oldr'", "did you mean older?")]


def test_the_unit_of_every_step_is_known():
    found = kinds(house_rules(), "rnd-super-deduction")
    assert {name: str(kind) for name, kind in found.items() if name in ("base", "rate_after", "amount")} == {
        "base": "money", "rate_after": "a bare number", "amount": "money",
    }  # fmt: skip


def test_a_name_that_means_two_things_is_found():
    found = _faults(TRADE + "let: {rate: {expr: cap}, year: {expr: cap}}\n")
    assert [one[:2] for one in found][:2] == [
        ("let.rate", "rate is already a name under params"), ("let.year", "year is already a word of the language"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "path", "why"),
    [
        ("eligible: [{code: ok, when: trade.invoice_ok}]", "eligible.0", "a condition without its sentence"),
        ("eligible: [{when: trade.invoice_ok, zh: 无, en: none}]", "eligible.0", "a condition without code"),
        (
            "eligible: [{code: a, when: trade.invoice_ok, zh: 无, en: none}, {code: a, when: not trade.used_before, zh: 有, en: one}]",
            "eligible.1",
            "two conditions are called 'a'",
        ),
        ("let: {a: {expr: cap, round: half_up 人}}", "let.a.round", "a is money, not person"),
        ("let: {a: {expr: trade.invoice_ok, round: floor}}", "let.a.round", "a is true/false, no number to round"),
        ("also: {a: {expr: cap, round: half_up 人}}", "also.a.round", "a is money, not person"),
    ],
)
def test_a_condition_speaks_and_what_is_rounded_is_of_its_unit(told, path, why):
    assert [one[:2] for one in _faults(f"{TRADE}{told}\n")] == [(path, why)]


def test_a_verdict_depends_on_steps_that_exist():
    page = TRADE.replace("amount: {expr: trade.technical_paid * rate, round: floor fen}", "let: {a: cap}")
    found = _faults(page + "verdict: {expr: a > cap, depends_on: [a, b]}\n")
    assert found == [("verdict.depends_on.1", "no step 'b'", "name a step of let")]
