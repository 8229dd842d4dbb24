"""JSON Schema (2020-12) of the answers a form takes: what a machine sends through the API."""

from __future__ import annotations

from typing import Any, Final

from kechuang.engines.forms.kinds import LISTED, PARTS, ROWS
from kechuang.engines.forms.kinds.numbers import shown_unit
from kechuang.engines.forms.kinds.texts import LONGEST
from kechuang.engines.forms.model import Field, Form
from kechuang.engines.forms.rows import VERDICTS

_NUMBER: Final[dict[str, Any]] = {
    "type": ["string", "integer"],
    "pattern": r"^\s*[-+−]?[0-9][0-9,]*(\.[0-9]+)?\s*\S{0,4}\s*$",
}
_DIGEST: Final[dict[str, Any]] = {"type": "string", "pattern": "^[0-9a-fA-F]{64}$"}
_ID: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": 64}
_IDS: Final[dict[str, Any]] = {"type": "array", "items": _ID}
_SIMPLE: Final[dict[str, dict[str, Any]]] = {
    **dict.fromkeys(("integer", "decimal", "number", "percent", "ratio", "money"), _NUMBER),
    **dict.fromkeys(("person", "party", "reference"), _ID),
    **dict.fromkeys(("persons", "references"), _IDS),
    **dict.fromkeys(("file", "digest"), _DIGEST),
    "files": {"type": "array", "items": _DIGEST},
    "date": {"type": "string", "format": "date"},
    "month": {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}$"},
    "year": {"type": ["string", "integer"], "pattern": r"^[0-9]{4}$"},
    "datetime": {"type": "string", "format": "date-time"},
    "bool": {"type": ["boolean", "string"], "enum": [True, False, "true", "false"]},
    "statement": {"type": ["boolean", "string"], "enum": [True, False, "true", "false"]},
    "email": {"type": "string", "format": "email", "maxLength": 254},
    "identity": {"type": "string", "pattern": "^[0-9]{17}[0-9Xx]$"},
    "uscc": {"type": "string", "pattern": "^[0-9A-Za-z]{18}$"},
    "place": {"type": "string", "pattern": "^[1-9][0-9]{5}$"},
    "words": {"type": "array", "items": {"type": "string"}},
    "account_number": {"type": "string", "pattern": "^[0-9 -]{8,48}$"},
}


def schema_of(form: Form, *, language: str = "en") -> dict[str, Any]:
    """The schema of `answers`; computed fields are not among them, and more names are let through and ignored.

    Conditions and rules are not in it: those are found by cleaning.
    """
    title = form.title.of(language)
    described = _object(tuple(form.fields.values()), language)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **({"title": title} if title else {}),
        **described,
    }


def _object(fields: tuple[Field, ...], language: str) -> dict[str, Any]:
    asked = [field for field in fields if field.kind != "computed"]
    found: dict[str, Any] = {"type": "object", "properties": {field.code: _field(field, language) for field in asked}}
    if required := [field.code for field in asked if field.required is True]:
        found["required"] = required
    return found


def _field(field: Field, language: str) -> dict[str, Any]:
    about: dict[str, Any] = {"title": field.title.of(language)} if field.title.zh else {}
    if note := field.help.of(language) or field.text.of(language):
        about["description"] = note
    if unit := shown_unit(field):
        about["x-unit"] = unit
    return {**about, **_shape(field, language)}


def _shape(field: Field, language: str) -> dict[str, Any]:
    if field.kind in PARTS:
        return _object(field.columns, language)
    if field.kind == "table" or field.kind in ROWS:
        return {"type": "array", "items": _object(field.columns, language), **_counted(field)}
    if field.kind == "sheet":
        return _object(tuple(field.inner.fields.values()), language) if field.inner else dict(_ID)
    if field.kind == "checklist":
        return {"type": "object", "additionalProperties": _VERDICT}
    if field.kind in ("choice", "choices", "code"):
        return _options(field)
    if field.kind in LONGEST:
        return {"type": "string", "maxLength": LONGEST[field.kind]}
    shape = dict(_SIMPLE.get(field.kind, {"type": "string"}))
    return {**shape, **_counted(field)} if field.kind in LISTED else shape


def _counted(field: Field) -> dict[str, Any]:
    bounds = {"minItems": field.least, "maxItems": field.most}
    return {name: bound for name, bound in bounds.items() if bound}


def _options(field: Field) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "string", "enum": list(field.options)} if field.options else {"type": "string"}
    if field.source:
        one["x-from"] = field.source
    return {"type": "array", "items": one, **_counted(field)} if field.kind == "choices" else one


_VERDICT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {"verdict": {"enum": sorted(VERDICTS)}, "remark": {"type": "string"}},
}
