"""A round that is stopped goes on with time left to apply; one that is cancelled ends its cases with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.actor import Actor
from kechuang.casework.acts import open_case
from kechuang.casework.clock import tick
from kechuang.casework.models import Attempt, Record, Round
from kechuang.words.outcome import Refused
from tests.book.test_flows import FLOWS
from tests.desks.funds.funded import noticed
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
WHY = "有关部门要求核查，暂停本批次办理，另行通知恢复时间"


@pytest.fixture
def region():
    return Region()


def test_a_round_stopped_over_its_deadline_goes_on_only_with_a_new_one(region):
    round_ = an_open_round(region)
    case = story.filled_in(a_case(region, round_), region)
    done(round_, "suspend", region.leadership, on=START + timedelta(1), reason=WHY)
    later = round_.closes_at + timedelta(20)
    with pytest.raises(Refused) as refused:
        done(round_, "resume", region.leadership, on=later, text="另行通知")
    assert refused.value.codes == ["needs_new_close"]
    new = later + timedelta(30)
    done(round_, "resume", region.leadership, on=later, text="申报延至新的截止时间", new_close=new.isoformat())
    assert (round_.state, round_.closes_at, round_.closes_at - round_.units_close_at) == (
        "open",
        new,
        timedelta(3),
    )
    tick(later + timedelta(1))
    case.refresh_from_db()
    assert case.state == "draft"
    story.passed_on(case, region, later + timedelta(2))


def test_a_round_that_goes_on_in_time_keeps_its_deadline(region):
    round_ = an_open_round(region)
    closes = round_.closes_at
    done(round_, "suspend", region.leadership, on=START + timedelta(1), reason=WHY)
    done(round_, "resume", region.leadership, on=START + timedelta(2), text="截止时间不变")
    assert (round_.state, round_.closes_at) == ("open", closes)


def test_a_cancelled_round_ends_its_cases_with_it(region):
    round_ = an_open_round(region)
    sent = story.an_application(region, round_, on=START + timedelta(1))
    region.leader = a_person(unit=region.unit)
    draft = a_case(region, round_)
    done(round_, "cancel", region.leadership, on=START + timedelta(2), reason=WHY, minutes="纪要1号")
    outbox.work(START + timedelta(2))
    for case in (sent, draft):
        case.refresh_from_db()
    assert (sent.state, draft.state, Attempt.objects.count()) == ("withdrawn", "withdrawn", 0)


OBJECTION = {
    "ground": "facts", "text": "该项目与已经验收的项目内容相同，详见所附材料，请核查。",
    "name": {"name": "巴图", "identity": "15262619700101001X", "phone": "13847112345"},
}  # fmt: skip


@pytest.mark.parametrize("reported", [False, True])
def test_an_objection_on_a_case_of_a_cancelled_round_is_void_with_it_and_is_decided_by_nobody(region, reported):
    case = noticed(region)
    child = open_case(case.round, by=Actor.public("k"), on=START, key="o", flow="objection", name="object", parent=case, data=OBJECTION)  # fmt: skip
    if reported:
        done(
            child,
            "report_objection",
            region.supervisor,
            finding="holds",
            report="经核查，两个项目的研究内容与考核指标相同。",
        )
    Round.objects.filter(pk=case.round.pk).update(state="in_review")
    done(case.round, "cancel", region.leadership, reason=WHY, minutes="纪要1号")
    outbox.work(START)
    for one in (case, child):
        one.refresh_from_db()
    assert (case.state, child.state, Attempt.objects.count()) == ("withdrawn", "void", 0)
    last = Record.objects.filter(subject=child.number).latest("position")
    assert (last.act, last.actor) == ("end_with_parent", "clock") and "批次取消" in last.told.data["reason"]
    with pytest.raises(Refused) as refused:
        done(child, "dismiss_objection", region.leadership, minutes="纪要2号")
    assert refused.value.codes == ["act_not_here"]


@pytest.mark.parametrize("ending", ["cancel", "close"])
def test_what_an_ending_round_carries_along_it_carries_in_every_flow_from_every_state_that_says_so(ending):
    carried = FLOWS["round"].acts[ending].cases
    left = {
        (code, name, state)
        for name, states in carried.items()
        for code, flow in FLOWS.items()
        if name in flow.acts and code != "round"
        for state in set(flow.acts[name].start) - set(states)
    }
    assert left == set()
