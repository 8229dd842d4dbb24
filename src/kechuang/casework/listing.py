"""Lists of cases: narrowed by what the reader asks, with the numbers that stand over them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from kechuang.casework.models import Case, Finding, Round

OPEN = Q(settled_by=None) & ~Q(verdict="pass")
MOST_TEXT = 120
VIEWS = frozenset({"open", "clear", "late"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asks for, as it stands in the address; an empty text asks for everything."""

    round: str = ""
    state: str = ""
    place: str = ""
    unit: str = ""
    leader: str = ""
    text: str = ""
    view: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From the parameters of an address (`q` is the text); what nobody asks for is left out."""
        names = ("round", "state", "place", "unit", "leader", "view")
        named = {name: given.get(name, "").strip()[:MOST_TEXT] for name in names}
        return cls(**named, text=given.get("q", "").strip()[:MOST_TEXT])


def open_findings() -> Exists:
    """Whether a check has found something of the case on which no officer has said a word."""
    return Exists(Finding.objects.filter(OPEN, case=OuterRef("pk")))


def narrowed(cases: QuerySet[Case], wanted: Wanted, on: datetime) -> QuerySet[Case]:
    """The cases that meet every filter; `place` takes in what lies inside that league or city."""
    exact = {
        "round__code": wanted.round,
        "state": wanted.state,
        "applicant__pid": wanted.unit,
        "leader__pid": wanted.leader,
    }
    found = cases.filter(**{column: value for column, value in exact.items() if value})
    if wanted.place:
        found = found.filter(place__startswith=wanted.place[:4])
    for word in wanted.text.split():
        found = found.filter(_about(word))
    return viewed(found, wanted.view, on)


def viewed(cases: QuerySet[Case], view: str, on: datetime) -> QuerySet[Case]:
    """One view of a list: with open findings, without, or beyond the promised time."""
    if view == "open":
        return cases.filter(open_findings())
    if view == "clear":
        return cases.filter(~open_findings())
    if view == "late":
        return cases.filter(promised_at__lte=on)
    return cases


def _about(word: str) -> Q:
    named = Q(title__icontains=word) | Q(applicant__name__icontains=word) | Q(leader__name__icontains=word)
    return named | Q(number__iexact=word) | Q(project_no__istartswith=word)


def with_findings(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The same cases, their unsettled findings at hand as `found`."""
    return cases.prefetch_related(Prefetch("findings", Finding.objects.filter(OPEN).order_by("pk"), to_attr="found"))


def counts(cases: QuerySet[Case], on: datetime) -> dict[str, int]:
    """How many cases each view holds, and what all of them ask for in fen: all, open, clear, late, asked."""
    found = cases.annotate(pointed=open_findings()).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(pointed=True)),
        late=Count("pk", filter=Q(promised_at__lte=on)),
        asked=Sum("asked_fen"),
    )
    return {**{name: int(value or 0) for name, value in found.items()}, "clear": found["all"] - found["open"]}


def count_of(wanted: Wanted, numbers: Mapping[str, int]) -> int | None:
    """How many cases a reader's wish finds, where the numbers over the list of its round say so already; else None."""
    if wanted != Wanted(round=wanted.round, view=wanted.view):
        return None
    return numbers[wanted.view if wanted.view in VIEWS else "all"]


def found_among(cases: QuerySet[Case], most: int = 200) -> tuple[list[tuple[str, str, Round]], list[Round]]:
    """The states these cases stand in, (flow, state, a round where it occurs), and their rounds, newest first."""
    rows = sorted(set(cases.order_by().values_list("flow", "state", "round").distinct()))
    rounds = Round.objects.in_bulk({row[2] for row in rows})
    states = {(flow, state): rounds[pk] for flow, state, pk in reversed(rows)}
    newest = sorted(rounds.values(), key=lambda one: (-one.year, one.code))
    return [(*key, states[key]) for key in sorted(states)], newest[:most]


def units_of(cases: QuerySet[Case], most: int = 100) -> list[tuple[str, str]]:
    """The units with most of these cases: (public id, name)."""
    rows = cases.exclude(applicant=None).values_list("applicant__pid", "applicant__name").annotate(n=Count("pk"))
    return [(pid, name) for pid, name, _ in rows.order_by("-n", "applicant__name")[:most]]


def by_state(cases: QuerySet[Case]) -> dict[str, int]:
    """How many of these cases stand in each state, children apart."""
    rows = cases.filter(parent=None).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def by_place(cases: QuerySet[Case]) -> list[tuple[str, int, int]]:
    """By league or city: how many of these were handed in, and what they ask for in fen; most first."""
    rows = cases.filter(parent=None, received_at__isnull=False)
    found: dict[str, tuple[int, int]] = {}
    for place, n, fen in rows.order_by().values_list("place").annotate(n=Count("pk"), fen=Sum("asked_fen")):
        league = f"{place[:4]}00" if place else ""
        count, total = found.get(league, (0, 0))
        found[league] = (count + n, total + (fen or 0))
    return sorted(((league, n, fen) for league, (n, fen) in found.items()), key=lambda row: (-row[1], row[0]))


def handed_in(rounds: Collection[Round], cases: QuerySet[Case]) -> dict[int, int]:
    """By the key of a round: how many of these cases were handed in there."""
    rows = cases.filter(round__in=rounds, parent=None, received_at__isnull=False)
    return dict(rows.order_by().values_list("round").annotate(n=Count("pk")))


def round_numbers(cases: QuerySet[Case]) -> dict[str, int]:
    """How many of these were handed in, and in fen what they ask for, what is proposed and what was awarded."""
    rows = cases.filter(parent=None)
    given = rows.filter(received_at__isnull=False).aggregate(handed_in=Count("pk"), asked=Sum("asked_fen"))
    told = rows.aggregate(proposed=Sum("proposed_fen", filter=Q(advice="fund")), awarded=Sum("award__fen"))
    return {name: int(value or 0) for name, value in {**given, **told}.items()}
