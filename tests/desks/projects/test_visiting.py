"""A visit to the site, where the page wants one, comes before money is proposed: ordered, seated, reported with photos."""

from __future__ import annotations

import pytest

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case
from kechuang.desks.experts import pool
from kechuang.desks.experts.models import Seat
from kechuang.desks.experts.reading import ROLES, tasks_of
from kechuang.desks.projects import visiting
from kechuang.words.outcome import Refused
from tests.desks.experts.test_pool import REASON
from tests.factories import START, Region, a_case, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
REPORT = "现场查看了生产线、试验条件和设备台账，核对了产能、用工和原料记录，与申报材料所述一致，未发现问题。" * 3
PHOTO = {"name": "现场.jpg", "digest": "a" * 64}


@pytest.fixture
def region():
    return Region()


def ranked(region, programme):
    """A case that stands ranked, whose draw was witnessed."""
    case = a_case(region, an_open_round(region, programme))
    Case.objects.filter(pk=case.pk).update(state="grouped", received_at=START, group="A组")
    case.refresh_from_db()
    done(case, "second:draw", region.supervisor)
    Case.objects.filter(pk=case.pk).update(state="ranked")
    case.refresh_from_db()
    return case


def refusal(case, name, by, **data):
    with pytest.raises(Refused) as refused:
        done(case, name, by, **data)
    return list(refused.value.codes)


def seated(case, region, experts):
    draw = pool.seat_by_hand(case, "site_visit", [e.pid for e in experts], reason=REASON, by=region.chief, on=START, key="k")  # fmt: skip
    return Seat.objects.filter(draw=draw).order_by("position")


def test_money_is_proposed_only_for_what_was_visited_where_the_page_wants_it(region):
    case = ranked(region, "results-conversion")
    assert refusal(case, "propose", region.planner, advice="fund", amount="10") == ["site_not_visited"]
    done(case, "propose", region.planner, advice="reject")


def test_a_visit_is_ordered_seated_and_reported_with_photos_and_the_case_goes_back_to_where_it_stood(region):
    case = ranked(region, "results-conversion")
    expert = story.a_pool(1)[0]
    done(case, "order_site_visit", region.officer, date="2018-06-01")
    assert refusal(case, "close_site_visit", region.secretary) == ["act_after_missing"]
    first = seated(case, region, [expert])[0]
    assert [piece.act.name for task in tasks_of(expert.person) for piece in task.pieces] == ["report_site_visit"]
    chair = Actor.labelled(first.label, *ROLES)
    assert refusal(case, "report_site_visit", chair, report=REPORT) == ["required"]
    done(case, "report_site_visit", chair, report=REPORT, photos=[PHOTO["digest"]])
    done(case, "close_site_visit", region.secretary)
    assert case.state == "ranked"
    done(case, "propose", region.planner, advice="fund", amount="10")


def test_only_who_was_seated_for_the_visit_reports_it(region):
    case = ranked(region, "results-conversion")
    done(case, "order_site_visit", region.officer, date="2018-06-01")
    seated(case, region, story.a_pool(1))
    stranger = Actor.labelled("L9", *ROLES)
    assert "not_seated" in refusal(case, "report_site_visit", stranger, report=REPORT, photos=[PHOTO["digest"]])


def test_a_visit_is_made_by_as_many_and_by_the_kinds_that_the_page_says(region):
    case = ranked(region, "major-special")
    done(case, "order_site_visit", region.officer, date="2018-06-01")
    experts = story.a_pool(5)
    for named, code in ((experts[:3], "visit_of_another_size"), (experts, "visit_without_kinds")):
        with pytest.raises(Refused) as refused:
            seated(case, region, named)
        assert list(refused.value.codes) == [code]


def test_a_page_without_a_visit_asks_for_none(region):
    case = ranked(region, "nsf-general")
    assert visiting.site_visit_due(case, START) is False
