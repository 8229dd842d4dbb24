"""Sanctions and clues: who may not apply, take part or review, since when and until when."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from kechuang.casework.models import Case
from kechuang.parties.models import Organisation, Person
from kechuang.parties.secrets import token


class SanctionQuerySet(models.QuerySet["Sanction"]):
    """Sanctions by the day on which they block."""

    def in_force(self, day: date) -> SanctionQuerySet:
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day, lifted_on=None)


class Sanction(models.Model):
    """A decision that bars a person or a unit, from a day to a day; expired ones stop blocking at once."""

    SCOPES = (("apply", "申报"), ("join", "参加"), ("review", "评审"), ("all", "全部"))

    pid = models.CharField(max_length=16, unique=True, default=token)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="sanctions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="sanctions")
    scope = models.CharField(max_length=8, choices=SCOPES, default="all")
    level = models.CharField(max_length=20)
    decision_no = models.CharField(max_length=60)
    inquiry = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="sanctions")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    lifted_on = models.DateField(null=True, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) ^ Q(organisation__isnull=False), name="sanction_of_one_party"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="sanction_in_order"),
        ]

    def blocks_on(self, day: date) -> bool:
        """Whether the sanction is in force on `day`: what `in_force` asks the database."""
        return self.lifted_on is None and self.since <= day and (self.until is None or day <= self.until)


class Clue(models.Model):
    """Something that came to light: a report, an alert, an unpaid refund; supervision screens it.

    Its records are a chain of its own: on that of the case, whoever is spoken of would read that somebody spoke.
    """

    subject_kind = "clue"

    pid = models.CharField(max_length=16, unique=True, default=token)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="clues")
    source = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    on = models.DateTimeField()
    screened_at = models.DateTimeField(null=True, blank=True)
    inquiry = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="clues_of")
