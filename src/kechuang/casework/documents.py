"""Receipts, letters and lists that are issued: each with a code that a public page checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kechuang.casework.models import Case, Document, Record, Round
from kechuang.casework.records import plain, strict
from kechuang.engines import ledger
from kechuang.engines.ledger import canonical, digest
from kechuang.parties.prepared import Prepared, insert
from kechuang.words.period import Stamped

RECEIPT = Prepared[Document](lambda record: Document.objects.filter(record=record, kind="receipt").order_by("pk"))


def issue(
    kind: str,
    title: str,
    body: Mapping[str, Any],
    *,
    on: datetime,
    case: Case | None = None,
    round_: Round | None = None,
    record: Record | None = None,
    number: str = "",
    public: bool = False,
) -> Document:
    """Keep a document as issued; its digest is over the canonical form of what it says."""
    said = plain(body)
    issued = Document(
        kind=kind, title=title, body=said, number=number, case=case, round=round_ or (case.round if case else None),
        record=record, on=on, public=public, digest=digest(canonical(said)),
    )  # fmt: skip
    insert(issued)
    return issued


def issue_once(kind: str, title: str, body: Mapping[str, Any], *, on: datetime, case: Case | None = None, round_: Round | None = None) -> Document:  # fmt: skip
    """Issue a paper, or give the one that already says exactly this."""
    said = digest(canonical(plain(body)))
    there = Document.objects.filter(kind=kind, digest=said, case=case, round=round_ or (case.round if case else None)).first()  # fmt: skip
    return there or issue(kind, title, body, on=on, case=case, round_=round_)


def receipt(case: Case, record: Record) -> Document:
    """The applicant's receipt of one hop: the record as hashed, and the answers if the record names their digest."""
    stamped_by = "front" if isinstance(record.on, Stamped) else "application"
    said = ledger.receipt(record.body.encode(), previous=record.previous)
    covered = "answers" in said["content"].get("tells", {})
    body = {
        **said,
        "about": {"number": case.number, "round": case.round.code, "stamped_by": stamped_by},
        **({"answers": strict(case.answers)} if covered else {}),
    }
    return issue("receipt", f"回执 {case.number}", body, on=record.on, case=case, record=record)
