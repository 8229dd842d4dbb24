"""An explanation shows conditions, parameters with their dates, the branch that lost, the ceiling that bit, and what would turn it."""

from datetime import date

import pytest

from kechuang.engines.rules.examples import cast_of, moment_of
from kechuang.engines.rules.explain import changes, explain, shown
from kechuang.engines.rules.single import assess
from kechuang.formula import UNKNOWN, FormulaError, Interval
from kechuang.formula.units import number
from tests.engines.rules.shelf import TRADE, house_rules, rules_of


def _explained(code, name):
    rules = house_rules()
    example = next(one for one in rules[code].examples if one["name"]["zh"] == name)
    day, year = moment_of(example)
    first, *beside = cast_of(rules, code, example, "x").subjects
    return explain(rules, code, first, day=day, year=year, beside=beside)


def _line(explanation, what, code=None):
    return next(line for line in explanation.lines if line.what == what and code in (None, line.code))


def test_the_amount_shows_the_numbers_put_in_and_since_when_a_rate_holds():
    amount = _line(_explained("technology-trade", "低于上限"), "amount")
    assert amount.expression == "trade.technical_paid * rate"
    assert [(one.name, shown(one.value, one.kind), one.since) for one in amount.inputs] == [
        ("trade.technical_paid", "1,500.00 万元", None), ("rate", "10 %", date(2019, 1, 1)),
    ]  # fmt: skip
    assert shown(amount.value, amount.kind) == "150.00 万元"


def test_a_ceiling_that_bites_says_so():
    explanation = _explained("technology-trade", "超过拐点一元")
    assert (_line(explanation, "cap").holds, explanation.amount) == (True, 200_000_000)
    assert _line(_explained("technology-trade", "低于上限"), "cap").holds is False


def test_a_ceiling_is_shared_with_the_other_records_of_the_group():
    assert _explained("instrument-use", "两笔合计超上限").amount == 5_106_383


def test_a_condition_that_fails_is_told_in_the_page_s_words_and_ends_the_sum():
    explanation = _explained("technology-trade", "合同未登记")
    failed = [line.title["zh"] for line in explanation.lines if line.holds is False]
    assert (failed, [line.what for line in explanation.lines if line.what == "amount"]) == (["技术合同未认定登记"], [])


def test_the_branch_that_lost_is_named():
    explanation = _explained("top-firm-and-first-recognition", "兼有从高")
    assert [(line.code, line.holds) for line in explanation.lines if line.what == "branch"] == [
        ("top_firm", True), ("first_recognition", False),
    ]  # fmt: skip


def test_a_verdict_that_depends_shows_the_interval():
    total = _line(_explained("hnte-score", "未评分时取区间"), "step", "total")
    assert shown(total.value, total.kind) == "25 分 – 74 分"


def test_what_a_verdict_depends_on_is_named():
    rules = house_rules()
    record = cast_of(rules, "hnte-score", {"hnte_files": [{"m_advanced": "8 分"}]}, "x").subjects[0]
    found = assess(rules, "hnte-score", record, day=date(2019, 6, 1))
    assert found.depends_on == ("support", "quantity", "way", "conversion", "management", "p_net", "p_sales")


def test_what_would_turn_a_failed_score_is_the_nearest_value_of_each_field():
    rules = house_rules()
    example = next(one for one in rules["tsme-score"].examples if one["name"]["zh"] == "五十八分")
    record = cast_of(rules, "tsme-score", example, "x").subjects[0]
    found = changes(rules, assess(rules, "tsme-score", record, day=date(2019, 3, 1)))
    assert {one.field: one.value for one in found} == {
        "staff": 80, "tech_staff": 15, "sales": 80_000_0000, "rnd": 50_000_000,
    }  # fmt: skip


def test_a_policy_not_in_force_on_the_day_pays_nothing_and_says_so():
    rules = rules_of(TRADE)
    record = cast_of(
        rules, "deal", {"trades": [{"technical_paid": "1 元", "paid_on": date(2018, 12, 31)}]}, "x"
    ).subjects[0]
    explanation = explain(rules, "deal", record)
    assert [(line.what, line.title["zh"]) for line in explanation.lines] == [("effect", "政策在2018-12-31不生效")]
    assert explanation.amount == 0


def test_a_guard_on_parameters_stops_the_computation():
    house = house_rules()
    page = TRADE + "guards: [{code: low, when: rate < 5 / 100, zh: 过高, en: too high}]\n"
    record = cast_of(house, "technology-trade", {"trades": [{}]}, "x").subjects[0]
    with pytest.raises(FormulaError) as fault:
        assess(rules_of(page), "deal", record)
    assert fault.value.reason.values["guard"] == "low"


@pytest.mark.parametrize(
    ("value", "of", "zh", "en"),
    [
        (2_000_000_00, "money", "200.00 万元", "2,000,000.00 yuan"), (UNKNOWN, "", "未知", "not known"),
        (Interval(1, 2), "point", "1 分 – 2 分", "1 – 2 points"), (True, "", "是", "yes"), (3, "", "3", "3"), (1, "person", "1 人", "1 person"),
        ("pass", "", "符合", "pass"), ((), "", "表", "table"),
    ],
)  # fmt: skip
def test_values_are_shown_with_their_units(value, of, zh, en):
    assert (shown(value, number(of)), shown(value, number(of), "en")) == (zh, en)


def test_a_table_of_levels_is_shown_row_by_row_in_its_units():
    inputs = _line(_explained("hnte-score", "增长率二十二点五"), "step", "p_sales").inputs
    table = next(one for one in inputs if one.name == "growth_bands")
    said = shown(table.value, table.kind)
    assert said.split("；")[:2] == ["≥35 %：9 分 – 10 分", "≥25 %：7 分 – 8 分"]
    assert shown(table.value, table.kind, "en").startswith("≥35 %: 9 points – 10 points; ")


def test_only_the_span_that_is_open_in_the_source_is_to_be_confirmed():
    told = {"firm_years": [{"projects": [{"staff_cost": "1 万元"}]}]}
    record = cast_of(house_rules(), "rnd-super-deduction", told, "x").subjects[0]
    marked = {
        year: {
            put.name: put.confirm
            for line in explain(house_rules(), "rnd-super-deduction", record, year=year).lines
            for put in line.inputs
        }["rate_general"]
        for year in (2017, 2019, 2023)
    }
    assert marked == {2017: False, 2019: True, 2023: False}


def test_a_whole_rate_is_a_percentage_and_a_year_has_no_thousands():
    told = {"firm_years": [{"projects": [{"staff_cost": "1 万元"}]}]}
    record = cast_of(house_rules(), "rnd-super-deduction", told, "x").subjects[0]
    lines = {one.code: one for one in explain(house_rules(), "rnd-super-deduction", record, year=2023).lines}
    assert shown(lines["rate_after"].value, lines["rate_after"].kind) == "100 %"
    rate = next(put for put in lines["rate_after"].inputs if put.name == "rate_general")
    assert shown(rate.value, rate.kind) == "100 %"
    assert (shown(2019, number("year")), shown(5, number("year"), "en")) == ("2019 年", "5 years")


def test_an_open_verdict_says_on_what_it_depends():
    record = cast_of(house_rules(), "hnte-score", {"hnte_files": [{}]}, "x").subjects[0]
    found = explain(house_rules(), "hnte-score", record, day=date(2019, 6, 1))
    assert [title["en"] for title in found.depends_on][:2] == ["Advancement", "Support"]
