"""What the applicant takes home: the record, its digests, and what proves that it was logged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kechuang.engines.ledger.canon import read
from kechuang.engines.ledger.chain import digest, link, sm3

FORMAT = 1


def receipt(body: bytes, *, previous: str) -> dict[str, Any]:
    """A JSON-ready receipt over a record's canonical body; `previous` is the digest the record was chained to.

    It holds `content` (the body as a value), `sha256`, `sm3` where this Python has it, `previous` and the record's
    `digest`. Whoever has it can show that a record was accepted, even if the operator loses the record.
    """
    sm3_digest = sm3(body)
    return {
        "receipt": FORMAT,
        "content": read(body),
        "sha256": digest(body),
        **({"sm3": sm3_digest} if sm3_digest else {}),
        "previous": previous,
        "digest": link(previous, body),
    }


def with_proof(
    receipt: dict[str, Any], *, index: int, proof: Sequence[bytes], checkpoint: str, public_key: bytes
) -> dict[str, Any]:
    """The same receipt once the record is logged: leaf `index`, its inclusion proof in the tree of the signed note
    `checkpoint`, and the PEM of the key that signed it. `verify_receipt.py` checks all of it."""
    return {
        **receipt,
        "index": index,
        "proof": [step.hex() for step in proof],
        "checkpoint": checkpoint,
        "public_key": public_key.decode("ascii"),
    }
