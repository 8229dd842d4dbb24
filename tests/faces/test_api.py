"""The API does what the pages do, under the same permissions, and tells problems in one shape."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kechuang.casework.models import Attachment, Attempt, Case, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.projects.models import Report
from kechuang.faces.api import urls
from tests.factories import START, Region, a_case, an_open_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_the_start(monkeypatch):
    monkeypatch.setattr(urls, "now", lambda: START)


def test_published_rounds_are_open_to_anyone_and_those_in_preparation_are_not(client):
    region = Region()
    shown = an_open_round(region)
    an_open_round(region, state="drafting", published_at=None)
    assert [r["code"] for r in client.get("/api/rounds").json()] == [shown.code]


def test_a_case_is_started_once_however_often_it_is_sent(client):
    region = Region()
    round_ = an_open_round(region)
    client.force_login(region.leader)
    answers = [
        client.post(f"/api/rounds/{round_.code}/cases", {"key": "start-0001"}, content_type="application/json")
        for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json()["number"] == answers[1].json()["number"]
    assert Case.objects.count() == 1


def test_a_key_that_was_used_for_something_else_starts_no_case(client):
    region = Region()
    first, other = an_open_round(region), an_open_round(region)
    case = a_case(region, first)
    client.force_login(region.leader)
    withdrawn = client.post(f"/api/cases/{case.number}/acts/withdraw", {"key": "used-0001", "data": {"reason": "研究条件发生变化，撤回本次申报。"}}, content_type="application/json")  # fmt: skip
    asked = {"used-0001": first, "start-0001": first}
    told = [client.post(f"/api/rounds/{round_.code}/cases", {"key": key}, content_type="application/json").status_code for key, round_ in asked.items()]  # fmt: skip
    elsewhere = client.post(f"/api/rounds/{other.code}/cases", {"key": "start-0001"}, content_type="application/json")
    assert (withdrawn.status_code, told, elsewhere.status_code, elsewhere.json()["reasons"][0]["code"]) == (200, [409, 201], 409, "key_used_for_other_data")  # fmt: skip


def test_a_foreign_case_answers_like_one_that_is_not_there(client):
    case = a_case(Region())
    client.force_login(Region().leader)
    foreign, missing = client.get(f"/api/cases/{case.number}"), client.get("/api/cases/NOSUCHCASE")
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_a_case_is_read_with_its_records_by_whom_it_belongs_to_and_printed(client):
    case = a_case(Region())
    client.force_login(case.leader)
    told, records = (
        client.get(f"/api/cases/{case.number}").json(),
        client.get(f"/api/cases/{case.number}/records").json(),
    )
    assert (told["number"], told["state"], [one["act"] for one in records]) == (case.number, "draft", ["open"])
    assert client.get(f"/cases/{case.number}/application.pdf")["Content-Type"] == "application/pdf"


def test_nobody_signed_in_is_told_to_sign_in(client):
    answer = client.get("/api/cases")
    assert (answer.status_code, answer["content-type"]) == (401, "application/problem+json")


def test_the_acts_of_a_case_come_with_the_schema_of_their_inputs(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    told = client.get(f"/api/cases/{case.number}/acts").json()
    assert [t["name"] for t in told] == ["submit_to_unit", "withdraw"]
    assert "reason" in told[1]["inputs"]["properties"]


def test_an_act_is_carried_out_and_its_record_returned(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    body = {"key": "withdraw-0001", "data": {"reason": "不再申报"}}
    answers = [
        client.post(f"/api/cases/{case.number}/acts/withdraw", body, content_type="application/json") for _ in range(2)
    ]
    assert [a.json()["digest"] for a in answers] == [Record.objects.get(act="withdraw").digest] * 2


def test_a_refusal_is_a_problem_with_its_sentence_and_leaves_an_attempt(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    answer = client.post(
        f"/api/cases/{case.number}/acts/submit_to_unit",
        {"key": "submit-0001", "data": {}},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "填写有误")
    assert Attempt.objects.get().act == "submit_to_unit"


def test_a_request_that_does_not_fit_is_told_by_path(client):
    region = Region()
    client.force_login(region.leader)
    answer = client.get("/api/cases?limit=1000")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["limit"])


@pytest.mark.parametrize(
    ("accepted", "said", "title"),
    [
        ("", "请写不大于 100 的数", "请求与接口的格式不符"),
        ("zh-CN,zh;q=0.9", "请写不大于 100 的数", "请求与接口的格式不符"),
        ("en-GB,en;q=0.9", "Input should be less than or equal to 100", "The request does not fit the schema"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_the_language_that_is_accepted(client, accepted, said, title):
    client.force_login(Region().leader)
    answer = client.get("/api/cases?limit=1000", headers={"Accept-Language": accepted}).json()
    assert (answer["errors"], answer["title"]) == ({"limit": [said]}, title)


def test_a_body_that_is_no_json_is_refused_in_a_sentence(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    answer = client.post(f"/api/cases/{case.number}/acts/submit_to_unit", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["title"]) == (400, "请求的内容不是 JSON")
    assert answer.json()["detail"] == "请检查括号、引号和逗号。"


def test_a_draft_is_kept_by_its_leader_and_an_old_version_is_refused(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    address = f"/api/cases/{case.number}/drafts/basics"

    def put(version, title):
        return client.put(address, {"version": version, "answers": {"title": title}}, content_type="application/json")

    assert [put(0, "甲").json()["version"], put(1, "乙").json()["version"], put(1, "丙").status_code] == [1, 2, 409]


def test_an_act_on_a_round_is_offered_to_whom_it_belongs_and_carried_out(client):
    region = Region()
    round_ = an_open_round(region, state="closed")
    client.force_login(region.officer)
    assert [one["name"] for one in client.get(f"/api/rounds/{round_.code}/acts").json()] == ["begin_review"]
    said = {"key": "begin-0001", "data": {}}
    answer = client.post(f"/api/rounds/{round_.code}/acts/begin_review", said, content_type="application/json")
    round_.refresh_from_db()
    assert (answer.status_code, round_.state) == (200, "in_review")
    client.force_login(region.leader)
    refused = client.post(f"/api/rounds/{round_.code}/acts/rank", said, content_type="application/json")
    assert (refused.status_code, refused["content-type"]) == (409, "application/problem+json")


def test_a_change_is_opened_on_a_running_project_by_its_leader_alone(client):
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(state="running", received_at=START)
    where, said = f"/api/cases/{case.number}/children/change/open", {"key": "change-0001", "data": {"change": "route"}}
    client.force_login(region.research)
    assert client.post(where, said, content_type="application/json").status_code == 409
    client.force_login(region.leader)
    answer = client.post(where, said, content_type="application/json")
    assert (answer.status_code, Case.objects.get(parent=case).number) == (201, answer.json()["number"])


def test_a_file_is_laid_on_a_draft_and_named_by_its_digest(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    pages = pages_of(case.round)
    field = next(one.code for one in pages.form.fields.values() if one.kind in ("file", "files"))
    section = next(s.code for s in pages.form.sections if any(one.code == field for one in s.fields))
    paper = SimpleUploadedFile("方案.pdf", b"%PDF-1.7\n" + b"0" * 2000, "application/pdf")
    kept = client.post(f"/api/cases/{case.number}/files/{field}", {"file": paper})
    assert (kept.status_code, kept.json()["name"]) == (201, "方案.pdf")
    draft = {"version": 0, "answers": {field: [kept.json()["digest"]]}}
    assert client.put(f"/api/cases/{case.number}/drafts/{section}", draft, content_type="application/json").status_code == 200  # fmt: skip


def test_a_file_that_is_not_what_it_says_or_has_no_place_is_refused(client):
    region = Region()
    case = a_case(region)
    client.force_login(region.leader)
    field = next(one.code for one in pages_of(case.round).form.fields.values() if one.kind in ("file", "files"))
    false = SimpleUploadedFile("方案.pdf", b"MZ" + b"0" * 2000, "application/pdf")
    told = client.post(f"/api/cases/{case.number}/files/{field}", {"file": false})
    assert (told.status_code, told["content-type"]) == (409, "application/problem+json")
    paper = SimpleUploadedFile("方案.pdf", b"%PDF-1.7\n" + b"0" * 2000, "application/pdf")
    assert client.post(f"/api/cases/{case.number}/files/title", {"file": paper}).status_code == 404
    client.force_login(region.head)
    paper.seek(0)
    assert client.post(f"/api/cases/{case.number}/files/{field}", {"file": paper}).status_code == 404
    assert Attachment.objects.count() == 0


def test_a_report_of_a_running_project_is_written_by_its_leader_and_not_over_another_draft(client):
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(state="running")
    address = f"/api/cases/{case.number}/reports/progress"

    def put(said, stamp=""):
        body = {"answers": {"done": said}, "stamp": stamp}
        return client.put(address, body, content_type="application/json")

    client.force_login(region.officer)
    assert put("不是我写的").status_code == 404
    client.force_login(region.leader)
    first = put("完成了第一年的任务")
    told = [put("再改一次", first.json()["stamp"]).status_code, put("没有看到前面的").status_code]
    assert (first.status_code, told, Report.objects.get().typed["done"]) == (200, [200, 409], "再改一次")
    assert client.put(address.replace("progress", "acceptance"), {"answers": {}}, content_type="application/json").status_code == 404  # fmt: skip


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "请先登录"), ("en", "Sign in first")])
def test_what_goes_wrong_is_told_in_the_language_of_the_reader(client, language, title):
    client.cookies["kechuang_language"] = language
    assert client.get("/api/cases").json()["title"] == title
