"""The reading desk: whose it is, what it shows, what it keeps, and what it never says beside a name."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from kechuang.casework.models import Attempt, Record
from kechuang.desks.experts import reading
from kechuang.desks.experts.models import Review, Seat, SheetDraft
from kechuang.desks.integrity.models import Clue
from kechuang.engines import forms
from tests.faces.panels import Panel, browser, posted
from tests.factories import a_person
from tests.journeys import story

pytestmark = pytest.mark.django_db


def test_an_invitation_says_round_group_number_and_until_when_but_not_what_there_is_to_read():
    panel = Panel()
    page = browser(panel.seat).get("/reviews/").content.decode()
    assert [word in page for word in (panel.round.title, "A组", "1 份", "前答复", "草原碳汇研究0")] == [True] * 4 + [
        False
    ]


def test_someone_else_in_the_pool_finds_an_empty_desk_and_no_such_case():
    panel = Panel()
    seat = panel.seat
    other = Client()
    other.force_login(Seat.objects.filter(state="reserve").first().expert.person)
    page = other.get("/reviews/").content.decode()
    answers = [other.get(f"/reviews/{seat.label}/{panel.cases[0].number}/"), other.get("/reviews/nobody/nothing/")]
    assert (panel.round.title in page, [a.status_code for a in answers]) == (False, [404, 404])


def test_one_promise_is_recorded_for_every_case_under_the_label_and_without_the_name():
    panel = Panel(count=3)
    seat = panel.seat
    browser(seat).post(f"/reviews/{seat.label}/answer/", {"key": "k1"})
    rows = Record.objects.filter(act="promise").order_by("subject")
    assert [(r.subject, r.actor, r.told.data) for r in rows] == [
        (number, f"label:{seat.label}", {"promise": "agreed"}) for number in sorted(c.number for c in panel.cases)
    ]
    seat.refresh_from_db()
    assert seat.state == "accepted"


def test_leaving_in_one_click_gives_the_seat_to_one_of_the_reserve():
    panel = Panel()
    seat = panel.seat
    before = set(Seat.objects.filter(draw=seat.draw, state="invited"))
    browser(seat).post(f"/reviews/{seat.label}/answer/", {"key": "k1", "why": "conflict"})
    now = set(Seat.objects.filter(draw=seat.draw, state="invited"))
    seat.refresh_from_db()
    assert (seat.state, before - now, len(now - before)) == ("declined", {seat}, 1)
    assert browser(seat).get(f"/reviews/{seat.label}/{panel.cases[0].number}/").status_code == 404


def test_before_the_promise_nothing_can_be_opened():
    panel = Panel()
    seat = panel.seat
    assert browser(seat).get(f"/reviews/{seat.label}/{panel.cases[0].number}/").status_code == 404


def test_a_blind_sheet_shows_the_proposal_without_the_people_and_the_unit():
    panel = Panel()
    client, seat = panel.reading()
    page = client.get(f"/reviews/{seat.label}/{panel.cases[0].number}/").content.decode()
    region = panel.region
    hidden = [region.leader.name, region.unit.name, region.leader.pid, region.unit.pid]
    assert ([word in page for word in hidden], "草原碳汇研究0" in page) == ([False] * 4, True)
    assert "T1 自由探索" in page


def test_a_review_that_is_not_blind_tells_people_and_units_by_name_and_never_by_id(monkeypatch):
    monkeypatch.setattr(reading, "is_blind", lambda case, mode: False)
    panel = Panel()
    client, seat = panel.reading()
    page = client.get(f"/reviews/{seat.label}/{panel.cases[0].number}/").content.decode()
    leader = panel.cases[0].leader
    shown = [word in page for word in (leader.name, leader.unit.name, f">{leader.pid}<", f">{leader.unit.pid}<")]
    assert shown == [True, True, False, False]


def test_the_tables_of_a_proposal_are_read_row_by_row_on_a_telephone():
    panel = Panel()
    client, seat = panel.reading()
    page = client.get(f"/reviews/{seat.label}/{panel.cases[0].number}/").content.decode()
    tables = re.findall(r'<div class="(table-box[^"]*)">(.*?)</table>', page, re.S)
    assert {box for box, _table in tables} == {"table-box fold"}
    cells = [cell for _box, table in tables for cell in re.findall(r"<td[^>]*>", table)]
    assert cells and all(re.search(r'data-l="[^"]+"', cell) for cell in cells)


def test_each_criterion_says_how_long_its_reason_must_be():
    panel = Panel()
    client, seat = panel.reading()
    page = client.get(f"/reviews/{seat.label}/{panel.cases[0].number}/").content.decode()
    assert [f"理由至少 {n} 字" in page for n in (80, 60, 40, 20)] == [True] * 4


def test_what_is_written_is_kept_on_the_server_under_the_label_and_shown_again():
    panel = Panel()
    client, seat = panel.reading()
    address = f"/reviews/{seat.label}/{panel.cases[0].number}/"
    answer = client.post(
        address + "draft/", {"outcome": "88", "notes": "看文献十四", "version": "0"}, HTTP_HX_REQUEST="true"
    )
    page = client.get(address).content.decode()
    assert (answer.status_code, 'value="88"' in page, "看文献十四" in page) == (200, True, True)
    assert SheetDraft.objects.get().seat == seat


def test_an_older_version_of_a_sheet_is_refused_and_the_newer_stands():
    panel = Panel()
    client, seat = panel.reading()
    address = f"/reviews/{seat.label}/{panel.cases[0].number}/draft/"
    for outcome in ("70", "88"):
        client.post(
            address, {"outcome": outcome, "version": "0"} if outcome == "70" else {"outcome": outcome, "version": "1"}
        )
    answer = client.post(address, {"outcome": "10", "version": "1"})
    assert (answer.status_code, SheetDraft.objects.get().typed) == (409, {"outcome": "88"})


def test_a_sheet_that_lacks_a_reason_stays_as_typed_and_leaves_an_attempt():
    panel = Panel()
    client, seat = panel.reading()
    case = panel.cases[0]
    typed = {**posted(case), "value_novelty_why": "太短"}
    answer = client.post(f"/reviews/{seat.label}/{case.number}/", {**typed, "key": "k1"})
    page = answer.content.decode()
    assert (answer.status_code, "太短" in page, Review.objects.count()) == (422, True, 0)
    assert [a.actor for a in Attempt.objects.filter(act="review")] == [f"label:{seat.label}"]


def test_a_filed_sheet_opens_the_next_and_is_filed_once_however_often_it_is_sent():
    panel = Panel(count=2)
    client, seat = panel.reading()
    first, second = sorted(panel.cases, key=lambda c: c.number)
    sent = {**posted(first), "key": "k1"}
    answer = client.post(f"/reviews/{seat.label}/{first.number}/", sent)
    again = client.post(f"/reviews/{seat.label}/{first.number}/", sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/reviews/{seat.label}/{second.number}/")
    assert (again["Location"], Review.objects.filter(case=first).count()) == (answer["Location"], 1)


def test_the_desk_asks_as_many_queries_for_three_cases_as_for_one(
    django_assert_num_queries, django_assert_max_num_queries
):
    counted = []
    for count in (1, 3):
        panel = Panel(count=count, first=count * 10)
        client, _seat = panel.reading()
        client.get("/reviews/")
        with django_assert_max_num_queries(60) as asked:
            client.get("/reviews/")
        counted.append(len(asked))
        Seat.objects.filter(draw__round=panel.round).update(state="former")
    assert counted[0] == counted[1]


def test_an_attempt_to_influence_is_told_to_supervision_under_the_label():
    panel = Panel()
    client, seat = panel.reading()
    case = panel.cases[0]
    client.post(f"/reviews/{seat.label}/{case.number}/report/", {"text": "有人打电话请求给高分", "key": "k9"})
    clue = Clue.objects.get()
    assert (clue.case, clue.source, Record.objects.get(act="report_clue").actor) == (
        case,
        "influence",
        f"label:{seat.label}",
    )
    leader = Client()
    leader.force_login(case.leader)
    told = [leader.get(at).content.decode() for at in (f"/cases/{case.number}/", f"/api/cases/{case.number}/records")]
    assert ["report_clue" in text for text in told] == [False, False]


def test_the_session_of_an_expert_names_no_case_no_group_and_no_label():
    panel = Panel()
    client, seat = panel.reading()
    case = panel.cases[0]
    client.post(f"/reviews/{seat.label}/{case.number}/", {**posted(case), "key": "k1"})
    said = str([row.get_decoded() for row in Session.objects.all()])
    assert [word in said for word in (case.number, case.title, seat.label, panel.round.code, "A组")] == [False] * 5


def test_a_visitor_is_asked_to_sign_in():
    answer = Client().get("/reviews/")
    assert (answer.status_code, answer["Location"]) == (302, "/signin/?next=/reviews/")


def test_a_person_outside_the_pool_sees_an_empty_desk():
    client = Client()
    client.force_login(a_person())
    assert "现在没有评审任务" in client.get("/reviews/").content.decode()


def test_masking_and_form_agree_on_what_is_shown():
    panel = Panel()
    form = story.pages_of(panel.round).form
    shown = forms.for_experts(form, blind=True)
    values = forms.masked(form, forms.typed(form, panel.cases[0].answers), blind=True)
    assert set(values) <= set(shown.fields)


def test_the_to_do_list_of_an_expert_leads_to_the_desk_and_never_says_that_nothing_is_to_be_done():
    panel = Panel()
    told = browser(panel.seat).get("/todo/").content.decode()
    outside = Client()
    outside.force_login(a_person())
    other = outside.get("/todo/").content.decode()
    assert ('<h3><a href="/reviews/">评审任务</a></h3>' in told, "今天没有要办的事" in told) == (True, False)
    assert ('<h3><a href="/reviews/">' in other, "今天没有要办的事" in other) == (False, True)
