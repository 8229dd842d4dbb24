"""What waits beside cases stands in the to-do list of whoever sits at that desk, and of nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kechuang.desks.integrity.models import Clue
from kechuang.faces.web import beside
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import appointments
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_case, a_person

pytestmark = pytest.mark.django_db
TODAY = datetime(2018, 6, 1, tzinfo=UTC).date()


def told(person: Person) -> list[tuple[str, str]]:
    return [(row["title"], row["href"]) for row in beside.waiting(appointments(person, TODAY))]


def test_a_unit_waits_for_its_recommender_and_a_person_for_the_unit():
    region = Region()
    Organisation.objects.create(name="新单位", kind="university", recommender=region.recommender, standing="pending")
    Person.objects.filter(pk=a_person(unit=region.unit).pk).update(standing="pending")

    assert told(region.clerk) == [("1 个单位等你确认", "/people/")]
    assert told(region.research) == [("1 个账号等你确认", "/people/")]
    assert told(region.supervisor) == []


def test_a_clue_waits_for_supervision_alone_and_its_page_opens_from_the_list():
    region = Region()
    Clue.objects.create(
        case=a_case(region), source="report", text="有人反映其数据雷同", on=datetime(2018, 5, 1, tzinfo=UTC)
    )

    answer = signed_in(region.supervisor).get("/todo/")

    assert told(region.supervisor) == [("1 条线索等你初核", "/supervision/")]
    assert [t["href"] for t in answer.context["tasks"]] == ["/supervision/"]
    assert answer.context["title"].endswith("有 1 件事等你办")
    assert told(region.clerk) == []


def test_nothing_waits_for_someone_without_an_office():
    assert beside.waiting(Appointment.objects.none()) == []
