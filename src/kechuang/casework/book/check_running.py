"""What a programme says of its running projects: words that nobody reads are no words, and what they name is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from kechuang.words.outcome import BadPage

SECTIONS = {
    "progress": frozenset({"use", "fields", "form", "without", "facts", "title", "zh", "en"}),
    "midterm": frozenset({"use", "at", "fields", "form", "without", "gates", "facts", "title", "zh", "en"}),
    "acceptance": frozenset({"use", "fields", "form", "without", "sheet", "site", "sub_first", "results", "facts", "title", "zh", "en"}),
    "tracking": frozenset({"years", "indicators", "zh", "en"}),
}  # fmt: skip
AT = re.compile(r"none|\d{1,2} ?% of term", re.ASCII)
SITE, PASS = "check_site", "pass_midterm"
LISTED = "subprojects"


def running(body: Mapping[str, Any], acts: Collection[str]) -> Iterator[BadPage]:
    """Faults of progress, mid-term, acceptance and tracking; `acts` are those that the programme's flows have."""
    for name, known in SECTIONS.items():
        for key in (body.get(name) or {}).keys() - known:
            yield BadPage(f"{name}.{key}", f"nobody reads {key} of {name}", f"one of {', '.join(sorted(known))}")
    yield from _midterm(body)
    yield from _acceptance(body, acts)


def _fields(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(f.get("code")): f for s in body.get("form", {}).get("sections", ()) for f in s.get("fields", ())}


def _columns(body: Mapping[str, Any], field: str) -> dict[str, str]:
    """The kinds of the columns of a table of the form, by code; none if it is no table."""
    table = _fields(body).get(field, {})
    return {str(one.get("code")): str(one.get("kind")) for one in table.get("columns", ())}


def _midterm(body: Mapping[str, Any]) -> Iterator[BadPage]:
    said = body.get("midterm") or {}
    if said and not AT.fullmatch(str(said.get("at", "none"))):
        yield BadPage("midterm.at", f"{said['at']} is no time of the term", "write 50 % of term, or none")
    if "gates" not in said:
        return
    columns = _columns(body, str(said["gates"]))
    if columns.get("at") != "date":
        yield BadPage("midterm.gates", f"{said['gates']} is no table of the form with a date `at`", "name such a table")
    if "money_after" in columns:
        if columns["money_after"] != "ratio":
            yield BadPage("midterm.gates", "the column money_after is no ratio", "let its kind be ratio")
        if not any(row.get("upon") == PASS for row in body.get("instalments", ())):
            yield BadPage("midterm.gates", "no instalment waits for a gate", f"let one say upon: {PASS}")


def _acceptance(body: Mapping[str, Any], acts: Collection[str]) -> Iterator[BadPage]:
    said = body.get("acceptance") or {}
    if "site" in said:
        if said["site"] != "required":
            yield BadPage("acceptance.site", f"{said['site']} says nothing", "write required, or leave it out")
        elif acts and SITE not in acts:
            yield BadPage(
                "acceptance.site", f"the flow has no act {SITE}", "name a flow that has it, or leave site out"
            )
    if said.get("sub_first") and "name" not in _columns(body, LISTED):
        yield BadPage(
            "acceptance.sub_first", f"the form has no table {LISTED} with a name", "add it, or leave this out"
        )
