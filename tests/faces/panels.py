"""Applications of one group with a drawn panel, at the moment the test runs: what the desk and the house gates act with."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from kechuang.desks.experts.models import Seat
from kechuang.desks.experts.sheets import form_of
from tests.factories import Region, a_person, an_open_round, done
from tests.journeys import story


class Panel:
    """Applications of one group whose panel has just been drawn, by the clock of the moment the test runs."""

    def __init__(self, count: int = 1, *, first: int = 0) -> None:
        self.on = timezone.now().replace(microsecond=0)
        self.region = Region()
        story.a_pool()
        start = self.on - timedelta(40)
        self.round = an_open_round(self.region, opens_at=start)
        self.cases = []
        for number in range(first, first + count):  # one project of the fund a leader
            self.region.leader = a_person(unit=self.region.unit)
            given = {"on": start + timedelta(2), "title": f"草原碳汇研究{number}"}
            self.cases.append(story.an_application(self.region, self.round, **given))
        self.round = story.closed(self.round, start)
        for case in self.cases:
            case.refresh_from_db()
            story.admitted(case, self.region, self.on)
        done(self.round, "begin_review", self.region.officer, on=self.on)
        for case in self.cases:
            done(case, "group", self.region.officer_two, on=self.on, group="A组")
        story.ceremony(self.round, self.region, self.on)
        for case in self.cases:
            done(case, "draw", self.region.operator, on=self.on)

    @property
    def seat(self) -> Seat:
        return Seat.objects.filter(state="invited").order_by("position").first()

    def reading(self) -> tuple[Client, Seat]:
        """The browser of the first expert, after everyone has promised and the review has begun."""
        seat = self.seat
        for case in self.cases:
            for label in story.sitting(case):
                done(case, "promise", label, on=self.on, promise="agreed")
            done(case, "begin_mail_review", story.CLOCK, on=self.on)
        return browser(seat), seat


def browser(seat: Seat) -> Client:
    client = Client()
    client.force_login(seat.expert.person)
    return client


def posted(case, marks: int = 85) -> dict[str, str]:
    return {name: str(value) for name, value in story.a_sheet(form_of(case, "mail"), marks).items()}
