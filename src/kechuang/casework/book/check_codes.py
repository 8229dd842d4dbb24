"""What holds for places and code systems: every county lies in a league, every code has a length of its system, none stands twice."""

from __future__ import annotations

from collections.abc import Iterator

from kechuang.casework.shelf.reader import Page
from kechuang.words.outcome import BadPage
from kechuang.words.place import league_of


def places(page: Page) -> Iterator[BadPage]:
    """Faults of the leagues, the listed cities and the counties, by path inside the page."""
    body = page.body
    leagues = {row["code"] for row in body.get("leagues", ())}
    seen: set[str] = set()
    for n, row in enumerate(body.get("counties", ())):
        code, path = str(row.get("code")), f"counties.{n}.code"
        if len(code) != 6 or league_of(code) not in leagues:
            yield BadPage(path, f"there is no league {league_of(code)}", "see the table of leagues")
        if code in seen:
            yield BadPage(path, f"{code} stands twice", "leave one of them out")
        seen.add(code)
    wanted = body.get("counts", {}).get("counties", len(seen))
    if wanted != len(seen):
        yield BadPage("counts.counties", f"{wanted} counties are told, {len(seen)} are listed", "let them agree")


def system(page: Page) -> Iterator[BadPage]:
    """Faults of a code system."""
    body = page.body
    for key in ("system", "lengths", "codes"):
        if not body.get(key):
            yield BadPage(key, f"the code system has no {key}", "write system: …, lengths: [3, 5, 7], codes: {…}")
            return
    for code in body["codes"]:
        if len(str(code)) not in body["lengths"]:
            yield BadPage(f"codes.{code}", f"{code} has none of the lengths of its system", "mend the code or lengths")
