"""The language a command speaks: that of the terminal, where its locale says one."""

from __future__ import annotations

import os
from typing import Any

import typer

from kechuang.faces.tongues import advice, line, say, tongue
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import Phrase, Tongue

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


def wrong(why: str, mend: str = "", /, **values: Any) -> typer.BadParameter:
    """What was typed and cannot be taken: why, and what to write, in the language of the terminal."""
    return typer.BadParameter(advice(BadPage("", why, mend, **values), spoken_tongue()))


def refusal(fault: Exception) -> typer.BadParameter:
    """What a fault says, in the language of the terminal as far as it is a phrase."""
    if isinstance(fault, BadPage):
        return typer.BadParameter(told(fault))
    said = fault.args[0] if fault.args and isinstance(fault.args[0], Phrase) else str(fault)
    return typer.BadParameter(say(said, spoken_tongue()))
