"""How fast a rehearsed year is: records a second of processor time, in a data folder of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def run(scale: float, seed: int = 1) -> dict[str, object]:
    """Play a year at `scale` in a fresh folder; the command's own summary, with the processor seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        place = {"KECHUANG_DATA": f"{folder}/data", "KECHUANG_WITNESS": f"{folder}/witness"}
        command = [
            str(Path(sys.executable).with_name("kechuang")),
            "rehearse",
            "--scale",
            str(scale),
            "--seed",
            str(seed),
            "--json",
        ]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = subprocess.run(command, env=os.environ | place, capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found: dict[str, object] = json.loads(told.stdout)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {**found, "cpu_seconds": round(spent, 1)}


def main() -> None:
    """Print one line a scale."""
    for scale in [float(text) for text in sys.argv[1:]] or [0.02]:
        told = run(scale)
        records, spent = int(str(told["records"])), float(str(told["cpu_seconds"]))
        print(
            f"scale {scale}: {records} records, {told['seconds']} s, {spent} s of processor, {records / spent:.0f} records a second of it"
        )


if __name__ == "__main__":
    main()
