"""Files as those make them who want to break a reader: made here, small, each with its name and the faults it may end with."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import xlsxwriter
from pypdf import PdfWriter

WORDS = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="一" sheetId="1" r:id="r1"/></sheets></workbook>'
LINKS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(97 + n)} "{("&" + chr(96 + n) + ";") * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip
THEFT = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
BIG, BROKEN, CLOSED, UNKNOWN, SLOW = (
    "file_too_big",
    "file_broken",
    "file_old_or_encrypted",
    "file_kind_unknown",
    "file_too_slow",
)
Made = tuple[str, bytes, frozenset[str]]


def packed(parts: dict[str, str | bytes], *, links: tuple[str, ...] = ()) -> bytes:
    """A package of these parts; those in `links` are symbolic links."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name in links:
                entry.external_attr = 0o120777 << 16
            package.writestr(entry, text)
    return held.getvalue()


def word(inside: str, **others: str | bytes) -> bytes:
    return packed({"word/document.xml": inside, **{name.replace("__", "/"): text for name, text in others.items()}})


def sheet(data: str, **others: str) -> bytes:
    inside = f'<worksheet xmlns="{MAIN}">{data}</worksheet>'
    parts = {"xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": LINKS, "xl/worksheets/sheet1.xml": inside}
    return packed(parts | {name.replace("__", "/"): text for name, text in others.items()})


def spreadsheet() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        book.add_worksheet("预算").write_row(0, 0, ["设备", 12])
    return held.getvalue()


def pdf(*objects: bytes, root: bytes = b"1 0 R") -> bytes:
    """A PDF of these objects, numbered from one."""
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"trailer << /Size %d /Root %s >>\nstartxref\n%d\n%%%%EOF" % (count, root, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def stream(data: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


CATALOG, PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> >>"


def encrypted() -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(held)
    return held.getvalue()


def packages() -> Iterator[Made]:
    """Word files and spreadsheets."""
    any_of = frozenset({"", BROKEN, BIG, SLOW})
    text = WORDS.format(PARAGRAPH.format("草原"))
    yield "flat bomb", word(WORDS.format(" " * 110_000_000)), frozenset({BIG})
    yield "nested bomb", packed({"inner.zip": packed({"word/document.xml": " " * 50_000_000})}), frozenset({UNKNOWN})
    yield "overlapping entries", overlapping(), frozenset({BIG, BROKEN})
    yield "hundred thousand entries", packed({str(n): "" for n in range(10_001)}), frozenset({BIG})
    yield "laughs in word", word(LAUGHS + WORDS.format("&j;")), frozenset({BROKEN})
    yield "theft in word", word(THEFT + WORDS.format(PARAGRAPH.format("&e;"))), frozenset({BROKEN})
    yield "laughs in a sheet", sheet("", xl__sharedStrings_xml=LAUGHS + "<sst>&j;</sst>"), any_of
    yield "theft in a sheet", sheet(THEFT + '<sheetData><row><c t="str"><v>&e;</v></c></row></sheetData>'), any_of
    yield "macro", word(text, word__vbaProject_bin=b"\x00MZ" * 99), frozenset({""})
    yield (
        "external template",
        word(text, word___rels__settings_xml_rels='<R Target="http://127.0.0.1/x.dotm"/>'),
        frozenset({""}),
    )
    yield (
        "dde field",
        word(WORDS.format("<w:p><w:r><w:instrText>DDEAUTO cmd</w:instrText></w:r></w:p>")),
        frozenset({""}),
    )
    yield (
        "formula and link",
        sheet('<sheetData><row r="1"><c r="A1"><f>cmd|"/c calc"!A1</f><v>1</v></c></row></sheetData>'),
        any_of,
    )
    yield (
        "the last cell",
        sheet(
            '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        ),
        any_of,
    )
    yield (
        "three million cells",
        sheet("<sheetData>" + ("<row>" + "<c><v>1</v></c>" * 3000 + "</row>") * 1000 + "</sheetData>"),
        any_of,
    )
    yield "deep nesting", word(WORDS.format("<w:p>" * 200_000)), any_of
    yield "no end", word(text[:-20]), frozenset({BROKEN})
    yield "letters that are none", word(WORDS.format(PARAGRAPH.format("\x01"))), frozenset({BROKEN})
    yield (
        "a link to the passwords",
        packed({"word/document.xml": "/etc/passwd"}, links=("word/document.xml",)),
        frozenset({BROKEN}),
    )
    yield "a way up and out", packed({"../../word/document.xml": text}), frozenset({UNKNOWN})
    yield "encrypted package", flagged(word(text)), frozenset({CLOSED})
    yield "script in a package", packed({"run.exe": "MZ"}), frozenset({UNKNOWN})
    yield "two roots", word(text + text), frozenset({BROKEN})


def flagged(data: bytes) -> bytes:
    made = bytearray(data)
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def overlapping() -> bytes:
    """Many names for one stretch of bytes that unpacks to a megabyte: small on disk, a hundred megabytes unpacked."""
    data = packed({"word/document.xml": " " * 1_000_000})
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[start:end]
    count = 120
    tail = bytearray(data[end:])
    tail[8:10] = tail[10:12] = count.to_bytes(2, "little")
    tail[12:16] = (count * len(entry)).to_bytes(4, "little")
    return data[:start] + entry * count + bytes(tail)


def papers() -> Iterator[Made]:
    """PDF files."""
    any_of = frozenset({"", BROKEN, BIG, SLOW})
    yield "encrypted pdf", encrypted(), frozenset({CLOSED})
    yield (
        "script in a pdf",
        pdf(
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
            PAGES,
            PAGE,
            stream(b""),
        ),
        any_of,
    )
    yield "a page that is its own parent", pdf(CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), any_of
    yield (
        "a thousand million pages",
        pdf(CATALOG, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>", PAGE, stream(b"")),
        any_of,
    )
    yield "stream within a stream", pdf(CATALOG, PAGES, PAGE, stream(b"BT /F1 1 Tf (x) Tj ET" * 200_000)), any_of
    yield "deep arrays", pdf(CATALOG, PAGES, PAGE, b"[" * 50_000 + b"]" * 50_000), any_of
    yield "no root", pdf(CATALOG, root=b"9 0 R"), frozenset({BROKEN})
    yield "length that lies", pdf(CATALOG, PAGES, PAGE, b"<< /Length 999999999 >>\nstream\nx\nendstream"), any_of
    yield "a filter nobody knows", pdf(CATALOG, PAGES, PAGE, stream(b"x", b"/Filter /Nothing")), any_of
    yield "pdf and package", pdf(CATALOG, PAGES, PAGE, stream(b"")) + packed({"word/document.xml": "x"}), any_of
    yield "only a beginning", b"%PDF-1.4", frozenset({BROKEN})
    yield "a table that points nowhere", b"%PDF-1.4\nstartxref\n99999999\n%%EOF", frozenset({BROKEN})


def others() -> Iterator[Made]:
    """What is no document at all, and tables that would be programs."""
    yield "program", b"\x7fELF" + b"\x00" * 900, frozenset({UNKNOWN})
    yield "picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff", frozenset({UNKNOWN})
    yield "picture and script", b"GIF89a/*\x00\x00*/=1;alert(1)", frozenset({UNKNOWN})
    yield "old office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 999, frozenset({CLOSED})
    yield (
        "drawing with a script",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        frozenset({""}),
    )
    yield "cells that begin with signs", "=cmd|' /C calc'!A0,+1,-1,@SUM(1),\t=1,＝1,＋1".encode(), frozenset({""})
    yield "utf-16 without a mark", "草原 grassland".encode("utf-16-le"), frozenset({UNKNOWN, ""})
    yield "gb18030", "𠮷㐂草原".encode("gb18030"), frozenset({""})
    yield "half a letter", "草原".encode() + b"\xff\xff\xfe", frozenset({UNKNOWN})
    yield "endless line", b"a" * 9_000_000, frozenset({BIG})
    yield "turned round", "‮exe.草原".encode(), frozenset({""})
    yield "nothing", b"", frozenset({""})


def damaged() -> Iterator[Made]:
    """Sound files cut off, and with one byte in so many turned over."""
    sound = {
        "word": word(WORDS.format(PARAGRAPH.format("草原" * 500))), "sheet": spreadsheet(),
        "pdf": pdf(CATALOG, PAGES, PAGE, stream(b"BT (grassland) Tj ET")),
    }  # fmt: skip
    for name, data in sound.items():
        for part in (3, 5, 8):
            yield f"{name} cut at {part} of ten", data[: len(data) * part // 10], ANYTHING
        for step in (97, 31):
            turned = bytes(byte ^ 0x55 if place % step == step - 1 else byte for place, byte in enumerate(data))
            yield f"{name} with one byte in {step} turned", turned, ANYTHING


ANYTHING = frozenset({"", BROKEN, BIG, CLOSED, UNKNOWN, SLOW})


def corpus() -> Iterator[Made]:
    """(name, bytes, the faults it may end with; '' stands for a text)."""
    for family in (packages, papers, others, damaged):
        yield from family()
