"""Why something was refused or found: a code and values; the faces draw the text in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Reason:
    """`code` names a sentence of the catalogue; `values` fill it. `zh`/`en` carry a page's own sentence."""

    __slots__ = ("code", "values")

    def __init__(self, code: str, /, **values: Any) -> None:
        self.code = code
        self.values: Mapping[str, Any] = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reason) and (self.code, self.values) == (other.code, other.values)

    def __hash__(self) -> int:
        return hash(self.code)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"Reason({self.code}{', ' if inside else ''}{inside})"

    def to_json(self) -> dict[str, Any]:
        """For a finding or an attempt kept in a table; values become text where JSON has no word for them."""
        plain = (str, int, bool, type(None), list, dict)
        return {"code": self.code, **{k: v if isinstance(v, plain) else str(v) for k, v in self.values.items()}}


def required(condition: Mapping[str, Any]) -> dict[str, str]:
    """What a page's condition asks, in its own words; on a page without them: that what is wrong is not found."""
    if "needs" in condition:
        return {"zh": str(condition["needs"]["zh"]), "en": str(condition["needs"]["en"])}
    zh = str(condition.get("zh", ""))
    return {"zh": f"未见：{zh}", "en": f"Not found: {condition.get('en', zh)}"}
