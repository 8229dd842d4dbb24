"""The page of likeness: its lines are shares, its weights whole numbers, every section named once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kechuang.words.outcome import BadPage
from kechuang.words.quantity import quantity

LINES = ("look", "near", "warn", "section", "goal")
COUNTS = ("shortest", "nearest", "always", "shown", "other")
LISTS = ("goals", "budget", "amounts")
MOST_WEIGHT = 10


def likeness(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every fault of the page, by its place."""
    lines = body.get("lines") or {}
    for name in LINES:
        if not _share((lines.get(name) or {}).get("value")):
            yield BadPage(f"lines.{name}", "the line is no share from 0 to 100 %", "write {value: 30 %, zh: …, en: …}")
    for name in COUNTS:
        if not isinstance(body.get(name), int) or body[name] < 1:
            yield BadPage(name, "{name} is no whole number of at least 1", "write {name}: with a number", name=name)
    for name in LISTS:
        if not isinstance(body.get(name), list):
            yield BadPage(name, "{name} is no list of names", "write {name}: [ … ]", name=name)
    if "results" in body and "." not in str(body["results"]):
        yield BadPage("results", "results is no name of a table", "write results: projects.results")
    yield from _weights(body.get("weights"))


def _share(text: Any) -> bool:
    try:
        read = quantity(text)
    except (TypeError, ValueError, AttributeError):
        return False
    return read.kind == "rate" and 0 <= read.value <= 1


def _weights(rows: Any) -> Iterator[BadPage]:
    seen: dict[str, int] = {}
    for number, row in enumerate(rows or ()):
        weight, fields = row.get("weight"), row.get("fields")
        if not isinstance(weight, int) or not 0 <= weight <= MOST_WEIGHT or not isinstance(fields, list):
            yield BadPage(
                f"weights.{number}",
                "a row is a weight and its fields",
                "weight: 0 to {most}, fields: [ … ]",
                most=MOST_WEIGHT,
            )
            continue
        for field in fields:
            if seen.setdefault(str(field), number) != number:
                yield BadPage(
                    f"weights.{number}.fields",
                    "{field} is weighed in row {row} already",
                    "once",
                    field=field,
                    row=seen[str(field)] + 1,
                )
