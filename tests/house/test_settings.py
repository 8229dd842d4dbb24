"""Every name of the environment that the house reads is in docs/settings.md, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\bKECHUANG_[A-Z_]+\b")


def named(folder: Path) -> set[str]:
    """The names that the code below `folder` speaks of."""
    return {name for path in folder.rglob("*.py") for name in NAME.findall(path.read_text("utf-8"))}


def test_every_setting_is_documented_and_every_documented_one_is_read():
    told = set(NAME.findall((ROOT / "docs/settings.md").read_text("utf-8")))
    read = named(ROOT / "src") | named(ROOT / "tests") | named(ROOT / "bench")
    assert (named(ROOT / "src") - told, told - read) == (set(), set())


def test_a_name_that_is_not_documented_would_be_seen(tmp_path):
    (tmp_path / "new.py").write_text('os.environ["KECHUANG_PLANTED"]')
    assert named(tmp_path) == {"KECHUANG_PLANTED"}
