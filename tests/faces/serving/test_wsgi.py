"""The application as it is served: health, and a 503 that says the truth when the disk or the database failed."""

from __future__ import annotations

import json
import sys

import pytest
from django.core.signals import got_request_exception
from django.db import OperationalError

from kechuang.faces.serving import received, wsgi

pytestmark = pytest.mark.django_db


def asked(path: str, **environ) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of GET `path`."""
    told: list = []
    given = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.input": sys.stdin,
             "wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1", "wsgi.errors": sys.stderr, **environ}  # fmt: skip
    body = b"".join(wsgi.application(given, lambda status, headers, *_: told.append((status, dict(headers)))))
    return (*told[-1], body)


def failing(monkeypatch, fault: Exception) -> None:
    """Django with a view that raises `fault`, told to those who listen as Django tells it."""

    def django(environ, start_response):
        try:
            raise fault
        except Exception:
            got_request_exception.send(sender=None, request=None)
        start_response("500 Internal Server Error", [("Content-Length", "4")])
        return Closable([b"oops"])

    monkeypatch.setattr(wsgi, "_django", django)


class Closable(list):
    def close(self) -> None:
        self.clear()


def test_health_is_answered_without_the_pages():
    assert asked("/healthz")[0::2] == ("200 OK", b'{"ok": true}')


def test_readiness_turns_red_with_what_is_wrong(monkeypatch):
    assert asked("/readyz")[0] == "200 OK"
    monkeypatch.setattr(wsgi, "unready", lambda: ["disk_full"])

    status, _, body = asked("/readyz")

    assert (status, json.loads(body)) == (wsgi.UNAVAILABLE, {"ready": False, "wrong": ["disk_full"]})


def test_a_full_disk_is_a_503_that_says_nothing_was_done(monkeypatch):
    failing(monkeypatch, OperationalError("database or disk is full"))

    status, headers, body = asked("/x")

    assert (status, headers["Retry-After"], "没有办理" in body.decode()) == (wsgi.UNAVAILABLE, "3", True)


def test_a_fault_of_our_own_stays_a_500(monkeypatch):
    failing(monkeypatch, KeyError("x"))

    assert asked("/x")[0::2] == ("500 Internal Server Error", b"oops")


def test_the_client_is_known_by_the_address_that_the_front_saw(monkeypatch):
    seen = []

    def django(environ, start_response):
        seen.append(environ["REMOTE_ADDR"])
        start_response("200 OK", [])
        return Closable()

    monkeypatch.setattr(wsgi, "_django", django)
    monkeypatch.setenv(received.SECRET, "s3cret")
    told = {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "10.9.9.9, 10.1.2.3"}
    asked("/x", HTTP_X_FRONT_SECRET="s3cret", **told)
    asked("/x", HTTP_X_FRONT_SECRET="forged", **told)

    assert seen == ["10.1.2.3", ""]
