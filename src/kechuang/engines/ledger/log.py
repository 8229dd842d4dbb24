"""The audit of the witness itself: do the leaves fit the signed checkpoints, and from where on do they not?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from kechuang.engines.ledger.chain import beginning
from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.merkle import leaf_hash
from kechuang.engines.ledger.notes import Checkpoint, open_note
from kechuang.engines.ledger.report import Fault
from kechuang.engines.ledger.tree import Tree
from kechuang.engines.ledger.witness import Leaf
from kechuang.words.reason import Reason

_WIDTH = 32
_BATCH = 4096


@dataclass(slots=True)
class Log:
    """The leaves of the witness, packed (about 50 bytes a leaf), with the checkpoints that hold and the faults found."""

    digests: bytearray = field(default_factory=bytearray)
    subjects: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _labels: dict[tuple[str, int], int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.subjects)

    @property
    def covered(self) -> int:
        return self.checkpoints[-1].size if self.checkpoints else 0

    def digest(self, index: int) -> str:
        return self.digests[index * _WIDTH : (index + 1) * _WIDTH].hex()

    def before(self, index: int) -> str:
        """The digest to which the record of this leaf was chained, as the witness knows it; "" if it does not."""
        if self.positions[index] == 1:
            return beginning(self.subjects[index])
        if not self._labels:
            self._labels.update({label: at for at, label in enumerate(zip(self.subjects, self.positions, strict=True))})
        earlier = self._labels.get((self.subjects[index], self.positions[index] - 1))
        return "" if earlier is None else self.digest(earlier)

    def seen_between(self, index: int) -> tuple[datetime | None, datetime | None]:
        """The times of the last checkpoint without this leaf and of the first one with it."""
        at = bisect_right(self.checkpoints, index, key=_size)
        earlier = self.checkpoints[at - 1].on if at else None
        return earlier, self.checkpoints[at].on if at < len(self.checkpoints) else None


def _size(checkpoint: Checkpoint) -> int:
    return checkpoint.size


def log_from(leaves: Iterable[Leaf], notes: Iterable[str], *, keys: Sequence[RSAPublicKey]) -> Log:
    """Read the witness: take in every leaf, open every note, and compare each checkpoint with the tree as it grew."""
    log = Log()
    _take_leaves(log, leaves)
    opened = _open_notes(log, notes, keys)
    _compare(log, opened)
    if len(log) and not opened:
        log.faults.append(Fault(Reason("checkpoint_missing", leaves=len(log))))
    _compare_times(log)
    return log


def _take_leaves(log: Log, leaves: Iterable[Leaf]) -> None:
    """Up to the first leaf that cannot be read or is out of place: after that no index can be believed."""
    known: dict[str, str] = {}
    try:
        for leaf in leaves:
            if leaf.index != len(log.subjects):
                log.faults.append(Fault(Reason("leaf_out_of_place", expected=len(log)), log_index=leaf.index))
                return
            log.digests += bytes.fromhex(leaf.digest)
            log.subjects.append(known.setdefault(leaf.subject, leaf.subject))
            log.positions.append(leaf.position)
    except LedgerError as error:
        log.faults.append(Fault(error.reason, log_index=len(log)))


def _open_notes(log: Log, notes: Iterable[str], keys: Sequence[RSAPublicKey]) -> list[Checkpoint]:
    """The checkpoints whose signature holds, smallest first; the others become faults, counted from 1."""
    opened = []
    for number, note in enumerate(notes, 1):
        try:
            opened.append(open_note(note, keys=keys))
        except LedgerError as error:
            log.faults.append(Fault(Reason(error.reason.code, number=number, **error.reason.values)))
    return sorted(opened, key=lambda checkpoint: (checkpoint.size, checkpoint.on))


def _compare(log: Log, opened: list[Checkpoint]) -> None:
    """Grow the tree to the size of each checkpoint. Of a run of checkpoints that differ only the first is a fault:

    the leaf that was changed stands between the last one that held and that one.
    """
    tree, held, broken = Tree(), 0, False
    for checkpoint in opened:
        if checkpoint.size > len(log):
            log.faults.append(_cut(log, checkpoint))
            return
        _grow(tree, log, checkpoint.size)
        if tree.root() == checkpoint.root:
            log.checkpoints.append(checkpoint)
            held, broken = checkpoint.size, False
        elif not broken:
            between = Reason("log_rewritten", first=held, last=checkpoint.size - 1, on=checkpoint.on)
            log.faults.append(Fault(between, log_index=held))
            broken = True


def _cut(log: Log, checkpoint: Checkpoint) -> Fault:
    reason = Reason("log_cut", leaves=len(log), size=checkpoint.size, on=checkpoint.on)
    return Fault(reason, log_index=len(log))


def _grow(tree: Tree, log: Log, size: int) -> None:
    while tree.size < size:
        end = min(size, tree.size + _BATCH)
        packed = bytes(log.digests[tree.size * _WIDTH : end * _WIDTH])
        tree.extend([leaf_hash(packed[cut : cut + _WIDTH]) for cut in range(0, len(packed), _WIDTH)])


def _compare_times(log: Log) -> None:
    """A larger log that claims to be older than a smaller one: somebody's clock, or somebody's hand."""
    for earlier, later in zip(log.checkpoints, log.checkpoints[1:], strict=False):
        if later.on < earlier.on:
            reason = Reason("checkpoint_time_back", size=later.size, on=later.on, before=earlier.on)
            log.faults.append(Fault(reason))
