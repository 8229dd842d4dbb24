"""What a programme says of its running projects: what its words name is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

from kechuang.casework.book.params import worth
from kechuang.words.outcome import BadPage
from kechuang.words.period import Term
from kechuang.words.phrase import Phrase

AT = re.compile(r"none|\d{1,2} ?% of term", re.ASCII)
SITE, PASS = "check_site", "pass_midterm"
LISTED = "subprojects"
UNPAID = ("no_next_round", "told_at_acceptance")  # what may follow where a co-funder has not paid
DELIVERED = "delivered"  # the table of the final file for what has no field of its own
GATES_SHARE = "gates_share"
TERMS = frozenset({"casework.term_least", "casework.term_most"})


def running(body: Mapping[str, Any], acts: Collection[str]) -> Iterator[BadPage]:
    """Faults of terms, mid-term, acceptance and what is delivered; `acts` are those that the programme's flows have."""
    yield from _contributions(body.get("contributions") or {})
    yield from _terms(body)
    yield from _midterm(body)
    yield from _acceptance(body, acts)
    yield from _deliverables(body)


def _fields(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(f.get("code")): f for s in body.get("form", {}).get("sections", ()) for f in s.get("fields", ())}


def _columns(body: Mapping[str, Any], field: str) -> dict[str, str]:
    """The kinds of the columns of a table of the form, by code; none if it is no table."""
    table = _fields(body).get(field, {})
    return {str(one.get("code")): str(one.get("kind")) for one in table.get("columns", ())}


def _midterm(body: Mapping[str, Any]) -> Iterator[BadPage]:
    said = body.get("midterm") or {}
    if said and not AT.fullmatch(str(said.get("at", "none"))):
        yield BadPage("midterm.at", "{at} is no time of the term", "write 50 % of term, or none", at=said["at"])
    if "gates" not in said:
        return
    columns = _columns(body, str(said["gates"]))
    if columns.get("at") != "date":
        yield BadPage(
            "midterm.gates",
            "{gates} is no table of the form with a date `at`",
            "name such a table",
            gates=said["gates"],
        )
    if "money_after" in columns:
        if columns["money_after"] != "ratio":
            yield BadPage("midterm.gates", "the column money_after is no ratio", "let its kind be ratio")
        if not any(row.get("upon") == PASS for row in body.get("instalments", ())):
            yield BadPage("midterm.gates", "no instalment waits for a gate", "let one say upon: {act}", act=PASS)
        yield from _shares(body)


def _shares(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """What the gates of the form come to together is what waits for them: the parameter by which its rule adds them up."""
    told = body.get("params", {}).get(GATES_SHARE)
    if told is None:
        yield BadPage(
            "midterm.gates",
            "there is no parameter {param}",
            "declare it, and a rule that adds up to it",
            param=GATES_SHARE,
        )
        return
    waiting = [(n, row) for n, row in enumerate(body.get("instalments", ())) if row.get("upon") == PASS]
    whole = sum((Fraction(str(worth(row.get("share", "0 %")))) for _, row in waiting), Fraction(0))
    for day, share in told.get("value", {}).items():
        if worth(share) != whole:
            why = Phrase(
                "the gates pay {share} together, the instalments that wait for them {whole} %",
                share=share,
                whole=whole * 100,
            )
            yield BadPage(f"params.{GATES_SHARE}.value.{day}", why, "let the two agree")


def _contributions(said: Mapping[str, Any]) -> Iterator[BadPage]:
    for n, name in enumerate(said.get("unpaid", ())):
        if name not in UNPAID:
            yield BadPage(
                f"contributions.unpaid.{n}",
                "nothing called {name} follows",
                "one of {known}",
                name=name,
                known=tuple(UNPAID),
            )
    if said:
        try:
            Term.parse(str(said.get("due")))
        except ValueError:
            yield BadPage("contributions", "it is not said until when a share is due", "write due: 60 日")


def _terms(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """The months of a track bound the term of the form, so the form has one, and asks for its bounds."""
    asked = {str(fact.get("from")) for fact in body.get("facts", {}).values() if isinstance(fact, Mapping)}
    for code, track in (body.get("tracks") or {}).items():
        if "months" in track and not asked >= TERMS:
            yield BadPage(f"tracks.{code}.months", "the page asks for no term", "leave it out, or use the part basics")


def _deliverables(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """What has to be delivered lies in a field of the acceptance that is there, or in the table for the rest."""
    fields = {str(one.get("code")) for one in (body.get("acceptance") or {}).get("fields", ())}
    for n, row in enumerate(body.get("deliverables", ())):
        name = str(row.get("field", DELIVERED))
        if row.get("required") is True and name not in fields:
            yield BadPage(
                f"deliverables.{n}", "acceptance has no field {name}", "name one of its fields in field:", name=name
            )


def _acceptance(body: Mapping[str, Any], acts: Collection[str]) -> Iterator[BadPage]:
    said = body.get("acceptance") or {}
    if "site" in said:
        if said["site"] != "required":
            yield BadPage(
                "acceptance.site", "{site} says nothing", "write required, or leave it out", site=said["site"]
            )
        elif acts and SITE not in acts:
            yield BadPage(
                "acceptance.site", "the flow has no act {site}", "name a flow that has it, or leave site out", site=SITE
            )
    if said.get("sub_first") and "name" not in _columns(body, LISTED):
        yield BadPage(
            "acceptance.sub_first",
            "the form has no table {table} with a name",
            "add it, or leave this out",
            table=LISTED,
        )
