"""The curtain: on it lie the tables that join a reviewer to a case; a connection that serves applicants cannot read them.

On SQLite the authorizer itself is set and cleared on the one connection: a flag inside its callback would be bypassed
by cached statements. On PostgreSQL the connection takes a role that was never granted those tables.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connection

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
    elif settings.FRONT_ROLE:
        with connection.cursor() as cursor:
            cursor.execute(f'SET ROLE "{settings.FRONT_ROLE}"' if closed else "RESET ROLE")


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
