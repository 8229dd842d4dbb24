"""Digests of known texts, and links that hold body, order and subject together."""

from __future__ import annotations

import hashlib

import pytest

from kechuang.engines.ledger import LedgerError, beginning, digest, link, sm3


def test_sha_256_of_the_standards_example():
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this Python's OpenSSL has no SM3")
def test_sm3_of_the_standards_example():
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_link_is_the_hash_of_a_two_the_digest_before_and_the_hash_of_the_body():
    before = beginning("case:1")
    expected = hashlib.sha256(b"\x02" + bytes.fromhex(before) + hashlib.sha256(b"body").digest()).hexdigest()
    assert link(before, b"body") == expected


def test_two_subjects_begin_differently():
    assert beginning("case:1") == digest(b"kechuang chain\ncase:1")
    assert beginning("case:1") != beginning("case:2")


@pytest.mark.parametrize("previous", ["", "00", "zz" * 32, "00" * 33])
def test_a_previous_digest_must_be_a_digest(previous):
    with pytest.raises(LedgerError) as fault:
        link(previous, b"body")
    assert fault.value.reason.code == "previous_is_no_digest"
