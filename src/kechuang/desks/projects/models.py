"""What the projects desk keeps: reports and task books, changes applied, and projects that are overdue, institutions at work."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import F, Q

from kechuang.casework.models import Case
from kechuang.parties.models import Organisation, Person
from kechuang.parties.secrets import EncryptedJSON, token


class Report(models.Model):
    """One filled-in table of a running project: task book, progress, mid-term, final file, tracking. Versions are kept."""

    KINDS = ("task_book", "progress", "midterm", "acceptance", "tracking")

    pid = models.CharField(max_length=16, unique=True, default=token)
    case = models.ForeignKey(Case, models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    typed = EncryptedJSON()
    values = EncryptedJSON()
    digest = models.CharField(max_length=64, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    on = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "version"], name="report_version_once"),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(filed_at=None), name="one_open_report_of_a_kind"
            ),
        ]


class Change(models.Model):
    """A change as it was applied: what stood before stays visible."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="changes")
    child = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    on = models.DateTimeField()

    @classmethod
    def granted(cls, case: Case, kinds: Collection[str], what: str) -> list[Change]:
        """The changes of a project that have altered `what`, oldest first."""
        rows = cls.objects.filter(case=case, kind__in=kinds).order_by("on", "pk")
        return [row for row in rows if what in row.before]


class Overdue(models.Model):
    """A project that has missed its acceptance or its repair: it counts at every gate until it is cleared."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="overdue")
    since = models.DateField()
    cleared_on = models.DateField(null=True, blank=True)


class Numbering(models.Model):
    """The last project number given in a year and programme; given under the budget lock, never twice."""

    programme = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "year"], name="numbering_once")]


class Delegation(models.Model):
    """The contract under which a professional institution runs rounds: which plans, from when to when, and its fee."""

    pid = models.CharField(max_length=16, unique=True, default=token)
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="delegations")
    number = models.CharField(max_length=60, unique=True)
    plans = models.JSONField(default=list)
    since = models.DateField()
    until = models.DateField()
    fen = models.BigIntegerField(default=0)
    maker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(fen__gte=0), name="delegation_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(checker=None) | ~Q(maker=F("checker")), name="delegation_maker_is_never_checker"
            ),
        ]


class Yearly(models.Model):
    """What supervision found of an institution's year: the grade, the opinion, and the figures it rests on."""

    GRADES = ("excellent", "pass", "fail")

    pid = models.CharField(max_length=16, unique=True, default=token)
    institution = models.ForeignKey(Organisation, models.PROTECT, related_name="yearly")
    year = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=10)
    opinion = models.TextField()
    figures = models.JSONField(default=dict)
    maker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    checker = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "year"], name="institution_evaluated_once_a_year"),
            models.CheckConstraint(
                condition=Q(checker=None) | ~Q(maker=F("checker")), name="yearly_maker_is_never_checker"
            ),
            models.CheckConstraint(condition=Q(grade__in=["excellent", "pass", "fail"]), name="yearly_grade_is_one"),
        ]
