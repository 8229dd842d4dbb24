"""What is shown when a page cannot be: one template a status, standing alone, with a number to quote."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from kechuang.words.failure import told

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no letter that is read as a figure
log = logging.getLogger("kechuang.mishaps")


def reference() -> str:
    """A short number that stands on the page and in the log, so that one can be found by the other."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


def mishap(request: HttpRequest, status: int, *, number: str = "") -> HttpResponse:
    """The page of `status`; where scripts asked, they get the same page and the same status."""
    user = (
        getattr(request, "user", None) if status in (403, 404) else None
    )  # of a fault of ours nothing is asked any more
    known = user is not None and user.is_authenticated
    page = render_to_string(f"errors/{status}.html", {"reference": number, "signed_in": known})
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return mishap(request, 413 if type(exception).__name__ == "RequestDataTooBig" else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, **_: Any) -> HttpResponse:
    return mishap(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return mishap(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault: the number goes to the log with what failed and where, never the details to the page.

    The log names the page and not the address: in an address stands whom it was about.
    """
    number = reference()
    page = request.resolver_match.route if request.resolver_match else "no page"
    log.error("mishap %s on %s %s: %s", number, request.method, page, told(sys.exception()))
    return mishap(request, 500, number=number)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is no longer good (CSRF_FAILURE_VIEW): the text is still in the browser."""
    return mishap(request, 400)
