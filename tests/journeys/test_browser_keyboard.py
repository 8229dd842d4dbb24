"""In a real browser by keys alone: an applicant writes and hands in, an expert marks, an officer decides on a list."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from kechuang.casework import answers
from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Case, Document, Draft
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.models import Seat
from kechuang.faces.rehearsal import applications, plans
from tests.factories import Region, a_person, an_open_round, done
from tests.journeys import story
from tests.journeys.conftest import Day, Windows
from tests.journeys.keyboard import Keys

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
PROGRAMME, TITLE = "basic-research", "荒漠草原退化土壤碳汇的微生物驱动机制"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def kept(keys: Keys) -> None:
    keys.go(keys.page.locator("form[data-draft] .row.apart button[value=save]"))


def the_rest(case: Case, region: Region, member: Any) -> None:
    """What is not written by keys here; what was written stays."""
    plan = next(one for one in plans.PLANS if one.programme == PROGRAMME)
    unit = SimpleNamespace(party=region.unit)
    typed = applications.written(case, plan, unit, region.leader, member, rng=Random(1), year=timezone.now().year)
    typed |= {"unit_code": "91110000802100433B", "leader_id": "150102198606060022"}
    Draft.objects.filter(case=case, section="all").delete()
    for section in pages_of(case.round).form.sections:
        row = Draft.objects.filter(case=case, section=section.code).first()
        mine = {one.code: typed[one.code] for one in section.fields if one.code in typed}
        kept = {code: said for code, said in (row.typed if row else {}).items() if said not in ("", [], None)}
        if section.code != "attachments":
            kept = {code: said for code, said in kept.items() if code == "title"}
        answers.save_draft(
            case, section.code, mine | kept, version=row.version if row else 0, by=region.leader, on=timezone.now()
        )


def boxed(one) -> str:
    """Somebody as the box of a form names them."""
    return f"{one.name} · {one.unit.name}"


def test_an_application_is_written_refused_mended_and_handed_in_by_keys_alone(windows: Windows, tmp_path: Any):
    region = Region()
    round_ = an_open_round(
        region, PROGRAMME, opens_at=timezone.now() - timedelta(2), details={"term_least": 36, "term_most": 48}
    )
    member = a_person(unit=region.unit, identity="15010219850505001X")
    other = a_person(unit=region.unit)
    page = windows.of(region.leader)
    keys = Keys(page)

    page.goto(f"/calls/{round_.code}/")
    keys.skip()
    keys.go(keys.named("link", "开始申报"))
    keys.go(keys.named("button", "开始申请"))
    case = Case.objects.get()

    # Text, a choice by arrows, a choice of a list, a day by figures; each is kept as it is written.
    keys.skip()
    keys.type("#f-title", TITLE)
    page.wait_for_selector("#saved[data-version='1']")
    keys.to("#f-track input")
    keys.press("ArrowDown")
    assert page.locator("#f-track input:checked").count() == 1
    keys.to("#f-place")
    keys.press("ArrowDown")
    assert page.input_value("#f-place") != ""
    keys.to("#f-start")
    page.keyboard.type("09012018")
    assert page.input_value("#f-start") == "2018-09-01"
    kept(keys)
    assert (page.input_value("#f-title"), page.input_value("#f-start")) == (TITLE, "2018-09-01")

    # Somebody is found by name; rows come and go, and one stands where the hand would go on.
    page.goto(f"/cases/{case.number}/form/part/people/")
    added, gone = page.locator("button[name=add][value=team]"), page.locator("button[name=remove][value^='team.']")
    keys.to("#f-team-0-person")
    for row, one in enumerate((member, other)):
        page.keyboard.type(one.name)
        page.wait_for_selector(f"#f-team-{row}-person-found option[value='{boxed(one)}']", state="attached")
        keys.go(added)
        keys.stands(f"#f-team-{row + 1}-person")
    keys.go(gone.first)
    keys.stands("#f-team-0-person")
    assert (gone.count(), page.input_value("#f-team-0-person")) == (1, boxed(other))

    # Money adds itself up; a file is chosen and taken away again.
    page.goto(f"/cases/{case.number}/form/part/budget/")
    keys.type("#f-asked", "10")
    keys.type("#f-own_funds", "2.5")
    page.locator("#f-total", has_text="12.5").wait_for()
    page.goto(f"/cases/{case.number}/form/part/attachments/")
    for file in ("合作协议.pdf", "另一份.pdf"):
        (tmp_path / file).write_bytes(PDF + file.encode())
        keys.to("#f-other_files-new")
        with page.expect_file_chooser() as chosen:
            keys.press("Space")
        chosen.value.set_files(tmp_path / file)
        kept(keys)
    keys.go(page.locator("button[name=remove]").first)
    keys.stands("button[name=remove][value='other_files.0']")
    assert page.locator("p.file").count() == 1

    # What still stands against it is one list; a link of it leads to the field, and one writes there.
    the_rest(case, region, member)
    page.goto(f"/cases/{case.number}/form/part/goals_section/")
    keys.type("#f-targets-0-name", "")
    kept(keys)
    done(case, "consent", member, on=timezone.now(), promise=member.name)
    page.goto(f"/cases/{case.number}/form/")
    keys.go(page.get_by_role("link", name=re.compile("^看全部")))
    keys.stands("#errors")
    keys.go(page.locator("#errors a").first)
    keys.stands("#f-targets-0-name")
    page.keyboard.type("土壤有机碳周转速率")
    kept(keys)

    # Refused once, for a promise that was not signed; then handed in, and the receipt is taken home.
    page.goto(f"/cases/{case.number}/form/")
    keys.go(page.get_by_role("link", name="核对并提交"))
    keys.go("form.form button.primary")
    keys.stands("#errors")
    keys.go_on(page.locator("#errors a").first)
    keys.stands("#f-promise-name")
    keys.type("#f-promise-name", region.leader.name)
    keys.go("form.form button.primary")
    receipt = Document.objects.get(kind="receipt")
    keys.to(page.get_by_role("link", name="下载回执文件"))
    with page.expect_download() as download:
        keys.press("Enter")
    assert receipt.code in download.value.suggested_filename
    assert keys.faults == []


def test_an_officer_decides_on_a_list_and_an_expert_files_a_sheet_by_keys_alone(windows: Windows, day: Day):
    region = Region()
    story.a_pool(48)
    round_ = an_open_round(region)
    case = story.an_application(region, round_, on=day.at, title=TITLE)
    day.to(story.closed(round_, day.at).closes_at + timedelta(1))
    case.refresh_from_db()
    checked(case, region, day)

    # The list: a row is picked, the act of the bar shows what it would do, then it is done.
    page = windows.of(region.chief)
    keys = Keys(page)
    page.goto("/cases/")
    keys.skip()
    keys.to("input[name=pick]")
    keys.press("Space")
    keys.go("[data-picked] button[value=admit]")
    keys.go("button[value=confirm]")
    case.refresh_from_db()
    assert (case.state, keys.faults) == ("admitted", [])

    # The sheet, on a low screen: filed empty, it leads to what is missing; each box shows itself while one writes.
    round_.refresh_from_db()
    done(round_, "begin_review", region.officer, on=day.at)
    story.drawn(case, region, day.at)
    expert = Seat.objects.filter(state="accepted")[0].expert.person
    page = windows.of(expert, viewport={"width": 1280, "height": 720})
    keys = Keys(page)
    page.goto("/reviews/")
    keys.skip()
    keys.go(page.get_by_role("link", name=TITLE))
    keys.go("#sheet button.primary")
    keys.stands("#errors")
    keys.go_on(page.locator("#errors a").first)
    assert page.evaluate("document.activeElement.closest('#sheet') !== null")
    for code, said in story.a_sheet(story.form_of(case, "mail"), 88).items():
        box = page.locator(f"#sheet [name='{code}']:not([type=hidden]):not([type=range])").first
        if box.get_attribute("type") == "radio":
            keys.to(box)
            keys.press("Space")
        else:
            keys.type(box, str(said))
    keys.go("#sheet button.primary")
    assert (case.reviews.count(), keys.faults) == (1, [])


def checked(case: Case, region: Region, day: Day) -> None:
    """Gone through by one officer, and what the checks found judged, so that another may admit it."""
    items = [{"item": item, "verdict": "pass"} for item in pages_of(case.round).choices("checklist")]
    done(case, "record_check", region.officer, on=day.at, items=items)
    for found in case.findings.filter(settled_by=None).exclude(verdict="pass"):
        settle_finding(found, "已核实，不影响受理", by=region.chief, on=day.at, key=f"settle-{found.pk}")
