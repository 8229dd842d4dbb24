"""The tree of RFC 6962 against the known vectors, against its own definition, and against altered proofs."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.ledger import (
    EMPTY,
    LedgerError,
    Tree,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)
from kechuang.engines.ledger.tree import whole_hashes

LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
CT = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]


def some(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def flipped(hashed: bytes, bit: int) -> bytes:
    return (int.from_bytes(hashed, "big") ^ 1 << bit).to_bytes(len(hashed), "big")


def test_the_empty_tree_has_the_known_root():
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (root([]), Tree().root()) == (EMPTY, EMPTY)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_eight_certificate_transparency_trees_have_the_known_roots(size):
    tree = Tree()
    tree.extend(CT[:size])
    assert (root(CT[:size]).hex(), tree.root().hex()) == (ROOTS[size - 1], ROOTS[size - 1])


def test_known_proofs_of_certificate_transparency():
    assert [step.hex() for step in inclusion_proof(CT, 0)] == INCLUSION_0_OF_8
    assert [step.hex() for step in consistency_proof(CT, 6)] == CONSISTENCY_6_TO_8
    assert [step.hex() for step in consistency_proof(CT, 1)] == INCLUSION_0_OF_8


@pytest.mark.parametrize("size", [*range(0, 40), 63, 64, 65, 127, 128, 129])
def test_root_is_what_the_definition_says(size):
    assert root(some(size)) == by_definition(some(size))


def test_a_growing_tree_keeps_every_root_it_ever_had():
    tree, leaves = Tree(), some(70)
    for size, leaf in enumerate(leaves):
        assert tree.append(leaf) == size
    assert [tree.root(size) for size in range(71)] == [by_definition(leaves[:size]) for size in range(71)]


@pytest.mark.parametrize("size", range(0, 33))
def test_every_proof_of_a_small_tree_verifies_and_both_ways_to_it_agree(size):
    leaves, tree = some(40), Tree()
    tree.extend(leaves)
    for index in range(size):
        proof = tree.inclusion_proof(index, size=size)
        assert proof == inclusion_proof(leaves[:size], index)
        assert verify_inclusion(proof, leaf=leaves[index], index=index, size=size, root=root(leaves[:size]))
    for old in range(size + 1):
        proof = tree.consistency_proof(old, size=size)
        assert proof == consistency_proof(leaves[:size], old)
        assert verify_consistency(proof, old=old, old_root=root(leaves[:old]), size=size, root=root(leaves[:size]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_altered_inclusion_proof_verifies(data):
    size = data.draw(st.integers(2, 400))
    index = data.draw(st.integers(0, size - 1))
    leaves = some(size)
    true = {
        "proof": inclusion_proof(leaves, index),
        "leaf": leaves[index],
        "index": index,
        "size": size,
        "root": root(leaves),
    }
    false = data.draw(st.sampled_from(["leaf", "root", "step", "drop", "add", "index"]))
    bit = data.draw(st.integers(0, 255))
    at = data.draw(st.integers(0, len(true["proof"]) - 1))
    steps = list(true["proof"])
    altered = {
        "leaf": {"leaf": flipped(true["leaf"], bit)},
        "root": {"root": flipped(true["root"], bit)},
        "step": {"proof": [*steps[:at], flipped(steps[at], bit), *steps[at + 1 :]]},
        "drop": {"proof": steps[:at] + steps[at + 1 :]},
        "add": {"proof": [*steps[:at], steps[at], *steps[at:]]},
        "index": {"index": (index + 1 + bit) % (size + 3)},
    }[false]
    if altered == {"index": index}:
        return

    assert verify_inclusion(true.pop("proof"), **true)
    true["proof"] = inclusion_proof(leaves, index)
    assert not verify_inclusion(**{**true, **altered})


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_altered_consistency_proof_verifies(data):
    size = data.draw(st.integers(2, 400))
    old = data.draw(st.integers(1, size - 1))
    leaves = some(size)
    steps = list(consistency_proof(leaves, old))
    true = {"old": old, "old_root": root(leaves[:old]), "size": size, "root": root(leaves)}
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, len(steps) - 1))
    false = data.draw(st.sampled_from(["old_root", "root", "step", "drop", "add"]))
    altered = {
        "old_root": {"old_root": flipped(true["old_root"], bit)},
        "root": {"root": flipped(true["root"], bit)},
        "step": {"proof": [*steps[:at], flipped(steps[at], bit), *steps[at + 1 :]]},
        "drop": {"proof": steps[:at] + steps[at + 1 :]},
        "add": {"proof": [*steps[:at], steps[at], *steps[at:]]},
    }[false]

    assert verify_consistency(steps, **true)
    assert not verify_consistency(**{"proof": steps, **true, **altered})


def test_a_log_that_was_rewritten_has_no_consistency_proof():
    before, after = some(9), some(20)
    after[4] = leaf_hash(b"another")
    proof = consistency_proof(after, 9)
    assert not verify_consistency(proof, old=9, old_root=root(before), size=20, root=root(after))


def test_nothing_is_consistent_with_any_log_but_only_the_true_nothing():
    assert verify_consistency((), old=0, old_root=EMPTY, size=3, root=root(some(3)))
    assert not verify_consistency((), old=0, old_root=root(some(1)), size=3, root=root(some(3)))
    assert not verify_consistency((), old=4, old_root=EMPTY, size=3, root=root(some(3)))


def test_an_index_outside_the_tree_proves_nothing():
    assert not verify_inclusion((), leaf=CT[0], index=1, size=1, root=CT[0])
    assert not verify_inclusion((), leaf=CT[0], index=-1, size=1, root=CT[0])


@pytest.mark.parametrize(
    "ask",
    [
        lambda: inclusion_proof(some(3), 3),
        lambda: Tree().inclusion_proof(0),
        lambda: consistency_proof(some(3), 4),
        lambda: Tree().consistency_proof(1),
        lambda: Tree().root(1),
        lambda: Tree().inclusion_proof(0, size=1),
    ],
)
def test_a_proof_beyond_the_tree_is_refused(ask):
    with pytest.raises(LedgerError):
        ask()


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=12))
def test_a_tree_reopened_between_writes_is_the_same_tree(batches):
    stored: list[bytes] = []
    leaves = some(sum(batches))
    at = 0
    for batch in batches:
        assert Tree(stored).extend(leaves[at : at + batch]) == at
        at += batch
    assert (Tree(stored).size, Tree(stored).root()) == (at, root(leaves))


def test_a_storage_torn_in_the_middle_of_a_leaf_is_refused_and_says_how_much_is_whole():
    stored: list[bytes] = []
    Tree(stored).extend(some(8))

    with pytest.raises(LedgerError) as fault:
        Tree(stored[:13])
    assert (fault.value.reason.code, dict(fault.value.reason.values)) == (
        "tree_half_written",
        {"kept": 13, "whole": 11},
    )

    assert (whole_hashes(13), whole_hashes(15), whole_hashes(0)) == (11, 15, 0)
    assert Tree(stored[: whole_hashes(13)]).root() == root(some(7))
