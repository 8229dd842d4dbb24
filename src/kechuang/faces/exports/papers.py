"""Papers as values, and a paper as PDF: receipts, letters, notices, applications, task books, lists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import override

from kechuang.casework import answers, documents, pages
from kechuang.casework.models import Case, Document, Notice, Round
from kechuang.engines import forms
from kechuang.engines.forms import Printed
from kechuang.faces.exports import sheets
from kechuang.faces.web import drawing, printing, published, wording
from kechuang.parties.models import Organisation
from kechuang.words.money import Money
from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

ISSUER = "内蒙古自治区科学技术厅"
SECONDS = 30
CODE = re.compile(r"[!-~]{0,24}")  # a number or code, which is never broken
UPRIGHT = 6  # columns: a table of more is unreadable on an upright page
SHORT = 12  # signs: a column of no more is as wide as what it says
LONG = 60  # signs: an answer of more stands under its question, not beside it


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the head and rows of text."""

    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a paper: heading, a smaller one, names with values, paragraphs, tables."""

    heading: str = ""
    label: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    tables: list[Grid] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says, ready to be typeset; `code` and `digest` let a public page check it."""

    title: str
    issuer: str = ""
    number: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    sign: str = ""
    on: str = ""
    code: str = ""
    digest: str = ""
    read: bool = False  # a form or a contract that is read on; else a list, whose rows are compared


def pdf(paper: Paper, *, on: datetime) -> bytes:
    """The paper as PDF, typeset in a process of its own; equal papers of one moment give equal bytes."""
    script = Path(__file__).with_name("typeset.py")
    told = asdict(paper)
    most = max((len(one.head) for block in paper.blocks for one in block.tables), default=0)
    told["flipped"] = most > UPRIGHT and not paper.read
    for block in told["blocks"]:
        for table in block["tables"]:
            table |= shape(table["head"], table["rows"])
            table["stacked"] = len(table["head"]) > UPRIGHT and paper.read
    said = json.dumps(told, ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(int(on.timestamp()))],
        input=said,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise Refused(Reason("paper_not_set"))
    return done.stdout


def shape(head: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, list[Any]]:
    """How the columns of a table stand: numbers to the right and never broken; the others share the width by what they say."""
    columns = [[row[n] for row in rows] for n in range(len(head))]
    right = [sheets.numbers_in(cells) is not None for cells in columns]
    wide = [sheets.width_of(cells, least=0, most=60) for cells in columns]
    whole = [any(cells) and all(CODE.fullmatch(cell) for cell in cells) for cells in columns]
    narrow = [right[n] or whole[n] or 0 < wide[n] - 2 <= SHORT for n in range(len(head))]
    share = [0 if narrow[n] else max(12, min(wide[n], 36)) for n in range(len(head))]
    return {"right": right, "share": share if any(share) else [1] * len(head)}


@override(settings.LANGUAGE_CODE)
def of_document(document: Document) -> Paper:
    """A receipt, letter or list as it was issued."""
    body = document.body
    if document.kind == "receipt" and "content" in body:
        said = Block(paragraphs=[printing.PROOF])
        return Paper("收件回执", ISSUER, "", printing.receipt_facts(document), [said], printing.HOUSE, wording.day_long(document.on), document.code, document.digest)  # fmt: skip
    blocks = [Block(paragraphs=[line for line in str(body.get("text", "")).splitlines() if line.strip()])]
    blocks += [
        Block(heading=b["heading"], paragraphs=b["paragraphs"], tables=[Grid(**t) for t in b["tables"]])
        for b in body.get("blocks", ())
    ]
    if body.get("relief"):
        blocks.append(Block(paragraphs=[str(body["relief"])]))
    facts = [(str(k), str(v)) for k, v in body.get("facts", ())]
    issuer, signed, number = ISSUER, str(body.get("signed", ISSUER)), document.number
    if document.kind == "recommendation":  # a letter of the office that recommends, not of the department
        issuer, blocks = signed, [Block(paragraphs=[f"{ISSUER}："]), *blocks]
    if document.kind == "task-book-paper":  # a contract of two sides: signed in its last part, numbered in its facts
        issuer = signed = number = ""
    return Paper(document.title, issuer, number, facts, blocks, signed, wording.day_long(document.on), document.code, document.digest, document.kind == "task-book-paper")  # fmt: skip


@override(settings.LANGUAGE_CODE)
def of_application(case: Case, language: str = "zh") -> Paper:
    """The submitted form, section by section, as it was frozen; papers are issued in Chinese, whoever asks."""
    thawed = pages.pages_of(case.round)
    values = forms.typed(thawed.form, case.answers)
    known = drawing.Names().read(text for _path, text in drawing.picked(thawed.form.fields.values(), forms.answers_of(thawed.form, values)))  # fmt: skip
    named, labels = drawing.file_names(case), answers.labels(case, thawed, case.received_at or case.opened_at)

    def choices(source: str) -> Any:
        return printing.Files(named) if source == "files" else labels(source)

    sections = forms.printed(
        thawed.form,
        values,
        language,
        choices=choices,
        names=lambda kind, pid: known(kind, pid).partition(" · ")[0] or pid,
    )
    facts = [
        ("申报编号", case.number), ("批次", case.round.title), ("申报单位", case.applicant.name if case.applicant else ""),
        ("项目负责人", case.leader.name if case.leader else ""), ("推荐部门", case.recommender.name if case.recommender else ""),
    ]  # fmt: skip
    blocks = [block for one in sections for block in _blocks(one)]
    return Paper(case.title or case.number, "", f"{case.round.title}申报书", facts, blocks, code=case.number, digest=case.answers_digest or "0" * 16, read=True)  # fmt: skip


def _blocks(section: Printed) -> Iterator[Block]:
    """A section in the order of its questions: short answers beside them, long ones below, tables under their names."""
    heading = section.title
    pairs: list[tuple[str, str]] = []
    for entry in section.entries:
        text = "" if isinstance(entry, forms.Table) else entry.text
        if not isinstance(entry, forms.Table) and len(text) <= LONG and "\n" not in text:
            pairs.append((entry.label, f"{text}{entry.unit}" if text else wording.DASH))
            continue
        if pairs:
            yield Block(heading, pairs=pairs)
            heading, pairs = "", []
        if isinstance(entry, forms.Table):
            rows = [list(row) for row in entry.rows]
            yield Block(heading, entry.label, tables=[Grid(entry.titled, rows)] if rows else [], paragraphs=[] if rows else [wording.DASH])  # fmt: skip
        else:
            yield Block(heading, entry.label, paragraphs=[line for line in text.splitlines() if line.strip()])
        heading = ""
    if pairs:
        yield Block(heading, pairs=pairs)


@override(settings.LANGUAGE_CODE)
def of_notice(notice: Notice) -> Paper:
    """A notice: what it says of its round, the list it is about and, where objections are heard, its days."""
    said = [f"{wording.text(one['label'])}：{wording.text(one['value'])}" for one in published.pairs(notice)]
    if notice.last_day is not None and "said" not in notice.body:
        first, last = wording.day_long(notice.first_day), wording.day_long(notice.last_day)
        said.append(f"公示期为{first}至{last}，首日计入。有异议的，请在公示期内实名书面提出。")
    cases = list(notice.cases.select_related("round", "applicant", "leader", "award").order_by("rank", "number"))
    tables = [_list_under(notice, cases)] if cases else []
    if places := published.by_place(notice):
        tables.append(_grid(places["table"]))
    return Paper(f"{notice.round.title}{notice.what}", ISSUER, published.number_of(notice), [], [Block(paragraphs=said, tables=tables)], ISSUER, wording.day_long(notice.on), notice.code, notice.digest)  # fmt: skip


def _list_under(notice: Notice, cases: Sequence[Case]) -> Grid:
    money = any(case.proposed_fen or case.asked_fen for case in cases)
    listed = _grid(published.list_of(notice, cases, money=money))
    return Grid(["序号", *listed.head], [[str(n), *row] for n, row in enumerate(listed.rows, 1)])


def _grid(table: Mapping[str, Any]) -> Grid:
    """A table of a page as a table of a paper: money in full, everything else as its text."""
    rows = [
        [str(Money(cell["fen"])) if cell.get("fen") is not None else wording.text(cell.get("text")) for cell in row["cells"]]
        for row in table["rows"]
    ]  # fmt: skip
    return Grid([wording.text(column["title"]) for column in table["columns"]], rows)


def lines_of(paper: Paper) -> list[tuple[str, str]]:
    """What a paper says beside its tables, line by line: label and text; what it does not say has no line."""
    said = [("", paper.issuer), *_told("文号", paper.number), ("", paper.title), *paper.facts]
    for block in paper.blocks:
        said += [(block.heading, ""), *block.pairs, *[(block.label, text) for text in block.paragraphs]]
    ends = ("签发", paper.sign), ("日期", paper.on), ("核验码", paper.code), ("SHA-256", paper.digest)
    return [pair for pair in [*said, *[one for end in ends for one in _told(*end)]] if any(pair)]


def _told(label: str, text: str) -> list[tuple[str, str]]:
    return [(label, text)] if text else []


def tables_of(paper: Paper) -> list[tuple[str, list[str], list[list[str]]]]:
    """The tables of a paper, each named by the part it stands in."""
    return [
        (block.label or block.heading or paper.title, table.head, table.rows)
        for block in paper.blocks
        for table in block.tables
    ]


def recommendation(round_: Round, recommender: Organisation, cases: Iterable[Case], *, on: datetime) -> Document:
    """The recommendation list and letter of one recommender for one round; the same list gives the same paper."""
    rows = [[str(n), c.number, c.title, c.applicant.name if c.applicant else "", c.leader.name if c.leader else "", str(Money(c.asked_fen or 0))] for n, c in enumerate(cases, 1)]  # fmt: skip
    text = f"经审核，现推荐下列 {len(rows)} 项申报“{round_.title}”。所推荐材料真实，推荐程序合规。"
    head = ["序号", "申报编号", "项目名称", "申报单位", "负责人", "申请金额"]
    body = {
        "text": text,
        "blocks": [_listed("推荐名单", head, rows)],
        "signed": recommender.name,
        "by": recommender.pid,
    }
    return documents.issue_once("recommendation", f"{recommender.name}推荐函", body, on=on, round_=round_)


def review_summary(round_: Round, rows: Iterable[tuple[Case, list[str]]], *, marks: bool, on: datetime) -> Document:
    """The result of a round's review as it stands: rank, marks where they may be read, advice; no reviewer in any form."""
    listed = [[str(c.rank), c.number, c.title, c.applicant.name if c.applicant else "", *told] for c, told in rows]
    head = [
        "位次",
        "申报编号",
        "项目名称",
        "申报单位",
        *(["评审份数", "原始分", "标准分"] if marks else []),
        "申请金额",
        "建议",
        "建议金额",
    ]
    text = f"“{round_.title}”评审汇总，共 {len(listed)} 项，预算{Money(round_.budget_fen)}。"
    body = {"text": text, "blocks": [_listed("评审汇总", head, listed)]}
    return documents.issue_once("review-summary", "评审汇总表", body, on=on, round_=round_)


def _listed(heading: str, head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"heading": heading, "paragraphs": [], "tables": [{"head": head, "rows": rows}]}
