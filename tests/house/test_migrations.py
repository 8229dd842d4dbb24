"""The migrations say what the models say, from nothing to the newest, in one line a desk."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from kechuang.casework.models import Case


def test_no_model_has_changed_without_a_migration():
    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)
    assert out.getvalue().strip() == "No changes detected"


def test_no_two_migrations_stand_beside_each_other():
    assert MigrationLoader(None, ignore_no_migrations=True).detect_conflicts() == {}


@pytest.mark.django_db
def test_a_model_without_its_migration_would_be_seen(monkeypatch):
    monkeypatch.setattr(Case._meta.get_field("title"), "max_length", 201)
    with pytest.raises(SystemExit):
        call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
