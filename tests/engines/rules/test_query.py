"""The same page as one query: every example of the house, and made-up records, come to the very same fen."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kechuang.casework.bulk import Population
from kechuang.engines.rules.examples import cast_of, moment_of, run_example, with_set
from kechuang.engines.rules.query import needed, rows
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.tables import columns_of, tables_of
from kechuang.formula import FormulaError
from tests.engines.rules.shelf import TRADE, house_rules, rules_of

IN_BULK = [code for code, policy in house_rules().policies.items() if policy.allot is None]
VERDICT = {True: "pass", False: "fail", None: "depends"}


def _queried(rules, code, cast, moment):
    query = rows(rules, code, moment)
    population = Population(threads=1)
    tables = tables_of(rules.vocabulary, cast)
    for name in query.tables:
        population.add_rows(name, tables[name], columns_of(rules.vocabulary.entities[name]))
    return {row["key"]: row for row in population.run(query)}


def _moment(policy, example):
    day, year = moment_of(example)
    return Moment(year=year, day=day) if policy.reference in ("day", "year_end") else Moment()


def _told(policy, row):
    return VERDICT[row["verdict"]] if policy.verdict else row["entitled"]


@pytest.mark.bar
@pytest.mark.parametrize("code", IN_BULK)
def test_the_examples_of_the_house_come_to_the_same_fen_as_a_query(code):
    house, policy = house_rules(), house_rules()[code]
    key = house.vocabulary.entities[policy.subject].key
    for example in policy.examples:
        rules = with_set(house, example["set"], code=code) if "set" in example else house
        ran = run_example(house, code, example, "x")
        got = _queried(rules, code, ran.cast, _moment(policy, example))
        exact = [one.verdict for one in ran.found] if policy.verdict else ran.amounts
        assert [_told(policy, got[record[key]]) for record in ran.cast.subjects] == exact, example["name"]


def test_an_allotment_is_shared_out_exactly_and_never_as_a_query():
    with pytest.raises(FormulaError) as fault:
        rows(house_rules(), "league-factor-allotment", Moment(year=2019))
    assert fault.value.reason.code == "not_in_bulk"


def test_what_a_policy_uses_is_computed_before_it():
    assert needed(house_rules(), ["income-tax-relief"]) == ["rnd-super-deduction", "income-tax-relief"]


DAYS = st.integers(0, 1000).map(lambda n: date(2018, 10, 1) + timedelta(n))
MONEY = st.one_of(
    st.none(), st.integers(0, 10**10), st.sampled_from([0, 1, 1_999_999_999, 2_000_000_000, 2_000_000_001])
)
TRADES = st.lists(st.tuples(MONEY, DAYS, st.sampled_from("甲乙丙"), st.booleans()), min_size=1, max_size=25)
DATED = TRADE.replace("rate: {2019-01-01: 10 %}", "rate: {2019-01-01: 10 %, 2019-07-01: 100/30 %, 2020-03-01: 7 %}")
CAPS = [
    "{limit: cap, per: [trade.buyer, year], allocate: first_come, order: [trade.paid_on]}",
    "{limit: cap, per: [trade.buyer, year], allocate: proportional}",
    "{limit: cap, per: [trade.buyer], allocate: proportional, residue: largest_remainder, order: [trade.paid_on]}",
    "{limit: cap if trade.contract.registered else cap / 2, per: [trade.buyer, year], allocate: highest}",
]


@pytest.mark.bar
@pytest.mark.parametrize("cap", CAPS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=TRADES)
def test_made_up_payments_come_to_the_same_fen_under_every_cap(cap, made):
    rules = rules_of(f"{DATED}eligible: [{{when: trade.contract.registered, zh: 未登记}}]\ncap: {cap}\n")
    told = [
        {"trade_no": f"{n:03d}", "paid_on": day, "buyer": buyer, "contract": {"registered": registered}}
        for n, (_, day, buyer, registered) in enumerate(made)
    ]
    cast = cast_of(rules, "deal", {"trades": told}, "x")
    for record, (paid, *_) in zip(cast.subjects, made, strict=True):
        record["technical_paid"] = paid
    _, amounts = entitle(rules, "deal", cast.subjects)
    got = _queried(rules, "deal", cast, Moment())
    assert [got[record["trade_no"]]["entitled"] for record in cast.subjects] == amounts


FIGURES = st.fixed_dictionaries({
    "staff": st.integers(0, 600), "tech_staff": st.integers(0, 200), "sales": st.integers(0, 3 * 10**10),
    "costs": st.integers(0, 10**10), "rnd": st.integers(0, 10**9), "assets": st.integers(0, 3 * 10**10),
})  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=st.lists(FIGURES, min_size=1, max_size=40), rights=st.integers(0, 5))
def test_made_up_firms_get_the_same_score_as_a_query(made, rights):
    rules = house_rules()
    told = {"firm_years": [{"enterprise": {"rights": [{}] * rights}} for _ in made]}
    cast = cast_of(rules, "tsme-score", told, "x")
    for record, figures in zip(cast.subjects, made, strict=True):
        record.update(figures)
    found, _ = entitle(rules, "tsme-score", cast.subjects, day=date(2019, 3, 1))
    got = _queried(rules, "tsme-score", cast, Moment(day=date(2019, 3, 1)))
    assert [VERDICT[got[record["firm_year_id"]]["verdict"]] for record in cast.subjects] == [
        one.verdict for one in found
    ]
