"""Experts named by hand and the credit of an expert, through their pages: where they are allowed, by whom, with which words."""

from __future__ import annotations

import pytest

from kechuang.casework.models import Case, Record
from kechuang.desks.experts.models import Draw, Expert, Seat
from tests.desks.experts.test_pool import REASON, a_failed_draw
from tests.faces.test_officer import signed_in
from tests.factories import START, Region, a_case
from tests.journeys import story

pytestmark = pytest.mark.django_db


def test_after_a_failed_draw_the_case_leads_to_the_page_and_the_page_seats():
    region = Region()
    case, experts, _on = a_failed_draw(region)
    client = signed_in(region.chief)
    page = client.get(f"/cases/{case.number}/").content.decode()
    client.post(
        f"/experts/cases/{case.number}/seat/",
        {"mode": "mail", "experts": "、".join(e.pid for e in experts), "reason": REASON, "key": "k"},
    )
    assert f"/experts/cases/{case.number}/seat/" in page
    assert (Draw.objects.get().by_hand, Seat.objects.count(), Record.objects.filter(act="seat_by_hand").count()) == (
        REASON,
        2,
        1,
    )


def test_a_short_reason_is_refused_beside_what_was_typed():
    region = Region()
    case, experts, _on = a_failed_draw(region)
    typed = {"mode": "mail", "experts": experts[0].pid, "reason": "急", "key": "k"}
    answer = signed_in(region.chief).post(f"/experts/cases/{case.number}/seat/", typed)
    assert (answer.status_code, experts[0].pid in answer.content.decode(), Draw.objects.count()) == (422, True, 0)


def test_the_page_is_there_for_nobody_but_the_checker():
    region = Region()
    case, _experts, _on = a_failed_draw(region)
    for who in (region.officer, region.planner, region.field, region.leader):
        assert signed_in(who).get(f"/experts/cases/{case.number}/seat/").status_code in (403, 404)


def test_the_page_is_not_there_while_no_draw_has_failed():
    region = Region()
    case = a_case(region)
    Case.objects.filter(pk=case.pk).update(state="grouped", received_at=START)
    assert signed_in(region.chief).get(f"/experts/cases/{case.number}/seat/").status_code == 404


def test_the_credit_of_an_expert_is_found_by_name_and_changed_with_a_reason():
    region = Region()
    expert = story.a_pool(1)[0]
    client = signed_in(region.chief)
    page = client.get(f"/experts/?q={expert.person.name}").content.decode()
    client.post(f"/experts/{expert.pid}/credit/", {"credit": "watch", "reason": REASON, "key": "k"})
    expert.refresh_from_db()
    assert (f"/experts/{expert.pid}/credit/" in page, expert.credit) == (True, "watch")
    assert Record.objects.get(act="set_credit").told.data["reason"] == REASON


def test_an_officer_sees_no_names_to_search_and_sets_no_credit():
    region = Region()
    expert = story.a_pool(1)[0]
    client = signed_in(region.officer)
    assert "专家姓名" not in client.get("/experts/").content.decode()
    assert (
        client.post(f"/experts/{expert.pid}/credit/", {"credit": "barred", "reason": REASON, "key": "k"}).status_code
        == 422
    )
    assert Expert.objects.get(pk=expert.pk).credit == "good"
