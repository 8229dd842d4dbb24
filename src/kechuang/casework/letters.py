"""Letters that follow from acts: drawn from the round's frozen page, kept as documents, put into inboxes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kechuang.casework import documents, letter_values, queries
from kechuang.casework.acts import the_round
from kechuang.casework.models import Case, Document, Letter, Record, Round
from kechuang.casework.outbox import job
from kechuang.casework.pages import day_of, pages_of
from kechuang.parties.prepared import Prepared, insert
from kechuang.parties.steady import once
from kechuang.words.money import Money
from kechuang.words.period import is_known

_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BLANK = "——"
INSTANT = timedelta(microseconds=1)
RECORD = Prepared[Record](lambda pk: Record.objects.filter(pk=pk))
CASE = Prepared[Case](lambda number: Case.objects.defer("answers").filter(number=number))
ROUND = Prepared[Round](lambda code: Round.objects.filter(code=code))


def drawn(text: str, values: Mapping[str, Any]) -> str:
    """`text` with every placeholder filled: a line of which nothing is known is left out, a single gap is a dash, never an invention."""
    lines = [line for line in text.splitlines() if any(values.get(n) for n in _PLACE.findall(line)) or not _PLACE.search(line)]  # fmt: skip
    return "\n".join(_PLACE.sub(lambda found: shown(values.get(found[1])), line) for line in lines)


def shown(value: Any) -> str:
    """A value as a letter says it: 万元 without its unit (the page writes it), days in Chinese."""
    if value is None or value == "":
        return BLANK
    if isinstance(value, Money):
        return f"{value.in_unit('万元').normalize():f}"
    if hasattr(value, "year") and hasattr(value, "month"):
        if isinstance(
            value, datetime
        ):  # a term: it ends before its midnight, and is provisional beyond the official calendar
            day = day_of(value - INSTANT)
            return f"{shown(day)}{'' if is_known(day) else '（暂定）'}"
        return f"{value.year}年{value.month}月{value.day}日"
    return str(value)


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
    values = letter_values.values_for(subject, record, page)
    body = {
        "text": drawn(page["body"], values),
        "relief": drawn(page.get("relief", ""), values),
        "form": page.get("form", ""),
        "signed": drawn(page["signed"]["body"], values),
        "date": shown(day_of(record.on)),
    }
    title = page["title"]["zh"]
    number = str(values["own_number"])
    public = "public" in page.get("addressed_to", ())
    issued = documents.RECEIPT.one(record.pk) if payload["letter"] == "receipt" else None
    kept = issued or documents.issue(str(payload["letter"]), title, body, on=record.on, case=case, round_=subject.round, record=record, number=number, public=public)  # fmt: skip
    people = [p for role in page.get("addressed_to", ()) for p in queries.holders(role, subject, day_of(on))]
    for person in {p.pk: p for p in people}.values():
        insert(Letter(document=kept, person=person, on=record.on))


def subject_of(record: Record) -> Case | Round:
    """The case or round a record is about."""
    if record.subject_kind == "case":
        case = CASE.one(record.subject)
        if case is None:
            raise LookupError(f"case {record.subject} is gone")
        case.round = once(("its round", case.round_id), lambda: the_round(case.round_id))
        return case
    round_ = ROUND.one(record.subject)
    if round_ is None:
        raise LookupError(f"round {record.subject} is gone")
    return round_


def newest(person: Any, count: int) -> list[Document]:
    """The last letters a person has been sent, newest first."""
    rows = (
        Letter.objects.filter(person=person).select_related("document__case", "document__record").order_by("-on", "-pk")
    )
    return [row.document for row in rows[:count]]
