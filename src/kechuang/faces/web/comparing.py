"""What a case shares with others: a line for each near case, and both texts side by side; the system points, an officer judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kechuang.casework.acts import note
from kechuang.casework.findings import judging_role
from kechuang.casework.models import Case, Finding
from kechuang.casework.outbox import put
from kechuang.casework.pages import pages_of
from kechuang.casework.queries import visible_to
from kechuang.desks.texts.comparing import CHECK, Shared, Side, shared
from kechuang.desks.texts.offers import JUDGEMENTS
from kechuang.desks.texts.said import ATTACHMENTS, GOALS, TITLE, lines
from kechuang.engines.match.likeness import TITLES as KINDS
from kechuang.engines.match.likeness import Kind
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.casefile import REPORT_TITLES
from kechuang.faces.web.side_by_side import SAME, Sides, marks
from kechuang.faces.web.sight import sight
from kechuang.parties.models import Person

WHERE = {
    "this_round": gettext_lazy("本批次"), "past_round": gettext_lazy("往年批次"), "awarded": gettext_lazy("在研项目"),
    "result": gettext_lazy("已结题项目及成果"),
}  # fmt: skip
OTHERS = {GOALS: gettext_lazy("目标任务"), ATTACHMENTS: gettext_lazy("附件"), TITLE: gettext_lazy("题目")}


def open_to(request: HttpRequest, case: Case) -> bool:
    """Whether the reader may read this case with its names: a text compared tells who wrote it."""
    return sight(person(request), case, held_by(request)).identity


def likes(request: HttpRequest, case: Case, finding: Finding) -> list[dict[str, Any]]:
    """The near cases of a comparison, a line each; of one that the reader may not open, the amount alone.

    Who may not read the case itself with its names is led to no comparison.
    """
    near = finding.evidence.get("nearest") or []
    mine = visible_to(person(request), now()).filter(number__in=[like["case"] for like in near]) if near else ()
    known = {one.number: one for one in mine if open_to(request, one)}
    told = [_like(case, like, n, known.get(like["case"])) for n, like in enumerate(near, 1)]
    return told if open_to(request, case) else [{**one, "href": ""} for one in told]


def _like(case: Case, like: Mapping[str, Any], number: int, other: Case | None) -> dict[str, Any]:
    address = reverse("compare", args=[case.number])
    share = _("加权相同 %(share)s%%") % {"share": like["share"]}
    if other is None:
        return {"title": _("一件你无权打开的办件"), "facts": [share], "href": f"{address}?near={number}"}
    sections = titles(case)
    facts = [str(WHERE[like["where"]]), share, wording.text(KINDS[Kind(like["kind"])])]
    facts += [f"{sections.get(name, name)} {part}%" for name, part in like["sections"].items()]
    facts += [_("改写 %(share)s%%") % {"share": again}] if (again := like.get("rewritten")) else []
    facts += [_("其中验收材料和成果 %(share)s%%") % {"share": late}] if (late := like.get("results")) else []
    facts += [_("同一团队")] if like.get("same_team") else []
    facts += [_("目标任务相同")] if like["same_goal"] else []
    facts += [
        _("预算相同：%(name)s %(sum)s") % {"name": name, "sum": wording.money(fen)} for name, fen in like["items"]
    ]
    return {"title": other.title or other.number, "facts": facts, "href": f"{address}?with={other.number}"}


def titles(case: Case, results: Iterable[str] = ()) -> dict[str, str]:
    """The sections of a case by what the form calls them; those of its results by report and field."""
    language, pages = "en" if wording.english() else "zh", pages_of(case.round)
    named = {code: one.title.of(language) for code, one in pages.form.fields.items()}
    for section in results:
        kind, _dot, code = section.partition(".")
        title = pages.report(kind).fields[code].title.of(language)
        named[section] = f"{wording.text(REPORT_TITLES[kind])} · {title}"
    return {**named, **{code: str(title) for code, title in OTHERS.items()}}


@needs("office")
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """The case beside the one that the address names (`with`, a number, or `near`, a place in its finding)."""
    mine = visible_to(person(request), now())
    left = get_object_or_404(mine, number=number)
    if not open_to(request, left):
        raise Http404
    found = Finding.objects.filter(case=left, check_name=CHECK).first()
    like = _named(found, request.GET.get("near", ""))
    right = mine.filter(number=like["case"] if like else request.GET.get("with", "")).first()
    if right is None or not open_to(request, right):
        if like is None:
            raise Http404
        return render(request, "officer/compare_closed.html", {**around(left), "title": _closed(like["share"])})
    told = side_by_side(left, right, person(request), all_of_it=request.GET.get("whole") == "1")
    judged = judgement(request, left, found) if found else {}
    return render(request, "officer/compare.html", {**told, "found": found, **judged})


def judgement(request: HttpRequest, case: Case, finding: Finding) -> dict[str, Any]:
    """What the form of judgement takes: whether this reader may judge now, and what may be said."""
    may = bool(judging_role(case, person(request), now()))
    waits = may and finding.verdict != "pass" and finding.settled_by_id is None
    return {
        "case": case,
        "judge": {"pk": finding.pk, "key": lists.fresh_key(), "choices": choices(finding)} if waits else None,
    }


def choices(finding: Finding) -> list[dict[str, str]]:
    """The ways to judge a comparison; other findings are judged in words alone."""
    if finding.check_name != CHECK:
        return []
    language = "en" if wording.english() else "zh"
    return [{"code": code, "title": told[language]} for code, told in JUDGEMENTS.items()]


def judged(finding: Finding, code: str, word: str) -> str:
    """The officer's word as it is kept: the way it was judged, then why; a choice without a reason stays too short."""
    way = JUDGEMENTS[code]["zh"] if finding.check_name == CHECK and code in JUDGEMENTS else ""
    return f"{way}：{word.strip()}" if way and word.strip() else word


def _named(finding: Finding | None, near: str) -> Mapping[str, Any] | None:
    """The like case at a place of the finding, counted from one."""
    rows = finding.evidence.get("nearest") or [] if finding else []
    return rows[int(near) - 1] if near.isdecimal() and 1 <= int(near[:4]) <= len(rows) else None


def _closed(share: int) -> str:
    return _("与一件你无权打开的办件加权相同 %(share)s%%") % {"share": share}


def around(left: Case) -> dict[str, Any]:
    """The way back, the same for what may be opened and what may not."""
    back = reverse("findings", args=[left.number])
    trail = [{"title": left.title or left.number, "href": back}, {"title": _("对照原文")}]
    return {"trail": trail, "href": back, "left": head(left, _("本件"))}


def side_by_side(left: Case, right: Case, reader: Person, *, all_of_it: bool) -> dict[str, Any]:
    """Both texts with their passages numbered, how much is shared in figures, and how much of each section."""
    mine, theirs = Side.of(left, now()), Side.of(right, now())
    found = shared(mine, theirs, lines())
    marked = marks(found)
    sides = Sides(mine.sections, theirs.compared_with, (titles(left), titles(right, theirs.results)))
    same = sum(one.how == SAME for one in marked)
    return {
        **around(left), "right": head(right, _("既有"), common=_in_both(left, right)), "all_of_it": all_of_it, "count": len(marked),
        "pairs": sides.whole(marked) if all_of_it else sides.shared(marked), "table": table(left, mine, found),
        "figures": figures(found, theirs, len(marked) - same), "digests": (left.answers_digest, *theirs.digests),
        "reader": reader, "title": _("%(n)s 处相同，加权占本件 %(share)s") % {"n": same, "share": f"{int(found.whole * 100)}%"},
        "sub": _("下面只列出有标记的段落；机器只指出，不作结论。") if not all_of_it else _("机器只指出，不作结论。"),
    }  # fmt: skip


def figures(found: Shared, theirs: Side, retold: int) -> list[dict[str, Any]]:
    """The amounts in letters: what is the same, how much of the other that is, what is said again, what was left out."""
    evidence = found.found.values()
    same, letters = sum(one.shared for one in evidence), sum(one.a_letters for one in evidence)
    other = max((one.b_letters for one in evidence), default=0)
    again = sum(passage.length for some in found.rewritten.values() for passage in some)
    unit = _("字")
    return [
        {"label": _("逐字相同"), "value": f"{same:,}", "unit": unit, "note": _("占本件 %(share)s（不加权）") % {"share": _share(same, letters)}},
        {"label": _("占另一件"), "value": _share(same, other), "note": _("另一件共 %(n)s 字") % {"n": f"{other:,}"}},
        {"label": _("改写"), "value": f"{again:,}", "unit": unit, "note": _("%(n)s 处，供阅读，不计入比例") % {"n": retold}},
        {"label": _("已排除"), "value": f"{sum(one.a_left_out for one in evidence):,}", "unit": unit, "note": _("指南和表格自带的文字")},
    ]  # fmt: skip


def _share(part: int, of: int) -> str:
    return f"{part * 100 // of if of else 0}%"


def _in_both(left: Case, right: Case) -> list[str]:
    """The people who stand in both teams, by name."""
    teams = [{one.person for one in case.members.select_related("person")} | {case.leader} for case in (left, right)]
    return sorted(str(one) for one in teams[0] & teams[1] if one)


def table(case: Case, mine: Side, found: Shared) -> dict[str, Any]:
    """How much of each section is shared and what it weighs, as parts/table.html takes it."""
    page, named = lines(), titles(case)
    heads = (lists.column(_("部分")), lists.column(_("权重"), num=True), lists.column(_("相同"), num=True))
    rows = [
        {"key": name, "cells": lists.cells(heads, [
            {"text": named.get(name, name), "lead": True}, {"text": str(page.weight(name))},
            {"share": float(found.sections[name]), "name": named.get(name, name), "tone": "sun" if found.sections[name] > page.section else "sky"}
            if name in found.sections else {"text": _("不比对")},
        ])}
        for name in mine.sections
    ]  # fmt: skip
    return {"caption": _("各部分的相同比例"), "columns": heads, "rows": rows, "dense": True}


def head(case: Case, label: str, common: Iterable[str] = ()) -> dict[str, Any]:
    who = [str(one) for one in (case.leader, case.applicant, case.round) if one]
    names = wording.listed(common)
    return {
        "label": label, "title": case.title or case.number,
        "meta": [case.number, *who, *([_("两件都有：%(names)s") % {"names": names}] if names else [])],
    }  # fmt: skip


@require_POST
@needs("office")
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the comparison anew, with what has come in since; the worker leaves the finding."""
    on = now()
    case = get_object_or_404(visible_to(person(request), on), number=number)
    ask_again(case, by=person(request), on=on, key=request.POST.get("key", ""))
    messages.success(request, _("已安排重新比对，一分钟内在这里看到结果。"))
    return redirect("findings", number=number)


@transaction.atomic
def ask_again(case: Case, *, by: Person, on: datetime, key: str) -> None:
    """The comparison is asked for, once a key; 404 for whoever does not judge the case."""
    role = judging_role(case, by, on)
    if not role:
        raise Http404
    record = note(case, "compare_again", by=by, on=on, key=key, role=role, data={})
    put("compare", f"compare:{record.pk}", {"case": case.pk}, on)


urlpatterns = [
    path("cases/<str:number>/compare/", compare, name="compare"),
    path("cases/<str:number>/compare/again/", again, name="compare_again"),
]
