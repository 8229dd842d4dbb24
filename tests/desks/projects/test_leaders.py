"""A change of the leader: who is to lead consents, may lead, and reviews nothing here; what is overtaken meanwhile is not granted."""

from __future__ import annotations

from datetime import date

import pytest

from kechuang.casework import deadlines, todo
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Member, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.projects.models import Change
from tests.desks.projects.test_changes import TEXT, asked
from tests.desks.projects.test_members import ON, refusal, running
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_person, at, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def new(region):
    return a_person(unit=region.unit, name="示例接任人")


@pytest.fixture
def case(region, new):
    return running(region, new)


def wanted(case, region, who):
    child = asked(case, region, "leader", ON, f"leader-{Case.objects.count()}")
    done(child, "request_change", case.leader, on=ON, text=TEXT, reason=TEXT, new_leader=who.pid)
    return child


def advised(child, region, on=ON):
    done(child, "agree_change", region.research, on=on, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=on, opinion="情况属实，建议同意")


def granted(child, region, on=ON):
    done(child, "grant_change_by_institution", region.chief, on=on)


def test_who_is_to_lead_consents_by_an_own_login_before_anybody_grants(case, region, new):
    child = wanted(case, region, new)
    advised(child, region)
    assert [(task.name, task.subject.pk) for task in todo.desk(new, ON).tasks] == [("consent_to_change", child.pk)]
    assert refusal(granted, child, region) == ["members_not_consented"]
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    granted(child, region)
    case = Case.objects.get(pk=case.pk)
    assert (case.leader, list(Member.objects.filter(case=case))) == (new, [])
    body = Record.objects.get(subject=child.number, act="grant_change_by_institution").body
    assert (f'"leader":"{new.pid}"' in body, f'"leader_before":"{region.leader.pid}"' in body) == (True, True)
    page = signed_in(new).get(f"/cases/{case.number}/").content.decode()
    assert ("项目负责人" in page, region.leader.name in page, new.name in page) == (True, True, True)


def test_who_leads_as_many_as_one_may_takes_no_other_over(case, region):
    busy = a_person(unit=region.unit)
    running(region, leader=busy)
    child = asked(case, region, "leader", ON, "leader-busy")
    said = {"on": ON, "text": TEXT, "reason": TEXT, "new_leader": busy.pid}
    assert refusal(done, child, "request_change", region.leader, **said) == ["lead_limit"]


def test_who_has_left_the_unit_meanwhile_does_not_lead(case, region, new):
    child = wanted(case, region, new)
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    advised(child, region)
    new.unit = region.institution
    new.save()
    assert refusal(granted, child, region) == ["change_needs_new_leader"]


def extension(case, region, key, end):
    child = asked(case, region, "period", at("2020-11-02"), key)
    done(child, "request_change", region.leader, on=at("2020-11-02"), text=TEXT, reason=TEXT, new_end=end)
    advised(child, region, at("2020-11-02"))
    return child


def test_of_two_extensions_asked_for_at_once_one_is_granted(case, region):
    first, second = (extension(case, region, f"period-{end}", end) for end in ("2022-03-31", "2021-09-30"))
    granted(first, region, at("2020-11-03"))
    assert refusal(granted, second, region, at("2020-11-03")) == ["change_asked_too_often"]
    assert Case.objects.get(pk=case.pk).ends_on == date(2022, 3, 31)


def struck(on):
    while tick(on):
        pass


def test_an_extension_granted_after_the_old_end_lets_the_project_go_on(case, region):
    child = extension(case, region, "period-late", "2022-03-31")
    deadlines.set_due(case, pages_of(case.round).flow("grant"), at("2020-11-02"))
    struck(at("2021-04-02"))
    assert Case.objects.get(pk=case.pk).state == "acceptance_due"
    granted(child, region, at("2021-04-06"))
    struck(at("2021-04-07"))
    assert Case.objects.get(pk=case.pk).state == "running"
    struck(at("2022-04-01"))
    assert Case.objects.get(pk=case.pk).state == "acceptance_due"


@pytest.mark.parametrize("state", ["terminated", "revoked", "failed"])
def test_nothing_is_granted_to_a_project_that_has_ended_and_refusing_is_left(case, region, state):
    child = extension(case, region, "period-ended", "2022-03-31")
    Case.objects.filter(pk=case.pk).update(state=state)
    assert refusal(granted, child, region) == ["project_not_under_way"]
    done(child, "refuse_change_by_institution", region.chief, on=ON, reason="项目已经终止，不再延期办理")
    assert not Change.objects.filter(case=case).exists()
