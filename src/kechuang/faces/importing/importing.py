"""One import: read, check everything, then take all of it or nothing, unless bad rows are to be skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kechuang.casework import pages, registers
from kechuang.casework.actor import Actor
from kechuang.casework.models import Round
from kechuang.casework.pages import day_of
from kechuang.casework.takeover import past_round, take_over
from kechuang.desks.experts.taking_in import take_in
from kechuang.faces.importing import checking, tables
from kechuang.faces.importing.checking import Fault
from kechuang.parties.models import Person
from kechuang.words.outcome import Refused


@dataclass(frozen=True, slots=True)
class Told:
    """What an import came to: rows read, taken anew, there before, and each fault. `done` is False if nothing was taken."""

    rows: int
    new: int
    there: int
    faults: tuple[Fault, ...]
    done: bool
    unread: tuple[str, ...] = ()  # heads that no column is called


def import_cases(
    path: Path, round_code: str, *, by: Person | Actor, on: datetime, skip_bad: bool = False,
    programme: str = "nsf-general", institution: str = "", told: Callable[[int], object] = str,
) -> Told:  # fmt: skip
    """Projects of a table as cases of the round `round_code`, which is opened as a past one if it is not there."""
    columns = pages.current().page("imports").body["cases"]["columns"]
    there = Round.objects.filter(code=round_code).first()
    known = pages.pages_of(there) if there else pages.pages_for(programme)
    read = checking.fitting(checking.checked(tables.rows_of(path), columns), known.flow(known.main_flow), columns)
    count = len(read.good) + len({f.row for f in read.faults})
    if not read.good or (read.faults and not skip_bad):
        return Told(count, 0, 0, read.faults, False, read.unread)
    projects = [checking.project_of(values, day_of(on)) for _, values in read.good]
    year = max((values.get("year") or values["start"].year for _, values in read.good), default=on.year)
    round_ = past_round(round_code, programme=programme, year=year, by=by, on=on, institution=institution)
    taken = take_over(round_, projects, by=by, on=on, told=told)
    return Told(count, taken.new, taken.there, read.faults, True, read.unread)


def import_experts(
    path: Path, *, by: Person | Actor, on: datetime, skip_bad: bool = False, told: Callable[[int], object] = str
) -> Told:
    """The people of a table as entries of the expert pool."""
    columns = pages.current().page("imports").body["experts"]["columns"]
    read = checking.checked(tables.rows_of(path), columns)
    count = len(read.good) + len({f.row for f in read.faults})
    if not read.good or (read.faults and not skip_bad):
        return Told(count, 0, 0, read.faults, False, read.unread)
    taken = take_in((values for _, values in read.good), by=by, on=on, told=told)
    return Told(count, taken.new, taken.there, read.faults, True, read.unread)


def import_rows(code: str, path: Path, *, by: Person, on: datetime, key: str, skip_bad: bool = False) -> Told:
    """The rows of a table as entries of the register `code`; what a row names and nobody knows is a fault of that row."""
    register, columns = registers.find(code), pages.current().page("imports").body[code]["columns"]
    read = checking.checked(tables.rows_of(path), columns)
    good, faults = [], list(read.faults)
    for number, values in read.good:
        said = {name: value for name, value in values.items() if value is not None}
        try:
            good.append(registers.resolved(register, said, by))
        except Refused as refusal:
            faults.append(Fault(number, columns[register.unit]["zh"], refusal.reasons[0]))
    count = len(read.good) + len({fault.row for fault in read.faults})
    if not good or (faults and not skip_bad):
        return Told(count, 0, 0, tuple(faults), False, read.unread)
    taken = registers.enter(register, good, by=by, on=on, key=key)
    return Told(count, taken.new + taken.changed, taken.there, tuple(faults), True, read.unread)
