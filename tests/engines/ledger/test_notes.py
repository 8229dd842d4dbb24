"""Checkpoints as text, keys as PEM, signatures, and the lines of the leaf file."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kechuang.engines.ledger import (
    EMPTY,
    Checkpoint,
    Leaf,
    LedgerError,
    checkpoint_text,
    digest,
    fingerprint,
    leaf_hash,
    new_key,
    open_note,
    private_pem,
    public_pem,
    read_checkpoint,
    read_leaves,
    read_private,
    read_public,
    seal,
    sign,
    verify_signature,
    write_leaves,
)
from tests.engines.ledger.scene import KEY, ORIGIN, START

POINT = Checkpoint(ORIGIN, 7, sha256(b"root").digest(), START)
LEAF = Leaf(0, digest(b"record"), "case:2026-0001", 1)
LINE = b"0\t" + LEAF.digest.encode() + b"\t1\tcase:2026-0001\n"


def refused(ask, *arguments, **more):
    with pytest.raises(LedgerError) as fault:
        ask(*arguments, **more)
    return fault.value.reason.code


def test_a_checkpoint_is_four_lines():
    text = checkpoint_text("ledger.example/log", 0, EMPTY, datetime(2026, 3, 2, 1, 2, 3, 4000, tzinfo=UTC))
    assert text == (
        "ledger.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n2026-03-02T01:02:03.004+00:00\n"
    )


def test_a_checkpoint_is_read_back_from_its_text():
    assert read_checkpoint(POINT.text) == POINT


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("7\n", "07\n"),
        ("7\n", "+7\n"),
        ("7\n", "-7\n"),
        ("+08:00", "+0800"),
        ("+08:00", ""),
        ("=\n", "\n"),
        ("\n2026", "\r\n2026"),
        (ORIGIN, ""),
        ("+08:00\n", "+08:00\nmore\n"),
        ("+08:00\n", "+08:00"),
    ],
)
def test_a_checkpoint_written_in_any_other_way_is_not_read(old, new):
    assert POINT.text.replace(old, new) != POINT.text
    assert refused(read_checkpoint, POINT.text.replace(old, new)) == "checkpoint_unreadable"


@pytest.mark.parametrize("origin", ["", "a log", "a\nlog", "a+log"])
def test_an_origin_is_one_word(origin):
    assert refused(checkpoint_text, origin, 0, EMPTY, START) == "origin_unfit"


def test_a_checkpoint_needs_a_size_a_whole_root_and_a_time_with_its_offset():
    assert refused(checkpoint_text, ORIGIN, -1, EMPTY, START) == "checkpoint_unfit"
    assert refused(checkpoint_text, ORIGIN, 0, b"", START) == "checkpoint_unfit"
    assert refused(checkpoint_text, ORIGIN, 0, EMPTY, START.replace(tzinfo=None)) == "checkpoint_unfit"


def test_a_sealed_note_opens_with_the_key_that_signed_it_also_after_a_change_of_keys():
    newer = new_key()
    assert open_note(seal(POINT, KEY), keys=[newer.public_key(), KEY.public_key()]) == POINT
    assert refused(open_note, seal(POINT, newer), keys=[KEY.public_key()]) == "checkpoint_forged"


def test_a_note_is_the_text_an_empty_line_and_hint_and_signature_in_base64():
    text, signature_line = seal(POINT, KEY).split("\n\n")
    mark, name, signed = signature_line.split()
    assert (text + "\n", mark, name) == (POINT.text, "—", ORIGIN)
    assert b64decode(signed)[4:] == sign(KEY, POINT.text)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("\n7\n", "\n8\n", "checkpoint_forged"),
        ("2026-03-02", "2026-03-03", "checkpoint_forged"),
        ("— ledger", "— another", "checkpoint_unreadable"),
        ("==\n", "=\n", "checkpoint_unreadable"),
        ("==\n", "==\n\n", "checkpoint_unreadable"),
        ("\n\n", "\n", "checkpoint_unreadable"),
        ("— ", "- ", "checkpoint_unreadable"),
    ],
)
def test_an_altered_note_does_not_open(old, new, code):
    altered = new.join(seal(POINT, KEY).rsplit(old, 1))
    assert altered != seal(POINT, KEY)
    assert refused(open_note, altered, keys=[KEY.public_key()]) == code


def test_a_signature_holds_for_its_text_and_key_only():
    signature = sign(KEY, "台账\n")
    assert len(signature) == 384
    assert verify_signature(KEY.public_key(), "台账\n", signature)
    assert not verify_signature(KEY.public_key(), "台账", signature)
    assert not verify_signature(new_key().public_key(), "台账\n", signature)
    assert not verify_signature(KEY.public_key(), "台账\n", signature[:-1])


def test_keys_go_out_as_pem_and_come_back_the_same():
    assert read_private(private_pem(KEY)).private_numbers() == KEY.private_numbers()
    assert read_public(public_pem(KEY)).public_numbers() == KEY.public_key().public_numbers()
    assert public_pem(KEY.public_key()) == public_pem(KEY)


def test_a_private_key_may_be_locked_with_a_password():
    locked = private_pem(KEY, password=b"long enough")
    assert read_private(locked, password=b"long enough").private_numbers() == KEY.private_numbers()
    assert refused(read_private, locked) == "key_unreadable"
    assert refused(read_private, locked, password=b"wrong") == "key_unreadable"


def test_shorter_keys_other_kinds_and_other_bytes_are_refused():
    short = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    curve = ec.generate_private_key(ec.SECP256R1())
    written = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert (refused(read_private, private_pem(short)), refused(read_private, written)) == ("key_of_wrong_kind",) * 2
    assert (refused(read_public, public_pem(short)), refused(read_public, public)) == ("key_of_wrong_kind",) * 2
    assert (refused(read_private, b"x"), refused(read_public, b"x")) == ("key_unreadable", "key_unreadable")


def test_a_fingerprint_is_the_digest_of_the_keys_der():
    der = b64decode("".join(public_pem(KEY).decode().splitlines()[1:-1]))
    assert fingerprint(KEY.public_key()) == digest(der)


def test_a_leaf_is_a_line_of_index_digest_position_and_subject():
    assert write_leaves([LEAF]) == LINE
    assert list(read_leaves([LINE, LINE])) == [LEAF, LEAF]
    assert LEAF.hash == leaf_hash(bytes.fromhex(LEAF.digest))


@pytest.mark.parametrize(
    "line",
    [
        LINE[:-1],
        LINE[:40],
        b"\n",
        b"00" + LINE[1:],
        b"-1" + LINE[1:],
        LINE.upper(),
        LINE.replace(b"\t1\t", b"\t0\t"),
        LINE.replace(b"case", b"\xff"),
        LINE.replace(b"case:2026-0001", b""),
    ],
)
def test_a_torn_or_altered_line_is_refused_with_its_number(line):
    with pytest.raises(LedgerError) as fault:
        list(read_leaves([LINE, line]))
    assert (fault.value.reason.code, fault.value.reason.values["line"]) == ("leaf_unreadable", 2)


@pytest.mark.parametrize(
    "leaf", [Leaf(0, LEAF.digest, "a\tb", 1), Leaf(0, LEAF.digest, "a\nb", 1), Leaf(0, "", "a", 1)]
)
def test_a_leaf_that_could_not_be_read_back_is_not_written(leaf):
    assert refused(write_leaves, [leaf]) == "leaf_unfit"
