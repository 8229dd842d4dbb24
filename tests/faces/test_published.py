"""What the pages of the book declare public is published with the act, once, and nothing else is."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest

from kechuang.casework.acts import act, open_case
from kechuang.casework.book import check_public
from kechuang.casework.models import Case, Notice, Round
from kechuang.casework.pages import pages_of
from kechuang.casework.publishing import OF_ROUND
from kechuang.desks.integrity import inquiries
from kechuang.faces.exports import papers
from kechuang.faces.web import wording
from kechuang.words.period import ZONE
from tests.factories import START, Region, a_case, an_open_round, done

pytestmark = pytest.mark.django_db
MINUTES = {"minutes": "厅党组会纪要〔2018〕5号"}
CAUSE = {"cause": "objective", **MINUTES}


def read(client, notice: Notice) -> str:
    page = client.get(f"/notices/{notice.code}/")
    assert page.status_code == 200
    return page.content.decode()


def running(region: Region, round_: Round, title: str) -> Case:
    """A project that runs, as if it had come there."""
    case = a_case(region, round_, title=title)
    Case.objects.filter(pk=case.pk).update(state="running", project_no=title)
    case.refresh_from_db()
    return case


def test_an_erratum_tells_its_words_and_the_new_closing_on_its_notice_and_on_the_call(client):
    region = Region()
    round_ = an_open_round(region)
    done(round_, "erratum", region.leadership, text="附件二有误，以新附件为准", new_close="2018-04-20T17:30")
    notice = Notice.objects.get(what="更正公告")
    page, call = read(client, notice), client.get(f"/calls/{round_.code}/").content.decode()
    assert ["附件二有误，以新附件为准" in page, "2018年4月20日 17:30" in page, "更正公告" in call] == [True] * 3
    assert notice.last_day is None


def test_a_cancelled_round_tells_why(client):
    region = Region()
    round_ = an_open_round(region)
    done(round_, "cancel", region.leadership, reason="因年度预算调整，本批次不再组织评审，敬请谅解", **MINUTES)
    page = read(client, Notice.objects.get())
    assert ["因年度预算调整，本批次不再组织评审，敬请谅解" in page, "会议纪要" in page] == [True, False]


def test_a_draft_for_opinions_stays_open_for_its_days(client):
    region = Region()
    round_ = an_open_round(region, state="arguing", published_at=None, frozen_id=None)
    done(round_, "record_argument", region.planner, experts="某教授（某大学）", opinion="意见" * 30)
    done(round_, "seek_opinions", region.planner)
    notice = Notice.objects.get()
    assert (notice.body["said"]["topics"], notice.last_day > notice.first_day) == (["T1 自由探索"], True)


def test_projects_that_were_ended_on_one_day_are_one_list_with_their_causes(client):
    region = Region()
    round_ = an_open_round(region)
    cases = [running(region, round_, title) for title in ("一号项目", "二号项目")]
    for case, cause in zip(cases, ("objective", "fault"), strict=True):
        done(
            case,
            "propose_termination",
            region.officer,
            cause="objective",
            reason="承担单位已经注销，无法继续实施项目任务书所列任务",
        )
        done(case, "terminate", region.leadership, **{**CAUSE, "cause": cause})
    notice = Notice.objects.get(what="终止项目")
    page = read(client, notice)
    assert sorted(notice.cases.values_list("title", flat=True)) == ["一号项目", "二号项目"]
    assert ["客观原因" in page, "主观责任" in page, MINUTES["minutes"] in page] == [True, True, False]


def test_a_repeated_act_publishes_nothing_twice():
    region = Region()
    round_ = an_open_round(region)
    for _ in range(2):
        act(
            round_,
            "suspend",
            by=region.leadership,
            on=START,
            key="s",
            data={"reason": "因系统升级，本批次申报暂停，三个工作日后恢复"},
        )
    assert Notice.objects.count() == 1


def test_a_refused_act_publishes_nothing():
    region = Region()
    with pytest.raises(Exception, match="act_for_another"):
        done(an_open_round(region), "suspend", region.planner, reason="因系统升级，本批次申报暂停，三个工作日后恢复")
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(("consent", "published"), [("true", ["经查不存在失信行为"]), ("", [])])
def test_a_name_is_cleared_in_public_only_with_consent(consent, published, client):
    region = Region()
    inquiries.open_inquiry(
        source="report", text="网上有人反映其论文数据与他人雷同", about={"person": region.leader.pid},
        by=region.supervisor, on=START, key="i",
    )  # fmt: skip
    case = Case.objects.get(flow="inquiry")
    Case.objects.filter(pk=case.pk).update(state="hearing")
    case.refresh_from_db()
    done(case, "clear", region.leadership, consent=consent, text="经查不存在失信行为", **MINUTES)
    assert [notice.body["said"]["text"] for notice in Notice.objects.all()] == published
    assert client.get(f"/projects/{case.number}/").status_code == 404


def test_the_numbers_of_a_decision_stay_as_they_were_that_day(client):
    region = Region()
    round_ = an_open_round(region, state="in_review")
    case = a_case_received(region, round_)
    done(round_, "rank", region.chief)
    done(round_, "decide", region.leadership, **MINUTES)
    Case.objects.filter(pk=case.pk).update(received_at=None)
    notice = Notice.objects.get(what="评审统计")
    page = read(client, notice)
    assert notice.body["said"] == {
        "submitted": 1, "accepted": 0, "reviewed": 0, "proposed": 0, "funded": 0,
        "by_place": [{"place": "150100", "submitted": 1, "funded": 0, "fen": "0"}],
    }  # fmt: skip
    assert ["呼和浩特市申报最多，1 项。" in page, "<svg" in page] == [True, True]


def a_case_received(region: Region, round_: Round) -> Case:
    Round.objects.filter(pk=round_.pk).update(state="open")
    round_.refresh_from_db()
    case = open_case(round_, by=region.leader, on=START, key="open")
    Case.objects.filter(pk=case.pk).update(received_at=START, state="not_admitted", place="150102")
    Round.objects.filter(pk=round_.pk).update(state="in_review", units_close_at=START, closes_at=START + timedelta(1))
    round_.refresh_from_db()
    return case


def test_a_notice_of_words_prints_its_words_and_no_days_that_are_not():
    region = Region()
    round_ = an_open_round(region)
    done(round_, "suspend", region.leadership, reason="因系统升级，本批次申报暂停，三个工作日后恢复")
    block = papers.of_notice(Notice.objects.get()).blocks[0]
    assert (block.paragraphs, block.tables) == (["理由：因系统升级，本批次申报暂停，三个工作日后恢复"], [])


def test_the_card_of_a_project_says_where_it_stands(client):
    region = Region()
    round_ = an_open_round(region)
    case = running(region, round_, "一号项目")
    done(
        case,
        "propose_termination",
        region.officer,
        cause="objective",
        reason="承担单位已经注销，无法继续实施项目任务书所列任务",
    )
    done(case, "terminate", region.leadership, **CAUSE)
    assert "<dd>终止</dd>" in client.get(f"/projects/{case.number}/").content.decode()


def test_whatever_may_be_said_of_a_round_can_be_told():
    assert set(OF_ROUND) == set(check_public.ROUND)


@pytest.mark.parametrize(
    ("public", "why"),
    [
        ({"fields": ["reson"]}, "nothing called 'reson' can be published here"),
        ({"page": "walls"}, "no public page 'walls'"),
        ({"fields": ["reason"], "given": "reason"}, "'reason' is no yes-or-no input of the act"),
    ],
)
def test_a_declaration_that_nobody_could_fill_is_a_fault_of_the_page(public, why):
    flow = pages_of(an_open_round(Region())).round.round_flow
    suspend = dataclasses.replace(flow.acts["suspend"], public={"what": {"zh": "公告", "en": "Notice"}, **public})
    planted = dataclasses.replace(flow, acts={"suspend": suspend})
    assert [bad.why for bad in check_public.public(planted)] == [why]


def published(region: Region, **given) -> Round:
    """A round whose call has just been published through the door."""
    round_ = an_open_round(region, state="vetting", published_at=None, institution=None, **given)
    text = "方案合法合规，审查中未见排除或者限制竞争的内容。"
    done(round_, "legal_opinion", region.legal, opinion=text, lawful=True)
    done(round_, "fair_competition", region.legal, opinion=text, fair=True)
    done(round_, "freeze", region.planning_chief)
    done(round_, "publish", region.leadership, minutes="纪要〔2018〕1号", document_no="内科发〔2018〕1号")
    return round_


def test_the_notice_of_a_call_tells_its_topics_its_dates_and_the_digest_of_its_rules(client):
    midnight = datetime(2018, 4, 1, tzinfo=ZONE)
    round_ = published(Region(), units_close_at=midnight, closes_at=midnight + timedelta(3))
    notice = Notice.objects.get(what="申报指南")
    said = [text for block in papers.of_notice(notice).blocks for text in block.paragraphs]
    grouped = "指纹（SHA-256）：" + wording.grouped(round_.frozen_id)
    until = f"{wording.deadline_long(round_.units_close_at)} 单位截止"
    assert ["T1 自由探索" in said[1], until in said[2], said[3].endswith(grouped)] == [True] * 3
    assert "24:00 单位截止" in said[2]
    assert all(word in read(client, notice) for word in ("T1 自由探索", "单位截止", wording.grouped(round_.frozen_id)))


def test_a_notice_bears_the_number_of_its_own_document_or_none():
    region = Region()
    round_ = published(region)
    done(round_, "suspend", region.leadership, reason="因系统升级，本批次申报暂停，三个工作日后恢复")
    assert {notice.what: papers.of_notice(notice).number for notice in round_.notices.all()} == {
        "申报指南": "内科发〔2018〕1号",
        "中止公告": "",
    }


def test_the_notice_of_a_changed_budget_tells_by_how_much_and_under_which_number(client):
    round_ = an_open_round(Region())
    body = {"document_no": "内财科〔2018〕12号", "change": "20000000", "budget": "120000000"}
    notice = Notice.objects.create(
        round=round_, what="预算调整", body=body, on=START, first_day=START.date(), digest="0" * 64
    )
    page, paper = read(client, notice), papers.of_notice(notice)
    assert paper.blocks[0].paragraphs == ["文号：内财科〔2018〕12号", "调整额：20.00 万元", "调整后预算：120.00 万元"]
    assert (all(word in page for word in ("内财科〔2018〕12号", "120.00 万元")), paper.number) == (
        True,
        "内财科〔2018〕12号",
    )
