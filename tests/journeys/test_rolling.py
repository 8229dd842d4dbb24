"""A rolling round: no deadline, each application is checked, reviewed and funded when it is ripe, while others still come in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework import outbox
from kechuang.casework.acts import possible_acts
from kechuang.casework.clock import tick
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region()


def rolling(region, **given):
    details = {"term_least": 36, "term_most": 36, "rolling": True}
    return an_open_round(region, closes_at=None, units_close_at=None, details=details, **given)


def ranked(region, round_, on, title):
    """One application with a leader of its own, as far as its place in the ranking."""
    region.leader = a_person(unit=region.unit)
    case = story.an_application(region, round_, on=on, title=title)
    tick(on + timedelta(minutes=1))
    outbox.work(on + timedelta(minutes=1))
    case.refresh_from_db()
    assert case.state == "formal_check"
    story.admitted(case, region, on + timedelta(1))
    if not hasattr(round_, "pool"):
        done(round_, "freeze_pool", region.officer, on=on + timedelta(1))
    story.drawn(case, region, on + timedelta(2), group=f"{title}组")
    story.reviewed(case, region, on + timedelta(3))
    done(round_, "rank", region.chief, on=on + timedelta(4))
    case.refresh_from_db()
    return case


def started(region, round_, on, title):
    """One application on its whole way to the award."""
    case = ranked(region, round_, on, title)
    assert (case.rank, case.above_line) == (1, True)
    return story.decided(case, region, on + timedelta(5))


def test_each_starts_when_it_is_ripe_and_the_round_stays_open(region):
    story.a_pool()
    round_ = rolling(region)
    first = started(region, round_, START + timedelta(1), "草原碳汇关键技术")
    waiting = a_case(region, round_)
    second = started(region, round_, START + timedelta(90), "稀土永磁材料制备")
    round_.refresh_from_db()
    assert (first.state, second.state, round_.state) == ("funded", "funded", "open")

    done(round_, "end_rolling", region.leadership, on=START + timedelta(200), reason="本轮滚动受理到期，不再受理新的申报", minutes="纪要1号")  # fmt: skip
    outbox.work(START + timedelta(200))
    waiting.refresh_from_db()
    assert (round_.state, waiting.state) == ("closed", "withdrawn")


def test_what_is_funded_first_leaves_less_for_the_next(region):
    story.a_pool()
    round_ = rolling(region, budget_fen=15_000_000)
    started(region, round_, START + timedelta(1), "草原碳汇关键技术")
    assert ranked(region, round_, START + timedelta(90), "稀土永磁材料制备").above_line is False


def test_an_ordinary_open_round_offers_and_allows_no_ranking(region):
    round_ = an_open_round(region)
    for name, by in (("rank", region.chief), ("end_rolling", region.leadership), ("freeze_pool", region.officer)):
        assert name == "end_rolling" or name not in {act.name for act in possible_acts(round_, by=by, on=START)}
        with pytest.raises(Refused):
            done(round_, name, by, minutes="1", reason="到期截止" * 5)
        page = signed_in(by).get(f"/rounds/{round_.code}/")
        assert not {one["name"] for one in page.context["acts"]} & {"rank", "end_rolling", "freeze_pool"}


def test_only_a_rolling_programme_is_opened_without_a_deadline(region):
    values = {
        "programme": "major-special", "code": "ms-2018", "title": "示例", "year": "2018", "budget": "1000", "institution": region.institution.pid,
        "opens_at": "2018-04-01T09:00", "rolling": "on",
    }  # fmt: skip
    client = signed_in(region.planner)
    wrong = client.post("/rounds/open/", {**values, "programme": "nsf-general", "key": "1"})
    assert (wrong.status_code, "这个计划不设滚动批次" in wrong.content.decode()) == (422, True)
    no_dates = client.post("/rounds/open/", {**values, "rolling": "", "key": "2"})
    assert (no_dates.status_code, "单位截止和推荐截止" in no_dates.content.decode()) == (422, True)
    assert client.post("/rounds/open/", {**values, "key": "3"}).status_code == 302
    assert client.get("/rounds/ms-2018/").status_code == 200
