"""What a form is, once its page has been read: sections, fields, rules, and what cleaning gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from kechuang.formula import Expression
from kechuang.words.reason import Reason

Choices = Callable[[str], Mapping[str, Any] | None]
Values = Mapping[str, Any]
EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Text:
    """What people read, in Chinese and in English."""

    zh: str = ""
    en: str = ""

    def of(self, language: str) -> str:
        """The text in `language`; Chinese where English is missing."""
        return self.en if language == "en" and self.en else self.zh


NO_TEXT: Final = Text()


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `least` and `most` are in the terms of its values: fen, characters, rows, files, days."""

    code: str
    kind: str
    title: Text = NO_TEXT
    help: Text = NO_TEXT
    text: Text = NO_TEXT
    required: bool | Expression = False
    unit: str = ""
    least: Any = None
    most: Any = None
    step: Fraction | None = None
    options: Mapping[str, Any] | None = None
    source: str = ""
    levels: int = 0
    level: str = ""
    accept: tuple[str, ...] = ()
    columns: tuple[Field, ...] = ()
    inner: Form | None = None
    formula: Expression | None = None
    prefill: str = ""
    promoted: bool = False
    expert: str = "shown"
    public: bool = False
    signed_by: str = ""
    copied: bool = True

    def column(self, code: str) -> Field | None:
        """The column of a table, or the part of a composed answer, of that name."""
        return next((column for column in self.columns if column.code == code), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A sentence about several answers that must be true; `fields` are the answers it speaks of."""

    code: str
    when: Expression
    message: Text
    fields: tuple[str, ...]

    @property
    def reason(self) -> Reason:
        return Reason(self.code, zh=self.message.zh, en=self.message.en)


@dataclass(frozen=True, slots=True)
class Section:
    """One page of a form."""

    code: str
    title: Text
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form; `fields` holds every top field by its code, `computed` the order in which formulas are worked out."""

    code: str
    title: Text
    sections: tuple[Section, ...]
    fields: Mapping[str, Field] = field(default_factory=dict)
    computed: tuple[str, ...] = ()

    def section_of(self, path: str) -> Section | None:
        """The section in which a path of an error or of a difference lies; None for a path of another form."""
        head, slash, _ = path.partition("/")
        code = path.partition(".")[0]
        for section in self.sections:
            if section.code == head if slash else any(one.code == code for one in section.fields):
                return section
        return None

    def rule_of(self, path: str) -> Rule | None:
        """The rule that speaks at `section/rule`."""
        section, _, code = path.partition("/")
        for one in self.sections:
            if one.code == section:
                return next((rule for rule in one.rules if rule.code == code), None)
        return None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Answers after cleaning: typed `values`, `errors` by path, and `typed`, what was written, so that nothing is lost.

    A path is a field (`title`), a cell (`operation.2.fiscal`, rows counted from 0 with blank rows left out),
    a part (`unit_bank.number`), or a rule (`budget/fiscal_adds_up`).
    """

    values: dict[str, Any]
    errors: dict[str, tuple[Reason, ...]]
    typed: dict[str, Any]

    @property
    def in_order(self) -> bool:
        return not self.errors


def fields(form: Form) -> Iterator[tuple[str, Field]]:
    """Every field with its path, columns and parts too (`operation.fiscal`), in the order of the page."""
    for section in form.sections:
        for one in section.fields:
            yield one.code, one
            for column in one.columns:
                yield f"{one.code}.{column.code}", column
