"""The deadline: the stamp of the last byte decides, to the millisecond, however long the request waited afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import RequestFactory

from kechuang.casework.acts import act, open_case
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Record, Round
from kechuang.faces.serving import received
from kechuang.faces.serving.front import said
from kechuang.words.outcome import Refused
from tests.factories import START, Region, an_open_round
from tests.journeys import story

pytestmark = [pytest.mark.django_db, pytest.mark.bar]


@pytest.fixture
def case(monkeypatch) -> Case:
    """A filled-in draft in a round that closes to units at T."""
    monkeypatch.setenv(received.SECRET, "s3cret")
    region = Region()
    return story.filled_in(open_case(an_open_round(region), by=region.leader, on=START, key="open"), region)


def submitted(case: Case, milliseconds: int) -> Record:
    """Handed in with a stamp that many milliseconds from T."""
    closes = case.round.units_close_at
    stamp = said(round(closes.timestamp() * 1000) + milliseconds)
    headers = {received.STAMP_HEADER: stamp, received.SECRET_HEADER: "s3cret"}
    arrival = received.received_at(RequestFactory().post("/x", headers=headers))
    assert (arrival.on, arrival.by) == (closes + timedelta(milliseconds=milliseconds), "front")
    return act(case, "submit_to_unit", by=case.leader, on=arrival.on, key="submit", data={"promise": story.SEAL})


def close(case: Case) -> None:
    """The clock closes the round at T."""
    round_ = case.round
    Round.objects.filter(pk=round_.pk).update(due_at=round_.units_close_at)
    tick(round_.units_close_at)
    case.refresh_from_db()


def test_one_millisecond_before_the_deadline_is_in_time(case):
    assert submitted(case, -1).on == case.round.units_close_at - timedelta(milliseconds=1)


@pytest.mark.parametrize("milliseconds", [0, 1, 60_000])
def test_at_the_deadline_and_after_it_is_late_even_if_the_clock_has_not_closed_the_round_yet(case, milliseconds):
    with pytest.raises(Refused):
        submitted(case, milliseconds)

    assert Record.objects.filter(act="submit_to_unit").count() == 0


@pytest.mark.parametrize("milliseconds", [0, 1])
def test_late_is_late_after_the_clock_has_closed_the_round(case, milliseconds):
    close(case)

    with pytest.raises(Refused):
        submitted(case, milliseconds)


def test_who_arrived_in_time_and_waited_in_the_queue_past_the_closing_is_still_in_time(case):
    close(case)

    assert submitted(case, -1).after == "with_unit"
