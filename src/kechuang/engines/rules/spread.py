"""Whom a ceiling bites and what it takes: payees at their ceiling, what is cut, what a reform gives and takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from kechuang.engines.rules.query import Query, amount_of
from kechuang.engines.rules.relations import Complete, column
from kechuang.engines.rules.sheet import Moment
from kechuang.engines.rules.single import Rules
from kechuang.engines.rules.totals import _grouped, _named, _Paid, _sum_if
from kechuang.formula import rational as r
from kechuang.formula.rational import Sql


@dataclass(frozen=True, slots=True)
class Bite:
    """Of one variant: payees whose ceiling bites, and in fen what all ceilings cut, what payees gain and lose against today."""

    capped: int
    cut: int
    gained: int
    lost: int


def bites(variants: Sequence[Rules], code: str, moment: Moment, *, complete: Complete = ()) -> Query:
    """One row: `capped0 cut0 gained0 lost0 capped1 …` over the payees of a policy with a ceiling over groups."""
    paid = _Paid(variants, code, moment, (), complete)
    sums: dict[str, Sql] = {"payee": column("payee")}
    told: dict[str, Sql] = {}
    for n in range(len(variants)):
        sums[f"b{n}"] = exp.Sum(this=amount_of(paid.found[n]))
        sums[f"m{n}"] = exp.Sum(this=column(paid.names[n]))
        before, after, today = column(f"b{n}"), column(f"m{n}"), column("m0")
        told[f"capped{n}"] = _sum_if(exp.GT(this=before.copy(), expression=after.copy()))
        told[f"cut{n}"] = _summed(before, after)
        told[f"gained{n}"], told[f"lost{n}"] = _summed(after, today), _summed(today, after)
    inner = _grouped(exp.select(*_named(sums.items())).from_(paid._each(), copy=False), [column("payee")])
    statement = exp.select(*_named(told.items())).from_(inner.subquery("p", copy=False), copy=False)
    statement = statement.with_("r", as_=paid._rows(), materialized=True, copy=False)
    if paid.policy.budget is not None:
        statement = statement.with_("t", as_=paid._all(), copy=False)
    return Query(statement, frozenset(paid._tables()))


def _summed(more: Sql, less: Sql) -> Sql:
    """The sum of `more - less` where it is above nothing."""
    over = exp.GT(this=more.copy(), expression=less.copy())
    return exp.Sum(
        this=exp.Case()
        .when(over, exp.Sub(this=more.copy(), expression=less.copy()), copy=False)
        .else_(r.sql_of(0), copy=False)
    )


def bitten(rows: Iterable[Mapping[str, Any]], variants: int) -> list[Bite]:
    """The row of `bites` as one Bite a variant."""
    row = next(iter(rows))
    names = ("capped", "cut", "gained", "lost")
    return [Bite(*(int(row[f"{name}{n}"] or 0) for name in names)) for n in range(variants)]
