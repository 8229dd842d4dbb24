"""The single writer of the log: it numbers committed records, writes leaves and a signed checkpoint to every witness.

The order is: numbers (database), hashes (data folder), leaves and note (each witness folder), checkpoint (database).
Each step can be told from what the step before it left, so a crash between any two is mended by the next `seal`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from kechuang.casework.files import to_disk
from kechuang.casework.models import Checkpoint, Record
from kechuang.engines import ledger
from kechuang.engines.ledger import Leaf, LedgerError
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

ORIGIN = "kechuang/log"
LEAVES, NOTES, PUBLIC = "leaves.tsv", "checkpoints", "log-key.pem"
HASHES, LOCK = "log-hashes", "sealer.lock"
_HASH = 32
_LONGEST_LINE = 4096
_BATCH = 5000
_TABLE = Record._meta.db_table
# One statement: a year's records, first sealed at its end, took a minute by the ORM's cases of three hundred rows.
_GIVE_NUMBERS = (
    f'UPDATE "{_TABLE}" SET log_index = %s + waits.n - 1 FROM '
    f'(SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM "{_TABLE}" WHERE log_index IS NULL) AS waits '
    f'WHERE "{_TABLE}".id = waits.id'
)


class FileHashes:
    """The tree's hashes in one file of the data folder, 32 bytes each; a reader never cuts, the sealer cuts a torn end."""

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        self._file = open(path, "r+b" if writing else "rb")  # noqa: SIM115
        self._length = ledger.whole_hashes(os.fstat(self._file.fileno()).st_size // _HASH)
        if writing:
            self.cut(self._length)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: int) -> bytes:
        return os.pread(self._file.fileno(), _HASH, number * _HASH)

    def extend(self, hashes: Iterable[bytes]) -> None:
        joined = b"".join(hashes)
        os.pwrite(self._file.fileno(), joined, self._length * _HASH)
        os.fsync(self._file.fileno())
        self._length += len(joined) // _HASH

    def cut(self, length: int) -> None:
        """Forget every hash from `length` on."""
        os.ftruncate(self._file.fileno(), length * _HASH)
        self._length = length

    def close(self) -> None:
        self._file.close()


def seal(on: datetime) -> int:
    """Log every committed record that has no number yet; how many. Never by `id > last`: PostgreSQL commits out of order.

    Refused as `log_differs_from_checkpoint`, `witness_knows_more` or `witness_differs` when the data folder is not the
    one that the witness saw: nothing is numbered or written then, and only a person can say which of them is right.
    """
    with _alone(wait=False) as mine:
        if not mine:
            return 0
        key = signing_key()
        hashes = FileHashes(settings.DATA / HASHES, writing=True)
        try:
            tree = _opened_tree(hashes, newest_checkpoint())
            _witness(tree, key, on)
            count = _number(tree.size)
            if count:
                _take_in_numbered(tree)
                _witness(tree, key, on)
            return count
        finally:
            hashes.close()


def strange_witness() -> Path | None:
    """A witness folder that holds the log of another house, where this one has no record yet: nothing could be sealed beside it."""
    if Record.objects.exists():
        return None
    logs = (folder / LEAVES for folder in settings.WITNESS)
    return next((log.parent for log in logs if log.exists() and log.stat().st_size), None)


@contextmanager
def quiet() -> Iterator[None]:
    """No sealing while this block runs: what is numbered then is also in the witness."""
    with _alone(wait=True):
        yield


@contextmanager
def _alone(*, wait: bool) -> Iterator[bool]:
    """True for the one who holds the sealer's lock, False for every other; with `wait`, after waiting for it."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    with open(settings.DATA / LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def newest_checkpoint() -> Checkpoint | None:
    return Checkpoint.objects.order_by("-size").first()


def _opened_tree(hashes: FileHashes, newest: Checkpoint | None) -> ledger.Tree:
    """The tree over every numbered record. The file only saves work: what the newest checkpoint does not vouch for,

    or all of it where the root is another, is taken in again from the records.
    """
    size = newest.size if newest else 0
    trusted = 2 * size - size.bit_count()
    if len(hashes) < trusted:
        hashes.cut(0)
    hashes.cut(min(len(hashes), trusted))
    tree = ledger.Tree(hashes)
    if newest and tree.root().hex() != newest.root:
        hashes.cut(0)
        tree = ledger.Tree(hashes)
    _take_in_numbered(tree)
    if newest and (tree.size < size or tree.root(size).hex() != newest.root):
        hashes.cut(0)
        raise Refused(Reason("log_differs_from_checkpoint", size=size))
    return tree


def _take_in_numbered(tree: ledger.Tree) -> None:
    """The leaves of numbered records that the tree lacks; it ends where a number is missing."""
    for leaves in _leaves_from(tree.size):
        tree.extend(leaf.hash for leaf in leaves)


def _leaves_from(size: int, end: int | None = None) -> Iterator[list[Leaf]]:
    """Numbered records from `size` on as leaves, in batches, without a gap."""
    while end is None or size < end:
        until = size + _BATCH if end is None else min(end, size + _BATCH)
        rows = Record.objects.filter(log_index__gte=size, log_index__lt=until).order_by("log_index")
        leaves = [_leaf(row) for row in rows.only("subject_kind", "subject", "position", "digest", "log_index")]
        leaves = [leaf for expected, leaf in enumerate(leaves, size) if leaf.index == expected]
        if not leaves:
            return
        yield leaves
        size += len(leaves)


def _leaf(record: Record) -> Leaf:
    subject = f"{record.subject_kind}:{record.subject}"
    return Leaf(record.log_index or 0, record.digest, subject, record.position)


def _number(size: int) -> int:
    """Give numbers to what waits, in the order of their rows; how many. A number that was ever given is not given again."""
    with transaction.atomic():
        last = Record.objects.aggregate(last=Max("log_index"))["last"]
        if last is not None and last >= size:
            raise Refused(Reason("log_differs_from_checkpoint", size=size))
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_NUMBERS, [size])
            return int(cursor.rowcount)


def _witness(tree: ledger.Tree, key: RSAPrivateKey, on: datetime) -> None:
    """Leaves and checkpoint of the tree as it stands, to every witness that lacks them."""
    for folder in settings.WITNESS:
        _bring_up(folder / LEAVES, tree.size)
    _checkpoint(tree, key, on)


def _bring_up(path: Path, size: int) -> None:
    """Write what this leaf file lacks of the first `size` leaves, after cutting off a torn last line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    last = _whole_end(path)
    if last is not None and last.index >= size:
        raise Refused(Reason("witness_knows_more", folder=str(path.parent), lines=last.index + 1, size=size))
    if last is not None:
        ours = Record.objects.filter(log_index=last.index).first()
        if ours is not None and _leaf(ours) != last:
            raise Refused(Reason("witness_differs", folder=str(path.parent), line=last.index + 1))
    written = last.index + 1 if last else 0
    for leaves in _leaves_from(written, size):
        _append(path, ledger.write_leaves(leaves))
        written += len(leaves)
    if written < size:
        raise Refused(Reason("log_differs_from_checkpoint", size=size))


def _whole_end(path: Path) -> Leaf | None:
    """The last leaf of the file, None if it has none; what stands behind its last line feed is cut off."""
    if not path.exists():
        return None
    with open(path, "r+b") as file:
        size = os.fstat(file.fileno()).st_size
        start = max(0, size - 2 * _LONGEST_LINE)
        end = os.pread(file.fileno(), size - start, start)
        whole = end[: end.rfind(b"\n") + 1]
        if len(whole) < len(end):
            os.ftruncate(file.fileno(), start + len(whole))
    lines = whole.splitlines(keepends=True)
    try:
        return next(ledger.read_leaves(lines[-1:]), None)
    except LedgerError:
        raise Refused(Reason("witness_unreadable", folder=str(path.parent))) from None


def _append(path: Path, lines: bytes) -> None:
    fresh = not path.exists()
    with open(path, "ab") as out:
        out.write(lines)
        out.flush()
        os.fsync(out.fileno())
    if fresh:
        to_disk(path.parent)


def _write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """The whole file or none, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(partial, path)
    to_disk(path.parent)


def _checkpoint(tree: ledger.Tree, key: RSAPrivateKey, on: datetime) -> None:
    """One signed note a size, the same in every witness folder and in the database; one already written is kept."""
    if tree.size == 0:
        return
    kept = Checkpoint.objects.filter(size=tree.size).first()
    text = kept.text if kept else _note_in_witness(tree)
    newest = newest_checkpoint()
    moment = max(on, newest.on) if newest else on  # a clock that was set back makes no note older than the one before
    text = text or ledger.seal(ledger.Checkpoint(ORIGIN, tree.size, tree.root(), moment), key)
    for path in _note_paths(tree.size):
        if not path.exists():
            _write_whole(path, text.encode())
    Checkpoint.objects.get_or_create(
        size=tree.size, defaults={"root": tree.root().hex(), "text": text, "on": _opened(text).on}
    )


def _note_paths(size: int) -> list[Path]:
    return [folder / NOTES / f"{size:012d}.note" for folder in settings.WITNESS]


def _note_in_witness(tree: ledger.Tree) -> str:
    """The note of this size that a crash left behind in a witness folder, "" if there is none."""
    for path in _note_paths(tree.size):
        if path.exists():
            text = path.read_text("utf-8")
            if _opened(text).root != tree.root():
                raise Refused(Reason("witness_differs", folder=str(path.parent.parent), line=tree.size))
            return text
    return ""


def _opened(text: str) -> ledger.Checkpoint:
    try:
        return ledger.open_note(text, keys=public_keys(settings.DATA, *settings.WITNESS))
    except LedgerError as error:
        raise Refused(error.reason) from None


def signing_key() -> RSAPrivateKey:
    """The log's key, made once, mode 0600; its public half, and that of every earlier key, lies in every witness folder."""
    path = settings.DATA / PUBLIC
    if not path.exists():
        _write_whole(path, ledger.private_pem(ledger.new_key()), 0o600)
    key = ledger.read_private(path.read_bytes())
    public = ledger.public_pem(key)
    name = f"log-key-{ledger.fingerprint(key.public_key())[:16]}.pem"
    for folder in (settings.DATA, *settings.WITNESS):
        if not (folder / name).exists():
            _write_whole(folder / name, public)
    for folder in settings.WITNESS:
        if not (folder / PUBLIC).exists() or (folder / PUBLIC).read_bytes() != public:
            _write_whole(folder / PUBLIC, public)
    return key


def public_keys(*folders: Path) -> list[RSAPublicKey]:
    """Every public key that lies in these folders, each once."""
    paths = [path for folder in folders for path in sorted(folder.glob("log-key*.pem"))]
    pems = {pem for path in paths if b"PUBLIC KEY" in (pem := path.read_bytes())}
    return [ledger.read_public(pem) for pem in sorted(pems)]


def proof(record: Record) -> dict[str, object] | None:
    """What `ledger.with_proof` adds to the receipt of a logged record: index, path, newest checkpoint and its key.

    None until the record is sealed. It reads beside the sealer without waiting for it.
    """
    newest = newest_checkpoint()
    if record.log_index is None or newest is None or newest.size <= record.log_index:
        return None
    hashes = FileHashes(settings.DATA / HASHES)
    try:
        tree = ledger.Tree(hashes)
        if tree.size < newest.size:
            return None
        path = tree.inclusion_proof(record.log_index, size=newest.size)
    finally:
        hashes.close()
    key = _key_of(newest.text)
    return {"index": record.log_index, "proof": path, "checkpoint": newest.text, "public_key": ledger.public_pem(key)}


def _key_of(note: str) -> RSAPublicKey:
    """The public key that signed this note."""
    for key in public_keys(settings.DATA):
        try:
            ledger.open_note(note, keys=[key])
            return key
        except LedgerError:
            continue
    raise Refused(Reason("checkpoint_forged"))
