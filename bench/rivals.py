"""A Python with the rival that a benchmark measures itself against: made once, beside the house, from the package index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")


def python_with(*packages: str) -> str:
    """The interpreter of an environment in build/rivals that holds these packages, such as `datasketch==2.0.0`.

    The house never sees them. Raises CalledProcessError with what the installer said where it cannot be made.
    """
    folder = ROOT / "build" / "rivals" / "+".join(packages)
    python = folder / "bin" / "python"
    whole = folder / "whole"  # written last: an environment that was left half made is made again
    if not whole.is_file():
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([UV, "pip", "install", "--quiet", "--python", python, *packages], check=True)
        whole.touch()
    return str(python)
