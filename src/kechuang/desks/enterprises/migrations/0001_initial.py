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
            name="Right",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("number", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("ip_class", models.CharField(choices=[("first", "Ⅰ类"), ("second", "Ⅱ类")], max_length=8)),
                ("granted_on", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("supports_main", models.BooleanField(default=True)),
                ("own_research", models.BooleanField(default=True)),
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rights", to="parties.organisation"
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
                        name="enterprises_right_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("number",), name="right_number_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RndProject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("number", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("staff_cost", models.BigIntegerField(default=0)),
                ("direct_cost", models.BigIntegerField(default=0)),
                ("depreciation", models.BigIntegerField(default=0)),
                ("amortisation", models.BigIntegerField(default=0)),
                ("design_cost", models.BigIntegerField(default=0)),
                ("other_cost", models.BigIntegerField(default=0)),
                ("entrusted", models.BigIntegerField(default=0)),
                ("overseas", models.BigIntegerField(default=0)),
                ("eligible", models.BooleanField(default=True)),
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rnd_projects",
                        to="parties.organisation",
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
                        name="enterprises_rndproject_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)),
                        fields=("unit", "fiscal_year", "number"),
                        name="rnd_project_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Title",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("hnte", "高新技术企业"), ("tsme", "科技型中小企业")], db_index=True, max_length=8
                    ),
                ),
                ("number", models.CharField(max_length=60, unique=True)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("withdrawn_from", models.DateField(blank=True, null=True)),
                ("ground", models.CharField(blank=True, max_length=20)),
                ("given_at", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="title_given", to="casework.case"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="titles",
                        to="casework.document",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="titles", to="parties.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["unit", "kind"], name="enterprises_unit_id_af158a_idx")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("until__gt", models.F("since"))), name="title_in_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="UsedRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rights_used", to="casework.case"
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="used_for", to="enterprises.right"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "right"), name="right_used_once_a_case")],
            },
        ),
        migrations.CreateModel(
            name="Year",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("staff", models.PositiveIntegerField()),
                ("tech_staff", models.PositiveIntegerField()),
                ("sales", models.BigIntegerField()),
                ("costs", models.BigIntegerField()),
                ("total_income", models.BigIntegerField()),
                ("high_income", models.BigIntegerField(default=0)),
                ("assets", models.BigIntegerField()),
                ("net_assets", models.BigIntegerField()),
                ("rnd", models.BigIntegerField()),
                ("rnd_domestic", models.BigIntegerField()),
                ("taxable_income", models.BigIntegerField(default=0)),
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="years", to="parties.organisation"
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
                        name="enterprises_year_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("unit", "fiscal_year"), name="year_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tech_staff__lte", models.F("staff"))), name="tech_staff_within_staff"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rnd_domestic__lte", models.F("rnd"))), name="domestic_within_rnd"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("assets__gte", 0), ("costs__gte", 0), ("rnd__gte", 0), ("sales__gte", 0)),
                        name="year_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Honour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("number", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("top", "科技型企业百强"),
                            ("carrier", "创新创业载体年度评价"),
                            ("contest", "创新创业大赛获奖"),
                            ("board", "科技创新板挂牌"),
                        ],
                        max_length=8,
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("on", models.DateField()),
                ("value", models.CharField(blank=True, max_length=12)),
                ("what", models.CharField(blank=True, max_length=12)),
                ("selected", models.BooleanField(default=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("document_no", models.CharField(blank=True, max_length=60)),
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="honours", to="parties.organisation"
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
                        name="enterprises_honour_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("kind", "number"), name="honour_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                ("industry", models.CharField(default="other", max_length=8)),
                ("size", models.CharField(default="small", max_length=8)),
                ("is_state_unit", models.BooleanField(default=False)),
                ("is_manufacturing", models.BooleanField(default=False)),
                ("shares_reformed", models.BooleanField(default=False)),
                ("on_listing_list", models.BooleanField(default=False)),
                ("prohibited_products", models.BooleanField(default=False)),
                ("bad_conduct", models.BooleanField(default=False)),
                ("national_prize_5y", models.BooleanField(default=False)),
                ("has_high_platform", models.BooleanField(default=False)),
                ("led_standard_5y", models.BooleanField(default=False)),
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
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="profiles", to="parties.organisation"
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
                        name="enterprises_profile_two_hands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled", False)), fields=("unit",), name="profile_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Relation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("entered_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("share", "持股"), ("control", "同一控制"), ("post", "任职"), ("kin", "亲属")],
                        max_length=10,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(blank=True, null=True)),
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
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations_back",
                        to="parties.organisation",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="relations", to="parties.organisation"
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
                        name="enterprises_relation_two_hands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit", models.F("other")), _negated=True), name="relation_between_two"
                    ),
                ],
            },
        ),
    ]
