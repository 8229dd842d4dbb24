"""Values of an expression: exact numbers, codes, dates, tables, intervals, and what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from kechuang.words.money import Money
from kechuang.words.reason import Reason

MOST: Final = 10**18
MOST_BITS: Final = 1024  # of a numerator or denominator while an amount is not yet rounded


class FormulaError(ValueError):
    """An expression cannot be worked out: a zero denominator, a wrong type, a limit. `reason` is fit to show."""

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = Reason(code, **values)
        super().__init__(repr(self.reason))


class _Unknown:
    """Not answered, not known yet. It is neither true nor false: asking for its truth is a fault of the caller."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("UNKNOWN is neither true nor false; compare with `is UNKNOWN`")

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Interval:
    """A number that is not fixed yet: at least `low`, at most `high`, both possible."""

    low: int | Fraction
    high: int | Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise FormulaError("empty_interval", low=self.low, high=self.high)


Number = int | Fraction


def whole(number: Number) -> Number:
    """`number` as an int where it is whole; FormulaError where it leaves the limits."""
    if type(number) is int and -MOST <= number <= MOST:
        return number
    top, bottom = number.numerator, number.denominator
    if bottom.bit_length() > MOST_BITS or (bottom > 1 and top.bit_length() > MOST_BITS):
        raise FormulaError("too_fine", bits=MOST_BITS)
    if not -MOST * bottom <= top <= MOST * bottom:
        raise FormulaError("too_large", most=MOST)
    return top if bottom == 1 else number


def narrow(low: Number, high: Number) -> Number | Interval:
    """A number where both ends meet, else the interval."""
    return low if low == high else Interval(low, high)


def value_of(raw: object, name: str) -> Any:
    """What a scope holds under `name`, as a value of the language; FormulaError for what it cannot mean."""
    kind = type(raw)
    if kind is int and -MOST <= raw <= MOST:  # type: ignore[operator]
        return raw
    if kind is bool or kind is str or raw is UNKNOWN:
        return raw
    if kind is int or kind is Fraction:
        return whole(raw)  # type: ignore[arg-type]
    if raw is None:
        return UNKNOWN
    if isinstance(raw, datetime):
        raise FormulaError("not_a_value", name=name, type="datetime")
    if kind is dict or isinstance(raw, date | Mapping | Interval):
        return raw
    return _other_value(raw, name)


def _other_value(raw: object, name: str) -> Any:
    if isinstance(raw, Money):
        return whole(raw.fen)
    if isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 40:
        return whole(Fraction(raw))
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, Sequence | frozenset | set) and not isinstance(raw, bytes):
        return raw
    raise FormulaError("not_a_value", name=name, type=type(raw).__name__)


def kind_of(value: object) -> str:
    """How messages call the kind of a value."""
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return type(value).__name__


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "true/false"),
    ((int, Fraction), "number"),
    (Interval, "interval"),
    (str, "code"),
    (date, "date"),
    (Mapping, "record"),
    (Sequence, "table"),
)
