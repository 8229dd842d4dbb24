"""A copy of a file without what its program wrote beside it about people: for whoever may not know whose it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

CHILD = Path(__file__).with_name("nameless_child.py")
SECONDS = 30
PLAIN = ("png", "jpg", "jpeg", "csv", "txt")  # pictures are kept without their traces, texts have none


def nameless(path: Path, ending: str) -> bytes:
    """The bytes of `path` without authors, firms, programs and paths; Refused as file_keeps_names where that cannot be done."""
    if ending in PLAIN:
        return path.read_bytes()
    command = [sys.executable, "-I", str(CHILD), str(path.resolve()), ending]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
            check=False, env={"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused(Reason("file_keeps_names")) from None
    if done.returncode or not done.stdout:
        raise Refused(Reason("file_keeps_names"))
    return done.stdout
