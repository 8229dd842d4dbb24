"""The curtain: on it lie the tables that join a reviewer to a case; a connection that serves applicants cannot read them.

On SQLite the authorizer itself is set and cleared on the one connection: a flag inside its callback would be bypassed
by cached statements. On PostgreSQL the connection takes a role that was never granted those tables; `migrate` makes it.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.signals import connection_created

from kechuang.words import offers
from kechuang.words.offers import Offer

log = logging.getLogger("kechuang.curtain")
_hidden: set[str] = set()
_drawn: ContextVar[bool] = ContextVar("curtain_drawn", default=False)


def hide(*tables: str) -> None:
    """Name tables that lie behind the curtain."""
    _hidden.update(tables)


def hidden() -> frozenset[str]:
    """The tables behind the curtain."""
    return frozenset(_hidden)


def _deny(action: int, first: str | None, *_: object) -> int:
    reads = action in (sqlite3.SQLITE_READ, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_INSERT)
    return sqlite3.SQLITE_DENY if reads and first in _hidden else sqlite3.SQLITE_OK


def draw() -> None:
    """From now on this connection cannot read what lies behind."""
    _drawn.set(True)
    _apply(closed=True)


def lift() -> None:
    """The connection can read everything again."""
    _drawn.set(False)
    _apply(closed=False)


def _apply(*, closed: bool) -> None:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.set_authorizer(_deny if closed else None)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {_role()}" if closed else "RESET ROLE")
    except DatabaseError:
        # SET ROLE belongs to the transaction: one that has failed is rolled back, and to the role it began with.
        if not connection.in_atomic_block:
            raise


def _role() -> str:
    return str(connection.ops.quote_name(settings.FRONT_ROLE))


def _reconnected(connection: Any, **_: Any) -> None:
    """A connection opened anew while the curtain is drawn has it drawn too."""
    if is_drawn():
        _apply(closed=True)


connection_created.connect(_reconnected)


def grant(**_: Any) -> None:
    """On PostgreSQL, after every migration: the front's role, which reads and writes every table but those behind."""
    if connection.vendor != "postgresql":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [settings.FRONT_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {_role()} NOLOGIN")
            cursor.execute(f"GRANT {_role()} TO CURRENT_USER")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {_role()}")
        cursor.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {_role()}")
        for table in sorted(tables - _hidden):
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {connection.ops.quote_name(table)} TO {_role()}")
        for table in sorted(tables & _hidden):
            cursor.execute(f"REVOKE ALL ON {connection.ops.quote_name(table)} FROM {_role()}, PUBLIC")


def readable() -> list[str]:
    """Tables behind the curtain that the front's role could read all the same; every one of them where there is no such role."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND NOT rolsuper", [settings.FRONT_ROLE])
        if cursor.fetchone() is None:
            return sorted(_hidden)
        asked = "SELECT has_table_privilege(%s, %s, 'SELECT') OR has_any_column_privilege(%s, %s, 'SELECT')"
        seen = []
        for table in sorted(_hidden):
            cursor.execute(asked, [settings.FRONT_ROLE, table] * 2)
            seen += [table] if cursor.fetchone()[0] else []
        return seen


def is_drawn() -> bool:
    """Whether the curtain is drawn for what runs now."""
    return _drawn.get()


@contextmanager
def lifted(why: str) -> Iterator[None]:
    """Look behind for one check or effect that says so; who looked is logged, what was seen is not."""
    if not is_drawn():
        yield
        return
    log.info("lifted for %s", why)
    lift()
    try:
        yield
    finally:
        draw()


def call(offer: Offer, *given: Any) -> Any:
    """Ask an offer, behind the curtain where it declares so."""
    function: Callable[..., Any] = offer.function
    if not offer.behind:
        return function(*given)
    with lifted(offer.name):
        return function(*given)


def fact(name: str, subject: Any, on: Any) -> Any:
    """What a desk knows of a subject, by the name a page uses."""
    return call(offers.find("fact", name), subject, on)
