"""Changes as they are granted: each kind writes what it is about into the project, the old stays on record beside the new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import deadlines, documents
from kechuang.casework.models import Case, Letter, Record
from kechuang.casework.pages import day_of, pages_of
from kechuang.casework.queries import holders
from kechuang.desks.projects import budgets, leaders, members, partners, targets, units
from kechuang.desks.projects.models import Change
from kechuang.desks.projects.offers import change_row, later_end, months_of
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding

Pair = tuple[dict[str, Any], dict[str, Any]]
NOTHING: Pair = ({}, {})


UNDER_WAY = ("running", "suspended", "acceptance_due")  # states of a project in which what was asked for can be granted


@check("projects.change_still_fits", locks=("award",))
def change_still_fits(case: Case, context: Any) -> Finding:
    """What was asked for can still be granted: the project is under way, and no other change of its kind has come first."""
    parent, row, kind = case.parent or case, change_row(case) or {}, str(case.answers.get("change") or "")
    if parent.state not in UNDER_WAY:
        return Finding.fail(
            "project_not_under_way", state=pages_of(parent.round).flow(parent.flow).states[parent.state].title
        )
    most = row.get("times")
    if most and Change.objects.filter(case=parent, kind=kind).count() >= int(most):
        return Finding.fail("change_asked_too_often", most=most)
    if kind == "period" and parent.ends_on and case.answers.get("new_end"):
        longest = months_of(context.flow, row.get("at_most"), day_of(context.on))
        return later_end(parent.ends_on, str(case.answers["new_end"]), longest)
    return Finding.passed()


@fact("projects.extended_meanwhile")
def extended_meanwhile(case: Case, on: datetime) -> bool:
    """An extension was granted after the old end had come: the project goes on until the new one."""
    if case.ends_on is None or day_of(on) > case.ends_on:
        return False
    return Change.objects.filter(case=case, kind="period", on__gte=case.entered_at).exists()


def apply_period(case: Case, context: Any) -> Pair:
    """The end of the project moves."""
    parent, new = case.parent or case, case.answers.get("new_end")
    before = {"ends_on": str(parent.ends_on)}
    parent.ends_on = datetime.fromisoformat(str(new)).date()
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
    context.later.append(lambda _: deadlines.set_due(parent, pages_of(parent.round).flow(parent.flow), context.on))
    Change.objects.create(
        case=parent, child=case if case.parent else None, kind=kind, before=before, after=after, on=context.on
    )
    if (row := change_row(case)) and row.get("told"):
        context.later.append(lambda record: tell(case, row, record))


def _applies(case: Case, kind: str, said: Mapping[str, Any]) -> Callable[[Case, Any], Pair]:
    """What writes this change into the project; nothing does where it says nothing of it but words."""
    moves_team = case.parent_id and (case.members.exists() or members.pids(case, said, "leaves"))
    found: dict[str, tuple[object, Callable[[Case, Any], Pair]]] = {
        members.KIND: (moves_team, members.apply_members),
        "period": (said.get("new_end"), apply_period),
        leaders.KIND: (said.get("new_leader"), leaders.apply_leader),
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
