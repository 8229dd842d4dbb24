"""Dated parameters in exact base units."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from kechuang.casework import book
from kechuang.casework.book.params import bad_params

PAGE = {
    "params": {
        "rate": {"value": {date(2018, 1, 1): "5 %", date(2020, 1, 1): "10 %"}},
        "most": {"value": {date(2018, 1, 1): {"key": "80 万元", "talent": "60.5 万元"}}},
        "bands": {"value": {date(2018, 1, 1): [["0 万元", "20 %"], ["500 万元", "15 %"]]}},
        "age": {"value": {date(2018, 1, 1): "45 岁"}},
        "remind": {"value": {date(2018, 1, 1): ["90 日", "30 日"]}},
        "spell": {"spans": [{"from": date(2018, 1, 1), "until": date(2018, 12, 31), "value": "75 %"}]},
    }
}


def test_money_is_fen_rates_are_fractions_and_counts_are_numbers():
    assert book.params_on(PAGE, date(2018, 6, 1)) == {
        "rate": Fraction(1, 20),
        "most": {"key": 80_000_000, "talent": 60_500_000},
        "bands": ((0, Fraction(1, 5)), (500_000_000, Fraction(3, 20))),
        "age": 45,
        "remind": (90, 30),
        "spell": Fraction(3, 4),
    }


def test_a_value_holds_from_its_day_on():
    assert book.params_on(PAGE, date(2019, 12, 31))["rate"] == Fraction(1, 20)
    assert book.params_on(PAGE, date(2020, 1, 1))["rate"] == Fraction(1, 10)


def test_before_its_first_day_and_after_its_span_there_is_no_value():
    assert book.params_on(PAGE, date(2017, 12, 31)) == {}
    assert "spell" in book.params_on(PAGE, date(2018, 12, 31))
    assert "spell" not in book.params_on(PAGE, date(2019, 1, 1))


def test_faults_of_parameters_are_told_by_path():
    page = {
        "params": {
            "bare": {"zh": "x"},
            "undated": {"value": "5 %"},
            "word": {"value": {date(2018, 1, 1): {"key": "many"}}},
            "span": {"spans": [{"value": "5 %"}]},
        }
    }
    assert [bad.path for bad in bad_params(page)] == [
        "params.bare",
        "params.undated.value",
        "params.word.value.2018-01-01.key",
        "params.span.spans",
    ]
    assert bad_params(PAGE) == []


def test_rows_may_be_for_some_tracks_only():
    rows = [{"code": "all"}, {"code": "listed", "for": ["a"]}, {"code": "named", "for": {"tracks": ["a", "b"]}}]
    assert [row["code"] for row in book.for_track(rows, "a")] == ["all", "listed", "named"]
    assert [row["code"] for row in book.for_track(rows, "b")] == ["all", "named"]
    assert [row["code"] for row in book.for_track(rows, "c")] == ["all"]
