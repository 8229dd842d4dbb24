"""The work of experts by the API: under the label, behind the curtain, with nothing said that the pages do not say."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import resolve

from kechuang.casework.actor import Actor
from kechuang.casework.models import Record, Round
from kechuang.desks.experts import fees, reading
from kechuang.desks.experts.models import Draw, Expert, Review, Seat, SheetDraft
from kechuang.desks.integrity.models import Clue
from kechuang.parties.models import Person, Tie
from tests.desks.experts.test_pool import REASON, a_failed_draw
from tests.faces.panels import Panel, browser, posted
from tests.factories import Region, a_person, done

pytestmark = pytest.mark.django_db
JSON = "application/json"


def sent(client: Client, address: str, body, method: str = "post"):
    return getattr(client, method)(address, body, content_type=JSON)


def sheet_of(case) -> dict[str, str]:
    return {name: value for name, value in posted(case).items() if name != "key"}


def test_every_operation_needs_what_its_page_needs_and_only_reviews_look_behind():
    said = {path: (resolve(path).func.needs, resolve(path).func.behind) for path in ("/api/cases", "/api/reviews", "/api/experts/x/confirm", "/api/rounds")}  # fmt: skip
    assert list(said.values()) == [("person", False), ("expert", True), ("execution", False), ("anyone", False)]


def test_an_invitation_names_no_case_before_the_promise_and_the_promise_is_signed_for_all():
    panel = Panel(count=2)
    seat, client = panel.seat, browser(panel.seat)
    before = client.get("/api/reviews").json()
    shut = client.get(f"/api/reviews/{seat.label}/{panel.cases[0].number}").status_code
    told = [sent(client, f"/api/reviews/{seat.label}/promise", {"key": "promise-1"}) for _ in range(2)]
    rows = Record.objects.filter(act="promise", actor=f"label:{seat.label}")
    assert [(one["label"], one["count"], one["cases"]) for one in before] == [(seat.label, 2, [])]
    assert (shut, [one.status_code for one in told], rows.count()) == (404, [200, 200], 2)
    assert told[0].json()["answered"] is True


def test_a_seat_is_left_with_a_reason_and_is_then_no_longer_there():
    seat = Panel().seat
    client = browser(seat)
    wrong = sent(client, f"/api/reviews/{seat.label}/decline", {"key": "decline-1", "why": "weather"})
    told = sent(client, f"/api/reviews/{seat.label}/decline", {"key": "decline-1", "why": "conflict"})
    seat.refresh_from_db()
    assert (wrong.status_code, told.status_code, seat.state, client.get("/api/reviews").json()) == (422, 200, "declined", [])  # fmt: skip


def test_a_proposal_is_read_without_names_kept_as_a_draft_and_filed_once():
    panel = Panel()
    client, seat = panel.reading()
    case = panel.cases[0]
    at = f"/api/reviews/{seat.label}/{case.number}"
    shown = client.get(at)
    region = panel.region
    hidden = [region.leader.name, region.unit.name, region.leader.pid, region.unit.pid]
    assert ([word in shown.content.decode() for word in hidden], shown.json()["blind"]) == ([False] * 4, True)
    assert "草原碳汇研究0" in shown.content.decode()
    kept = [sent(client, f"{at}/draft", {"version": v, "data": {"outcome": "80"}, "notes": n}, "put") for v, n in ((0, ""), (0, "x"), (5, "y"))]  # fmt: skip
    assert ([one.status_code for one in kept], SheetDraft.objects.get().typed) == ([200, 409, 409], {"outcome": "80"})
    bad = sent(client, f"{at}/sheet", {"key": "sheet-00", "data": {}})
    told = [sent(client, f"{at}/sheet", {"key": "sheet-01", "data": sheet_of(case)}) for _ in range(2)]
    assert (bad.status_code in (409, 422), [one.status_code for one in told]) == (True, [200, 200])
    assert told[0].json()["digest"] == told[1].json()["digest"]
    assert Review.objects.filter(case=case).count() == 1
    assert client.get(at).status_code == 404


def test_a_review_that_is_not_blind_tells_names_and_never_ids(monkeypatch):
    monkeypatch.setattr(reading, "is_blind", lambda case, mode: False)
    panel = Panel()
    client, seat = panel.reading()
    text = client.get(f"/api/reviews/{seat.label}/{panel.cases[0].number}").content.decode()
    leader = panel.cases[0].leader
    assert [word in text for word in (leader.name, leader.pid, leader.unit.pid)] == [True, False, False]


def test_nobody_else_finds_the_seat_and_nobody_unsigned_is_let_in():
    panel = Panel()
    seat = panel.seat
    other = browser(Seat.objects.filter(state="reserve").first())
    at = f"/api/reviews/{seat.label}"
    answers = [sent(other, f"{at}/promise", {"key": "promise-1"}), other.get(f"{at}/{panel.cases[0].number}"), other.get("/api/reviews/x/y")]  # fmt: skip
    assert ([one.status_code for one in answers], Client().get("/api/reviews").status_code) == ([404] * 3, 401)
    assert answers[1].content == answers[2].content


def test_an_attempt_to_influence_is_told_under_the_label():
    panel = Panel()
    client, seat = panel.reading()
    at = f"/api/reviews/{seat.label}/{panel.cases[0].number}/report"
    said = {"key": "report-01", "text": "有人打电话请我关照这一份申请书"}
    assert [sent(client, at, said).status_code for _ in range(2)] == [200, 200]
    assert (Clue.objects.count(), Record.objects.get(act="report_clue").actor) == (1, f"label:{seat.label}")


def test_fees_are_paid_by_the_treasurer_under_the_number_of_the_order():
    panel = Panel()
    _client, seat = panel.reading()
    done(panel.cases[0], "review", Actor.labelled(seat.label), on=panel.on, sheet=posted(panel.cases[0]))
    fees.settle(panel.round, panel.on)
    Round.objects.filter(pk=panel.round.pk).update(state="decided")
    treasurer, officer, at = Client(), Client(), f"/api/rounds/{panel.round.code}/fees"
    treasurer.force_login(panel.region.treasurer)
    officer.force_login(panel.region.officer)
    told = [sent(who, at, {"key": "fees-0001", "document": "拨付1号"}).status_code for who in (officer, treasurer, treasurer)]  # fmt: skip
    assert (told, Record.objects.filter(act="pay_fees").count()) == ([403, 200, 200], 1)


def test_after_a_failed_draw_the_checker_seats_by_hand_with_a_reason():
    region, client = Region(), Client()
    case, experts, _on = a_failed_draw(region)
    body = {"key": "seat-0001", "mode": "mail", "experts": [one.pid for one in experts], "reason": REASON}
    client.force_login(region.officer)
    shut = sent(client, f"/api/cases/{case.number}/seats", body).status_code
    client.force_login(region.chief)
    told = [sent(client, f"/api/cases/{case.number}/seats", body).status_code for _ in range(2)]
    assert (shut, told, Draw.objects.get().by_hand, Seat.objects.count()) == (404, [200, 200], REASON, 2)


def test_a_password_that_somebody_else_has_seen_opens_nothing(client):
    region = Region()
    Person.objects.filter(pk=region.leader.pk).update(must_change_password=True)
    client.force_login(region.leader)
    answer = client.get("/api/cases")
    assert (answer.status_code, answer["content-type"]) == (403, "application/problem+json")


def test_an_entry_of_the_pool_is_asked_for_and_confirmed_by_the_chief_of_the_institution(client):
    region, who = Region(), a_person(unit=Region().unit)
    client.force_login(who)
    asked = sent(client, "/api/account/expert", {"key": "enter-001", "kind": "technical", "fields": ["C0301"]})
    tie = sent(client, "/api/account/expert/ties", {"key": "tie-0001", "kind": Tie.KINDS[0][0], "other": region.leader.pid})  # fmt: skip
    at = f"/api/experts/{asked.json()['id']}/confirm"
    own = sent(client, at, {"key": "confirm-1"}).status_code
    client.force_login(region.chief)
    waiting = [one["id"] for one in client.get("/api/experts/waiting").json()]
    assert (asked.status_code, tie.status_code, own, waiting) == (200, 200, 403, [asked.json()["id"]])
    assert [sent(client, at, {"key": "confirm-2"}).status_code for _ in range(2)] == [200, 200]
    assert Expert.objects.get(person=who).standing == "active"
    barred = sent(client, f"/api/experts/{asked.json()['id']}/credit", {"key": "credit-01", "credit": "barred", "reason": "多次逾期未交评审意见，经专业机构核实并告知本人"})  # fmt: skip
    assert (barred.status_code, Expert.objects.get(person=who).credit) == (200, "barred")
