"""A suspended project whose end passes: lifted, it waits for its acceptance at once, and nobody is reminded of what has passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.clock import tick
from kechuang.casework.models import Case, Letter, Record
from kechuang.words.period import end_of
from tests.desks.funds.funded import running
from tests.factories import Region, an_open_round, at, done

pytestmark = pytest.mark.django_db
WHY = "中期检查发现进度严重滞后，暂停执行并限期整改完成"
STARTS, ENDS = date(2018, 4, 1), date(2021, 3, 31)


@pytest.fixture
def region():
    return Region()


def suspended(region, programme, on) -> Case:
    """A project that runs from 2018 to 2021, suspended by the institution."""
    case = running(region, an_open_round(region, programme))
    Case.objects.filter(pk=case.pk).update(starts_on=STARTS, ends_on=ENDS)
    case.refresh_from_db()
    done(case, "announce_suspension", region.officer, on=on, reason=WHY)
    done(case, "suspend", region.chief, on=on + timedelta(30), reason=WHY)
    return case


def passes(case, on, days) -> list[str]:
    """What the clock does in so many days, a tick a day with its letters."""
    known = Record.objects.filter(subject=case.number).count()
    for day in range(days):
        tick(on + timedelta(day))
        outbox.work(on + timedelta(day))
    case.refresh_from_db()
    return list(Record.objects.filter(subject=case.number).order_by("position").values_list("act", flat=True)[known:])


@pytest.mark.parametrize("programme", ["nsf-general", "key-technology"])
def test_lifted_after_its_end_it_waits_for_acceptance_and_its_term_begins_then(region, programme):
    case = suspended(region, programme, at("2019-06-03"))
    assert (passes(case, at("2021-02-01"), 90), case.state) == ([], "suspended")
    letters = Letter.objects.filter(document__kind="due-reminder").count()
    lifted = at("2021-08-02")
    done(case, "resume", region.chief, on=lifted, reason="整改完成，同意恢复执行")
    assert (passes(case, lifted, 5), case.state) == (["come_due"], "acceptance_due")
    assert Letter.objects.filter(document__kind="due-reminder").count() == letters
    assert case.promised_at == end_of(date(2021, 11, 2))  # three months from the day on which it was lifted


def test_lifted_before_its_end_it_is_reminded_of_it(region):
    case = suspended(region, "nsf-general", at("2019-06-03"))
    lifted = at("2021-03-10")
    done(case, "resume", region.chief, on=lifted, reason="整改完成，同意恢复执行")
    assert (passes(case, lifted, 10), case.state) == (["remind_end"], "running")


def test_suspended_past_its_end_it_can_be_terminated(region):
    case = suspended(region, "nsf-general", at("2019-06-03"))
    on = at("2021-08-02")
    done(case, "propose_termination", region.officer, on=on, cause="unfulfilled", reason=WHY)
    done(case, "terminate", region.leadership, on=on, cause="fault", minutes="纪要9号")
    assert case.state == "terminated"
