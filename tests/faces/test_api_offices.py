"""The work of offices by the API: panels drawn, findings judged, institutions entrusted, files of a proposal read."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kechuang.casework import files
from kechuang.casework.models import Case, Record
from kechuang.desks.experts.models import Draw
from kechuang.desks.integrity.models import Clue
from kechuang.desks.projects.models import Delegation, Yearly
from kechuang.faces.web import reading_desk
from tests.desks.experts.test_offers import a_midterm
from tests.faces import panels
from tests.faces.machines import of, sent
from tests.faces.panels import Panel
from tests.faces.test_institutions import OPINION, contract
from tests.faces.test_officer import some_cases, with_finding
from tests.faces.test_supervisor import an_inquiry
from tests.factories import Region, a_case, done
from tests.journeys import story

pytestmark = pytest.mark.django_db


def test_the_operator_draws_every_panel_of_the_ceremony_and_nobody_else_does(monkeypatch):
    monkeypatch.setattr(panels, "done", lambda case, name, *rest, **more: None if name == "draw" else done(case, name, *rest, **more))  # fmt: skip
    panel = Panel(count=2)
    at = f"/rounds/{panel.round.code}/draw"
    shut = [sent(of(who), at, {"key": "draw-0001"}).status_code for who in (panel.region.officer, panel.region.leader)]
    told = sent(of(panel.region.operator), at, {"key": "draw-0001"})
    assert (shut, told.status_code, told.json()) == ([403, 403], 200, {"done": 2, "refused": []})
    assert Draw.objects.filter(round=panel.round).count() > 0
    assert {case.state for case in Case.objects.filter(round=panel.round)} == {"panel_drawn"}
    assert of(panel.region.operator).get("/api/panels").json() == []
    assert sent(of(panel.region.operator), f"/panels/{panel.cases[0].number}", {"key": "draw-0002"}).status_code == 404


def test_a_finding_is_read_and_judged_by_the_officer_of_the_round_alone():
    region = Region()
    case = some_cases(region, 1)[0]
    finding = with_finding(case)
    at = f"/cases/{case.number}/findings"
    listed = of(region.officer).get(f"/api{at}").json()
    body = {"key": "judge-001", "word": "是同一作者的前期成果"}
    answers = [sent(of(who), f"{at}/{finding.pk}", body).status_code for who in (region.leader, region.supervisor, region.officer)]  # fmt: skip
    missing = sent(of(region.officer), f"{at}/{2**40}", body).status_code
    finding.refresh_from_db()
    assert ([one["id"] for one in listed], answers, missing) == ([finding.pk], [403, 409, 200], 404)
    assert finding.settled_word == "是同一作者的前期成果"


def test_a_contract_and_an_evaluation_are_entered_by_one_hand_and_confirmed_by_another():
    region = Region()
    data = {name: value for name, value in contract(region).items() if name not in ("what", "key")}
    shut = sent(of(region.supervisor), "/institutions/contract", {"key": "enter-001", "data": data}).status_code
    wrong = sent(of(region.planner), "/institutions/contract", {"key": "enter-001", "data": {**data, "since": "soon"}})
    told = sent(of(region.planner), "/institutions/contract", {"key": "enter-002", "data": data}).status_code
    at = f"/institutions/contract/{Delegation.objects.get().pid}/confirm"
    own = sent(of(region.planner), at, {"key": "confirm-1"}).status_code
    word = sent(of(region.planning_chief), at, {"key": "confirm-1"}).status_code
    assert (shut, list(wrong.json()["errors"]), told, own, word) == (404, ["since"], 200, 404, 200)
    year = {"institution": region.institution.pid, "year": "2018", "grade": "pass", "opinion": OPINION}
    assert sent(of(region.supervisor), "/institutions/evaluation", {"key": "enter-003", "data": year}).status_code == 200  # fmt: skip
    assert Yearly.objects.get().checked_at is None


def test_a_file_of_a_proposal_is_read_by_its_expert_under_a_name_that_tells_nothing(monkeypatch):
    panel = Panel()
    client, seat = panel.reading()
    kept = files.keep(panel.cases[0], "more", "萨仁的方案.txt", ["方案".encode()], by=panel.cases[0].leader, on=panel.on)  # fmt: skip
    at = f"/api/reviews/{seat.label}/{panel.cases[0].number}/files/{kept.digest}"
    beyond = client.get(at).status_code
    monkeypatch.setattr(reading_desk, "may_open", lambda desk, digest: kept)
    answer = client.get(at)
    assert (beyond, answer.status_code, kept.digest[:12] in answer["Content-Disposition"]) == (404, 200, True)  # fmt: skip
    assert of(panel.region.planner).get(at).status_code == 404


def test_an_inquiry_runs_by_different_hands_with_its_paper_and_is_there_for_nobody_else():
    region = Region()
    case = an_inquiry(region, region.leader)
    at, clerk, chief = f"/inquiries/{case.number}/acts", of(region.supervisor), of(region.supervision_chief)
    own = [sent(clerk, f"{at}/{name}", {"key": f"step-{name}", "data": data}).status_code for name, data in (("screen", {}), ("take_up", {"body": "department"}))]  # fmt: skip
    taken = sent(chief, f"{at}/take_up", {"key": "step-take-up", "data": {"body": "department"}}).status_code
    paper = SimpleUploadedFile("report.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")
    kept = clerk.post(f"/api/inquiries/{case.number}/files/report", {"file": paper}).json()
    told = sent(clerk, f"{at}/report", {"key": "step-report", "data": {"finding": "none", "report": kept["digest"]}})
    case.refresh_from_db()
    assert (own, taken, told.status_code, case.state) == ([200, 409], 200, 200, "reported")
    meeting = [sent(of(who), f"/decisions{at}/screen", {"key": "step-0004", "data": {}}).status_code for who in (region.leadership, region.leader)]  # fmt: skip
    assert (meeting, sent(of(region.planner), f"{at}/screen", {"key": "step-0005"}).status_code) == ([409, 403], 403)
    cleared = [sent(of(region.leadership), f"/decisions{at}/clear", {"key": "step-0006", "data": {"minutes": "厅务会纪要〔2018〕2号"}}).status_code for _ in range(2)]  # fmt: skip
    case.refresh_from_db()
    assert (cleared, case.state) == ([200, 200], "cleared")


def test_the_operator_draws_the_panel_of_one_case_once(monkeypatch):
    panel = Panel()
    child = a_midterm(panel)
    body = {"key": "draw-0001", "data": {"dice": story.DICE, "commitments": story.commitments()}}
    unwitnessed = sent(of(panel.region.operator), f"/panels/{child.number}", body).status_code
    done(child, "second:draw_midterm", panel.region.supervisor, on=panel.on)
    listed = [one["number"] for one in of(panel.region.operator).get("/api/panels").json()]
    told = sent(of(panel.region.operator), f"/panels/{child.number}", {**body, "key": "draw-0002"})
    assert (unwitnessed, listed, told.status_code) == (409, [child.number], 200)
    assert Draw.objects.filter(group=child.number).count() == 1
    assert sent(of(panel.region.operator), f"/panels/{child.number}", {**body, "key": "draw-0003"}).status_code == 404


def test_the_comparison_is_asked_for_anew_by_the_office_alone_and_once():
    region = Region()
    at = f"/cases/{some_cases(region, 1)[0].number}/compare"
    told = [sent(of(who), at, {"key": "compare-1"}).status_code for who in (region.officer, region.officer, region.leader)]  # fmt: skip
    assert (told, Record.objects.filter(act="compare_again").count()) == ([200, 200, 403], 1)


def test_a_clue_is_laid_aside_by_supervision_once_and_stays_to_be_read():
    region = Region()
    case = a_case(region)
    clue = Clue.objects.create(case=case, source="influence", text="有人说情", on=case.opened_at)
    at = f"/clues/{clue.pid}/screen"
    shut = [sent(of(who), at, {"key": "screen-01"}).status_code for who in (region.leader, region.planner, region.officer)]  # fmt: skip
    told = []
    for _ in range(2):
        told.append((sent(of(region.supervisor), at, {"key": "screen-01"}).status_code, Clue.objects.get(pk=clue.pk).screened_at))  # fmt: skip
    assert (shut, [status for status, _ in told], told[0][1] is not None) == ([403] * 3, [200, 200], True)
    assert told[0][1] == told[1][1]
    assert Record.objects.filter(act="screen_clue", subject=clue.pid).count() == 1
