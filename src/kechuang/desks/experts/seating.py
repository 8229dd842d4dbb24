"""From a draw to seats: the simple draw of one panel, the panels of a certified one, and who follows when a seat falls free."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from kechuang.casework.models import Case
from kechuang.casework.pages import pages_of
from kechuang.desks.experts.drawing import Group, candidates, fitting, freeze_pool, members_of, quotas_of, recused
from kechuang.desks.experts.models import Ceremony, Draw, Expert, Seat
from kechuang.engines.panel import recusal
from kechuang.engines.panel.ceremony import seed
from kechuang.engines.panel.draw import ANY_MIX, Panel, Quotas, completed, derived, order, simple
from kechuang.engines.panel.quotas import Candidate, fillable
from kechuang.words.outcome import Refused
from kechuang.words.period import Term, term_ends
from kechuang.words.reason import Reason

RESERVE = 3  # of each kind, for every seat
NEAR = 24  # of the reserve that are looked at first where a panel has to be mended


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
        give_up=((page.get("panel") or {}).get("draw") or {}).get("give_up") or (),
    )  # fmt: skip
    row = Draw.objects.create(
        round=group.round, group=group.name, mode=group.mode, seats=seats, commitments=dict(commitments), dice=dice,
        seed=own.hex(), pool_digest=pool_row.digest, given_up=list(panel.given_up), quotas=_plain(quotas), on=on,
    )  # fmt: skip
    _seat(row, panel, {e.pid: e for e in pool}, on)
    return row


def _seat(row: Draw, panel: Panel, by_pid: Mapping[str, Expert], on: datetime) -> None:
    """The seats of a panel in drawn order, and of the reserve the first of every kind, four for each seat."""
    least = row.quotas.get("least", {})
    left: dict[str, int] = {}
    order = list(panel.drawn)
    for pid in panel.reserve:
        kind = by_pid[pid].kind
        left[kind] = left.get(kind, least.get(kind, panel.seats) * RESERVE) - 1
        if left[kind] >= 0:
            order.append(pid)
    Seat.objects.bulk_create(
        Seat(
            draw=row, expert=by_pid[pid], position=position, state="invited" if position < panel.seats else "reserve",
            invited_at=on if position < panel.seats else None,
        )
        for position, pid in enumerate(order)
    )  # fmt: skip


@dataclass(slots=True)
class Seating:
    """Turns the panels of a certified draw into seats: each with its reserve, in an order of the ceremony's own seed."""

    ceremony: Ceremony
    by_pid: Mapping[str, Expert]
    problem: Mapping[str, Any]
    load: Counter[str]
    seen: Mapping[str, Candidate] = field(init=False)

    def __post_init__(self) -> None:
        self.seen = dict(zip(self.by_pid, candidates(self.by_pid.values()), strict=True))

    def take(self, key: tuple[str, ...], panels: Mapping[str, Sequence[str]], on: datetime) -> list[Any]:
        """The seats of one panel; what of it had to be mended for a quota that crosses its chances."""
        group, mode = key
        rows = [n for n, sub in enumerate(self.problem["subs"]) if (sub["group"], sub["mode"]) == key]
        subs = [self.problem["subs"][n] for n in rows]
        own = derived(bytes.fromhex(self.ceremony.seed), f"{group}/{mode}")
        drawn = order(own, {pid for sub in subs for pid in panels[sub["name"]]})
        free = {pid for pid in self._free(rows) if pid not in drawn}
        quotas = self._quotas(subs)
        seats = sum(sub["seats"] for sub in subs)
        panel = self._completed(seats, drawn, order(own, free), quotas)
        self.load.update([pid for pid in panel.drawn if pid not in drawn])
        gone = [pid for pid in drawn if pid not in panel.drawn]
        given_up = [*self.ceremony.terms["given_up"], *(["exact_chance"] if gone else [])]
        row = Draw.objects.create(
            round=self.ceremony.round, ceremony=self.ceremony, group=group, mode=mode, seats=seats, dice=self.ceremony.dice,
            commitments=self.ceremony.commitments, seed=own.hex(), pool_digest=self.ceremony.round.pool.digest,
            given_up=given_up, quotas=_plain(quotas), on=on,
        )  # fmt: skip
        _seat(row, panel, self.by_pid, on)
        came = [pid for pid in panel.drawn if pid not in drawn]
        return [[group, mode, left, right] for left, right in zip(gone, came, strict=True)]

    def _completed(self, seats: int, drawn: Sequence[str], reserve: Sequence[str], quotas: Quotas) -> Panel:
        """The panel within its quotas; where it must be mended, the nearest of each kind in reserve are asked first."""
        seen = [self.seen[pid] for pid in (*drawn, *reserve)]
        counted: Counter[str] = Counter()
        near = []
        for pid in reserve:
            counted[self.seen[pid].kind] += 1
            if counted[self.seen[pid].kind] <= NEAR:
                near.append(pid)
        try:
            panel = completed(seats, drawn, near, pool=seen, quotas=quotas)
        except Refused:
            return completed(seats, drawn, reserve, pool=seen, quotas=quotas)
        return Panel(seats, panel.drawn, tuple(pid for pid in (*drawn, *reserve) if pid not in panel.drawn))

    def _free(self, rows: Sequence[int]) -> list[str]:
        """Who may sit on one of these sub-panels and has a place left."""
        experts = self.problem["experts"]
        return [
            expert["pid"]
            for n, expert in enumerate(experts)
            if self.load[expert["pid"]] < expert["cap"]
            and any(self.problem["scores"][row][n] is not None for row in rows)
        ]

    def _quotas(self, subs: Sequence[Mapping[str, Any]]) -> Quotas:
        """The quotas of the whole panel."""
        kinds = {sub["kind"]: sub["seats"] for sub in subs}
        return Quotas(
            {kind: n for kind, n in kinds.items() if kind}, sum(sub["outside"] for sub in subs),
            self.problem["per_unit"], self.problem["per_region"],
        )  # fmt: skip


def _plain(quotas: Quotas) -> dict[str, Any]:
    least = dict(quotas.least)
    return {"least": least, "outside": quotas.outside, "per_unit": quotas.per_unit, "per_region": quotas.per_region}


def next_in_order(row: Draw, seat: Seat, state: str, on: datetime) -> Seat:
    """Whoever leaves is replaced by the next of the same drawn order who keeps the quotas; Refused when nobody is left.

    Where nobody keeps them all, those of place are given up, then those of kind, and the draw says so.
    """
    following, given_up = _successor(row, seat, on)
    if following is None:
        raise Refused(Reason("nobody_left"))
    seat.state = state
    seat.save(update_fields=["state"])
    if given_up and given_up not in row.given_up:
        row.given_up = [*row.given_up, given_up]
        row.save(update_fields=["given_up"])
    following.state, following.invited_at = "invited", on
    following.save(update_fields=["state", "invited_at"])
    return following


def _successor(row: Draw, leaving: Seat, on: datetime) -> tuple[Seat | None, str]:
    """Who takes a seat, and the quotas given up for it: nobody who has no place left, or may not sit by now."""
    rows = list(Seat.objects.filter(draw=row).select_related("expert__person__unit").order_by("position"))
    sitting = [s for s in rows if s.state in ("invited", "accepted") and s.pk != leaving.pk]
    reserve = [s for s in rows if s.state == "reserve"]
    out = _full(row, [s.expert_id for s in reserve]) | _barred(row, [s.expert for s in reserve], on)
    waiting = [s for s in reserve if s.expert_id not in out]
    for quotas, given_up in _ladder(row):
        if following := _following(sitting, waiting, quotas):
            return following, given_up
    return None, ""


def _barred(row: Draw, experts: Sequence[Expert], on: datetime) -> set[int]:
    """Experts who may not sit since the draw: a recusal that became known, credit that is lost, an entry that ended."""
    cases = Case.objects.filter(Q(number=row.group) | Q(group=row.group, parent=None), round=row.round)
    known = tuple(cases.exclude(state="withdrawn").select_related("applicant", "leader", "parent"))
    shut = {e for _, e in recusal.hard(recused(Group(row.round, row.group, row.mode, known), experts, on))}
    merged = {e.pk for e in experts if e.person.standing == "merged"}
    left = (e for e in experts if e.pid in shut or e.credit != "good" or e.standing != "active" or e.left_on)
    return merged | {e.pk for e in left}


def _ladder(row: Draw) -> list[tuple[Quotas, str]]:
    """The quotas of a draw, then fewer of them, each with the name of what is given up."""
    whole = Quotas(**row.quotas) if row.quotas else ANY_MIX
    placeless = whole.without("outside").without("region")
    return [
        (whole, ""),
        (placeless, "place"),
        (Quotas(per_unit=whole.per_unit), "kind"),
        (Quotas(per_unit=None), "unit"),
    ]


def _following(sitting: Sequence[Seat], waiting: Sequence[Seat], quotas: Quotas) -> Seat | None:
    """The first of the reserve with whom the panel is whole and lawful."""
    seen = dict(zip((s.pk for s in (*sitting, *waiting)), candidates(s.expert for s in (*sitting, *waiting)), strict=True))  # fmt: skip
    stay, seats = [seen[s.pk] for s in sitting], len(sitting) + 1
    for n, one in enumerate(waiting):
        if fillable(seats, [*stay, seen[one.pk]], [seen[s.pk] for s in waiting[n + 1 :]], quotas):
            return one
    return None


def _full(row: Draw, experts: Sequence[int]) -> set[int]:
    """Experts who sit already in as many groups of this round as its ceremony allows."""
    most = int(row.ceremony.terms["groups_a_round_most"]) if row.ceremony else 0
    if not most:
        return set()
    seats = Seat.objects.filter(draw__round=row.round_id, expert__in=experts, state__in=["invited", "accepted"])
    counted = Counter(seats.filter(draw__aborted_at=None).values_list("expert", flat=True))
    return {expert for expert, n in counted.items() if n >= most}


def replace_silent(row: Draw, *, reply: Term, on: datetime) -> int:
    """Seats whose invitation ran out go to the next in order; how many. Where nobody is left, the invited keep theirs.

    Every case of a group has its own clock: a seat is judged by its own invitation, so that the second case does not
    replace again whom the first has just invited.
    """
    count = 0
    for seat in Seat.objects.select_for_update().filter(draw=row, state="invited").order_by("position"):
        late = seat.invited_at is not None and term_ends(seat.invited_at, reply) <= on
        if late and _successor(row, seat, on)[0]:
            next_in_order(row, seat, "silent", on)
            count += 1
    return count
