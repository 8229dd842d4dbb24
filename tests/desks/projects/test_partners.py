"""A change of the partner units: who is granted to join is passed money and recused, who leaves is not; the contract stays."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kechuang.casework import todo
from kechuang.casework.acts import open_case
from kechuang.casework.models import Case, Joining, Letter, Record
from kechuang.desks.experts import drawing
from kechuang.desks.funds.models import Grant
from kechuang.desks.integrity.models import Sanction
from kechuang.desks.projects import facts
from kechuang.desks.projects.models import Change
from tests.desks.funds.funded import LATER, running
from tests.desks.projects.test_members import refusal
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_person, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
TEXT = "原参与单位改制，申请由另一单位承担其任务，目标不变"
DAY = LATER.date().isoformat()


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def old():
    return a_unit(name="示例原参与单位")


@pytest.fixture
def new():
    return a_unit(name="示例新参与单位")


@pytest.fixture
def case(region, old):
    found = running(region, an_open_round(region, "key-technology"))
    found.answers = {**found.answers, "partners": [{"party": old.pid, "share_fiscal": "3000000"}]}
    found.save()
    Case.objects.filter(pk=found.pk).update(project_no="2018KEY0001")
    Grant.objects.filter(case=found).update(paid_fen=5_000_000, received_fen=5_000_000)
    return Case.objects.get(pk=found.pk)


def asked(case, *rows, kind="partner"):
    given = {"by": case.leader, "on": LATER, "key": f"ask-{Case.objects.count()}", "flow": "change", "parent": case}
    child = open_case(case.round, data={"change": kind}, name="open", **given)
    done(child, "request_change", case.leader, on=LATER, text=TEXT, reason=TEXT, new_partners=list(rows))
    return child


def consents(child):
    for one in Joining.objects.filter(case=child, consented_at=None).select_related("unit"):
        done(
            child, "consent_as_unit", a_person(("unit_research", one.unit.pid), unit=one.unit), on=LATER, seal="agreed"
        )


def granted(child, region):
    consents(child)
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    done(child, "grant_change_by_institution", region.chief, on=LATER)


def passes(case, region, unit, amount):
    done(case, "pass_to_partner", region.finance, on=LATER, partner=unit.pid, amount=amount, date=DAY)


def recused_units(case):
    (found,) = drawing.projects_of(SimpleNamespace(cases=[case]), LATER)
    return set(found.units)


def test_once_granted_money_goes_to_who_joined_and_no_more_to_who_left(case, region, old, new):
    child = asked(case, {"party": new.pid, "share": "2"}, {"party": old.pid, "leaves": True})
    assert facts.partner_shares(case, LATER) == {old.pid: 3_000_000}
    granted(child, region)
    assert facts.partner_shares(case, LATER) == {new.pid: 2_000_000}
    assert refusal(passes, case, region, old, "1") == ["not_a_partner"]
    assert refusal(passes, case, region, new, "2.5") == ["beyond_partner_share"]
    passes(case, region, new, "2")


def test_recusal_by_the_same_unit_sees_the_partners_in_force(case, region, old, new):
    assert recused_units(case) == {old.pid, case.applicant.pid}
    granted(asked(case, {"party": new.pid, "share": "2"}, {"party": old.pid, "leaves": True}), region)
    assert recused_units(case) == {new.pid, case.applicant.pid}


def test_the_old_partners_stay_on_record_and_both_are_shown(case, region, old, new):
    child = asked(case, {"party": new.pid, "share": "2"})
    page = signed_in(region.research).get(f"/cases/{child.number}/").content.decode()
    assert ("申请中，批准后生效" in page, new.name in page, "未参与" in page) == (True, True, True)
    granted(child, region)
    change = Change.objects.get(case=case)
    assert change.before["partners"] == {old.pid: 3_000_000}
    assert change.after["partners"] == {old.pid: 3_000_000, new.pid: 2_000_000}
    body = Record.objects.get(subject=child.number, act="grant_change_by_institution").body
    assert f"{new.pid}:2000000" in body
    page = signed_in(region.research).get(f"/cases/{case.number}/").content.decode()
    assert ("参与单位变更" in page, new.name in page) == (True, True)


def test_a_change_of_partners_says_who_and_stays_below_the_award(case, region, old, new):
    assert refusal(asked, case) == ["change_needs_partners"]
    assert refusal(asked, case, {"party": old.pid, "share": "3"}) == ["change_needs_partners"]
    assert refusal(asked, case, {"party": new.pid, "leaves": True}, {"party": old.pid, "share": "1"}) == ["not_a_partner_yet"]  # fmt: skip
    assert refusal(asked, case, {"party": case.applicant.pid, "share": "1"}) == ["partner_is_applicant"]
    assert refusal(asked, case, {"party": new.pid, "share": "7"}) == ["shares_beyond_award"]
    unknown = a_unit(name="示例未确认单位")
    type(unknown).objects.filter(pk=unknown.pk).update(standing="pending")
    assert refusal(asked, case, {"party": unknown.pid, "share": "1"}) == ["partner_unit_unknown"]


def test_other_changes_move_no_partners(case, new):
    assert refusal(asked, case, {"party": new.pid, "share": "1"}, kind="lead_unit") == ["asked_by_another_kind"]


def test_who_stays_keeps_what_was_passed_on_and_who_leaves_too(case, region, old):
    passes(case, region, old, "2")
    assert refusal(asked, case, {"party": old.pid, "share": "1"}) == ["partner_below_passed"]
    granted(asked(case, {"party": old.pid, "leaves": True}), region)
    assert facts.partner_shares(case, LATER) == {}


def test_a_unit_under_sanction_does_not_join(case, region, new):
    child = asked(case, {"party": new.pid, "share": "1"})
    Sanction.objects.create(organisation=new, scope="all", since=LATER.date(), level="serious", decision_no="文1号")
    assert refusal(granted, child, region) == ["unit_under_sanction"]
    assert refusal(asked, case, {"party": new.pid, "share": "1"}) == ["unit_under_sanction"]


def test_a_unit_with_a_sub_project_under_way_does_not_leave(case, region, old):
    said = {"head": a_person(unit=region.unit).pid, "unit": old.pid, "goals": TEXT * 2, "title": "课题", "share": "1"}
    part = open_case(case.round, by=case.leader, on=LATER, key="part", flow="subproject", parent=case, data=said)
    Case.objects.filter(pk=part.pk).update(state="running")
    assert refusal(asked, case, {"party": old.pid, "leaves": True}) == ["partner_has_part"]


@pytest.fixture
def office(new):
    return a_person(("unit_research", new.pid), unit=new)


def waiting(person):
    return [(task.name, task.subject.pk) for task in todo.desk(person, LATER).tasks]


def test_a_unit_that_is_to_join_is_asked_by_letter_and_consents_by_its_own_login(case, region, old, new, office):
    head = a_person(("unit_head", new.pid), unit=new)
    child = asked(case, {"party": new.pid, "share": "2"}, {"party": old.pid, "share": "1"})
    assert set(Letter.objects.filter(document__kind="consent-asked").values_list("person", flat=True)) == {office.pk, head.pk}  # fmt: skip
    assert (waiting(office), waiting(head)) == ([("consent_as_unit", child.pk)],) * 2
    page = signed_in(office).get(f"/cases/{child.number}/").content.decode()
    assert ("本单位同意" in page, new.name in page) == (True, True)
    assert (f"/cases/{case.number}/" in page, signed_in(office).get(f"/cases/{case.number}/").status_code) == (
        False,
        404,
    )
    done(child, "consent_as_unit", office, on=LATER, seal="agreed")
    assert (waiting(office), waiting(head)) == ([], [])
    assert refusal(done, child, "consent_as_unit", head, on=LATER, seal="agreed") == ["not_now"]
    body = Record.objects.get(subject=child.number, act="consent_as_unit").body
    assert (f'"units":"{new.pid}"' in body, '"role":"joining_unit"' in body) == (True, True)


def test_without_the_consent_of_the_unit_nobody_grants_and_no_other_unit_gives_it(case, region, old, new, office):
    child = asked(case, {"party": new.pid, "share": "2"})
    assert refusal(done, child, "consent_as_unit", region.research, on=LATER, seal="agreed") == ["act_for_another"]
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    assert refusal(done, child, "grant_change_by_institution", region.chief, on=LATER) == ["units_not_consented"]
    done(child, "consent_as_unit", office, on=LATER, seal="agreed")
    done(child, "grant_change_by_institution", region.chief, on=LATER)
    assert new.pid in facts.partner_shares(case, LATER)


def test_each_of_two_units_consents_for_itself(case, region, old, new, office):
    other = a_unit(name="示例第三单位")
    theirs = a_person(("unit_research", other.pid), unit=other)
    child = asked(case, {"party": new.pid, "share": "2"}, {"party": other.pid, "share": "1"})
    done(child, "consent_as_unit", office, on=LATER, seal="agreed")
    assert (waiting(office), waiting(theirs)) == ([], [("consent_as_unit", child.pk)])
    assert refusal(done, child, "consent_as_unit", office, on=LATER, seal="agreed") == ["unit_consented_already"]
    done(child, "decline_as_unit", theirs, on=LATER, reason="本单位没有承担该任务的条件")
    child.refresh_from_db()
    assert child.state == "refused"
    assert facts.partner_shares(case, LATER) == {old.pid: 3_000_000}


def test_a_partner_whose_share_alone_changes_is_asked_nothing(case, region, old):
    child = asked(case, {"party": old.pid, "share": "1"})
    assert Joining.objects.filter(case=child).count() == 0
    assert Letter.objects.filter(document__kind="consent-asked").count() == 0


def test_the_unit_consents_by_machine_too(case, region, old, new, office):
    child = asked(case, {"party": new.pid, "share": "2"})
    client, said = signed_in(office), {"key": "consent-0001", "data": {"seal": "agreed"}}
    answer = client.post(f"/api/cases/{child.number}/acts/consent_as_unit", said, content_type="application/json")
    assert (answer.status_code, answer.json()["act"]) == (200, "consent_as_unit")
    assert Joining.objects.get(case=child).consented_at is not None
