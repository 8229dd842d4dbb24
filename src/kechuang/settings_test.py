"""Settings of the tests: a throwaway data folder, a fast hasher, no manifest of static files."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("KECHUANG_DATA", tempfile.mkdtemp(prefix="kechuang-data-"))
os.environ.setdefault("KECHUANG_WITNESS", tempfile.mkdtemp(prefix="kechuang-witness-"))
os.environ.setdefault("KECHUANG_SECRET", "only-for-tests")
os.environ.setdefault("KECHUANG_REGION_FIRMS", "300")

from kechuang.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
