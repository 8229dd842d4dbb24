"""Writes one file anew without names, in a process of its own under limits; run by `nameless`, never imported by the house."""

from __future__ import annotations

import io
import re
import sys
import zipfile

import pypdf
from pypdf.generic import DictionaryObject

UNPACKED_AT_MOST = 200 * 1024 * 1024
OFFICE = ("docx", "xlsx", "pptx")
_SPACE = "http://schemas.openxmlformats.org/"
_CORE = f'<cp:coreProperties xmlns:cp="{_SPACE}package/2006/metadata/core-properties"/>'
_OWN = f'<Properties xmlns="{_SPACE}officeDocument/2006/{{}}-properties"/>'
# The parts that say who wrote, on which machine, in which firm; what stands in them instead.
PROPERTIES = {
    "docProps/core.xml": _CORE, "docProps/app.xml": _OWN.format("extended"), "docProps/custom.xml": _OWN.format("custom"),
}  # fmt: skip
OF_PEOPLE = re.compile(r"(people|persons?/person\w*|comments?\w*|commentAuthors|authors)\.xml$", re.IGNORECASE)
_SAID_BY = re.compile(rb'(?<=[\s:])(author|initials|userName|userId|displayName|providerId|lastModifiedBy)="[^"]*"')
_NAMED = re.compile(rb'(?<=\s)name="[^"]*"')
_WRITER = re.compile(rb"(<(?:\w+:)?author>)[^<]*(</)")
_PLACE = re.compile(rb'(absPath\b[^>]*?\burl=")[^"]*')
NOTES = ("/Metadata", "/PieceInfo", "/LastModified")


class Fault(Exception):
    """A file that cannot be freed of its names."""


def package(content: bytes, ending: str) -> bytes:
    """An archive or office file with every member freed of names, and none of its own comments or times."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        if sum(one.file_size for one in read.infolist()) > UNPACKED_AT_MOST:
            raise Fault
        for one in read.infolist():
            info = zipfile.ZipInfo(one.filename)
            info.compress_type = zipfile.ZIP_DEFLATED
            part = read.read(one)
            freed = member(one.filename, part) if ending in OFFICE else without_names(part, _ending(one.filename))
            written.writestr(info, freed)
    return out.getvalue()


def member(name: str, content: bytes) -> bytes:
    """One part of an office file."""
    if name in PROPERTIES:
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{PROPERTIES[name]}'.encode()
    if not name.endswith(".xml"):
        return content
    content = _WRITER.sub(rb"\1\2", _SAID_BY.sub(rb'\1=""', content))
    content = _NAMED.sub(b'name=""', content) if OF_PEOPLE.search(name) else content
    return _PLACE.sub(rb"\1", content)


def pdf(content: bytes) -> bytes:
    """The document without its notes: who wrote it and with what, for the whole, its pages, pictures and remarks."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise Fault
    writer = pypdf.PdfWriter(clone_from=reader)
    writer.metadata = None
    for one in writer._objects:
        if isinstance(one, DictionaryObject):
            for name in NOTES:
                one.pop(name, None)
            if "/Subj" in one or ("/T" in one and one.get("/Subtype") not in (None, "/Widget")):
                one.pop("/T", None)
    writer._ID = None
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def without_names(content: bytes, ending: str) -> bytes:
    """The content of a file of that ending, freed of names; others as they are."""
    if ending == "zip" or ending in OFFICE:
        return package(content, ending)
    return pdf(content) if ending == "pdf" else content


def main() -> None:
    try:
        with open(sys.argv[1], "rb") as file:
            told = without_names(file.read(), sys.argv[2])
    except Exception:
        # A parser met something it was not made for: the parent refuses, for nobody can say what is left in the file.
        sys.exit(1)
    sys.stdout.buffer.write(told)


if __name__ == "__main__":
    main()
