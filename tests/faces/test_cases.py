"""The page of a case: acts with their consequences, what is refused and why, who sees what, papers, reports, children."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kechuang.casework import outbox, sealer
from kechuang.casework.actor import Actor
from kechuang.casework.acts import open_case
from kechuang.casework.models import Attempt, Case, Document, Finding, Letter, Record
from kechuang.desks.experts.models import Opinion
from kechuang.desks.projects.models import Report
from kechuang.engines.ledger import digest
from tests.factories import START, Region, a_person, a_unit, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def draft(region):
    round_ = an_open_round(region, opens_at=timezone.now() - timedelta(2))
    return story.filled_in(open_case(round_, by=region.leader, on=timezone.now(), key="open"), region)


@pytest.fixture
def submitted(region, draft):
    signed_in(region.leader).post(act(draft, "submit_to_unit"), {"key": "k", "promise": "agreed"})
    draft.refresh_from_db()
    return draft


def running(region, case):
    """The project as it runs: the steps between are told elsewhere."""
    Case.objects.filter(pk=case.pk).update(
        state="running", received_at=timezone.now(), starts_on="2026-01-01", ends_on="2029-01-01"
    )
    case.refresh_from_db()
    return case


def page(case):
    return f"/cases/{case.number}/"


def act(case, name):
    return f"/cases/{case.number}/act/{name}/"


# Seeing


def test_the_case_says_where_it_stands_in_whose_hands_and_what_one_can_do(region, submitted):
    told = signed_in(region.leader).get(page(submitted))
    assert told.status_code == 200
    assert told.context["state"]["chip"]["zh"] == "待单位审核"
    assert [one["name"] for one in told.context["acts"] if not one["refused"]] == ["withdraw"]
    steps = [(step["title"]["zh"], step["state"]) for step in told.context["flow"]]
    assert steps[:4] == [("草稿", "done"), ("待单位审核", "now"), ("待推荐", ""), ("受理", "")]
    assert region.research.name in told.content.decode()


def test_an_act_that_is_mine_but_shut_says_why(region, submitted):
    told = signed_in(region.head).get(page(submitted))
    (endorse,) = [one for one in told.context["acts"] if one["name"] == "endorse"]
    assert endorse["refused"].code == "act_after_missing"
    assert "要先完成：单位审核" in told.content.decode()


def test_a_case_of_others_is_not_there(region, submitted):
    stranger = a_person(("unit_head", a_unit().pid))
    for who in (stranger, region.clerk, region.officer, region.treasurer):
        client = signed_in(who)
        found = [
            client.get(address).status_code
            for address in (page(submitted), f"{page(submitted)}form/print/", act(submitted, "withdraw"))
        ]
        assert found == [404, 404, 404]
        assert client.post(act(submitted, "withdraw"), {"key": "x", "reason": "别人的办件"}).status_code == 404


def test_records_one_and_three_take_the_same_number_of_queries(region, draft):
    client, counted = signed_in(region.leader), []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.get(page(draft))
        counted.append(len(queries))
        done(
            draft,
            "consent",
            Actor(f"p:{a_person().pid}", None, frozenset({"member"})),
            on=timezone.now(),
            promise=f"{number}",
        )
    assert counted[1] == counted[2]


def test_a_secretary_of_a_blind_review_reads_the_form_without_names(region, draft):
    Case.objects.filter(pk=draft.pk).update(state="mail_review", received_at=timezone.now())
    secretary = a_person(("review_secretary", draft.round.code))
    client = signed_in(secretary)
    told = client.get(page(draft)).content.decode() + client.get(f"{page(draft)}form/print/").content.decode()
    assert (region.leader.name in told, region.unit.name in told, "匿名评审" in told) == (False, False, True)
    assert region.leader.identity not in told or not region.leader.identity


# Acting


def test_an_act_says_what_will_happen_before_it_asks(region, draft):
    told = signed_in(region.leader).get(act(draft, "submit_to_unit"))
    effects = told.context["effects"]
    assert effects[0] == "这件将从“草稿”转为“待单位审核”。"
    assert effects[1] == "接下来由单位科研管理办理“单位审核”。"
    assert [one.path for one in told.context["act_fields"]] == ["promise"]


def test_whoever_sends_an_application_back_is_read_where_it_is_written_again(region, submitted):
    officer = signed_in(region.research)
    effects = officer.get(act(submitted, "return_by_unit")).context["effects"]
    assert effects[1] == "接下来由项目负责人办理“提交单位”。"  # nobody's consent, which was given
    officer.post(act(submitted, "return_by_unit"), {"key": "back", "reason": "请补充数据来源说明"})
    leader = signed_in(region.leader)
    for address in ("/todo/", f"{page(submitted)}form/part/basics/"):
        assert "请补充数据来源说明" in leader.get(address).content.decode()
    assert "请补充数据来源说明" not in signed_in(region.head).get("/todo/").content.decode()


def test_submitting_gives_a_receipt_and_a_second_press_gives_the_same(region, draft):
    client = signed_in(region.leader)
    first = client.post(act(draft, "submit_to_unit"), {"key": "once", "promise": "agreed"})
    second = client.post(act(draft, "submit_to_unit"), {"key": "once", "promise": "agreed"})
    (receipt,) = Document.objects.filter(kind="receipt")
    assert first["Location"] == second["Location"] == f"{page(draft)}receipt/{receipt.code}/"
    assert Record.objects.filter(subject=draft.number, act="submit_to_unit").count() == 1
    shown = client.get(first["Location"]).content.decode()
    assert (receipt.code in shown, draft.number in shown) == (True, True)
    flow = client.get(first["Location"]).context["receipt"]["flow"]
    assert [step["title"]["zh"] for step in flow][:3] == ["待单位审核", "待推荐", "受理"]  # what comes next


def test_the_receipt_file_holds_the_record_and_once_sealed_its_place_in_the_log(region, submitted):
    client = signed_in(region.leader)
    (receipt,) = Document.objects.filter(kind="receipt")
    address = f"{page(submitted)}receipt/{receipt.code}.json"
    body = json.loads(client.get(address).content)
    assert (body["content"]["act"], "proof" in body) == ("submit_to_unit", False)

    sealer.seal(timezone.now())
    answer = client.get(address)
    assert "attachment" in answer["Content-Disposition"]
    assert {"index", "proof", "checkpoint", "public_key"} <= json.loads(answer.content).keys()


def test_what_is_missing_on_submission_is_said_field_by_field_and_leaves_only_an_attempt(region):
    round_ = an_open_round(region, opens_at=timezone.now() - timedelta(2))
    case = open_case(round_, by=region.leader, on=timezone.now(), key="open")
    refused = signed_in(region.leader).post(act(case, "submit_to_unit"), {"key": "k", "promise": "agreed"})
    assert refused.status_code == 422
    assert any(said.startswith("项目名称：") for said in refused.context["reasons"])
    assert (Record.objects.filter(subject=case.number).count(), Attempt.objects.count()) == (1, 1)


def test_an_input_that_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(region, submitted):
    client = signed_in(region.research)
    refused = client.post(act(submitted, "return_by_unit"), {"key": "k", "reason": "短"})
    (field,) = refused.context["act_fields"]
    assert (refused.status_code, field.value, len(field.errors)) == (422, "短", 1)
    assert Record.objects.filter(subject=submitted.number, act="return_by_unit").count() == 0


def test_an_act_of_another_role_is_refused_with_its_reason(region, submitted):
    refused = signed_in(region.leader).post(act(submitted, "endorse"), {"key": "e", "seal": "agreed", "truth": "true"})
    assert (refused.status_code, refused.context["reasons"]) == (422, ["这一步由单位授权签章人办理。"])


def test_an_act_that_no_flow_knows_is_not_there(region, submitted):
    assert signed_in(region.leader).get(act(submitted, "approve_everything")).status_code == 404


def test_files_of_an_act_are_kept_with_the_case(region, draft):
    Case.objects.filter(pk=draft.pk).update(state="panel_review", received_at=timezone.now())
    client = signed_in(region.leader)
    answer = client.post(act(draft, "defend"), {"key": "k", "slides": SimpleUploadedFile("答辩.pdf", PDF)})
    assert (answer.status_code, answer["Location"]) == (302, page(draft))
    (kept,) = draft.attachments.all()
    assert (kept.name, kept.digest) == ("答辩.pdf", digest(PDF))
    got = client.get(f"{page(draft)}files/{kept.digest}/")
    assert (b"".join(got.streaming_content), got["Content-Type"]) == (PDF, "application/octet-stream")
    assert signed_in(a_person()).get(f"{page(draft)}files/{kept.digest}/").status_code == 404


def test_a_second_person_gives_a_word_on_the_page_of_the_case(region, draft):
    Case.objects.filter(pk=draft.pk).update(state="grouped", received_at=timezone.now())
    client = signed_in(region.supervisor)
    assert "second:draw" in [one["name"] for one in client.get(page(draft)).context["acts"]]
    client.post(act(draft, "second:draw"), {"key": "k"})
    assert Record.objects.filter(subject=draft.number, act="second:draw").count() == 1


# What was said, and to whom


def test_the_applicant_reads_why_it_came_back_and_not_what_the_office_wrote_for_itself(region, submitted):
    done(submitted, "unit_check", region.research, on=timezone.now(), opinion="内部意见不外传")
    done(submitted, "return_by_unit", region.research, on=timezone.now(), reason="预算说明太简单")
    told = signed_in(region.leader).get(page(submitted)).content.decode()
    assert ("预算说明太简单" in told, "内部意见不外传" in told) == (True, False)
    assert "内部意见不外传" in signed_in(region.research).get(page(submitted)).content.decode()


def test_who_objects_is_never_told_to_the_applicants_side(region, draft):
    Case.objects.filter(pk=draft.pk).update(state="public_notice", received_at=timezone.now())
    draft.refresh_from_db()
    child = Case.objects.create(round=draft.round, parent=draft, flow="objection", state="raised", entered_at=timezone.now(),
                                opened_at=timezone.now(), leader=region.leader, applicant=region.unit)  # fmt: skip
    name = {"name": "乌云其其格", "identity": "150102198606060022", "phone": "13800000000"}
    record = Record.objects.create(subject_kind="case", subject=child.number, position=1, act="object", after="raised", actor="public:abc",
                                   role="public", on=timezone.now(), key="o", data_digest="", body="{}", previous="", digest="d" * 64)  # fmt: skip
    record_told(record, {"name": name, "ground": "facts", "text": "所列成果并非申请人所有"})

    client = signed_in(region.leader)
    told = client.get(page(child)).content.decode() + client.get(page(draft)).content.decode()
    assert ("乌云其其格" in told, "13800000000" in told, "所列成果" in told) == (False, False, False)
    assert "answer_objection" in [one["name"] for one in client.get(page(child)).context["acts"]]
    assert "所列成果并非申请人所有" in signed_in(region.supervisor).get(page(child)).content.decode()


def record_told(record, data):
    from_record = record._meta.apps.get_model("casework", "Told")
    from_record.objects.create(record=record, data=data)


def test_what_reviewers_do_is_not_told_to_the_applicant(region, draft):
    Record.objects.create(subject_kind="case", subject=draft.number, position=50, act="review", actor="label:abcd", role="expert",
                          on=timezone.now(), key="r", data_digest="", body="{}", previous="", digest="e" * 64)  # fmt: skip
    Case.objects.filter(pk=draft.pk).update(state="mail_review", received_at=timezone.now())
    told = [one["title"] for one in signed_in(region.leader).get(page(draft)).context["records"]]
    office = [one["title"] for one in signed_in(region.officer).get(page(draft)).context["records"]]
    assert ("提交评审意见" in told, "提交评审意见" in office) == (False, True)
    assert "abcd" not in signed_in(region.officer).get(page(draft)).content.decode()


def test_opinions_are_read_once_they_are_released(region, draft):
    Opinion.objects.create(case=draft, label="A", text="目标清楚，方法得当。", released_on=timezone.now().date())
    assert "目标清楚，方法得当。" in signed_in(region.leader).get(page(draft)).content.decode()
    member = draft.members.get().person
    assert "目标清楚，方法得当。" not in signed_in(member).get(page(draft)).content.decode()


def test_findings_are_for_the_office_that_judges_them(region, draft):
    Finding.objects.create(
        case=draft,
        check_name="texts.title_clash",
        verdict="warn",
        on=timezone.now(),
        reasons=[{"code": "title_taken", "title": "同名"}],
    )
    Case.objects.filter(pk=draft.pk).update(state="formal_check", received_at=timezone.now())
    assert len(signed_in(region.officer).get(page(draft)).context["findings"]) == 1
    assert len(signed_in(region.leader).get(page(draft)).context["findings"]) == 0


def test_a_letter_is_read_by_the_one_it_was_sent_to(region, submitted):
    outbox.work(timezone.now())
    letter = Letter.objects.filter(person=region.leader).first()
    client = signed_in(region.leader)
    assert client.get(f"/documents/{letter.document.code}/").status_code == 200
    letter.refresh_from_db()
    assert letter.read_at is not None
    assert signed_in(a_person()).get(f"/documents/{letter.document.code}/").status_code == 404


# Children and reports


def test_a_change_is_opened_from_the_page_and_hangs_on_the_project(region, draft):
    case = running(region, draft)
    client = signed_in(region.leader)
    names = [one["name"] for one in client.get(page(case)).context["openings"]]
    assert names == ["open", "plan_subproject"]
    told = client.get(f"{page(case)}open/change/open/")
    assert (told.status_code, told.context["effects"][0].startswith("新开一件")) == (200, True)
    answer = client.post(f"{page(case)}open/change/open/", {"key": "c", "change": "route"})
    child = Case.objects.get(parent=case)
    assert (answer["Location"], child.state, child.answers["change"]) == (page(child), "draft", "route")
    assert "从属办件" in client.get(page(case)).content.decode()
    acts = [one["name"] for one in client.get(page(child)).context["acts"] if not one["refused"]]
    assert acts[0] == "note_change"


def test_a_child_that_does_not_fit_or_is_another_role_is_not_there(region, draft):
    assert signed_in(region.leader).get(f"{page(draft)}open/change/open/").status_code == 404
    case = running(region, draft)
    assert signed_in(region.research).get(f"{page(case)}open/change/open/").status_code == 404
    assert signed_in(region.leader).get(f"{page(case)}open/objection/object/").status_code == 404


def test_a_report_is_drafted_checked_and_filed_by_its_act(region, draft):
    case = running(region, draft)
    client = signed_in(region.leader)
    address = f"{page(case)}reports/progress/"
    assert client.get(address).status_code == 200
    client.post(address, {"done": "完成了样地布设", "spent": "3", "version": ""})
    assert Report.objects.get().typed["done"] == "完成了样地布设"
    assert "report_progress" in [one["name"] for one in client.get(address).context["acts"]]
    filed = client.post(act(case, "report_progress"), {"key": "p"})
    assert (filed.status_code, Report.objects.get().filed_at is not None) == (302, True)
    assert "完成了样地布设" in client.get(f"{address}?version=1").content.decode()


def test_two_writers_of_a_report_meet(region, draft):
    case = running(region, draft)
    client = signed_in(region.leader)
    address = f"{page(case)}reports/progress/"
    client.post(address, {"done": "甲写的"})
    Report.objects.update(on=timezone.now() - timedelta(hours=1))
    clash = client.post(address, {"done": "乙写的", "version": "2001-01-01"})
    assert (clash.status_code, Report.objects.get().typed["done"]) == (409, "甲写的")
    assert "乙写的" in clash.content.decode()


def test_a_report_is_not_written_by_others(region, draft):
    case = running(region, draft)
    for who in (draft.members.get().person, region.officer, region.planner):
        assert signed_in(who).get(f"{page(case)}reports/progress/").status_code == 404


def test_the_whole_form_is_printed_for_those_who_may_see_the_case(region, submitted):
    told = signed_in(region.research).get(f"{page(submitted)}form/print/").content.decode()
    assert (submitted.title in told, region.leader.name in told) == (True, True)


def test_each_step_tells_the_time_it_took_beside_the_time_promised_or_that_none_was():
    region = Region()
    case = story.an_application(region, an_open_round(region), on=START + timedelta(days=2))
    story.closed(case.round, START)
    case.refresh_from_db()
    on = case.round.closes_at + timedelta(days=3)
    story.admitted(case, region, on)
    page = signed_in(region.officer).get(f"/cases/{case.number}/").content.decode()
    assert ("用时 3 天，期限" in page, "没有规定期限" in page) == (True, True)


def test_the_number_in_the_bar_moves_with_the_act_and_is_what_the_list_counts(region, draft):
    other = story.filled_in(open_case(draft.round, by=region.leader, on=timezone.now(), key="second"), region)
    leader = signed_in(region.leader)
    assert leader.get("/todo/").context["waiting"] == 2
    leader.post(act(draft, "submit_to_unit"), {"key": "k", "promise": "agreed"})
    assert leader.get("/mine/").context["waiting"] == 1
    leader.post(act(draft, "submit_to_unit"), {"key": "k", "promise": "agreed"})
    assert leader.get("/mine/").context["waiting"] == leader.get("/todo/").context["desk"].waiting == 1
    assert other.state == "draft"
