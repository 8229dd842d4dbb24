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

from kechuang.casework import curtain
from kechuang.casework.models import Case, Round
from kechuang.parties.models import Person

LOCAL = ("127.0.0.1", "::1", "localhost")
MOST_SKEW = timedelta(milliseconds=100)
LEAST_KEY = 32
_DEFAULT_KEYS = ("django-insecure", "only-for-tests", "changeme", "secret")
_NETWORK_FILES = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "glusterfs", "ceph")


def faults(address: str) -> list[str]:
    """Every reason not to serve on `address`; none when all is well."""
    wrong = [*_settings()]
    try:
        wrong += [*_database(), *_migrations(), *_clock()]
        wrong += [*_demo(address)] if not wrong else []
    except DatabaseError as error:
        wrong.append(f"数据库打不开 / the database cannot be opened: {error}")
    return wrong


def _settings() -> Iterator[str]:
    if settings.DEBUG:
        yield "DEBUG 开着：正式服务必须关闭 / DEBUG is on: it shows the inside to everyone; set it to False"
    key = settings.SECRET_KEY
    if len(key) < LEAST_KEY or key.startswith(_DEFAULT_KEYS):
        yield (
            f"密钥是默认的或太短 / the key is a default one or too short: set KECHUANG_SECRET to {LEAST_KEY} random "
            "characters or more, or unset it and one is made in the data folder"
        )


def _database() -> Iterator[str]:
    if connection.vendor == "postgresql":
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            if _asked(f"SHOW {name}") != "on":
                yield f"PostgreSQL 的 {name} 必须为 on / {name} must be on: without it acknowledged work is lost at a power cut"
        if seen := curtain.readable():
            yield (
                f"评审身份表对前台角色 {settings.FRONT_ROLE} 可读 / the role {settings.FRONT_ROLE} could read who reviews what "
                f"({', '.join(seen)}): run migrate as a login that may create roles, see docs/operations.md"
            )
        return
    if (found := _asked("PRAGMA journal_mode")) != "wal":
        yield f"SQLite 的 journal_mode 是 {found}，必须为 WAL / journal_mode is {found}, it must be WAL"
    if (found := _asked("PRAGMA synchronous")) != 2:
        yield f"SQLite 的 synchronous 是 {found}，必须为 FULL / synchronous is {found}, it must be FULL: else a power cut loses acknowledged work"
    mode: Any = getattr(connection, "transaction_mode", None)
    if mode != "IMMEDIATE":
        yield f"SQLite 的 transaction_mode 是 {mode}，必须为 IMMEDIATE / transaction_mode is {mode}, it must be IMMEDIATE"
    if kind := network_files(Path(str(settings.DATABASES["default"]["NAME"]))):
        yield f"数据库在网络文件系统（{kind}）上 / the database lies on a network file system ({kind}): move it to a local disk"


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


def _migrations() -> Iterator[str]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        yield (
            f"数据库差 {len(waiting)} 步迁移 / the database lacks {len(waiting)} migrations: run "
            "`django-admin migrate --settings kechuang.settings`"
        )


def _clock() -> Iterator[str]:
    skew = abs(measured_skew())
    if skew > MOST_SKEW:
        told = round(skew.total_seconds() * 1000)
        yield f"应用与数据库的时钟相差 {told} 毫秒，至多 100 毫秒 / the clocks of application and database differ by {told} ms (100 at most): set both by one authority"


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


def _demo(address: str) -> Iterator[str]:
    if address in LOCAL:
        return
    synthetic = (model.objects.filter(synthetic=True).exists() for model in (Round, Case, Person))
    if settings.DEMO or any(synthetic):
        yield f"演示数据只能在 127.0.0.1 上提供，不能在 {address} 上 / demonstration data is never served on {address}, only on 127.0.0.1"
