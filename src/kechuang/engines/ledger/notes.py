"""Checkpoints: the size and root of the log at a time, as a short text that is signed, printed and kept elsewhere."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.keys import public_der, sign, verify_signature

_ALGORITHM = b"\xffrsa-3072-pkcs1v15-sha256"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`size` leaves had this `root` (32 bytes) in the log named `origin`, at the time `on` (with its offset)."""

    origin: str
    size: int
    root: bytes
    on: datetime

    @property
    def text(self) -> str:
        return checkpoint_text(self.origin, self.size, self.root, self.on)


def checkpoint_text(origin: str, size: int, root: bytes, on: datetime) -> str:
    """Four lines, as in a C2SP tlog-checkpoint: origin, size, base64 root, and the time to the millisecond."""
    if not origin or not origin.isprintable() or "+" in origin or any(map(str.isspace, origin)):
        raise LedgerError("origin_unfit", origin=origin)
    if size < 0 or len(root) != 32 or on.tzinfo is None:
        raise LedgerError("checkpoint_unfit", origin=origin, size=size)
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n{on.isoformat(timespec='milliseconds')}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of such a text; LedgerError if a single character is not as `checkpoint_text` writes it."""
    try:
        origin, size, root, on, end = text.split("\n")
        checkpoint = Checkpoint(origin, int(size), b64decode(root, validate=True), datetime.fromisoformat(on))
        same = not end and checkpoint.text == text
    except ValueError:
        same = False
    if not same:
        raise LedgerError("checkpoint_unreadable")
    return checkpoint


def seal(checkpoint: Checkpoint, key: RSAPrivateKey) -> str:
    """The signed note: the checkpoint's text, an empty line, and one signature line with a hint of the key."""
    signed = key_hint(checkpoint.origin, key.public_key()) + sign(key, checkpoint.text)
    return f"{checkpoint.text}\n— {checkpoint.origin} {b64encode(signed).decode()}\n"


def open_note(note: str, *, keys: Sequence[RSAPublicKey]) -> Checkpoint:
    """The checkpoint of a note that one of the keys signed.

    LedgerError `checkpoint_unreadable` or `checkpoint_forged` otherwise.
    """
    text, gap, line = note.partition("\n\n")
    checkpoint = read_checkpoint(text + "\n") if gap else read_checkpoint("")
    signed = _signed(line, checkpoint.origin)
    for key in keys:
        hint = key_hint(checkpoint.origin, key)
        if signed.startswith(hint) and verify_signature(key, checkpoint.text, signed[len(hint) :]):
            return checkpoint
    raise LedgerError("checkpoint_forged", size=checkpoint.size)


def key_hint(origin: str, key: RSAPublicKey) -> bytes:
    """Four bytes by which a reader knows which key to try, after C2SP signed-note."""
    return sha256(origin.encode("utf-8") + b"\n" + _ALGORITHM + public_der(key)).digest()[:4]


def fingerprint(key: RSAPublicKey) -> str:
    """The SHA-256 of the key's DER, 64 hex digits: to be published where the operator of the log cannot change it."""
    return sha256(public_der(key)).hexdigest()


def _signed(line: str, origin: str) -> bytes:
    """Hint and signature of a signature line; base64 that could be written otherwise is refused."""
    start, end = f"— {origin} ", "\n"
    if not line.startswith(start) or not line.endswith(end):
        raise LedgerError("checkpoint_unreadable")
    written = line[len(start) : -len(end)]
    try:
        signed = b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        raise LedgerError("checkpoint_unreadable") from None
    if b64encode(signed).decode() != written:
        raise LedgerError("checkpoint_unreadable")
    return signed
