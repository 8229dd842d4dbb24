"""Queries whose text never changes: compiled by the ORM once a connection, afterwards only asked.

Compiling is most of what a small query costs (0.5 of 0.6 ms for one case on SQLite), and the door asks a dozen an act.
Django offers no such cache; this keeps one, with the ORM's own compiler, converters and models, so that a prepared
query gives the very rows the plain one gives (a test compares them).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import ForeignKey, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.fields import AutoFieldMixin
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.utils.functional import cached_property

from kechuang.parties.steady import once

Row = TypeVar("Row")
Entered = TypeVar("Entered", bound=Model)
PLAIN: dict[type, type] = {
    models.CharField: str, models.TextField: str, models.BooleanField: bool, models.BigIntegerField: int,
    models.PositiveIntegerField: int, models.PositiveSmallIntegerField: int, ForeignKey: int, models.OneToOneField: int,
}  # fmt: skip
"""What is written as it stands: a value of this very type in a field of that very class."""
MARK = 32_011  # within every integer column, small ones too (a year); no constant of a query of ours


@dataclass(frozen=True, slots=True)
class _Place:
    at: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    compiler: Any
    converters: Any
    model: Any
    names: tuple[str, ...]
    params: tuple[object, ...]
    """What the query is asked with: `_Place`s stand for the values."""

    def rows(self, values: tuple[object, ...]) -> list[Any]:
        found: Iterable[Any] = ask(self.sql, [values[p.at] if type(p) is _Place else p for p in self.params])
        if self.converters:
            found = self.compiler.apply_converters(found, self.converters)
        if self.model is None:
            return [tuple(row) for row in found]
        return [self._instance(row) for row in found]

    def _instance(self, row: Sequence[object]) -> Model:
        """What `from_db` makes, without asking sixty columns one by one whether someone listens: none of ours is told of it."""
        made: Model = self.model.__new__(self.model)
        made.__dict__.update(zip(self.names, row, strict=True))
        state = made.__dict__["_state"] = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return made


@lru_cache(maxsize=4096)
def _marked(sql: str) -> str:
    return sql.replace("%s", "?").replace("%%", "%")


def ask(sql: str, params: Sequence[object]) -> list[Any]:
    """Every row a statement gives, none for one that gives none.

    SQLite is asked directly where nobody listens (debug, wrappers, a broken transaction): Django's cursor costs 30 of the
    35 microseconds of a small query.
    """
    here = connections[DEFAULT_DB_ALIAS]
    if here.vendor != "sqlite" or here.execute_wrappers or here.queries_logged or here.needs_rollback:
        with here.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []
    here.ensure_connection()
    here.validate_thread_sharing()
    with here.wrap_database_errors:
        found: list[Any] = here.connection.execute(_marked(sql), params).fetchall()
    return found


class Prepared(Generic[Row]):
    """`Prepared(lambda pk: Case.objects.filter(pk=pk))`; `one(5)`, `rows(5)`.

    The values are text or whole numbers, never None; a query that would turn them into something else is refused with
    ValueError when it is first asked.
    Rows are instances (deferred fields stay deferred, relations are not joined) or, after `values_list`, tuples.
    """

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]]) -> None:
        self.ask = ask

    def rows(self, *values: object) -> list[Row]:
        """Every row, in the query's order."""
        kept = connection.__dict__.setdefault("_prepared", {})
        compiled = kept.get((self, len(values)))
        if compiled is None:
            kept[self, len(values)] = compiled = self._compiled(values)
        return list(compiled.rows(values))

    def one(self, *values: object) -> Row | None:
        """The first row, or None."""
        return next(iter(self.rows(*values)), None)

    def _compiled(self, values: tuple[object, ...]) -> _Compiled:
        marks = [f"\x02{at}\x03" if isinstance(value, str) else MARK + at for at, value in enumerate(values)]
        query = self.ask(*marks)
        if query.query.select_related:
            raise ValueError("a prepared query joins no relations")
        compiler = query.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        places = {mark: _Place(at) for at, mark in enumerate(marks)}
        if missing := set(marks) - set(params):
            raise ValueError(f"a prepared query takes its values as they stand; changed: {len(missing)} of {params!r}")
        asked = tuple(places.get(param, param) for param in params)
        columns = compiler.select[: compiler.col_count]
        converters = compiler.get_converters([one[0] for one in columns])
        if query._fields is not None:
            return _Compiled(sql, compiler, converters, None, (), asked)
        names = tuple(one[0].target.attname for one in columns)
        return _Compiled(sql, compiler, converters, compiler.klass_info["model"], names, asked)


def insert(row: Model) -> None:
    """`row.save(force_insert=True)` for a model without signals: the statement is written once a connection."""
    model, here = type(row), connections[DEFAULT_DB_ALIAS]
    kept = here.__dict__.setdefault("_prepared", {})
    fields, sql = kept.get(("insert", model)) or kept.setdefault(("insert", model), _insertion(model))
    values = []
    for field, name, plain in fields:
        value = getattr(row, name)
        values.append(value if type(value) is plain else field.get_db_prep_save(field.pre_save(row, True), here))
    told = ask(sql, values)
    if row.pk is None:
        row.pk = told[0][0]
    row._state.adding, row._state.db = False, here.alias


def insert_all(rows: Iterable[Entered]) -> list[Entered]:
    """`insert` for many rows, with their keys; where the database is another house, in batches: each way there costs."""
    found = list(rows)
    if connection.vendor != "sqlite":
        return type(found[0])._base_manager.bulk_create(found, batch_size=500) if found else found
    for row in found:
        insert(row)
    return found


def _insertion(model: type[Model]) -> tuple[tuple[Any, ...], str]:
    meta, quoted = model._meta, connection.ops.quote_name
    made = isinstance(meta.pk, AutoFieldMixin)
    fields = tuple(field for field in meta.concrete_fields if not (made and field.primary_key))
    names = ", ".join(quoted(field.column) for field in fields)
    sql = f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(fields))})"
    written = tuple((field, field.attname, PLAIN.get(type(field))) for field in fields)
    return written, f"{sql} RETURNING {quoted(meta.pk.column)}" if made else sql


def update(row: Model, *names: str) -> None:
    """`row.save(update_fields=names)` for a model without signals."""
    model = type(row)
    kept = connection.__dict__.setdefault("_prepared", {})
    fields, sql = kept.get((model, names)) or kept.setdefault((model, names), _change(model, names))
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    ask(sql, [*values, row.pk])


def add(row: Model, name: str, amount: int) -> None:
    """`filter(pk=row.pk).update(name=F(name) + amount)`: the sum is made by the database, whatever `row` remembers."""
    meta, quoted = type(row)._meta, connection.ops.quote_name
    column = quoted(meta.get_field(name).column)
    ask(
        f"UPDATE {quoted(meta.db_table)} SET {column} = {column} + %s WHERE {quoted(meta.pk.column)} = %s",
        [amount, row.pk],
    )


def insert_many(model: type[Model], columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Many narrow rows of plain values, which nobody needs back: numbers and text as the columns keep them."""
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(name) for name in columns)
    sql = f"INSERT INTO {quoted(model._meta.db_table)} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


def _change(model: type[Model], names: tuple[str, ...]) -> tuple[tuple[Any, ...], str]:
    meta, quoted = model._meta, connection.ops.quote_name
    fields = tuple(meta.get_field(name) for name in names)
    changes = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    return fields, f"UPDATE {quoted(meta.db_table)} SET {changes} WHERE {quoted(meta.pk.column)} = %s"


class _Related(ForwardManyToOneDescriptor):
    """What a row points at, asked for by a query compiled once: `case.round`, `seat.expert`."""

    def get_object(self, instance: Model) -> Model:
        key = getattr(instance, self.field.attname)
        meta = self.field.remote_field.model._meta
        shared = meta.app_label == "parties"  # people and units do not change while a list of acts is carried out
        found = once((meta.label, key), partial(self.ask.one, key)) if shared else self.ask.one(key)
        if found is None:
            raise self.RelatedObjectDoesNotExist(f"{self.field.name} of {instance!r} is gone")
        return found

    @cached_property
    def ask(self) -> Prepared[Model]:
        meta = self.field.remote_field.model._meta
        return Prepared(lambda pk: meta.base_manager.filter(pk=pk))


def relate(house: str) -> None:
    """Let the rows of every table of this package reach what they point at without compiling a query each time."""
    for model in apps.get_models():
        for field in model._meta.local_fields if model.__module__.startswith(house) else ():
            if type(field) is ForeignKey and field.target_field.primary_key:
                setattr(model, field.name, _Related(field))
