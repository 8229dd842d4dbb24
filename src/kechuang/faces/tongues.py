"""What code says in English patterns, said in the reader's language: one catalogue of Chinese, `locale/zh/*.po`."""

from __future__ import annotations

from functools import cache
from typing import Final

from kechuang.faces.catalogue import FACES, translations
from kechuang.words.outcome import BadPage
from kechuang.words.phrase import ENGLISH, Phrase, Tongue

CHINESE: Final = FACES / "locale" / "zh"


@cache
def tongue(language: str) -> Tongue:
    """The patterns of `zh` or of `en`; English is what the patterns say themselves."""
    if language != "zh":
        return ENGLISH
    return Tongue("zh", {entry[0]: said[0] for entry, said in translations(CHINESE).items()}, "、")


def advice(fault: BadPage, into: Tongue) -> str:
    """What is wrong and how to mend it, without the place."""
    why, mend = fault.why.said(into), fault.mend.said(into)
    if into.code == "zh":
        return f"{why}（{mend}）" if mend else why
    return f"{why} ({mend})" if mend else why


def line(fault: BadPage, into: Tongue) -> str:
    """One line: `file:line:column: what is wrong (how to mend it)`."""
    return f"{fault.at}: {advice(fault, into)}" if fault.at else advice(fault, into)


def say(text: str, into: Tongue) -> str:
    """A text of the code in another language; what is no phrase is looked up as it is."""
    return text.said(into) if isinstance(text, Phrase) else into.patterns.get(text, text)
