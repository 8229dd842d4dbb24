"""A JSON Schema of a policy page, for editors: the shape only; names, types and units are the checker's."""

from __future__ import annotations

from typing import Any

from kechuang.engines.rules.examples import TELLING
from kechuang.engines.rules.reading import ALLOCATE, KEYS, RESIDUE, ROUNDING, SCALE

Schema = dict[str, Any]
_DAY: Schema = {"type": "string", "format": "date"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_EXPRESSION: Schema = {"type": ["string", "integer", "boolean"], "description": "an expression, see docs/formula.md"}
_TITLE: Schema = {
    "type": "object",
    "required": ["zh", "en"],
    "properties": {"zh": _TEXT, "en": _TEXT},
    "additionalProperties": False,
}


def page_schema() -> Schema:
    """The schema of one page of policies/ (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policy",
        "type": "object",
        "required": ["format", "code", "title", "effective", "subject"],
        "anyOf": [{"required": [name]} for name in ("amount", "verdict", "allot")],
        "properties": {name: _PROPERTIES.get(name, {}) for name in sorted(KEYS)},
        "additionalProperties": False,
    }


def _object(required: list[str], **properties: Schema) -> Schema:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _one_of(names: tuple[str, ...]) -> Schema:
    return {"enum": list(names)}


_SOURCE = _object(["doc"], doc=_TEXT, clause=_TEXT, quote=_TEXT, confidence=_TEXT)
_SAID: dict[str, Schema] = {"zh": _TEXT, "en": _TEXT}
_FORM = _object(
    ["from", "expr"], **{"from": _DAY}, until=_DAY, expr=_EXPRESSION, source=_TEXT, confidence=_TEXT, **_SAID
)
_ROUND: Schema = {"type": "string", "pattern": f"^({'|'.join(ROUNDING)})( .+)?$"}
_STEP: Schema = _object(
    [], expr=_EXPRESSION, forms=_list(_FORM), at=_TEXT, unit=_TEXT, round=_ROUND, depends_on=_list(_TEXT), **_SAID
)
_GATE = _object(["code", "when", "zh", "en"], code=_TEXT, when=_EXPRESSION, needs=_TITLE, **_SAID)
_WORKED: Schema = {**_STEP, "anyOf": [{"required": ["expr"]}, {"required": ["forms"]}]}
_EXAMPLE: Schema = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": _TITLE},
    "anyOf": [{"required": [name]} for name in sorted(TELLING)],
}
_SPAN = _object(
    ["from", "value"],
    **{"from": _DAY},
    until=_DAY,
    value={},
    source=_TEXT,
    confidence=_TEXT,
    confirm={"type": "boolean"},
)
_DATED: Schema = {"type": "object", "minProperties": 1, "propertyNames": _DAY}
_PARAM: Schema = {
    "anyOf": [
        _DATED,
        _object(
            [],
            value=_DATED,
            spans=_list(_SPAN),
            source=_TEXT,
            confidence=_TEXT,
            confirm={"type": "boolean"},
            help=_TEXT,
            **_SAID,
        ),
    ]
}
_NAMED: Schema = {"type": "object", "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"}}
_BRANCH = _object(["code", "expr"], code=_TEXT, expr=_EXPRESSION, **_SAID)
_USED: Schema = {"anyOf": [_TEXT, _object(["policy"], policy=_TEXT, ended=_one_of(("error", "zero")))]}
_PROPERTIES: dict[str, Schema] = {
    "format": {"const": 1}, "code": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}, "rule": _TEXT, "title": _TITLE,
    "source": {"anyOf": [_SOURCE, _list(_SOURCE)]}, "effective": _object(["from"], **{"from": _DAY}, until=_DAY),
    "subject": _TEXT, "payee": _TEXT, "kind": _TEXT, "reference_date": _TEXT, "uses": _list(_USED),
    "assumptions": _list(_TITLE), "params": {**_NAMED, "additionalProperties": _PARAM}, "guards": _list(_GATE),
    "eligible": _list(_GATE), "let": {**_NAMED, "additionalProperties": {"anyOf": [_EXPRESSION, _WORKED]}},
    "branches": _object(["combine", "of"], combine={"const": "highest"}, of={**_list(_BRANCH), "minItems": 1}), "amount": {**_STEP, "required": ["round"]}, "verdict": _WORKED,
    "also": {**_NAMED, "additionalProperties": _WORKED},
    "cap": _object(["limit", "per", "allocate"], limit=_EXPRESSION, per=_list(_TEXT), allocate=_one_of(ALLOCATE), residue=_one_of(RESIDUE), order=_list(_TEXT)),
    "budget": _object(["limit"], limit=_EXPRESSION, scale=_one_of(SCALE), residue=_one_of(RESIDUE), order=_list(_TEXT), round=_TEXT),
    "allot": _object(["pot", "by", "order"], pot=_EXPRESSION, by=_EXPRESSION, residue=_one_of(RESIDUE), order=_list(_TEXT), **_SAID),
    "examples": _list(_EXAMPLE),
}  # fmt: skip
