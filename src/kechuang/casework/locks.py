"""What an act locks beside its subject, by name, in one order, so that two acts never wait for each other in a ring.

On SQLite every writing transaction already excludes every other; on PostgreSQL each key is an advisory lock of the
transaction. Without them two submissions at once let one person exceed a limit that each of them had checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

KEYS: dict[str, Callable[[Any], list[str]]] = {
    "team": lambda s: [f"person:{pk}" for pk in {getattr(s, "leader_id", None), *getattr(s, "member_ids", ()), *getattr(s, "joining_ids", ())} if pk],
    "quota": lambda s: [f"quota:{s.round.pk}:{getattr(s, 'recommender_id', '')}", f"unit:{getattr(s, 'applicant_id', '')}"],
    "budget": lambda s: [f"budget:{s.round.pk}"],
    "pool": lambda s: [f"pool:{s.round.pk}"],
    "evidence": lambda s: [f"evidence:{getattr(s, 'applicant_id', '')}"],
    "award": lambda s: [f"award:{s.subject_kind}:{s.pid}"],
}  # fmt: skip


def keys(subject: Any, names: Iterable[str]) -> list[str]:
    """The lock keys of `names` for `subject`, sorted, each once; KeyError names an unknown lock."""
    return sorted({key for name in names for key in KEYS[name](subject)})


def take(subject: Any, names: Iterable[str]) -> None:
    """Hold the locks until this transaction ends."""
    wanted = keys(subject, names)
    if not wanted or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for key in wanted:
            number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
