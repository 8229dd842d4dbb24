"""The tree of regions: GB/T 2260 codes, of which the first two, four and six digits name region, league and county."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A region, league, city, banner or county by its six-digit code."""

    code: str
    zh: str
    en: str = ""

    @property
    def league(self) -> str:
        return league_of(self.code)


def league_of(code: str) -> str:
    """The code of the league or city that `code` lies in."""
    return code[:4] + "00"


def lies_in(code: str, place: str) -> bool:
    """Whether `code` is `place` or lies inside it."""
    significant = place[:2] if place.endswith("0000") else place[:4] if place.endswith("00") else place
    return code.startswith(significant)
