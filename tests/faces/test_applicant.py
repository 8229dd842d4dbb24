"""An applicant's pages: what waits, whether one may apply, the form that loses nothing, people found by name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kechuang.casework.acts import open_case
from kechuang.casework.models import Attachment, Attempt, Case, Draft, Member
from kechuang.casework.pages import pages_of
from tests.factories import Region, a_person, a_unit, an_open_round
from tests.journeys import story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def signed_in(who):
    client = Client()
    client.force_login(who)
    return client


def a_round_now(region, **given):
    return an_open_round(region, opens_at=timezone.now() - timedelta(2), **given)


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    return open_case(a_round_now(region), by=region.leader, on=timezone.now(), key="open")


def part(case, code):
    return f"/cases/{case.number}/form/part/{code}/"


def typed(case, section):
    row = Draft.objects.filter(case=case, section=section).first()
    return row.typed if row else None


# To-do and own cases


def test_a_draft_stands_on_the_to_do_page_with_the_way_to_go_on(region, case):
    page = signed_in(region.leader).get("/todo/")
    assert page.status_code == 200
    assert page.context["desk"].waiting == 1
    assert f'href="/cases/{case.number}/form/"' in page.content.decode()


def test_a_draft_is_called_by_its_typed_title_and_written_on_from_its_own_page(region, case):
    client = signed_in(region.leader)
    member = a_person(unit=region.unit, name="巴图")
    said = {"version": "0", "team.0.person": "巴图", "team.0.party": region.unit.name}
    client.post(part(case, "people"), said)
    client.post(part(case, "basics"), {"version": "0", "title": "草原碳汇监测"})
    for who, address in ((region.leader, "/mine/"), (region.leader, "/todo/"), (member, "/todo/")):
        assert "草原碳汇监测" in signed_in(who).get(address).content.decode()

    page = client.get(f"/cases/{case.number}/")
    assert ("草原碳汇监测" in page.content.decode(), "还没有题目" in page.content.decode()) == (True, False)
    first, second = page.context["acts"][:2]
    assert (first["href"], first["primary"]) == (f"/cases/{case.number}/form/", True)
    assert (second["name"], second["primary"]) == ("submit_to_unit", False)

    asked = signed_in(member).get(f"/cases/{case.number}/act/consent/").content.decode()
    assert "草原碳汇监测" in asked  # what he agrees to
    assert f'href="/cases/{case.number}/"' in asked


def test_a_consent_that_was_given_is_not_asked_for_again(region, case):
    member = a_person(unit=region.unit)
    story.filled_in(case, region, member=member)
    names = [one["name"] for one in signed_in(member).get(f"/cases/{case.number}/").context["acts"]]
    assert (names[:1], "consent" in names) == (["form"], False)


def test_someone_with_nothing_to_do_is_told_so(region):
    page = signed_in(region.planner).get("/todo/")
    assert (page.status_code, page.context["tasks"]) == (200, [])


def test_nobody_signed_in_is_asked_to_sign_in(case):
    answers = [Client().get(address).status_code for address in ("/todo/", "/mine/", part(case, "basics"))]
    assert answers == [302, 302, 302]


@pytest.mark.parametrize("address", ["/todo/", "/mine/"])
def test_one_case_and_three_take_the_same_number_of_queries(region, address):
    round_, counted = a_round_now(region), []
    client = signed_in(region.leader)
    client.get(address)
    for number in range(3):
        open_case(round_, by=region.leader, on=timezone.now(), key=f"open-{number}")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counted.append(len(queries))
    assert counted[0] == counted[2]


def test_own_cases_say_in_whose_hands_they_are(region, case):
    Case.objects.filter(pk=case.pk).update(state="with_unit", title="稀土永磁材料研究")
    page = signed_in(region.leader).get("/mine/").content.decode()
    assert ("稀土永磁材料研究" in page, "单位科研管理" in page) == (True, True)
    assert "稀土永磁材料研究" in signed_in(region.research).get("/mine/").content.decode()
    assert "稀土永磁材料研究" not in signed_in(a_person(unit=a_unit())).get("/mine/").content.decode()


# Before any writing


def test_whether_one_may_apply_is_said_in_the_sentences_of_the_page(region):
    round_ = a_round_now(region)
    page = signed_in(region.leader).get(f"/calls/{round_.code}/apply/")
    assert page.status_code == 200
    assert page.context["failed"] == []
    said = page.content.decode()
    assert "同时只主持一项自治区自然科学基金" in said
    assert "项目负责人不是公务员或参公人员" in said  # what has to hold, where it does
    assert "公务员和参公人员不得作为项目负责人" not in said


def test_one_who_may_not_apply_is_told_why_and_leaves_only_an_attempt(region):
    official = a_person(unit=region.unit, official=True)
    round_ = a_round_now(region)
    client = signed_in(official)
    page = client.get(f"/calls/{round_.code}/apply/")
    assert [gate.code for gate in page.context["failed"]] == ["leader_not_official"]

    refused = client.post(f"/calls/{round_.code}/apply/", {"key": "k"})
    assert (refused.status_code, Case.objects.count(), Attempt.objects.count()) == (422, 0, 1)
    assert "公务员和参公人员不得作为项目负责人" in refused.content.decode()


def test_a_press_opens_the_application_once_and_fills_in_what_the_register_knows(region):
    round_ = a_round_now(region)
    client = signed_in(region.leader)
    for _ in range(2):
        answer = client.post(f"/calls/{round_.code}/apply/", {"key": "same"})
        assert answer.status_code == 302
    (case,) = Case.objects.all()
    assert answer["Location"] == f"/cases/{case.number}/form/"
    page = client.get(part(case, "people"))
    assert typed(case, "people")["leader"] == region.leader.pid
    assert "个人账号登记" in page.content.decode()


def test_a_round_that_is_not_published_is_not_there(region):
    round_ = a_round_now(region, published_at=None)
    assert signed_in(region.leader).get(f"/calls/{round_.code}/apply/").status_code == 404


# The form


@pytest.mark.parametrize("code", ["basics", "unit", "people", "nsf-proposal", "attachments"])
def test_each_part_is_drawn(region, case, code):
    code = next((one.code for one in pages_of(case.round).form.sections if one.code.startswith(code[:3])), code)
    page = signed_in(region.leader).get(part(case, code))
    assert (page.status_code, page.context["version"]) == (200, 0)


def test_what_was_typed_is_kept_with_its_version_and_a_fault_beside_it(region, case):
    client = signed_in(region.leader)
    answer = client.post(
        part(case, "basics"), {"version": "0", "title": "题" * 41, "start": "后年春天", "step": "save"}
    )
    assert answer.status_code == 302
    assert (typed(case, "basics")["title"], typed(case, "basics")["start"]) == ("题" * 41, "后年春天")
    page = client.get(part(case, "basics"))
    (start,) = [one for one in page.context["section"]["fields"] if one.path == "start"]
    assert (start.value, len(start.errors)) == ("后年春天", 1)


def test_the_form_of_another_is_not_there(region, case):
    for who in (region.research, region.planner, a_person(unit=region.unit)):
        assert signed_in(who).get(part(case, "basics")).status_code == 404
        assert signed_in(who).post(part(case, "basics"), {"title": "别人的"}).status_code == 404
    assert typed(case, "basics") is None


def test_two_tabs_meet_on_a_page_with_both_texts(region, case):
    client = signed_in(region.leader)
    client.post(part(case, "basics"), {"version": "0", "title": "甲的题目"})
    clash = client.post(part(case, "basics"), {"version": "0", "title": "乙的题目"})
    assert (clash.status_code, typed(case, "basics")["title"]) == (409, "甲的题目")
    assert ("甲的题目" in clash.content.decode(), "乙的题目" in clash.content.decode()) == (True, True)

    version = clash.context["version"]
    client.post(part(case, "basics"), {"version": version, "title": "乙的题目", "keep": "mine"})
    assert typed(case, "basics")["title"] == "乙的题目"


def test_of_two_texts_the_other_one_can_be_kept(region, case):
    client = signed_in(region.leader)
    client.post(part(case, "basics"), {"version": "0", "title": "甲的题目"})
    client.post(part(case, "basics"), {"version": "1", "title": "乙的题目", "keep": "theirs"})
    assert typed(case, "basics")["title"] == "甲的题目"


def test_autosave_answers_with_the_mark_the_line_of_the_part_and_the_sums(region, case):
    client = signed_in(region.leader)
    said = {"version": "0", "title": "题目", "start": "2027-01-01", "end": "2030-01-01"}
    answer = client.post(part(case, "basics"), said, headers={"HX-Request": "true"}).content.decode()
    assert 'data-version="1"' in answer
    assert 'id="part-basics" hx-swap-oob="true"' in answer
    assert '<output id="f-term_months" hx-swap-oob="innerHTML">36</output>' in answer


def test_autosave_over_a_newer_text_is_told_and_changes_nothing(region, case):
    client = signed_in(region.leader)
    client.post(part(case, "basics"), {"version": "0", "title": "甲的题目"})
    answer = client.post(part(case, "basics"), {"version": "0", "title": "乙"}, headers={"HX-Request": "true"})
    assert (answer.status_code, typed(case, "basics")["title"]) == (409, "甲的题目")


def test_a_press_that_crosses_with_its_own_autosave_is_no_conflict_and_a_late_autosave_is(region, case):
    client, auto = signed_in(region.leader), {"HX-Request": "true"}
    client.post(part(case, "basics"), {"version": "0", "page": "p1", "title": "写了一"}, headers=auto)
    pressed = client.post(part(case, "basics"), {"version": "0", "page": "p1", "title": "写了一半"})
    late = client.post(part(case, "basics"), {"version": "0", "page": "p1", "title": "写了"}, headers=auto)
    other = client.post(part(case, "basics"), {"version": "0", "page": "p2", "title": "另一页"})
    assert (pressed.status_code, late.status_code, other.status_code) == (302, 409, 409)
    assert typed(case, "basics")["title"] == "写了一半"


def test_rows_come_and_go_without_scripts(region, case):
    client = signed_in(region.leader)
    row = {"works.0.name": "甲", "works.0.year": "2020", "works.1.name": "乙", "version": "0"}
    added = client.post(part(case, "people"), {**row, "add": "works"})
    assert added["Location"] == f"{part(case, 'people')}?add=works#f-works"
    page = client.get(added["Location"])
    works = next(one for one in page.context["section"]["fields"] if one.path == "works")
    assert len(works.rows) == 3

    client.post(part(case, "people"), {**row, "version": "1", "remove": "works.0"})
    assert typed(case, "people")["works"] == [{"name": "乙"}]


def test_a_member_is_found_by_name_and_unit_and_his_consent_is_shown(region, case):
    member = a_person(unit=region.unit, name="巴图")
    a_person(unit=a_unit(), name="巴图")
    client = signed_in(region.leader)
    said = {"version": "0", "team.0.person": "巴图", "team.0.party": region.unit.name, "team.0.main": ["false", "true"]}
    client.post(part(case, "people"), said)
    assert (typed(case, "people")["team"][0]["person"], Member.objects.get().person) == (member.pid, member)
    page = client.get(part(case, "people")).content.decode()
    assert ("巴图" in page, "等待" in page) == (True, True)


def test_a_name_that_two_bear_or_nobody_is_said_beside_the_field(region, case):
    for _ in range(2):
        a_person(unit=region.unit, name="娜仁")
    client = signed_in(region.leader)
    client.post(part(case, "people"), {"version": "0", "team.0.person": "娜仁"})
    page = client.get(part(case, "people"))
    team = next(one for one in page.context["section"]["fields"] if one.path == "team")
    assert (typed(case, "people")["team"][0]["person"], len(team.rows[0].cells[0].errors)) == ("娜仁", 1)


def test_a_unit_that_nobody_registered_is_said_to_be_a_unit(region, case):
    client = signed_in(region.leader)
    client.post(part(case, "people"), {"version": "0", "team.0.party": "示例没有登记的公司"})
    team = next(one for one in client.get(part(case, "people")).context["section"]["fields"] if one.path == "team")
    (said,) = next(cell.errors for cell in team.rows[0].cells if cell.path == "team.0.party")
    assert said == "没有找到单位“示例没有登记的公司”，或有几家同名：请从提示里选，或写全称、统一社会信用代码。"


def test_names_are_suggested_with_their_unit_and_nothing_else(region):
    known = a_person(unit=region.unit, name="苏日娜", phone="13800000000")
    page = signed_in(region.leader).get("/lookup/person/?team.0.person=苏日").content.decode()
    assert page.split("\n")[0].endswith(f'<option value="{known.name} · {region.unit.name}"></option>')
    assert "13800000000" not in page
    assert signed_in(region.leader).get("/lookup/person/?q=苏").content.decode().count("<option") == 0


def attachments(case):
    return next(one.code for one in pages_of(case.round).form.sections if "other_files" in {f.code for f in one.fields})


def test_a_file_is_kept_shown_and_taken_away(region, case):
    client, where = signed_in(region.leader), attachments(case)
    client.post(part(case, where), {"version": "0", "other_files": SimpleUploadedFile("协议.pdf", PDF)})
    (kept,) = Attachment.objects.filter(case=case)
    assert (kept.name, kept.field, typed(case, where)["other_files"]) == ("协议.pdf", "other_files", [kept.digest])
    assert "协议.pdf" in client.get(part(case, where)).content.decode()

    client.post(part(case, where), {"version": "1", "other_files": kept.digest, "remove": "other_files.0"})
    kept.refresh_from_db()
    assert (kept.removed, typed(case, where)["other_files"]) == (True, "")


def test_a_file_that_is_not_what_it_says_is_refused_in_a_sentence_and_the_rest_is_kept(region, case):
    client, where = signed_in(region.leader), attachments(case)
    answer = client.post(
        part(case, where), {"version": "0", "other_files": SimpleUploadedFile("协议.pdf", b"MZ not a pdf")}
    )
    assert (answer.status_code, Attachment.objects.count()) == (422, 0)
    (shown,) = [one for one in answer.context["section"]["fields"] if one.path == "other_files"]
    assert len(shown.errors) == 1 and "file_" not in shown.errors[0]


def test_a_session_that_ran_out_loses_nothing(region, case):
    region.leader.set_password("a-long-password")
    region.leader.save()
    client = Client()
    page = client.post(part(case, "basics"), {"version": "0", "title": "写了很久的题目"})
    assert (page.status_code, "写了很久的题目" in page.content.decode()) == (401, True)
    wrong = client.post(
        part(case, "basics"),
        {"version": "0", "title": "写了很久的题目", "_username": region.leader.username, "_password": "wrong"},
    )
    assert (wrong.status_code, typed(case, "basics")) == (401, None)
    client.post(
        part(case, "basics"),
        {
            "version": "0",
            "title": "写了很久的题目",
            "_username": region.leader.username,
            "_password": "a-long-password",
        },
    )
    assert typed(case, "basics")["title"] == "写了很久的题目"


def test_what_is_missing_is_listed_with_the_way_to_each_field(region, case):
    page = signed_in(region.leader).get(f"/cases/{case.number}/form/check/")
    hrefs = [fault["href"] for fault in page.context["errors"]]
    assert f"{part(case, 'basics')}?check=1#f-title" in hrefs


def test_an_earlier_project_fills_only_what_is_blank(region, case):
    earlier = open_case(a_round_now(region), by=a_person(unit=region.unit), on=timezone.now(), key="earlier")
    Case.objects.filter(pk=earlier.pk).update(leader=region.leader)
    earlier.refresh_from_db()
    story.answers.save_draft(
        earlier, "basics", {"title": "旧题目", "keywords": "甲、乙、丙"}, version=0, by=region.leader, on=timezone.now()
    )
    client = signed_in(region.leader)
    client.post(part(case, "basics"), {"version": "0", "title": "新题目"})
    answer = client.post(f"/cases/{case.number}/form/copy/", {"from": earlier.number})
    assert answer.status_code == 302
    assert (typed(case, "basics")["title"], len(typed(case, "basics")["keywords"])) == ("新题目", 3)


def test_the_project_of_another_cannot_be_copied(region, case):
    other = open_case(a_round_now(region), by=a_person(unit=region.unit), on=timezone.now(), key="other")
    assert signed_in(region.leader).post(f"/cases/{case.number}/form/copy/", {"from": other.number}).status_code == 404


def test_the_pages_speak_english(region, case):
    client = signed_in(region.leader)
    client.cookies["kechuang_language"] = "en"
    page = client.get(part(case, "basics")).content.decode()
    assert ("Project title" in page, "Preview for print" in page) == (True, True)


def test_who_applies_for_nothing_is_offered_no_application():
    region, page = Region(), "/todo/"
    admin, leader = a_person(("system_admin", "")), region.leader
    assert [signed_in(who).get(page).context["applies"] for who in (admin, region.planner, leader, region.head)] == [
        False,
        False,
        True,
        True,
    ]


def test_somebody_without_a_unit_is_told_what_to_do_and_begins_nothing(region):
    round_, who = a_round_now(region), a_person()
    client = signed_in(who)
    page = client.get(f"/calls/{round_.code}/apply/").content.decode()
    assert ("先有所在单位，才能申请" in page, who.username in page, 'aria-disabled="true"' in page) == (
        True,
        True,
        True,
    )
    answer = client.post(f"/calls/{round_.code}/apply/", {"key": "k"})
    assert (answer.status_code, "请单位科研管理" in answer.content.decode(), Case.objects.count()) == (422, True, 0)
    assert "你的账号还没有所在单位" in client.get("/todo/").content.decode()
