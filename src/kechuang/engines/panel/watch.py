"""What supervision should look at in a closed review: look-alike texts, rings of favour, links that are too dense."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

SHINGLE = 5
LEAST_SHINGLES = 20
_NOT_SAID = re.compile(r"[\W_]+")


class Text(NamedTuple):
    """The written part of one review, by labels."""

    project: str
    expert: str
    text: str


class Alike(NamedTuple):
    """Two reviews that share `share` of the shorter one's five-character pieces."""

    one: tuple[str, str]
    other: tuple[str, str]
    share: Fraction


class Favour(NamedTuple):
    """An expert of unit `giver` scored a project of unit `taker` this much above the others' mean."""

    giver: str
    taker: str
    project: str
    above: Fraction


def pieces(text: str) -> frozenset[str]:
    """The five-character pieces of a text without its spaces and punctuation, which a copyist changes first."""
    plain = _NOT_SAID.sub("", text.casefold())
    return frozenset(plain[i : i + SHINGLE] for i in range(len(plain) - SHINGLE + 1))


def look_alikes(texts: Sequence[Text], *, share: Fraction = Fraction(1, 2)) -> tuple[Alike, ...]:
    """Pairs of reviews whose overlap (shared pieces ÷ pieces of the shorter) reaches `share`, most alike first.

    Texts of fewer than twenty pieces are left out: stock phrases are not copying. Overlap coefficient: Szymkiewicz
    and Simpson.
    """
    cut = [p if len(p := pieces(t.text)) >= LEAST_SHINGLES else frozenset() for t in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    shared: dict[tuple[int, int], int] = {}
    for number, piece_set in enumerate(cut):
        near = Counter(chain.from_iterable(holders[piece] for piece in piece_set if piece in holders))
        shared.update(((other, number), n) for other, n in near.items())
        for piece in piece_set:
            holders[piece].append(number)
    found = [(Fraction(n, min(len(cut[a]), len(cut[b]))), a, b) for (a, b), n in shared.items()]
    rows = [Alike(texts[a][:2], texts[b][:2], part) for part, a, b in found if part >= share]
    return tuple(sorted(rows, key=lambda row: (-row.share, row.one, row.other)))


def rings(favours: Iterable[Favour]) -> tuple[tuple[str, ...], ...]:
    """Groups of units whose experts favour one another in a circle: strongly connected parts of two or more."""
    onward: dict[str, set[str]] = defaultdict(set)
    for favour in favours:
        if favour.giver != favour.taker:
            onward[favour.giver].add(favour.taker)
            onward.setdefault(favour.taker, set())
    reach = {unit: _reached(unit, onward) for unit in onward}
    found = {tuple(sorted(v for v in reach[u] if u in reach[v])) for u in reach}
    return tuple(sorted(ring for ring in found if len(ring) > 1))


def favours(
    scores: Sequence[tuple[str, str, Fraction]],
    *,
    unit_of: Mapping[str, str],
    applicant_of: Mapping[str, str],
    above: Fraction,
) -> tuple[Favour, ...]:
    """(project, expert, score) rows at least `above` over the mean of the project's other reviewers, as favours."""
    by_project: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
    for project, expert, score in scores:
        by_project[project].append((expert, score))
    found = []
    for project, given in sorted(by_project.items()):
        total = sum((score for _, score in given), Fraction(0))
        for expert, score in given:
            gap = score - (total - score) / (len(given) - 1) if len(given) > 1 else Fraction(0)
            if gap >= above and unit_of.get(expert) and applicant_of.get(project):
                found.append(Favour(unit_of[expert], applicant_of[project], project, gap))
    return tuple(found)


def dense_links(meetings: Iterable[tuple[str, str]], *, least: int = 3) -> tuple[tuple[str, str, int], ...]:
    """(expert, unit) pairs that met in at least so many reviews, most frequent first."""
    counted = Counter(meetings)
    rows = [(expert, unit, n) for (expert, unit), n in counted.items() if n >= least]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[0], row[1])))


def _reached(start: str, onward: Mapping[str, set[str]]) -> set[str]:
    seen, stack = {start}, [start]
    while stack:
        fresh = onward[stack.pop()] - seen
        seen |= fresh
        stack += fresh
    return seen
