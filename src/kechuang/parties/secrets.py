"""Numbers that identify people and accounts are stored encrypted, and found again by a keyed digest."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


@lru_cache(maxsize=1)
def _cipher() -> AESGCM:
    return AESGCM(hashlib.sha256(b"kechuang fields\n" + settings.SECRET_KEY.encode()).digest())


def keyed_digest(text: str) -> str:
    """A digest by which an encrypted value can be looked up; useless without this installation's key."""
    return hmac.new(settings.SECRET_KEY.encode(), text.strip().upper().encode(), hashlib.sha256).hexdigest()


def token(length: int = 10) -> str:
    """A public id: not sequential, no letters that are mistaken for digits."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(alphabet[b % len(alphabet)] for b in os.urandom(length))


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
        nonce = os.urandom(12)
        return nonce + _cipher().encrypt(nonce, value.encode(), None) if value else b""

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> str:
        return ""
