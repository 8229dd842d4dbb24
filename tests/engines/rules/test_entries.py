"""Numbers inside tables have names: entries by code, what a level gives, where it begins; moved, a case and its row agree."""

import pytest

from kechuang.engines.rules.entries import entries
from kechuang.engines.rules.examples import with_set
from kechuang.engines.rules.query import rows
from kechuang.engines.rules.reforms import reform_from, reformed, steps, swept
from kechuang.engines.rules.shares import entitle
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.totals import totals
from kechuang.words.outcome import BadPage
from tests.engines.rules.region import YEAR, bench_rules, population, records
from tests.engines.rules.shelf import house_rules

LEVELS = [
    "r10.rnd_levels.1=20 分",
    "r10.staff_levels.1.from=60 %",
    "r10.staff_levels.5.from=14.5 %",
    "r10.ip1_levels.1.from=2 件",
]


def _passing(rules):
    found, _ = entitle(rules, "r10", records()["enterprise"], year=YEAR)
    return {one.record["eid"] for one in found if one.verdict == "pass"}


@pytest.mark.parametrize("told", LEVELS)
def test_a_moved_level_gives_one_case_what_its_row_of_the_query_gives(told):
    changed = reformed(bench_rules(), [told]).rules
    found = {row["key"] for row in population().run(rows(changed, "r10", Moment(year=YEAR))) if row["verdict"]}
    assert found == _passing(changed)
    assert found != _passing(bench_rules())


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("hnte-score.growth_bands.2.from", "25 %"), ("hnte-score.growth_bands.2.low", "7 分"), 
        ("hnte-score.growth_bands.2.high", "8 分"), ("tsme-score.staff_levels.1", "20 分"), ("contest-award.award.first", "30 万元"),
    ],
)  # fmt: skip
def test_every_number_of_a_table_has_a_name(name, number):
    rules = house_rules()
    code, param, entry = name.split(".", 2)
    there = rules[code].params[param]
    value, of = entries(there.spans[-1].value, there.of)[entry]
    assert (value, of) == (rules.vocabulary.amount(number, "").value, rules.vocabulary.amount(number, "").of)
    same = with_set(rules, {name: number})[code].params[param]
    assert [span.value for span in same.spans] == [span.value for span in there.spans]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("r10.staff_levels.9=1 分", "has no '9'"), ("r10.staff_levels.2=1 %", "'1 %' has another unit than staff_levels"),
        ("r10.staff_levels.2.from=15 %", "begins where another level does, or beyond it"),
        ("r10.staff_levels.2.from=31 %", "begins where another level does, or beyond it"), ("r6.first.2=1 元", "has no '2'"),
    ],
)  # fmt: skip
def test_a_level_that_is_not_there_or_passes_its_neighbour_is_refused(told, why):
    with pytest.raises(BadPage) as bad:
        reformed(bench_rules(), [told])
    assert bad.value.why == why


def test_a_band_gives_no_more_at_least_than_at_most():
    with pytest.raises(BadPage, match="gives at least more than at most"):
        with_set(house_rules(), {"hnte-score.growth_bands.2.low": "9 分"})


def test_a_level_is_swept_and_kept_in_a_page_like_any_number():
    rules = bench_rules()
    variants = [reformed(rules, []), *swept(rules, "r10.staff_levels.5=0 分:8 分:4 分")]
    query = totals([one.rules for one in variants], ["r10"], Moment(year=YEAR))[0]
    found = query.totals(population().run(query))
    assert [one.recipients for one in found] == [len(_passing(one.rules)) for one in variants]
    assert len(steps(found, variants)) == 2
    page = {"code": "wider", "set": {"r10.staff_levels.5": "8 分"}}
    assert _passing(reform_from(rules, page).rules) == _passing(variants[-1].rules)
