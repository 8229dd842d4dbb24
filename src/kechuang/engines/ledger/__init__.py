"""Ledger: canonical form, chains, the append-only log, proofs."""
