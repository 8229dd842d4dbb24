"""Days and terms: working days by the official calendar, notices, deadlines.

Public notices count their first day; terms start the day after and end on a working day (domain rule; General
Principles of Civil Law, terms). The calendar with shifted workdays is the library's; beyond its last year
weekends alone are known, and a date there is provisional.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from kechuang.words.phrase import Phrase
from kechuang.words.quantity import TERMS, quantity

ZONE = ZoneInfo("Asia/Shanghai")
LAST_KNOWN_YEAR = max(day.year for day in chinese_calendar.holidays)


class Stamped(datetime):
    """The moment at which the last byte of a request reached the front: any other moment is the application's own clock."""


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as a page says it: 5 工作日, 3 月, 24 小时."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Term:
        """Read '5 工作日'; ValueError if it is no whole number of a known unit."""
        read = quantity(text)
        if read.kind not in TERMS or read.value.denominator != 1 or read.value < 0:
            raise ValueError(
                Phrase("{text!r} is no term: write a whole number and one of {known}", text=text, known=tuple(TERMS))
            )
        return cls(int(read.value), read.kind)

    def __str__(self) -> str:
        names = {"日": "天", "工作日": "个工作日", "周": "周", "月": "个月", "年": "年", "小时": "小时", "分钟": "分钟"}
        return f"{self.count}{names[self.unit]}"


@lru_cache(maxsize=8192)
def is_workday(day: date) -> bool:
    """Whether offices work on `day`, shifted workdays included; weekends alone where the calendar ends."""
    if is_known(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def is_known(day: date) -> bool:
    """Whether the official calendar of that year is published (else a date is provisional)."""
    return 2004 <= day.year <= LAST_KNOWN_YEAR


def workdays_between(first: date, last: date) -> int:
    """Working days from `first` to `last`, both included."""
    return sum(is_workday(first + timedelta(n)) for n in range((last - first).days + 1))


def notice_ends(first: date, workdays: int) -> date:
    """The last day of a public notice of `workdays` working days that begins on `first`, which counts."""
    day, left = first, workdays
    while True:
        left -= is_workday(day)
        if left <= 0:
            return day
        day += timedelta(1)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_workday(day: date) -> date:
    """`day` itself if offices work on it, else the next day on which they do."""
    while not is_workday(day):
        day += timedelta(1)
    return day


def term_ends(start: datetime, term: Term) -> datetime:
    """The moment a term that starts on `start` is over: half-open, midnight after its last day, in Shanghai.

    Hours and minutes run from the moment itself; longer terms from the next day, to the end of a working day.
    """
    if term.unit in ("小时", "分钟"):
        return start + timedelta(hours=term.count) if term.unit == "小时" else start + timedelta(minutes=term.count)
    day = start.astimezone(ZONE).date()
    if term.unit == "工作日":
        last = day if term.count == 0 else notice_ends(day + timedelta(1), term.count)
    elif term.unit in ("日", "周"):
        last = day + timedelta(term.count * (7 if term.unit == "周" else 1))
    else:
        last = add_months(day, term.count * (12 if term.unit == "年" else 1))
    return end_of(next_workday(last))


def end_of(day: date) -> datetime:
    """Midnight after `day`, in Shanghai: deadlines are half-open and shown as 24:00."""
    return datetime.combine(day + timedelta(1), time(), tzinfo=ZONE)


def shown_deadline(moment: datetime) -> str:
    """A half-open end as people read it: 2018年3月31日 24:00, never the next day's 00:00."""
    local = moment.astimezone(ZONE)
    if local.time() == time():
        day = local.date() - timedelta(1)
        return f"{day.year}年{day.month}月{day.day}日 24:00"
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
