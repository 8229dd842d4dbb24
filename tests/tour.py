"""`make tour`: the pictures of the README, taken anew from a running demonstration (`make demo` in another window)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.machine import FLAGS, chromium

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "tour"
DESK, PHONE = {"width": 1360, "height": 850}, {"width": 390, "height": 780}
SMALLER = 0.62  # a picture of the README is looked at, not worked on
Way = Callable[[Any], None]


def goes(path: str) -> Way:
    return lambda page: page.goto(path)


def follows(path: str, selector: str) -> Way:
    """From a page to the first thing it lists."""

    def way(page: Any) -> None:
        page.goto(path)
        page.goto(page.locator(selector).first.get_attribute("href"))

    return way


def ranked(page: Any) -> None:
    """The ranking of the first round that has one."""
    page.goto("/rounds/?state=in_review")
    for href in [link.get_attribute("href") for link in page.locator("td.lead-cell a").all()]:
        if (page.goto(f"{href}ranking/")).status == 200:
            return


def funded(page: Any) -> None:
    """The first of one's own cases that has money to show."""
    page.goto("/mine/")
    for href in [link.get_attribute("href") for link in page.locator("td.lead-cell a").all()]:
        page.goto(href)
        if page.locator("main .figures").count():
            return


def moved(page: Any) -> None:
    """A ceiling moved in the simulator, once the region is made and the exact figures stand there."""
    page.goto("/simulate/technology-trade/?p.cap=300&population=region")
    page.locator("#result figure").first.wait_for(timeout=180_000)
    page.locator("#result [hx-trigger=load]").wait_for(state="detached", timeout=60_000)


# name of the picture → who looks ("" is anyone), the way there, the window
SHOTS: dict[str, tuple[str, Way, dict[str, int]]] = {
    "home": ("", goes("/"), DESK),
    "todo": ("leader", goes("/todo/"), DESK),
    "case": ("leader", funded, DESK),
    "cases": ("institution_officer", goes("/cases/"), DESK),
    "ranking": ("planner", ranked, DESK),
    "draw": ("", follows("/draws/", "main .list a, main table a, main a[href*='/draws/']"), DESK),
    "reviews": ("expert", goes("/reviews/"), PHONE),
    "money": ("fund_clerk", goes("/money/"), DESK),
    "simulator": ("planner", moved, DESK),
    "trail": ("supervisor", goes("/trail/"), DESK),
}


def taken(base: str, password: str) -> None:
    """One window for each picture; nothing of the demonstration is changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, (who, way, size) in SHOTS.items():
            context = browser.new_context(base_url=base, viewport=size, device_scale_factor=SMALLER, locale="zh-CN")
            page = context.new_page()
            if who:
                page.goto("/signin/")
                page.fill("#username", f"demo-{who}")
                page.fill("#password", password)
                page.press("#password", "Enter")
                page.wait_for_url("**/todo/")
            way(page)
            page.screenshot(path=str(FOLDER / f"{name}.png"))
            sys.stdout.write(f"{name}: {page.locator('h1').first.inner_text()}\n")
            context.close()
        browser.close()


if __name__ == "__main__":
    data = Path(os.environ.get("KECHUANG_DATA", "data"))
    taken(sys.argv[1], (data / "demonstration").read_text("utf-8").strip())
