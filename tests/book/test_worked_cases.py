"""The worked cases of the field, each computed by the page in force and equal to the fen; what is not certain is marked."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.casework.book import packaged
from kechuang.engines.rules.examples import differences, run_example
from tests.engines.rules.shelf import house_rules

CASES = """
trade of 15 million: [technology-trade, {trades: [{technical_paid: 15000000 元}], expect: [1500000 元]}]
trade of 20 million: [technology-trade, {trades: [{technical_paid: 20000000 元}], expect: [2000000 元]}]
trade a yuan above the kink: [technology-trade, {trades: [{technical_paid: 20000001 元}], expect: [2000000 元]}]
trade of 410 million: [technology-trade, {trades: [{technical_paid: 410000000 元}], expect: [2000000 元]}]
thirty trades of thirty firms: [technology-trade, {trades: [{technical_paid: 1366 万元, times: 29, buyer: each}, {technical_paid: 1386 万元, buyer: last}], expect_total: 41000000 元}]
thirty trades of one firm: [technology-trade, {trades: [{technical_paid: 1366 万元, times: 29}, {technical_paid: 1386 万元}], expect_total: 2000000 元}]
two uses of instruments: [instrument-use, {uses: [{use_no: 1, fee: 120000 元}, {use_no: 2, fee: 350000 元}], expect_total: 200000 元}]
three sets: [instrument-service, {year: 2019, instruments: [{uses: [{fee: 90000 元}]}, {uses: [{fee: 150000 元}]}, {uses: [{fee: 1000000 元}]}], expect: [18000 元, 30000 元, 30000 元], expect_total: 78000 元}]
share without agreement: [inventors-share, {day: 2019-06-01, achievements: [{gross: 1000000 元, direct_costs: 120000 元}], expect: [616000 元]}]
growth of 22.5 %: [hnte-score, {day: 2019-06-01, hnte_files: [{sales_1: 100 元, sales_2: 120 元, sales_3: 150 元}], expect: [depends], steps: {growth_sales: 22.5 %, p_sales: [5 分, 6 分]}}]
growth from nothing in the first year: [hnte-score, {day: 2019-06-01, hnte_files: [{sales_1: 0 元, sales_2: 120 元, sales_3: 150 元}], expect: [depends], steps: {growth_sales: 25 %, p_sales: [7 分, 8 分]}}]
growth from nothing in the second year: [hnte-score, {day: 2019-06-01, hnte_files: [{sales_1: 100 元, sales_2: 0 元, sales_3: 150 元}], expect: [fail], steps: {p_sales: 0 分}}]
last year's sales of 50 million: [hnte-gates, {day: 2019-06-01, hnte_files: [{sales_last: 50000000 元, rnd_three: 10000000 元, rnd_domestic: 10000000 元}], expect: [pass], steps: {rnd_least: 5 %}}]
last year's sales a yuan above: [hnte-gates, {day: 2019-06-01, hnte_files: [{sales_last: 50000001 元, rnd_three: 10000000 元, rnd_domestic: 10000000 元}], expect: [pass], steps: {rnd_least: 4 %}}]
last year's sales of 200 million: [hnte-gates, {day: 2019-06-01, hnte_files: [{sales_last: 200000000 元, rnd_three: 10000000 元, rnd_domestic: 10000000 元}], expect: [pass], steps: {rnd_least: 4 %}}]
last year's sales a yuan above 200 million: [hnte-gates, {day: 2019-06-01, hnte_files: [{sales_last: 200000001 元, rnd_three: 10000000 元, rnd_domestic: 10000000 元}], expect: [pass], steps: {rnd_least: 3 %}}]
limit of other costs: [rnd-super-deduction, {year: 2018, firm_years: [{projects: [{staff_cost: 9000000 元, other_cost: 1200000 元}]}], expect: [7500000 元], steps: {other_in: 1000000 元}}]
base of the super-deduction: [rnd-super-deduction, {year: 2018, firm_years: [{projects: [{staff_cost: 9000000 元, other_cost: 1200000 元, entrusted: 2000000 元, overseas: 12000000 元}]}], expect: [14500000 元], steps: {overseas_in: 773333333 分钱, base: 1933333333 分钱}}]
tax saved in 2017: [rnd-super-deduction, {year: 2017, firm_years: [{taxable_income: 5000 万元, projects: [{staff_cost: 10000000 元}]}], expect: [5000000 元], also: {tax_saved: [1250000 元]}}]
tax saved in 2018: [rnd-super-deduction, {year: 2018, firm_years: [{taxable_income: 5000 万元, projects: [{staff_cost: 10000000 元}]}], expect: [7500000 元], also: {tax_saved: [1875000 元]}}]
tax saved in 2023: [rnd-super-deduction, {year: 2023, firm_years: [{taxable_income: 5000 万元, projects: [{staff_cost: 10000000 元}]}], expect: [10000000 元], also: {tax_saved: [2500000 元]}}]
indirect cost before 2021: [indirect-cost, {day: 2019-06-01, projects: [{direct: 12000000 元}], expect: [2010000 元]}]
indirect cost since 2021: [indirect-cost, {day: 2022-01-01, projects: [{direct: 12000000 元}], expect: [3150000 元]}]
technology SME of 82 points: [tsme-score, {day: 2019-03-01, firm_years: [{staff: 100 人, tech_staff: 18 人, sales: 100000000 元, costs: 13548387 元, rnd: 4200000 元, enterprise: {rights: [{}, {}, {}, {}]}}], expect: [pass], steps: {s_staff: 8 分, s_sales: 30 分, s_costs: 50 分, s_ip: 24 分, total: 82 分}}]
technology SME by sales alone: [tsme-score, {day: 2019-03-01, firm_years: [{staff: 100 人, tech_staff: 18 人, sales: 100000000 元, costs: 90000000 元, rnd: 4200000 元, enterprise: {rights: [{}, {}, {}, {}]}}], expect: [pass], steps: {total: 62 分}}]
technology SME without staff points: [tsme-score, {day: 2019-03-01, firm_years: [{staff: 100 人, tech_staff: 9 人, rnd: 6000000 元, enterprise: {rights: [{ip_class: first}]}}], expect: [fail], steps: {s_staff: 0 分, total: 80 分}}]
"""
WORKED = yaml.safe_load(CASES)
PAGES = {code: packaged().page("policies", code).body for code in packaged().codes("policies")}


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_case_of_the_field_comes_out_to_the_fen(name):
    code, example = WORKED[name]
    assert list(differences(house_rules(), code, {"name": name, **example}, name)) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 409_999_999), min_size=29, max_size=29, unique=True))
def test_thirty_trades_of_410_million_never_come_to_more_than_41_million_however_they_are_split(cuts):
    edges = [0, *sorted(cuts), 410_000_000]
    trades = [{"technical_paid": f"{b - a} 元", "buyer": f"企业{n}"} for n, (a, b) in enumerate(pairwise(edges))]
    amounts = run_example(house_rules(), "technology-trade", {"name": "x", "trades": trades}, "x").amounts
    assert sum(amounts) <= min(4_100_000_000, 30 * 200_000_000)
    assert max(amounts) <= 200_000_000


def test_a_worked_case_that_is_a_fen_off_is_found():
    code, example = WORKED["share without agreement"]
    assert len(list(differences(house_rules(), code, {"name": "x", **example, "expect": ["61600001 分钱"]}, "x"))) == 1


def test_whatever_rests_on_common_knowledge_or_an_excerpt_is_marked_to_be_confirmed():
    unmarked = []
    for code, body in PAGES.items():
        for name, told in body.get("params", {}).items():
            rows = [told, *told.get("spans", ())]
            loose = any(row.get("confidence") in ("G", "S-") for row in rows)
            if loose and not any(row.get("confirm") for row in rows):
                unmarked.append(f"{code}.{name}")
    assert unmarked == []


@pytest.mark.parametrize("number", range(1, 14))
def test_every_rule_of_the_seed_has_a_page(number):
    assert any(f"R-SEED-{number:02d}" in str(body.get("rule", "")) for body in PAGES.values())
