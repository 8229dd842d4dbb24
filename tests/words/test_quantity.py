"""A number keeps the unit it was written with: money becomes fen, points stay points."""

from __future__ import annotations

from fractions import Fraction

import pytest

from kechuang.words.quantity import Quantity, quantity


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("20 万元", Quantity(Fraction(20_000_000), "money")),
        ("3334 分钱", Quantity(Fraction(3334), "money")),
        ("60 分", Quantity(Fraction(60), "分")),
        ("5 %", Quantity(Fraction(1, 20), "rate")),
        ("45 岁", Quantity(Fraction(45), "岁")),
        (7, Quantity(Fraction(7), "")),
    ],
)
def test_a_quantity_is_read_in_the_unit_it_was_written_in(written, read):
    assert quantity(written) == read


@pytest.mark.parametrize("written", ["1/0", "1/00 元", "0.5/3 元", "NaN 元", "1e9 元"])
def test_what_is_no_quantity_is_refused(written):
    with pytest.raises(ValueError, match="is no number with a unit"):
        quantity(written)


def test_a_score_of_sixty_points_is_no_sixty_fen():
    assert quantity("60 分") != quantity("60 分钱")
