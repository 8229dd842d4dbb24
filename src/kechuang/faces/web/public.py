"""Pages for everyone: calls, notices, results, checking a document."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kechuang.casework import pages, queries, rectifying
from kechuang.casework.models import Award, Case, Document, Notice, Record, Round
from kechuang.desks.projects.queries import as_they_stood
from kechuang.faces.access import needs, now
from kechuang.faces.web import call_terms, guide, published, showing, wording
from kechuang.faces.web.reading_desk import mode_title
from kechuang.faces.web.tables import render
from kechuang.words.reason import required

OPEN = ("published", "open", "closing")


def lately(rows: Any, count: int = 6) -> list[Any]:
    """The newest few rows."""
    return list(rows.select_related("round").order_by("-on")[:count])


@needs("anyone")
def home(request: HttpRequest) -> HttpResponse:
    """What is open, what is under notice, what was done: usable without signing in."""
    on = now()
    open_rounds = Round.objects.filter(state__in=OPEN).select_related("frozen").order_by("units_close_at")
    notices = [showing.notice_row(n, on) for n in lately(Notice.objects.all(), 12)]
    done = Award.objects.aggregate(count=Count("pk"), fen=Sum("fen"))
    shown = {
        "tasks": [showing.round_task(r) for r in open_rounds[:20]],
        "budget": sum(r.budget_fen for r in open_rounds),
        "running": [n for n in notices if n["running"]],
        "others": [n for n in notices if not n["running"]][:6],
        "done": done,
    }
    return render(request, "public/home.html", shown)


@needs("anyone")
def call(request: HttpRequest, code: str) -> HttpResponse:
    """One call: who may apply, for how much, by when, how it will be judged, and the digest of its frozen pages."""
    round_ = get_object_or_404(queries.rounds_visible_to(None, now()), code=code)
    thawed = pages.pages_of(round_)
    programme = thawed.programme
    conditions = [
        {"title": required(c)["en" if get_language() == "en" else "zh"]}
        for c in (*programme.get("eligibility", ()), *programme.get("limits", ()))
    ]
    shown = {
        "round": round_, "programme": programme, "conditions": conditions,
        "terms": call_terms.terms(programme, pages.day_of(now())),
        "sheets": [{**sheet, "title": mode_title(sheet["mode"])} for sheet in programme.get("sheets", ())], "topics": round_.topics, "open": round_.state == "open",
        "facts": call_facts(round_, programme), "checklist": thawed.choices("checklist") or {},
        "guide": guide.service(round_, programme), "experts": guide.experts(programme),
        "evidence": thawed.choices("evidence") or {}, "exempt": (programme.get("exempt") or {}).get("items", ()),
        "instalments": call_terms.paid(programme), "notices": [showing.notice_row(n, now()) for n in lately(round_.notices, 20)],
        "came": round_.cases.filter(parent=None).exclude(received_at=None).count() if round_.state not in OPEN else None,
    }  # fmt: skip
    return render(request, "public/call.html", shown)


def call_facts(round_: Round, programme: Any) -> list[dict[str, Any]]:
    """The four facts of a call: money, deadlines, what judges, and the fingerprint of its rules."""
    deadline = round_.units_close_at
    return [
        *([{"label": _("本批经费"), "fen": round_.budget_fen}] if call_terms.pays(programme) else []),
        {"label": _("单位提交截止"), "value": showing_deadline(deadline)},
        {"label": _("推荐部门截止"), "value": showing_deadline(round_.closes_at)},
        {"label": _("通知文号"), "value": round_.document_no},
        {"label": _("规则指纹（SHA-256）"), "value": round_.frozen_id or "", "small": _("公布后不再改动")},
    ]


def showing_deadline(moment: Any) -> str:
    """A half-open deadline with its hour, or nothing for a rolling call."""
    return wording.deadline_long(moment) if moment else _("常年受理")


@needs("anyone")
def notices(request: HttpRequest) -> HttpResponse:
    """Everything that was published, newest first; what still runs comes with the days that are left."""
    rows, page = showing.paged(request, Notice.objects.select_related("round").order_by("-on"))
    return render(
        request, "public/notices.html", {"notices": [showing.notice_row(n, now()) for n in rows], "page": page}
    )


@needs("anyone")
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """One notice: its list, its days, whom to tell, and the way to object."""
    row = get_object_or_404(Notice.objects.select_related("round", "round__frozen"), code=code)
    listed = row.cases.select_related("round", "applicant", "leader", "award").order_by("rank", "number")
    cases = as_they_stood(list(listed), row.on)
    pays = any(c.proposed_fen or c.asked_fen for c in cases)
    shown = {
        "notice": showing.notice_row(row, now()), "row": row,
        "table": published.list_of(row, cases, money=pays), "pairs": published.pairs(row), "places": published.by_place(row),
        "count": len(cases), "fen": sum(c.proposed_fen or c.asked_fen or 0 for c in cases) if pays else None,
    }  # fmt: skip
    return render(request, "public/notice.html", shown)


@needs("anyone")
def results(request: HttpRequest) -> HttpResponse:
    """What was funded: searchable by words, year and place; the sum of what is shown."""
    rows = Case.objects.filter(award__isnull=False, parent=None).select_related("applicant", "leader", "award", "round")
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(applicant__name__icontains=words) | Q(project_no=words))
    if year := request.GET.get("year", ""):
        rows = rows.filter(round__year=year) if year.isdecimal() else rows.none()
    total = rows.aggregate(count=Count("pk"), fen=Sum("award__fen"))
    cases, page = showing.paged(request, rows.order_by("-award__on", "project_no"))
    years = Round.objects.order_by("-year").values_list("year", flat=True).distinct()
    table = {"caption": _("立项项目"), "columns": showing.CASE_COLUMNS, "rows": showing.case_rows(cases), "dense": True}
    return render(
        request,
        "public/results.html",
        {
            "table": table,
            "page": page,
            "total": total,
            "words": words,
            "years": years,
            "year": request.GET.get("year", ""),
        },
    )


@needs("anyone")
def project(request: HttpRequest, number: str) -> HttpResponse:
    """The public card of a case that stands under notice or was funded; nothing of any other."""
    public = Q(award__isnull=False) | Q(notices__isnull=False)
    rows = Case.objects.filter(public, parent=None).select_related("applicant", "leader", "award", "round").distinct()
    case = get_object_or_404(rows, number=number)
    form = pages.pages_of(case.round).form
    shown = {
        "case": case,
        "answers": public_answers(case, form),
        "state": public_state(case),
        "place": showing.place_name(case.place),
        "leader": showing.public_leader(case),
    }
    return render(request, "public/project.html", shown)


def public_state(case: Case) -> Any:
    """Where a project stands, in states that its flow makes public (running, passed, terminated …); else nothing."""
    states = pages.pages_of(case.round).flow(case.flow).states
    return states[case.state].title if case.state in states and states[case.state].public else ""


def public_answers(case: Case, form: Any) -> list[dict[str, Any]]:
    """The answers that the page says become public with the award."""
    if not hasattr(case, "award"):
        return []
    return [
        {"title": one.title, "text": case.answers.get(one.code)}
        for section in form.sections
        for one in section.fields
        if one.public and case.answers.get(one.code)
    ]


@needs("anyone")
def check(request: HttpRequest) -> HttpResponse:
    """Type a code or a digest: what it belongs to, if anything, and how to verify it without us."""
    code = request.GET.get("code", "").strip().replace("-", "").upper()
    shown: dict[str, Any] = {"code": code}
    if code:
        shown["document"] = (
            Document.objects.filter(Q(code=code) | Q(digest=code.lower()))
            .select_related("case__award", "case__round__frozen", "record")
            .first()
        )
        shown |= _since(shown["document"])
        shown["record"] = Record.objects.filter(digest=code.lower()).first()
        shown["notice"] = Notice.objects.filter(code=code).select_related("round").first()
        handed_in = Case.objects.filter(received_at__isnull=False).exclude(answers_digest="")
        shown["form"] = handed_in.filter(Q(number=code) | Q(answers_digest=code.lower())).first()
        shown["none"] = not any(shown[name] for name in ("document", "record", "notice", "form"))
    return render(request, "public/check.html", shown)


def _since(document: Document | None) -> dict[str, Any]:
    """What became of a paper since it was issued: words put right, and where the project stands that it is about."""
    if document is None:
        return {}
    funded = document.case if document.case and hasattr(document.case, "award") else None
    return {"touched": rectifying.touched(document.record), "state": public_state(funded) if funded else ""}


@needs("anyone")
def rules(request: HttpRequest) -> HttpResponse:
    """The book as anyone may read it: programmes and the digest of the edition in force."""
    shelf = pages.current()
    listed = [(code, shelf.programme(code).body) for code in shelf.codes("programmes")]
    return render(request, "public/rules.html", {"programmes": listed, "digest": shelf.digest})


urlpatterns = [
    path("", home, name="home"),
    path("calls/<str:code>/", call, name="call"),
    path("notices/", notices, name="notices"),
    path("notices/<str:code>/", notice, name="notice"),
    path("results/", results, name="results"),
    path("projects/<str:number>/", project, name="project"),
    path("check/", check, name="verify"),
    path("rules/", rules, name="rules"),
]
