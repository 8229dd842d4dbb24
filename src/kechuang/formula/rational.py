"""Exact rationals as SQL: a numerator, a denominator, and the bounds that show when 64 bits are not enough."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd, lcm
from typing import Any, Final

from sqlglot import exp

from kechuang.formula.values import FormulaError

Sql = exp.Expr
I64: Final = 2**63 - 1
I128: Final = 2**127 - 1
ORDER: Final[dict[str, type[exp.Binary]]] = {
    "==": exp.EQ, "!=": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip
_MIRROR: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Rat:
    """`top / bottom`. `low`, `high` bound the top; a bottom that is SQL lies in [`least`, `most`] and must not be 0.

    A plain int is a constant. `null`: the value may be missing.
    """

    top: Sql | int
    low: int
    high: int
    bottom: Sql | int = 1
    least: int = 1
    most: int = 1
    null: bool = False

    @property
    def constant(self) -> Fraction | None:
        return Fraction(self.top, self.bottom) if isinstance(self.top, int) and isinstance(self.bottom, int) else None


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition; `null`: it may be unknown."""

    sql: Sql
    null: bool = False


def constant(value: int | Fraction) -> Rat:
    top, bottom = Fraction(value).numerator, Fraction(value).denominator
    return Rat(top, top, top, bottom)


def sql_of(value: Sql | int) -> Sql:
    """A copy that may be put into a statement."""
    if isinstance(value, int):
        digits = exp.Literal.number(abs(value))
        return exp.Neg(this=digits) if value < 0 else digits
    return value.copy()


def _fits(low: int, high: int) -> bool:
    return low >= -I64 and high <= I64


def _within(low: int, high: int) -> None:
    if low < -I128 or high > I128:
        raise FormulaError("too_wide_for_bulk", bits=max(high.bit_length(), low.bit_length()))


def wide(value: Sql | int) -> Sql:
    """As a 128-bit integer."""
    return exp.cast(sql_of(value), "INT128")


def paren(value: Sql | int) -> Sql:
    sql = sql_of(value)
    return exp.paren(sql, copy=False) if isinstance(sql, exp.Binary | exp.Neg | exp.Not) else sql


def _times(a: Sql | int, b: Sql | int, low: int, high: int) -> Sql | int:
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    if a == 1 or b == 1:
        return b if isinstance(a, int) else a
    if a == 0 or b == 0:
        return 0
    _within(low, high)
    first = paren(a) if _fits(low, high) else wide(a)
    return exp.Mul(this=first, expression=paren(b))


def _bounds(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    products = [x * y for x in a for y in b]
    return min(products), max(products)


def scaled(value: Rat, times: int) -> Rat:
    """The same top multiplied by a whole number (the bottom is not touched)."""
    low, high = _bounds((value.low, value.high), (times, times))
    return replace(value, top=_times(value.top, times, low, high), low=low, high=high)


def _bottom(value: Rat) -> Rat:
    bottom = value.bottom
    return constant(bottom) if isinstance(bottom, int) else Rat(bottom, value.least, value.most, null=value.null)


def _product(a: Rat, b: Rat) -> Rat:
    low, high = _bounds((a.low, a.high), (b.low, b.high))
    return Rat(_times(a.top, b.top, low, high), low, high, null=a.null or b.null)


def _over(top: Rat, bottom: Rat, null: bool) -> Rat:
    """`top / bottom` of two wholes."""
    if isinstance(bottom.top, int):
        if bottom.top == 0:
            raise FormulaError("zero_denominator")
        if bottom.top < 0:
            top, bottom = negated(top), negated(bottom)
        return replace(top, bottom=bottom.top, least=1, most=1, null=null)
    return Rat(top.top, top.low, top.high, bottom.top, bottom.low, bottom.high, null)


def _aligned(a: Rat, b: Rat) -> tuple[Rat, Rat, Rat]:
    """Tops over one common bottom, and that bottom."""
    null = a.null or b.null
    if isinstance(a.bottom, int) and isinstance(b.bottom, int):
        common = lcm(a.bottom, b.bottom)
        return scaled(a, common // a.bottom), scaled(b, common // b.bottom), constant(common)
    if a.bottom == b.bottom:
        return a, b, _bottom(a)
    one = _product(replace(a, bottom=1), _bottom(b))
    other = _product(replace(b, bottom=1), _bottom(a))
    return one, other, replace(_product(_bottom(a), _bottom(b)), null=null)


def plus(a: Rat, b: Rat) -> Rat:
    if a.constant == 0 or b.constant == 0:
        return b if a.constant == 0 else a
    left, right, bottom = _aligned(a, b)
    low, high = left.low + right.low, left.high + right.high
    _within(low, high)
    if isinstance(left.top, int) and isinstance(right.top, int):
        top: Sql | int = left.top + right.top
    else:
        first = sql_of(left.top) if _fits(low, high) else wide(left.top)
        top = exp.Add(this=first, expression=paren(right.top))
    return _over(Rat(top, low, high), bottom, a.null or b.null)


def negated(a: Rat) -> Rat:
    top = -a.top if isinstance(a.top, int) else exp.Neg(this=paren(a.top))
    return replace(a, top=top, low=-a.high, high=-a.low)


def times(a: Rat, b: Rat) -> Rat:
    for one, other in ((a, b), (b, a)):
        if isinstance(one.top, int) and isinstance(other.bottom, int) and one.top:
            shared = gcd(one.top, other.bottom)
            if shared > 1:
                less = one.top // shared
                return times(replace(one, top=less, low=less, high=less), replace(other, bottom=other.bottom // shared))
    top = _product(replace(a, bottom=1), replace(b, bottom=1))
    return _over(top, _product(_bottom(a), _bottom(b)), a.null or b.null)


def divided(a: Rat, b: Rat) -> Rat:
    if b.constant is not None:
        if b.constant == 0:
            raise FormulaError("zero_denominator")
        return times(a, constant(1 / b.constant))
    top = _product(replace(a, bottom=1), _bottom(b))
    bottom = _product(replace(b, bottom=1), _bottom(a))
    return replace(_over(top, bottom, True), null=True)


def compared(op: str, a: Rat, b: Rat) -> Truth:
    """`a op b`; unknown where a denominator is 0."""
    if a.constant is not None and b.constant is not None:
        return Truth(exp.true() if _holds(op, a.constant, b.constant) else exp.false())
    left, right, bottom = _aligned(a, b)
    test = ORDER[op](this=paren(left.top), expression=paren(right.top))
    if isinstance(bottom.top, int):
        return Truth(test, a.null or b.null)
    positive = exp.GT(this=paren(bottom.top), expression=sql_of(0))
    case = exp.Case().when(positive, test, copy=False)
    if bottom.low < 0:
        mirrored = ORDER[_MIRROR[op]](this=paren(left.top), expression=paren(right.top))
        case = case.when(exp.LT(this=paren(bottom.top), expression=sql_of(0)), mirrored, copy=False)
    return Truth(case, True)


def _holds(op: str, a: Fraction, b: Fraction) -> bool:
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def case_of(test: Truth, body: Sql | int, other: Sql | int) -> Sql:
    """`body if test else other`, missing where the test is unknown."""
    case = exp.Case().when(test.sql.copy(), sql_of(body), copy=False)
    if not test.null:
        return case.else_(sql_of(other), copy=False)
    return case.when(exp.not_(exp.paren(test.sql.copy())), sql_of(other), copy=False)


def chosen(test: Truth, a: Rat, b: Rat) -> Rat:
    """`a if test else b`."""
    if test.sql == exp.true() or test.sql == exp.false():
        return a if test.sql == exp.true() else b
    if a == b:
        return replace(a, null=a.null or test.null)
    null = test.null or a.null or b.null
    if (isinstance(a.bottom, int) and isinstance(b.bottom, int)) or a.bottom == b.bottom:
        left, right, bottom = _aligned(a, b)
        top = case_of(test, left.top, right.top)
        return _over(Rat(top, min(left.low, right.low), max(left.high, right.high)), bottom, null)
    one, other = _bottom(a), _bottom(b)
    under = Rat(case_of(test, a.bottom, b.bottom), min(one.low, other.low), max(one.high, other.high), null=null)
    over = Rat(case_of(test, a.top, b.top), min(a.low, b.low), max(a.high, b.high), null=null)
    return _over(over, under, null)


def least(*values: Rat) -> Rat:
    return _extreme("<=", exp.Least, values)


def greatest(*values: Rat) -> Rat:
    return _extreme(">=", exp.Greatest, values)


def _extreme(op: str, function: Any, values: tuple[Rat, ...]) -> Rat:
    """The least or greatest of all; missing where one is. Each value stands in the SQL at most twice, however many there are."""
    choose = min if op == "<=" else max
    constants = [one for one in values if one.constant is not None]
    told = [one for one in values if one.constant is None]
    if constants:
        told.append(choose(constants, key=lambda one: one.constant or Fraction(0)))
    if len(told) > 1 and all(isinstance(one.bottom, int) for one in told):
        return _extreme_of_wholes(function, choose, told)
    found = told[0]
    for one in told[1:]:
        found = chosen(compared(op, found, one), found, one)
    return found


def _extreme_of_wholes(function: Any, choose: Any, values: list[Rat]) -> Rat:
    common = lcm(*(one.bottom for one in values if isinstance(one.bottom, int)))
    wholes = [scaled(one, common // one.bottom) for one in values if isinstance(one.bottom, int)]
    first, *others = (sql_of(one.top) for one in wholes)
    top: Sql = function(this=first, expressions=others, ignore_nulls=True)
    unsure = [exp.Is(this=paren(one.top), expression=exp.null()) for one in wholes if one.null]
    if unsure:
        top = exp.Case().when(exp.not_(exp.paren(exp.or_(*unsure, copy=False), copy=False)), top, copy=False)
    whole = Rat(top, choose(one.low for one in wholes), choose(one.high for one in wholes))
    return _over(whole, constant(common), bool(unsure))


def floored(a: Rat) -> Rat:
    """The largest whole number not above `a`; missing where the denominator is 0."""
    if a.constant is not None:
        return constant(a.constant.numerator // a.constant.denominator)
    if a.bottom == 1:
        return a
    bottom, null = sql_of(a.bottom), a.null
    if not isinstance(a.bottom, int):
        if a.least < 0:
            raise FormulaError("not_in_bulk", what="rounding over a denominator that may be negative")
        bottom, null = exp.Nullif(this=bottom, expression=sql_of(0)), True
    smallest = a.bottom if isinstance(a.bottom, int) else 1
    low, high = a.low // smallest if a.low < 0 else 0, max(a.high // smallest, 0)
    if a.low >= 0:
        top: Sql = exp.IntDiv(this=paren(a.top), expression=exp.paren(bottom, copy=False))
    else:
        top = _floored_signed(sql_of(a.top), bottom)
    narrow = not _fits(a.low, a.high) and _fits(low, high)
    return Rat(exp.cast(top, "BIGINT") if narrow else top, low, high, null=null)


def _floored_signed(top: Sql, bottom: Sql) -> Sql:
    """`//` cuts towards zero in SQL, so where something negative is left over it is one too many."""
    left = exp.Mod(this=paren(top), expression=paren(bottom))
    below = exp.Case().when(exp.LT(this=exp.paren(left), expression=sql_of(0)), sql_of(1), copy=False)
    whole = exp.paren(exp.IntDiv(this=paren(top), expression=paren(bottom)))
    return exp.Sub(this=whole, expression=below.else_(sql_of(0), copy=False))


def rounded(a: Rat, how: str) -> Rat:
    """`a` as a whole number: floor, ceil, or half_up (away from zero)."""
    if how == "floor":
        return floored(a)
    if how == "ceil":
        return negated(floored(negated(a)))
    up = floored(plus(a, constant(Fraction(1, 2))))
    if a.low >= 0:
        return up
    down = negated(floored(plus(negated(a), constant(Fraction(1, 2)))))
    return chosen(compared(">=", a, constant(0)), up, down)
