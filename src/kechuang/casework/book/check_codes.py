"""What holds for places and code systems: every county lies in a league, every code has a length of its system, none stands twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kechuang.casework.shelf.reader import Page
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase
from kechuang.words.place import league_of


def places(page: Page) -> Iterator[BadPage]:
    """Faults of the leagues, the listed cities and the counties, by path inside the page."""
    body = page.body
    leagues = {row["code"] for row in body.get("leagues", ())}
    seen: set[str] = set()
    for n, row in enumerate(body.get("counties", ())):
        code, path = str(row.get("code")), f"counties.{n}.code"
        if len(code) != 6 or league_of(code) not in leagues:
            yield BadPage(path, "there is no league {league}", "see the table of leagues", league=league_of(code))
        if code in seen:
            yield BadPage(path, "{code} stands twice", "leave one of them out", code=code)
        seen.add(code)
    yield from _told(
        body, {"counties": len(seen), "statistical": len(leagues), "recommending": len(recommending(body))}
    )
    for n, city in enumerate(body.get("listed_cities", ())):
        if city.get("counted_in") not in leagues:
            yield BadPage(
                f"listed_cities.{n}.counted_in",
                "there is no league {league}",
                "name one",
                league=city.get("counted_in"),
            )
    for code, group in body.get("groups", {}).items():
        for n, place in enumerate(group.get("places", ())):
            if place not in leagues | seen:
                yield BadPage(
                    f"groups.{code}.places.{n}", "there is no place {place}", "see leagues and counties", place=place
                )
    for n, example in enumerate(body.get("examples", ())):
        yield from _example(body, example, f"examples.{n}")


def _told(body: Mapping[str, Any], counted: Mapping[str, int]) -> Iterator[BadPage]:
    for name, wanted in body.get("counts", {}).items():
        if name in counted and wanted != counted[name]:
            why = Phrase(
                "{wanted} {name} are told, {counted} are listed", wanted=wanted, name=name, counted=counted[name]
            )
            yield BadPage(f"counts.{name}", why, "let them agree")


def recommending(body: Mapping[str, Any]) -> dict[str, str]:
    """The places that recommend by themselves, each with the league it is counted in."""
    rows = [*body.get("leagues", ()), *body.get("listed_cities", ())]
    return {row["code"]: str(row.get("counted_in", row["code"])) for row in rows if row.get("recommends") is True}


def _example(body: Mapping[str, Any], example: Mapping[str, Any], path: str) -> Iterator[BadPage]:
    """Where a code is counted and by whom it is recommended; of a former code, which league it was and what it is now."""
    code, counted = str(example.get("code")), recommending(body)
    league = league_of(code)
    came: dict[str, Any] = {"counted_in": counted.get(code, league), "recommender": code if code in counted else league}
    came["league"] = league
    for row in body.get("leagues", ()):
        former = row.get("formerly", {}).get("code")
        if former == league and isinstance(day := example.get("day"), date) and day < row["since"]:
            came["now"] = row["code"]
    for name in example.keys() - {"code", "day"}:
        if came.get(name) != example[name]:
            yield BadPage(f"{path}.{name}", "comes to {came}", "mend the example or the table", came=came.get(name))


def system(page: Page) -> Iterator[BadPage]:
    """Faults of a code system."""
    body = page.body
    for key in ("system", "lengths", "codes"):
        if not body.get(key):
            yield BadPage(
                key, "the code system has no {key}", "write system: …, lengths: [3, 5, 7], codes: {…}", key=key
            )
            return
    for code in body["codes"]:
        if len(str(code)) not in body["lengths"]:
            yield BadPage(
                f"codes.{code}", "{code} has none of the lengths of its system", "mend the code or lengths", code=code
            )
