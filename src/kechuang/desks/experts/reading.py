"""What an expert is asked to read and has read, by seat; everything here is called behind the curtain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from kechuang.casework.actor import Actor
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.desks.experts import offers, sheets
from kechuang.desks.experts.models import Draw, Seat, SheetDraft
from kechuang.engines import forms
from kechuang.engines.flow import Act, Flow
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused
from kechuang.words.period import term_ends
from kechuang.words.reason import Reason

ROLES = ("expert", "judge", "panel_chair")
ANSWERS = ("promise", "decline")  # acts that answer an invitation; every other act of an expert is a piece of work


@dataclass(frozen=True, slots=True)
class Piece:
    """One case under one seat: the act that is open for it, or None; whether it was filed or begun."""

    seat: Seat
    case: Case
    act: Act | None
    filed: bool
    begun: bool


@dataclass(frozen=True, slots=True)
class Task:
    """One seat: the cases of its group, until when to answer, what is left. `answered` once the promise is signed."""

    seat: Seat
    pieces: tuple[Piece, ...]
    until: datetime | None

    @property
    def answered(self) -> bool:
        return self.seat.state == "accepted"

    @property
    def left(self) -> int:
        return sum(piece.act is not None and not piece.filed for piece in self.pieces)

    @property
    def filed(self) -> int:
        return sum(piece.filed for piece in self.pieces)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(sorted({piece.case.field for piece in self.pieces if piece.case.field}))


def seats_of(person: Person) -> list[Seat]:
    """The seats this person holds now, newest first."""
    rows = Seat.objects.filter(expert__person=person, state__in=offers.SITTING, draw__aborted_at=None)
    return list(rows.select_related("draw", "draw__round", "draw__round__frozen", "expert").order_by("-pk"))


def seat_of(person: Person, label: str) -> Seat | None:
    """The seat of that label, if it is this person's and stands."""
    return next((seat for seat in seats_of(person) if seat.label == label), None)


def actor_of(seat: Seat) -> Actor:
    """Who acts from a seat: its label; the first in drawn order of those who sit leads the group."""
    before = Seat.objects.filter(draw=seat.draw_id, state__in=offers.SITTING, position__lt=seat.position)
    return Actor.labelled(seat.label, *(ROLES if not before.exists() else ("expert", "judge")), channel="web")


def tasks_of(person: Person) -> list[Task]:
    """Everything on this person's desk, in a fixed number of queries however many seats and cases there are."""
    return tasks(seats_of(person))


def tasks(seats: list[Seat]) -> list[Task]:
    """Seats with their cases; one query each for cases, draws, records and drafts."""
    cases = _cases(seats)
    drawn = set(_draws(seats).values_list("round_id", "group", "mode"))
    done = _done(seats)
    begun = set(SheetDraft.objects.filter(seat__in=seats).values_list("seat_id", "case_id"))
    return [_task(seat, [c for c in cases if _of(seat, c)], drawn, done, begun) for seat in seats]


def _of(seat: Seat, case: Case) -> bool:
    same = case.round_id == seat.draw.round_id
    return same and (case.number == seat.draw.group or (case.parent_id is None and case.group == seat.draw.group))


def _cases(seats: list[Seat]) -> list[Case]:
    reach = Q(pk__in=[])
    for seat in seats:
        named = Q(number=seat.draw.group) | Q(group=seat.draw.group, parent=None)
        reach |= Q(round=seat.draw.round_id) & named
    rows = Case.objects.filter(reach).exclude(state="withdrawn").select_related("parent")
    found, rounds = list(rows.order_by("group", "number")), {seat.draw.round_id: seat.draw.round for seat in seats}
    for case in found:  # each row would bring the frozen pages of its round once more
        case.round = rounds[case.round_id]
    return found


def _draws(seats: list[Seat]) -> Any:
    return Draw.objects.filter(round__in={seat.draw.round_id for seat in seats}, aborted_at=None)


def _done(seats: list[Seat]) -> set[tuple[str, str, str]]:
    actors = [f"label:{seat.label}" for seat in seats]
    rows = Record.objects.filter(actor__in=actors, subject_kind="case").values_list("actor", "subject", "act")
    return set(rows)


def _task(
    seat: Seat,
    cases: list[Case],
    drawn: set[tuple[int, str, str]],
    done: set[tuple[str, str, str]],
    begun: set[tuple[int, int]],
) -> Task:
    pages: Pages = pages_of(seat.draw.round)
    own = {(subject, act) for actor, subject, act in done if actor == f"label:{seat.label}"}
    pieces = []
    for case in cases:
        works = work_on(pages.flow_of(case), case, seat.draw.mode, drawn)
        left = [act for act in works if (case.number, act.name) not in own]
        filed = not left and any(case.number == number and act not in ANSWERS for number, act in own)
        pieces.append(Piece(seat, case, left[0] if left else None, filed, (seat.pk, case.pk) in begun))
    return Task(seat, tuple(pieces), _until(seat, pages))


def _until(seat: Seat, pages: Pages) -> datetime | None:
    params = pages.flow(pages.main_flow).params
    if seat.state != "invited" or seat.invited_at is None or "reply_hours" not in params:
        return None
    return term_ends(seat.invited_at, pages.term(pages.main_flow, "reply_hours", day_of(seat.invited_at)))


def work_on(flow: Flow, case: Case, mode: str, drawn: Iterable[tuple[int, str, str]]) -> list[Act]:
    """The acts of an expert that stand open for a case in its state, for a seat drawn for `mode`."""
    acts = [a for a in flow.acts.values() if a.by in ROLES and a.name not in ANSWERS and a.stands_in(case.state)]
    return [a for a in acts if _fits(case, a, mode, drawn)]


def _fits(case: Case, act: Act, mode: str, drawn: Iterable[tuple[int, str, str]]) -> bool:
    wanted = offers.mode_of(case, act.name)
    own_panel = (case.round_id, case.group, "panel") in drawn
    return wanted == mode or (wanted == "panel" and mode == "mail" and not own_panel)


# The sheet of one case


def sheet_form(case: Case, act: Act, label: str = "") -> tuple[forms.Form | None, bool]:
    """The form an act asks an expert to fill in, and whether it is the sheet of the page rather than plain inputs."""
    if any(one.get("kind") == "sheet" for one in act.inputs.values()):
        return sheets.form_of(case, offers.mode_of(case, act.name), label), True
    return pages_of(case.round).inputs(case.flow, act.name), False


def is_blind(case: Case, mode: str) -> bool:
    """Whether the sheet of this mode is read without names; acceptance and mid-term judge a known project."""
    page = sheets.sheet_page(pages_of(case.round).programme, mode, case.track)
    return bool(page.get("blind")) if mode in offers.GROUPED else False


def draft_of(seat: Seat, case: Case, act: str) -> SheetDraft | None:
    """What this seat has typed for the case so far."""
    return SheetDraft.objects.filter(seat=seat, case=case, act=act).first()


def save_draft(
    seat: Seat, case: Case, act: str, typed: Mapping[str, Any], *, notes: str, version: int, on: datetime
) -> SheetDraft:
    """Keep a sheet as it is being written; Refused as `draft_is_newer` when it was written on an older version."""
    with transaction.atomic():
        row = SheetDraft.objects.select_for_update().filter(seat=seat, case=case, act=act).first()
        if row is None:
            return SheetDraft.objects.create(seat=seat, case=case, act=act, typed=dict(typed), notes=notes, on=on)
        if (row.typed, row.notes) == (dict(typed), notes):
            return row
        if row.version != version:
            raise Refused(Reason("draft_is_newer", section=act, version=row.version))
        row.typed, row.notes, row.version, row.on = dict(typed), notes, row.version + 1, on
        row.save()
        return row


def history_of(person: Person) -> list[tuple[Seat, int]]:
    """Every seat this person has had in draws, newest first, with the sheets filed from it."""
    rows = Seat.objects.filter(expert__person=person).exclude(state="reserve").select_related("draw", "draw__round")
    seats = list(rows.order_by("-pk"))
    filed: dict[str, int] = {}
    done = Record.objects.filter(actor__in=[f"label:{s.label}" for s in seats], subject_kind="case")
    for actor in done.exclude(act__in=ANSWERS).values_list("actor", flat=True):
        filed[actor] = filed.get(actor, 0) + 1
    return [(seat, filed.get(f"label:{seat.label}", 0)) for seat in seats]
