"""Papers to download: documents and applications as PDF, a notice as PDF, the whole file of a case as one archive."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from kechuang.casework import queries
from kechuang.casework.models import Case, Document, Notice
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.exports import archive, papers
from kechuang.faces.web import casefile, sight


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
    """Whether a document is given: public ones to anyone, own letters, and what the case page would show."""
    if row.public or not request.user.is_authenticated:
        return row.public
    mine = {row.pk} if row.letters.filter(person=person(request)).exists() else set()
    if row.case is None or not queries.visible_to(person(request), now()).filter(pk=row.case.pk).exists():
        return bool(mine)
    return casefile.may_open(row, reader_of(request, row.case), mine)


@needs("anyone")
def document(request: HttpRequest, code: str) -> HttpResponse:
    """A document as PDF: a public one for anyone, any other for whom the case page would show it."""
    row = get_object_or_404(Document.objects.select_related("case", "case__applicant", "case__round"), code=code)
    if not may_have(request, row):
        raise Http404
    return download(papers.pdf(papers.of_document(row), on=row.on), f"{row.kind}-{row.code}.pdf", "application/pdf")


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
def whole_file(request: HttpRequest, number: str) -> HttpResponse:
    """The whole file of a case as one archive, for audit: given to supervision, which reads all."""
    case = mine(request, number)
    reader = reader_of(request, case)
    if not (reader.identity and reader.trail):
        raise Http404
    return download(archive.archived(case, on=now()), f"{number}.zip", "application/zip")


urlpatterns = [
    path("documents/<str:code>.pdf", document, name="document_pdf"),
    path("cases/<str:number>/application.pdf", application, name="application_pdf"),
    path("cases/<str:number>/file.zip", whole_file, name="case_archive"),
    path("notices/<str:code>/notice.pdf", notice, name="notice_pdf"),
]
