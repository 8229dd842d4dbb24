"""Addresses that no other test is answered by, each asked once by who may; and that a route nobody is answered by is found."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from kechuang.casework import files
from kechuang.casework.models import Case, Notice, Record
from kechuang.desks.funds.models import Stop
from kechuang.faces.access import needs
from tests.desks.experts.test_offers import a_midterm
from tests.desks.funds import funded
from tests.faces.panels import Panel
from tests.factories import Region
from tests.house.answering import answered_well, never_answered
from tests.house.routes import routes

pytestmark = pytest.mark.django_db


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_an_applicant_is_answered_by_the_form_the_records_and_the_ways_out(settings, tmp_path):
    settings.DATA = tmp_path
    panel = Panel()
    case, leader = panel.cases[-1], panel.region.leader
    client = signed_in(leader)
    digest = Record.objects.filter(subject=case.number).first().digest
    assert [
        client.get(address).status_code for address in (f"/api/records/{digest}", "/api/policies/technology-trade")
    ] == [200] * 2
    assert client.post("/switch/", {"language": "en"}).cookies["kechuang_language"].value == "en"
    assert client.post("/signout/").headers["Location"] == "/"
    assert client.get("/mine/").status_code == 302


def test_a_notice_can_be_taken_along_as_a_paper_and_as_a_sheet():
    panel = Panel()
    notice = Notice.objects.create(
        round=panel.round,
        what="list",
        digest="f" * 64,
        first_day=panel.on.date(),
        last_day=panel.on.date(),
        on=panel.on,
    )
    notice.cases.add(panel.cases[0])
    begun = [b"".join(Client().get(f"/notices/{notice.code}/notice.{kind}"))[:4] for kind in ("pdf", "xlsx")]
    assert begun == [b"%PDF", b"PK\x03\x04"]


def test_an_expert_opens_a_file_of_an_answer_and_no_other(settings, tmp_path):
    settings.DATA = tmp_path
    panel = Panel()
    client, seat = panel.reading()
    case = panel.cases[0]
    shown, other = (
        files.keep(case, "other_files", f"{n}.txt", [b"words %d" % n], by=None, on=panel.on) for n in (1, 2)
    )
    Case.objects.filter(pk=case.pk).update(answers={**case.answers, "other_files": [shown.digest]})
    told = [client.get(f"/reviews/{seat.label}/{case.number}/file/{one.digest}/") for one in (shown, other)]
    assert [one.status_code for one in told] == [200, 404]
    assert told[0].headers["Content-Disposition"] == f'attachment; filename="{shown.digest[:12]}.txt"'


def test_supervision_takes_the_whole_file_along_and_stops_a_payment_with_two_words(settings, tmp_path):
    settings.DATA = tmp_path
    region = Region()
    case = funded.running(region)
    Case.objects.filter(pk=case.pk).update(received_at=case.opened_at)
    supervisor, chief = signed_in(region.supervisor), signed_in(region.supervision_chief)
    assert b"".join(supervisor.get(f"/cases/{case.number}/file.zip")).startswith(b"PK")
    why = {"reason": "发现经费使用异常，需要立即核查" * 2}
    stop = f"/supervision/cases/{case.number}/stop/"
    told = [supervisor.post(stop, {"key": "early-01", **why}).status_code, chief.post(stop, {"key": "second-01", "second": "1"}).status_code, supervisor.post(stop, {"key": "stop-01", **why}).status_code]  # fmt: skip
    assert told == [422, 302, 302]
    assert Record.objects.filter(subject=case.number, act="stop_payment").count() == 1
    assert Stop.objects.get(case=case).lifted_at is None

    assert "解除停止支付" in supervisor.get(f"/trail/case/{case.number}/").content.decode()
    early = supervisor.post(stop, {"key": "early-02", "lift": "1", **why}).status_code
    assert "同意解除停止支付" in chief.get("/supervision/").content.decode()
    word = chief.post(stop, {"key": "second-02", "lift": "1", "second": "1"}).status_code
    assert [early, word, supervisor.post(stop, {"key": "lift-01", "lift": "1", **why}).status_code] == [422, 302, 302]
    assert Stop.objects.get(case=case).lifted_at is not None


def test_what_is_open_to_all_and_the_lists_of_offices_are_answered():
    panel = Panel()
    region, child = panel.region, a_midterm(panel)
    asked = {
        None: ["/style/", "/objections/", "/api/docs", "/api/notices", "/api/policies"],
        region.leader: ["/api/cases"],
        region.treasurer: ["/api/money/prepared", "/api/money/settlements"],
        region.operator: ["/panels/", f"/panels/{child.number}/"],
    }
    told = {where: (signed_in(who) if who else Client()).get(where).status_code for who, places in asked.items() for where in places}  # fmt: skip
    assert {where: code for where, code in told.items() if code != 200} == {}


def test_a_route_that_nobody_is_answered_by_is_found():
    planted = list(
        routes([path("asked/", needs("anyone")(HttpResponse)), path("never/", needs("anyone")(HttpResponse))])
    )
    assert never_answered(planted, ["asked/"]) == ["never/"]


@pytest.mark.parametrize(
    ("method", "status", "location", "well"),
    [("GET", 200, "", True), ("POST", 302, "/mine/", True), ("POST", 302, "/signin/?next=/", False), ("GET", 302, "/mine/", False), ("POST", 422, "", False)],
)  # fmt: skip
def test_a_good_answer_is_the_page_or_the_way_on_after_an_act(method, status, location, well):
    assert answered_well(method, status, location) == well
