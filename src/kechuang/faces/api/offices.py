"""What offices do beside the acts of cases, for machines: rounds opened, panels drawn, findings judged, slips put right, institutions, clues."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile

from kechuang.casework import acts, files, opening, rectifying
from kechuang.casework.acts import Wish, act_many
from kechuang.casework.findings import settle_finding
from kechuang.casework.models import Case, Finding, Record
from kechuang.casework.queries import visible_to
from kechuang.desks.experts import ceremonies
from kechuang.desks.experts import queries as expert_queries
from kechuang.desks.integrity import actions, inquiries
from kechuang.desks.integrity.models import Clue
from kechuang.desks.projects import delegating
from kechuang.desks.projects.models import Delegation, Yearly
from kechuang.faces.access import held_by, now, person
from kechuang.faces.api.gates import MAX_SHORT, PROBLEMS, Answered, Done, Filled, Keyed, Needs, cleaned, given, part
from kechuang.faces.api.schemas import ActIn, CaseOut, FileOut, Page, RecordOut, RoundOut
from kechuang.faces.web import comparing, institutions, panels, rectify
from kechuang.faces.web.cases import opened
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused

router = Router(tags=["offices"])
FILED = ("file", "files", "signature")


class CountOut(Schema):
    """How many acts were done, and why others were not."""

    done: int
    refused: list[str]


class LoneOut(Schema):
    """A case that waits for a panel of its own: by number only."""

    number: str
    round: str
    act: str


class FindingOut(Schema):
    """What one check has found of a case."""

    id: int = Field(..., alias="pk")
    check: str = Field(..., alias="check_name")
    verdict: str
    settled_word: str


class JudgedIn(Keyed):
    """An officer's judgement: why, and for a likeness the way it was judged."""

    word: str = Field(..., max_length=2000)
    way: str = Field("", max_length=40)


class SlipIn(Keyed):
    """Which words of a record are to be read otherwise, and why."""

    field: str = Field(..., max_length=80)
    text: str = Field(..., max_length=20_000)
    why: str = Field(..., max_length=2000)


class InquiryIn(Keyed):
    """A clue about a person or a unit (public ids), by hand or from a clue of the house."""

    source: str = Field("", max_length=40)
    text: str = Field("", max_length=20_000)
    person: str = Field("", max_length=MAX_SHORT)
    unit: str = Field("", max_length=MAX_SHORT)
    named: bool = False
    clue: str = Field("", max_length=40)


@router.post("/offices/rounds", response={201: RoundOut, **PROBLEMS}, auth=Needs("planning"))
def open_round(request: HttpRequest, body: Filled) -> Any:
    """Open a round from a programme's page; `data` as the page asks it."""
    values = cleaned(opening.INPUTS, body.data, opening.choices)
    made = acts.open_round(values["programme"], **given(request, body.key), **opening.columns(values))
    return 201, made


@router.post("/rounds/{code}/draw", response={200: CountOut, **PROBLEMS}, auth=Needs("draws"))
def draw_all(request: HttpRequest, code: str, body: Keyed) -> Any:
    """Draw every panel of the open ceremony. Its other steps are acts on the round."""
    one = panels.round_for(request, code, "execution")
    ceremony = ceremonies.open_of(one)
    found = expert_queries.to_draw(one, ceremony.groups) if ceremony else []
    wishes = [Wish(case, name, f"{body.key}:{case.number}") for case, name in found]
    told = act_many(wishes, by=person(request), on=now(), size=400)
    refused = [one for one in told if isinstance(one, Refused)]
    if refused and len(refused) == len(told):
        raise refused[0]
    why = dict.fromkeys(sentence(reason) for one in refused for reason in one.reasons)
    return {"done": len(told) - len(refused), "refused": list(why)}


@router.get("/panels", response={200: list[LoneOut], **PROBLEMS}, auth=Needs("draws"))
def lone_panels(request: HttpRequest, page: Query[Page]) -> Any:
    """Cases that wait for a panel of their own."""
    found = expert_queries.drawn_alone(held_by(request))
    return [{"number": case.number, "round": case.round.code, "act": step.name} for case, step in part(found, page)]


@router.post("/panels/{number}", response={200: Done, **PROBLEMS}, auth=Needs("draws"))
def draw_alone(request: HttpRequest, number: str, body: ActIn) -> Any:
    """Draw the panel of one case: public dice and the commitments of three parties."""
    found = next((pair for pair in expert_queries.drawn_alone(held_by(request)) if pair[0].number == number), None)
    if found is None:
        raise Http404
    acts.act(found[0], found[1].name, data=body.data, **given(request, body.key))
    return Done()


@router.get("/cases/{number}/findings", response={200: list[FindingOut], **PROBLEMS}, auth=Needs("office"))
def findings(request: HttpRequest, number: str) -> Any:
    """What the checks have found of a case."""
    return list(Finding.objects.filter(case=_seen(request, number)).order_by("verdict", "pk"))


@router.post("/cases/{number}/findings/{pk}", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def judge(request: HttpRequest, number: str, pk: int, body: JudgedIn) -> Any:
    """Record an officer's judgement of one finding."""
    if not 0 < pk < 2**31:
        raise Http404
    rows = Finding.objects.select_related("case__round__institution", "case__applicant")
    finding = get_object_or_404(rows, case=_seen(request, number), pk=pk)
    settle_finding(finding, comparing.judged(finding, body.way, body.word), **given(request, body.key))
    return Done()


@router.post("/cases/{number}/compare", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def compare_anew(request: HttpRequest, number: str, body: Keyed) -> Any:
    """Ask for the comparison with other texts anew; the worker leaves the finding."""
    comparing.ask_again(_seen(request, number), **given(request, body.key))
    return Done()


@router.post("/cases/{number}/slips/{position}", response={200: RecordOut, **PROBLEMS}, auth=Needs())
def ask_to_rectify(request: HttpRequest, number: str, position: int, body: SlipIn) -> Any:
    """Ask that words of the act at that place of the chain be put right; a second person's word makes it so."""
    file = opened(request, number)
    record: Record = rectify.said_in(file, position)
    return rectifying.ask(file.case, record, body.field, body.text, body.why, **given(request, body.key))


@router.post("/cases/{number}/rectify/{digest}", response={200: RecordOut, **PROBLEMS}, auth=Needs())
def confirm_rectify(request: HttpRequest, number: str, digest: str, body: Answered) -> Any:
    """The second word on what was asked to be put right (the digest of the asking): agreed, or laid aside."""
    case = opened(request, number).case
    return rectifying.confirm(case, digest, agree=body.agree, **given(request, body.key))


@router.post("/institutions/{what}", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def enter_institution(request: HttpRequest, what: str, body: Filled) -> Any:
    """Enter a contract of delegation (`contract`) or a yearly evaluation (`evaluation`); it counts once confirmed."""
    if what not in institutions.FORMS or not institutions.may(request, what, delegating.MAKES):
        raise Http404
    values = cleaned(institutions.FORMS[what], body.data, institutions.choices)
    institutions.entered(what, values, **given(request, body.key))
    return Done()


@router.post("/institutions/{what}/{pid}/confirm", response={200: Done, **PROBLEMS}, auth=Needs("office"))
def confirm_institution(request: HttpRequest, what: str, pid: str, body: Keyed) -> Any:
    """The second hand's word on a contract or an evaluation."""
    if what not in institutions.FORMS or not institutions.may(request, what, delegating.CHECKS):
        raise Http404
    row = get_object_or_404(Delegation if what == "contract" else Yearly, pid=pid)
    delegating.confirm(row, **given(request, body.key))
    return Done()


@router.post("/clues/{pid}/screen", response={200: Done, **PROBLEMS}, auth=Needs("supervision", behind=True))
def screen_clue(request: HttpRequest, pid: str, body: Keyed) -> Any:
    """Lay aside a clue that leads nowhere; it stays to be read."""
    actions.screen(get_object_or_404(Clue, pid=pid), **given(request, body.key))
    return Done()


@router.post("/inquiries", response={201: CaseOut, **PROBLEMS}, auth=Needs("supervision", behind=True))
def open_inquiry(request: HttpRequest, body: InquiryIn) -> Any:
    """Register a clue about a person or a unit."""
    clue = get_object_or_404(Clue, pid=body.clue) if body.clue else None
    about = {"person": body.person, "unit": body.unit, "case": clue.case.number if clue and clue.case else ""}
    made = inquiries.open_inquiry(source=body.source, text=body.text, about=about, named=body.named, clue=clue, **given(request, body.key))  # fmt: skip
    return 201, made


@router.post("/inquiries/{number}/acts/{name}", response={200: RecordOut, **PROBLEMS}, auth=Needs("supervision", behind=True))  # fmt: skip
def act_on_inquiry(request: HttpRequest, number: str, name: str, body: ActIn) -> Any:
    """One act of supervision on an inquiry."""
    return acts.act(get_object_or_404(inquiries.inquiries(), number=number), name, data=body.data, **given(request, body.key))  # fmt: skip


@router.post("/inquiries/{number}/files/{field}", response={201: FileOut, **PROBLEMS}, auth=Needs("supervision", behind=True))  # fmt: skip
def attach_to_inquiry(request: HttpRequest, number: str, field: str, file: File[UploadedFile]) -> Any:
    """Lay a paper on an inquiry, for an act that names it by its digest."""
    case, by = get_object_or_404(inquiries.inquiries(), number=number), person(request)
    taken = {name for step in acts.possible_acts(case, by=by, on=now()) for name, said in step.inputs.items() if said.get("kind") in FILED}  # fmt: skip
    if field not in taken:
        raise Http404
    return 201, files.keep(case, field, file.name or "", file.chunks(), by=by, on=now())


@router.post("/decisions/inquiries/{number}/acts/{name}", response={200: RecordOut, **PROBLEMS}, auth=Needs("decision"))
def decide_inquiry(request: HttpRequest, number: str, name: str, body: ActIn) -> Any:
    """One act on an inquiry by the meeting that decides it; nothing behind the curtain belongs to it."""
    return acts.act(get_object_or_404(inquiries.inquiries(), number=number), name, data=body.data, **given(request, body.key))  # fmt: skip


def _seen(request: HttpRequest, number: str) -> Case:
    return get_object_or_404(visible_to(person(request), now()), number=number)
