"""How a claim or a recognition is computed, step by step; the list within the budget; titles that anyone can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import computing, registers
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.casework.registers import READS
from kechuang.desks.claims import basis, settling
from kechuang.desks.claims.models import Computation, Share
from kechuang.desks.enterprises import files
from kechuang.desks.enterprises.models import Title
from kechuang.engines.rules.sentences import sentence as of_rules
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import bulk, lists, officer, sentences, wording
from kechuang.faces.web.sight import Sight, sight
from kechuang.faces.web.tables import render
from kechuang.formula import FormulaError
from kechuang.parties.models import Appointment
from kechuang.words.outcome import Refused

LISTED = (
    "cross_check",
    "listed",
    "public_notice",
    "approved",
    "quota_issued",
    "paid",
    "spot_check",
    "closed",
    "recovery",
    "recovered",
)
BULK = ("list", "publish_list", "cut", "approve")


# Step by step


def policy_of(case: Case) -> str:
    """The code of the policy a case is computed by; "" where there is none."""
    pages = pages_of(case.round)
    computes = "claim" in pages.programme or "recognition" in pages.programme
    return str(pages.programme.get("policy", "")) if computes and case.parent_id is None else ""


def summary(case: Case, on: datetime) -> dict[str, Any] | None:
    """What the case comes to now, for the form and the page of steps; None where nothing is computed."""
    if not policy_of(case):
        return None
    try:
        found = basis.computed(case, on)
    except FormulaError as fault:
        return {"fault": of_rules(fault.reason), "records": (), "turning": ()}
    except Refused as refused:
        return {"fault": sentences.sentence(refused.reasons[0]), "records": (), "turning": ()}
    if found is None:
        return None
    return {
        "records": [worded(one, found.basis.policy.verdict is not None) for one in computing.told(found)], "fen": found.fen if found.basis.policy.verdict is None else None,
        "recognition": found.basis.policy.verdict is not None, "result": words_of(found.verdict), "verdict": found.verdict,
        "policy": dict(found.basis.policy.title), "refused": computing.refusals(found) + _gates(case, found, on),
        "turning": [change_worded(one) for one in _turning(found)], "title": heading(found),
    }  # fmt: skip


def _turning(found: computing.Result) -> list[dict[str, Any]]:
    return computing.turning(found) if len(found.records) <= 3 else []


def _gates(case: Case, found: computing.Result, on: datetime) -> list[dict[str, str]]:
    """The sentences of the conditions that a policy takes from another one's page."""
    said: list[dict[str, str]] = []
    for used in found.basis.policy.uses:
        other = basis.computed(case, on, code=used.code)
        said += computing.refusals(other) if other is not None else []
    return said


def heading(found: computing.Result) -> str:
    """The finding: an amount, or what is certain of a title."""
    if not found.records:
        return _("还没有选择记录")
    if found.basis.policy.verdict is not None:
        return words_of(found.verdict)["title"]
    return _("核算金额 %(sum)s") % {"sum": wording.money(found.fen)} if found.fen is not None else _("还不能核算")


def words_of(verdict: str) -> dict[str, str]:
    """A verdict in words, with the tone of its chip: certain to pass, certain to fail, or open."""
    return {
        "pass": {"title": _("必定达标"), "tone": "done"},
        "fail": {"title": _("必定不达标"), "tone": "no"},
        "depends": {"title": _("取决于专家评审"), "tone": "you"},
    }[verdict]


def worded(one: Mapping[str, Any], recognition: bool) -> dict[str, Any]:
    """One record of a computation in the reader's language, as claims/steps.html takes it."""
    lang = "en" if wording.english() else "zh"
    lines = [_line(line, lang) for line in one["lines"] if line["what"] != "effect" or not line["holds"]]
    held = [line for line in lines if line["what"] == "condition" and line["holds"] is True]
    return {
        "held": held, "picture": picture(one["lines"]) if recognition else None,
        "label": one["label"], "day": one["day"], "fen": one["fen"], "result": words_of(one["verdict"]) if recognition else None,
        "depends_on": one["depends_on"], "lines": [line for line in lines if line not in held], "failed": one["verdict"] == "fail" and not recognition,
    }  # fmt: skip


def picture(lines: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The score as a picture: the span of each part and of the total on one scale, with the mark that has to be reached.

    The total is the step with the most points among those the verdict rests on; its parts are what went into it.
    """
    by_code = {line["code"]: line for line in lines if line["what"] == "step" and line.get("points")}
    verdict = next((line for line in lines if line["what"] == "verdict"), None)
    rests_on = [put for put in (verdict or {}).get("inputs", ()) if put.get("points")]
    steps = [by_code[put["code"]] for put in rests_on if put["code"] in by_code]
    marks = [put for put in rests_on if put["since"]]
    if not steps or len(marks) != 1:
        return None
    total = max(steps, key=lambda line: line["points"][1])
    parts = [by_code[put["code"]] for put in total["inputs"] if put.get("code") in by_code]
    scale = max(total["points"][1], marks[0]["points"][1], 1)
    return {
        "parts": [_bar(one, scale) for one in (*parts, total)],
        "mark": _at(marks[0]["points"][1], scale),
        "said": marks[0],
        "value": marks[0]["value"]["en" if wording.english() else "zh"],
    }


def _bar(line: Mapping[str, Any], scale: int) -> dict[str, Any]:
    low, high = line["points"]
    lang = "en" if wording.english() else "zh"
    return {
        "title": line["title"],
        "sure": _at(low, scale),
        "open": _at(high - low, scale),
        "value": line["value"][lang],
    }


def _at(points: int, scale: int) -> str:
    """Points as a share of the scale in per cent, to one place."""
    return f"{points * 1000 // scale / 10:.1f}"


def _line(line: Mapping[str, Any], lang: str) -> dict[str, Any]:
    inputs = [
        {
            "title": put["title"], "value": put["value"][lang], "since": put["since"], "source": put["source"], "confirm": put["confirm"],
        }
        for put in line["inputs"]
    ]  # fmt: skip
    shown = "" if line["what"] in ("condition", "effect") else line["value"][lang]
    return {"what": line["what"], "title": line["title"], "value": shown, "inputs": inputs, "holds": line["holds"], "expression": line["expression"]}  # fmt: skip


def change_worded(one: Mapping[str, Any]) -> dict[str, Any]:
    lang = "en" if wording.english() else "zh"
    before, value = one["values"][lang]
    return {"title": one["title"], "before": before, "value": value}


def links(case: Case, reader: Sight, on: datetime) -> list[dict[str, str]]:
    """The pages about the computation of a case that this reader may open; the first says what it came to."""
    if not policy_of(case) or not reader.identity:
        return []
    found = [{"title": _("逐步核算"), "href": reverse("computation", args=[case.number]), "said": finding(case, on)}]
    if reader.office and "claim" in pages_of(case.round).programme:
        found.append({"title": _("拟补助名单"), "href": reverse("claim_list", args=[case.round.code])})
    if hasattr(case, "title_given"):
        found.append({"title": _("证书"), "href": reverse("title", args=[case.title_given.number])})
    return found


def finding(case: Case, on: datetime) -> str:
    """What the case came to by its last computation; before one, as it stands now."""
    kept = Computation.objects.filter(case=case).order_by("-number").first()
    if kept is not None:
        return str(_kept(kept)["title"])
    return str((summary(case, on) or {}).get("title") or _("现有数据还不能核算。"))


@needs("person")
def computation(request: HttpRequest, number: str) -> HttpResponse:
    """How the case is computed: what was decided on, with every earlier amount; before that, as it stands now."""
    on = now()
    case = get_object_or_404(
        visible_to(person(request), on).select_related("round__frozen", "applicant"), number=number
    )
    reader = sight(person(request), case, held_by(request))
    if not policy_of(case) or not reader.identity:
        raise Http404
    kept = list(Computation.objects.filter(case=case).order_by("-number"))
    share = Share.objects.filter(case=case).first()
    shown = {
        "case": case,
        "kept": [_kept(one) for one in kept],
        "share": _share(share),
        "live": None if kept else summary(case, on),
    }
    first = shown["kept"][0] if kept else shown["live"]
    title = (first or {}).get("title") or _("还不能核算")
    return render(request, "claims/computation.html", {**shown, "title": title, "first": first})


def _kept(row: Computation) -> dict[str, Any]:
    """One kept computation: its amount or verdict, its edition, every line as it was."""
    recognition = row.fen is None
    title = (
        words_of(row.verdict)["title"] if recognition else _("核算金额 %(sum)s") % {"sum": wording.money(row.fen or 0)}
    )
    return {
        "number": row.number, "on": row.on, "fen": row.fen, "edition": row.edition, "again": row.why == "recompute", "title": title,
        "recognition": recognition, "result": words_of(row.verdict), "records": [worded(one, recognition) for one in row.told],
    }  # fmt: skip


def _share(share: Share | None) -> dict[str, Any] | None:
    return None if share is None else {"fen": share.fen, "wanted": share.wanted_fen, "said": why(share.way, share.pool_fen, share.total_fen, share.place)}  # fmt: skip


def why(way: str, pool: int, total: int, place: int) -> str:
    """Why a claim gets what it gets, in a sentence."""
    if way == "whole":
        return _("预算够用，全额")
    if way == "scaled":
        return _("批次可用 %(pool)s，名单合计 %(total)s，按比例分配") % {
            "pool": wording.money(pool),
            "total": wording.money(total),
        }
    return _("按公布的次序为第 %(place)s 位，批次可用 %(pool)s 到此不足") % {
        "place": place,
        "pool": wording.money(pool),
    }


# The list within the budget


@needs("office")
def claim_list(request: HttpRequest, code: str) -> HttpResponse:
    """The claims of a round in their declared order: who gets what, and why it was scaled or cut off."""
    on = now()
    round_ = get_object_or_404(rounds_visible_to(person(request), on).select_related("frozen"), code=code)
    if "claim" not in pages_of(round_).programme:
        raise Http404
    rows = visible_to(person(request), on).filter(round=round_, parent=None, state__in=LISTED)
    found = settling.in_order(round_, list(rows.select_related("round__frozen", "share", "applicant", "recommender")))
    at_hand = lists.PagesAtHand()
    acts = bulk.offered(found, held_by(request), at_hand)
    waiting = [one for one in found if one.state == "cross_check"]
    listed = [one for one in found if one.state == "listed"]
    expected = {one.pk: (fen, way) for one, fen, way in settling.preview(round_, [*listed, *waiting])}
    shown = {
        "round": round_, "title": list_title(found, round_), "table": list_table(found, expected, at_hand, pick=bool(acts)),
        "figures": list_figures(found, round_), "acts": [one for one in officer.buttons(acts) if one["name"] in BULK],
        "back": request.path, "said": declared(round_),
    }  # fmt: skip
    return render(request, "claims/list.html", shown)


def list_title(found: Sequence[Case], round_: Round) -> str:
    wanted = sum(one.asked_fen or 0 for one in found)
    if wanted <= round_.budget_fen:
        return _("%(n)s 件，核算合计 %(sum)s，预算够用") % {"n": len(found), "sum": wording.money(wanted)}
    return _("%(n)s 件，核算合计 %(sum)s，超出预算 %(over)s") % {"n": len(found), "sum": wording.money(wanted), "over": wording.money(wanted - round_.budget_fen)}  # fmt: skip


def list_figures(found: Sequence[Case], round_: Round) -> list[dict[str, Any]]:
    held = sum(one.share.fen for one in found if hasattr(one, "share"))
    return [
        {"label": _("批次预算"), "fen": round_.budget_fen},
        {"label": _("核算合计"), "fen": sum(one.asked_fen or 0 for one in found)},
        {"label": _("名单内应得"), "fen": held},
        {"label": _("尚可列入"), "fen": settling.left(round_)},
    ]


def declared(round_: Round) -> str:
    """What the page declares for a budget that does not do."""
    said = settling.declared(round_)
    ways = {
        "proportional": _("预算不足时按比例分配，舍去不足一分"),
        "cut_off": _("预算不足时按次序截止，排在后面的不列入"),
    }
    orders = {"received": _("次序：收到先后"), "unit": _("次序：单位名称"), "place": _("次序：所在地"), "smallest": _("次序：金额从小到大")}  # fmt: skip
    return wording.joined((ways[str(said["budget"])], orders[str(said["order"])]))


def list_table(found: Sequence[Case], expected: Mapping[int, tuple[int, str]], at_hand: lists.PagesAtHand, *, pick: bool) -> dict[str, Any]:  # fmt: skip
    """The rows: place in the order, unit, computed amount, share, why, state."""
    wan = {"unit": _("万元"), "num": True}
    heads = [
        lists.column(_("次序"), num=True), lists.column(_("单位")), lists.column(_("盟市"), hide=True), lists.column(_("核算金额"), **wan),
        lists.column(_("应得金额"), **wan), lists.column(_("依据")), lists.column(_("状态")),
    ]  # fmt: skip
    places = lists.leagues()
    rows = []
    for place, case in enumerate(found, 1):
        fen, said = _part(case, expected.get(case.pk), place)
        later = expected.get(case.pk, (fen, ""))[0]
        note = "" if later in (fen, None) else _("全部列入后 %(sum)s") % {"sum": wording.money(later)}
        cells = [
            {"text": str(place)}, {"text": case.applicant.name if case.applicant else "", "href": reverse("computation", args=[case.number]), "lead": True, "small": case.number},
            {"text": lists.place_title(case.place, places)}, {"fen": case.asked_fen}, {"fen": fen}, {"text": said, "small": note},
            {"chip": at_hand.state_title(case), "tone": wording.tone(case.state, ended=at_hand.ended(case))},
        ]  # fmt: skip
        rows.append({"key": case.number, "sum": fen or 0, "cells": lists.cells(heads, cells)})
    return {"caption": _("拟补助名单"), "columns": heads, "rows": rows, "dense": True, "pick": pick}


def _part(case: Case, expected: tuple[int, str] | None, place: int) -> tuple[int | None, str]:
    share = getattr(case, "share", None)
    if share is not None:
        return share.fen, why(share.way, share.pool_fen, share.total_fen, share.place)
    if expected is None:
        return None, ""
    fen, way = expected
    words = {"whole": _("列入后可全额"), "scaled": _("列入后按比例"), "cut": _("列入后预算不足")}
    return fen, words[way]


# Titles


@needs("anyone")
def titles(request: HttpRequest) -> HttpResponse:
    """The register of titles: by unit or number, each with its certificate."""
    on, text = now(), request.GET.get("q", "").strip()
    rows = Title.objects.select_related("unit").order_by("-given_at", "-pk")
    if text:
        rows = rows.filter(Q(unit__name__contains=text) | Q(number=text) | Q(unit__credit_code=text))
    if (kind := request.GET.get("kind", "")) in dict(Title.KINDS):
        rows = rows.filter(kind=kind)
    found, page = lists.paged(request, rows)
    heads = [
        lists.column(_("单位")),
        lists.column(_("资格")),
        lists.column(_("编号")),
        lists.column(_("有效期至")),
        lists.column(_("状态")),
    ]
    shown = [
        {"key": one.number, "href": reverse("title", args=[one.number]), "cells": lists.cells(heads, [
            {"text": one.unit.name, "lead": True, "href": reverse("title", args=[one.number])}, {"text": kind_words(one.kind)}, {"text": one.number, "nowrap": True},
            {"date": one.until}, _standing(one, on),
        ])}
        for one in found
    ]  # fmt: skip
    table = {"caption": _("资格名录"), "columns": heads, "rows": shown}
    title = _("%(n)s 项资格") % {"n": wording.number(page["all"])}
    return render(request, "claims/titles.html", {"title": title, "table": table, "page": page, "search_text": text})


def kind_words(kind: str) -> dict[str, str]:
    return {
        "hnte": {"zh": "高新技术企业", "en": "High-tech enterprise"},
        "tsme": {"zh": "科技型中小企业", "en": "Technology SME"},
    }[kind]


def _standing(one: Title, on: datetime) -> dict[str, Any]:
    if one.valid_on(on):
        return {"chip": _("有效"), "tone": "done"}
    if one.withdrawn_from is not None:
        return {"chip": _("已取消"), "tone": "no"}
    return {"chip": _("已到期"), "tone": "past"}


@needs("anyone")
def title(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate of one title as anyone may read and check it: valid, run out, or withdrawn and since when."""
    one = get_object_or_404(Title.objects.select_related("unit", "unit__recommender", "document", "case"), number=code)
    pairs = [
        {"label": _("单位"), "value": one.unit.name}, {"label": _("统一社会信用代码"), "value": one.unit.credit_code or ""},
        {"label": _("资格"), "value": kind_words(one.kind)}, {"label": _("编号"), "value": one.number},
        {"label": _("有效期自"), "value": wording.day_long(one.since)}, {"label": _("有效期至（不含当日）"), "value": wording.day_long(one.until)},
    ]  # fmt: skip
    if one.withdrawn_from is not None:
        pairs.append({"label": _("取消资格，自"), "value": wording.day_long(one.withdrawn_from)})
    on = now()
    shown = {"one": one, "pairs": pairs, "state": _standing(one, on), "title": f"{one.unit.name}"}
    return render(request, "claims/title.html", shown | _reports(one, held_by(request), on))


def _reports(one: Title, held: Sequence[Appointment], on: datetime) -> dict[str, Any]:
    """The yearly reports of a title, for its own unit and for the offices; nothing for anybody else."""
    near = [role for role in held if role.scope in ("organisation", "recommended", "place")]
    if not any(role.power in READS for role in held) and not any(registers.reaches(role, one.unit) for role in near):
        return {}
    rows = files.reports(one, on)
    heads = [lists.column(_("年度")), lists.column(_("期限")), lists.column(_("填报"))]
    shown = []
    for row in rows:
        if row["filed"]:
            said = {"chip": _("逾期填报") if row["late"] else _("已填报"), "tone": "you" if row["late"] else "done"}
        else:
            said = {"chip": _("逾期未报") if row["late"] else _("待填报"), "tone": "no" if row["late"] else "past"}
        cells = [{"text": str(row["year"]), "lead": True}, {"text": wording.day_long(row["due"])}, said]
        shown.append({"key": str(row["year"]), "cells": lists.cells(heads, cells)})
    missed = sum(row["late"] and not row["filed"] for row in rows)
    table = {"caption": _("年度发展情况报告"), "columns": heads, "rows": shown} if shown else None
    return {"table": table, "missed": missed, "case_href": reverse("case", args=[one.case.number])}


urlpatterns = [
    path("cases/<str:number>/computation/", computation, name="computation"),
    path("rounds/<str:code>/list/", claim_list, name="claim_list"),
    path("titles/", titles, name="titles"),
    path("titles/<str:code>/", title, name="title"),
]
