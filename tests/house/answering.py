"""Which addresses a whole run of the tests has had an answer from: what nobody was ever answered by is not tested.

Every process of the run notes the routes that answered well; the first process puts the notes together at the end. `make check`
sets KECHUANG_EVERY_ROUTE, and the run fails when a route is left over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.urls import get_resolver

from tests.house.routes import Route, routes

WANTED = "KECHUANG_EVERY_ROUTE"
SIGN_IN = "/signin/"
# Without a page of their own: the root of the API, which only gives the others their names, and the way to a form's first part.
NO_PAGE = frozenset({"api-1:api-root", "form"})


def answered_well(method: str, status: int, location: str) -> bool:
    """2xx; or, after an act, the way on to the next page, which is not the one that asks who one is."""
    return 200 <= status < 300 or (method == "POST" and status in (302, 303) and not location.startswith(SIGN_IN))


def never_answered(known: Iterable[Route], answered: Iterable[str]) -> list[str]:
    """Routes that no test of the run had a good answer from."""
    heard = set(answered)
    return sorted(route.path for route in known if route.path not in heard and route.name not in NO_PAGE)


class Answering:
    """The notes of this process, and of those that it began."""

    def __init__(self) -> None:
        self.answered: set[str] = set()
        asked = BaseHandler.get_response

        def noted(handler: BaseHandler, request: Any) -> Any:
            response = asked(handler, request)
            match = request.resolver_match
            if match and answered_well(request.method, response.status_code, response.headers.get("Location", "")):
                self.answered.add(match.route)
            return response

        BaseHandler.get_response = noted  # type: ignore[method-assign]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.answered |= set(getattr(node, "workeroutput", {}).get("answered", ()))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["answered"] = sorted(self.answered)

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        if WANTED not in os.environ:
            return
        left = never_answered(routes(get_resolver().url_patterns), self.answered)
        terminalreporter.write_line(f"{len(self.answered)} routes answered, {len(left)} never")
        for path in left:
            terminalreporter.write_line(f"never answered: {path}", red=True)
        if left and not terminalreporter._session.exitstatus:
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
