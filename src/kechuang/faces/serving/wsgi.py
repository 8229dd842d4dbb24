"""The application as the server runs it: Django, two health addresses, and an honest 503 where the disk or database failed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from functools import cache
from threading import local
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import got_request_exception
from django.core.wsgi import get_wsgi_application
from django.db import InterfaceError, OperationalError

from kechuang.faces.serving.answers import RETRY_AFTER
from kechuang.faces.serving.readiness import unready
from kechuang.faces.serving.received import from_front

StartResponse = Callable[..., Any]
UNAVAILABLE = "503 Service Unavailable"
PAGE = (
    '<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>503</title>'
    "<h1>系统暂时不能写入，这次操作没有办理。请稍候再提交一次，不会重复办理。</h1>"
    "<p>The system cannot write at the moment, and this was not carried out. Send it again later: it is never done twice.</p>"
    "</html>\n"
).encode()

_failed = local()


@cache
def loaded() -> WSGIHandler:
    """Django with its middleware. Made when it is first wanted: whitenoise looks at the static files only once."""
    return get_wsgi_application()


def _django(environ: dict[str, Any], start_response: StartResponse) -> Any:
    return loaded()(environ, start_response)


def _on_exception(sender: object, **_: object) -> None:
    """Django tells every exception of a view here, while it is being raised and before it becomes a page."""
    _failed.now = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError, OSError))


got_request_exception.connect(_on_exception)


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """WSGI. The client's address is the one the front saw; without the front it is the connection's own."""
    if environ.get("PATH_INFO") == "/healthz":
        return _plain(start_response, "200 OK", {"ok": True})
    if environ.get("PATH_INFO") == "/readyz":
        wrong = unready()
        return _plain(start_response, UNAVAILABLE if wrong else "200 OK", {"ready": not wrong, "wrong": wrong})
    if from_front(environ):
        environ["REMOTE_ADDR"] = str(environ.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    _failed.now = False
    replaced: list[bool] = []

    def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        if _failed.now and status.startswith("500"):
            replaced.append(True)
            status, headers = UNAVAILABLE, _headers("text/html; charset=utf-8", PAGE)
        return start_response(status, headers, *more)

    answer = _django(environ, begin)
    if not replaced:
        return answer
    answer.close()
    return [PAGE]


def _plain(start_response: StartResponse, status: str, said: dict[str, Any]) -> list[bytes]:
    body = json.dumps(said).encode()
    start_response(status, _headers("application/json", body))
    return [body]


def _headers(media: str, body: bytes) -> list[tuple[str, str]]:
    told = [("Content-Type", media), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    return [*told, ("Retry-After", str(RETRY_AFTER))]
