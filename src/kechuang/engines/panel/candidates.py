"""Which pairs are worth a look: the best few of each project, and afterwards whatever beats the prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from kechuang.engines.panel.network import Network, entry_potentials
from kechuang.engines.panel.problem import CHUNK, SMALL, Array, Dense, Ints, Problem, Sparse
from kechuang.engines.panel.weights import Weights

PER_ROUND = 8  # violators a project brings into one round at most: the best of them move the prices of the rest


@dataclass(slots=True)
class Search:
    """The pairs of one problem with their weights; small dense ones are kept as one matrix of weights."""

    problem: Problem
    weights: Weights
    _whole: Ints | None = field(default=None)
    _open: Array | None = field(default=None)

    def __post_init__(self) -> None:
        n, m = self.problem.shape
        pairs = self.problem.pairs
        if isinstance(pairs, Dense) and n * m <= SMALL:
            self._open = ~pairs.mask & (self.problem.cap > 0)[None, :]
            whole = self.weights.of(np.arange(n)[:, None], np.arange(m)[None, :], pairs.scores)
            self._whole = np.where(self._open, whole, np.int64(-(1 << 62)))

    def best(self, top: int) -> tuple[Array, Array]:
        """The `top` heaviest pairs of every project, and of every expert who must be given a load."""
        n, m = self.problem.shape
        rows, cols = (np.concatenate(part) for part in zip(*self._best(min(top, m)), strict=True))
        if self._whole is not None and self.problem.lo.any():
            many = min(n, 4 * int(self.problem.lo.max()) + 4)
            more = np.argpartition(self._whole, n - many, axis=0)[n - many :]
            rows = np.concatenate([rows, more.ravel()])
            cols = np.concatenate([cols, np.tile(np.arange(m), many)])
        forced = np.array(self.problem.forced, np.int64).reshape(-1, 2)
        return self.lawful(np.concatenate([rows, forced[:, 0]]), np.concatenate([cols, forced[:, 1]]))

    def all(self) -> tuple[Array, Array]:
        n, m = self.problem.shape
        return self.best(m) if n else (np.zeros(0, np.int64), np.zeros(0, np.int64))

    def lawful(self, rows: Array, cols: Array) -> tuple[Array, Array]:
        """Each pair once, without conflicts and without experts who take nothing."""
        keys = np.sort(rows.astype(np.int64) * self.problem.shape[1] + cols)
        keys = keys[np.diff(keys, prepend=-1) > 0]
        rows, cols = keys // self.problem.shape[1], keys % self.problem.shape[1]
        good = self.problem.cap[cols] > 0
        if isinstance(self.problem.pairs, Dense):
            good &= ~self.problem.pairs.mask[rows, cols]
        return rows[good], cols[good]

    def violators(self, net: Network, at: Ints) -> tuple[Array, Array]:
        """Lawful pairs outside the candidates whose weight is more than the prices of their ends."""
        width = np.int64(self.problem.shape[1])
        known = np.sort(net.rows * width + net.cols)
        found = []
        for rows, cols, weight in self._above(net, at):
            excess = weight - entry_potentials(net, at, rows, cols) + at[net.expert_node[cols]]
            good = (excess > 0) & (self.problem.cap[cols] > 0)
            keys = (rows * width + cols)[good]
            place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
            fresh = known[place] != keys
            found.append((keys[fresh], excess[good][fresh]))
        keys, excess = (np.concatenate(part) for part in zip(*found, strict=True))
        keys = _heaviest(keys, excess, width)
        return keys // width, keys % width

    def _best(self, top: int) -> Iterator[tuple[Array, Array]]:
        pairs = self.problem.pairs
        n = pairs.shape[0]
        if isinstance(pairs, Sparse):
            yield _best_sparse(pairs, top)
        elif self._whole is not None:
            yield np.repeat(np.arange(n), top), _tops(self._whole, top).ravel()
        else:
            for first, last in pairs.chunks():
                block = np.where(pairs.mask[first:last], -np.inf, pairs.scores[first:last])
                yield np.repeat(np.arange(first, last), top), _tops(block, top).ravel()

    def _above(self, net: Network, at: Ints) -> Iterator[tuple[Array, Array, Ints]]:
        """Lawful pairs, chunk by chunk, that could be violators, with their weights."""
        pairs = self.problem.pairs
        project, expert = at[net.project_node], at[net.expert_node]
        if isinstance(pairs, Sparse):
            rows = pairs.rows()
            for first in range(0, len(rows), CHUNK):
                r, c = rows[first : first + CHUNK], pairs.cols[first : first + CHUNK]
                weight = self.weights.of(r, c, pairs.vals[first : first + CHUNK])
                keep = weight > project[r] - expert[c]
                yield r[keep].astype(np.int64), c[keep].astype(np.int64), weight[keep]
        elif self._whole is not None:
            r, c = np.nonzero(self._whole > project[:, None] - expert[None, :])
            yield r, c, self._whole[r, c]
        else:
            yield from self._above_large(pairs, project, expert)

    def _above_large(self, pairs: Dense, project: Ints, expert: Ints) -> Iterator[tuple[Array, Array, Ints]]:
        """A float filter with room for its rounding and for the tie bits first, exact integers for what passes."""
        unit = self.weights.unit
        floor, price = (project / unit).astype(np.float32), (expert / unit).astype(np.float32)
        room = 1e-5 * (1 + abs(floor).max(initial=0) + abs(price).max(initial=0))
        slack = np.float32(room + (1 << self.weights.tie) / unit)
        for first, last in pairs.chunks():
            near = (pairs.scores[first:last] + price[None, :]) > (floor[first:last] - slack)[:, None]
            near &= ~pairs.mask[first:last]
            r, c = np.nonzero(near)
            r += first
            yield r, c, self.weights.at(r, c)


def _tops(block: Array, top: int) -> Array:
    width = block.shape[1]
    return (
        np.argpartition(block, width - top, axis=1)[:, width - top :]
        if top < width
        else np.tile(np.arange(width), (len(block), 1))
    )


def _best_sparse(pairs: Sparse, top: int) -> tuple[Array, Array]:
    """The best `top` of each row of a graph: by partition where rows are equally long, else by one sort."""
    lengths = np.diff(pairs.indptr)
    rows = pairs.rows()
    if (lengths <= top).all():
        return rows.astype(np.int64), pairs.cols.astype(np.int64)
    if (lengths == lengths[0]).all():
        width = int(lengths[0])
        block, step = pairs.vals.reshape(-1, width), max(1, CHUNK // width)
        parts = [_tops(block[first : first + step], top) for first in range(0, len(block), step)]
        place = (np.concatenate(parts) + (np.arange(len(block)) * width)[:, None]).ravel()
        return rows[place].astype(np.int64), pairs.cols[place].astype(np.int64)
    order = np.lexsort((-pairs.vals, rows))
    rank = np.arange(len(rows)) - pairs.indptr[rows]
    place = order[rank < top]
    return rows[place].astype(np.int64), pairs.cols[place].astype(np.int64)


def _heaviest(keys: Ints, excess: Ints, width: np.int64) -> Ints:
    """At most PER_ROUND of each project, the largest excess first."""
    order = np.lexsort((-excess, keys // width))
    rows = keys[order] // width
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    rank = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))
    return keys[order[rank < PER_ROUND]]
