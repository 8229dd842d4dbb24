"""What an uploaded file really is: judged by its bytes, within bounds, before it is kept; nothing here unpacks a whole file."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOST_ENTRIES = 5_000
MOST_DIRECTORY = 2 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 200  # where an entry is large enough to matter
LARGE = 10 * 1024 * 1024
MOST_READ = 16 * 1024 * 1024  # of all parts of an office file together
MOST_PIXELS = 60_000_000
_END, _DIRECTORY_END = struct.Struct("<IHHHHIIH"), b"PK\x05\x06"
MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_ARCHIVE = re.compile(r"\.(zip|7z|rar|gz|bz2|xz|tar|tgz|jar|cab|iso)$", re.IGNORECASE)
_PROGRAM = re.compile(r"\.(exe|dll|com|scr|msi|bat|cmd|ps1|vbs|js|jse|wsf|hta|lnk|sh|app|docm|xlsm|pptm|dotm|xlam)$", re.IGNORECASE)  # fmt: skip
_ACTIVE_PART = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|externallinks/|embeddings/.*\.(bin|exe)$", re.IGNORECASE)  # fmt: skip
_FETCHED = re.compile(rb'Type="[^"]*/(attachedTemplate|oleObject|frame|subDocument|externalLink|image)"', re.IGNORECASE)  # fmt: skip
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_DDE = re.compile(rb'(<w:instrText[^>]*>|w:instr=")[^<"]*\bDDE(AUTO)?\b|<ddeLink\b|<f[^>]*>[^<]*\|[^<]*!')
_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_PDF_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|ImportData)\b")
_PDF_LOCKED = re.compile(rb"/Encrypt\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def judge(path: Path, ending: str) -> None:
    """Refused where a file is harmful to whoever opens it, or costs more to open than it may.

    file_encrypted, file_active (macros, scripts, links that fetch), file_unsafe (two kinds in one, names that lead out,
    overlapping or linked entries, programs), file_unpacks_too_big, image_too_large, file_not_what_it_says.
    """
    with path.open("rb") as file:
        if ending in MAIN_PART or ending == "zip":
            _package(file, ending)
        elif ending == "pdf":
            _pdf(file)
        elif ending in ("png", "jpg", "jpeg"):
            _image(file, "png" if ending == "png" else "jpg")


def _refuse(code: str, **values: object) -> Refused:
    return Refused(Reason(code, **values))


def _package(file: BinaryIO, ending: str) -> None:
    """A zip archive, and an office file, which is one: its directory is bounded before it is read."""
    if file.read(4) != b"PK\x03\x04":
        raise _refuse("file_not_what_it_says", ending=ending)
    entries, directory = _directory(file)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise _refuse("file_unpacks_too_big")
    try:
        with zipfile.ZipFile(file) as package:
            _entries(package.infolist())
            if ending in MAIN_PART:
                _office(package, ending)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError, struct.error):
        raise _refuse("file_not_what_it_says", ending=ending) from None


def _directory(file: BinaryIO) -> tuple[int, int]:
    """How many entries the archive says it has, and how long its directory is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_600))
    tail = file.read()
    at = tail.rfind(_DIRECTORY_END)
    if at < 0 or len(tail) - at < _END.size:
        raise _refuse("file_not_what_it_says", ending="zip")
    told = _END.unpack(tail[at : at + _END.size])
    file.seek(0)
    return told[4], told[5]


def _entries(inside: list[zipfile.ZipInfo]) -> None:
    if any(one.flag_bits & 1 for one in inside):
        raise _refuse("file_encrypted")
    if any(_leads_out(one) or _PROGRAM.search(one.filename) or _ARCHIVE.search(one.filename) for one in inside):
        raise _refuse("file_unsafe")
    places = sorted((one.header_offset, one.header_offset + 30 + one.compress_size) for one in inside)
    if any(end > start for (_, end), (start, _) in pairwise(places)) or len({p[0] for p in places}) < len(places):
        raise _refuse("file_unsafe")
    if len({one.filename for one in inside}) < len(inside):
        raise _refuse("file_unsafe")
    swollen = any(one.file_size > LARGE and one.file_size > MOST_RATIO * one.compress_size for one in inside)
    if swollen or sum(one.file_size for one in inside) > MOST_UNPACKED:
        raise _refuse("file_unpacks_too_big")


def _leads_out(one: zipfile.ZipInfo) -> bool:
    """Whether an entry is a link, or its name leads out of the folder it is unpacked into."""
    name = (one.orig_filename or one.filename).replace("\\", "/")
    linked = (one.external_attr >> 16) & 0o170000 == 0o120000
    return linked or name.startswith("/") or ":" in name or "\0" in name or ".." in name.split("/")


def _office(package: zipfile.ZipFile, ending: str) -> None:
    names = package.namelist()
    if MAIN_PART[ending] not in names:
        raise _refuse("file_not_what_it_says", ending=ending)
    if any(_ACTIVE_PART.search(name) for name in names):
        raise _refuse("file_active")
    left = MOST_READ
    for name in names:
        if name.endswith((".xml", ".rels")) and left > 0:
            with package.open(name) as part:
                content = part.read(left)
            left -= len(content)
            if _ENTITY.search(content[:65_536]) or _DDE.search(content) or any(_fetching(content)):
                raise _refuse("file_active")


def _fetching(content: bytes) -> Iterator[bool]:
    """Relations that fetch something from elsewhere when the file is opened; a link one clicks on is not one."""
    for found in _RELATION.findall(content):
        yield b'TargetMode="External"' in found and _FETCHED.search(found) is not None


def _pdf(file: BinaryIO) -> None:
    content = file.read()
    if not content[:1024].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        raise _refuse("file_not_what_it_says", ending="pdf")
    if _DIRECTORY_END in content[-65_600:]:
        raise _refuse("file_unsafe")
    for part in content.split(b"endstream"):
        words = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part.partition(b"stream")[0])
        if _PDF_LOCKED.search(words):
            raise _refuse("file_encrypted")
        if _PDF_ACTIVE.search(words):
            raise _refuse("file_active")


def _image(file: BinaryIO, kind: str) -> None:
    """An image of a size that can be shown, which ends where it says: what follows would be another file."""
    content = file.read()
    try:
        wide, high, end = _png(content) if kind == "png" else _jpg(content)
    except (struct.error, IndexError, ValueError):
        raise _refuse("file_not_what_it_says", ending=kind) from None
    if not wide or not high or wide * high > MOST_PIXELS:
        raise _refuse("image_too_large", most=MOST_PIXELS // 1_000_000)
    if content[end:].strip(b"\0\r\n "):
        raise _refuse("file_unsafe")


def _png(content: bytes) -> tuple[int, int, int]:
    wide, high = struct.unpack(">II", content[16:24])
    end = max((at + length + 12 for at, length, kind in chunks(content) if kind == b"IEND"), default=0)
    if not end:
        raise ValueError("a PNG without its end")
    return wide, high, end


def chunks(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The chunks of a PNG up to its end: place, length of the data, kind."""
    at = 8
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind = content[at + 4 : at + 8]
        if at + length + 12 > len(content):
            return
        yield at, length, kind
        if kind == b"IEND":
            return
        at += length + 12


def _jpg(content: bytes) -> tuple[int, int, int]:
    found = next(
        (struct.unpack(">HH", content[at + 5 : at + 9]) for at, _, kind in segments(content) if kind in _FRAMES), None
    )
    end = content.rfind(b"\xff\xd9")
    if found is None or end < 0:
        raise ValueError("a JPEG without frame or end")
    last = content.find(b"\xff\xd9", max((at for at, _, _ in segments(content)), default=0))
    return found[1], found[0], (last if last >= 0 else end) + 2


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The segments of a JPEG before its picture: place, whole length, kind."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        kind = content[at + 1]
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        yield at, length + 2, kind
        if kind == 0xDA:
            return
        at += length + 2


def without_traces(content: bytes, ending: str) -> bytes:
    """An image without what the camera wrote beside it (place, time, device, comments): the picture itself is untouched."""
    if ending == "png":
        dropped: Iterable[tuple[int, int]] = (
            (at, length + 12)
            for at, length, kind in chunks(content)
            if kind in (b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME")
        )
    else:
        dropped = ((at, length) for at, length, kind in segments(content) if kind in (0xE1, 0xED, 0xFE))
    kept, at = [], 0
    for start, length in dropped:
        kept.append(content[at:start])
        at = start + length
    return b"".join([*kept, content[at:]])
