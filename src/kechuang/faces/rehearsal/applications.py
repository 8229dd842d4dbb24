"""Applications as applicants would type them: every answer a programme's page asks for, sums that add up."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from kechuang.casework import answers
from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.faces.rehearsal.filling import filled, long_text, term_of, title_of
from kechuang.faces.rehearsal.plans import Plan
from kechuang.faces.rehearsal.region import Unit
from kechuang.parties.models import Person
from kechuang.words.money import shared_out

FILE = "0" * 63 + "1"  # an enclosure that was shown at the counter
TERM_BEGINS = date(2018, 10, 1)
GATES_SHARE = 40  # per cent of the grant that wait for the stage gates
KINDS = ("parameter", "demo", "spread", "served", "advice", "output", "benefit")


def written(
    case: Case, plan: Plan, unit: Unit, leader: Person, member: Person, *, rng: Random, year: int
) -> dict[str, Any]:
    """The whole form of `case`, typed into one draft on the server."""
    start, end = term_of(TERM_BEGINS.replace(year=year), plan.months)
    form = pages_of(case.round).form
    said = {
        "title": title_of(rng, case.pk), "topic": "T1", "track": plan.track, "start": start, "end": end,
        "asked": str(plan.asked), "own_funds": str(plan.own), "unit_kind": unit.party.kind, "unit": unit.party.pid,
        "unit_code": unit.party.credit_code, "leader_id": leader.identity, "recommender": unit.party.recommender.pid,
        "leader_months": "6", "co_funder": unit.party.pid,
    }  # fmt: skip
    typed = filled(form, leader=leader, team=[member], rng=rng, given=said)
    if typed.get("team"):
        typed["team"][0]["identity"] = member.identity
    if "milestones" in typed:
        half = date.fromisoformat(start).replace(year=year + 1)
        for number, row in enumerate(typed["milestones"]):
            row["until"] = end if number else min(half.isoformat(), end)
    _money(typed, plan)
    _goals(typed, form)
    _papers(typed, form, plan, unit)
    if plan.own and "own_source" in form.fields:
        typed["own_source"] = long_text(20, rng)[:200]
    answers.save_draft(case, "all", typed, version=0, by=leader, on=case.opened_at)
    return typed


def _papers(typed: dict[str, Any], form: Any, plan: Plan, unit: Unit) -> None:
    """Enclosures and accounts where this page asks this kind of unit for them."""
    firm = unit.party.kind == "enterprise"
    wanted = {"rights": True, "environment": True, "own_funds_proof": plan.own > 0, "financial_statement": firm}
    typed |= {name: [FILE] for name, asked in wanted.items() if asked and name in form.fields}
    if firm and "finances" in form.fields:
        line = {"revenue": "1000", "rnd_cost": "60", "profit": "80", "assets": "2000", "debts": "500"}
        typed["finances"] = [{"year": str(year), **line} for year in (2015, 2016, 2017)]
        typed |= {"staff": "60", "rnd_staff": "20"} if "staff" in form.fields else {}
    gates = typed.get("gates_table") or ()
    for row, share in zip(gates, shared_out(GATES_SHARE, [Fraction(1)] * len(gates)) if gates else (), strict=True):
        row["money_after"] = str(share)


def _money(typed: dict[str, Any], plan: Plan) -> None:
    """Put the whole of what is asked into one line of operation, and into the sub-projects where there are any."""
    if typed.get("operation"):
        typed["operation"][0] |= {"fiscal": str(plan.asked), "own": str(plan.own)}
        typed["indirect"] = "0"
    rows = typed.get("subprojects") or ()
    for number, row in enumerate(rows):
        row |= {"fiscal": str(plan.asked if number == 0 else 0), "own": str(plan.own if number == 0 else 0)}


def _goals(typed: dict[str, Any], form: Any) -> None:
    """Give the goals kinds that the page's own rules ask for: the first core, numbers that rise."""
    column = (
        next((c for c in form.fields["targets"].columns if c.code == "kind"), None) if typed.get("targets") else None
    )
    kinds = [k for k in KINDS if column is not None and k in column.options]
    for number, row in enumerate(typed.get("targets") or ()):
        row |= {"core": True, "name": f"指标{number + 1}"}
        if kinds:
            row["kind"] = kinds[number % len(kinds)]
        for value, code in ((1, "baseline"), (2, "middle"), (3, "target")):
            if code in row:
                row[code] = str(value)
