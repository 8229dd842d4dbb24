"""Rank projects, and cut the ranked groups at the budget: exact, with ties, quotas and departures in the open."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import NamedTuple

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason


@dataclass(frozen=True, slots=True)
class Entry:
    """A project to be ranked: its score (exact), what it asks in fen, and the declared tie keys, larger first."""

    project: str
    score: Fraction
    asked: int
    keys: tuple[Fraction | int, ...] = ()


class Placed(NamedTuple):
    """A project's place; `by` says what set it before the next: score, key 1 …, or seed."""

    rank: int
    entry: Entry
    by: str


@dataclass(frozen=True, slots=True)
class Group:
    """One ranked group: projects best first, and its quotas in number and in fen (None: no limit)."""

    name: str
    ranked: tuple[Entry, ...]
    least: int = 0
    most: int | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """How many of each group are funded, in rank order, what that costs in fen, and the points it comes to."""

    funded: Mapping[str, tuple[str, ...]]
    cost: int
    points: Fraction
    left: int


class Departure(NamedTuple):
    """`funded` stands below `passed_over` in its group's ranking: a written reason is needed."""

    group: str
    funded: str
    passed_over: str


def ranked(entries: Iterable[Entry], *, seed: bytes, least: Fraction | None = None) -> tuple[Placed, ...]:
    """Best first by score, then by the declared keys, then by SHA-256(seed‖project); below `least` nobody is placed."""
    kept = [e for e in entries if least is None or e.score >= least]
    ordered = sorted(kept, key=lambda e: (-e.score, tuple(-k for k in e.keys), _lot(seed, e.project)))
    following = [*ordered[1:], None][: len(ordered)]  # of nobody there is no next
    return tuple(Placed(n, e, _by(e, after)) for n, (e, after) in enumerate(zip(ordered, following, strict=True), 1))


def cut(groups: Sequence[Group], *, budget: int, most: int | None = None) -> Cut:
    """The funded head of every group's ranking with the most points in all within `budget` fen: an exact optimum.

    Each group is funded from the top down, so rank order is kept by construction. Multiple-choice knapsack over
    undominated (cost, count, points) states; equal points go to the lower cost, then to the earlier groups.
    Refused if the groups' least numbers cannot be paid for.
    """
    unit = gcd(budget, *(e.asked for g in groups for e in g.ranked)) or 1
    states: list[_State] = [_State(0, 0, Fraction(0), ())]
    for group in groups:
        choices = _heads(group, unit)
        if not choices:
            raise Refused(Reason("group_quota_impossible", group=group.name, least=group.least))
        joined = [s.joined(c) for s in states for c in choices]
        kept = [s for s in joined if s.cost * unit <= budget and (most is None or s.number <= most)]
        states = _undominated(kept, counts=most is not None)
        if not states:
            raise Refused(Reason("budget_below_quotas", group=group.name, budget=budget))
    best = max(states, key=lambda s: (s.points, -s.cost, s.heads))
    funded = {g.name: tuple(e.project for e in g.ranked[:n]) for g, n in zip(groups, best.heads, strict=True)}
    return Cut(funded, best.cost * unit, best.points, budget - best.cost * unit)


def shares(weights: Mapping[str, int], places: int) -> dict[str, int]:
    """`places` shared out by weight: whole parts first, the rest by the largest remainders, then by name (A. Hamilton)."""
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    exact = {name: Fraction(places * weight, total) for name, weight in weights.items()}
    whole = {name: int(part) for name, part in exact.items()}
    left = places - sum(whole.values())
    for name in sorted(exact, key=lambda name: (whole[name] - exact[name], name))[:left]:
        whole[name] += 1
    return whole


def departures(groups: Sequence[Group], funded: Collection[str]) -> tuple[Departure, ...]:
    """Every funded project with the best-placed one of its group that was passed over for it."""
    found = []
    for group in groups:
        passed = None
        for entry in group.ranked:
            if entry.project not in funded:
                passed = passed or entry.project
            elif passed:
                found.append(Departure(group.name, entry.project, passed))
    return tuple(found)


class _State(NamedTuple):
    """A choice so far: cost in common units, number of projects, points, and how many of each group."""

    cost: int
    number: int
    points: Fraction
    heads: tuple[int, ...]

    def joined(self, other: _State) -> _State:
        return _State(
            self.cost + other.cost, self.number + other.number, self.points + other.points, self.heads + other.heads
        )


def _heads(group: Group, unit: int) -> list[_State]:
    """The heads of a ranking that keep its quotas: `least` to `most` projects within the group's own budget."""
    found, cost, points = [], 0, Fraction(0)
    for number in range(len(group.ranked) + 1):
        if number:
            cost += group.ranked[number - 1].asked // unit
            points += group.ranked[number - 1].score
        fits = group.budget is None or cost * unit <= group.budget
        if number >= group.least and fits and (group.most is None or number <= group.most):
            found.append(_State(cost, number, points, (number,)))
    return found


def _undominated(states: list[_State], *, counts: bool) -> list[_State]:
    """States no other beats in cost, points and (where numbers are limited) count."""
    states.sort(key=lambda s: (s.cost, -s.points, s.number, tuple(-n for n in s.heads)))
    kept: list[_State] = []
    best: dict[int, Fraction] = {}
    for state in states:
        rivals = [p for n, p in best.items() if n <= state.number] if counts else list(best.values())
        if not rivals or state.points > max(rivals):
            kept.append(state)
            best[state.number if counts else 0] = state.points
    return kept


def _by(entry: Entry, after: Entry | None) -> str:
    if after is None or entry.score != after.score:
        return "score"
    for number, (mine, theirs) in enumerate(zip(entry.keys, after.keys, strict=False), 1):
        if mine != theirs:
            return f"key {number}"
    return "seed"


def _lot(seed: bytes, project: str) -> bytes:
    return hashlib.sha256(seed + project.encode()).digest()
