import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kechuang.parties.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0001_initial"),
        ("parties", "0001_initial"),
        ("parties", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contract",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("number", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=200)),
                (
                    "contract_kind",
                    models.CharField(
                        choices=[
                            ("development", "开发"),
                            ("transfer", "转让"),
                            ("licence", "许可"),
                            ("consulting", "咨询"),
                            ("service", "服务"),
                        ],
                        default="transfer",
                        max_length=12,
                    ),
                ),
                ("signed_on", models.DateField()),
                ("contract_amount", models.BigIntegerField()),
                ("technical_amount", models.BigIntegerField()),
                ("related", models.BooleanField(default=False)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bought", to="parties.organisation"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sold", to="parties.organisation"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            ("entered_by", None),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_contract_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("number",), name="contract_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("technical_amount__gte", 0), ("technical_amount__lte", models.F("contract_amount"))
                        ),
                        name="technical_part_within_contract",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=16, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("on", models.DateField()),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("transfer", "转让"),
                            ("licence", "许可"),
                            ("invest", "作价投资"),
                            ("use", "自行实施或合作实施"),
                        ],
                        max_length=10,
                    ),
                ),
                ("gross", models.BigIntegerField(default=0)),
                ("direct_costs", models.BigIntegerField(default=0)),
                ("stock_value", models.BigIntegerField(default=0)),
                ("profit", models.BigIntegerField(default=0)),
                ("years_in_use", models.PositiveSmallIntegerField(default=1)),
                ("agreed", models.BooleanField(default=False)),
                ("agreed_share", models.PositiveIntegerField(default=0)),
                ("fen", models.BigIntegerField(null=True)),
                ("edition", models.CharField(max_length=64)),
                ("filed_at", models.DateTimeField()),
                (
                    "document",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversion",
                        to="casework.document",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversions",
                        to="parties.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("number", models.CharField(max_length=60)),
                ("technical_paid", models.BigIntegerField()),
                ("paid_on", models.DateField()),
                ("invoice_no", models.CharField(blank=True, max_length=60)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="paid_for", to="parties.organisation"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trades", to="transfer.contract"
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            ("entered_by", None),
                            models.Q(("confirmed_by", models.F("entered_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_trade_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("number",), name="trade_number_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("technical_paid__gt", 0)), name="trade_positive"),
                ],
            },
        ),
    ]
