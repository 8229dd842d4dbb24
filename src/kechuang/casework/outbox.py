"""Letters and jobs that follow from an act: rows written with it, done after it is committed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from kechuang.casework.actor import CLOCK
from kechuang.casework.deadlines import LATECOMERS
from kechuang.casework.models import Case, Outbox, Record
from kechuang.parties.prepared import Prepared, insert, update
from kechuang.parties.steady import steady
from kechuang.words.failure import told

Job = Callable[[Mapping[str, Any], datetime], None]
_jobs: dict[str, Job] = {}
MOST_TRIES = 8
PUT = Prepared[tuple[int]](lambda key: Outbox.objects.filter(key=key).values_list("pk"))
HELD = Prepared[Outbox](lambda pk: Outbox.objects.select_for_update().filter(pk=pk))


def job(kind: str) -> Callable[[Job], Job]:
    """Register what does outbox rows of `kind`: `f(payload, on)`, idempotent, raising to be tried again."""

    def register(function: Job) -> Job:
        _jobs[kind] = function
        return function

    return register


def put(kind: str, key: str, payload: Mapping[str, Any], due: datetime) -> None:
    """Queue one job; a key that is already there is left as it is."""
    if PUT.one(key) is None:
        with suppress(IntegrityError), transaction.atomic():
            insert(Outbox(kind=kind, key=key, payload=dict(payload), due=due))


def after_act(subject: Any, context: Any, record: Record) -> None:
    """What the page says follows from an act: a letter; for a round, the acts its cases are carried along with."""
    if context.act.letter:
        payload = {"record": record.pk, "letter": context.act.letter}
        insert(Outbox(kind="letter", key=f"letter:{record.pk}", payload=payload, due=context.on))
    if not isinstance(subject, Case) and context.act.cases:
        carried = {"round": subject.pk, "acts": dict(context.act.cases)}
        put("cases", f"cases:{record.pk}", carried, context.on)
        if context.by is CLOCK:  # once more, for what came in time and was still in the queue
            put("cases", f"cases:{record.pk}:late", carried, context.on + LATECOMERS)


def work(on: datetime, *, most: int = 500) -> int:
    """Do what is due, oldest first, each in its own transaction; how many rows were done."""
    count = 0
    due = Outbox.objects.filter(done_at=None, due__lte=on, tries__lt=MOST_TRIES).order_by("due", "pk")
    for pk in list(due.values_list("pk", flat=True)[:most]):
        count += _try(pk, on)
    return count


def _try(pk: int, on: datetime) -> bool:
    try:
        with steady(), transaction.atomic():
            row = HELD.one(pk)
            if row is None or row.done_at:
                return False
            _jobs[row.kind](row.payload, on)
            row.done_at = on
            update(row, "done_at")
            return True
    except Exception as error:
        row = Outbox.objects.get(pk=pk)
        row.tries += 1
        row.due = on + timedelta(minutes=2**row.tries)
        row.error = told(error)
        row.save(update_fields=["tries", "due", "error"])
        return False
