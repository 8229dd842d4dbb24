"""A thousand random single-bit edits of everything an audit reads: a thousand found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.ledger import read_leaves, write_leaves
from tests.engines.ledger.scene import a_region

pytestmark = pytest.mark.bar
SOUND = a_region(subjects=5, each=5)
COLUMNS = ["body", "digest", "previous", "log_index", "position", "subject"]


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8 % len(content)] ^= 1 << bit % 8
    return bytes(changed)


def edited(value, bit):
    """The same value with one bit turned over; text that no longer decodes keeps its broken byte as a replacement."""
    if isinstance(value, bytes):
        return flipped(value, bit)
    if isinstance(value, int):
        return value ^ 1 << bit % 16
    return flipped(value.encode(), bit).decode("utf-8", "replace")


def a_copy():
    scene = a_region(subjects=0, each=0)
    scene.rows, scene.leaves = list(SOUND.rows), list(SOUND.leaves)
    scene.notes, scene.files = list(SOUND.notes), list(SOUND.files)
    return scene


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 24), st.sampled_from(COLUMNS), st.integers(0, 1 << 16))
def test_a_single_bit_of_a_record_is_found_and_leads_to_its_row(at, column, bit):
    scene = a_copy()
    row = scene.rows[at]
    scene.change(at, **{column: edited(getattr(row, column), bit)})

    named = [fault for fault in scene.audit().faults if fault.record == row.id]
    assert named != []


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, 24), st.integers(0, 1 << 16))
def test_a_single_bit_of_a_body_is_found_as_an_edit_of_that_record_and_nothing_else(at, bit):
    scene = a_copy()
    scene.change(at, body=flipped(scene.rows[at].body, bit))
    scene.files = []
    assert [(fault.code, fault.record) for fault in scene.audit().faults] == [("record_edited", scene.rows[at].id)]


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 1 << 20))
def test_a_single_bit_of_the_leaf_file_is_found(bit):
    lines = flipped(write_leaves(SOUND.leaves), bit % (8 * len(write_leaves(SOUND.leaves))))
    scene = a_copy()
    scene.leaves = read_leaves(lines.splitlines(keepends=True))
    assert not scene.audit().sound


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 4), st.integers(0, 1 << 14))
def test_a_single_bit_of_a_signed_note_is_found(at, bit):
    scene = a_copy()
    scene.notes[at] = edited(scene.notes[at], bit)
    assert {fault.reason.values["number"] for fault in scene.audit().faults} == {at + 1}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 24), st.integers(0, 1 << 10))
def test_a_single_bit_of_a_files_digest_is_found_at_its_record(at, bit):
    scene = a_copy()
    scene.files[at] = replace(scene.files[at], found=edited(scene.files[at].found, bit))
    assert [(f.code, f.record) for f in scene.audit().faults] == [("attachment_swapped", scene.files[at].record)]


def test_the_untouched_copy_is_sound_so_the_thousand_were_not_found_by_accident():
    assert a_copy().audit().sound


def test_the_gate_can_fail_without_a_witness_a_recomputed_chain_is_not_found():
    scene = a_copy()
    scene.leaves, scene.notes = [], []
    scene.rows = [replace(row, log_index=None) for row in scene.rows]
    assert scene.audit().sound
