"""Objections by the public for machines: raised under a real name with evidence, followed and taken back by a code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Json

from kechuang.casework import objecting
from kechuang.casework.actor import Actor
from kechuang.casework.acts import possible_acts
from kechuang.casework.models import Case, Notice
from kechuang.casework.pages import pages_of
from kechuang.casework.queries import history
from kechuang.desks.integrity import actions as integrity
from kechuang.engines import forms
from kechuang.faces.access import now
from kechuang.faces.api.gates import Done, Keyed
from kechuang.faces.api.schemas import Problem

router = Router(tags=["objections"], auth=None)
OPEN = {404: Problem, 409: Problem, 422: Problem}


class ObjectIn(Keyed):
    """An objection: `data` is a JSON object with the fields that the form names."""

    data: Json[dict[str, Any]]


class ObjectedOut(Schema):
    """The objection's number, and the code by which alone it is followed and taken back: it is told nowhere else."""

    number: str
    code: str


class UnsignedIn(Keyed):
    """What somebody knows of a case under notice and does not sign."""

    text: str = Field(..., max_length=20_000)


class FollowIn(Schema):
    """The code that was given when the objection was raised; it stands in no address, for addresses are logged."""

    code: str = Field(..., min_length=8, max_length=40)


class TakeBackIn(FollowIn, Keyed):
    """Taking an objection back."""

    reason: str = Field("", max_length=2000)


class StandingOut(Schema):
    """Where an objection stands: its steps, until when it is answered, and whether it can be taken back."""

    number: str
    state: str
    until: datetime | None
    may_take_back: bool
    steps: list[dict[str, Any]]


@router.get("/notices/{code}/cases/{number}/objection", response={200: dict[str, Any], 404: Problem})
def objection_form(request: HttpRequest, code: str, number: str) -> Any:
    """The JSON Schema of an objection to a case under notice."""
    asked = pages_of(_under_notice(code, number).round).inputs("objection", "object")
    return forms.schema_of(asked) if asked else {}


@router.post("/notices/{code}/cases/{number}/objections", response={201: ObjectedOut, **OPEN})
def object_to(request: HttpRequest, code: str, number: str, body: Form[ObjectIn], evidence: File[list[UploadedFile]] = []) -> Any:  # fmt: skip # noqa: B006
    """Object to a case under notice, with files as evidence."""
    case = _under_notice(code, number)
    papers = [(one.name or "", one.chunks()) for one in evidence]
    child, own = objecting.objected(case, body.data, papers, on=now(), key=body.key)
    return 201, {"number": child.number, "code": own}


@router.post("/notices/{code}/cases/{number}/unsigned", response={200: Done, **OPEN})
def tell_unsigned(request: HttpRequest, code: str, number: str, body: UnsignedIn) -> Any:
    """Tell supervision without a name: kept as a clue, it opens no objection and nobody is answered."""
    integrity.report_unsigned(_under_notice(code, number), body.text, on=now(), key=body.key)
    return Done()


@router.post("/objections", response={200: StandingOut, **OPEN})
def follow_objection(request: HttpRequest, body: FollowIn) -> Any:
    """Where an objection stands, for whoever has its code."""
    return _standing(*_found(body.code))


@router.post("/objections/take-back", response={200: StandingOut, **OPEN})
def take_back_objection(request: HttpRequest, body: TakeBackIn) -> Any:
    """Take an objection back while it is still looked into."""
    case, code = _found(body.code)
    objecting.take_back(case, body.reason, code=code, on=now(), key=body.key)
    return _standing(*_found(body.code))


def _under_notice(code: str, number: str) -> Case:
    row = get_object_or_404(Notice, code=code)
    return get_object_or_404(row.cases.select_related("round", "round__frozen"), number=number)


def _found(typed: str) -> tuple[Case, str]:
    code = typed.strip().upper()
    case = objecting.found_by(code)
    if case is None:
        raise Http404
    return case, code


def _standing(case: Case, code: str) -> dict[str, Any]:
    flow, steps = pages_of(case.round).flow(case.flow), possible_acts(case, by=Actor.public(code), on=now())
    return {
        "number": case.number, "state": case.state, "until": case.promised_at, "may_take_back": any(step.name == "take_back" for step in steps),
        "steps": [{"act": row.act, "title": dict(flow.acts[row.act].title), "on": row.on} for row in history(case) if row.act in flow.acts],
    }  # fmt: skip
