"""A project that moves to another unit: who may take it over, and what moves with it; contract and application stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from datetime import datetime
from typing import Any

from kechuang.casework import book
from kechuang.casework.answers import asked_one
from kechuang.casework.models import Case
from kechuang.casework.pages import day_of
from kechuang.casework.records import SEEN
from kechuang.desks.projects import partners
from kechuang.desks.projects.models import Change
from kechuang.desks.projects.offers import known_of
from kechuang.formula import parse
from kechuang.parties.models import Organisation, Person
from kechuang.words.offers import check
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

KIND = "lead_unit"
NEVER = ("institution", "recommender", "department")  # offices that apply for nothing
OF_UNIT = (
    "parties.unit_",
    "parties.is_host_unit",
    "parties.belongs_to_co_funder",
    "projects.unit_overdue",
    "projects.firm_involved",
)
OF_LEADER = ("parties.age_", "parties.leader_is_", "parties.doctor_", "projects.led_", "projects.nsf_led_", "projects.joined_", "projects.overdue")  # fmt: skip


def taker(case: Case, said: Mapping[str, Any]) -> Organisation | None:
    """The unit that a change names to carry the project on."""
    pid = asked_one(case, said, "new_unit")
    return Organisation.objects.filter(pid=pid).first() if pid else None


def heir(case: Case, said: Mapping[str, Any]) -> Person | None:
    """Who leads the project at the new unit: whom the change names, else who leads it now."""
    pid, owner = asked_one(case, said, "new_leader"), case.parent or case
    return Person.objects.filter(pid=pid, standing="confirmed").first() if pid else owner.leader


@check("projects.unit_change_fits", locks=("team",))
def unit_change_fits(case: Case, context: Any) -> Finding:
    """The new unit is another, confirmed, may carry a project of this programme, and the leader is one of its people."""
    if case.answers.get("change") != KIND:
        return Finding.passed()
    owner, unit, leader = case.parent or case, taker(case, context.data), heir(case, context.data)
    fits = (
        unit is not None and unit.standing == "confirmed" and unit.kind not in NEVER and unit.pk != owner.applicant_id
    )
    if unit is None or not fits:
        return Finding.fail("change_needs_new_unit")
    told = []
    if unit.pid in partners.standing(owner):
        told.append(Reason("new_unit_is_partner", name=unit.name))
    if leader is None or leader.unit_id != unit.pk:
        told.append(Reason("leader_not_of_new_unit", name=unit.name))
    told += conditions(owner, unit, leader, context)
    return Finding("fail", tuple(told)) if told else Finding.passed()


def conditions(owner: Case, unit: Organisation, leader: Person | None, context: Any) -> Iterator[Reason]:
    """The page's own conditions on the unit and on the leader, each where it is another, as if the project were theirs."""
    theirs = copy(owner)
    theirs.__dict__.pop(SEEN, None)
    asked: tuple[str, ...] = () if unit.pk == owner.applicant_id else OF_UNIT
    theirs.applicant = unit
    if leader is not None and leader.pk != owner.leader_id:
        theirs.leader, asked = leader, asked + OF_LEADER
    facts, known = context.pages.form_facts, known_of(theirs, context)
    for table in ("eligibility", "limits"):
        rows = [
            row
            for row in context.pages.programme.get(table, ())
            if any(str(facts.get(name, "")).startswith(asked) for name in parse(row["when"]).names)
        ]
        page = {**context.pages.programme, table: rows}
        found = book.unmet(page, table, at=None, on=day_of(context.on), known=known)
        yield from (reason for one in found if one.verdict == "fail" for reason in one.reasons)


def apply_unit(case: Case, context: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The project and what hangs on it become the new unit's; the change itself stays with the unit that gave it up."""
    parent, unit, leader = case.parent or case, taker(case, context.data), heir(case, context.data)
    assert unit is not None and leader is not None  # projects.unit_change_fits has looked
    before = {"applicant": _pid(parent.applicant), "leader": _pid(parent.leader)}
    parent.applicant, parent.leader, parent.recommender, parent.place = unit, leader, unit.recommender, unit.place
    carried_along(parent, but=case)
    after = {"applicant": unit.pid, "leader": leader.pid}
    context.tells |= {"unit_before": before["applicant"], "unit": unit.pid, "leader": leader.pid}
    return before, after


def carried_along(parent: Case, *, but: Case) -> None:
    """What hangs on a project is reached by the same people as the project: as `inherit`, once they have changed.

    A change by which it moved before stays with the unit that gave it up: its finance may still have to hand over.
    """
    same = {name: getattr(parent, name) for name in ("leader", "applicant", "recommender", "place")}
    moved = Change.objects.filter(case=parent, kind=KIND, child__isnull=False).values("child")
    parent.children.exclude(pk=but.pk).exclude(pk__in=moved).update(**same)
    parent.members.filter(person=parent.leader).delete()
    parent.__dict__.pop("_member_ids", None)


def _pid(party: Organisation | Person | None) -> str:
    return party.pid if party else ""


def changed_units(case: Case) -> list[tuple[datetime | None, list[tuple[str, str, str]]]]:
    """Each move of the project to another unit or leader, oldest first; of a change under way, what it asks for: unit and leader by name."""
    if case.parent is None:
        granted = Change.granted(case, (KIND, "leader"), "leader")
        return [(row.on, _named(row.before, row.after)) for row in granted if "leader" in row.after]
    unit, leader, kind = taker(case, {}), heir(case, {}), case.answers.get("change")
    if (kind != KIND or unit is None) and (kind != "leader" or not case.answers.get("new_leader")):
        return []
    mine = Change.objects.filter(child=case).first()
    if mine is not None and "leader" in mine.before and "leader" in mine.after:
        return [(mine.on, _named(mine.before, mine.after))]
    now = {"applicant": _pid(case.parent.applicant), "leader": _pid(case.parent.leader)}
    then = {"applicant": unit.pid if unit else now["applicant"], "leader": _pid(leader)}
    return [(None, _named(now, then))]


def _named(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    moved = [what for what in ("applicant", "leader") if what in before and before[what] != after[what]]
    pids = {said[what] for what in moved for said in (before, after)}
    names: dict[str, str] = {}
    for model in (Organisation, Person):
        names |= dict(model.objects.filter(pid__in=pids).values_list("pid", "name"))  # type: ignore[attr-defined]
    return [(what, names.get(before[what], ""), names.get(after[what], "")) for what in moved]
