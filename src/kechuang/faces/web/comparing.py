"""What a case shares with others: a line for each near case, and both texts side by side; the system points, an officer judges."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
from kechuang.desks.texts.said import ATTACHMENTS, GOALS, TITLE, lines
from kechuang.engines.match.likeness import TITLES as KINDS
from kechuang.engines.match.likeness import Kind
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import lists, wording
from kechuang.faces.web.sight import sight
from kechuang.words.money import Money

Span = tuple[int, int, int]  # first and last place in the text (half-open), and the number of the passage
WHERE = {
    "this_round": gettext_lazy("本批次"), "past_round": gettext_lazy("往年批次"), "awarded": gettext_lazy("在研项目"),
    "result": gettext_lazy("已结题项目及成果"),
}  # fmt: skip
OTHERS = {GOALS: gettext_lazy("目标任务"), ATTACHMENTS: gettext_lazy("附件"), TITLE: gettext_lazy("题目")}


def open_to(request: HttpRequest, case: Case) -> bool:
    """Whether the reader may read this case with its names: a text compared tells who wrote it."""
    return sight(person(request), case, held_by(request)).identity


def likes(request: HttpRequest, case: Case, finding: Finding) -> list[dict[str, Any]]:
    """The near cases of a comparison, a line each; of one that the reader may not open, the amount alone."""
    near = finding.evidence.get("nearest") or []
    mine = visible_to(person(request), now()).filter(number__in=[like["case"] for like in near]) if near else ()
    known = {one.number: one for one in mine if open_to(request, one)}
    return [_like(case, like, n, known.get(like["case"])) for n, like in enumerate(near, 1)]


def _like(case: Case, like: Mapping[str, Any], number: int, other: Case | None) -> dict[str, Any]:
    address = reverse("compare", args=[case.number])
    share = _("加权相同 %(share)s%%") % {"share": like["share"]}
    if other is None:
        return {"title": _("一件你无权打开的办件"), "facts": [share], "href": f"{address}?near={number}"}
    sections = titles(case)
    facts = [str(WHERE[like["where"]]), share, wording.text(KINDS[Kind(like["kind"])])]
    facts += [f"{sections.get(name, name)} {part}%" for name, part in like["sections"].items()]
    facts += [_("同一团队")] if like.get("same_team") else []
    facts += [_("目标任务相同")] if like["same_goal"] else []
    facts += [_("预算相同：%(name)s %(sum)s") % {"name": name, "sum": Money(fen)} for name, fen in like["items"]]
    return {"title": other.title or other.number, "facts": facts, "href": f"{address}?with={other.number}"}


def titles(case: Case) -> dict[str, str]:
    """The sections of a case by what the form calls them."""
    language = "en" if wording.english() else "zh"
    named = {code: one.title.of(language) for code, one in pages_of(case.round).form.fields.items()}
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
    return render(
        request, "officer/compare.html", {**side_by_side(left, right), "reader": person(request), "found": found}
    )


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


def side_by_side(left: Case, right: Case) -> dict[str, Any]:
    """Both texts with their passages numbered, and how much of each section is shared."""
    mine, theirs = Side.of(left), Side.of(right)
    found = shared(mine, theirs, lines())
    texts = Headed.of(mine.sections, titles(left)), Headed.of(theirs.sections, titles(right))
    spans, partners = passages(found, mine.sections, *texts)
    pair = {
        "left": {"place": "", "runs": runs(texts[0].text, spans)},
        "right": {"place": "", "runs": runs(texts[1].text, partners)},
    }
    return {
        **around(left), "right": head(right, _("既有")), "pairs": [pair], "table": table(left, mine, found),
        "digests": (left.answers_digest, right.answers_digest),
        "title": _("%(n)s 处相同，加权占本件 %(share)s") % {"n": len(spans), "share": f"{int(found.whole * 100)}%"},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Headed:
    """Sections in one text under their titles; `starts` are where each begins in the plain text and in this one."""

    text: str
    starts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, sections: Mapping[str, str], named: Mapping[str, str]) -> Headed:
        text, starts, plain = "", [], 0
        for name, said in sections.items():
            text += f"【{named.get(name, name)}】\n"
            starts.append((plain, len(text)))
            text, plain = f"{text}{said}\n", plain + len(said) + 1
        return cls(text, tuple(starts))

    def place(self, plain: int) -> int:
        """Where a letter of the plain text stands here."""
        start, here = self.starts[bisect_right(self.starts, (plain, len(self.text))) - 1]
        return here + plain - start


def passages(found: Shared, sections: Mapping[str, str], left: Headed, right: Headed) -> tuple[list[Span], list[Span]]:
    """The passages in both texts, numbered in the order of the first; what two passages share is marked once."""
    spans: list[Span] = []
    partners: list[Span] = []
    begun = {name: here for name, (_plain, here) in zip(sections, left.starts, strict=True)}
    for name, listed in found.passages.items():
        for one in listed:
            number = len(spans) + 1
            spans.append((begun[name] + one.a_start, begun[name] + one.a_end, number))
            partners.append((right.place(one.b_start), right.place(one.b_end - 1) + 1, number))
    return spans, list(disjoint(partners))


def disjoint(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans in order, each from where the one before ends."""
    at = 0
    for first, last, number in sorted(spans):
        if last > at:
            yield max(first, at), last, number
            at = last


def table(case: Case, mine: Side, found: Shared) -> dict[str, Any]:
    """How much of each section is shared and what it weighs, as parts/table.html takes it."""
    page, named = lines(), titles(case)
    heads = (lists.column(_("部分")), lists.column(_("权重"), num=True), lists.column(_("相同"), num=True))
    rows = [
        {"key": name, "cells": lists.cells(heads, [
            {"text": named.get(name, name), "lead": True}, {"text": str(page.weight(name))},
            {"text": f"{int(found.sections[name] * 100)}%" if name in found.sections else _("不比对")},
        ])}
        for name in mine.sections
    ]  # fmt: skip
    return {"caption": _("各部分的相同比例"), "columns": heads, "rows": rows, "dense": True}


def head(case: Case, label: str) -> dict[str, Any]:
    who = [str(one) for one in (case.leader, case.applicant, case.round) if one]
    return {"label": label, "title": case.title, "meta": who}


def runs(text: str, spans: Iterable[Span]) -> list[dict[str, Any]]:
    """`text` in runs: what is shared is marked with the number of its passage, the rest is plain. Spans never overlap."""
    found, at = [], 0
    for first, last, number in sorted(spans):
        if first > at:
            found.append({"text": text[at:first]})
        found.append({"text": text[first:last], "mark": "same", "n": number})
        at = last
    return [*found, {"text": text[at:]}] if at < len(text) else found


@require_POST
@needs("office")
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the comparison anew, with what has come in since; the worker leaves the finding."""
    on = now()
    case = get_object_or_404(visible_to(person(request), on), number=number)
    role = judging_role(case, person(request), on)
    if not role:
        raise Http404
    with transaction.atomic():
        record = note(
            case, "compare_again", by=person(request), on=on, key=request.POST.get("key", ""), role=role, data={}
        )
        put("compare", f"compare:{record.pk}", {"case": case.pk}, on)
    messages.success(request, _("已安排重新比对，一分钟内在这里看到结果。"))
    return redirect("findings", number=number)


urlpatterns = [
    path("cases/<str:number>/compare/", compare, name="compare"),
    path("cases/<str:number>/compare/again/", again, name="compare_again"),
]
