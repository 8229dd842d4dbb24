"""In a real browser: an applicant drafts, attaches, submits and gets a receipt; unit and recommender pass it on."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from django.utils import timezone

from kechuang.casework import answers
from kechuang.casework.models import Attachment, Case, Document, Draft
from kechuang.casework.pages import pages_of
from kechuang.faces.rehearsal.filling import filled, term_of
from tests.factories import Region, a_person, an_open_round
from tests.journeys.conftest import follow, press, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
TITLE = "荒漠草原退化土壤碳汇的微生物驱动机制"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def region():
    return Region()


def the_rest(case, region, member):
    """What the journey does not type by hand, put into the drafts beside it."""
    start, end = term_of(timezone.now().date() + timedelta(120), 36)
    given = {"title": TITLE, "topic": "T1", "track": "general", "start": start, "end": end, "asked": "10",
             "recommender": region.recommender.pid, "unit_code": "91110000802100433B", "leader_id": "150102198606060022"}  # fmt: skip
    typed = filled(pages_of(case.round).form, leader=region.leader, team=[member], rng=Random(1), given=given)
    typed["team"][0]["identity"] = "15010219850505001X"
    for section in pages_of(case.round).form.sections:
        row = Draft.objects.filter(case=case, section=section.code).first()
        mine = {one.code: typed[one.code] for one in section.fields if one.code in typed}
        kept = {**mine, **({"title": row.typed["title"]} if row and row.typed.get("title") else {})}
        if section.code == "attachments" and row:
            kept |= {code: said for code, said in row.typed.items() if said}
        answers.save_draft(
            case, section.code, kept, version=row.version if row else 0, by=region.leader, on=timezone.now()
        )


def test_an_application_is_drafted_attached_submitted_and_passed_on(windows, region, tmp_path: Path):
    round_ = an_open_round(region, opens_at=timezone.now() - timedelta(2))
    member = a_person(unit=region.unit, identity="15010219850505001X")

    # Before any writing: the conditions, then a press.
    page = windows.of(region.leader)
    page.goto(f"/calls/{round_.code}/apply/")
    assert page.locator("h1").inner_text() == "可以申请"
    press(page, "开始申请")
    page.wait_for_url("**/form/part/basics/")
    case = Case.objects.get()

    # Typing is kept by itself, and a reload shows it.
    page.fill("#f-title", TITLE)
    page.wait_for_selector("#saved[data-version='1']")
    page.reload()
    assert page.input_value("#f-title") == TITLE

    # A file is attached.
    (tmp_path / "合作协议.pdf").write_bytes(PDF)
    page.goto(f"/cases/{case.number}/form/part/attachments/")
    page.set_input_files("#f-other_files-new", tmp_path / "合作协议.pdf")
    page.wait_for_selector("#saved[data-version='1']")
    press(page, "保存")
    page.wait_for_selector("text=合作协议.pdf")
    assert Attachment.objects.get().name == "合作协议.pdf"

    # The member agrees from the to-do page.
    the_rest(case, region, member)
    theirs = windows.of(member)
    follow(theirs, theirs.get_by_role("link", name="成员确认参加"))
    theirs.fill("#f-promise-name", member.name)
    press(theirs, "成员确认参加")
    theirs.wait_for_url(f"**/cases/{case.number}/")

    # The leader checks, reads what will follow, submits and gets a receipt.
    page.goto(f"/cases/{case.number}/form/")
    follow(page, page.get_by_role("link", name="核对并提交"))
    page.wait_for_url("**/act/submit_to_unit/")
    assert "这件将从“草稿”转为“待单位审核”。" in page.content()
    page.fill("#f-promise-name", region.leader.name)
    press(page, "提交单位")
    page.wait_for_url(re.compile(r"/receipt/\w+/$"))
    receipt = Document.objects.get(kind="receipt")
    assert receipt.code in page.content()
    assert receipt.code in taken(page, "下载回执文件").suggested_filename

    # The unit checks and seals, the recommender passes it on: each from their own to-do page.
    for who, step, fields in (
        (region.research, "单位审核", {"#f-opinion": "同意申报，材料属实"}),
        (region.head, "单位签章", {"#f-seal-name": region.head.name}),
        (region.signatory, "推荐提交", {"#f-letter-name": region.signatory.name}),
    ):
        theirs = windows.of(who)
        follow(theirs, theirs.get_by_role("link", name=step))
        for place, text in fields.items():
            theirs.fill(place, text)
        if theirs.locator("#f-truth").count():
            theirs.locator("#f-truth input[type=checkbox]").check()
        press(theirs, step)

    case.refresh_from_db()
    assert (case.state, case.title, case.received_at is not None) == ("submitted", TITLE, True)
    assert Document.objects.filter(kind="receipt").count() == 3
