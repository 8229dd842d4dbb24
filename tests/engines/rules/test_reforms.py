"""What a page of a reform may say: values always or from a day, whole tables, an end, rules between policies; the rest is refused."""

from datetime import date

import pytest

from kechuang.engines.rules.reforms import reform_from
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.stacking import stacking_from
from kechuang.engines.rules.totals import totals
from kechuang.words.outcome import BadPage
from tests.engines.rules.region import YEAR, bench_rules, population
from tests.engines.rules.shelf import house_rules, read

STACKING = """
rules:
  - {code: one-title, mode: highest, zh: 从高, en: highest, policies: [board-listing, top-firm-and-first-recognition]}
  - {code: ceiling, mode: sum_cap, enabled: true, zh: 上限, en: ceiling, limit: {2019-01-01: 500 万元}, policies: [board-listing], order: [board-listing]}
"""


def reform(text, rules=None):
    stacks = stacking_from(read(STACKING), house_rules().vocabulary)
    return reform_from(rules or house_rules(), read("code: wider\n" + text), stacks)


def refused(text):
    with pytest.raises(BadPage) as bad:
        reform(text)
    return bad.value.path, bad.value.why, bad.value.mend


def spans(variant, code, name):
    return [(span.first.year, span.value) for span in variant.rules[code].params[name].spans]


def test_a_value_holds_always_or_from_a_day_on():
    always = reform("set: {technology-trade.cap: 300 万元}")
    later = reform("from: 2021-01-01\nset: {technology-trade.cap: 300 万元}")
    assert spans(always, "technology-trade", "cap") == [(2019, 300_000_000)]
    assert spans(later, "technology-trade", "cap") == [(2019, 200_000_000), (2021, 300_000_000)]


def test_a_value_may_change_more_than_once():
    told = reform("set: {technology-trade.cap: {2021-01-01: 300 万元, 2023-01-01: 400 万元}}")
    assert spans(told, "technology-trade", "cap") == [(2019, 200_000_000), (2021, 300_000_000), (2023, 400_000_000)]


def test_a_whole_table_and_rows_of_levels_are_set():
    told = reform("set: {contest-award.award: {first: 30 万元, second: 25 万元, third: 20 万元, none: 0 元}}")
    assert spans(told, "contest-award", "award")[0][1]["second"] == 25_000_000
    told = reform("set: {tsme-score.staff_levels: [[40 %, 20 分], [10 %, 5 分]]}")
    assert len(spans(told, "tsme-score", "staff_levels")[0][1]) == 2


def test_a_policy_that_ends_pays_nothing_afterwards():
    rules = bench_rules()
    ended = reform_from(rules, {"code": "off", "end": {"r7": date(YEAR - 1, 12, 31)}}).rules
    query = totals([rules, ended], ["r7"], Moment(year=YEAR))[0]
    today, then = query.totals(population().run(query))
    assert (today.entitled > 0, then.entitled, then.losers) == (True, 0, today.recipients)


def test_rules_between_policies_are_enabled_disabled_and_given_other_limits():
    told = reform("enable: [one-title]\ndisable: [ceiling]\nset: {ceiling.limit: 100 万元}")
    assert [(one.code, one.enabled) for one in told.stacks] == [("one-title", True), ("ceiling", False)]
    assert told.stacks[1].limit.spans[0].value == 100_000_000
    assert reform("set: {technology-trade.cap: 300 万元}").stacks is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ("", "a reform that changes nothing", "write set: {policy.param: 300 万元}")),
        ("sets: {technology-trade.cap: 1 元}", ("sets", "unknown key 'sets'", "did you mean set?")),
        ("from: soon\nset: {technology-trade.cap: 1 元}", ("from", "'soon' is no date", "write from: 2020-01-01")),
        ("set: {technology-trade.cpa: 1 元}", ("set.technology-trade.cpa", "no parameter 'technology-trade.cpa'", "did you mean cap?")),
        ("set: {technology-trade.cap: 3 人}", ("set.technology-trade.cap", "'3 人' has another unit than cap", "write it with its unit")),
        (
            "set: {technology-trade.cap: {first: 1 元}}",
            ("set.technology-trade.cap", "a table of first cannot stand for a number", "write it as the page does"),
        ),
        (
            "set: {contest-award.award: {first: 30 万元}}",
            ("set.contest-award.award", "a table of first cannot stand for a table of first, none, second, third", "write it as the page does"),
        ),
        ("end: {board-listin: 2020-12-31}", ("end.board-listin", "no policy 'board-listin'", "did you mean board-listing?")),
        ("end: {board-listing: soon}", ("end.board-listing", "'soon' is no date", "write board-listing: 2020-12-31")),
        ("enable: [one-titel]", ("enable", "no rule between policies 'one-titel'", "did you mean one-title?")),
        ("set: {one-title.limit: 1 元}", ("set.one-title.limit", "no limit 'one-title.limit'", "only a ceiling over several policies has a limit")),
    ],
)  # fmt: skip
def test_what_a_reform_cannot_say_is_told_with_its_place(text, told):
    assert refused(text) == told


def test_what_comes_of_a_reform_is_checked_as_a_page_is():
    path, why, _mend = refused("end: {hnte-gates: 2018-12-31}")
    assert (path, why) == (
        "set.hnte-score",
        "hnte-score: uses.0: hnte-gates is not in force all the time this policy is",
    )
