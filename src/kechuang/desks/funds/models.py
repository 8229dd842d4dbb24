"""Money: accounts with running totals the database bounds, transfers balanced by construction, instalments, payments."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kechuang.casework.models import Case, Record, Round
from kechuang.parties.models import Organisation, Person
from kechuang.parties.secrets import token


class Appropriation(models.Model):
    """The special fund of one year and plan: the year's cash never exceeds it (lifecycle section 6, invariant 4)."""

    plan = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "year"], name="one_appropriation_a_year"),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("fen")), name="cash_within_appropriation"
            ),
        ]


class Budget(models.Model):
    """The programme-year budget of a round: commitments never exceed it."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="budget")
    fen = models.BigIntegerField()
    committed_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(committed_fen__gte=0, committed_fen__lte=F("fen")), name="committed_within_budget"
            ),
        ]


class Grant(models.Model):
    """The money of one funded case, with running totals: each is bounded by the one it flows from."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="grant")
    granted_fen = models.BigIntegerField()
    allocated_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    received_fen = models.BigIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)
    own_spent_fen = models.BigIntegerField(default=0)
    passed_fen = models.BigIntegerField(default=0)  # to partner units; who spends it, the project has spent
    refund_due_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    kept_fen = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True, blank=True)
    cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(granted_fen__gte=0), name="granted_not_negative"),
            models.CheckConstraint(
                condition=Q(allocated_fen__gte=0, allocated_fen__lte=F("granted_fen")), name="allocated_within_granted"
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("allocated_fen")), name="paid_within_allocated"
            ),
            models.CheckConstraint(
                condition=Q(received_fen__gte=0, received_fen__lte=F("paid_fen")), name="received_within_paid"
            ),
            models.CheckConstraint(
                condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("received_fen")), name="refunded_within_received"
            ),
            models.CheckConstraint(condition=Q(spent_fen__gte=0), name="spent_not_negative"),
            models.CheckConstraint(condition=Q(spent_fen__lte=F("received_fen")), name="spent_within_received"),
            models.CheckConstraint(
                condition=Q(passed_fen__gte=0, passed_fen__lte=F("received_fen")), name="passed_within_received"
            ),
            models.CheckConstraint(
                condition=Q(refund_due_fen__gte=0, refund_due_fen__lte=F("received_fen")),
                name="refund_due_within_received",
            ),
            models.CheckConstraint(
                condition=Q(kept_fen__gte=0, kept_fen__lte=F("received_fen")), name="kept_within_received"
            ),
        ]


class Account(models.Model):
    """A place where money stands: an appropriation, a budget, a grant, the unit's account, the treasury."""

    subject_kind = "account"

    code = models.CharField(max_length=60, unique=True)
    holds = models.CharField(max_length=20)
    balance_fen = models.BigIntegerField(default=0)

    @property
    def pid(self) -> str:
        return self.code


class Transfer(models.Model):
    """Money from one account to another: one row, balanced by construction."""

    debit = models.ForeignKey(Account, models.PROTECT, related_name="outgoing")
    credit = models.ForeignKey(Account, models.PROTECT, related_name="incoming")
    fen = models.BigIntegerField()
    what = models.CharField(max_length=20)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="transfers")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="transfers")
    on = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two"),
        ]


class Instalment(models.Model):
    """One part of a grant, freed by the act that its page names; where stage gates free money, one part a gate."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="instalments")
    code = models.CharField(max_length=40)  # as the page has it; of gates `code.1`, `code.2` …
    position = models.PositiveSmallIntegerField()
    fen = models.BigIntegerField()
    upon = models.CharField(max_length=60)
    gate_on = models.DateField(null=True, blank=True)
    freed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["grant", "code"], name="instalment_once"),
            models.CheckConstraint(condition=Q(fen__gte=0), name="instalment_not_negative"),
        ]

    @property
    def named(self) -> str:
        """What the page calls this instalment."""
        return self.code.partition(".")[0]


class QuotaDocument(models.Model):
    """The finance document that allows payments: number typed in as issued, and how much of it is used."""

    number = models.CharField(max_length=60, unique=True)
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="quota_documents")
    fen = models.BigIntegerField()
    used_fen = models.BigIntegerField(default=0)
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used_fen__gte=0, used_fen__lte=F("fen")), name="quota_not_overdrawn"),
        ]


class Batch(models.Model):
    """A list of payment orders as one file for the treasury; the system itself moves no money."""

    code = models.CharField(max_length=16, unique=True, default=token)
    on = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT)
    digest = models.CharField(max_length=64, blank=True)


class Payment(models.Model):
    """One instalment on its way: prepared by one person, checked by another, ordered, received."""

    pid = models.CharField(max_length=16, unique=True, default=token)
    instalment = models.OneToOneField(Instalment, models.PROTECT, related_name="payment")
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="payments")
    fen = models.BigIntegerField()
    quota = models.ForeignKey(QuotaDocument, models.PROTECT, related_name="payments")
    maker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    checker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="payments")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="payment_positive"),
            models.CheckConstraint(condition=Q(checker=None) | ~Q(maker=F("checker")), name="maker_is_never_checker"),
            models.CheckConstraint(condition=Q(paid_at=None) | Q(checker__isnull=False), name="paid_only_when_checked"),
            models.CheckConstraint(
                condition=Q(received_at=None) | Q(paid_at__isnull=False), name="received_only_when_paid"
            ),
        ]


class Stop(models.Model):
    """Payments of a case are stopped, from a day on, until somebody lifts it."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="stops")
    why = models.CharField(max_length=40)
    actor = models.CharField(max_length=40)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)


class Spending(models.Model):
    """What the unit has spent, by class of cost; own money stands beside the fiscal."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="spendings")
    kind = models.CharField(max_length=30)
    fen = models.BigIntegerField()
    own = models.BooleanField(default=False)
    on = models.DateField()
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="spendings")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="spending_positive")]


class Passed(models.Model):
    """Fiscal money that the undertaking unit has passed on to a partner unit of the contract."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="passed")
    partner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    fen = models.BigIntegerField()
    on = models.DateField()
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(fen__gt=0), name="passed_positive")]


class Handover(models.Model):
    """A project moved to another unit: what the former one had received, spent and passed on, and what it handed over of the rest."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="handovers")
    child = models.OneToOneField(Case, models.PROTECT, related_name="handover")  # the change by which it moved
    giver = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    received_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField()
    passed_fen = models.BigIntegerField()
    sent_fen = models.BigIntegerField(null=True, blank=True)  # as the giver says, until the taker confirms
    moved_fen = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(spent_fen__gte=0, spent_fen__lte=F("received_fen")), name="handover_spent_within_received"
            ),
            models.CheckConstraint(
                condition=Q(moved_fen__gte=0, moved_fen__lte=F("received_fen") - F("spent_fen")),
                name="moved_within_rest",
            ),
        ]

    @property
    def rest_fen(self) -> int:
        """What the former unit had left of the money it received."""
        return self.received_fen - self.spent_fen


class Contribution(models.Model):
    """What one funder of a joint fund has promised for a round, and what has come in."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="contributions")
    funder = models.ForeignKey(Organisation, models.PROTECT, related_name="contributions")
    promised_fen = models.BigIntegerField()
    received_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "funder"], name="one_contribution_a_funder"),
            models.CheckConstraint(
                condition=Q(received_fen__gte=0, received_fen__lte=F("promised_fen")),
                name="contribution_within_promise",
            ),
        ]


class Entry(models.Model):
    """An amount typed in from a document by one hand: it counts once another hand has compared it with the paper.

    `appropriation`: what a document gives to (or takes from) a plan and year. `budget`: what it gives to the budget of a
    round. `contribution`: what a funder of a joint fund has brought in.
    """

    KINDS = ("appropriation", "budget", "contribution")

    pid = models.CharField(max_length=16, unique=True, default=token)
    kind = models.CharField(max_length=20)
    plan = models.CharField(max_length=40, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="entries")
    funder = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="entries")
    document_no = models.CharField(max_length=60)
    day = models.DateField()
    fen = models.BigIntegerField()
    remark = models.CharField(max_length=200, blank=True)
    maker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(fen=0), name="entry_of_something"),
            models.CheckConstraint(condition=~Q(document_no=""), name="entry_names_its_document"),
            models.CheckConstraint(
                condition=Q(checker=None) | ~Q(maker=F("checker")), name="entry_maker_is_never_checker"
            ),
            models.CheckConstraint(
                condition=Q(checker=None, checked_at=None, returned=False)
                | Q(checker__isnull=False, checked_at__isnull=False),
                name="entry_counts_only_when_checked",
            ),
            models.CheckConstraint(
                condition=Q(kind="appropriation", plan__gt="", year__isnull=False, round=None, funder=None)
                | Q(kind="budget", round__isnull=False, funder=None)
                | Q(kind="contribution", round__isnull=False, funder__isnull=False, fen__gt=0),
                name="entry_knows_its_place",
            ),
        ]

    @property
    def account(self) -> str:
        """The account whose chain of records tells of this entry, and which its money goes to."""
        if self.kind == "appropriation":
            return f"plan:{self.plan}-{self.year}"
        code = self.round.code if self.round else ""
        return f"joint:{code}" if self.kind == "contribution" else f"budget:{code}"

    @property
    def source(self) -> str:
        """The account its money comes from."""
        if self.kind == "contribution":
            return f"funder:{self.funder.pid if self.funder else ''}"
        return "finance:department" if self.kind == "appropriation" else f"plan:{self._of_plan}"

    @property
    def _of_plan(self) -> str:
        return f"{self.round.plan}-{self.round.year}" if self.round else ""
