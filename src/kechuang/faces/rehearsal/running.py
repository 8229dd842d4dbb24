"""From the award to the archive: task books, payments, reports, acceptance, settlement, tracking."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kechuang.casework.models import Case
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.funds.actions import enter_quota, make_batch
from kechuang.desks.funds.models import Grant, Instalment, Payment, QuotaDocument
from kechuang.desks.projects import reports
from kechuang.faces.rehearsal.applications import FILE
from kechuang.faces.rehearsal.filling import filled
from kechuang.faces.rehearsal.plans import WAN
from kechuang.faces.rehearsal.selecting import COMMITMENTS, DICE, a_sheet, sitting
from kechuang.faces.rehearsal.stage import SEAL, Stage


def signed(stage: Stage, cases: list[Case]) -> None:
    """The task book drafted, signed by leader and unit, countersigned: the projects run."""
    region = stage.region
    units = {unit.party.pk: unit for unit in region.units}
    stage.all_do("draft_task_book", [(c, c.leader, {}) for c in cases])
    stage.all_do("sign_leader", [(c, c.leader, {"signature": SEAL}) for c in cases])
    stage.all_do("sign_unit", [(c, units[c.applicant_id].head, {"seal": SEAL}) for c in cases])
    stage.all_do("countersign", [(c, region.execution["institution_chief"][1], {}) for c in cases])


def quota(stage: Stage) -> str:
    """The number of the finance department's document of the year, entered by the fund clerk as it was issued."""
    number = f"内财教〔{stage.now.year}〕示例1号"
    if not QuotaDocument.objects.filter(number=number).exists():
        given = {"by": stage.region.office("fund_clerk"), "on": stage.now, "key": stage.key("quota")}
        enter_quota(number, 10**13, day_of(stage.now), round_=None, **given)
    return number


def paid(stage: Stage, cases: list[Case]) -> None:
    """What is due now: prepared by one, ordered by another."""
    clerk, treasurer, number = stage.region.office("fund_clerk"), stage.region.office("treasurer"), quota(stage)
    due: dict[int, str] = {}
    rows = Instalment.objects.filter(grant__case__in=cases, freed_at__isnull=False, payment=None)
    for case, code in rows.order_by("-position").values_list("grant__case", "code"):
        due[case] = code  # the first in order comes last and stays
    lines = [(c, clerk, {"instalment": due[c.pk], "quota_document": number}) for c in cases if c.pk in due]
    stage.all_do("prepare_payment", lines)
    stage.all_do("pay", [(c, treasurer, {}) for c, _, _ in lines])


def batched(stage: Stage) -> None:
    """The orders of the day leave as one file for the treasury."""
    if Payment.objects.filter(paid_at__isnull=False, batch=None).exists():
        make_batch(by=stage.region.office("fund_clerk"), on=stage.now, key=stage.key("batch"))
        stage.say("", 1)


def received(stage: Stage, cases: list[Case]) -> None:
    """The units confirm, to the fen, what has come in."""
    units = {unit.party.pk: unit for unit in stage.region.units}
    day = day_of(stage.now).isoformat()
    waiting = Payment.objects.filter(grant__case__in=cases, paid_at__isnull=False, received_at=None)
    owed = {p.grant.case_id: p.fen for p in waiting.select_related("grant")}
    stage.all_do(
        "confirm_receipt",
        [(c, units[c.applicant_id].finance, {"amount": wan(owed[c.pk]), "date": day}) for c in cases if c.pk in owed],
    )


def wan(fen: int) -> str:
    """An amount in fen as it is typed in 万元, exactly."""
    whole, rest = divmod(fen, WAN)
    return f"{whole}.{rest:06d}" if rest else str(whole)


def spent(stage: Stage, case: Case, percent: int) -> None:
    """The unit reports what it has spent: a part of what came in."""
    grant = Grant.objects.get(case=case)
    finance = stage.region.unit_of(case.applicant.pid).finance
    fen = grant.received_fen * percent // 100
    rows = [{"kind": "operation", "fen": wan(fen), "own": False}]
    stage.does(case, "report_spending", finance, spending=rows)


def reported(stage: Stage, case: Case, kind: str, *, without: Iterable[str] = ()) -> None:
    """A report of that kind, typed by the leader into the page's table; `without` these answers."""
    form = reports.form_of(case, kind)
    typed = filled(form, leader=case.leader, team=[], rng=stage.rng, given={})
    for one in form.fields.values():
        if one.kind in ("file", "files") and one.required is not False:
            typed[one.code] = [FILE]
        if one.kind == "table" and typed.get(one.code):
            _rows(typed[one.code], one)
    for name in ("science_report", "results_register", "data_deposit", "audit"):
        if name in form.fields:
            typed[name] = [FILE] if form.fields[name].kind in ("file", "files") else "示例登记号2018-0001"
    if "diligence_proof" in form.fields:
        typed["diligence_proof"] = (
            "实验记录完整，经费使用合规，未达目标系客观技术路线不可行，原始数据已汇交，全部材料可供核查。"
        )
        typed["diligence_records"] = [FILE]
        listed = pages_of(case.round).programme.get("deliverables", ())
        typed["delivered"] = [{"item": one["code"], "proof": [FILE]} for one in listed if "field" not in one]
    typed = {name: value for name, value in typed.items() if name not in without}
    reports.draft(case, kind, typed, by=case.leader, on=stage.now)


def _rows(rows: list[dict[str, Any]], table: Any) -> None:
    for row in rows:
        for column in table.columns:
            if column.kind in ("file", "files") and column.required is not False:
                row[column.code] = [FILE]


def applied_for_acceptance(stage: Stage, case: Case) -> None:
    """The final file, and the unit's request."""
    reported(stage, case, "acceptance")
    stage.does(case, "apply_acceptance", stage.region.unit_of(case.applicant.pid).head, seal=SEAL)


def examined(stage: Stage, case: Case) -> None:
    """An acceptance group, drawn with a witness, gives its opinions."""
    region = stage.region
    stage.does(case, "second:draw_acceptance", region.office("supervisor"))
    stage.does(case, "draw_acceptance", region.execution["draw_operator"][0], dice=DICE, commitments=COMMITMENTS)
    opined(stage, case)


def opined(stage: Stage, case: Case) -> None:
    """Every expert of the acceptance group files an opinion."""
    for label in sitting(case.round, case.number, "acceptance"):
        stage.does(case, "review_acceptance", label, sheet=a_sheet(stage, case, 80, "acceptance"))


def settled(stage: Stage, case: Case) -> None:
    """What was spent, kept and goes back, worked out by one and confirmed by another."""
    office = stage.region.office
    grant = Grant.objects.get(case=case)
    unspent = grant.received_fen - grant.spent_fen
    keeps = case.state in ("passed", "tracking")
    back = grant.received_fen if case.state == "revoked" else unspent
    keep, refund = (unspent, 0) if keeps else (0, back)
    stage.does(case, "settle", office("fund_clerk"), keep=wan(keep), refund=wan(refund))
    stage.does(case, "confirm_settlement", office("treasurer"))


def refunded(stage: Stage, case: Case, percent: int = 100) -> None:
    """What is owed comes back, whole or in part."""
    grant = Grant.objects.get(case=case)
    fen = (grant.refund_due_fen - grant.refunded_fen) * percent // 100
    day = day_of(stage.now).isoformat()
    stage.does(case, "record_refund", stage.region.office("treasurer"), amount=wan(fen), date=day)
