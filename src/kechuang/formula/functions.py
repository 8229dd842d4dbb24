"""The functions of the language: tables of levels and bands, terms between dates, marks, rounding."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from kechuang.formula.arithmetic import arithmetic, ends, greatest, is_number, least, negated, to_whole
from kechuang.formula.values import UNKNOWN, FormulaError, Interval, Number, kind_of, narrow, value_of, whole


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """UNKNOWN if any argument is."""

    def guarded(*args: Any) -> Any:
        return UNKNOWN if any(arg is UNKNOWN for arg in args) else function(*args)

    return guarded


def _absolute(value: Any) -> Any:
    low, high = ends(value, "abs")
    if low >= 0:
        return value
    return negated(value) if high <= 0 else narrow(0, max(-low, high))


def _clamp(value: Any, low: Any, high: Any) -> Any:
    if is_number(low) and is_number(high) and low > high:
        raise FormulaError("empty_interval", low=low, high=high)
    return least([greatest([value, low]), high])


def _count(value: Any) -> Any:
    """Rows of a table, choices made, or whether a text was given at all."""
    if isinstance(value, str):
        return int(bool(value))
    if isinstance(value, Sequence | frozenset | set):
        return len(value)
    raise FormulaError("not_a_table", name="count", type=kind_of(value))


def _dates(function: Callable[[date, date], int]) -> Callable[..., Any]:
    def checked(first: Any, last: Any) -> int:
        for value in (first, last):
            if not isinstance(value, date):
                raise FormulaError("not_a_date", type=kind_of(value))
        return function(first, last)

    return _known(checked)


def _elapsed(first: date, last: date) -> int:
    """Whole months from `first` to `last`."""
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _months(first: date, last: date) -> int:
    """Whole months of a term whose last day counts: 2019-01-01 to 2021-12-31 are 36."""
    return _elapsed(first, last + timedelta(1)) if last < date.max else _elapsed(first, last)


def _pick(key: Any, table: Any) -> Any:
    if not isinstance(table, Mapping):
        raise FormulaError("not_a_table", name="pick", type=kind_of(table))
    if not isinstance(key, str | int):
        raise FormulaError("not_a_code", type=kind_of(key))
    if key not in table:
        raise FormulaError("no_such_code", asked=key, known=", ".join(map(str, table)))
    return value_of(table[key], "pick")


def rows_of(table: Any, width: int, name: str) -> list[tuple[Number, ...]]:
    """The rows of a table of thresholds, lowest first; FormulaError if it is none."""
    if not isinstance(table, Sequence) or isinstance(table, str) or not table:
        raise FormulaError("not_a_table", name=name, type=kind_of(table))
    for row in table:
        if not isinstance(row, tuple | Sequence) or len(row) != width or not all(map(is_number, row)):
            raise FormulaError("bad_row", name=name, width=width)
    return sorted(tuple(row) for row in table)


def _at(value: Number, rows: list[tuple[Number, ...]]) -> tuple[Number, ...]:
    """The row of the highest threshold that `value` reaches; zeros below the lowest."""
    reached = [row for row in rows if value >= row[0]]
    return reached[-1] if reached else (0,) * len(rows[0])


def _level(value: Any, table: Any) -> Any:
    rows = rows_of(table, 2, "level")
    low, high = ends(value, "level")
    if low is high:
        return _at(low, rows)[1]
    found = [_at(low, rows)[1], _at(high, rows)[1], *(row[1] for row in rows if low < row[0] <= high)]
    return narrow(min(found), max(found))


def _band(value: Any, table: Any) -> Any:
    rows = rows_of(table, 3, "band")
    low, high = ends(value, "band")
    if low is high:
        return narrow(*_at(low, rows)[1:])
    found = [_at(low, rows), _at(high, rows), *(row for row in rows if low < row[0] <= high)]
    return narrow(min(row[1] for row in found), max(row[2] for row in found))


def _marginal(base: Any, bands: Any) -> Any:
    """Each slice of `base` times the rate of its own band: [[0, 20 %], [5 million, 15 %]]."""
    rows = rows_of(bands, 2, "marginal")
    low, high = ends(base, "marginal")
    if low is high:
        return _sliced(low, rows)
    found = [_sliced(low, rows), _sliced(high, rows)]
    return narrow(min(found), max(found))


def _sliced(base: Number, rows: list[tuple[Number, ...]]) -> Number:
    total: Number = 0
    for (start, rate), after in zip(rows, [*(row[0] for row in rows[1:]), None], strict=True):
        upper = base if after is None else min(base, after)
        total += max(upper - start, 0) * rate
    return whole(total)


def _span(low: Any, high: Any) -> Any:
    a, b = ends(low, "span")[0], ends(high, "span")[1]
    if a > b:
        raise FormulaError("empty_interval", low=a, high=b)
    return narrow(a, b)


def _mark(given: Any, allowed: Any) -> Any:
    """The expert's mark, which must lie inside what the rule allows; the allowed interval while there is none."""
    if allowed is UNKNOWN:
        return given
    low, high = ends(allowed, "mark")
    if given is UNKNOWN:
        return allowed
    first, last = ends(given, "mark")
    if not low <= first <= last <= high:
        raise FormulaError("mark_outside", mark=first, low=low, high=high)
    return given


CALLS: Final[dict[str, Callable[..., Any]]] = {
    "abs": _known(_absolute),
    "floor": lambda value: to_whole(value, "floor"),
    "ceil": lambda value: to_whole(value, "ceil"),
    "round_half_up": lambda value: to_whole(value, "half_up"),
    "min": lambda *values: least(list(values)),
    "max": lambda *values: greatest(list(values)),
    "clamp": _known(_clamp),
    "count": _known(_count),
    "months": _dates(_months),
    "years": _dates(lambda first, last: _elapsed(first, last) // 12),
    "days": _dates(lambda first, last: (last - first).days),
    "pick": _known(_pick),
    "level": _known(_level),
    "band": _known(_band),
    "marginal": _known(_marginal),
    "span": _known(_span),
    "mark": _mark,
}


def summed(values: list[Any]) -> Any:
    """The sum of numbers and intervals, 0 of none; UNKNOWN if one is not known."""
    total: Any = 0
    for value in values:
        total = arithmetic("+", total, value)
    return total


__all__ = ["CALLS", "Interval", "rows_of", "summed"]
