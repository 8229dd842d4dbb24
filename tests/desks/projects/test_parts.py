"""Sub-projects: the named head takes one on and reports of it, nobody else; the leader who accepts it is not its head."""

from __future__ import annotations

import pytest

from kechuang.casework import todo
from kechuang.casework.acts import open_case, possible_acts
from kechuang.casework.models import Case, Member
from kechuang.casework.queries import may_open
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import LATER, running
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_person, an_open_round, done

pytestmark = pytest.mark.django_db
GOALS = "完成关键部件的研制，形成样机两台，通过第三方检测"
SEAL = "agreed"


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    return running(region, an_open_round(region, "key-technology"))


@pytest.fixture
def head(region):
    return a_person()


@pytest.fixture
def member(case, region):
    person = a_person(unit=region.unit)
    Member.objects.create(case=case, person=person, consented_at=LATER)
    return person


def planned(case, region, head):
    said = {"title": "示例课题", "head": head.pid, "unit": region.unit.pid, "goals": GOALS, "share": "1"}
    return open_case(case.round, by=case.leader, on=LATER, key="part-key", flow="subproject", parent=case, data=said)


def refusal(child, name, by, **data):
    with pytest.raises(Refused) as refused:
        done(child, name, by, on=LATER, **data)
    return list(refused.value.codes)


def test_the_head_alone_takes_it_on_and_reports(case, region, head, member):
    part = planned(case, region, head)
    assert [task.name for task in todo.desk(head, LATER).tasks] == ["take_on"]
    for other in (member, case.leader):
        assert refusal(part, "take_on", other, promise=SEAL) == ["act_for_another"]
    done(part, "take_on", head, on=LATER, promise=SEAL)
    assert possible_acts(part, by=head, on=LATER) == ()
    done(part, "agree", region.head, on=LATER, seal=SEAL)
    assert refusal(part, "report_subproject", member, report=GOALS * 3) == ["act_for_another"]
    done(part, "report_subproject", head, on=LATER, report=GOALS * 3)
    done(part, "pass_subproject", case.leader, on=LATER, opinion="指标全部完成，同意通过")


def test_a_head_who_is_not_on_the_team_sees_the_part_and_nothing_else_of_the_project(case, region, head):
    part = planned(case, region, head)
    assert (may_open(head, part, LATER), may_open(head, case, LATER)) == (True, False)
    page = signed_in(head).get(f"/cases/{part.number}/")
    assert (page.status_code, "课题负责人确认" in page.content.decode()) == (200, True)
    assert signed_in(head).get(f"/cases/{case.number}/").status_code == 404


def test_the_leader_who_accepts_a_part_is_not_its_head_nor_is_somebody_without_an_account(case, region, head):
    for who, code in ((case.leader, "head_accepts_own_part"), (a_person(standing="waiting"), "nobody_of_that_name")):
        with pytest.raises(Refused) as refused:
            planned(case, region, who)
        assert refused.value.codes == [code]
    assert not Case.objects.filter(flow="subproject").exists()
