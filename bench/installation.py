"""A throwaway installation in this process: import it before anything that has tables."""

from __future__ import annotations

import os
import tempfile

import django

FOLDER = tempfile.TemporaryDirectory(prefix="kechuang-bench-")
os.environ |= {
    "KECHUANG_DATA": FOLDER.name, "KECHUANG_WITNESS": f"{FOLDER.name}/witness", "KECHUANG_SECRET": "only for measuring",
    "DJANGO_SETTINGS_MODULE": "kechuang.settings_test",
}  # fmt: skip
django.setup()
