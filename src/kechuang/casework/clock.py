"""The scheduler: it tries the acts of the clock whose time has come, idempotently, with the time that was due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from kechuang.casework import deadlines
from kechuang.casework.actor import CLOCK
from kechuang.casework.acts import act
from kechuang.casework.models import Case, Round
from kechuang.casework.pages import pages_of
from kechuang.engines.flow import timed
from kechuang.words.outcome import Refused

WAIT = timedelta(
    minutes=10
)  # what a check refused is tried again after this, so that it does not stand in the way of others


def tick(on: datetime, *, most: int = 1000) -> int:
    """Carry out every act of the clock that is due, rounds first; how many were done. A refused one waits for the next tick."""
    rounds = Round.objects.filter(due_at__lte=on).order_by("due_at")
    cases = (
        Case.objects.filter(due_at__lte=on)
        .select_related("round", "parent")
        .defer("answers", "parent__answers")
        .order_by("due_at")
    )
    return sum(_try(subject, on) for subject in [*_first(rounds, most), *_first(cases, most)])


def _first(rows: QuerySet[Any], most: int) -> list[Any]:
    return list(rows[:most])


def _try(subject: Case | Round, on: datetime) -> int:
    flow = pages_of(subject.round).flow_of(subject)
    seen = deadlines.clock_situation(subject, on)
    for step, moment in timed(flow, subject.state, situation=seen, anchors=deadlines.anchors(subject, on=on)):
        if moment > on:
            break
        try:
            act(subject, step.name, by=CLOCK, on=on, key=f"{step.name}:{subject.pid}:{moment.isoformat()}")
            return 1
        except Refused:
            continue
    type(subject).objects.filter(pk=subject.pk).update(due_at=on + WAIT)
    return 0
