"""An expression as SQL: the same tree, read for a whole table at once, exact to the last fen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from typing import Any, Final, Protocol

from sqlglot import exp

from kechuang.formula import rational as r
from kechuang.formula import tree
from kechuang.formula.functions import rows_of
from kechuang.formula.rational import Rat, Sql, Truth
from kechuang.formula.reading import Expression
from kechuang.formula.tree import Node, Path
from kechuang.formula.values import FormulaError


@dataclass(frozen=True, slots=True)
class Num:
    """A number, or an interval where `high` is given."""

    low: Rat
    high: Rat | None = None

    @property
    def top(self) -> Rat:
        return self.low if self.high is None else self.high


@dataclass(frozen=True, slots=True)
class Code:
    """A code; `text` where it is a constant."""

    sql: Sql
    null: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    sql: Sql
    null: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A parameter that is a table."""

    value: Any


Value = Num | Truth | Code | Day | Table


class Names(Protocol):
    """Where a translation finds the SQL of names, of sums over linked rows, and of figures over the run."""

    def path(self, node: Path) -> Value: ...

    def gather(self, node: tree.Gather) -> Value: ...

    def whole(self, node: tree.Whole) -> Value: ...


def translate(expression: Expression, names: Names) -> Value:
    """The SQL value of an expression. FormulaError `not_in_bulk` for what only a single case can do."""
    return _Translation(names).of(expression.root)


def number(value: Value, what: str) -> Num:
    """`value` where a number is needed."""
    if not isinstance(value, Num):
        raise FormulaError("not_a_number", where=what, type=type(value).__name__)
    return value


def truth(value: Value, what: str) -> Truth:
    """`value` where true/false is needed."""
    if not isinstance(value, Truth):
        raise FormulaError("not_a_truth", where=what, type=type(value).__name__)
    return value


def both(op: str, items: list[Truth]) -> Truth:
    """All of `items` (and), or one of them (or), in three values as SQL has them."""
    decided, neutral = (exp.false(), exp.true()) if op == "and" else (exp.true(), exp.false())
    if any(item.sql == decided for item in items):
        return Truth(decided)
    left = [item for item in items if item.sql != neutral]
    if not left:
        return Truth(neutral)
    join = exp.and_ if op == "and" else exp.or_
    return Truth(join(*(item.sql for item in left)), any(item.null for item in left))


def choice(test: Truth, body: Value, other: Value) -> Value:
    """`body if test else other`; numbers, truths, codes and dates."""
    if isinstance(body, Num) and isinstance(other, Num):
        low = r.chosen(test, body.low, other.low)
        return Num(low) if body.high is None and other.high is None else Num(low, r.chosen(test, body.top, other.top))
    alike = type(body) is type(other)
    if not alike or isinstance(body, Num | Table) or isinstance(other, Num | Table):
        raise FormulaError("not_in_bulk", what="a choice between unlike values")
    return type(body)(r.case_of(test, body.sql, other.sql), test.null or body.null or other.null)


class _Translation:
    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, node: Node) -> Value:
        found: Value = _NODES[type(node)](self, node)
        return found

    def _number(self, node: Node) -> Num:
        return number(self.of(node), "an expression")

    def const(self, node: tree.Const) -> Value:
        value = node.value
        if isinstance(value, bool):
            return Truth(exp.true() if value else exp.false())
        if isinstance(value, str):
            return Code(exp.Literal.string(value), text=value)
        return Num(r.constant(value))

    def path(self, node: Path) -> Value:
        return self.names.path(node)

    def unary(self, node: tree.Unary) -> Value:
        if node.op == "not":
            inner = truth(self.of(node.of), "not")
            return Truth(exp.not_(exp.paren(inner.sql.copy())), inner.null)
        value = self._number(node.of)
        return Num(r.negated(value.low)) if value.high is None else Num(r.negated(value.high), r.negated(value.low))

    def binary(self, node: tree.Binary) -> Value:
        left, right = self._number(node.left), self._number(node.right)
        if node.op == "-":
            minus = (
                Num(r.negated(right.low)) if right.high is None else Num(r.negated(right.high), r.negated(right.low))
            )
            return _pairwise(r.plus, left, minus)
        if node.op == "+":
            return _pairwise(r.plus, left, right)
        if node.op == "*":
            return _multiplied(left, right)
        if right.high is not None or (left.high is not None and (right.low.constant or 0) <= 0):
            raise FormulaError("not_in_bulk", what="a quotient of intervals")
        found = (
            _pairwise(r.divided, left, right)
            if left.high is None
            else Num(r.divided(left.low, right.low), r.divided(left.high, right.low))
        )
        return found if node.op == "/" else _mapped(r.floored, found)

    def compare(self, node: tree.Compare) -> Value:
        items = [self.of(item) for item in node.items]
        tests = [_compared(op, items[n], items[n + 1]) for n, op in enumerate(node.ops)]
        return both("and", tests)

    def among(self, node: tree.Among) -> Value:
        if not isinstance(node.options, tuple):
            raise FormulaError("not_in_bulk", what="a list of choices")
        value = self.of(node.of)
        found = both("or", [_compared("==", value, self.of(option)) for option in node.options])
        return Truth(exp.not_(exp.paren(found.sql.copy())), found.null) if node.negated else found

    def logic(self, node: tree.Logic) -> Value:
        return both(node.op, [truth(self.of(item), node.op) for item in node.items])

    def choice(self, node: tree.Choice) -> Value:
        return choice(truth(self.of(node.test), "if"), self.of(node.body), self.of(node.other))

    def gather(self, node: tree.Gather) -> Value:
        return self.names.gather(node)

    def whole(self, node: tree.Whole) -> Value:
        return self.names.whole(node)

    def call(self, node: tree.Call) -> Value:
        function = _CALLS.get(node.name)
        if function is None:
            raise FormulaError("not_in_bulk", what=node.name)
        found: Value = function(*[self.of(arg) for arg in node.args])
        return found


_NODES: Final[dict[type[Node], Callable[..., Value]]] = {
    tree.Const: _Translation.const, tree.Path: _Translation.path, tree.Unary: _Translation.unary,
    tree.Binary: _Translation.binary, tree.Compare: _Translation.compare, tree.Among: _Translation.among,
    tree.Logic: _Translation.logic, tree.Choice: _Translation.choice, tree.Gather: _Translation.gather,
    tree.Whole: _Translation.whole, tree.Call: _Translation.call,
}  # fmt: skip


def _pairwise(function: Callable[[Rat, Rat], Rat], left: Num, right: Num) -> Num:
    low = function(left.low, right.low)
    return Num(low) if left.high is None and right.high is None else Num(low, function(left.top, right.top))


def _mapped(function: Callable[[Rat], Rat], value: Num) -> Num:
    return Num(function(value.low), None if value.high is None else function(value.high))


def _multiplied(left: Num, right: Num) -> Num:
    if left.high is None and right.high is None:
        return Num(r.times(left.low, right.low))
    spread, factor = (left, right) if left.high is not None else (right, left)
    if factor.high is not None or factor.low.low < 0:
        raise FormulaError("not_in_bulk", what="a product of intervals")
    return Num(r.times(spread.low, factor.low), r.times(spread.top, factor.low))


def _compared(op: str, left: Value, right: Value) -> Truth:
    if isinstance(left, Num) and isinstance(right, Num):
        return _compared_numbers(op, left, right)
    if isinstance(left, Table) or isinstance(right, Table) or isinstance(left, Num) or isinstance(right, Num):
        raise FormulaError("not_comparable", op=op, left=type(left).__name__, right=type(right).__name__)
    if isinstance(left, Code) and isinstance(right, Code) and left.text is not None and right.text is not None:
        return Truth(exp.true() if (left.text == right.text) == (op == "==") else exp.false())
    return Truth(r.ORDER[op](this=r.paren(left.sql), expression=r.paren(right.sql)), left.null or right.null)


def _compared_numbers(op: str, left: Num, right: Num) -> Truth:
    if left.high is None and right.high is None:
        return r.compared(op, left.low, right.low)
    if op in (">", ">="):
        return _compared_numbers("<" if op == ">" else "<=", right, left)
    if op in ("==", "!="):
        raise FormulaError("not_in_bulk", what="equality of intervals")
    always, never = r.compared(op, left.top, right.low), r.compared(op, left.low, right.top)
    case = exp.Case().when(always.sql.copy(), exp.true(), copy=False)
    return Truth(case.when(exp.not_(exp.paren(never.sql.copy())), exp.false(), copy=False), True)


def _ladder(value: Value, rows: list[tuple[Any, ...]], column: int) -> Rat:
    """The entry of the highest threshold that a number reaches, 0 below the lowest."""
    asked = number(value, "level")
    if asked.high is not None:
        raise FormulaError("not_in_bulk", what="a level of an interval")
    found = r.constant(0)
    for row in rows:
        test = r.compared(">=", asked.low, r.constant(row[0]))
        found = r.chosen(test, r.constant(row[column]), found)
    return found


def _case_ladder(value: Value, rows: list[tuple[Any, ...]], column: int) -> Rat:
    """As `_ladder`, as one CASE: the thresholds from the highest down, a denominator looked at once."""
    asked = number(value, "level")
    if asked.high is not None or asked.low.constant is not None:
        return _ladder(value, rows, column)
    bottom = asked.low.bottom
    if isinstance(bottom, int) or asked.low.least < 0:
        return _rungs(asked.low, rows, column)
    whole = Rat(bottom, asked.low.least, asked.low.most)
    top = replace(asked.low, bottom=1, least=1, most=1)
    found = _rungs(top, rows, column, whole)
    positive = exp.GT(this=r.paren(bottom), expression=r.sql_of(0))
    return replace(found, top=exp.Case().when(positive, r.sql_of(found.top), copy=False), null=True)


def _rungs(asked: Rat, rows: list[tuple[Any, ...]], column: int, bottom: Rat | None = None) -> Rat:
    common = lcm(*(Fraction(row[column]).denominator for row in rows))
    worth = [int(Fraction(row[column]) * common) for row in rows]
    tests = [_reaches(asked, ">=", row[0], bottom) for row in rows]
    case = exp.Case()
    for test, entry in zip(reversed(tests), reversed(worth), strict=True):
        case = case.when(test.sql, r.sql_of(entry), copy=False)
    null = any(test.null for test in tests)
    if null:
        case = case.when(_reaches(asked, "<", rows[0][0], bottom).sql, r.sql_of(0), copy=False)
    else:
        case = case.else_(r.sql_of(0), copy=False)
    return Rat(case, min(0, *worth), max(0, *worth), common, null=null)


def _reaches(asked: Rat, op: str, threshold: Any, bottom: Rat | None) -> Truth:
    """`asked / bottom op threshold`, where the bottom is known to be positive."""
    right = r.constant(threshold) if bottom is None else r.times(bottom, r.constant(threshold))
    return r.compared(op, asked, right)


def _table(value: Value) -> Any:
    if not isinstance(value, Table):
        raise FormulaError("not_a_table", name="table", type=type(value).__name__)
    return value.value


def _level(value: Value, table: Value) -> Value:
    return Num(_case_ladder(value, rows_of(_table(table), 2, "level"), 1))


def _band(value: Value, table: Value) -> Value:
    rows = rows_of(_table(table), 3, "band")
    return Num(_case_ladder(value, rows, 1), _case_ladder(value, rows, 2))


def _marginal(base: Value, bands: Value) -> Value:
    rows = rows_of(_table(bands), 2, "marginal")
    whole, total = number(base, "marginal").low, r.constant(0)
    for n, (start, rate) in enumerate(rows):
        upper = whole if n + 1 == len(rows) else r.least(whole, r.constant(rows[n + 1][0]))
        slice_ = r.greatest(r.plus(upper, r.constant(-start)), r.constant(0))
        total = r.plus(total, r.times(slice_, r.constant(rate)))
    return Num(total)


def _pick(key: Value, table: Value) -> Value:
    entries: Mapping[str, Any] = _table(table)
    if not isinstance(key, Code):
        raise FormulaError("not_a_code", type=type(key).__name__)
    if key.text is not None:
        return Num(r.constant(entries[key.text]))
    common = lcm(*(Fraction(value).denominator for value in entries.values()))
    worth = {code: int(Fraction(value) * common) for code, value in entries.items()}
    case = exp.Case()
    for code, value in worth.items():
        case = case.when(exp.EQ(this=key.sql.copy(), expression=exp.Literal.string(code)), r.sql_of(value), copy=False)
    return Num(Rat(case, min(worth.values()), max(worth.values()), common, null=True))


def _folded(function: Callable[..., Rat]) -> Callable[..., Value]:
    def folded(*values: Value) -> Value:
        read = [number(value, "min") for value in values]
        low = function(*(one.low for one in read))
        spread = any(one.high is not None for one in read)
        return Num(low, function(*(one.top for one in read))) if spread else Num(low)

    return folded


def _span(low: Value, high: Value) -> Value:
    return Num(number(low, "span").low, number(high, "span").top)


def _mark(given: Value, allowed: Value) -> Value:
    mark, inside = number(given, "mark"), number(allowed, "mark")
    if not mark.low.null or mark.high is not None:
        return mark
    there = Truth(exp.not_(exp.Is(this=r.paren(mark.low.top), expression=exp.null())))
    known = replace(mark.low, null=False)
    return Num(r.chosen(there, known, inside.low), r.chosen(there, known, inside.top))


def _absolute(value: Value) -> Value:
    inner = number(value, "abs").low
    return Num(r.greatest(inner, r.negated(inner)))


def _days(first: Value, last: Value) -> Value:
    if not isinstance(first, Day) or not isinstance(last, Day):
        raise FormulaError("not_a_date", type=type(first).__name__)
    count = exp.DateDiff(this=last.sql.copy(), expression=first.sql.copy(), unit=exp.var("DAY"))
    return Num(Rat(count, -(10**7), 10**7, null=first.null or last.null))


_least, _greatest = _folded(r.least), _folded(r.greatest)
_CALLS: Final[dict[str, Callable[..., Value]]] = {
    "min": _least, "max": _greatest, "clamp": lambda value, low, high: _least(_greatest(value, low), high),
    "floor": lambda value: _mapped(r.floored, number(value, "floor")),
    "ceil": lambda value: _mapped(lambda one: r.rounded(one, "ceil"), number(value, "ceil")),
    "round_half_up": lambda value: _mapped(lambda one: r.rounded(one, "half_up"), number(value, "round")),
    "level": _level, "band": _band, "marginal": _marginal, "pick": _pick, "span": _span, "mark": _mark,
    "abs": _absolute, "days": _days,
}  # fmt: skip
