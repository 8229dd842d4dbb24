"""The language a command speaks: that of the terminal, where its locale says one."""

from __future__ import annotations

import os

from kechuang.faces.tongues import Tongue, line, tongue
from kechuang.words.outcome import BadPage

NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")


def spoken(otherwise: str) -> str:
    """`zh` or `en` by the first locale variable that is set (as POSIX reads them); `otherwise` where it is neither, as C.UTF-8."""
    said = next((text for name in NAMES if (text := os.environ.get(name))), "")
    return said[:2] if said[:2] in ("zh", "en") else otherwise


def either(zh: str, en: str, *, otherwise: str = "en") -> str:
    """One of two texts, by the language of the terminal."""
    return zh if spoken(otherwise) == "zh" else en


def spoken_tongue(otherwise: str = "en") -> Tongue:
    """The language of the terminal with its catalogue."""
    return tongue(spoken(otherwise))


def told(fault: BadPage) -> str:
    """A fault of a page in the language of the terminal: where, what is wrong, how to mend it."""
    return line(fault, spoken_tongue())
