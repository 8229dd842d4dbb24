"""Vocabulary as relations: which table a path lives in, over which joins, as which column."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from kechuang.engines.rules.vocabulary import Entity, Field, Vocabulary
from kechuang.formula import FormulaError, tree
from kechuang.formula.rational import Rat, Sql, Truth
from kechuang.formula.sql import Code, Day, Num, Value, translate
from kechuang.formula.tree import Path

Complete = Collection[tuple[str, str]]
"""(table, column) pairs of which no value is missing; (table, `column →`) says that a link always leads to a record."""

AGGREGATE_MOST: Final = 10**18


def column(name: str, table: str = "") -> exp.Column:
    """A quoted column: names such as `use` are words of SQL too."""
    return exp.column(name, table=table or None, quoted=True)


def table(name: str, alias: str = "") -> Sql:
    """A quoted table, aliased."""
    found = exp.to_table(exp.to_identifier(name, quoted=True).sql())
    return exp.alias_(found, alias, table=True, quoted=True) if alias else found


@dataclass(slots=True)
class Joins:
    """One entity as the root of a FROM, and the linked tables its paths need."""

    vocabulary: Vocabulary
    root: Entity
    alias: str
    complete: Complete
    linked: dict[tuple[str, ...], str] = field(default_factory=dict)
    order: list[tuple[str, str, str, Entity, bool]] = field(default_factory=list)

    def place(self, parts: tuple[str, ...]) -> tuple[str, Entity, bool]:
        """Alias and entity of the record that the links `parts` lead to, and whether it may be missing."""
        if not parts:
            return self.alias, self.root, False
        above, entity, loose = self.place(parts[:-1])
        link = entity.links[parts[-1]]
        sure = not loose and (entity.code, f"{link.column} →") in self.complete
        there = self.vocabulary.entities[link.entity]
        if parts not in self.linked:
            self.linked[parts] = f"{self.alias}_{len(self.linked) + 1}"
            self.order.append((self.linked[parts], above, link.column, there, sure))
        return self.linked[parts], there, not sure

    def value(self, parts: tuple[str, ...]) -> Value:
        """The column a path leads to, as a value: a field, a key, or a link (its key)."""
        last = parts[-1]
        if len(parts) > 1 and self._holder(parts[:-2]) is not None:
            _, entity, _ = self.place(parts[:-2])
            there = self.vocabulary.entities[entity.links[parts[-2]].entity] if parts[-2] in entity.links else None
            if there is not None and last == there.key:
                return self.link(parts[:-1])
        alias, entity, loose = self.place(parts[:-1])
        if last in entity.links:
            return self.link(parts)
        if last == entity.key:
            return Code(column(entity.key, alias), loose)
        return self._field(entity, entity.fields[last], alias, loose)

    def _holder(self, parts: tuple[str, ...]) -> Entity | None:
        entity = self.root
        for part in parts:
            if part not in entity.links:
                return None
            entity = self.vocabulary.entities[entity.links[part].entity]
        return entity

    def link(self, parts: tuple[str, ...]) -> Code:
        """The key that a link holds, without joining the other table."""
        if not parts:
            return Code(column(self.root.key, self.alias))
        alias, entity, loose = self.place(parts[:-1])
        name = entity.links[parts[-1]].column
        return Code(column(name, alias), loose or (entity.code, name) not in self.complete)

    def _field(self, entity: Entity, one: Field, alias: str, loose: bool) -> Value:
        if one.formula is not None:
            return translate(one.formula, _Own(self, entity, alias, loose))
        null = loose or one.unknown or (entity.code, one.column) not in self.complete
        raw = column(one.column, alias)
        if one.kind == "bool":
            return Truth(raw, null)
        if one.kind == "code":
            return Code(raw, null)
        if one.kind == "date":
            return Day(raw, null)
        low = -one.most if one.signed else 0
        return Num(Rat(exp.cast(raw, "BIGINT"), low, one.most, one.scale, null=null))

    def joined(self, select: exp.Select) -> exp.Select:
        """`select` with FROM and the joins found so far."""
        select = select.from_(table(self.root.code, self.alias), copy=False)
        for alias, above, name, there, sure in self.order:
            test = exp.EQ(this=column(name, above), expression=column(there.key, alias))
            kind = "inner" if sure else "left"
            select = select.join(table(there.code, alias), on=test, join_type=kind, copy=False)
        return select


@dataclass(frozen=True, slots=True)
class _Own:
    """Names inside a computed field: the fields of its own record."""

    joins: Joins
    entity: Entity
    alias: str
    loose: bool

    def path(self, node: Path) -> Value:
        return self.joins._field(self.entity, self.entity.fields[node.parts[0]], self.alias, self.loose)

    def gather(self, node: tree.Gather) -> Value:
        raise FormulaError("not_in_bulk", what="a sum inside a computed field")

    def whole(self, node: tree.Whole) -> Value:
        raise FormulaError("not_in_bulk", what=node.name)


def by_path(vocabulary: Vocabulary, subject: str, payee: str, name: str) -> tuple[str, ...]:
    """The parts that lead from a record to the field or link `name` by which totals are cut: at the payee, the subject,
    or one link further. LookupError if there is none."""
    entity = vocabulary.entities[subject]
    starts = [] if payee in ("none", subject) else [tuple(payee.split(".")[1:])]
    starts += [(), *((link,) for link in entity.links)]
    for parts in starts:
        there = entity
        for part in parts:
            there = vocabulary.entities[there.links[part].entity]
        if name in there.fields or name in there.links:
            return (*parts, name)
    raise LookupError(f"{subject} leads to no {name!r}")
