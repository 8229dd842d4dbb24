"""Who is in a frozen pool, and drafts of sheets, move behind the curtain."""

import django.db.models.deletion
from django.db import migrations, models

import kechuang.parties.secrets


def move_members(apps, schema_editor):
    """Carry the members of pools that are already frozen."""
    members = apps.get_model("experts", "PoolMembers")
    for pool in apps.get_model("experts", "Pool").objects.all():
        members.objects.create(pool=pool, pids=pool.members)


def move_back(apps, schema_editor):
    """The way back: members onto their pools."""
    for row in apps.get_model("experts", "PoolMembers").objects.select_related("pool"):
        row.pool.members = row.pids
        row.pool.save(update_fields=["members"])


class Migration(migrations.Migration):
    dependencies = [("experts", "0001_initial"), ("casework", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="PoolMembers",
            fields=[
                (
                    "pool",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="experts.pool",
                    ),
                ),
                ("pids", models.JSONField(default=list)),
            ],
        ),
        migrations.RunPython(move_members, move_back),
        migrations.CreateModel(
            name="SheetDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=60)),
                ("version", models.PositiveIntegerField(default=1)),
                ("typed", kechuang.parties.secrets.EncryptedJSON()),
                ("notes", kechuang.parties.secrets.EncryptedText(blank=True)),
                ("on", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to="experts.seat"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("seat", "case", "act"), name="one_draft_a_sheet")],
            },
        ),
    ]
