"""The ceremony: nobody alone chooses the seed, and what was sealed must be what is shown."""

from __future__ import annotations

import hashlib
import json

import pytest

from kechuang.engines.panel.ceremony import (
    UNREVEALED,
    commitment,
    companion,
    contributions,
    pool_digest,
    seed,
    unkept,
)  # fmt: skip
from kechuang.words.outcome import Refused

SECRETS = {"applicant": "a" * 32, "bureau": "b" * 32, "supervision": "c" * 32}
SEALED = {party: commitment(party, secret) for party, secret in SECRETS.items()}
DICE = "13642536142536142536"


def the_seed(**changes: object) -> bytes:
    given = {
        "dice": DICE,
        "commitments": tuple(SEALED.values()),
        "pool_digest": "p",
        "revealed": tuple(SECRETS.values()),
    }
    given |= changes
    return seed(given["dice"], given["commitments"], given["pool_digest"], revealed=given["revealed"])


def test_the_seed_is_the_same_for_the_same_ceremony():
    assert the_seed() == the_seed()


@pytest.mark.parametrize(
    "change",
    [{"dice": DICE[:-1] + "1"}, {"pool_digest": "q"}, {"revealed": ("a" * 32, "b" * 32, UNREVEALED)}, {"revealed": ()}],
)
def test_every_part_of_the_ceremony_moves_the_seed(change):
    assert the_seed(**change) != the_seed()


def test_moving_a_character_from_one_part_to_the_next_is_not_the_same_ceremony():
    assert the_seed(dice=DICE + "1", pool_digest="p") != the_seed(dice=DICE, pool_digest="1p")


def test_fewer_than_twenty_dice_are_refused():
    with pytest.raises(Refused) as refusal:
        the_seed(dice="1" * 19)
    assert refusal.value.codes == ["dice_too_few"]


@pytest.mark.parametrize("sealed", [("a", "b"), ("a", "b", "b")])
def test_fewer_than_three_different_commitments_are_refused(sealed):
    with pytest.raises(Refused) as refusal:
        the_seed(commitments=sealed, revealed=())
    assert refusal.value.codes == ["commitments_too_few"]


def test_reveals_must_be_as_many_as_commitments():
    with pytest.raises(Refused) as refusal:
        the_seed(revealed=("a" * 32,))
    assert refusal.value.codes == ["reveals_do_not_match"]


def test_a_kept_commitment_has_no_fault():
    assert unkept(SEALED, SECRETS) == {}


def test_a_missing_and_a_false_reveal_are_told_apart():
    shown = {"applicant": "a" * 32, "supervision": "x" * 32}
    assert unkept(SEALED, shown) == {"bureau": "missing", "supervision": "false"}


def test_who_does_not_reveal_brings_the_fallback_fixed_beforehand():
    assert contributions(SEALED, {"applicant": "a" * 32}) == ("a" * 32, UNREVEALED, UNREVEALED)


def test_a_commitment_copied_from_another_party_cannot_be_opened_with_his_secret():
    copied = SEALED | {"bureau": SEALED["applicant"]}
    assert unkept(copied, SECRETS | {"bureau": SECRETS["applicant"]}) == {"bureau": "false"}


def test_a_secret_short_enough_to_guess_is_refused():
    with pytest.raises(Refused) as refusal:
        commitment("bureau", "12345")
    assert refusal.value.codes == ["secret_too_short"]


def test_the_digest_of_the_pool_does_not_depend_on_its_order_but_on_every_member():
    assert pool_digest(["a", "b"]) == pool_digest(["b", "a"])
    assert pool_digest(["a", "b"]) != pool_digest(["a"])
    assert pool_digest(["a", "b"], rules="r") != pool_digest(["a", "b"])


def test_the_companion_of_the_seed_is_sm3_of_the_same_bytes():
    given = ("1" * 20, ["a", "b", "c"], "digest")
    said = json.dumps(("kechuang seed 1", given[0], given[2], given[1], [])).encode()
    assert seed(*given) == hashlib.sha256(said).digest()
    assert companion(*given) == (hashlib.new("sm3", said).hexdigest() if "sm3" in hashlib.algorithms_available else "")
