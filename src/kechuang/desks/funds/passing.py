"""What the undertaking unit passes on to its partners, and the statement of settlement that says where the money stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Sum

from kechuang.casework import curtain, documents
from kechuang.casework.answers import asked_rows, ticked
from kechuang.casework.models import Case, Document, Letter, Record
from kechuang.casework.pages import day_of
from kechuang.casework.queries import holders
from kechuang.desks.funds.book_keeping import later, rest_waits, unit_account
from kechuang.desks.funds.models import Grant, Passed, Spending
from kechuang.desks.funds.offers import CLASSES
from kechuang.parties.models import Organisation
from kechuang.parties.prepared import add
from kechuang.words.money import Money
from kechuang.words.offers import check, effect
from kechuang.words.outcome import Finding, Refused
from kechuang.words.reason import Reason

KIND, TITLE = "settlement", "结算单"
READERS = ("leader", "unit_head", "unit_finance")


def partners(grant: Grant) -> list[tuple[str, int]]:
    """Each partner that money was passed on to: name and sum in fen, in the order of the names."""
    rows = Passed.objects.filter(grant=grant).order_by("partner__name").values_list("partner__name")
    return [(name, int(fen)) for name, fen in rows.annotate(fen=Sum("fen"))]


def shares_left(case: Case, shares: Mapping[str, int]) -> list[tuple[str, str, int, int]]:
    """Each partner of `shares` (fen by id) as (id, name, share, already passed on), both in fen, in the order of the names."""
    passed = dict(Passed.objects.filter(grant__case=case).values_list("partner__pid").annotate(fen=Sum("fen")))
    units = Organisation.objects.filter(pid__in=shares).order_by("name", "pk").values_list("pid", "name")
    return [(pid, name, shares[pid], int(passed.get(pid, 0))) for pid, name in units]


@check("funds.within_partner_share", locks=("award",))
def within_partner_share(case: Case, context: Any) -> Finding:
    """The unit is a partner of the contract, gets no more than its share there, and no more is passed on than came in."""
    shares: Mapping[str, int] = context.situation.fact(context.flow.facts["partner_shares"]) or {}
    partner, fen, grant = str(context.data["partner"]), int(context.data["amount"]), case.grant
    if partner not in shares:
        names = Organisation.objects.filter(pid__in=shares).order_by("name").values_list("name", flat=True)
        return Finding.fail("not_a_partner", names=list(names) or ["—"])
    if date.fromisoformat(str(context.data["date"])[:10]) > day_of(context.on):
        return Finding.fail("passed_on_later_than_today")
    before = Passed.objects.filter(grant=grant, partner__pid=partner).aggregate(fen=Sum("fen"))["fen"] or 0
    if before + fen > shares[partner]:
        return Finding.fail("beyond_partner_share", share=shares[partner], passed=before, wanted=fen)
    if grant.passed_fen + fen > grant.received_fen:
        return Finding.fail("passed_more_than_received", received=grant.received_fen, passed=grant.passed_fen + fen)
    return Finding.passed()


@check("funds.partners_keep_passed", locks=("award",))
def partners_keep_passed(case: Case, context: Any) -> Finding:
    """A change of partners leaves none that stays less than it was passed already; who leaves keeps that."""
    for row in asked_rows(case, context.data, "new_partners"):
        unit = Organisation.objects.filter(pid=str(row["party"])).first()
        passed = Passed.objects.filter(grant__case=case.parent, partner=unit).aggregate(fen=Sum("fen"))["fen"] or 0  # fmt: skip
        share = int(row.get("share") or 0)
        if not ticked(row, "leaves") and share < passed:
            return Finding.fail("partner_below_passed", passed=passed, name=unit.name if unit else "")
    return Finding.passed()


@effect("funds.pass_on")
def pass_on(case: Case, context: Any) -> None:
    """Note what was passed on: to whom, how much, on which day."""
    grant, fen, day = case.grant, int(context.data["amount"]), date.fromisoformat(str(context.data["date"])[:10])
    if grant.settled_at or grant.cancelled:
        raise Refused(Reason("settled_already"))
    if rest_waits(grant):
        raise Refused(Reason("rest_not_arrived"))
    if fen <= 0:
        raise Refused(Reason("below", least="0.000001", unit="万元"))
    partner = Organisation.objects.get(pid=str(context.data["partner"]))
    add(grant, "passed_fen", fen)
    said = {"grant": grant, "partner": partner, "fen": fen, "on": day}
    context.later.append(lambda record: Passed.objects.create(record=record, **said))
    context.tells |= {"partner": partner.pid, "fen": str(fen)}
    later(context, unit_account(case), f"partner:{case.number}:{partner.pid}", fen, "pass_on", case=case)


# The statement of settlement


@effect("funds.issue_settlement")
def issue_settlement(case: Case, context: Any) -> None:
    """Issue the statement of settlement, for the unit and the leader to keep."""
    context.later.append(lambda record: issued(case, record))


def issued(case: Case, record: Record) -> Document:
    """The statement as a paper, in the inbox of the leader and of the unit."""
    grant = Grant.objects.get(case=case)
    body = {
        "facts": facts(case, grant, promised(case, record.on)),
        "blocks": list(blocks(grant, planned(case, record), promised(case, record.on))),
        "signed": "科技计划项目资金管理",
    }
    paper = documents.issue(KIND, TITLE, body, on=record.on, case=case, record=record, number=case.project_no)
    people = {person.pk: person for role in READERS for person in holders(role, case, day_of(record.on))}
    for person in people.values():
        Letter.objects.create(document=paper, person=person, on=record.on)
    return paper


def facts(case: Case, grant: Grant, own: Mapping[str, int]) -> list[tuple[str, str]]:
    """The project, its fiscal money from the grant to what goes back, and beside it own money as promised and as spent."""
    sums = {
        "批准": grant.granted_fen, "已拨付": grant.paid_fen, "已到账": grant.received_fen, "其中：转拨合作单位": grant.passed_fen,
        "财政资金支出": grant.spent_fen, "留用结余": grant.kept_fen, "应退回": grant.refund_due_fen,
    }  # fmt: skip
    return [
        ("项目编号", case.project_no or case.number), ("项目名称", case.title), ("承担单位", case.applicant.name if case.applicant else ""),
        *((name, str(Money(fen))) for name, fen in sums.items()),
        ("自筹及其他资金承诺", beside(own.get("total", 0), grant.granted_fen)), ("自筹资金支出", beside(grant.own_spent_fen, grant.spent_fen)),
    ]  # fmt: skip


def beside(own: int, fiscal: int) -> str:
    """Own money, with its share of the fiscal money beside it."""
    return f"{Money(own)}（为财政资金的{own * 100 // fiscal}%）" if own and fiscal else str(Money(own))


def promised(case: Case, on: datetime) -> Mapping[str, int]:
    """Own and other money promised in the budget in force, in fen: `total`, and by class of cost."""
    return curtain.fact("projects.own_lines", case, on) or {}


def planned(case: Case, record: Record) -> Mapping[str, int]:
    """The fiscal budget in force by class of cost, in fen; nothing where it is a lump sum."""
    return curtain.fact("projects.budget_lines", case, record.on) or {}


def blocks(grant: Grant, plan: Mapping[str, int], promise: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The budget in force by class beside what was spent, fiscal and own in columns of their own; and each partner with what it was passed."""
    spent: dict[str, list[int]] = {}
    for kind, own, fen in Spending.objects.filter(grant=grant).values_list("kind", "own").annotate(fen=Sum("fen")):
        spent.setdefault(kind, [0, 0])[own] += int(fen)
    rows = [
        [
            CLASSES[kind],
            str(Money(plan[kind])) if kind in plan else "—",
            str(Money(spent.get(kind, (0, 0))[0])),
            str(Money(promise[kind])) if kind in promise else "—",
            str(Money(spent.get(kind, (0, 0))[1])),
        ]
        for kind in CLASSES
        if kind in spent or kind in plan
    ]
    if rows:
        yield _block("支出明细", ["科目", "现行预算（财政）", "财政资金支出", "现行预算（自筹）", "自筹资金支出"], rows)
    passed = [[name, str(Money(fen))] for name, fen in partners(grant)]
    if passed:
        yield _block("转拨合作单位", ["合作单位", "金额"], passed)


def _block(heading: str, head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    return {"heading": heading, "paragraphs": [], "tables": [{"head": head, "rows": rows}]}
