"""The migrations say what the models say, in one line a room. Run apart: the other tests make tables without migrations."""

from __future__ import annotations

import subprocess
import sys

CHECK = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "kechuang.settings_test"
import django
django.setup()
from django.core.management import call_command
from kechuang.casework.models import Case
{planted}
call_command("makemigrations", "--check", "--dry-run")
"""


def checked(planted: str = "") -> tuple[int, str]:
    """How the check ended, and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK.format(planted=planted)], capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout.strip()


def test_no_model_has_changed_without_a_migration_and_no_two_migrations_stand_side_by_side():
    assert checked() == (0, "No changes detected")


def test_a_model_without_its_migration_is_seen():
    assert checked("Case._meta.get_field('title').max_length = 201")[0] == 1
