"""Who may not review what: the recusal graph, from facts given as values and the dated rules of the round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from kechuang.words.outcome import BadPage
from kechuang.words.period import add_months

TIES = ("worked_there", "relative", "coauthor", "joint_project", "mentor", "interest")
CODES = ("same_legal_person", *TIES, "same_round", "named_by_applicant", "declared", "under_sanction")


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to step aside: how many years back it reaches (None: for ever) and whether it is hard or a warning."""

    code: str
    years: int | None = None
    level: str = "hard"


class Expert(NamedTuple):
    """An expert as the curtain shows him to this engine: his id in the pool, his person id, the units he belongs to."""

    id: str
    person: str
    units: frozenset[str] = frozenset()


class Project(NamedTuple):
    """A project by its id, the units that apply (partners too), and the people of its team."""

    id: str
    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()


class Tie(NamedTuple):
    """What binds an expert to a person or unit: one of TIES, until a day (None: it lasts)."""

    expert: str
    other: str
    code: str
    until: date | None = None


class Edge(NamedTuple):
    """`expert` may not review `project`, because of `code`; `other` is the party it comes from, for supervision."""

    project: str
    expert: str
    code: str
    level: str = "hard"
    other: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known on the day: ties; (project, expert) pairs named or declared; sanctions as expert → last day."""

    ties: Sequence[Tie] = ()
    named: Collection[tuple[str, str]] = ()
    declared: Collection[tuple[str, str]] = ()
    sanctions: Mapping[str, date | None] | None = None


def rules_from(rows: Iterable[Mapping[str, Any]], *, path: str = "recuse") -> dict[str, Rule]:
    """The rules of a page's `recuse` rows, by code; BadPage for a code this engine does not know."""
    rules = {}
    for number, row in enumerate(rows):
        at = f"{path}[{number}]"
        if row.get("code") not in CODES:
            raise BadPage(
                at,
                "{code!r} is no reason for recusal",
                "write one of {codes}",
                code=row.get("code"),
                codes=tuple(CODES),
            )
        if row.get("level", "hard") not in ("hard", "warn"):
            raise BadPage(at, "{level!r} is no level", "write hard or warn", level=row["level"])
        rules[row["code"]] = Rule(row["code"], row.get("years"), row.get("level", "hard"))
    return rules


def edges(
    projects: Sequence[Project], experts: Sequence[Expert], *, facts: Facts, rules: Mapping[str, Rule], on: date
) -> tuple[Edge, ...]:
    """Every recusal in force on the day, sorted; codes without a rule make none."""
    found = {
        *_same_unit(projects, experts),
        *_tied(projects, experts, facts.ties, rules, on),
        *_same_round(projects, experts),
        *(Edge(project, expert, "named_by_applicant") for project, expert in facts.named),
        *(Edge(project, expert, "declared") for project, expert in facts.declared),
        *_sanctioned(projects, facts.sanctions or {}, on),
    }
    known = {expert.id for expert in experts}
    kept = (e._replace(level=rules[e.code].level) for e in found if e.code in rules and e.expert in known)
    return tuple(sorted(kept))


def hard(graph: Iterable[Edge]) -> frozenset[tuple[str, str]]:
    """The (project, expert) pairs that must never meet: what a draw takes."""
    return frozenset((e.project, e.expert) for e in graph if e.level == "hard")


def in_reach(until: date | None, rule: Rule, on: date) -> bool:
    """Whether what lasted until that day still counts; the day exactly `years` later is the last that does."""
    return until is None or rule.years is None or until >= add_months(on, -12 * rule.years)


def _same_unit(projects: Sequence[Project], experts: Sequence[Expert]) -> Iterable[Edge]:
    members: dict[str, list[str]] = {}
    for expert in experts:
        for unit in expert.units:
            members.setdefault(unit, []).append(expert.id)
    for project in projects:
        for unit in project.units:
            for one in members.get(unit, ()):
                yield Edge(project.id, one, "same_legal_person", other=unit)


def _tied(
    projects: Sequence[Project], experts: Sequence[Expert], ties: Sequence[Tie], rules: Mapping[str, Rule], on: date
) -> Iterable[Edge]:
    touched: dict[str, list[str]] = {}
    for project in projects:
        for party in project.units | project.people:
            touched.setdefault(party, []).append(project.id)
    for tie in ties:
        if tie.code not in TIES:
            raise ValueError(f"{tie.code!r} is no tie")
        if tie.code in rules and in_reach(tie.until, rules[tie.code], on):
            for project_id in touched.get(tie.other, ()):
                yield Edge(project_id, tie.expert, tie.code, other=tie.other)


def _same_round(projects: Sequence[Project], experts: Sequence[Expert]) -> Iterable[Edge]:
    """Who applies or takes part in this round reviews nothing in it."""
    applying = {person for project in projects for person in project.people}
    for expert in experts:
        if expert.person in applying:
            for project in projects:
                yield Edge(project.id, expert.id, "same_round", other=expert.person)


def _sanctioned(projects: Sequence[Project], sanctions: Mapping[str, date | None], on: date) -> Iterable[Edge]:
    """A sanction stops blocking the day after its last day."""
    for expert, until in sanctions.items():
        if until is None or until >= on:
            for project in projects:
                yield Edge(project.id, expert, "under_sanction")
