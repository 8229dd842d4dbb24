"""In a real browser: a person types into the box and opens what was found; an officer prints two texts side by side."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kechuang.casework.models import Case
from kechuang.desks.texts import indexing
from kechuang.desks.texts.comparing import compare
from tests.factories import START, Region, a_case, a_person, an_open_round
from tests.journeys.conftest import follow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
WHEAT = "针对河套灌区春小麦在盐碱胁迫下出苗率低的问题，本项目拟采集不同盐分梯度的土壤样品，测定种子萌发期离子通道的表达变化，筛选耐盐候选基因，并在两个旗县开展三年的田间验证。"


@pytest.fixture
def region(settings, tmp_path):
    settings.DATA = tmp_path
    region = Region()
    return region


def saying(region, round_, title: str, text: str, leader=None) -> Case:
    case = a_case(region, round_, leader=leader or region.leader)
    case.answers, case.answers_digest = {"background": text}, title[:8]
    case.title, case.received_at, case.state = title, START, "formal_check"
    case.save()
    return case


def test_a_person_types_into_the_box_and_opens_a_hit(windows, region):
    case = saying(region, an_open_round(region), "耐盐小麦选育", WHEAT)
    indexing.bring_up(timezone.now())
    page = windows.of(region.leader)

    # The key / leads into the box, the first letters bring the hit, the arrow and Enter open it.
    page.keyboard.press("/")
    page.keyboard.type("耐盐小", delay=30)
    page.wait_for_selector("#found a.hit")
    assert page.locator("#found a.hit").first.inner_text().replace("\n", " ").startswith("办件 耐盐小麦选育")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{case.number}/")

    # Enter in the box gives the page of everything found; the title marks what was asked.
    page.keyboard.press("/")
    page.keyboard.type("小麦")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    assert page.locator(".hits h3 mark").first.inner_text() == "小麦"

    # Without scripts the box is a form like any other.
    plain = windows.public(java_script_enabled=False, storage_state=page.context.storage_state())
    plain.goto("/todo/")
    plain.fill(".find-box input", "小麦")
    plain.press(".find-box input", "Enter")
    assert plain.locator(".hits h3").count() >= 1


def test_an_officer_compares_two_cases_and_prints_the_passages(windows, region, tmp_path):
    round_ = an_open_round(region)
    for number in range(12):
        other = saying(region, round_, f"别的项目{number}", chr(0x4E00 + 37 * number) * 60)
        compare({"case": other.pk}, timezone.now())
    first = saying(region, round_, "盐碱地小麦选育", WHEAT, leader=a_person(unit=region.unit))
    compare({"case": first.pk}, timezone.now())
    second = saying(region, round_, "耐盐小麦选育", WHEAT.replace("采集", "收集") + "自己的话。" * 3)
    compare({"case": second.pk}, timezone.now() + timedelta(minutes=1))

    page = windows.of(region.officer)
    page.goto(f"/cases/{second.number}/findings/")
    follow(page, page.get_by_role("link", name="盐碱地小麦选育"))
    page.wait_for_url(f"**/compare/?with={first.number}")
    assert page.locator("[data-compare] mark").count() >= 4
    page.emulate_media(media="print")
    assert [
        page.locator(part).first.is_visible() for part in (".bar", "[data-print]", "[data-compare] mark", "table")
    ] == [
        False,
        False,
        True,
        True,
    ]
    paper = tmp_path / "evidence.pdf"
    page.pdf(path=str(paper), format="A4")
    assert paper.read_bytes()[:5] == b"%PDF-"
