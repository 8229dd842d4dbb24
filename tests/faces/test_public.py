"""Pages for everyone: readable without signing in, the same number of queries for one row and for three, nothing hidden in them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.casework.models import Case, Document, Notice, Record
from kechuang.desks.integrity.models import Clue
from kechuang.faces.web import objecting, showing, wording
from kechuang.words.period import end_of
from tests.factories import START, Region, a_case, an_open_round
from tests.journeys import story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_start(monkeypatch):
    monkeypatch.setattr(objecting, "now", lambda: START + timedelta(2))


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize("address", ["/", "/notices/", "/results/", "/draws/", "/check/", "/rules/", "/signin/"])
def test_every_public_page_stands_while_nothing_has_happened_yet(client, address):
    assert client.get(address).status_code == 200


def test_the_front_page_asks_no_more_for_three_calls_than_for_one(client):
    region = Region()
    an_open_round(region)
    queries(client, "/")
    one = queries(client, "/")
    an_open_round(region)
    an_open_round(region)
    assert queries(client, "/") == one


def test_a_call_shows_its_conditions_deadline_and_fingerprint(client):
    round_ = an_open_round(Region())
    page = client.get(f"/calls/{round_.code}/").content.decode()
    assert (
        "申报单位是注册依托单位" in page and "申报单位不是注册依托单位" not in page,
        "24:00" in page or "09:00" in page,
        "科学价值与创新性" in page,
    ) == (
        True,
        True,
        True,
    )


def test_a_round_in_preparation_is_not_there(client):
    round_ = an_open_round(Region(), state="drafting", published_at=None)
    assert client.get(f"/calls/{round_.code}/").status_code == 404


def test_a_draft_is_no_public_project(client):
    case = a_case(Region())
    assert client.get(f"/projects/{case.number}/").status_code == 404


def a_notice(region: Region, round_, count: int) -> Notice:
    first = (START + timedelta(2)).date()
    notice = Notice.objects.create(
        round=round_, what="拟立项名单", first_day=first, last_day=first + timedelta(7), digest="d" * 64, on=START
    )
    for number in range(count):
        case = a_case(
            region, round_, leader=region.leader if number == 0 else region.research if number == 1 else region.head
        )
        Case.objects.filter(pk=case.pk).update(state="public_notice", title=f"题目{number}", proposed_fen=10_000_000)
        notice.cases.add(case)
    return notice


def test_a_notice_lists_its_cases_under_the_same_number_of_queries(client):
    region, round_ = Region(), an_open_round(Region())
    queries(client, "/")
    one = queries(client, f"/notices/{a_notice(region, round_, 1).code}/")
    three = queries(client, f"/notices/{a_notice(region, an_open_round(region), 3).code}/")
    assert one == three


def test_an_objection_under_a_real_name_opens_a_case_and_says_its_number(client):
    region = Region()
    notice = a_notice(region, an_open_round(region), 1)
    case = notice.cases.get()
    said = {
        "key": "k1", "name.name": "示例异议人", "name.identity": "110101198005010026", "name.phone": "13800000000",
        "ground": "facts", "text": "该项目与已经验收的项目内容相同，详见所附材料，请核查。",
    }  # fmt: skip
    answer, again = (client.post(f"/notices/{notice.code}/object/{case.number}/", said) for _ in range(2))
    child = Case.objects.get(parent=case, flow="objection")
    assert (answer.status_code, child.number in answer.content.decode()) == (200, True)
    assert again.context["token"] == answer.context["token"]
    standing = client.post("/objections/", {"code": answer.context["token"]}).content.decode()
    assert (case.title in standing, "没有找到" in client.post("/objections/", {"code": "NOSUCH"}).content.decode()) == (
        True,
        True,
    )


def test_what_nobody_signs_is_a_clue_for_supervision_and_opens_no_objection(client):
    region = Region()
    notice = a_notice(region, an_open_round(region), 1)
    case = notice.cases.get()
    at = f"/notices/{notice.code}/unsigned/{case.number}/"
    client.force_login(region.research)
    short = client.post(at, {"key": "k1", "text": "太短"})
    told = client.post(at, {"key": "k2", "text": "该项目设备早已报废，可到实验室核对编号。"}, follow=True)
    clue = Clue.objects.get()
    assert (short.status_code, "太短" in short.content.decode(), "作为线索留存" in told.content.decode()) == (
        422,
        True,
        True,
    )
    assert (clue.case, clue.source, Case.objects.filter(flow="objection").exists()) == (case, "anonymous", False)
    actor = Record.objects.get(act="report_clue").actor
    assert (actor.startswith("public:"), region.research.pid in actor) == (True, False)
    client.force_login(region.leader)
    assert [r["act"] for r in client.get(f"/api/cases/{case.number}/records").json() if "clue" in r["act"]] == []


def test_an_objection_without_a_name_is_told_what_to_change_and_keeps_what_was_typed(client):
    region = Region()
    notice = a_notice(region, an_open_round(region), 1)
    case = notice.cases.get()
    answer = client.post(
        f"/notices/{notice.code}/object/{case.number}/",
        {"key": "k", "ground": "facts", "text": "写了很久的一段话，不能丢。"},
    )
    assert (answer.status_code, "写了很久的一段话" in answer.content.decode()) == (422, True)
    assert not Case.objects.filter(flow="objection").exists()


def test_a_document_is_found_by_its_code_and_nothing_by_another(client):
    document = Document.objects.create(kind="receipt", title="回执", digest="a" * 64, on=START)
    found = client.get("/check/", {"code": document.code}).content.decode()
    missing = client.get("/check/", {"code": "NOTHING"}).content.decode()
    assert ("由本系统发出" in found, "没有找到" in missing) == (True, True)


def test_the_pages_speak_english_where_the_cookie_says_so(client):
    client.cookies["kechuang_language"] = "en"
    assert "every step in plain sight" in client.get("/").content.decode()


def test_a_call_leads_to_its_conditions_before_an_application_is_opened(client):
    region = Region()
    rounds = [an_open_round(region), an_open_round(region, code="another-2018")]
    client.force_login(region.leader)
    for one in rounds:
        assert f'href="/calls/{one.code}/apply/"' in client.get(f"/calls/{one.code}/").content.decode()
        assert client.get(f"/calls/{one.code}/apply/").status_code == 200


def test_a_call_says_how_much_until_when_it_is_paid_and_how_it_is_judged(client):
    region = Region()
    said = client.get(f"/calls/{an_open_round(region, 'basic-research').code}/").content.decode()
    title = an_open_round(region, "recognise-hnte", code="titles")
    recognised = client.get(f"/calls/{title.code}/").content.decode()
    assert "重点项目 80.00 万元、杰出青年培育 60.00 万元" in said
    assert all(
        one in said
        for one in ("主持项目上限", "重点项目 36–48 月", "首期 70%", "“签订任务书”之后", "<caption>网络评审")
    )
    assert ("本批经费" in said, "本批经费" in recognised) == (True, False)


def test_an_amount_on_a_public_list_says_its_unit_on_a_phone_too(client):
    region = Region()
    case = story.an_application(region, an_open_round(region))
    row = showing.case_rows([case])[0]
    assert row["cells"][-1]["label"] == "金额（万元）"


@pytest.mark.parametrize(("until", "said"), [((2018, 12, 5), "12月5日 24:00"), ((2019, 1, 5), "2019年1月5日 24:00")])
def test_a_day_of_another_year_says_which(until, said):
    assert wording.deadline(end_of(date(*until)), START) == said
