"""Asks the solver: here where it is loaded already (jobs, commands, tests), else in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from kechuang.words.outcome import Refused
from kechuang.words.reason import Reason

SOLVER = "kechuang.desks.experts.solver"
SECONDS = 300


def solved(request: Mapping[str, Any]) -> dict[str, Any]:
    """The solver's answer; Refused with its reasons where it has none."""
    loaded = sys.modules.get(SOLVER)
    said: dict[str, Any] = loaded.answer(request) if loaded else apart(request)
    return said


def apart(request: Mapping[str, Any]) -> dict[str, Any]:
    """The same from a process of its own, so that a web worker never carries a solver."""
    told = subprocess.run(
        [sys.executable, "-m", SOLVER], input=json.dumps(request), capture_output=True, text=True, timeout=SECONDS, check=True
    )  # fmt: skip
    said: dict[str, Any] = json.loads(told.stdout)
    if "refused" in said:
        raise Refused(*(Reason(r.pop("code"), **r) for r in said["refused"]))
    return said
