"""Changes of the budget: classes and totals as they are granted are what spending, settlement and reports read; nothing is stranded."""

from __future__ import annotations

import json

import pytest

from kechuang.casework.acts import open_case
from kechuang.casework.models import Award, Case, Document, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.funds.models import Account, Budget, Grant, Spending
from kechuang.desks.funds.models import Instalment as Part
from kechuang.desks.projects import budgets
from kechuang.desks.projects.models import Change
from kechuang.faces.exports import archive
from kechuang.faces.rehearsal.invariants import checked
from tests.desks.funds.funded import LATER, running
from tests.desks.projects.test_members import refusal
from tests.faces.test_officer import signed_in
from tests.factories import Region, a_unit, an_open_round, at, done

pytestmark = pytest.mark.django_db
TEXT = "设备市场价格变化，需调整经费安排，研究目标不变"
WAN = 1_000_000
LINES = {"equipment": 3, "operation": 4, "labour": 2, "indirect": 1}  # 万元 of an award of 10


@pytest.fixture
def region():
    return Region()


@pytest.fixture
def case(region):
    return budgeted(running(region, an_open_round(region, "key-technology")))


def budgeted(case, own=0, **lines):
    """A project with the budget by classes that its application has; no own money unless it is named."""
    said = {kind: str(int(fen * WAN)) for kind, fen in {**LINES, **lines}.items()}
    tables = {
        kind: [{"fiscal": said[kind], "own": str(own * WAN if kind == "operation" else 0)}] for kind in budgets.TABLES
    }
    answers = {**case.answers, "track": "agriculture", "asked": str(10 * WAN), "own_funds": str(own * WAN), "indirect": said["indirect"], **tables}  # fmt: skip
    case.answers = answers
    case.save()
    Case.objects.filter(pk=case.pk).update(project_no="2018KEY0001", track="agriculture")
    return Case.objects.get(pk=case.pk)


def asked(case, kind, on=LATER, **said):
    """`said`: a class and what it becomes, in 万元; `total` and `own` the sums."""
    given = {"by": case.leader, "on": on, "key": f"ask-{Case.objects.count()}", "flow": "change", "parent": case}
    child = open_case(case.round, data={"change": kind}, name="open", **given)
    sums = {f"new_{name}": str(said.pop(name)) for name in ("total", "own") if name in said}
    rows = [{"kind": name, "fiscal": str(fen)} for name, fen in said.items()]
    done(child, "request_change", case.leader, on=on, text=TEXT, reason=TEXT, new_lines=rows, **sums)
    return child


def by_unit(child, region):
    done(child, "grant_change_by_unit", region.research, on=LATER)


def by_department(child, region):
    done(child, "agree_change", region.research, on=LATER, opinion="同意调整，情况属实")
    done(child, "advise_change", region.officer, on=LATER, opinion="情况属实，建议同意")
    done(child, "grant_change_by_leadership", region.leadership, on=LATER, minutes="纪要9号")


def fiscal(case):
    return {kind: pair[0] // WAN for kind, pair in budgets.standing(case).lines.items()}


def spends(case, region, **said):
    Grant.objects.filter(case=case).update(paid_fen=5 * WAN, received_fen=5 * WAN)
    rows = [{"kind": kind, "fen": str(fen)} for kind, fen in said.items()]
    done(case, "report_spending", region.finance, on=LATER, spending=rows)


def test_granted_the_classes_are_the_new_ones_and_the_old_stay_on_record(case, region):
    child = asked(case, "equipment", equipment=2, operation=5)
    assert fiscal(case) == LINES
    page = signed_in(region.research).get(f"/cases/{child.number}/").content.decode()
    assert ("预算变更" in page, "申请中，批准后生效" in page) == (True, True)
    by_unit(child, region)
    assert fiscal(case) == {**LINES, "equipment": 2, "operation": 5}
    change = Change.objects.get(case=case)
    assert (change.before["budget"]["lines"]["equipment"], change.after["budget"]["lines"]["equipment"]) == ([3 * WAN, 0], [2 * WAN, 0])  # fmt: skip
    assert "equipment:2000000" in Record.objects.get(subject=child.number, act="grant_change_by_unit").body
    assert case.answers["equipment"] == [{"fiscal": str(3 * WAN), "own": "0"}]
    page = signed_in(region.research).get(f"/cases/{case.number}/").content.decode()
    assert ("现行预算与已报支出" in page, "预算变更" in page, "2.00" in page) == (True, True, True)


def test_a_change_of_equipment_balances_and_leaves_indirect_cost_and_the_total(case, region):
    assert refusal(asked, case, "equipment") == ["change_needs_budget"]
    assert refusal(asked, case, "equipment", equipment=3) == ["change_needs_budget"]
    assert refusal(asked, case, "equipment", operation=5, labour=1) == ["change_needs_budget"]
    assert refusal(asked, case, "equipment", equipment=2) == ["budget_does_not_add_up"]
    assert "budget_of_another_change" in refusal(asked, case, "equipment", equipment=4, indirect=0)
    assert refusal(asked, case, "equipment", equipment=2, total=9) == ["asked_by_another_kind"]
    assert refusal(asked, case, "partner", operation=5, labour=1) == ["asked_by_another_kind"]


def test_indirect_cost_goes_down_and_never_up_and_keeps_to_its_band(case, region):
    assert "indirect_never_rises" in refusal(asked, case, "indirect_down", indirect=2, operation=3)
    assert refusal(asked, case, "indirect_down", indirect=0, operation=6, labour=1) == ["only_indirect_down"]
    budgeted(case, equipment=3, operation=4, labour=1.5, indirect=1.5)
    assert refusal(asked, case, "equipment", equipment=5, operation=2) == ["indirect_above_band"]
    by_unit(asked(case, "indirect_down", indirect=0.5, labour=2.5), region)
    assert budgets.standing(case).lines["indirect"] == (WAN // 2, 0)
    by_unit(asked(case, "equipment", equipment=4, operation=3), region)


def test_performance_pay_falls_with_indirect_cost_and_both_are_shown(case, region):
    case.answers = {**case.answers, "performance": str(WAN * 8 // 10)}
    case.save()
    child = asked(case, "indirect_down", indirect=0.5, labour=2.5)
    assert "绩效支出" in signed_in(region.research).get(f"/cases/{child.number}/").content.decode()
    by_unit(child, region)
    assert (budgets.standing(case).performance, budgets.contracted(case).performance) == (WAN // 2, WAN * 8 // 10)
    by_unit(asked(case, "equipment", equipment=4, operation=3), region)
    assert budgets.standing(case).performance == WAN // 2


def test_the_band_is_that_of_the_day(case, region):
    budgeted(case, equipment=2, operation=4, labour=2, indirect=2)
    assert refusal(asked, case, "equipment", equipment=2.5, operation=3.5) == ["indirect_above_band"]
    budget = budgets.Budget(10 * WAN, 0, {"operation": (8 * WAN, 0), "indirect": (2 * WAN, 0)})
    page = pages_of(case.round)
    assert [budgets.ceiling(page, budget, at(day).date()) for day in ("2021-08-12", "2021-08-13")] == [1_600_000, 2_400_000]  # fmt: skip


def test_what_is_spent_of_a_class_is_never_stranded(case, region):
    spends(case, region, equipment="2.5")
    assert refusal(asked, case, "equipment", equipment=2, operation=5) == ["class_below_spent"]
    child = asked(case, "equipment", equipment=2.5, operation=4.5)
    spending = {"grant": case.grant, "kind": "equipment", "fen": WAN, "on": LATER.date()}
    Spending.objects.create(**spending)
    assert refusal(by_unit, child, region) == ["class_below_spent"]


def test_the_total_of_public_money_goes_down_and_all_that_reads_it_follows(case, region):
    before = Budget.objects.get(round=case.round).committed_fen
    paid = case.grant.instalments.order_by("position").first()
    child = asked(case, "total", total=8, equipment=1)
    by_department(child, region)
    grant, award = Grant.objects.get(case=case), Award.objects.get(case=case)
    assert (grant.granted_fen, grant.allocated_fen, award.fen) == (8 * WAN, 8 * WAN, 8 * WAN)
    assert award.steps[-1] == {"name": "change", "value": str(8 * WAN)}
    assert sum(Part.objects.filter(grant=grant).values_list("fen", flat=True)) == 8 * WAN
    assert Part.objects.get(pk=paid.pk).fen * 10 == paid.fen * 8
    assert Budget.objects.get(round=case.round).committed_fen == before - 2 * WAN
    assert Account.objects.get(code=f"grant:{case.number}").balance_fen == 8 * WAN
    assert [one.name for one in checked() if one.broken and one.name != "three_sheets_at_least"] == []
    assert "批准变更" in signed_in(region.research).get(f"/cases/{child.number}/").content.decode()


def test_the_total_never_rises_nor_falls_below_what_is_paid_or_shared(case, region):
    assert refusal(asked, case, "total", total=11, operation=5) == ["total_never_rises"]
    assert refusal(asked, case, "total", total=9) == ["budget_does_not_add_up"]
    Grant.objects.filter(case=case).update(paid_fen=5 * WAN)
    assert refusal(asked, case, "total", total=4, equipment=0, operation=3, labour=1, indirect=0) == [
        "total_below_paid"
    ]
    case.answers = {**case.answers, "partners": [{"party": a_unit().pid, "share_fiscal": str(9 * WAN)}]}
    case.save()
    assert refusal(asked, case, "total", total=9, operation=3) == ["total_below_shares"]


def test_own_money_changes_by_the_total_and_keeps_the_share_the_page_wants(case, region):
    Case.objects.filter(pk=case.pk).update(track="industry")
    case = budgeted(Case.objects.get(pk=case.pk), own=10)
    case.answers = {**case.answers, "track": "industry"}
    case.save()
    child = open_case(case.round, by=case.leader, on=LATER, key="own", flow="change", parent=case, name="open", data={"change": "total"})  # fmt: skip
    said = {"text": TEXT, "reason": TEXT}

    def own(amount):
        rows = [{"kind": "operation", "fiscal": "4", "own": amount}]
        done(child, "request_change", case.leader, on=LATER, new_own=amount, new_lines=rows, **said)

    assert refusal(own, "9") == ["own_enough"]
    own("12")
    by_department(child, region)
    standing = budgets.standing(case)
    assert (standing.total, standing.own, standing.lines["operation"]) == (10 * WAN, 12 * WAN, (4 * WAN, 12 * WAN))
    assert Grant.objects.get(case=case).granted_fen == 10 * WAN


def test_a_lump_sum_has_no_classes_to_move_but_its_total_may_go_down(region):
    case = running(region)
    assert refusal(asked, case, "equipment", equipment=1, operation=9) == ["no_budget_lines"]
    by_department(asked(case, "total", total=9), region)
    assert Grant.objects.get(case=case).granted_fen == 9 * WAN


def test_the_leader_moves_operation_and_labour_alone(case, region):
    given = {"by": case.leader, "on": LATER, "flow": "change", "parent": case, "name": "open"}
    child = open_case(case.round, data={"change": "operation_or_labour"}, key="own-right", **given)
    rows = [{"kind": "operation", "fiscal": "3"}, {"kind": "labour", "fiscal": "3"}]
    more = [*rows, {"kind": "equipment", "fiscal": "3"}]
    assert refusal(done, child, "note_change", case.leader, on=LATER, text=TEXT, new_lines=[*more[:2], {"kind": "indirect", "fiscal": "0"}])  # fmt: skip
    done(child, "note_change", case.leader, on=LATER, text=TEXT, new_lines=rows)
    assert fiscal(case) == {**LINES, "operation": 3, "labour": 3}
    assert "预算变更" in signed_in(region.research).get(f"/cases/{child.number}/").content.decode()
    words = open_case(case.round, data={"change": "operation_or_labour"}, key="own-words", **given)
    done(words, "note_change", case.leader, on=LATER, text=TEXT)
    assert fiscal(case) == {**LINES, "operation": 3, "labour": 3}


def test_reports_and_the_settlement_read_the_changed_budget(case, region):
    spends(case, region, equipment="1.5")
    by_unit(asked(case, "equipment", equipment=2, operation=5), region)
    Case.objects.filter(pk=case.pk).update(state="acceptance_due")
    page = signed_in(case.leader).get(f"/cases/{case.number}/reports/acceptance/").content.decode()
    assert ('value="设备费"' in page, 'value="2.00"' in page, 'value="1.50"' in page, 'value="0.50"' in page) == (True,) * 4  # fmt: skip
    Case.objects.filter(pk=case.pk).update(state="terminated")
    case = Case.objects.get(pk=case.pk)
    done(case, "settle", region.fund_clerk, on=LATER, keep="0", refund="3.5")
    done(case, "confirm_settlement", region.treasurer, on=LATER)
    (block,) = Document.objects.get(case=case, kind="settlement").body["blocks"]
    assert block["tables"][0]["rows"][0] == ["设备费", "2.00 万元", "1.50 万元", "0.00 元", "0.00 元"]


def test_a_change_of_the_budget_is_asked_for_and_granted_by_machine_too(case, region):
    given = {"by": case.leader, "on": LATER, "key": "by-machine", "flow": "change", "parent": case, "name": "open"}
    child = open_case(case.round, data={"change": "equipment"}, **given)

    def sends(who, name, **data):
        where = f"/api/cases/{child.number}/acts/{name}"
        return signed_in(who).post(where, {"key": f"{name}-0001", "data": data}, content_type="application/json")

    rows = [{"kind": "equipment", "fiscal": "2"}]
    refused = sends(case.leader, "request_change", text=TEXT, reason=TEXT, new_lines=rows)
    assert (refused.status_code, "须等于财政资金总额" in refused.content.decode()) == (409, True)
    rows.append({"kind": "labour", "fiscal": "3"})
    assert sends(case.leader, "request_change", text=TEXT, reason=TEXT, new_lines=rows).status_code == 200
    assert sends(region.research, "grant_change_by_unit").status_code == 200
    assert fiscal(case) == {**LINES, "equipment": 2, "labour": 3}


def test_the_audit_file_of_a_case_tells_its_changes(case, region):
    by_unit(asked(case, "equipment", equipment=2, operation=5), region)
    (told,) = [json.loads(part.content) for part in archive.parts(case, LATER) if part.name == "changes.json"]
    assert [(one["kind"], one["before"]["budget"]["total"]) for one in told] == [("equipment", 10 * WAN)]
