"""What hangs on a project ends with it, with its reason and a letter; what is owed an answer stays open."""

from __future__ import annotations

import pytest

from kechuang.casework import outbox
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import act, open_case
from kechuang.casework.models import Case, Letter, Record
from kechuang.desks.funds.models import Grant
from kechuang.words.outcome import Refused
from tests.desks.funds.funded import LATER, running
from tests.factories import Region, a_person, a_unit, an_open_round, done

pytestmark = pytest.mark.django_db
WHY = "主要研究人员离开，项目无法继续执行，建议终止"


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    return running(region, an_open_round(region, "key-technology"))


def a_child(case, flow, by, key, **data):
    return open_case(case.round, by=by, on=LATER, key=key, flow=flow, parent=case, data=data)


def a_part(case, region, key, unit=None):
    unit, head = unit or region.unit, a_person(unit=region.unit)
    said = {"title": "示例课题", "head": head.pid, "unit": unit.pid, "goals": WHY, "share": "1"}
    return a_child(case, "subproject", case.leader, key, **said)


def three(case, region):
    """A change that the unit has before it, an assessment that waits for its report, a part that is planned."""
    change = a_child(case, "change", case.leader, "change-key", change="equipment")
    lines = [{"kind": "equipment", "fiscal": 1}, {"kind": "operation", "fiscal": 1}]
    Case.objects.filter(pk=change.pk).update(state="with_unit", answers={**change.answers, "new_lines": lines})
    return change, a_child(case, "midterm", region.officer, "midterm-key"), a_part(case, region, "part-key")


def terminated(case, region):
    done(case, "propose_termination", region.officer, on=LATER, cause="objective", reason=WHY)
    done(case, "terminate", region.leadership, on=LATER, cause="objective", minutes="纪要9号")


def test_a_terminated_project_takes_its_changes_assessments_and_parts_with_it(case, region):
    children = three(case, region)
    terminated(case, region)
    assert [Case.objects.get(pk=child.pk).state for child in children] == ["ended", "called_off", "ended"]
    for child in children:
        last = Record.objects.filter(subject=child.number).latest("position")
        assert (last.act, last.actor) == ("end_with_parent", "clock")
        assert "所属项目已终止" in last.told.data["reason"]
    outbox.work(LATER)
    told = Letter.objects.filter(person=case.leader, document__kind="child-ended")
    assert {letter.document.case_id for letter in told} == {child.pk for child in children}
    heads = Letter.objects.filter(person__memberships__case=children[2], document__kind="child-ended")
    assert heads.count() == 1
    text = told.get(document__case=children[0]).document.body["text"]
    assert "设备费调剂" in text and "所属项目已终止" in text


def test_nothing_of_it_stands_in_the_way_of_the_settlement(case, region):
    three(case, region)
    terminated(case, region)
    done(case, "settle", region.fund_clerk, on=LATER, keep=0, refund=0)
    done(case, "confirm_settlement", region.treasurer, on=LATER)


def test_giving_up_ends_the_parts_that_were_planned(case, region):
    Case.objects.filter(pk=case.pk).update(state="contracting")
    case.refresh_from_db()
    part = a_part(case, region, "part-key")
    done(case, "give_up_after", region.leadership, on=LATER, reason=WHY, minutes="纪要9号")
    part.refresh_from_db()
    assert part.state == "ended"


def test_nobody_ends_a_change_by_itself_while_the_project_goes_on(case, region):
    change, *_ = three(case, region)
    with pytest.raises(Refused) as refused:
        act(change, "end_with_parent", by=CLOCK, on=LATER, key="end-key", data={"reason": WHY})
    assert refused.value.codes == ["act_after_missing"]


def test_money_that_is_being_handed_over_is_handed_over(case, region):
    change, *_ = three(case, region)
    Case.objects.filter(pk=change.pk).update(state="handing_over")
    terminated(case, region)
    change.refresh_from_db()
    assert change.state == "handing_over"


def test_what_a_part_was_given_before_the_end_is_still_recorded(case, region):
    partner = a_unit(name="示例合作单位")
    part = a_part(case, region, "part-key", partner)
    Case.objects.filter(pk=part.pk).update(state="running")
    Grant.objects.filter(case=case).update(paid_fen=5_000_000, received_fen=5_000_000)
    terminated(case, region)
    said = {"partner": partner.pid, "date": LATER.date().isoformat()}
    done(case, "pass_to_partner", region.finance, on=LATER, amount="1", **said)
    with pytest.raises(Refused):
        done(case, "pass_to_partner", region.finance, on=LATER, amount="1", **said)
