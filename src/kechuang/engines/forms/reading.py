"""From an expanded page to a Form: sections, rules, formulas in the order in which they can be worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from kechuang.engines.forms.model import EMPTY, Field, Form, Rule, Section, Text
from kechuang.engines.forms.names import check_names
from kechuang.engines.forms.questions import field_from, options_of, text_from
from kechuang.formula import Expression, parse
from kechuang.words.outcome import BadPage

RESERVED: Final = frozenset(("year", "day"))  # the year counted and the reference date, which every page may name


def form_from(page: Mapping[str, Any], *, facts: Collection[str] = (), params: Collection[str] = ()) -> Form:
    """The form of an expanded page: `form: {sections: [{code, title, fields, rules}]}`, or `fields` alone.

    `facts` and `params` are further names that its expressions may use, beside those the page declares. Lists of
    options that the page itself holds (`tracks`) are taken from there. BadPage says where, why, and how to mend it.
    """
    code = str(page.get("code", ""))
    body = page.get("form", page)
    if not isinstance(body, Mapping):
        raise BadPage(f"{code}.form", "is no mapping", "write {sections: […]}")
    written = body.get("sections") or [
        {"code": code or "form", "title": page.get("title"), **_only(body, "fields", "rules")}
    ]
    path = f"{code}.form"
    sections = tuple(
        _section(node, path=path, lists=page, asked=False) for node in _listed(written, f"{path}.sections")
    )
    known = {*facts, *params, *_names(page.get("facts")), *_names(page.get("params")), *RESERVED}
    return _assembled(code, _title(page.get("title")), sections, known, path)


def inputs_form(
    inputs: Mapping[str, Any],
    *,
    code: str = "inputs",
    facts: Collection[str] = (),
    params: Collection[str] = (),
    sheets: Mapping[str, Form] = EMPTY,
    lists: Mapping[str, Any] = EMPTY,
) -> Form:
    """The form of an act's `inputs`: code → field. What an act asks for is required unless it says otherwise.

    `sheets` are the forms that inputs of kind sheet may name (`of: sheet`); `lists` the lists of the flow's page.
    """
    fields = [{"code": name, **node} if isinstance(node, Mapping) else node for name, node in inputs.items()]
    section = _section({"code": code, "fields": fields}, path=code, lists=lists, asked=True, sheets=sheets)
    return _assembled(code, Text(), (section,), {*facts, *params, *RESERVED}, code)


def _only(node: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: node[key] for key in keys if key in node}


def _names(node: object) -> Iterator[str]:
    """The names that a page declares under `facts` or `params`."""
    if isinstance(node, Mapping):
        yield from map(str, node)


def _listed(node: object, path: str) -> list[Any]:
    if not isinstance(node, list | tuple):
        raise BadPage(path, "is no list", "write one item a line, each after a dash")
    return list(node)


def _title(node: object) -> Text:
    if isinstance(node, Mapping):
        return Text(str(node.get("zh", "")), str(node.get("en", "")))
    return Text(str(node or ""))


def _section(
    node: object, *, path: str, lists: Mapping[str, Any], asked: bool, sheets: Mapping[str, Form] = EMPTY
) -> Section:
    if not isinstance(node, Mapping) or not isinstance(node.get("code"), str):
        raise BadPage(path, "a section without a code", "write code: …; parts (use: …) are put in before")
    path = f"{path}.{node['code']}"
    read = (
        field_from(one, path=path, sheets=sheets, asked=asked)
        for one in _listed(node.get("fields", []), f"{path}.fields")
    )
    fields = tuple(_with_list(one, lists, path) for one in read)
    codes = frozenset(one.code for one in fields)
    rules = tuple(_rule(one, codes, path) for one in _listed(node.get("rules", []), f"{path}.rules"))
    return Section(node["code"], _title(node.get("title")), fields, rules)


def _with_list(field: Field, lists: Mapping[str, Any], path: str) -> Field:
    """The field with the options of a list that stands on the same page."""
    if field.kind not in ("choice", "choices", "checklist") or field.options or field.source not in lists:
        return field
    options = options_of(lists[field.source], path=f"{path}.{field.code}.from")
    return replace(field, options=options)


def _rule(node: object, codes: frozenset[str], path: str) -> Rule:
    if not isinstance(node, Mapping) or not isinstance(node.get("code"), str) or "when" not in node:
        raise BadPage(f"{path}.rules", "a rule needs a code and when", "write {code: …, when: …, zh: …, en: …}")
    path = f"{path}.{node['code']}"
    when = parse(str(node["when"]), path=path)
    return Rule(node["code"], when, text_from(node, path), ())


def _assembled(code: str, title: Text, sections: tuple[Section, ...], known: set[str], path: str) -> Form:
    """The whole form, once no name stands for two things and every name stands for one."""
    fields: dict[str, Field] = {}
    for section in sections:
        for one in section.fields:
            if one.code in fields:
                raise BadPage(f"{path}.{section.code}.{one.code}", "this code stands there twice", "name one otherwise")
            fields[one.code] = one
    _check_section_codes(sections, path)
    check_names(sections, fields, known, path)
    order = _order(fields, path)
    spoken = tuple(_with_fields(section, fields) for section in sections)
    return Form(code, title, spoken, fields, order)


def _check_section_codes(sections: tuple[Section, ...], path: str) -> None:
    codes = [section.code for section in sections]
    rules = [f"{section.code}/{rule.code}" for section in sections for rule in section.rules]
    for listed in (codes, rules):
        twice = next((one for one in listed if listed.count(one) > 1), None)
        if twice is not None:
            raise BadPage(path, "{code!r} stands there twice", "name one otherwise", code=twice)


def _with_fields(section: Section, fields: Mapping[str, Field]) -> Section:
    """The section, its rules told of which fields they speak."""
    if not section.rules:
        return section
    rules = (replace(rule, fields=tuple(code for code in fields if code in rule.when.names)) for rule in section.rules)
    return replace(section, rules=tuple(rules))


def formulas(field: Field) -> tuple[Expression, ...]:
    """The formulas inside a field: its own, or those of its computed columns."""
    own = (field.formula,) if field.formula else ()
    return own + tuple(column.formula for column in field.columns if column.formula)


def _order(fields: Mapping[str, Field], path: str) -> tuple[str, ...]:
    """Computed fields and tables with computed columns, each after what it needs; BadPage for a circle."""
    waiting = {code: field for code, field in fields.items() if formulas(field)}
    done: dict[str, None] = {}
    for code in waiting:
        _visit(code, waiting, done, (), path)
    return tuple(done)


def _visit(code: str, waiting: Mapping[str, Field], done: dict[str, None], above: tuple[str, ...], path: str) -> None:
    if code in done:
        return
    if code in above:
        circle = " → ".join((*above[above.index(code) :], code))
        raise BadPage(
            f"{path}.{code}",
            "formulas in a circle: {circle}",
            "let one of them be typed, or use other names",
            circle=circle,
        )
    needed = {name for one in formulas(waiting[code]) for name in one.names if name in waiting}
    for name in sorted(needed - ({code} if waiting[code].kind == "table" else set())):
        _visit(name, waiting, done, (*above, code), path)
    done[code] = None
