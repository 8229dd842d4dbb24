"""On a telephone and in English: what matters stands where it is seen first, and nothing runs off the page."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.factories import Region, an_open_round
from tests.journeys.conftest import PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_the_call_tells_money_deadline_and_the_way_in_on_the_first_screen_of_a_telephone(windows):
    round_ = an_open_round(Region(), opens_at=timezone.now(), budget_fen=120_000_000)
    page = windows.public(viewport=PHONE)
    page.goto(f"/calls/{round_.code}/")
    for selector in ("a.primary", "dt:has-text('单位提交截止') + dd", "dt:has-text('本批经费') + dd"):
        box = page.locator(selector).first.bounding_box()
        assert box["y"] + box["height"] < PHONE["height"], selector


@pytest.mark.parametrize("width", [390, 1280])
def test_the_call_in_english_does_not_scroll_sideways(windows, width):
    round_ = an_open_round(Region(), opens_at=timezone.now(), budget_fen=123_456_789_000_000)
    page = windows.public(viewport={"width": width, "height": 800})
    page.context.add_cookies([{"name": "kechuang_language", "value": "en", "url": windows.base}])
    page.goto(f"/calls/{round_.code}/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
