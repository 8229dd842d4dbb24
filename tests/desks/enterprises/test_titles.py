"""A title stands from the first minute of its first day in Shanghai, whatever the zone of the moment that asks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kechuang.desks.enterprises.models import Title


def test_a_title_begins_and_ends_by_the_calendar_of_shanghai():
    title = Title(since=date(2026, 12, 1), until=date(2029, 12, 1))
    first, last = datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2029, 11, 30, 15, 59, tzinfo=UTC)
    before, after = datetime(2026, 11, 30, 15, 59, tzinfo=UTC), datetime(2029, 11, 30, 16, tzinfo=UTC)
    assert [title.valid_on(moment) for moment in (before, first, last, after)] == [False, True, True, False]
