"""Working days, notices and terms, by the calendar with shifted workdays."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from kechuang.words.period import (
    ZONE,
    Term,
    add_months,
    is_workday,
    notice_ends,
    shown_deadline,
    term_ends,
    workdays_between,
)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_the_golden_case_of_2023_is_exactly_five_working_days():
    assert workdays_between(date(2023, 9, 28), date(2023, 10, 10)) == 5


def test_a_notice_counts_its_first_day():
    assert notice_ends(date(2023, 9, 28), 5) == date(2023, 10, 10)


def test_a_shifted_saturday_is_a_workday_and_a_holiday_is_not():
    assert (is_workday(date(2023, 10, 7)), is_workday(date(2023, 10, 2))) == (True, False)


def test_beyond_the_calendar_weekends_alone_are_known():
    assert (is_workday(date(2031, 1, 1)), is_workday(date(2031, 1, 4))) == (True, False)


@pytest.mark.parametrize(
    ("start", "term", "ends"),
    [
        ("2018-03-01T10:00", "5 工作日", "2018-03-09T00:00"),
        ("2018-03-01T10:00", "20 日", "2018-03-22T00:00"),
        ("2018-03-01T10:00", "24 小时", "2018-03-02T10:00"),
        ("2018-01-31T10:00", "1 月", "2018-03-01T00:00"),
        ("2018-09-20T10:00", "15 日", "2018-10-09T00:00"),
    ],
)
def test_a_term_starts_the_next_day_and_ends_on_a_working_day(start, term, ends):
    assert term_ends(moment(start), Term.parse(term)) == moment(ends)


def test_a_month_later_is_the_last_day_where_there_is_no_such_day():
    assert add_months(date(2019, 1, 31), 1) == date(2019, 2, 28)


def test_midnight_is_shown_as_the_end_of_the_day_before():
    assert shown_deadline(moment("2018-04-01T00:00")) == "2018年3月31日 24:00"
    assert shown_deadline(moment("2018-03-31T17:00")) == "2018年3月31日 17:00"


@pytest.mark.parametrize("text", ["五天", "2.5 日", "-1 日", "3 吨"])
def test_what_is_no_term_is_refused(text):
    with pytest.raises(ValueError, match=r"term|number"):
        Term.parse(text)
