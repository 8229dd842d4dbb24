"""A case on paper and in sentences: the form printed, receipts, letters, findings, reasons of a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from kechuang.casework import answers
from kechuang.casework.models import Document, Finding
from kechuang.desks.projects import targets
from kechuang.desks.projects.models import Report
from kechuang.engines import forms
from kechuang.faces.exports import sheets
from kechuang.faces.web import changed, drawing, wording
from kechuang.faces.web.act_titles import act_title, titles
from kechuang.faces.web.casefile import CaseFile
from kechuang.faces.web.check_titles import check_title
from kechuang.faces.web.filling import Filling
from kechuang.faces.web.sentences import sentence
from kechuang.words.outcome import Refused

ISSUER = {"zh": "内蒙古自治区科学技术厅", "en": "Department of Science and Technology of Inner Mongolia"}
RECEIPT = {"zh": "科技计划项目办件回执", "en": "Receipt"}
FILING = "projects.file_report"
GOALS = ("indicator_progress", "midterm_table", "final_table")
ACCOUNT = "spending_table"


def sections(file: CaseFile) -> tuple[forms.Printed, ...]:
    """The whole form as people read it: what was handed in, else the draft; masked for a blind review."""
    filled = Filling(file.case, file.on)
    handed_in = bool(file.case.answers) and not _reopened(file)
    values = forms.typed(filled.form, file.case.answers) if handed_in else filled.draft.values
    form = filled.form
    if not file.reader.identity:
        form, values = forms.for_experts(form, blind=True), forms.masked(form, values, blind=True)
    picked = drawing.picked(form.fields.values(), forms.answers_of(form, values))
    names = drawing.Names().read(text for _path, text in picked)
    known = drawing.file_names(file.case)

    def choices(source: str) -> Mapping[str, Any] | None:
        if source == "files":
            return Files(known)
        return answers.choices_for(file.case, file.pages, filled.known)(source)

    return forms.printed(
        form, values, drawing.language(), choices=choices, names=lambda kind, pid: names(kind, pid) or pid
    )


MOST_HEADS = 6


def blocks(file: CaseFile) -> list[dict[str, Any]]:
    """The printed form as its page draws it: answers that follow each other in one list, tables, wide tables row by row."""
    return [{"title": one.title, "blocks": _blocks(one.entries)} for one in sections(file)]


def _blocks(entries: Iterable[forms.Line | forms.Table]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for entry in entries:
        if isinstance(entry, forms.Line):
            if not found or "lines" not in found[-1]:
                found.append({"lines": []})
            found[-1]["lines"].append(entry)
        elif len(entry.heads) > MOST_HEADS:
            rows = [[(head, cell) for head, cell in zip(entry.heads, row, strict=True) if cell] for row in entry.rows]
            found.append({"label": entry.label, "cards": rows})
        else:
            found.append({"label": entry.label, "table": entry})
    return found


class Files(dict[str, Any]):
    """Files of the case by digest, with their names; one that is gone keeps the beginning of its digest."""

    def __init__(self, known: Any) -> None:
        super().__init__()
        self.known = known

    def __contains__(self, digest: object) -> bool:
        return True

    def __getitem__(self, digest: str) -> dict[str, str]:
        name = self.known(digest).name
        return {"zh": name, "en": name}

    def get(self, digest: str, default: Any = None) -> Any:
        return self[digest]


def _reopened(file: CaseFile) -> bool:
    """Whether the form is being written again after it was handed in."""
    return file.case.state == "draft"


def receipt(file: CaseFile, row: Document) -> dict[str, Any]:
    """A receipt as parts/receipt.html takes it."""
    case, record = file.case, row.record
    step = file.flow.acts.get(record.act) if record else None
    attached = file.case.attachments.filter(removed=False).count()
    pairs: list[dict[str, Any]] = [
        {"label": _("办件编号"), "value": case.project_no or case.number},
        {"label": _("批次"), "value": case.round.title},
        {"label": _("事项"), "value": step.title if step else file.flow.title},
    ]
    if file.reader.identity:
        pairs.append(
            {
                "label": _("申请人"),
                "value": wording.with_unit(
                    case.leader.name if case.leader else "", case.applicant.name if case.applicant else ""
                ),
            }
        )
    if case.asked_fen is not None and file.reader.money:
        pairs.append({"label": _("申请经费"), "fen": case.asked_fen, "small": wording.in_words(case.asked_fen)})
    clock = _("接收端在收齐最后一个字节时记下") if row.body.get("about", {}).get("stamped_by") == "front" else _("应用程序的时钟")  # fmt: skip
    received = f"{wording.moment(row.on, seconds=True, year=True)}.{row.on.microsecond // 1000:03}"
    pairs.append({"label": _("收到时间"), "value": received, "small": clock})
    pairs.append({"label": _("附件"), "value": _("%(n)s 件") % {"n": attached}})
    return {
        "issuer": ISSUER, "kind": RECEIPT, "title": case.title or wording.text(file.flow.title), "pairs": pairs, "code": row.code,
        "digest": str(row.body.get("digest", row.digest)), "flow": _ahead(file.steps()), "on": row.on,
        "note": _("截止前可以撤回；单位或归口管理部门退回修改后再次提交，会得到新的回执，旧回执仍可核验。") if not case.parent_id else "",
    }  # fmt: skip


def _ahead(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A long flow line from where the case stands: what comes next, not what comes last."""
    here = next((n for n, step in enumerate(steps) if step["state"] == "now"), 0)
    return steps if len(steps) <= 8 else steps[here : here + 6]


PROOF = "凭本回执和原文件可独立核验提交内容未被改动。本回执只证明收到，不代表通过形式审查。"
HOUSE = "科技计划项目管理信息系统"


def receipt_facts(row: Document) -> list[tuple[str, str]]:
    """What a receipt says on paper, in Chinese whoever reads: which step of what, when it came in, its digests."""
    body, case = row.body, row.case
    on = datetime.fromisoformat(str(body["content"]["on"]))
    with override(settings.LANGUAGE_CODE):
        step = act_title(str(body["content"]["act"]), titles())
        received = f"{wording.moment(on, seconds=True, year=True)}.{on.microsecond // 1000:03}（北京时间）"
    return [
        ("办理事项", step if isinstance(step, str) else step["zh"]), ("申报编号", str(body["about"]["number"])), ("项目名称", case.title if case else ""),
        ("申报单位", case.applicant.name if case and case.applicant else ""), ("接收时间", received),
        ("SHA-256", wording.grouped(str(body["sha256"]))), ("SM3", wording.grouped(body.get("sm3"))), ("记录摘要", wording.grouped(str(body["digest"]))),
    ]  # fmt: skip


def paper(row: Document) -> dict[str, Any]:
    """A letter as parts/paper.html takes it: the text as it was issued; of a receipt its facts."""
    body = row.body if isinstance(row.body, dict) else {}
    if row.kind == "receipt" and "content" in body:
        return {"issued": True, "issuer": ISSUER["zh"], "title": "收件回执", "facts": receipt_facts(row), "relief": PROOF, "sign": HOUSE, "on": row.on}  # fmt: skip
    text, signed = str(body.get("text", "")), str(body.get("signed") or "")
    contract = row.kind == "task-book-paper"  # of two sides, signed in its last part, numbered in its facts
    return {
        "issued": True, "issuer": "" if contract else signed or ISSUER["zh"], "number": "" if contract else row.number, "title": row.title,
        "body": [line for line in text.split("\n") if line.strip()], "relief": str(body.get("relief", "")),
        "sign": "" if contract else signed, "on": row.on, "facts": body.get("facts", ()), "parts": [_part(one) for one in body.get("blocks", ())],
    }  # fmt: skip


def _part(block: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a paper with its tables; columns of numbers stand to the right."""
    return {**block, "tables": [_listed(one["head"], one["rows"]) for one in block["tables"]]}


def _listed(head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    right = [sheets.numbers_in([row[n] for row in rows]) is not None for n in range(len(head))]
    return {
        "head": list(zip(head, right, strict=True)),
        "rows": [list(zip(row, right, head, strict=True)) for row in rows],
    }


def finding(row: Finding) -> dict[str, Any]:
    """A finding as parts/finding.html takes it: the sentence first, no verdict in its words."""
    said = [sentence(reason) for reason in row.reasons]
    href = reverse("findings", args=[row.case.number]) if row.settled_by_id is None else ""
    return {
        "title": said[0] if said else check_title(row.check_name), "outcome": row.verdict, "said": wording.joined(said[1:]), "check": check_title(row.check_name),
        "judgement": row.settled_word, "href": href, "link": _("记下判断"),
    }  # fmt: skip


def reasons(file: CaseFile, refusal: Refused) -> list[str]:
    """The reasons of a refusal as sentences; what speaks of a field names it."""
    told = []
    for reason in refusal.reasons:
        path = str(reason.values.get("path", ""))
        name = _field_name(file, path)
        said = sentence(file.worded(reason))
        told.append(f"{name}{_('：')}{said}" if name else said)
    return told


def _field_name(file: CaseFile, path: str) -> str:
    code = path.partition(".")[0]
    field = file.pages.form.fields.get(code)
    return field.title.of(drawing.language()) if field else ""


def report_answers(file: CaseFile, kind: str, form: forms.Form, row: Report | None) -> dict[str, Any]:
    """What a report shows: its typed answers, else what was promised, so that nothing is typed twice."""
    if row is not None:
        if row.filed_at and row.values and kind != "task_book":
            return forms.answers_of(form, forms.typed(form, row.values))
        return dict(row.typed)
    return {**_promised(file, form), **_accounted(file, form)}


def _promised(file: CaseFile, form: forms.Form) -> dict[str, Any]:
    """The table of indicators with what was promised of each."""
    goals = targets.standing(file.case)
    table = next((form.fields[code] for code in GOALS if code in form.fields), None)
    if table is None or not goals:
        return {}
    columns = {column.code for column in table.columns}
    rows = [
        {
            "goal": targets.name_of(goal),
            "promised": targets.value_of(goal),
            "due": targets.value_of(goal, "middle", "midterm"),
        }
        for goal in goals
    ]
    return {table.code: [{code: text for code, text in one.items() if code in columns and text} for one in rows]}


def _accounted(file: CaseFile, form: forms.Form) -> dict[str, Any]:
    """The final account by class: the budget in force beside what was reported spent."""
    rows = changed.final_account(file.case) if ACCOUNT in form.fields else []
    return {ACCOUNT: rows} if rows else {}


def files_report(file: CaseFile, name: str) -> bool:
    """Whether an act files a report."""
    act = file.flow.acts.get(name)
    return act is not None and FILING in act.effects
