"""Digests, and the chain that gives the records of one subject their order."""

from __future__ import annotations

import hashlib

from kechuang.engines.ledger.fault import LedgerError

_LINK = b"\x02"  # beside 0 and 1, which RFC 6962 gives to leaves and nodes


def digest(content: bytes) -> str:
    """SHA-256 of the bytes, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def sm3(content: bytes) -> str | None:
    """SM3 (GB/T 32905) of the bytes, 64 hex digits; None where this Python's OpenSSL has no SM3."""
    try:
        return hashlib.new("sm3", content).hexdigest()
    except ValueError:
        return None


def beginning(subject: str) -> str:
    """What the first record of a subject takes as its previous digest, so that no chain can pass for another's."""
    return digest(b"kechuang chain\n" + subject.encode("utf-8", "surrogatepass"))


def link(previous: str, body: bytes) -> str:
    """A record's digest: SHA-256 over 0x02, the previous record's digest and the SHA-256 of the body.

    `previous` is 64 hex digits: the digest of the subject's record before, or `beginning(subject)`.
    """
    try:
        before = bytes.fromhex(previous)
    except ValueError:
        before = b""
    if len(before) != 32:
        raise LedgerError("previous_is_no_digest", previous=previous)
    return hashlib.sha256(_LINK + before + hashlib.sha256(body).digest()).hexdigest()
