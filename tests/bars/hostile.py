"""Files that somebody may send to harm, built here: each with its name and the reason for which it must be refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = b'<?xml version="1.0"?><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>DDE residues in soil</w:t></w:r></w:p></w:body></w:document>'
BOOK = b'<?xml version="1.0"?><workbook><sheets/></workbook>'
SHOW = b'<?xml version="1.0"?><p:presentation xmlns:p="p"/>'
MAIN = {"docx": ("word/document.xml", WORD), "xlsx": ("xl/workbook.xml", BOOK), "pptx": ("ppt/presentation.xml", SHOW)}
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'


def package(parts: Mapping[str, bytes], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(kind: str, parts: Mapping[str, bytes] | None = None, main: bytes | None = None) -> bytes:
    """A small office file, with more parts."""
    name, content = MAIN[kind]
    return package({"[Content_Types].xml": CONTENT_TYPES, name: main or content, **(parts or {})})


def relation(kind: str, target: str) -> bytes:
    return f'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'.encode()


def special(name: str, mode: int) -> bytes:
    """An archive with one entry of that mode: a link, a device."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def bomb(size: int) -> bytes:
    return package({"zeros.bin": bytes(size)})


def overlapping() -> bytes:
    """Two names for the same bytes, as the better bombs have it."""
    whole = package({"aa.txt": b"0" * 1000, "bb.txt": b"1" * 1000})
    at = whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 1)
    return whole[: at + 42] + struct.pack("<I", 0) + whole[at + 46 :]


def many(count: int) -> bytes:
    """An archive that says it has that many entries, each of them empty."""
    head = b"PK\x03\x04" + bytes(26)
    entries = b"".join(b"PK\x01\x02" + bytes(24) + struct.pack("<H", 6) + bytes(16) + b"%06d" % n for n in range(count))
    told = min(count, 0xFFFF)
    return head + entries + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, told, told, len(entries), len(head), 0)


def encrypted() -> bytes:
    """The flag of encryption on every entry."""
    whole = bytearray(package({"secret.txt": b"secret"}))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def pdf(words: bytes = b"", after: bytes = b"") -> bytes:
    """A small document with more words in its catalogue; its stream holds what would be hostile outside of one."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + words + b" >>\nendobj\n"
        b"3 0 obj\n<< /Length 24 >>\nstream\n/JS /Launch /Encrypt bits\nendstream\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n" + after
    )  # fmt: skip


def png(wide: int = 2, high: int = 2, *, more: bytes = b"", after: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0\0" * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"") + after


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpg(wide: int = 2, high: int = 2, *, more: bytes = b"", after: bytes = b"") -> bytes:
    jfif = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", high, wide) + b"\x01\x01\x11\x00"
    return (
        b"\xff\xd8"
        + jfif
        + more
        + frame
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"\x55" * 9
        + b"\xff\xd9"
        + after
    )


GPS = b"\xff\xe1" + struct.pack(">H", 2 + 32) + b"Exif\0\0GPS 40.8N 111.7E HUAWEI P30"[:32].ljust(32, b"\0")
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SVG_OUT = OUTSIDE.replace(b"<d>", b"<svg>").replace(b"</d>", b"</svg>")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
GIF = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)"
CLICKED = relation("hyperlink", "https://example.org/")

Made = Callable[[], bytes]


def refused() -> Iterator[tuple[str, Made, str]]:
    """Name, content, and the code of the reason."""
    yield from _packages()
    yield from _offices()
    yield from _documents()
    yield from _images()
    yield from _names()


def _packages() -> Iterator[tuple[str, Made, str]]:
    unsafe, much, other = "file_unsafe", "file_unpacks_too_big", "file_not_what_it_says"
    yield "bomb.zip", lambda: bomb(120 << 20), much
    yield "nested.zip", lambda: package({"inner.zip": bomb(1 << 20)}), unsafe
    yield "nested.7z.zip", lambda: package({"inner.7z": b"7z"}), unsafe
    yield "tar.zip", lambda: package({"inner.tar.gz": b"gz"}), unsafe
    yield "overlapping.zip", overlapping, unsafe
    yield "many.zip", lambda: many(20_000), much
    yield "a hundred thousand.zip", lambda: many(100_000), much
    yield "locked.zip", encrypted, "file_encrypted"
    yield "link.zip", lambda: special("passwd", 0o120777), unsafe
    yield "up.zip", lambda: package({"../../etc/cron.d/x": b"x"}), unsafe
    yield "up windows.zip", lambda: package({"..\\..\\x": b"x"}), unsafe
    yield "root.zip", lambda: package({"/etc/passwd": b"x"}), unsafe
    yield "drive.zip", lambda: package({"C:/autoexec.txt": b"x"}), unsafe
    yield "program.zip", lambda: package({"setup.exe": b"MZ"}), unsafe
    yield "script.zip", lambda: package({"a.js": b"1"}), unsafe
    yield "macro.zip", lambda: package({"a.docm": b"1"}), unsafe
    yield "twice.zip", _twice, unsafe
    yield "cut.zip", lambda: cut(package({"a.txt": b"a" * 5000}, how=zipfile.ZIP_STORED)), other
    yield "garbage.zip", lambda: b"PK\x03\x04" + b"\x07" * 400, other
    yield "before.zip", lambda: b"#!/bin/sh\n" + package({"a.txt": b"a"}), other
    yield "page.zip", lambda: HTML, other


def _twice() -> bytes:
    whole = package({"aa.txt": b"1", "bb.txt": b"2"})
    return whole.replace(b"bb.txt", b"aa.txt")


def _offices() -> Iterator[tuple[str, Made, str]]:
    active, other = "file_active", "file_not_what_it_says"
    for kind, folder in (("docx", "word"), ("xlsx", "xl"), ("pptx", "ppt")):
        yield f"macro.{kind}", lambda k=kind, f=folder: office(k, {f"{f}/vbaProject.bin": b"macro"}), active
        yield f"laughs.{kind}", lambda k=kind: office(k, {"customXml/item1.xml": LAUGHS}), active
        yield f"outside.{kind}", lambda k=kind: office(k, main=OUTSIDE), active
        yield f"bomb.{kind}", lambda k=kind: office(k, {"media/zeros.xml": bytes(120 << 20)}), "file_unpacks_too_big"
        yield f"empty package.{kind}", lambda: package({"a.txt": b"a"}), other
        yield f"old.{kind}", lambda: OLE, other
        yield f"embedded.{kind}", lambda k=kind, f=folder: office(k, {f"{f}/embeddings/oleObject1.bin": OLE}), active
    template = relation("attachedTemplate", "http://example.org/t.dotm")
    yield "template.docx", lambda: office("docx", {"word/_rels/settings.xml.rels": template}), active
    yield "frame.docx", lambda: office("docx", {"word/_rels/document.xml.rels": relation("frame", "http://x/")}), active
    yield (
        "beacon.docx",
        lambda: office("docx", {"word/_rels/document.xml.rels": relation("image", "http://x/")}),
        active,
    )
    field = (
        b'<w:document><w:instrText xml:space="preserve"> DDEAUTO c:\\\\cmd.exe "/k calc" </w:instrText></w:document>'
    )
    yield "dde.docx", lambda: office("docx", main=field), active
    yield "simple dde.docx", lambda: office("docx", main=b'<w:fldSimple w:instr="DDE Excel a"/>'), active
    yield "control.docx", lambda: office("docx", {"word/activeX/activeX1.xml": b"<a/>"}), active
    cell = b"<worksheet><c><f>cmd|'/C calc'!A0</f></c></worksheet>"
    yield "dde.xlsx", lambda: office("xlsx", {"xl/worksheets/sheet1.xml": cell}), active
    yield "far.xlsx", lambda: office("xlsx", {"xl/externalLinks/externalLink1.xml": b"<ddeLink/>"}), active
    yield "old macro.xlsx", lambda: office("xlsx", {"xl/macrosheets/sheet1.xml": b"<a/>"}), active


def _documents() -> Iterator[tuple[str, Made, str]]:
    other = "file_not_what_it_says"
    yield "script.pdf", lambda: pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "file_active"
    yield "hidden script.pdf", lambda: pdf(b"/OpenAction << /S /J#61vaScript >>"), "file_active"
    yield "launch.pdf", lambda: pdf(b"/AA << /S /Launch /F (cmd.exe) >>"), "file_active"
    yield "media.pdf", lambda: pdf(b"/Subtype /RichMedia"), "file_active"
    yield "locked.pdf", lambda: pdf(b"/Encrypt 9 0 R"), "file_encrypted"
    yield "two in one.pdf", lambda: pdf(after=package({"a.txt": b"a"})), "file_unsafe"
    yield "page.pdf", lambda: HTML, other
    yield "program.pdf", lambda: b"MZ" + bytes(4000), other
    yield "page.txt", lambda: HTML, other
    yield "page.csv", lambda: b"a,b\n" + SVG, other
    yield "binary.csv", lambda: b"a,b\n\0\0\0", other
    yield "empty.txt", lambda: b"", "file_empty"


def _images() -> Iterator[tuple[str, Made, str]]:
    other = "file_not_what_it_says"
    yield "flood.png", lambda: png(60_000, 60_000), "image_too_large"
    yield "flood.jpg", lambda: jpg(65_000, 65_000), "image_too_large"
    yield "nothing.png", lambda: png(0, 10), "image_too_large"
    yield "two in one.png", lambda: png(after=package({"a.txt": b"a"})), "file_unsafe"
    yield "two in one.jpg", lambda: jpg(after=package({"a.txt": b"a"})), "file_unsafe"
    yield "cut.png", lambda: cut(png()), other
    yield "cut.jpg", lambda: jpg()[:25], other
    yield "script.gif.png", lambda: GIF, other
    yield "drawing.png", lambda: SVG, other


def _names() -> Iterator[tuple[str, Made, str]]:
    good = pdf
    for name in (
        "con.pdf",
        "CON.PDF",
        "lpt1.pdf",
        "aux.tar.pdf",
        ".pdf",
        "...pdf",
        "noending",
        "\0\0.pdf",
        "\u202e.pdf",
    ):
        yield name, good, "bad_file_name"
    for name in (
        "drawing.svg",
        "page.html",
        "run.exe",
        "macro.docm",
        "book.xls",
        "shot.gif",
        "a.pdf.js",
        "a.pdf\u202e.exe",
    ):
        yield name, lambda: HTML, "file_kind_not_taken"


def taken() -> Iterator[tuple[str, Made, str]]:
    """Files that people send in good faith: name, content, and the name they are kept under."""
    words = relation("hyperlink", "https://example.org/")
    yield "方案.pdf", pdf, "方案.pdf"
    yield "报告.docx", lambda: office("docx", {"word/_rels/document.xml.rels": words}), "报告.docx"
    yield "预算.xlsx", lambda: office("xlsx", {"xl/worksheets/sheet1.xml": b"<c><f>SUM(A1:A9)</f></c>"}), "预算.xlsx"
    yield "答辩.pptx", lambda: office("pptx"), "答辩.pptx"
    yield "材料.zip", lambda: package({"附件/一.pdf": pdf(), "附件/二.docx": office("docx")}), "材料.zip"
    yield "章.png", png, "章.png"
    yield "照片.JPG", jpg, "照片.jpg"
    yield "表.csv", lambda: "姓名,单位\n𠮷㐂,=1+1\n".encode("gb18030"), "表.csv"
    yield "说明.txt", lambda: "说明".encode(), "说明.txt"
    yield "../../etc/方案.pdf", pdf, "方案.pdf"
    yield "..\\..\\方案.pdf", pdf, "方案.pdf"
    yield "方\r\n案\0.pdf", pdf, "方案.pdf"
    yield "fdp.\u202e案.pdf", pdf, "fdp.案.pdf"
    yield "长" * 300 + ".pdf", pdf, "长" * 96 + ".pdf"
