"""Money is whole fen: nothing is rounded on the way in, and nothing is lost on the way out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.words.money import MOST, Money, rounded, shared_out


@pytest.mark.parametrize(
    ("typed", "unit", "fen"),
    [
        ("12.5", "万元", 12_500_000),
        ("0.01", "元", 1),
        ("1,234.56", "元", 123_456),
        ("-3", "元", -300),
        ("2", "亿元", 2 * 10**10),
    ],
)
def test_an_amount_is_read_exactly(typed, unit, fen):
    assert Money.of(typed, unit) == Money(fen)


@pytest.mark.parametrize(
    "typed", ["", "abc", "NaN", "Infinity", "1e999999999", "0.001", "1.00000000000000000000000000000000001", "１"]
)
def test_what_is_no_whole_fen_is_refused(typed):
    with pytest.raises(ValueError, match=r"amount|finer"):
        Money.of(typed)


def test_an_amount_beyond_what_can_be_stored_is_refused():
    assert Money.of(str(MOST), "分钱").fen == MOST
    with pytest.raises(ValueError, match="can be paid"):
        Money.of(str(MOST + 1), "分钱")


@pytest.mark.parametrize(
    ("fen", "shown"),
    [
        (123, "1.23 元"),
        (12_500_000, "12.50 万元"),
        (-500_000_0, "−5.00 万元"),
        (2 * 10**10, "2.00 亿元"),
        (12_345_678, "12.345678 万元"),
    ],
)
def test_it_is_shown_in_the_unit_people_use(fen, shown):
    assert str(Money(fen)) == shown


@pytest.mark.parametrize(
    ("exact", "how", "fen"),
    [("5/2", "half_up", 3), ("-5/2", "half_up", -3), ("5/2", "floor", 2), ("-5/2", "floor", -3), ("5/2", "ceil", 3)],
)
def test_rounding_is_the_declared_one(exact, how, fen):
    assert rounded(Fraction(exact), how) == fen


@pytest.mark.parametrize(("fen", "shown"), [(0, "¥0.00"), (200_000_000, "¥2,000,000.00"), (-105, "−¥1.05")])
def test_it_is_shown_in_english_in_yuan(fen, shown):
    assert Money(fen).english() == shown


@given(st.integers(0, 10**12), st.lists(st.fractions(0, 100), min_size=1, max_size=20))
def test_shares_add_up_to_the_last_fen(whole, weights):
    weights = [*weights, Fraction(1)]
    parts = shared_out(whole, weights)
    assert sum(parts) == whole
    exact = [Fraction(whole) * w / sum(weights) for w in weights]
    assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


def test_equal_remainders_go_to_the_earlier_row():
    assert shared_out(100, [Fraction(1)] * 3) == [34, 33, 33]


def test_a_weight_below_nothing_is_refused_and_a_weight_of_nothing_gets_nothing():
    with pytest.raises(ValueError, match="below nothing"):
        shared_out(100, [Fraction(3), Fraction(-1), Fraction(1)])
    assert shared_out(100, [Fraction(0), Fraction(1), Fraction(0), Fraction(2)]) == [0, 33, 0, 67]


def test_nothing_to_share_by_is_refused():
    with pytest.raises(ValueError, match="more than nothing"):
        shared_out(100, [Fraction(0)])
