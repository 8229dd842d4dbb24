"""What the projects desk can be asked: whether someone may apply, told in the page's own sentences, and what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kechuang.casework import curtain
from kechuang.casework.book.conditions import USUAL_STAGES, params_known, scope_of
from kechuang.casework.models import Case
from kechuang.casework.pages import Pages, day_of, pages_of
from kechuang.desks.projects import limits
from kechuang.desks.projects.models import Change, Overdue
from kechuang.engines import forms
from kechuang.formula import UNKNOWN, evaluate, parse
from kechuang.parties.models import Organisation, Person
from kechuang.words.reason import required


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of the page: what is wrong where it fails, else what has to hold; whether it does; the facts behind it.

    `holds` is None while something it needs is not known: then it is looked at again on submission.
    """

    code: str
    text: Any
    holds: bool | None
    blocks: bool
    limit: bool
    facts: tuple[tuple[Any, Any, str], ...] = ()


def gates(case: Case, on: datetime) -> tuple[Gate, ...]:
    """Every condition and limit of the round's page for this case, saved or about to be opened."""
    pages = pages_of(case.round)
    asking = _Asking(case, pages, on)
    tables = (("eligibility", False), ("limits", True))
    rows = ((row, limit) for table, limit in tables for row in pages.programme.get(table, ()))
    return tuple(asking.gate(row, limit) for row, limit in rows)


class _Asking:
    """One case asked about many conditions: each fact is read once."""

    def __init__(self, case: Case, pages: Pages, on: datetime) -> None:
        self.case, self.pages, self.on = case, pages, on
        self.params = params_known(pages.programme, day_of(on))
        self.values = forms.typed(pages.form, case.answers) if case.answers else {}
        self.told: dict[str, object] = {}

    def known(self, name: str) -> object:
        if name not in self.told:
            offer = self.pages.form_facts.get(name)
            found = curtain.fact(offer, self.case, self.on) if offer else self.values.get(name)
            self.told[name] = UNKNOWN if found is None else found
        return self.told[name]

    def gate(self, row: Any, limit: bool) -> Gate:
        wanted = parse(row["when"])
        opens = "open" in row.get("at", USUAL_STAGES)
        scope = scope_of(wanted, self.params, self.known) if opens else {}
        value = evaluate(wanted, scope) if opens else UNKNOWN
        holds = value if isinstance(value, bool) else None
        facts = tuple(fact for name in sorted(wanted.names) if (fact := self.fact(name))) if limit else ()
        said = {"zh": row["zh"], "en": row["en"]} if holds is False else required(row)
        return Gate(row["code"], said, holds, row.get("level") != "warn", limit, facts)

    def fact(self, name: str) -> tuple[Any, Any, str] | None:
        """A number behind a limit: its title, its value, its unit."""
        said = self.pages.programme.get("facts", {}).get(name)
        if not isinstance(said, dict):
            said = said if hasattr(said, "get") else None
        value = self.told.get(name)
        if said is None or not isinstance(value, int) or isinstance(value, bool):
            return None
        return {"zh": said["zh"], "en": said["en"]}, value, str(said.get("unit", ""))


@dataclass(frozen=True, slots=True)
class Holding:
    """What someone leads and joins today."""

    led: int
    joined: int
    overdue: int


def holding(person: Person, on: datetime) -> Holding:
    """Projects led and joined as a main member that run today, and those overdue."""
    led, joined = limits.running(person)
    late = Overdue.objects.filter(case__leader=person, cleared_on=None).count()
    return Holding(led, joined, late)


def award_of(case: Case) -> int | None:
    """Fen awarded to the case, None before a decision."""
    award = getattr(case, "award", None)
    return award.fen if award else None


def as_they_stood(cases: Sequence[Case], on: datetime) -> list[Case]:
    """The cases with unit, leader and place as at `on`, not saved: a list that was published names who was on it then.

    Three queries at most, however many cases.
    """
    later = Change.objects.filter(case__in=cases, on__gt=on).order_by("-on", "-pk")
    told: dict[int, dict[str, str]] = defaultdict(dict)
    for row in later:
        told[row.case_id] |= {name: row.before[name] for name in ("applicant", "leader") if row.before.get(name)}
    pids = {name: {said[name] for said in told.values() if name in said} for name in ("applicant", "leader")}
    units = (
        {one.pid: one for one in Organisation.objects.filter(pid__in=pids["applicant"])} if pids["applicant"] else {}
    )
    people = {one.pid: one for one in Person.objects.filter(pid__in=pids["leader"])} if pids["leader"] else {}
    for case in cases:
        said = told.get(case.pk, {})
        if unit := units.get(said.get("applicant", "")):
            case.applicant, case.place = unit, unit.place
        case.leader = people.get(said.get("leader", ""), case.leader)
    return list(cases)
