"""The passages two texts share, with their places in both: greedy string tiling, so moved blocks are found too."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from heapq import heapify, heappop, heappush
from unicodedata import combining

import numpy as np
from numpy.typing import NDArray

from kechuang.engines.match.fingerprints import NONE, Boilerplate, Hashes, barred, codes, gram_hashes
from kechuang.engines.match.text import aligned

SHORTEST = 8
PAIRS_AT_MOST = 2_000_000
KEPT = 128  # texts whose letters and grams are kept

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Passage:
    """One shared passage: `a[a_start:a_end]` and `b[b_start:b_end]` in the texts as given; `length` in letters."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int
    length: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All shared passages in the order of the first text; letters are counted after normalising."""

    passages: tuple[Passage, ...]
    a_letters: int
    b_letters: int
    a_left_out: int = 0  # letters of the first text that stand in boilerplate, beside a_letters

    @property
    def shared(self) -> int:
        """How many letters are shared."""
        return sum(passage.length for passage in self.passages)

    @property
    def share_of_a(self) -> Fraction:
        """The exact share of the first text that is in the second; 0 for a text without letters."""
        return Fraction(self.shared, self.a_letters) if self.a_letters else Fraction(0)

    @property
    def share_of_b(self) -> Fraction:
        """The exact share of the second text that is in the first; 0 for a text without letters."""
        return Fraction(self.shared, self.b_letters) if self.b_letters else Fraction(0)


def evidence(a: str, b: str, *, shortest: int = SHORTEST, without: Boilerplate = NONE) -> Evidence:
    """What `a` and `b` share in runs of at least `shortest` letters, longest first, each letter used once.

    Letters of `a` that stand in boilerplate are neither matched nor counted.
    """
    a_text, a_places = _aligned(a)
    b_text, b_places = _aligned(b)
    left_out = _barred(a_text, without)
    tiles = sorted(_tiles(a_text, b_text, shortest, left_out))
    passages = tuple(_passage(tile, a, b, a_places, b_places) for tile in tiles)
    barred_letters = int(left_out.sum())
    return Evidence(passages, len(a_text) - barred_letters, len(b_text), barred_letters)


# One text is compared with many, section by section: what belongs to it alone is worked out once. None of it is changed.
_aligned = lru_cache(maxsize=KEPT)(aligned)
_barred = lru_cache(maxsize=KEPT)(barred)


@lru_cache(maxsize=KEPT)
def _grams(letters: str, size: int) -> Hashes:
    return gram_hashes(codes(letters), size)


@lru_cache(maxsize=KEPT)
def _ranked(letters: str, size: int) -> tuple[Places, Hashes]:
    """The places of the grams in rising order, and the grams in that order."""
    grams = _grams(letters, size)
    order = np.argsort(grams, kind="stable")
    return order, grams[order]


def _passage(tile: tuple[int, int, int], a: str, b: str, a_places: list[int], b_places: list[int]) -> Passage:
    i, j, length = tile
    return Passage(
        a_places[i], _end(a, a_places, i + length - 1), b_places[j], _end(b, b_places, j + length - 1), length
    )


def _end(text: str, places: list[int], last: int) -> int:
    """Where letter number `last` ends, with the marks combined onto it."""
    end = places[last] + 1
    while end < len(text) and combining(text[end]):
        end += 1
    return end


def _tiles(a: str, b: str, shortest: int, left_out: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Longest run first; a run that an earlier tile cut into is trimmed and waits its turn again."""
    runs = [(-length, i, j) for i, j, length in _runs(a, b, shortest, left_out)]
    heapify(runs)
    a_taken, b_taken = _Taken(), _Taken()
    while runs:
        minus, i, j = heappop(runs)
        pieces = _free(i, j, -minus, a_taken, b_taken)
        if pieces == [(i, j, -minus)]:
            a_taken.add(i, -minus)
            b_taken.add(j, -minus)
            yield i, j, -minus
            continue
        for start, other, length in pieces:
            if length >= shortest:
                heappush(runs, (-length, start, other))


def _free(i: int, j: int, length: int, a_taken: _Taken, b_taken: _Taken) -> list[tuple[int, int, int]]:
    """The parts of a run that no tile covers in either text."""
    pieces = []
    for start, end in a_taken.gaps(i, i + length):
        for low, high in b_taken.gaps(start - i + j, end - i + j):
            pieces.append((low - j + i, low, high - low))
    return pieces


class _Taken:
    """Stretches of one text already covered: disjoint, in order."""

    def __init__(self) -> None:
        self._stretches: list[tuple[int, int]] = []

    def add(self, start: int, length: int) -> None:
        insort(self._stretches, (start, start + length))

    def gaps(self, start: int, end: int) -> list[tuple[int, int]]:
        """What of [start, end) is not covered."""
        free = []
        place = max(bisect_right(self._stretches, (start, end)) - 1, 0)
        for low, high in self._stretches[place:]:
            if low >= end:
                break
            if low > start:
                free.append((start, low))
            start = max(start, high)
        if start < end:
            free.append((start, end))
        return free


def _runs(a: str, b: str, shortest: int, left_out: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """Every run of at least `shortest` equal letters that cannot be made longer: (place in a, place in b, length)."""
    if min(len(a), len(b)) < shortest:
        return []
    allowed = np.logical_not(np.lib.stride_tricks.sliding_window_view(left_out, shortest).any(axis=1))
    in_a, in_b = _pairs(_grams(a, shortest), *_ranked(b, shortest), allowed)
    if not len(in_a):
        return []
    diagonal = in_a - in_b
    order = np.lexsort((in_a, diagonal))
    in_a, in_b, diagonal = in_a[order], in_b[order], diagonal[order]
    breaks = np.flatnonzero((np.diff(diagonal) != 0) | (np.diff(in_a) != 1)) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(in_a)]))
    lengths = ends - starts - 1 + shortest
    return list(zip(in_a[starts].tolist(), in_b[starts].tolist(), lengths.tolist(), strict=True))


def _pairs(a: Hashes, order: Places, ranked: Hashes, allowed: NDArray[np.bool_]) -> tuple[Places, Places]:
    """All (place in a, place in b) with the same gram.

    A text that repeats itself thousands of times would give millions of pairs: beyond the limit the first bearer of
    a gram in `a` is paired with the first in `b`, the second with the second, and so on in turn.
    """
    first = np.searchsorted(ranked, a, "left")
    counts = np.where(allowed, np.searchsorted(ranked, a, "right") - first, 0)
    if counts.sum() > PAIRS_AT_MOST:
        in_a = np.flatnonzero(counts)
        return in_a, order[first[in_a] + _turns(a)[in_a] % counts[in_a]]
    in_a = np.repeat(np.arange(len(a)), counts)
    offset = np.arange(len(in_a)) - np.repeat(np.cumsum(counts) - counts, counts)
    return in_a, order[np.repeat(first, counts) + offset]


def _turns(grams: NDArray[np.uint64]) -> Places:
    """For each gram, how many equal ones stand before it."""
    order = np.argsort(grams, kind="stable")
    ranked = grams[order]
    turns = np.empty(len(grams), dtype=np.int64)
    turns[order] = np.arange(len(grams)) - np.searchsorted(ranked, ranked, "left")
    return turns
