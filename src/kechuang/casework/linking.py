"""Records as policies read them: rows of the desks' tables, joined by the links of the vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.engines.rules.examples import computed
from kechuang.engines.rules.vocabulary import Entity, Vocabulary
from kechuang.words import offers

Where = Mapping[str, Collection[Any]]
Row = dict[str, Any]
MOST_DEEP = 2  # from the subject to what its links lead to; beyond that only fields


def read(queryset: QuerySet[Any], columns: Mapping[str, str], where: Where) -> list[Row]:
    """Rows of a query under the names of a table: `columns` name → path of the field; `where` by those names."""
    for name, keys in where.items():
        queryset = queryset.filter(**{f"{columns[name]}__in": list(keys)})
    names = list(columns)
    return [dict(zip(names, row, strict=True)) for row in queryset.values_list(*columns.values())]


def rows(table: str, on: datetime, where: Where) -> list[Row]:
    """The rows of a desk's table as they stand at `on`; LookupError if no desk offers it."""
    return [dict(row) for row in offers.find("table", table).function(on, where)]


def offered(table: str) -> bool:
    """Whether a desk offers that table."""
    return any(one.kind == "table" and one.name == table for one in offers.every())


def linked(words: Vocabulary, entity: str, where: Where, on: datetime, *, deep: int = MOST_DEEP) -> list[Row]:
    """The records of an entity with what its links lead to, and what leads to them, in place.

    Not offered tables leave their links empty: what a policy then needs is not known, never zero.
    """
    kind = words.entities[entity]
    if not offered(kind.source):
        return []
    found = rows(kind.source, on, where)
    if deep > 0 and found:
        _forward(words, kind, found, on, deep)
        _backward(words, kind, found, on, deep)
    for row in found:
        computed(kind, row)
    return found


def _forward(words: Vocabulary, kind: Entity, found: list[Row], on: datetime, deep: int) -> None:
    for name, link in kind.links.items():
        other = words.entities[link.entity]
        keys = {row.get(name) for row in found} - {None, ""}
        there = linked(words, link.entity, {other.key: keys}, on, deep=deep - 1) if keys else []
        by_key = {one[other.key]: one for one in there}
        for row in found:
            row[name] = by_key.get(row.get(name))


def _backward(words: Vocabulary, kind: Entity, found: list[Row], on: datetime, deep: int) -> None:
    by_key = {row[kind.key]: row for row in found}
    for name, back in kind.reverse.items():
        there = linked(words, back.entity, {back.by: set(by_key)}, on, deep=deep - 1)
        for row in found:
            row[name] = []
        for one in there:
            owner = one.get(back.by)
            key = owner[kind.key] if isinstance(owner, Mapping) else owner
            if key in by_key:
                one[back.by] = by_key[key]
                by_key[key][name].append(one)
