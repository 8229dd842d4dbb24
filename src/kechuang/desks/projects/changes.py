"""Changes as they are granted: each kind writes what it is about into the project, the old stays on record beside the new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import documents
from kechuang.casework.models import Case, Letter, Record
from kechuang.casework.pages import day_of
from kechuang.casework.queries import holders
from kechuang.desks.projects import budgets, members, partners, targets, units
from kechuang.desks.projects.models import Change
from kechuang.desks.projects.offers import change_row
from kechuang.parties.models import Person
from kechuang.words.offers import effect

Pair = tuple[dict[str, Any], dict[str, Any]]
NOTHING: Pair = ({}, {})


def apply_period(case: Case, context: Any) -> Pair:
    """The end of the project moves."""
    parent, new = case.parent or case, case.answers.get("new_end")
    before = {"ends_on": str(parent.ends_on)}
    parent.ends_on = datetime.fromisoformat(str(new)).date()
    return before, {}


def apply_leader(case: Case, context: Any) -> Pair:
    """Somebody else leads the project."""
    parent = case.parent or case
    before = {"leader": parent.leader.pid if parent.leader else ""}
    parent.leader = Person.objects.filter(pid=case.answers["new_leader"]).first() or parent.leader
    units.carried_along(parent, but=case)
    return before, {}


@effect("projects.apply_change")
def apply_change(case: Case, context: Any) -> None:
    """Write the change into the project, keeping what was."""
    parent = case.parent or case
    kind = context.tells["change"] = str(case.answers.get("change") or context.data.get("change") or "")
    said = {**case.answers, **context.data}
    before, table = _applies(case, kind, said)(case, context)
    after = {**{k: str(v) for k, v in said.items() if not k.startswith("_")}, **table}
    parent.save()
    Change.objects.create(
        case=parent, child=case if case.parent else None, kind=kind, before=before, after=after, on=context.on
    )
    if (row := change_row(case)) and row.get("told"):
        context.later.append(lambda record: tell(case, row, record))


def _applies(case: Case, kind: str, said: Mapping[str, Any]) -> Callable[[Case, Any], Pair]:
    """What writes this change into the project; nothing does where it says nothing of it but words."""
    if case.parent_id and (case.members.exists() or members.pids(case, said, "leaves")):
        return members.apply_members
    found: dict[str, tuple[object, Callable[[Case, Any], Pair]]] = {
        "period": (said.get("new_end"), apply_period),
        "leader": (said.get("new_leader"), apply_leader),
        units.KIND: (said.get("new_unit"), units.apply_unit),
        partners.KIND: (partners.asked_of(case, said), partners.apply_partners),
        **dict.fromkeys(targets.KINDS, (targets.asked_of(case, said), targets.apply_targets)),
        **dict.fromkeys(budgets.MOVES, (budgets.asked_of(case, said), budgets.apply_budget)),
    }
    asked, apply = found.get(kind, (None, lambda *_: NOTHING))
    return apply if asked else lambda *_: NOTHING


def tell(case: Case, row: Mapping[str, Any], record: Record) -> None:
    """A letter of what was changed to those whom the table of changes names under `told`."""
    parent = case.parent or case
    facts = [
        ("项目编号", parent.project_no or parent.number), ("项目名称", parent.title),
        ("承担单位", parent.applicant.name if parent.applicant else ""), ("变更类型", row["zh"]),
    ]  # fmt: skip
    body = {"facts": facts, "text": "上述变更已按权限办理，内容见变更办件，特此告知。", "case": case.number}
    paper = documents.issue("change-told", "变更告知", body, on=record.on, case=case, record=record)
    people = {one.pk: one for role in row["told"] for one in holders(role, parent, day_of(record.on))}
    for person in people.values():
        Letter.objects.create(document=paper, person=person, on=record.on)
