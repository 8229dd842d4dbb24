"""What the projects desk keeps: reports and task books, changes applied, and projects that are overdue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kechuang.casework.models import Case
from kechuang.parties.models import Person
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
