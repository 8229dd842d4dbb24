"""The very script that anyone can download, run here on a certificate, so that a page can show what it says."""

from __future__ import annotations

import runpy
from functools import lru_cache
from importlib.resources import files
from typing import Any

SCRIPT = files("kechuang.faces.web") / "static" / "verify_draw.py"
_said: dict[str, tuple[str, ...]] = {}
MOST = 64


def found(certificate: dict[str, Any]) -> list[str]:
    """Every fault the script finds, in words."""
    return list(_script()["verify"](certificate))


def once_found(certificate: dict[str, Any]) -> tuple[str, ...]:
    """The same, kept by the certificate's digest: a public page is read more often than a draw is made."""
    digest = str(certificate.get("digest"))
    if digest not in _said:
        if len(_said) >= MOST:
            _said.clear()
        _said[digest] = tuple(found(certificate))
    return _said[digest]


@lru_cache(maxsize=1)
def _script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT), run_name="verify_draw")
