"""Reads one file in a process of its own, under limits; run by `extract`, never imported by the house."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from xml.parsers import expat

import pypdf
import python_calamine

UNPACKED_AT_MOST = 100 * 1024 * 1024
ENTRIES_AT_MOST = 10_000
PAGES_AT_MOST = 1000
ROWS_AT_MOST = 200_000
LETTERS_AT_MOST = 2_000_000
LETTERS_OF_A_PAGE = 8
WORD_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Fault(Exception):
    """Why a file cannot be read: one of the codes of `extract.FAULTS`."""


def kind(path: str) -> str:
    """What a file is by what it holds, whatever it is called."""
    with open(path, "rb") as file:
        start = file.read(1024)
    if b"%PDF-" in start:
        return "pdf"
    if start.startswith(OLE):
        raise Fault("file_old_or_encrypted")
    if start.startswith(b"PK"):
        return office_kind(path)
    if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault("file_kind_unknown")
    return "text"


def office_kind(path: str) -> str:
    """docx or xlsx, or a fault: a package that unpacks beyond measure is not opened at all."""
    with zipfile.ZipFile(path) as package:
        inside = package.infolist()
    if len(inside) > ENTRIES_AT_MOST or sum(one.file_size for one in inside) > UNPACKED_AT_MOST:
        raise Fault("file_too_big")
    if any(one.flag_bits & 1 for one in inside):
        raise Fault("file_old_or_encrypted")
    names = {one.filename for one in inside}
    for name, found in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")):
        if name in names:
            return found
    raise Fault("file_kind_unknown")


class Letters:
    """The letters of a Word part: runs joined, a line for each paragraph. A document type is refused unread."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._inside = False

    def begin(self, name: str, _: object) -> None:
        self._inside = name.rpartition(":")[2] == "t"
        if name.rpartition(":")[2] in ("tab", "br"):
            self.found.append(" ")

    def end(self, name: str) -> None:
        self._inside = False
        if name.rpartition(":")[2] == "p":
            self.found.append("\n")

    def letters(self, text: str) -> None:
        if self._inside:
            self.found.append(text)

    def refuse(self, *_: object) -> None:
        raise Fault("file_broken")


def word(path: str) -> tuple[str, int]:
    letters = Letters()
    with zipfile.ZipFile(path) as package:
        for part in WORD_PARTS:
            if part in package.namelist():
                parser = expat.ParserCreate()
                parser.StartElementHandler, parser.EndElementHandler = letters.begin, letters.end
                parser.CharacterDataHandler = letters.letters
                parser.StartDoctypeDeclHandler = letters.refuse
                parser.ParseFile(package.open(part))
    return "".join(letters.found), 1


def sheets(path: str) -> tuple[str, int]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    lines = [line for name in book.sheet_names for line in sheet_lines(book.get_sheet_by_name(name))]
    return "\n".join(lines), len(book.sheet_names)


def sheet_lines(sheet: python_calamine.CalamineSheet) -> Iterator[str]:
    yield sheet.name
    for row in islice(sheet.iter_rows(), ROWS_AT_MOST):
        cells = [str(cell) for cell in row if cell not in ("", None)]
        if cells:
            yield "\t".join(cells)


def pdf(path: str) -> tuple[str, int]:
    reader = pypdf.PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Fault("file_old_or_encrypted")
    count = len(reader.pages)
    if count > PAGES_AT_MOST:
        raise Fault("file_too_big")
    return "\n".join(page.extract_text() for page in reader.pages), count


def plain(path: str) -> tuple[str, int]:
    """UTF-8, UTF-16 with its mark, or GB18030; what is none of them is refused rather than guessed."""
    with open(path, "rb") as file:
        data = file.read(LETTERS_AT_MOST * 4 + 1)
    if len(data) > LETTERS_AT_MOST * 4:
        raise Fault("file_too_big")
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), 1
        except UnicodeDecodeError:
            continue
    raise Fault("file_kind_unknown")


READERS = {"docx": word, "xlsx": sheets, "pdf": pdf, "text": plain}


def read(path: str) -> dict[str, object]:
    """What the parent is told: the kind, the text, how many pages, and whether it is a scan."""
    found = kind(path)
    text, pages = READERS[found](path)
    if len(text) > LETTERS_AT_MOST:
        raise Fault("file_too_big")
    letters = sum(1 for letter in text if letter.isalnum())
    scan = found == "pdf" and letters < LETTERS_OF_A_PAGE * pages
    return {"kind": found, "text": text, "pages": pages, "scan": scan}


def main() -> None:
    try:
        answer = read(sys.argv[1])
    except Fault as fault:
        answer = {"fault": str(fault)}
    except MemoryError:
        answer = {"fault": "file_too_big"}
    except Exception:
        # A parser met something it was not made for: whatever it raises, the file is what is wrong.
        answer = {"fault": "file_broken"}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))


if __name__ == "__main__":
    main()
