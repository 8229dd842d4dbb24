"""Exact arithmetic and comparison of numbers and intervals, where what is unknown stays unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kechuang.formula.values import UNKNOWN, FormulaError, Interval, Number, kind_of, narrow, whole
from kechuang.words.money import rounded

ORDER: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def is_number(value: object) -> bool:
    """A plain number; true and false are none."""
    kind = type(value)
    return kind is int or kind is Fraction


def ends(value: Any, what: str) -> tuple[Number, Number]:
    """The lowest and the highest number `value` may be; FormulaError if it is no number."""
    if is_number(value):
        return value, value
    if type(value) is Interval:
        return value.low, value.high
    raise FormulaError("not_a_number", where=what, type=kind_of(value))


def arithmetic(op: str, left: Any, right: Any) -> Any:
    """`left op right` exactly; numbers, intervals or UNKNOWN."""
    if is_number(left) and is_number(right):
        return whole(_exact(op, left, right))
    if left is UNKNOWN or right is UNKNOWN:
        for value in (left, right):
            if value is not UNKNOWN:
                ends(value, op)
        return UNKNOWN
    return _spread(op, ends(left, op), ends(right, op))


def _exact(op: str, left: Number, right: Number) -> Number:
    if op == "+":
        return left + right
    if op == "-":
        return left - right
    if op == "*":
        return left * right
    if right == 0:
        raise FormulaError("zero_denominator")
    if op == "//":
        return left // right
    return Fraction(left) / right


def _spread(op: str, left: tuple[Number, Number], right: tuple[Number, Number]) -> Any:
    if op in ("/", "//") and right[0] <= 0 <= right[1]:
        if right == (0, 0):
            raise FormulaError("zero_denominator")
        return UNKNOWN
    found = [whole(_exact(op, a, b)) for a in left for b in right]
    return narrow(min(found), max(found))


def negated(value: Any) -> Any:
    """`-value`."""
    if value is UNKNOWN:
        return UNKNOWN
    low, high = ends(value, "-")
    return narrow(-high, -low)


def compared(op: str, left: Any, right: Any) -> Any:
    """True, False, or UNKNOWN where it is not known or an interval leaves it open."""
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if is_number(left) and is_number(right):
        return ORDER[op](left, right)
    if type(left) is Interval or type(right) is Interval:
        return _compared_ends(op, ends(left, op), ends(right, op))
    alike = type(left) is type(right) and isinstance(left, str | bool | date)
    if not alike or (op not in ("==", "!=") and not isinstance(left, date)):
        raise FormulaError("not_comparable", op=op, left=kind_of(left), right=kind_of(right))
    return ORDER[op](left, right)


def _compared_ends(op: str, left: tuple[Number, Number], right: tuple[Number, Number]) -> Any:
    if op in (">", ">="):
        return _compared_ends("<" if op == ">" else "<=", right, left)
    if op == "!=":
        same = _compared_ends("==", left, right)
        return UNKNOWN if same is UNKNOWN else not same
    if op == "==":
        if left[0] > right[1] or left[1] < right[0]:
            return False
        return True if left[0] == left[1] == right[0] == right[1] else UNKNOWN
    test = ORDER[op]
    if test(left[1], right[0]):
        return True
    return UNKNOWN if test(left[0], right[1]) else False


def truth(value: Any, what: str) -> Any:
    """`value` where a true/false is needed; FormulaError otherwise."""
    if value is True or value is False or value is UNKNOWN:
        return value
    raise FormulaError("not_a_truth", where=what, type=kind_of(value))


def inverted(value: Any) -> Any:
    """`not value`."""
    value = truth(value, "not")
    return UNKNOWN if value is UNKNOWN else not value


def least(values: list[Any]) -> Any:
    """The smallest of numbers, or of dates; UNKNOWN if there is none or one is not known."""
    return _extreme(values, min, "min")


def greatest(values: list[Any]) -> Any:
    """The largest of numbers, or of dates; UNKNOWN if there is none or one is not known."""
    return _extreme(values, max, "max")


def _extreme(values: list[Any], choose: Callable[..., Any], what: str) -> Any:
    if not values or any(value is UNKNOWN for value in values):
        return UNKNOWN
    if all(isinstance(value, date) for value in values):
        return choose(values)
    pairs = [ends(value, what) for value in values]
    return narrow(choose(low for low, _ in pairs), choose(high for _, high in pairs))


def hull(body: Any, other: Any) -> Any:
    """What a choice may come to while its test is unknown."""
    numbers = (is_number(value) or type(value) is Interval for value in (body, other))
    if all(numbers):
        (a, b), (c, d) = ends(body, "if"), ends(other, "if")
        return narrow(min(a, c), max(b, d))
    return body if type(body) is type(other) and body == other else UNKNOWN


def to_whole(value: Any, how: Any) -> Any:
    """`value` rounded to a whole number: floor, ceil or half_up."""
    if value is UNKNOWN:
        return UNKNOWN
    low, high = ends(value, how)
    return narrow(rounded(Fraction(low), how), rounded(Fraction(high), how))
