"""Rounds delegated to a professional institution: its contract, its yearly evaluation, and that nothing is published without them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from kechuang.casework import records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import day_of
from kechuang.casework.people import must_hold
from kechuang.desks.projects.models import Delegation, Yearly
from kechuang.parties import hands
from kechuang.parties.models import Organisation, Person
from kechuang.words.offers import check
from kechuang.words.outcome import Finding, Refused
from kechuang.words.reason import Reason

EVERY_PLAN = "*"
SHORTEST = 20
MAKES = {"contract": {"planner"}, "evaluation": {"supervisor"}}
CHECKS = {"contract": {"planning_chief"}, "evaluation": {"supervision_chief"}}


def institutions() -> QuerySet[Organisation]:
    """The professional institutions, by name."""
    return Organisation.objects.filter(kind="institution", standing="confirmed").order_by("name")


def in_force(institution: Organisation, plans: Iterable[str], day: date) -> Delegation | None:
    """The confirmed contract that covers one of `plans` (a plan or a programme) on that day."""
    rows = Delegation.objects.filter(
        institution=institution, checked_at__isnull=False, since__lte=day, until__gte=day
    ).order_by("-since")
    wanted = {*plans, EVERY_PLAN}
    return next((row for row in rows if wanted & set(row.plans)), None)


def last_grade(institution: Organisation) -> Yearly | None:
    """The last yearly evaluation that was confirmed."""
    return Yearly.objects.filter(institution=institution, checked_at__isnull=False).order_by("-year").first()


@check("projects.delegated")
def delegated(round_: Round, context: Any) -> Finding:
    """A round run by a professional institution stands under its contract, and its last year was not failed."""
    unit = round_.institution
    if unit is None or unit.kind != "institution":
        return Finding.passed()
    if in_force(unit, (round_.plan, round_.programme), day_of(context.on)) is None:
        return Finding.fail("not_delegated", institution=unit.name)
    last = last_grade(unit)
    if last is not None and last.grade == "fail":
        return Finding.fail("institution_failed", institution=unit.name, year=last.year)
    return Finding.passed()


@transaction.atomic
def enter_contract(institution: Organisation, values: Mapping[str, Any], *, by: Person, on: datetime, key: str) -> Delegation:  # fmt: skip
    """Enter a contract of delegation as it was signed (`number, plans, since, until, fen`); it counts once confirmed."""
    must_hold(by, on, MAKES["contract"])
    if told := records.already(Actor.of(by), key, "enter_contract", institution, values):
        return Delegation.objects.get(pid=told.told.data["contract"])
    number, plans = str(values.get("number") or "").strip(), [str(one) for one in values.get("plans") or ()]
    since, until = values.get("since"), values.get("until")
    if not number or not plans or not isinstance(since, date) or not isinstance(until, date) or until < since:
        raise Refused(Reason("contract_incomplete"))
    if Delegation.objects.filter(number=number).exists():
        raise Refused(Reason("contract_entered_already", number=number))
    row = Delegation.objects.create(
        institution=institution, number=number, plans=plans, since=since, until=until, fen=int(values.get("fen") or 0),
        maker=by, made_at=on,
    )  # fmt: skip
    said = {"contract": row.pid, "number": number, "plans": plans, "since": str(since), "until": str(until)}
    note(
        institution,
        "enter_contract",
        by=by,
        on=on,
        key=key,
        role="planner",
        data=said,
        tells={"contract": row.pid},
        asked=values,
    )
    return row


@transaction.atomic
def evaluate(institution: Organisation, year: int, *, grade: str, opinion: str, by: Person, on: datetime, key: str) -> Yearly:  # fmt: skip
    """Supervision's word on an institution's year with the figures of that year; it counts once confirmed."""
    must_hold(by, on, MAKES["evaluation"])
    asked = {"year": year, "grade": grade, "opinion": opinion}
    if told := records.already(Actor.of(by), key, "evaluate_institution", institution, asked):
        return Yearly.objects.get(pid=told.told.data["evaluation"])
    if grade not in Yearly.GRADES or len(opinion.strip()) < SHORTEST:
        raise Refused(Reason("evaluation_incomplete", least=SHORTEST))
    if Yearly.objects.filter(institution=institution, year=year).exists():
        raise Refused(Reason("evaluated_already", year=year))
    row = Yearly.objects.create(
        institution=institution, year=year, grade=grade, opinion=opinion.strip(), figures=figures(institution, year, on),
        maker=by, made_at=on,
    )  # fmt: skip
    said = {"evaluation": row.pid, "year": year, "grade": grade, "opinion": row.opinion, "figures": row.figures}
    tells = {"evaluation": row.pid, "grade": grade, "year": str(year)}
    note(
        institution,
        "evaluate_institution",
        by=by,
        on=on,
        key=key,
        role="supervisor",
        data=said,
        tells=tells,
        asked=asked,
    )
    return row


@transaction.atomic
def confirm(row: Delegation | Yearly, *, by: Person, on: datetime, key: str) -> None:
    """The word of a second hand, by which a contract or an evaluation begins to count."""
    what = "contract" if isinstance(row, Delegation) else "evaluation"
    must_hold(by, on, CHECKS[what])
    said = {what: row.pid}
    if records.already(Actor.of(by), key, f"confirm_{what}", row.institution, said):
        return
    row = type(row)._default_manager.select_for_update(of=("self",)).select_related("institution").get(pk=row.pk)
    if row.checked_at is not None:
        raise Refused(Reason("confirmed_already"))
    if hands.same(by, row.maker_id):
        raise Refused(Reason("same_person", acts=[what]))
    row.checker, row.checked_at = by, on
    row.save(update_fields=["checker", "checked_at"])
    role = next(iter(CHECKS[what]))
    note(row.institution, f"confirm_{what}", by=by, on=on, key=key, role=role, data=said, tells=said)


def figures(institution: Organisation, year: int, on: datetime) -> dict[str, int]:
    """What the record says of an institution's year: rounds, cases, cases beyond their promised time, appeals granted."""
    rounds = Round.objects.filter(institution=institution, year=year)
    cases = Case.objects.filter(round__in=rounds, parent=None, received_at__isnull=False)
    counted = cases.aggregate(all=Count("pk"), late=Count("pk", filter=Q(promised_at__lte=on)))
    granted = Case.objects.filter(round__in=rounds, flow="appeal", state="granted").count()
    return {"rounds": rounds.count(), "cases": counted["all"], "late": counted["late"], "granted": granted}


@dataclass(frozen=True, slots=True)
class Standing:
    """One institution as its page shows it: contracts, evaluations, and the rounds it runs."""

    unit: Organisation
    contracts: tuple[Delegation, ...]
    years: tuple[Yearly, ...]
    rounds: int


def standings() -> list[Standing]:
    """Every institution with its contracts and evaluations, newest first: four queries."""
    units = list(institutions().annotate(run=Count("delegated")))
    contracts = Delegation.objects.filter(institution__in=units).select_related("maker", "checker").order_by("-since")
    years = Yearly.objects.filter(institution__in=units).select_related("maker", "checker").order_by(F("year").desc())
    return [
        Standing(
            unit, tuple(one for one in contracts if one.institution_id == unit.pk),
            tuple(one for one in years if one.institution_id == unit.pk), unit.run,  # type: ignore[attr-defined]
        )
        for unit in units
    ]  # fmt: skip
