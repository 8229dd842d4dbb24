"""Whether this instance can do its work now: the data folder takes bytes, the database takes writes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

LEAST_FREE = 1 << 20  # bytes
_PROBE = b"0" * 65536


def unready() -> list[str]:
    """Codes of what is wrong: none when the instance is ready."""
    return [*_folder(Path(settings.DATA)), *_database()]


def _folder(folder: Path) -> list[str]:
    """The data folder must take and keep a small file: a full or read-only disk shows here."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            return ["disk_full"]
        with open(probe, "wb") as file:
            file.write(_PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return ["data_folder_not_writable"]
    finally:
        try:
            probe.unlink(missing_ok=True)
        except OSError:
            pass
    return []


def _database() -> list[str]:
    """On SQLite a write transaction that is taken back; a PostgreSQL server is asked whether it takes writes."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")
                return ["database_read_only"] if cursor.fetchone()[0] else []
        with transaction.atomic():
            transaction.set_rollback(True)
    except DatabaseError:
        connection.close()
        return ["database_not_writable"]
    return []
