"""Who may sit for a group: facts for the recusal graph, and the frozen pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from kechuang.casework import curtain
from kechuang.casework.models import Case, Member, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.experts.models import Coauthorship, Conflict, Employer, Expert, Pool, PoolMembers
from kechuang.engines.panel import recusal
from kechuang.engines.panel.ceremony import pool_digest
from kechuang.engines.panel.quotas import Candidate, Quotas
from kechuang.parties.models import Employment, Organisation, Person, Tie
from kechuang.parties.prepared import Prepared
from kechuang.parties.steady import once

REGION = "15"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Group:
    """The cases that one panel reads together."""

    round: Round
    name: str
    mode: str
    cases: tuple[Case, ...]


def group_of(case: Case, mode: str) -> Group:
    """The group a case stands in; for acceptance and site visits the case alone."""
    if mode in ("mail", "panel") and case.group:
        rows = Case.objects.filter(round=case.round, group=case.group, parent=None, state__in=["grouped", case.state])
        return Group(case.round, case.group, mode, tuple(rows.select_related("applicant", "leader")))
    return Group(case.round, case.number, mode, (case,))


def members_of(pool: Pool) -> list[str]:
    """Public ids of the experts in a frozen pool; read behind the curtain."""
    return list(PoolMembers.objects.get(pool=pool).pids)


def owner_of(case: Case) -> Case:
    """The project behind a case: its parent where it is the child of one."""
    return case.parent or case


def freeze_pool(round_: Round, on: datetime) -> Pool:
    """Fix who can be drawn in this round; its digest is published before anything is drawn."""
    found = Pool.objects.filter(round=round_).first()
    if found:
        return found
    ready = Expert.objects.filter(standing="active", left_on=None, credit="good").exclude(person__standing="merged")
    ids = sorted(ready.values_list("pid", flat=True))
    digest = pool_digest(ids, rules=round_.frozen_id or "")
    pool = Pool.objects.create(round=round_, count=len(ids), digest=digest, on=on)
    PoolMembers.objects.create(pool=pool, pids=ids)
    return pool


TEAM = Prepared[tuple[str]](lambda case: Member.objects.filter(case=case).values_list("person__pid"))


def projects_of(group: Group, on: datetime) -> list[recusal.Project]:
    """The cases of a group as the recusal graph sees them: units with partners, people with the team of the project.

    Answers name parties by the entry they had then; where it was merged since, the one that stays is meant.
    """
    found = []
    for case in group.cases:
        owner = owner_of(case)
        team = {pid for (pid,) in TEAM.rows(owner.pk)}
        partners = (
            set(curtain.fact("projects.partner_units", owner, on)) if owner.project_no else _named_partners(owner)
        )
        units = partners | ({case.applicant.pid} if case.applicant else set())
        people = team | ({case.leader.pid} if case.leader else set())
        found.append(recusal.Project(case.number, frozenset(map(stays, units)), frozenset(map(stays, people))))
    return found


def _named_partners(case: Case) -> set[str]:
    return {str(row.get("party")) for row in case.answers.get("partners") or () if row.get("party")}


def recused(group: Group, experts: Iterable[Expert], on: datetime) -> tuple[recusal.Edge, ...]:
    """Every recusal between these experts and the cases of the group, by the dated rules of the round's page."""
    pool = list(experts)
    page = pages_of(group.round).programme.get("panel") or {}
    rules = recusal.rules_from(page.get("recuse", ()))
    people = [
        recusal.Expert(e.pid, stays(e.person.pid), frozenset({stays(e.person.unit.pid)} if e.person.unit else ()))
        for e in pool
    ]
    projects = steadily("projects", group.cases, lambda: projects_of(group, on))
    together = steadily("together", group.cases, lambda: together_with(projects))
    ties = [tie for e in pool for tie in once(("ties", e.pk), partial(_ties, e))]
    ties += [recusal.Tie(e.id, *shared) for e in people for shared in together.get(e.person, ())]
    facts = recusal.Facts(
        ties=ties, named=_named(group, people), declared=_declared(group), sanctions=_sanctions(pool, on)
    )
    found = recusal.edges(projects, people, facts=facts, rules=rules, on=day_of(on))
    return tuple(sorted({*found, *_applying(group, pool, rules)}))


def steadily(what: str, rows: Iterable[Any], ask: Callable[[], Value]) -> Value:
    """What `ask` says of these rows, asked once while a list of acts is carried out."""
    return once((what, *(row.pk for row in rows)), ask)


LEADS = Prepared[tuple[int]](
    lambda person, round_: Case.objects.filter(
        leader=person, round=round_, parent=None, received_at__isnull=False
    ).values_list("pk")
)
JOINS = Prepared[tuple[int]](
    lambda person, round_: Member.objects.filter(
        person=person, case__round=round_, case__parent=None, case__received_at__isnull=False
    ).values_list("pk")
)


def _applies(person: int, round_: int) -> bool:
    """Whether someone leads or takes part in what was handed in to this round."""
    return bool(LEADS.one(person, round_) or JOINS.one(person, round_))


def _applying(group: Group, pool: list[Expert], rules: Mapping[str, recusal.Rule]) -> Iterable[recusal.Edge]:
    """Who applies or takes part anywhere in this round, also outside the group, reviews nothing in it."""
    rule, round_ = rules.get("same_round"), group.round.pk
    for expert in pool if rule else ():
        if once(("applies", expert.person_id, round_), partial(_applies, expert.person_id, round_)):
            for case in group.cases:
                yield recusal.Edge(case.number, expert.pid, rule.code, rule.level, expert.person.pid)  # type: ignore[union-attr]


Row = tuple[Any, ...]
WORKED = Prepared[Row](
    lambda person: (
        Employment.objects.filter(person=person).exclude(until=None).values_list("organisation__pid", "until")
    )
)
TIED = Prepared[Row](
    lambda person: Tie.objects.filter(person=person).values_list("other__pid", "organisation__pid", "kind")
)
TIED_TO = Prepared[Row](lambda person: Tie.objects.filter(other=person).values_list("person__pid", "kind"))
WROTE = Prepared[Row](lambda person: Coauthorship.objects.filter(one=person).values_list("other__pid", "kind", "until"))
WROTE_TOO = Prepared[Row](
    lambda person: Coauthorship.objects.filter(other=person).values_list("one__pid", "kind", "until")
)
INTEREST = Prepared[Row](
    lambda expert: Employer.objects.filter(expert=expert).values_list("organisation__pid", "until")
)


def _ties(expert: Expert) -> list[recusal.Tie]:
    """Every unit and person that someone is tied to, from either side."""
    person = expert.person_id
    rows = [(party, "worked_there", until) for party, until in WORKED.rows(person)]
    rows += [(other or party, kind, None) for other, party, kind in TIED.rows(person)]
    rows += [(other, kind, None) for other, kind in TIED_TO.rows(person)]
    rows += [
        (other, kind if kind in recusal.TIES else "coauthor", until)
        for other, kind, until in [*WROTE.rows(person), *WROTE_TOO.rows(person)]
    ]
    rows += [(party, "interest", until) for party, until in INTEREST.rows(expert.pk)]
    return [recusal.Tie(expert.pid, stays(party), kind, until) for party, kind, until in rows if party]


def stays(pid: str) -> str:
    """The party that this entry stands for: itself, or the one it was merged into, however often."""
    gone = once("merged parties", _merged)
    seen = {pid}
    while pid in gone and gone[pid] not in seen:
        pid = gone[pid]
        seen.add(pid)
    return pid


MERGED = tuple(
    Prepared[tuple[str, str]](partial(lambda kind: kind.objects.exclude(merged_into=None).values_list("pid", "merged_into__pid"), kind))
    for kind in (Organisation, Person)
)  # fmt: skip


def _merged() -> dict[str, str]:
    return {pid: into for rows in MERGED for pid, into in rows.rows()}


FUNDED = Case.objects.filter(parent=None).exclude(project_no="")
LED = Prepared[Row](lambda pid: FUNDED.filter(leader__pid=pid).values_list("pk", "leader__pid", "ends_on"))
JOINED = Prepared[Row](lambda pid: FUNDED.filter(members__person__pid=pid).values_list("pk", "leader__pid", "ends_on"))


def together_with(projects: Iterable[recusal.Project]) -> dict[str, list[tuple[str, str, date | None]]]:
    """Who has done a funded project of this house with someone of these teams: with whom, and until when, by person."""
    found: dict[str, list[tuple[str, str, date | None]]] = {}
    for pid in sorted({one for project in projects for one in project.people}):
        for case, leader, until in [*LED.rows(pid), *JOINED.rows(pid)]:
            others = {stays(one) for one in ({leader} | {member for (member,) in TEAM.rows(case)}) if one} - {pid}
            for other in sorted(others):
                found.setdefault(other, []).append((pid, "joint_project", until))
    return found


def _named(group: Group, pool: Iterable[recusal.Expert]) -> set[tuple[str, str]]:
    by_person = {e.person: e.id for e in pool}
    unwanted = steadily("unwanted", group.cases, lambda: _unwanted(group))
    return {(number, by_person[pid]) for number, pid in unwanted if pid in by_person}


def _unwanted(group: Group) -> list[tuple[str, str]]:
    """Persons whom the applicants of a group would not be read by: at most three each."""
    return [
        (case.number, stays(pid))
        for case in group.cases
        for pid in (owner_of(case).answers.get("unsuitable_experts") or ())[:3]
    ]


DECLARED = Prepared[tuple[str]](
    lambda case: Conflict.objects.filter(case=case, why="conflict").values_list("seat__expert__pid")
)


def _declared(group: Group) -> set[tuple[str, str]]:
    """What was declared about a case, or about the project it is a child of."""
    known = {owner_of(case).pk: case.number for case in group.cases} | {case.pk: case.number for case in group.cases}
    return {(number, pid) for pk, number in known.items() for (pid,) in DECLARED.rows(pk)}


SANCTIONS = Prepared[Row](
    lambda expert: Expert.objects.filter(
        pk=expert, person__sanctions__scope__in=["review", "all"], person__sanctions__lifted_on=None
    ).values_list("person__sanctions__since", "person__sanctions__until")
)


def _sanctions(pool: list[Expert], on: datetime) -> dict[str, Any]:
    """Until when each expert is barred, None without an end: by relation, for the persons' own table is another desk's."""
    day, found = day_of(on), {}
    for expert in pool:
        ends = [
            end for since, end in once(("sanctions", expert.pk), partial(SANCTIONS.rows, expert.pk)) if since <= day
        ]
        if ends:
            found[expert.pid] = None if None in ends else max(ends)
    return found


def quotas_of(page: Mapping[str, Any], mode: str) -> tuple[int, Quotas]:
    """Seats and quotas of a panel as the page declares them."""
    said = (page.get("panel") or {}).get(mode) or {"size": 3}
    mix = dict(said.get("mix", {}))
    outside = int(mix.pop("outside_region", 0))
    return int(said.get("size", 3)), Quotas(least={k: int(v) for k, v in mix.items()}, outside=outside, per_unit=1)


def candidates(experts: Iterable[Expert]) -> list[Candidate]:
    """The pool as the draw sees it; the place is the unit's, for a unit lies in one region: a league, outside a province."""
    return [_candidate(e.pid, e.person.unit.pid if e.person.unit else "", _place(e), e.kind) for e in experts]


def _place(expert: Expert) -> str:
    return (expert.person.unit.place if expert.person.unit else "") or expert.place


def _candidate(pid: str, unit: str, place: str, kind: str) -> Candidate:
    outside = not place.startswith(REGION)
    return Candidate(pid, unit, place[: 2 if outside else 4], outside, kind)


def fitting(experts: list[Expert], group: Group, seats: int) -> list[Expert]:
    """Those whose fields meet the group's, where there are enough of them; the nearest code decides (3, 2, 1 signs)."""
    wanted = {case.field for case in group.cases if case.field}
    for signs in (5, 3, 1):
        prefixes = {field[:signs] for field in wanted}
        near = [e for e in experts if any(str(f)[:signs] in prefixes for f in e.fields)]
        if len(near) >= seats * 3:
            return near
    return experts
