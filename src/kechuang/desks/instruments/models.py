"""Large instruments of the shared network and every paid use of them, confirmed by owner and user."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kechuang.casework.registers import Row
from kechuang.parties.models import Organisation


class Instrument(Row):
    """An instrument set with its owner; in the network since a day, if at all."""

    number = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="instruments")
    price = models.BigIntegerField()
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    evaluated_ok = models.BooleanField(default=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=Q(cancelled=False), name="instrument_number_once"),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Use(Row):
    """One paid use: entered by the owner, confirmed by the user; both may claim on it, each once."""

    number = models.CharField(max_length=60)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="uses")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="served")
    user = models.ForeignKey(Organisation, models.PROTECT, related_name="used")
    used_on = models.DateField()
    use_year = models.PositiveSmallIntegerField()
    fee = models.BigIntegerField()
    related = models.BooleanField(default=False)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=Q(cancelled=False), name="use_number_once"),
            models.CheckConstraint(condition=Q(fee__gt=0), name="fee_positive"),
        ]

    def __str__(self) -> str:
        return self.number
