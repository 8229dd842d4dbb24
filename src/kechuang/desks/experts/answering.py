"""How a seat is answered: the promise for every case of its group at once, or the seat left to the next in drawn order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kechuang.casework.acts import Wish, act, act_many
from kechuang.casework.models import Case, Record
from kechuang.casework.pages import pages_of
from kechuang.desks.experts import reading
from kechuang.desks.experts.reading import Piece, Task
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused

WHY = ("conflict", "field", "time")  # the reasons for which a seat is left


def task_of(person: Person, label: str) -> Task | None:
    """The work under that label, if the seat is this person's and stands."""
    seat = reading.seat_of(person, label)
    return reading.tasks([seat])[0] if seat is not None else None


def stands(task: Task, name: str, piece: Piece) -> bool:
    """Whether the act of that name stands open for the case in its state."""
    flow = pages_of(task.seat.draw.round).flow_of(piece.case)
    return name in flow.acts and flow.acts[name].stands_in(piece.case.state)


def takes_promise(task: Task) -> bool:
    """Whether a promise comes before anything is read."""
    return any(stands(task, "promise", piece) for piece in task.pieces)


def waits(task: Task) -> bool:
    """Whether the seat is an invitation that waits for its answer."""
    return not task.answered and (takes_promise(task) or task.left > 0)


def shows_cases(task: Task) -> bool:
    """Whether the cases are named: not before the promise, where one is asked for."""
    return task.answered or not takes_promise(task)


def to_decline(task: Task) -> Case | None:
    """The case by which the seat can be left now."""
    return next((piece.case for piece in task.pieces if stands(task, "decline", piece)), None)


def piece_of(task: Task, number: str) -> Piece | None:
    """The case of that number with the act that is open for it; None where nothing may be read of it."""
    piece = next((one for one in task.pieces if one.case.number == number), None)
    return piece if piece is not None and piece.act is not None and shows_cases(task) else None


def promise(task: Task, *, on: datetime, key: str) -> Refused | None:
    """Sign the promise for every open case; why it was refused, if it was."""
    open_here = [piece.case for piece in task.pieces if stands(task, "promise", piece)]
    wishes = [Wish(case, "promise", f"{key}:{case.number}", {"promise": "agreed"}) for case in open_here]
    told = act_many(wishes, by=reading.actor_of(task.seat), on=on)
    return next((one for one in told if isinstance(one, Refused)), None)


def decline(task: Task, case: Case, why: str, *, on: datetime, key: str) -> None:
    """Leave the seat to the next in drawn order."""
    act(case, "decline", by=reading.actor_of(task.seat), on=on, key=key, data={"why": why})


def filed_by(task: Task, number: str, key: str) -> Piece | None:
    """The case for which this seat filed something under `key`, with that act: a request sent twice finds its record."""
    piece = next((one for one in task.pieces if one.case.number == number), None)
    actor = f"label:{task.seat.label}"
    told = Record.objects.filter(actor=actor, key=key, subject_kind="case", subject=number).first()
    if piece is None or told is None:
        return None
    acts = pages_of(task.seat.draw.round).flow_of(piece.case).acts
    return replace(piece, act=acts[told.act]) if told.act in acts else None
