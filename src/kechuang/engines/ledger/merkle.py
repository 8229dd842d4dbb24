"""The Merkle tree of RFC 6962: hashes, roots, proofs and their verification."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from kechuang.engines.ledger.fault import LedgerError

EMPTY = sha256(b"").digest()

Proof = tuple[bytes, ...]
RootOf = Callable[[int, int], bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf's data, 32 bytes. In this house a leaf's data is a record's digest: `bytes.fromhex(digest)`."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, computed level by level: a million leaves take about a second."""
    level = list(leaves)
    while len(level) > 1:
        above = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0] if level else EMPTY


def inclusion_proof(leaves: Sequence[bytes], index: int) -> Proof:
    """The hashes that lead from leaf `index` to the root over all these leaf hashes."""
    return inclusion_path(lambda start, end: root(leaves[start:end]), index, len(leaves))


def consistency_proof(leaves: Sequence[bytes], old: int) -> Proof:
    """The hashes that show the root over the first `old` leaf hashes to be a beginning of the root over all."""
    return consistency_path(lambda start, end: root(leaves[start:end]), old, len(leaves))


def inclusion_path(root_of: RootOf, index: int, size: int) -> Proof:
    """RFC 6962 section 2.1.1; `root_of(start, end)` is the root over that stretch of leaves."""
    if not 0 <= index < size:
        raise LedgerError("leaf_not_in_tree", index=index, size=size)
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(root_of(middle, end))
            end = middle
        else:
            path.append(root_of(start, middle))
            start = middle
    return tuple(reversed(path))


def consistency_path(root_of: RootOf, old: int, size: int) -> Proof:
    """RFC 6962 section 2.1.2; empty for `old` 0 and for `old` equal to `size`."""
    if not 0 <= old <= size:
        raise LedgerError("tree_not_that_large", old=old, size=size)
    if old == 0:
        return ()
    start, end, path = 0, size, []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(root_of(middle, end))
            end = middle
        else:
            path.append(root_of(start, middle))
            start = middle
    if start:
        path.append(root_of(start, end))
    return tuple(reversed(path))


def verify_inclusion(proof: Sequence[bytes], *, leaf: bytes, index: int, size: int, root: bytes) -> bool:
    """Whether this leaf hash stands at `index` in the tree of `size` leaves with that root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, at, last = leaf, index, size - 1
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(other, node)
            at, last = _up_from_left_edge(at, last)
        else:
            node = node_hash(node, other)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(proof: Sequence[bytes], *, old: int, old_root: bytes, size: int, root: bytes) -> bool:
    """Whether the tree of `old` leaves is the beginning of the tree of `size` leaves (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and old_root == (root if old == size else EMPTY)
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return bool(steps) and _roots(steps, at, last) == (old_root, root)


def _roots(steps: Sequence[bytes], at: int, last: int) -> tuple[bytes, bytes] | None:
    """The old and the new root to which the steps of a consistency proof lead; None if there are too many or too few."""
    old_root = new_root = steps[0]
    for other in steps[1:]:
        if last == 0:
            return None
        if at & 1 or at == last:
            old_root, new_root = node_hash(other, old_root), node_hash(other, new_root)
            at, last = _up_from_left_edge(at, last)
        else:
            new_root = node_hash(new_root, other)
        at, last = at >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _up_from_left_edge(at: int, last: int) -> tuple[int, int]:
    """Past the levels on which the last node stands alone and is carried up unchanged."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1
