"""Rows of a programme that hold for some tracks only: `for: [guided, county]`, or `for: {tracks: [platform]}`."""

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
