"""English pages: no Chinese is left over beside names, titles and what was quoted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from kechuang.faces import access
from kechuang.faces.web import act_titles, wording
from kechuang.parties.models import Organisation
from tests.factories import START, Region, a_person, an_open_round, at
from tests.journeys.story import an_application

pytestmark = pytest.mark.django_db
HAN = re.compile(r"[\u4e00-\u9fff]+")
QUOTED = re.compile(r"<script.*?</script>|<style.*?</style>|<title>.*?</title>|<!--.*?-->", re.DOTALL)


def reader(who=None) -> Client:
    client = Client()
    client.cookies["kechuang_language"] = "en"
    if who is not None:
        client.force_login(who)
    return client


def left(page: str, *names: str) -> list[str]:
    """The Chinese of a page but for the names that belong there and the switch of the language."""
    text = re.sub(r"<[^>]*>", " ", QUOTED.sub(" ", page))
    for name in sorted([*names, "中文"], key=len, reverse=True):
        text = text.replace(name, "")
    return HAN.findall(text)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(access.timezone, "now", lambda: START + timedelta(2))


def test_places_deadlines_and_what_is_published_are_said_in_english():
    region = Region()
    round_ = an_open_round(region, closes_at=at("2018-04-11", 24), units_close_at=at("2018-04-09", 17))
    page = reader().get(f"/calls/{round_.code}/").content.decode()
    assert ("11 Apr 2018 24:00" in page, "9 Apr 2018 17:00" in page) == (True, True)
    english = dict(act_titles._published(act_titles.current().digest))
    assert (english["申报指南"], english["拟立项名单"]) == ("Call", "Proposed awards")
    heads = reader().get("/results/").content.decode()
    assert [name for name in ("编号", "项目名称", "承担单位", "所在盟市") if name in heads] == []


def test_letters_and_papers_have_english_titles_in_lists():
    region = Region()
    case = an_application(region, an_open_round(region))
    page = reader(region.leader).get(f"/cases/{case.number}/").content.decode()
    assert "回执" not in page
    with_number = {"回执 AB12": "Receipt AB12", "任务书签订通知": "Task book signed", "任务书": "Task book"}

    with translation.override("en"):
        assert {title: act_titles.paper_title(title) for title in with_number} == with_number


def test_the_pages_of_accounts_and_of_the_pool_are_all_english():
    region = Region()
    waiting = Organisation.objects.create(name="示例大学", kind="university", recommender=region.recommender, legal_person="某人", credit_code="91110000802100433B")  # fmt: skip
    names = [region.recommender.name, region.unit.name, waiting.name, "某人", "示例人"]
    admin = a_person(("security_admin", ""))
    for who, path in (
        (region.clerk, "/people/"), (region.head, "/people/"), (region.officer, "/people/"), (admin, "/people/"), (admin, "/people/offices/new/"),
        (admin, "/people/staff/new/"), (admin, f"/people/{region.leader.pid}/"), (region.head, "/people/unit/"), (region.leader, "/account/expert/"),
        (region.leader, "/people/move/mine/"), (region.head, "/account/deputies/"),
    ):  # fmt: skip
        page = reader(who).get(path)
        assert (path, page.status_code, left(page.content.decode(), *names, region.institution.name)) == (path, 200, [])


def test_units_and_sums_are_worded_in_english():

    with translation.override("en"):
        assert (wording.unit("万元"), wording.unit("人"), wording.money(3_000_000_00), wording.in_words(100)) == (
            "×10,000 yuan", "persons", "¥3,000,000.00", "",
        )  # fmt: skip
    assert (wording.unit("万元"), wording.money(3_000_000_000)) == ("万元", "3,000.00 万元")


def test_what_was_said_in_an_act_is_set_in_english_points_and_a_round_nobody_published_is_no_link():
    region = Region()
    case = an_application(region, an_open_round(region))
    page = reader(region.planner).get(f"/cases/{case.number}/")
    said = [one["said"] for one in page.context["records"] if "Opinion" in one["said"]]
    assert [("Opinion: " in one, "：" in one) for one in said] == [(True, False)]
    assert page.context["trail"][1]["href"] == f"/calls/{case.round.code}/"
    type(case.round).objects.update(published_at=None)
    assert "href" not in reader(region.planner).get(f"/cases/{case.number}/").context["trail"][1]
