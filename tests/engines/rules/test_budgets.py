"""A year's budget over a population is settled as it is over a list of claims, whichever way the page declares."""

import pytest

from kechuang.engines.rules.reading import policy_from
from kechuang.engines.rules.reforms import reformed
from kechuang.engines.rules.shares import entitle, settle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.totals import totals
from tests.engines.rules.region import YEAR, bench_rules, population, records
from tests.engines.rules.shelf import read

PAGE = """
format: 1
code: part
title: {{zh: 试, en: Try}}
source: [{{doc: 试, clause: 一, quote: 试}}]
effective: {{from: 2019-01-01}}
subject: trade
payee: trade.buyer
params: {{rate: {{2019-01-01: 10 %}}, cap: {{2019-01-01: 200 万元}}, pool: {{2019-01-01: {pool}}}}}
eligible: [{{code: ok, when: trade.ok, zh: 未登记, en: not registered}}]
amount: {{expr: trade.amount * rate, round: floor fen}}
{cap}
budget: {{limit: pool, {budget}}}
"""
CAP = "cap: {limit: cap, per: [trade.buyer, year], allocate: first_come, order: [trade.day, trade.tid]}"
WAYS = [
    "scale: proportional",
    "scale: proportional, residue: largest_remainder, order: [trade.day]",
    "scale: cut_off, order: [trade.day]",
    "scale: cut_off, order: [trade.amount, trade.tid]",
]


def _rules(pool, cap, budget):

    words = bench_rules().vocabulary
    return Rules(words, {"part": policy_from(read(PAGE.format(pool=pool, cap=cap, budget=budget)), words)})


def _alone(rules):
    found, amounts = entitle(rules, "part", records()["trade"], year=YEAR)
    return sum(amounts), sum(settle(rules, "part", found, amounts))


@pytest.mark.parametrize("budget", WAYS)
@pytest.mark.parametrize("cap", ["", CAP])
@pytest.mark.parametrize("pool", ["1 元", "301 万元", "90000 万元"])
def test_a_budget_over_a_population_is_settled_as_over_a_list(pool, cap, budget):
    rules = _rules(pool, cap, budget)
    (query,) = totals([rules], ["part"], Moment(year=YEAR))
    (one,) = query.totals(population().run(query))
    assert (one.entitled, one.settled) == _alone(rules)


@pytest.mark.parametrize("budget", WAYS)
def test_reforms_of_the_budget_stand_side_by_side(budget):
    rules = _rules("301 万元", CAP, budget)
    changed = [reformed(rules, [f"part.{told}"]).rules for told in ("pool=500 万元", "cap=100 万元", "rate=5 %")]
    (query,) = totals([rules, *changed], ["part"], Moment(year=YEAR))
    found = query.totals(population().run(query))
    assert [(one.entitled, one.settled) for one in found] == [_alone(one) for one in (rules, *changed)]


def test_largest_remainder_pays_the_budget_to_the_last_fen():
    rules = _rules("301 万元", CAP, WAYS[1])
    (query,) = totals([rules], ["part"], Moment(year=YEAR), by=["region"])
    assert sum(one.settled for one in query.totals(population().run(query))) == 301_000_000
