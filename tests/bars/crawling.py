"""Everything a reader can be shown: each address and each way to ask, answered as comparable bytes, packed formats opened."""

from __future__ import annotations

import html
import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

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
# What the box of the search suggests after a few letters: asked as its script asks.
TYPED, TYPING = ("?q=草", "?q=金丝", "?q=2018"), {"HX-Request": "true", "HX-Target": "found"}
MARKS = re.compile(rb"<[^<>]+>")
OF_FILES = re.compile(rb"<(?:\w+:)?(creator|lastModifiedBy|author|Company|Manager|title|subject|keywords)>([^<]+)<")


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


def asked(client: Client, address: str) -> tuple[Any, bytes]:
    """The answer to a GET and its body; whatever it wrote is taken back. A `#` after the address: as the search box asks."""
    plain, _, typing = address.partition("#")
    with transaction.atomic():
        answer = client.get(plain, headers=TYPING if typing else {})
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, body


def answered(client: Client, address: str) -> bytes:
    """Status, headers and body of a GET, without what is of the moment; the names in headers as one reads them."""
    answer, body = asked(client, address)
    named = sorted(answer.headers.items())
    headers = "\n".join(f"{name}: {unquote(value)}" for name, value in named if name not in MOVING)
    plain = opened(body, answer.headers.get("Content-Type", ""))
    return f"{answer.status_code}\n{headers}\n".encode() + OF_THE_MOMENT.sub(rb"\1", plain)


def addresses(known: list[Route], objects: list[Objects], *, ways: int) -> Iterator[str]:
    """Every address of these routes with each of the objects; lists also sorted, searched, filtered and turned over."""
    for route in known:
        if route.name in LEFT_OUT or "simulat" in route.path:
            continue
        if not route.places:
            yield from (f"/{route.path}{way}" for way in ASKED[:ways])
            yield from (f"/{route.path}{way}#typed" for way in TYPED if route.name == "search")
            continue
        yield from sorted({route.filled(one.values(route)) for one in objects})


def crawl(client: Client, wanted: list[str]) -> dict[str, Any]:
    """What each address answers."""
    return {address: answered(client, address) for address in wanted}


def holds(told: bytes, word: str) -> bool:
    """Whether a word stands in what was told, however pages, headers, scripts and files spell it; a mark within it hides nothing."""
    escaped = json.dumps(word)[1:-1]
    ways = (word.encode(), word.encode("gb18030"), word.encode("utf-16-le"), word.encode("utf-16-be"))
    written = (
        quote(word),
        escaped,
        "".join(f"&#{ord(one)};" for one in word),
        "".join(f"&#x{ord(one):x};" for one in word),
    )
    lowered = (told + MARKS.sub(b"", told)).lower()
    return any(way.lower() in lowered for way in (*ways, *(one.encode() for one in written)))


def written_by(body: bytes) -> Iterator[tuple[str, str]]:
    """What a file says beside its content: the notes of a PDF and their XMP, the properties of an office file; those inside too."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(body)) as archive:
            for name in archive.namelist():
                part = archive.read(name)
                if name.startswith("docProps/"):
                    yield from (
                        (field.decode(), html.unescape(said.decode())) for field, said in OF_FILES.findall(part)
                    )
                else:
                    yield from written_by(part)
    if body.startswith(b"%PDF"):
        read = pypdf.PdfReader(BytesIO(body))
        yield from ((name, str(value)) for name, value in (read.metadata or {}).items() if "Date" not in name)
        if (xmp := read.trailer["/Root"].get("/Metadata")) is not None:
            yield from ((name.decode(), said.decode()) for name, said in OF_FILES.findall(xmp.get_object().get_data()))
