"""The single writer of the log: it numbers committed records, writes leaves and a signed checkpoint to every witness."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings
from django.db import transaction

from kechuang.casework.models import Checkpoint, Record
from kechuang.engines import ledger
from kechuang.engines.ledger import Leaf

ORIGIN = "kechuang/log"
LEAVES, NOTES, PUBLIC = "leaves.tsv", "checkpoints", "log-key.pem"
_HASH = 32


class FileHashes:
    """The tree's hashes in one file of the data folder, 32 bytes each; a torn end is cut off when it is opened."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._file = open(path, "r+b")  # noqa: SIM115
        os.ftruncate(self._file.fileno(), os.fstat(self._file.fileno()).st_size // _HASH * _HASH)

    def __len__(self) -> int:
        return os.fstat(self._file.fileno()).st_size // _HASH

    def __getitem__(self, number: int) -> bytes:
        return os.pread(self._file.fileno(), _HASH, number * _HASH)

    def extend(self, hashes: Iterable[bytes]) -> None:
        joined = b"".join(hashes)
        os.pwrite(self._file.fileno(), joined, len(self) * _HASH)
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@lru_cache(maxsize=1)
def signing_key() -> RSAPrivateKey:
    """The log's key, made once, mode 0600; its public half lies in every witness folder."""
    path = settings.DATA / "log-key.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(ledger.private_pem(ledger.new_key()))
    key = ledger.read_private(path.read_bytes())
    for folder in settings.WITNESS:
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / PUBLIC).exists():
            (folder / PUBLIC).write_bytes(ledger.public_pem(key))
    return key


@contextmanager
def _alone() -> Iterator[bool]:
    """True for the one process that holds the sealer's lock, False for every other."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with open(settings.DATA / "sealer.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def seal(on: datetime) -> int:
    """Log every committed record that has no number yet; how many. Never by `id > last`: PostgreSQL commits out of order."""
    with _alone() as mine:
        if not mine:
            return 0
        key = signing_key()
        tree = _opened_tree()
        try:
            leaves = _number(tree.size)
            if leaves:
                tree.extend(leaf.hash for leaf in leaves)
                for folder in settings.WITNESS:
                    _append(folder / LEAVES, ledger.write_leaves(leaves))
                _checkpoint(tree, key, on)
            return len(leaves)
        finally:
            tree.hashes.close()  # type: ignore[attr-defined]


def _opened_tree() -> ledger.Tree:
    """The tree as the hash file tells it, caught up with records that were numbered before a crash."""
    tree = ledger.Tree(FileHashes(settings.DATA / "log-hashes"))
    missing = Record.objects.filter(log_index__gte=tree.size).order_by("log_index")
    late = [_leaf(record) for record in missing]
    if late:
        tree.extend(leaf.hash for leaf in late)
        for folder in settings.WITNESS:
            _append(folder / LEAVES, ledger.write_leaves(late))
    return tree


def _leaf(record: Record) -> Leaf:
    subject = f"{record.subject_kind}:{record.subject}"
    return Leaf(record.log_index or 0, record.digest, subject, record.position)


def _number(size: int) -> list[Leaf]:
    """Give numbers to what waits, in the order of their rows; the leaves to write."""
    with transaction.atomic():
        waiting = list(Record.objects.select_for_update().filter(log_index=None).order_by("pk"))
        for offset, record in enumerate(waiting):
            record.log_index = size + offset
        Record.objects.bulk_update(waiting, ["log_index"], batch_size=300)
    return [_leaf(record) for record in waiting]


def _append(path: Path, lines: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab") as out:
        out.write(lines)
        out.flush()
        os.fsync(out.fileno())


def _checkpoint(tree: ledger.Tree, key: RSAPrivateKey, on: datetime) -> None:
    note = ledger.seal(ledger.Checkpoint(ORIGIN, tree.size, tree.root(), on), key)
    for folder in settings.WITNESS:
        _append(folder / NOTES / f"{tree.size:012d}.note", note.encode())
    Checkpoint.objects.get_or_create(size=tree.size, defaults={"root": tree.root().hex(), "text": note, "on": on})


def proof(record: Record) -> dict[str, object] | None:
    """What shows that a record is in the log: its index, the path and the newest checkpoint; None until it is sealed."""
    newest = Checkpoint.objects.order_by("-size").first()
    if record.log_index is None or newest is None or newest.size <= record.log_index:
        return None
    tree = ledger.Tree(FileHashes(settings.DATA / "log-hashes"))
    path = tree.inclusion_proof(record.log_index, size=newest.size)
    tree.hashes.close()  # type: ignore[attr-defined]
    key = ledger.public_pem(signing_key())
    return {"index": record.log_index, "proof": path, "checkpoint": newest.text, "public_key": key}
