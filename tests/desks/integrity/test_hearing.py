"""The accused are heard: told what is held against them, they answer and appeal from their own pages, and see nothing before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from kechuang.casework import outbox
from kechuang.casework.models import Document, Letter
from kechuang.desks.integrity import inquiries
from kechuang.faces import access
from tests.factories import START, Region, a_person, done

pytestmark = pytest.mark.django_db
FACTS = "经调查，所列论文中三组数据与他人已发表论文相同，当事人未能提供原始记录；拟认定为数据造假，拟取消申报资格并公开通报。"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def reported(region, **about):
    """An inquiry whose report waits before the chief."""
    case = inquiries.open_inquiry(
        source="report", text="有人反映其论文数据与他人雷同。", about=about, by=region.supervisor, on=START, key="clue"
    )
    done(case, "screen", region.supervisor)
    done(case, "take_up", region.supervision_chief, body="department")
    done(case, "report", region.supervisor, finding="breach", level="medium", report=["0" * 63 + "1"])
    return case


def of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(access.timezone, "now", lambda: START + timedelta(1))


def test_nothing_is_seen_before_the_announcement_and_everything_needed_after_it(today):
    region = Region()
    who = a_person(unit=region.unit)
    case = reported(region, person=who.pid)
    assert of(who).get(f"/cases/{case.number}/").status_code == 404

    done(case, "announce", region.supervision_chief, facts=FACTS)
    outbox.work(START)
    page = of(who).get("/todo/").content.decode()
    assert ("陈述申辩" in page, f"/cases/{case.number}/" in page) == (True, True)
    assert of(who).get(f"/cases/{case.number}/").status_code == 200
    assert of(region.research).get(f"/cases/{case.number}/").status_code == 404


def test_the_announcement_tells_the_facts_and_until_when_to_answer():
    region = Region()
    who = a_person(unit=region.unit)
    done(reported(region, person=who.pid), "announce", region.supervision_chief, facts=FACTS)
    outbox.work(START)
    letter = Letter.objects.get(person=who).document
    assert letter.body["text"].splitlines() == [
        f"{who.name}：", "经调查，拟认定的事实和拟作出的处理如下：", FACTS,
        "你（单位）有权陈述和申辩，请于2018年3月8日前在系统中本件的页面上提出，可附材料。逾期未提出的，视为放弃陈述申辩。",
    ]  # fmt: skip


def test_the_accused_answer_from_the_page_of_the_case(today):
    region = Region()
    who = a_person(unit=region.unit)
    case = reported(region, person=who.pid)
    done(case, "announce", region.supervision_chief, facts=FACTS)
    said = {"key": "k1", "text": "原始记录在单位档案室，现补交，请复核。"}
    answer = of(who).post(f"/cases/{case.number}/act/answer/", said, follow=True)
    assert (answer.status_code, "已办理" in answer.content.decode()) == (200, True)
    case.refresh_from_db()
    assert inquiries.said_in(case, "answer")["text"] == said["text"]


def test_the_decision_names_facts_defence_level_and_term_and_can_be_appealed_once(today):
    region = Region()
    who = a_person(unit=region.unit)
    case = reported(region, person=who.pid)
    done(case, "announce", region.supervision_chief, facts=FACTS)
    done(case, "answer", who, text="现补交原始记录。")
    later = START + timedelta(20)
    given = {
        "level": "medium",
        "measures": ["ban_apply", "notice"],
        "start": "2018-03-21",
        "end": "2020-03-20",
        "minutes": "内科诚〔2018〕1号",
    }
    done(case, "decide", region.leadership, on=later, **given)
    done(case, "notify", region.supervisor, on=later)
    outbox.work(later)
    letter = Document.objects.get(kind="integrity-decision")
    assert letter.body["text"].splitlines()[1:] == [
        f"经调查认定：{FACTS}", "陈述申辩：现补交原始记录。",
        "依据《科研失信行为调查处理规则》，属较重科研失信行为，决定：一定期限内取消申报资格；一定范围内公开通报。",
        "期限自2018年3月21日起至2020年3月20日止，期满自动解除。文号：内科诚〔2018〕1号。",
    ]  # fmt: skip
    assert {letter.person for letter in Letter.objects.filter(document=letter)} == {who, region.research}
    done(case, "appeal", who, on=later, facts="原始记录真实完整，处理所依据的比对有误，请复查。")
    assert case.state == "appeal"


def test_the_head_answers_for_a_unit():
    region = Region()
    case = reported(region, unit=region.unit.pid)
    done(case, "announce", region.supervision_chief, facts=FACTS)
    done(case, "answer", region.head, text="单位已自查整改。")
    assert inquiries.said_in(case, "answer")["text"] == "单位已自查整改。"


def test_the_unit_that_investigates_reads_the_case_and_reports():
    region = Region()
    who = a_person(unit=region.unit)
    case = inquiries.open_inquiry(
        source="report", text="有人反映其数据雷同。", about={"person": who.pid}, by=region.supervisor, on=START, key="c"
    )
    done(case, "screen", region.supervisor)
    done(case, "take_up", region.supervision_chief, body="unit")
    assert of(region.research).get(f"/cases/{case.number}/act/unit_report/").status_code == 200
    assert of(who).get(f"/cases/{case.number}/").status_code == 404
