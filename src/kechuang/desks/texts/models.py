"""What texts leave in tables: fingerprints of cases, texts of attachments, entries of the search; one worker writes them."""

from __future__ import annotations

from django.db import models

from kechuang.casework.models import Case
from kechuang.parties.secrets import EncryptedText


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


class FileText(models.Model):
    """The text of a file by its digest, read once in the limited process; `fault` says why there is none."""

    digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, blank=True)
    text = EncryptedText(blank=True)
    scan = models.BooleanField(default=False)
    fault = models.CharField(max_length=40, blank=True)
    on = models.DateTimeField()


class Found(models.Model):
    """Something that can be found: what the search shows of it, and for whom it is. `stale`: not yet in the arrays."""

    name = models.CharField(max_length=90, unique=True)
    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=80, db_index=True)
    title = models.CharField(max_length=240)
    text = EncryptedText(blank=True)
    year = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=6, blank=True)
    seen_by = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    gone = models.BooleanField(default=False)
    stale = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["stale"], condition=models.Q(stale=True), name="found_not_yet_indexed")]
