"""Applications of one group with a drawn panel, at the moment the test runs: what the desk and the house gates act with."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from kechuang.casework import outbox
from kechuang.casework.actor import Actor
from kechuang.casework.acts import act
from kechuang.desks.experts.models import Expert, Seat
from kechuang.desks.experts.sheets import form_of
from kechuang.parties.models import Organisation, Person
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


class Rehearsed(Panel):
    """A small round from the draw to the ranking; experts with marks of their own, one of them at the browser."""

    def __init__(self) -> None:
        super().__init__(count=2)
        for number, expert in enumerate(Expert.objects.select_related("person", "person__unit")):
            mark = {"name": f"受试专家{number:04}", "username": f"canary{number:04}", "phone": f"1390000{number:04}"}
            Person.objects.filter(pk=expert.person_id).update(**mark, email=f"canary{number:04}@example.org")
            Organisation.objects.filter(pk=expert.person.unit_id).update(name=f"受试单位{number:04}")
        client, seat = self.reading()
        for case in self.cases:
            client.post(
                f"/reviews/{seat.label}/{case.number}/draft/", {"outcome": "80", "notes": "记一笔", "version": "0"}
            )
            client.post(f"/reviews/{seat.label}/{case.number}/", {**posted(case), "key": f"k{case.number}"})
            others = [s for s in Seat.objects.filter(state="accepted") if s.label != seat.label]
            for at, other in enumerate(others):
                sheet = posted(case, 80 + at)
                act(
                    case,
                    "review",
                    by=Actor.labelled(other.label),
                    on=self.on,
                    key=f"r{case.number}",
                    data={"sheet": sheet},
                )
            done(case, "close_mail_review", self.region.secretary, on=self.on)
        done(self.round, "rank", self.region.chief, on=self.on)
        outbox.work(self.on)


def browser(seat: Seat) -> Client:
    client = Client()
    client.force_login(seat.expert.person)
    return client


def posted(case, marks: int = 85) -> dict[str, str]:
    return {name: str(value) for name, value in story.a_sheet(form_of(case, "mail"), marks).items()}
