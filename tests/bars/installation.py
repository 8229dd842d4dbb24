"""A whole installation in folders of its own, driven by real processes: what a bar is measured on."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("KECHUANG_SOAK") == "1"
TABLES = "kechuang.sqlite3"
long_form = pytest.mark.skipif(not LONG, reason="a planted fault that takes its time: in the long form")


@dataclass(frozen=True, slots=True)
class Installation:
    """Data folder, witness folders and database of one installation; `planted` is a fault its commands begin with."""

    folder: Path
    database: str = ""
    planted: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def witness(self) -> tuple[Path, Path]:
        return self.folder / "witness-1", self.folder / "witness-2"

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KECHUANG_", "DJANGO_"))}
        return {
            **kept, "DJANGO_SETTINGS_MODULE": "kechuang.settings", "KECHUANG_DATA": str(self.data),
            "KECHUANG_WITNESS": os.pathsep.join(map(str, self.witness)), "KECHUANG_DATABASE": self.database,
            "KECHUANG_SECRET": "a key of the bars, of forty characters..", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }  # fmt: skip

    def migrated(self) -> Installation:
        """With its tables; on SQLite a copy of those that were made first in this run, for making them costs eight seconds."""
        if self.database:
            self._migrate()
            return self
        self.data.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_tables(), self.data / TABLES)
        return self

    def _migrate(self) -> None:
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=self.env, check=True, cwd=ROOT)

    def begun(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """A scene, or `kechuang` when the first word is not one, begun and left running."""
        return subprocess.Popen(self.command(*arguments), env=self.env, cwd=ROOT, text=True, **more)

    def command(self, *arguments: str) -> list[str]:
        if arguments[0] == "scene":
            return [sys.executable, "-m", "tests.bars.scenes", *arguments[1:]]
        return [sys.executable, "-c", f"{self.planted}\nfrom kechuang.faces.cli import main; main()", *arguments]

    def scene(self, *arguments: str, of: str = "scenes") -> Any:
        """What a scene of that module says, as a value."""
        command = [sys.executable, "-m", f"tests.bars.{of}", *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, text=True, capture_output=True, check=False)
        assert done.stdout, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    def told(self, *arguments: str) -> Any:
        """What a scene or a command with --json says, as a value."""
        done = subprocess.run(
            self.command(*arguments), env=self.env, cwd=ROOT, text=True, capture_output=True, check=False
        )
        assert done.stdout, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1] if arguments[0] == "scene" else done.stdout)


@cache
def _tables() -> Path:
    """A database with every table and no row of ours, alone in its file; gone when the run ends."""
    folder = Path(mkdtemp(prefix="kechuang-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    first = Installation(folder)
    first._migrate()
    assert not (first.data / f"{TABLES}-wal").exists()
    return first.data / TABLES
