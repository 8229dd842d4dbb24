"""The money's invariants (lifecycle, section 6) and the counts of the year, asked of the tables: pure queries, each named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Case as Choice
from django.db.models import Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from kechuang.casework.models import Award, Case, Duty, Record
from kechuang.desks.experts.models import Review
from kechuang.desks.funds.models import Account, Appropriation, Budget, Grant, Instalment, Payment, QuotaDocument
from kechuang.faces.rehearsal.plans import PUBLISHED

STOPPED = ("suspended", "terminated", "revoked")


@dataclass(frozen=True, slots=True)
class Held:
    """One invariant: its name, what it says, and how many rows break it."""

    name: str
    says: str
    broken: int


def _rows(rows: QuerySet) -> int:
    return rows.count()


def sums_beyond_grant() -> int:
    """Grants whose instalments add up to more than the grant."""
    rows = Instalment.objects.values("grant").annotate(whole=Sum("fen")).filter(whole__gt=F("grant__granted_fen"))
    return rows.count()


def rounds_beyond_budget() -> int:
    """Rounds whose grants are more than the budget: of a settled one what was paid, of each less what came back."""
    bound = Choice(When(case__grant__cancelled=True, then="case__grant__paid_fen"), default="fen") - F(
        "case__grant__refunded_fen"
    )
    awards = Award.objects.exclude(case__grant=None).values("case__round", "case__round__budget_fen")
    return awards.annotate(whole=Sum(bound)).filter(whole__gt=F("case__round__budget_fen")).count()


def paid_while_stopped() -> int:
    """Payments ordered while the case stood suspended, terminated or revoked, by the chain of its records."""
    records = Record.objects.filter(subject_kind="case", act="pay", before__in=STOPPED)
    return records.count()


def passed_amiss() -> int:
    """Grants of which more was passed on to partners than came in, or not what the single entries add up to."""
    told = Grant.objects.annotate(whole=Coalesce(Sum("passed__fen"), 0))
    return told.filter(Q(passed_fen__gt=F("received_fen")) | ~Q(whole=F("passed_fen"))).count()


def fewer_than_three_sheets() -> int:
    """Cases ranked without at least three sheets."""
    enough = Review.objects.values("case").annotate(sheets=Count("label", distinct=True)).filter(sheets__gte=3)
    return Case.objects.exclude(rank=None).exclude(pk__in=enough.values("case")).count()


def out_of_balance() -> int:
    """1 unless all accounts together stand at nothing."""
    return int((Account.objects.aggregate(whole=Sum("balance_fen"))["whole"] or 0) != 0)


INVARIANTS: dict[str, tuple[str, Callable[[], int]]] = {
    "allocated_within_granted": ("每项：下达不超过批准", lambda: _rows(Grant.objects.filter(allocated_fen__gt=F("granted_fen")))),
    "paid_within_allocated": ("每项：拨付不超过下达", lambda: _rows(Grant.objects.filter(paid_fen__gt=F("allocated_fen")))),
    "received_within_paid": ("每项：到账不超过拨付", lambda: _rows(Grant.objects.filter(received_fen__gt=F("paid_fen")))),
    "instalments_within_grant": ("每项：各期之和不超过批准", sums_beyond_grant),
    "granted_within_budget": ("每批次：批准之和不超过预算", rounds_beyond_budget),
    "committed_within_budget": ("每批次：承诺不超过预算", lambda: _rows(Budget.objects.filter(committed_fen__gt=F("fen")))),
    "cash_within_appropriation": ("每计划年度：现金不超过拨款预算", lambda: _rows(Appropriation.objects.filter(paid_fen__gt=F("fen")))),
    "passed_within_received": ("转拨合作单位不超过到账，与明细相符", passed_amiss),
    "refunded_within_received": ("退回不超过到账", lambda: _rows(Grant.objects.filter(refunded_fen__gt=F("received_fen")))),
    "no_payment_while_stopped": ("暂停、终止、撤销期间无拨款", paid_while_stopped),
    "payment_has_quota": ("每笔拨款对应一个指标文件", lambda: _rows(Payment.objects.filter(paid_at__isnull=False, quota=None))),
    "quota_not_overdrawn": ("指标文件不透支", lambda: _rows(QuotaDocument.objects.filter(used_fen__gt=F("fen")))),
    "maker_is_never_checker": ("经办与复核不为同一人", lambda: _rows(Payment.objects.filter(maker=F("checker")))),
    "transfers_balance": ("全部账户合计为零", out_of_balance),
    "one_power_per_person_and_case": (
        "规划、实施、监督不在一人之手",
        lambda: Duty.objects.values("case", "person").annotate(n=Count("power", distinct=True)).filter(n__gt=1).count(),
    ),
    "three_sheets_at_least": ("入序者至少三份评审", fewer_than_three_sheets),
}  # fmt: skip


def checked() -> list[Held]:
    """Every invariant, with the number of rows that break it."""
    return [Held(name, says, ask()) for name, (says, ask) in INVARIANTS.items()]


def counts(year: int) -> dict[str, int]:
    """The counts that the region published for the year, counted from awards; one given up before its task book is no project."""
    given_up = Grant.objects.filter(cancelled=True, allocated_fen=0).values("case")
    awards = Award.objects.filter(case__round__year=year, case__parent=None).exclude(case__in=given_up)
    fund = awards.filter(case__round__programme__startswith="nsf-")
    joint = awards.filter(case__round__programme="nsf-joint")
    central = awards.filter(case__round__programme="central-guidance")
    institutions = set()
    for details in joint.values_list("case__round__details", flat=True).distinct():
        institutions |= set((details or {}).get("funders", ()))
    return {
        "projects": awards.count(), "fund_projects": fund.count(), "joint_projects": joint.count(),
        "joint_institutions": len(institutions), "central_projects": central.count(),
        "central_fen": central.aggregate(fen=Sum("fen"))["fen"] or 0,
    }  # fmt: skip


def beside_published(year: int) -> dict[str, dict[str, object]]:
    """Each count beside the published one, with where that stands."""
    found = counts(year)
    return {
        name: {"counted": found[name], "published": value, "source": source}
        for name, (value, source) in PUBLISHED.items()
    }
