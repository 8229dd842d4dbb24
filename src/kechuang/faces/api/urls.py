"""The API: the same door and the same view of rows as the pages, for machines; it may never do what the pages cannot."""

from __future__ import annotations

from inspect import getclosurevars
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from ninja import File, NinjaAPI, Query
from ninja.files import UploadedFile
from ninja.renderers import JSONRenderer

from kechuang.casework import acts, answers, files, queries
from kechuang.casework.models import Case, Notice, Record, Round
from kechuang.casework.pages import pages_of
from kechuang.desks.projects import reports
from kechuang.desks.texts.searching import Wanted, search
from kechuang.engines import forms
from kechuang.engines.flow import Act
from kechuang.faces.access import now, person
from kechuang.faces.api import accounts, experts, money, objections, offices, policies, problems, registers
from kechuang.faces.api.gates import PROBLEMS, Needs, part
from kechuang.faces.api.schemas import (
    ActIn,
    ActOut,
    CaseOut,
    DraftIn,
    DraftOut,
    FileOut,
    FoundOut,
    HitOut,
    NoticeOut,
    OpenIn,
    Page,
    Problem,
    RecordOut,
    ReportIn,
    ReportOut,
    ResultOut,
    RoundOut,
    SearchIn,
    stamp,
)
from kechuang.faces.web import finding
from kechuang.faces.web.casefile import REPORTS, writes
from kechuang.faces.web.cases import opened
from kechuang.parties.models import Person

DRAFTS, FILED = ("draft", "correction"), ("file", "files", "signature")


class Api(NinjaAPI):
    """The API with its problems told in its schema as they are sent: application/problem+json (RFC 9457)."""

    def get_openapi_schema(self, **given: Any) -> Any:
        schema = super().get_openapi_schema(**given)
        answers = [
            answer
            for path in schema["paths"].values()
            for operation in path.values()
            for status, answer in operation["responses"].items()
            if int(status) >= 400 and "application/json" in answer.get("content", {})
        ]
        for answer in answers:
            answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return schema


class Plain(JSONRenderer):
    """Chinese as it is written: shorter, and a gate that looks for a word finds it."""

    json_dumps_params = {"ensure_ascii": False}


api = Api(
    title="kechuang",
    version="1",
    description="The same acts under the same permissions as the pages.",
    renderer=Plain(),
)
problems.told_by(api)


@api.get("/rounds", response={200: list[RoundOut], 422: Problem}, auth=None, tags=["public"])
def rounds(request: HttpRequest, page: Query[Page]) -> Any:
    """Published rounds, newest first."""
    return part(queries.rounds_visible_to(None, now()).order_by("-published_at", "code"), page)


@api.get("/rounds/{code}", response={200: RoundOut, **PROBLEMS}, auth=None, tags=["public"])
def round_(request: HttpRequest, code: str) -> Any:
    """One published round."""
    return get_object_or_404(queries.rounds_visible_to(None, now()), code=code)


@api.get("/rounds/{code}/form", response={200: dict[str, Any], **PROBLEMS}, auth=None, tags=["public"])
def form(request: HttpRequest, code: str) -> Any:
    """The JSON Schema of a round's application form."""
    return forms.schema_of(pages_of(get_object_or_404(queries.rounds_visible_to(None, now()), code=code)).form)


@api.get("/notices", response={200: list[NoticeOut], 422: Problem}, auth=None, tags=["public"])
def notices(request: HttpRequest, page: Query[Page]) -> Any:
    """Publications, newest first."""
    return part(Notice.objects.select_related("round").order_by("-on", "code"), page)


@api.get("/results", response={200: list[ResultOut], 422: Problem}, auth=None, tags=["public"])
def results(request: HttpRequest, page: Query[Page], q: str = "") -> Any:
    """Funded projects, as open data."""
    rows = Case.objects.filter(award__isnull=False, parent=None).select_related("round", "applicant", "leader", "award")
    if words := q.strip()[:100]:
        rows = rows.filter(Q(title__icontains=words) | Q(applicant__name__icontains=words))
    return part(rows.order_by("-award__on", "project_no"), page)


@api.get("/search", response={200: FoundOut, 422: Problem}, auth=None, tags=["public"])
def find(request: HttpRequest, asked: Query[SearchIn]) -> Any:
    """Anything the one who asks may open: what is hidden is neither told nor counted."""
    wanted = Wanted.of(asked.dict(exclude={"typing", "limit"}), typing=asked.typing)
    answer = search(wanted, person=finding.asker(request), on=now(), top=asked.limit)
    hits = [
        HitOut(
            kind=hit.kind, id=hit.id, title=hit.title.text, title_marks=list(hit.title.marks), href=finding.ADDRESSES[hit.kind](hit, request), year=hit.year or None,
            place=hit.place, snippet=hit.snippet.text, marks=list(hit.snippet.marks),
        )
        for hit in answer.hits
    ]  # fmt: skip
    return {"as_of": answer.as_of, "hits": hits}


@api.post("/rounds/{code}/cases", response={201: CaseOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def start(request: HttpRequest, code: str, body: OpenIn) -> Any:
    """Start an application in an open round."""
    found: Round = get_object_or_404(queries.rounds_visible_to(None, now()).select_related("frozen"), code=code)
    return 201, acts.open_case(found, by=person(request), on=now(), key=body.key)


@api.get("/cases", response={200: list[CaseOut], **PROBLEMS}, auth=Needs(), tags=["cases"])
def cases(request: HttpRequest, page: Query[Page], state: str = "", round: str = "") -> Any:
    """The cases that the person who asks may see."""
    rows = queries.visible_to(person(request), now())
    rows = rows.filter(state=state) if state else rows
    return part((rows.filter(round__code=round) if round else rows).order_by("number"), page)


def mine(request: HttpRequest, number: str) -> Case:
    """The case of that number, if the person who asks may see it."""
    rows = queries.visible_to(person(request), now()).select_related("round__frozen", "parent")
    return get_object_or_404(rows, number=number)


@api.get("/cases/{number}", response={200: CaseOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def case(request: HttpRequest, number: str) -> Any:
    """One case."""
    return mine(request, number)


@api.get("/cases/{number}/acts", response={200: list[ActOut], **PROBLEMS}, auth=Needs(), tags=["cases"])
def possible(request: HttpRequest, number: str) -> Any:
    """What the person who asks can do with the case now."""
    found = mine(request, number)
    thawed = pages_of(found.round)
    steps = acts.possible_acts(found, by=person(request), on=now())
    return [act_out(step, thawed.asked_here(found, step.name)) for step in steps]


def act_out(step: Act, inputs: forms.Form | None) -> dict[str, Any]:
    """One act that can be done now, with the schema of what it asks."""
    schema = forms.schema_of(inputs) if inputs else {}
    return {"name": step.name, "title": dict(step.title), "to": step.to, "inputs": schema}


@api.post("/cases/{number}/acts/{name}", response={200: RecordOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def act(request: HttpRequest, number: str, name: str, body: ActIn) -> Any:
    """Carry out one act; sending it again with the same key gives the same record."""
    return acts.act(mine(request, number), name, by=person(request), on=now(), key=body.key, data=body.data)


@api.post("/cases/{number}/children/{flow}/{name}", response={201: CaseOut, **PROBLEMS}, auth=Needs(), tags=["cases"])  # fmt: skip
def open_child(request: HttpRequest, number: str, flow: str, name: str, body: ActIn) -> Any:
    """Open what hangs on a case: a change, an appeal, a mid-term assessment, a sub-project."""
    found = mine(request, number)
    child = pages_of(found.round).round.flows.get(flow)
    if child is None or child.parent is None or name not in child.acts or not child.acts[name].opens:
        return problems.problem(404, _("没有这一项"), _("办件上没有这种从属办件。"))
    opened = {"flow": flow, "name": name, "parent": found, "data": body.data}
    return 201, acts.open_case(found.round, by=person(request), on=now(), key=body.key, **opened)


def visible_round(request: HttpRequest, code: str) -> Round:
    """The round of that code, if the person who asks may see it."""
    rows = queries.rounds_visible_to(person(request), now()).select_related("frozen", "institution")
    return get_object_or_404(rows, code=code)


@api.get("/rounds/{code}/acts", response={200: list[ActOut], **PROBLEMS}, auth=Needs(), tags=["rounds"])
def possible_on_round(request: HttpRequest, code: str) -> Any:
    """What the person who asks can do with the round now."""
    found = visible_round(request, code)
    flow = pages_of(found).flow_of(found)
    steps = acts.possible_acts(found, by=person(request), on=now())
    return [act_out(step, pages_of(found).inputs(flow.code, step.name)) for step in steps]


@api.post("/rounds/{code}/acts/{name}", response={200: RecordOut, **PROBLEMS}, auth=Needs(), tags=["rounds"])
def act_on_round(request: HttpRequest, code: str, name: str, body: ActIn) -> Any:
    """Carry out one act on a round; sending it again with the same key gives the same record."""
    return acts.act(visible_round(request, code), name, by=person(request), on=now(), key=body.key, data=body.data)


@api.put("/cases/{number}/drafts/{section}", response={200: DraftOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def draft(request: HttpRequest, number: str, section: str, body: DraftIn) -> Any:
    """Keep what was typed into one section of a draft that the person leads."""
    found = get_object_or_404(
        Case.objects.select_related("round"), number=number, leader=person(request), state__in=DRAFTS
    )
    if section not in {s.code for s in pages_of(found.round).form.sections}:
        return problems.problem(404, _("没有这一项"), _("申请书没有这一部分。"))
    return answers.save_draft(found, section, body.answers, version=body.version, by=person(request), on=now())


@api.post("/cases/{number}/files/{field}", response={201: FileOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def attach(request: HttpRequest, number: str, field: str, file: File[UploadedFile]) -> Any:
    """Lay a file on a case, for a field of its draft or an input of an act that can be done now; acts and drafts name it by digest."""
    found = mine(request, number)
    if field not in {*_of_draft(found, person(request)), *_of_acts(found, person(request))}:
        return problems.problem(404, _("没有这一项"), _("这里没有由你上传的这一项附件。"))
    return 201, files.keep(found, field, file.name or "", file.chunks(), by=person(request), on=now())


@api.put("/cases/{number}/reports/{kind}", response={200: ReportOut, **PROBLEMS}, auth=Needs(), tags=["cases"])
def report(request: HttpRequest, number: str, kind: str, body: ReportIn) -> Any:
    """Keep what was typed into the open report of a running project; its act files it. `stamp` is that of what it was written on."""
    file = opened(request, number)
    if kind not in REPORTS or file.case.parent_id or not writes(file, kind):
        return problems.problem(404, _("没有这一项"), _("现在没有由你填写的这种报告。"))
    there = reports.latest(file.case, kind, filed=False)
    if there is not None and stamp(there.on) != body.stamp:
        return problems.problem(
            409, "Written meanwhile", "The report was changed after the stamp you sent; read it again."
        )
    return reports.draft(file.case, kind, body.answers, by=person(request), on=now())


def _of_draft(found: Case, who: Person) -> list[str]:
    """The fields of the draft that hold files, itself or in a column, for whoever leads it."""
    if found.leader_id != who.pk or found.state not in DRAFTS:
        return []
    fields = pages_of(found.round).form.fields.values()
    return [one.code for one in fields if {one.kind, *(column.kind for column in one.columns)} & {"file", "files"}]


def _of_acts(found: Case, who: Person) -> list[str]:
    """The inputs of the acts that this person can do now which take a file, or the scan of a stamped copy."""
    steps = acts.possible_acts(found, by=who, on=now())
    return [name for step in steps for name, said in step.inputs.items() if said.get("kind") in FILED]


@api.get("/cases/{number}/records", response={200: list[RecordOut], **PROBLEMS}, auth=Needs(), tags=["cases"])
def records(request: HttpRequest, number: str) -> Any:
    """The chain of a case, oldest first, as it can be verified without us."""
    return list(queries.history(mine(request, number)))


@api.get("/records/{digest}", response={200: RecordOut, **PROBLEMS}, auth=Needs(), tags=["ledger"])
def record(request: HttpRequest, digest: str) -> Any:
    """One record by its digest, of a case that the person who asks may see."""
    found = get_object_or_404(Record, digest=digest, subject_kind="case")
    mine(request, found.subject)
    return found


api.add_router("/policies", policies.router)
api.add_router("/reviews", experts.seats)
api.add_router("", experts.entries)
api.add_router("/money", money.router)
api.add_router("/registers", registers.router)
api.add_router("", objections.router)
api.add_router("", accounts.router)
api.add_router("", offices.router)


def _operations(pattern: Any) -> list[Any]:
    """The operations of one address. Ninja's view holds them in its closure; the few addresses of its own have none."""
    if pattern.name in ("openapi-json", "openapi-view", "api-root"):
        return []
    return list(getclosurevars(pattern.callback).nonlocals["self"].operations)


def _said(pattern: Any) -> Any:
    """Every address says what it needs, as those of the pages do; the operations of one address need the same."""
    needs = {
        next(((one.need, one.behind) for one in op.auth_callbacks), ("anyone", False)) for op in _operations(pattern)
    }
    if len(needs) > 1:
        raise ValueError(f"{pattern.pattern}: its operations need different things: {sorted(needs)}")
    pattern.callback.__dict__["needs"], pattern.callback.__dict__["behind"] = needs.pop() if needs else ("anyone", False)  # fmt: skip
    return pattern


_patterns, _app, _namespace = api.urls
urlpatterns = [path("api/", ([_said(pattern) for pattern in _patterns], _app, _namespace))]
