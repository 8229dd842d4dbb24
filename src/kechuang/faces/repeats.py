"""The same request once more gets its first answer: a line that broke, a button pressed twice, a machine that tries again.

What an act itself tells a repeated key is not enough: often the page it was sent to is no longer there for whoever sent it
(a seat that was left, a registration that was confirmed), and the answer would be that there is no such thing.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError

from kechuang.casework.pages import day_of
from kechuang.faces.access import RESUMED, now
from kechuang.parties.models import Answered
from kechuang.parties.prepared import Prepared, insert
from kechuang.parties.secrets import keyed_digest

KEPT = timedelta(days=2)
JSON = "application/json"
UNREADABLE = (RequestDataTooBig, MultiPartParserError, OSError, ValueError)
OF_THE_SESSION = frozenset({"csrfmiddlewaretoken", *RESUMED})
ASKED = Prepared[Answered](lambda asked: Answered.objects.filter(asked=asked))
log = logging.getLogger("kechuang.repeats")


class Repeats:
    """Remembers what a keyed request was answered, and answers the same request with it. What was refused may be tried again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        asked = getattr(request, "_asked_once", None)
        if asked and not hasattr(response, "told_again") and not complained(request):
            remember(asked, response, day_of(now()))
        return response

    def process_view(self, request: HttpRequest, view: Any, args: object, kwargs: object) -> HttpResponse | None:
        asked = identity(request) if request.method == "POST" else None
        told = ASKED.one(asked) if asked else None
        request._asked_once = asked  # type: ignore[attr-defined]
        return again(told.answer) if told else None


def complained(request: HttpRequest) -> bool:
    """Whether the next page will say that something could not be done: then it was not, and may be tried again."""
    said = getattr(getattr(request, "_messages", None), "_queued_messages", ())
    return any(one.level >= messages.WARNING for one in said)


def not_kept(request: HttpRequest) -> None:
    """The answer to this request is kept nowhere: it holds a password, or the act itself knows whether what it made still stands."""
    request._asked_once = None  # type: ignore[attr-defined]


def identity(request: HttpRequest) -> str | None:
    """A digest of who asks, where and with what; None for a request without a key, or one that cannot be read."""
    who = request.user.pk if request.user.is_authenticated else ""
    try:
        said = _of_a_machine(request) if request.path_info.startswith("/api/") else _of_a_page(request)
    except UNREADABLE:
        return None
    return keyed_digest(f"{who}\n{request.get_full_path()}\n{said}") if said else None


def _of_a_machine(request: HttpRequest) -> str:
    if request.content_type != JSON:  # what is read here of another kind could not be read again
        return ""
    body = json.loads(request.body)
    return hashlib.sha256(request.body).hexdigest() if isinstance(body, dict) and body.get("key") else ""


def _of_a_page(request: HttpRequest) -> str:
    """What was typed, and the bytes of each file: two presses of one button put other borders between the parts."""
    if not request.POST.get("key"):
        return ""
    pairs = [[name, texts] for name, texts in sorted(request.POST.lists()) if name not in OF_THE_SESSION]
    return json.dumps([pairs, list(_files(request))])


def _files(request: HttpRequest) -> Iterator[list[str]]:
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            seen = hashlib.sha256()
            for chunk in file.chunks():
                seen.update(chunk)
            file.seek(0)
            yield [name, file.name, seen.hexdigest()]


def remember(asked: str, response: HttpResponseBase, day: date) -> None:
    """Keep where a page led on to, or what a machine was told. A page that was shown is no answer to keep."""
    status, to, media = (
        response.status_code,
        response.headers.get("Location", ""),
        response.headers.get("Content-Type", ""),
    )
    leads_on = status in (302, 303) and not to.startswith("/signin/")
    if not leads_on and not (200 <= status < 300 and media.startswith(JSON) and isinstance(response, HttpResponse)):
        return
    body = response.content.decode() if isinstance(response, HttpResponse) and not leads_on else ""
    row = Answered(asked=asked, answer={"status": status, "to": to, "media": media, "body": body}, day=day)
    try:
        insert(row)
    except IntegrityError:  # the same request at the same time has been answered
        pass
    except DatabaseError:  # what was done stands and has been answered
        log.exception("an answer could not be kept")


def again(answer: dict[str, Any]) -> HttpResponse:
    """The answer as it was given."""
    response = (
        HttpResponseRedirect(answer["to"])
        if answer["to"]
        else HttpResponse(answer["body"], content_type=answer["media"])
    )
    response.status_code = answer["status"]
    response.told_again = True  # type: ignore[attr-defined]
    return response


def forget(today: date) -> int:
    """Let go of answers that nobody will ask for again; how many there were."""
    return Answered.objects.filter(day__lt=today - KEPT).delete()[0]
