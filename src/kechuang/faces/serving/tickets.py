"""A ticket for whoever was sent away by the queue: the very same request, sent again, keeps its time of arrival."""

from __future__ import annotations

import hashlib
import hmac
from typing import IO

from kechuang.faces.serving.requests import CHUNK, Head

COOKIE = "kechuang_queue"
GOOD_FOR = 10 * 60 * 1000  # milliseconds


def ticket(head: Head, body: IO[bytes], *, arrived: int, secret: str) -> str:
    """The cookie that says when this request first arrived, in milliseconds since 1970."""
    return f"{COOKIE}={arrived}.{_seal(head, body, arrived, secret)}"


def first_arrival(head: Head, body: IO[bytes], *, arrived: int, secret: str) -> int:
    """The time on a good ticket for this very request, or `arrived` where there is none."""
    cookies = (part.strip().partition("=") for part in head.header(b"cookie").decode("latin-1").split(";"))
    said, _, seal = next((value for name, _, value in cookies if name == COOKIE), "").partition(".")
    if not seal or not said.isascii() or not said.isdigit() or not 0 <= arrived - int(said) <= GOOD_FOR:
        return arrived
    return int(said) if hmac.compare_digest(seal, _seal(head, body, int(said), secret)) else arrived


def _seal(head: Head, body: IO[bytes], arrived: int, secret: str) -> str:
    """Over method, address, body and time. The body is rewound."""
    hasher = hmac.new(secret.encode(), b"%d\n%b %b\n" % (arrived, head.method, head.target), hashlib.sha256)
    while part := body.read(CHUNK):
        hasher.update(part)
    body.seek(0)
    return hasher.hexdigest()
