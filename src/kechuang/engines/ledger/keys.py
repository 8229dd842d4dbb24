"""RSA-3072 keys as PEM bytes, and PKCS#1 v1.5 signatures with SHA-256: the standard library alone can verify them."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kechuang.engines.ledger.fault import LedgerError

BITS = 3072


def new_key() -> RSAPrivateKey:
    """A fresh key, from the operating system's randomness; takes up to a second or two."""
    return generate_private_key(public_exponent=65537, key_size=BITS)


def private_pem(key: RSAPrivateKey, *, password: bytes | None = None) -> bytes:
    """PKCS#8 in PEM, encrypted if a password is given."""
    lock = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


def public_pem(key: RSAPrivateKey | RSAPublicKey) -> bytes:
    """The public half as SubjectPublicKeyInfo in PEM: this is what the witness, the receipts and the public get."""
    public = key.public_key() if isinstance(key, RSAPrivateKey) else key
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_der(key: RSAPublicKey) -> bytes:
    """The same in DER: what a fingerprint is taken over."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@lru_cache(maxsize=4)  # its primes are tried each time it is read: a tenth of a second
def read_private(pem: bytes, *, password: bytes | None = None) -> RSAPrivateKey:
    """The key of `private_pem`; LedgerError for anything but RSA-3072 with exponent 65537."""
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError):
        raise LedgerError("key_unreadable") from None
    if not isinstance(key, RSAPrivateKey) or not _fit(key.public_key()):
        raise LedgerError("key_of_wrong_kind", bits=BITS)
    return key


def read_public(pem: bytes) -> RSAPublicKey:
    """The key of `public_pem`; LedgerError for anything but RSA-3072 with exponent 65537."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError):
        raise LedgerError("key_unreadable") from None
    if not isinstance(key, RSAPublicKey) or not _fit(key):
        raise LedgerError("key_of_wrong_kind", bits=BITS)
    return key


def sign(key: RSAPrivateKey, text: str) -> bytes:
    """The signature over the UTF-8 text: 384 bytes, and the same each time."""
    return key.sign(text.encode("utf-8"), PKCS1v15(), SHA256())


def verify_signature(key: RSAPublicKey, text: str, signature: bytes) -> bool:
    """Whether that key signed that very text."""
    try:
        key.verify(signature, text.encode("utf-8"), PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _fit(key: RSAPublicKey) -> bool:
    return key.key_size == BITS and key.public_numbers().e == 65537
