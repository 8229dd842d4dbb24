"""A project that gets another leader of its own unit: who may lead it; consent and recusal are asked as of those who join."""

from __future__ import annotations

from typing import Any

from kechuang.casework.answers import asked_one
from kechuang.casework.models import Case
from kechuang.desks.projects import units
from kechuang.parties.models import Person
from kechuang.words.offers import check
from kechuang.words.outcome import Finding

KIND = "leader"
Pair = tuple[dict[str, Any], dict[str, Any]]


@check("projects.leader_change_fits", locks=("team",))
def leader_change_fits(case: Case, context: Any) -> Finding:
    """The new leader is somebody else of the unit and keeps the page's conditions and limits on who leads. Of a change of the unit, `projects.unit_change_fits` asks."""
    kind, pid, owner = case.answers.get("change"), asked_one(case, context.data, "new_leader"), case.parent or case
    if kind != KIND:
        return Finding.passed()
    who = Person.objects.filter(pid=pid, standing="confirmed").first()
    if who is None or owner.applicant is None or who.unit_id != owner.applicant_id or who.pk == owner.leader_id:
        return Finding.fail("change_needs_new_leader")
    told = tuple(units.conditions(owner, owner.applicant, who, context))
    return Finding("fail", told) if told else Finding.passed()


def apply_leader(case: Case, context: Any) -> Pair:
    """Somebody else leads the project and what hangs on it, and is no member of the team any more."""
    parent = case.parent or case
    before = {"leader": parent.leader.pid if parent.leader else ""}
    parent.leader = Person.objects.get(pid=asked_one(case, context.data, "new_leader"))
    units.carried_along(parent, but=case)
    context.tells |= {"leader_before": before["leader"], "leader": parent.leader.pid}
    return before, {"leader": parent.leader.pid}
