"""The islands in a real browser under the content policy: keys, picked rows, a draft that survives, no sideways page."""

from __future__ import annotations

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

import django_htmx
import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

import kechuang.faces.web as web
from kechuang.faces.web.samples import samples

pytestmark = pytest.mark.browser
POLICY = "; ".join(
    f"{name} {' '.join(values)}" for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)


class Guarded(SimpleHTTPRequestHandler):
    """Serves the drawn page under the content policy of the house, without a word."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("look")
    copytree(Path(web.__file__).parent / "static", folder / "static")
    copytree(Path(django_htmx.__file__).parent / "static" / "django_htmx", folder / "static" / "django_htmx")
    request = RequestFactory().get("/style/")
    request.user = AnonymousUser()
    with translation.override("zh-hans"):
        (folder / "style.html").write_text(render_to_string("style.html", samples(), request), "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Guarded, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/style.html"
    server.shutdown()


@pytest.fixture
def page(browser, address):
    opened = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("pageerror", lambda error: opened.said.append(str(error)))
    opened.goto(address)
    yield opened
    opened.context.close()


def picked(page) -> str:
    return page.inner_text("[data-picked-count]") + " / " + page.inner_text("[data-picked-sum]")


def test_the_policy_finds_nothing_to_refuse(page):
    assert page.said == []


@pytest.mark.parametrize("width", [360, 390, 1440, 3840])
def test_no_page_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_list_is_worked_through_by_keys(page):
    page.evaluate("document.activeElement.blur()")
    before = picked(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    nothing = page.is_hidden("[data-picked]")
    for key in ("k", "k", "x"):
        page.keyboard.press(key)
    assert (before, nothing, picked(page)) == ("1 / 20.00", True, "1 / 20.00")


def test_picking_all_adds_up_all(page):
    page.check("[data-pick-all]")
    assert picked(page) == "4 / 116.00"


def test_keys_stay_letters_while_one_writes(page):
    page.fill("#f-title", "")
    page.type("#f-title", "xjk/")
    assert (page.input_value("#f-title"), picked(page)) == ("xjk/", "1 / 20.00")


def test_a_passage_and_its_partner_are_lit_together(page):
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert page.evaluate("Array.from(document.querySelectorAll('mark.lit')).map((m) => m.id)") == ["l-2", "r-2"]


def test_what_was_written_and_not_saved_is_there_after_a_reload(page):
    page.fill("#f-abstract", "拟阐明 构网型")
    page.check('#f-track input[value="youth"]')
    count = page.inner_text('[data-count-of="f-abstract"]')
    page.reload()
    assert (count, page.input_value("#f-abstract"), page.is_checked('#f-track input[value="youth"]')) == (
        "6",
        "拟阐明 构网型",
        True,
    )


def test_a_slider_and_its_number_follow_each_other(page):
    page.fill("#f-sheet-new", "21")
    assert page.input_value('[data-follows="f-sheet-new"]') == "21"


def test_a_dialog_says_its_consequences_and_can_be_left(page):
    page.click('[data-open="bulk"]')
    said = page.inner_text("#bulk li >> nth=0")
    page.click("#bulk [data-close]")
    assert (said, page.is_visible("#bulk")) == ("三件转为“已受理”，进入分组。", False)


def test_a_dark_page_is_white_on_paper(page):
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_what_could_not_be_fetched_is_said(page):
    page.evaluate(
        "document.querySelector('.filters').dispatchEvent(new CustomEvent('htmx:sendError', {bubbles: true, detail: {}}))"
    )
    assert page.inner_text("#messages .toast.bad") == "没有办成：网络或服务没有回应。"
