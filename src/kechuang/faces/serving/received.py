"""When a request was received: the one function that says so, and whose clock it was."""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from kechuang.words.period import Stamped

SECRET = "KECHUANG_FRONT_SECRET"  # set by `kechuang serve` for the application beside its front
STAMP_HEADER, SECRET_HEADER = "X-Received-At", "X-Front-Secret"


@dataclass(frozen=True, slots=True)
class Received:
    """`on` to the millisecond; `by` is "front" when the last byte was stamped there, else "application"."""

    on: datetime
    by: str


def received_at(request: HttpRequest) -> Received:
    """When the last byte of this request arrived. A stamp counts only with the secret that front and application share."""
    stamp = request.headers.get(STAMP_HEADER, "")
    if stamp and from_front(request.META):
        try:
            on = Stamped.fromisoformat(stamp)
        except ValueError:
            on = None
        if on is not None and on.tzinfo is not None:
            return Received(on, "front")
    now = timezone.now()
    return Received(now.replace(microsecond=now.microsecond // 1000 * 1000), "application")


def from_front(environ: Mapping[str, object]) -> bool:
    """Whether this request came through the front of this very start."""
    secret = os.environ.get(SECRET, "")
    given = str(environ.get("HTTP_" + SECRET_HEADER.upper().replace("-", "_"), ""))
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())
