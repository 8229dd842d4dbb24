"""The calculator of a policy: it asks what the policy reads, takes what people type, and comes to what the examples say."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.engines.rules import calculator
from kechuang.engines.rules.examples import moment_of, run_example
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.single import reference_day
from kechuang.engines.rules.wording import worded
from kechuang.formula import parse
from tests.engines.rules.shelf import house_rules

DAY = date(2019, 6, 1)
RULES = house_rules()
SINGLE = [
    (code, n)
    for code, policy in RULES.policies.items()
    for n, one in enumerate(policy.examples)
    if policy.allot is None and "set" not in one
]


def typed(code, **values):
    return calculator.typed_in(RULES, code, values)


def test_it_asks_first_what_the_amount_is_made_of_then_what_only_conditions_read():
    asked = calculator.asks(RULES, "instrument-use")
    assert [(one.path, one.unit, one.condition) for one in asked] == [
        ("fee", "万元", False), ("user.is_enterprise", "", True), ("user.in_region", "", True), ("in_network", "", True),
        ("confirmed", "", True), ("related", "", True), ("used_by_user", "", True), ("user.integrity_ok", "", True),
    ]  # fmt: skip


def test_a_field_that_is_computed_is_asked_as_what_it_is_computed_from():
    paths = [one.path for one in calculator.asks(RULES, "rnd-super-deduction")]
    assert "projects.*.five" not in paths
    assert "projects.*.staff_cost" in paths


def test_what_a_used_policy_reads_is_asked_too():
    paths = {one.path for one in calculator.asks(RULES, "hnte-score")}
    assert {one.path for one in calculator.asks(RULES, "hnte-gates")} <= paths


@pytest.mark.parametrize(("code", "n"), SINGLE)
def test_an_example_typed_back_comes_to_the_same_as_the_example(code, n):
    example = RULES[code].examples[n]
    record = run_example(RULES, code, example, "examples").cast.subjects[0]
    day, year = moment_of(example)
    given = calculator.typed_in(RULES, code, calculator.shown_in(RULES, code, record))
    told = calculator.dated(RULES, code, given.told, reference_day(RULES[code], record, day=day, year=year))
    alone, amounts = entitle(RULES, code, [record], day=day, year=year)
    again = calculator.calculated(RULES, code, calculator.record_of(RULES, code, told), day=day or date(year, 12, 31))
    assert (given.errors, again.fen, again.found.verdict, again.found.refused) == (
        {}, amounts[0], alone[0].verdict, alone[0].refused,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("50x", "not_a_number"),
        ("abc", "not_a_number"),
        ("-5", "negative"),
        ("0.0000001", "too_fine"),
        ("1e5", "not_a_number"),
    ],
)
def test_what_is_no_amount_is_told_beside_its_box(text, fault):
    assert typed("instrument-use", fee=text).errors == {"fee": fault}


@pytest.mark.parametrize("text", ["1,000", "1，000", " 1000 ", "1000.00"])
def test_numbers_are_taken_as_people_write_them(text):
    record = calculator.record_of(RULES, "instrument-use", typed("instrument-use", fee=text).told)
    assert record["fee"] == 1_000_000_000


def test_an_empty_box_is_nothing_for_an_amount_and_the_usual_for_a_condition():
    record = calculator.record_of(RULES, "technology-trade", typed("technology-trade", technical_paid="").told)
    assert (record["technical_paid"], record["invoice_ok"]) == (0, True)


def test_an_option_that_is_not_listed_and_a_day_that_is_none_are_told():
    assert typed("contest-award", prize="gold").errors == {"prize": "no_option"}


def test_rows_are_typed_one_below_the_other():
    given = typed("rnd-super-deduction", **{"projects.0.staff_cost": "900", "projects.1.staff_cost": "100"})
    found = calculator.calculated(
        RULES, "rnd-super-deduction", calculator.record_of(RULES, "rnd-super-deduction", given.told), day=DAY
    )
    assert found.fen == 750_000_000


def test_no_more_rows_than_twenty_are_taken():
    assert calculator.rows_of("projects.*", {"projects.4000.staff_cost": "1"}) == calculator.MOST_ROWS


def test_what_was_paid_before_under_the_same_ceiling_leaves_the_rest():
    record = calculator.record_of(RULES, "technology-trade", {"technical_paid": "5000 万元"})
    found = [
        calculator.calculated(RULES, "technology-trade", record, day=DAY, had=had).fen
        for had in (0, 50_000_000, 200_000_000, 300_000_000)
    ]
    assert found == [200_000_000, 150_000_000, 0, 0]


def test_the_day_goes_into_the_field_that_parameters_are_read_on():
    assert calculator.dated(RULES, "technology-trade", {}, DAY) == {"paid_on": DAY}
    assert calculator.dated(RULES, "carrier-award", {"grade": "good"}, DAY) == {"grade": "good"}


# A formula in words


def words(code, text, lang="zh", **values):
    return worded(RULES, RULES[code], parse(text), lang, values=values)


def test_names_become_titles_and_operators_signs():
    assert words("technology-trade", "trade.technical_paid * rate") == "窗口期内实际支付的技术交易额 × 补助比例"
    assert (
        words("technology-trade", "trade.technical_paid * rate", "en")
        == "Technology part paid in the window × Subsidy rate"
    )


def test_brackets_stand_where_the_meaning_needs_them_and_nowhere_else():
    assert words("technology-trade", "(cap + rate) * 2 - cap * (rate - 1)") == (
        "（每企业每年补助上限 + 补助比例） × 2 − 每企业每年补助上限 × （补助比例 − 1）"
    )
    assert words("technology-trade", "cap - (cap - rate)") == "每企业每年补助上限 − （每企业每年补助上限 − 补助比例）"


def test_numbers_put_in_stand_for_their_names():
    said = worded(RULES, RULES["technology-trade"], parse("trade.technical_paid * rate"), values={"trade.technical_paid": "50 万元", "rate": "10 %"})  # fmt: skip
    assert said == "50 万元 × 10 %"


def test_codes_are_told_by_their_titles():
    assert words("carrier-award", "carrier.grade in ('excellent', 'good')") == "年度绩效评价等次 属于 （优秀，良好）"


def test_a_sum_over_rows_says_over_which_and_under_which_condition():
    assert words("rnd-super-deduction", "sum(p.overseas for p in firm_year.projects if p.eligible)").startswith(
        "合计（逐研发项目"
    )


def test_a_choice_reads_as_a_sentence():
    assert (
        words("technology-trade", "cap if trade.invoice_ok else 0")
        == "（发票与付款凭证齐全一致时为 每企业每年补助上限，否则为 0）"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_formula_of_the_book_can_be_read_aloud(lang):
    for policy in RULES.policies.values():
        steps = [*policy.let.values(), *(one for one in (policy.amount, policy.verdict) if one), *policy.also.values()]
        for expression in [form.expression for step in steps for form in step.forms] + [
            gate.expression for gate in policy.eligible
        ]:
            said = worded(RULES, policy, expression, lang)
            assert said and "_" not in said
