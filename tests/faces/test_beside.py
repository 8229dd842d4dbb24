"""What waits beside cases stands in the to-do list of whoever sits at that desk, and of nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kechuang.casework.models import Case, Round
from kechuang.desks.integrity import inquiries
from kechuang.desks.integrity.models import Clue
from kechuang.faces.web import beside
from kechuang.parties.models import Appointment, Organisation, Person
from kechuang.parties.permissions import appointments
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, done

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

    client = signed_in(region.supervisor)
    answer = client.get("/todo/")

    assert client.session["waiting"] == 1, "the number in the bar is that of the heading"
    assert told(region.supervisor) == [("1 条线索等你初核", "/supervision/")]
    assert [t["href"] for t in answer.context["tasks"]] == ["/supervision/"]
    assert answer.context["title"].endswith("有 1 件事等你办")
    assert told(region.clerk) == []


def test_an_inquiry_waits_for_the_chief_once_it_is_screened_and_opens_from_the_list():
    region = Region()
    given = {"source": "report", "text": "有人反映其论文数据与他人雷同", "about": {"person": region.leader.pid}}
    case = inquiries.open_inquiry(**given, by=region.supervisor, on=START, key="k")
    before = told(region.supervision_chief)
    done(case, "screen", region.supervisor)

    assert before == []
    assert told(region.supervision_chief) == [("受理并立案", f"/supervision/inquiries/{case.number}/")]
    assert signed_in(region.supervision_chief).get(f"/supervision/inquiries/{case.number}/").status_code == 200


def test_groups_wait_for_the_operator_of_their_round_alone():
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(state="grouped", group="第01组")
    Round.objects.filter(pk=case.round_id).update(state="in_review")

    assert told(region.operator) == [("1 个评审组等待抽取", f"/rounds/{case.round.code}/draw/")]


def test_nothing_waits_for_someone_without_an_office():
    assert beside.waiting(Appointment.objects.none()) == []
