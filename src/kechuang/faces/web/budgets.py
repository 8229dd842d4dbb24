"""Pages of money typed in from documents: appropriations, budgets of rounds, contributions, and how long money takes to arrive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.desks.funds import entries, queries
from kechuang.desks.funds.models import Entry
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.exports import sheets
from kechuang.faces.web import charts, lists, money, wording
from kechuang.faces.web.call_terms import pays
from kechuang.faces.web.panels import tell
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.words.money import Money
from kechuang.words.outcome import Refused

Fields = dict[str, dict[str, Any]]
DOCUMENT: Fields = {
    "document_no": {"kind": "text", "zh": "文号或凭证号", "en": "Number of the document", "max": 60},
    "day": {"kind": "date", "zh": "文件日期", "en": "Date of the document"},
    "fen": {"kind": "money", "zh": "金额（调减填负数）", "en": "Amount (a cut is negative)", "unit": "万元"},
    "remark": {"kind": "text", "zh": "说明", "en": "Remark", "max": 200, "required": False},
}
INPUTS: dict[str, Fields] = {
    "appropriation": {"plan": {"kind": "choice", "zh": "计划", "en": "Plan", "from": "plans"}, "year": {"kind": "year", "zh": "年度", "en": "Year"}, **DOCUMENT},
    "budget": {"round": {"kind": "choice", "zh": "批次", "en": "Round", "from": "rounds"}, **DOCUMENT},
    "contribution": {
        "promise": {"kind": "choice", "zh": "承诺", "en": "Promise", "from": "promises"}, **DOCUMENT,
        "fen": {"kind": "money", "zh": "到位金额", "en": "Amount received", "unit": "万元", "min": 0},
    },
}  # fmt: skip
WAN = {"num": True}
BUCKETS = ((10, "0–10"), (20, "11–20"), (30, "21–30"), (60, "31–60"), (10**6, "60+"))


def choices(source: str) -> Mapping[str, Any] | None:
    """What an entry can be for: plans of the book, rounds with a budget, promises that are not wholly paid."""
    if source == "plans":
        return {code: {"zh": title, "en": title} for code, title in money.plan_titles().items()}
    if source == "rounds":
        return {one.code: {"zh": one.title, "en": one.title} for one in paying()[:400]}
    if source == "promises":
        named = {f"{one.round.code}|{one.funder.pid}": f"{one.round.title} · {one.funder.name}" for one in queries.promises()[:400]}  # fmt: skip
        return {code: {"zh": text, "en": text} for code, text in named.items()}
    return None


def paying() -> Any:
    """Rounds that have a budget or may get one: of a programme that pays nothing, a recognition or an inquiry, none."""
    shelf = lists.current()
    unpaid = [code for code in shelf.codes("programmes") if not pays(shelf.page("programmes", code).body)]
    return queries.budgets().exclude(held=0, programme__in=unpaid)


@dataclass(frozen=True, slots=True)
class Desk:
    """One page: the kind of entry it takes, its address, its title, and the rows and table it shows."""

    kind: str
    name: str
    title: Callable[[], str]
    rows: Callable[[], Any]
    table: Callable[[Iterable[Any]], dict[str, Any]]


def shown(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The page of one kind of entry: what it stands at, what waits for the other hand, and the form for the clerk."""
    if not money.reads_plans(request):
        raise Http404
    clerk, form = queries.is_clerk(held_by(request)), forms.inputs_form(INPUTS[desk.kind])
    typed = (
        {name: request.POST.get(name, "") for name in INPUTS[desk.kind]} if request.method == "POST" and clerk else {}
    )
    cleaned = forms.clean(form, typed, stage="submit" if typed else "draft", choices=choices)
    reasons: tuple[Any, ...] = ()
    if typed and not cleaned.errors:
        reasons = entered(request, desk, cleaned.values)
        if not reasons:
            messages.success(request, _("已登记，等待另一人核对后生效。"))
            return redirect(desk.name)
    rows, page = lists.paged(request, desk.rows())
    errors = cleaned.errors if typed else {}
    around = Around("en" if wording.english() else "zh", choices=choices)
    fields = questions(form.fields.values(), answers=cleaned.typed, values={}, errors=errors, around=around)
    return money.answer(
        request, desk.name, desk.title(), table=desk.table(rows), page=page, fields=fields if clerk else (), reasons=reasons, errors=wrong(form, errors, around.language),
        unchecked=waiting(request, desk.kind), made=made_table(queries.entries(desk.kind)[:50]), checks=checks(request),
        xlsx=reverse("money_sheet", args=[desk.name]), template="money/entries.html", status=422 if reasons or errors else 200,
    )  # fmt: skip


def entered(request: HttpRequest, desk: Desk, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Enter what was typed; why it was refused, if it was."""
    said = dict(values)
    if "promise" in said:
        said["round"], _bar, said["funder"] = str(said.pop("promise")).partition("|")
    try:
        entries.enter(desk.kind, said, by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return refusal.reasons
    return ()


def checks(request: HttpRequest) -> bool:
    """Whether the reader may confirm what another has entered."""
    return any(one.role in entries.CHECKERS for one in held_by(request))


def waiting(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    """What waits for the other hand, with whether the reader is that hand."""
    titles = money.plan_titles()
    return [
        {"row": one, "about": about(one, titles), "mine": one.maker_id == person(request).pk}
        for one in queries.waiting_entries(kind)[:100]
    ]


def about(one: Entry, titles: Mapping[str, str]) -> str:
    """What an entry is for, in words."""
    if one.kind == "appropriation":
        return f"{titles.get(one.plan, one.plan)} · {one.year}"
    title = one.round.title if one.round else ""
    return f"{title} · {one.funder.name}" if one.funder else title


@require_POST
@needs("money")
def check_entry(request: HttpRequest, pid: str) -> HttpResponse:
    """Confirm an entry that was compared with its paper, or send it back with a reason."""
    row = get_object_or_404(Entry, pid=pid)
    back = next(desk.name for desk in DESKS.values() if desk.kind == row.kind)
    given: dict[str, Any] = {"by": person(request), "on": now(), "key": request.POST.get("key", "")}
    try:
        if "return" in request.POST:
            entries.send_back(row, reason=request.POST.get("reason", ""), **given)
            messages.success(request, _("已退回，记录保留。"))
        else:
            entries.confirm(row, **given)
            messages.success(request, _("已核对生效。"))
    except Refused as refusal:
        tell(request, [refusal], row.document_no)
    return redirect(back)


# What each page shows


def wan(title: str) -> dict[str, Any]:
    return lists.column(title, unit=_("万元"), num=True)


def made_table(rows: Iterable[Entry]) -> dict[str, Any]:
    """What was entered, by whom, and who confirmed it or sent it back."""
    titles = money.plan_titles()
    heads = [
        lists.column(_("文号")),
        lists.column(_("用途")),
        wan(_("金额")),
        lists.column(_("登记")),
        lists.column(_("核对")),
    ]
    lines = [
        {"key": one.pid, "cells": lists.cells(heads, [
            {"text": one.document_no, "lead": True}, {"text": about(one, titles), "small": one.remark}, {"fen": one.fen},
            {"text": one.maker.name, "small": wording.moment(one.made_at, year=True)}, checked_cell(one),
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("登记记录"), "columns": heads, "rows": lines, "dense": True}


def checked_cell(one: Entry) -> dict[str, Any]:
    if one.checker is None or one.checked_at is None:
        return {"text": _("待核对"), "tone": "sun"}
    done = _("退回") if one.returned else one.checker.name
    return {"text": done, "small": wording.moment(one.checked_at, year=True)}


def appropriation_table(found: Iterable[queries.Line]) -> dict[str, Any]:
    """A plan and year: appropriated, budgets of its rounds, committed, paid, and what is left."""
    titles = money.plan_titles()
    heads = [lists.column(_("计划")), lists.column(_("年度"), num=True), wan(_("拨入")), wan(_("批次预算")), wan(_("已承诺")), wan(_("当年已支")), wan(_("可支余额"))]  # fmt: skip
    lines = [
        {"key": f"{one.plan}-{one.year}", "cells": lists.cells(heads, [
            {"text": titles.get(one.plan, one.plan), "lead": True}, {"text": str(one.year)}, {"fen": one.appropriated}, {"fen": one.budget},
            {"fen": one.committed}, {"fen": one.cash}, {"fen": one.appropriated - one.cash},
        ])}
        for one in found
    ]  # fmt: skip
    return {"caption": _("拨入"), "columns": heads, "rows": lines, "dense": True}


def budget_table(rows: Iterable[Any]) -> dict[str, Any]:
    """Rounds with their budgets, what is committed and what is left."""
    heads = [
        lists.column(_("批次")),
        lists.column(_("年度"), num=True),
        wan(_("批次预算")),
        wan(_("已承诺")),
        wan(_("剩余")),
    ]
    lines = [
        {"key": one.code, "cells": lists.cells(heads, [
            {"text": one.title, "href": reverse("round", args=[one.code]), "lead": True}, {"text": str(one.year)}, {"fen": one.held}, {"fen": one.bound}, {"fen": one.held - one.bound},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("批次预算"), "columns": heads, "rows": lines, "dense": True}


def contribution_table(rows: Iterable[Any]) -> dict[str, Any]:
    """What each funder of a joint fund has promised, brought in and still owes."""
    heads = [lists.column(_("批次")), lists.column(_("资助方")), wan(_("承诺")), wan(_("到位")), wan(_("未到位"))]
    lines = [
        {"key": one.pk, "cells": lists.cells(heads, [
            {"text": one.round.title, "href": reverse("round", args=[one.round.code]), "lead": True}, {"text": one.funder.name}, {"fen": one.promised_fen}, {"fen": one.received_fen}, {"fen": one.promised_fen - one.received_fen},
        ])}
        for one in rows
    ]  # fmt: skip
    return {"caption": _("联合资助"), "columns": heads, "rows": lines, "dense": True}


def plan_years() -> list[queries.Line]:
    """Every plan and year that has money or budgets."""
    return queries.lines_of(queries.Grant.objects.none())


DESKS = {
    "appropriations": Desk("appropriation", "appropriations", lambda: _("拨入：计划与年度"), plan_years, appropriation_table),
    "budgets": Desk("budget", "budgets", lambda: _("批次预算与调整"), paying, budget_table),
    "contributions": Desk("contribution", "contributions", lambda: _("联合资助：承诺与到位"), queries.contributions, contribution_table),
}  # fmt: skip


@needs("office")
def appropriations(request: HttpRequest) -> HttpResponse:
    """What documents have given to each plan and year."""
    return shown(request, DESKS["appropriations"])


@needs("office")
def budgets(request: HttpRequest) -> HttpResponse:
    """The budgets of rounds and their changes."""
    return shown(request, DESKS["budgets"])


@needs("office")
def contributions(request: HttpRequest) -> HttpResponse:
    """What the funders of joint funds have promised, and what has come in."""
    return shown(request, DESKS["contributions"])


# How long money takes


@needs("office")
def days(request: HttpRequest) -> HttpResponse:
    """Days from the decision to the account, as a picture and by plan as a table."""
    if not money.reads_plans(request):
        raise Http404
    found = queries.waits(money.mine(request))
    whole = sorted(day for one in found for day in one.days)
    middle = queries.middle(whole)
    title = (
        _("从立项到到账，中位数 %(n)s 天") % {"n": wording.number(middle, 0)}
        if middle is not None
        else _("还没有到账的拨款")
    )
    acts = [{"title": _("导出 Excel"), "href": reverse("money_sheet", args=["money_days"])}]
    return money.answer(request, "money_days", title, table=days_table(found), chart=days_chart(whole), head_acts=acts)


def days_table(found: Iterable[queries.Waits]) -> dict[str, Any]:
    """By plan: how many payments arrived, how long they took, and what share of them came in the promised thirty days."""
    titles = money.plan_titles()
    heads = [lists.column(_("计划")), lists.column(_("笔数"), num=True), lists.column(_("中位数"), unit=_("天"), num=True), lists.column(_("最长"), unit=_("天"), num=True), lists.column(_("30天内"))]  # fmt: skip
    lines = [
        {"key": one.plan, "cells": lists.cells(heads, [
            {"text": titles.get(one.plan, one.plan), "lead": True}, {"text": wording.number(len(one.days))}, {"text": wording.number(one.middle, 0)},
            {"text": wording.number(one.days[-1])}, {"share": one.in_time, "name": titles.get(one.plan, one.plan), "tone": "sky"},
        ])}
        for one in found
    ]  # fmt: skip
    return {"caption": _("立项到到账"), "columns": heads, "rows": lines, "dense": True}


def days_chart(whole: list[int]) -> charts.Bars | None:
    """How many payments took so many days; those beyond the promise in another colour."""
    if not whole:
        return None
    least, values = 0, []
    for most, label in BUCKETS:
        values.append((label, sum(least <= day <= most for day in whole)))
        least = most + 1
    late = sum(day > queries.PROMISED_DAYS for day in whole)
    sentence = _("%(all)s 笔到账，%(late)s 笔超过30天") % {"all": len(whole), "late": late}
    return charts.bars(values, title=_("立项到到账的天数"), note=_("笔数；承诺30天"), sentence=sentence, heads=(_("天数"), _("笔数")), tones={3: "clay", 4: "clay"})  # fmt: skip


# As spreadsheets


OF_PROJECTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "money_days": lambda grants: days_table(queries.waits(grants)),
    "settlements": lambda grants: money.settlement_table(queries.to_settle(grants)),
}


@needs("office")
def sheet(request: HttpRequest, what: str) -> HttpResponseBase:
    """A list of money as a spreadsheet, whole."""
    if not money.reads_plans(request) or what not in (*DESKS, *OF_PROJECTS):
        raise Http404
    table = OF_PROJECTS[what](money.mine(request)) if what in OF_PROJECTS else DESKS[what].table(DESKS[what].rows())
    heads = [sheets.Heading(_titled(head), 40 if n == 0 else 18) for n, head in enumerate(table["columns"])]
    rows = [[_plain(cell) for cell in row["cells"]] for row in table["rows"]]
    return sheets.download(str(table["caption"]), str(table["caption"]), heads, rows)


def _titled(head: Mapping[str, Any]) -> str:
    return wording.with_unit(head["title"], head.get("unit"))


def _plain(cell: Mapping[str, Any]) -> Any:
    """What a cell of the screen is in a spreadsheet: money exactly, a share as a number, else its text."""
    if "fen" in cell:
        return Money(cell["fen"])
    return cell["share"] if "share" in cell else str(cell.get("text", ""))


urlpatterns = [
    path("money/appropriations/", appropriations, name="appropriations"),
    path("money/budgets/", budgets, name="budgets"),
    path("money/contributions/", contributions, name="contributions"),
    path("money/days/", days, name="money_days"),
    path("money/entries/<str:pid>/check/", check_entry, name="check_entry"),
    path("money/sheets/<str:what>.xlsx", sheet, name="money_sheet"),
]
