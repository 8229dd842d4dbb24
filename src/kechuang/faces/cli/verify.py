"""`kechuang verify`: nothing was edited, cut, dropped, inserted or swapped since it was recorded, or where it was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from kechuang.casework import inspection, sealer
from kechuang.engines import ledger
from kechuang.engines.ledger import Fault, Report
from kechuang.faces.cli import verify_draw
from kechuang.faces.cli.spoken import spoken_tongue
from kechuang.words.phrase import Phrase

app = typer.Typer()

SENTENCES: Mapping[str, tuple[str, str]] = {
    "record_edited": ("记录内容与摘要不符", "the record was edited: body and digest do not fit"),
    "record_rewritten": ("记录被改写并重算了链", "the record was rewritten and its chain computed again"),
    "chain_rewritten": ("内容未变，摘要或前链被改", "the body is genuine, what is stored beside it was changed"),
    "record_moved": ("记录被移到别处（原属 {logged_subject}）", "a genuine record, moved here from {logged_subject}"),
    "chain_broken": ("与前一条记录不相接", "it does not follow the record before it"),
    "positions_missing": ("缺第 {first} 至 {last} 条记录", "records {first} to {last} are missing before it"),
    "position_twice": ("序号重复", "a second record at this position"),
    "never_logged": ("未入日志，其后的记录却已入", "it was never logged though a later record was: inserted"),
    "not_witnessed": ("见证文件中没有这条记录", "the witness does not know it"),
    "leaf_of_another": ("冒用他条日志（{logged_subject}）", "it claims the leaf of {logged_subject}"),
    "leaf_claimed_twice": ("同一条日志被两条记录占用", "its leaf is claimed twice"),
    "logged_out_of_order": ("入日志的次序与先后不符", "it was logged before the record it follows"),
    "logged_late": ("记录时间早于其入日志的时间", "it was logged long after the time it gives"),
    "logged_before_written": ("记录时间晚于其入日志的时间", "it was logged before the time it gives"),
    "records_missing": ("缺失已入日志的记录（第 {positions} 条）", "logged records are gone: positions {positions}"),
    "subject_missing": ("整个办件的记录都不在了（第 {positions} 条）", "all logged records of this subject are gone: {positions}"),
    "records_end_early": ("数据止于较早时点（{as_of}）：日志 {leaves} 条，数据库只到第 {kept} 条",
                          "the database ends at {kept} of {leaves} logged records, as of {as_of}: a cut tail or an old copy"),
    "attachment_swapped": ("附件 {name} 被替换", "the file {name} was swapped"),
    "attachment_missing": ("附件 {name} 不在了", "the file {name} is gone"),
    "attachment_unrecorded": ("附件 {name} 未载入记录", "the file {name} is not in the record"),
    "attachment_without_record": ("附件 {name} 没有所属记录", "the file {name} has no record"),
    "attachment_row_missing": ("记录中的附件 {recorded} 已不在办件名下", "the recorded file {recorded} is no longer listed with its case"),
    "log_cut": ("日志被截短：{leaves} 条，签名时有 {size} 条", "the log was cut: {leaves} leaves, {size} were signed"),
    "log_rewritten": ("第 {first} 至 {last} 条日志被改写", "the log was rewritten between leaves {first} and {last}"),
    "leaf_out_of_place": ("日志行错位，应为第 {expected} 条", "a line of the leaf file is out of place: {expected} was expected"),
    "leaf_unreadable": ("日志第 {line} 行无法读取", "line {line} of the leaf file cannot be read"),
    "checkpoint_forged": ("检查点签名无效（第 {number} 份）", "the signature of checkpoint {number} does not hold"),
    "checkpoint_unreadable": ("检查点无法读取（第 {number} 份）", "checkpoint {number} cannot be read"),
    "checkpoint_time_back": ("检查点时间倒退", "a checkpoint is older than the one before it"),
    "checkpoint_missing": ("有日志而没有检查点", "there are leaves but no checkpoint"),
    "witness_missing": ("见证文件夹里什么也没有：{folders}", "no witness is there to compare with: {folders}"),
    "witness_cut": ("见证文件夹 {folder} 只有 {lines} 条，应有 {leaves} 条", "the witness {folder} holds {lines} of {leaves} leaves"),
    "witness_differs": ("见证文件夹 {folder} 第 {line} 行与另一份不同", "line {line} of the witness {folder} differs from the other"),
    "columns_differ": ("记录的列与正文不符：{columns}", "columns beside the body were changed: {columns}"),
    "row_missing": ("记录还在，办件（批次）本身不在了", "its records exist, its row is gone"),
    "row_without_record": ("没有任何记录的办件（批次），状态 {state}", "a row in state {state} without any record: inserted"),
    "state_differs": ("状态为 {row}，记录为 {recorded}", "its state is {row}, its last record says {recorded}"),
    "told_edited": ("办理内容与记录的摘要不符", "what was said in this act was edited"),
    "answers_edited": ("申报内容与记录的摘要不符", "the answers were edited since they were recorded"),
    "pages_edited": ("冻结的办理规则与其摘要 {digest} 不符", "the frozen pages are not those of their digest {digest}"),
    "pages_exchanged": ("所依据的办理规则为 {found}，记录为 {recorded}", "the pages in force are {found}, its records say {recorded}"),
    "document_edited": ("文书 {document} 被改动", "the document {document} was edited"),
    "receipt_differs": ("回执 {document} 与记录不符", "the receipt {document} is not that of its record"),
    "receipt_unknown": ("回执所指的记录不在数据库中（摘要 {digest}）", "no record has the digest {digest} of this receipt"),
}  # fmt: skip


@app.callback(invoke_without_command=True)
def verify(
    context: typer.Context,
    witness: list[Path] = typer.Option(
        [], exists=True, file_okay=False, help="A witness folder to believe before the configured ones; repeatable."
    ),
    checkpoint: list[Path] = typer.Option(
        [], exists=True, dir_okay=False, help="A signed note or a receipt from outside; repeatable."
    ),
    as_json: bool = typer.Option(False, "--json", help="Faults and counts as JSON."),
) -> None:
    """Compare the data with its records, the log and the witnesses. Exit code 1 if anything does not fit."""
    if context.invoked_subcommand:
        return
    texts = [path.read_text("utf-8", errors="replace") for path in checkpoint]
    with shown(not as_json) as progress:
        report = inspection.inspect(witness=witness, notes=[note for text in texts for note in notes_in(text)], progress=progress)  # fmt: skip
    faults = [*report.faults, *(fault for text in texts for fault in inspection.of_receipt(text))]
    typer.echo(json.dumps(as_plain(report, faults), ensure_ascii=False, indent=1) if as_json else told(report, faults))
    raise typer.Exit(1 if faults else 0)


def notes_in(text: str) -> list[str]:
    """The signed note in a file: the file itself, or what a receipt with a proof carries; none in a receipt without."""
    receipt = inspection.as_receipt(text)
    if receipt is None:
        return [text]
    return [str(receipt["checkpoint"])] if "checkpoint" in receipt else []


@contextmanager
def shown(wanted: bool) -> Iterator[inspection.Progress]:
    """A bar a step on the terminal; nothing where the answer is for a machine."""
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not wanted) as bars:
        steps: dict[str, TaskID] = {}

        def tell(step: str, at: int, of: int) -> None:
            if step not in steps:
                steps[step] = bars.add_task(step)
            bars.update(steps[step], completed=at, total=of)

        yield tell


def told(report: Report, faults: list[Fault]) -> str:
    """One line a fault, and what was looked at."""
    lines = [line(fault) for fault in faults]
    seen = Phrase(
        "{verdict}: {records} records, {leaves} leaves, {notes} checkpoints, {files} files, {covered} records covered by a signed checkpoint{waiting}",
        verdict=Phrase("{count} faults", count=len(faults)) if faults else Phrase("no fault"),
        records=report.records,
        leaves=report.leaves,
        notes=report.checkpoints,
        files=report.attachments,
        covered=report.covered,
        waiting=Phrase(", {count} records wait for the sealer", count=report.unlogged) if report.unlogged else "",
    )
    keys = [Phrase("log key {key}", key=ledger.fingerprint(key)) for key in known_keys()]
    return "\n".join([*lines, *(one.said(spoken_tongue()) for one in (seen, *keys))])


def known_keys() -> list[Any]:
    return sealer.public_keys(*inspection.own_folders())


def line(fault: Fault) -> str:
    zh, en = said(fault)
    return f"{fault.code:<24} {where(fault)}  {zh} / {en}"


def said(fault: Fault) -> tuple[str, str]:
    """The fault's sentence in Chinese and in English."""
    values = {name: "?" if value is None else value for name, value in fault.reason.values.items()}
    zh, en = SENTENCES.get(fault.code, (fault.code, fault.code))
    return zh.format(**values), en.format(**values)


def where(fault: Fault) -> str:
    """As much of the place as is known: subject, position, record and leaf."""
    parts = [
        fault.subject,
        f"#{fault.position}" if fault.position is not None else "",
        f"record {fault.record}" if fault.record else "",
        f"leaf {fault.log_index}" if fault.log_index is not None else "",
    ]
    return " ".join(part for part in parts if part) or "log"


def as_plain(report: Report, faults: list[Fault]) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "sound": not faults,
        "faults": [as_fault(fault) for fault in faults],
        "records": report.records,
        "leaves": report.leaves,
        "checkpoints": report.checkpoints,
        "attachments": report.attachments,
        "covered": report.covered,
        "unlogged": report.unlogged,
        "keys": [ledger.fingerprint(key) for key in known_keys()],
    }


def as_fault(fault: Fault) -> dict[str, Any]:
    zh, en = said(fault)
    place = {"record": fault.record, "subject": fault.subject, "position": fault.position, "log_index": fault.log_index}
    values = {name: value for name, value in fault.reason.to_json().items() if name != "code"}
    return {"code": fault.code, **place, "values": values, "zh": zh, "en": en}


app.command("draw")(verify_draw.draw)
