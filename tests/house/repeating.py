"""Every good write of the tests is sent once more, as by a browser or a machine that heard no answer: it must be told the same.

A test that shows the answer to be another one the second time fails, whatever it looks at itself.
"""

from __future__ import annotations

from typing import Any

from django.test import Client, RequestFactory

from tests.house.answering import answered_well

# A password is told once and kept nowhere: the same request makes another. Who signs in or out is told by the session.
ONCE = ("/password", "/offices/staff", "/people/staff/new", "/signin", "/signout")
sent = RequestFactory.generic


def begin() -> None:
    """From now on every client of the tests repeats what was answered well."""
    RequestFactory.generic = twice  # type: ignore[method-assign]


def twice(client: Any, method: str, path: str, data: Any = "", *args: Any, **extra: Any) -> Any:
    """The first answer of two; AssertionError where the second differs."""
    first = sent(client, method, path, data, *args, **extra)
    if not isinstance(client, Client) or method != "POST" or path.rstrip("/").endswith(ONCE):
        return first
    if answered_well(method, first.status_code, first.headers.get("Location", "")):
        again = sent(client, method, path, data, *args, **extra)
        assert told(again) == told(first), f"the same request again was answered otherwise: {path}"
    return first


def told(response: Any) -> tuple[int, str, str]:
    """What somebody learns from an answer: its status, where it leads, and the words of a machine's answer."""
    speaks = response.headers.get("Content-Type", "").startswith("application/json")
    return response.status_code, response.headers.get("Location", ""), response.content.decode() if speaks else ""
