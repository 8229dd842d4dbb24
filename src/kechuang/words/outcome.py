"""What an attempt comes to: findings, and refusals with their reasons."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kechuang.words.phrase import filled
from kechuang.words.reason import Reason

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one case, and because of what. `evidence` is kept for officers, never for the log."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    check: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def passed(cls, code: str = "", **values: Any) -> Finding:
        return cls("pass", (Reason(code, **values),) if code else ())

    @classmethod
    def warn(cls, code: str, **values: Any) -> Finding:
        return cls("warn", (Reason(code, **values),))

    @classmethod
    def fail(cls, code: str, **values: Any) -> Finding:
        return cls("fail", (Reason(code, **values),))

    def named(self, check: str) -> Finding:
        return replace(self, check=check)


class Refused(Exception):
    """The rules do not allow this; `reasons` are fit to show the person, `findings` say which checks spoke."""

    def __init__(self, *reasons: Reason, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__("; ".join(map(repr, reasons)))
        self.reasons = reasons
        self.findings = findings

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in self.reasons]


class BadPage(Exception):
    """A page of the book is wrong: where (`path`, `line`, `column`), why, and how to mend it.

    Both texts are English patterns, `values` fill the fields of either; a face says them in the reader's language.
    """

    def __init__(self, path: str, why: str, mend: str = "", *, line: int = 0, column: int = 0, **values: Any) -> None:
        self.path, self.line, self.column = path, line, column
        self.why, self.mend = filled(why, values), filled(mend, values)
        super().__init__(str(self))

    @property
    def at(self) -> str:
        """The file with line and column where they are known; else the place in the page."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    def __str__(self) -> str:
        return f"{self.at}: {self.why}" + (f" ({self.mend})" if self.mend else "")
