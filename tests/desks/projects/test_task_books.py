"""The task book on paper: what both sides signed, who and when, in the inbox of those who signed it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kechuang.casework.models import Award, Document, Letter
from kechuang.desks.funds.models import Grant
from kechuang.faces.exports import papers
from tests.factories import START, Region, an_open_round
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
