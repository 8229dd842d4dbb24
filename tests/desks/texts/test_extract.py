"""Texts come out of the files people send, and a hostile file costs no more than its own process."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from kechuang.desks.texts.extract import FAULTS, LIMITS, Extracted, Unread, text_of

pytestmark = pytest.mark.long
WORDS = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def docx(path: Path, inside: str, **others: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", inside)
        for name, text in others.items():
            package.writestr(f"word/{name}.xml", text)
    return path


def page(text: str) -> bytes:
    """A PDF of one page, with `text` in its text layer."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def fault(path: Path, **limits) -> str:
    with pytest.raises(Unread) as caught:
        text_of(path, **limits)
    return caught.value.reason.code


def test_a_word_file_gives_its_paragraphs(tmp_path):
    text = WORDS.format(PARAGRAPH.format("草原") + PARAGRAPH.format("生态"))
    assert text_of(docx(tmp_path / "a.docx", text)) == Extracted("草原\n生态\n", "docx", 1, False)


def test_footnotes_of_a_word_file_are_read_too(tmp_path):
    notes = WORDS.format(PARAGRAPH.format("脚注"))
    made = docx(tmp_path / "a.docx", WORDS.format(PARAGRAPH.format("正文")), footnotes=notes)
    assert text_of(made).text == "正文\n脚注\n"


def test_a_spreadsheet_gives_its_sheets_and_cells(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("预算")
        sheet.write_row(0, 0, ["设备", 12])
        sheet.write(2, 1, "试剂")
    assert text_of(tmp_path / "a.xlsx") == Extracted("预算\n设备\t12.0\n试剂", "xlsx", 1, False)


def test_the_text_layer_of_a_pdf_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(page("grassland restoration"))
    assert text_of(tmp_path / "a.pdf") == Extracted("grassland restoration", "pdf", 1, False)


def test_a_pdf_without_text_is_said_to_be_a_scan(tmp_path):
    (tmp_path / "a.pdf").write_bytes(page(""))
    assert text_of(tmp_path / "a.pdf").scan is True


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_the_encodings_people_use(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("草原𠮷㐂".encode(encoding))
    assert text_of(tmp_path / "a.txt").text == "草原𠮷㐂"


def test_a_file_is_what_it_holds_not_what_it_is_called(tmp_path):
    made = docx(tmp_path / "a.pdf", WORDS.format(PARAGRAPH.format("草原")))
    assert text_of(made).kind == "docx"


def test_a_package_that_unpacks_beyond_measure_is_not_opened(tmp_path):
    made = docx(tmp_path / "a.docx", WORDS.format(" " * 120_000_000))
    assert made.stat().st_size < 500_000
    assert fault(made) == "file_too_big"


def test_a_package_of_a_hundred_thousand_entries_is_not_opened(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        for number in range(10_001):
            package.writestr(str(number), "")
    assert fault(tmp_path / "a.docx") == "file_too_big"


def test_a_document_type_is_refused_before_its_entities_laugh(tmp_path):
    laughs = '<!DOCTYPE a [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(97 + n)} "{("&" + chr(96 + n) + ";") * 10}">' for n in range(1, 10)
    )
    assert fault(docx(tmp_path / "a.docx", laughs + "]>" + WORDS.format("&j;"))) == "file_broken"


def test_an_external_entity_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    stolen = f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>' + WORDS.format(PARAGRAPH.format("&e;"))
    assert fault(docx(tmp_path / "a.docx", stolen)) == "file_broken"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file_old_or_encrypted"),
        (b"PK\x03\x04 not a package", "file_broken"),
        (b"%PDF-1.4 and nothing more", "file_broken"),
        (b"\x7fELF\x00\x00", "file_kind_unknown"),
        (b"\xff\xff\xfe", "file_kind_unknown"),
        (b"", ""),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path, content, code):
    (tmp_path / "a").write_bytes(content)
    assert (fault(tmp_path / "a") if code else text_of(tmp_path / "a").text) == code


def test_a_package_that_is_no_document_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("run.exe", "MZ")
    assert fault(tmp_path / "a.zip") == "file_kind_unknown"


def test_an_encrypted_package_is_refused(tmp_path):
    made = docx(tmp_path / "a.docx", WORDS.format("x"))
    data = bytearray(made.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    made.write_bytes(data)
    assert fault(made) == "file_old_or_encrypted"


def test_a_name_with_a_dash_or_a_line_break_is_only_a_name(tmp_path):
    (tmp_path / "-c import os\n.txt").write_text("草原", "utf-8")
    assert text_of(tmp_path / "-c import os\n.txt").text == "草原"


def test_a_file_that_takes_too_long_is_given_up(tmp_path):
    (tmp_path / "a.txt").write_text("草原", "utf-8")
    assert fault(tmp_path / "a.txt", limits=replace(LIMITS, wall=0.001)) == "file_too_slow"


def test_every_reason_has_its_words_in_both_languages():
    assert {code: sorted(words) for code, words in FAULTS.items()} == {code: ["en", "zh"] for code in FAULTS}
