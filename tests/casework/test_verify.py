"""Every fault that an insider can plant in the data is found, and its place is named."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from kechuang.casework import book, files, inspection, objecting, sealer
from kechuang.casework.acts import act, note, open_case
from kechuang.casework.models import (
    Attachment,
    Case,
    Checkpoint,
    Document,
    Edition,
    Frozen,
    Notice,
    Record,
    Round,
    Told,
)
from kechuang.desks.integrity import inquiries
from kechuang.engines.ledger import beginning, canonical, digest, link, read, with_proof
from kechuang.faces.cli import verify
from tests.casework.sealed import folders, notes, sealed
from tests.factories import START, Region, an_open_round, done
from tests.journeys import story

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"0" * 2000


@pytest.fixture
def house(settings, tmp_path):
    """A case submitted to its unit, with a file, sealed; its number, and the folders."""
    data, first, second = folders(settings, tmp_path)
    region = Region()
    round_ = an_open_round(region)
    note(round_, "begin", by=region.planner, on=START, key="begin", role="planner", data={})
    case = story.filled_in(open_case(round_, by=region.leader, on=START, key="open"), region)
    files.keep(case, "plan", "方案.pdf", [PDF], by=region.leader, on=START)
    done(case, "submit_to_unit", region.leader, promise=story.SEAL)
    sealed(1)
    return data, first, second, case


def found() -> list[str]:
    return [fault.code for fault in inspection.inspect().faults]


def of(case: Case) -> list[Record]:
    return list(Record.objects.filter(subject=case.number).order_by("position"))


def edited(record: Record, **values: str) -> str:
    """The record's body as an intruder would have it."""
    return canonical({**read(record.body.encode()), **values}).decode()


def test_an_untouched_house_is_sound_and_says_what_was_looked_at(house):
    report = inspection.inspect()

    assert report.faults == ()
    assert (report.records, report.leaves, report.checkpoints, report.unlogged) == (4, 4, 1, 0)
    assert report.attachments == Attachment.objects.count() == 1


def test_the_standing_round_of_inquiries_is_no_inserted_one(house):
    """What the house makes by itself leaves a record too: or every house with an inquiry would be called unsound."""
    inquiries.standing_round(START)
    sealed(2)
    assert found() == []


def test_an_edited_record_is_found_at_its_place(house):
    record = of(house[3])[1]
    Record.objects.filter(pk=record.pk).update(body=edited(record, actor="intruder"))

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.record, fault.subject, fault.position, fault.log_index) == (
        "record_edited", str(record.pk), f"case:{house[3].number}", 2, record.log_index)  # fmt: skip


def test_an_edit_with_the_chain_computed_again_is_found_at_the_record_that_was_edited(house):
    records = of(house[3])
    previous = records[1].previous
    for record in records[1:]:
        body = edited(record, actor="intruder") if record is records[1] else record.body
        digest = link(previous, body.encode())
        actor = "intruder" if record is records[1] else record.actor
        Record.objects.filter(pk=record.pk).update(body=body, previous=previous, digest=digest, actor=actor)
        previous = digest

    faults = [f for f in inspection.inspect().faults if f.record]

    assert [(f.code, f.position) for f in faults if f.code.startswith(("record", "chain"))] == [
        ("record_rewritten", 2), *(("chain_rewritten", n) for n in range(3, len(records) + 1))]  # fmt: skip


def test_a_key_changed_in_the_case_of_one_letter_is_found(house):
    record = of(house[3])[-1]
    Record.objects.filter(pk=record.pk).update(key=record.key.swapcase())

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.record) == ("columns_differ", str(record.pk))


def test_a_column_changed_beside_a_genuine_body_is_found(house):
    record = of(house[3])[-1]
    Record.objects.filter(pk=record.pk).update(actor="intruder")

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.record, fault.reason.values["columns"]) == ("columns_differ", str(record.pk), ["actor"])


def test_a_cut_tail_is_found(house):
    record = of(house[3])[-1]
    Document.objects.filter(record=record).delete()
    record.delete()

    faults = {fault.code: fault for fault in inspection.inspect().faults}

    assert sorted(faults) == ["records_end_early", "records_missing", "state_differs"]
    assert faults["records_missing"].reason.values["positions"] == (record.position,)


def test_a_cut_tail_that_was_not_yet_logged_is_told_by_the_state_of_its_case(house):
    case = house[3]
    act(case, "withdraw", by=case.leader, on=START, key="withdraw", data={"reason": "不再申报"})
    Record.objects.filter(subject=case.number, act="withdraw").delete()

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.subject) == ("state_differs", f"case:{case.number}")


def test_a_dropped_case_is_found(house):
    case = house[3]
    number = case.number
    Document.objects.filter(case=case).delete()
    Record.objects.filter(subject=number).delete()
    drop(case)

    faults = inspection.inspect().faults

    assert ("subject_missing", f"case:{number}") in [(f.code, f.subject) for f in faults]


def test_a_case_whose_row_alone_is_gone_is_found(house):
    number = house[3].number
    Document.objects.filter(case=house[3]).delete()
    drop(house[3])

    assert ("row_missing", f"case:{number}") in [(f.code, f.subject) for f in inspection.inspect().faults]


def drop(case: Case) -> None:
    Attachment.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).delete()


def test_a_state_set_by_hand_is_found(house):
    Case.objects.filter(pk=house[3].pk).update(state="funded")

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.reason.values["row"]) == ("state_differs", "funded")


def test_a_case_inserted_by_hand_is_found(house):
    Case.objects.create(round=house[3].round, state="funded", entered_at=START, opened_at=START, number="INTRUDER")

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.subject) == ("row_without_record", "case:INTRUDER")


def test_an_inserted_record_is_found_and_so_are_those_it_pushed_on(house):
    first, second, *later = of(house[3])
    body = edited(second, actor="intruder").encode()
    for record in [*reversed(later), second]:
        Record.objects.filter(pk=record.pk).update(position=record.position + 1)
    false = insert(second, body, first.digest)

    faults = [(fault.code, fault.record) for fault in inspection.inspect().faults]

    assert ("never_logged", str(false.pk)) in faults or ("position_twice", str(false.pk)) in faults
    assert [code for code, _ in faults].count("record_moved") == 1 + len(later)


def insert(like: Record, body: bytes, previous: str) -> Record:
    like.pk, like.log_index, like.key = None, None, "intruder"
    like.body, like.previous, like.digest = body.decode(), previous, link(previous, body)
    like.save(force_insert=True)
    return like


def test_an_inserted_record_that_claims_a_leaf_is_found(house):
    record = of(house[3])[0]
    body = edited(record, subject="case:INTRUDER").encode()
    Record.objects.filter(pk=record.pk).update(log_index=None)
    record.subject = "INTRUDER"
    index = record.log_index
    false = insert(record, body, beginning("case:INTRUDER"))
    Record.objects.filter(pk=false.pk).update(log_index=index)

    faults = [(f.code, f.record) for f in inspection.inspect().faults]

    assert ("leaf_of_another", str(false.pk)) in faults


def test_a_swapped_attachment_is_found(house):
    row = Attachment.objects.get()
    files.path_of(row.digest).write_bytes(PDF + b"another")

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.reason.values["name"], fault.subject) == (
        "attachment_swapped", "方案.pdf", f"case:{house[3].number}")  # fmt: skip


def test_an_attachment_swapped_by_its_row_is_found(house):
    row = Attachment.objects.get()
    other = files.keep(house[3], "plan", "方案.pdf", [PDF + b"another"], by=None, on=START)
    digest = row.digest
    row.delete()

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.reason.values["recorded"]) == ("attachment_row_missing", digest)
    assert other.digest != digest


def test_a_lost_attachment_is_found_also_in_a_draft(house):
    kept = files.keep(house[3], "more", "补充.pdf", [PDF + b"more"], by=None, on=START)
    files.path_of(kept.digest).unlink()

    assert found() == ["attachment_missing"]


def test_a_data_folder_restored_from_yesterday_is_found_with_its_time(house):
    case = house[3]
    act(case, "withdraw", by=case.leader, on=START, key="withdraw", data={"reason": "不再申报"})
    sealed(60)
    Record.objects.filter(subject=case.number, act="withdraw").delete()
    Checkpoint.objects.filter(size=5).delete()
    Case.objects.filter(pk=case.pk).update(state=of(case)[-1].after)

    faults = {fault.code: fault for fault in inspection.inspect().faults}

    assert sorted(faults) == ["records_end_early", "records_missing"]
    assert faults["records_end_early"].reason.values["as_of"].minute == START.minute + 1


def test_a_rewritten_witness_folder_is_told_by_the_other_one(house):
    leaves = house[2] / sealer.LEAVES
    lines = leaves.read_bytes().splitlines(keepends=True)
    leaves.write_bytes(b"".join([*lines[:2], lines[3], *lines[3:]]))

    assert found() == ["witness_differs"]


def test_a_cut_witness_folder_is_told_by_the_other_one(house):
    leaves = house[1] / sealer.LEAVES
    leaves.write_bytes(b"".join(leaves.read_bytes().splitlines(keepends=True)[:3]))

    assert found() == ["witness_cut"]


def test_a_copy_of_the_witness_from_earlier_is_believed_and_is_no_fault(house, tmp_path):
    shutil.copytree(house[1], tmp_path / "copy")
    case = house[3]
    act(case, "withdraw", by=case.leader, on=START, key="withdraw", data={"reason": "不再申报"})
    sealed(60)

    assert inspection.inspect(witness=[tmp_path / "copy"]).faults == ()


def test_data_and_witness_rewritten_together_are_told_by_a_note_kept_elsewhere(house):
    kept = next(iter(notes(house[1]).values()))
    for record in Record.objects.all():
        body = edited(record, actor="intruder").encode()
        digest = link(record.previous, body)
        Record.objects.filter(pk=record.pk).update(body=body.decode(), digest=digest, log_index=None)
    Checkpoint.objects.all().delete()
    (house[0] / sealer.HASHES).unlink()
    for folder in house[1:3]:
        shutil.rmtree(folder)
    sealed(1)

    assert "log_rewritten" in [fault.code for fault in inspection.inspect(notes=[kept]).faults]


def test_answers_edited_behind_the_door_are_found(house):
    case = Case.objects.get(pk=house[3].pk)
    case.answers = {**case.answers, "title": "另一个题目"}
    case.save()

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.subject) == ("answers_edited", f"case:{case.number}")


def test_spoiled_ciphertext_is_a_fault_and_not_the_end_of_the_audit(house):
    pk = Told.objects.first().pk
    Told.objects.filter(pk=pk).update(data=b"0" * 40)

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.record) == ("told_edited", str(pk))


def test_what_was_erased_with_its_salt_is_no_fault(house):
    Told.objects.all().delete()

    assert found() == []


def test_an_edited_receipt_is_found(house):
    document = Document.objects.filter(kind="receipt").first()
    Document.objects.filter(pk=document.pk).update(body={**document.body, "digest": "0" * 64})

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.reason.values["document"]) == ("document_edited", document.code)


@pytest.mark.parametrize("spoil", [
    lambda body: body["content"].update(on="2017-01-01T00:00:00.000+08:00"),
    lambda body: body["answers"].update(title="另一个题目"),
    lambda body: body.pop("answers"),
])  # fmt: skip
def test_a_receipt_edited_together_with_its_own_digest_is_found(house, spoil):
    document = Document.objects.filter(kind="receipt").first()
    spoil(document.body)
    Document.objects.filter(pk=document.pk).update(body=document.body, digest=digest(canonical(document.body)))

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.record) == ("receipt_differs", str(document.record_id))


def test_answers_taken_away_together_with_their_digest_are_found(house):
    Case.objects.filter(pk=house[3].pk).update(answers={}, answers_digest="")

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.subject) == ("answers_edited", f"case:{house[3].number}")


def test_frozen_pages_that_were_edited_are_found(house):
    page = Frozen.objects.get()
    Frozen.objects.filter(pk=page.pk).update(body=page.body.replace("1", "2", 1))

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.reason.values["digest"]) == ("pages_edited", page.digest)


def test_a_round_that_was_led_to_other_pages_is_found(house):
    round_ = house[3].round
    body = round_.frozen.body + " "
    other = Frozen.objects.create(digest=digest(body.encode()), body=body, on=START)
    Round.objects.filter(pk=round_.pk).update(frozen=other)

    (fault,) = inspection.inspect().faults

    assert (fault.code, fault.subject, fault.reason.values["recorded"]) == (
        "pages_exchanged", f"round:{round_.code}", round_.frozen_id)  # fmt: skip


def test_an_edition_that_nobody_adopted_and_one_that_was_edited_are_found(house):
    pages = dict(book.packaged().sources)
    Edition.objects.create(digest=book.packaged().digest, pages=pages, by="p1", on=START)
    assert found() == ["pages_exchanged"]

    Edition.objects.update(pages={**pages, "roles.yaml": pages["roles.yaml"] + "# more"})
    assert found() == ["pages_edited", "pages_exchanged"]


def swapped(row: Attachment) -> None:
    """Another file in the place of this one, row and bytes: nothing of the row tells that it was ever another."""
    other = files.keep(row.case, "elsewhere", "另一份.pdf", [PDF + b"another"], by=None, on=START)
    digest = other.digest
    other.delete()
    Attachment.objects.filter(pk=row.pk).update(digest=digest)


def test_the_evidence_of_an_objection_swapped_by_its_row_is_found(house):
    case = house[3]
    Case.objects.filter(pk=case.pk).update(state="public_notice")
    days = {"first_day": START.date(), "last_day": START.date() + timedelta(days=6)}
    Notice.objects.create(round=case.round, what="示例", body={}, digest="0" * 64, on=START, **days).cases.add(case)
    typed = {
        "name": {"name": "巴图", "identity": "15262619700101001X", "phone": "13800000000"},
        "ground": "facts",
        "text": "证明材料第三页所列数据与公开登记的事实不符，请予核查。",
    }
    child, _ = objecting.objected(Case.objects.get(pk=case.pk), typed, [("证据.pdf", [PDF + b"evidence"])], on=START, key="objected")  # fmt: skip
    row = child.attachments.get()
    sealed(5)
    Case.objects.filter(pk=case.pk).update(state="with_unit")
    assert found() == []

    swapped(row)

    (fault,) = inspection.inspect().faults
    assert (fault.code, fault.subject, fault.reason.values["recorded"]) == (
        "attachment_row_missing", f"case:{child.number}", row.digest)  # fmt: skip


def test_what_a_change_asks_for_edited_behind_the_door_is_found(house):
    """A change is decided and carried out by what its case keeps; its receipt encloses the same."""
    case = house[3]
    Case.objects.filter(pk=case.pk).update(state="running", starts_on=START.date())
    change = open_case(case.round, by=case.leader, on=START, key="change", flow="change", parent=Case.objects.get(pk=case.pk), data={"change": "equipment"})  # fmt: skip
    sealed(5)
    Case.objects.filter(pk=case.pk).update(state="with_unit")
    assert found() == []

    change.answers = {**change.answers, "change": "total"}
    change.save()

    (fault,) = inspection.inspect().faults
    assert (fault.code, fault.subject) == ("answers_edited", f"case:{change.number}")


def test_a_record_tells_the_files_of_its_case_that_an_act_names_at_whatever_depth(house):
    case = house[3]
    scan = files.keep(case, "seal", "盖章页.pdf", [PDF + b"stamped"], by=case.leader, on=START)
    told = files.told(
        case, {"seal": f"scan:{scan.digest}", "rows": [{"proof": [scan.digest, "0" * 64]}], "text": "0" * 64}
    )
    assert told == {"file0": scan.digest}


def test_without_any_witness_nothing_is_called_sound(house):
    for folder in house[1:3]:
        shutil.rmtree(folder)

    assert found() == ["checkpoint_missing", "witness_missing"]


def test_the_command_says_every_fault_and_its_place_and_ends_with_one(house):
    assert CliRunner().invoke(verify.app, ["--json"]).exit_code == 0
    record = of(house[3])[1]
    Record.objects.filter(pk=record.pk).update(body=edited(record, actor="intruder"))

    plain = CliRunner().invoke(verify.app, [])
    answer = json.loads(CliRunner().invoke(verify.app, ["--json"]).stdout)

    assert (plain.exit_code, plain.stdout.split()[0], "记录内容与摘要不符" in plain.stdout) == (
        1,
        "record_edited",
        True,
    )
    assert [(fault["code"], fault["record"]) for fault in answer["faults"]] == [("record_edited", str(record.pk))]


def test_the_command_takes_a_note_or_a_receipt_from_outside(house, tmp_path):
    document = Document.objects.filter(kind="receipt").first()
    receipt = with_proof(document.body, **sealer.proof(Record.objects.get(pk=document.record_id)))
    (tmp_path / "receipt.json").write_text(json.dumps(receipt), "utf-8")
    (tmp_path / "note").write_text(receipt["checkpoint"], "utf-8")
    given = ["--json", "--checkpoint", str(tmp_path / "receipt.json"), "--checkpoint", str(tmp_path / "note")]
    assert CliRunner().invoke(verify.app, given).exit_code == 0
    (tmp_path / "receipt.json").write_text(json.dumps({**receipt, "digest": "0" * 64}), "utf-8")

    answer = json.loads(CliRunner().invoke(verify.app, given).stdout)

    assert [fault["code"] for fault in answer["faults"]] == ["receipt_unknown"]


def test_every_fault_has_its_sentence_in_both_languages():
    assert all(zh and en and not zh.isascii() and en.isascii() for zh, en in verify.SENTENCES.values())
