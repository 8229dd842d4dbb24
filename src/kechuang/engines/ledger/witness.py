"""The lines of the leaf file: what the sealer appends outside the data folder for every record it logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.merkle import leaf_hash

_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One logged record: its index in the log, its digest, and whose record it was.

    Only the digest is under the root; subject and position are a label that helps to find what is missing.
    """

    index: int
    digest: str
    subject: str
    position: int

    @property
    def hash(self) -> bytes:
        return leaf_hash(bytes.fromhex(self.digest))


def write_leaves(leaves: Iterable[Leaf]) -> bytes:
    """The lines to append: index, digest, position and subject, with tabs between, in UTF-8."""
    return b"".join(map(_line, leaves))


def read_leaves(lines: Iterable[bytes]) -> Iterator[Leaf]:
    """The leaves of a leaf file, line by line; LedgerError `leaf_unreadable` tells the first bad line, counted from 1.

    A last line without its line feed was torn by a crash and is bad: the sealer cuts it off and writes it again.
    """
    for number, line in enumerate(lines, 1):
        leaf = _read(line)
        if leaf is None:
            raise LedgerError("leaf_unreadable", line=number)
        yield leaf


def _line(leaf: Leaf) -> bytes:
    written = f"{leaf.index}\t{leaf.digest}\t{leaf.position}\t{leaf.subject}\n".encode()
    if _read(written) != leaf:
        raise LedgerError("leaf_unfit", index=leaf.index)
    return written


def _read(line: bytes) -> Leaf | None:
    """The leaf of a line that is written just as `write_leaves` writes; None for any other."""
    try:
        index, digest, position, subject = line.decode("utf-8").split("\t")
        leaf = Leaf(int(index), digest, subject[:-1], int(position))
    except ValueError:
        return None
    plain = index == str(leaf.index) and position == str(leaf.position) and leaf.index >= 0 and leaf.position >= 1
    whole = subject.endswith("\n") and "\n" not in leaf.subject and leaf.subject != ""
    return leaf if plain and whole and len(digest) == 64 and _HEX.issuperset(digest) else None
