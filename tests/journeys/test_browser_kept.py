"""In a real browser: what was typed outlives an expired session and a second tab; a refused act keeps its words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone

from kechuang.casework.models import Case, Draft, Record
from tests.factories import Region, an_open_round
from tests.journeys.conftest import WORD, press

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
TITLE, OTHER = "荒漠草原退化土壤碳汇的微生物驱动机制", "草原土壤碳汇的另一种写法"


@pytest.fixture
def region():
    return Region()


def begun(windows, region):
    """A window in which the leader has just begun to write."""
    round_ = an_open_round(region, opens_at=timezone.now() - timedelta(2))
    page = windows.of(region.leader)
    page.goto(f"/calls/{round_.code}/apply/")
    press(page, "开始申请")
    page.wait_for_url("**/form/part/basics/")
    return page


def expired() -> None:
    """Every session of the house has run out."""
    Session.objects.all().delete()
    cache.clear()


def test_a_session_runs_out_while_one_is_writing_and_nothing_is_lost(windows, region):
    page = begun(windows, region)
    page.evaluate("document.querySelector('form[hx-post]')?.removeAttribute('hx-trigger')")
    expired()
    page.fill("#f-title", TITLE)
    press(page, "保存")
    page.wait_for_selector("text=登录已过期，你写的没有丢")
    page.fill("#resume-name", region.leader.username)
    page.fill("#resume-word", WORD)
    press(page, "登录并保存")
    page.wait_for_url("**/form/part/basics/")
    assert page.input_value("#f-title") == TITLE
    assert Draft.objects.get(section="basics").typed["title"] == TITLE


def test_a_session_runs_out_before_an_act_and_the_act_is_done_after_signing_in(windows, region):
    page = begun(windows, region)
    number = Case.objects.get().number
    page.goto(f"/cases/{number}/act/withdraw/")
    page.fill("#f-reason", "研究条件发生变化，撤回本次申报。")
    expired()
    press(page, page.locator("form.form button.primary"))
    page.fill("#resume-name", region.leader.username)
    page.fill("#resume-word", WORD)
    press(page, "登录并保存")
    page.wait_for_url(f"**/cases/{number}/")
    assert Record.objects.get(act="withdraw").told.data["reason"] == "研究条件发生变化，撤回本次申报。"


def test_two_tabs_write_the_same_part_and_neither_text_is_lost(windows, region):
    first = begun(windows, region)
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("#f-title", TITLE)
    first.wait_for_selector("#saved[data-version='1']")
    second.fill("#f-title", OTHER)
    press(second, "保存")
    second.wait_for_selector("text=有两份文字，请选一份")
    shown = second.locator("main").inner_text()
    assert (TITLE in shown, OTHER in shown) == (True, True)
    press(second, "用我写的")
    second.wait_for_url("**/form/part/basics/")
    assert second.input_value("#f-title") == OTHER


def test_the_house_goes_away_while_one_is_writing_and_what_was_written_is_uploaded_when_it_is_back(windows, region):
    page = begun(windows, region)
    page.route("**/form/**", lambda asked: asked.abort())
    page.fill("#f-title", TITLE)
    page.wait_for_selector("text=未能保存，存在本机")
    page.unroute("**/form/**")
    page.wait_for_selector("#saved[data-version='1']")
    assert Draft.objects.get(section="basics").typed["title"] == TITLE


def test_the_way_back_leads_to_what_was_saved_and_it_is_written_on(windows, region):
    page = begun(windows, region)
    page.fill("#f-title", TITLE)
    press(page, page.locator("button[value=next]").first)
    page.wait_for_url("**/form/part/unit/")
    page.go_back()
    page.wait_for_selector("#f-title")
    assert page.input_value("#f-title") == TITLE
    page.fill("#f-title", OTHER)
    press(page, "保存")
    page.wait_for_load_state()
    assert ("有两份文字" in page.locator("main").inner_text(), Draft.objects.get(section="basics").typed["title"]) == (False, OTHER)  # fmt: skip


def test_a_paste_beyond_measure_is_refused_in_words_and_stays_in_the_browser(windows, region):
    page = begun(windows, region)
    page.fill("#f-title", TITLE)
    page.wait_for_selector("#saved[data-version='1']")
    page.evaluate("const box = document.getElementById('f-abstract'); box.value = '草'.repeat(2000000); box.dispatchEvent(new Event('input', {bubbles: true}))")  # fmt: skip
    page.wait_for_selector("#saved:has-text('文字太多，没有保存')")
    press(page, "保存")
    page.wait_for_selector("text=一次提交的文字不超过 4 MB")
    page.go_back()
    page.wait_for_selector("#f-title")
    assert (page.input_value("#f-title"), len(page.input_value("#f-abstract"))) == (TITLE, 2_000_000)
