"""The documents of a store that share most with a text, section by section, rare passages weighing more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from math import fsum, log
from typing import Generic

from kechuang.engines.match.store import Document, Store

COMMON = 0.05
COMMON_AT_LEAST = 50
WHOLE = "text"


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Document]):
    """A document that shares passages: `score` orders (0 to 1), `shares` says how much of each section is in it."""

    document: Document
    score: float
    shares: Mapping[str, float]
    common: int
    size: int


def rarity(count: int, bearers: int) -> float:
    """How much one shared fingerprint says: borne by none it says most, borne by all next to nothing."""
    return log((count + 1) / (min(bearers, count) + 0.5))


def candidates(
    sections: Mapping[str, Collection[int]] | Collection[int],
    store: Store[Document],
    *,
    top: int = 50,
    weights: Mapping[str, int] | None = None,
    leave_out: Collection[Document] = (),
) -> tuple[Candidate[Document], ...]:
    """The `top` documents by rarity-weighted containment, best first, equal ones in the order of their names.

    `sections` are sketches by section (or one sketch); a section counts by its mass times its weight (1 if not
    given, 0 leaves it out). Fingerprints that more than a twentieth of the documents bear are not looked up.
    """
    named = sections if isinstance(sections, Mapping) else {WHOLE: sections}
    heavy = {name: (weights or {}).get(name, 1) for name in named}
    marks = {mark for name, sketch in named.items() if heavy[name] for mark in sketch}
    known = store.frequencies(marks)
    total = store.count()
    worth = {mark: rarity(total, known.get(mark, 0)) for mark in marks}
    ceiling = max(COMMON_AT_LEAST, int(total * COMMON))
    shared: defaultdict[Document, set[int]] = defaultdict(set)
    for mark, bearer in store.postings([mark for mark, bearers in known.items() if bearers <= ceiling]):
        shared[bearer].add(mark)
    found = {document: common for document, common in shared.items() if document not in leave_out}
    scores = _scores(found, named, heavy, worth)
    best = nsmallest(top, found, key=lambda document: (-scores[document], str(document)))
    sizes = store.sizes(best)
    return tuple(
        Candidate(one, scores[one], _shares(found[one], named, worth), len(found[one]), sizes.get(one, 0))
        for one in best
    )


def _scores(
    found: Mapping[Document, set[int]],
    named: Mapping[str, Collection[int]],
    heavy: Mapping[str, int],
    worth: Mapping[int, float],
) -> dict[Document, float]:
    """The weighted share of all sections together; a fingerprint of two sections counts in both."""
    mass: defaultdict[int, float] = defaultdict(float)
    for name, sketch in named.items():
        for mark in frozenset(sketch):
            if heavy[name]:
                mass[mark] += heavy[name] * worth[mark]
    whole = fsum(mass.values()) or 1.0  # exact sums: no order of marks changes a score
    return {document: fsum(map(mass.__getitem__, common)) / whole for document, common in found.items()}


def _shares(common: set[int], named: Mapping[str, Collection[int]], worth: Mapping[int, float]) -> dict[str, float]:
    shares = {}
    for name, sketch in named.items():
        marks = frozenset(sketch) & worth.keys()
        whole = fsum(map(worth.__getitem__, marks))
        shares[name] = fsum(map(worth.__getitem__, marks & common)) / whole if whole else 0.0
    return shares
