"""Pages of supervision: everything to be read, nothing of a project to be moved, and every look at names recorded."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kechuang.casework.models import Attempt, Case, Record
from kechuang.desks.experts.models import Ceremony, Draw, Expert, PoolMembers, Seat
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.faces.web import verifying
from kechuang.words.outcome import Refused
from tests.faces.panels import Panel
from tests.factories import Region, a_case, a_person, done

pytestmark = pytest.mark.django_db
TEXT = "网上有人反映其论文数据与他人雷同"


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def an_inquiry(region: Region, accused) -> Case:
    browser(region.supervisor).post(
        "/supervision/inquiries/new/",
        {"source": "report", "text": TEXT, "person": accused.pid, "named": "true", "key": "k1"},
    )
    return Case.objects.get(flow="inquiry")


@pytest.mark.parametrize("address", ["/supervision/", "/alerts/", "/trail/", "/supervision/inquiries/new/"])
def test_nobody_but_supervision_comes_in(address):
    region = Region()
    answers = {
        role: browser(getattr(region, role)).get(address).status_code
        for role in ("leader", "planner", "officer", "treasurer", "leadership", "supervisor", "supervision_chief")
    }
    refused = answers["leader"]
    assert answers == {**dict.fromkeys(answers, refused), "supervisor": 200, "supervision_chief": 200}
    assert refused in (403, 404)


def test_a_draw_waits_for_its_witness_and_the_word_is_recorded_on_the_round():
    panel = Panel()
    Case.objects.filter(pk=panel.cases[0].pk).update(state="grouped", entered_at=timezone.now())
    client = browser(panel.region.supervisor)
    before = client.get("/supervision/").content.decode()
    client.post(f"/supervision/rounds/{panel.round.code}/witness/", {"key": "w1"})
    after = client.get("/supervision/").content.decode()
    record = Record.objects.filter(act="second:draw", subject_kind="round").latest("pk")
    assert ("见证抽取" in before, "见证抽取" in after, record.actor) == (True, False, panel.region.supervisor.actor_id)


def test_a_witness_without_the_role_is_refused_and_leaves_an_attempt():
    panel = Panel()
    auditor = a_person(("auditor", ""))
    answer = browser(auditor).post(f"/supervision/rounds/{panel.round.code}/witness/", {"key": "w1"})
    assert (answer.status_code, Attempt.objects.filter(act="second:draw").count()) == (422, 1)


def test_names_of_a_panel_are_shown_here_alone_and_every_look_is_recorded():
    panel = Panel()
    draw = Draw.objects.get()
    name = Seat.objects.filter(draw=draw).order_by("position").first().expert.person.name
    client = browser(panel.region.supervisor)
    trail = client.get(f"/trail/round/{panel.round.code}/").content.decode()
    page = client.post(f"/supervision/panels/{draw.pk}/", {"key": "p1"}).content.decode()
    record = Record.objects.get(act="look_behind")
    assert (f">{name}<" in trail, f">{name}<" in page, record.subject) == (False, True, panel.round.code)


def test_supervision_reads_why_an_expert_sits_and_why_another_does_not():
    panel = Panel()
    draw, client = Draw.objects.get(), browser(panel.region.supervisor)
    finance = Expert.objects.filter(kind="finance").first()
    page = client.post(f"/supervision/panels/{draw.pk}/", {"key": "p1", "why": finance.person.name})
    whys = {state: why for seat, state, why in page.context["seats"] if seat.state == "invited"}
    assert whys == {"已邀请": "以 1/2 的概率入选"}
    assert page.context["answer"] == "不是候选：有回避关系，或类别、学科不符，或须轮换"
    stranger = client.post(f"/supervision/panels/{draw.pk}/", {"key": "p2", "why": "无此人"})
    assert stranger.context["answer"] == "这个人不在冻结的专家库里，或同名的不止一人。"


def test_the_full_certificate_goes_to_supervision_alone_and_every_look_is_recorded():
    panel = Panel()
    row = Ceremony.objects.get()
    client = browser(panel.region.supervisor)
    where = f"/supervision/ceremonies/{row.pk}/certificate/"
    trail = client.get(f"/trail/round/{panel.round.code}/")
    full = client.post(where, {"key": "c1"}).json()
    foreign = [
        browser(who).post(where, {"key": "c2"}).status_code for who in (panel.region.operator, panel.region.chief)
    ]
    assert (full["form"], verifying.found(full), foreign) == ("full", [], [403, 403])
    assert [(one["faults"], one["of_the_pool"]) for one in trail.context["ceremonies"]] == [((), True)]
    members = PoolMembers.objects.get()
    PoolMembers.objects.update(pids=members.pids[1:])
    changed = client.get(f"/trail/round/{panel.round.code}/")
    assert [one["of_the_pool"] for one in changed.context["ceremonies"]] == [False]
    assert Record.objects.get(act="look_behind").subject == panel.round.code


def test_the_trail_of_a_case_says_whether_its_chain_still_holds():
    region = Region()
    case = a_case(region)
    client = browser(region.supervisor)
    sound = client.get(f"/trail/case/{case.number}/").content.decode()
    record = Record.objects.get(subject=case.number)
    Record.objects.filter(pk=record.pk).update(body=record.body.replace("draft", "funded"))
    broken = client.get(f"/trail/case/{case.number}/").content.decode()
    assert ["链完整" in sound, "链有断裂" in broken, "内容与摘要不符" in broken] == [True, True, True]


def test_a_trail_is_read_though_a_body_was_spoiled_beyond_reading():
    region = Region()
    case = a_case(region)
    Record.objects.filter(subject=case.number).update(body="{")
    assert "链有断裂" in browser(region.supervisor).get(f"/trail/case/{case.number}/").content.decode()


def test_a_trail_tells_by_which_face_an_act_came_and_under_which_pages():
    region = Region()
    case = a_case(region)
    browser(region.leader).post(f"/cases/{case.number}/act/withdraw/", {"reason": "不再申报", "key": "k"})
    body = json.loads(Record.objects.get(act="withdraw").body)
    page = browser(region.supervisor).get(f"/trail/case/{case.number}/").content.decode()
    assert (body["channel"], body["pages"]) == ("web", case.round.frozen_id)
    assert ["<span>网页</span>" in page, f"依据页面 {case.round.frozen_id[:4]}" in page] == [True, True]


def test_an_unknown_subject_has_no_trail():
    client = browser(Region().supervisor)
    assert [client.get(f"/trail/{kind}/nothing/").status_code for kind in ("case", "round", "party")] == [404] * 3


def test_a_refused_act_is_listed_with_why():
    region = Region()
    case = a_case(region)
    with pytest.raises(Refused):
        done(case, "endorse", region.head, seal="agreed", truth=True)
    page = browser(region.supervisor).get("/alerts/").content.decode()
    assert (case.number in page, "单位签章" in page, region.head.name in page) == (True, True, True)


def test_an_inquiry_runs_from_a_clue_to_a_sanction_by_different_hands():
    region = Region()
    case = an_inquiry(region, region.leader)
    at = f"/supervision/inquiries/{case.number}/"
    clerk, chief = browser(region.supervisor), browser(region.supervision_chief)
    steps = [
        (clerk, {"act": "screen"}),
        (chief, {"act": "take_up", "body": "department"}),
    ]
    for number, (client, data) in enumerate(steps):
        assert client.post(at, {**data, "key": f"s{number}"}).status_code == 302
    case.refresh_from_db()
    interim = Sanction.objects.get(inquiry=case)
    assert (case.state, interim.level, interim.person) == ("investigating", "interim", region.leader)


def test_a_report_with_its_paper_is_handed_in_and_said_in_words():
    region = Region()
    case = an_inquiry(region, region.leader)
    at = f"/supervision/inquiries/{case.number}/"
    clerk, chief = browser(region.supervisor), browser(region.supervision_chief)
    clerk.post(at, {"act": "screen", "key": "s1"})
    chief.post(at, {"act": "take_up", "body": "department", "key": "s2"})
    paper = SimpleUploadedFile("report.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    answer = clerk.post(at, {"act": "report", "finding": "none", "report": paper, "key": "s3"})
    case.refresh_from_db()
    page = clerk.get(at).content.decode()
    assert (answer.status_code, case.state, "不存在" in page) == (302, "reported", True)


def test_who_registered_a_clue_does_not_take_it_up():
    region = Region()
    case = an_inquiry(region, region.leader)
    at = f"/supervision/inquiries/{case.number}/"
    client = browser(region.supervisor)
    client.post(at, {"act": "screen", "key": "s1"})
    answer = client.post(at, {"act": "take_up", "body": "department", "key": "s2"})
    assert (answer.status_code, Sanction.objects.count()) == (422, 0)


def test_a_clue_about_nobody_is_refused_and_what_was_typed_stays():
    region = Region()
    answer = browser(region.supervisor).post(
        "/supervision/inquiries/new/", {"source": "report", "text": TEXT, "key": "k1"}
    )
    assert (answer.status_code, TEXT in answer.content.decode(), Case.objects.count()) == (422, True, 0)


def test_the_meeting_reads_an_inquiry_and_others_find_none():
    region = Region()
    case = an_inquiry(region, region.leader)
    at = f"/decisions/inquiries/{case.number}/"
    assert browser(region.leadership).get(at).status_code == 200
    for who in (region.leader, region.planner):
        assert browser(who).get(at).status_code == browser(who).get("/decisions/inquiries/nothing/").status_code
        assert browser(who).get(f"/cases/{case.number}/").status_code == 404


def test_a_clue_is_laid_aside_and_still_stands_in_the_trail():
    region = Region()
    case = a_case(region)
    clue = Clue.objects.create(case=case, source="influence", text="有人说情", on=case.opened_at)
    client = browser(region.supervisor)
    client.post(f"/supervision/clues/{clue.pid}/screen/")
    pages = [client.get(at).content.decode() for at in ("/supervision/", f"/trail/case/{case.number}/")]
    assert ["请托干扰评审" in page for page in pages] == [False, True]


def test_lists_ask_as_many_queries_for_three_rows_as_for_one(django_assert_max_num_queries):
    region = Region()
    client = browser(region.supervisor)
    counted = []
    for count in (1, 2):
        for _ in range(count):
            case = a_case(region, leader=a_person(unit=region.unit))
            Clue.objects.create(case=case, source="influence", text="有人说情", on=case.opened_at)
            Attempt.objects.create(
                subject_kind="case", subject=case.number, act="pay", actor="clock", on=case.opened_at
            )
        asked_here = []
        for address in ("/supervision/", "/alerts/", "/trail/"):
            client.get(address)
            with django_assert_max_num_queries(80) as asked:
                client.get(address)
            asked_here.append(len(asked))
        counted.append(asked_here)
    assert counted[0] == counted[1]
