"""In a real browser: an operator freezes, three parties seal, supervision witnesses, dice are cast, all reveal, the panels are drawn; the public verifies."""

from __future__ import annotations

import json

import pytest

from kechuang.casework.models import Case, Round
from kechuang.desks.experts.models import Draw, Expert, Seat
from kechuang.engines.panel.ceremony import commitment
from kechuang.faces.web import verifying
from tests.factories import START, Region, a_case, a_person, an_open_round, done
from tests.journeys import story
from tests.journeys.conftest import PHONE, follow, press, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]


@pytest.fixture
def region():
    return Region()


def waiting(region: Region) -> Round:
    """A round in review with two groups that wait for their draw."""
    story.a_pool(48)
    round_ = an_open_round(region)
    for group in ("甲组", "乙组"):
        case = a_case(region, round_, leader=a_person(unit=region.unit))
        Case.objects.filter(pk=case.pk).update(state="grouped", group=group, field="A0102", received_at=START)
    Round.objects.filter(pk=round_.pk).update(state="closed")
    round_.refresh_from_db()
    done(round_, "begin_review", region.officer)
    return round_


def step(page) -> str:
    """The step that the line of the ceremony marks as the one that comes now."""
    return page.locator("ol.flow li.now b").inner_text()


def test_a_round_is_drawn_in_public_and_verified_by_anyone(windows, region):
    round_ = waiting(region)
    where = f"/rounds/{round_.code}/draw/"
    operator, supervisor = (
        windows.of(region.operator),
        windows.of(region.supervisor),
    )

    # What is short is shown before anything is frozen; nothing is.
    operator.goto(where)
    assert step(operator) == "冻结名单、规则与评分"
    follow(operator, operator.get_by_role("link", name="先看还缺哪些专家"))
    operator.wait_for_selector("#lacks")
    assert operator.locator("#lacks h3").inner_text() == "专家足够，各项要求都能满足"
    press(operator, "冻结并公布摘要")
    operator.wait_for_selector("#seal")
    assert step(operator) == "三方封存承诺"

    # Two parties seal at the operator's page, supervision on its own.
    for n, party in enumerate(("执行方", "公证处"), 1):
        operator.fill(f"#digest-{n}", commitment(party, party * 20))
    press(operator, "封存各方承诺")
    operator.wait_for_selector("#seal dl")
    supervisor.goto(where)
    supervisor.fill("#own-digest", commitment("监督处", "监督处" * 20))
    press(supervisor, "监督处封存")
    press(supervisor, "见证这次抽取")
    supervisor.wait_for_selector("#witness .chip.done")

    # The dice, then the reveals; before them nothing can be drawn.
    operator.goto(where)
    operator.fill("#dice", story.DICE)
    press(operator, "记录")
    operator.wait_for_selector("#secret-1")
    assert operator.get_by_role("button", name="抽取全部评审组").count() == 0
    for party in ("公证处", "执行方"):
        operator.locator(f"form:has(input[value='{party}']) input[name=secret]").fill(party * 20)
        press(operator, f"揭示 {party}")
        operator.wait_for_selector(f"#reveal dt:has-text('{party}')")
    supervisor.goto(where)
    supervisor.fill("#own-secret", "监督处" * 20)
    press(supervisor, "监督处揭示")
    supervisor.wait_for_selector("#reveal dt:has-text('监督处')")

    # One press draws every group; nobody's name is on the page.
    operator.goto(where)
    press(operator, "抽取全部评审组")
    operator.wait_for_selector("text=第 1 次抽取")
    assert (Draw.objects.count(), Seat.objects.filter(state="invited").count()) == (2, 10)
    assert [e.person.name for e in Expert.objects.select_related("person") if e.person.name in operator.content()] == []

    # The public reads dice and seed now, and the command with its result from the award on.
    public = windows.public(viewport=PHONE)
    public.goto(f"/draws/{round_.code}/1/")
    assert (story.DICE in public.content(), public.locator("#result").count()) == (True, 0)
    Round.objects.filter(pk=round_.pk).update(state="decided")
    public.reload()
    assert public.locator("#command").inner_text() == f"python3 verify_draw.py draw-{round_.code}-1.json"
    assert "核验通过" in public.locator("#result").inner_text()
    given = taken(public, "下载公开凭证")
    assert verifying.found(json.loads(given.path().read_text("utf-8"))) == []
