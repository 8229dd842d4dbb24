"""Reforms that somebody kept, and simulations that machines asked for."""

from __future__ import annotations

from django.db import models

from kechuang.parties.models import Person
from kechuang.parties.secrets import token


class Reform(models.Model):
    """Other values of a policy's parameters, kept by somebody with a name: `values` by parameter, as written with its unit.

    A value never changes; who no longer needs it lays it aside. `figures` is what it came to when it was kept.
    """

    pid = models.CharField(max_length=16, unique=True, default=token)
    policy = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    on = models.DateTimeField()
    edition = models.CharField(max_length=64)
    figures = models.JSONField(default=dict)
    laid_aside = models.BooleanField(default=False)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["policy", "laid_aside"])]

    def __str__(self) -> str:
        return self.title


class Simulation(models.Model):
    """A question of a machine: what was asked, how far it is, what came of it."""

    STATES = (("waiting", "等待"), ("running", "计算中"), ("done", "完成"), ("failed", "未完成"))

    pid = models.CharField(max_length=16, unique=True, default=token)
    policy = models.CharField(max_length=40)
    asked = models.JSONField(default=dict)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    on = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    done = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=1)
    moved_at = models.DateTimeField()
    result = models.JSONField(null=True, blank=True)
    fault = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["by", "on"])]
