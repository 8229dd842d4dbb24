"""Who may sit for a group: facts for the recusal graph, and the frozen pool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from kechuang.casework.models import Case, Member, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.desks.experts.models import Coauthorship, Conflict, Employer, Expert, Pool, PoolMembers
from kechuang.engines.panel import recusal
from kechuang.engines.panel.ceremony import pool_digest
from kechuang.engines.panel.quotas import Candidate, Quotas
from kechuang.parties.models import Employment, Tie
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
    ids = sorted(Expert.objects.filter(standing="active", left_on=None, credit="good").values_list("pid", flat=True))
    digest = pool_digest(ids, rules=round_.frozen_id or "")
    pool = Pool.objects.create(round=round_, count=len(ids), digest=digest, on=on)
    PoolMembers.objects.create(pool=pool, pids=ids)
    return pool


def projects_of(group: Group) -> list[recusal.Project]:
    """The cases of a group as the recusal graph sees them: units with partners, people with the team of the project."""
    team: dict[int, set[str]] = {}
    owners = [owner_of(case) for case in group.cases]
    for case_id, pid in Member.objects.filter(case__in=owners).values_list("case_id", "person__pid"):
        team.setdefault(case_id, set()).add(pid)
    found = []
    for case, owner in zip(group.cases, owners, strict=True):
        partners = {str(row.get("party")) for row in owner.answers.get("partners") or () if row.get("party")}
        units = partners | ({case.applicant.pid} if case.applicant else set())
        people = team.get(owner.pk, set()) | ({case.leader.pid} if case.leader else set())
        found.append(recusal.Project(case.number, frozenset(units), frozenset(people)))
    return found


def recused(group: Group, experts: Iterable[Expert], on: datetime) -> tuple[recusal.Edge, ...]:
    """Every recusal between these experts and the cases of the group, by the dated rules of the round's page."""
    pool = list(experts)
    page = pages_of(group.round).programme.get("panel") or {}
    rules = recusal.rules_from(page.get("recuse", ()))
    people = [
        recusal.Expert(e.pid, e.person.pid, frozenset({e.person.unit.pid} if e.person.unit else ())) for e in pool
    ]
    facts = recusal.Facts(
        ties=steadily("ties", pool, lambda: _ties(pool)), named=_named(group, pool), declared=_declared(group),
        sanctions=steadily("sanctions", pool, lambda: _sanctions(pool, on)),
    )  # fmt: skip
    projects = steadily("projects", group.cases, lambda: projects_of(group))
    found = recusal.edges(projects, people, facts=facts, rules=rules, on=day_of(on))
    applying = steadily("applying", [group.round, *pool], lambda: _applying_people(group.round, pool))
    return tuple(sorted({*found, *_applying(group, pool, rules, applying)}))


def steadily(what: str, rows: Iterable[Any], ask: Callable[[], Value]) -> Value:
    """What `ask` says of these rows, asked once while a list of acts is carried out."""
    return once((what, *(row.pk for row in rows)), ask)


def _applying_people(round_: Round, pool: list[Expert]) -> set[int]:
    """Those of the pool who lead or take part in what was handed in to this round."""
    handed_in = Case.objects.filter(round=round_, parent=None, received_at__isnull=False)
    people = [e.person_id for e in pool]
    leading = handed_in.filter(leader__in=people).values_list("leader", flat=True)
    taking_part = Member.objects.filter(case__in=handed_in, person__in=people).values_list("person", flat=True)
    return {*leading, *taking_part}


def _applying(
    group: Group, pool: list[Expert], rules: Mapping[str, recusal.Rule], applying: Iterable[int]
) -> Iterable[recusal.Edge]:
    """Who applies or takes part anywhere in this round, also outside the group, reviews nothing in it."""
    rule = rules.get("same_round")
    by_person = {e.person_id: e for e in pool}
    for person_id in applying if rule else ():
        expert = by_person[person_id]
        for case in group.cases:
            yield recusal.Edge(case.number, expert.pid, rule.code, rule.level, expert.person.pid)  # type: ignore[union-attr]


def _ties(pool: list[Expert]) -> list[recusal.Tie]:
    by_person = {e.person_id: e.pid for e in pool}
    ties = []
    for row in Employment.objects.filter(person__in=by_person).exclude(until=None).select_related("organisation"):
        ties.append(recusal.Tie(by_person[row.person_id], row.organisation.pid, "worked_there", row.until))
    for tie in Tie.objects.filter(Q(person__in=by_person)).select_related("other", "organisation"):
        party = tie.other or tie.organisation
        if party is not None:
            ties.append(recusal.Tie(by_person[tie.person_id], party.pid, tie.kind))
    for tie in Tie.objects.filter(other__in=by_person).select_related("person"):
        ties.append(recusal.Tie(by_person[tie.other_id], tie.person.pid, tie.kind))  # type: ignore[index]
    for pair in Coauthorship.objects.filter(Q(one__in=by_person) | Q(other__in=by_person)).select_related(
        "one", "other"
    ):
        code = pair.kind if pair.kind in recusal.TIES else "coauthor"
        if pair.one_id in by_person:
            ties.append(recusal.Tie(by_person[pair.one_id], pair.other.pid, code, pair.until))
        if pair.other_id in by_person:
            ties.append(recusal.Tie(by_person[pair.other_id], pair.one.pid, code, pair.until))
    for held in Employer.objects.filter(expert__in=pool).select_related("organisation", "expert"):
        ties.append(recusal.Tie(held.expert.pid, held.organisation.pid, "interest", held.until))
    return ties


def _named(group: Group, pool: list[Expert]) -> set[tuple[str, str]]:
    by_person = {e.person.pid: e.pid for e in pool}
    unwanted = steadily("unwanted", group.cases, lambda: _unwanted(group))
    return {(number, by_person[pid]) for number, pid in unwanted if pid in by_person}


def _unwanted(group: Group) -> list[tuple[str, str]]:
    """Persons whom the applicants of a group would not be read by: at most three each."""
    return [
        (case.number, pid)
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


def _sanctions(pool: list[Expert], on: datetime) -> dict[str, Any]:
    """Sanctions by expert: asked through the persons' own table of the integrity desk would cross desks, so by relation."""
    rows = Expert.objects.filter(pk__in=[e.pk for e in pool], person__sanctions__scope__in=["review", "all"])
    rows = rows.filter(person__sanctions__lifted_on=None, person__sanctions__since__lte=day_of(on))
    return dict(rows.values_list("pid", "person__sanctions__until"))


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
