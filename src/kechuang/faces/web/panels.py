"""The review of a round for the offices: groups, the ranking and what is proposed from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.casework.acts import Wish, act_many
from kechuang.casework.models import Case, Record, Round
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.experts import queries
from kechuang.engines import forms
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import bulk, lists, officer, wording
from kechuang.faces.web.sentences import sentence
from kechuang.parties.permissions import roles
from kechuang.words.money import Money
from kechuang.words.outcome import Refused

POINT = 10_000
GROUP_MOST = 60  # of one suggested group, where the page sets no limit
RANK_COLUMNS = 9
ADVICE = {"fund": "拟立项", "reserve": "储备", "reject": "不立项"}


def posted(request: HttpRequest) -> dict[str, Any]:
    """What was typed into an act's form, nested; a removed row is gone."""
    pairs = [(k, v) for k, values in request.POST.lists() for v in values if k not in bulk.OURS | {"add", "remove"}]
    gone = request.POST.get("remove", "")
    return forms.unflatten((k, v) for k, v in pairs if not gone or not (k == gone or k.startswith(f"{gone}.")))


def lookup(asked: forms.Field) -> str:
    """Where suggestions for a person or a unit come from."""
    return f"/lookup/{asked.kind}/" if asked.kind in ("person", "party") else ""


def demands(one: Round, records: list[Record] | None = None) -> list[dict[str, str]]:
    """The demands recorded for a round, with the codes by which topics lead back to them."""
    rows = (
        Record.objects.filter(subject_kind="round", subject=one.code, act="record_demand")
        .select_related("told")
        .order_by("position")
    )
    told = [r.told.data.get("demand", "") for r in rows if hasattr(r, "told")]
    return [{"code": f"D{n}", "text": str(text)} for n, text in enumerate(told, 1)]


def choices_of(one: Round, pages: Pages) -> Callable[[str], Any]:
    """Lists for the inputs of an act on the round: the page's own, and the demands of this round."""

    def choices(source: str) -> Any:
        if source == "demand":
            return {
                d["code"]: {"zh": f"{d['code']} {d['text'][:40]}", "en": f"{d['code']} {d['text'][:40]}"}
                for d in demands(one)
            }
        return pages.choices(source)

    return choices


def topics(one: Round, records: list[Record]) -> list[dict[str, Any]]:
    """The topics of the guide, each with the demands it leads back to."""
    texts = {d["code"]: d["text"] for d in demands(one)} if any(t.get("demands") for t in one.topics) else {}
    return [{**t, "from": [texts.get(d, d) for d in t.get("demands") or ()]} for t in one.topics]


def round_for(request: HttpRequest, code: str, *powers: str) -> Round:
    """The round, for someone who holds one of these powers for it; not found for anyone else."""
    one = get_object_or_404(rounds_visible_to(person(request), now()).select_related("institution"), code=code)
    if not queries.views_of(held_by(request), one)[0] & set(powers):
        raise Http404
    return one


def trail(one: Round, title: str) -> list[dict[str, str]]:
    return [
        {"title": _("批次"), "href": reverse("rounds")},
        {"title": one.title, "href": reverse("round", args=[one.code])},
        {"title": title},
    ]


@needs("execution")
def groups(request: HttpRequest, code: str) -> HttpResponse:
    """Groups of the round: those there are, in numbers, and those suggested by subject code for the rest."""
    one = round_for(request, code, "execution")
    most = pages_of(one).params(day_of(now())).get("group_most")
    offered = queries.suggested(one, most=most if isinstance(most, int) else GROUP_MOST)
    lines = [
        {"prefix": prefix, "n": n, "name": _("%(code)s 组") % {"code": prefix} if prefix else _("未填代码组")}
        for prefix, n in offered
    ]
    shown = {
        "round": one, "groups": queries.groups_of(one), "lines": lines, "key": lists.fresh_key(), "trail": trail(one, _("分组")),
        "title": _("%(n)s 件待分组") % {"n": sum(line["n"] for line in lines)} if lines else _("没有待分组的办件"),
        "may": "institution_officer" in roles(held_by(request), one),
    }  # fmt: skip
    return render(request, "rounds/groups.html", shown)


@require_POST
@needs("execution")
def group_many(request: HttpRequest, code: str) -> HttpResponse:
    """Put the cases of the chosen codes into groups: one act a case, each under the name written beside its line."""
    one, key = round_for(request, code, "execution"), request.POST.get("key", "")
    wishes = [
        Wish(case, "group", f"{key}:{case.number}", {"group": request.POST.get(f"name.{prefix}", "").strip()})
        for prefix in request.POST.getlist("pick")
        for case in queries.of_field(one, prefix)
    ]  # fmt: skip
    tell(request, act_many(wishes, by=person(request), on=now()), _("已分组 %(n)s 件。"))
    return redirect("groups", code=code)


def tell(request: HttpRequest, told: list[Record | Refused], done: str) -> None:
    """Say how many acts were done, and each different reason of those that were not."""
    count = sum(isinstance(one, Record) for one in told)
    if count:
        messages.success(request, done % {"n": count})
    refused = [one for one in told if isinstance(one, Refused)]
    for said in dict.fromkeys(sentence(reason) for one in refused for reason in one.reasons):
        messages.error(request, said)
    if not told:
        messages.warning(request, _("没有选中办件。"))


@needs("office")
def ranking(request: HttpRequest, code: str) -> HttpResponse:
    """The ranked list with the line of the budget; marks only for those whom the page of roles allows them now."""
    one = get_object_or_404(rounds_visible_to(person(request), now()).select_related("institution"), code=code)
    held = held_by(request)
    if not queries.may_read_ranking(held, one) or not queries.was_ranked(one):
        raise Http404
    found, at_hand, marks = list(queries.ranking_of(one)), lists.PagesAtHand(), queries.may_read_scores(held, one)
    proposing = "planner" in roles(held, one) and any(case.state == "ranked" for case in found)
    acts = [step for step in bulk.offered(found, held, at_hand) if step.name != "propose"]
    line = budget_line(one, found)
    shown = {
        "round": one, "rows": ranked_rows(found, marks=marks, at_hand=at_hand, may_open=opened_by(request, found)), "marks": marks, "proposing": proposing, "acts": officer.buttons(acts), "line": line,
        "title": _("预算线落在第 %(n)s 位") % {"n": line["rank"]} if line["rank"] else _("预算内没有办件"), "trail": trail(one, _("排序与建议")),
        "head_acts": [{"title": _("评审汇总表 PDF"), "href": reverse("review_summary", args=[code, "pdf"])}, {"title": _("评审汇总表 Excel"), "href": reverse("review_summary", args=[code, "xlsx"])}] if found else [],
        "figures": figures(one, found, line), "back": request.get_full_path(), "advice": at_hand.of(one).inputs(at_hand.of(one).main_flow, "propose") if proposing else None,
    }  # fmt: skip
    return render(request, "rounds/ranking.html", shown)


def budget_line(one: Round, found: list[Case]) -> dict[str, Any]:
    """Where the budget is used up: the last place above the line, what those above cost in fen, and what is left."""
    above = [case for case in found if case.above_line]
    cost = sum(case.asked_fen or 0 for case in above)
    return {
        "rank": max((case.rank or 0 for case in above), default=0),
        "sum": cost,
        "left": one.budget_fen - cost,
        "note": "",
        "pk": above[-1].pk if above else None,
        "count": len(above),
    }


def figures(one: Round, found: list[Case], line: Mapping[str, Any]) -> list[dict[str, Any]]:
    proposed = [case for case in found if case.advice == "fund"]
    return [
        {"label": _("本批预算"), "fen": one.budget_fen},
        {"label": _("线上"), "value": wording.number(line["count"]), "unit": wording.cases(line["count"])},
        {"label": _("线上合计"), "fen": line["sum"]},
        {"label": _("建议立项"), "value": wording.number(len(proposed)), "unit": wording.cases(len(proposed))},
        {"label": _("建议合计"), "fen": sum(case.proposed_fen or 0 for case in proposed)},
    ]


def opened_by(request: HttpRequest, found: list[Case]) -> frozenset[int]:
    """Those of the ranked cases that the reader may open: who may read the ranking may not always."""
    mine = visible_to(person(request), now(), among=[case.number for case in found])
    return frozenset(mine.values_list("pk", flat=True))


def ranked_rows(
    found: list[Case], *, marks: bool, at_hand: lists.PagesAtHand, may_open: frozenset[int]
) -> list[dict[str, Any]]:
    """The rows of the ranking: marks are left out altogether where they may not be read, and links where they lead nowhere."""
    last, running, rows = max((n for n, case in enumerate(found) if case.above_line), default=-1), 0, []
    for n, case in enumerate(found):
        running += case.asked_fen or 0 if case.above_line else 0
        score = getattr(case, "score", None) if marks else None
        rows.append({
            "case": case, "href": lists.case_href(case.number) if case.pk in may_open else "", "raw": points(score.raw) if score else "", "normal": points(score.normal) if score else "",
            "sheets": score.sheets if score else "", "running": running if case.above_line else None, "cut": n == last and n + 1 < len(found),
            "state": at_hand.state_title(case), "tone": wording.tone(case.state, ended=at_hand.ended(case)), "open": case.state == "ranked",
            "advice": case.advice or ("fund" if case.above_line else "reserve"), "wan": wording.ten_thousands(case.proposed_fen if case.proposed_fen is not None else case.asked_fen).replace(",", ""),
            "departs": bool(case.advice) and (case.advice == "fund") != bool(case.above_line), "fund_line": case.above_line,
        })  # fmt: skip
    return rows


def summed_up(one: Round, *, marks: bool) -> list[tuple[Case, list[str]]]:
    """Each ranked case with its marks, where they may be read, and what is advised, as texts."""
    told = []
    for case in queries.ranking_of(one):
        score = getattr(case, "score", None) if marks else None
        marked = [str(score.sheets), points(score.raw), points(score.normal)] if score else ["", "", ""]
        proposed = str(Money(case.proposed_fen)) if case.proposed_fen is not None else ""
        told.append((case, [*(marked if marks else []), str(Money(case.asked_fen or 0)), ADVICE.get(case.advice, ""), proposed]))  # fmt: skip
    return told


def points(value: int) -> str:
    """A mark in 10^-4 points, to two decimals."""
    hundredths = (value + 50) // 100
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def without_stray_amounts(asked: bulk.Asked) -> bulk.Asked:
    """The list fills in an amount beside every advice; with advice not to fund it is nobody's word and is left out."""
    rows = {
        number: row if row.get("advice", "fund") == "fund" else {**row, "amount": ""}
        for number, row in asked.rows.items()
    }
    return replace(asked, rows=rows)


@require_POST
@needs("planning")
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Proposals for the picked cases: advice, amount and reason by row, shown with what would happen before they are made."""
    one = round_for(request, code, "planning")
    asked, at_hand = without_stray_amounts(bulk.Asked.of(request.POST)), lists.PagesAtHand()
    found = [case for case in queries.ranking_of(one) if case.number in asked.picked]
    step = bulk.step_of("propose", found, at_hand)
    if step is None:
        messages.warning(request, _("没有选中办件。"))
        return redirect("ranking", code=code)
    return officer.bulk_answer(request, asked, found, step, at_hand, action=reverse("propose", args=[code]))


urlpatterns = [
    path("rounds/<str:code>/groups/", groups, name="groups"),
    path("rounds/<str:code>/groups/set/", group_many, name="group_many"),
    path("rounds/<str:code>/ranking/", ranking, name="ranking"),
    path("rounds/<str:code>/propose/", propose, name="propose"),
]
