"""Money from plan to account: who has it, what is due, ordered, on its way, to be settled; orders as a file for the treasury."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kechuang.casework.models import Case, Round
from kechuang.desks.funds import actions, queries
from kechuang.desks.funds.models import Grant, Instalment, Payment
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.exports import sheets
from kechuang.faces.web import bulk, charts, lists, officer, wording
from kechuang.faces.web.panels import tell
from kechuang.faces.web.questions import Around, questions
from kechuang.faces.web.tables import render
from kechuang.words.outcome import Refused

WAN = 1_000_000  # fen
YUAN = "#,##0.00"
FEWEST_YEARS = 2
BULK = ("prepare_payment", "issue_quota", "pay")
ALIKE = {"prepare_payment": "issue_quota"}  # a claim's quota is issued where a project's payment is prepared
QUOTA = {
    "number": {"kind": "text", "zh": "资金指标文号", "en": "Quota document", "max": 60},
    "fen": {"kind": "money", "zh": "金额", "en": "Amount", "unit": "万元"},
    "day": {"kind": "date", "zh": "下达日期", "en": "Issued on"},
    "round": {"kind": "text", "zh": "批次代码", "en": "Round", "max": 40, "required": False},
}


def mine(request: HttpRequest) -> Any:
    """The grants the reader may read of."""
    return queries.grants_visible_to(person(request), held_by(request))


def tabs(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """The pages of money that the reader may open."""
    clerk = queries.is_clerk(held_by(request))
    named = [("money", _("总览")), ("money_due", _("待付")), ("receipts", _("在途")), ("settlements", _("结算与退回"))]
    if clerk:
        named[2:2] = [("money_pay", _("待复核")), ("batches", _("支付文件")), ("quotas", _("资金指标文件"))]
    if reads_plans(request):
        named += [
            ("appropriations", _("拨入")),
            ("budgets", _("批次预算")),
            ("contributions", _("联合资助")),
            ("money_days", _("到账天数")),
        ]
    return [{"title": title, "href": reverse(name), "here": name == here} for name, title in named]


def reads_plans(request: HttpRequest) -> bool:
    return any(one.power in queries.READS_PLANS for one in held_by(request))


def answer(request: HttpRequest, here: str, title: str, **shown: Any) -> HttpResponse:
    """One page of money with its tabs."""
    status = shown.pop("status", 200)
    context = {
        "title": title,
        "tabs": tabs(request, here),
        "key": lists.fresh_key(),
        "back": request.get_full_path(),
        **shown,
    }
    return render(request, shown.get("template", "money/list.html"), context, status=status)


@needs("person")
def money(request: HttpRequest) -> HttpResponse:
    """Plan to cash for those who plan, pay, decide or supervise; for a unit or a leader their own projects."""
    grants = mine(request)
    sums, days = queries.totals(grants), queries.days_to_account(grants)
    figures = [
        {"label": _("已资助"), "fen": sums["granted"], "note": ngettext("%(n)s 个项目", "%(n)s 个项目", sums["count"]) % {"n": wording.number(sums["count"])}},
        {"label": _("已拨付"), "fen": sums["paid"]},
        {"label": _("已到账"), "fen": sums["received"]},
        {"label": _("在途"), "fen": sums["paid"] - sums["received"]},
        {"label": _("立项到到账"), "value": wording.number(queries.middle(days), 0) if days else wording.DASH, "unit": _("天") if days else "",
         "note": _("中位数，最长 %(n)s 天") % {"n": days[-1]} if days else ""},
    ]  # fmt: skip
    title = _("在途 %(sum)s") % {"sum": wording.money(sums["paid"] - sums["received"])}
    if reads_plans(request):
        found = queries.lines_of(grants)
        return answer(request, "money", title, figures=figures, table=plan_table(found), chart=plan_chart(found))
    rows, page = lists.paged(request, grants.select_related(*queries.OF_CASE).order_by("-case__award__on", "pk"))
    return answer(request, "money", title, figures=figures, table=grant_table(rows), page=page)


def plan_table(found: list[queries.Line]) -> dict[str, Any]:
    """Plan and year from appropriation to account."""
    wan, titles = {"unit": _("万元"), "num": True}, plan_titles()
    heads = [
        lists.column(_("计划")), lists.column(_("年度"), num=True), lists.column(_("当年拨款安排"), **wan), lists.column(_("当年已支"), **wan),
        lists.column(_("执行率")), lists.column(_("批次预算"), **wan), lists.column(_("已承诺"), **wan), lists.column(_("已拨付"), **wan), lists.column(_("已到账"), **wan),
    ]  # fmt: skip
    rows = [
        {"key": f"{one.plan}-{one.year}", "cells": lists.cells(heads, [
            {"text": titles.get(one.plan, one.plan), "lead": True}, {"text": str(one.year)}, {"fen": one.appropriated}, {"fen": one.cash},
            {"share": one.share, "name": titles.get(one.plan, one.plan), "tone": "sky"} if one.appropriated else {"text": ""},
            {"fen": one.budget}, {"fen": one.committed}, {"fen": one.paid}, {"fen": one.received},
        ])}
        for one in found
    ]  # fmt: skip
    return {"caption": _("从计划到现金"), "columns": heads, "rows": rows, "dense": True}


def plan_titles() -> dict[str, str]:
    """The titles of the plans: each that of the programme page of its name; those that have none are named here."""
    shelf, others = lists.current(), {"post-subsidy": _("后补助与奖励"), "recognition": _("资格认定")}
    plans = {str(shelf.page("programmes", code).body.get("plan", code)) for code in shelf.codes("programmes")}
    return {
        code: wording.text(shelf.page("programmes", code).body["title"])
        if shelf.has("programmes", code)
        else others.get(code, code)
        for code in sorted(plans)
    }


def plan_chart(found: list[queries.Line]) -> charts.Bars | None:
    """Paid in each year, over the line of what was appropriated; in 万元. One year alone is said by the table."""
    years = sorted({one.year for one in found})
    if len(years) < FEWEST_YEARS:
        return None
    paid = [sum(one.cash for one in found if one.year == year) for year in years]
    plan = [sum(one.appropriated for one in found if one.year == year) for year in years]
    sentence = _("%(year)s 年安排 %(plan)s，已支 %(paid)s") % {
        "year": years[-1],
        "plan": wording.money(plan[-1]),
        "paid": wording.money(paid[-1]),
    }
    values = [(str(year), in_wan(fen)) for year, fen in zip(years, paid, strict=True)]
    return charts.bars(values, plan=[in_wan(fen) for fen in plan], title=_("当年已支"), note=_("万元；柱为已支，线为安排"), sentence=sentence, heads=(_("年度"), _("已支"), _("安排")))  # fmt: skip


def in_wan(fen: int) -> float:
    """A sum in 万元 for the height of a bar; whole where it is whole."""
    return fen // WAN if fen % WAN == 0 else round(fen / WAN, 2)


def of_case(case: Case) -> dict[str, Any]:
    """The cell that names a project."""
    who = " · ".join(str(one) for one in (case.applicant, case.leader) if one)
    return {
        "text": case.title or case.number,
        "href": lists.case_href(case.number),
        "lead": True,
        "wide": True,
        "small": who,
    }


def grant_table(rows: Iterable[Grant]) -> dict[str, Any]:
    """Projects with their money, for those who look at their own."""
    wan = {"unit": _("万元"), "num": True}
    heads = [
        lists.column(_("编号")),
        lists.column(_("项目")),
        lists.column(_("资助"), **wan),
        lists.column(_("已拨付"), **wan),
        lists.column(_("已到账"), **wan),
        lists.column(_("转拨合作单位"), **wan),
        lists.column(_("已支出"), **wan),
    ]
    shown = [
        {"key": one.case.number, "href": lists.case_href(one.case.number), "cells": lists.cells(heads, [
            {"text": one.case.project_no or one.case.number, "nowrap": True}, of_case(one.case), {"fen": one.granted_fen}, {"fen": one.paid_fen}, {"fen": one.received_fen}, {"fen": one.passed_fen}, {"fen": one.spent_fen},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("项目经费"), "columns": heads, "rows": shown, "dense": True}


@needs("person")
def due(request: HttpRequest) -> HttpResponse:
    """Instalments whose turn has come; the clerk prepares the picked ones on one quota document."""
    on, clerk = now(), any(one.role == "fund_clerk" for one in held_by(request))
    at_hand = lists.PagesAtHand()
    rows, page = lists.paged(request, queries.instalments_due(mine(request)))
    heads = [
        lists.column(_("编号")),
        lists.column(_("项目")),
        lists.column(_("期次")),
        lists.column(_("金额"), unit=_("万元"), num=True),
        lists.column(_("可付起")),
        lists.column(_("说明")),
    ]
    shown = [
        {"key": one.grant.case.number, "href": lists.case_href(one.grant.case.number), "sum": one.fen, "instalment": one.named, "cells": lists.cells(heads, [
            {"text": one.grant.case.project_no or one.grant.case.number, "nowrap": True}, of_case(one.grant.case), {"text": instalment_title(one, at_hand), "small": gate_of(one)}, {"fen": one.fen},
            {"date": one.freed_at, "small": wording.days_since(one.freed_at, on)}, {"text": _("已停止支付"), "tone": "clay"} if one.stopped else {"text": ""},
        ])}
        for one in rows
    ]  # fmt: skip
    table = {"caption": _("待付"), "columns": heads, "rows": shown, "dense": True, "pick": clerk and bool(rows)}
    title = _("%(n)s 笔到了该付的时候") % {"n": wording.number(page["all"])}
    more = (
        {"quotas": queries.quotas_left(), "bulk_act": "prepare_payment", "bulk_title": _("经办选中的")} if clerk else {}
    )
    return answer(request, "money_due", title, table=table, page=page, **more)


@needs("money")
def pay(request: HttpRequest) -> HttpResponse:
    """Prepared payments that wait for another hand; the treasurer orders the picked ones."""
    checker = any(one.role == "treasurer" for one in held_by(request))
    rows, page = lists.paged(request, queries.to_pay(mine(request)))
    heads = [
        lists.column(_("编号")),
        lists.column(_("项目")),
        lists.column(_("金额"), unit=_("万元"), num=True),
        lists.column(_("资金指标文号")),
        lists.column(_("经办")),
        lists.column(_("经办日期")),
    ]
    shown = [
        {"key": one.grant.case.number, "href": lists.case_href(one.grant.case.number), "sum": one.fen, "cells": lists.cells(heads, [
            {"text": one.grant.case.project_no or one.grant.case.number, "nowrap": True}, of_case(one.grant.case), {"fen": one.fen}, {"text": one.quota.number}, {"text": one.maker.name}, {"date": one.prepared_at},
        ])}
        for one in rows
    ]  # fmt: skip
    table = {"caption": _("待复核"), "columns": heads, "rows": shown, "dense": True, "pick": checker and bool(rows)}
    more = {"bulk_act": "pay", "bulk_title": _("复核拨付选中的")} if checker else {}
    return answer(
        request, "money_pay", _("%(n)s 笔等待复核") % {"n": wording.number(page["all"])}, table=table, page=page, **more
    )


def instalment_title(one: Any, at_hand: lists.PagesAtHand) -> Any:
    """An instalment as its page names it; its code where the page says no more."""
    named = at_hand.of(one.grant.case.round).choices("instalments") or {}
    return named.get(one.named, one.named)


def gate_of(one: Instalment) -> str:
    """The day of the stage gate that an instalment is tied to; nothing of others."""
    return _("%(day)s决策点") % {"day": wording.day_long(one.gate_on)} if one.gate_on else ""


@require_POST
@needs("money")
def many(request: HttpRequest) -> HttpResponse:
    """Prepare or order the picked payments: what would happen to each is shown first, then each act for itself."""
    asked, at_hand = bulk.Asked.of(request.POST), lists.PagesAtHand()
    rows = Case.objects.filter(number__in=asked.picked, grant__in=mine(request).values("pk"))
    found = list(rows.select_related("round__institution", "applicant", "leader", "parent").order_by("number"))
    step = bulk.step_of(asked.act, found, at_hand, also=BULK) if asked.act in BULK else None
    if step is None and asked.act in ALIKE:
        asked = replace(asked, act=ALIKE[asked.act])
        step = bulk.step_of(asked.act, found, at_hand, also=BULK)
    if step is None:
        messages.warning(request, _("没有选中办件。"))
        return redirect(officer.safe_back(request, asked.back))
    return officer.bulk_answer(request, asked, found, step, at_hand, action=reverse("money_many"))


@needs("money")
def batches(request: HttpRequest) -> HttpResponse:
    """Files for the treasury: what waits to be put into one, and those that were made."""
    waiting = queries.unbatched()
    rows, page = lists.paged(request, queries.batches())
    papers = actions.papers_of(rows)
    heads = [
        lists.column(_("文件")),
        lists.column(_("制作")),
        lists.column(_("笔数"), num=True),
        lists.column(_("金额"), unit=_("万元"), num=True),
        lists.column(_("指纹")),
        lists.column(_("拨付清单")),
    ]
    shown = [
        {"key": one.code, "cells": lists.cells(heads, [
            {"text": one.code, "href": reverse("batch", args=[one.code, "xlsx"]), "lead": True}, {"text": wording.moment(one.on, year=True), "small": one.by.name}, {"text": wording.number(one.count)}, {"fen": one.fen}, {"text": wording.short(one.digest)}, paper_cell(papers.get(one.code)),
        ])}
        for one in rows
    ]  # fmt: skip
    count, table = (
        waiting.count(),
        {"caption": _("支付文件"), "columns": heads, "rows": shown, "dense": True, "none": _("还没有支付文件")},
    )
    clerk = queries.is_clerk(held_by(request))
    title = _("%(n)s 笔还没有进支付文件") % {"n": wording.number(count)}
    note = _("文件交国库集中支付；本系统不划转资金，到账以单位确认为准。")
    if unknown := queries.without_account(waiting):
        note += _("这些单位还没有登记收款账号：%(names)s。") % {"names": wording.listed(unknown)}
    return answer(
        request, "batches", title, lead=note, table=table, page=page, make_batch=clerk and count, unbatched=count
    )


def paper_cell(code: str | None) -> dict[str, Any]:
    """The payment list of a batch as PDF; the same paper as a workbook stands beside it on its own page."""
    return {"text": "PDF", "href": reverse("document_pdf", args=[code])} if code else {"text": wording.DASH}


@require_POST
@needs("money")
def new_batch(request: HttpRequest) -> HttpResponse:
    """Put every ordered payment that waits into one file."""
    try:
        made = actions.make_batch(by=person(request), on=now(), key=request.POST.get("key", ""))
        messages.success(request, _("支付文件 %(code)s 已制作，指纹记入台账。") % {"code": made.code})
    except Refused as refusal:
        tell(request, [refusal], "")
    return redirect("batches")


def batch_headings() -> dict[str, tuple[str, int]]:
    """The columns of the file for the treasury, by the names of an order."""
    return {
        "number": (_("序号"), 6), "payment": (_("支付编号"), 14), "project": (_("项目编号"), 18), "title": (_("项目名称"), 40), "payee": (_("收款单位"), 30),
        "credit_code": (_("统一社会信用代码"), 22), "account": (_("收款账户"), 26), "yuan": (_("金额（元）"), 16), "quota": (_("资金指标文号"), 24),
        "instalment": (_("期次"), 8), "ordered": (_("拨付时间"), 26),
    }  # fmt: skip


def typed(names: Iterable[str], row: list[str]) -> list[Any]:
    """An order as a spreadsheet holds it: its number, sum and moment as such, everything else as its text."""
    kinds = {"number": int, "yuan": Decimal, "ordered": datetime.fromisoformat}
    return [kinds[name](text) if name in kinds and text else text for name, text in zip(names, row, strict=True)]


@needs("money")
def batch(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The file itself, as a spreadsheet or as CSV, exactly as it was made; refused if it is no longer what was recorded."""
    if not queries.is_clerk(held_by(request)):
        raise Http404
    found = get_object_or_404(queries.batches(), code=code)
    heads = batch_headings()
    try:
        rows = [[one[name] for name in heads] for one in actions.orders(found)]
    except Refused as refusal:
        tell(request, [refusal], "")
        return redirect("batches")
    name = f"{_('支付文件')}-{found.code}-{found.digest[:8]}"
    if kind == "csv":
        text = sheets.csv_text([title for title, _width in heads.values()], rows)
        headers = {"Content-Disposition": f'attachment; filename="batch-{found.code}.csv"'}
        return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)
    columns = [sheets.Heading(heads[one][0], heads[one][1], YUAN if one == "yuan" else "") for one in heads]
    return sheets.download(name, found.code, columns, [typed(heads, row) for row in rows])


@needs("person")
def receipts(request: HttpRequest) -> HttpResponse:
    """Ordered payments that no unit has confirmed, with the days they have been on their way."""
    on = now()
    rows, page = lists.paged(request, queries.outstanding(mine(request)))
    heads = [
        lists.column(_("编号")),
        lists.column(_("项目")),
        lists.column(_("金额"), unit=_("万元"), num=True),
        lists.column(_("拨付日期")),
        lists.column(_("在途")),
    ]
    shown = [payment_row(one, heads, on) for one in rows]
    table = {"caption": _("在途"), "columns": heads, "rows": shown, "dense": True}
    return answer(request, "receipts", _("%(n)s 笔在途") % {"n": wording.number(page["all"])}, table=table, page=page)


def payment_row(one: Payment, heads: list[dict[str, Any]], on: datetime) -> dict[str, Any]:
    case = one.grant.case
    values = [
        {"text": case.project_no or case.number, "nowrap": True},
        of_case(case),
        {"fen": one.fen},
        {"date": one.paid_at},
        {"text": wording.days_since(one.paid_at, on)},
    ]
    return {"key": one.pid, "href": lists.case_href(case.number), "cells": lists.cells(heads, values)}


@needs("person")
def settlements(request: HttpRequest) -> HttpResponse:
    """Ended projects to be settled, and what is still to come back."""
    rows, page = lists.paged(request, queries.to_settle(mine(request)))
    title = _("%(n)s 项要结算或退回") % {"n": wording.number(page["all"])}
    more = {}
    if reads_plans(request):
        more["head_acts"] = [{"title": _("导出 Excel"), "href": reverse("money_sheet", args=["settlements"])}]
    return answer(request, "settlements", title, table=settlement_table(rows), page=page, **more)


def settlement_table(rows: Iterable[Grant]) -> dict[str, Any]:
    """Ended projects with what came in, was passed on, was spent, and goes back."""
    at_hand = lists.PagesAtHand()
    wan = {"unit": _("万元"), "num": True}
    heads = [
        lists.column(_("编号")),
        lists.column(_("项目")),
        lists.column(_("状态")),
        lists.column(_("到账"), **wan),
        lists.column(_("转拨合作单位"), **wan),
        lists.column(_("支出"), **wan),
        lists.column(_("应退"), **wan),
        lists.column(_("已退"), **wan),
    ]
    shown = [
        {"key": one.case.number, "href": lists.case_href(one.case.number), "cells": lists.cells(heads, [
            {"text": one.case.project_no or one.case.number, "nowrap": True}, of_case(one.case), {"chip": at_hand.state_title(one.case), "tone": wording.tone(one.case.state)},
            {"fen": one.received_fen}, {"fen": one.passed_fen}, {"fen": one.spent_fen}, {"fen": one.refund_due_fen}, {"fen": one.refunded_fen},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("结算与退回"), "columns": heads, "rows": shown, "dense": True}


@needs("money")
def quotas(request: HttpRequest) -> HttpResponse:
    """Quota documents as they were issued, and how much of each is used; the clerk enters new ones."""
    clerk, form = queries.is_clerk(held_by(request)), forms.inputs_form(QUOTA)
    typed = {name: request.POST.get(name, "") for name in QUOTA} if request.method == "POST" else {}
    cleaned = forms.clean(form, typed, stage="submit" if typed else "draft")
    reasons: tuple[Any, ...] = ()
    if typed and not cleaned.errors:
        try:
            enter(request, cleaned.values)
            messages.success(request, _("资金指标文件已登记。"))
            return redirect("quotas")
        except Refused as refusal:
            reasons = refusal.reasons
    rows, page = lists.paged(request, queries.quota_documents())
    fields = (
        questions(
            form.fields.values(),
            answers=cleaned.typed,
            values={},
            errors=cleaned.errors if typed else {},
            around=Around("en" if wording.english() else "zh"),
        )
        if clerk
        else ()
    )
    title = _("%(n)s 份资金指标文件") % {"n": wording.number(page["all"])}
    return answer(
        request,
        "quotas",
        title,
        table=quota_table(rows),
        page=page,
        fields=fields,
        reasons=reasons,
        status=422 if reasons or (typed and cleaned.errors) else 200,
    )


def enter(request: HttpRequest, values: Any) -> None:
    """Enter one quota document; a round that does not exist leaves it without one."""
    round_ = Round.objects.filter(code=values.get("round") or "").first()
    actions.enter_quota(
        values["number"],
        values["fen"],
        values["day"],
        round_=round_,
        by=person(request),
        on=now(),
        key=request.POST.get("key", ""),
    )


def quota_table(rows: Iterable[Any]) -> dict[str, Any]:
    wan = {"unit": _("万元"), "num": True}
    heads = [
        lists.column(_("文号")),
        lists.column(_("下达日期")),
        lists.column(_("批次")),
        lists.column(_("金额"), **wan),
        lists.column(_("已用"), **wan),
        lists.column(_("剩余"), **wan),
    ]
    shown = [
        {"key": one.pk, "cells": lists.cells(heads, [
            {"text": one.number, "lead": True}, {"text": wording.day_long(one.on)}, {"text": one.round.title if one.round else ""}, {"fen": one.fen}, {"fen": one.used_fen}, {"fen": one.fen - one.used_fen},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("资金指标文件"), "columns": heads, "rows": shown, "dense": True}


urlpatterns = [
    path("money/", money, name="money"),
    path("money/due/", due, name="money_due"),
    path("money/pay/", pay, name="money_pay"),
    path("money/many/", many, name="money_many"),
    path("money/batches/", batches, name="batches"),
    path("money/batches/new/", new_batch, name="new_batch"),
    path("money/batches/<str:code>.<str:kind>", batch, name="batch"),
    path("money/receipts/", receipts, name="receipts"),
    path("money/settlements/", settlements, name="settlements"),
    path("money/quotas/", quotas, name="quotas"),
]
