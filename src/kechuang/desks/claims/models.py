"""Claims: which evidence is taken by whom, every computation that was made, and the share each got of the budget."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kechuang.casework.models import Case


class Evidence(models.Model):
    """A record of a register that a claim rests on, taken for one side: the database refuses it to a second claim."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="evidence")
    entity = models.CharField(max_length=30)
    key = models.CharField(max_length=80)
    mark = models.CharField(max_length=40)
    fen = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "key", "mark"], condition=Q(released_at=None), name="evidence_once_a_side"
            ),
        ]
        indexes = [models.Index(fields=["case"])]


class Computation(models.Model):
    """What a policy came to for a case, with every line; a later one stands beside the earlier, never in its place."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="computations")
    number = models.PositiveSmallIntegerField()
    on = models.DateTimeField()
    policy = models.CharField(max_length=40)
    edition = models.CharField(max_length=64)
    verdict = models.CharField(max_length=8)
    fen = models.BigIntegerField(null=True)
    told = models.JSONField(default=list)
    why = models.CharField(max_length=20)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="computation_once"),
            models.CheckConstraint(condition=Q(fen=None) | Q(fen__gte=0), name="computed_not_negative"),
        ]


class Share(models.Model):
    """What the budget of the round leaves of a claim, and by which way: whole, in proportion, or cut off."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="share")
    wanted_fen = models.BigIntegerField()
    fen = models.BigIntegerField()
    way = models.CharField(max_length=12)
    pool_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    place = models.PositiveIntegerField()
    on = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fen__gte=0, fen__lte=models.F("wanted_fen")), name="share_within_what_is_wanted"
            ),
        ]
