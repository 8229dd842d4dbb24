"""When a request was received: the front's word with the secret of this start, else our own clock, and which it was."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from kechuang.faces.serving import received
from kechuang.words.period import ZONE

STAMP = "2018-04-01T08:59:59.999+08:00"


def a_request(stamp: str = STAMP, secret: str = "s3cret"):
    return RequestFactory().post("/x", headers={received.STAMP_HEADER: stamp, received.SECRET_HEADER: secret})


@pytest.fixture(autouse=True)
def started(monkeypatch):
    monkeypatch.setenv(received.SECRET, "s3cret")


def test_a_stamp_of_the_front_counts_to_the_millisecond():
    found = received.received_at(a_request())

    assert found == received.Received(datetime(2018, 4, 1, 8, 59, 59, 999000, ZONE), "front")


@pytest.mark.parametrize(
    ("stamp", "secret"),
    [(STAMP, "wrong"), (STAMP, ""), ("", "s3cret"), ("yesterday", "s3cret"), ("2018-04-01T08:59:59.999", "s3cret")],
)
def test_anything_else_is_answered_by_the_clock_of_the_application(stamp, secret):
    before = timezone.now() - timedelta(milliseconds=1)

    found = received.received_at(a_request(stamp, secret))

    assert (found.by, before <= found.on <= timezone.now(), found.on.microsecond % 1000) == ("application", True, 0)


def test_without_a_front_no_stamp_counts(monkeypatch):
    monkeypatch.delenv(received.SECRET)

    assert received.received_at(a_request(secret="")).by == "application"
