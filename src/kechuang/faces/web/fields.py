"""A field as it is drawn: plain values for the partials under parts/fields/, whatever engine or desk they came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kechuang.faces.web import wording

# kind of the form page -> which partial draws it; what is not here is drawn as one line of text
CONTROLS = {
    "longtext": "longtext",
    "richtext": "longtext",
    "words": "words",
    "choice": "choice",
    "choices": "choices",
    "place": "select",
    "date": "date",
    "month": "date",
    "year": "number",
    "integer": "number",
    "ratio": "number",
    "number": "number",
    "decimal": "number",
    "percent": "number",
    "money": "number",
    "bool": "bool",
    "file": "files",
    "files": "files",
    "code": "lookup",
    "person": "lookup",
    "persons": "lookup",
    "party": "lookup",
    "reference": "lookup",
    "references": "references",
    "table": "table",
    "commitments": "table",
    "group": "group",
    "computed": "computed",
    "statement": "statement",
    "signature": "signature",
    "checklist": "checklist",
    "sheet": "sheet",
}
MOST_COLUMNS = 7
FEW = 4  # up to so many choices stand open as radios; more fold into a select
TYPES = {"email": "email", "phone": "tel", "date": "date", "month": "month", "datetime": "datetime-local"}
MODES = {"integer": "numeric", "year": "numeric", "identity": "text", "account_number": "numeric", "phone": "tel"}
LENGTHS = {"uscc": 18, "identity": 18, "phone": 20, "account_number": 32, "digest": 64, "year": 4}
COMPLETIONS = {"email": "email", "phone": "tel"}
NUMERIC = frozenset({"year", "integer", "number", "decimal", "percent", "ratio", "money"})


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: `code` is sent, `title` is read; `group` heads a part of a long list."""

    code: str
    title: str
    hint: str = ""
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file already given: where to open it, how large, what was found on receipt (查毒, 页数)."""

    name: str
    digest: str
    href: str = ""
    octets: int | None = None
    note: str = ""

    @property
    def kind(self) -> str:
        return self.name.rsplit(".", 1)[-1].upper()[:4] if "." in self.name else ""


@dataclass(frozen=True, slots=True)
class ShownField:
    """All one field says. `value` is the text as typed; `shown` what it stands for (a person's name, a sum); `boxed` what stands in the box for it."""

    path: str
    kind: str
    label: str
    hint: str = ""
    required: bool = False
    value: str = ""
    shown: str = ""
    boxed: str = ""
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    source: str = ""
    unit: str = ""
    most: int | None = None
    least: str = ""
    highest: str = ""
    readonly: bool = False
    options: tuple[Option, ...] = ()
    files: tuple[ShownFile, ...] = ()
    accept: str = ""
    lookup: str = ""
    statement: str = ""
    signer: str = ""
    signed_at: Any = None
    can_sign: bool = False
    can_resign: bool = False
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    totals: tuple[str, ...] = ()
    most_rows: int | None = None
    items: tuple[ShownField, ...] = field(default=())
    reason: str = ""

    @property
    def control(self) -> str:
        """The partial that draws it."""
        name = CONTROLS.get(self.kind, "line")
        if name in ("choice", "choices", "select") and not self.options:
            return "lookup"  # the list is too long to show, or nobody here knows it
        if self.kind in ("person", "party") and self.options:
            name = "choice"  # only these can be meant
        return "select" if name == "choice" and len(self.options) > FEW else name

    @property
    def id(self) -> str:
        return "f-" + self.path.replace(".", "-")

    @property
    def grouped(self) -> bool:
        """Several controls under one label: a fieldset, so that the ear hears what they belong to."""
        return self.control in {
            "choice",
            "choices",
            "files",
            "table",
            "statement",
            "signature",
            "checklist",
            "sheet",
            "group",
        }

    @property
    def may_be_empty(self) -> bool:
        """Whether the label says 选填: only of what is filled in by hand."""
        by_hand = self.control not in {"computed", "signature", "statement", "checklist", "sheet", "bool", "group"}
        return by_hand and not self.required and not self.readonly

    @property
    def broad(self) -> bool:
        """Whether its answer, read, needs the whole width of the page."""
        return self.control in {"table", "longtext", "checklist"}

    @property
    def crowded(self) -> bool:
        """Whether a table has too many columns for one line: then each row is a card at every width."""
        return len(self.columns) > MOST_COLUMNS

    @property
    def headed(self) -> str:
        """The head of its column repeated beside it, with the unit unless the words name it, and the required mark."""
        said = wording.unit(self.unit)
        unit = wording.with_unit("", said) if said and said not in self.label.lower() else ""
        return f"{self.label}{unit}{' *' if self.required else ''}"

    @property
    def summing(self) -> tuple[tuple[str, str], ...]:
        """The sums with the heads of their columns, for where the heads are out of sight."""
        heads = ["", *(wording.with_unit(one.title, wording.unit(str(one.unit))) for one in self.columns[1:])]
        return tuple(zip(heads, self.totals, strict=True)) if self.totals else ()

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def type(self) -> str:
        return TYPES.get(self.kind, "text")

    @property
    def mode(self) -> str:
        return MODES.get(self.kind, "decimal" if self.numeric else "")

    @property
    def length(self) -> int | None:
        return LENGTHS.get(self.kind)

    @property
    def completion(self) -> str:
        return COMPLETIONS.get(self.kind, "off")

    @property
    def measure(self) -> str:
        return self.unit or ("%" if self.kind in ("percent", "ratio") else "")

    @property
    def several(self) -> bool:
        return self.kind in {"files", "persons"}

    @property
    def checked(self) -> bool:
        return self.value in {"true", "on", "1", "True"}

    @property
    def described(self) -> str:
        """The ids that explain this control, for aria-describedby."""
        parts = [("hint", self.hint), ("said", self.errors), ("from", self.source)]
        return " ".join(f"{self.id}-{name}" for name, there in parts if there)

    @property
    def written(self) -> int:
        """Characters written so far, spaces apart, as the limit counts them."""
        return len("".join(self.value.split()))

    @property
    def full(self) -> bool:
        """Whether no further row may be added."""
        return self.most_rows is not None and len(self.rows) >= self.most_rows

    @property
    def groups(self) -> tuple[tuple[str, tuple[Option, ...]], ...]:
        """The options under their heads, in the order given."""
        heads = dict.fromkeys(option.group for option in self.options)
        return tuple((head, tuple(o for o in self.options if o.group == head)) for head in heads)


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column of a table field, with the unit its numbers are in."""

    code: str
    title: str
    unit: str = ""
    numeric: bool = False
    hint: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table field; `path` is what the remove button sends."""

    path: str
    cells: tuple[ShownField, ...]
    errors: tuple[str, ...] = ()
