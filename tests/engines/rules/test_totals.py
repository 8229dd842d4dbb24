"""Totals over a synthetic region are the sums of its single cases, to the fen, today and under a sweep."""

import pytest

from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.reforms import Variant, reform_from, reformed, swept, whole
from kechuang.engines.rules.shares import entitle, settle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.synthetic import region
from kechuang.engines.rules.totals import distribution, totals
from kechuang.words.outcome import BadPage
from tests.engines.rules.region import FIRMS, YEAR, bench_rules, population, records
from tests.engines.rules.shelf import house_rules


def _exact(rules, code):
    policy, subjects = rules[code], records()[rules[code].subject]
    found, amounts = entitle(rules, code, subjects, year=YEAR)
    if policy.verdict is not None:
        return {"recipients": sum(one.verdict == "pass" for one in found), "entitled": 0, "settled": 0}
    settled = settle(rules, code, found, amounts, run={"population(enterprise)": FIRMS})
    link = policy.payee.partition(".")[2]
    payees = {
        (one.record[link] if link else one.record)["eid"] for one, amount in zip(found, amounts, strict=True) if amount
    }
    return {"recipients": len(payees), "entitled": sum(amounts), "settled": sum(settled)}


def _summed(variants, codes, **more):
    people = population()
    found = [
        one for query in totals(variants, codes, Moment(year=YEAR), **more) for one in query.totals(people.run(query))
    ]
    return found, whole(found)


@pytest.mark.parametrize("code", bench_rules().policies)
def test_the_totals_of_a_region_are_the_sums_of_its_single_cases(code):
    _, sums = _summed([bench_rules()], [code])
    one = sums[code, 0]
    assert {"recipients": one.recipients, "entitled": one.entitled, "settled": one.settled} == _exact(
        bench_rules(), code
    )


def test_all_ten_at_once_and_cut_by_region_come_to_the_same():
    rules = bench_rules()
    codes = list(rules.policies)
    _, at_once = _summed([rules], codes)
    rows, by_region = _summed([rules], codes, by=["region"])
    assert by_region == at_once
    assert len({one.cuts for one in rows if one.policy == "r4"}) == 12


def test_a_sweep_in_one_pass_is_the_same_as_one_run_each():
    rules = bench_rules()
    variants = [rules, *(one.rules for one in swept(rules, "r1.cap=50 万元:250 万元:50 万元"))]
    _, at_once = _summed(variants, ["r1"])
    for n, changed in enumerate(variants):
        _, alone = _summed([changed], ["r1"])
        assert (at_once["r1", n].entitled, at_once["r1", n].settled) == (
            alone["r1", 0].entitled,
            alone["r1", 0].settled,
        )
    assert at_once["r1", 1].losers > 0


@pytest.mark.parametrize(
    "told", ["r2.rate=40 %", "r3.cap=1 万元", "r9.rate_hightech=10 %", "r8.extra=100 %", "r6.first=25 万元"]
)
def test_a_reform_of_any_parameter_is_exact(told):
    rules = bench_rules()
    changed = reformed(rules, [told]).rules
    codes = ["r8", "r9"] if told.startswith("r8") else [told.partition(".")[0]]
    _, sums = _summed([rules, changed], codes)
    for code in codes:
        exact = _exact(changed, code)
        assert (sums[code, 1].entitled, sums[code, 1].settled) == (exact["entitled"], exact["settled"])


def test_a_sweep_builds_only_the_steps_that_read_what_it_moves():
    rules = house_rules()
    variants = [rules, *(one.rules for one in swept(rules, "hnte-score.pass_mark=60 分:80 分:10 分"))]
    one, four = (totals(told, ["hnte-score"], Moment(year=YEAR))[0].sql() for told in ([rules], variants))
    assert four.count('"hnte-score@1.total"') == one.count('"hnte-score@1.total"') == 0
    assert four.count('"hnte-score@3:t"') > 0


def test_amounts_spread_over_payees_as_single_cases_do():
    found = population().run(distribution(bench_rules(), "r4", Moment(year=YEAR)))[0]
    _, amounts = entitle(bench_rules(), "r4", records()["enterprise"], year=YEAR)
    paid = sorted(amount for amount in amounts if amount)
    assert (found["payees"], found["q50"], found["q100"]) == (len(paid), paid[(len(paid) + 1) // 2 - 1], paid[-1])


def test_the_sweep_of_a_cap_never_costs_less_for_a_higher_cap():
    rules = bench_rules()
    variants = [rules, *(one.rules for one in swept(rules, "r2.cap=1 万元:30 万元:1 万元"))]
    _, sums = _summed(variants, ["r2"])
    costs = [sums["r2", n].entitled for n in range(1, 31)]
    assert costs == sorted(costs)


def test_what_a_split_of_firms_could_gain_is_what_the_ceiling_took():
    _, sums = _summed([bench_rules()], ["r1", "r4"])
    assert sums["r1", 0].before > sums["r1", 0].entitled
    assert sums["r4", 0].before == sums["r4", 0].entitled


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("r1.cap=1 元", "a sweep has a first value, a last value and a step"),
        ("r1.cap=5 元:1 元:1 元", "a sweep whose last value is below its first"),
        ("r1.cap=1 元:2 元:0 元", "a sweep whose step is not above nil"),
        ("r1.cap=1 元:10000 元:1 元", "a sweep of more than 200 steps"),
    ],
)
def test_a_sweep_that_never_ends_is_refused(told, why):
    with pytest.raises(BadPage) as bad:
        swept(bench_rules(), told)
    assert bad.value.why == why


def test_a_reform_is_a_page_with_values_and_a_day():
    page = {"code": "cap_3m", "set": {"r1.cap": "300 万元"}}
    changed = reform_from(bench_rules(), page)
    assert isinstance(changed, Variant)
    assert changed.rules["r1"].params["cap"].spans[0].value == 300_000_000


def test_the_same_seed_gives_the_samemade():
    words = house_rules().vocabulary
    made = [
        {
            name: {c: v.tolist() for c, v in columns.items()}
            for name, columns in region(words, firms=50, seed=3, year=2019)
        }
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert set(made[0]) == set(words.entities)


def test_trying_more_values_of_a_ceiling_deepens_no_query():
    """Largest remainders: the sums that windows read stand in one layer, however many ceilings are tried."""

    def depth(values):
        rules = house_rules()
        tried = [with_set(rules, {"instrument-use.cap": f"{n} 万元"}) for n in range(1, values + 1)]
        query = totals([rules, *tried], ["instrument-use"], Moment(year=2026))[0].sql()
        return query.count("SELECT *")

    assert depth(3) == depth(12)
