"""What formulas, conditions and rules of a form see: answers, blanks that count as nothing, and what the caller knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kechuang.engines.forms.kinds import LISTED
from kechuang.engines.forms.model import Field, Form, Values
from kechuang.formula import UNKNOWN, Expression, FormulaError, Interval, evaluate
from kechuang.words.reason import Reason


def blank(field: Field) -> Any:
    """What an answer left blank counts as: an amount that is not required is 0, a list that is not required empty.

    Anything else is not known, and what depends on it waits.
    """
    if field.required is True:
        return None
    return 0 if field.kind == "money" else () if field.kind in LISTED else None


def scope_of(
    form: Form, values: Values, *, known: Values, answered: Collection[str], broken: Collection[str]
) -> dict[str, Any]:
    """The names of a form: its values, and `known` where a field was not asked (`answered` holds those that were).

    `broken` are the paths of answers that could not be read: they are not known, and never count as nothing.
    """
    scope = dict(known)
    heads = {path.partition(".")[0] for path in broken}
    for code, field in form.fields.items():
        if code in values and field.columns:
            scope[code] = _shaped(field, values[code], code, broken if code in heads else ())
        elif code in values:
            scope[code] = values[code]
        elif code in heads:
            scope[code] = None
        elif code in answered or code not in known:
            scope[code] = blank(field)
    return scope


def _shaped(field: Field, value: Any, path: str, broken: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return value
    return tuple(row_scope(field, row, f"{path}.{number}", broken) for number, row in enumerate(value))


def row_scope(field: Field, row: Mapping[str, Any], path: str, broken: Collection[str] = ()) -> dict[str, Any]:
    """A row as formulas see it: every column, blank amounts as 0, what could not be read as not known."""
    found = dict(row)
    if path in broken:
        return found
    for column in field.columns:
        if column.code not in found and f"{path}.{column.code}" not in broken:
            found[column.code] = blank(column)
    return found


def worked_out(expression: Expression, scope: Mapping[str, Any]) -> Any:
    """The value of an expression, UNKNOWN, or a Reason if it cannot be worked out. An interval is not known yet."""
    try:
        value = evaluate(expression, scope)
    except FormulaError as error:
        code = "divides_by_zero" if error.reason.code == "zero_denominator" else "cannot_compute"
        return Reason(code, formula=expression.text, because=error.reason.code)
    return UNKNOWN if isinstance(value, Interval) else value


def is_asked(field: Field, scope: Mapping[str, Any]) -> Any:
    """Whether an answer is required here: true, false, UNKNOWN while its condition waits, or a Reason."""
    return field.required if isinstance(field.required, bool) else worked_out(field.required, scope)
