"""Numbers that identify people and accounts are stored encrypted, and found again by a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from random import Random
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(b"kechuang fields\n" + settings.SECRET_KEY.encode()).digest())


def keyed_digest(text: str) -> str:
    """A digest of this very text; useless without this installation's key."""
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def number_digest(number: str) -> str:
    """A digest by which an encrypted number is looked up: written with x or X at its end, with a blank beside it, it is the same."""
    return keyed_digest(number.strip().upper())


_bytes: ContextVar[Callable[[int], bytes]] = ContextVar("random_bytes", default=os.urandom)


def random_bytes(count: int) -> bytes:
    """Random bytes from the operating system, or from the seed of a rehearsal."""
    return _bytes.get()(count)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Ids, salts and nonces from `seed` inside this block: two rehearsals of one seed write the same bytes."""
    held = _bytes.set(Random(seed).randbytes)
    try:
        yield
    finally:
        _bytes.reset(held)


_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def token(length: int = 10) -> str:
    """A public id: not sequential, no letters that are mistaken for digits."""
    return "".join(_ALPHABET[b % len(_ALPHABET)] for b in random_bytes(length))


def coded(text: str, length: int) -> str:
    """As a token, but the same for the same text; nobody has it who has not both the text and this installation's key."""
    return "".join(_ALPHABET[b % len(_ALPHABET)] for b in bytes.fromhex(keyed_digest(f"coded\n{text}"))[:length])


class EncryptedText(models.BinaryField):
    """Text at rest as AES-GCM (nonce before ciphertext); str in Python."""

    def from_db_value(self, value: bytes | None, *_: Any) -> str | None:
        if value is None:
            return None
        value = bytes(value)
        return _cipher().decrypt(value[:12], value[12:], None).decode() if value else ""

    def get_prep_value(self, value: str | None) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        nonce = random_bytes(12)
        return nonce + _cipher().encrypt(nonce, value.encode(), None) if value else b""

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> str:
        return ""


class EncryptedJSON(models.BinaryField):
    """A JSON value at rest as AES-GCM: answers and what was said hold identity and account numbers among other things."""

    def from_db_value(self, value: bytes | None, *_: Any) -> Any:
        if value is None:
            return None
        value = bytes(value)
        return json.loads(_cipher().decrypt(value[:12], value[12:], None)) if value else {}

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        nonce = random_bytes(12)
        return nonce + _cipher().encrypt(nonce, json.dumps(value, ensure_ascii=False).encode(), None)

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        return {}
