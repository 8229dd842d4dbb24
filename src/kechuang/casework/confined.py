"""A script run in a process of its own under limits: a hostile file costs these at most, and whoever asked lives on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from signal import Signals

CHILD = Path(__file__).with_name("confined_child.py")


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes of address space, `seconds` of the processor, `wall` in seconds until nobody waits any longer."""

    memory: int
    seconds: int
    wall: float


class Ended(Exception):
    """The script gave no answer. `slow`: its time was over; else it failed or wanted more memory."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("too slow" if slow else "failed")
        self.slow = slow


def answer(script: Path, *arguments: str, limits: Limits) -> bytes:
    """What `script` prints, run alone without the house's environment, written files or cores; Ended where it does not end well."""
    command = [
        sys.executable,
        "-I",
        str(CHILD),
        str(limits.memory),
        str(limits.seconds),
        str(script),
        *arguments,
    ]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=limits.wall,
            check=False, env={"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Ended(slow=True) from None
    if done.returncode:
        raise Ended(slow=done.returncode == -Signals.SIGXCPU)
    return done.stdout
