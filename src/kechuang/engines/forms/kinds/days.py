"""Kinds of day: date, month, year, and the moment a term ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from kechuang.engines.forms.kinds.base import Kind, Sources, Unreadable, plain, same
from kechuang.engines.forms.model import Field
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
_DATE: Final = re.compile(
    r"(\d{4})(?:-(\d{1,2})-|/(\d{1,2})/|\.(\d{1,2})\.|年(\d{1,2})月|(\d{2}))(\d{1,2})日?", re.ASCII
)
_MONTH: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))", re.ASCII)
_YEAR: Final = re.compile(r"(\d{4})年?", re.ASCII)
_TIME: Final = re.compile(r"(.{6,14}?)[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)


def _day(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Unreadable("year_out_of_range", least=FIRST_YEAR, most=LAST_YEAR)
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("no_such_day") from None


def _date(raw: object, field: Field, sources: Sources) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return _day(raw.year, raw.month, raw.day)
    found = _DATE.fullmatch(plain(raw, most=40))
    if not found:
        raise Unreadable("not_a_date")
    year, *months, day = found.groups()
    return _day(int(year), int(next(filter(None, months))), int(day))


def _month(raw: object, field: Field, sources: Sources) -> date:
    found = _MONTH.fullmatch(plain(raw, most=40))
    if not found:
        raise Unreadable("not_a_month")
    return _day(int(found[1]), int(found[2] or found[3]), 1)


def _year(raw: object, field: Field, sources: Sources) -> int:
    found = _YEAR.fullmatch(plain(raw, most=40))
    if not found:
        raise Unreadable("not_a_year")
    return _day(int(found[1]), 1, 1).year


def _moment(raw: object, field: Field, sources: Sources) -> datetime:
    found = _TIME.fullmatch(plain(raw, most=60))
    if not found:
        raise Unreadable("not_a_time")
    day = _date(found[1], field, sources)
    zone = (found[5] or "").replace("Z", "+00:00")
    text = f"{day.isoformat()}T{found[2]:0>2}:{found[3]}:{found[4] or '00'}{zone}"
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(ZONE) if zone else moment.replace(tzinfo=ZONE)
    except (ValueError, OverflowError):
        raise Unreadable("not_a_time") from None


def _between(value: Any, field: Field) -> Iterator[Reason]:
    if field.least is not None and value < field.least:
        yield Reason("too_early_day", least=str(field.least))
    if field.most is not None and value > field.most:
        yield Reason("too_late_day", most=str(field.most))


def _iso_month(value: date) -> str:
    return f"{value.year:04d}-{value.month:02d}"


def _restore_month(text: str) -> date:
    return date.fromisoformat(f"{text}-01")


def _iso_moment(value: datetime) -> str:
    return value.astimezone(ZONE).isoformat()


def _restore_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZONE)


def _say_date(value: date, field: Field, sources: Sources, language: str) -> str:
    return value.isoformat() if language == "en" else f"{value.year}年{value.month}月{value.day}日"


def _say_month(value: date, field: Field, sources: Sources, language: str) -> str:
    return _iso_month(value) if language == "en" else f"{value.year}年{value.month}月"


def _say_moment(value: datetime, field: Field, sources: Sources, language: str) -> str:
    local = value.astimezone(ZONE)
    return f"{_say_date(local.date(), field, sources, language)} {local:%H:%M}"


def _say_year(value: int, field: Field, sources: Sources, language: str) -> str:
    return str(value)


KINDS: Final[dict[str, Kind]] = {
    "date": Kind(_date, _between, date.isoformat, date.fromisoformat, lambda v, f: v.isoformat(), _say_date),
    "month": Kind(_month, _between, _iso_month, _restore_month, lambda v, f: _iso_month(v), _say_month),
    "year": Kind(_year, _between, same, int, lambda v, f: str(v), _say_year),
    "datetime": Kind(_moment, _between, _iso_moment, _restore_moment, lambda v, f: _iso_moment(v), _say_moment),
}
