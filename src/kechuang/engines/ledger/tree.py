"""A log that grows leaf by leaf and remembers every perfect subtree, so that roots and proofs cost a few reads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Protocol

from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.merkle import EMPTY, Proof, consistency_path, inclusion_path, node_hash


class Hashes(Protocol):
    """Where the tree keeps its hashes of 32 bytes: a sequence that only grows. A list will do; so will a file or a table.

    `extend` is called once for each `append` or `extend` of the tree and must keep all or nothing.
    """

    def __len__(self) -> int: ...
    def __getitem__(self, number: int, /) -> bytes: ...
    def extend(self, hashes: Iterable[bytes], /) -> None: ...


class Tree:
    """The Merkle tree over the leaf hashes so far. Opening an existing one reads at most 64 hashes."""

    __slots__ = ("_peaks", "hashes", "size")

    def __init__(self, hashes: Hashes | None = None) -> None:
        self.hashes: Hashes = [] if hashes is None else hashes
        self.size = _leaves_behind(len(self.hashes))
        self._peaks = self._perfect(0, self.size)

    def append(self, leaf: bytes) -> int:
        """Take in one leaf hash; its index."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> int:
        """Take in leaf hashes with one write to the storage; the index of the first of them."""
        first = size = self.size
        peaks, fresh = list(self._peaks), []
        for leaf in leaves:
            fresh.append(leaf)
            below = size
            while below & 1:
                leaf = node_hash(peaks.pop(), leaf)
                fresh.append(leaf)
                below >>= 1
            peaks.append(leaf)
            size += 1
        self.hashes.extend(fresh)
        self._peaks, self.size = peaks, size
        return first

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, or over all."""
        if size is None or size == self.size:
            return _joined(self._peaks)
        self._must_hold(size)
        return _joined(self._perfect(0, size))

    def inclusion_proof(self, index: int, *, size: int | None = None) -> Proof:
        """That leaf `index` stands in the tree of the first `size` leaves, or of all."""
        whole = self.size if size is None else size
        self._must_hold(whole)
        return inclusion_path(self._root_of, index, whole)

    def consistency_proof(self, old: int, *, size: int | None = None) -> Proof:
        """That the tree of `old` leaves is the beginning of the tree of the first `size` leaves, or of all."""
        whole = self.size if size is None else size
        self._must_hold(whole)
        return consistency_path(self._root_of, old, whole)

    def _must_hold(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise LedgerError("tree_not_that_large", old=size, size=self.size)

    def _root_of(self, start: int, end: int) -> bytes:
        return _joined(self._perfect(start, end))

    def _perfect(self, start: int, end: int) -> list[bytes]:
        """The roots of the perfect subtrees that make up a stretch of leaves, from left to right.

        `start` is a multiple of the largest of them, as it is in every stretch of RFC 6962.
        """
        found = []
        while start < end:
            level = (end - start).bit_length() - 1
            found.append(self.hashes[_place(level, start >> level)])
            start += 1 << level
        return found


def _joined(peaks: list[bytes]) -> bytes:
    """The root over perfect subtrees that shrink from left to right."""
    if not peaks:
        return EMPTY
    joined = peaks[-1]
    for peak in reversed(peaks[:-1]):
        joined = node_hash(peak, joined)
    return joined


def _hashes_behind(leaves: int) -> int:
    """How many hashes are kept for that many leaves: each leaf, and each perfect subtree once it is full."""
    return 2 * leaves - leaves.bit_count()


def _place(level: int, index: int) -> int:
    """Where the hash of the perfect subtree of 2^level leaves with that index is kept: right after its last leaf."""
    last_leaf = ((index + 1) << level) - 1
    return _hashes_behind(last_leaf) + level


def whole_hashes(kept: int) -> int:
    """How many of `kept` hashes to keep after a crash: those up to the last leaf that was written whole."""
    leaves = bisect_right(range(kept + 1), kept, key=_hashes_behind) - 1
    return _hashes_behind(leaves)


def _leaves_behind(kept: int) -> int:
    """How many leaves stand behind that many hashes; LedgerError if the last write was not whole."""
    if whole_hashes(kept) != kept:
        raise LedgerError("tree_half_written", kept=kept, whole=whole_hashes(kept))
    return bisect_left(range(kept + 1), kept, key=_hashes_behind)
