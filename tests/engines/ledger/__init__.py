"""Tests of the ledger engine."""
