"""Every example of every policy of the house, as single cases; and an example that is wrong is seen."""

from fractions import Fraction

import pytest

from kechuang.engines.rules.examples import cast_of, differences, run_example, with_set
from kechuang.engines.rules.single import assess
from kechuang.words.outcome import BadPage
from tests.engines.rules.shelf import TRADE, house_rules, rules_of

EXAMPLES = [
    (code, n) for code, policy in house_rules().policies.items() for n in range(len(policy.examples))
]  # fmt: skip
IDS = [house_rules()[code].examples[n]["name"]["zh"] for code, n in EXAMPLES]


@pytest.mark.parametrize(("code", "n"), EXAMPLES, ids=IDS)
def test_the_examples_of_the_house_come_to_the_fen(code, n):
    rules = house_rules()
    assert list(differences(rules, code, rules[code].examples[n], f"examples.{n}")) == []


def test_every_policy_has_examples():
    assert [code for code, policy in house_rules().policies.items() if len(policy.examples) < 3] == []


@pytest.mark.parametrize(
    ("told", "path", "why"),
    [
        ({"expect": ["50 元"]}, "x.expect", "expected [5000], came to [10000000]"),
        ({"expect_total": "1 元"}, "x.expect_total", "expected [100], came to [10000000]"),
        ({"refused": [["paid"]]}, "x.refused", "refused is [[]]"),
    ],
)
def test_an_example_that_says_something_else_is_seen(told, path, why):
    example = {"name": "x", "trades": [{"technical_paid": "100 万元"}], **told}
    found = list(differences(house_rules(), "technology-trade", example, "x"))
    assert [(bad.path, bad.why) for bad in found] == [(path, why)]


def test_an_example_expects_something():
    found = list(differences(house_rules(), "technology-trade", {"name": "x", "trades": [{}]}, "x"))
    assert [bad.why for bad in found] == ["an example that expects nothing"]


def test_an_example_tells_what_the_budget_of_the_year_leaves():
    loans = [{"principal": "400 万元", "lost": "300 万元"}, {"principal": "100 万元", "lost": "100 万元"}]
    told = {"name": "x", "loans": loans, "set": {"pool": "60 万元"}, "expect": ["90 万元", "30 万元"]}
    code = "pledge-risk-compensation"
    assert list(differences(house_rules(), code, {**told, "settled": ["45 万元", "15 万元"]}, "x")) == []
    found = differences(house_rules(), code, {**told, "settled": ["45 万元", "16 万元"]}, "x")
    assert [bad.path for bad in found] == ["x.settled"]


def test_a_budget_by_the_number_of_firms_counts_firms_and_not_payments():
    budget = "budget: {limit: each * population(enterprise), scale: proportional}"
    page = TRADE.replace("params: {", "params: {each: {2019-01-01: 10 元}, ") + budget
    trades = [{"trade_no": n, "technical_paid": "1000 元", "buyer": "甲"} for n in (1, 2, 3)]
    told = {"name": "x", "trades": trades, "expect": ["100 元"] * 3, "settled": ["6.66 元"] * 3}
    found = list(differences(rules_of(page), "deal", told, "x"))
    firms = len(run_example(rules_of(page), "deal", told, "x").cast.rows["enterprise"])
    assert (firms, found) == (2, [])  # the buyer, and the unnamed parties of the contract


@pytest.mark.parametrize(
    ("example", "why"),
    [
        ({"trades": [{"technical_payed": "1 元"}]}, "trade has no 'technical_payed'"),
        ({"trade": [{}]}, "unknown key 'trade'"),
        ({"name": "x"}, "an example without records"),
        ({"trades": [{"technical_paid": "1 人"}]}, "'1 人' is person, not money"),
        ({"trades": [{"invoice_ok": "ja"}]}, "'ja' is not true or false"),
        ({"trades": []}, "no records"),
        ({"trades": [{"trade_no": 1}, {"trade_no": 1}]}, "two records have the key 1"),
        ({"trades": [{"trade_no": {"a": 1}}]}, "{'a': 1} is no key"),
        ({"trades": [{"buyer": [1]}]}, "[1] leads to no enterprise"),
        ({"trades": "x"}, "no records"),
        ({"trades": ["x"]}, "'x' is no trade"),
        ({"trades": [{"technical_paid": "-1 元"}]}, "'-1 元' is negative, which technical_paid may not be"),
        ({"trades": [{"buyer": {"region": "9999"}}]}, "no such code '9999'"),
        ({"trades": [{"buyer": {"years": "x"}}]}, "years is no list of records"),
        ({"trades": [{"buyer": {"years": ["x"]}}]}, "years is no list of records"),
        ({"trades": [{"buyer": {"years": [{"months_late": "4 月"}]}}]}, "'4 月' is more than months_late may be"),
    ],
)
def test_an_example_that_cannot_be_cast_is_a_bad_page(example, why):
    with pytest.raises(BadPage) as bad:
        run_example(house_rules(), "technology-trade", example, "examples.0")
    assert bad.value.why == why


def test_records_of_one_example_share_a_payee_unless_told():
    cast = cast_of(house_rules(), "technology-trade", {"trades": [{}, {}, {"buyer": "each"}, {"buyer": "甲"}]}, "x")
    buyers = [record["buyer"]["enterprise_id"] for record in cast.subjects]
    assert (buyers[0] == buyers[1], len(set(buyers))) == (True, 3)


def test_a_computed_field_is_filled_in():
    told = {"firm_years": [{"projects": [{"staff_cost": "1 元", "design_cost": "2 元"}]}]}
    cast = cast_of(house_rules(), "rnd-super-deduction", told, "x")
    assert cast.subjects[0]["projects"][0]["five"] == 300


def test_a_reform_sets_a_parameter_and_leaves_the_book_alone():
    rules = rules_of(TRADE)
    changed = with_set(rules, {"deal.rate": "5 %"})
    assert changed["deal"].params["rate"].spans[0].value == Fraction(1, 20)
    assert rules["deal"].params["rate"].spans[0].value == Fraction(1, 10)


def test_a_reform_may_hold_from_a_day_on_and_for_one_entry_of_a_table():
    house = house_rules()
    from_day = with_set(
        house, {"carrier-award.award.good": "30 万元"}, since=house["carrier-award"].first.replace(year=2020)
    )
    spans = from_day["carrier-award"].params["award"].spans
    assert [(span.first.year, span.value["good"], span.value["excellent"]) for span in spans] == [
        (2019, 20_000_000, 50_000_000), (2020, 30_000_000, 50_000_000),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "mend"),
    [
        ({"deal.rat": "5 %"}, "did you mean rate?"),
        ({"deel.rate": "5 %"}, "did you mean deal?"),
        ({"deal.rate": "5 人"}, "write it with its unit"),
    ],
)
def test_a_reform_of_something_unknown_is_answered_with_the_nearest(told, mend):
    with pytest.raises(BadPage) as bad:
        with_set(rules_of(TRADE), told)
    assert bad.value.mend == mend


def test_a_case_of_which_a_number_is_missing_is_not_computed_as_zero():
    cast = cast_of(house_rules(), "technology-trade", {"trades": [{}]}, "x")
    found = assess(house_rules(), "technology-trade", {**cast.subjects[0], "technical_paid": None})
    assert (found.verdict, found.entitled) == ("depends", None)
