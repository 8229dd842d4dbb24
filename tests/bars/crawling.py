"""Everything a reader can be shown: each address and each way to ask, answered as comparable bytes, packed formats opened."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdf
from django.db import transaction
from django.test import Client

from tests.house.routes import Objects, Route

# What differs from one answer to the next whatever is shown: tokens, nonces, the keys of forms, the moment a file was made.
OF_THE_MOMENT = re.compile(
    rb'(name="(?:csrfmiddlewaretoken|key)" value="|X-CSRFToken": "|nonce="|"key": "|key=)[^"&]+'
    rb'|<dcterms:(?:created|modified)[^>]*>[^<]*'
)  # fmt: skip
MOVING = ("Set-Cookie", "Content-Security-Policy", "Content-Length", "Date")
# Not asked: what ends the session or begins a process of its own.
LEFT_OUT = ("signout", "password", "switch")
ASKED = ("", "?q=草原", "?sort=-title&page=2", "?sort=-asked&state=draft", "?year=2018&kind=case&q=金丝雀")


def opened(body: bytes, media: str) -> bytes:
    """The words of a file: each member of an archive, the text and the notes of a PDF, JSON unescaped; other bytes as they are."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            return b"\n".join(
                name.encode() + b"\n" + opened(archive.read(name), "") for name in sorted(archive.namelist())
            )
    if body.startswith(b"%PDF"):
        told = pypdf.PdfReader(BytesIO(body))
        notes = {name: value for name, value in (told.metadata or {}).items() if "Date" not in name}
        return "\n".join([*(page.extract_text() for page in told.pages), str(notes)]).encode()
    if "json" in media and body:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=0).encode()
    return body


def answered(client: Client, address: str) -> bytes:
    """Status, headers and body of a GET, without what is of the moment; whatever it wrote is taken back."""
    with transaction.atomic():
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()) if name not in MOVING)
    plain = opened(body, answer.headers.get("Content-Type", ""))
    return f"{answer.status_code}\n{headers}\n".encode() + OF_THE_MOMENT.sub(rb"\1", plain)


def addresses(known: list[Route], objects: list[Objects], *, ways: int) -> Iterator[str]:
    """Every address of these routes with each of the objects; lists also sorted, searched, filtered and turned over."""
    for route in known:
        if route.name in LEFT_OUT or "simulat" in route.path:
            continue
        if not route.places:
            yield from (f"/{route.path}{way}" for way in ASKED[:ways])
            continue
        yield from sorted({route.filled(one.values(route)) for one in objects})


def crawl(client: Client, wanted: list[str]) -> dict[str, Any]:
    """What each address answers."""
    return {address: answered(client, address) for address in wanted}
