"""What the funds desk offers: awards by the page's rule, instalments, payments, spending, settlement, refunds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import F
from django.db.utils import IntegrityError

from kechuang.casework import book, curtain, deadlines
from kechuang.casework.models import Award, Case, Record, Round
from kechuang.casework.pages import day_of
from kechuang.desks.funds.book_keeping import give_back, later, rest_waits, unit_account
from kechuang.desks.funds.models import (
    Appropriation,
    Budget,
    Grant,
    Instalment,
    Payment,
    QuotaDocument,
    Spending,
    Stop,
)
from kechuang.engines import forms
from kechuang.formula import UNKNOWN
from kechuang.parties import hands
from kechuang.parties.prepared import Prepared, add, insert, update
from kechuang.words.money import shared_out
from kechuang.words.offers import check, effect, fact, table
from kechuang.words.outcome import Finding, Refused
from kechuang.words.quantity import quantity
from kechuang.words.reason import Reason

CLASSES = {"equipment": "设备费", "operation": "业务费", "labour": "劳务费", "indirect": "间接费用", "other": "其他"}

AT_FAULT = ("failed", "terminated", "revoked")

INSTALMENTS = Prepared[tuple[int]](lambda grant: Instalment.objects.filter(grant=grant).values_list("pk"))
FREED = Prepared[Instalment](
    lambda case: Instalment.objects.filter(
        grant__case=case, grant__cancelled=False, freed_at__isnull=False, payment=None, fen__gt=0
    ).order_by("position")
)
STOPPED = Prepared[tuple[int]](lambda case: Stop.objects.filter(case=case, lifted_at=None).values_list("pk"))
QUOTA = Prepared[QuotaDocument](lambda number: QuotaDocument.objects.select_for_update().filter(number=number))
UNPAID = Prepared[Payment](lambda case: Payment.objects.filter(grant__case=case, paid_at=None).order_by("prepared_at"))
UNRECEIVED = Prepared[Payment](
    lambda case: Payment.objects.filter(grant__case=case, paid_at__isnull=False, received_at=None).order_by("paid_at")
)
BOUND = Prepared[tuple[int]](lambda round_: Budget.objects.filter(round=round_).values_list("committed_fen"))
CASH = Prepared[Appropriation](
    lambda plan, year: Appropriation.objects.select_for_update().filter(plan=plan, year=year)
)


# From the decision to the grant


@fact("funds.budget_bound", unit="元")
def budget_bound(subject: Case | Round, on: datetime) -> int:
    """What the awards of the round bind of its budget, in fen: granted, less what was cancelled, lowered or came back."""
    bound = BOUND.one(subject.round.pk)
    return bound[0] if bound else 0


def award_of(case: Case, context: Any) -> tuple[int, list[dict[str, str]]]:
    """The amount in fen by the page's award rule, never above what was proposed, with the steps that led to it."""
    page = context.pages.programme
    rule = page.get("award") or {}
    values = forms.typed(context.pages.form, case.answers) if case.answers else {}
    told = {**page.get("facts", {}), **rule.get("facts", {})}
    facts = {name: one if isinstance(one, str) else one["from"] for name, one in told.items()}

    def known(name: str) -> object:
        if values.get(name) is not None:
            return values[name]
        found = curtain.fact(facts[name], case, context.on) if name in facts else None
        return UNKNOWN if found is None else found

    worked = book.award_worked(page, on=day_of(case.round.opens_at or context.on), known=known)
    steps = [{"name": name, "value": str(one)} for name, one in sorted(worked.scope.items()) if one is not UNKNOWN]
    fen = (case.proposed_fen or case.asked_fen or 0) if worked.fen is None else worked.fen
    if case.proposed_fen is not None and case.proposed_fen < fen:
        steps.append({"name": "proposed", "value": str(case.proposed_fen)})
        fen = case.proposed_fen
    return fen, [{"name": "rule", "value": worked.rule}, *steps, {"name": "amount", "value": str(fen)}]


@effect("funds.award", locks=("budget",))
def award(case: Case, context: Any) -> None:
    """Settle the amount by the page's award rule, with steps, and commit it from the round's budget."""
    fen, steps = award_of(case, context)
    budget, _ = Budget.objects.get_or_create(round=case.round, defaults={"fen": case.round.budget_fen})
    if not Budget.objects.filter(pk=budget.pk, committed_fen__lte=F("fen") - fen).update(
        committed_fen=F("committed_fen") + fen
    ):
        raise Refused(Reason("beyond_budget", budget=budget.fen, used=budget.committed_fen, wanted=fen))
    number = str(context.data.get("document_no", ""))
    insert(Award(case=case, fen=fen, steps=steps, document_no=number, on=context.on))
    insert(Grant(case=case, granted_fen=fen))
    context.tells["fen"] = str(fen)
    later(context, f"budget:{case.round.code}", f"grant:{case.number}", fen, "commit", case=case)


@effect("funds.schedule")
def schedule(case: Case, context: Any) -> None:
    """Lay out the instalments of the page: shares of the grant, exact to the fen; those due now are freed."""
    grant = case.grant
    if INSTALMENTS.one(grant.pk):
        return
    freed_by = (context.act.name, "countersign")
    for position, part in enumerate(parts_of(case, context.pages.programme, grant.granted_fen)):
        freed = context.on if part["upon"] in freed_by else None
        insert(Instalment(grant=grant, position=position, freed_at=freed, **part))
    grant.allocated_fen = grant.granted_fen
    update(grant, "allocated_fen")


def parts_of(case: Case, programme: Mapping[str, Any], whole: int) -> list[dict[str, Any]]:
    """The grant in parts, exact to the fen: by the page's shares, and what waits for stage gates by the shares of the gates."""
    rows = [r for r in programme.get("instalments", ()) if not r.get("for") or case.track in r["for"]]
    rows = rows or [{"code": "once", "share": "100 %", "upon": "countersign"}]
    parts: list[dict[str, Any]] = []
    for row, fen in zip(rows, shared_out(whole, [quantity(r["share"]).value for r in rows]), strict=True):
        upon = str(row.get("upon", ""))
        gates = deadlines.gates_paid(case, programme.get("midterm") or {}) if upon == deadlines.PASSED else []
        if not gates:
            parts.append({"code": row["code"], "fen": fen, "upon": upon})
            continue
        shares = shared_out(fen, [share for _, share in gates])
        parts += [
            {"code": f"{row['code']}.{n}", "fen": share, "upon": upon, "gate_on": day}
            for n, ((day, _), share) in enumerate(zip(gates, shares, strict=True), 1)
        ]
    return parts


@effect("funds.milestone")
def milestone(case: Case, context: Any) -> None:
    """Free the instalments that wait for this act, on the project itself; a goal that was not wholly reached frees none.

    One that is tied to a stage gate is freed by an assessment on the gate's day or shortly before, not by an earlier one.
    """
    if context.data.get("reached", "full") != "full":
        return
    owner = case.parent if case.parent and not hasattr(case, "grant") else case
    grant = getattr(owner, "grant", None)
    if grant is None:
        return
    for row in grant.instalments.filter(upon=context.act.name, freed_at=None):
        if row.gate_on is None or day_of(context.on) >= deadlines.counts_from(row.gate_on):
            row.freed_at = context.on
            update(row, "freed_at")


@effect("funds.cancel_schedule")
def cancel_schedule(case: Case, context: Any) -> None:
    """Cancel what is not yet paid: the round's budget gets it back."""
    grant = getattr(case, "grant", None)
    if grant is None or grant.cancelled:
        return
    left = grant.granted_fen - grant.paid_fen
    give_back(case, left)
    Grant.objects.filter(pk=grant.pk).update(cancelled=True)
    later(context, f"grant:{case.number}", f"budget:{case.round.code}", left, "cancel", case=case)


# Payments


def stopped(case: Case) -> bool:
    """Whether somebody has stopped the payments of this case."""
    return STOPPED.one(case.pk) is not None


def due(case: Case) -> Instalment | None:
    """The first instalment that is freed and has no payment yet."""
    return FREED.one(case.pk)


def wanted(case: Case, context: Any) -> Instalment | None:
    """The instalment the act names, else the first one due."""
    code = context.data.get("instalment")
    return next((row for row in FREED.rows(case.pk) if code in (None, "", row.code, row.named)), None)


@check("funds.instalment_due", locks=("award",))
def instalment_due(case: Case, context: Any) -> Finding:
    """The act that frees this instalment has happened, nobody has stopped payments, and it is not yet ordered."""
    if stopped(case):
        return Finding.fail("payments_stopped")
    if wanted(case, context) is None:
        return Finding.fail("no_instalment_due", instalment=str(context.data.get("instalment", "")))
    return Finding.passed()


@check("funds.quota_covers", locks=("award",))
def quota_covers(case: Case, context: Any) -> Finding:
    """A quota document of that number covers the payment."""
    instalment = wanted(case, context)
    number = str(context.data.get("quota_document", "")).strip()
    document = QUOTA.one(number)
    if document is None:
        return Finding.fail("no_such_quota_document", number=number)
    left = document.fen - document.used_fen
    if instalment is not None and left < instalment.fen:
        return Finding.fail("quota_used_up_money", number=number, left=left, wanted=instalment.fen)
    return Finding.passed()


@fact("funds.payment_waits")
def payment_waits(case: Case, on: datetime) -> bool:
    """A payment is prepared and waits for its checker."""
    return prepared_payment(case) is not None


@effect("funds.unprepare")
def unprepare(case: Case, context: Any) -> None:
    """The checker sends a prepared payment back: the quota is free again; what was prepared stays in the record."""
    drop_prepared(case, context)


def drop_prepared(case: Case, context: Any) -> None:
    """What is prepared and not ordered will not be: it can be prepared anew where money may move again."""
    payment = prepared_payment(case)
    if payment is None:
        return
    QuotaDocument.objects.filter(pk=payment.quota_id).update(used_fen=F("used_fen") - payment.fen)
    context.tells |= {"payment": payment.pid, "fen": str(payment.fen), "quota": payment.quota.number}
    payment.delete()


@effect("funds.prepare")
def prepare(case: Case, context: Any) -> None:
    """Prepare a payment: the maker's half; it reserves the quota and moves nothing."""
    instalment = wanted(case, context)
    document = QUOTA.one(str(context.data["quota_document"]).strip())
    assert instalment is not None and document is not None  # funds.instalment_due and quota_covers have looked
    document.used_fen += instalment.fen
    update(document, "used_fen")
    payment = Payment(
        instalment=instalment, grant=instalment.grant, fen=instalment.fen, quota=document, maker=context.by.person,
        prepared_at=context.on,
    )  # fmt: skip
    insert(payment)
    context.tells |= {"payment": payment.pid, "fen": str(payment.fen)}


def prepared_payment(case: Case) -> Payment | None:
    """The payment that waits for its checker."""
    return UNPAID.one(case.pk)


@check("funds.prepared")
def prepared(case: Case, context: Any) -> Finding:
    """A payment is prepared and not yet paid, by another hand than the checker's."""
    payment = prepared_payment(case)
    if payment is None:
        return Finding.fail("nothing_prepared")
    if context.by.person and hands.same(context.by.person, payment.maker_id):
        return Finding.fail("same_person", acts=["prepare_payment"])
    return Finding.fail("payments_stopped") if stopped(case) else Finding.passed()


@check("funds.within_award", locks=("award",))
def within_award(case: Case, context: Any) -> Finding:
    """Paid so far and this payment stay within the award."""
    payment, grant = prepared_payment(case), case.grant
    beyond = payment is not None and grant.paid_fen + payment.fen > grant.granted_fen
    return Finding.fail("beyond_award", granted=grant.granted_fen, paid=grant.paid_fen) if beyond else Finding.passed()


@effect("funds.pay")
def pay(case: Case, context: Any) -> None:
    """Order the payment, once: the checker's half; the year's cash and the grant's totals move with it."""
    payment = prepared_payment(case)
    assert payment is not None  # funds.prepared has looked
    payment.checker, payment.paid_at = context.by.person, context.on
    update(payment, "checker", "paid_at")
    spend_cash(case.round, payment.fen, context.on)
    add(payment.grant, "paid_fen", payment.fen)
    context.tells |= {"payment": payment.pid, "fen": str(payment.fen), "quota": payment.quota.number}
    later(context, f"grant:{case.number}", f"transit:{case.number}", payment.fen, "pay", case=case)


def spend_cash(round_: Round, fen: int, on: datetime) -> None:
    """Take `fen` from the year's appropriation of the plan, where there is one; Refused beyond it."""
    try:
        row = CASH.one(round_.plan, day_of(on).year)
        if row is not None:
            if row.paid_fen + fen > row.fen:
                raise Refused(Reason("beyond_appropriation", fen=row.fen, paid=row.paid_fen, wanted=fen))
            row.paid_fen += fen
            update(row, "paid_fen")
    except IntegrityError:
        raise Refused(Reason("beyond_appropriation", fen=0, paid=0, wanted=fen)) from None


@check("funds.paid")
def paid(case: Case, context: Any) -> Finding:
    """Something has been paid that is not yet confirmed, and the amount is the one ordered."""
    payment = UNRECEIVED.one(case.pk)
    if payment is None:
        return Finding.fail("nothing_to_confirm")
    said = context.data.get("amount")
    if said not in (None, "") and int(said) != payment.fen:
        return Finding.fail("amount_differs_from_payment", ordered=payment.fen, said=int(said))
    return Finding.passed()


@effect("funds.received")
def received(case: Case, context: Any) -> None:
    """Note receipt by the unit; the days it took can be read from the payment."""
    payment = UNRECEIVED.one(case.pk)
    assert payment is not None  # funds.paid has looked
    payment.received_at = context.on
    update(payment, "received_at")
    add(payment.grant, "received_fen", payment.fen)
    context.tells |= {"payment": payment.pid, "fen": str(payment.fen)}
    later(context, f"transit:{case.number}", unit_account(case), payment.fen, "receive", case=case)


@effect("funds.spend")
def spend(case: Case, context: Any) -> None:
    """Note spending by class; fiscal money spent never exceeds what came in."""
    grant, rows = case.grant, context.data.get("spending") or []
    fiscal = sum(int(r["fen"]) for r in rows if not r.get("own"))
    if grant.settled_at or grant.cancelled:
        raise Refused(Reason("settled_already"))
    if fiscal and rest_waits(grant):
        raise Refused(Reason("rest_not_arrived"))
    if grant.spent_fen + fiscal > grant.received_fen:
        raise Refused(Reason("spent_more_than_received", received=grant.received_fen, spent=grant.spent_fen + fiscal))
    for row in rows:
        if row.get("kind") not in CLASSES:
            raise Refused(Reason("no_such_cost_class", kind=str(row.get("kind"))))
        Spending.objects.create(
            grant=grant, kind=row["kind"], fen=int(row["fen"]), own=bool(row.get("own")), on=day_of(context.on)
        )
    own = sum(int(r["fen"]) for r in rows if r.get("own"))
    Grant.objects.filter(pk=grant.pk).update(spent_fen=F("spent_fen") + fiscal, own_spent_fen=F("own_spent_fen") + own)
    context.tells["fen"] = str(fiscal)


@effect("funds.stop")
def stop(case: Case, context: Any) -> None:
    """Stop payments of the project."""
    owner = case.parent or case
    Stop.objects.create(case=owner, why=context.act.name, actor=context.by.id, since=context.on)
    drop_prepared(owner, context)


@effect("funds.resume")
def resume(case: Case, context: Any) -> None:
    """Let payments go on, as far as the same power has stopped them: execution lifts no stop of supervision, nor the other way."""
    power = context.pages.power(context.role)
    own = [name for name, act in context.flow.acts.items() if context.pages.power(act.by) == power]
    Stop.objects.filter(case=case.parent or case, lifted_at=None, why__in=own).update(lifted_at=context.on)


@fact("funds.stopped_by_supervision")
def stopped_by_supervision(case: Case, on: datetime) -> bool:
    """Supervision has stopped the payments of this case and not let them go on."""
    return Stop.objects.filter(case=case, lifted_at=None, why="stop_payment").exists()


# Settlement


@effect("funds.settle")
def settle(case: Case, context: Any) -> None:
    """Work out what stays and what goes back: passed keeps the balance, anything else returns the unspent."""
    grant = getattr(case, "grant", None)
    if grant is None:
        return
    unspent, passed = grant.received_fen - grant.spent_fen, case.state in ("passed", "tracking")
    keep = unspent if passed else 0
    if not passed:
        drop_prepared(case, context)
    said_keep, said_refund = context.data.get("keep"), context.data.get("refund")
    refund = int(said_refund) if said_refund not in (None, "") else unspent - keep
    kept = int(said_keep) if said_keep not in (None, "") else keep
    Grant.objects.filter(pk=grant.pk).update(kept_fen=kept, refund_due_fen=refund)
    context.tells |= {"kept": str(kept), "refund": str(refund)}


@check("funds.settlement_adds_up")
def settlement_adds_up(case: Case, context: Any) -> Finding:
    """Received, spent, kept and refunded agree to the fen; what is kept is only what a passed project may keep.

    Beyond the unspent, what was spent in breach goes back where a project failed, was ended or revoked. Own money that
    was promised and not spent is told, and refuses nothing. Nothing is settled while money is on its way, nor before the last instalment of a passed project, unless payments are stopped.
    """
    grant = case.grant
    if UNRECEIVED.one(case.pk) or UNPAID.one(case.pk) or (case.state == "passed" and due(case) and not stopped(case)):
        return Finding.fail("money_on_its_way")
    if rest_waits(grant):
        return Finding.fail("rest_not_arrived")
    keep, refund = int(context.data.get("keep") or 0), int(context.data.get("refund") or 0)
    unspent = grant.received_fen - grant.spent_fen
    blamed = case.state in AT_FAULT
    most = grant.received_fen if blamed else unspent
    if refund < grant.refunded_fen or keep < 0 or keep + refund < unspent or keep + refund > most:
        return Finding.fail(
            "settlement_does_not_add_up", received=grant.received_fen, spent=grant.spent_fen, keep=keep, refund=refund
        )
    if keep and case.state not in ("passed", "tracking"):
        return Finding.fail("balance_must_go_back", state=case.state)
    own = (curtain.fact("projects.own_lines", case, context.on) or {}).get("total", 0)
    return (
        Finding.warn("own_money_short", promised=own, spent=grant.own_spent_fen)
        if grant.own_spent_fen < own
        else Finding.passed()
    )


@effect("funds.order_refund")
def order_refund(case: Case, context: Any) -> None:
    """Order the refund and free the budget of what was never paid; nothing due settles the grant at once."""
    grant = case.grant
    cancel_schedule(case, context)
    if grant.refund_due_fen <= grant.refunded_fen:
        Grant.objects.filter(pk=grant.pk).update(settled_at=context.on)
    context.tells["refund"] = str(grant.refund_due_fen)


@effect("funds.recover")
def recover(case: Case, context: Any) -> None:
    """Claim back everything received; what was settled and kept before is settled anew."""
    grant = getattr(case, "grant", None)
    if grant is not None:
        Grant.objects.filter(pk=grant.pk).update(refund_due_fen=grant.received_fen, kept_fen=0, settled_at=None)


@effect("funds.refunded")
def refunded(case: Case, context: Any) -> None:
    """Note a refund; it never exceeds what is due, and settles the grant when all is back."""
    grant, fen = Grant.objects.select_for_update().get(case=case), int(context.data["amount"])
    if fen <= 0 or grant.refunded_fen + fen > grant.refund_due_fen:
        raise Refused(Reason("refund_beyond_due", due=grant.refund_due_fen - grant.refunded_fen, said=fen))
    grant.refunded_fen += fen
    if grant.refunded_fen == grant.refund_due_fen:
        grant.settled_at = context.on
    grant.save(update_fields=["refunded_fen", "settled_at"])
    give_back(case, fen)
    context.tells["fen"] = str(fen)
    later(context, unit_account(case), f"budget:{case.round.code}", fen, "refund", case=case)


@check("funds.settled")
def settled(case: Case, context: Any) -> Finding:
    """Nothing is owed either way."""
    grant = getattr(case, "grant", None)
    if grant is None or grant.settled_at is not None:
        return Finding.passed()
    return Finding.fail("not_settled", due=grant.refund_due_fen - grant.refunded_fen)


@fact("funds.granted", unit="元")
def granted(case: Case, on: datetime) -> int:
    """Granted money, in fen."""
    found = getattr(case.parent or case, "award", None)
    return found.fen if found else 0


OWED_BACK = Prepared[tuple[int]](
    lambda person: (
        Grant.objects.filter(case__leader=person, settled_at=None)
        .exclude(refund_due_fen=0)
        .values_list(F("refund_due_fen") - F("refunded_fen"))
    )
)


@fact("funds.refund_due_here", unit="元")
def refund_due_here(case: Case, on: datetime) -> int:
    """Money this very project owes back, in fen."""
    grant = getattr(case, "grant", None)
    return grant.refund_due_fen - grant.refunded_fen if grant else 0


@fact("funds.refund_due", unit="元")
def refund_due(case: Case, on: datetime) -> int:
    """Money the leader's projects owe back, in fen."""
    return sum(fen for (fen,) in OWED_BACK.rows(case.leader_id)) if case.leader_id else 0


# Stakes: an investment is held and comes back; it is no grant and stands in no sum of grants


def said_in_report(case: Case) -> Mapping[str, Any]:
    """What the report of the due diligence says last: amount in fen, stake as a fraction."""
    rows = Record.objects.filter(subject_kind="case", subject=case.number, act="report").order_by("-position")
    last = rows.select_related("told").first()
    return last.told.data if last is not None and hasattr(last, "told") else {}


@table("funds.investments", columns={"investment_no": "text", "firm": "text", "proposed": "int64", "chosen": "bool"})
def investments(on: datetime, where: Mapping[str, Collection[Any]]) -> list[dict[str, Any]]:
    """Proposed investments: what the report advises; chosen once the committee's decision is published."""
    rows = Case.objects.filter(flow="investment", parent=None).select_related("applicant")
    if "investment_no" in where:
        rows = rows.filter(number__in=list(where["investment_no"]))
    if "firm" in where:
        rows = rows.filter(applicant__pid__in=list(where["firm"]))
    return [_investment(case) for case in rows]


def _investment(case: Case) -> dict[str, Any]:
    chosen = case.state in ("public_notice", "agreement", "invested", "exited")
    stake = said_in_report(case).get("stake")
    share = None if stake in (None, "") else Fraction(str(stake))
    firm = case.applicant.pid if case.applicant else None
    return {"investment_no": case.number, "firm": firm, "proposed": case.proposed_fen, "chosen": chosen, "stake": share, "confirmed": True}  # fmt: skip


@effect("funds.keep_offer")
def keep_offer(case: Case, context: Any) -> None:
    """The amount that the due diligence advises, until the committee decides."""
    case.proposed_fen = int(context.data["amount"])
    update(case, "proposed_fen")
    context.tells["fen"] = str(case.proposed_fen)


@effect("funds.commit_stake", locks=("budget",))
def commit_stake(case: Case, context: Any) -> None:
    """Set the approved investment aside from the round's budget; Refused beyond it. No grant is made."""
    fen = case.proposed_fen or 0
    budget, _ = Budget.objects.get_or_create(round=case.round, defaults={"fen": case.round.budget_fen})
    free = Budget.objects.filter(pk=budget.pk, committed_fen__lte=F("fen") - fen)
    if not free.update(committed_fen=F("committed_fen") + fen):
        raise Refused(Reason("beyond_budget", budget=budget.fen, used=budget.committed_fen, wanted=fen))
    context.tells["fen"] = str(fen)
    later(context, f"budget:{case.round.code}", f"promised:{case.number}", fen, "promise", case=case)


@effect("funds.free_stake", locks=("budget",))
def free_stake(case: Case, context: Any) -> None:
    """What was set aside goes back to the round: no agreement came of it."""
    fen = case.proposed_fen or 0
    Budget.objects.filter(round=case.round).update(committed_fen=F("committed_fen") - fen)
    later(context, f"promised:{case.number}", f"budget:{case.round.code}", fen, "cancel", case=case)


@effect("funds.pay_in_stake")
def pay_in_stake(case: Case, context: Any) -> None:
    """Pay the stake in: the year's cash moves into a holding, which is the fund's own."""
    fen = case.proposed_fen or 0
    spend_cash(case.round, fen, context.on)
    context.tells["fen"] = str(fen)
    later(context, f"promised:{case.number}", f"holding:{case.number}", fen, "invest", case=case)


@effect("funds.close_stake")
def close_stake(case: Case, context: Any) -> None:
    """The stake is sold: what came back goes to the round's account, gain or loss stands in the holding."""
    fen = int(context.data["proceeds"])
    context.tells |= {"fen": str(fen), "paid_in": str(case.proposed_fen or 0), "way": str(context.data.get("way", ""))}
    later(context, f"holding:{case.number}", f"budget:{case.round.code}", fen, "exit", case=case)
