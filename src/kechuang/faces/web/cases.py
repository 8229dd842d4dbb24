"""Pages of one case for everyone who may see it: where it stands, acts with their consequences, receipts, reports, papers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from kechuang.casework import answers, documents, files, rectifying, sealer, todo
from kechuang.casework.acts import SECOND, InputRefused, act, open_case
from kechuang.casework.models import Attachment, Case, Document, Letter, Record
from kechuang.casework.pages import day_of
from kechuang.casework.queries import may_open, visible_to
from kechuang.desks.projects import reports
from kechuang.desks.projects.models import Report
from kechuang.desks.projects.task_books import differences
from kechuang.engines import forms, ledger
from kechuang.engines.flow import Act, Flow
from kechuang.faces.access import held_by, needs, now, person
from kechuang.faces.web import casefile, claims, drawing, printing, wording
from kechuang.faces.web.casefile import CaseFile
from kechuang.faces.web.choosing import offered
from kechuang.faces.web.lists import fresh_key
from kechuang.faces.web.mine_rows import address_of
from kechuang.faces.web.questions import Around, questions, section_shown, wrong
from kechuang.faces.web.sentences import sentence
from kechuang.faces.web.shell import WAITING
from kechuang.faces.web.sight import shows, sight
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

MOMENT = timedelta(minutes=1)
NEAR = (
    "round__frozen",
    "round__institution",
    "applicant",
    "recommender",
    "leader",
    "parent",
    "parent__round",
    "award",
    "grant",
)


def opened(request: HttpRequest, number: str) -> CaseFile:
    """A case that the one who asks may see, as they may see it; 404 for everyone else."""
    on = now()
    case = get_object_or_404(visible_to(person(request), on).select_related(*NEAR), number=number)
    return CaseFile(case, sight(person(request), case, held_by(request)), on)


GUESTS = frozenset(
    {"joiner", "part_head", "joining_unit", "joining_finance"}
)  # asked to join by a change or to head a part: the project is not theirs to open


@needs("person")
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The case: where it stands, who has it, since when, until when; what one can do; what has been done."""
    file = opened(request, number)
    findings = file.case.findings.exclude(verdict="pass") if file.reader.office and not file.case.parent_id else ()
    shown = {
        "case": file.case, "title": answers.title_of(file.case), "state": file.heading(), "flow": file.steps(), "acts": file.acts(), "openings": file.openings(),
        "children": file.children(), "facts": file.facts(), "records": file.told(), "papers": file.papers(), "files": file.files(),
        "opinions": file.opinions(), "money": file.money(), "team": file.team(), **file.changed(), "reports": file.reports(), "reader": file.reader, "flow_title": file.flow.title,
        "findings": [printing.finding(one) for one in findings], "trail": _trail(file),
        "whole_pdf": address_of("application_pdf", number) if file.reader.identity and file.case.answers else "",
        "computed": claims.links(file.case, file.reader, file.on), "slips": file.slips(), "key": fresh_key(),
    }  # fmt: skip
    return render(request, "cases/case.html", shown)


def _trail(file: CaseFile) -> list[dict[str, Any]]:
    parent = file.case.parent
    home = (
        {"title": _("我的办件"), "href": reverse("mine")}
        if file.reader.applies
        else {"title": _("办件"), "href": reverse("todo")}
    )
    call = {"title": file.case.round.title}
    if file.case.round.published_at:
        call["href"] = address_of("call", file.case.round.code)
    above: dict[str, Any] = {"title": parent.title or parent.number} if parent else call
    if parent and file.reader.roles - GUESTS:
        above["href"] = reverse("case", args=[parent.number])
    return [home, above, {"title": file.case.project_no or file.case.number}]


# Acts


@needs("person")
def act_page(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One act: what will happen to whom, what is asked, then the press; refused with its reasons, with everything typed kept."""
    file = opened(request, number)
    step = file.flow.acts.get(name.removeprefix(SECOND))
    if step is None or step.through:
        raise Http404
    form = None if name.startswith(SECOND) else file.pages.asked_here(file.case, step.name)
    if request.method != "POST":
        return render(request, "cases/act.html", _asking(request, file, step, name, form, {}))
    typed, errors = _typed(request, file.case, form)
    if errors or "add" in request.POST or "remove" in request.POST:
        status = 422 if errors else 200
        return render(
            request, "cases/act.html", _asking(request, file, step, name, form, typed, errors=errors), status=status
        )
    before = todo.waiting_on(file.case, person(request), file.on)
    try:
        record = act(file.case, name, by=person(request), on=file.on, key=request.POST.get("key", ""), data=typed)
    except Refused as refusal:
        return render(
            request,
            "cases/act.html",
            _asking(request, opened(request, number), step, name, form, typed, refusal=refusal),
            status=422,
        )
    _count_on(request, todo.waiting_on(file.case, person(request), file.on) - before)
    return _told(request, file.case, record)


def _count_on(request: HttpRequest, more: int) -> None:
    """The number in the bar moves with the case; to count all that waits for an officer takes longer than the act."""
    if WAITING in request.session:
        request.session[WAITING] = max(0, request.session[WAITING] + more)
    else:
        request.session[WAITING] = todo.count(person(request), now())


def _typed(request: HttpRequest, case: Case, form: forms.Form | None) -> tuple[dict[str, Any], drawing.Errors]:
    """What was typed into an act's inputs, with files kept and people found; refusals of files by path."""
    if form is None:
        return {}, {}
    typed = drawing.posted(request, form.fields)
    errors = drawing.uploaded(request, case, typed, form.fields, now())
    errors = {**errors, **drawing.scans(request, case, typed, form.fields.values(), now())}
    drawing.find_people(form.fields.values(), typed)
    names = drawing.Names().read(text for _path, text in drawing.picked(form.fields.values(), typed))
    return typed, {**errors, **drawing.unknown(form.fields.values(), typed, names)}


def _asking(
    request: HttpRequest, file: CaseFile, step: Act, name: str, form: forms.Form | None, typed: Mapping[str, Any],
    *, errors: Any = None, refusal: Refused | None = None,
) -> dict[str, Any]:  # fmt: skip
    title = (
        wording.text(step.title)
        if not name.startswith(SECOND)
        else _("见证：%(act)s") % {"act": wording.text(step.title)}
    )
    told = dict(refusal.errors) if isinstance(refusal, InputRefused) else dict(errors or {})
    reasons = () if refusal is None or isinstance(refusal, InputRefused) else printing.reasons(file, refusal)
    against = file.against(name)
    return {
        "case": file.case, "called": answers.title_of(file.case), "title": title, "effects": [*not_taken(file.flow.not_about(step)), *casefile.what_follows(file, step)], "key": request.POST.get("key") or fresh_key(),
        "act": {"name": name, "title": title, "href": request.path}, "act_fields": _fields(request, file, step, form, typed, told),
        "errors": wrong(form, told, drawing.language()) if form and told else (), "reasons": reasons, "against": against if refusal is None else None,
        "state": file.heading(), "back": reverse("case", args=[file.case.number]), "trail": _trail(file),
    }  # fmt: skip


def _fields(
    request: HttpRequest, file: CaseFile, step: Act, form: forms.Form | None, typed: Mapping[str, Any], errors: Any
) -> tuple[Any, ...]:
    """The inputs of an act as they are drawn."""
    if form is None:
        return ()
    cleaned = forms.clean(form, typed, stage="draft", choices=file.pages.choices)
    names = drawing.Names().read(text for _path, text in drawing.picked(form.fields.values(), cleaned.typed))
    extra = {request.POST["add"]: 1} if "add" in request.POST else {}
    near: Around = drawing.around(
        file.case, choices=file.pages.choices, offered=offered(file, step), names=names, extra=extra
    )
    told = {**cleaned.errors, **errors}
    return questions(form.fields.values(), answers=cleaned.typed, values=cleaned.values, errors=told, around=near)


def _told(request: HttpRequest, case: Case, record: Record) -> HttpResponse:
    """After an act: its receipt if it gives one, else the case; the to-do list for those who no longer see it."""
    receipt = documents.RECEIPT.one(record.pk)
    if not may_open(person(request), case, now()):
        messages.success(request, _("已办理。"))
        return redirect("todo")
    if receipt is not None and case.flow != "objection":
        return redirect("receipt", case.number, receipt.code)
    messages.success(request, _("已办理，写入台账。"))
    return redirect("case", case.number)


@needs("person")
def open_child(request: HttpRequest, number: str, flow: str, name: str) -> HttpResponse:
    """A case that hangs on this one: a change, an appeal, a sub-project, an assessment; asked and opened like any act."""
    file = opened(request, number)
    child, step = _opening(file, flow, name)
    form = file.pages.inputs(flow, name)
    if request.method != "POST":
        return render(request, "cases/act.html", _opening_page(request, file, child, step, form, {}))
    typed, errors = _typed(request, file.case, form)
    if errors or "add" in request.POST or "remove" in request.POST:
        shown = _opening_page(request, file, child, step, form, typed, errors=errors)
        return render(request, "cases/act.html", shown, status=422 if errors else 200)
    try:
        born = open_case(
            file.case.round,
            by=person(request),
            on=file.on,
            key=request.POST.get("key", ""),
            flow=flow,
            name=name,
            parent=file.case,
            data=typed,
        )
    except Refused as refusal:
        shown = _opening_page(request, opened(request, number), child, step, form, typed, refusal=refusal)
        return render(request, "cases/act.html", shown, status=422)
    messages.success(request, _("已办理，写入台账。"))
    return redirect("case", born.number)


def _opening(file: CaseFile, flow: str, name: str) -> tuple[Flow, Act]:
    """The opening act of a child flow that this reader may carry out here; 404 for any other."""
    child = file.pages.round.flows.get(flow)
    if (
        child is None
        or child.parent is None
        or name not in {one["name"] for one in file.openings() if f"/open/{flow}/" in one["href"]}
    ):
        raise Http404
    return child, child.acts[name]


def _opening_page(request: HttpRequest, file: CaseFile, child: Flow, step: Act, form: forms.Form | None, typed: Mapping[str, Any], **told: Any) -> dict[str, Any]:  # fmt: skip
    shown = _asking(request, file, step, step.name, form, typed, **told)
    state = child.states[step.to]
    first = _("新开一件“%(what)s”，处于“%(state)s”；原办件的状态不变。") % {
        "what": wording.text(child.title),
        "state": wording.text(state.title),
    }
    stops = [_("办理期间停止拨款。")] if child.parent and child.parent.stops_payment else []
    last = shown["effects"][-1:]
    return {
        **shown,
        "effects": [first, *not_taken(file.flow.not_about(step, child=child.code)), *stops, *last],
        "title": f"{wording.text(child.title)}{_('：')}{wording.text(step.title)}",
    }


def not_taken(beyond: Any) -> list[str]:
    """What an appeal or objection is not taken up for, as the page's table of appeals says it."""
    return [_("这些不受理：%(what)s。") % {"what": wording.text(beyond)}] if beyond else []


# Papers and files


@needs("person")
def form_print(request: HttpRequest, number: str) -> HttpResponse:
    """The whole form to read and to print; for a blind review without what tells who wrote it."""
    file = opened(request, number)
    if file.case.parent_id:
        raise Http404
    return render(
        request,
        "cases/print.html",
        {
            "case": file.case,
            "sections": printing.blocks(file),
            "reader": file.reader,
            "digest": file.case.answers_digest,
        },
    )


def _receipt(file: CaseFile, code: str) -> Document:
    row = get_object_or_404(
        Document.objects.select_related("record", "case"), code=code, case=file.case, kind="receipt"
    )
    if not shows(row, file.reader, set()):
        raise Http404
    return row


@needs("person")
def receipt(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The receipt of one hop: when it came in, its digest, its code, and what comes next."""
    file = opened(request, number)
    row = _receipt(file, code)
    return render(
        request,
        "cases/receipt.html",
        {
            "case": file.case,
            "receipt": printing.receipt(file, row),
            "row": row,
            "pdf": address_of("document_pdf", row.code),
            "sealed": bool(row.record and row.record.log_index is not None),
        },
    )


@needs("person")
def receipt_file(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The receipt as a file that anyone can check; with its place in the log once it is sealed."""
    row = _receipt(opened(request, number), code)
    body = dict(row.body)
    proof = sealer.proof(row.record) if row.record else None
    if proof is not None:
        body = ledger.with_proof(body, **proof)  # type: ignore[arg-type]
    answer = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="receipt-{row.code}.json"'
    return answer


@needs("person")
def case_file(request: HttpRequest, number: str, digest: str) -> HttpResponseBase:
    """An attachment, always as a download; never for those before whom the applicant is hidden."""
    file = opened(request, number)
    row = Attachment.objects.filter(case=file.case, digest=digest, removed=False).first()
    if row is None or not file.reader.identity:
        raise Http404
    return FileResponse(
        files.opened(row), as_attachment=True, filename=row.name, content_type="application/octet-stream"
    )


@needs("person")
def document(request: HttpRequest, code: str) -> HttpResponse:
    """A letter, notice or decision as it was issued; opening one's own letter marks it as read."""
    who, on = person(request), now()
    row = get_object_or_404(Document.objects.select_related("case", "round"), code=code)
    mine = Letter.objects.filter(document=row, person=who)
    if not (mine.exists() or row.public):
        file = opened(request, row.case.number) if row.case else None
        if file is None or not shows(row, file.reader, set()):
            raise Http404
    mine.filter(read_at=None).update(read_at=on)
    return render(request, "cases/document.html", {"paper": printing.paper(row), "row": row, "touched": rectifying.touched(row.record)})  # fmt: skip


# Reports


@needs("person")
def report(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A report of a running project: drafted here, filed by its act; filed versions can only be read."""
    file = opened(request, number)
    if kind not in Report.KINDS or file.case.parent_id:
        raise Http404
    filed = Report.objects.filter(case=file.case, kind=kind, version=request.GET.get("version", "0")).exclude(filed_at=None).first() if request.GET.get("version", "0").isdecimal() else None  # fmt: skip
    may = casefile.writes(file, kind)
    shown = filed or (None if may else casefile.laid_open(file, kind))
    if shown is None and not may:
        raise Http404
    if shown is not None and filed is None and request.method == "POST":
        messages.error(request, sentence(Reason("task_book_signed")))
        return render(request, "cases/report.html", _report(request, file, kind, shown), status=409)
    if request.method == "POST" and filed is None:
        return _report_kept(request, file, kind)
    return render(request, "cases/report.html", _report(request, file, kind, shown))


def _report_kept(request: HttpRequest, file: CaseFile, kind: str) -> HttpResponse:
    form = reports.form_of(file.case, kind)
    typed, errors = _typed(request, file.case, form)
    row = reports.latest(file.case, kind, filed=False)
    if row and _crossed(request, row, typed, file.on):
        shown = {**_report(request, file, kind, None, typed=typed), "clash": row, "version": stamp(row.on)}
        return render(request, "cases/report.html", shown, status=409)
    kept = reports.draft(
        file.case,
        kind,
        forms.clean(form, typed, stage="draft", choices=file.pages.choices).typed,
        by=person(request),
        on=file.on,
    )
    if request.headers.get("HX-Request"):
        return render(request, "parts/saved.html", {"saved": kept.on, "version": stamp(kept.on)})
    if errors:
        return render(request, "cases/report.html", _report(request, file, kind, None, errors=errors), status=422)
    more = f"?add={request.POST['add']}" if "add" in request.POST else ""
    return redirect(reverse("report", args=[file.case.number, kind]) + more)


def _crossed(request: HttpRequest, row: Report, typed: Mapping[str, Any], on: datetime) -> bool:
    """Whether somebody else wrote in the meantime; what this person kept a moment ago is this page's own autosave."""
    own = row.by_id == person(request).pk and on - row.on < MOMENT
    return not own and request.POST.get("version", "") not in ("", stamp(row.on)) and row.typed != typed


def stamp(on: datetime) -> str:
    """The version of a report's draft: the moment it was kept."""
    return on.isoformat()


def _report(request: HttpRequest, file: CaseFile, kind: str, filed: Report | None, *, typed: Any = None, errors: Any = None) -> dict[str, Any]:  # fmt: skip
    form = reports.form_of(file.case, kind)
    row = filed or reports.latest(file.case, kind, filed=False)
    said = typed if typed is not None else printing.report_answers(file, kind, form, row)
    cleaned = forms.clean(
        form,
        said,
        stage="submit" if request.GET.get("check") else "draft",
        choices=file.pages.choices,
        known=file.pages.params(day_of(file.on)),
    )
    names = drawing.Names().read(text for _path, text in drawing.picked(form.fields.values(), cleaned.typed))
    near = drawing.around(
        file.case,
        choices=file.pages.choices,
        names=names,
        readonly=filed is not None,
        extra=dict.fromkeys(request.GET.getlist("add"), 1),
    )
    fields = questions(
        form.fields.values(),
        answers=cleaned.typed,
        values=cleaned.values,
        errors={**cleaned.errors, **(errors or {})},
        around=near,
    )
    shown, moved = section_shown(form.sections[0], fields, drawing.language()), file.changed()
    return {
        "case": file.case, "kind": kind, "title": casefile.REPORT_TITLES[kind], "section": {**shown, "title": casefile.REPORT_TITLES[kind], "code": kind},
        "filed": filed, "saved": row.on if row else None, "version": stamp(row.on) if row else "", "action": reverse("report", args=[file.case.number, kind]),
        "key": f"{file.case.number}:{kind}", "acts": [one for one in file.acts() if printing.files_report(file, one["name"])], "trail": _trail(file), "targets": moved["targets"] if kind in ("acceptance", "midterm") else [], "budget": moved["budget"],
        "differs": differences(file.case, row, drawing.language()) if row and kind == "task_book" and file.reader.identity else (),
        "errors": wrong(form, cleaned.errors, drawing.language()) if request.GET.get("check") else (),
    }  # fmt: skip


urlpatterns = [
    path("cases/<str:number>/", case, name="case"),
    path("cases/<str:number>/act/<str:name>/", act_page, name="act"),
    path("cases/<str:number>/open/<str:flow>/<str:name>/", open_child, name="open_child"),
    path("cases/<str:number>/form/print/", form_print, name="form_print"),
    path("cases/<str:number>/receipt/<str:code>/", receipt, name="receipt"),
    path("cases/<str:number>/receipt/<str:code>.json", receipt_file, name="receipt_file"),
    path("cases/<str:number>/files/<str:digest>/", case_file, name="case_file"),
    path("cases/<str:number>/reports/<str:kind>/", report, name="report"),
    path("documents/<str:code>/", document, name="document"),
]
