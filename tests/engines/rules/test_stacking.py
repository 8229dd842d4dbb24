"""Between policies: highest only, up to a sum, one of several, once a record; with the house's own page."""

from datetime import date

import pytest

from kechuang.casework.book import packaged
from kechuang.engines.rules.stacking import apart, check_stacking, marks, stacked, stacking_differences, stacking_from
from kechuang.words.outcome import BadPage
from tests.engines.rules.shelf import house_rules, read

ON = date(2019, 12, 31)


def _house():
    return stacking_from(packaged().page("stacking").body, house_rules().vocabulary)


def _of(**told):
    rule = {"code": "x", "enabled": True, "policies": ["a", "b", "c"], "zh": "试", **told}
    return stacking_from({"rules": [rule]}, house_rules().vocabulary)


def test_the_examples_of_the_house_hold_and_every_name_exists():
    page = packaged().page("stacking").body
    assert list(stacking_differences(page, house_rules().vocabulary, on=ON)) == []
    assert check_stacking(_house(), house_rules()) == []


def test_an_example_that_says_something_else_is_seen():
    page = read(f"rules: [{RULE}]") | {"examples": [{"entitled": {"a": "2 元"}, "expect": {"a": "1 元"}}]}
    assert [bad.path for bad in stacking_differences(page, house_rules().vocabulary, on=ON)] == ["examples.0.expect"]


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"mode": "highest"}, {"a": 0, "b": 9, "c": 0}),
        ({"mode": "exclusive"}, {"a": 5, "b": 0, "c": 0}),
        ({"mode": "sum_cap", "limit": {date(2019, 1, 1): "0.10 元"}}, {"a": 5, "b": 5, "c": 0}),
        (
            {"mode": "sum_cap", "limit": {date(2019, 1, 1): "0.10 元"}, "order": ["c", "b", "a"]},
            {"a": 0, "b": 3, "c": 7},
        ),
        ({"mode": "highest", "enabled": False}, {"a": 5, "b": 9, "c": 7}),
        ({"mode": "apart"}, {"a": 5, "b": 9, "c": 7}),
    ],
)
def test_what_is_left_of_a_payee_s_entitlements(told, left):
    assert stacked(_of(**told), {"a": 5, "b": 9, "c": 7}, on=ON)[0] == left


def test_of_equals_the_first_is_kept_and_what_was_taken_is_told():
    left, taken = stacked(_of(mode="highest"), {"a": 5, "b": 5}, on=ON)
    assert (left, [(one.policy, one.fen) for one in taken]) == ({"a": 5, "b": 0}, [("b", 5)])


def test_one_use_of_an_instrument_is_marked_for_each_side():
    assert marks(_house(), "instrument-use") == (("use", "used_by_user"),)
    assert marks(_house(), "instrument-service") == (("use", "used_by_owner"),)
    assert marks(_house(), "technology-trade") == (("trade", "used_before"),)


def test_investments_and_tax_relief_count_in_no_sum_of_grants():
    assert apart(_house()) == {"equity-investment", "rnd-super-deduction", "income-tax-relief"}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"mode": "hihgest"}, "unknown mode 'hihgest'"),
        ({"mode": "sum_cap"}, "a ceiling over several policies needs limit, and every policy in order"),
    ],
)
def test_a_misshapen_rule_is_refused(told, why):
    with pytest.raises(BadPage) as bad:
        _of(**told)
    assert bad.value.why == why


def test_a_rule_over_a_policy_that_does_not_exist_is_found():
    found = check_stacking(_of(mode="highest", policies=["board-listin"]), house_rules())
    assert [(bad.why, bad.mend) for bad in found] == [("no policy 'board-listin'", "did you mean board-listing?")]


RULE = "{code: x, mode: sum_cap, zh: 试, en: Try, limit: {2019-01-01: 1 元}, policies: [a, b], per: [enterprise, year]}"


@pytest.mark.parametrize(
    ("old", "new", "path", "why"),
    [
        ("code: x, ", "", "rules.0", "a rule without its code"),
        ("mode: sum_cap, ", "", "rules.0", "a rule without its mode"),
        ("zh: 试, ", "", "rules.0", "a rule without its sentence"),
        ("limit: {2019-01-01: 1 元}", "limit: {2019-01-01: 1 人}", "rules.0.limit", "the limit is no money"),
        ("policies: [a, b]", "policies: a", "rules.0.policies", "policies is no list"),
        ("policies: [a, b]", "policy: [a, b]", "rules.0.policy", "unknown key 'policy'"),
        ("per: [enterprise, year]", "per: [year]", "rules.0.per", "['year'] cannot share a limit"),
        ("mode: sum_cap", "mode: once, record: use", "rules.0", "what is paid once needs a mark"),
        ("mode: sum_cap", "mode: both_sides", "rules.0", "only both_sides names a mark for each side"),
        ("code: x", "code: x, enabled: maybe", "rules.0.enabled", "'maybe' is not true or false"),
    ],
)
def test_a_misshapen_rule_is_told_where_and_what(old, new, path, why):
    assert old in RULE
    with pytest.raises(BadPage) as bad:
        stacking_from(read(f"rules: [{RULE.replace(old, new)}]"), house_rules().vocabulary)
    assert (bad.value.path, bad.value.why) == (path, why)


def test_two_rules_are_not_called_the_same():
    with pytest.raises(BadPage, match="two rules are called 'x'"):
        stacking_from(read(f"rules: [{RULE}, {RULE}]"), house_rules().vocabulary)


@pytest.mark.parametrize(
    ("example", "path"),
    [
        ("{entitled: {a: 1 元}}", "examples.0"),
        ("{entitled: {c: 1 元}, expect: {c: 1 元}}", "examples.0.entitled"),
        ("{enable: [y], entitled: {a: 1 元}, expect: {a: 1 元}}", "examples.0.enable"),
        ("{set: {y.limit: 1 元}, entitled: {a: 1 元}, expect: {a: 1 元}}", "examples.0.set"),
    ],
)
def test_an_example_names_what_the_page_has(example, path):
    page = read(f"rules: [{RULE}]\nexamples: [{example}]")
    assert [bad.path for bad in stacking_differences(page, house_rules().vocabulary, on=ON)] == [path]
