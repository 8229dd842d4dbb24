"""Targets of a running project: the table acceptance is measured against, and what granted changes made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from kechuang.casework.answers import asked_rows, ticked
from kechuang.casework.models import Case
from kechuang.desks.projects import reports
from kechuang.desks.projects.models import Change
from kechuang.words.offers import check
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

Row = Mapping[str, Any]
KINDS = ("goals", "indicator_lowered")  # the changes that may touch targets; only the second may lower one
VALUES = ("target", "middle")


def name_of(row: Row, column: str = "name") -> str:
    """The name of a target without the blanks around it: by it rows of two tables meet."""
    return str(row.get(column) or "").strip()


def value_of(goal: Row, *codes: str) -> str:
    """What a target promises, as it is written."""
    for code in codes or ("final", "value", "target", "promised", "end"):
        if goal.get(code) not in (None, ""):
            return str(goal[code])
    return ""


def standing(case: Case) -> list[Row]:
    """The targets in force: those of the last change that was granted, else those of the application."""
    changes = _changes(case)
    return list(changes[-1].after["targets"] if changes else case.answers.get("targets") or ())


def _changes(case: Case) -> list[Change]:
    return Change.granted(case, KINDS, "targets")


def asked_of(case: Case, said: Mapping[str, Any]) -> list[Row]:
    """The rows of new targets that a change asks for."""
    return asked_rows(case, said, "new_targets")


def revised(goals: Iterable[Row], asked: Iterable[Row]) -> list[Row]:
    """The targets after a change: named ones take their new values or go, others stay as they are, new ones follow."""
    said = {name_of(row): row for row in asked}
    after: list[Row] = []
    for goal in goals:
        row = said.pop(name_of(goal), {})
        if not _dropped(row):
            after.append({**goal, **_values(row)})
    new = [(name, row) for name, row in said.items() if not _dropped(row)]
    return [*after, *({"name": name, "core": ticked(row, "core"), **_values(row)} for name, row in new)]


@check("projects.targets_change_fits")
def targets_change_fits(case: Case, context: Any) -> Finding:
    """A change of goals or indicators says which targets become what; what is lower goes by the change that may lower."""
    kind, asked = str(case.answers.get("change") or ""), asked_of(case, context.data)
    if kind not in KINDS:
        return Finding.passed()
    goals = standing(case.parent or case)
    if not asked and not goals:
        return Finding.passed()
    after = revised(goals, asked)
    if after == goals:
        return Finding.fail("change_needs_targets")
    told = [*_misnamed(kind, goals, asked), *_misvalued(goals, asked)]
    if kind == "goals" and (lower := _lower(goals, after)):
        told.append(Reason("goals_lower_a_target", names=lower))
    if not after or (any(one.get("core") for one in goals) and not any(one.get("core") for one in after)):
        told.append(Reason("no_target_left"))
    return Finding("fail", tuple(told)) if told else Finding.passed()


def _misnamed(kind: str, goals: Sequence[Row], asked: Sequence[Row]) -> Iterator[Reason]:
    """Every row names one target, once; only a change of goals names new ones."""
    known, names = {name_of(one) for one in goals}, [name_of(row) for row in asked]
    twice = sorted({one for one in names if names.count(one) > 1})
    if twice:
        yield Reason("target_named_twice", names=twice)
    strange = [name_of(r) for r in asked if name_of(r) not in known and (kind != "goals" or _dropped(r))]
    if strange:
        yield Reason("not_a_target", names=strange)


def _misvalued(goals: Sequence[Row], asked: Sequence[Row]) -> Iterator[Reason]:
    """A target that stays has a value, a number where it was a number."""
    known = {name_of(one): one for one in goals}
    kept = [row for row in asked if not _dropped(row)]
    empty = [name_of(r) for r in kept if not _values(r) or (name_of(r) not in known and not value_of(r, "target"))]
    if empty:
        yield Reason("target_without_value", names=empty)
    worded = [
        name_of(row)
        for row in kept
        if any(_number(known.get(name_of(row), {}).get(c)) and not _number(v) for c, v in _values(row).items())
    ]
    if worded:
        yield Reason("target_not_a_number", names=worded)


def _lower(goals: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """The targets that go, or whose number goes down."""
    new = {name_of(one): one for one in after}
    return [
        name_of(one)
        for one in goals
        if name_of(one) not in new
        or any(_number(one.get(c)) and reports.lowered(one[c], new[name_of(one)].get(c)) for c in VALUES)
    ]


def apply_targets(case: Case, context: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The targets before and after; the application itself stays as it was submitted."""
    before = standing(case.parent or case)
    after = revised(before, asked_of(case, context.data))
    context.tells["targets"] = "；".join(
        f"{name}：{old or '—'}→{new or '—'}" for name, old, new in compared(before, after)
    )
    return {"targets": before}, {"targets": after}


def compared(before: Iterable[Row], after: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Each target that differs: its name, what it was, what it is; nothing where it was or is not there."""
    old, new = ({name_of(one): one for one in table} for table in (before, after))
    both = [(name, old.get(name, {}), new.get(name, {})) for name in {**old, **new}]
    return [(name, _shown(a), _shown(b)) for name, a, b in both if _shown(a) != _shown(b)]


def changed_targets(case: Case) -> list[tuple[datetime | None, list[tuple[str, str, str]]]]:
    """Each change of the targets that was granted, oldest first; of a change under way, what it asks for."""
    if case.parent is None:
        return [(row.on, compared(row.before["targets"], row.after["targets"])) for row in _changes(case)]
    asked = asked_of(case, {}) if case.answers.get("change") in KINDS else []
    mine = Change.objects.filter(child=case).first()
    before = mine.before.get("targets", []) if mine else standing(case.parent)
    return [(mine.on if mine else None, compared(before, revised(before, asked)))] if asked else []


def measured(case: Case, table: Any) -> list[Row]:
    """The rows of a final table as acceptance counts them: each target in force, with what it promises and what was reached.

    A table that names none of the targets (taken over, without a list) is counted as it was typed.
    """
    rows, goals = {name_of(row, "goal"): row for row in table or ()}, {name_of(one): one for one in standing(case)}
    if not rows.keys() & goals.keys():
        return list(table or ())
    return [
        {"goal": name, "promised": value_of(goal), "reached": rows.get(name, {}).get("reached")}
        for name, goal in goals.items()
    ]


def _shown(goal: Row) -> str:
    middle = value_of(goal, "middle")
    return value_of(goal) + (f"（中期 {middle}）" if middle else "")


def _values(row: Row) -> dict[str, str]:
    return {code: str(row[code]).strip() for code in VALUES if str(row.get(code) or "").strip()}


def _dropped(row: Row) -> bool:
    return ticked(row, "dropped")


def _number(value: Any) -> bool:
    try:
        Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return False
    return True
