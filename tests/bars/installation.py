"""A whole installation in folders of its own, driven by real processes: what a bar is measured on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("KECHUANG_SOAK") == "1"


@dataclass(frozen=True, slots=True)
class Installation:
    """Data folder, witness folders and database of one installation."""

    folder: Path
    database: str = ""

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
        """With its tables."""
        subprocess.run([sys.executable, "-m", "django", "migrate", "-v0"], env=self.env, check=True, cwd=ROOT)
        return self

    def begun(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """A scene, or `kechuang` when the first word is not one, begun and left running."""
        return subprocess.Popen(self.command(*arguments), env=self.env, cwd=ROOT, text=True, **more)

    def command(self, *arguments: str) -> list[str]:
        if arguments[0] == "scene":
            return [sys.executable, "-m", "tests.bars.scenes", *arguments[1:]]
        return [sys.executable, "-c", "from kechuang.faces.cli import main; main()", *arguments]

    def told(self, *arguments: str) -> Any:
        """What a scene or a command with --json says, as a value."""
        done = subprocess.run(
            self.command(*arguments), env=self.env, cwd=ROOT, text=True, capture_output=True, check=False
        )
        assert done.stdout, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1] if arguments[0] == "scene" else done.stdout)
