"""Papers: each can be read back, has its code, and is given only to those who may see its case."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from kechuang.casework import documents, files, records, rectifying
from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Document, Finding
from kechuang.casework.queries import history
from kechuang.engines.ledger import digest
from kechuang.faces.exports import archive, papers
from kechuang.faces.web import papers as pages
from tests.factories import START, Region, an_open_round
from tests.journeys.story import an_application

pytestmark = pytest.mark.django_db
LATER = START + timedelta(2)


@pytest.fixture(autouse=True)
def later(monkeypatch):
    monkeypatch.setattr(pages, "now", lambda: LATER)


def text_of(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def told():
    region = Region()
    return region, an_application(region, an_open_round(region), on=START)


def test_an_application_is_printed_with_its_answers_and_number(told):
    _, case = told
    text = text_of(papers.pdf(papers.of_application(case), on=LATER))
    assert (case.number in text, case.title[:6] in text, "项目基本信息" in text) == (True, True, True)


def test_the_same_paper_of_the_same_moment_has_the_same_bytes(told):
    _, case = told
    assert papers.pdf(papers.of_application(case), on=LATER) == papers.pdf(papers.of_application(case), on=LATER)


def test_a_receipt_is_given_to_its_applicant_and_to_nobody_else(told, client):
    region, case = told
    receipt = Document.objects.filter(case=case, kind="receipt").first()
    assert client.get(f"/documents/{receipt.code}.pdf").status_code == 404
    client.force_login(Region().leader)
    assert client.get(f"/documents/{receipt.code}.pdf").status_code == 404
    client.force_login(region.leader)
    answer = client.get(f"/documents/{receipt.code}.pdf")
    assert (answer.status_code, receipt.code in text_of(answer.content)) == (200, True)


def test_a_public_letter_is_open_to_anyone(client):
    letter = documents.issue("notice-list", "公示", {"text": "公示如下。"}, on=START, public=True)
    assert (
        client.get(f"/documents/{letter.code}.pdf")["content-disposition"]
        == f'attachment; filename="notice-list-{letter.code}.pdf"'
    )


# What an auditor may run with Python alone, as docs/operations.md has it.
CHECK = re.search(r"```python\n(.*?)```", (Path(__file__).parents[2] / "docs/operations.md").read_text(), re.DOTALL)


def archive_of(case) -> zipfile.ZipFile:
    return zipfile.ZipFile(archive.archived(case, on=LATER))


def said_in(zipped: zipfile.ZipFile, name: str):
    return json.loads(zipped.read(name))


def test_the_archive_of_a_case_holds_what_its_manifest_says(told):
    _, case = told
    with archive_of(case) as zipped:
        manifest = said_in(zipped, "manifest.json")
        listed = {m["name"]: m["sha256"] for m in manifest["members"]}
        assert {name: digest(zipped.read(name)) for name in listed} == listed
        assert manifest["head"] == said_in(zipped, "records.json")[-1]["digest"]
        assert set(zipped.namelist()) == {*listed, "manifest.json"}


@pytest.fixture
def with_files(told, settings, tmp_path):
    """The case with 300 files, two of one name and content under two questions, and one whose bytes are lost."""
    settings.DATA = tmp_path
    region, case = told
    for number in range(300):
        files.keep(case, "other", f"附件{number}.txt", [b"%d" % number], by=region.leader, on=START)
    for field in ("ethics", "other"):
        files.keep(case, field, "同名.txt", [b"same"], by=region.leader, on=START)
    lost = files.keep(case, "other", "丢失.txt", [b"lost"], by=region.leader, on=START)
    files.path_of(lost.digest).unlink()
    return case


def test_an_archive_of_hundreds_of_files_is_checked_by_python_alone(with_files, tmp_path):
    place = tmp_path / "case.zip"
    place.write_bytes(archive.archived(with_files, on=LATER).read())
    with zipfile.ZipFile(place) as zipped:
        names = zipped.namelist()
        held = [name for name in names if name.startswith("files/")]
        assert (len(held), len(names) - len(set(names))) == (302, 0)
    run = [sys.executable, "-I", "-c", CHECK[1], str(place)]
    right = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (right.returncode, "丢失.txt" in right.stdout) == (1, True)

    altered = tmp_path / "altered.zip"
    with zipfile.ZipFile(place) as zipped, zipfile.ZipFile(altered, "w") as other:
        for name in zipped.namelist():
            other.writestr(name, b"!" if "附件7.txt" in name else zipped.read(name))
        other.writestr("more.txt", b"slipped in")
    wrong = subprocess.run([*run[:-1], str(altered)], capture_output=True, text=True, check=False).stdout
    assert sorted(line.rpartition("-")[2] for line in wrong.splitlines()) == ["more.txt", "丢失.txt", "附件7.txt"]


def test_the_archive_tells_what_was_said_found_and_put_right_and_what_hangs_on_the_case(told):
    region, case = told
    check = history(case).get(act="unit_check")
    ask = rectifying.ask(case, check, "opinion", "同意申报，材料齐全", "键入时写错了两个字，核对后更正。", by=region.research, on=START, key="a")  # fmt: skip
    rectifying.confirm(case, ask.digest, by=region.head, on=START, key="b")
    Finding.keep(case, "texts.compare", verdict="warn", on=START)
    child = Case.objects.create(
        round=case.round, parent=case, flow="change", state="asked", entered_at=START, opened_at=START
    )
    records.write(child, records.Entry("request_change", "", "asked", Actor.of(region.leader), "leader", START, "r", {"reason": "改期"}, {}))  # fmt: skip
    with archive_of(case) as zipped:
        told_of = {one["digest"]: one for one in said_in(zipped, "records.json")}[check.digest]
        assert (told_of["who"], told_of["said"], [one["text"] for one in told_of["put_right"]["opinion"]]) == (
            region.research.name, {"opinion": "同意申报，材料属实"}, ["同意申报，材料齐全"],
        )  # fmt: skip
        assert [one["check_name"] for one in said_in(zipped, "findings.json") if one["verdict"] == "warn"] == ["texts.compare"]  # fmt: skip
        assert said_in(zipped, f"children/{child.number}/records.json")[0]["said"] == {"reason": "改期"}


def test_the_archive_is_given_to_supervision_alone(told, client):
    region, case = told
    given = {}
    for who in ("leader", "research", "officer", "planner", "leadership", "fund_clerk", "supervisor"):
        client.force_login(getattr(region, who))
        given[who] = client.get(f"/cases/{case.number}/file.zip").status_code
    assert [who for who, status in given.items() if status == 200] == ["supervisor"]


def test_the_archive_names_no_reviewer(told):
    _, case = told
    record = records.Entry("promise", "panel_drawn", "panel_drawn", Actor.labelled("L7"), "expert", START, "p", {"promise": "格日勒图"}, {})  # fmt: skip
    records.write(case, record)
    with archive_of(case) as zipped:
        last = said_in(zipped, "records.json")[-1]
        assert (last["who"], last["said"]) == ("label:L7", {})
        assert [name for name in zipped.namelist() if "格日勒图" in zipped.read(name).decode(errors="ignore")] == []


def test_a_recommendation_lists_its_cases(told):
    region, case = told
    document = papers.recommendation(case.round, region.recommender, [case], on=LATER)
    text = text_of(papers.pdf(papers.of_document(document), on=LATER))
    assert (case.number in text, region.recommender.name in text) == (True, True)


def test_a_paper_says_in_order_what_was_filled_in_with_names_and_units(told):
    _, case = told
    paper = papers.of_application(case)
    said = {label: text for block in paper.blocks for label, text in block.pairs}
    heads = [head for block in paper.blocks for table in block.tables for head in table.head]
    pids = {case.applicant.pid, case.leader.pid}
    assert said["指南方向"] == "T1 自由探索"
    assert (said["项目负责人"], said["申报单位"]) == (case.leader.name, case.applicant.name)
    assert (any("（万元）" in head or "（月）" in head for head in heads), pids & set(said.values())) == (True, set())
    rows = [cell for block in paper.blocks for table in block.tables for row in table.rows for cell in row]
    assert [cell for cell in rows if re.fullmatch(r"[2-9A-HJ-NP-TV-Z]{10}", cell)] == []


def test_a_letter_of_recommendation_bears_the_head_of_its_office_and_a_task_book_none(told):
    region, case = told
    letter = papers.of_document(papers.recommendation(case.round, region.recommender, [case], on=LATER))
    book = papers.of_document(documents.issue("task-book-paper", "任务书", {"facts": [["项目编号", "2019-1"]], "signed": "双方"}, on=START))  # fmt: skip
    assert (letter.issuer, letter.blocks[0].paragraphs) == (region.recommender.name, [f"{papers.ISSUER}："])
    assert (book.issuer, book.number, book.sign) == ("", "", "")


def test_a_number_or_code_is_never_broken_and_stands_to_the_right_where_it_is_one():
    shape = papers.shape(
        ["编号", "项目名称", "金额", "备注"], [["2026NSFGEN0006", "氢能重卡关键过程与调控机制研究", "10.00 万元", ""]]
    )
    assert (shape["right"], [share == 0 for share in shape["share"]]) == (
        [False, False, True, False],
        [True, False, True, False],
    )


def test_a_receipt_tells_its_moment_as_people_read_it_and_digests_in_fours(told):
    _, case = told
    paper = papers.of_document(Document.objects.filter(case=case, kind="receipt").first())
    facts = dict(paper.facts)
    assert facts["接收时间"].endswith("（北京时间）")
    assert max(map(len, facts["SHA-256"].split())) == 4


def test_a_task_book_is_read_on_its_page_with_all_its_parts(told, client):
    region, case = told
    said = {"facts": [["项目编号", "2019-1"]], "signed": "双方", "blocks": [{"heading": "签署", "paragraphs": [], "tables": [{"head": ["签署人", "金额"], "rows": [["某人", "10.00 万元"]]}]}]}  # fmt: skip
    row = documents.issue("task-book-paper", "任务书", said, on=START, case=case)
    client.force_login(region.chief)
    page = client.get(f"/documents/{row.code}/").content.decode()
    assert ("2019-1" in page, ">某人</td>" in page, 'class="num" data-l="金额">10.00 万元' in page, "双方" in page) == (True, True, True, False)  # fmt: skip


def test_a_wide_list_lies_and_a_wide_table_of_a_form_stands_row_by_row(monkeypatch):
    told = []
    monkeypatch.setattr(papers.subprocess, "run", lambda *_args, **given: told.append(json.loads(given["input"])) or SimpleNamespace(returncode=0, stdout=b""))  # fmt: skip
    for columns in (papers.UPRIGHT, papers.UPRIGHT + 1):
        grid = papers.Grid([f"列{n}" for n in range(columns)], [["值"] * columns])
        for read in (False, True):
            papers.pdf(papers.Paper("表", blocks=[papers.Block(tables=[grid])], read=read), on=START)
    assert [(one["flipped"], one["blocks"][0]["tables"][0]["stacked"]) for one in told] == [
        *[(False, False), (False, False)],
        *[(True, False), (False, True)],
    ]


def test_both_shapes_can_be_set():
    grid = papers.Grid([f"列{n}" for n in range(9)], [["值"] * 8 + [""]] * 3)
    for read in (False, True):
        paper = papers.Paper("表", blocks=[papers.Block(tables=[grid])], read=read)
        assert papers.pdf(paper, on=START).startswith(b"%PDF")


def test_what_has_no_place_to_break_stays_on_the_paper():
    """An address of 420 signs goes on in the next line."""
    long = "https://example.org/" + "a" * 400
    paper = papers.Paper("表", facts=[("网址", long)], blocks=[papers.Block(paragraphs=[long])])
    pages = PdfReader(io.BytesIO(papers.pdf(paper, on=START))).pages
    assert max(line.count("a") for page in pages for line in page.extract_text().splitlines()) < 120
