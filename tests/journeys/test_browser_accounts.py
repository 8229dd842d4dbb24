"""In a real browser: two officers merge, a deputy acts, a password is reset, one scan signs a list, somebody comes over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kechuang.casework.models import Attachment, Case, Record
from kechuang.casework.pages import day_of
from kechuang.parties.models import Organisation
from tests.factories import Region, a_person, a_unit, an_open_round, done
from tests.journeys import story
from tests.journeys.conftest import WORD, follow, press, touch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]
CODE, OTHER = "91110000802100433B", "91150100MA0N3R5Q8X"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def region():
    return Region()


def waiting_for_the_recommender(region, count):
    """Cases of so many leaders, sealed by their unit."""
    round_, now, own = an_open_round(region, opens_at=timezone.now() - timedelta(2)), timezone.now(), region.leader
    for number in range(count):
        region.leader = own if number == 0 else a_person(unit=region.unit)
        case = story.open_case(round_, by=region.leader, on=now, key=f"k{number}")
        code = "150102198606060022" if number == 0 else "15010219850505001X"
        story.filled_in(case, region, title=f"草原土壤碳汇研究之{number}", leader_id=code)
        done(case, "submit_to_unit", region.leader, on=now, promise="agreed")
        done(case, "unit_check", region.research, on=now, opinion="同意申报，材料属实")
        done(case, "endorse", region.head, on=now, seal="agreed", truth=True)
    region.leader = own


def test_two_officers_merge_what_was_registered_twice(windows, region):
    Organisation.objects.filter(pk=region.unit.pk).update(credit_code=CODE)
    twin = a_unit(credit_code=OTHER, name="登记了两次的单位")
    first = windows.of(region.officer)
    first.goto("/people/")
    first.fill("#duplicate", OTHER)
    first.fill("#into", CODE)
    press(first, "提出合并")
    first.wait_for_selector("text=等另一人确认")

    second = windows.of(region.officer_two)
    follow(second, second.get_by_text("1 处重复登记等你确认合并"))
    second.wait_for_url("**/people/")
    press(second, "确认合并")
    second.wait_for_selector("text=已合并；重复的登记不能再登录")
    twin.refresh_from_db()
    assert (twin.standing, twin.merged_into) == ("merged", region.unit)


def test_a_deputy_is_named_for_some_days_and_the_record_says_for_whom(windows, region):
    deputy = a_person(unit=region.unit)
    case = story.filled_in(story.open_case(an_open_round(region, opens_at=timezone.now() - timedelta(2)), by=region.leader, on=timezone.now(), key="k"), region)  # fmt: skip
    done(case, "submit_to_unit", region.leader, on=timezone.now(), promise="agreed")
    head = windows.of(region.head)
    head.goto("/people/")
    follow(head, head.get_by_text(deputy.name))
    head.select_option("#role", "unit_research")
    head.fill("#deputy_for", region.research.username)
    press(head, "授予")
    head.wait_for_selector("text=代理须写明到哪天为止")
    head.fill("#until", (day_of(timezone.now()) + timedelta(5)).isoformat())
    press(head, "授予")
    head.wait_for_selector(f"text=代 {region.research.name}")

    page = windows.of(deputy)
    page.goto(f"/cases/{case.number}/act/unit_check/")
    page.fill("#f-opinion", "同意申报，材料属实。")
    press(page, page.locator("form.form button.primary"))
    page.wait_for_function("!location.pathname.includes('/act/')")
    page.goto(f"/cases/{case.number}/")
    assert f"{deputy.name}（代{region.research.name}）" in page.locator("main").inner_text()


def test_a_password_is_reset_handed_over_and_changed_before_anything_else(windows, region):
    head = windows.of(region.head)
    head.goto(f"/people/{region.leader.pid}/")
    press(head, "重置密码")
    made = head.locator(".one-time").inner_text()
    page = windows.public()
    page.goto("/signin/")
    page.fill("#username", region.leader.username)
    page.fill("#password", made)
    page.press("#password", "Enter")
    page.wait_for_url("**/account/password/")
    page.goto("/mine/")
    assert page.url.endswith("/account/password/")
    page.fill("[name=old]", made)
    page.fill("[name=new]", WORD)
    page.fill("[name=again]", WORD)
    press(page, page.locator("main form button.primary"))
    page.wait_for_url("**/todo/")


def test_one_scan_of_the_stamped_letter_signs_the_whole_list(windows, region):
    waiting_for_the_recommender(region, 2)
    page = windows.of(region.signatory)
    page.goto("/cases/")
    page.check("[data-pick-all]")
    press(page, page.locator("[data-picked] button", has_text="推荐提交"))
    page.wait_for_selector("text=会发生什么")
    touch(page, page.locator("summary", has_text="上传扫描件"))
    page.set_input_files(
        "input[name=letter-scan]", {"name": "推荐函盖章.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    press(page, "看看会怎样")
    page.wait_for_selector("text=推荐函盖章.pdf")
    press(page, page.locator("button[value=confirm]"))
    page.wait_for_selector("text=已办 2 件")
    assert set(Case.objects.values_list("state", flat=True)) == {"submitted"}
    digest = Attachment.objects.filter(field="letter").values_list("digest", flat=True).distinct().get()
    assert {r.told.data["letter"] for r in Record.objects.filter(act="recommend")} == {f"scan:{digest}"}
