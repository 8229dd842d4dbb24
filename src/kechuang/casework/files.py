"""Files of a case: refused before they cost memory, kept under a random-free name (their digest), served as attachments."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import puremagic
from django.core.files.storage import default_storage

from kechuang.casework import looking
from kechuang.casework.models import Attachment, Case, Round
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST_BYTES = 50 * 1024 * 1024
MOST_NAME = 100
_CHUNK = 1 << 20
# ending → endings of what its first bytes may be found to be
ALLOWED = {"pdf": {"pdf"}, "png": {"png"}, "jpg": {"jpg", "jpeg", "jfif"}, "jpeg": {"jpg", "jpeg", "jfif"}}
TEXTS = {"csv": "text/csv", "txt": "text/plain"}
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Archives underneath: their first bytes do not tell which; `looking` asks for the part that makes them one.
PACKAGES = {
    "docx": f"{_OFFICE}wordprocessingml.document", "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation", "zip": "application/zip",
}  # fmt: skip
PICTURES = ("png", "jpg", "jpeg")  # kept without what the camera wrote beside them
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


_DIGEST = re.compile(r"(scan:)?[0-9a-f]{64}")


def folder() -> Path:
    """Where files lie, by digest."""
    return Path(default_storage.path(""))


def path_of(digest: str) -> Path:
    return folder() / digest[:2] / digest


def clean_name(name: str) -> str:
    """A file name that is safe on every system; Refused as `bad_file_name` where nothing sensible is left."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not stem or not dot or _RESERVED.match(plain):
        raise Refused(Reason("bad_file_name", name=plain[:40]))
    return f"{stem[: MOST_NAME - len(ending) - 1]}.{ending.lower()}"


def keep(
    case: Case,
    field: str,
    name: str,
    chunks: Iterable[bytes],
    *,
    by: Person | None,
    on: datetime,
    most: int = MOST_BYTES,
) -> Attachment:
    """Write an upload and note it on the case; the same bytes in the same field are kept once.

    Refused as bad_file_name, file_kind_not_taken, file_too_large(most), file_not_what_it_says, file_empty, or as `looking` says.
    """
    name = clean_name(name)
    ending = name.rpartition(".")[2]
    taken = {*ALLOWED, *TEXTS, *PACKAGES}
    if ending not in taken:
        raise Refused(Reason("file_kind_not_taken", ending=ending[:12], taken=sorted(taken)))
    partial = folder() / f"partial-{os.getpid()}-{os.urandom(6).hex()}"
    partial.parent.mkdir(parents=True, exist_ok=True)
    try:
        digest, size = _write(partial, chunks, most)
        media = _looked_at(partial, ending)
        looking.judge(partial, ending)
        if ending in PICTURES:
            clean = looking.without_traces(partial.read_bytes(), ending)
            digest, size = _write(partial, [clean], most)
        final = path_of(digest)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(partial, final)
        to_disk(final.parent)
    finally:
        partial.unlink(missing_ok=True)
    found = Attachment.objects.filter(case=case, field=field, digest=digest, removed=False).first()
    return found or Attachment.objects.create(
        case=case, field=field, name=name, media=media, size=size, digest=digest, by=by, on=on
    )


def give(attachment: Attachment, case: Case) -> Attachment:
    """The same file on another case: what signs a list lies with every case of the list."""
    same = {"field": attachment.field, "digest": attachment.digest, "removed": False}
    found = Attachment.objects.filter(case=case, **same).first()
    return found or Attachment.objects.create(
        case=case, name=attachment.name, media=attachment.media, size=attachment.size, by=attachment.by, on=attachment.on, **same
    )  # fmt: skip


def told(subject: Case | Round, said: Any) -> dict[str, str]:
    """What a record tells of the files that are named in `said`, at whatever depth: their digests, by `file` and a number.

    Only files of the case or of its parent are meant; a text of that length that names none is passed over.
    """
    named = set(_named(said))
    family = {subject.pk, subject.parent_id} - {None} if named and isinstance(subject, Case) else set()
    rows = (
        Attachment.objects.filter(case__in=family, digest__in=named).values_list("digest", flat=True) if family else ()
    )
    return {f"file{number}": digest for number, digest in enumerate(sorted(set(rows)))}


def _named(said: Any) -> Iterator[str]:
    """Whatever could be the digest of a file; a scan that signs stands behind a word and a colon."""
    if isinstance(said, Mapping):
        said = list(said.values())
    if isinstance(said, (list, tuple)):
        for one in said:
            yield from _named(one)
    elif isinstance(said, str) and _DIGEST.fullmatch(said):
        yield said.rpartition(":")[2]


def to_disk(path: Path) -> None:
    """Write a file or a folder through: a new name in a folder outlives a power cut only once the folder has been written."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _write(partial: Path, chunks: Iterable[bytes], most: int) -> tuple[str, int]:
    hasher, size = hashlib.sha256(), 0
    with open(partial, "wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise Refused(Reason("file_too_large", most=most // (1024 * 1024)))
            hasher.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    if not size:
        raise Refused(Reason("file_empty"))
    return hasher.hexdigest(), size


def _looked_at(partial: Path, ending: str) -> str:
    """The media type by content; Refused where the content is not what the ending says."""
    with partial.open("rb") as file:
        head = file.read(4096)
    if ending in PACKAGES:
        right, media = head.startswith(b"PK\x03\x04"), PACKAGES[ending]
    elif ending in TEXTS:
        right, media = b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")), TEXTS[ending]
    else:
        right, media = _found_in(head, ending)
    lowered = head[:1024].lower()
    if not right or any(word in lowered for word in (b"<html", b"<svg", b"<script")):
        raise Refused(Reason("file_not_what_it_says", ending=ending))
    return media


def _found_in(head: bytes, ending: str) -> tuple[bool, str]:
    """Whether the first bytes are those of such a file, and its media type."""
    try:
        best = puremagic.magic_string(head)
    except puremagic.PureError:
        return False, ""
    named = [(one.extension.lstrip(".").lower(), one.mime_type) for one in best[:6]]
    media = next((kind for name, kind in named if name in ALLOWED[ending]), "")
    return any(name in ALLOWED[ending] for name, _ in named), media or "application/octet-stream"


def opened(attachment: Attachment) -> BinaryIO:
    """The bytes of an attachment; FileNotFoundError if the folder has lost them."""
    return path_of(attachment.digest).open("rb")
