"""What reviewers are owed: so much a filed sheet by the page's rate, settled when the round is decided; behind the curtain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.casework import curtain, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Record, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.experts.models import Fee, Seat
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

RATE = "fee_sheet"
AFTER_AWARD = ("decided", "archived")
NO_WORK = ("promise", "decline")


@dataclass(frozen=True, slots=True)
class Owed:
    """What one person is owed for one round: sheets, fen, and when it was paid."""

    person: Person
    round: Round
    sheets: int
    fen: int
    paid_at: datetime | None


def rate_of(round_: Round, on: datetime) -> int | None:
    """Fen for one sheet by the page in force on the day; None where the page names no rate."""
    rate = pages_of(round_).params(day_of(on)).get(RATE)
    return rate if isinstance(rate, int) else None


def sheets_of(seats: Iterable[Seat]) -> dict[str, int]:
    """How many sheets each label has filed, in one query."""
    actors = [f"label:{seat.label}" for seat in seats]
    rows = Record.objects.filter(actor__in=actors, subject_kind="case").exclude(act__in=NO_WORK)
    counted: dict[str, int] = {}
    for actor, _, _ in set(rows.values_list("actor", "subject", "act")):
        label = actor.removeprefix("label:")
        counted[label] = counted.get(label, 0) + 1
    return counted


def settle(round_: Round, on: datetime) -> int:
    """Write what is owed for every seat of the round, paid ones left as they are; the sum in fen. Nothing without a rate."""
    rate = rate_of(round_, on)
    if rate is None:
        return 0
    seats = list(Seat.objects.filter(draw__round=round_).exclude(state="reserve"))
    filed, total = sheets_of(seats), 0
    paid = set(Fee.objects.filter(seat__in=seats).exclude(paid_at=None).values_list("seat_id", flat=True))
    for seat in seats:
        count = filed.get(seat.label, 0)
        if count and seat.pk not in paid:
            Fee.objects.update_or_create(seat=seat, defaults={"sheets": count, "fen": count * rate})
            total += count * rate
    return total


def owed_to(person: Person) -> list[Owed]:
    """This person's own fees, newest first."""
    rows = Fee.objects.filter(seat__expert__person=person).select_related(
        "seat__draw__round", "seat__expert__person__unit"
    )
    return [_owed(row) for row in rows.order_by("-pk")]


def payable(round_: Round) -> list[Owed]:
    """Who is to be paid how much for a round: names only once it is decided, Refused before."""
    if round_.state not in AFTER_AWARD:
        raise Refused(Reason("names_after_award"))
    rows = Fee.objects.filter(seat__draw__round=round_).select_related(
        "seat__draw__round", "seat__expert__person__unit"
    )
    with curtain.lifted("experts.fees"):
        return [_owed(row) for row in rows.order_by("seat__expert__person__name")]


def _owed(row: Fee) -> Owed:
    return Owed(row.seat.expert.person, row.seat.draw.round, row.sheets, row.fen, row.paid_at)


@transaction.atomic
def pay(round_: Round, *, document: str, by: Person, on: datetime, key: str) -> Record:
    """Note that the fees of a round were paid, under the number of the order; the record names nobody."""
    if not document.strip():
        raise Refused(Reason("document_missing", path="document"))
    data = {"document": document.strip()}
    if told := records.already(Actor.of(by), key, "pay_fees", round_, data):
        return told
    rows = [row for row in payable(round_) if row.paid_at is None]
    if not rows:
        raise Refused(Reason("nothing_to_pay"))
    tells = {"fees": str(sum(row.fen for row in rows)), "people": str(len(rows))}
    record = note(round_, "pay_fees", by=by, on=on, key=key, role="treasurer", data=data, tells=tells)
    with curtain.lifted("experts.fees"):
        Fee.objects.filter(seat__draw__round=round_, paid_at=None).update(paid_at=on)
    return record
