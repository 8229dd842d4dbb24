"""What policies cost over a population: totals by the cuts asked for, today and under every reform, in one pass a subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.policy import Policy
from kechuang.engines.rules.query import Computed, Query, amount_of, at, computed, entitled, in_order, window
from kechuang.engines.rules.relations import Complete, column, table
from kechuang.engines.rules.sheet import Columns, Moment
from kechuang.engines.rules.single import Rules, Scope
from kechuang.formula import FormulaError
from kechuang.formula import rational as r
from kechuang.formula.rational import Sql

FIGURES = ("records", "recipients", "before", "entitled", "settled", "missing", "winners", "losers")
MOST_COMPARED = 12
QUANTILES = (10, 25, 50, 75, 90, 99, 100)


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


def distribution(rules: Rules, code: str, moment: Moment, *, complete: Complete = ()) -> Query:
    """How the entitlements of a policy spread over its payees: `payees`, then `q10` … `q100` in fen."""
    inner, tables = payments(rules, code, moment, complete=complete)
    told: list[tuple[str, Sql]] = [("payees", exp.Count(this=exp.Star()))]
    for share in QUANTILES:
        cut = exp.Literal.number(f"{share / 100}")
        inside = exp.Order(expressions=[exp.Ordered(this=column("fen"), desc=False, nulls_first=False)])
        told.append((f"q{share}", exp.WithinGroup(this=exp.PercentileDisc(this=cut), expression=inside)))
    return Query(exp.select(*_named(told)).from_(inner.subquery("p", copy=False), copy=False), tables)


def payments(rules: Rules, code: str, moment: Moment, *, complete: Complete = ()) -> tuple[exp.Select, frozenset[str]]:
    """`payee` and `fen`, a row a payee who is entitled to anything, before the year's budget; and the tables it reads."""
    paid = _Paid([rules], code, moment, (), complete)
    whole = exp.Sum(this=column(paid.names[0]))
    each = exp.select("*", *_named(paid.wholes.items())).from_(paid._rows().subquery("r", copy=False), copy=False)
    inner = exp.select(column("payee"), exp.alias_(whole, "fen", quoted=True))
    inner = inner.from_(each.subquery("e", copy=False), copy=False).group_by(column("payee"), copy=False)
    return inner.having(_positive(whole), copy=False), frozenset(paid._tables())


def _cut_columns(built: Computed, code: str, source: str = "") -> list[Sql]:
    return [column(name, source) for name in built.cuts[code]]


def _named(sqls: Iterable[tuple[str, Sql]]) -> list[Sql]:
    return [exp.alias_(sql, name, quoted=True) for name, sql in sqls]


def _sum_if(condition: Sql) -> Sql:
    return exp.Count(this=exp.Case().when(condition, r.sql_of(1), copy=False))


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


def _place(columns: dict[str, Sql], sql: Sql, prefix: str = "f") -> str:
    """The name under which `sql` is selected; equal ones share a column."""
    return _share(columns, sql, prefix)


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
    """The totals of one policy with a ceiling, a budget or a payee of its own.

    `r` holds a row a record that may be paid, `t` the sums a budget is compared with, `a` the sums by the cuts, `y` what
    is counted by payee. Sums of winners and losers are left out of long sweeps: they would need a sum a payee and step.
    """

    def __init__(
        self, variants: Sequence[Rules], code: str, moment: Moment, by: Sequence[str], complete: Complete
    ) -> None:
        self.variants, self.code, self.moment = variants, code, moment
        self.built = computed(variants, [code], moment, by=by, complete=complete)
        self.policy = variants[0][code]
        self.found = [self.built.columns[n, code] for n in range(len(variants))]
        self.entitled = [entitled(self.built, one) for one in self.found]
        self.wholes: dict[str, Sql] = {}
        self.names = [_share(self.wholes, whole, "e") for whole in self.entitled]
        self.limits: dict[str, Sql] = {}
        self.budgets = (
            [_share(self.limits, self._budget(rules), "l") for rules in variants] if self.policy.budget else []
        )
        self.cuts = [column(f"cut{n}") for n in range(len(self.built.cuts[code]))]
        budget = self.policy.budget
        self.order = in_order(self.built.sheet, budget.order) if budget is not None and budget.order else []
        self.settled: dict[tuple[str, str], str] = {}
        if self.order:
            for pair in zip(self.names, self.budgets, strict=True):
                self.settled.setdefault(pair, f"s{len(self.settled)}")

    def query(self) -> TotalsQuery:
        """WITH r, t: SELECT of `a` and `y` side by side."""
        added, counted = dict[str, Sql](), dict[str, Sql]()
        slots = []
        for n in range(len(self.variants)):
            told = {name: _place(added, sql, "f") for name, sql in self._sums_of(n).items()}
            told |= {name: _place(counted, sql, "y") for name, sql in self._counts_of(n).items()}
            slots.append(Slot(self.code, n, told))
        statement = self._beside(self._by_cut(added), self._by_payee(counted), [*added, *counted])
        statement = statement.with_("r", as_=self._rows(), materialized=True, copy=False)
        if self.policy.budget is not None:
            statement = statement.with_("t", as_=self._all(), copy=False)
        return TotalsQuery(Query(statement, frozenset(self._tables())), len(self.cuts), tuple(slots))

    def _budget(self, rules: Rules) -> Sql:
        return _limit(rules, rules[self.code], self.moment)

    def _tables(self) -> set[str]:
        found = self.built.sheet.tables()
        if self.policy.budget is not None:
            for whole in self.policy.budget.limit.wholes:
                found |= {whole.key.removeprefix("population(").removesuffix(")")}
        return found

    def _rows(self) -> exp.Select:
        """A row a record that may be paid: payee, cuts, and the columns its entitlements are made of."""
        sheet = self.built.sheet
        payee = at(sheet, self.policy.payee if self.policy.payee != "none" else self.policy.subject)
        cuts = [(f"cut{n}", cut) for n, cut in enumerate(_cut_columns(self.built, self.code))]
        amounts = list({amount_of(one): None for one in self.found})
        parts = (column_ for sql in (*self.wholes.values(), *amounts) for column_ in sql.find_all(exp.Column))
        names = dict.fromkeys(part.name for part in parts)
        names |= dict.fromkeys(one.this.name for one in self.order)
        select = exp.select(*_named([("payee", payee), *cuts]), *(column(name) for name in names))
        may = exp.or_(*(_may_pay(amount) for amount in amounts))
        return select.from_(self.built.source(may).subquery("q", copy=False), copy=False)

    def _all(self) -> exp.Select:
        """Each entitlement summed over all records."""
        sums = [(f"{name}__all", exp.cast(exp.Sum(this=column(name)), "BIGINT")) for name in self.wholes]
        return exp.select(*_named(sums), *_named(self.limits.items())).from_(self._each(), copy=False)

    def _each(self) -> exp.Subquery:
        """The rows with their entitlements; under a budget that goes by an order also with what is settled."""
        layer = exp.select("*", *_named((name, whole.copy()) for name, whole in self.wholes.items()))
        layer = layer.from_(table("r"), copy=False)
        assert self.policy.budget is not None or not self.settled
        for (whole, limit), name in self.settled.items():
            by = _cut_off if self.policy.budget.scale == "cut_off" else _by_remainder  # type: ignore[union-attr]
            layer = by(layer, column(whole), self.limits[limit], self.order, name)
        return layer.subquery("e", copy=False)

    def _sums_of(self, n: int) -> dict[str, Sql]:
        """What is added up over records."""
        whole = column(self.names[n])
        told: dict[str, Sql] = {
            "records": _sum_if(_positive(whole)),
            "before": exp.Sum(this=amount_of(self.found[n])),
            "entitled": exp.Sum(this=whole.copy()),
            "settled": exp.Sum(this=whole.copy()),
        }
        amount = self.found[n].amount
        if amount is not None and amount.null:
            told["missing"] = _sum_if(_is_null(whole))
        if self.settled:
            told["settled"] = exp.Sum(this=column(self.settled[self.names[n], self.budgets[n]]))
        elif self.budgets:
            told["settled"] = exp.Sum(this=_scaled(whole, column(f"{self.names[n]}__all"), column(self.budgets[n])))
        return told

    def _counts_of(self, n: int) -> dict[str, Sql]:
        """What is counted by payee."""
        told: dict[str, Sql] = {"recipients": _sum_if(column(f"{self.names[n]}__any"))}
        if self._compares and n:
            told["winners"] = _sum_if(exp.GT(this=column(self.names[n]), expression=column(self.names[0])))
            told["losers"] = _sum_if(exp.LT(this=column(self.names[n]), expression=column(self.names[0])))
        return told

    @property
    def _compares(self) -> bool:
        return 1 < len(self.variants) <= MOST_COMPARED

    def _by_cut(self, figures: Mapping[str, Sql]) -> exp.Select:
        select = exp.select(*(cut.copy() for cut in self.cuts), *_named(figures.items())).from_(
            self._each(), copy=False
        )
        if self.policy.budget is not None:
            select = select.join(table("t"), join_type="cross", copy=False)
        return _grouped(select, self.cuts)

    def _by_payee(self, figures: Mapping[str, Sql]) -> exp.Select:
        sums: list[tuple[str, Sql]] = []
        for name in self.wholes:
            sums.append((f"{name}__any", exp.LogicalOr(this=_positive(column(name)))))
            if self._compares:
                sums.append((name, exp.Sum(this=column(name))))
        keys = [column("payee"), *self.cuts]
        inner = _grouped(exp.select(*(key.copy() for key in keys), *_named(sums)).from_(self._each(), copy=False), keys)
        select = exp.select(*(cut.copy() for cut in self.cuts), *_named(figures.items()))
        return _grouped(select.from_(inner.subquery("p", copy=False), copy=False), self.cuts)

    def _beside(self, added: exp.Select, counted: exp.Select, names: Sequence[str]) -> exp.Select:
        cuts = [column(cut.name, "a") for cut in self.cuts]
        told = [column(name, "a" if name.startswith("f") else "y") for name in names]
        select = exp.select(*cuts, *told).from_(added.subquery("a", copy=False), copy=False)
        if not cuts:
            return select.join(counted.subquery("y", copy=False), join_type="cross", copy=False)
        tests = [exp.NullSafeEQ(this=cut.copy(), expression=column(cut.name, "y")) for cut in cuts]
        return select.join(counted.subquery("y", copy=False), on=exp.and_(*tests), copy=False)


def _grouped(select: exp.Select, keys: Sequence[Sql]) -> exp.Select:
    return select.group_by(*(key.copy() for key in keys), copy=False) if keys else select


def _share(columns: dict[str, Sql], sql: Sql, prefix: str) -> str:
    for name, there in columns.items():
        if there == sql:
            return name
    columns[f"{prefix}{len(columns)}"] = sql
    return f"{prefix}{len(columns) - 1}"


def _may_pay(amount: Sql) -> Sql:
    return exp.or_(exp.NEQ(this=r.paren(amount), expression=r.sql_of(0)), _is_null(amount))


def _over(layer: exp.Select, **columns: Sql) -> exp.Select:
    """`layer` with more columns, which may read those of `layer`."""
    return exp.select("*", *_named(columns.items())).from_(layer.subquery("b", copy=False), copy=False)


def _cut_off(layer: exp.Select, whole: Sql, limit: Sql, order: Sequence[Sql], name: str) -> exp.Select:
    """Paid in full in the declared order while they fit. As no amount is negative, the sum so far never fits again."""
    so_far = window(exp.Sum(this=whole.copy()), [], order)
    so_far.set("spec", exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"))
    fits = exp.LTE(this=so_far, expression=limit.copy())
    paid = exp.Case().when(fits, whole.copy(), copy=False).else_(r.sql_of(0), copy=False)
    return _over(layer, **{name: paid})


def _by_remainder(layer: exp.Select, whole: Sql, limit: Sql, order: Sequence[Sql], name: str) -> exp.Select:
    """In proportion and summing up to the budget: each floored, then one fen each for the largest remainders."""
    total, part, rest, rank, given = (f"{name} {what}" for what in ("total", "part", "rest", "rank", "given"))
    layer = _over(layer, **{total: exp.cast(window(exp.Sum(this=whole.copy()), []), "BIGINT")})
    product = exp.paren(exp.Mul(this=r.wide(whole), expression=limit.copy()))
    nonzero = exp.Nullif(this=column(total), expression=r.sql_of(0))
    layer = _over(
        layer,
        **{part: exp.IntDiv(this=product, expression=nonzero), rest: exp.Mod(this=product.copy(), expression=nonzero.copy())},
    )  # fmt: skip
    ranked = [exp.Ordered(this=column(rest), desc=True, nulls_first=False), *order]
    sums = {rank: window(exp.RowNumber(), [], ranked), given: window(exp.Sum(this=column(part)), [])}
    layer = _over(layer, **sums)
    left = exp.paren(exp.Sub(this=limit.copy(), expression=column(given)))
    more = exp.Case().when(exp.LTE(this=column(rank), expression=left), r.sql_of(1), copy=False)
    scaled = exp.Add(this=column(part), expression=more.else_(r.sql_of(0), copy=False))
    fits = exp.LTE(this=column(total), expression=limit.copy())
    paid = exp.Case().when(fits, whole.copy(), copy=False).else_(exp.cast(scaled, "BIGINT"), copy=False)
    return _over(layer, **{name: paid})


def _scaled(whole: Sql, total: Sql, limit: Sql) -> Sql:
    """A record's part of the budget: all of it where the sum fits, else `whole * limit // total`.

    The product needs more than 64 bits and 128-bit division is slow, so where the total is below 2^46 the product is
    taken in two parts of 15 bits and the rest, which fit: exact, and several times faster over millions of rows.
    """
    fits = exp.LTE(this=total.copy(), expression=limit.copy())
    small = exp.and_(
        exp.LT(this=total.copy(), expression=r.sql_of(2**46)), exp.LT(this=r.paren(whole), expression=r.sql_of(2**30))
    )
    product = exp.paren(exp.Mul(this=r.wide(whole), expression=limit.copy()))
    nonzero = exp.Nullif(this=total.copy(), expression=r.sql_of(0))
    part = exp.cast(exp.IntDiv(this=product, expression=nonzero), "BIGINT")
    case = exp.Case().when(fits, whole.copy(), copy=False).when(small, _in_two(whole, total, limit), copy=False)
    return case.else_(part, copy=False)


def _in_two(whole: Sql, total: Sql, limit: Sql) -> Sql:
    """`whole * limit // total` for whole < 2^30, limit < total < 2^46, in 64 bits: the upper 15 bits and the lower 15."""
    half = r.sql_of(2**15)
    upper = exp.paren(
        exp.Mul(this=exp.paren(exp.IntDiv(this=r.paren(whole), expression=half)), expression=limit.copy())
    )
    lower = exp.Mul(this=exp.paren(exp.Mod(this=r.paren(whole), expression=half.copy())), expression=limit.copy())
    rest = exp.paren(exp.Mod(this=upper.copy(), expression=total.copy()))
    tail = exp.paren(exp.Add(this=exp.Mul(this=rest, expression=half.copy()), expression=lower))
    first = exp.Mul(this=exp.paren(exp.IntDiv(this=upper, expression=total.copy())), expression=half.copy())
    return exp.Add(this=first, expression=exp.paren(exp.IntDiv(this=tail, expression=total.copy())))


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
