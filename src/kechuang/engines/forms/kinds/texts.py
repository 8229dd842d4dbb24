"""Kinds of free text: one line, paragraphs, key words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from kechuang.engines.forms.kinds.base import (
    Kind,
    Sources,
    Unreadable,
    always_fits,
    as_text,
    characters,
    is_blank,
    said,
    same,
    same_typed,
)  # fmt: skip
from kechuang.engines.forms.model import Field
from kechuang.words.reason import Reason

LONGEST: Final = {"text": 2_000, "longtext": 50_000, "richtext": 200_000}  # characters that are kept at all
LONGEST_WORD: Final = 40
MOST_WORDS: Final = 100
_COMMAS: Final = re.compile(r"[、，,;；\n]+")


def _line(raw: object, field: Field, sources: Sources) -> str:
    return " ".join(as_text(raw, most=LONGEST["text"]).split())


def _paragraphs(raw: object, field: Field, sources: Sources) -> str:
    text = as_text(raw, most=LONGEST[field.kind]).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _length(value: str, field: Field) -> Iterator[Reason]:
    got = characters(value)
    if field.most is not None and got > field.most:
        yield Reason("too_long", most=field.most, got=got, over=got - field.most)
    if field.least is not None and got < field.least:
        yield Reason("too_short", least=field.least, got=got, under=field.least - got)


def _words(raw: object, field: Field, sources: Sources) -> tuple[str, ...]:
    typed = raw if isinstance(raw, list | tuple) else [raw]
    if len(typed) > MOST_WORDS:
        raise Unreadable("too_many", most=MOST_WORDS, got=len(typed), over=len(typed) - MOST_WORDS)
    words: dict[str, None] = {}
    for part in typed:
        if is_blank(part):
            continue
        for piece in _COMMAS.split(as_text(part, most=LONGEST["text"])):
            word = " ".join(piece.split())
            if len(word) > LONGEST_WORD:
                raise Unreadable("word_too_long", most=LONGEST_WORD, got=len(word), word=word[:LONGEST_WORD])
            if word:
                words[word] = None
    return tuple(words)


def counted(value: Any, field: Field) -> Iterator[Reason]:
    """Bounds on how many: words, files, persons, options."""
    got = len(value)
    if field.most is not None and got > field.most:
        yield Reason("too_many", most=field.most, got=got, over=got - field.most)
    if field.least is not None and got < field.least:
        yield Reason("too_few", least=field.least, got=got, under=field.least - got)


def _said_words(value: Any, field: Field, sources: Sources, language: str) -> str:
    return (", " if language == "en" else "、").join(value)


def _signature(raw: object, field: Field, sources: Sources) -> str:
    if raw is True or (isinstance(raw, str) and raw.strip().lower() in ("on", "true", "agreed")):
        return "agreed"
    return as_text(raw, most=16_384).strip()


def _signed(value: Any, field: Field, sources: Sources, language: str) -> str:
    return "Signed" if language == "en" else "已签署"


_LINE = Kind(_line, _length, same, same, same_typed, said)
_PARAGRAPHS = Kind(_paragraphs, _length, same, same, same_typed, said)

KINDS: Final[dict[str, Kind]] = {
    "text": _LINE,
    "longtext": _PARAGRAPHS,
    "richtext": _PARAGRAPHS,
    "words": Kind(_words, counted, list, tuple, lambda value, field: list(value), _said_words, listed=True),
    "signature": Kind(_signature, always_fits, same, same, same_typed, _signed),
}
