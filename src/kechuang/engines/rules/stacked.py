"""The rules between policies as a query: what they leave of the entitlements of every payee of a population."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.query import Query
from kechuang.engines.rules.relations import Complete, by_path, column
from kechuang.engines.rules.sheet import Moment, Sheet
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.stacking import LIMITING, Stack, Taken
from kechuang.engines.rules.totals import payments
from kechuang.engines.rules.vocabulary import near
from kechuang.formula import FormulaError
from kechuang.formula import rational as r
from kechuang.formula.rational import Sql


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to the payees of a cut under a policy, in fen, before the year's budget."""

    policy: str
    cuts: tuple[str, ...]
    fen: int


@dataclass(frozen=True, slots=True)
class StackedQuery:
    """A statement, and what its columns `k0` … (left, by policy) and `t0` … (taken, by rule and policy) are."""

    query: Query
    cuts: int
    kept: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]

    @property
    def tables(self) -> frozenset[str]:
        return self.query.tables

    def sql(self, dialect: str = "duckdb") -> str:
        return self.query.sql(dialect)

    def read(self, rows: Iterable[Mapping[str, Any]]) -> tuple[list[Left], list[Taken]]:
        """What is left, by policy and cut; and what each rule takes from each policy over all cuts."""
        left, sums = list[Left](), [0] * len(self.taken)
        for row in rows:
            cuts = tuple("" if row[f"cut{n}"] is None else str(row[f"cut{n}"]) for n in range(self.cuts))
            left += [Left(code, cuts, int(row[f"k{n}"] or 0)) for n, code in enumerate(self.kept)]
            sums = [sum_ + int(row[f"t{n}"] or 0) for n, sum_ in enumerate(sums)]
        taken = [Taken(stack, code, fen) for (stack, code), fen in zip(self.taken, sums, strict=True) if fen]
        return sorted(left, key=lambda one: (one.policy, one.cuts)), taken


def stacked_totals(
    rules: Rules, stacks: Sequence[Stack], codes: Sequence[str], moment: Moment, *, by: Sequence[str] = (),
    enable: Collection[str] = (), complete: Complete = (),
) -> StackedQuery:  # fmt: skip
    """One statement for all rules in force, applied a payee and year in the order of the page, as `stacking.stacked` does.

    LookupError where there is no such rule, or none in force limits the policies asked for.
    """
    active = _active(stacks, codes, enable)
    kept = tuple(code for code in codes if any(code in stack.policies for stack in active))
    entity = _payee(rules, kept)
    parts = {code: payments(rules, code, moment, complete=complete) for code in kept}
    layer, names, taken = _pivoted({code: select for code, (select, _) in parts.items()}), {c: c for c in kept}, []
    for n, stack in enumerate(active):
        found = _kept(stack, {code: column(names[code]) for code in stack.order if code in names}, moment)
        columns = {f"{code} {n}": sql for code, sql in found.items()}
        layer = exp.select("*", *_named(columns)).from_(layer.subquery("b", copy=False), copy=False)
        taken += [(stack.code, code, names[code], f"{code} {n}") for code in found]
        names |= {code: f"{code} {n}" for code in found}
    sheet = Sheet(rules, entity, moment, complete)
    key = sheet.base(())[0]
    cuts = [_cut(sheet, name) for name in by]
    sums = {f"k{n}": exp.Sum(this=column(names[code])) for n, code in enumerate(kept)}
    lost = {
        f"t{n}": exp.Sum(this=exp.Sub(this=column(one), expression=column(two)))
        for n, (_, _, one, two) in enumerate(taken)
    }
    select = exp.select(*_named({f"cut{n}": cut for n, cut in enumerate(cuts)} | sums | lost))
    test = exp.EQ(this=column("payee", "p"), expression=column(key.sql.name, "s"))  # type: ignore[union-attr]
    select = select.from_(layer.subquery("p", copy=False), copy=False)
    select = select.join(sheet.query().subquery("s", copy=False), on=test, join_type="left", copy=False)
    if cuts:
        select = select.group_by(*(cut.copy() for cut in cuts), copy=False)
    tables = frozenset(sheet.tables()).union(*(found for _, found in parts.values()))
    return StackedQuery(Query(select, tables), len(cuts), kept, tuple((stack, code) for stack, code, _, _ in taken))


def _active(stacks: Sequence[Stack], codes: Sequence[str], enable: Collection[str]) -> list[Stack]:
    limiting = {stack.code: stack for stack in stacks if stack.mode in LIMITING}
    for code in enable:
        if code not in limiting:
            raise LookupError(f"no rule between policies {code!r}: {near(code, limiting, 'see stacking.yaml')}")
    active = [stack for stack in limiting.values() if stack.enabled or stack.code in enable]
    active = [stack for stack in active if set(stack.policies) & set(codes)]
    if not active:
        raise LookupError(
            f"no rule between these policies is in force; --enable one of {', '.join(limiting) or 'none'}"
        )
    return active


def _payee(rules: Rules, codes: Sequence[str]) -> str:
    """The entity that all the policies pay."""
    found = {}
    for code in codes:
        entity, entities = rules[code].subject, rules.vocabulary.entities
        for part in rules[code].payee.split(".")[1:]:
            entity = entities[entity].links[part].entity
        found[entity] = code
    if len(found) != 1:
        raise FormulaError("not_in_bulk", what=f"a rule between policies that pay {', '.join(found)}")
    return next(iter(found))


def _pivoted(parts: Mapping[str, exp.Select]) -> exp.Select:
    """A row a payee, a column a policy."""
    arms = []
    for code, select in parts.items():
        told = [column("payee"), exp.alias_(exp.Literal.string(code), "policy", quoted=True), column("fen")]
        arms.append(exp.select(*told).from_(select.subquery("q", copy=False), copy=False))
    union: exp.Query = arms[0] if len(arms) == 1 else exp.union(*arms, distinct=False)
    sums = {}
    for code in parts:
        same = exp.EQ(this=column("policy"), expression=exp.Literal.string(code))
        case = exp.Case().when(same, column("fen"), copy=False).else_(r.sql_of(0), copy=False)
        sums[code] = exp.cast(exp.Sum(this=case), "BIGINT")
    select = exp.select(column("payee"), *_named(sums)).from_(union.subquery("u", copy=False), copy=False)
    return select.group_by(column("payee"), copy=False)


def _kept(stack: Stack, had: Mapping[str, Sql], moment: Moment) -> dict[str, Sql]:
    """What each policy of the rule keeps, over columns of what it had."""
    if stack.mode == "sum_cap":
        assert stack.limit is not None and moment.end is not None
        return _up_to(had, r.sql_of(int(stack.limit.span(moment.end).value)))
    found: dict[str, Sql] = {}
    listed = list(had.values())
    best = listed[0] if len(listed) == 1 else exp.Greatest(this=listed[0], expressions=listed[1:], ignore_nulls=True)
    for n, (code, sql) in enumerate(had.items()):
        if stack.mode == "highest":  # the first of equals, in the order of the page
            tests: list[Sql] = [exp.LT(this=one.copy(), expression=best.copy()) for one in listed[:n]]
            tests.append(exp.EQ(this=sql.copy(), expression=best.copy()))
        else:
            tests = [exp.EQ(this=one.copy(), expression=r.sql_of(0)) for one in listed[:n]]
        keeps = exp.and_(*tests) if tests else exp.true()
        found[code] = exp.Case().when(keeps, sql.copy(), copy=False).else_(r.sql_of(0), copy=False)
    return found


def _up_to(had: Mapping[str, Sql], limit: Sql) -> dict[str, Sql]:
    found: dict[str, Sql] = {}
    left = limit
    for code, sql in had.items():
        part = exp.Least(this=sql.copy(), expressions=[left.copy()], ignore_nulls=True)
        found[code] = exp.Greatest(this=r.sql_of(0), expressions=[part], ignore_nulls=True)
        left = exp.Sub(this=left, expression=sql.copy())
    return found


def _cut(sheet: Sheet, name: str) -> Sql:
    parts = by_path(sheet.rules.vocabulary, sheet.subject, sheet.subject, name)
    sheet.base(parts)
    return column(f"={'.'.join(parts)}", "s")


def _named(sqls: Mapping[str, Sql]) -> list[Sql]:
    return [exp.alias_(sql, name, quoted=True) for name, sql in sqls.items()]
