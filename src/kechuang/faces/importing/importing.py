"""One import: read, check everything, then take all of it or nothing, unless bad rows are to be skipped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kechuang.casework import pages
from kechuang.casework.actor import Actor
from kechuang.casework.takeover import past_round, take_over
from kechuang.desks.experts.taking_in import take_in
from kechuang.faces.importing import checking, tables
from kechuang.faces.importing.checking import Fault
from kechuang.parties.models import Person


@dataclass(frozen=True, slots=True)
class Told:
    """What an import came to: rows read, taken anew, there before, and each fault. `done` is False if nothing was taken."""

    rows: int
    new: int
    there: int
    faults: tuple[Fault, ...]
    done: bool


def import_cases(
    path: Path, round_code: str, *, by: Person | Actor, on: datetime, skip_bad: bool = False,
    programme: str = "nsf-general", told: Callable[[int], object] = str,
) -> Told:  # fmt: skip
    """Projects of a table as cases of the round `round_code`, which is opened as a past one if it is not there."""
    columns = pages.current().page("imports").body["cases"]["columns"]
    read = checking.checked(tables.rows_of(path), columns)
    count = len(read.good) + len({f.row for f in read.faults})
    if not read.good or (read.faults and not skip_bad):
        return Told(count, 0, 0, read.faults, False)
    projects = [checking.project_of(values, on.date()) for _, values in read.good]
    year = max((values.get("year") or values["start"].year for _, values in read.good), default=on.year)
    round_ = past_round(round_code, programme=programme, year=year, by=by, on=on)
    taken = take_over(round_, projects, by=by, on=on, told=told)
    return Told(count, taken.new, taken.there, read.faults, True)


def import_experts(path: Path, *, by: Person | Actor, on: datetime, skip_bad: bool = False) -> Told:
    """The people of a table as entries of the expert pool."""
    columns = pages.current().page("imports").body["experts"]["columns"]
    read = checking.checked(tables.rows_of(path), columns)
    count = len(read.good) + len({f.row for f in read.faults})
    if not read.good or (read.faults and not skip_bad):
        return Told(count, 0, 0, read.faults, False)
    taken = take_in((values for _, values in read.good), by=by, on=on)
    return Told(count, taken.new, taken.there, read.faults, True)
