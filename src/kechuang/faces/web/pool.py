"""The pool's pages: one's own entry and ties; the institution confirms and counts; fees for the money office after the award."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kechuang.casework.models import Round
from kechuang.casework.queries import rounds_visible_to, visible_to
from kechuang.desks.experts import fees, pool
from kechuang.desks.experts.models import Coauthorship, Expert
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import drawing, wording
from kechuang.faces.web.lists import fresh_key
from kechuang.parties.models import Tie
from kechuang.words.outcome import Refused

CREDITS = (
    ("good", gettext_lazy("良好，可抽取")),
    ("watch", gettext_lazy("关注，暂不抽取")),
    ("barred", gettext_lazy("不良，不得抽取")),
)
MODES = {"site_visit": gettext_lazy("现场考察"), "mail": gettext_lazy("网络评审"), "panel": gettext_lazy("会议评审"),
         "midterm": gettext_lazy("中期评估"), "acceptance": gettext_lazy("验收")}  # fmt: skip
SEPARATORS = str.maketrans({"、": ",", "，": ",", ";": ",", "；": ","})


def words(text: str) -> list[str]:
    """A line of words parted by any comma."""
    return [word.strip() for word in text.translate(SEPARATORS).split(",") if word.strip()]


@needs("person")
def own_entry(request: HttpRequest) -> HttpResponse:
    """One's own entry in the pool, and what binds one to others."""
    who, reasons = person(request), ()
    if request.method == "POST":
        try:
            pool.enter(
                who, kind=request.POST.get("kind", ""), fields=words(request.POST.get("fields", "")),
                keywords=words(request.POST.get("keywords", "")), on=now(), key=request.POST.get("key", ""),
            )  # fmt: skip
            messages.success(request, _("入库申请已提交，等专业机构确认。"))
            return redirect("own_entry")
        except Refused as refusal:
            reasons = refusal.reasons
    return render(request, "expert/entry.html", _entry(request, reasons), status=422 if reasons else 200)


def _entry(request: HttpRequest, reasons: Any) -> dict[str, Any]:
    row = pool.entry_of(person(request))
    typed = request.POST if reasons else {}
    return {
        "entry": row,
        "kind": typed.get("kind", row.kind if row else ""),
        "fields": typed.get("fields", "、".join(row.fields) if row else ""),
        "keywords": typed.get("keywords", "、".join(row.keywords) if row else ""),
        "kinds": [(code, wording.chosen(title)) for code, title in Expert.KINDS],
        "tie_kinds": [(code, wording.chosen(title)) for code, title in Tie.KINDS],
        "ties": Tie.objects.filter(person=person(request)).select_related("other", "organisation"),
        "papers": Coauthorship.objects.filter(one=person(request)).select_related("other"),
        "reasons": reasons,
        "key": fresh_key(),
    }


@require_POST
@needs("person")
def own_tie(request: HttpRequest) -> HttpResponse:
    """Declare what binds one to a person or a unit."""
    typed, year = request.POST.get("other", ""), request.POST.get("year", "").strip()
    other = drawing.find("party", drawing.find("person", typed))
    given = {"kind": request.POST.get("kind", ""), "other": other, "year": int(year) if year.isdecimal() else None}
    try:
        pool.declare_tie(person(request), **given, on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return render(request, "expert/entry.html", _entry(request, refusal.reasons), status=422)
    messages.success(request, _("已登记，下次抽取起回避。"))
    return redirect("own_entry")


@require_GET
@needs("execution")
def experts(request: HttpRequest) -> HttpResponse:
    """The pool for the institution: counts, entries that wait, the credit of one by name; who sits where is not here."""
    text = request.GET.get("q", "")
    shown = {
        "counts": pool.counts(), "pending": pool.pending()[:200], "kinds": {code: wording.chosen(title) for code, title in Expert.KINDS}, "key": fresh_key(),
        "search_text": text, "found": pool.named(text)[:20], "credits": CREDITS, "chief": is_chief(request),
    }  # fmt: skip
    return render(request, "expert/pool.html", shown)


def is_chief(request: HttpRequest) -> bool:
    """Whether the reader may confirm entries, set a credit and name experts by hand."""
    return any(one.role == "institution_chief" for one in held_by(request))


@require_POST
@needs("execution")
def set_credit(request: HttpRequest, pid: str) -> HttpResponse:
    """How far a reviewer is trusted from now on, with the reason: only good credit can be drawn."""
    row = get_object_or_404(Expert, pid=pid)
    given = {
        "reason": request.POST.get("reason", ""),
        "by": person(request),
        "on": now(),
        "key": request.POST.get("key", ""),
    }
    try:
        pool.set_credit(row, request.POST.get("credit", ""), **given)
    except Refused as refusal:
        return _refused(request, refusal)
    messages.success(request, _("信用等级已登记，下次抽取起生效。"))
    return redirect("experts")


@require_POST
@needs("execution")
def confirm_expert(request: HttpRequest, pid: str) -> HttpResponse:
    """The institution's word on one entry."""
    row = get_object_or_404(Expert, pid=pid)
    try:
        pool.confirm(row, by=person(request), on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return _refused(request, refusal)
    messages.success(request, _("已确认入库。"))
    return redirect("experts")


@needs("execution")
def seat_by_hand(request: HttpRequest, number: str) -> HttpResponse:
    """Name experts for a site visit or after a failed draw, with a reason that will be public; only where the page allows it."""
    case = get_object_or_404(visible_to(person(request), now()), number=number)
    modes = pool.by_hand_modes(case)
    if not is_chief(request) or (request.method == "GET" and not modes):
        raise Http404
    reasons: Any = ()
    if request.method == "POST":
        try:
            pool.seat_by_hand(
                case, request.POST.get("mode", ""), words(request.POST.get("experts", "")),
                reason=request.POST.get("reason", ""), by=person(request), on=now(), key=request.POST.get("key", ""),
            )  # fmt: skip
            messages.success(request, _("已指定，理由将随公示公布。"))
            return redirect("case", number=case.number)
        except Refused as refusal:
            reasons = refusal.reasons
    shown = {
        "case": case,
        "modes": [(mode, MODES[mode]) for mode in modes],
        "typed": request.POST,
        "reasons": reasons,
        "key": fresh_key(),
    }
    return render(request, "expert/seat.html", shown, status=422 if reasons else 200)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "supervisor/refused.html", {"reasons": refusal.reasons, "back": "/experts/"}, status=422)


@needs("money")
def review_fees(request: HttpRequest, code: str) -> HttpResponse:
    """Fees of a decided round: to whom, how much, and that they were paid."""
    round_ = get_object_or_404(Round, pk__in=rounds_visible_to(person(request), now()).values("pk"), code=code)
    reasons, rows = (), []
    try:
        if request.method == "POST":
            fees.pay(
                round_,
                document=request.POST.get("document", ""),
                by=person(request),
                on=now(),
                key=request.POST.get("key", ""),
            )
            return redirect("review_fees", code)
        rows = fees.payable(round_)
    except Refused as refusal:
        reasons = refusal.reasons
    shown = {
        "round": round_,
        "rows": rows,
        "total": sum(row.fen for row in rows),
        "reasons": reasons,
        "key": fresh_key(),
    }
    return render(request, "expert/fees.html", shown, status=422 if reasons and request.method == "POST" else 200)


urlpatterns = [
    path("account/expert/", own_entry, name="own_entry"),
    path("account/expert/ties/", own_tie, name="own_tie"),
    path("experts/", experts, name="experts"),
    path("experts/<str:pid>/confirm/", confirm_expert, name="confirm_expert"),
    path("experts/<str:pid>/credit/", set_credit, name="set_credit"),
    path("experts/cases/<str:number>/seat/", seat_by_hand, name="seat_by_hand"),
    path("rounds/<str:code>/fees/", review_fees, name="review_fees"),
]
