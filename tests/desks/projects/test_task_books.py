"""The task book: its money adds up, what is signed stays as it was signed, and both sides have it on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.models import Award, Case, Document, Letter
from kechuang.desks.funds.models import Grant
from kechuang.desks.projects import reports
from kechuang.faces.exports import papers
from kechuang.words.outcome import Refused
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db


def test_a_countersigned_task_book_is_issued_whole_to_those_who_signed():
    region = Region()
    case = story.an_application(region, an_open_round(region), title="荒漠草原土壤碳汇")
    Award.objects.create(case=case, fen=10_000_000, on=START, document_no="内科发基字〔2018〕1号")
    Grant.objects.create(case=case, granted_fen=10_000_000)
    type(case).objects.filter(pk=case.pk).update(state="funded", project_no="2018MS0001")
    case.refresh_from_db()
    story.signed(case, region, START + timedelta(20))

    paper = Document.objects.get(kind="task-book-paper")
    assert {letter.person for letter in Letter.objects.filter(document=paper)} == {
        region.leader,
        region.head,
        region.chief,
    }
    said = papers.of_document(paper)
    assert dict(said.facts)["财政资金"] == "10.00 万元"
    signed = said.blocks[-1].tables[0].rows
    assert [row[:2] for row in signed[:2]] == [["负责人签字", region.leader.name], ["承担单位签章", region.head.name]]
    assert any(table.rows for block in said.blocks[:-1] for table in block.tables)


WAN = 1_000_000
DAY = START + timedelta(20)
ROW = {"way": "buy", "name": "质谱仪", "pieces": "1", "price": str(3 * WAN), "fiscal": str(3 * WAN), "why": "用于测定"}
TARGET = {"name": "产量", "kind": "parameter", "core": True, "baseline": "1", "middle": "2", "target": "3"}


def a_task_book(region, award=10):
    """An application of ten in classes, with an award, its task book begun by the leader."""
    case = a_case(region, an_open_round(region, "key-technology"))
    said = {
        "asked": str(10 * WAN), "own_funds": "0", "indirect": str(1 * WAN), "performance": str(1 * WAN), "targets": [TARGET],
        "equipment": [ROW], "operation": [{"item": "travel", "basis": "差旅", "fiscal": str(4 * WAN)}],
        "labour": [{"item": "student", "basis": "研究生", "fiscal": str(2 * WAN)}],
    }  # fmt: skip
    case.answers = {**case.answers, **said}
    case.save()
    Award.objects.create(case=case, fen=award * WAN + (1 if award < 10 else 0), on=START)
    Case.objects.filter(pk=case.pk).update(state="funded", project_no="2018KEY0001", received_at=START)
    case = Case.objects.get(pk=case.pk)
    done(case, "draft_task_book", region.leader, on=DAY)
    return case


def signs(case, region):
    done(case, "sign_leader", region.leader, on=DAY, signature="agreed")


def writes(case, region, **said):
    typed = {**reports.latest(case, "task_book", filed=False).typed, **said}
    return reports.draft(case, "task_book", typed, by=region.leader, on=DAY)


def test_an_award_below_what_was_asked_is_what_the_classes_start_from_exact_to_the_fen():
    region = Region()
    case = a_task_book(region, award=7)
    _, cleaned = reports.looked_at(case, "task_book", DAY)
    values = cleaned.values
    lines = [int(row["fiscal"]) for code in ("equipment", "operation", "labour") for row in values[code]]
    assert (sum(lines) + int(values["indirect"]), int(values["asked"])) == (7 * WAN + 1, 7 * WAN + 1)
    assert int(values["performance"]) <= int(values["indirect"])
    signs(case, region)


@pytest.mark.parametrize(
    "wrong",
    [
        {"operation": [{"item": "travel", "basis": "差旅", "fiscal": "3"}]},
        {"indirect": "3", "operation": [{"item": "travel", "basis": "差旅", "fiscal": "2"}]},
        {"performance": "1.000001"},
        {"operation": [{"item": "travel", "basis": "差旅", "fiscal": "4", "own": "1"}]},
    ],
)
def test_a_task_book_whose_money_does_not_add_up_is_not_signed(wrong):
    region = Region()
    case = a_task_book(region)
    writes(case, region, **wrong)
    with pytest.raises(Refused):
        signs(case, region)


def test_what_is_promised_for_the_middle_of_the_term_is_not_lowered_either():
    region = Region()
    case = a_task_book(region)
    writes(case, region, targets=[{**TARGET, "middle": "1"}])
    with pytest.raises(Refused) as refused:
        signs(case, region)
    assert refused.value.codes == ["goals_lower_than_applied"]


def test_once_the_leader_has_signed_nobody_writes_it_and_whoever_countersigns_reads_what_differs():
    region = Region()
    case = a_task_book(region)
    href = f"/cases/{case.number}/reports/task_book/"
    assert signed_in(region.chief).get(href).status_code == 404
    assert href not in signed_in(region.chief).get(f"/cases/{case.number}/").content.decode()
    writes(case, region, operation=[{"item": "travel", "basis": "野外差旅", "fiscal": "4"}])
    signs(case, region)
    for reader in (region.chief, region.head):
        assert href in signed_in(reader).get(f"/cases/{case.number}/").content.decode()
        page = signed_in(reader).get(href).content.decode()
        assert ("与申报书的差异" in page, "野外差旅" in page, 'name="operation.0.fiscal"' in page) == (
            True,
            True,
            False,
        )
    answer = signed_in(region.leader).post(href, {"asked": "9"})
    assert (answer.status_code, "由专业机构退回任务书" in answer.content.decode()) == (409, True)
    with pytest.raises(Refused) as refused:
        writes(case, region, asked="9")
    assert refused.value.codes == ["task_book_signed"]
    done(case, "return_task_book", region.officer, on=DAY, reason="经费测算依据需要写明")
    done(case, "draft_task_book", region.leader, on=DAY)
    writes(case, region, operation=[{"item": "travel", "basis": "差旅，附测算", "fiscal": "4"}])
    signs(case, region)


def test_where_there_is_no_task_book_nothing_is_signed():
    """A project taken over while it was being signed elsewhere: its task book is not here."""
    region = Region()
    case = a_case(region, an_open_round(region, "key-technology"))
    Award.objects.create(case=case, fen=10 * WAN, on=START)
    Case.objects.filter(pk=case.pk).update(state="contracting", project_no="2018KEY0001", received_at=START)
    case.refresh_from_db()
    with pytest.raises(Refused) as told:
        done(case, "sign_leader", region.leader, on=DAY, signature="agreed")
    assert [reason.code for reason in told.value.reasons] == ["task_book_missing"]
    done(case, "return_task_book", region.officer, on=DAY, reason="任务书请在本系统内填写后签订。")
    assert case.state == "funded"
