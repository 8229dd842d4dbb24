"""Whom the house itself knows to be tied: by a project done together, and under the name of an entry that was merged since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import merging
from kechuang.casework.models import Case, Member
from kechuang.desks.experts import drawing
from kechuang.desks.experts.models import Expert
from kechuang.parties.models import Tie
from tests.faces.panels import Panel
from tests.factories import a_case, a_person, a_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return Panel()


@pytest.fixture
def expert(panel):
    return Expert.objects.select_related("person", "person__unit").get(pk=panel.seat.expert_id)


def found(panel: Panel, expert: Expert) -> list[str]:
    expert = Expert.objects.select_related("person", "person__unit").get(pk=expert.pk)
    case = Case.objects.get(pk=panel.cases[0].pk)
    return [one.code for one in drawing.recused(drawing.Group(panel.round, "A组", "mail", (case,)), [expert], panel.on)]


def merged(duplicate, into, panel: Panel) -> None:
    merging.carry_over(duplicate, into, panel.on.date())
    duplicate.standing, duplicate.merged_into = "merged", into
    duplicate.save()


def an_earlier_project(panel: Panel, *, leader=None, **given) -> Case:
    case = a_case(panel.region, **{"project_no": "2016MS0001", **given})
    Case.objects.filter(pk=case.pk).update(leader=leader or panel.region.leader)
    return case


@pytest.mark.parametrize(("days", "codes"), [(-1000, ["joint_project"]), (-1200, []), (100, ["joint_project"])])
def test_who_did_a_project_with_the_leader_within_the_years_is_recused(panel, expert, days, codes):
    assert found(panel, expert) == []
    project = an_earlier_project(panel, ends_on=panel.on.date() + timedelta(days))
    Member.objects.create(case=project, person=expert.person)
    assert found(panel, expert) == codes


def test_so_are_two_members_of_a_third_ones_project_and_its_leader(panel, expert):
    project = an_earlier_project(panel, leader=expert.person, ends_on=panel.on.date())
    Member.objects.create(case=project, person=panel.region.leader)
    assert found(panel, expert) == ["joint_project"]
    Case.objects.filter(pk=project.pk).update(leader=a_person(unit=panel.region.unit))
    assert found(panel, expert) == []
    Member.objects.create(case=project, person=expert.person)
    assert found(panel, expert) == ["joint_project"]


def test_an_application_that_was_never_funded_ties_nobody(panel, expert):
    project = an_earlier_project(panel, project_no="")
    Member.objects.create(case=project, person=expert.person)
    assert found(panel, expert) == []


def test_an_exclusion_holds_for_the_entry_that_the_named_one_was_merged_into(panel, expert):
    twin = a_person(unit=expert.person.unit)
    answers = {**panel.cases[0].answers, "unsuitable_experts": [twin.pid]}
    case = Case.objects.get(pk=panel.cases[0].pk)
    case.answers = answers
    case.save()
    assert found(panel, expert) == []
    merged(twin, expert.person, panel)
    assert found(panel, expert) == ["named_by_applicant"]


def test_a_partner_named_by_an_entry_merged_since_is_the_unit_it_was_merged_into(panel, expert):
    twin = a_unit()
    case = Case.objects.get(pk=panel.cases[0].pk)
    case.answers = {**case.answers, "partners": [{"party": twin.pid}]}
    case.save()
    assert found(panel, expert) == []
    merged(twin, expert.person.unit, panel)
    assert found(panel, expert) == ["same_legal_person"]


def test_an_expert_drawn_under_an_entry_merged_since_keeps_the_ties_that_went_over(panel, expert):
    Tie.objects.create(person=expert.person, other=panel.region.leader, kind="relative", on=panel.on.date())
    merged(expert.person, a_person(unit=a_unit()), panel)
    assert "relative" in found(panel, expert)
