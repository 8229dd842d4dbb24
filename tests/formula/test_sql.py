"""Exact numbers as SQL: the greatest of many, what is missing, and floors of negative numbers, as Python has them."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import duckdb
import pytest
from sqlglot import exp

from kechuang.formula import rational as r

VALUES = (None, -3, 0, 1, 4)
BOTTOMS = {"a": 2, "b": 3, "c": 1}
ROWS = list(product(VALUES, repeat=3))


def column(name: str, bottom: int = 1, *, null: bool = True) -> r.Rat:
    return r.Rat(exp.column(name, quoted=True), -3, 4, bottom, null=null)


def asked(found: r.Rat, rows: list[tuple[int | None, ...]]) -> list[Fraction | None]:
    """The value over rows of a, b, c in that order."""
    listed = ", ".join(
        f"({n}, {', '.join('NULL' if v is None else str(v) for v in row)})" for n, row in enumerate(rows)
    )
    top, bottom = r.sql_of(found.top).sql("duckdb"), r.sql_of(found.bottom).sql("duckdb")
    told = duckdb.execute(f"SELECT {top}, {bottom} FROM (VALUES {listed}) t(n, a, b, c) ORDER BY n").fetchall()
    return [None if one is None or under is None else Fraction(one, under) for one, under in told]


@pytest.mark.parametrize(("function", "plain"), [(r.greatest, max), (r.least, min)])
@pytest.mark.parametrize("constants", [(), (Fraction(1, 2),), (Fraction(1, 2), Fraction(-9))])
def test_the_extreme_of_many_is_missing_where_one_is(function, plain, constants):
    found = function(*(column(name, bottom) for name, bottom in BOTTOMS.items()), *map(r.constant, constants))
    wanted = [
        None if None in row else plain(*(Fraction(v, b) for v, b in zip(row, BOTTOMS.values(), strict=True)), *constants)
        for row in ROWS
    ]  # fmt: skip
    assert asked(found, ROWS) == wanted
    assert found.null is True


def test_the_extreme_of_constants_is_a_constant():
    assert r.greatest(r.constant(2), r.constant(Fraction(5, 2)), r.constant(-1)).constant == Fraction(5, 2)


def test_the_text_of_an_extreme_grows_with_its_values_and_not_with_their_combinations():
    many = [column(f"n{n}") for n in range(12)]
    text = r.sql_of(r.greatest(*many).top).sql("duckdb")
    assert [text.count(f'"n{n}"') for n in range(12)] == [2] * 12


@pytest.mark.parametrize("bottom", [1, 2, 3])
def test_a_floor_goes_down_also_below_nought(bottom):
    rows = [(top, under, None) for top in range(-7, 8) for under in (1, 2, 3)]
    fixed = r.floored(r.Rat(exp.column("a"), -7, 7, bottom))
    moving = r.floored(r.Rat(exp.column("a"), -7, 7, exp.column("b"), 1, 3))
    assert asked(fixed, rows) == [top // bottom for top, _, _ in rows]
    assert asked(moving, rows) == [top // under for top, under, _ in rows]
