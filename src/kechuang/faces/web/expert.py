"""The reading desk of an expert: invitations, promises, sheets, fees; all of it behind the curtain, under a label."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kechuang.casework import files
from kechuang.casework.acts import InputRefused, act
from kechuang.casework.models import Attachment
from kechuang.desks.experts import answering, fees, reading
from kechuang.desks.experts.reading import Task
from kechuang.desks.integrity import actions as integrity
from kechuang.faces.access import needs, now, person
from kechuang.faces.exports.nameless import nameless
from kechuang.faces.web import claims, pool, reading_desk
from kechuang.faces.web.reading_desk import Desk
from kechuang.words.outcome import Refused


def new_key() -> str:
    """A key by which an act that is sent twice is done once."""
    return uuid.uuid4().hex


@require_GET
@needs("expert", behind=True)
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits on this person's desk: invitations first, then sheets to write, then what has been done."""
    who = person(request)
    found = reading.tasks_of(who)
    shown = {
        "invitations": [_invitation(task) for task in found if answering.waits(task)],
        "work": [_work(task) for task in found if task.answered and task.left],
        "history": [_past(seat, count) for seat, count in reading.history_of(who)],
        "owed": fees.owed_to(who),
        "key": new_key(),
    }
    return render(request, "expert/reviews.html", shown)


def _invitation(task: Task) -> dict[str, Any]:
    return {
        "label": task.seat.label,
        "round": task.seat.draw.round.title,
        "group": "" if task.seat.draw.mode in ("acceptance", "midterm") else task.seat.draw.group,
        "mode": reading_desk.mode_title(task.seat.draw.mode),
        "count": len(task.pieces),
        "fields": task.fields,
        "until": task.until,
        "choices": _reasons_to_decline(task),
        "promises": answering.takes_promise(task),
        "open": [_row(piece) for piece in task.pieces if piece.act] if not answering.takes_promise(task) else [],
    }


def _reasons_to_decline(task: Task) -> list[tuple[str, str]]:
    said = zip(answering.WHY, (_("有利益关系，回避"), _("领域不符"), _("时间不便")), strict=True)
    return list(said) if answering.to_decline(task) else []


def _work(task: Task) -> dict[str, Any]:
    return {
        "round": task.seat.draw.round.title,
        "mode": reading_desk.mode_title(task.seat.draw.mode),
        "label": task.seat.label,
        "left": task.left,
        "filed": task.filed,
        "all": len(task.pieces),
        "rows": [_row(piece) for piece in task.pieces],
        "choices": _reasons_to_decline(task),
    }


def _row(piece: reading.Piece) -> dict[str, Any]:
    tone, title = (
        ("done", _("已提交")) if piece.filed else ("draft", _("已开始")) if piece.begun else ("you", _("待评审"))
    )
    if piece.act is None and not piece.filed:
        tone, title = "past", _("还没有开始")
    href = reading_desk.address("review", piece) if piece.act else ""
    return {"title": piece.case.title or piece.case.number, "href": href, "chip": title, "tone": tone}


def _past(seat: Any, count: int) -> dict[str, Any]:
    states = {"accepted": _("已接受"), "invited": _("已邀请"), "declined": _("已谢绝"), "silent": _("逾期未应答")}
    return {
        "round": seat.draw.round.title,
        "mode": reading_desk.mode_title(seat.draw.mode),
        "on": seat.draw.on,
        "state": states.get(seat.state, seat.state),
        "count": count,
    }


@require_POST
@needs("expert", behind=True)
def answer(request: HttpRequest, label: str) -> HttpResponse:
    """Promise for every case of the group at once, or leave the seat to the next in drawn order."""
    task = _task(request, label)
    why = request.POST.get("why", "")
    key = request.POST.get("key", "")
    refused = _decline(request, task, why) if why else answering.promise(task, on=now(), key=key)
    if refused:
        return _refused(request, refused)
    # What is said stays in the session beside the person: it names no case, no group and no round.
    messages.success(request, _("已谢绝，席位依序递补。") if why else _("承诺已签署，可以开始评审。"))
    return redirect("reviews")


def _task(request: HttpRequest, label: str) -> Task:
    task = answering.task_of(person(request), label)
    if task is None:
        raise Http404
    return task


def _decline(request: HttpRequest, task: Task, why: str) -> Refused | None:
    case = answering.to_decline(task)
    if case is None:
        raise Http404
    try:
        answering.decline(task, case, why, on=now(), key=request.POST.get("key", ""))
    except Refused as refusal:
        return refusal
    return None


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "expert/refused.html", {"reasons": refusal.reasons}, status=422)


def _desk(request: HttpRequest, label: str, number: str) -> Desk:
    """The case of that number under this person's own label; anything else is as if it did not exist."""
    task = _task(request, label)
    piece = answering.piece_of(task, number)
    if piece is None:
        raise Http404
    return Desk(task, piece)


@needs("expert", behind=True)
def review(request: HttpRequest, label: str, number: str) -> HttpResponse:
    """One proposal beside its sheet; filing it opens the next."""
    desk = _desk(request, label, number)
    if request.method != "POST":
        return _shown(request, desk)
    typed = reading_desk.typed_in(request)
    try:
        act(
            desk.case, desk.act.name, by=reading.actor_of(desk.seat), on=now(),
            key=request.POST.get("key", ""), data=reading_desk.data_of(desk, typed),
        )  # fmt: skip
    except InputRefused as refusal:
        return _shown(request, desk, typed=typed, errors=dict(refusal.errors), status=422)
    except Refused as refusal:
        errors = reading_desk.errors_of(refusal)
        rest = [r for r in refusal.reasons if "path" not in r.values]
        return _shown(request, desk, typed=typed, errors=errors, reasons=rest, status=422)
    messages.success(request, _("评审意见已提交。"))
    onward = desk.following
    return redirect(reading_desk.address("review", onward)) if onward else redirect("reviews")


def _shown(
    request: HttpRequest,
    desk: Desk,
    *,
    typed: dict[str, Any] | None = None,
    errors: dict[str, Any] | None = None,
    reasons: list[Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = reading.draft_of(desk.seat, desk.case, desk.act.name if desk.act else "")
    kept = reading_desk.looked(draft, now())
    if typed is not None:
        kept["notes"] = request.POST.get("notes", kept["notes"])
    shown = {
        **kept,
        "desk": desk,
        "title": desk.case.title,
        "mode": reading_desk.mode_title(desk.seat.draw.mode),
        "sections": reading_desk.proposal(desk),
        "sheet": reading_desk.sheet(desk, typed if typed is not None else (draft.typed if draft else {}), errors),
        "reasons": reasons or [],
        "computed": claims.summary(desk.case, now()),
        "targets": reading_desk.targets(desk),
        "save_href": reading_desk.address("review_draft", desk.piece),
        "report_href": reading_desk.address("review_report", desk.piece),
        "key": new_key(),
    }
    return render(request, "expert/desk.html", shown, status=status)


@require_POST
@needs("expert", behind=True)
def review_draft(request: HttpRequest, label: str, number: str) -> HttpResponse:
    """Keep the sheet and the private notes as they are written; an older version is refused and told."""
    desk = _desk(request, label, number)
    version = request.POST.get("version", "")
    try:
        row = reading.save_draft(
            desk.seat, desk.case, desk.act.name, reading_desk.typed_in(request), on=now(),
            notes=request.POST.get("notes", ""), version=int(version) if version.isdecimal() else 0,
        )  # fmt: skip
    except Refused as refusal:
        return render(request, "parts/refusal.html", {"reasons": refusal.reasons}, status=409)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(reading_desk.address("review", desk.piece))
    return render(request, "parts/saved.html", {"saved": row.on, "version": row.version})


@require_GET
@needs("expert", behind=True)
def review_file(request: HttpRequest, label: str, number: str, digest: str) -> HttpResponseBase:
    """An attachment of an answer this expert may see, under a name that tells nothing; in a blind review without its authors."""
    desk = _desk(request, label, number)
    found = reading_desk.may_open(desk, digest)
    if found is None:
        raise Http404
    try:
        return sent(desk, found)
    except Refused as refusal:
        return _refused(request, refusal)


def sent(desk: Desk, found: Attachment) -> FileResponse:
    """The file as this expert may have it, under a name that tells nothing."""
    ending = found.name.rsplit(".", 1)[-1]
    content = BytesIO(nameless(files.path_of(found.digest), ending)) if desk.blind else files.opened(found)
    answer = FileResponse(content, as_attachment=True, filename=f"{found.digest[:12]}.{ending}")
    answer["Content-Type"] = found.media
    answer["Content-Security-Policy"] = "sandbox"
    return answer


@require_POST
@needs("expert", behind=True)
def review_report(request: HttpRequest, label: str, number: str) -> HttpResponse:
    """Somebody tried to influence a review: a clue for supervision, under the label."""
    desk = _desk(request, label, number)
    text, key = request.POST.get("text", ""), request.POST.get("key", "")
    try:
        integrity.report(desk.case, "influence", text, by=reading.actor_of(desk.seat), on=now(), key=key)
    except Refused as refusal:
        return _refused(request, refusal)
    messages.success(request, _("已报告监督处，不影响你的评审。"))
    return redirect("reviews")


urlpatterns = [
    *pool.urlpatterns,
    path("reviews/", reviews, name="reviews"),
    path("reviews/<str:label>/answer/", answer, name="review_answer"),
    path("reviews/<str:label>/<str:number>/", review, name="review"),
    path("reviews/<str:label>/<str:number>/draft/", review_draft, name="review_draft"),
    path("reviews/<str:label>/<str:number>/file/<str:digest>/", review_file, name="review_file"),
    path("reviews/<str:label>/<str:number>/report/", review_report, name="review_report"),
]
