"""What changes made of a project, on its pages: unit, targets, partners and budget as they were and as they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from kechuang.casework.models import Case
from kechuang.desks.funds import handing
from kechuang.desks.funds.lowering import spent
from kechuang.desks.projects import budgets, partners, targets, units
from kechuang.faces.web import wording

NAMES = {
    "total": gettext_noop("财政资金总额"), "equipment": gettext_noop("设备费"), "operation": gettext_noop("业务费"),
    "labour": gettext_noop("劳务费"), "indirect": gettext_noop("间接费用"), "performance": gettext_noop("其中：绩效支出"), "own": gettext_noop("自筹及其他资金"),
    "equipment.own": gettext_noop("设备费（自筹）"), "operation.own": gettext_noop("业务费（自筹）"), "labour.own": gettext_noop("劳务费（自筹）"),
}  # fmt: skip


def shown(case: Case, *, identity: bool, money: bool) -> dict[str, Any]:
    """By name what parts/targets.html and parts/budget.html take; nothing where the reader may see no names, or no money."""
    mine = not case.parent_id or case.flow == "change"
    return {
        "units": _units(case) if mine and identity else [],
        "targets": _rows_of(targets.changed_targets(case)) if mine and identity else [],
        "partners": _partners(case) if mine and identity and money else [],
        "handover": _handover(case) if case.parent_id and money else [],
        "budget": _budget(case) if mine and money else {},
    }


def _rows_of(changes: Iterable[tuple[datetime | None, Any]]) -> list[dict[str, Any]]:
    return [{"on": on, "rows": rows} for on, rows in changes]


def _partners(case: Case) -> list[dict[str, Any]]:
    """Who joins had no part before, who leaves has none after: a dash would say nothing was entered."""
    return [
        {"on": on, "rows": [(name, old or _("未参与"), new or _("不再参与")) for name, old, new in rows]}
        for on, rows in partners.changed_partners(case)
    ]


def _units(case: Case) -> list[dict[str, Any]]:
    titles = {"applicant": _("承担单位"), "leader": _("项目负责人")}
    return [
        {"on": on, "rows": [(titles[what], old, new) for what, old, new in rows]}
        for on, rows in units.changed_units(case)
    ]


def _handover(case: Case) -> list[dict[str, Any]]:
    """What the former unit has to hand over, and has handed over, on the change by which the project moved."""
    told = handing.shown(case) or {}
    figures = {"rest": _("应移交结余"), "passed": _("已转拨合作单位"), "sent": _("登记移交"), "moved": _("确认到账")}
    return [{"label": label, "fen": told[name]} for name, label in figures.items() if told.get(name) is not None]


def _budget(case: Case) -> dict[str, Any]:
    """As parts/budget.html takes it: `rows` of the budget in force once it is contracted, `changes` as parts/targets.html has them."""
    changes = [{"on": on, "rows": [_moved(*one) for one in rows]} for on, rows in budgets.changed_budgets(case)]
    grant = getattr(case, "grant", None)
    rows = [] if case.parent_id or grant is None else _rows(case)
    return {"rows": rows, "changes": changes} if rows or changes else {}


def _rows(case: Case) -> list[dict[str, Any]]:
    """One row a class, fiscal money; nothing of a lump sum."""
    standing, gone = budgets.standing(case), spent(case.grant)
    rows = []
    for kind in (one for one in budgets.CLASSES if one in standing.lines):
        fiscal, own = standing.lines[kind]
        used = gone.get((kind, False), 0)
        rows.append({"title": _(NAMES[kind]), "fen": fiscal, "spent": used, "left": fiscal - used, "own": own, "own_spent": gone.get((kind, True), 0), "over": used > fiscal})  # fmt: skip
    return rows


def _moved(name: str, old: int | None, new: int | None) -> tuple[str, str, str]:
    return _(NAMES[name]), *("" if fen is None else wording.money(fen) for fen in (old, new))


def final_account(case: Case) -> list[dict[str, str]]:
    """The rows a final account starts from: each class with the budget in force, what was reported spent, and what is left."""
    if not hasattr(case, "grant"):
        return []
    return [
        {"item": row["title"], **{name: wording.ten_thousands(row[key]).replace(",", "") for name, key in (("planned", "fen"), ("used", "spent"), ("left", "left"))}}
        for row in _rows(case)
    ]  # fmt: skip
