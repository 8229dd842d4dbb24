"""Ledger: canonical form, chains, the append-only log, proofs."""

from kechuang.engines.ledger.auditing import audit
from kechuang.engines.ledger.canon import NotCanonical, canonical, read
from kechuang.engines.ledger.chain import beginning, digest, link, sm3
from kechuang.engines.ledger.fault import LedgerError
from kechuang.engines.ledger.keys import (
    new_key,
    private_pem,
    public_pem,
    read_private,
    read_public,
    sign,
    verify_signature,
)
from kechuang.engines.ledger.merkle import (
    EMPTY,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from kechuang.engines.ledger.notes import (
    Checkpoint,
    checkpoint_text,
    fingerprint,
    open_note,
    read_checkpoint,
    seal,
)
from kechuang.engines.ledger.receipts import receipt, with_proof
from kechuang.engines.ledger.report import Attachment, Fault, Report, Row
from kechuang.engines.ledger.tree import Hashes, Tree, whole_hashes
from kechuang.engines.ledger.witness import Leaf, read_leaves, write_leaves

__all__ = [
    "EMPTY",
    "Attachment",
    "Checkpoint",
    "Fault",
    "Hashes",
    "Leaf",
    "LedgerError",
    "NotCanonical",
    "Report",
    "Row",
    "Tree",
    "audit",
    "beginning",
    "canonical",
    "checkpoint_text",
    "consistency_proof",
    "digest",
    "fingerprint",
    "inclusion_proof",
    "leaf_hash",
    "link",
    "new_key",
    "open_note",
    "private_pem",
    "public_pem",
    "read",
    "read_checkpoint",
    "read_leaves",
    "read_private",
    "read_public",
    "receipt",
    "root",
    "seal",
    "sign",
    "sm3",
    "verify_consistency",
    "verify_inclusion",
    "verify_signature",
    "whole_hashes",
    "with_proof",
    "write_leaves",
]
