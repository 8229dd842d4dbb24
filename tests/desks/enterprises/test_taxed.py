"""What the tax rules ask of a firm stands in the registers, and what does not is not known: never zero, never 25 %."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from kechuang.casework import linking
from kechuang.casework.pages import current
from kechuang.desks.enterprises.files import months_in
from kechuang.desks.enterprises.models import RndProject
from kechuang.desks.enterprises.offers import firms
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import vocabulary_from
from tests.desks.claims.steps import DAY, WAN, YUAN, Firms, a_profile, a_title, a_year

pytestmark = pytest.mark.django_db
CODES = ("rnd-super-deduction", "income-tax-relief", "hnte-rnd-cost")
OF_TAX = {"is_manufacturing": False, "is_ic": False, "excluded_industry": False, "taxed_by_assessment": False}


def rules():
    words = vocabulary_from(current().page("vocabulary").body)
    pages: dict[str, Policy] = {code: policy_from(current().page("policies", code).body, words) for code in CODES}
    return Rules(words, pages)


def comes_to(code, unit, year):
    """(amount in fen or None, what it could not know) for a firm's year, from its confirmed rows."""
    book = rules()
    (record,) = linking.linked(book.vocabulary, "firm_year", {"firm_year_id": {f"{unit.pid}-{year}"}}, DAY)
    found, amounts = entitle(book, code, [record], day=date(year, 12, 31))
    return amounts[0], found[0].open


def a_ledger_line(unit, year, **fens):
    return RndProject.objects.create(
        unit=unit,
        fiscal_year=year,
        number=f"RD{RndProject.objects.count():02d}",
        entered_at=DAY,
        confirmed_at=DAY,
        **fens,
    )


def a_taxed_firm(*, rate=250_000, year=2018, **figures):
    region = Firms()
    a_profile(region.unit, baseline_rate=rate, **OF_TAX)
    a_year(region.unit, year, **{"taxable_income": 5000 * WAN, "capitalised": 0, **figures})
    return region


def test_the_golden_base_of_the_super_deduction_comes_from_the_ledger_to_the_fen():
    region = a_taxed_firm()
    a_ledger_line(
        region.unit, 2018, staff_cost=900 * WAN, other_cost=120 * WAN, entrusted=200 * WAN, overseas=1200 * WAN
    )
    amount, unknown = comes_to("rnd-super-deduction", region.unit, 2018)
    assert (amount, unknown) == (1450 * WAN, ())  # 19,333,333.33… × 75 %


@pytest.mark.parametrize(("rate", "relief"), [(250_000, 500 * WAN), (200_000, 250 * WAN), (150_000, 0)])
def test_the_relief_of_the_high_tech_rate_is_measured_by_the_firms_own_baseline(rate, relief):
    region = a_taxed_firm(rate=rate)
    a_title(region, "hnte", since=date(2018, 1, 1))
    assert comes_to("income-tax-relief", region.unit, 2018)[0] == relief


def test_without_a_baseline_on_record_the_relief_is_not_known():
    region = a_taxed_firm(rate=None)
    a_title(region, "hnte", since=date(2018, 1, 1))
    assert comes_to("income-tax-relief", region.unit, 2018)[0] is None


def test_without_a_profile_nothing_is_known_of_what_the_tax_rules_ask():
    region = Firms()
    (firm,) = firms(DAY, {"enterprise_id": {region.unit.pid}})
    assert {name: firm[name] for name in (*OF_TAX, "baseline_rate")} == dict.fromkeys((*OF_TAX, "baseline_rate"))
    a_profile(region.unit, baseline_rate=125_000, **OF_TAX)
    (firm,) = firms(DAY, {"enterprise_id": {region.unit.pid}})
    assert {name: firm[name] for name in (*OF_TAX, "baseline_rate")} == {**OF_TAX, "baseline_rate": Fraction(1, 8)}


def test_a_year_whose_amortisation_was_not_told_has_no_deduction_yet():
    region = a_taxed_firm(capitalised=None)
    assert comes_to("rnd-super-deduction", region.unit, 2018)[0] is None


def test_the_last_quarter_of_2022_is_counted_by_months_or_by_what_was_spent():
    region = a_taxed_firm(year=2022)
    a_ledger_line(region.unit, 2022, staff_cost=1000 * WAN)
    by_months = comes_to("rnd-super-deduction", region.unit, 2022)[0]
    region.unit.years.update(late_by="actual", late_actual=400 * WAN)
    assert (by_months, comes_to("rnd-super-deduction", region.unit, 2022)[0]) == (81_250_000 * YUAN // 10, 850 * WAN)


@pytest.mark.parametrize(
    ("stated", "late", "registered", "told"),
    [
        (None, None, date(2010, 5, 1), (12, 3)),
        (None, None, date(2018, 11, 20), (2, 2)),
        (None, None, None, (None, None)),
        (6, None, date(2010, 5, 1), (6, 3)),
        (6, 0, date(2010, 5, 1), (6, 0)),
    ],
)
def test_months_of_business_are_those_stated_or_follow_from_the_registration(stated, late, registered, told):
    row = {"fiscal_year": 2018, "months_operated": stated, "months_late": late}
    assert months_in(row, registered) == told


def test_one_ledger_counts_for_both_rules_each_by_its_own_measure():
    region = a_taxed_firm()
    a_ledger_line(
        region.unit, 2018, staff_cost=900 * WAN, trial_cost=100 * WAN, other_cost=300 * WAN, entrusted=200 * WAN
    )
    title, tax = (comes_to(code, region.unit, 2018)[0] for code in ("hnte-rnd-cost", "rnd-super-deduction"))
    assert (title, tax) == ((900 + 100 + 290 + 160) * WAN, (900 + 100 + 160) * WAN * 75 // 100)
