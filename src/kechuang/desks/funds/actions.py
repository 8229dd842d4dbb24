"""What the money office does beside the acts of cases: quota documents entered, payment orders put into a file for the treasury."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from textwrap import wrap
from typing import Any

from django.db import transaction

from kechuang.casework import documents, records
from kechuang.casework.actor import Actor
from kechuang.casework.acts import note
from kechuang.casework.models import Document, Record, Round
from kechuang.casework.pages import pages_of
from kechuang.casework.people import must_hold
from kechuang.desks.funds.book_keeping import account
from kechuang.desks.funds.models import Batch, Payment, QuotaDocument
from kechuang.desks.funds.queries import CLERKS, of_batch
from kechuang.engines.ledger import canonical, digest
from kechuang.parties.models import Person
from kechuang.words.money import Money
from kechuang.words.outcome import Refused
from kechuang.words.period import ZONE
from kechuang.words.reason import Reason

TREASURY = "treasury"
PAYMENT_LIST = "payment-list"
MOST_BATCH = 2000


@transaction.atomic
def enter_quota(
    number: str, fen: int, day: date, *, round_: Round | None, by: Person, on: datetime, key: str
) -> QuotaDocument:
    """Enter a quota document as the finance department issued it: payments may be prepared on it. Refused twice."""
    must_hold(by, on, set(CLERKS))
    name = number.strip()
    data = {"number": name, "fen": str(fen), "on": day.isoformat(), "round": round_.code if round_ else ""}
    if records.already(Actor.of(by), key, "enter_quota", None, data):
        return QuotaDocument.objects.get(number=name)
    if not name or fen <= 0:
        raise Refused(Reason("quota_needs_number_and_amount"))
    if QuotaDocument.objects.filter(number=name).exists():
        raise Refused(Reason("quota_already_entered", number=name))
    row = QuotaDocument.objects.create(number=name, fen=fen, on=day, round=round_)
    note(
        account(f"quota:{row.pk}"),
        "enter_quota",
        by=by,
        on=on,
        key=key,
        role="fund_clerk",
        data=data,
        tells={"fen": str(fen)},
    )
    return row


@transaction.atomic
def make_batch(*, by: Person, on: datetime, key: str) -> Batch:
    """Put every ordered payment that stands in no file yet into one; its digest goes into the record.

    The file says what was ordered; the treasury moves the money, and the unit's confirmation shows that it came.
    """
    must_hold(by, on, set(CLERKS))
    if told := records.already(Actor.of(by), key, "make_batch", None, {}):
        return Batch.objects.get(code=told.told.data["batch"])
    waiting = Payment.objects.select_for_update().filter(paid_at__isnull=False, batch=None).order_by("paid_at", "pk")
    ids = list(waiting.values_list("pk", flat=True)[:MOST_BATCH])
    if not ids:
        raise Refused(Reason("nothing_to_batch"))
    batch = Batch.objects.create(on=on, by=by)
    Payment.objects.filter(pk__in=ids).update(batch=batch)
    rows = [order(number, payment) for number, payment in enumerate(of_batch(batch), 1)]
    batch.digest = digest(canonical(rows))
    batch.save(update_fields=["digest"])
    fen = str(sum(int(row["fen"]) for row in rows))
    tells = {"batch": batch.code, "rows": batch.digest, "fen": fen, "count": str(len(rows))}
    said = {"batch": batch.code, "rows": rows}
    documents.issue(PAYMENT_LIST, f"拨付清单 {batch.code}", listed(batch, rows, fen), on=on)
    note(account(TREASURY), "make_batch", by=by, on=on, key=key, role="fund_clerk", data=said, tells=tells, asked={})
    return batch


def listed(batch: Batch, rows: list[dict[str, str]], fen: str) -> dict[str, Any]:
    """The payment list on paper: what is ordered, by whom, and its sum; the accounts stand in the file for the treasury alone."""
    heads = {"number": "序号", "project": "项目编号", "title": "项目名称", "payee": "收款单位", "quota": "资金指标文号", "instalment": "期次", "yuan": "金额（元）"}  # fmt: skip
    checkers = sorted({name for name in of_batch(batch).values_list("checker__name", flat=True) if name})
    facts = [
        ["支付文件", batch.code], ["笔数", f"{len(rows)} 笔"], ["合计", str(Money(int(fen)))], ["经办、制表", batch.by.name],
        ["复核", "、".join(checkers)], ["文件指纹", " ".join(wrap(batch.digest, 8))],
    ]  # fmt: skip
    total = {"title": "合计", "yuan": f"{Money(int(fen)).in_unit('元'):,.2f}"}
    lines = [*({**row, "yuan": f"{Money(int(row['fen'])).in_unit('元'):,.2f}"} for row in rows), total]
    table = {"head": list(heads.values()), "rows": [[line.get(name, "") for name in heads] for line in lines]}
    text = "收款账户只在交国库的支付文件里列出。本系统不划转资金，以国库集中支付到账为准。"
    return {"facts": facts, "text": text, "batch": batch.code, "blocks": [{"heading": "拨付清单", "paragraphs": [], "tables": [table]}]}  # fmt: skip


def papers_of(batches: Iterable[Batch]) -> dict[str, str]:
    """The code of the payment list by the code of its batch, in one query; batches older than lists have none."""
    titles = {f"拨付清单 {batch.code}": batch.code for batch in batches}
    rows = Document.objects.filter(kind=PAYMENT_LIST, title__in=titles).values_list("title", "code")
    return {titles[title]: code for title, code in rows}


def orders(batch: Batch) -> list[dict[str, str]]:
    """The payment orders of a batch as they were when it was made: all texts, amounts in fen and in yuan.

    They lie encrypted beside the record; Refused where they are no longer those whose digest was recorded.
    """
    made = Record.objects.filter(subject_kind="account", subject=TREASURY, act="make_batch", body__contains=batch.code)
    rows: list[dict[str, str]] = made.select_related("told").get().told.data["rows"]
    if digest(canonical(rows)) != batch.digest:
        raise Refused(Reason("batch_differs", batch=batch.code))
    return rows


def order(number: int, payment: Payment) -> dict[str, str]:
    """One order: to whom, on which account, how much, on which document, for what."""
    case = payment.grant.case
    unit: Any = case.applicant
    return {
        "number": str(number),
        "payment": payment.pid,
        "project": case.project_no or case.number,
        "title": case.title,
        "payee": unit.name if unit else "",
        "credit_code": (unit.credit_code or "") if unit else "",
        "account": unit.bank_account if unit else "",
        "fen": str(payment.fen),
        "yuan": f"{Money(payment.fen).in_unit('元'):.2f}",
        "quota": payment.quota.number,
        "instalment": _instalment(payment),
        "ordered": payment.paid_at.astimezone(ZONE).isoformat(timespec="seconds") if payment.paid_at else "",
    }


def _instalment(payment: Payment) -> str:
    """An instalment as its page names it; its code where the page says no more."""
    named = pages_of(payment.grant.case.round).choices("instalments") or {}
    one = payment.instalment
    return named.get(one.named, {}).get("zh", one.named) + (f"（{one.gate_on}决策点）" if one.gate_on else "")
