"""What the funds desk can be asked: plan to cash by year, what is due, ordered, outstanding, to be settled and returned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kechuang.casework.models import Case, Round
from kechuang.casework.queries import rows_of
from kechuang.desks.funds.models import (
    Appropriation,
    Batch,
    Budget,
    Contribution,
    Entry,
    Grant,
    Instalment,
    Payment,
    QuotaDocument,
    Stop,
)
from kechuang.parties.models import Appointment, Person

CLERKS = ("fund_clerk", "treasurer")
PROMISED_DAYS = 30  # from the decision to the account: lifecycle section 6
READS_PLANS = ("money", "planning", "decision", "supervision")
TO_SETTLE = ("passed", "closed_no_fault", "failed", "terminated", "revoked")
OF_CASE = ("case__round__institution", "case__applicant", "case__leader", "case__award")


def grants_visible_to(person: Person, held: Iterable[Appointment]) -> QuerySet[Grant]:
    """The money this person may read of: own projects, and what the roles held today reach by their column `money`."""
    reach = Q(leader=person)
    for one in held:
        reach |= rows_of(one, "money")
    return Grant.objects.filter(case__in=Case.objects.filter(reach).values("pk"))


def is_clerk(held: Iterable[Appointment]) -> bool:
    """Whether someone works in the money office: prepares, orders, batches."""
    return any(one.role in CLERKS for one in held)


@dataclass(slots=True)
class Line:
    """One plan and year from plan to cash, in fen. Cash is of that year; the rest is of rounds of that year."""

    plan: str
    year: int
    appropriated: int = 0
    cash: int = 0
    budget: int = 0
    committed: int = 0
    granted: int = 0
    paid: int = 0
    received: int = 0

    @property
    def on_its_way(self) -> int:
        """Ordered and not yet confirmed by the units."""
        return self.paid - self.received

    @property
    def share(self) -> Fraction:
        """How much of the year's appropriation has been paid."""
        return Fraction(self.cash, self.appropriated) if self.appropriated else Fraction(0)


def lines_of(grants: QuerySet[Grant]) -> list[Line]:
    """Plan to cash by plan and year, newest first: appropriations and budgets whole, grants as far as they may be read."""
    found: dict[tuple[str, int], Line] = {}

    def line(plan: str, year: int) -> Line:
        return found.setdefault((plan, year), Line(plan, year))

    for plan, year, fen, cash in Appropriation.objects.values_list("plan", "year", "fen", "paid_fen"):
        line(plan, year).appropriated, line(plan, year).cash = fen, cash
    budgets = Budget.objects.order_by().values_list("round__plan", "round__year")
    for plan, year, fen, committed in budgets.annotate(a=Sum("fen"), b=Sum("committed_fen")):
        line(plan, year).budget, line(plan, year).committed = fen, committed
    given = grants.order_by().values_list("case__round__plan", "case__round__year")
    for plan, year, granted, paid, received in given.annotate(
        a=Sum("granted_fen"), b=Sum("paid_fen"), c=Sum("received_fen")
    ):
        one = line(plan, year)
        one.granted, one.paid, one.received = granted, paid, received
    return sorted(found.values(), key=lambda one: (-one.year, one.plan))


def totals(grants: QuerySet[Grant]) -> dict[str, int]:
    """Over all these grants, in fen: granted, paid, received, spent, to be returned and returned; and how many."""
    columns = {"granted": "granted_fen", "paid": "paid_fen", "received": "received_fen", "spent": "spent_fen", "passed": "passed_fen", "due": "refund_due_fen", "refunded": "refunded_fen"}  # fmt: skip
    found = grants.aggregate(count=Count("pk"), **{name: Sum(column) for name, column in columns.items()})
    return {name: int(value or 0) for name, value in found.items()}


def instalments_due(grants: QuerySet[Grant]) -> QuerySet[Instalment]:
    """The first freed instalment of each grant that nobody has ordered, oldest first; `stopped` where payments are stopped."""
    waiting = Instalment.objects.filter(freed_at__isnull=False, payment=None, grant__cancelled=False, fen__gt=0)
    earlier = waiting.filter(grant=OuterRef("grant"), position__lt=OuterRef("position"))
    stopped = Stop.objects.filter(case=OuterRef("grant__case"), lifted_at=None)
    rows = waiting.filter(~Exists(earlier), grant__in=grants.values("pk")).annotate(stopped=Exists(stopped))
    return rows.select_related(*(f"grant__{path}" for path in OF_CASE)).order_by("freed_at", "pk")


def payments(grants: QuerySet[Grant]) -> QuerySet[Payment]:
    """All payments of these grants with what a list shows of them."""
    rows = Payment.objects.filter(grant__in=grants.values("pk"))
    return rows.select_related("quota", "batch", "maker", "instalment", *(f"grant__{path}" for path in OF_CASE))


def to_pay(grants: QuerySet[Grant]) -> QuerySet[Payment]:
    """Prepared payments that wait for the one who checks and orders."""
    return payments(grants).filter(paid_at=None).order_by("prepared_at", "pk")


def outstanding(grants: QuerySet[Grant]) -> QuerySet[Payment]:
    """Ordered payments that the unit has not confirmed, longest first."""
    return payments(grants).filter(paid_at__isnull=False, received_at=None).order_by("paid_at", "pk")


def unbatched() -> QuerySet[Payment]:
    """Ordered payments that stand in no file for the treasury yet, in the order of their orders."""
    return payments(Grant.objects.all()).filter(paid_at__isnull=False, batch=None).order_by("paid_at", "pk")


def without_account(payments_: QuerySet[Payment]) -> list[str]:
    """The names of the units that are to be paid and have not said on which account."""
    rows = payments_.filter(grant__case__applicant__bank_account="").order_by("grant__case__applicant__name")
    return list(rows.values_list("grant__case__applicant__name", flat=True).distinct())


def batches() -> QuerySet[Batch]:
    """The files for the treasury, newest first, each with how many payments and how much in fen."""
    rows = Batch.objects.select_related("by").annotate(count=Count("payments"), fen=Sum("payments__fen"))
    return rows.order_by("-on", "-pk")


def of_batch(batch: Batch) -> QuerySet[Payment]:
    return payments(Grant.objects.all()).filter(batch=batch).order_by("paid_at", "pk")


def quota_documents() -> QuerySet[QuotaDocument]:
    """The quota documents as entered, newest first."""
    return QuotaDocument.objects.select_related("round").order_by("-on", "-pk")


def quotas_left() -> list[tuple[str, int]]:
    """Numbers of quota documents that are not used up, with what is left in fen."""
    rows = quota_documents().filter(used_fen__lt=F("fen")).values_list("number", "fen", "used_fen")
    return [(number, fen - used) for number, fen, used in rows[:200]]


def to_settle(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """Ended projects whose money is not settled, or of which something is still to be returned."""
    open_ = Q(case__state__in=TO_SETTLE, settled_at=None) | Q(refund_due_fen__gt=F("refunded_fen"))
    return grants.filter(open_).select_related(*OF_CASE).order_by("case__entered_at", "pk")


def contributions() -> QuerySet[Contribution]:
    """What co-funders have promised and brought in, newest rounds first."""
    return Contribution.objects.select_related("round", "funder").order_by(
        "-round__year", "round__code", "funder__name"
    )


def days_to_account(grants: QuerySet[Grant]) -> list[int]:
    """Days from the decision to the confirmed receipt, of each payment that was received, shortest first."""
    rows = payments(grants).filter(received_at__isnull=False, grant__case__award__isnull=False)
    pairs: Iterable[tuple[datetime, datetime]] = rows.values_list("grant__case__award__on", "received_at")
    return sorted((received - decided).days for decided, received in pairs)


def middle(days: list[int]) -> Fraction | None:
    """The median of a sorted list, exact; None of nothing."""
    if not days:
        return None
    half = len(days) // 2
    return Fraction(days[half]) if len(days) % 2 else Fraction(days[half - 1] + days[half], 2)


def entries(kind: str) -> QuerySet[Entry]:
    """What was typed in of one kind, newest first."""
    rows = Entry.objects.filter(kind=kind).select_related("round", "funder", "maker", "checker")
    return rows.order_by("-made_at", "-pk")


def due_in(case: Case) -> QuerySet[Instalment]:
    """The instalments of a case that are freed and have no payment yet, in their order: what can be prepared next."""
    rows = Instalment.objects.filter(grant__case=case, grant__cancelled=False, freed_at__isnull=False, payment=None)
    return rows.filter(fen__gt=0).order_by("position")


def waiting_entries(kind: str) -> QuerySet[Entry]:
    """What one hand has typed in and no other has compared with its paper, oldest first."""
    return entries(kind).filter(checked_at=None).order_by("made_at", "pk")


def budgets() -> QuerySet[Round]:
    """Rounds with the budget they have and what is committed of it, newest first; a round not yet drawn on has no row."""
    rows = Round.objects.exclude(state="cancelled").select_related("budget")
    return rows.annotate(held=Coalesce(F("budget__fen"), F("budget_fen")), bound=Coalesce(F("budget__committed_fen"), 0)).order_by("-year", "code")  # fmt: skip


def promises() -> QuerySet[Contribution]:
    """Promises that are not wholly paid, by round and funder."""
    return contributions().filter(received_fen__lt=F("promised_fen"))


@dataclass(frozen=True, slots=True)
class Waits:
    """How long money took from the decision to the account: by a plan, in days, shortest first."""

    plan: str
    days: tuple[int, ...]

    @property
    def middle(self) -> Fraction | None:
        return middle(list(self.days))

    @property
    def in_time(self) -> Fraction:
        """The share that came within the thirty days that are promised."""
        return Fraction(sum(one <= PROMISED_DAYS for one in self.days), len(self.days) or 1)


def waits(grants: QuerySet[Grant]) -> list[Waits]:
    """Days from the decision to the confirmed receipt, by plan."""
    rows = payments(grants).filter(received_at__isnull=False, grant__case__award__isnull=False).order_by()
    found: dict[str, list[int]] = {}
    for plan, decided, received in rows.values_list(
        "grant__case__round__plan", "grant__case__award__on", "received_at"
    ):
        found.setdefault(plan, []).append((received - decided).days)
    return [Waits(plan, tuple(sorted(days))) for plan, days in sorted(found.items())]
