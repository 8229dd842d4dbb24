"""A change of the team: who joins consents and is held to the limits and to recusal, and the old team stays visible."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from kechuang.casework import todo
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Letter, Member, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.experts import drawing
from kechuang.desks.experts import offers as experts
from kechuang.desks.projects import members
from kechuang.desks.projects.models import Change
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, an_open_round, at, done

pytestmark = pytest.mark.django_db
TEXT = "原成员调离，申请由一名同单位人员接替其分工，目标不变"
ON = at("2019-05-01")


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def old(region):
    return a_person(unit=region.unit, name="示例旧成员")


@pytest.fixture
def new(region):
    return a_person(unit=region.unit, name="示例新成员")


@pytest.fixture
def case(region, old):
    return running(region, old)


def running(region, *team, leader=None, programme="key-technology"):
    """A project that runs with these members."""
    case = a_case(region, an_open_round(region, programme), leader=leader or region.leader)
    Case.objects.filter(pk=case.pk).update(
        state="running", received_at=START, starts_on=date(2018, 4, 1), ends_on=date(2021, 3, 31)
    )
    for one in team:
        Member.objects.create(case=case, person=one, main=True, consented_at=START)
    return Case.objects.get(pk=case.pk)


def asked(case, region, joins=(), leaves=(), main=True, kind="member"):
    key = f"ask-{case.number}-{Case.objects.count()}"
    given = {"by": case.leader, "on": ON, "key": key, "flow": "change", "name": "open", "parent": case}
    child = open_case(case.round, data={"change": kind}, **given)
    rows = [{"person": one.pid, "task": "试验", "months": "3", "main": main} for one in joins]
    gone = [{"person": one.pid} for one in leaves]
    done(child, "request_change", case.leader, on=ON, text=TEXT, reason=TEXT, joins=rows, leaves=gone)
    return child


def refusal(deed, *given, **data):
    with pytest.raises(Refused) as refused:
        deed(*given, **data)
    return list(refused.value.codes)


def people(case):
    return set(Member.objects.filter(case=case).values_list("person__name", flat=True))


def test_who_is_to_join_finds_it_in_the_to_do_list_and_consents(case, region, old, new):
    child = asked(case, region, [new], [old])
    assert [(task.name, task.subject.pk) for task in todo.desk(new, ON).tasks] == [("consent_to_change", child.pk)]
    assert list(todo.desk(old, ON).tasks) == []
    assert "本人同意加入" in signed_in(new).get(f"/cases/{child.number}/").content.decode()
    assert refusal(done, child, "consent_to_change", old, on=ON, promise="agreed") == ["act_for_another"]
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    assert list(todo.desk(new, ON).tasks) == []


def test_without_the_consent_the_unit_cannot_grant(case, region, old, new):
    child = asked(case, region, [new], [old])
    assert refusal(done, child, "grant_change_by_unit", region.research, on=ON) == ["members_not_consented"]
    assert people(case) == {"示例旧成员"}


def test_granted_the_team_is_the_new_one_and_the_old_one_stays_on_record(case, region, old, new):
    child = asked(case, region, [new], [old])
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    done(child, "grant_change_by_unit", region.research, on=ON)
    member = Member.objects.get(case=case)
    assert (member.person, member.main, member.consented_at) == (new, True, ON)
    change = Change.objects.get(case=case)
    assert (change.before["team"], change.after["team"]) == ([old.pid], [new.pid])
    told = Record.objects.get(subject=child.number, act="grant_change_by_unit").body
    assert (f'"team":"{new.pid}"' in told, f'"team_before":"{old.pid}"' in told) == (True, True)
    page = signed_in(region.research).get(f"/cases/{case.number}/").content.decode()
    assert ("加入：示例新成员" in page, "退出：示例旧成员" in page) == (True, True)


def test_whom_the_table_of_changes_names_is_told_by_letter(case, region, old):
    child = asked(case, region, leaves=[old])
    assert Letter.objects.filter(document__kind="change-told").count() == 0
    done(child, "grant_change_by_unit", region.research, on=ON)
    told = Letter.objects.filter(document__kind="change-told").order_by("person")
    assert [one.person for one in told] == [region.officer, region.officer_two]


def test_a_change_of_the_team_names_somebody_who_can_join_or_leave(case, region, old, new):
    assert refusal(asked, case, region) == ["change_needs_members"]
    assert refusal(asked, case, region, [old]) == ["already_in_team"]
    assert refusal(asked, case, region, [region.leader]) == ["already_in_team"]
    assert refusal(asked, case, region, leaves=[new]) == ["not_in_team"]
    assert refusal(asked, case, region, [new], kind="goals") == ["asked_by_another_kind"]


def test_a_member_may_leave_without_anybody_joining(case, region, old):
    child = asked(case, region, leaves=[old])
    done(child, "grant_change_by_unit", region.research, on=ON)
    assert people(case) == set()


def test_the_limits_hold_for_a_main_member_who_joins_and_not_for_another(case, region, old, new):
    for _ in range(2):
        running(region, new, leader=a_person(unit=region.unit))
    child = asked(case, region, [new])
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    assert refusal(done, child, "grant_change_by_unit", region.research, on=ON) == ["joiner_beyond_limits"]
    done(child, "drop_change", region.leader, on=ON)
    child = asked(case, region, [new], main=False)
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    done(child, "grant_change_by_unit", region.research, on=ON)
    assert people(case) == {"示例旧成员", "示例新成员"}


def test_who_leads_another_project_may_join_as_far_as_the_limit_on_both_goes(case, region, new):
    running(region, leader=new)
    child = asked(case, region, [new])
    assert members.joiners_within_limits(child, context_of(child)).verdict == "pass"


def context_of(child):
    return SimpleNamespace(pages=pages_of(child.round), on=ON, data={}, act=SimpleNamespace(name="x"))


def test_an_expert_of_the_round_does_not_join_and_the_new_team_is_what_recusal_sees(
    case, region, old, new, monkeypatch
):
    child = asked(case, region, [new], [old])
    done(child, "consent_to_change", new, on=ON, promise="agreed")
    with monkeypatch.context() as patched:
        sits = SimpleNamespace(rows=lambda round_, person: [(1,)] if person == new.pk else [])
        patched.setattr(experts, "SITS", sits)
        assert refusal(done, child, "grant_change_by_unit", region.research, on=ON) == ["joiner_reviews_here"]
    done(child, "grant_change_by_unit", region.research, on=ON)
    assert {pid for (pid,) in drawing.TEAM.rows(case.pk)} == {new.pid}
