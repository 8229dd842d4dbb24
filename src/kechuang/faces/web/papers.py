"""Papers to download: documents and applications as PDF, a notice as PDF, the whole file of a case as one archive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import override

from kechuang.casework import queries
from kechuang.casework.models import Case, Document, Notice
from kechuang.desks.experts import queries as experts
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.exports import archive, papers, sheets
from kechuang.faces.web import panels, sight
from kechuang.parties.models import Organisation
from kechuang.parties.permissions import roles


def download(content: bytes, name: str, media: str) -> HttpResponse:
    """Bytes as a file to keep, never shown in the page's own origin."""
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def mine(request: HttpRequest, number: str) -> Case:
    """A case the person who asks may see."""
    rows = queries.visible_to(person(request), now()).select_related("round__frozen")
    return get_object_or_404(rows, number=number)


def reader_of(request: HttpRequest, case: Case) -> sight.Sight:
    """What the person who asks may see of a case."""
    return sight.sight(person(request), case, held_by(request))


def may_have(request: HttpRequest, row: Document) -> bool:
    """Whether a document is given: public ones to anyone, own letters, lists of the own office, and what the case page would show."""
    if row.public or not request.user.is_authenticated:
        return row.public
    if row.kind in LISTS:
        return LISTS[row.kind](request, row)
    mine = {row.pk} if row.letters.filter(person=person(request)).exists() else set()
    if row.case is None or not queries.visible_to(person(request), now()).filter(pk=row.case.pk).exists():
        return bool(mine)
    return sight.shows(row, reader_of(request, row.case), mine)


def _recommends(request: HttpRequest, row: Document) -> bool:
    """The list of a recommender: its own people, and the offices that run or supervise the round."""
    held = held_by(request)
    own = any(one.scope == "recommended" and one.target == row.body.get("by") for one in held)
    return own or bool(
        roles_of(held, row.round) and {one.power for one in held} & {"planning", "execution", "supervision"}
    )


def roles_of(held: Any, round_: Any) -> frozenset[str]:
    return roles(held, round_) if round_ is not None else frozenset()


# Papers that belong to no case: who may have them, by their kind.
LISTS: dict[str, Callable[[HttpRequest, Document], bool]] = {
    "payment-list": lambda request, row: bool({one.power for one in held_by(request)} & {"money", "supervision"}),
    "recommendation": _recommends,
    "review-summary": lambda request, row: (
        row.round is not None and experts.may_read_ranking(held_by(request), row.round) and may_mark(request, row)
    ),
}


def may_mark(request: HttpRequest, row: Document) -> bool:
    """A summary with marks is for those who may read marks now."""
    marked = "标准分" in row.body["blocks"][0]["tables"][0]["head"]
    return row.round is not None and (not marked or experts.may_read_scores(held_by(request), row.round))


@needs("anyone")
def document(request: HttpRequest, code: str) -> HttpResponse:
    """A document as PDF: a public one for anyone, any other for whom the case page would show it."""
    row = get_object_or_404(Document.objects.select_related("case", "case__applicant", "case__round"), code=code)
    if not may_have(request, row):
        raise Http404
    return download(papers.pdf(papers.of_document(row), on=row.on), f"{row.kind}-{row.code}.pdf", "application/pdf")


@needs("anyone")
def document_sheet(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same document as a workbook."""
    row = get_object_or_404(Document.objects.select_related("case", "case__applicant", "case__round"), code=code)
    if not may_have(request, row):
        raise Http404
    return as_book(papers.of_document(row), f"{row.kind}-{row.code}")


def as_book(paper: papers.Paper, name: str) -> HttpResponseBase:
    """A paper as a workbook to keep."""
    book = sheets.paper_book(paper.title, papers.lines_of(paper), papers.tables_of(paper))
    return FileResponse(book, as_attachment=True, filename=f"{name}.xlsx", content_type=sheets.MEDIA)


@needs("person")
def application_sheet(request: HttpRequest, number: str) -> HttpResponseBase:
    """The submitted form as a workbook: every table of it on a sheet of its own."""
    case = mine(request, number)
    if not reader_of(request, case).identity:
        raise Http404
    return as_book(papers.of_application(case), case.number)


@needs("anyone")
def notice_sheet(request: HttpRequest, code: str) -> HttpResponseBase:
    """A list under notice as a workbook."""
    row = get_object_or_404(Notice.objects.select_related("round"), code=code)
    return as_book(papers.of_notice(row), f"notice-{row.code}")


@needs("recommend")
def recommendation(request: HttpRequest, code: str) -> HttpResponse:
    """The letter and list of the reader's own recommendations in a round, drawn from what was recommended; to print and stamp."""
    round_ = get_object_or_404(queries.rounds_visible_to(person(request), now()), code=code)
    own = [one.target for one in held_by(request) if one.role in ("recommender", "recommender_head")]
    bureau = get_object_or_404(Organisation, pid__in=own[:1])
    cases = Case.objects.filter(round=round_, recommender=bureau, parent=None, received_at__isnull=False)
    listed = list(cases.exclude(state="withdrawn").select_related("applicant", "leader").order_by("number"))
    if request.method == "POST" and listed:
        papers.recommendation(round_, bureau, listed, on=now())
        messages.success(request, _("推荐函已按现在的名单生成。"))
        return redirect("recommendation", code=code)
    issued = Document.objects.filter(kind="recommendation", round=round_, body__by=bureau.pid).order_by("-on", "-pk")
    shown = {"round": round_, "bureau": bureau, "count": len(listed), "issued": issued}
    return render(request, "rounds/recommendation.html", shown)


@needs("office")
def summary(request: HttpRequest, code: str, kind: str) -> HttpResponseBase:
    """The review of a round summed up, as PDF or workbook; marks only for those who may read them now."""
    round_ = get_object_or_404(queries.rounds_visible_to(person(request), now()), code=code)
    held = held_by(request)
    if kind not in ("pdf", "xlsx") or not experts.may_read_ranking(held, round_) or not experts.was_ranked(round_):
        raise Http404
    marks = experts.may_read_scores(held, round_)
    with override(settings.LANGUAGE_CODE):
        row = papers.review_summary(round_, panels.summed_up(round_, marks=marks), marks=marks, on=now())
    if kind == "xlsx":
        return as_book(papers.of_document(row), f"review-summary-{row.code}")
    return download(papers.pdf(papers.of_document(row), on=row.on), f"review-summary-{row.code}.pdf", "application/pdf")


@needs("person")
def application(request: HttpRequest, number: str) -> HttpResponse:
    """The submitted form as PDF."""
    case = mine(request, number)
    if not reader_of(request, case).identity:
        raise Http404
    return download(papers.pdf(papers.of_application(case), on=case.opened_at), f"{case.number}.pdf", "application/pdf")


@needs("anyone")
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """A list under notice as PDF."""
    row = get_object_or_404(Notice.objects.select_related("round"), code=code)
    return download(papers.pdf(papers.of_notice(row), on=row.on), f"notice-{row.code}.pdf", "application/pdf")


@needs("supervision")
def whole_file(request: HttpRequest, number: str) -> HttpResponseBase:
    """The whole file of a case as one archive, for audit: given to supervision, which reads all."""
    case = mine(request, number)
    reader = reader_of(request, case)
    if not (reader.identity and reader.trail):
        raise Http404
    held = archive.archived(case, on=now())
    return FileResponse(held, as_attachment=True, filename=f"{number}.zip", content_type="application/zip")


urlpatterns = [
    path("documents/<str:code>.pdf", document, name="document_pdf"),
    path("documents/<str:code>.xlsx", document_sheet, name="document_sheet"),
    path("cases/<str:number>/application.xlsx", application_sheet, name="application_sheet"),
    path("notices/<str:code>/notice.xlsx", notice_sheet, name="notice_sheet"),
    path("rounds/<str:code>/recommendation/", recommendation, name="recommendation"),
    path("rounds/<str:code>/summary.<str:kind>", summary, name="review_summary"),
    path("cases/<str:number>/application.pdf", application, name="application_pdf"),
    path("cases/<str:number>/file.zip", whole_file, name="case_archive"),
    path("notices/<str:code>/notice.pdf", notice, name="notice_pdf"),
]
