"""An intruder who knows the code and owns the database: whatever mixture of edits, the audit is not satisfied."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.ledger import Leaf
from tests.engines.ledger.scene import Scene, a_region, body, recompute

SOUND = a_region(subjects=3, each=4)
EDITS = ["drop", "copy", "body", "swap_bodies", "swap_places", "move", "insert", "cut", "renumber"]


def a_copy() -> Scene:
    return Scene(list(SOUND.rows), list(SOUND.leaves), list(SOUND.notes))


def apply(scene: Scene, edit: str, at: int, other: int) -> None:
    """One edit of the database, as a person with a database prompt would make it."""
    if not scene.rows:
        return
    at, other = at % len(scene.rows), other % len(scene.rows)
    row, second = scene.rows[at], scene.rows[other]
    if edit == "drop":
        del scene.rows[at]
    elif edit == "copy":
        scene.rows.append(replace(row, id=f"copy of {row.id}"))
    elif edit == "body":
        scene.change(at, body=body(row.subject, row.position, amount=str(other)))
    elif edit == "swap_bodies":
        scene.change(at, body=second.body)
        scene.change(other, body=row.body)
    elif edit == "swap_places":
        scene.change(at, log_index=second.log_index)
        scene.change(other, log_index=row.log_index)
    elif edit == "move":
        scene.change(at, subject=second.subject)
    elif edit == "insert":
        scene.rows.insert(at, replace(row, id="new", body=body(row.subject, row.position, act="x"), log_index=None))
    elif edit == "cut":
        del scene.rows[at:]
    else:
        scene.change(at, position=second.position)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=4),
    st.sets(st.sampled_from(["case:1", "case:2", "case:3"])),
)
def test_no_mixture_of_edits_and_recomputed_chains_passes_while_the_witness_is_out_of_reach(edits, recomputed):
    scene = a_copy()
    for edit, at, other in edits:
        apply(scene, edit, at, other)
    for subject in recomputed:
        recompute(scene, subject)

    assert scene.audit().sound == (set(scene.rows) == set(SOUND.rows))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["drop", "body", "cut"]), st.integers(0, 20), st.integers(0, 20)), min_size=1),
)
def test_an_intruder_who_rewrites_the_leaf_file_too_is_stopped_by_the_signed_notes(edits):
    scene = a_copy()
    for edit, at, other in edits:
        apply(scene, edit, at, other)
    positions: dict[str, int] = {}
    for at, row in enumerate(scene.rows):
        positions[row.subject] = positions.get(row.subject, 0) + 1
        scene.change(at, position=positions[row.subject], log_index=at)
    for subject in positions:
        recompute(scene, subject)
    scene.leaves = [Leaf(row.log_index, row.digest, row.subject, row.position) for row in scene.rows]

    report = scene.audit()
    same = [row.digest for row in scene.rows] == [row.digest for row in SOUND.rows]
    assert report.sound == same
    assert set(report.codes) <= {"log_cut", "log_rewritten"}
