"""What must hold before the pages are served: each fault is a sentence that says how to mend it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from kechuang.casework import curtain, editions
from kechuang.casework.models import Case, Round
from kechuang.parties.models import Person
from kechuang.words.phrase import Phrase

LOCAL = ("127.0.0.1", "::1", "localhost")
MOST_SKEW = timedelta(milliseconds=100)
LEAST_KEY = 32
ALL_OF_IT = Phrase("see kechuang check")
_DEFAULT_KEYS = ("django-insecure", "only-for-tests", "changeme", "secret")
_NETWORK_FILES = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph")


def faults(address: str) -> list[Phrase]:
    """Every reason not to serve on `address`, with what to change; none when all is well."""
    wrong = [*_settings()]
    try:
        wrong += [*_database(), *_migrations(), *_clock()]
        wrong += [*_demo(address), *_book()] if not wrong else []
    except DatabaseError as error:
        wrong.append(Phrase("the database cannot be opened: {fault}", fault=error))
    return wrong


def _settings() -> Iterator[Phrase]:
    if settings.DEBUG:
        yield Phrase("DEBUG is on: it shows the inside to everyone; set it to False")
    key = settings.SECRET_KEY
    if len(key) < LEAST_KEY or key.startswith(_DEFAULT_KEYS):
        yield Phrase(
            "the key is a default one or too short: set KECHUANG_SECRET to {least} random characters or more, or unset it and one is made in the data folder",
            least=LEAST_KEY,
        )


def _database() -> Iterator[Phrase]:
    if connection.vendor == "postgresql":
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            if _asked(f"SHOW {name}") != "on":
                yield Phrase("{name} must be on: without it acknowledged work is lost at a power cut", name=name)
        if seen := curtain.readable():
            yield Phrase(
                "the role {role} could read who reviews what ({tables}): run migrate as a login that may create roles, see docs/operations.md",
                role=settings.FRONT_ROLE,
                tables=tuple(seen),
            )
        return
    if (found := _asked("PRAGMA journal_mode")) != "wal":
        yield Phrase("journal_mode is {found}, it must be WAL", found=found)
    if (found := _asked("PRAGMA synchronous")) != 2:
        yield Phrase("synchronous is {found}, it must be FULL: else a power cut loses acknowledged work", found=found)
    mode: Any = getattr(connection, "transaction_mode", None)
    if mode != "IMMEDIATE":
        yield Phrase("transaction_mode is {found}, it must be IMMEDIATE", found=mode)
    if kind := network_files(Path(str(settings.DATABASES["default"]["NAME"]))):
        yield Phrase("the database lies on a network file system ({kind}): move it to a local disk", kind=kind)


def _asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def network_files(path: Path, mounts: str = "") -> str:
    """The kind of network file system under `path`, "" for a local one or where the system does not say."""
    table = mounts or (Path("/proc/mounts").read_text("utf-8") if os.path.exists("/proc/mounts") else "")
    rows = [line.split()[1:3] for line in table.splitlines() if len(line.split()) > 2]
    under = [(place, kind) for place, kind in rows if path.resolve().is_relative_to(place)]
    kind = max(under, key=lambda row: len(row[0]), default=("", ""))[1]
    return kind if kind in _NETWORK_FILES else ""


def _migrations() -> Iterator[Phrase]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        run = "django-admin migrate --settings kechuang.settings"
        yield Phrase("the database lacks {count} migrations: run `{run}`", count=len(waiting), run=run)


def _clock() -> Iterator[Phrase]:
    skew = abs(measured_skew())
    if skew > MOST_SKEW:
        told = round(skew.total_seconds() * 1000)
        yield Phrase(
            "the clocks of application and database differ by {told} ms (100 at most): set both by one authority",
            told=told,
        )


def measured_skew() -> timedelta:
    """The database's clock against ours, half of the journey taken off; the best of three."""
    return min((_one_skew() for _ in range(3)), key=abs)


def _one_skew() -> timedelta:
    sqlite = "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"
    before = timezone.now()
    told = _asked("SELECT clock_timestamp()" if connection.vendor == "postgresql" else sqlite)
    after = timezone.now()
    theirs = told if isinstance(told, datetime) else datetime.fromisoformat(str(told)).astimezone(UTC)
    return theirs - (before + (after - before) / 2)


def _demo(address: str) -> Iterator[Phrase]:
    if address in LOCAL:
        return
    synthetic = (model.objects.filter(synthetic=True).exists() for model in (Round, Case, Person))
    if settings.DEMO or any(synthetic):
        yield Phrase(
            "demonstration data is never served on {address}, only on 127.0.0.1: leave --address out", address=address
        )


def _book() -> Iterator[Phrase]:
    """A page that is wrong stops the start, and so does an offer that a running round needs and nobody gives any more."""
    for bad in editions.unsound():
        yield Phrase("the page {place}: {fault}; {advice}", place=bad.at, fault=bad.why, advice=bad.mend or ALL_OF_IT)
