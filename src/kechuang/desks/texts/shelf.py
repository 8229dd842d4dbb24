"""Where the arrays of the search lie: a folder for each part, and one page that names those in force, changed at a stroke."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from django.conf import settings

from kechuang.engines.match import Part, Visible

PAGE = "in-force.json"
KEPT = 3  # older parts that a reader may still be opening


@dataclass(frozen=True, slots=True)
class State:
    """What the arrays hold: up to which record, which edition of the book, as of when, in which parts.

    `sweep` is how far the first look at everything has come, (table, last key); None once it is done. `reading` is the
    way in which things were read: a later release reads more of them and looks at everything again.
    """

    record: int
    sweep: tuple[int, int] | None
    edition: str
    as_of: datetime
    parts: tuple[str, ...]
    number: int
    reading: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """What one run wrote: the parts now, the last number given, the rows."""

    parts: tuple[str, ...]
    number: int
    written: tuple[int, ...]


NOTHING = State(0, (0, 0), "", datetime(2000, 1, 1, tzinfo=UTC), (), 0)


def folder() -> Path:
    return Path(settings.DATA) / "search"


def state() -> State:
    """What is in force; nothing yet where the page is not there."""
    try:
        told = json.loads((folder() / PAGE).read_text("utf-8"))
    except FileNotFoundError:
        return NOTHING
    moment = datetime.fromisoformat(told["as_of"])
    sweep = tuple(told["sweep"]) if told["sweep"] else None
    return State(
        told["record"], sweep, told["edition"], moment, tuple(told["parts"]), told["number"], told.get("reading", 0)
    )


def publish(new: State) -> None:
    """Put a new page in the place of the old one, and let go of parts that no page has named for a while."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {**asdict(new), "as_of": new.as_of.isoformat()}
    partial = folder() / f"{PAGE}.partial"
    partial.write_text(json.dumps(told), "utf-8")
    os.replace(partial, folder() / PAGE)
    for one in folder().iterdir():
        if one.is_dir() and one.name not in new.parts and int(one.name) <= new.number - KEPT:
            shutil.rmtree(one)


def save(part: Part, number: int) -> str:
    """Write a part into a folder of its own; its name."""
    name = f"{number:08d}"
    place = folder() / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    for one, array in part.arrays().items():
        np.save(place / f"{one}.npy", array)
    return name


def load(name: str) -> Part:
    """A part mapped from its folder, not read."""
    place = folder() / name
    return Part.of({one.stem: np.load(one, mmap_mode="r") for one in place.glob("*.npy")})


_opened: dict[str, tuple[tuple[str, ...], Visible]] = {}
TRIES = 3


def opened() -> tuple[Visible, State]:
    """The arrays in force, opened once a process for each page; the worker may change the page meanwhile."""
    here = str(folder())
    for _ in range(TRIES):
        told = state()
        kept = _opened.get(here)
        if kept and kept[0] == told.parts:
            return kept[1], told
        try:
            visible = Visible([load(name) for name in told.parts])
        except (FileNotFoundError, KeyError):
            continue
        _opened[here] = (told.parts, visible)
        return visible, told
    return Visible(), NOTHING
