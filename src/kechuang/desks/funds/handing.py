"""Money that the former unit of a project has left when the project moves: stated, passed on by a recorded transfer, confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from kechuang.casework import documents
from kechuang.casework.models import Case, Letter, Record
from kechuang.casework.pages import day_of
from kechuang.casework.queries import holders
from kechuang.desks.funds.book_keeping import later, rest_waits, unit_account
from kechuang.desks.funds.models import Grant, Handover
from kechuang.desks.funds.offers import UNRECEIVED, drop_prepared
from kechuang.desks.funds.passing import blocks, planned, promised
from kechuang.parties.models import Organisation
from kechuang.parties.prepared import update
from kechuang.words.money import Money
from kechuang.words.offers import check, effect, fact
from kechuang.words.outcome import Finding
from kechuang.words.reason import Reason

KIND, TITLE = "handover", "承担单位变更经费交接单"
MOVES = "lead_unit"
GIVES, TAKES = ("unit_head", "unit_finance", "unit_research"), ("joining_unit", "joining_finance")


@fact("funds.rest_to_hand_over", unit="元")
def rest_to_hand_over(case: Case, on: datetime) -> int:
    """Fiscal money received and not spent that a change of the lead unit leaves with the former unit, in fen; 0 of any other change."""
    grant = getattr(case.parent, "grant", None)
    moves = grant is not None and case.answers.get("change") == MOVES
    return grant.received_fen - grant.spent_fen if grant and moves else 0


@check("funds.nothing_on_its_way", locks=("award",))
def nothing_on_its_way(case: Case, context: Any) -> Finding:
    """A project moves only when every payment that was ordered has been confirmed by the unit it was ordered to, and so has an earlier rest."""
    if case.answers.get("change") != MOVES or case.parent is None:
        return Finding.passed()
    if hasattr(case.parent, "grant") and rest_waits(case.parent.grant):
        return Finding.fail("rest_not_arrived")
    on_its_way = UNRECEIVED.one(case.parent.pk)
    return Finding.fail("payment_not_confirmed") if on_its_way else Finding.passed()


@effect("funds.open_handover")
def open_handover(case: Case, context: Any) -> None:
    """State what the former unit received, spent and has left; until the rest is confirmed the new unit spends no fiscal money."""
    grant, unit = getattr(case.parent, "grant", None), _taker(case)
    if case.answers.get("change") != MOVES or grant is None or unit is None or case.applicant is None:
        return
    drop_prepared(grant.case, context)
    rest = grant.received_fen - grant.spent_fen
    row = Handover.objects.create(
        grant=grant, child=case, giver=case.applicant, taker=unit, received_fen=grant.received_fen,
        spent_fen=grant.spent_fen, passed_fen=grant.passed_fen, confirmed_at=None if rest else context.on,
    )  # fmt: skip
    context.tells["rest"] = str(rest)
    context.later.append(lambda record: issue(row, record))


def _taker(case: Case) -> Organisation | None:
    return Organisation.objects.filter(pid=str(case.answers.get("new_unit") or "")).first()


@check("funds.rest_fits")
def rest_fits(case: Case, context: Any) -> Finding:
    """What is handed over is all that is left; less only by what may lie with partners it was passed on to."""
    row, fen = Handover.objects.get(child=case), int(context.data["amount"])
    least = max(0, row.rest_fen - row.passed_fen)
    if date.fromisoformat(str(context.data["date"])[:10]) > day_of(context.on):
        return Finding.fail("passed_on_later_than_today")
    fits = least <= fen <= row.rest_fen
    return Finding.passed() if fits else Finding.fail("rest_not_all", left=row.rest_fen, ceiling=row.rest_fen - least, said=fen)  # fmt: skip


@effect("funds.send_rest")
def send_rest(case: Case, context: Any) -> None:
    """Note what the former unit says it has transferred; nothing moves here before the new unit confirms it."""
    row = Handover.objects.get(child=case)
    row.sent_fen = int(context.data["amount"])
    update(row, "sent_fen")
    context.tells["fen"] = str(row.sent_fen)


@check("funds.rest_confirmed")
def rest_confirmed(case: Case, context: Any) -> Finding:
    """What came in is what was said to be sent."""
    row, fen = Handover.objects.get(child=case), int(context.data["amount"])
    if row.sent_fen is None or fen != row.sent_fen:
        return Finding("fail", (Reason("rest_differs", ordered=row.sent_fen or 0, said=fen),))
    return Finding.passed()


@effect("funds.take_over_rest")
def take_over_rest(case: Case, context: Any) -> None:
    """The rest is the new unit's: one transfer from the account of the one to that of the other."""
    row, owner = Handover.objects.select_related("grant__case").get(child=case), case.parent or case
    row.moved_fen, row.confirmed_at = row.sent_fen or 0, context.on
    source = unit_account(owner, but=row)
    update(row, "moved_fen", "confirmed_at")
    context.tells["fen"] = str(row.moved_fen)
    later(context, source, unit_account(owner), row.moved_fen, "hand_over", case=owner)
    context.later.append(lambda record: issue(row, record))


def issue(row: Handover, record: Record) -> None:
    """The statement, in the inbox of both units."""
    case, grant = row.child, Grant.objects.select_related("case").get(pk=row.grant_id)
    owner = grant.case
    body = {"facts": facts(row, owner), "blocks": list(blocks(grant, planned(owner, record), promised(owner, record.on))), "text": said(row), "signed": "科技计划项目资金管理"}  # fmt: skip
    paper = documents.issue(KIND, TITLE, body, on=record.on, case=case, record=record, number=owner.project_no)
    people = {one.pk: one for role in (*GIVES, *TAKES) for one in holders(role, case, day_of(record.on))}
    for person in people.values():
        Letter.objects.create(document=paper, person=person, on=record.on)


def facts(row: Handover, owner: Case) -> list[tuple[str, str]]:
    """The project, both units, and the fiscal money from the grant to what is handed over."""
    sums = {
        "批准": row.grant.granted_fen, "原单位已到账": row.received_fen, "其中：转拨合作单位": row.passed_fen, "原单位财政资金支出": row.spent_fen,
        "应移交结余": row.rest_fen, **({"实际移交": row.moved_fen} if row.confirmed_at and row.rest_fen else {}),
    }  # fmt: skip
    return [
        ("项目编号", owner.project_no or owner.number), ("项目名称", owner.title), ("原承担单位", row.giver.name), ("新承担单位", row.taker.name),
        *((name, str(Money(fen))) for name, fen in sums.items()),
    ]  # fmt: skip


def said(row: Handover) -> str:
    """What becomes of the rest."""
    if row.rest_fen == 0:
        return "原单位没有财政资金结余，无须移交。后续经费拨付新承担单位。"
    if row.confirmed_at:
        return "结余已由新承担单位确认到账，以后的支出由新承担单位填报。后续经费拨付新承担单位。"
    return "结余由原单位转账移交新承担单位，在变更办件中登记，经新承担单位确认后变更办结；确认前停止拨款，新承担单位不填报财政资金支出。本系统不划转资金。"


def shown(case: Case) -> Mapping[str, Any] | None:
    """The handover of a change of the lead unit, for its page: what is left, with partners at most, sent, confirmed."""
    row = Handover.objects.filter(child=case).first()
    if row is None:
        return None
    return {"rest": row.rest_fen, "passed": row.passed_fen, "sent": row.sent_fen, "moved": row.moved_fen if row.confirmed_at else None}  # fmt: skip
