"""Names are suggested to whoever fills in a form; an account that collects strangers is stopped, and the stop is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kechuang.casework import lookups
from kechuang.casework.models import Record
from kechuang.faces.web import applicant
from kechuang.parties.models import LookUp
from tests.factories import START, a_person, a_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(monkeypatch):
    """Someone at the browser, at START; the strangers bear names that begin alike by fives."""
    for number in range(40):
        a_person(unit=a_unit(), name=f"某{chr(0x4E00 + number // 5)}{number:02}")
    who = a_person(unit=a_unit())
    at(monkeypatch, START)
    client = Client()
    client.force_login(who)
    client.who = who
    return client


def at(monkeypatch, moment) -> None:
    monkeypatch.setattr(applicant, "now", lambda: moment)


def looked_up(client: Client, number: int) -> tuple[int, int]:
    """Status, and how many people were suggested for the names of that five."""
    answer = client.get("/lookup/person/", {"q": f"某{chr(0x4E00 + number)}"})
    return answer.status_code, answer.content.decode().count("<option")


def test_thirty_strangers_a_minute_are_shown_and_the_next_is_not(asker):
    assert [looked_up(asker, number) for number in range(7)] == [(200, 5)] * 6 + [(429, 0)]


def test_the_same_people_again_are_not_counted_twice(asker):
    assert [looked_up(asker, number % 2) for number in range(20)] == [(200, 5)] * 20


def test_ones_own_colleagues_are_no_strangers(asker):
    for number in range(40):
        a_person(unit=asker.who.unit, name=f"同{chr(0x5E00 + number // 5)}{number}")
    found = [asker.get("/lookup/person/", {"q": f"同{chr(0x5E00 + n)}"}).status_code for n in range(8)]
    assert found == [200] * 8


def test_after_the_alarm_nobody_is_shown_for_ten_minutes_and_then_again(asker, monkeypatch):
    for number in range(7):
        looked_up(asker, number)
    found = []
    for minutes in (1, 9, 11):
        at(monkeypatch, START + timedelta(minutes=minutes))
        found.append(looked_up(asker, 0))
    assert found == [(429, 0), (429, 0), (200, 5)]


def test_slowly_asked_for_there_is_no_alarm(asker, monkeypatch):
    found = []
    for number in range(8):
        at(monkeypatch, START + timedelta(seconds=20 * number))
        found.append(looked_up(asker, number)[0])
    assert found == [200] * 8


def test_the_alarm_is_on_record_once_and_names_nobody(asker):
    for number in range(8):
        looked_up(asker, number)
    (record,) = Record.objects.filter(act="look_ups_stopped")
    assert (record.subject, record.actor, '"strangers":"35"' in record.body) == (asker.who.pid, "clock", True)
    assert "某" not in record.body


def test_what_was_looked_up_is_forgotten(asker, monkeypatch):
    looked_up(asker, 0)
    at(monkeypatch, START + timedelta(hours=1))
    looked_up(asker, 1)
    assert LookUp.objects.count() == 5


def test_the_bar_is_seen_to_fail_without_the_limit(asker, monkeypatch):
    monkeypatch.setattr(lookups, "MOST", 10_000)
    assert {looked_up(asker, number)[0] for number in range(8)} == {200}
