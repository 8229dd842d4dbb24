"""Who sees which answers: what an expert may see, and which answers become columns for searching and counting."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, Final

from kechuang.engines.forms.kinds.numbers import is_money
from kechuang.engines.forms.model import Field, Form, Section, Values

_SEVERAL: Final = frozenset(("choices", "references", "persons", "words", "files"))
_SINGLE: Final = {"choices": "choice", "references": "reference", "persons": "person", "words": "text", "files": "file"}


def promoted(form: Form, values: Values) -> tuple[tuple[str, str, Any], ...]:
    """(name, kind, value) for each answered field that the page promotes; one each where several were picked.

    The kind of a computed answer is money, number, bool, date or text, after what was computed.
    """
    found: list[tuple[str, str, Any]] = []
    for code, field in form.fields.items():
        if field.promoted and code in values:
            found.extend(_promoted(field, values[code]))
    return tuple(found)


def _promoted(field: Field, value: Any) -> Iterator[tuple[str, str, Any]]:
    if field.kind in _SEVERAL:
        yield from ((field.code, _SINGLE[field.kind], one) for one in value)
    elif field.kind == "computed":
        yield field.code, _computed_kind(field, value), value
    elif not field.columns and field.kind not in ("checklist", "sheet"):
        yield field.code, field.kind, value


def _computed_kind(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if is_money(field):
        return "money"
    return {"str": "text", "date": "date"}.get(type(value).__name__, "number")


def masked(form: Form, values: Values, *, blind: bool) -> dict[str, Any]:
    """The values an expert may see: never what is hidden, and what is masked only where the sheet is not blind."""
    found: dict[str, Any] = {}
    for code, value in values.items():
        field = form.fields.get(code)
        if field is None or not is_shown(field, blind=blind):
            continue
        found[code] = _masked_inside(field, value, blind=blind)
    return found


def is_shown(field: Field, *, blind: bool) -> bool:
    return field.expert == "shown" or (field.expert == "masked" and not blind)


def _masked_inside(field: Field, value: Any, *, blind: bool) -> Any:
    if not field.columns:
        return value
    seen = {column.code for column in field.columns if is_shown(column, blind=blind)}
    if isinstance(value, dict):
        return {code: cell for code, cell in value.items() if code in seen}
    return tuple({code: cell for code, cell in row.items() if code in seen} for row in value)


def for_experts(form: Form, *, blind: bool) -> Form:
    """The form without the questions an expert may not see, so that no empty label tells what was taken out."""
    sections = tuple(_section_for(section, blind=blind) for section in form.sections)
    kept = tuple(section for section in sections if section.fields)
    fields = {one.code: one for section in kept for one in section.fields}
    return Form(form.code, form.title, kept, fields, tuple(code for code in form.computed if code in fields))


def without(form: Form, codes: Collection[str]) -> Form:
    """The form without these questions."""
    left = tuple(
        replace(one, fields=tuple(f for f in one.fields if f.code not in codes), rules=()) for one in form.sections
    )
    fields = {code: one for code, one in form.fields.items() if code not in codes}
    return Form(form.code, form.title, left, fields, tuple(code for code in form.computed if code in fields))


def _section_for(section: Section, *, blind: bool) -> Section:
    shown = (one for one in section.fields if is_shown(one, blind=blind))
    fields = tuple(
        replace(one, columns=tuple(column for column in one.columns if is_shown(column, blind=blind))) for one in shown
    )
    return replace(section, fields=fields, rules=())


def public_values(form: Form, values: Values) -> dict[str, Any]:
    """The answers that are made public once an award is made (`public_after_award`)."""
    return {code: value for code, value in values.items() if code in form.fields and form.fields[code].public}
