"""A round that is stopped goes on with time left to apply; one that is cancelled ends its cases with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.clock import tick
from kechuang.casework.models import Attempt
from kechuang.words.outcome import Refused
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
