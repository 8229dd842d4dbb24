"""Every name in an expression of a form stands for a field, a column, a fact or a parameter: this is where that is seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from kechuang.engines.forms.model import Field, Section
from kechuang.formula import Expression, tree
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase


def check_names(sections: tuple[Section, ...], fields: Mapping[str, Field], known: Collection[str], path: str) -> None:
    """BadPage for the first name that is no field, no fact and no parameter, or no column of the table it is in."""
    names = {*fields, *known}
    for where, expression, in_row in _expressions(sections):
        allowed = names | {"row"} if in_row else names
        for name in sorted(expression.names - allowed):
            raise BadPage(f"{path}.{where}", "nothing is called {name!r}", _near(name, names), name=name)
        _check_columns(expression, fields, f"{path}.{where}")


def _near(name: str, names: Collection[str]) -> Phrase:
    near = get_close_matches(name, list(names), 1)
    if near:
        return Phrase("did you mean {near}?", near=near[0])
    return Phrase("declare it as a field, under facts or under params")


def _expressions(sections: tuple[Section, ...]) -> Iterator[tuple[str, Expression, bool]]:
    """Every expression with its place, and whether it may speak of `row`."""
    for section in sections:
        for field in section.fields:
            yield from _of_field(field, f"{section.code}.{field.code}", in_row=False)
            for column in field.columns:
                yield from _of_field(column, f"{section.code}.{field.code}.{column.code}", in_row=True)
        for rule in section.rules:
            yield f"{section.code}.{rule.code}", rule.when, False


def _of_field(field: Field, where: str, *, in_row: bool) -> Iterator[tuple[str, Expression, bool]]:
    if field.formula is not None:
        yield where, field.formula, in_row
    if not isinstance(field.required, bool):
        yield where, field.required, in_row


def _check_columns(expression: Expression, fields: Mapping[str, Field], where: str) -> None:
    """In `row.column for row in table` the column must be one of the table's."""
    for gather in tree.every(expression.root):
        if not isinstance(gather, tree.Gather) or gather.table.parts or gather.table.root not in fields:
            continue
        table = fields[gather.table.root]
        if not table.columns:
            raise BadPage(where, "{code!r} has no rows", "name a table", code=table.code)
        for inner in tree.every(gather):
            if isinstance(inner, tree.Path) and inner.root == gather.row and inner.parts:
                _check_column(inner.parts[0], table, where)


def _check_column(name: str, table: Field, where: str) -> None:
    codes = [column.code for column in table.columns]
    if name not in codes:
        raise BadPage(
            where, "the table {code!r} has no column {name!r}", _near(name, codes), code=table.code, name=name
        )
