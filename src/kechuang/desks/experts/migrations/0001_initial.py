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
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=60)),
                ("mode", models.CharField(default="mail", max_length=12)),
                ("seats", models.PositiveSmallIntegerField()),
                ("commitments", models.JSONField(default=dict)),
                ("dice", models.CharField(max_length=120)),
                ("seed", models.CharField(max_length=64)),
                ("pool_digest", models.CharField(max_length=64)),
                ("given_up", models.JSONField(default=list)),
                ("by_hand", models.TextField(blank=True)),
                ("on", models.DateTimeField()),
                ("aborted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="casework.round"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("aborted_at", None)),
                        fields=("round", "group", "mode"),
                        name="one_draw_per_round_and_group",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Expert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pid", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("technical", "技术"),
                            ("finance", "财务"),
                            ("industry", "产业"),
                            ("management", "管理"),
                        ],
                        default="technical",
                        max_length=12,
                    ),
                ),
                ("fields", models.JSONField(default=list)),
                ("keywords", models.JSONField(default=list)),
                ("place", models.CharField(default="150000", max_length=6)),
                ("credit", models.CharField(default="good", max_length=12)),
                ("standing", models.CharField(default="pending", max_length=10)),
                ("entered_on", models.DateField()),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="expert", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["standing", "kind"], name="experts_exp_standin_16d318_idx")],
            },
        ),
        migrations.CreateModel(
            name="Employer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="interest", max_length=16)),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="parties.organisation"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="employers", to="experts.expert"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=4)),
                ("text", models.TextField()),
                ("released_on", models.DateField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pool",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("members", models.JSONField(default=list)),
                ("on", models.DateTimeField()),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="pool", to="casework.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=16)),
                ("mode", models.CharField(default="mail", max_length=12)),
                ("points", models.BigIntegerField()),
                ("marks", models.JSONField(default=dict)),
                ("reasons", models.JSONField(default=dict)),
                ("grade", models.CharField(blank=True, max_length=10)),
                ("verdict", models.CharField(blank=True, max_length=12)),
                ("amount_fen", models.BigIntegerField(blank=True, null=True)),
                ("filed_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="casework.case"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "label", "mode"), name="one_sheet_a_label")],
            },
        ),
        migrations.CreateModel(
            name="Score",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("raw", models.BigIntegerField()),
                ("normal", models.BigIntegerField()),
                ("sheets", models.PositiveSmallIntegerField()),
                ("method", models.CharField(blank=True, max_length=60)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="score", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("position", models.PositiveIntegerField()),
                ("state", models.CharField(default="reserve", max_length=10)),
                ("invited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "draw",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="experts.draw"),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="experts.expert"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("draw", "expert"), name="an_expert_once_in_a_draw")],
            },
        ),
        migrations.CreateModel(
            name="Fee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheets", models.PositiveIntegerField()),
                ("fen", models.BigIntegerField()),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seat",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fee", to="experts.seat"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("why", models.CharField(max_length=12)),
                ("on", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conflicts", to="experts.seat"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("evidence", models.JSONField(default=dict)),
                ("on", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watches",
                        to="casework.case",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="watches", to="casework.round"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("round", "kind", "case"), name="watch_once")],
            },
        ),
        migrations.CreateModel(
            name="Coauthorship",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(default="coauthor", max_length=16)),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "one",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("one", "other", "kind"), name="coauthors_once")],
            },
        ),
    ]
