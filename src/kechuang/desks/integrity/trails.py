"""What supervision reads of any subject: its records, whether each still is what was chained and logged, and what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db.models import Count, Q, QuerySet

from kechuang.casework.models import Attempt, Case, Checkpoint, Record, Round
from kechuang.casework.queries import history
from kechuang.casework.witnessing import unwitnessed
from kechuang.desks.integrity.models import Clue, Sanction
from kechuang.engines.ledger import link

SECOND_MISSING = "second_person_missing"
STOPS = ("stop_payment", "lift_stop")


@dataclass(frozen=True, slots=True)
class Link:
    """One record of a trail: `whole` while its body gives its digest, `joined` while it follows the one before."""

    record: Record
    whole: bool
    joined: bool
    logged: bool


@dataclass(frozen=True, slots=True)
class Log:
    """How far the log is: records, those sealed in it, and the newest signed checkpoint."""

    records: int
    sealed: int
    checkpoint: Checkpoint | None


def subject_of(kind: str, pid: str) -> Case | Round | None:
    """A case by its number or a round by its code; supervision sees every one."""
    if kind == "case":
        return (
            Case.objects.select_related("round", "round__frozen", "applicant", "leader", "parent")
            .filter(number=pid)
            .first()
        )
    return Round.objects.filter(code=pid).first()


def trail_of(subject: Case | Round) -> list[Link]:
    """Every record of the subject with its state of verification, oldest first."""
    rows = list(history(subject))
    size = newest.size if (newest := Checkpoint.objects.order_by("-size").first()) else 0
    joined = [True, *(later.previous == earlier.digest for earlier, later in pairwise(rows))]
    return [
        Link(row, link(row.previous, row.body.encode()) == row.digest, follows, row.log_index is not None and row.log_index < size)
        for row, follows in zip(rows, joined, strict=False)
    ]  # fmt: skip


def log() -> Log:
    """The state of the log."""
    counted = Record.objects.aggregate(all=Count("pk"), sealed=Count("pk", filter=Q(log_index__isnull=False)))
    return Log(counted["all"], counted["sealed"], Checkpoint.objects.order_by("-size").first())


def latest(words: str = "") -> QuerySet[Record]:
    """Records of all subjects, newest first; narrowed to a subject, an act or an actor."""
    rows = Record.objects.order_by("-pk")
    return rows.filter(Q(subject=words) | Q(act=words) | Q(actor=words)) if words else rows


def not_handed_in(found: Iterable[Record]) -> frozenset[str]:
    """Of the subjects of these records, the applications that nobody has handed in yet: who writes them is not told."""
    numbers = {one.subject for one in found if one.subject_kind == "case"}
    rows = Case.objects.filter(number__in=numbers, parent=None, received_at=None)
    return frozenset(rows.values_list("number", flat=True))


def attempts() -> QuerySet[Attempt]:
    """What was tried and refused, newest first."""
    return Attempt.objects.order_by("-pk")


def unwitnessed_rounds() -> list[tuple[Round, str, int]]:
    """Groups whose draw nobody of supervision has witnessed yet, each with its round and how many cases wait."""
    running = Round.objects.exclude(state__in=["archived", "cancelled"]).select_related("frozen", "institution")
    rounds = {one.code: one for one in running.order_by("code")}
    waiting = unwitnessed(list(rounds.values()), "draw")
    return [(rounds[code], group, cases) for code, groups in waiting.items() for group, cases in groups]


def stops_waiting() -> list[Attempt]:
    """Payments that a supervisor wanted to stop, or to let go on, and that still lack the chief's word."""
    tried = Attempt.objects.filter(act__in=STOPS, subject_kind="case").order_by("-pk")
    wanted = {(a.subject, a.act): a for a in tried if any(r.get("code") == SECOND_MISSING for r in a.reasons)}
    told = Record.objects.filter(
        act__in=[*STOPS, *(f"second:{name}" for name in STOPS)], subject__in={s for s, _ in wanted}
    )
    keys = [(r.subject, r.act.removeprefix("second:"), r.on) for r in told]
    later = {
        (subject, name) for subject, name, on in keys if (subject, name) in wanted and on >= wanted[subject, name].on
    }
    return [attempt for key, attempt in wanted.items() if key not in later]


def clues_open() -> QuerySet[Clue]:
    """Clues nobody has screened yet, oldest first."""
    return Clue.objects.filter(screened_at=None).select_related("case", "case__round").order_by("on")


def sanctions_in_force(day: date) -> QuerySet[Sanction]:
    """Sanctions that block today, with whom and until when."""
    rows = Sanction.objects.in_force(day).select_related("person", "organisation", "inquiry")
    return rows.order_by("until", "pk")
