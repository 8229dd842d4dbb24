"""All panels of a ceremony as one problem: who may sit where, for how many points, how often; nothing is drawn here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kechuang.casework.models import Case, Round
from kechuang.desks.experts import drawing, matching
from kechuang.desks.experts.models import Expert, Seat
from kechuang.desks.experts.terms import MakeUp, Terms
from kechuang.engines.panel import recusal
from kechuang.engines.panel.chance import derived, order
from kechuang.engines.panel.quotas import Candidate, fillable, shortages
from kechuang.words.reason import Reason

AT_WORK = ("invited", "accepted")
ANY_FIELD = ("finance", "management")  # kinds that are not asked for a discipline
SIGNS = (5, 3, 1)
HEAD = 3  # signs of a code that make a discipline, for rotation

KINDS = {
    "": {"zh": "", "en": ""}, "technical": {"zh": "技术", "en": "technical"}, "finance": {"zh": "财务", "en": "finance"},
    "industry": {"zh": "产业", "en": "industry"}, "management": {"zh": "管理", "en": "management"},
}  # fmt: skip
OF = {
    **{kind: {"zh": f"{said['zh']}专家", "en": f"{said['en']} experts"} for kind, said in KINDS.items() if kind},
    "outside": {"zh": "区外专家", "en": "experts from outside"}, "seats": {"zh": "不同单位、地区的专家", "en": "experts of different units and regions"},
}  # fmt: skip
TOGETHER = {"zh": "同时满足各项名额的专家", "en": "experts who meet all quotas at once"}

Key = tuple[str, str]  # group, mode


@dataclass(frozen=True, slots=True)
class Sub:
    """The seats of one kind in one panel."""

    group: str
    mode: str
    kind: str
    seats: int
    outside: int

    @property
    def name(self) -> str:
        return "/".join((self.group, self.mode, self.kind))

    @property
    def key(self) -> Key:
        return self.group, self.mode


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Sub-panels, the frozen pool, and for each sub-panel the points of every expert (None: never)."""

    subs: tuple[Sub, ...]
    experts: tuple[Expert, ...]
    seen: tuple[Candidate, ...]
    scores: tuple[tuple[int | None, ...], ...]
    caps: tuple[int, ...]

    def barren(self, panels: Mapping[Key, MakeUp], terms: Terms) -> list[Reason]:
        """What is short in panels that no choice makes whole: quotas of a unit or region hold across their kinds."""
        found = []
        for key, made in panels.items():
            rows = [row for sub, row in zip(self.subs, self.scores, strict=True) if sub.key == key]
            able = [one for n, one in enumerate(self.seen) if self.caps[n] and any(row[n] is not None for row in rows)]
            quotas = made.quotas(terms)
            if not fillable(made.seats, [], able, quotas):
                found += [_barren(key[0], made.seats, one) for one in shortages(made.seats, able, quotas)]
        return found

    def request(self, task: str, terms: Terms, salt: str, **more: Any) -> dict[str, Any]:
        """What the solver is asked, as plain JSON."""
        units = shuffled({one.unit for one in self.seen if one.unit}, salt)
        regions = shuffled({one.region for one in self.seen if one.region}, salt)
        experts = [
            {"pid": one.expert, "cap": cap, "unit": units.get(one.unit, -1), "region": regions.get(one.region, -1), "inside": not one.outside}
            for one, cap in zip(self.seen, self.caps, strict=True)
        ]  # fmt: skip
        subs = [asdict(sub) | {"name": sub.name} for sub in self.subs]
        limits = {"per_unit": terms.per_unit, "per_region": terms.per_region, "bits": terms.bits, "most": terms.most}
        scores = [list(row) for row in self.scores]
        return {
            "task": task,
            "subs": subs,
            "experts": experts,
            "scores": scores,
            "salt": salt,
            "regions": list(regions),
            **limits,
            **more,
        }


def _barren(group: str, seats: int, short: Reason) -> Reason:
    """What one panel is short of, in words; where each quota alone could be met, all of them together."""
    of = OF.get(str(short.values.get("of", "")), TOGETHER)
    return Reason("panel_barren", group=group, of=of, need=short.values.get("need", seats), have=short.values["have"])


def shuffled(names: Iterable[str], salt: str) -> dict[str, int]:
    """Numbers for units or regions in an order that only the salt tells, so that no number in public names one."""
    return {name: n for n, name in enumerate(order(derived(salt.encode(), "groups"), names))}


def arranged(
    round_: Round, panels: Mapping[Key, MakeUp], cases: Mapping[str, Sequence[Case]], pool: Sequence[Expert],
    terms: Terms, on: datetime,
) -> Arrangement:  # fmt: skip
    """The problem of these panels: recusals, kinds, disciplines and rotation shut pairs, loads limit experts."""
    seen = tuple(drawing.candidates(pool))
    barred = _barred(round_, cases, pool, terms, on)
    like = matching.affinities(terms.affinity, round_, on)
    points = matching.points(cases, pool, like)
    subs: list[Sub] = []
    rows: list[tuple[int | None, ...]] = []
    for (group, mode), made in panels.items():
        fields = {case.field for case in cases[group] if case.field}
        for kind, outside, seats, open_ in _kinds(made, pool, seen, fields, barred[group], terms.times):
            subs.append(Sub(group, mode, kind, seats, outside))
            rows.append(tuple(p if free else None for p, free in zip(points[group], open_, strict=True)))
    return Arrangement(tuple(subs), tuple(pool), seen, tuple(rows), _caps(round_, pool, terms))


def _kinds(
    made: MakeUp, pool: Sequence[Expert], seen: Sequence[Candidate], fields: set[str], barred: set[str], times: int
) -> Iterable[tuple[str, int, int, list[bool]]]:
    """(kind, seats from outside, seats, who may sit) of a panel; those from outside are asked of the kinds that have most."""
    opened = {
        kind: _open(kind, seats, pool, fields, barred, times) for kind, seats in sorted(made.kinds.items()) if seats
    }
    there = {
        kind: sum(free and one.outside for free, one in zip(row, seen, strict=True)) for kind, row in opened.items()
    }
    asked = dict.fromkeys(opened, 0)
    for _ in range(made.outside):
        room = [kind for kind in asked if asked[kind] < made.kinds[kind]]
        if room:
            asked[max(room, key=lambda kind: (there[kind] / (asked[kind] + 1), kind))] += 1
    for kind, row in opened.items():
        yield kind, asked[kind], made.kinds[kind], row


def _open(kind: str, seats: int, pool: Sequence[Expert], fields: set[str], barred: set[str], times: int) -> list[bool]:
    """Who may sit: of the kind, not barred, and of the discipline as far as that leaves `times` the seats."""
    free = [e.pid not in barred and kind in ("", e.kind) for e in pool]
    for signs in SIGNS if fields and kind not in ANY_FIELD else ():
        close = [f and matching.near(e.fields, fields, signs) for f, e in zip(free, pool, strict=True)]
        if sum(close) >= seats * times:
            return close
    return free


def _barred(
    round_: Round, cases: Mapping[str, Sequence[Case]], pool: Sequence[Expert], terms: Terms, on: datetime
) -> dict[str, set[str]]:
    """By group: who is recused from one of its cases, and who has sat on its discipline for as long as one may."""
    everything = tuple(case for part in cases.values() for case in part)
    group_of = {case.number: name for name, part in cases.items() for case in part}
    barred: dict[str, set[str]] = {name: set() for name in cases}
    whole = drawing.Group(round_, "*", "mail", everything)
    for number, pid in recusal.hard(drawing.recused(whole, pool, on)):
        barred[group_of[number]].add(pid)
    for name, pid in _former(round_, cases):
        barred[name].add(pid)
    rested = _rested(round_, pool, terms.years_in_row)
    for name, part in cases.items():
        heads = {case.field[:HEAD] for case in part if case.field}
        barred[name] |= {pid for pid, own in rested.items() if own & heads}
    return barred


def _former(round_: Round, cases: Mapping[str, Sequence[Case]]) -> Iterable[tuple[str, str]]:
    """Who sat for a group in a draw that was closed since: a second panel is made of others."""
    sat = Seat.objects.filter(draw__round=round_, draw__group__in=cases, draw__aborted_at__isnull=False)
    return sat.exclude(state="reserve").values_list("draw__group", "expert__pid")


def _rested(round_: Round, pool: Sequence[Expert], years: int) -> dict[str, set[str]]:
    """By expert the disciplines of this programme that he sat on in each of the last `years` years: he rests now."""
    before = Seat.objects.filter(
        draw__round__programme=round_.programme, draw__round__year__lt=round_.year,
        draw__round__year__gte=round_.year - years, state="accepted", expert__in=[e.pk for e in pool],
    )  # fmt: skip
    rows = list(before.values_list("expert__pid", "draw__round", "draw__round__year", "draw__group"))
    fields: dict[tuple[int, str], set[str]] = defaultdict(set)
    read = Case.objects.filter(round__in={row[1] for row in rows}, parent=None).exclude(field="")
    for at, group, field in read.values_list("round", "group", "field"):
        fields[at, group].add(field[:HEAD])
    sat: dict[tuple[str, str], set[int]] = defaultdict(set)
    for pid, at, year, group in rows:
        for head in fields[at, group]:
            sat[pid, head].add(year)
    found: dict[str, set[str]] = defaultdict(set)
    for (pid, head), seen in sat.items():
        if len(seen) >= years:
            found[pid].add(head)
    return found


def _caps(round_: Round, pool: Sequence[Expert], terms: Terms) -> tuple[int, ...]:
    """Places each expert still has in this round: none for those who sat in as many rounds of the year as one may."""
    seats = Seat.objects.filter(expert__in=[e.pk for e in pool], state__in=AT_WORK, draw__aborted_at=None)
    here: dict[str, int] = defaultdict(int)
    rounds: dict[str, set[int]] = defaultdict(set)
    for pid, at, year in seats.values_list("expert__pid", "draw__round", "draw__round__year"):
        here[pid] += at == round_.pk
        if year == round_.year and at != round_.pk:
            rounds[pid].add(at)
    full = {pid for pid, sat in rounds.items() if len(sat) >= terms.rounds_a_year}
    return tuple(0 if e.pid in full else max(0, terms.load - here[e.pid]) for e in pool)
