"""A text with named fields: English as it stands, and what a face needs to say it in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

FIELD: Final = re.compile(r"\{([a-z_]+)(!r)?\}")


class Tongue(NamedTuple):
    """A language: its code, what it says for an English pattern, and what stands between the items of a list."""

    code: str
    patterns: Mapping[str, str]
    comma: str


ENGLISH: Final = Tongue("en", {}, ", ")


class Phrase(str):
    """`Phrase("no state {name!r}", name=name)` is the English text, filled in; `pattern` and `values` are kept beside it.

    Only fields that a value is given for are filled: other braces stand as they are (`write {zh: …, en: …}`). A tuple is
    joined by commas. A value that is a phrase, or a text `{zh, en}` of a page, is said in the same language.
    """

    __slots__ = ("pattern", "values")
    pattern: str
    values: Mapping[str, Any]

    def __new__(cls, pattern: str, /, **values: Any) -> Phrase:
        made = super().__new__(cls, _filled(pattern, values, ENGLISH))
        made.pattern, made.values = pattern, values
        return made

    def said(self, tongue: Tongue) -> str:
        """The text in another language; a pattern that the language does not know stays English."""
        return _filled(tongue.patterns.get(self.pattern, self.pattern), self.values, tongue)


def filled(text: str, values: Mapping[str, Any]) -> Phrase:
    """The text itself if it is a phrase already; else one of this pattern and these values."""
    return text if isinstance(text, Phrase) else Phrase(text, **values)


def _filled(pattern: str, values: Mapping[str, Any], tongue: Tongue) -> str:
    def field(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        value = values[found[1]]
        return repr(value) if found[2] else _shown(value, tongue)

    return FIELD.sub(field, pattern) if values else pattern


def _shown(value: Any, tongue: Tongue) -> str:
    if isinstance(value, tuple):
        return tongue.comma.join(_shown(one, tongue) for one in value)
    if isinstance(value, Mapping) and {"zh", "en"} <= set(value):
        value = value[tongue.code]
    text = value if isinstance(value, Phrase) else str(value)  # what a kind says of itself is a phrase too
    return text.said(tongue) if isinstance(text, Phrase) else text
