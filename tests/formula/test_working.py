"""Expressions worked out: exactly, in three values, within limits."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from kechuang.formula import UNKNOWN, FormulaError, Interval, evaluate, parse
from kechuang.words.money import Money


def _of(text, **scope):
    return evaluate(parse(text), scope)


def _fault(text, **scope):
    with pytest.raises(FormulaError) as fault:
        _of(text, **scope)
    return fault.value.reason.code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 / 3 + 1 / 6", Fraction(1, 2)), ("7 // 2", 3), ("-7 // 2", -4), ("6 / 3", 2), ("0.1 + 0.2 == 0.3", True),
        ("2 - 3 * 4", -10), ("1 < 2 < 3", True), ("1 < 2 > 3", False), ("'a' != 'b'", True), ("not true", False),
        ("5 if 1 > 2 else 6", 6), ("'b' in ('a', 'b')", True), ("3 not in [1, 2]", True), ("abs(-3)", 3),
        ("floor(7 / 2)", 3), ("ceil(7 / 2)", 4), ("round_half_up(7 / 2)", 4), ("round_half_up(-7 / 2)", -4),
        ("min(3, 1, 2)", 1), ("max(3, 1, 2)", 3), ("clamp(5, 1, 3)", 3), ("clamp(-5, 1, 3)", 1), ("count('x')", 1),
        ("+5", 5), ("true and not false", True),
    ],
)  # fmt: skip
def test_plain_values_are_exact(text, value):
    found = _of(text)
    assert (found, type(found)) == (value, type(value))


def test_links_and_tables_are_followed():
    scope = {"trade": {"buyer": {"in_region": True}}, "rows": [{"x": 2, "on": True}, {"x": 5, "on": False}]}
    assert _of("trade.buyer.in_region", **scope) is True
    assert _of("sum(r.x for r in rows if r.on)", **scope) == 2
    assert _of("count(r for r in rows if r.x > 1)", **scope) == 2
    assert _of("max(r.x for r in rows)", **scope) == 5
    assert _of("all(r.on for r in rows)", **scope) is False
    assert _of("any(r.on for r in rows)", **scope) is True
    assert _of("count(rows)", **scope) == 2


def test_the_row_of_a_sum_hides_a_name_of_the_scope_only_inside():
    assert _of("sum(use.fee for use in uses) + use.fee", uses=[{"fee": 1}, {"fee": 2}], use={"fee": 10}) == 13


@pytest.mark.parametrize(
    "text", ["x", "x + 1", "-x", "x < 1", "not x", "x in (1, 2)", "max(x, 1)", "t.a.b", "pick(x, y)"]
)
def test_what_is_missing_stays_unknown(text):
    assert _of(text) is UNKNOWN
    assert _of(text, x=None, t={"a": None}) is UNKNOWN


def test_logic_has_three_values():
    assert _of("false and x") is False
    assert _of("x and false") is False
    assert _of("true and x") is UNKNOWN
    assert _of("true or x") is True
    assert _of("x or true") is True
    assert _of("false or x") is UNKNOWN
    assert _of("1 < x < 0") is UNKNOWN
    assert _of("2 < 1 < x") is False


def test_a_choice_of_which_the_test_is_unknown_is_known_where_both_ways_agree():
    assert _of("5 if x else 5") == 5
    assert _of("5 if x else 8") == Interval(5, 8)
    assert _of("'a' if x else 'b'") is UNKNOWN


def test_rows_of_which_a_condition_is_unknown_leave_the_sum_unknown():
    assert _of("sum(r.x for r in rows if r.on)", rows=[{"x": 1, "on": True}, {"x": 2}]) is UNKNOWN
    assert _of("any(r.on for r in rows)", rows=[{}, {"on": True}]) is True
    assert _of("all(r.on for r in rows)", rows=[{}, {"on": False}]) is False
    assert _of("all(r.on for r in rows)", rows=[{}, {"on": True}]) is UNKNOWN


def test_empty_tables():
    assert (_of("sum(r.x for r in t)", t=[]), _of("count(t)", t=()), _of("all(r.x for r in t)", t=[])) == (0, 0, True)
    assert _of("max(r.x for r in t)", t=[]) is UNKNOWN


def test_unknown_refuses_to_be_asked_for_its_truth():
    with pytest.raises(TypeError):
        bool(UNKNOWN)


def test_intervals_are_added_compared_and_rounded_at_both_ends():
    assert _of("span(0, 8) + span(1, 2) * 2 + 1") == Interval(3, 13)
    assert _of("min(span(20, 40), 30)") == Interval(20, 30)
    assert _of("span(1, 3) < 4") is True
    assert _of("span(1, 3) < 1") is False
    assert _of("span(1, 3) < 2") is UNKNOWN
    assert _of("span(1, 3) >= 1") is True
    assert _of("span(1, 3) == 4") is False
    assert _of("span(1, 3) != 4") is True
    assert _of("span(1, 3) == 2") is UNKNOWN
    assert _of("floor(span(1, 4) / 2)") == Interval(0, 2)
    assert _of("-span(1, 3)") == Interval(-3, -1)
    assert _of("abs(span(-3, 2))") == Interval(0, 3)
    assert _of("1 / span(-1, 1)") is UNKNOWN


def test_a_mark_lies_inside_what_the_rule_allows():
    assert _of("mark(m, span(0, 8))") == Interval(0, 8)
    assert _of("mark(m, span(0, 8))", m=8) == 8
    assert _fault("mark(m, span(0, 8))", m=9) == "mark_outside"


LEVELS = [[Fraction(3, 10), 20], [Fraction(1, 4), 16], [Fraction(1, 10), 4]]
BANDS = [[5, 5, 6], [3, 3, 4], [1, 1, 2]]
INDIRECT = [[0, Fraction(3, 10)], [500, Fraction(1, 4)], [1000, Fraction(1, 5)]]


@pytest.mark.parametrize(("share", "points"), [("0.3", 20), ("0.2999", 16), ("0.25", 16), ("0.1", 4), ("0.0999", 0)])
def test_a_level_is_reached_at_its_threshold(share, points):
    assert _of(f"level({share}, table)", table=LEVELS) == points


def test_a_level_of_an_interval_covers_all_levels_between():
    assert _of("level(span(0.2, 0.3), table)", table=LEVELS) == Interval(4, 20)


@pytest.mark.parametrize(("pieces", "points"), [(0, 0), (1, Interval(1, 2)), (4, Interval(3, 4)), (9, Interval(5, 6))])
def test_a_band_gives_an_interval(pieces, points):
    assert _of("band(n, table)", n=pieces, table=BANDS) == points


@pytest.mark.parametrize(("base", "cost"), [(0, 0), (500, 150), (501, Fraction(601, 4)), (1200, 315)])
def test_marginal_bands_charge_each_slice_at_its_own_rate(base, cost):
    assert _of("marginal(base, bands)", base=base, bands=INDIRECT) == cost


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("months(a, b)", 36), ("months(a, c)", 36), ("years(a, c)", 3), ("years(a, b)", 2), ("days(a, b)", 1095),
        ("years(d, c)", 9), ("b > a", True), ("max(a, b) == b", True),
    ],
)  # fmt: skip
def test_terms_between_dates(text, count):
    days = {"a": date(2019, 1, 1), "b": date(2021, 12, 31), "c": date(2022, 1, 1), "d": date(2012, 1, 2)}
    assert _of(text, **days) == count


def test_codes_are_picked_from_tables_and_found_in_choices():
    assert _of("pick(track, most)", track="free", most={"free": 10, "key": 80}) == 10
    assert _of("'none' not in ethics", ethics=("animal",)) is True
    assert _of("count(ethics)", ethics=("animal", "human")) == 2
    assert _fault("pick(track, most)", track="other", most={"free": 10}) == "no_such_code"


def test_amounts_of_money_and_decimals_become_exact_numbers():
    assert _of("fee * rate", fee=Money(300), rate=Decimal("0.5")) == 150


@pytest.mark.parametrize(
    ("text", "scope", "code"),
    [
        ("1 / 0", {}, "zero_denominator"), ("x // y", {"x": 1, "y": 0}, "zero_denominator"),
        ("a + 1", {"a": "x"}, "not_a_number"), ("a + 1", {"a": True}, "not_a_number"),
        ("a < 1", {"a": "x"}, "not_comparable"), ("a == 1", {"a": "x"}, "not_comparable"),
        ("a < 'b'", {"a": "x"}, "not_comparable"), ("a and true", {"a": 1}, "not_a_truth"),
        ("5 if a else 6", {"a": 1}, "not_a_truth"), ("a", {"a": 1.5}, "not_a_value"),
        ("a", {"a": float("nan")}, "not_a_value"), ("a", {"a": Decimal("NaN")}, "not_a_value"),
        ("a", {"a": datetime(2019, 1, 1)}, "not_a_value"), ("a.b", {"a": 1}, "not_a_record"),  # noqa: DTZ001
        ("count(a)", {"a": 1}, "not_a_table"), ("sum(r.x for r in a)", {"a": "text"}, "not_a_table"),
        ("'a' in b", {"b": "abc"}, "not_a_table"), ("a", {"a": 10**18 + 1}, "too_large"),
        ("a * a", {"a": 10**10}, "too_large"), ("span(3, 1)", {}, "empty_interval"), ("clamp(1, 3, 2)", {}, "empty_interval"),
        ("level(1, a)", {"a": []}, "not_a_table"), ("level(1, a)", {"a": [[1]]}, "bad_row"),
        ("pick('a', b)", {"b": 1}, "not_a_table"), ("days(a, b)", {"a": 1, "b": 2}, "not_a_date"), ("not 5", {}, "not_a_truth"),
        ("-'a'", {}, "not_a_number"), ("sum(r.x for r in t)", {"t": [{"x": "a"}]}, "not_a_number"),
    ],
)  # fmt: skip
def test_real_faults_are_errors_with_a_reason(text, scope, code):
    assert _fault(text, **scope) == code


def test_a_guarded_denominator_is_no_fault():
    assert _of("x / y if y > 0 else 0", x=1, y=0) == 0
    assert _of("y > 0 and x / y > 1", x=1, y=0) is False


def test_a_long_table_stops_at_the_limit_of_steps():
    rows = [{"x": 1}] * 20_000
    assert _fault("sum(r.x for r in rows)", rows=rows) == "too_many_steps"
    assert evaluate(parse("sum(r.x for r in rows)"), {"rows": rows}, steps=100_000) == 20_000


def test_fractions_that_grow_without_end_are_stopped():
    tiny = Fraction(1, 3**400)
    assert _fault("a * a", a=tiny) == "too_fine"
