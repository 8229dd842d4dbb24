"""Fingerprints of what cases say: two plain tables, written by one worker, read by every comparison."""

from __future__ import annotations

from django.db import models

from kechuang.casework.models import Case


class Sketched(models.Model):
    """A case whose text has been taken in, and which answers it was taken from."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="+")
    size = models.PositiveIntegerField()
    answers_digest = models.CharField(max_length=64)


class Mark(models.Model):
    """One fingerprint that one case bears."""

    mark = models.BigIntegerField()
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mark", "case"], name="mark_once_a_case")]
