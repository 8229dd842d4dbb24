"""A filled form as people read it: lines of label, text and unit, and tables; for print, Excel and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kechuang.engines.forms.kinds import PARTS, SIMPLE
from kechuang.engines.forms.kinds.base import Sources, label, no_choices
from kechuang.engines.forms.kinds.numbers import grouped, shown_unit
from kechuang.engines.forms.model import Choices, Field, Form, Section, Values
from kechuang.engines.forms.rows import VERDICTS
from kechuang.engines.forms.storing import shown_computed

Names = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One answer."""

    path: str
    label: str
    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: heads with their units, and rows of texts."""

    path: str
    label: str
    heads: tuple[str, ...]
    units: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def titled(self) -> list[str]:
        """The heads with their units, as a paper writes them."""
        return [
            f"{head}（{unit}）" if unit and unit not in head else head
            for head, unit in zip(self.heads, self.units, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Printed:
    """One section: its answers in the order of the page, lines and tables mixed."""

    code: str
    title: str
    entries: tuple[Line | Table, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, Line))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, Table))


def the_id(kind: str, public_id: str) -> str:
    """The name of a person or party where nobody gives one: the id itself."""
    return public_id


def printed(
    form: Form, values: Values, language: str, *, choices: Choices = no_choices, names: Names = the_id
) -> tuple[Printed, ...]:
    """Every section with every question; what is not answered has an empty text.

    `names(kind, public_id)` gives the name of a person or a party. Pass a form `for_experts` to leave questions out.
    """
    press = _Press(Sources(choices), language, names)
    return tuple(press.section(section, values) for section in form.sections)


class _Press:
    """What one printing needs at every answer."""

    __slots__ = ("language", "names", "sources")

    def __init__(self, sources: Sources, language: str, names: Names) -> None:
        self.sources, self.language, self.names = sources, language, names

    def section(self, section: Section, values: Values) -> Printed:
        entries = (entry for field in section.fields for entry in self.field(field, values.get(field.code), field.code))
        return Printed(section.code, section.title.of(self.language), tuple(entries))

    def field(self, field: Field, value: Any, path: str) -> Iterator[Line | Table]:
        title = field.title.of(self.language)
        if field.columns and field.kind not in PARTS:
            yield self.table(field, value or (), path)
        elif field.kind == "checklist":
            yield self.checklist(field, value or (), path)
        elif field.inner is not None:
            for section in field.inner.sections:
                for inner in section.fields:
                    yield from self.field(inner, (value or {}).get(inner.code), f"{path}.{inner.code}")
        else:
            yield Line(path, title, self.text(field, value), shown_unit(field))

    def text(self, field: Field, value: Any) -> str:
        if value is None:
            return ""
        if field.kind in PARTS:
            return " ".join(self.text(part, value.get(part.code)) for part in field.columns).strip()
        if field.kind == "computed":
            return self._computed(field, value)
        if field.kind in ("person", "party"):
            return self.names(field.kind, value)
        if field.kind == "persons":
            return (", " if self.language == "en" else "、").join(self.names("person", one) for one in value)
        if field.kind == "sheet":
            return str(value)
        return SIMPLE[field.kind].say(value, field, self.sources, self.language)

    def _computed(self, field: Field, value: Any) -> str:
        if isinstance(value, bool):
            return SIMPLE["bool"].say(value, field, self.sources, self.language)
        text = shown_computed(value, field)
        whole = field.unit and text.lstrip("-").replace(".", "", 1).isdecimal()  # without a unit it may be a year
        return grouped(text) if whole else text

    def table(self, field: Field, rows: tuple[Mapping[str, Any], ...], path: str) -> Table:
        heads = tuple(column.title.of(self.language) for column in field.columns)
        units = tuple(shown_unit(column) for column in field.columns)
        texts = (tuple(self.text(column, row.get(column.code)) for column in field.columns) for row in rows)
        return Table(path, field.title.of(self.language), heads, units, tuple(texts))

    def checklist(self, field: Field, rows: tuple[Mapping[str, Any], ...], path: str) -> Table:
        english = self.language == "en"
        known = self.sources.of(field) or {}
        texts = (
            (
                label(known.get(row["item"], row["item"]), self.language),
                VERDICTS[row["verdict"]][english] if "verdict" in row else "",
                row.get("remark", ""),
            )
            for row in rows
        )
        heads = ("Item", "Verdict", "Remark") if english else ("事项", "结论", "说明")
        return Table(path, field.title.of(self.language), heads, ("", "", ""), tuple(texts))
