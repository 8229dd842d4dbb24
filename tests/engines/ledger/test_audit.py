"""The audit: each way of tampering is found and located; the untouched region is sound."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kechuang.engines.ledger import (
    Attachment,
    Checkpoint,
    Leaf,
    LedgerError,
    Row,
    Tree,
    beginning,
    digest,
    leaf_hash,
    link,
    new_key,
    root,
    seal,
)
from tests.engines.ledger.scene import KEY, ORIGIN, START, a_region, add, body, log, recompute


def found(report):
    """Code and place of each fault."""
    return [(fault.code, fault.subject, fault.position) for fault in report.faults]


def test_an_untouched_region_is_sound_and_the_report_says_how_much_was_seen():
    report = a_region(waiting=2).audit(grace=timedelta(minutes=1))
    seen = (report.records, report.leaves, report.checkpoints, report.attachments, report.covered, report.unlogged)
    assert (report.sound, seen) == (True, (18, 16, 4, 16, 16, 2))


def test_rows_may_come_by_id_or_by_subject():
    scene = a_region()
    scene.rows.sort(key=lambda row: (row.subject, row.position))
    assert scene.audit().faults == ()


def test_an_edited_body_is_located():
    scene = a_region()
    at = scene.row("case:2", 3)
    scene.change(at, body=scene.rows[at].body.replace(b"1000", b"9000"))

    report = scene.audit()
    assert found(report) == [("record_edited", "case:2", 3)]
    assert (report.faults[0].record, report.faults[0].log_index) == (scene.rows[at].id, 9)


def test_an_edit_with_the_chain_recomputed_is_located_to_the_edited_record():
    scene = a_region()
    at = scene.row("case:2", 2)
    scene.change(at, body=scene.rows[at].body.replace(b"1000", b"9000"))
    recompute(scene, "case:2")

    assert found(scene.audit()) == [
        ("record_rewritten", "case:2", 2),
        ("chain_rewritten", "case:2", 3),
        ("chain_rewritten", "case:2", 4),
    ]


def test_two_edits_in_one_recomputed_chain_are_told_apart_from_what_only_follows():
    scene = a_region()
    for position in (1, 3):
        at = scene.row("case:1", position)
        scene.change(at, body=scene.rows[at].body.replace(b"1000", b"9000"))
    recompute(scene, "case:1")
    assert [fault.code for fault in scene.audit().faults] == [
        "record_rewritten",
        "chain_rewritten",
        "record_rewritten",
        "chain_rewritten",
    ]


def test_a_stored_digest_or_previous_digest_that_was_changed_is_located_though_the_body_is_genuine():
    for column in ("digest", "previous"):
        scene = a_region()
        scene.change(scene.row("case:3", 2), **{column: "00" * 32})
        assert found(scene.audit()) == [("chain_rewritten", "case:3", 2)]


def test_a_cut_tail_is_found_with_the_time_the_data_stop_at():
    scene = a_region()
    del scene.rows[13:]
    scene.files = []

    faults = scene.audit().faults
    assert [(fault.code, fault.log_index) for fault in faults] == [
        ("records_end_early", 13),
        ("records_missing", 13),
        ("records_missing", 14),
        ("records_missing", 15),
    ]
    assert faults[0].reason.values == {"kept": 13, "leaves": 16, "as_of": START + timedelta(minutes=3, seconds=30)}


def test_a_data_folder_restored_from_yesterday_and_carried_on_is_found():
    today = a_region()
    restored = a_region(each=3)
    add(restored, "case:1")
    restored.change(12, body=body("case:1", 4, act="withdraw"))
    recompute(restored, "case:1")
    restored.change(12, log_index=12)
    add(restored, "case:9")
    restored.change(13, log_index=13)
    today.rows, today.files = restored.rows, []

    assert found(today.audit()) == [
        ("record_rewritten", "case:1", 4),
        ("leaf_of_another", "case:9", 1),
        ("records_end_early", "", None),
        ("records_missing", "case:2", 4),
        ("records_missing", "case:3", 4),
        ("records_missing", "case:4", 4),
    ]


def test_a_witness_folder_restored_together_with_the_data_is_betrayed_by_a_printed_checkpoint():
    today, yesterday = a_region(), a_region(each=3)
    yesterday.notes.append(today.notes[-1])

    faults = yesterday.audit().faults
    assert [(fault.code, fault.log_index) for fault in faults] == [("log_cut", 12)]
    assert (faults[0].reason.values["leaves"], faults[0].reason.values["size"]) == (12, 16)


def test_a_dropped_case_is_named():
    scene = a_region()
    scene.rows = [row for row in scene.rows if row.subject != "case:3"]
    scene.files = []

    (fault,) = scene.audit().faults
    assert (fault.code, fault.subject) == ("subject_missing", "case:3")
    assert fault.reason.values == {"positions": (1, 2, 3, 4), "log_indices": (2, 6, 10, 14)}


def test_a_dropped_record_is_named_and_so_is_the_gap():
    scene = a_region()
    del scene.rows[scene.row("case:3", 2)]
    scene.files = []
    assert found(scene.audit()) == [("positions_missing", "case:3", 3), ("records_missing", "case:3", 2)]


def test_a_dropped_record_is_named_even_if_the_rest_was_renumbered_and_recomputed():
    scene = a_region()
    del scene.rows[scene.row("case:3", 2)]
    for position in (3, 4):
        scene.change(scene.row("case:3", position), position=position - 1)
    recompute(scene, "case:3")
    scene.files = []
    assert found(scene.audit()) == [
        ("record_moved", "case:3", 2),
        ("record_moved", "case:3", 3),
        ("records_missing", "case:3", 2),
    ]


def test_a_record_inserted_between_logged_ones_is_found():
    scene = a_region()
    at = scene.row("case:1", 2)
    for position in (4, 3, 2):
        scene.change(scene.row("case:1", position), position=position + 1)
    scene.rows.insert(at, Row("new", "case:1", 2, body("case:1", 2, act="approve"), "", "", None))
    recompute(scene, "case:1")
    assert found(scene.audit()) == [
        ("record_moved", "case:1", 3),
        ("never_logged", "case:1", 2),
        ("record_moved", "case:1", 4),
        ("record_moved", "case:1", 5),
    ]


def test_an_inserted_record_cannot_share_the_leaf_of_another_nor_invent_one():
    for index, code in ((5, "leaf_of_another"), (16, "not_witnessed"), (-1, "not_witnessed")):
        scene = a_region()
        add(scene, "case:9")
        scene.change(16, log_index=index)
        assert found(scene.audit()) == [(code, "case:9", 1)]


def test_a_copied_row_cannot_claim_its_leaf_again():
    scene = a_region()
    scene.rows.append(replace(scene.rows[scene.row("case:2", 4)], id="copy"))
    scene.files = []
    report = scene.audit()
    assert report.codes == ["leaf_claimed_twice", "position_twice", "logged_out_of_order"]
    assert {fault.record for fault in report.faults} == {"copy"}


def test_text_that_is_no_text_any_more_is_a_fault_and_does_not_stop_the_audit():
    scene = a_region()
    scene.change(scene.row("case:4", 4), subject="case:\udcff")
    scene.files[14] = replace(scene.files[14], recorded="\udcff")
    assert found(scene.audit()) == [
        ("attachment_unrecorded", "case:3", 4),
        ("record_moved", "case:\udcff", 4),
        ("positions_missing", "case:\udcff", 4),
    ]


def test_a_record_given_to_another_subject_is_found():
    scene = a_region()
    scene.change(scene.row("case:2", 1), subject="case:9")
    assert found(scene.audit()) == [
        ("record_moved", "case:9", 1),
        ("positions_missing", "case:2", 2),
    ]


def test_two_records_that_changed_places_in_the_log_are_found():
    scene = a_region()
    first, second = scene.row("case:1", 1), scene.row("case:1", 2)
    scene.change(first, log_index=4)
    scene.change(second, log_index=0)
    assert scene.audit().codes[:2] == ["leaf_of_another", "leaf_of_another"]


def test_an_edited_record_that_waits_for_the_sealer_is_found_by_its_own_digest():
    scene = a_region(waiting=2)
    scene.change(17, body=body("case:2", 5, amount="2"))
    assert found(scene.audit()) == [("record_edited", "case:2", 5)]


def test_a_waiting_record_not_chained_to_the_one_before_is_found():
    scene = a_region(waiting=2)
    written = body("case:2", 5)
    scene.change(17, body=written, previous=beginning("case:2"), digest=link(beginning("case:2"), written))
    assert found(scene.audit()) == [("chain_broken", "case:2", 5)]


def test_a_swapped_attachment_and_a_lost_one_are_located():
    scene = a_region()
    scene.files[5] = replace(scene.files[5], found=digest(b"another file"))
    scene.files[6] = replace(scene.files[6], found=None)
    assert found(scene.audit()) == [("attachment_swapped", "case:2", 2), ("attachment_missing", "case:3", 2)]


def test_a_swap_that_also_changes_the_table_of_files_is_found_because_the_record_says_otherwise():
    scene = a_region()
    other = digest(b"another file")
    scene.files[5] = replace(scene.files[5], recorded=other, found=other)
    assert found(scene.audit()) == [("attachment_unrecorded", "case:2", 2)]


def test_a_file_of_no_record_is_found():
    scene = a_region()
    scene.files.append(Attachment("r999", "x.pdf", digest(b""), digest(b"")))
    (fault,) = scene.audit().faults
    assert (fault.code, fault.record) == ("attachment_without_record", "r999")


def test_a_changed_leaf_is_located_between_two_checkpoints_and_to_its_record():
    scene = a_region()
    scene.leaves[6] = replace(scene.leaves[6], digest=digest(b"else"))
    report = scene.audit()
    assert [(fault.code, fault.log_index) for fault in report.faults] == [("log_rewritten", 4), ("record_rewritten", 6)]
    assert (report.faults[0].reason.values["first"], report.faults[0].reason.values["last"]) == (4, 7)


def test_database_and_witness_rewritten_together_still_contradict_the_signed_checkpoints():
    scene = a_region()
    at = scene.row("case:2", 2)
    scene.change(at, body=body("case:2", 2, amount="9000"))
    recompute(scene, "case:2")
    scene.leaves = [Leaf(row.log_index, row.digest, row.subject, row.position) for row in scene.rows]
    scene.files = []
    assert [(fault.code, fault.log_index) for fault in scene.audit().faults] == [("log_rewritten", 4)]


def test_a_checkpoint_signed_by_another_key_is_no_checkpoint():
    scene = a_region()
    whole = root([leaf.hash for leaf in scene.leaves])
    scene.notes[-1] = seal(Checkpoint(ORIGIN, 16, whole, START), new_key())
    report = scene.audit()
    assert (report.codes, report.covered) == (["checkpoint_forged"], 12)
    assert report.faults[0].reason.values == {"number": 4, "size": 16}


def test_a_log_without_any_checkpoint_is_a_fault():
    scene = a_region()
    scene.notes = []
    assert scene.audit().codes == ["checkpoint_missing"]


def test_a_checkpoint_that_says_an_earlier_time_than_a_smaller_one_is_a_fault():
    scene = a_region()
    whole = root([leaf.hash for leaf in scene.leaves])
    scene.notes.append(seal(Checkpoint(ORIGIN, 16, whole, START), KEY))
    assert scene.audit().codes == ["checkpoint_time_back"]


def test_a_missing_line_of_the_leaf_file_is_located():
    scene = a_region(subjects=1)
    del scene.leaves[2]
    assert [(fault.code, fault.log_index) for fault in scene.audit().faults] == [
        ("leaf_out_of_place", 3),
        ("log_cut", 2),
        ("not_witnessed", 2),
        ("not_witnessed", 3),
    ]


def test_a_leaf_file_that_cannot_be_read_on_is_a_fault_at_its_line():
    def torn(leaves):
        yield from leaves[:15]
        raise LedgerError("leaf_unreadable", line=16)

    scene = a_region()
    scene.leaves = torn(scene.leaves)
    assert [(fault.code, fault.log_index) for fault in scene.audit().faults] == [
        ("leaf_unreadable", 15),
        ("log_cut", 15),
        ("not_witnessed", 15),
    ]


@pytest.mark.parametrize(("minutes", "code"), [(-3, "logged_late"), (3, "logged_before_written")])
def test_a_record_whose_time_does_not_fit_its_place_in_the_log_is_found_within_the_grace(minutes, code):
    scene = a_region()
    at = scene.row("case:1", 3)
    scene.change(at, written=scene.rows[at].written + timedelta(minutes=minutes))
    assert found(scene.audit(grace=timedelta(minutes=1))) == [(code, "case:1", 3)]
    assert scene.audit(grace=timedelta(minutes=5)).faults == ()
    assert scene.audit().faults == ()


def test_leaves_of_a_large_log_are_compared_at_every_checkpoint():
    scene, tree = a_region(subjects=1, each=0), Tree()
    for count in (1, 4096, 1, 5000):
        previous = scene.rows[-1].digest if scene.rows else beginning("case:1")
        for _ in range(count):
            position = len(scene.rows) + 1
            written = body("case:1", position)
            row = Row(f"r{position}", "case:1", position, written, link(previous, written), previous, position - 1)
            scene.rows.append(row)
            scene.leaves.append(Leaf(position - 1, row.digest, "case:1", position))
            tree.append(leaf_hash(bytes.fromhex(row.digest)))
            previous = row.digest
        log(scene, tree, on=START)

    report = scene.audit()
    assert (report.codes, report.covered, report.checkpoints) == ([], 9098, 4)
