"""In a real browser: type into a policy's calculator, move a ceiling and see the cost, keep two reforms and compare them."""

from __future__ import annotations

import pytest

from kechuang.desks.policies import simulator  # noqa: F401  (loaded here, it answers in this process)
from kechuang.desks.policies.models import Reform
from tests.factories import Region
from tests.journeys.conftest import PATIENCE, press, touch

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
sync_api.expect.set_options(timeout=PATIENCE)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]


@pytest.fixture
def here(windows):
    """A page in a window of 1440 pixels, or another width, with nobody or somebody signed in."""

    def opened(address, who=None, width=1440):
        viewport = {"width": width, "height": 900}
        page = windows.of(who, viewport=viewport) if who is not None else windows.public(viewport=viewport)
        page.goto(address)
        return page

    return opened


def test_typing_into_the_calculator_changes_amount_and_explanation_at_each_keystroke(here):
    page = here("/policies/technology-trade/")
    page.fill("#f-technical_paid", "500")
    sync_api.expect(page.locator("#why")).to_contain_text("500.00 万元 × 10 %")
    page.press("#f-technical_paid", "End")
    page.keyboard.type("0")
    sync_api.expect(page.locator("#why .money.huge")).to_contain_text("200.00")
    sync_api.expect(page.locator("#why")).to_contain_text("受上限所限，少 300.00 万元")
    page.keyboard.type("x")
    sync_api.expect(page.locator("#why")).to_contain_text("这里要填数字")
    assert page.input_value("#f-technical_paid") == "5000x"


def test_unticking_a_condition_says_what_is_wrong(here):
    page = here("/policies/technology-trade/", width=390)
    touch(page, page.locator("#try summary"))
    page.uncheck("#f-invoice_ok")
    sync_api.expect(page.locator("#why")).to_contain_text("发票与付款凭证不齐全或不一致")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_moving_the_ceiling_changes_the_cost_and_two_reforms_are_kept_and_compared(here):
    region = Region()
    page = here("/simulate/technology-trade/?population=region", region.planner)
    cost = page.locator("#finding .figure").first
    before = cost.inner_text()
    move(page, "300")
    sync_api.expect(page.locator("#finding h1")).to_contain_text("300 万元")
    sync_api.expect(cost).not_to_have_text(before)
    assert page.input_value("#p-cap") == "300"
    assert "p.cap=300" in page.url
    keep(page, "封顶三百万")
    move(page, "100")
    sync_api.expect(page.locator("#finding h1")).to_contain_text("100 万元")
    keep(page, "封顶一百万")
    assert sorted(Reform.objects.values_list("title", flat=True)) == ["封顶一百万", "封顶三百万"]
    press(page, "比较勾选的方案")
    assert "/compare/" in page.url
    told = page.inner_text("main")
    assert all(part in told for part in ("2 个方案与现行比较", "封顶三百万", "封顶一百万", "现行"))


def test_on_a_phone_in_english_no_figure_pushes_the_page_sideways(here):
    page = here("/simulate/technology-trade/?population=region&p.cap=300", Region().planner, width=390)
    page.context.add_cookies([{"name": "kechuang_language", "value": "en", "url": page.url}])
    page.reload()
    sync_api.expect(page.locator("#finding .figure").first).to_contain_text("×10,000 yuan")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def move(page, value):
    """Drag the slider of the ceiling to a value."""
    page.locator('[data-mirrors="p-cap"]').fill(value)


def keep(page, title):
    sync_api.expect(page.locator('#kept-values [name="p.cap"]')).to_have_count(1)
    page.fill("#title", title)
    touch(page, "保存这个方案")
    sync_api.expect(page.locator("#compare")).to_contain_text(title)
