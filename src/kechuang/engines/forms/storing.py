"""Typed values to JSON and back, and back to what a person would type; exact both ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from kechuang.engines.forms.kinds import PARTS, ROWS, SIMPLE
from kechuang.engines.forms.kinds.numbers import decimal_text, in_unit, is_money, is_share
from kechuang.engines.forms.model import Field, Form, Values
from kechuang.words.money import rounded

Each = Callable[[Field, Any], Any]
_ROWS: Final = frozenset(("table", *ROWS))


def stored(form: Form, values: Values) -> dict[str, Any]:
    """The values as JSON: amounts and decimals as text, days as ISO text; nothing that RFC 8785 refuses."""
    return {code: _stored(form.fields[code], value) for code, value in values.items() if code in form.fields}


def typed(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    """What `stored` made, as values again; ValueError if it is not what `stored` makes for this form."""
    try:
        return {code: _typed(form.fields[code], kept[code]) for code in form.fields if code in kept}
    except (TypeError, KeyError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(f"not stored by this form: {error}") from error


def answers_of(form: Form, values: Values) -> dict[str, Any]:
    """The values as a person would type them: what a page puts into its inputs; computed ones are left out."""
    asked = ((form.fields[code], value) for code, value in values.items() if code in form.fields)
    return {field.code: _answer(field, value) for field, value in asked if field.kind != "computed"}


def _shaped(field: Field, value: Any, each: Each) -> Any:
    """`each` over every simple answer inside rows and parts."""
    if field.kind in PARTS:
        return _row(field, value, each)
    return [_row(field, row, each) for row in value]


def _row(field: Field, row: Mapping[str, Any], each: Each) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise TypeError(f"{field.code} is made of rows or parts")
    written = (column for column in field.columns if row.get(column.code) is not None)
    return {column.code: each(column, row[column.code]) for column in written}


def _stored(field: Field, value: Any) -> Any:
    if field.columns:
        return _shaped(field, value, _stored)
    if field.kind == "computed":
        return _computed(value)
    if field.kind == "checklist":
        return [dict(row) for row in value]
    if field.kind == "sheet":
        return stored(field.inner, value) if field.inner else value
    return SIMPLE[field.kind].store(value)


def _typed(field: Field, kept: Any) -> Any:
    if field.columns:
        read = _shaped(field, kept, _typed)
        return tuple(read) if field.kind in _ROWS else read
    if field.kind == "computed":
        return _recomputed(kept)
    if field.kind == "checklist":
        return tuple(dict(row) for row in kept)
    if field.kind == "sheet":
        return typed(field.inner, kept) if field.inner else kept
    return SIMPLE[field.kind].restore(kept)


def _answer(field: Field, value: Any) -> Any:
    if field.columns:
        return _shaped(replace(field, columns=_asked(field)), value, _answer)
    if field.kind == "checklist":
        return {row["item"]: {key: said for key, said in row.items() if key != "item"} for row in value}
    if field.kind == "sheet":
        return answers_of(field.inner, value) if field.inner else value
    return SIMPLE[field.kind].retype(value, field)


def _asked(field: Field) -> tuple[Field, ...]:
    return tuple(column for column in field.columns if column.kind != "computed")


def _computed(value: Any) -> Any:
    """A formula may give a number, yes or no, a day or a code; the shape of the JSON says which."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Fraction):
        return decimal_text(value)
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"text": str(value)}


def _recomputed(kept: Any) -> Any:
    if isinstance(kept, bool):
        return kept
    if isinstance(kept, Mapping):
        return date.fromisoformat(kept["date"]) if "date" in kept else str(kept["text"])
    number = Fraction(kept)
    return int(number) if number.denominator == 1 else number


def shown_computed(value: Any, field: Field) -> str:
    """A computed value as digits in the unit of its field, a day as ISO text, a code as it is.

    What is finer than a fen, or than a hundredth, is rounded to it, a half away from zero: for reading only.
    """
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        fine = 1 if is_money(field) else 10_000 if is_share(field) else 100
        return in_unit(Fraction(rounded(Fraction(value) * fine, "half_up"), fine), field)
    return value.isoformat() if isinstance(value, date) else str(value)
