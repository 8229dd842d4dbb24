"""Scores as exact integers with ties broken by the seed: the same problem in another order gives the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii

import numpy as np

from kechuang.engines.panel.problem import NEAR, SMALL, Array, Dense, Ints, Problem, Sparse

ROOM = 62  # bits of a cost times the number of nodes, which the flow solver multiplies by
MOST_TIE, LEAST_TIE = 16, 4  # fewer bits than these break no tie worth the work: the keyed order does
MOST_BITS = 40
GROUPED = 64  # candidates of a project that may lie in different groups of one level


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
        whole = np.rint(scores.astype(np.float64) * float(1 << self.bits)).astype(np.int64)
        if not self.tie:
            return whole
        return (whole << self.shift) + self.ties(rows, cols)

    def at(self, rows: Array, cols: Array) -> Ints:
        return self.of(rows, cols, self.pairs.at(rows, cols))

    def ties(self, rows: Array, cols: Array) -> Ints:
        """The tie bits: the top of a multiplicative hash (D. Knuth) of the two seeded keys."""
        mixed = (self.row_key[rows] ^ self.col_key[cols]) * np.uint64(0x9E3779B97F4A7C15)
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
    values = problem.pairs.values()
    bits, exact = _bits(values)
    top = int(max(values.max(initial=1), -values.min(initial=0)) + 1).bit_length()
    groups = 3 * n * min(m, GROUPED) if problem.nest else 0
    room = ROOM - (n + m + 1 + groups).bit_length() - top
    if bits > room:
        bits, exact = room, False
    above = max(1, problem.seats * scale).bit_length()
    tie = min(MOST_TIE, room - bits - above)
    tie = tie if tie >= LEAST_TIE else 0
    shift = tie + above if tie else 0
    rows, cols = labels(problem)
    keys = _seeded(rows, seed), _seeded(cols, seed)
    return Weights(problem.pairs, bits, shift, tie, exact, *keys, rows, cols)


def mix(z: Array) -> Array:
    """splitmix64's finaliser over an array of uint64."""
    z = z ^ (z >> np.uint64(30))  # a new array; the rest in place
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def labels(problem: Problem) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of rows and columns: those given, else made of their contents, so that the order in the file is no name.

    Rows that cannot be told apart by anything in the file are numbered in its order.
    """
    if problem.projects and problem.experts:
        return problem.projects, problem.experts
    if isinstance(problem.pairs, Sparse) or problem.shape[0] * problem.shape[1] > SMALL:
        rows, cols = (
            tuple(f"{letter}{k}" for k in range(size)) for letter, size in zip("pe", problem.shape, strict=True)
        )
    else:
        row_hash, col_hash = _contents(problem, problem.pairs)
        rows, cols = _named(row_hash), _named(col_hash)
    return problem.projects or rows, problem.experts or cols


def _contents(problem: Problem, pairs: Dense) -> tuple[Array, Array]:
    """Order-free hashes of rows and columns: sums of mixed entries, refined while that tells more of them apart.

    One round of refinement names a row by its neighbours, as colours do (B. Weisfeiler and A. Leman 1968).
    """
    entries = np.empty(problem.shape, np.uint64)
    for first, last in pairs.chunks(NEAR):
        plain = np.ascontiguousarray(pairs.scores[first:last] + pairs.scores.dtype.type(0))
        said = plain.view(f"u{plain.itemsize}") + (pairs.mask[first:last].astype(np.uint64) << np.uint64(40))
        entries[first:last] = mix(said)
    rows = mix(problem.demand.astype(np.uint64)) + entries.sum(1, dtype=np.uint64)
    cols = mix((problem.cap * 1000 + problem.lo).astype(np.uint64)) + entries.sum(0, dtype=np.uint64)
    before = (0, 0)
    while (now := (_distinct(rows), _distinct(cols))) != problem.shape and now != before:
        before = now
        alike_rows, alike_cols = _repeated(rows), _repeated(cols)
        by_col = mix(entries[alike_rows] + cols[None, :]).sum(1, dtype=np.uint64)
        by_row = mix(entries[:, alike_cols] + rows[:, None]).sum(0, dtype=np.uint64)
        rows[alike_rows] = mix(rows[alike_rows] + by_col)
        cols[alike_cols] = mix(cols[alike_cols] + by_row)
    return rows, cols


def _distinct(hashes: Array) -> int:
    return len(set(hashes.tolist()))


def _repeated(hashes: Array) -> Ints:
    """Positions of the values that stand more than once."""
    _, place, times = np.unique(hashes, return_inverse=True, return_counts=True)
    return np.flatnonzero(times[place] > 1)


def _named(hashes: Array) -> tuple[str, ...]:
    seen: dict[int, int] = {}
    names = []
    for value in hashes.tolist():
        times = seen[value] = seen.get(value, 0) + 1
        names.append(f"{value:016x}" if times == 1 else f"{value:016x}.{times}")
    return tuple(names)


def _seeded(names: tuple[str, ...], seed: bytes) -> Array:
    """The first 64 bits of SHA-256 over the JSON list of the seed (hex) and the name, as the verifier takes them."""
    start = f'["{seed.hex()}", '
    said = (f"{start}{encode_basestring_ascii(name)}]".encode() for name in names)
    words = b"".join([hashlib.sha256(one).digest()[:8] for one in said])
    return np.frombuffer(words, ">u8").astype(np.uint64)


def _bits(values: Array) -> tuple[int, bool]:
    """The fewest bits after the point that hold every score exactly, up to MOST_BITS; false where some are rounded."""
    bits = 0
    for first in range(0, len(values), NEAR):
        part = values[first : first + NEAR].astype(np.float64)
        bits = max(bits, _finest(part[:: max(1, len(part) // 1024)]))
        scaled = part * float(1 << min(bits, MOST_BITS))
        if (finer := scaled != np.rint(scaled)).any():
            bits = max(bits, _finest(part[finer]))
        if bits > MOST_BITS:
            return MOST_BITS, False
    return bits, True


def _finest(values: Array) -> int:
    """Bits after the point of the value that has most: 53 less its exponent and its trailing zeros."""
    part, exponent = np.frexp(values[values != 0])
    whole = np.ldexp(part, 53).astype(np.int64)
    zeros = np.frexp((whole & -whole).astype(np.float64))[1] - 1
    return int((53 - exponent - zeros).max(initial=0))
