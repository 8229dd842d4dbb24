"""What every kind of answer can do: be read, be held against its bounds, be stored, be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Final

from kechuang.engines.forms.model import Choices, Field, Text
from kechuang.words.reason import Reason

CLOSE: Final = 50  # of a hundred: what is less alike is not offered
BIGGEST_INT: Final = 10**30  # what is larger is no answer, and turning it into text costs time
# Control characters save tab and newline, lone surrogates, marks that turn the direction of text, non-characters.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Unreadable(Exception):
    """An answer that is not of its kind; `reason` says what to change."""

    def __init__(self, code: str, **values: Any) -> None:
        self.reason = Reason(code, **values)
        super().__init__(code)


class Sources:
    """The named lists of options of one cleaning, each asked for once. None: nobody here can say."""

    def __init__(self, choices: Choices) -> None:
        self._choices, self._known = choices, dict[str, Mapping[str, Any] | None]()

    def named(self, name: str) -> Mapping[str, Any] | None:
        if name not in self._known:
            self._known[name] = self._choices(name)
        return self._known[name]

    def of(self, field: Field) -> Mapping[str, Any] | None:
        """The options of `field`: those on the page, else the named source."""
        return field.options if field.options is not None else self.named(field.source)


def no_choices(name: str) -> None:
    """The source of a caller who has none: choices are then refused, codes and references checked by their shape."""
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of answer behaves; all functions are pure and take a value of the kind.

    `read` raises Unreadable; `fits` yields what is wrong with a readable value at submission;
    `retype` is the inverse of `read`; `store` and `restore` go to JSON and back.
    """

    read: Callable[[object, Field, Sources], Any]
    fits: Callable[[Any, Field], Iterator[Reason]]
    store: Callable[[Any], Any]
    restore: Callable[[Any], Any]
    retype: Callable[[Any, Field], Any]
    say: Callable[[Any, Field, Sources, str], str]
    listed: bool = False


def same(value: Any) -> Any:
    return value


def same_typed(value: Any, field: Field) -> Any:
    return value


def always_fits(value: Any, field: Field) -> Iterator[Reason]:
    yield from ()


def said(value: Any, field: Field, sources: Sources, language: str) -> str:
    return str(value)


def is_blank(raw: object, depth: int = 6) -> bool:
    """Whether nothing was written: no text, or only empty texts, however nested (six levels are enough)."""
    if isinstance(raw, str):
        return not raw or raw.isspace()
    if raw is None:
        return True
    if depth and isinstance(raw, Mapping):
        return all(is_blank(inner, depth - 1) for inner in raw.values())
    if depth and isinstance(raw, list | tuple):
        return all(is_blank(inner, depth - 1) for inner in raw)
    return False


def as_text(raw: object, *, most: int) -> str:
    """What was typed, as text of at most `most` characters; numbers of JSON become digits, floats are refused."""
    if not isinstance(raw, str):
        raw = _as_digits(raw[0] if isinstance(raw, list | tuple) and len(raw) == 1 else raw)
    if len(raw) > most:
        raise Unreadable("too_long", most=most, got=len(raw), over=len(raw) - most)
    if found := _UNFIT.search(raw):
        raise Unreadable("unfit_character", number=f"U+{ord(found[0]):04X}")
    return raw


def _as_digits(raw: object) -> str:
    """A number of JSON as digits; a text in a list of one stays what it is."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < BIGGEST_INT:
        return str(raw)
    if isinstance(raw, Decimal) and raw.is_finite() and abs(raw.adjusted()) < 30 and len(raw.as_tuple().digits) < 60:
        return format(raw, "f")
    if isinstance(raw, float):
        raise Unreadable("write_as_text")
    raise Unreadable("not_text")


def plain(raw: object, *, most: int) -> str:
    """As text, with full-width digits and letters made plain and blanks around it removed: for numbers and codes."""
    text = as_text(raw, most=most)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def characters(text: str) -> int:
    """How long a text is as people count it: characters, without blanks and line ends."""
    return len("".join(text.split()))


def nearest(typed: str, known: Mapping[str, Any], *, most: int = 3) -> dict[str, list[str]]:
    """The entries of a list that come nearest to what was typed, by name or by code, in each language; {} if none does."""
    wanted = typed.casefold()
    ranked = sorted(((-_likeness(wanted, code, entry), code) for code, entry in known.items()))
    least = 100 if ranked and ranked[0][0] == -100 else CLOSE
    codes = [code for score, code in ranked[:most] if score <= -least]
    if not codes:
        return {}
    return {language: [f"{code} {label(known[code], language)}" for code in codes] for language in ("zh", "en")}


def _likeness(wanted: str, code: str, entry: object) -> int:
    """From 0 to 100: a name that holds what was typed, or is held by it, comes first; then codes by what they share."""
    names = [label(entry, language).casefold() for language in ("zh", "en")]
    if any(name and (wanted in name or name in wanted) for name in names):
        return 100
    whole = max(SequenceMatcher(None, wanted, one).ratio() for one in (code.casefold(), *names))
    return int(whole * 100)


def label(entry: object, language: str) -> str:
    """The text of an option: a Text, a {zh, en} mapping, or a plain text."""
    if isinstance(entry, Text):
        return entry.of(language)
    if isinstance(entry, Mapping):
        return str(entry.get(language) or entry.get("zh") or "")
    return str(entry)
