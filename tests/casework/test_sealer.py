"""The sealer: one log, the same in every witness, mended after a crash between any two steps."""

from __future__ import annotations

import os

import pytest

from kechuang.casework import sealer
from kechuang.casework.models import Checkpoint, Record
from kechuang.engines import ledger
from kechuang.words.outcome import Refused
from tests.casework.sealed import KEYS, a_round, folders, lines, notes, put_key, sealed, written

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """What stands for kill -9 in a test: nothing in the house catches it."""


def digests() -> list[str]:
    return list(Record.objects.order_by("log_index").values_list("digest", flat=True))


def roots(*folders_) -> list[list[str]]:
    return [[str(point.size) for point in opened(folder)] for folder in folders_]


def opened(folder) -> list[ledger.Checkpoint]:
    keys = sealer.public_keys(folder)
    return [ledger.open_note(text, keys=keys) for text in notes(folder).values()]


def whole(first, second) -> None:
    """Both witnesses hold every record in the order of its number, and the newest checkpoint is over all of them."""
    assert lines(first) == lines(second) == digests()
    assert notes(first) == notes(second)
    newest = opened(first)[-1]
    tree = [ledger.leaf_hash(bytes.fromhex(each)) for each in digests()]
    assert (newest.size, newest.root) == (len(tree), ledger.root(tree))
    assert Checkpoint.objects.get(size=newest.size).text == list(notes(first).values())[-1]


def test_records_are_numbered_and_both_witnesses_hold_leaves_note_and_key(settings, tmp_path):
    _, first, second = folders(settings, tmp_path)
    written(a_round(), 3)

    assert [sealed(1), sealed(2)] == [3, 0]

    whole(first, second)
    assert roots(first, second) == [["3"], ["3"]]
    assert (first / sealer.PUBLIC).read_bytes() == ledger.public_pem(KEYS[0])


def test_nothing_to_seal_writes_no_checkpoint(settings, tmp_path):
    _, first, _ = folders(settings, tmp_path)

    assert sealed() == 0

    assert (notes(first), Checkpoint.objects.count()) == ({}, 0)


STEPS = {
    "after the numbers": (sealer, "_take_in_numbered", 2),
    "after the hashes": (sealer, "_bring_up", 3),
    "between the two leaf files": (sealer, "_bring_up", 4),
    "after the leaves": (sealer, "_checkpoint", 2),
    "before the first note": (sealer, "_write_whole", 1),
    "between the two notes": (sealer, "_write_whole", 2),
    "before the database hears of the note": (sealer, "_opened", 1),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_between_two_steps_is_mended_by_the_next_seal(settings, tmp_path, monkeypatch, step):
    _, first, second = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 5)
    sealed(1)
    written(round_, 4)
    module, name, at = STEPS[step]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, dying(getattr(module, name), at))
        with pytest.raises(Killed):
            sealed(2)
    written(round_, 2)

    sealed(3)

    whole(first, second)
    assert len(lines(first)) == 11
    assert Record.objects.filter(log_index=None).count() == 0


def dying(function, at: int):
    """`function`, killed at its call number `at`."""
    seen = []

    def call(*args, **more):
        seen.append(1)
        if len(seen) == at:
            raise Killed
        return function(*args, **more)

    return call


def test_a_catch_up_alone_gets_its_checkpoint_too(settings, tmp_path, monkeypatch):
    _, first, second = folders(settings, tmp_path)
    written(a_round(), 4)
    with monkeypatch.context() as patch:
        patch.setattr(sealer, "_checkpoint", dying(sealer._checkpoint, 2))
        with pytest.raises(Killed):
            sealed(1)

    assert sealed(2) == 0

    whole(first, second)
    assert roots(first, second) == [["4"], ["4"]]


@pytest.mark.parametrize("bytes_left", [0, 31, 33, 32 * 4, 32 * 8 + 5])
def test_a_torn_hash_file_is_cut_and_written_again(settings, tmp_path, bytes_left):
    data, first, second = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 7)
    sealed(1)
    os.truncate(data / sealer.HASHES, bytes_left)
    written(round_, 1)

    sealed(2)

    whole(first, second)
    assert (data / sealer.HASHES).stat().st_size == (2 * 8 - 1) * 32


def test_a_spoiled_hash_file_is_written_again_from_the_records(settings, tmp_path):
    data, first, second = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 7)
    sealed(1)
    spoiled = bytearray((data / sealer.HASHES).read_bytes())
    spoiled[-1] ^= 1
    (data / sealer.HASHES).write_bytes(spoiled)
    written(round_, 1)

    sealed(2)

    whole(first, second)


@pytest.mark.parametrize("torn", [1, 30, 100, 300])
def test_a_torn_last_line_of_a_witness_is_cut_and_written_again(settings, tmp_path, torn):
    _, first, second = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 5)
    sealed(1)
    leaves = second / sealer.LEAVES
    os.truncate(leaves, leaves.stat().st_size - torn)
    written(round_, 1)

    sealed(2)

    whole(first, second)


def test_a_witness_folder_that_is_new_or_was_away_gets_what_it_lacks(settings, tmp_path):
    _, first, second = folders(settings, tmp_path)
    third = tmp_path / "third"
    round_ = a_round()
    written(round_, 5)
    sealed(1)
    settings.WITNESS = [first, second, third]

    assert sealed(2) == 0

    assert lines(third) == lines(first) == digests()
    assert list(notes(third)) == list(notes(first))


def test_a_second_note_of_the_same_size_is_never_written(settings, tmp_path):
    _, first, second = folders(settings, tmp_path)
    written(a_round(), 3)
    sealed(1)
    before = notes(first)
    Checkpoint.objects.all().delete()

    sealed(2)

    assert notes(first) == notes(second) == before
    assert Checkpoint.objects.get().text == before["000000000003.note"]


def test_after_a_change_of_key_both_public_keys_stay_in_every_witness(settings, tmp_path):
    data, first, second = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 2)
    sealed(1)
    put_key(data, KEYS[1])
    written(round_, 2)

    sealed(2)

    known = {ledger.fingerprint(key.public_key()) for key in KEYS}
    assert {ledger.fingerprint(key) for key in sealer.public_keys(second)} == known
    assert (first / sealer.PUBLIC).read_bytes() == ledger.public_pem(KEYS[1])
    assert roots(first, second) == [["2", "4"], ["2", "4"]]


def test_a_data_folder_older_than_its_witness_is_not_sealed_over_it(settings, tmp_path):
    _, first, _ = folders(settings, tmp_path)
    round_ = a_round()
    written(round_, 3)
    sealed(1)
    late = written(round_, 2)
    sealed(2)
    kept = lines(first)
    Record.objects.filter(pk__in=[record.pk for record in late]).delete()
    Checkpoint.objects.filter(size=5).delete()
    written(round_, 1)

    with pytest.raises(Refused) as refusal:
        sealed(3)

    assert refusal.value.codes == ["witness_knows_more"]
    assert lines(first) == kept
    assert Record.objects.filter(log_index=None).count() == 1


def test_a_cut_tail_does_not_free_its_numbers(settings, tmp_path):
    _, first, _ = folders(settings, tmp_path)
    round_ = a_round()
    late = written(round_, 4)[-1]
    sealed(1)
    late.delete()
    written(round_, 1)

    sealed(2)

    assert list(Record.objects.order_by("log_index").values_list("log_index", flat=True)) == [0, 1, 2, 4]
    assert len(lines(first)) == 5


def test_a_rewritten_record_stops_the_sealing_when_the_hashes_are_lost(settings, tmp_path):
    data, first, _ = folders(settings, tmp_path)
    record = written(a_round(), 4)[1]
    sealed(1)
    kept = lines(first)
    Record.objects.filter(pk=record.pk).update(digest="0" * 64)
    (data / sealer.HASHES).unlink()

    with pytest.raises(Refused) as refusal:
        sealed(2)

    assert refusal.value.codes == ["log_differs_from_checkpoint"]
    assert lines(first) == kept


def test_the_proof_of_a_sealed_record_completes_its_receipt_even_after_a_change_of_key(settings, tmp_path):
    data, _, _ = folders(settings, tmp_path)
    records = written(a_round(), 6)
    assert sealer.proof(records[2]) is None
    sealed(1)
    put_key(data, KEYS[1])
    sealer.signing_key()
    record = Record.objects.get(pk=records[2].pk)

    shown = sealer.proof(record)

    point = ledger.open_note(shown["checkpoint"], keys=[ledger.read_public(shown["public_key"])])
    leaf = ledger.leaf_hash(bytes.fromhex(record.digest))
    assert ledger.verify_inclusion(shown["proof"], leaf=leaf, index=2, size=6, root=point.root)
    assert ledger.with_proof(ledger.receipt(record.body.encode(), previous=record.previous), **shown)["index"] == 2


def test_a_second_sealer_at_the_same_time_does_nothing(settings, tmp_path):
    folders(settings, tmp_path)
    written(a_round(), 2)

    with sealer.quiet():
        assert sealed(1) == 0

    assert sealed(2) == 2
