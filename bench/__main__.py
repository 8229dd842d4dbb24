"""The house benches one after the other, in short settings: `python -m bench [NAME …]`; figures, no verdicts.

Each runs as a process of its own; the table at the end says how long each took, in wall and in CPU seconds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 900  # seconds for one bench; a longer one is stopped and said to be


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: its module below `bench`, its short arguments, and the data without which it is left out."""

    name: str
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> str:
        """The name of the environment that leads to no data, or nothing."""
        return next((name for name in self.needs if not os.environ.get(name)), "")


BENCHES = (
    Bench("ledger", ("50000",)),
    Bench("imports", ("2000",)),
    Bench("pages", ("5",)),
    Bench("submissions"),
    Bench("rehearsal", ("0.02",)),
    Bench("restoring", ("2000",)),
    Bench("policy", ("--firms", "20000", "--repeat", "1", "--no-spark")),
    Bench("hostile", ("20000",)),
    Bench("panel", (), ("KECHUANG_ASSIGNMENT_DATA",)),
    Bench("match", (), ("KECHUANG_PROJECTS",)),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a bench went: its outcome, wall seconds and CPU seconds of all its processes."""

    name: str
    outcome: str
    wall: float = 0.0
    cpu: float = 0.0

    def __str__(self) -> str:
        return f"{self.name:<12}{self.wall:>10.1f}{self.cpu:>10.1f}  {self.outcome}"


def ran(bench: Bench) -> Ran:
    """Run one bench, its figures going to our own standard output."""
    if bench.missing:
        return Ran(bench.name, f"left out: {bench.missing} names no data")
    print(f"\n== {bench.name} {' '.join(bench.arguments)}", flush=True)
    wall, cpu = time.perf_counter(), _children()
    command = [sys.executable, "-m", f"bench.{bench.name}", *bench.arguments]
    try:
        code = subprocess.run(command, cwd=ROOT, timeout=LONGEST, check=False).returncode
        outcome = "done" if code == 0 else f"failed with {code}"
    except subprocess.TimeoutExpired:
        outcome = f"stopped after {LONGEST} s"
    return Ran(bench.name, outcome, time.perf_counter() - wall, _children() - cpu)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(names: list[str]) -> int:
    """Run all, or those named; 2 for a name that is no bench, 1 if one failed."""
    known = {bench.name: bench for bench in BENCHES}
    if unknown := [name for name in names if name not in known]:
        print(f"no bench is called {', '.join(unknown)}: there are {', '.join(known)}")
        return 2
    rows = [ran(known[name]) for name in names or known]
    print(f"\n{'bench':<12}{'wall s':>10}{'CPU s':>10}  load {os.getloadavg()[0]:.1f}")
    print("\n".join(map(str, rows)))
    return int(any(row.outcome.startswith(("failed", "stopped")) for row in rows))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
