"""Pages of supervision: witnesses, watches, attempts, trails, clues, inquiries and sanctions; it reads all and moves no project."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kechuang.casework import curtain, files
from kechuang.casework.acts import SECOND, InputRefused, act, note, possible_acts
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.casework.queries import history, visible_to
from kechuang.desks.experts import supervising
from kechuang.desks.experts.models import Ceremony, Draw
from kechuang.desks.integrity import actions, inquiries, trails
from kechuang.desks.integrity.models import Clue
from kechuang.engines import forms
from kechuang.faces.access import may, needs, now, person
from kechuang.faces.web import supervision_rows as rows
from kechuang.faces.web import tables
from kechuang.faces.web.expert import new_key
from kechuang.faces.web.lists import paged
from kechuang.faces.web.panels import tell
from kechuang.faces.web.questions import Around, questions, wrong
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused

WITNESSED = ("draw", "stop_payment", "lift_stop")


@require_GET
@needs("supervision", behind=True)
def supervision(request: HttpRequest) -> HttpResponse:
    """What waits for supervision: draws to witness, payments to stop, clues to screen, inquiries, sanctions."""
    shown = {
        "rounds": trails.unwitnessed_rounds(),
        "stops": rows.attempts(trails.stops_waiting()),
        "clues": [rows.clue(one) for one in trails.clues_open()[:100]],
        "inquiries": rows.inquiries(inquiries.inquiries()[:100]),
        "sanctions": [rows.sanction(one) for one in trails.sanctions_in_force(day_of(now()))[:200]],
        "key": new_key(),
    }
    return render(request, "supervisor/supervision.html", shown)


@require_POST
@needs("supervision", behind=True)
def witness(request: HttpRequest, code: str) -> HttpResponse:
    """The word of a witness on the draws of a round; refused to whoever may not give it."""
    round_ = get_object_or_404(Round, code=code)
    data = {"group": request.POST["group"]} if request.POST.get("group") else {}
    return _acted(request, round_, "second:draw", _("已见证，操作员可以抽取。"), reverse("supervision"), data)


@require_POST
@needs("supervision", behind=True)
def stop(request: HttpRequest, number: str) -> HttpResponse:
    """Stop payments or let them go on: the supervisor's act, or the chief's word on it that must come first."""
    case = get_object_or_404(visible_to(person(request), now()), number=number)
    second, name = "second" in request.POST, "lift_stop" if "lift" in request.POST else "stop_payment"
    name = SECOND + name if second else name
    data = {} if second else {"reason": request.POST.get("reason", "")}
    return _acted(request, case, name, _("已记入台账。"), reverse("trail_of", args=["case", number]), data)


def _acted(request: HttpRequest, subject: Case | Round, name: str, done: str, onward: str, data: Any = None) -> HttpResponse:  # fmt: skip
    try:
        act(subject, name, by=person(request), on=now(), key=request.POST.get("key", ""), data=data or {})
    except Refused as refusal:
        return render(request, "supervisor/refused.html", {"reasons": refusal.reasons, "back": onward}, status=422)
    messages.success(request, done)
    return redirect(onward)


@require_GET
@needs("supervision", behind=True)
def alerts(request: HttpRequest) -> HttpResponse:
    """What stands out in reviews with the statistic that raised it, and what was tried and refused."""
    found, page = paged(request, trails.attempts())
    decided = Round.objects.filter(cases__reviews__isnull=False).distinct().order_by("-pk")[:20]
    shown = {
        "watches": [rows.watch(one) for one in supervising.watches()],
        "rings": [(round_, ring) for round_ in decided for ring in supervising.rings_of(round_)],
        "ties": supervising.links_of(),
        "attempts": rows.attempts(found),
        "page": page,
        "above": int(supervising.ABOVE),
    }
    return render(request, "supervisor/alerts.html", shown)


@require_GET
@needs("trail")
def trail(request: HttpRequest) -> HttpResponse:
    """Every record of the house, newest first, and how far the log is sealed; what it is about opens to supervision alone."""
    words = request.GET.get("q", "").strip()
    opens = may(request, "supervision")
    for kind in ("case", "round"):
        if words and opens and trails.subject_of(kind, words):
            return redirect("trail_of", kind, words)
    found, page = paged(request, trails.latest(words))
    shown = {"table": rows.trail(found, opens=opens), "page": page, "log": trails.log(), "q": words}
    return tables.render(request, "supervisor/trail.html", shown)


@require_GET
@needs("supervision", behind=True)
def trail_of(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    """The whole trail of one case or round: every act with its digest, log index and whether it still holds."""
    found = _subject(kind, subject)
    links, pages = trails.trail_of(found), pages_of(found.round)
    by = rows.actors(one.record for one in links)
    shown = {
        "subject": found,
        "title": found.title,
        "kind": kind,
        "chain": [
            rows.chained(one, pages.flow_of(found), pages.flow(pages.main_flow), who)
            for one, who in zip(links, by, strict=True)
        ],
        "sound": all(one.whole and one.joined for one in links),
        "logged": sum(one.logged for one in links),
        "draws": supervising.draws_of(found),
        "ceremonies": rows.ceremonies(supervising.drawn_ceremonies(found)),
        "attempts": rows.attempts(trails.attempts().filter(subject_kind=kind, subject=subject)[:100]),
        "clues": [rows.clue(one) for one in Clue.objects.filter(case=found)] if kind == "case" else [],
        "pays": kind == "case" and _pays(found),
        "stopped": kind == "case" and curtain.fact("funds.stopped_by_supervision", found, now()),
        "key": new_key(),
    }
    return render(request, "supervisor/subject.html", shown)


def _subject(kind: str, subject: str) -> Case | Round:
    found = trails.subject_of(kind, subject) if kind in ("case", "round") else None
    if found is None:
        raise Http404
    return found


def _pays(case: Case | Round) -> bool:
    flow = pages_of(case.round).flow_of(case)
    return "stop_payment" in flow.acts and flow.acts["stop_payment"].stands_in(case.state)


@require_POST
@needs("supervision", behind=True)
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Who sits in one panel: shown here alone, and every look leaves a record."""
    draw = get_object_or_404(Draw.objects.select_related("round"), pk=pk)
    note(
        draw.round, "look_behind", by=person(request), on=now(), key=request.POST.get("key", ""), role="supervisor",
        data={}, tells={"draw": str(draw.pk)},
    )  # fmt: skip
    seats, asked = supervising.panel_of(draw), request.POST.get("why", "").strip()
    other = supervising.pid_of(asked) if asked else ""
    said = {pid: sentence(one) for pid, one in supervising.why(draw, [*(s.pid for s in seats), *([other] if other else [])]).items()}  # fmt: skip
    shown = {"draw": draw, "seats": [(s, rows.seat_state(s.state), said.get(s.pid, "")) for s in seats], "explained": bool(said), "asked": asked, "key": new_key()}  # fmt: skip
    return render(
        request,
        "supervisor/panel.html",
        {**shown, "answer": said.get(other, _("这个人不在冻结的专家库里，或同名的不止一人。"))},
    )


@require_POST
@needs("supervision", behind=True)
def full_certificate(request: HttpRequest, pk: int) -> JsonResponse:
    """The full certificate of a ceremony with scores, prices and optimality: for supervision alone, each look on record."""
    row = get_object_or_404(Ceremony.objects.select_related("round").exclude(drawn_at=None), pk=pk)
    note(
        row.round, "look_behind", by=person(request), on=now(), key=request.POST.get("key", ""), role="supervisor",
        data={}, tells={"ceremony": str(row.number)},
    )  # fmt: skip
    answer = JsonResponse(supervising.certificate_of(row), json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="full-{row.round.code}-{row.number}.json"'
    return answer


# Clues and inquiries


@require_POST
@needs("supervision", behind=True)
def screen_clue(request: HttpRequest, pid: str) -> HttpResponse:
    """A clue that leads nowhere is laid aside; it stays to be read."""
    clue = get_object_or_404(Clue, pid=pid)
    try:
        actions.screen(clue, by=person(request), on=now(), key=request.POST.get("key", ""))
        messages.success(request, _("已初核，留存备查。"))
    except Refused as refusal:
        tell(request, [refusal], "")
    return redirect("supervision")


@needs("supervision", behind=True)
def new_inquiry(request: HttpRequest) -> HttpResponse:
    """Register a clue about a person or a unit, by hand or from a clue of the house."""
    clue = Clue.objects.filter(pid=request.POST.get("clue") or request.GET.get("clue") or "-").first()
    typed = {name: request.POST.get(name, "").strip() for name in ("source", "text", "person", "unit", "named")}
    reasons: tuple[Any, ...] = ()
    if request.method == "POST":
        try:
            about = {
                "person": typed["person"],
                "unit": typed["unit"],
                "case": clue.case.number if clue and clue.case else "",
            }
            case = inquiries.open_inquiry(
                source=typed["source"], text=typed["text"], about=about, by=person(request), on=now(),
                key=request.POST.get("key", ""), named=typed["named"] == "true", clue=clue,
            )  # fmt: skip
            return redirect("inquiry", case.number)
        except Refused as refusal:
            reasons = refusal.reasons
    elif clue is not None:
        typed |= rows.about(clue)
    choices = pages_of(inquiries.standing_round(now())).choices("sources") or {}
    shown = {"typed": typed, "clue": clue, "reasons": reasons, "sources": choices, "key": new_key()}
    return render(request, "supervisor/new_inquiry.html", shown, status=422 if reasons else 200)


@needs("supervision", behind=True)
def inquiry(request: HttpRequest, number: str) -> HttpResponse:
    """One inquiry for supervision: its way, what was said, what can be done."""
    return _inquiry(request, number, "inquiry")


@needs("decision")
def inquiry_decision(request: HttpRequest, number: str) -> HttpResponse:
    """The same inquiry for the meeting that decides it; nothing behind the curtain belongs to it."""
    return _inquiry(request, number, "inquiry_decision")


def _inquiry(request: HttpRequest, number: str, route: str) -> HttpResponse:
    case = get_object_or_404(inquiries.inquiries(), number=number)
    name, typed, errors, reasons = request.POST.get("act", ""), {}, {}, []
    if request.method == "POST":
        typed = forms.unflatten([(n, t) for n, ts in request.POST.lists() if n not in rows.BESIDE for t in ts])
        try:
            typed |= _kept_files(request, case)
            act(case, name, by=person(request), on=now(), key=request.POST.get("key", ""), data=typed)
            messages.success(request, _("已记入台账。"))
            return redirect(route, number)
        except InputRefused as refusal:
            errors = dict(refusal.errors)
        except Refused as refusal:
            reasons = list(refusal.reasons)
    return render(request, "supervisor/inquiry.html", _shown(request, case, name, typed, errors, reasons), status=422 if errors or reasons else 200)  # fmt: skip


def _kept_files(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Papers uploaded with an act, kept on the inquiry: their digests by the name of the field."""
    found: dict[str, Any] = {}
    for name, uploads in request.FILES.lists():
        digests = [
            files.keep(case, name, one.name or "", one.chunks(), by=person(request), on=now()).digest for one in uploads
        ]
        found[name] = digests if len(digests) > 1 else digests[0]
    return found


def _shown(request: HttpRequest, case: Case, name: str, typed: Any, errors: Any, reasons: Any) -> dict[str, Any]:
    pages = pages_of(case.round)
    steps = possible_acts(case, by=person(request), on=now())
    wanted = name or request.GET.get("act", "")
    chosen = next((step for step in steps if step.name == wanted), None)
    form = pages.inputs(case.flow, chosen.name) if chosen else None
    asked = list(form.fields.values()) if form else []
    around = Around(rows.language(), choices=pages.choices)
    who, unit = inquiries.named_party(case.answers)
    flow, records = pages.flow_of(case), list(history(case).select_related("told"))
    return {
        "case": case,
        "state": flow.states[case.state],
        "party": who or unit,
        "acts": steps,
        "chosen": chosen,
        "fields": questions(asked, answers=typed, values={}, errors=errors, around=around),
        "errors": wrong(form, errors, rows.language()) if form else [],
        "reasons": reasons,
        "told": [rows.told(one, flow, by) for one, by in zip(records, rows.actors(records), strict=True)],
        "sanctions": [rows.sanction(one) for one in case.sanctions.select_related("person", "organisation", "inquiry")],
        "key": new_key(),
    }


urlpatterns = [
    path("supervision/", supervision, name="supervision"),
    path("supervision/rounds/<str:code>/witness/", witness, name="witness"),
    path("supervision/cases/<str:number>/stop/", stop, name="stop_payment"),
    path("supervision/panels/<int:pk>/", panel, name="panel"),
    path("supervision/ceremonies/<int:pk>/certificate/", full_certificate, name="full_certificate"),
    path("supervision/clues/<str:pid>/screen/", screen_clue, name="screen_clue"),
    path("supervision/inquiries/new/", new_inquiry, name="new_inquiry"),
    path("supervision/inquiries/<str:number>/", inquiry, name="inquiry"),
    path("decisions/inquiries/<str:number>/", inquiry_decision, name="inquiry_decision"),
    path("alerts/", alerts, name="alerts"),
    path("trail/", trail, name="trail"),
    path("trail/<str:kind>/<str:subject>/", trail_of, name="trail_of"),
]
