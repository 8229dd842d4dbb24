"""Scores as exact integers with ties broken by the seed: the same problem in another order gives the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from kechuang.engines.panel.problem import CHUNK, Array, Dense, Ints, Problem, Sparse

ROOM = 62  # bits of a cost times the number of nodes, which the flow solver multiplies by
MOST_TIE = 16
MOST_BITS = 40


@dataclass(frozen=True, slots=True)
class Weights:
    """weight = (score · 2^bits, an integer) · 2^shift + tie; ties stay below one step of the score, even summed up.

    `exact` says that no score was rounded. `row_key`, `col_key` are the seeded keys of projects and experts, from
    their labels; they give the tie bits and, as ranks, the order in which the solver sees them.
    """

    pairs: Dense | Sparse
    bits: int
    shift: int
    tie: int
    exact: bool
    row_key: Array
    col_key: Array
    row_label: tuple[str, ...]
    col_label: tuple[str, ...]

    def of(self, rows: Array, cols: Array, scores: Array) -> Ints:
        """Weights of pairs whose scores are at hand; arrays that broadcast."""
        whole = np.rint(np.ldexp(scores.astype(np.float64), self.bits)).astype(np.int64)
        if not self.tie:
            return whole
        return (whole << self.shift) + self.ties(rows, cols)

    def at(self, rows: Array, cols: Array) -> Ints:
        return self.of(rows, cols, self.pairs.at(rows, cols))

    def ties(self, rows: Array, cols: Array) -> Ints:
        """The tie bits: the top of splitmix64 (G. Steele, D. Lea, C. Flood 2014) over the sum of the two keys."""
        mixed = mix(self.row_key[rows] + self.col_key[cols])
        return (mixed >> np.uint64(64 - self.tie)).astype(np.int64)

    @property
    def unit(self) -> float:
        """How much weight one point of score is."""
        return float(1 << (self.bits + self.shift))


def weights(problem: Problem, *, seed: bytes, scale: int = 1) -> Weights:
    """The exact weights of a problem; where the solver's integers have no room, tie bits go first, then precision.

    `scale` is how many units of flow make one assignment: ties must stay below one step even summed over them.
    """
    n, m = problem.shape
    bits, exact = _bits(problem.pairs.values())
    top = int(np.abs(problem.pairs.values()).max(initial=1) + 1).bit_length()
    room = ROOM - (n + m + 1).bit_length() - top
    if bits > room:
        bits, exact = room, False
    above = max(1, problem.seats * scale).bit_length()
    tie = min(MOST_TIE, room - bits - above)
    shift = tie + above if tie > 0 else 0
    rows, cols = labels(problem, bits)
    keys = _seeded(rows, seed, "project"), _seeded(cols, seed, "expert")
    return Weights(problem.pairs, bits, shift, max(tie, 0), exact, *keys, rows, cols)


def mix(z: Array) -> Array:
    """splitmix64's finaliser over an array of uint64."""
    z = z ^ (z >> np.uint64(30))
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def labels(problem: Problem, bits: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of rows and columns: those given, else made of their contents, so that the order in the file is no name.

    Rows that cannot be told apart by anything in the file are numbered in its order.
    """
    if problem.projects and problem.experts:
        return problem.projects, problem.experts
    if isinstance(problem.pairs, Sparse) or problem.shape[0] * problem.shape[1] > 8 * CHUNK:
        rows, cols = (
            tuple(f"{letter}{k}" for k in range(size)) for letter, size in zip("pe", problem.shape, strict=True)
        )
    else:
        row_hash, col_hash = _contents(problem, problem.pairs, bits)
        rows, cols = _named(row_hash), _named(col_hash)
    return problem.projects or rows, problem.experts or cols


def _contents(problem: Problem, pairs: Dense, bits: int) -> tuple[Array, Array]:
    """Order-free hashes of rows and columns: sums of mixed entries, refined until all differ (Weisfeiler, Leman)."""
    whole = np.rint(np.ldexp(pairs.scores.astype(np.float64), bits)).astype(np.int64).view(np.uint64)
    entries = mix((whole << np.uint64(1)) + pairs.mask)
    rows = mix(problem.demand.astype(np.uint64)) + entries.sum(1, dtype=np.uint64)
    cols = mix((problem.cap * 1000 + problem.lo).astype(np.uint64)) + entries.sum(0, dtype=np.uint64)
    for _ in range(3):
        if (len(np.unique(rows)), len(np.unique(cols))) == problem.shape:
            break
        by_col, by_row = mix(entries + cols[None, :]), mix(entries + rows[:, None])
        rows, cols = mix(rows + by_col.sum(1, dtype=np.uint64)), mix(cols + by_row.sum(0, dtype=np.uint64))
    return rows, cols


def _named(hashes: Array) -> tuple[str, ...]:
    seen: dict[int, int] = {}
    names = []
    for value in hashes.tolist():
        times = seen[value] = seen.get(value, 0) + 1
        names.append(f"{value:016x}" if times == 1 else f"{value:016x}.{times}")
    return tuple(names)


def _seeded(names: tuple[str, ...], seed: bytes, side: str) -> Array:
    start = hashlib.sha256(seed + side.encode())
    words = bytearray()
    for name in names:
        one = start.copy()
        one.update(name.encode())
        words += one.digest()[:8]
    return np.frombuffer(bytes(words), ">u8").astype(np.uint64)


def _bits(values: Array) -> tuple[int, bool]:
    """The fewest bits after the point that hold every score exactly, up to MOST_BITS; false where some are rounded."""
    bits = 0
    for first in range(0, len(values), CHUNK):
        part = values[first : first + CHUNK].astype(np.float64)
        for view in (part[:: max(1, len(part) // 2048)], part):
            while bits <= MOST_BITS and not _whole(np.ldexp(view, bits)):
                bits += 1
        if bits > MOST_BITS:
            return MOST_BITS, False
    return bits, True


def _whole(values: Array) -> bool:
    return bool((values == np.rint(values)).all())
