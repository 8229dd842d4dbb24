"""Days as letters and pages say them: an act at midnight is of the day that begins, a term ends before it, and is provisional beyond the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kechuang.casework import letter_values, letters
from kechuang.casework.models import Case, Record
from kechuang.faces.web import wording
from kechuang.words.period import LAST_KNOWN_YEAR, end_of
from tests.factories import Region, a_case, at

pytestmark = pytest.mark.django_db
BEYOND = date(LAST_KNOWN_YEAR + 1, 3, 31)


def told(moment):
    """What a letter of an act at that moment may name."""
    case = a_case(Region())
    Case.objects.filter(pk=case.pk).update(received_at=moment, opened_at=moment)
    case.refresh_from_db()
    record = Record.objects.get(subject=case.number)
    Record.objects.filter(pk=record.pk).update(on=moment)
    record.refresh_from_db()
    return letter_values.values_for(case, record, {})


@pytest.mark.parametrize(
    "moment", [at("2018-03-02"), at("2018-03-02", 0), at("2018-03-03", 0) - timedelta(milliseconds=1)]
)
def test_an_act_is_of_the_day_on_which_it_was_done_midnight_included(moment):
    values = told(moment)
    said = {letters.shown(values[name]) for name in ("letter_date", "received_at", "opened_on")}
    assert said == {"2018年3月2日"}


def test_a_term_ends_on_its_last_day_and_is_provisional_beyond_the_official_calendar():
    assert letters.shown(end_of(date(2018, 3, 30))) == "2018年3月30日"
    assert letters.shown(end_of(BEYOND)) == f"{BEYOND.year}年3月31日（暂定）"
    now = at(f"{BEYOND.year - 1}-12-01")
    assert wording.term_end(end_of(BEYOND), now) == f"{BEYOND.year}年3月31日 24:00（暂定）"
    assert wording.term_end(end_of(date(BEYOND.year - 1, 12, 31)), now) == "12月31日 24:00"
    assert (
        wording.deadline(end_of(BEYOND), now) == f"{BEYOND.year}年3月31日 24:00"
    )  # a day that somebody set is no term
