"""Policies for machines: evaluate a case with its explanation; simulate a reform, asynchronously, with progress."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from kechuang.casework import computing
from kechuang.casework.computing import Basis
from kechuang.casework.pages import current, day_of
from kechuang.desks.policies import keeping, reading, simulating
from kechuang.desks.policies.models import Simulation
from kechuang.engines.rules.examples import cast_of, with_set
from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.vocabulary import near
from kechuang.faces.access import now, person
from kechuang.faces.api import problems
from kechuang.faces.api.gates import PROBLEMS, Needs
from kechuang.faces.api.schemas import Page, Problem
from kechuang.faces.language import of_page
from kechuang.faces.tongues import advice
from kechuang.faces.web import adjusting, trying
from kechuang.formula import FormulaError
from kechuang.words.outcome import BadPage
from kechuang.words.period import ZONE

router = Router(tags=["policies"])
MOST_RECORDS, MOST_RUNNING = 50, 3
STALLED = timedelta(minutes=5)
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)


class PolicyOut(Schema):
    """A policy of the edition in force: what it is computed for, its parameters with all their dates, its sources."""

    code: str
    title: dict[str, str]
    subject: str
    effective_from: date
    effective_until: date
    sha256: str
    params: list[dict[str, Any]]
    source: list[dict[str, Any]]
    assumptions: list[dict[str, str]]


class EvaluateIn(Schema):
    """Records as the examples of a page write them: `[{"technical_paid": "1500 万元"}]`; they share ceilings. `on`: the day
    whose parameters count where a record names none. Texts come in both languages."""

    records: list[dict[str, Any]] = Field(..., min_length=1, max_length=MOST_RECORDS)
    on: date | None = None


class RecordFound(Schema):
    """What one record comes to: whole fen, None where it is not known; every line in both languages."""

    day: date
    verdict: str
    fen: int | None
    refused: list[str]
    open: list[str]
    lines: list[dict[str, Any]]


class EvaluateOut(Schema):
    """The records in the order they were sent; `fen` is their sum, None where a part is not known."""

    policy: str
    edition: str
    verdict: str
    fen: int | None
    records: list[RecordFound]
    turning: list[dict[str, Any]]


class CurveIn(Schema):
    """A parameter and the values it takes: `{"param": "cap", "values": ["100 万元", "200 万元"]}`."""

    param: str = Field(..., max_length=60)
    values: list[str] = Field(..., min_length=1, max_length=60)


class SimulateIn(Schema):
    """Reforms of one policy by parameter: `[{"cap": "300 万元"}]`, each against today, over one population.

    `population`: `live` the registers, `region` the synthetic region, empty whichever the pages would take. `year`: of the
    registers; a synthetic region is of the current year alone, and the result says of which year it is. `key`: the same one
    begins nothing anew.
    """

    key: str = Field("", max_length=80)

    reforms: list[dict[str, str]] = Field(default_factory=list, max_length=6)
    curve: CurveIn | None = None
    population: str = Field("", pattern="^(|live|region)$")
    year: int | None = Field(None, ge=2000, le=2100)


class SimulationOut(Schema):
    """A simulation: `state` is waiting, running, done or failed; `done` of `of` steps; `result` once it is done."""

    id: str
    policy: str
    href: str
    state: str
    done: int
    of: int
    asked_at: datetime
    fault: str
    result: dict[str, Any] | None


@router.get("", response={200: list[PolicyOut], 422: Problem}, auth=None)
def policies(request: HttpRequest, page: Page = Page()) -> Any:  # noqa: B008
    """Every policy of the edition in force."""
    rules = reading.rules_in_force()
    codes = list(rules.policies)[page.offset : page.offset + page.limit]
    return [_policy(rules[code]) for code in codes]


@router.get("/{code}", response={200: PolicyOut, 404: Problem, 422: Problem}, auth=None)
def policy(request: HttpRequest, code: str) -> Any:
    """One policy with its dated parameters."""
    return _policy(_rules(code)[code])


@router.post("/{code}/evaluate", response={200: EvaluateOut, **PROBLEMS}, auth=None)
def evaluate(request: HttpRequest, code: str, body: EvaluateIn) -> Any:
    """What the policy gives these records, with every step: exact, to the fen, as its page would say. Keeps nothing."""
    rules = _rules(code)
    day = body.on or day_of(now())
    if not FIRST <= day <= LAST:
        return problems.problem(422, _("请求与接口的格式不符"), errors={"on": [_("请填写 %(first)s 至 %(last)s 之间的日期") % {"first": FIRST, "last": LAST}]})  # fmt: skip
    plural = rules.vocabulary.entities[rules[code].subject].plural
    try:
        cast = cast_of(rules, code, {plural: [_dated(rules, code, told) for told in body.records]}, "records")
        basis = Basis(rules, rules[code], day.year, day, current().digest)
        result = computing.result_of(basis, cast.subjects)
    except BadPage as bad:
        return problems.problem(422, _("填写有误"), advice(bad, of_page()), errors={bad.path: [bad.why.said(of_page())]})  # fmt: skip
    except FormulaError as fault:
        return problems.problem(422, _("不能核算"), trying.fault_said(fault.reason), reasons=[fault.reason.to_json()])  # fmt: skip
    except (TypeError, ValueError, AttributeError, KeyError):
        return problems.problem(422, _("填写有误"), _("请按政策 %(code)s 的例子书写每条记录") % {"code": code})
    return {
        "policy": code, "edition": basis.digest, "verdict": result.verdict, "fen": None if basis.policy.verdict else result.fen,
        "records": [_told(one) for one in computing.told(result)], "turning": computing.turning(result) if len(result.records) <= 3 else [],
    }  # fmt: skip


@router.post("/{code}/simulate", response={202: SimulationOut, **PROBLEMS}, auth=Needs("simulate"))
def simulate(request: HttpRequest, code: str, body: SimulateIn) -> Any:
    """Begin a simulation for planning and decision: 202 with the address where its progress and result stand."""
    rules, today = _rules(code), day_of(now())
    asked = {"policy": code, "population": body.population, "year": body.year or today.year, "sample": False}
    try:
        _simulated(rules[code], body, today)
        asked["reforms"] = [_reform(rules, code, told) for told in body.reforms]
        asked["curves"] = [_curve(rules, code, body.curve, (asked["reforms"] or [{}])[0])] if body.curve else []
    except BadPage as bad:
        return problems.problem(422, _("填写有误"), advice(bad, of_page()), errors={bad.path: [bad.why.said(of_page())]})  # fmt: skip
    on = now()
    running = Simulation.objects.filter(by=person(request), state__in=["waiting", "running"], moved_at__gt=on - STALLED)
    if running.count() >= MOST_RUNNING:
        return problems.problem(
            409, _("现在不能办理"), _("你还有 %(n)s 项模拟在运行，请等其中一项结束") % {"n": MOST_RUNNING}
        )
    row = Simulation.objects.create(policy=code, asked=asked, by=person(request), on=on, moved_at=on)
    simulating.begun(row.pid)
    row.refresh_from_db()
    return 202, _simulation(row)


@router.get("/simulations/{pid}", response={200: SimulationOut, **PROBLEMS}, auth=Needs("simulate"))
def simulation(request: HttpRequest, pid: str) -> Any:
    """How far one's own simulation is, and what came of it."""
    return _simulation(get_object_or_404(Simulation, pid=pid, by=person(request)))


def _rules(code: str) -> Rules:
    rules = reading.rules_in_force()
    if code not in rules.policies:
        raise Http404
    return rules


def _policy(one: Policy) -> dict[str, Any]:
    return {
        "code": one.code, "title": dict(one.title), "subject": one.subject, "effective_from": one.first, "effective_until": one.last,
        "sha256": reading.page_digest(one.code), "source": [{str(k): str(v) for k, v in source.items()} for source in one.source],
        "assumptions": [dict(told) for told in one.assumptions],
        "params": [
            {
                "name": param.name, "title": dict(param.title), "confirm": param.confirm,
                "spans": [{"from": span.first.isoformat(), "until": span.last.isoformat(), "value": _plain(span.value), "source": span.source, "confirm": span.confirm} for span in param.spans],
            }
            for param in one.params.values()
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A parameter's value in base units (fen, whole numbers), a fraction as `1/2`, a table as it is shaped."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | bool) else str(value)


def _dated(rules: Rules, code: str, told: Any) -> Any:
    """A record with its dates as dates: JSON has none."""
    if isinstance(told, dict):
        if "times" in told:
            raise BadPage("records.times", "a record stands for itself", "send it as often as it is meant")
        return {key: _dated(rules, code, value) for key, value in told.items()}
    if isinstance(told, list):
        if len(told) > MOST_RECORDS:
            raise BadPage(
                "records", "{count} linked records", "send at most {most}", count=len(told), most=MOST_RECORDS
            )
        return [_dated(rules, code, value) for value in told]
    if isinstance(told, float):
        raise BadPage("records", "{told!r} is no exact number", "write numbers as whole numbers, or as text with their unit", told=told)  # fmt: skip
    if isinstance(told, str) and len(told) == 10 and told[4] == told[7] == "-":
        try:
            return date.fromisoformat(told)
        except ValueError:
            return told
    return told


def _told(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("day", "verdict", "fen", "refused", "open", "lines")}


def _simulated(policy: Policy, body: SimulateIn, today: date) -> None:
    """BadPage where no simulation can come of what is asked."""
    if policy.allot is not None:
        raise BadPage("policy", "{code} shares out a fixed sum and is not simulated", "evaluate it", code=policy.code)
    if body.population == "region" and body.year not in (None, today.year):
        raise BadPage("year", "the synthetic region is of {year}", "write {year}, or ask for live", year=today.year)


def _reform(rules: Rules, code: str, told: dict[str, str]) -> dict[str, str]:
    """The values of a reform under their full names; BadPage for an unknown parameter, another unit, or what the page's own
    guards forbid."""
    values = keeping.full(code, told)
    with_set(rules, values)
    for said in adjusting.unlawful(rules, code, told, day_of(now())):
        raise BadPage("reforms", "{fault}", "keep to what the policy itself allows", fault=said)
    return values


def _curve(rules: Rules, code: str, told: CurveIn, base: dict[str, str]) -> dict[str, Any]:
    params = rules[code].params
    if told.param.partition(".")[0] not in params:
        raise BadPage(
            "curve.param",
            "no parameter {param!r}",
            near(told.param, params, "write a parameter of the policy"),
            param=told.param,
        )
    for value in told.values:  # one that the page's guards forbid is left out of the curve
        with_set(rules, keeping.full(code, {told.param: value}))
    return {"param": told.param, "values": told.values, "reform": base}


def _simulation(row: Simulation) -> dict[str, Any]:
    stalled = row.state in ("waiting", "running") and now() - row.moved_at > STALLED
    return {
        "id": row.pid, "policy": row.policy, "href": reverse("api-1:simulation", args=[row.pid]), "state": "failed" if stalled else row.state,
        "done": row.done, "of": row.of, "asked_at": row.on.astimezone(ZONE), "fault": "stalled" if stalled else row.fault, "result": row.result,
    }  # fmt: skip
