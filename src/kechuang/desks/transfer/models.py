"""Registered technology contracts, what was paid on them, and results converted: the ground of claims and calculations."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kechuang.casework.models import Document
from kechuang.casework.registers import Row
from kechuang.parties.models import Organisation

KINDS = (
    ("development", "开发"),
    ("transfer", "转让"),
    ("licence", "许可"),
    ("consulting", "咨询"),
    ("service", "服务"),
)
WAYS = (("transfer", "转让"), ("licence", "许可"), ("invest", "作价投资"), ("use", "自行实施或合作实施"))


class Contract(Row):
    """A technology contract between two units, as the registrar recognised it: confirmed is registered."""

    number = models.CharField(max_length=40)
    name = models.CharField(max_length=200, blank=True)
    contract_kind = models.CharField(max_length=12, choices=KINDS, default="transfer")
    buyer = models.ForeignKey(Organisation, models.PROTECT, related_name="bought")
    seller = models.ForeignKey(Organisation, models.PROTECT, related_name="sold")
    signed_on = models.DateField()
    contract_amount = models.BigIntegerField()
    technical_amount = models.BigIntegerField()
    related = models.BooleanField(default=False)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=Q(cancelled=False), name="contract_number_once"),
            models.CheckConstraint(
                condition=Q(technical_amount__gte=0, technical_amount__lte=models.F("contract_amount")),
                name="technical_part_within_contract",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Trade(Row):
    """One payment on a registered contract; confirmed when invoice and bank slip agree."""

    number = models.CharField(max_length=60)
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="trades")
    buyer = models.ForeignKey(Organisation, models.PROTECT, related_name="paid_for")
    technical_paid = models.BigIntegerField()
    paid_on = models.DateField()
    invoice_no = models.CharField(max_length=60, blank=True)

    class Meta(Row.Meta):
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(fields=["number"], condition=Q(cancelled=False), name="trade_number_once"),
            models.UniqueConstraint(
                fields=["contract", "invoice_no"], condition=Q(cancelled=False) & ~Q(invoice_no=""), name="invoice_once"
            ),
            models.CheckConstraint(condition=Q(technical_paid__gt=0), name="trade_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class Conversion(models.Model):
    """A calculation of the inventors' share, as a unit filed it: its figures, its amount with every step, its paper."""

    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="conversions")
    number = models.CharField(max_length=16, unique=True)
    title = models.CharField(max_length=200)
    on = models.DateField()
    way = models.CharField(max_length=10, choices=WAYS)
    gross = models.BigIntegerField(default=0)
    direct_costs = models.BigIntegerField(default=0)
    stock_value = models.BigIntegerField(default=0)
    profit = models.BigIntegerField(default=0)
    years_in_use = models.PositiveSmallIntegerField(default=1)
    agreed = models.BooleanField(default=False)
    agreed_share = models.PositiveIntegerField(default=0)  # parts of a million
    fen = models.BigIntegerField(null=True)
    edition = models.CharField(max_length=64)
    document = models.OneToOneField(Document, models.PROTECT, null=True, related_name="conversion")
    filed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title
