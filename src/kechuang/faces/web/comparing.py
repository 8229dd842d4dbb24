"""Two cases side by side, the passages they share numbered: the system points, an officer judges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework.models import Case
from kechuang.casework.queries import visible_to
from kechuang.desks.texts.comparing import sections_of
from kechuang.engines.match import evidence
from kechuang.faces.access import needs, now, person
from kechuang.faces.web import wording

Span = tuple[int, int, int]  # first and last place in the text (half-open), and the number of the passage


@needs("office")
def compare(request: HttpRequest, number: str) -> HttpResponse:
    """What the case shares with the one the address names (`with`); both must be the reader's to open."""
    mine = visible_to(person(request), now())
    left, right = get_object_or_404(mine, number=number), get_object_or_404(mine, number=request.GET.get("with", ""))
    texts = ["\n".join(sections_of(case).values()) for case in (left, right)]
    found = evidence(*texts)
    spans = [(p.a_start, p.a_end, n) for n, p in enumerate(found.passages, 1)]
    theirs = [(p.b_start, p.b_end, n) for n, p in enumerate(found.passages, 1)]
    pair = {
        "left": {"place": "", "runs": runs(texts[0], spans)},
        "right": {"place": "", "runs": runs(texts[1], theirs)},
    }
    shown = {
        "title": _("%(n)s 处相同，占本件 %(share)s") % {"n": len(found.passages), "share": wording.percent(found.share_of_a)},
        "left": head(left, _("本件")), "right": head(right, _("既有")), "pairs": [pair],
        "trail": [{"title": left.title or left.number, "href": reverse("findings", args=[number])}, {"title": _("对照原文")}],
        "href": reverse("findings", args=[number]),
    }  # fmt: skip
    return render(request, "officer/compare.html", shown)


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


urlpatterns = [path("cases/<str:number>/compare/", compare, name="compare")]
