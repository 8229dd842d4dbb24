import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kechuang.casework.models
import kechuang.parties.secrets


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("parties", "0001_initial"),
        ("parties", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.CharField(max_length=64)),
                ("text", models.TextField()),
                ("on", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("pages", models.JSONField()),
                ("by", models.CharField(max_length=60)),
                ("on", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Frozen",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("body", models.TextField()),
                ("on", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_kind", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=40)),
                ("position", models.PositiveIntegerField()),
                ("act", models.CharField(db_index=True, max_length=60)),
                ("before", models.CharField(blank=True, max_length=30)),
                ("after", models.CharField(blank=True, max_length=30)),
                ("actor", models.CharField(max_length=40)),
                ("role", models.CharField(blank=True, max_length=40)),
                ("on", models.DateTimeField(db_index=True)),
                ("key", models.CharField(max_length=80)),
                ("data_digest", models.CharField(max_length=64)),
                ("body", models.TextField()),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("log_index", models.BigIntegerField(null=True, unique=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("log_index", None)), fields=["id"], name="records_not_yet_logged")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "key"), name="key_once_per_actor"),
                    models.UniqueConstraint(
                        fields=("subject_kind", "subject", "position"), name="one_chain_per_subject"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("programme", models.CharField(db_index=True, max_length=40)),
                ("plan", models.CharField(db_index=True, max_length=40)),
                ("title", models.CharField(max_length=120)),
                ("year", models.PositiveSmallIntegerField(db_index=True)),
                ("state", models.CharField(db_index=True, max_length=30)),
                ("before", models.CharField(blank=True, max_length=30)),
                ("entered_at", models.DateTimeField()),
                ("budget_fen", models.BigIntegerField(default=0)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("opens_at", models.DateTimeField(blank=True, null=True)),
                ("units_close_at", models.DateTimeField(blank=True, null=True)),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("document_no", models.CharField(blank=True, max_length=60)),
                ("topics", models.JSONField(default=list)),
                ("quotas", models.JSONField(default=dict)),
                ("details", models.JSONField(default=dict)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "frozen",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rounds",
                        to="casework.frozen",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegated",
                        to="parties.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("budget_fen__gte", 0)), name="round_budget_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at", None),
                            ("opens_at", None),
                            ("closes_at__gt", models.F("opens_at")),
                            _connector="OR",
                        ),
                        name="round_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_kind", models.CharField(max_length=10)),
                ("subject", models.CharField(max_length=40)),
                ("act", models.CharField(max_length=60)),
                ("actor", models.CharField(max_length=40)),
                ("reasons", models.JSONField(default=list)),
                ("findings", models.JSONField(default=list)),
                ("on", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject_kind", "subject"], name="casework_at_subject_48f637_idx")],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(default=kechuang.parties.secrets.token, max_length=16, unique=True)),
                ("flow", models.CharField(default="grant", max_length=40)),
                ("state", models.CharField(max_length=30)),
                ("before", models.CharField(blank=True, max_length=30)),
                ("entered_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("promised_at", models.DateTimeField(blank=True, null=True)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("track", models.CharField(blank=True, max_length=40)),
                ("field", models.CharField(blank=True, max_length=40)),
                ("place", models.CharField(blank=True, max_length=6)),
                ("asked_fen", models.BigIntegerField(blank=True, null=True)),
                ("group", models.CharField(blank=True, max_length=40)),
                ("rank", models.PositiveIntegerField(blank=True, null=True)),
                ("above_line", models.BooleanField(null=True)),
                ("advice", models.CharField(blank=True, max_length=10)),
                ("proposed_fen", models.BigIntegerField(blank=True, null=True)),
                ("project_no", models.CharField(blank=True, db_index=True, max_length=40)),
                ("starts_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("answers", kechuang.parties.secrets.EncryptedJSON()),
                ("answers_digest", models.CharField(blank=True, max_length=64)),
                ("taken_over", models.BooleanField(default=False)),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "applicant",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="parties.organisation",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="casework.case",
                    ),
                ),
                (
                    "recommender",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recommended",
                        to="parties.organisation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="casework.round"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["round", "state"], name="casework_ca_round_i_83657d_idx"),
                    models.Index(fields=["state", "entered_at"], name="casework_ca_state_4e5909_idx"),
                    models.Index(fields=["applicant", "state"], name="casework_ca_applica_ba091d_idx"),
                    models.Index(fields=["leader", "state"], name="casework_ca_leader__5315da_idx"),
                    models.Index(fields=["title"], name="casework_ca_title_8e22f9_idx"),
                    models.Index(fields=["due_at"], name="casework_ca_due_at_d3122a_idx"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked_fen", None), ("asked_fen__gte", 0), _connector="OR"),
                        name="asked_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fen", models.BigIntegerField()),
                ("steps", models.JSONField(default=list)),
                ("document_no", models.CharField(blank=True, max_length=60)),
                ("on", models.DateTimeField()),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="award", to="casework.case"
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("fen__gte", 0)), name="award_not_negative")],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=120)),
                ("media", models.CharField(max_length=80)),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("on", models.DateTimeField()),
                ("removed", models.BooleanField(default=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=16)),
                ("value", models.CharField(max_length=200)),
                ("number", models.BigIntegerField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="promoted", to="casework.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["name", "value"], name="casework_an_name_b9b0bf_idx")],
                "constraints": [models.UniqueConstraint(fields=("case", "name"), name="answer_once")],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(default=kechuang.parties.secrets.token, max_length=20, unique=True)),
                ("kind", models.CharField(max_length=30)),
                ("title", models.CharField(max_length=160)),
                ("number", models.CharField(blank=True, max_length=60)),
                ("body", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("on", models.DateTimeField()),
                ("public", models.BooleanField(default=False)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="casework.case",
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="casework.record",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="casework.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                ("typed", kechuang.parties.secrets.EncryptedJSON()),
                ("on", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="casework.case"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "section"), name="draft_once")],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("power", models.CharField(max_length=12)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="duties", to="casework.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "person"), name="one_power_per_person_and_case"),
                    models.CheckConstraint(
                        condition=models.Q(("power__in", ["planning", "execution", "supervision"])),
                        name="duty_is_a_separated_power",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_name", models.CharField(max_length=60)),
                ("verdict", models.CharField(max_length=4)),
                ("reasons", models.JSONField(default=list)),
                ("evidence", models.JSONField(default=dict)),
                ("answers_digest", models.CharField(blank=True, max_length=64)),
                ("on", models.DateTimeField()),
                ("settled_word", models.TextField(blank=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="findings", to="casework.case"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "check_name"), name="finding_once")],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to="casework.document"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("document", "person"), name="letter_once")],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("main", models.BooleanField(default=True)),
                ("consented_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="casework.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "person"), name="member_once")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(default=kechuang.parties.secrets.token, max_length=20, unique=True)),
                ("what", models.CharField(max_length=60)),
                ("body", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(blank=True, null=True)),
                ("on", models.DateTimeField()),
                ("cases", models.ManyToManyField(blank=True, related_name="notices", to="casework.case")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="casework.round"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=120, unique=True)),
                ("payload", models.JSONField(default=dict)),
                ("due", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("done_at", None)), fields=["due"], name="outbox_waiting")],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="told",
                        serialize=False,
                        to="casework.record",
                    ),
                ),
                ("data", kechuang.parties.secrets.EncryptedJSON()),
                ("salt", models.CharField(default=kechuang.casework.models.salt, max_length=32)),
            ],
        ),
    ]
