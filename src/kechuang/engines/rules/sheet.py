"""One table for a subject: a row a record, a column for every step and result of the policies computed for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.policy import Policy, Step, Used
from kechuang.engines.rules.relations import AGGREGATE_MOST, Complete, Joins, column, table
from kechuang.engines.rules.single import Rules, Scope
from kechuang.formula import Expression, FormulaError, tree
from kechuang.formula import rational as r
from kechuang.formula.rational import Rat, Sql, Truth
from kechuang.formula.sql import Code, Day, Num, Table, Value, both, choice, number, translate, truth
from kechuang.formula.tree import Path


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run is: a year (all records belong to it), or a day for pages that ask for one; neither for many years."""

    year: int | None = None
    day: date | None = None

    @property
    def end(self) -> date | None:
        """The reference day of pages that count at the end of the year."""
        return date(self.year, 12, 31) if self.year else date(self.day.year, 12, 31) if self.day else None


@dataclass(slots=True)
class Gathered:
    """A table of sums over the rows that a reverse link leads to, one row a parent."""

    alias: str
    parent: str
    parent_key: str
    joins: Joins
    by: str
    columns: dict[str, Sql] = field(default_factory=dict)


class Sheet:
    """Builds the columns of one subject layer by layer; `query()` gives the nested SELECT.

    Names of columns cannot meet: `=path` for a field, `policy.step`, `policy:result`; ` most` is the upper end of an
    interval, ` under` a denominator.
    """

    def __init__(self, rules: Rules, subject: str, moment: Moment, complete: Complete = ()) -> None:
        self.rules, self.subject, self.moment, self.complete = rules, subject, moment, complete
        self.joins = Joins(rules.vocabulary, rules.vocabulary.entities[subject], "s", complete)
        self.layers: list[dict[str, Sql]] = [{}]
        self.there: list[dict[Sql, str]] = [{}]
        self.kept: dict[str, tuple[Value, int]] = {}
        self.gathers: dict[tuple[tuple[str, ...], str], Gathered] = {}

    # columns

    def base(self, parts: tuple[str, ...]) -> tuple[Value, int]:
        """The column of a path, in the lowest layer."""
        name = ".".join(parts) if parts else self.joins.root.key
        if f"={name}" not in self.kept:
            value = self.joins.value(parts) if parts else self.joins.link(())
            self.kept[f"={name}"] = (self.store(value, f"={name}", 0), 0)
        return self.kept[f"={name}"]

    def store(self, value: Value, name: str, depth: int) -> Value:
        """`value` as columns of layer `depth`; constants stay what they are."""
        if isinstance(value, Num):
            low = self._rat(value.low, name, depth)
            return Num(low) if value.high is None else Num(low, self._rat(value.high, f"{name} most", depth))
        if isinstance(value, Table) or (isinstance(value, Truth) and value.sql in (exp.true(), exp.false())):
            return value
        if isinstance(value, Code) and value.text is not None:
            return value
        return type(value)(column(self.put(name, value.sql, depth)), value.null)

    def _rat(self, value: Rat, name: str, depth: int) -> Rat:
        if value.constant is not None:
            return value
        top: Sql | int = value.top
        bottom: Sql | int = value.bottom
        if not isinstance(top, int):
            top = column(self.put(name, top, depth))
        if not isinstance(bottom, int):
            bottom = column(self.put(f"{name} under", bottom, depth))
        return replace(value, top=top, bottom=bottom)

    def put(self, name: str, sql: Sql, depth: int) -> str:
        """A column of layer `depth`; where the very same is there already, under whatever name, that one serves."""
        while len(self.layers) <= depth:
            self.layers.append({})
            self.there.append({})
        there = self.there[depth].setdefault(sql, name)
        if there == name:
            self.layers[depth][name] = sql
        return there

    def gathered(self, parts: tuple[str, ...]) -> Gathered:
        """The sums over the rows behind a reverse link; made when first asked for."""
        alias, entity, _ = self.joins.place(parts[:-1])
        back = entity.reverse[parts[-1]]
        if (parts, back.by) not in self.gathers:
            name = f"g{len(self.gathers) + 1}"
            child = self.rules.vocabulary.entities[back.entity]
            joins = Joins(self.rules.vocabulary, child, f"{name}r", self.complete)
            self.gathers[parts, back.by] = Gathered(name, alias, entity.key, joins, child.links[back.by].column)
        return self.gathers[parts, back.by]

    # the statement

    def query(self) -> exp.Select:
        """SELECT of all columns, a row a record."""
        select = self.joins.joined(exp.select(*_aliased(self.layers[0])))
        for one in self.gathers.values():
            inner = exp.select(exp.alias_(column(one.by, one.joins.alias), "k", quoted=True), *_aliased(one.columns))
            inner = one.joins.joined(inner).group_by(column(one.by, one.joins.alias), copy=False)
            test = exp.EQ(this=column(one.parent_key, one.parent), expression=column("k", one.alias))
            select = select.join(inner.subquery(one.alias, copy=False), on=test, join_type="left", copy=False)
        for n, layer in enumerate(self.layers[1:], 1):
            if layer:
                select = exp.select("*", *_aliased(layer)).from_(select.subquery(f"l{n}", copy=False), copy=False)
        return select

    def tables(self) -> set[str]:
        """The entities it reads."""
        found = {self.subject, *(there.code for _, _, _, there, _ in self.joins.order)}
        for one in self.gathers.values():
            found |= {one.joins.root.code, *(there.code for _, _, _, there, _ in one.joins.order)}
        return found


def _aliased(columns: Mapping[str, Sql]) -> Iterable[Sql]:
    return (exp.alias_(sql, name, quoted=True) for name, sql in columns.items())


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a sheet holds the results of one policy. `amount` is whole fen before ceilings; `holds` the verdict."""

    policy: Policy
    amount: Rat | None
    holds: Truth
    day: Value
    limit: Rat | None
    also: Mapping[str, Rat]
    depth: int


class PolicySheet:
    """Puts one policy into a sheet. `today`: the same policy with other parameters, there already, whose steps serve where
    they read none of those."""

    def __init__(
        self, sheet: Sheet, policy: Policy, results: Mapping[str, Columns], *, suffix: str = "", today: PolicySheet | None = None
    ) -> None:  # fmt: skip
        self.sheet, self.policy, self.results = sheet, policy, results
        self.prefix = policy.code + suffix
        self.today = today if today is not None and today.policy.let is policy.let else None
        self.alike: dict[str, bool] = {}
        self.fixed = self._fixed_day()
        self.open: list[str] = []
        self.top = 0  # the layer above which its results stand

    def _fixed_day(self) -> date | None:
        if self.policy.reference == "year_end":
            found = self.sheet.moment.end
        elif self.policy.reference == "day":
            found = self.sheet.moment.day or self.sheet.moment.end
        else:
            return None
        if found is None:
            raise FormulaError("no_reference_date", policy=self.policy.code)
        return found

    def columns(self) -> Columns:
        """Adds everything and says where it is."""
        self._guards()
        gates = [truth(self.dated(gate.expression), gate.code) for gate in self.policy.eligible]
        ok = both("and", [self._in_force(), *gates])
        self.top = depth = self._depth_of([gate.expression for gate in self.policy.eligible])
        ok = truth(self.sheet.store(ok, f"{self.prefix}:ok", depth), "gates")
        self.sheet.kept[f"{self.prefix}.gates"] = (ok, depth)
        holds, amount, also = ok, None, {}
        if self.policy.verdict is not None:
            value, under = self.step(self.policy.verdict, "verdict")
            holds = both("and", [ok, truth(value, "verdict")])
            self.top = max(depth, under) + 1
            holds = truth(self.sheet.store(holds, f"{self.prefix}:t", self.top), "verdict")
        if self.policy.amount is not None:
            amount = self._amount(ok, depth)
            also = {name: number(self.step(step, name)[0], name).low for name, step in self.policy.also.items()}
        return Columns(self.policy, amount, holds, self._day()[0], self._limit(), also, self.top)

    def _guards(self) -> None:
        record: dict[str, Any] = {}
        for day in self.days():
            scope = Scope(self.sheet.rules, self.policy, record, day, {})
            for guard in self.policy.guards:
                if scope.of(guard.expression) is not True:
                    raise FormulaError("guard", policy=self.policy.code, guard=guard.code, **guard.title)

    def _amount(self, ok: Truth, depth: int) -> Rat:
        assert self.policy.amount is not None
        if self.policy.branches:
            self._branches()
        value, under = self.step(self.policy.amount, "amount")
        amount = number(value, "amount").low
        if amount.low < 0:
            sign = r.compared(">=", amount, r.constant(0))
            amount = replace(amount, top=exp.Case().when(sign.sql, r.sql_of(amount.top), copy=False), low=0, null=True)
        paid = r.chosen(ok, amount, r.constant(0))
        if paid.high > r.I64 or not isinstance(paid.top, int):
            paid = replace(paid, top=exp.cast(r.sql_of(paid.top), "BIGINT"), high=min(paid.high, r.I64))
        self.top = max(depth, under) + 1
        return number(self.sheet.store(Num(paid), f"{self.prefix}:x", self.top), "amount").low

    def _branches(self) -> None:
        best: Rat | None = None
        for branch in self.policy.branches:
            value = number(self.dated(branch.expression), branch.code).low
            best = value if best is None else r.greatest(best, value)
        assert best is not None
        depth = self._depth_of([branch.expression for branch in self.policy.branches])
        self.sheet.kept[f"{self.prefix}.branches"] = (
            self.sheet.store(Num(best), f"{self.prefix}:branches", depth),
            depth,
        )

    def _limit(self) -> Rat | None:
        if self.policy.cap is None:
            return None
        limit = number(self.dated(self.policy.cap.limit), "cap").low
        if limit.constant is None:
            limit = r.chosen(self._in_force(), limit, r.constant(0))
        return number(self.sheet.store(Num(r.floored(limit)), f"{self.prefix}:l", 1), "cap").low

    # days

    def _day(self) -> tuple[Value, int]:
        if self.fixed is not None:
            return Day(_date(self.fixed)), 0
        return self.sheet.base(tuple(self.policy.reference.split(".")[1:]))

    def days(self) -> list[date]:
        """The first day of every stretch over which no parameter, form or year changes: one day where it is fixed."""
        if self.fixed is not None:
            return [self.fixed]
        year = self.sheet.moment.year
        starts = {self.policy.first}
        for param in self.policy.params.values():
            starts |= {span.first for span in param.spans}
        for step in (*self.policy.let.values(), *self.policy.also.values()):
            starts |= {form.first for form in step.forms}
        if any(step.at for step in self.policy.let.values()):
            starts |= {date(one, 1, 1) for one in range(min(starts).year, 2101)}
        if year is None:
            return sorted(day for day in starts if day >= self.policy.first)
        first = max(date(year, 1, 1), self.policy.first)
        return sorted({first, *(day for day in starts if first <= day <= date(year, 12, 31))})

    def _in_force(self) -> Truth:
        policy = self.policy
        if self.fixed is not None:
            return Truth(exp.true() if policy.first <= self.fixed <= policy.last else exp.false())
        day, _ = self._day()
        assert isinstance(day, Day)
        year = self.sheet.moment.year
        first = max(policy.first, date(year, 1, 1)) if year else policy.first
        last = min(policy.last, date(year, 12, 31)) if year else policy.last
        since = exp.GTE(this=day.sql.copy(), expression=_date(first))
        tests = [Truth(since, day.null)]
        if last.year < 9999:
            tests.append(Truth(exp.LTE(this=day.sql.copy(), expression=_date(last)), day.null))
        return both("and", tests)

    def dated(self, expression: Expression, at: tuple[int, int] | None = None) -> Value:
        """The value of one expression, with the parameters of each stretch of days."""
        return self._over_days([(day, expression) for day in self.days()], at)

    def _over_days(self, forms: list[tuple[date, Expression]], at: tuple[int, int] | None) -> Value:
        for _, expression in forms:
            self._needs(expression)
        found = [translate(expression, _Names(self, _moved(day, at))) for day, expression in forms]
        value = found[-1]
        for (start, _), earlier in zip(reversed(forms[1:]), reversed(found[:-1]), strict=True):
            if earlier != value:
                day, _ = self._day()
                assert isinstance(day, Day)
                before = Truth(exp.LT(this=day.sql.copy(), expression=_date(start)), day.null)
                value = choice(before, earlier, value)
        return value

    # steps

    def step(self, step: Step, name: str) -> tuple[Value, int]:
        """A step as columns, and the layer they stand in."""
        key = f"{self.prefix}.{name}"
        if key not in self.sheet.kept and self.today is not None and self._alike(name):
            self.sheet.kept[key] = self.today.step(step, name)
        if key not in self.sheet.kept:
            if name in self.open:
                raise FormulaError("circular", step=name)
            self.open.append(name)
            forms = [(day, step.form(_moved(day, step.at)).expression) for day in self.days()]
            value = self._over_days(forms, step.at)
            depth = self._depth_of([expression for _, expression in forms])
            if step.round is not None:
                value = _rounded(value, step)
            self.sheet.kept[key] = (self.sheet.store(value, f"{self.prefix}.{name}", depth), depth)
            self.open.pop()
        return self.sheet.kept[key]

    def _alike(self, name: str) -> bool:
        """Whether a name comes to what it comes to today, for all it is made of."""
        today, policy = self.today, self.policy
        assert today is not None
        if name in policy.params:
            return policy.params[name] is today.policy.params[name]
        used = next((one.code for one in policy.uses if one.name == name), "")
        if used:
            return self.results[used] is today.results[used]
        if name not in policy.let:
            return name in (policy.subject, "day", "year")
        if name not in self.alike:
            self.alike[name] = False  # a circle, which `step` tells
            names = {one for form in policy.let[name].forms for one in form.expression.names}
            self.alike[name] = all(map(self._alike, names))
        return self.alike[name]

    def _needs(self, expression: Expression) -> None:
        for name in sorted(expression.names):
            if name in self.policy.let:
                self.step(self.policy.let[name], name)
            elif name == "amount" and self.policy.amount is not None and "amount" not in self.open:
                self.step(self.policy.amount, "amount")

    def _depth_of(self, expressions: list[Expression]) -> int:
        found = [self._layer_of(name) for expression in expressions for name in expression.names]
        return 1 + max(found, default=0)

    def _layer_of(self, name: str) -> int:
        kept = self.sheet.kept.get(f"{self.prefix}.{name}")
        if kept is not None:
            return kept[1]
        used = next((one for one in self.policy.uses if one.name == name), None)
        return 0 if used is None else self.results[used.code].depth

    def used(self, used: Used) -> Value:
        """The result of another policy, which stands in the sheet already."""
        other = self.results[used.code]
        value: Value = other.holds if other.amount is None else Num(other.amount)
        if self.fixed is None or other.policy.first <= self.fixed <= other.policy.last:
            return value
        if used.ended == "zero":
            return Truth(exp.false()) if other.amount is None else Num(r.constant(0))
        raise FormulaError("used_policy_not_in_force", policy=used.code, day=self.fixed)


def _rounded(value: Value, step: Step) -> Value:
    assert step.round is not None
    unit, how = step.round.unit, step.round.how

    def one(rat: Rat) -> Rat:
        return r.times(r.rounded(r.divided(rat, r.constant(unit)), how), r.constant(unit))

    read = number(value, step.name)
    return Num(one(read.low), None if read.high is None else one(read.high))


def _moved(day: date, at: tuple[int, int] | None) -> date:
    return date(day.year, *at) if at else day


def _date(day: date) -> Sql:
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


@dataclass(frozen=True, slots=True)
class _Names:
    """What names of a policy mean in a sheet, with parameters as of one day; inside a sum also the row."""

    owner: PolicySheet
    day: date
    row: str = ""
    joins: Joins | None = None

    def path(self, node: Path) -> Value:
        owner = self.owner
        if self.joins is not None and node.root == self.row:
            return self.joins.value(node.parts)
        if node.root == owner.policy.subject and node.parts:
            return self._outer(owner.sheet.base(node.parts)[0])
        if node.root in owner.policy.params:
            return _param(owner.policy.params[node.root].span(self.day).value)
        if node.root == "year":
            return self._year()
        if node.root == "day":
            return self._outer(owner._day()[0])
        key = f"{owner.prefix}.{node.root}"
        if key in owner.sheet.kept:
            return self._outer(owner.sheet.kept[key][0])
        used = next((one for one in owner.policy.uses if one.name == node.root), None)
        if used is None:
            raise FormulaError("unknown_name", name=node.text)
        return self._outer(owner.used(used))

    def _outer(self, value: Value) -> Value:
        """A value of the record itself cannot stand inside a sum over linked rows."""
        if self.joins is not None and not _is_constant(value):
            raise FormulaError("not_in_bulk", what="a sum that reads the record outside it")
        return value

    def _year(self) -> Value:
        owner = self.owner
        year = owner.fixed.year if owner.fixed is not None else owner.sheet.moment.year
        if year is not None:
            return Num(r.constant(year))
        day, _ = owner._day()
        assert isinstance(day, Day)
        part = exp.cast(exp.Extract(this=exp.var("YEAR"), expression=day.sql.copy()), "BIGINT")
        return self._outer(Num(Rat(part, 0, 9999, null=day.null)))

    def gather(self, node: tree.Gather) -> Value:
        if node.table.root != self.owner.policy.subject:
            raise FormulaError("not_in_bulk", what=f"rows of {node.table.text}")
        one = self.owner.sheet.gathered(node.table.parts)
        inner = _Names(self.owner, self.day, node.row, one.joins)
        condition = (
            Truth(exp.true()) if node.condition is None else truth(translate(_part(node.condition), inner), "if")
        )
        name = f"a{len(one.columns) + 1}"
        if node.name == "count":
            return self._counted(one, condition, name)
        value = translate(_part(node.value), inner)
        if node.name != "sum":
            raise FormulaError("not_in_bulk", what=node.name)
        return self._summed(one, condition, number(value, "sum").low, name)

    def _counted(self, one: Gathered, condition: Truth, name: str) -> Value:
        case = exp.Case().when(condition.sql, r.sql_of(1), copy=False)
        unsure = _unknown(condition.sql) if condition.null else None
        return self._aggregated(one, exp.Sum(this=case), unsure, name, (10**9, 1))

    def _summed(self, one: Gathered, condition: Truth, value: Rat, name: str) -> Value:
        if not isinstance(value.bottom, int):
            raise FormulaError("not_in_bulk", what="a sum of quotients of data")
        if value.low < 0:
            raise FormulaError("not_in_bulk", what="a sum of numbers that may be negative")
        case = exp.Case().when(condition.sql.copy(), r.sql_of(value.top), copy=False)
        most = min(value.high * 10**6, AGGREGATE_MOST * value.bottom, r.I64)
        if not (condition.null or value.null):
            return self._aggregated(one, exp.Sum(this=case), None, name, (most, value.bottom))
        missing = exp.and_(condition.sql.copy(), _unknown(r.sql_of(value.top)))
        unsure = exp.or_(_unknown(condition.sql), missing)
        return self._aggregated(one, exp.Sum(this=case), unsure, name, (most, value.bottom))

    def _aggregated(self, one: Gathered, total: Sql, unsure: Sql | None, name: str, most: tuple[int, int]) -> Value:
        """A sum over a parent's rows: 0 where it has none, missing where `unsure` is true of one of them."""
        sums: Sql = exp.cast(exp.Coalesce(this=total, expressions=[r.sql_of(0)]), "BIGINT")
        found: Sql = exp.Coalesce(this=column(name, one.alias), expressions=[r.sql_of(0)])
        if unsure is not None:
            marked = exp.Sum(this=exp.Case().when(unsure, r.sql_of(1), copy=False))
            count = exp.Coalesce(this=marked, expressions=[r.sql_of(0)])
            sums = exp.Case().when(exp.EQ(this=count, expression=r.sql_of(0)), sums, copy=False)
            none = _unknown(column("k", one.alias))
            found = exp.Case().when(none, r.sql_of(0), copy=False).else_(column(name, one.alias), copy=False)
        one.columns[name] = sums
        value = Num(Rat(found, 0, most[0], most[1], null=unsure is not None))
        return self.owner.sheet.store(value, f"{one.alias}__{name}", 0)

    def whole(self, node: tree.Whole) -> Value:
        if node.name != "population" or not isinstance(node.of, Path):
            raise FormulaError("not_in_bulk", what=node.key)
        count = exp.select(exp.cast(exp.Count(this=exp.Star()), "BIGINT")).from_(table(node.of.root), copy=False)
        return Num(Rat(count.subquery(copy=False), 0, 10**10))


def _unknown(sql: Sql) -> Sql:
    return exp.Is(this=exp.paren(sql.copy()), expression=exp.null())


def _part(node: tree.Node) -> Expression:
    return Expression("", node)


def _is_constant(value: Value) -> bool:
    if isinstance(value, Num):
        return value.low.constant is not None and value.high is None
    if isinstance(value, Truth):
        return value.sql in (exp.true(), exp.false())
    return (
        isinstance(value, Table)
        or (isinstance(value, Code) and value.text is not None)
        or (isinstance(value, Day) and isinstance(value.sql, exp.Cast))
    )


def _param(value: Any) -> Value:
    return Table(value) if isinstance(value, Mapping | tuple) else Num(r.constant(value))
