"""The desk of officers: the list of cases with its filters and export, acts on many cases, findings to be judged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kechuang.casework import listing
from kechuang.casework.findings import judging_role, settle_finding
from kechuang.casework.models import Case, Finding
from kechuang.casework.queries import visible_to
from kechuang.engines.flow import Act
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.exports import sheets
from kechuang.faces.web import bulk, comparing, lists, wording
from kechuang.faces.web.check_titles import check_title
from kechuang.faces.web.sentences import sentence
from kechuang.words.money import Money
from kechuang.words.outcome import Refused

SORTS = {
    "number": "number", "title": "title", "asked": "asked_fen", "left": "promised_at", "place": "place",
    "unit": "applicant__name", "state": "state", "entered": "entered_at",
}  # fmt: skip
NEWEST = "-entered"


def columns() -> tuple[dict[str, Any], ...]:
    """The heads of the list of cases."""
    return (
        lists.column(_("编号"), sort="number"), lists.column(_("题目"), sort="title"), lists.column(_("批次"), hide=True),
        lists.column(_("盟市"), sort="place", hide=True), lists.column(_("申请"), unit=_("万元"), num=True, sort="asked"),
        lists.column(_("状态"), sort="state"), lists.column(_("核查要点"), hide=True), lists.column(_("剩余"), sort="left"),
    )  # fmt: skip


@needs("person")
def cases(request: HttpRequest) -> HttpResponse:
    """Every case the reader may open, narrowed by the address; the same address as a spreadsheet."""
    on, wanted, at_hand = now(), listing.Wanted.of(request.GET.dict()), lists.PagesAtHand()
    mine = visible_to(person(request), on)
    numbers = listing.counts(listing.narrowed(mine, listing.Wanted(round=wanted.round), on), on)
    found = lists.ordered(request, listing.narrowed(mine, wanted, on), SORTS, first=NEWEST)
    full = listing.with_findings(found.select_related("round__institution", *RELATED).defer(*UNSEEN))
    rows, page = lists.paged(request, full, count=listing.count_of(wanted, numbers))
    acts = bulk.offered(rows, held_by(request), at_hand)
    shown = {
        "title": headline(numbers), "figures": figures(numbers), "tabs": tabs(request, numbers, wanted.view),
        "filters": filters(mine, wanted, at_hand), "search_text": wanted.text, "page": page, "acts": buttons(acts),
        "table": table(rows, on, at_hand, pick=bool(acts)), "xlsx": lists.with_query(request, reverse("cases_sheet")),
        "back": request.get_full_path(),
    }  # fmt: skip
    return render(request, "officer/cases.html", shown)


RELATED = ("applicant", "leader", "recommender")
UNSEEN = ("answers", "leader__identity")  # at rest in cipher, and no list shows them


def headline(numbers: dict[str, int]) -> str:
    """The finding as heading: how many, and how many of them want a judgement."""
    if not numbers["all"]:
        return _("没有办件")
    if numbers["open"]:
        return _("%(all)s 件，其中 %(open)s 件要你判断") % {
            "all": wording.number(numbers["all"]),
            "open": wording.number(numbers["open"]),
        }
    return ngettext("%(all)s 件，没有待判断的疑点", "%(all)s 件，没有待判断的疑点", numbers["all"]) % {
        "all": wording.number(numbers["all"])
    }


def figures(numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": _("办件"), "value": wording.number(numbers["all"]), "unit": wording.cases(numbers["all"])},
        {"label": _("申请合计"), "fen": numbers["asked"]},
        {"label": _("有疑点"), "value": wording.number(numbers["open"]), "unit": wording.cases(numbers["open"])},
        {"label": _("过了时限"), "value": wording.number(numbers["late"]), "unit": wording.cases(numbers["late"])},
    ]


def tabs(request: HttpRequest, numbers: dict[str, int], view: str) -> list[dict[str, Any]]:
    """Views of the list, each an address to share."""
    titles = {
        "": (_("全部"), "all"),
        "open": (_("有疑点"), "open"),
        "clear": (_("无疑点"), "clear"),
        "late": (_("过了时限"), "late"),
    }
    kept = {k: v for k, v in request.GET.items() if k not in ("view", "page") and v}
    return [
        {"title": title, "count": numbers[count], "here": view == code, "quiet": code in ("", "clear"), "href": address(request.path, {**kept, "view": code})}
        for code, (title, count) in titles.items()
    ]  # fmt: skip


def address(where: str, parameters: dict[str, str]) -> str:
    """An address with those parameters that say something."""
    given = urlencode({k: v for k, v in parameters.items() if v})
    return f"{where}?{given}" if given else where


def filters(mine: QuerySet[Case], wanted: listing.Wanted, at_hand: lists.PagesAtHand) -> list[dict[str, Any]]:
    """What can be asked for: rounds, states, places, units that occur among the reader's own cases."""
    states: dict[str, Any] = {}
    standing, rounds = listing.found_among(mine)
    for flow, state, first in standing:
        known = at_hand.of(first).flow(flow).states
        states.setdefault(state, known[state].title if state in known else state)
    return [
        lists.filter_of("round", _("批次"), [(one.code, one.title) for one in rounds], wanted.round),
        lists.filter_of("state", _("状态"), states.items(), wanted.state),
        lists.filter_of("place", _("盟市"), lists.leagues().items(), wanted.place),
        lists.filter_of("unit", _("单位"), listing.units_of(mine), wanted.unit),
    ]


def table(rows: list[Case], on: datetime, at_hand: lists.PagesAtHand, *, pick: bool) -> dict[str, Any]:
    """The rows as parts/table.html takes them."""
    heads, places = columns(), lists.leagues()
    shown = [row(case, heads, on, at_hand, places) for case in rows]
    return {"caption": _("办件"), "columns": heads, "rows": shown, "dense": True, "pick": pick}


def row(case: Case, heads: Any, on: datetime, at_hand: lists.PagesAtHand, places: dict[str, Any]) -> dict[str, Any]:
    """One case: who, how much, where it stands, what was found, how long is left."""
    href = lists.case_href(case.number)
    who = " · ".join(str(one) for one in (case.leader, case.applicant) if one)
    late = bool(case.promised_at and case.promised_at <= on)
    values = [
        {"text": case.project_no or case.number, "nowrap": True},
        {"text": case.title or _("（还没有题目）"), "href": href, "lead": True, "wide": True, "small": who},
        {"text": case.round.title, "mid": True}, {"text": lists.place_title(case.place, places), "nowrap": True}, {"fen": case.asked_fen} if case.asked_fen is not None else {"text": ""},
        {"chip": at_hand.state_title(case), "tone": wording.tone(case.state, ended=at_hand.ended(case))},
        phrase(case), {"text": wording.days_left(case.promised_at, on), "small": spent(case, on, at_hand), "nowrap": True, "tone": "clay" if late else ""},
    ]  # fmt: skip
    return {"key": case.number, "href": href, "sum": case.asked_fen or 0, "cells": lists.cells(heads, values)}


def spent(case: Case, on: datetime, at_hand: lists.PagesAtHand) -> str:
    """How long the case has been in its present state, to stand beside the time that is promised; nothing once it has ended."""
    return "" if at_hand.ended(case) else _("已用 %(took)s") % {"took": wording.days_since(case.entered_at, on)}


def phrase(case: Case) -> dict[str, Any]:
    """The findings of a case in one phrase: the first sentence, and how many more."""
    found: list[Finding] = case.found  # type: ignore[attr-defined]
    if not found:
        return {"text": _("无疑点")}
    more = _("等 %(n)s 项") % {"n": len(found)} if len(found) > 1 else ""
    return {"text": said(found[0]), "small": more, "tone": "sun", "href": reverse("findings", args=[case.number])}


def said(finding: Finding) -> str:
    return wording.joined(sentence(reason) for reason in finding.reasons) or wording.text(
        check_title(finding.check_name)
    )


@needs("person")
def cases_sheet(request: HttpRequest) -> FileResponse:
    """The very list of the address, all its rows, as a spreadsheet."""
    on, at_hand = now(), lists.PagesAtHand()
    narrowed = listing.narrowed(visible_to(person(request), on), listing.Wanted.of(request.GET.dict()), on)
    found = listing.with_findings(lists.ordered(request, narrowed, SORTS, first=NEWEST))
    headings = [sheets.Heading(title, width) for title, width in (
        (_("编号"), 14), (_("立项编号"), 16), (_("题目"), 44), (_("负责人"), 10), (_("单位"), 28), (_("批次"), 28), (_("盟市"), 12),
        (_("申请（万元）"), 12), (_("状态"), 14), (_("核查要点"), 40), (_("进入本状态"), 17), (_("办理时限"), 17),
    )]  # fmt: skip
    return sheets.download(_("办件"), _("办件"), headings, sheet_rows(found, at_hand))


def sheet_rows(found: QuerySet[Case], at_hand: lists.PagesAtHand) -> Iterator[tuple[Any, ...]]:
    places = lists.leagues()
    for case in found.iterator(chunk_size=500):
        yield (
            case.number, case.project_no, case.title, case.leader, case.applicant, case.round.title,
            wording.text(lists.place_title(case.place, places)), None if case.asked_fen is None else Money(case.asked_fen),
            wording.text(at_hand.state_title(case)), wording.joined(said(one) for one in case.found), case.entered_at, case.promised_at,  # type: ignore[attr-defined]
        )  # fmt: skip


def buttons(acts: list[Act]) -> list[dict[str, Any]]:
    """The acts of the bar of picked rows; the first is the main one."""
    return [{"name": step.name, "title": step.title, "primary": n == 0} for n, step in enumerate(acts)]


@require_POST
@needs("person")
def many(request: HttpRequest) -> HttpResponse:
    """One act on the picked cases: first what would happen to each, then, confirmed, the acts themselves."""
    asked, at_hand = bulk.Asked.of(request.POST), lists.PagesAtHand()
    found = list(
        visible_to(person(request), now())
        .filter(number__in=asked.picked)
        .select_related("round__institution", "parent")
        .order_by("number")
    )
    step = bulk.step_of(asked.act, found, at_hand)
    if step is None:
        raise Http404
    return bulk_answer(request, asked, found, step, at_hand)


def bulk_answer(request: HttpRequest, asked: bulk.Asked, found: list[Case], step: Act, at_hand: lists.PagesAtHand, *, action: str = "") -> HttpResponse:  # fmt: skip
    """The page of consequences, or, where it was confirmed, what was done; refusals stay on the page with their reasons."""
    asked = bulk.with_scans(request, asked, found, bulk.form_of(step, found, at_hand))
    outcomes = bulk.rehearse(asked, found, by=person(request), on=now())
    ready = [o.case for o in outcomes if o.done]
    if asked.step == "confirm" and ready:
        bulk.shared(request, asked, ready)
        outcomes = bulk.carry_out(asked, found, by=person(request), on=now())
        done = sum(o.done for o in outcomes)
        text = _("“%(act)s”已办 %(n)s 件。") % {"act": wording.text(step.title), "n": done}
        messages.success(request, text)
        if done == len(outcomes):
            return redirect(safe_back(request, asked.back))
        return render(
            request, "officer/done.html", {"outcomes": outcomes, "step": step, "back": safe_back(request, asked.back)}
        )
    wrong = asked.step and any(o.waits for o in outcomes)
    return render(
        request,
        "officer/bulk.html",
        consequences(request, asked, outcomes, step, at_hand, action),
        status=422 if wrong else 200,
    )


def consequences(request: HttpRequest, asked: bulk.Asked, outcomes: list[bulk.Outcome], step: Act, at_hand: lists.PagesAtHand, action: str) -> dict[str, Any]:  # fmt: skip
    fields = bulk.inputs(step, [o.case for o in outcomes], asked, outcomes, at_hand)
    ready = sum(o.done for o in outcomes)
    return {
        "step": step, "asked": asked, "outcomes": sorted(outcomes, key=lambda o: (not o.done, not o.waits)), "fields": fields, "ready": ready, "key": asked.key,
        "unready": sum(o.waits for o in outcomes), "refused": sum(not o.done and not o.waits for o in outcomes),
        "effects": bulk.effects(step, outcomes, at_hand), "back": safe_back(request, asked.back),
        "rows": bulk.posted_rows(request), "action": action or reverse("bulk"),
        "sum": sum(o.case.asked_fen or 0 for o in outcomes if o.done),
    }  # fmt: skip


def safe_back(request: HttpRequest, wanted: str) -> str:
    """Where one came from, if it is an address of this house."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else reverse("cases")


@needs("office")
def findings(request: HttpRequest, number: str) -> HttpResponse:
    """What the checks have found of a case, each with the place to record a judgement."""
    on = now()
    case = get_object_or_404(visible_to(person(request), on), number=number)
    may_judge = bool(judging_role(case, person(request), on))
    return render(request, "officer/findings.html", findings_shown(request, case, may_judge))


def findings_shown(
    request: HttpRequest, case: Case, may_judge: bool, errors: dict[int, str] | None = None, typed: str = ""
) -> dict[str, Any]:
    rows = Finding.objects.filter(case=case).select_related("settled_by").order_by("verdict", "pk")
    shown = [
        {
            "pk": one.pk, "choices": comparing.choices(one), "title": said(one), "outcome": one.verdict, "check": check_title(one.check_name), "said": "", "judgement": one.settled_word,
            "by": one.settled_by, "open": may_judge and one.verdict != "pass" and one.settled_by_id is None,
            "key": lists.fresh_key(), "likes": comparing.likes(request, case, one), "error": (errors or {}).get(one.pk, ""), "typed": typed if one.pk in (errors or {}) else "",
            "way": request.POST.get("way", "") if one.pk in (errors or {}) else "",
        }
        for one in rows
    ]  # fmt: skip
    left = sum(one["outcome"] != "pass" and not one["judgement"] for one in shown)
    return {
        "case": case, "findings": shown, "left": left, "case_href": lists.case_href(case.number),
        "again": lists.fresh_key() if may_judge else "",
    }  # fmt: skip


@require_POST
@needs("office")
def settle(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Record an officer's judgement of one finding."""
    on, word = now(), request.POST.get("word", "")
    case = get_object_or_404(visible_to(person(request), on), number=number)
    finding = get_object_or_404(
        Finding.objects.select_related("case__round__institution", "case__applicant"), case=case, pk=pk
    )
    kept = comparing.judged(finding, request.POST.get("way", ""), word)
    try:
        settle_finding(finding, kept, by=person(request), on=on, key=request.POST.get("key", ""))
    except Refused as refusal:
        errors = {pk: wording.joined(sentence(reason) for reason in refusal.reasons)}
        shown = findings_shown(request, case, bool(judging_role(case, person(request), on)), errors, word)
        return render(request, "officer/findings.html", shown, status=422)
    messages.success(request, _("判断已记入台账。"))
    return redirect("findings", number=number)


urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases.xlsx", cases_sheet, name="cases_sheet"),
    path("bulk/", many, name="bulk"),
    *comparing.urlpatterns,
    path("cases/<str:number>/findings/", findings, name="findings"),
    path("cases/<str:number>/findings/<int:pk>/", settle, name="settle_finding"),
]
