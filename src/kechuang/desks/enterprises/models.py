"""What is known of enterprises: yearly figures, rights, R&D ledgers, official lists, relations, and the titles they hold."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q

from kechuang.casework.models import Case, Document
from kechuang.casework.registers import Row
from kechuang.parties.models import Organisation
from kechuang.words.period import ZONE

LATE_BY = (("months", "按经营月份比例"), ("actual", "按实际发生数"))


class Year(Row):
    """The figures of one firm and fiscal year, in fen and persons; confirmed against the audited report."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="years")
    fiscal_year = models.PositiveSmallIntegerField()
    staff = models.PositiveIntegerField()
    tech_staff = models.PositiveIntegerField()
    sales = models.BigIntegerField()
    costs = models.BigIntegerField()
    total_income = models.BigIntegerField()
    high_income = models.BigIntegerField(default=0)
    assets = models.BigIntegerField()
    net_assets = models.BigIntegerField()
    rnd = models.BigIntegerField()
    rnd_domestic = models.BigIntegerField()
    taxable_income = models.BigIntegerField(null=True, blank=True)
    capitalised = models.BigIntegerField(null=True, blank=True)
    months_operated = models.PositiveSmallIntegerField(null=True, blank=True)
    months_late = models.PositiveSmallIntegerField(null=True, blank=True)
    late_by = models.CharField(max_length=8, choices=LATE_BY, default="months")
    late_actual = models.BigIntegerField(null=True, blank=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["unit", "fiscal_year"], condition=Q(cancelled=False), name="year_once"),
            models.CheckConstraint(condition=Q(tech_staff__lte=F("staff")), name="tech_staff_within_staff"),
            models.CheckConstraint(condition=Q(rnd_domestic__lte=F("rnd")), name="domestic_within_rnd"),
            models.CheckConstraint(
                condition=Q(sales__gte=0, costs__gte=0, rnd__gte=0, assets__gte=0), name="year_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(months_operated=None) | Q(months_operated__gte=1, months_operated__lte=12),
                name="months_of_a_year",
            ),
            models.CheckConstraint(
                condition=Q(months_late=None) | Q(months_late__lte=3) & Q(months_late__lte=F("months_operated")),
                name="late_months_within_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} {self.fiscal_year}"


class Profile(Row):
    """What is asked of an enterprise beside its registration: yes or no, each with a proof that was confirmed."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="profiles")
    industry = models.CharField(max_length=8, default="other")
    size = models.CharField(max_length=8, default="small")
    is_state_unit = models.BooleanField(default=False)
    is_manufacturing = models.BooleanField(default=False)
    is_ic = models.BooleanField(default=False)
    excluded_industry = models.BooleanField(default=False)
    taxed_by_assessment = models.BooleanField(default=False)
    baseline_rate = models.PositiveIntegerField(null=True, blank=True)  # parts of a million; unknown is no 25 %
    shares_reformed = models.BooleanField(default=False)
    on_listing_list = models.BooleanField(default=False)
    prohibited_products = models.BooleanField(default=False)
    bad_conduct = models.BooleanField(default=False)
    national_prize_5y = models.BooleanField(default=False)
    has_high_platform = models.BooleanField(default=False)
    led_standard_5y = models.BooleanField(default=False)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["unit"], condition=Q(cancelled=False), name="profile_once"),
        ]

    def __str__(self) -> str:
        return self.unit.name


class Right(Row):
    """An IP right of a unit; a right of class II counts once for a high-tech title."""

    number = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="rights")
    ip_class = models.CharField(max_length=8, choices=(("first", "Ⅰ类"), ("second", "Ⅱ类")))
    granted_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    supports_main = models.BooleanField(default=True)
    own_research = models.BooleanField(default=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=Q(cancelled=False), name="right_number_once"),
        ]

    def __str__(self) -> str:
        return self.number


class RndProject(Row):
    """One line of the R&D ledger: the costs of a project in a year, by class, in fen."""

    number = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="rnd_projects")
    fiscal_year = models.PositiveSmallIntegerField()
    staff_cost = models.BigIntegerField(default=0)
    direct_cost = models.BigIntegerField(default=0)
    depreciation = models.BigIntegerField(default=0)
    amortisation = models.BigIntegerField(default=0)
    design_cost = models.BigIntegerField(default=0)
    trial_cost = models.BigIntegerField(default=0)
    other_cost = models.BigIntegerField(default=0)
    entrusted = models.BigIntegerField(default=0)
    overseas = models.BigIntegerField(default=0)
    eligible = models.BooleanField(default=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit", "fiscal_year", "number"], condition=Q(cancelled=False), name="rnd_project_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.fiscal_year}"


class Honour(Row):
    """A line of an official list: top-100 tier, carrier's grade, contest prize, listing on the board."""

    KINDS = (
        ("top", "科技型企业百强"),
        ("carrier", "创新创业载体年度评价"),
        ("contest", "创新创业大赛获奖"),
        ("board", "科技创新板挂牌"),
    )

    number = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=KINDS)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="honours")
    year = models.PositiveSmallIntegerField()
    on = models.DateField()
    value = models.CharField(max_length=12, blank=True)
    what = models.CharField(max_length=12, blank=True)
    selected = models.BooleanField(default=True)
    until = models.DateField(null=True, blank=True)
    document_no = models.CharField(max_length=60, blank=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "number"], condition=Q(cancelled=False), name="honour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Relation(Row):
    """Two units that belong together: shares, the same control, posts; as registered or declared."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="relations")
    other = models.ForeignKey(Organisation, models.PROTECT, related_name="relations_back")
    kind = models.CharField(
        max_length=10, choices=(("share", "持股"), ("control", "同一控制"), ("post", "任职"), ("kin", "亲属"))
    )
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(condition=~Q(unit=F("other")), name="relation_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.unit.name} – {self.other.name}"


class Title(models.Model):
    """A title somebody was given: its number, since when and until when; what became of it stands in its case."""

    KINDS = (("hnte", "高新技术企业"), ("tsme", "科技型中小企业"))

    kind = models.CharField(max_length=8, choices=KINDS, db_index=True)
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="titles")
    case = models.OneToOneField(Case, models.PROTECT, related_name="title_given")
    number = models.CharField(max_length=60, unique=True)
    since = models.DateField()
    until = models.DateField()
    withdrawn_from = models.DateField(null=True, blank=True)
    ground = models.CharField(max_length=20, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="titles")
    given_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "kind"])]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="title_in_order")]

    def __str__(self) -> str:
        return self.number

    def valid_on(self, day: date | datetime) -> bool:
        """Whether the title stands on that day, by the calendar of Shanghai."""
        when = day.astimezone(ZONE).date() if isinstance(day, datetime) else day
        gone = self.withdrawn_from is not None and self.withdrawn_from <= when
        return self.since <= when < self.until and not gone


class UsedRight(models.Model):
    """A right that a title of its case rests on; for class II never again."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="rights_used")
    right = models.ForeignKey(Right, models.PROTECT, related_name="used_for")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "right"], name="right_used_once_a_case")]
