"""What stories in a real browser share: windows in which somebody has signed in, and the day it is told on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from kechuang.casework import outbox
from kechuang.casework.clock import tick
from tests.factories import START

WORD = "a-long-password"
PATIENCE = 60_000  # ms until a page that does not come is a fault: others work on this machine too
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Windows:
    """Windows of the house, each with somebody in it; `at(path)` addresses are those of the live server."""

    def __init__(self, browser: Any, base: str) -> None:
        self.browser, self.base = browser, base
        self.opened: list[Any] = []

    def public(self, **more: Any) -> Any:
        """A window in which nobody has signed in."""
        context = self.browser.new_context(base_url=self.base, **{"viewport": DESKTOP, **more})
        self.opened.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def of(self, who: Any, **more: Any) -> Any:
        """A window of somebody who has signed in, on their to-do page; whoever has no password yet is given one."""
        if not who.has_usable_password() or not who.password:
            who.set_password(WORD)
            who.save(update_fields=["password"])
        page, client = self.public(**more), Client()
        client.force_login(who)  # the page to sign in has stories of its own
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.base}])
        page.goto("/todo/")
        return page


@pytest.fixture
def windows(live_server: Any, browser: Any, settings: Any) -> Iterator[Windows]:
    settings.ALLOWED_HOSTS = ["*"]
    found = Windows(browser, live_server.url)
    yield found
    for context in found.opened:
        context.close()


class Day:
    """The time it is in the house; `pass_(days)` lets the clock and the jobs that follow do what falls due."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def to(self, moment: datetime) -> datetime:
        self.at = max(self.at, moment)
        tick(self.at)
        outbox.work(self.at)
        return self.at

    def pass_(self, days: int) -> datetime:
        return self.to(self.at + timedelta(days))


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Day:
    """The clock of the house, in the hand of the test; whoever has signed in stays so while the days pass."""
    told = Day(START)
    monkeypatch.setattr(timezone, "now", told.now)
    settings.SESSION_COOKIE_AGE = 20 * 365 * 24 * 3600
    return told


def press(page: Any, button: Any) -> None:
    """Press a button, given itself or by its name, and wait for the page that this leads to."""
    _go(page, page.get_by_role("button", name=button, exact=True).last if isinstance(button, str) else button)


def follow(page: Any, link: Any) -> None:
    """Follow a link, given itself or by its name, and wait for the page that it leads to."""
    _go(page, page.get_by_role("link", name=link, exact=True) if isinstance(link, str) else link)


def touch(page: Any, place: Any) -> None:
    """Click what changes the page where it stands, given itself or by its words; what changes is to be waited for."""
    (page.get_by_text(place) if isinstance(place, str) else place).click()


def taken(page: Any, link: str) -> Any:
    """The file that a link hands out, by its name."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    return download.value


def _go(page: Any, place: Any) -> None:
    # What only looks (`all`, `count`, `content`) does not wait: asked too early, it tells of the page that is being left.
    with page.expect_navigation():
        place.click()
