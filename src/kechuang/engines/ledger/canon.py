"""One value, one text: canonical JSON after RFC 8785, without floats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from kechuang.engines.ledger.fault import LedgerError

LARGEST = 2**53 - 1
DEEPEST = 64

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False).encode


class NotCanonical(LedgerError):
    """A value that has no canonical form here; `reason.values` tell the path to it and what to write instead."""

    def __init__(self, why: str, mend: str, path: str = "") -> None:
        super().__init__("not_canonical", path=path, why=why, mend=mend)
        self.why, self.mend, self.path = why, mend, path

    def under(self, key: object) -> NotCanonical:
        return NotCanonical(self.why, self.mend, f"{key}.{self.path}".rstrip("."))


def canonical(value: object) -> bytes:
    """The RFC 8785 bytes of None, bool, str, int within ±(2^53 - 1), and lists and str-keyed mappings of them.

    Amounts, rates and dates go in as strings. A float, a larger int, a lone surrogate or any other type
    raises `NotCanonical`, which names the path.
    """
    ordered = _ordered(value, 0)
    try:
        return _write(ordered).encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half a surrogate pair", "give whole Unicode characters") from None


def read(body: bytes) -> Any:
    """The value of canonical bytes; `NotCanonical` if they are not the canonical form of what they say."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise NotCanonical("this is not JSON", "give the bytes as they were hashed") from None
    if canonical(value) != body:
        raise NotCanonical("this JSON is not in canonical form", "give the bytes as they were hashed")
    return value


def _ordered(value: object, depth: int) -> object:
    """The same value with its keys in the order of their UTF-16 code units, once every part is known to be allowed."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if -LARGEST <= value <= LARGEST else _refuse_large(value)
    if depth >= DEEPEST:
        raise NotCanonical(f"nested deeper than {DEEPEST}", "keep a record flat")
    if isinstance(value, Mapping):
        return {key: _under(key, value[key], depth) for key in _keys(value)}
    if isinstance(value, (list, tuple)):
        return [_under(number, part, depth) for number, part in enumerate(value)]
    raise NotCanonical(f"a {type(value).__name__} has no canonical form", "write it as a string")


def _under(key: object, value: object, depth: int) -> object:
    try:
        return _ordered(value, depth + 1)
    except NotCanonical as fault:
        raise fault.under(key) from None


def _keys(value: Mapping[Any, object]) -> list[str]:
    for key in value:
        if not isinstance(key, str):
            raise NotCanonical(f"the key {key!r} is not a text", "write keys as strings")
    if all(map(str.isascii, value)):
        return sorted(value)
    return sorted(value, key=_utf16)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _refuse_large(value: int) -> NoReturn:
    raise NotCanonical("a whole number beyond 2^53 - 1 is not exact in JSON", f'write it as a string: "{value}"')
