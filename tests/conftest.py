"""What every run of the tests stands on: when garbage is looked for, where the database lies, one Chromium to look with."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from tests.house import bar_kept, repeating
from tests.house.answering import Answering
from tests.machine import FLAGS, chromium


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Answering())
    repeating.begin()
    bar_kept.watch()
    # No deadline: a test says nothing of the time it takes, others work here too. The same examples each time, but for the
    # long form, which looks for new ones: whoever changes one thing is not told of another.
    settings.register_profile("house", deadline=None, derandomize=os.environ.get("KECHUANG_SOAK") != "1")
    settings.load_profile("house")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Everything that was imported stays; looking through it again and again for what could go costs a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    gc.unfreeze()  # else what is never looked through is said to leak, in sixty lines behind the result


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, request, tmp_path_factory):
    """A file for a run with browser tests: a live server's threads that share one in-memory connection can wait for ever."""
    from django.db import connections

    chosen = connections["default"].settings_dict
    browses = any(item.get_closest_marker("browser") for item in request.session.items)
    if browses and "sqlite" in chosen["ENGINE"]:
        chosen["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium; skipped, with the reason, where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not chromium():
        pytest.skip("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the tests
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()
