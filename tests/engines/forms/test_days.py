"""Days, months, years and moments are read from the ways in which people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from kechuang.engines.forms import clean
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason
from tests.engines.forms.samples import a_form


def read(kind, raw, stage="submit", **more):
    cleaned = clean(a_form({"code": "x", "kind": kind, **more}), {"x": raw}, stage=stage)
    return cleaned.errors["x"] if "x" in cleaned.errors else cleaned.values.get("x")


@pytest.mark.parametrize(
    "typed", ["2019-03-01", "2019/3/1", "2019.3.1", "2019年3月1日", "20190301", "２０１９-０３-０１", date(2019, 3, 1)]
)
def test_a_date_is_read_in_six_ways(typed):
    assert read("date", typed) == date(2019, 3, 1)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2019-02-30", "no_such_day"), ("2019-13-01", "no_such_day"), ("2019-3", "not_a_date"), ("3/1/2019", "not_a_date"),
     ("2019-03/01", "not_a_date"), ("soon", "not_a_date"), ("2019-03-01T00:00", "not_a_date")],
)  # fmt: skip
def test_what_is_no_date_is_refused(typed, code):
    assert read("date", typed) == (Reason(code),)


def test_years_lie_between_1900_and_2199():
    assert read("date", "0019-03-01") == (Reason("year_out_of_range", least=1900, most=2199),)
    assert read("year", "2200") == (Reason("year_out_of_range", least=1900, most=2199),)


def test_days_have_bounds():
    assert read("date", "2018-12-31", min=date(2019, 1, 1)) == (Reason("too_early_day", least="2019-01-01"),)
    assert read("date", "2020-01-01", max="2019-12-31") == (Reason("too_late_day", most="2019-12-31"),)


@pytest.mark.parametrize("typed", ["1990-05", "1990/5", "1990年5月", "199005"])
def test_a_month_is_its_first_day(typed):
    assert read("month", typed) == date(1990, 5, 1)


def test_a_year_is_a_number():
    assert [read("year", typed) for typed in ("2018", 2018, "2018年")] == [2018, 2018, 2018]
    assert read("year", "18") == (Reason("not_a_year"),)
    assert read("month", "May 1990") == (Reason("not_a_month"),)
    assert read("month", "1990-13") == (Reason("no_such_day"),)


def test_a_moment_without_a_zone_is_shanghai_time():
    expected = datetime(2018, 3, 31, 17, 0, tzinfo=ZONE)
    assert [
        read("datetime", typed) for typed in ("2018-03-31T17:00", "2018年3月31日 17:00", "2018-03-31T09:00:00Z")
    ] == [expected] * 3


def test_a_moment_with_a_zone_is_turned_into_shanghai_time():
    found = read("datetime", "2018-03-31T12:00:00+03:00")
    assert found == datetime(2018, 3, 31, 12, tzinfo=timezone(timedelta(hours=3)))
    assert found.tzinfo is ZONE


@pytest.mark.parametrize("typed", ["2018-03-31", "2018-03-31T25:00", "2018-03-31 17", "2018-03-31T10:00+99:99"])
def test_what_is_no_moment_is_refused(typed):
    assert read("datetime", typed) == (Reason("not_a_time"),)
