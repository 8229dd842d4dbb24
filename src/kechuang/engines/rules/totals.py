"""What policies cost over a population: totals by the cuts asked for, today and under every reform, in one pass a subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.query import Computed, Query, amount_of, at, computed, entitled
from kechuang.engines.rules.relations import Complete, column, table
from kechuang.engines.rules.sheet import Columns, Moment
from kechuang.engines.rules.single import Rules, Scope
from kechuang.formula import FormulaError
from kechuang.formula import rational as r
from kechuang.formula.rational import Sql

FIGURES = ("records", "recipients", "before", "entitled", "settled", "missing", "winners", "losers")


@dataclass(frozen=True, slots=True)
class Total:
    """One policy, variant and cut. `recipients`: payees with an amount, or records a recognition holds for; money in fen.

    `before`: what would be due without the ceiling over groups; what a split of firms could gain is the difference.
    `missing`: records of which the data do not suffice. `winners` and `losers`: payees who get more, or less, than today.
    """

    policy: str
    variant: int
    cuts: tuple[str, ...]
    records: int
    recipients: int
    before: int
    entitled: int
    settled: int
    missing: int
    winners: int
    losers: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the figures of a policy and variant stand in a result: the names of its columns."""

    policy: str
    variant: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TotalsQuery:
    """A statement whose first columns are the cuts, and where each policy's figures stand in it."""

    query: Query
    cuts: int
    slots: tuple[Slot, ...]

    @property
    def tables(self) -> frozenset[str]:
        return self.query.tables

    def sql(self, dialect: str = "duckdb") -> str:
        return self.query.sql(dialect)

    def totals(self, rows: Iterable[Mapping[str, Any]]) -> list[Total]:
        """The rows of the result as totals."""
        found = []
        for row in rows:
            cuts = tuple("" if row[f"cut{n}"] is None else str(row[f"cut{n}"]) for n in range(self.cuts))
            for slot in self.slots:
                figures = {name: int(row[where] or 0) for name, where in slot.columns.items()}
                found.append(Total(slot.policy, slot.variant, cuts, **{name: figures.get(name, 0) for name in FIGURES}))
        return found


def totals(
    variants: Sequence[Rules], codes: Sequence[str], moment: Moment, *, by: Sequence[str] = (), complete: Complete = ()
) -> list[TotalsQuery]:
    """The statements that together give every total of `codes` under each variant; `variants[0]` is today.

    Policies of one subject without ceiling, budget or another payee share one statement and so one scan.
    """
    today = variants[0]
    plain: dict[str, list[str]] = {}
    queries = []
    for code in codes:
        policy = today[code]
        if policy.cap is None and policy.budget is None and policy.payee in ("none", policy.subject):
            plain.setdefault(policy.subject, []).append(code)
        else:
            queries.append(_Paid(variants, code, moment, by, complete).query())
    return [*(_plain(variants, group, moment, by, complete) for group in plain.values()), *queries]


def _cut_columns(built: Computed, code: str, source: str = "") -> list[Sql]:
    return [column(name, source) for name in built.cuts[code]]


def _named(sqls: Iterable[tuple[str, Sql]]) -> list[Sql]:
    return [exp.alias_(sql, name, quoted=True) for name, sql in sqls]


def _sum_if(condition: Sql) -> Sql:
    return exp.Sum(this=exp.Case().when(condition, r.sql_of(1), copy=False))


def _positive(sql: Sql) -> Sql:
    return exp.GT(this=r.paren(sql), expression=r.sql_of(0))


def _is_null(sql: Sql) -> Sql:
    return exp.Is(this=r.paren(sql), expression=exp.null())


def _plain(
    variants: Sequence[Rules], codes: list[str], moment: Moment, by: Sequence[str], complete: Complete
) -> TotalsQuery:
    built = computed(variants, codes, moment, by=by, complete=complete)
    columns: dict[str, Sql] = {}
    slots = []
    for code in codes:
        for n in range(len(variants)):
            told = _figures(built, built.columns[n, code], built.columns[0, code])
            slots.append(Slot(code, n, {name: _place(columns, sql) for name, sql in told.items()}))
    cuts = _cut_columns(built, codes[0])
    select = exp.select(*_named((f"cut{n}", cut) for n, cut in enumerate(cuts)), *_named(columns.items()))
    statement = select.from_(built.sheet.query().subquery("p", copy=False), copy=False)
    if cuts:
        statement = statement.group_by(*(cut.copy() for cut in cuts), copy=False)
    return TotalsQuery(Query(statement, frozenset(built.sheet.tables())), len(cuts), tuple(slots))


def _place(columns: dict[str, Sql], sql: Sql) -> str:
    """The name under which `sql` is selected; equal ones share a column."""
    for name, there in columns.items():
        if there == sql:
            return name
    columns[f"f{len(columns)}"] = sql
    return f"f{len(columns) - 1}"


def _figures(built: Computed, found: Columns, today: Columns) -> dict[str, Sql]:
    if found.amount is None:
        holds = _sum_if(found.holds.sql.copy())
        told = {"records": holds, "recipients": holds.copy()}
        return told | ({"missing": _sum_if(_is_null(found.holds.sql))} if found.holds.null else {})
    amount = amount_of(found)
    total = exp.Sum(this=amount.copy())
    told = {"records": _sum_if(_positive(amount)), "before": total, "entitled": total.copy(), "settled": total.copy()}
    told["recipients"] = told["records"].copy()
    if found.amount.null:
        told["missing"] = _sum_if(_is_null(amount))
    if found is not today:
        told["winners"] = _sum_if(exp.GT(this=r.paren(amount), expression=r.paren(amount_of(today))))
        told["losers"] = _sum_if(exp.LT(this=r.paren(amount), expression=r.paren(amount_of(today))))
    return told


class _Paid:
    """The totals of one policy with a ceiling, a budget or a payee of its own: first a row a payee, then the cuts."""

    def __init__(
        self, variants: Sequence[Rules], code: str, moment: Moment, by: Sequence[str], complete: Complete
    ) -> None:
        self.variants, self.code, self.moment = variants, code, moment
        self.built = computed(variants, [code], moment, by=by, complete=complete)
        self.policy = variants[0][code]
        self.entitled: dict[str, Sql] = {}
        self.settled: dict[str, Sql] = {}
        self.before: dict[str, Sql] = {}
        self.uncapped: list[str] = []
        self.places = [self._placed(n) for n in range(len(variants))]

    def _placed(self, n: int) -> tuple[str, str]:
        """The names of a variant's entitled and settled columns, a row a record; equal variants share them."""
        found = self.built.columns[n, self.code]
        whole = _share(self.entitled, entitled(self.built, found), "e")
        self.uncapped.append(_share(self.before, amount_of(found), "b"))
        budget = self._budget(self.variants[n][self.code])
        if budget is None:
            return whole, _share(self.settled, column(whole), "s")
        return whole, _share(self.settled, _scaled(whole, budget), "s")

    def _budget(self, policy: Policy) -> Sql | None:
        if policy.budget is None:
            return None
        if policy.budget.scale != "proportional" or policy.budget.residue != "floor":
            raise FormulaError("not_in_bulk", what=f"the budget of {policy.code}, which is settled list by list")
        if self.moment.end is None:
            raise FormulaError("no_reference_date", policy=policy.code)
        return _limit(self.variants[0], policy, self.moment)

    def query(self) -> TotalsQuery:
        """WITH rows, sums over all, a row a payee: SELECT by the cuts."""
        base = self._rows()
        payees, slots = self._payees(), []
        figures: dict[str, Sql] = {}
        for n, (whole, settled) in enumerate(self.places):
            told = self._told(n, whole, settled)
            slots.append(Slot(self.code, n, {name: _place(figures, sql) for name, sql in told.items()}))
        cuts = [column(f"cut{n}") for n in range(len(self.built.cuts[self.code]))]
        select = exp.select(*cuts, *_named(figures.items())).from_(payees.subquery("y", copy=False), copy=False)
        if cuts:
            select = select.group_by(*(cut.copy() for cut in cuts), copy=False)
        statement = select.with_("r", as_=base, materialized=True if self._has_budget else None, copy=False)
        if self._has_budget:
            statement = statement.with_("t", as_=self._sums(), copy=False)
        return TotalsQuery(Query(statement, frozenset(self._tables())), len(cuts), tuple(slots))

    @property
    def _has_budget(self) -> bool:
        return self.policy.budget is not None

    def _tables(self) -> set[str]:
        found = self.built.sheet.tables()
        if self.policy.budget is not None:
            for whole in self.policy.budget.limit.wholes:
                found |= {whole.key.removeprefix("population(").removesuffix(")")}
        return found

    def _rows(self) -> exp.Select:
        """A row a record that may be paid: payee, cuts, entitlements."""
        sheet = self.built.sheet
        payee = at(sheet, self.policy.payee if self.policy.payee != "none" else self.policy.subject)
        cuts = [(f"cut{n}", cut) for n, cut in enumerate(_cut_columns(self.built, self.code))]
        amounts = {amount_of(columns) for (_, code), columns in self.built.columns.items() if code == self.code}
        select = exp.select(*_named([("payee", payee), *cuts, *self.before.items(), *self.entitled.items()]))
        query = select.from_(self.built.source().subquery("q", copy=False), copy=False)
        if len(amounts) == 1 and not self.built.windows:
            query = query.where(_may_pay(amounts.pop()), copy=False)
        return query

    def _sums(self) -> exp.Select:
        """Each entitlement summed over all records: what a budget is compared with."""
        sums = [(f"{name}__all", exp.cast(exp.Sum(this=column(name)), "BIGINT")) for name in self.entitled]
        return exp.select(*_named(sums)).from_(table("r"), copy=False)

    def _payees(self) -> exp.Select:
        cuts = [column(f"cut{n}") for n in range(len(self.built.cuts[self.code]))]
        sums: list[tuple[str, Sql]] = [(name, exp.Sum(this=column(name))) for name in self.before]
        for name in self.entitled:
            missing = _sum_if(_is_null(column(name)))
            sums += [
                (name, exp.Sum(this=column(name))),
                (f"{name}__n", _sum_if(_positive(column(name)))),
                (f"{name}__m", missing),
            ]
        sums += [(name, exp.Sum(this=sql)) for name, sql in self.settled.items() if not isinstance(sql, exp.Column)]
        select = exp.select(column("payee"), *cuts, *_named(sums)).from_(table("r"), copy=False)
        if self._has_budget:
            select = select.join(table("t"), join_type="cross", copy=False)
        return select.group_by(column("payee"), *(cut.copy() for cut in cuts), copy=False)

    def _told(self, n: int, whole: str, settled: str) -> dict[str, Sql]:
        paid = self.settled[settled]
        left = column(whole) if isinstance(paid, exp.Column) else column(settled)
        told: dict[str, Sql] = {
            "records": exp.Sum(this=column(f"{whole}__n")),
            "recipients": _sum_if(_positive(column(whole))),
            "before": exp.Sum(this=column(self.uncapped[n])),
            "entitled": exp.Sum(this=column(whole)),
            "settled": exp.Sum(this=left),
            "missing": exp.Sum(this=column(f"{whole}__m")),
        }
        if n:
            today = column(self.places[0][0])
            told["winners"] = _sum_if(exp.GT(this=column(whole), expression=today.copy()))
            told["losers"] = _sum_if(exp.LT(this=column(whole), expression=today.copy()))
        return told


def _share(columns: dict[str, Sql], sql: Sql, prefix: str) -> str:
    for name, there in columns.items():
        if there == sql:
            return name
    columns[f"{prefix}{len(columns)}"] = sql
    return f"{prefix}{len(columns) - 1}"


def _may_pay(amount: Sql) -> Sql:
    return exp.or_(exp.NEQ(this=r.paren(amount), expression=r.sql_of(0)), _is_null(amount))


def _scaled(whole: str, limit: Sql) -> Sql:
    """A record's part of the budget: all of it where the sum fits, else in proportion, floored."""
    total = column(f"{whole}__all")
    fits = exp.LTE(this=total, expression=limit)
    product = exp.paren(exp.Mul(this=r.wide(column(whole)), expression=limit.copy()))
    part = exp.IntDiv(this=product, expression=exp.Nullif(this=total.copy(), expression=r.sql_of(0)))
    return exp.Case().when(fits, column(whole), copy=False).else_(exp.cast(part, "BIGINT"), copy=False)


def _limit(rules: Rules, policy: Policy, moment: Moment) -> Sql:
    """The budget of the year as SQL: a number, times the population where the page says so."""
    assert policy.budget is not None and moment.end is not None
    if not policy.budget.limit.wholes:
        value = Scope(rules, policy, {}, moment.end, {}).of(policy.budget.limit)
        if not isinstance(value, int):
            raise FormulaError("not_an_amount", policy=policy.code, where="budget.limit")
        return r.sql_of(value)
    key = policy.budget.limit.wholes[0].key
    one = Scope(rules, policy, {}, moment.end, {key: 1}).of(policy.budget.limit)
    two = Scope(rules, policy, {}, moment.end, {key: 2}).of(policy.budget.limit)
    if not isinstance(one, int) or two != 2 * one or len(policy.budget.limit.wholes) > 1:
        raise FormulaError("not_in_bulk", what=f"the budget of {policy.code}")
    entity = key.removeprefix("population(").removesuffix(")")
    count = exp.select(exp.Count(this=exp.Star())).from_(table(entity), copy=False)
    return exp.paren(
        exp.Mul(this=exp.paren(exp.cast(count.subquery(copy=False), "BIGINT"), copy=False), expression=r.sql_of(one))
    )
