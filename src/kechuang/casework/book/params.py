"""Dated parameters of a page: what each is worth on a day, in exact base units. The one place that reads them.

A parameter is `value: {2018-01-01: 20 万元}` (each value holds from its day on) or `spans: [{from, until, value}]` (both
days included). A value is a quantity, a mapping by code (`{key: 80 万元}`), a list, or falling bands
(`[[0 万元, 20 %], [500 万元, 15 %]]`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from kechuang.words.outcome import BadPage
from kechuang.words.quantity import quantity

Value = bool | int | Fraction | str | tuple[Any, ...] | Mapping[str, Any]


def params_on(page: Mapping[str, Any], day: date) -> Mapping[str, Value]:
    """Every parameter of `page` that is in force on `day`: money in fen, rates as fractions, bands as pairs."""
    found: dict[str, Value] = {}
    for name, declared in page.get("params", {}).items():
        dated = in_force(declared, day)
        if dated is not None:
            found[name] = worth(dated)
    return found


def in_force(declared: Mapping[Any, Any], day: date) -> Any:
    """The value as written that holds on `day`, or None before the first and between spans."""
    for span in declared.get("spans", ()):
        if span["from"] <= day and ("until" not in span or day <= span["until"]):
            return span["value"]
    starts = [start for start in declared.get("value", {}) if start <= day]
    return declared["value"][max(starts)] if starts else None


def worth(written: Any) -> Value:
    """What a page writes, in base units: '20 万元' is 20,000,000 fen, '5 %' is 1/20, '45 岁' is 45; a word stays one."""
    if isinstance(written, bool):
        return written
    if isinstance(written, dict):
        return {str(code): worth(value) for code, value in written.items()}
    if isinstance(written, list):
        return tuple(worth(value) for value in written)
    return _number(written)


@lru_cache(maxsize=4096)
def _number(written: str | int) -> Value:
    try:
        return quantity(written).number
    except ValueError:
        return str(written)


def bad_params(page: Mapping[str, Any]) -> list[BadPage]:
    """Parameters without a dated value, or with a value that is no quantity."""
    return [bad for name, declared in page.get("params", {}).items() for bad in _faults(f"params.{name}", declared)]


def _faults(path: str, declared: Any) -> list[BadPage]:
    if not isinstance(declared, dict) or ("value" in declared) == ("spans" in declared):
        return [BadPage(path, "a parameter has either `value` or `spans`", "write value: {2018-01-01: 20 万元}")]
    if "value" in declared:
        dated = declared["value"]
        undated = not isinstance(dated, dict) or any(not isinstance(start, date) for start in dated)
        if undated:
            return [BadPage(f"{path}.value", "a value without its day", "write value: {2018-01-01: 20 万元}")]
        return [bad for start, value in dated.items() for bad in _no_quantity(f"{path}.value.{start}", value)]
    spans = declared["spans"]
    if not all(isinstance(span, dict) and isinstance(span.get("from"), date) and "value" in span for span in spans):
        return [BadPage(f"{path}.spans", "a span without its first day or value", "write {from: 2018-01-01, value: …}")]
    return [bad for n, span in enumerate(spans) for bad in _no_quantity(f"{path}.spans.{n}.value", span["value"])]


def _no_quantity(path: str, value: Any) -> list[BadPage]:
    if isinstance(value, dict):
        return [bad for code, part in value.items() for bad in _no_quantity(f"{path}.{code}", part)]
    if isinstance(value, list):
        return [bad for n, part in enumerate(value) for bad in _no_quantity(f"{path}.{n}", part)]
    if isinstance(worth(value), str):
        return [
            BadPage(path, "{value!r} is no quantity", "write a number with its unit: 20 万元, 5 %, 45 岁", value=value)
        ]
    return []
