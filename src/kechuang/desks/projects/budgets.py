"""The budget of a running project by classes of cost: what the contract has, and what granted changes made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kechuang.casework import book
from kechuang.casework.answers import asked_rows
from kechuang.casework.book.conditions import params_known, scope_of
from kechuang.casework.models import Case
from kechuang.casework.pages import Pages, day_of
from kechuang.desks.projects import partners, reports
from kechuang.desks.projects.models import Change
from kechuang.desks.projects.offers import known_of
from kechuang.formula import evaluate, parse
from kechuang.words.offers import check, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

TABLES = ("equipment", "operation", "labour")  # direct cost: tables of the form, each row with `fiscal` and `own`
INDIRECT, TOTAL = "indirect", "total"
PERFORMANCE = "performance"  # pay out of indirect cost, never more than that
CLASSES = (*TABLES, INDIRECT)
MOVES: Mapping[str, tuple[str, ...]] = {  # which classes a kind of change may touch
    "equipment": TABLES,
    "operation_or_labour": ("operation", "labour"),
    "indirect_down": CLASSES,
    TOTAL: CLASSES,
}
CEILING = "indirect_most"  # the form's own formula of how much may be indirect cost
OWN_WORDS = frozenset({"own_funds", "other_funds"})


@dataclass(frozen=True, slots=True)
class Budget:
    """Fiscal total, own money (with other money), and of each class both, all in fen; no classes where it is a lump sum.

    `performance` is the part of indirect cost that may be performance pay; None where the contract says nothing of it.
    """

    total: int
    own: int
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    performance: int | None = None

    def to_json(self) -> dict[str, Any]:
        lines = {kind: list(pair) for kind, pair in self.lines.items()}
        return {"total": self.total, "own": self.own, "lines": lines, "performance": self.performance}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Budget:
        lines = {kind: (pair[0], pair[1]) for kind, pair in said["lines"].items()}
        return cls(said["total"], said["own"], lines, said.get("performance"))

    def fiscal(self, kind: str) -> int:
        return self.lines.get(kind, (0, 0))[0]

    @property
    def direct(self) -> int:
        return sum(self.fiscal(kind) for kind in TABLES)

    def shown(self) -> dict[str, int]:
        """Every amount by its name: `total`, `own`, and of each class `equipment` and `equipment.own`."""
        pairs = {kind: self.lines[kind] for kind in CLASSES if kind in self.lines}
        own = {f"{kind}.own": pair[1] for kind, pair in pairs.items() if kind != INDIRECT}
        pay = {} if self.performance is None else {PERFORMANCE: self.performance}
        return {TOTAL: self.total, **{kind: pair[0] for kind, pair in pairs.items()}, **pay, "own": self.own, **own}


def contracted(case: Case) -> Budget:
    """The budget as the task book has it, else the application; the fiscal total is the award."""
    said, award = (
        reports.contracted(case, *CLASSES, PERFORMANCE, "asked", "own_funds", "other_funds"),
        getattr(case, "award", None),
    )
    lines = {
        kind: (sum(int(row.get("fiscal") or 0) for row in rows), sum(int(row.get("own") or 0) for row in rows))
        for kind in TABLES
        if (rows := said.get(kind) or ()) or said.get(INDIRECT) is not None
    }
    if said.get(INDIRECT) is not None:
        lines[INDIRECT] = (int(said[INDIRECT]), 0)
    total = award.fen if award else int(said.get("asked") or 0)
    pay = None if said.get(PERFORMANCE) is None else int(said[PERFORMANCE])
    return Budget(total, int(said.get("own_funds") or 0) + int(said.get("other_funds") or 0), lines, pay)


@fact("projects.budget_lines")
def budget_lines(case: Case, on: datetime) -> dict[str, int]:
    """The fiscal budget in force by class of cost, in fen; nothing where it is a lump sum."""
    return {kind: pair[0] for kind, pair in standing(case.parent or case).lines.items()}


@fact("projects.own_lines")
def own_lines(case: Case, on: datetime) -> dict[str, int]:
    """Own and other money promised in the budget in force, in fen: `total`, and by class of cost where there are classes."""
    budget = standing(case.parent or case)
    return {TOTAL: budget.own, **{kind: pair[1] for kind, pair in budget.lines.items()}}


def _changes(case: Case) -> list[Change]:
    return Change.granted(case, tuple(MOVES), "budget")


def standing(case: Case) -> Budget:
    """The budget in force: that of the last change granted, else that of the contract."""
    changes = _changes(case)
    return Budget.from_json(changes[-1].after["budget"]) if changes else contracted(case)


def _said(case: Case, said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name, case.answers.get(name))
    return None if value in (None, "") else int(value)


def asked_of(case: Case, said: Mapping[str, Any]) -> bool:
    """Whether a change says anything of the budget."""
    rows = asked_rows(case, said, "new_lines")
    return bool(rows) or any(_said(case, said, name) is not None for name in ("new_total", "new_own"))


def revised(case: Case, before: Budget, said: Mapping[str, Any]) -> Budget:
    """The budget after a change: classes that are named have what is written, the others stay; performance pay falls with indirect cost."""
    lines = dict(before.lines)
    for row in asked_rows(case, said, "new_lines"):
        kind = str(row["kind"])
        own = lines.get(kind, (0, 0))[1] if row.get("own") in (None, "") else int(row["own"])
        lines[kind] = (int(row.get("fiscal") or 0), own)
    total, own_money = _said(case, said, "new_total"), _said(case, said, "new_own")
    pay = before.performance
    if pay is not None and INDIRECT in lines:
        pay = min(pay, lines[INDIRECT][0])
    return Budget(before.total if total is None else total, before.own if own_money is None else own_money, lines, pay)


@check("projects.budget_change_fits", locks=("award",))
def budget_change_fits(case: Case, context: Any) -> Finding:
    """A change of the budget moves what its kind may move, adds up to the total, and keeps to the page's bands and shares."""
    kind, owner = str(case.answers.get("change") or ""), case.parent or case
    asked = asked_of(case, context.data)
    if kind not in MOVES:
        return Finding.passed()
    if not asked and kind == "operation_or_labour":
        return Finding.passed()  # a transfer inside one class: its words are the whole of it
    before = standing(owner)
    if kind != TOTAL and not before.lines:
        return Finding.fail("no_budget_lines")
    after = revised(case, before, context.data)
    if not asked or after == before:
        return Finding.fail("change_needs_budget")
    told = [
        *_moved(case, kind, before, after, context.data),
        *_adds_up(after),
        *_bounded(owner, context, before, after),
    ]
    return Finding("fail", tuple(told)) if told else Finding.passed()


def _moved(case: Case, kind: str, before: Budget, after: Budget, said: Mapping[str, Any]) -> Iterator[Reason]:
    """What a kind of change may move, and which way."""
    named = [str(row["kind"]) for row in asked_rows(case, said, "new_lines")]
    if len(set(named)) < len(named):
        yield Reason("budget_class_twice")
    if not before.lines and named:
        yield Reason("no_budget_lines")
    others = [one for one in CLASSES if one not in MOVES[kind] and before.lines.get(one) != after.lines.get(one)]
    if kind != TOTAL and (others or (before.total, before.own) != (after.total, after.own)):
        yield Reason("budget_of_another_change")
    if after.total > before.total:
        yield Reason("total_never_rises", total=before.total, wanted=after.total)
    if after.fiscal(INDIRECT) > before.fiscal(INDIRECT):
        yield Reason("indirect_never_rises", indirect=before.fiscal(INDIRECT), wanted=after.fiscal(INDIRECT))
    if kind == "equipment" and before.lines.get("equipment") == after.lines.get("equipment"):
        yield Reason("change_needs_budget")
    down = after.fiscal(INDIRECT) < before.fiscal(INDIRECT)
    if kind == "indirect_down" and (not down or any(after.fiscal(one) < before.fiscal(one) for one in TABLES)):
        yield Reason("only_indirect_down")


def _adds_up(after: Budget) -> Iterator[Reason]:
    """Fiscal classes are the fiscal total, own classes the own money."""
    if not after.lines:
        return
    fiscal, own = (sum(pair[place] for pair in after.lines.values()) for place in (0, 1))
    if fiscal != after.total:
        yield Reason("budget_does_not_add_up", total=after.total, lines=fiscal)
    if own != after.own:
        yield Reason("own_does_not_add_up", own=after.own, lines=own)


def _bounded(owner: Case, context: Any, before: Budget, after: Budget) -> Iterator[Reason]:
    """The band of indirect cost on this day, the page's own share of own money, and what partners and sub-projects have."""
    most = ceiling(context.pages, after, day_of(context.on))
    if most is not None and after.fiscal(INDIRECT) > most:
        yield Reason("indirect_above_band", ceiling=most, wanted=after.fiscal(INDIRECT))
    if (before.total, before.own) != (after.total, after.own):
        yield from _own_enough(owner, context, after)
    shares = partners.standing(owner)
    parts = owner.children.filter(flow="subproject").exclude(state="ended")
    given = max(sum(shares.values()) + bool(shares), sum(int(one.answers.get("share") or 0) for one in parts))
    if given > after.total:
        yield Reason("total_below_shares", given=given - bool(shares), wanted=after.total)


def ceiling(pages: Pages, budget: Budget, day: date) -> int | None:
    """The most that may be indirect cost in this budget by the page's own formula on that day; None where the page has none."""
    formula = pages.form.fields[CEILING].formula if CEILING in pages.form.fields else None
    if formula is None or not budget.lines:
        return None
    known = {"direct_fiscal": budget.direct, "equipment_fiscal": budget.fiscal("equipment")}
    value = evaluate(formula, scope_of(formula, params_known(pages.programme, day), known.get))
    return int(value) if isinstance(value, int) or hasattr(value, "__int__") else None


def _own_enough(owner: Case, context: Any, after: Budget) -> Iterator[Reason]:
    """The page's conditions on own money, as if the project had been asked for with this budget."""
    other = int(reports.contracted(owner, "other_funds").get("other_funds") or 0)
    moved = {"asked": after.total, "own_funds": after.own - other, "other_funds": other}
    known = known_of(owner, context)
    rows = [row for row in context.pages.programme.get("eligibility", ()) if OWN_WORDS & parse(row["when"]).names]
    page = {**context.pages.programme, "eligibility": rows}
    found = book.unmet(page, "eligibility", at=None, on=day_of(context.on), known=lambda n: moved[n] if n in moved else known(n))  # fmt: skip
    yield from (reason for one in found if one.verdict == "fail" for reason in one.reasons)


def apply_budget(case: Case, context: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The budget before and after; the contract itself stays as it was signed."""
    before = standing(case.parent or case)
    after = revised(case, before, context.data)
    context.tells |= {"budget_before": _line(before), "budget": _line(after)}
    return {"budget": before.to_json()}, {"budget": after.to_json()}


def _line(budget: Budget) -> str:
    return ",".join(f"{name}:{fen}" for name, fen in budget.shown().items())


def changed_budgets(case: Case) -> list[tuple[datetime | None, list[tuple[str, int | None, int | None]]]]:
    """Each change of the budget that was granted, oldest first; of a change under way, what it asks for: name, old, new in fen."""
    if case.parent is None:
        rows = [
            (row.on, *(Budget.from_json(one["budget"]) for one in (row.before, row.after))) for row in _changes(case)
        ]
        return [(on, _compared(before, after)) for on, before, after in rows]
    if case.answers.get("change") not in MOVES or not asked_of(case, {}):
        return []
    mine = Change.objects.filter(child=case).first()
    before = Budget.from_json(mine.before["budget"]) if mine and "budget" in mine.before else standing(case.parent)
    return [(mine.on if mine else None, _compared(before, revised(case, before, {})))]


def _compared(before: Budget, after: Budget) -> list[tuple[str, int | None, int | None]]:
    old, new = before.shown(), after.shown()
    return [(name, old.get(name), new.get(name)) for name in {**old, **new} if old.get(name) != new.get(name)]
