"""Letters that follow from acts: drawn from the round's frozen page, kept as documents, put into inboxes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework import documents, queries
from kechuang.casework.models import Award, Case, Document, Letter, Record, Round, Told
from kechuang.casework.outbox import job
from kechuang.casework.pages import day_of, pages_of
from kechuang.parties.prepared import Prepared, insert
from kechuang.words.money import Money

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BLANK = "——"
RECORD = Prepared[Record](lambda pk: Record.objects.filter(pk=pk))
TOLD = Prepared[Told](lambda pk: Told.objects.filter(pk=pk))
AWARD = Prepared[Award](lambda case: Award.objects.filter(case=case))
CASE = Prepared[Case](lambda number: Case.objects.defer("answers").filter(number=number))


def drawn(text: str, values: Mapping[str, Any]) -> str:
    """`text` with every placeholder filled; one without a value shows as a dash, never as an invention."""
    return _PLACE.sub(lambda found: shown(values.get(found[1])), text)


def shown(value: Any) -> str:
    """A value as a letter says it: 万元 without its unit (the page writes it), days in Chinese."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, Money):
        return f"{value.in_unit('万元').normalize():f}"
    if hasattr(value, "year") and hasattr(value, "month"):
        day = day_of(value) if isinstance(value, datetime) else value
        return f"{day.year}年{day.month}月{day.day}日"
    return str(value)


def values_for(subject: Case | Round, record: Record) -> dict[str, Any]:
    """What letters may name: the case, its unit and round, the money, what was said in the act, and the day."""
    round_ = subject.round
    said = TOLD.one(record.pk)
    told = dict(said.data) if said else {}
    base: dict[str, Any] = {
        "round_title": round_.title, "letter_date": record.on, "year": round_.year, "document_no": round_.document_no,
    }  # fmt: skip
    if isinstance(subject, Case):
        award = AWARD.one(subject.pk)
        base |= {
            "unit": subject.applicant.name if subject.applicant else "", "title": subject.title,
            "case_number": subject.number, "project_no": subject.project_no, "received_at": subject.received_at,
            "number": subject.project_no, "amount": Money(award.fen) if award else None,
            "decision_no": told.get("document_no") or (award.document_no if award else ""), "money_source": "科技专项资金",
            "period": f"{shown(subject.starts_on)}至{shown(subject.ends_on)}", "until": subject.promised_at,
            "contract_until": subject.promised_at, "leader": subject.leader.name if subject.leader else "",
        }  # fmt: skip
    return {**base, **told, "kind": round_.title}


@job("letter")
def write_letter(payload: Mapping[str, Any], on: datetime) -> None:
    """Draw the letter of one record, keep it as a document and put it into the inbox of each addressee."""
    record = RECORD.one(payload["record"])
    if record is None:
        raise LookupError(f"record {payload['record']} is gone")
    subject = subject_of(record)
    page = pages_of(subject.round).round.letters.get(str(payload["letter"]))
    if page is None:
        return
    case = subject if isinstance(subject, Case) else None
    values = values_for(subject, record)
    body = {
        "text": drawn(page["body"], values),
        "relief": drawn(page.get("relief", ""), values),
        "form": page.get("form", ""),
        "signed": page["signed"]["body"],
        "date": shown(record.on),
    }
    title = page["title"]["zh"]
    number = str(values.get("document_no") or "")
    public = "public" in page.get("addressed_to", ())
    kept = documents.issue(str(payload["letter"]), title, body, on=record.on, case=case, round_=subject.round, record=record, number=number, public=public)  # fmt: skip
    people = [p for role in page.get("addressed_to", ()) for p in queries.holders(role, subject, day_of(on))]
    for person in {p.pk: p for p in people}.values():
        insert(Letter(document=kept, person=person, on=record.on))


def subject_of(record: Record) -> Case | Round:
    """The case or round a record is about."""
    if record.subject_kind == "case":
        case = CASE.one(record.subject)
        if case is None:
            raise LookupError(f"case {record.subject} is gone")
        return case
    return Round.objects.get(code=record.subject)


def inbox(person: Any) -> list[Document]:
    """The letters a person has been sent, newest first."""
    rows = Letter.objects.filter(person=person).select_related("document", "document__case").order_by("-on")
    return [row.document for row in rows]
