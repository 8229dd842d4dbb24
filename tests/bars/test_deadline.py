"""The deadline: the stamp of the last byte decides, to the millisecond, however long the request waited afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory

from kechuang.casework import outbox
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import act, open_case
from kechuang.casework.clock import tick
from kechuang.casework.deadlines import LATECOMERS
from kechuang.casework.models import Case, Document, Record, Round
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


def test_the_clock_ends_no_draft_while_its_submission_may_still_be_in_the_queue(case):
    round_ = story.closed(case.round, START)
    lapse = Record.objects.filter(subject=case.number, act="lapse")
    assert lapse.count() == 0  # the round is closed, its other cases have gone on

    assert submitted(case, -1).after == "with_unit"
    outbox.work(round_.closes_at + LATECOMERS - timedelta(milliseconds=1))
    assert lapse.count() == 0
    outbox.work(round_.closes_at + LATECOMERS)
    assert [record.on for record in lapse] == [round_.closes_at + LATECOMERS]


def test_the_clock_may_not_end_a_draft_by_itself_either_before_that(case):
    round_ = story.closed(case.round, START)

    with pytest.raises(Refused) as refusal:
        act(case, "lapse", by=CLOCK, on=round_.closes_at + LATECOMERS - timedelta(milliseconds=1), key="early")
    assert refusal.value.codes == ["too_early"]


def pressed(case: Case, milliseconds: int, *, machine: bool, secret: str = "s3cret") -> int:
    """The leader's own request, by the page or by the API, which the front stamped that many milliseconds from T."""
    client = Client()
    client.force_login(case.leader)
    stamp = said(round(case.round.units_close_at.timestamp() * 1000) + milliseconds)
    told = {"headers": {received.STAMP_HEADER: stamp, received.SECRET_HEADER: secret}}
    if machine:
        body = {"key": "submit-0001", "data": {"promise": story.SEAL}}
        address = f"/api/cases/{case.number}/acts/submit_to_unit"
        return client.post(address, body, content_type="application/json", **told).status_code
    body = {"key": "submit-0001", "promise": story.SEAL}
    return client.post(f"/cases/{case.number}/act/submit_to_unit/", body, **told).status_code


@pytest.mark.parametrize("machine", [False, True])
@pytest.mark.parametrize(("milliseconds", "in_time"), [(-1, True), (0, False), (1, False)])
def test_page_and_api_go_by_the_stamp_of_the_front(case, machine, milliseconds, in_time):
    close(case)

    status = pressed(case, milliseconds, machine=machine)

    sent = list(Record.objects.filter(act="submit_to_unit").values_list("on", flat=True))
    assert sent == ([case.round.units_close_at - timedelta(milliseconds=1)] if in_time else [])
    late = 409 if machine else 422  # the API tells a refusal as a conflict
    assert status == ((200 if machine else 302) if in_time else late)


def test_the_receipt_says_whose_clock_it_was_and_the_millisecond(case):
    pressed(case, -1, machine=False)

    receipt = Document.objects.get(kind="receipt")
    client = Client()
    client.force_login(case.leader)
    page = client.get(f"/cases/{case.number}/receipt/{receipt.code}/").content.decode()

    assert receipt.body["about"]["stamped_by"] == "front"
    assert receipt.body["content"]["on"] == said(round(case.round.units_close_at.timestamp() * 1000) - 1)
    assert (".999" in page, "接收端在收齐最后一个字节时记下" in page) == (True, True)


def test_a_stamp_that_the_client_writes_itself_counts_for_nothing(case):
    """The present of this test lies years after T."""
    assert pressed(case, -1, machine=False, secret="guessed") == 422
    assert Record.objects.filter(act="submit_to_unit").count() == 0
