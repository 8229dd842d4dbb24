"""Rows of a programme that hold for some only: `for: [guided, county]`, `for: {tracks: [platform]}`, `for: {experts: [finance]}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def tracks_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The tracks a row is for; none named means all."""
    told = row.get("for") or ()
    return tuple(told.get("tracks", ()) if isinstance(told, Mapping) else told)


def for_track(rows: Iterable[Mapping[str, Any]], track: str) -> list[Mapping[str, Any]]:
    """The sheets or instalments that hold for `track`, in the order of the page."""
    return [row for row in rows if not tracks_of(row) or track in tracks_of(row)]


def kinds_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of experts a sheet is for; none named means all."""
    told = row.get("for") or ()
    return tuple(told.get("experts", ()) if isinstance(told, Mapping) else ())


def for_kind(rows: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    """The sheets that an expert of that kind may fill in, in the order of the page."""
    return [row for row in rows if not kinds_of(row) or kind in kinds_of(row)]
