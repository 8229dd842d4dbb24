"""Who may sit for a group and who is drawn: facts for the recusal graph, the pool, the simple seeded draw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from kechuang.casework.models import Case, Member, Round
from kechuang.casework.pages import day_of, pages_of
from kechuang.casework.steady import once
from kechuang.desks.experts.models import Coauthorship, Conflict, Draw, Employer, Expert, Pool, PoolMembers, Seat
from kechuang.engines.panel import recusal
from kechuang.engines.panel.ceremony import pool_digest, seed
from kechuang.engines.panel.draw import Candidate, Panel, Quotas, simple
from kechuang.parties.models import Employment, Tie
from kechuang.words.outcome import Refused
from kechuang.words.period import Term, term_ends
from kechuang.words.reason import Reason

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


def _declared(group: Group) -> set[tuple[str, str]]:
    """What was declared about a case, or about the project it is a child of."""
    known = {owner_of(case).pk: case.number for case in group.cases} | {case.pk: case.number for case in group.cases}
    rows = Conflict.objects.filter(case__in=known, why="conflict").values_list("case_id", "seat__expert__pid")
    return {(known[case_id], pid) for case_id, pid in rows}


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
    """The pool as the draw sees it."""
    return [
        Candidate(
            e.pid, e.person.unit.pid if e.person.unit else "", e.place[:4], not e.place.startswith(REGION), e.kind
        )
        for e in experts
    ]


def fitting(experts: list[Expert], group: Group, seats: int) -> list[Expert]:
    """Those whose fields meet the group's, where there are enough of them; the nearest code decides (3, 2, 1 signs)."""
    wanted = {case.field for case in group.cases if case.field}
    for signs in (5, 3, 1):
        prefixes = {field[:signs] for field in wanted}
        near = [e for e in experts if any(str(f)[:signs] in prefixes for f in e.fields)]
        if len(near) >= seats * 3:
            return near
    return experts


def draw(group: Group, *, commitments: Mapping[str, str], dice: str, former: Iterable[str] = (), on: datetime) -> Draw:
    """Draw a panel for the group from the published seed, every recusal left out; one draw per round and group."""
    page = pages_of(group.round).programme
    seats, quotas = quotas_of(page, group.mode)
    pool_row = freeze_pool(group.round, on)
    pool = list(
        Expert.objects.filter(pid__in=members_of(pool_row)).select_related("person", "person__unit").order_by("pid")
    )
    pool = fitting(pool, group, seats)
    edges = recused(group, pool, on)
    secret = seed(dice, sorted(commitments.values()), pool_row.digest)
    own = hashlib.sha256(secret + f"{group.name}/{group.mode}".encode()).digest()
    panel = simple(
        seats, candidates(pool), seed=own, recused=recusal.hard(edges), quotas=quotas, exclude=set(former),
        give_up=("industry", "finance", "outside", "technical"),
    )  # fmt: skip
    row = Draw.objects.create(
        round=group.round, group=group.name, mode=group.mode, seats=seats, commitments=dict(commitments), dice=dice,
        seed=own.hex(), pool_digest=pool_row.digest, given_up=list(panel.given_up), on=on,
    )  # fmt: skip
    _seat(row, panel, {e.pid: e for e in pool}, on)
    return row


def _seat(row: Draw, panel: Panel, by_pid: Mapping[str, Expert], on: datetime) -> None:
    order = [*panel.drawn, *panel.reserve[: panel.seats * 4]]
    for position, pid in enumerate(order):
        seated = position < len(panel.drawn)
        Seat.objects.create(
            draw=row, expert=by_pid[pid], position=position, state="invited" if seated else "reserve",
            invited_at=on if seated else None,
        )  # fmt: skip


def next_in_order(row: Draw, seat: Seat, state: str, on: datetime) -> Seat:
    """Whoever leaves is replaced by the next of the same drawn order; Refused when nobody is left."""
    seat.state = state
    seat.save(update_fields=["state"])
    units = Seat.objects.filter(draw=row, state__in=["invited", "accepted"]).values("expert__person__unit")
    waiting = Seat.objects.filter(draw=row, state="reserve").order_by("position")
    following = waiting.exclude(expert__person__unit__in=units).first() or waiting.first()
    if following is None:
        raise Refused(Reason("nobody_left"))
    following.state, following.invited_at = "invited", on
    following.save(update_fields=["state", "invited_at"])
    return following


def replace_silent(row: Draw, *, reply: Term, on: datetime) -> int:
    """Seats whose invitation ran out go to the next in order; how many. Where nobody is left, the invited keep theirs.

    Every case of a group has its own clock: a seat is judged by its own invitation, so that the second case does not
    replace again whom the first has just invited.
    """
    count = 0
    for seat in Seat.objects.select_for_update().filter(draw=row, state="invited").order_by("position"):
        late = seat.invited_at is not None and term_ends(seat.invited_at, reply) <= on
        if late and Seat.objects.filter(draw=row, state="reserve").exists():
            next_in_order(row, seat, "silent", on)
            count += 1
    return count
