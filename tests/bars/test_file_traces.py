"""A file says beside its content who wrote it, with what and where: a reviewer who may not know that is not given it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from kechuang.casework import files
from kechuang.casework.models import Case
from kechuang.faces.exports.nameless import nameless
from kechuang.faces.web import expert
from kechuang.words.outcome import Refused
from tests.bars import hostile
from tests.bars.crawling import holds, opened, written_by
from tests.faces.panels import Panel

pytestmark = [pytest.mark.django_db, pytest.mark.bar]
AUTHOR, WORDS = "百灵鸟", "草原碳汇"
CORE = f'<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:creator>{AUTHOR}</dc:creator><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy></cp:coreProperties>'
APP = f"<Properties><Company>{AUTHOR}大学</Company><Manager>{AUTHOR}</Manager></Properties>"
CUSTOM = f'<Properties><property name="owner"><lpwstr>{AUTHOR}</lpwstr></property></Properties>'
PROPERTIES = {
    "docProps/core.xml": CORE.encode(), "docProps/app.xml": APP.encode(), "docProps/custom.xml": CUSTOM.encode(),
}  # fmt: skip


def document() -> bytes:
    remarks = f'<w:comments><w:comment w:id="1" w:author="{AUTHOR}" w:initials="{AUTHOR}"/></w:comments>'
    people = f'<w15:people><w15:person w15:author="{AUTHOR}"><w15:presenceInfo w15:userId="{AUTHOR}"/></w15:person></w15:people>'
    body = f'<w:document><w:ins w:author="{AUTHOR}"><w:t>{WORDS}</w:t></w:ins></w:document>'
    more = {"word/comments.xml": remarks.encode(), "word/people.xml": people.encode()}
    return hostile.office("docx", {**PROPERTIES, **more}, body.encode())


def workbook() -> bytes:
    book = f'<workbook><fileSharing userName="{AUTHOR}"/><x15ac:absPath xmlns:x15ac="x" url="C:\\Users\\{AUTHOR}\\"/><sheets/></workbook>'
    remarks = f"<comments><authors><author>{AUTHOR}</author></authors></comments>"
    people = f'<personList><person displayName="{AUTHOR}" userId="{AUTHOR}"/></personList>'
    cells = f"<worksheet><c><is><t>{WORDS}</t></is></c></worksheet>"
    more = {"xl/comments1.xml": remarks, "xl/persons/person.xml": people, "xl/worksheets/sheet1.xml": cells}
    return hostile.office("xlsx", {**PROPERTIES, **{name: said.encode() for name, said in more.items()}}, book.encode())


def show() -> bytes:
    authors = f'<p:cmAuthorLst><p:cmAuthor id="0" name="{AUTHOR}" initials="{AUTHOR}"/></p:cmAuthorLst>'
    slide = f"<p:sld><a:t>{WORDS}</a:t></p:sld>"
    more = {"ppt/commentAuthors.xml": authors.encode(), "ppt/slides/slide1.xml": slide.encode()}
    return hostile.office("pptx", {**PROPERTIES, **more})


def paper() -> bytes:
    """A page with notes in every place where a PDF has them: of the document, as XMP, beside the page, at a remark."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": AUTHOR, "/Creator": f"WPS of {AUTHOR}", "/Company": AUTHOR, "/Title": AUTHOR})
    notes = StreamObject()
    notes.set_data(f"<x:xmpmeta><dc:creator>{AUTHOR}</dc:creator></x:xmpmeta>".encode())
    writer.root_object[NameObject("/Metadata")] = writer._add_object(notes)
    page[NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Word"): TextStringObject(AUTHOR)})
    remark = {"/Type": NameObject("/Annot"), "/Subtype": NameObject("/Text"), "/T": TextStringObject(AUTHOR),
              "/Contents": TextStringObject(WORDS)}  # fmt: skip
    noted = DictionaryObject({NameObject(name): value for name, value in remark.items()})
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(noted)])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def archive() -> bytes:
    return hostile.package({"report.docx": document(), "table.xlsx": workbook(), "paper.pdf": paper()})


MADE: dict[str, Callable[[], bytes]] = {
    "docx": document, "xlsx": workbook, "pptx": show, "pdf": paper, "zip": archive,
}  # fmt: skip


def everything(content: bytes) -> bytes:
    """All that can be read out of a file: its members, the text and the notes, and every object of a PDF."""
    if content.startswith(b"PK\x03\x04"):
        with ZipFile(BytesIO(content)) as package:
            return b"\n".join(everything(package.read(name)) for name in package.namelist())
    if content.startswith(b"%PDF"):
        read = pypdf.PdfReader(BytesIO(content))
        numbers = range(1, int(read.trailer["/Size"]))
        parts = [read.get_object(number) for number in numbers if number in read.xref[0]]
        said = [
            str(one) + (one.get_data().decode("utf-8", "replace") if isinstance(one, StreamObject) else "")
            for one in parts
        ]
        return "\n".join([*said, str(read.metadata)]).encode()
    return content


@pytest.fixture
def sitting(settings, tmp_path):
    """A blind review that is open: the browser of a reviewer, the label, and the case with the leader's files in an answer."""
    panel = Panel()
    client, seat = panel.reading()
    return panel, client, seat.label, Case.objects.get(pk=panel.cases[0].pk)


def handed_in(panel: Panel, case: Case, ending: str) -> str:
    """A file of the leader's, standing in an answer that reviewers see; its address at the reviewer's desk."""
    name = f"{AUTHOR}的材料.{ending}"
    row = files.keep(case, "other_files", name, [MADE[ending]()], by=panel.region.leader, on=panel.on)
    case.answers = {**case.answers, "other_files": [row.digest]}
    case.save(update_fields=["answers"])
    return row.digest


@pytest.mark.parametrize("ending", MADE)
def test_a_blind_reviewer_is_given_every_file_without_the_names_in_it(sitting, ending):
    panel, client, label, case = sitting
    digest = handed_in(panel, case, ending)
    page = client.get(f"/reviews/{label}/{case.number}/")
    answer = client.get(f"/reviews/{label}/{case.number}/file/{digest}/")
    given = b"".join(answer.streaming_content)
    headers = "\n".join(map(str, answer.headers.items())).encode()

    assert holds(everything(MADE[ending]()), AUTHOR)
    assert (page.status_code, answer.status_code, digest in page.content.decode()) == (200, 200, True)
    assert [part for part in (page.content, headers, everything(given)) if holds(part, AUTHOR)] == []
    assert [said for _, said in written_by(given) if AUTHOR in said] == []
    assert holds(everything(given), WORDS)  # what it is about is still in it


def test_the_leader_gets_the_very_bytes_back_that_were_sent(sitting):
    panel, _, _, case = sitting
    digest = handed_in(panel, case, "docx")

    assert files.path_of(digest).read_bytes() == MADE["docx"]()
    assert opened(files.path_of(digest).read_bytes(), "").count(AUTHOR.encode()) > 5


def test_the_bar_finds_a_desk_that_hands_files_out_as_they_came(sitting, monkeypatch):
    panel, client, label, case = sitting
    monkeypatch.setattr(expert, "nameless", lambda path, ending: path.read_bytes())
    digest = handed_in(panel, case, "docx")
    answer = client.get(f"/reviews/{label}/{case.number}/file/{digest}/")

    assert holds(everything(b"".join(answer.streaming_content)), AUTHOR)


def broken(folder: Path, content: bytes, ending: str) -> Path:
    path = folder / f"broken.{ending}"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("ending", "content"),
    [("pdf", b"%PDF-1.7\n" + AUTHOR.encode()), ("docx", b"PK\x03\x04" + AUTHOR.encode()), ("zip", b"PK\x03\x04 cut")],
)
def test_a_file_that_cannot_be_freed_of_its_names_is_not_given_at_all(tmp_path, ending, content):
    with pytest.raises(Refused) as refusal:
        nameless(broken(tmp_path, content, ending), ending)
    assert refusal.value.codes == ["file_keeps_names"]


def test_a_reviewer_who_is_refused_a_file_is_told_so(sitting, monkeypatch):
    panel, client, label, case = sitting
    digest = handed_in(panel, case, "docx")
    files.path_of(digest).write_bytes(b"PK\x03\x04 spoiled")
    answer = client.get(f"/reviews/{label}/{case.number}/file/{digest}/")

    assert (answer.status_code, "去不掉作者信息" in answer.content.decode()) == (422, True)
