"""The task book as a paper: what both sides signed, with who signed and when; issued when it is countersigned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kechuang.casework import documents
from kechuang.casework.models import Case, Document, Letter, Record
from kechuang.casework.pages import LINES, day_of, pages_of
from kechuang.casework.queries import history, holders
from kechuang.desks.projects import reports
from kechuang.desks.projects.models import Report
from kechuang.engines import forms
from kechuang.parties.models import Organisation, Person
from kechuang.words.money import Money
from kechuang.words.offers import check, effect
from kechuang.words.outcome import Finding
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

KIND, TITLE = "task-book-paper", "任务书"
SIGNED = ("sign_leader", "sign_unit", "sign_recommender", "countersign")
READERS = ("leader", "unit_head", "institution_chief")


@effect("projects.issue_task_book")
def issue_task_book(case: Case, context: Any) -> None:
    """Issue the signed task book whole, for both sides to keep; after it was filed."""
    row = reports.latest(case, "task_book")
    if row is not None:
        context.later.append(lambda record: issued(case, row, record))


@check("projects.task_book_adds_up")
def task_book_adds_up(case: Case, context: Any) -> Finding:
    """There is a task book; the rules of the page on what it says hold (classes make the total, bands, shares), and own money is what was applied for."""
    _, cleaned = reports.looked_at(case, "task_book", context.on)
    if cleaned is None:
        return Finding.passed() if reports.latest(case, "task_book") else Finding.fail("task_book_missing")
    told = [reason for path, reasons in cleaned.errors.items() if "/" in path for reason in reasons]
    rows = [row for code in LINES for row in cleaned.values.get(code) or ()]
    own = sum(int(row.get("own") or 0) for row in rows)
    applied = sum(int(case.answers.get(name) or 0) for name in ("own_funds", "other_funds"))
    if rows and own != applied:
        told.append(Reason("own_does_not_add_up", own=applied, lines=own))
    return Finding("fail", tuple(told)) if told else Finding.passed()


def differences(case: Case, row: Report, language: str) -> list[tuple[str, str, str]]:
    """Where a task book differs from the application: what, as applied for, as the task book has it."""
    form, choices = reports.form_of(case, "task_book"), pages_of(case.round).choices
    applied = forms.answers_of(form, forms.typed(form, {k: v for k, v in case.answers.items() if k in form.fields}))
    both = [
        _said(forms.printed(form, forms.clean(form, said, stage="draft", choices=choices).values, language, choices=choices, names=_name))
        for said in (applied, row.typed)
    ]  # fmt: skip
    return [(what, both[0].get(what, ""), both[1].get(what, "")) for what in {**both[0], **both[1]} if both[0].get(what) != both[1].get(what)]  # fmt: skip


def _said(parts: Any) -> dict[str, str]:
    """Every answer by its label, every row of a table by the table and its first cell."""
    told: dict[str, str] = {}
    for part in parts:
        told |= {line.label: f"{line.text}{line.unit if line.text else ''}" for line in part.lines}
        for table in part.tables:
            for n, cells in enumerate(table.rows, 1):
                what = f"{table.label} · {cells[0]}" if cells and cells[0] else f"{table.label} · {n}"
                what = what if what not in told else f"{what} ({n})"
                told[what] = "；".join(
                    f"{head} {cell}" for head, cell in zip(table.titled, cells, strict=False) if cell
                )
    return told


def issued(case: Case, row: Report, record: Record) -> Document:
    """The paper of one version of a task book, in the inbox of those who signed."""
    body = {"facts": facts(case), "blocks": list(blocks(case, row)), "signed": "双方"}
    paper = documents.issue(KIND, TITLE, body, on=record.on, case=case, record=record, number=case.project_no)
    people = {person.pk: person for role in READERS for person in holders(role, case, day_of(record.on))}
    for person in people.values():
        Letter.objects.create(document=paper, person=person, on=record.on)
    return paper


def facts(case: Case) -> list[tuple[str, str]]:
    """Both sides, the project, its term and its money."""
    award, institution = getattr(case, "award", None), case.round.institution
    return [
        ("项目编号", case.project_no or case.number), ("项目名称", case.title), ("甲方（专业机构）", institution.name if institution else ""),
        ("乙方（承担单位）", case.applicant.name if case.applicant else ""), ("项目负责人", case.leader.name if case.leader else ""),
        ("执行期", f"{case.starts_on}至{case.ends_on}" if case.starts_on and case.ends_on else ""), ("财政资金", str(Money(award.fen)) if award else ""),
    ]  # fmt: skip


def blocks(case: Case, row: Report) -> Iterator[dict[str, Any]]:
    """Goals, schedule and money section by section, then the signatures."""
    form, choices = reports.form_of(case, "task_book"), pages_of(case.round).choices
    values = forms.clean(form, row.values, stage="draft", choices=choices).values
    for part in forms.printed(form, values, "zh", choices=choices, names=_name):
        lines = [f"{line.label}：{line.text}{line.unit if line.text else ''}" for line in part.lines if line.text]
        tables = [{"head": table.titled, "rows": [[str(c) for c in cells] for cells in table.rows]} for table in part.tables if table.rows]  # fmt: skip
        if lines or tables:
            yield {"heading": part.title, "paragraphs": lines, "tables": tables}
    yield {
        "heading": "签署",
        "paragraphs": [],
        "tables": [{"head": ["签署", "签署人", "时间"], "rows": list(signatures(case))}],
    }


def signatures(case: Case) -> Iterator[list[str]]:
    """Who signed and when, as the record says; those of this time round."""
    flow = pages_of(case.round).flow(case.flow)
    for record in history(case).filter(act__in=SIGNED, on__gte=case.award.on):
        name = Person.objects.filter(pid=record.actor.removeprefix("p:")).values_list("name", flat=True).first()
        yield [flow.acts[record.act].title["zh"], name or "", f"{record.on.astimezone(ZONE):%Y-%m-%d %H:%M}"]


def _name(kind: str, pid: str) -> str:
    rows: Any = Organisation.objects if kind == "party" else Person.objects
    return rows.filter(pid=pid).values_list("name", flat=True).first() or pid
