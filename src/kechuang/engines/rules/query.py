"""Policies as one query over a population: a row a record, under the ceilings of its group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.relations import Complete, by_path, column
from kechuang.engines.rules.sheet import Columns, Moment, PolicySheet, Sheet
from kechuang.engines.rules.single import Rules
from kechuang.formula import FormulaError
from kechuang.formula import rational as r
from kechuang.formula.rational import Rat, Sql


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and the entities whose tables it reads, by the same names."""

    statement: exp.Query
    tables: frozenset[str]

    def sql(self, dialect: str = "duckdb") -> str:
        return self.statement.sql(dialect) if dialect == "duckdb" else _spoken(self.statement, dialect).sql(dialect)


def _spoken(statement: exp.Query, dialect: str) -> exp.Query:
    """The statement without what other databases lack: Spark does not materialise on demand, and only DuckDB has integers of
    128 bits (38 digits hold more than their products here ever have)."""
    found = statement.copy()
    for cte in found.find_all(exp.CTE) if dialect == "spark" else ():
        cte.set("materialized", None)
    for kind in found.find_all(exp.DataType):
        if kind.this == exp.DType.INT128:
            kind.replace(exp.DataType.build("DECIMAL(38, 0)"))
    return found


def needed(rules: Rules, codes: Sequence[str]) -> list[str]:
    """`codes` and all policies they use, each after those it uses; LookupError for an unknown one."""
    ordered: list[str] = []
    for code in codes:
        if code not in rules.policies:
            raise LookupError(f"no policy {code!r}")
        for one in (*needed(rules, [used.code for used in rules[code].uses]), code):
            if one not in ordered:
                ordered.append(one)
    return ordered


@dataclass(slots=True)
class Computed:
    """A sheet with policies of one subject in it: their columns by variant and code, and the columns of the cuts.

    A variant is the rules with other values of parameters; what a variant does not change is computed once.
    """

    sheet: Sheet
    columns: dict[tuple[int, str], Columns] = field(default_factory=dict)
    cuts: dict[str, list[str]] = field(default_factory=dict)
    windows: dict[str, Sql] = field(default_factory=dict)
    under: int = 0  # the layer of what those windows read and is itself a window; 0 while there is none
    today: dict[str, PolicySheet] = field(default_factory=dict)

    def windowed(self, sql: Sql) -> exp.Column:
        """The column of a window function over the sheet; equal ones are one column."""
        for name, there in self.windows.items():
            if there == sql:
                return column(name)
        name = f"w{len(self.windows) + 1}"
        self.windows[name] = sql
        return column(name)

    def beneath(self, sql: Sql) -> exp.Column:
        """The column of a window function that other windows read: windows do not nest, so it stands in a layer below."""
        self.under = self.under or len(self.sheet.layers)
        there = len(self.sheet.layers[self.under]) if self.under < len(self.sheet.layers) else 0
        return column(self.sheet.put(f"t{there + 1}", sql, self.under))

    def source(self, where: Sql | None = None) -> exp.Select:
        """The sheet with its window columns; `where` leaves rows out before any window is looked through."""
        query = self.sheet.query()
        if where is not None:
            query = exp.select("*").from_(query.subquery("f", copy=False), copy=False).where(where, copy=False)
        if not self.windows:
            return query
        added = [exp.alias_(sql, name, quoted=True) for name, sql in self.windows.items()]
        return exp.select("*", *added).from_(query.subquery("u", copy=False), copy=False)


def computed(
    variants: Sequence[Rules], codes: Sequence[str], moment: Moment, *, by: Sequence[str] = (), complete: Complete = ()
) -> Computed:
    """The sheet of policies that have one subject, with what they use, for each variant of the rules."""
    subject = variants[0][codes[0]].subject
    found = Computed(Sheet(variants[0], subject, moment, complete))
    for code in needed(variants[0], codes):
        policy = variants[0][code]
        if policy.subject != subject:
            raise FormulaError("not_in_bulk", what=f"{code}, which has another subject")
        if policy.allot is not None:
            raise FormulaError(
                "not_in_bulk", what="an allotment, which is shared out exactly for the few records it has"
            )
        for n, rules in enumerate(variants):
            found.columns[n, code] = _columns(found, rules, code, n)
        _paths(found.sheet, policy)
        found.cuts[code] = [_cut(found.sheet, policy, name) for name in by]
    return found


def _columns(found: Computed, rules: Rules, code: str, n: int) -> Columns:
    policy = rules[code]
    results = {used.code: found.columns[n, used.code] for used in policy.uses}
    for earlier in range(n):
        there = found.columns[earlier, code]
        same = all(found.columns[earlier, used] is columns for used, columns in results.items())
        if there.policy is policy and same:
            return there
    sheet = PolicySheet(found.sheet, policy, results, suffix=f"@{n}" if n else "", today=found.today.get(code))
    found.today.setdefault(code, sheet)
    return sheet.columns()


def _paths(sheet: Sheet, policy: Policy) -> None:
    """Keys, groups and orders as columns of the lowest layer."""
    sheet.base(())
    for path in (policy.payee, *_orders(policy), *(policy.cap.per if policy.cap else ())):
        if path not in ("none", "year", policy.subject):
            sheet.base(tuple(path.split(".")[1:]))


def _orders(policy: Policy) -> tuple[str, ...]:
    return (*(policy.cap.order if policy.cap else ()), *(policy.budget.order if policy.budget else ()))


def _cut(sheet: Sheet, policy: Policy, name: str) -> str:
    parts = by_path(sheet.rules.vocabulary, policy.subject, policy.payee, name)
    sheet.base(parts)
    return f"={'.'.join(parts)}"


def at(sheet: Sheet, path: str) -> exp.Column:
    """The column of a path such as `trade.buyer` or `trade.paid_on`; the record's own key for `trade`."""
    parts = tuple(path.split(".")[1:])
    return column(f"={'.'.join(parts) if parts else sheet.joins.root.key}")


def year_of(found: Columns) -> Sql | None:
    """The year a record belongs to; None where all belong to one."""
    value: Any = found.day
    if isinstance(value.sql, exp.Cast):
        return None
    return exp.Extract(this=exp.var("YEAR"), expression=value.sql.copy())


def groups(built: Computed, found: Columns) -> list[Sql]:
    """The columns that make a group of the policy's cap."""
    assert found.policy.cap is not None
    keys: list[Sql] = []
    for per in found.policy.cap.per:
        if per != "year":
            keys.append(at(built.sheet, per))
        elif built.sheet.moment.year is None and (year := year_of(found)) is not None:
            keys.append(year)
    return keys


def in_order(sheet: Sheet, order: Sequence[str]) -> list[Sql]:
    """The declared order; a record's own key decides between equals."""
    paths = (*order, sheet.subject) if sheet.subject not in order else order
    return [exp.Ordered(this=at(sheet, path), desc=False, nulls_first=False) for path in paths]


def window(function: Sql, partition: Sequence[Sql], order: Sequence[Sql] = (), *, before: bool = False) -> Sql:
    """`function OVER (…)`; `before`: over the rows before this one only."""
    found = exp.Window(this=function, partition_by=[one.copy() for one in partition])
    if order:
        found.set("order", exp.Order(expressions=[one.copy() for one in order]))
    if before:
        one = exp.Literal.number(1)
        found.set(
            "spec",
            exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=one, end_side="PRECEDING"),
        )
    return found


def amount_of(found: Columns) -> Sql:
    """The entitlement before ceilings."""
    return r.sql_of(0) if found.amount is None else r.sql_of(found.amount.top)


def entitled(built: Computed, found: Columns) -> Sql:
    """The entitlement under the policy's cap, over the sheet and its window columns."""
    cap, amount = found.policy.cap, amount_of(found)
    if cap is None:
        return amount
    assert found.limit is not None
    group = _Group(built, groups(built, found), in_order(built.sheet, cap.order), amount, found.limit)
    part = group.shared(cap.allocate, cap.residue)
    if found.amount is None or not found.amount.null:
        return part
    missing = exp.Sum(this=exp.Case().when(exp.Is(this=amount.copy(), expression=exp.null()), r.sql_of(1), copy=False))
    unsure = built.windowed(window(missing, group.keys))
    return exp.Case().when(exp.Is(this=unsure, expression=exp.null()), part, copy=False)


@dataclass(frozen=True, slots=True)
class _Group:
    """Records under one ceiling, and how each part of it is written."""

    built: Computed
    keys: list[Sql]
    order: list[Sql]
    amount: Sql
    limit_of: Rat

    @property
    def limit(self) -> Sql:
        top = self.limit_of.top
        return (
            r.sql_of(top) if isinstance(top, int) else self.built.windowed(window(exp.Max(this=top.copy()), self.keys))
        )

    def shared(self, allocate: str, residue: str) -> Sql:
        if allocate == "first_come":
            return self._first_come()
        if allocate == "highest":
            return self._highest()
        return self._largest() if residue == "largest_remainder" else self._proportional()

    def _total(self) -> exp.Column:
        return self.built.windowed(exp.cast(window(exp.Sum(this=self.amount.copy()), self.keys), "BIGINT"))

    def _first_come(self) -> Sql:
        earlier = window(exp.Sum(this=self.amount.copy()), self.keys, self.order, before=True)
        none = exp.Coalesce(this=earlier, expressions=[r.sql_of(0)])
        left = exp.Sub(this=self.limit, expression=self.built.windowed(exp.cast(none, "BIGINT")))
        part = exp.Least(this=self.amount.copy(), expressions=[left], ignore_nulls=True)
        return exp.Greatest(this=r.sql_of(0), expressions=[part], ignore_nulls=True)

    def _product(self) -> Sql:
        return exp.paren(exp.Mul(this=r.wide(self.amount), expression=self.limit))

    def _nonzero(self) -> Sql:
        return exp.Nullif(this=self._total(), expression=r.sql_of(0))

    def _fits(self, otherwise: Sql) -> Sql:
        fits = exp.LTE(this=self._total(), expression=self.limit)
        return exp.Case().when(fits, self.amount.copy(), copy=False).else_(otherwise, copy=False)

    def _floored(self) -> Sql:
        return exp.IntDiv(this=self._product(), expression=self._nonzero())

    def _proportional(self) -> Sql:
        return self._fits(exp.cast(self._floored(), "BIGINT"))

    def _largest(self) -> Sql:
        """The floored part, and one more fen for the largest remainders until none is left.

        Windows do not nest, so the group's total is a column of a layer of its own, under the windows that rank by it.
        """
        total = window(exp.Sum(this=self.amount.copy()), self.keys)
        inner = self.built.beneath(exp.cast(total, "BIGINT"))
        nonzero = exp.Nullif(this=inner, expression=r.sql_of(0))
        part = exp.IntDiv(this=self._product(), expression=nonzero)
        rest = exp.Mod(this=self._product(), expression=nonzero.copy())
        ranked = [exp.Ordered(this=rest, desc=True, nulls_first=False), *self.order]
        rank = self.built.windowed(window(exp.RowNumber(), self.keys, ranked))
        given = self.built.windowed(exp.cast(window(exp.Sum(this=part.copy()), self.keys), "BIGINT"))
        more = exp.LTE(this=rank, expression=exp.paren(exp.Sub(this=self.limit, expression=given)))
        one = exp.Case().when(more, r.sql_of(1), copy=False).else_(r.sql_of(0), copy=False)
        whole = exp.cast(exp.Add(this=exp.paren(part.copy()), expression=one), "BIGINT")
        fits = exp.LTE(this=inner.copy(), expression=self.limit)
        return exp.Case().when(fits, self.amount.copy(), copy=False).else_(whole, copy=False)

    def _highest(self) -> Sql:
        ranked = [exp.Ordered(this=self.amount.copy(), desc=True, nulls_first=False), *self.order]
        rank = self.built.windowed(window(exp.RowNumber(), self.keys, ranked))
        best = exp.Least(this=self.amount.copy(), expressions=[self.limit], ignore_nulls=True)
        case = exp.Case().when(exp.EQ(this=rank, expression=r.sql_of(1)), best, copy=False)
        return case.else_(r.sql_of(0), copy=False)


def rows(rules: Rules, code: str, moment: Moment, *, complete: Complete = ()) -> Query:
    """A row a record: `key`, `payee`, `before` and `entitled` (fen, under the cap), `verdict` (true, false, missing)."""
    built = computed([rules], [code], moment, complete=complete)
    found, sheet = built.columns[0, code], built.sheet
    told: dict[str, Sql] = {
        "key": at(sheet, rules[code].subject),
        "payee": exp.null() if found.policy.payee == "none" else at(sheet, found.policy.payee),
        "before": amount_of(found),
        "entitled": entitled(built, found),
        "verdict": found.holds.sql.copy(),
        **{f"also__{name}": r.sql_of(value.top) for name, value in found.also.items()},
    }
    selected = [exp.alias_(sql, name, quoted=True) for name, sql in told.items()]
    statement = exp.select(*selected).from_(built.source().subquery("r", copy=False), copy=False)
    return Query(statement, frozenset(sheet.tables()))
