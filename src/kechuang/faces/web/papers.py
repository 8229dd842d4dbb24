"""Papers to download: documents and applications as PDF, a notice as PDF, the whole file of a case as one archive."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from kechuang.casework import queries
from kechuang.casework.models import Case, Document, Notice
from kechuang.faces.access import needs, now, person
from kechuang.faces.exports import archive, papers


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


@needs("anyone")
def document(request: HttpRequest, code: str) -> HttpResponse:
    """A document as PDF: a public one for anyone, any other for who may see its case or received it."""
    seen = Q(public=True)
    if request.user.is_authenticated:
        visible = queries.visible_to(person(request), now()).values("pk")
        seen |= Q(case__in=visible) | Q(letters__person=request.user)
    row = get_object_or_404(
        Document.objects.filter(seen).distinct().select_related("case", "case__applicant"), code=code
    )
    return download(papers.pdf(papers.of_document(row), on=row.on), f"{row.kind}-{row.code}.pdf", "application/pdf")


@needs("person")
def application(request: HttpRequest, number: str) -> HttpResponse:
    """The submitted form as PDF."""
    case = mine(request, number)
    return download(papers.pdf(papers.of_application(case), on=case.opened_at), f"{case.number}.pdf", "application/pdf")


@needs("anyone")
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """A list under notice as PDF."""
    row = get_object_or_404(Notice.objects.select_related("round"), code=code)
    return download(papers.pdf(papers.of_notice(row), on=row.on), f"notice-{row.code}.pdf", "application/pdf")


@needs("office")
def whole_file(request: HttpRequest, number: str) -> HttpResponse:
    """The whole file of a case as one archive, for audit."""
    return download(archive.archived(mine(request, number), on=now()), f"{number}.zip", "application/zip")


urlpatterns = [
    path("documents/<str:code>.pdf", document, name="document_pdf"),
    path("cases/<str:number>/application.pdf", application, name="application_pdf"),
    path("cases/<str:number>/file.zip", whole_file, name="case_archive"),
    path("notices/<str:code>/notice.pdf", notice, name="notice_pdf"),
]
