"""Numbers and amounts are read exactly, or refused with what to change."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from kechuang.engines.forms import clean
from kechuang.words.reason import Reason
from tests.engines.forms.samples import a_form


def read(kind, raw, stage="submit", **more):
    cleaned = clean(a_form({"code": "x", "kind": kind, **more}), {"x": raw}, stage=stage)
    return cleaned.errors["x"] if "x" in cleaned.errors else cleaned.values.get("x")


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("20", 20_000_000), ("12.50", 12_500_000), ("0.0001", 100), ("0.000001", 1), ("1,234.5", 1_234_500_000),
        ("２０．５", 20_500_000), (" 3 ", 3_000_000), ("-1", -1_000_000), ("−1", -1_000_000), ("+2", 2_000_000),
        (7, 7_000_000), (Decimal("0.1"), 100_000), ("20万元", 20_000_000), ("200000 元", 20_000_000), ("0", 0),
        ("1000000000000", 10**18),
    ],
)  # fmt: skip
def test_an_amount_in_ten_thousand_yuan_becomes_whole_fen(typed, fen):
    assert read("money", typed, unit="万元") == fen


@pytest.mark.parametrize(
    "typed", ["nan", "NaN", "inf", "-Infinity", "1e3", "0x10", "1.2.3", "12,34", "twenty", "1/3", "٣", "5 美元", "."]
)
def test_what_is_no_decimal_number_is_no_amount(typed):
    assert read("money", typed, unit="万元") == (Reason("not_a_number"),)


def test_an_amount_finer_than_a_fen_is_refused_with_how_many_places_there_are():
    assert read("money", "0.0000001", unit="万元") == (Reason("finer_than_fen", unit="万元", places=6),)
    assert read("money", "1.005", unit="元") == (Reason("finer_than_fen", unit="元", places=2),)


def test_an_amount_finer_than_a_fen_is_seen_behind_twenty_eight_digits_too():
    typed = "1.00000000000000000000000000000000001"
    assert read("money", typed, unit="万元") == (Reason("finer_than_fen", unit="万元", places=6),)


def test_an_amount_beyond_ten_to_the_eighteenth_is_refused():
    assert read("money", "1000000000000.000001", unit="万元") == (Reason("amount_too_large"),)
    assert read("money", "9" * 50, unit="万元") == (Reason("amount_too_large"),)


@pytest.mark.parametrize("kind", ["money", "decimal", "percent", "integer"])
@pytest.mark.parametrize("raw", [12.5, float("nan"), float("inf")])
def test_a_float_is_asked_for_as_text(kind, raw):
    assert read(kind, raw) == (Reason("write_as_text"),)


@pytest.mark.parametrize("raw", [True, {"a": 1}, [1, 2], b"12", object()])
def test_what_is_no_text_is_no_number(raw):
    assert read("integer", raw) == (Reason("not_text"),)


def test_the_bounds_of_an_amount_are_in_its_unit_or_name_their_own():
    assert read("money", "0.5", unit="万元", min=1) == (Reason("below", least="1", unit="万元"),)
    assert read("money", "101", unit="元", max="0.01 万元") == (Reason("above", most="100", unit="元"),)


def test_bounds_wait_in_a_draft():
    assert read("money", "0.5", "draft", unit="万元", min=1) == 500_000


def test_a_whole_number_has_no_fraction_and_no_other_unit():
    assert read("integer", "1,200 人", unit="人") == 1200
    assert read("integer", "3.0") == 3
    assert read("integer", "3.5") == (Reason("not_whole"),)
    assert read("integer", "3 月", unit="人") == (Reason("not_a_number"),)
    assert read("integer", str(10**16)) == (Reason("number_too_large", most="1,000,000,000,000,000"),)
    assert read("integer", 10**5000) == (Reason("not_text"),)


def test_decimals_are_exact_fractions():
    assert read("decimal", "0.1") == Fraction(1, 10)
    assert read("number", "-2.50") == Fraction(-5, 2)
    assert read("number", "2.5 吨", unit="吨") == Fraction(5, 2)
    assert read("number", "2.5 吨", unit="米") == (Reason("not_a_number"),)
    assert read("number", "0.2", min="0.5") == (Reason("below", least="0.5", unit=""),)


def test_a_share_is_typed_in_per_cent_with_or_without_the_sign():
    assert read("percent", "30") == Fraction(3, 10)
    assert read("ratio", "12.5%") == Fraction(1, 8)
    assert read("percent", "30 万元") == (Reason("not_a_number"),)
    assert read("percent", "101", max=100) == (Reason("above", most="100", unit="%"),)
    assert read("percent", "20", max="15 %") == (Reason("above", most="15", unit="%"),)


def test_a_mark_goes_in_steps():
    assert read("decimal", "7.5", min=0, max=10, step="0.5") == Fraction(15, 2)
    assert read("decimal", "7.3", min=0, max=10, step="0.5") == (Reason("off_step", step="0.5"),)


def test_a_number_on_its_bound_is_inside():
    assert read("money", "1", unit="万元", min=1, max=1) == 1_000_000
    assert read("integer", "12", min=12, max=12) == 12
    assert read("percent", "100", max=100) == 1
