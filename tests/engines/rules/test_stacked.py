"""The rules between policies as a query leave each payee what the same rules leave one payee at a time."""

from datetime import date

import pytest

from kechuang.engines.rules.query import rows
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.stacked import stacked_totals
from kechuang.engines.rules.stacking import stacked, stacking_from
from tests.engines.rules.region import YEAR, bench_rules, population

ON, MOMENT = date(YEAR, 12, 31), Moment(year=YEAR)
CODES = ["r1", "r2", "r4", "r5", "r6", "r7"]
RULES = {
    "highest": {"code": "highest", "mode": "highest", "policies": ["r5", "r6", "r7"]},
    "sum": {"code": "sum", "mode": "sum_cap", "policies": ["r1", "r2", "r4"], "order": ["r4", "r2", "r1"], "limit": {date(2019, 1, 1): "40 万元"}},
    "one": {"code": "one", "mode": "exclusive", "policies": ["r7", "r4", "r1"]},
}  # fmt: skip


def _stacks(*names):
    told = [{"enabled": True, "zh": "试", **RULES[name]} for name in names]
    return stacking_from({"rules": told}, bench_rules().vocabulary)


def _by_payee(codes):
    """Entitlements of every payee, by policy, from the rows of the query."""
    people, found = population(), {}
    for code in codes:
        for row in people.run(rows(bench_rules(), code, MOMENT)):
            had = found.setdefault(row["payee"], {})
            had[code] = had.get(code, 0) + row["entitled"]
    return found


@pytest.mark.parametrize("names", [["highest"], ["sum"], ["one"], ["highest", "sum", "one"], ["one", "sum"]])
def test_all_payees_at_once_are_left_what_each_is_left_alone(names):
    stacks = _stacks(*names)
    query = stacked_totals(bench_rules(), stacks, CODES, MOMENT)
    left, taken = query.read(population().run(query))
    alone = [stacked(stacks, had, on=ON) for had in _by_payee(query.kept).values()]
    assert {one.policy: one.fen for one in left} == {c: sum(kept.get(c, 0) for kept, _ in alone) for c in query.kept}
    lost = {}
    for _, listed in alone:
        for one in listed:
            lost[one.stack, one.policy] = lost.get((one.stack, one.policy), 0) + one.fen
    assert {(one.stack, one.policy): one.fen for one in taken} == lost


def test_cut_by_region_it_is_the_same():
    whole = stacked_totals(bench_rules(), _stacks("sum"), CODES, MOMENT)
    cut = stacked_totals(bench_rules(), _stacks("sum"), CODES, MOMENT, by=["region"])
    people = population()
    (left, taken), (rows_, taken_too) = whole.read(people.run(whole)), cut.read(people.run(cut))
    assert {code: sum(one.fen for one in rows_ if one.policy == code) for code in cut.kept} == {
        one.policy: one.fen for one in left
    }
    assert taken_too == taken
    assert len({one.cuts for one in rows_}) == 12


def test_policies_that_are_not_asked_for_take_no_part():
    query = stacked_totals(bench_rules(), _stacks("highest"), ["r6", "r8"], MOMENT)
    left, taken = query.read(population().run(query))
    assert ([one.policy for one in left], taken) == (["r6"], [])


@pytest.mark.parametrize(
    ("enable", "why"), [(["highst"], "did you mean highest"), ((), "no rule between these policies is in force")]
)
def test_a_rule_that_is_not_there_is_told(enable, why):
    told = [{"zh": "试", **RULES["highest"]}]
    stacks = stacking_from({"rules": told}, bench_rules().vocabulary)
    with pytest.raises(LookupError, match=why):
        stacked_totals(bench_rules(), stacks, CODES, MOMENT, enable=enable)
