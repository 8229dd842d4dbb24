"""In a real browser: a claim that hits its ceiling, one refused with its reason, a title that depends on experts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Notice, Round
from kechuang.casework.registers import Row
from kechuang.desks.claims.models import Computation, Share
from kechuang.desks.enterprises.models import Title
from kechuang.desks.experts.drawing import freeze_pool
from kechuang.desks.experts.models import Review, Seat
from kechuang.desks.funds.models import Grant, QuotaDocument
from kechuang.desks.transfer.models import Contract, Trade
from tests.desks.claims.steps import PDF, WAN, Firms, a_round, a_trade
from tests.desks.claims.test_titles import MARKS, a_file, sheet_of
from tests.factories import a_person, done
from tests.journeys import story
from tests.journeys.conftest import press, touch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.journey, pytest.mark.browser]


@pytest.fixture
def region():
    region = Firms()
    region.unit.name, region.seller.name = "示例新材料有限公司", "示例研究院"
    region.unit.save(), region.seller.save()
    region.registrar = a_person(("contract_registrar", "150000"))
    return region


@pytest.fixture
def here(windows):
    """A way to sign in as somebody, in a window of their own."""
    return windows.of


def open_round(region, programme, **given):
    """A round of this very year that stands open."""
    day = timezone.localdate() - timedelta(2)
    return a_round(region, programme, opens=day.isoformat(), **given)


def this_year(day="03-01"):
    return f"{timezone.localdate().year}-{day}"


def acted(page, number, step, fill=None):
    """One act from its own page, with what it asks for."""
    page.goto(f"/cases/{number}/act/{step}/")
    for place, text in (fill or {}).items():
        page.fill(place, text)
    for radio in page.locator("fieldset input[type=radio][value=pass]").all():
        radio.check()
    press(page, page.locator("form.form button.primary"))


def started(page, round_):
    page.goto(f"/calls/{round_.code}/apply/")
    press(page, "开始申请")
    page.wait_for_url("**/form/part/**")
    return Case.objects.get(round=round_)


def filled_unit(page, number):
    """The first part: what the register does not know."""
    page.goto(f"/cases/{number}/form/part/unit/")
    for place, text in {"#f-unit_contact": "王晓", "#f-unit_phone": "0471-4963421"}.items():
        page.fill(place, text)
    page.fill("[name='unit_bank.bank']", "示例银行")
    page.fill("[name='unit_bank.number']", "6222020200112233445")
    press(page, "保存")


def promised(page, number):
    """The last part: statements."""
    page.goto(f"/cases/{number}/form/part/claim/")
    for box in page.locator("fieldset input[type=checkbox]").all():
        box.check()
    if page.locator("#f-track input[type=radio]").count():
        page.locator("#f-track input[type=radio]").first.check()
    press(page, "保存")


def handed_in(page, number, who):
    page.goto(f"/cases/{number}/act/submit/")
    page.fill("#f-promise-name", who.name)
    press(page, page.locator("form.form button.primary"))


def the_notice_is_over(case):
    """The days of the public notice pass."""
    Notice.objects.filter(cases=case).update(last_day=timezone.localdate() - timedelta(1))


def test_a_contract_is_registered_claimed_capped_listed_paid_and_paid_back(here, region, tmp_path):
    round_ = open_round(region, "claim-technology-trade", budget=150 * WAN)
    (tmp_path / "凭证.pdf").write_bytes(PDF)

    # The firm enters contract and payment, the registrar confirms both.
    page = here(region.claimant)
    page.goto("/registers/contracts/")
    touch(page, "登记一条，或导入表格")
    for place, text in {"number": "HT-1", "buyer": region.unit.name, "seller": region.seller.name, "signed_on": this_year(), "contract_amount": "30000000", "technical_amount": "30000000"}.items():  # fmt: skip
        page.fill(f"#f-{place}", text)
    page.select_option("#f-contract_kind", "transfer")
    press(page, "登记")
    page.goto("/registers/trades/")
    touch(page, "登记一条，或导入表格")
    for place, text in {
        "number": "FK-1",
        "contract": "HT-1",
        "technical_paid": "30000000",
        "paid_on": this_year("04-01"),
    }.items():
        page.fill(f"#f-{place}", text)
    press(page, "登记")
    page.wait_for_selector("text=FK-1")
    registrar = here(region.registrar)
    rows: tuple[tuple[str, type[Row]], ...] = (("contracts", Contract), ("trades", Trade))
    for kind, model in rows:
        registrar.goto(f"/registers/{kind}/{model.objects.get().pid}/")
        press(registrar, "确认无误")
        registrar.wait_for_url(f"**/registers/{kind}/")
    assert Trade.objects.get().confirmed

    # The claim: the payment is picked, the amount stands beside the form, with the ceiling that bit.
    case = started(page, round_)
    filled_unit(page, case.number)
    page.goto(f"/cases/{case.number}/form/part/records/")
    page.locator("input[type=checkbox][value='FK-1']").check()
    page.wait_for_selector("#computed-now >> text=核算金额 200.00 万元")
    assert "触及上限" in page.locator("#computed-now").inner_text()
    page.fill("#f-use_made", "已建成中试线并投产")
    for field in ("invoices", "bank_slips"):
        page.set_input_files(f"#f-{field}-new", tmp_path / "凭证.pdf")
    press(page, "保存")
    promised(page, case.number)
    handed_in(page, case.number, region.claimant)
    case.refresh_from_db()
    assert case.state == "evidence_check"

    # Checked, computed, confirmed by the league, cross-checked.
    officer, chief, league = here(region.officer), here(region.chief), here(region.signatory)
    acted(officer, case.number, "check_evidence")
    acted(officer, case.number, "compute")
    acted(chief, case.number, "send_to_league")
    acted(league, case.number, "league_confirm", {"#f-letter-name": region.signatory.name})
    acted(officer, case.number, "cross_check")
    case.refresh_from_db()
    assert (case.state, Computation.objects.get().fen) == ("cross_check", 200 * WAN)

    # The list within the budget: scaled, and why.
    planner = here(region.planner)
    planner.goto(f"/rounds/{round_.code}/list/")
    assert "超出预算 50.00 万元" in planner.locator("h1").inner_text()
    planner.locator("input[name=pick]").check()
    press(planner, "列入名单")
    press(planner, planner.locator("button[value=confirm]"))
    planner.wait_for_url("**/list/")
    assert "批次可用 150.00 万元，名单合计 200.00 万元，按比例分配" in planner.content()
    assert Share.objects.get(case=case).fen == 150 * WAN

    # Published, decided once the notice is over, the quota issued, paid, received.
    acted(here(region.planning_chief), case.number, "publish_list")
    meeting = here(region.leadership)
    acted(
        meeting, case.number, "approve", {"#f-minutes": "厅务会纪要〔2026〕9号", "#f-document_no": "内科发〔2026〕9号"}
    )
    assert "公示" in meeting.locator("#refusal").inner_text()
    the_notice_is_over(case)
    acted(
        meeting, case.number, "approve", {"#f-minutes": "厅务会纪要〔2026〕9号", "#f-document_no": "内科发〔2026〕9号"}
    )
    QuotaDocument.objects.create(number="内财教〔2026〕9号", fen=500 * WAN, on=timezone.localdate())
    acted(here(region.fund_clerk), case.number, "issue_quota", {"#f-quota_document": "内财教〔2026〕9号"})
    treasurer = here(region.treasurer)
    acted(treasurer, case.number, "pay")
    today = timezone.localdate().isoformat()
    acted(here(region.finance), case.number, "confirm_receipt", {"#f-amount": "1500000", "#f-date": today})
    case.refresh_from_db()
    grant = Grant.objects.get(case=case)
    assert (case.state, grant.granted_fen, grant.paid_fen, grant.received_fen) == ("paid", *[150 * WAN] * 3)
    page.goto(f"/cases/{case.number}/computation/")
    said = page.locator("main").inner_text()
    for words in ("核算金额 200.00 万元", "批次可用 150.00 万元，名单合计 200.00 万元，按比例分配", "触及上限"):
        assert words in said

    # A check finds it unfounded: the money is ordered back and comes back.
    why = "抽查发现发票对应的技术交易并未发生，决定全额追回"
    acted(meeting, case.number, "recover", {"#f-reason": why, "#f-minutes": "厅务会纪要〔2026〕10号"})
    acted(treasurer, case.number, "record_refund", {"#f-amount": "1500000"})
    case.refresh_from_db()
    grant.refresh_from_db()
    assert (case.state, grant.refunded_fen) == ("recovered", 150 * WAN)


def test_a_claim_on_a_related_contract_is_refused_with_its_reason(here, region, tmp_path):
    (tmp_path / "凭证.pdf").write_bytes(PDF)
    round_ = open_round(region, "claim-technology-trade")
    trade = a_trade(region, 500 * WAN, day=this_year(), related=True)
    page = here(region.claimant)
    case = started(page, round_)
    filled_unit(page, case.number)
    page.goto(f"/cases/{case.number}/form/part/records/")
    page.locator(f"input[type=checkbox][value='{trade.number}']").check()
    page.wait_for_selector("#computed-now >> text=交易双方存在关联关系")
    page.fill("#f-use_made", "已投产")
    for field in ("invoices", "bank_slips"):
        page.set_input_files(f"#f-{field}-new", tmp_path / "凭证.pdf")
    press(page, "保存")
    promised(page, case.number)
    handed_in(page, case.number, region.claimant)
    case.refresh_from_db()
    assert "交易双方存在关联关系" in page.locator("#refusal").inner_text()
    assert case.state == "draft"


def read_by_the_panel(here, region, case):
    """Drawn in public; one expert of each kind fills in the sheet on the page, the others hand theirs in."""
    on = timezone.now()
    Round.objects.filter(pk=case.round_id).update(state="in_review")
    case.round.refresh_from_db()
    story.ceremony(case.round, region, on)
    done(case, "draw", region.operator, on=on)
    seats = list(Seat.objects.filter(state="invited").select_related("expert__person").order_by("position"))
    on_the_page = {seat.expert.kind: seat for seat in seats}
    for seat in seats:
        if on_the_page[seat.expert.kind] == seat:
            sheet_filled_in(here, case, seat)
        else:
            by = Actor.labelled(seat.label)
            done(case, "review", by, on=timezone.now(), sheet=sheet_of(case, MARKS, seat.label))


def sheet_filled_in(here, case, seat):
    page = here(seat.expert.person)
    page.goto(f"/reviews/{seat.label}/{case.number}/")
    for place, text in sheet_of(case, MARKS, seat.label).items():
        page.fill(f"[name='{place}']", text)
    press(page, page.get_by_role("button", name="提交", exact=True).last)
    assert Review.objects.filter(case=case, label=seat.label).count() == 1


def test_a_high_tech_file_depends_on_experts_is_read_given_reported_on_and_withdrawn(here, region):
    round_ = open_round(region, "recognise-hnte", year=2019)
    story.a_pool(24)
    case = a_file(region, round_, on=timezone.now())
    freeze_pool(round_, timezone.now())
    page = here(region.claimant)
    page.goto(f"/cases/{case.number}/computation/")
    assert page.locator("h1").inner_text() == "取决于专家评审"
    said = page.locator("main").inner_text()
    for words in ("技术先进程度", "31 分 – 80 分", "还取决于"):
        assert words in said
    assert page.locator(".span-row.total .limit").count() == 1
    handed_in(page, case.number, region.claimant)

    # Recommended, complete, read by experts: the interval is a score.
    officer, chief = here(region.officer), here(region.chief)
    acted(here(region.signatory), case.number, "recommend")
    acted(officer, case.number, "check_completeness")
    case.refresh_from_db()
    read_by_the_panel(here, region, case)
    acted(here(region.secretary), case.number, "close_review")
    officer.goto(f"/cases/{case.number}/computation/")
    assert officer.locator("h1").inner_text() == "必定达标"
    assert "72 分" in officer.locator(".span-row.total").inner_text()

    # Proposed, ten working days of notice, the number and the certificate.
    planner, meeting = here(region.planner), here(region.leadership)
    planner.goto(f"/cases/{case.number}/act/propose/")
    planner.locator("input[value=recognise], option[value=recognise]").first.check()
    press(planner, planner.locator("form.form button.primary"))
    acted(here(region.planning_chief), case.number, "publish_list")
    the_notice_is_over(case)
    acted(meeting, case.number, "recognise", {"#f-document_no": "内科高字〔2026〕5号"})
    title = Title.objects.get(case=case)
    page.goto(f"/titles/{title.number}/")
    assert "有效" in page.locator(".head").inner_text()
    paper = page.request.get(page.locator("a[download]", has_text="证书").get_attribute("href") or "")
    assert (paper.status, paper.body()[:5]) == (200, b"%PDF-")

    # A yearly report, a warning, and the title withdrawn: everyone reads it.
    acted(page, case.number, "yearly_report", {"#f-year": "2018"})
    acted(chief, case.number, "warn", {"#f-items": "研发费用辅助账不完整，限期整改并重新报送"})
    case.refresh_from_db()
    assert case.state == "warned"
    meeting.goto(f"/cases/{case.number}/act/withdraw_title/")
    meeting.select_option("#f-ground", "fraud")
    meeting.fill("#f-from_date", timezone.localdate().isoformat())
    press(meeting, meeting.locator("form.form button.primary"))
    page.goto(f"/titles/{title.number}/")
    case.refresh_from_db()
    assert (case.state, "已取消" in page.locator(".head").inner_text()) == ("withdrawn_title", True)
