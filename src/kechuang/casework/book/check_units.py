"""What the expressions of a programme come to: money is compared with money, days with days, a choice with its own codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from kechuang.casework.book.frozen import TABLES, has_table
from kechuang.formula import parse
from kechuang.formula.tree import Path
from kechuang.formula.units import ANY, DATE, TRUTH, Kind, kind_of, number
from kechuang.words.outcome import BadPage
from kechuang.words.quantity import quantity

TIMES: Final = {"月": "month", "年": "year", "岁": "year", "日": "day", "天": "day"}
MONEY: Final = number("money")
WRITE_UNIT: Final = (
    "write the amount as a parameter with its unit, `params: {most: {value: {2018-01-01: 300 万元}}}`, and name it here"
)
_OF_FIELD: Final[dict[str, Kind]] = {
    **{"money": MONEY, "percent": number(""), "ratio": number(""), "bool": TRUTH, "statement": TRUTH},
    **{"date": DATE, "table": Kind("rows")},
}
_COUNTED: Final = ("integer", "decimal", "number")


@dataclass(slots=True)
class Known:
    """What every name of a page is to an expression, and which columns each table has."""

    names: dict[str, Kind]
    columns: dict[str, dict[str, Kind]] = field(default_factory=dict)
    row: str = ""  # the table in whose columns we stand

    def of(self, path: Path, rows: Mapping[str, str]) -> Kind:
        """The kind of a name, or of a column where the path begins with a row; what nobody declares is told elsewhere."""
        table = rows.get(path.root, self.row if path.root == "row" else "")
        if table:
            return self.columns.get(table, {}).get(path.parts[0], ANY) if path.parts else ANY
        return ANY if path.parts else self.names.get(path.root, ANY)


def units(body: Mapping[str, Any]) -> Iterator[BadPage]:
    """Every expression of an expanded programme whose parts cannot stand together, by path and column."""
    known = known_of(body)
    for table in ("eligibility", "limits"):
        for n, condition in enumerate(body.get(table, ())):
            yield from fault(condition.get("when"), f"{table}.{n}.when", known, TRUTH)
    yield from _of_fields(body.get("form", {}).get("sections", ()), "form.sections", known)
    if "amount" in body.get("award", {}):
        yield from fault(body["award"]["amount"], "award.amount", _beside(body, "award", known), MONEY)
    for name in TABLES:
        if has_table(body, name):
            own = _beside(body, name, known)
            learn(own, body[name]["fields"])
            yield from _of_fields([body[name]], name, own, alone=True)
    for n, result in enumerate(body.get("acceptance", {}).get("results", ())):
        own = _beside(body, "acceptance", known)
        yield from fault(result.get("when"), f"acceptance.results.{n}.when", own, TRUTH)


def fault(text: Any, path: str, known: Known, wanted: Kind | None = None) -> Iterator[BadPage]:
    """The first mismatch of one expression; none where it cannot be read at all, for that is told elsewhere."""
    if not isinstance(text, str):
        return
    try:
        expression = parse(text)
    except BadPage:
        return
    try:
        found = kind_of(expression, known.of, path=path, rows=lambda table: table.root)
    except BadPage as bad:
        bare = "money" in bad.why and "a bare number" in bad.why
        yield BadPage(path, bad.why, WRITE_UNIT if bare else bad.mend, column=bad.column)
        return
    if wanted is not None and _differs(found, wanted):
        yield BadPage(
            path,
            "«{text}» is {found}, not {wanted}",
            "mend the unit or the expression",
            text=text,
            found=found,
            wanted=wanted,
        )


def _differs(found: Kind, wanted: Kind) -> bool:
    if "any" in (found.kind, wanted.kind):
        return False
    return found.kind != wanted.kind or (None not in (found.units, wanted.units) and found.units != wanted.units)


def known_of(body: Mapping[str, Any]) -> Known:
    """The names of a page: its answers, its facts, its parameters, the year counted and the day."""
    known = Known({"year": ANY, "day": DATE})
    for section in body.get("form", {}).get("sections", ()):
        learn(known, section.get("fields", ()), body)
    known.names |= {name: fact_kind(told) for name, told in body.get("facts", {}).items()}
    known.names |= {name: param_kind(told) for name, told in body.get("params", {}).items()}
    return known


def learn(known: Known, fields: Any, lists: Mapping[str, Any] | None = None) -> None:
    """Add the fields of a section, tables with their columns."""
    for one in fields:
        known.names[one["code"]] = field_kind(one, lists or {})
        if one.get("columns"):
            known.columns[one["code"]] = {column["code"]: field_kind(column, {}) for column in one["columns"]}


def field_kind(one: Mapping[str, Any], lists: Mapping[str, Any]) -> Kind:
    """What an answer is to an expression; a computed one is what its unit says."""
    kind = str(one.get("kind"))
    if kind in _OF_FIELD:
        return _OF_FIELD[kind]
    if kind in _COUNTED or (kind == "computed" and one.get("unit")):
        return in_unit(str(one.get("unit", "")))
    if kind == "choice":
        options = one.get("options") or lists.get(str(one.get("from"))) or {}
        return Kind("code", options=frozenset(map(str, options)))
    return ANY


def fact_kind(told: Any) -> Kind:
    """What a fact is: by its unit, else by what it usually is."""
    if not isinstance(told, Mapping):
        return ANY
    usual = told.get("usual")
    if isinstance(usual, bool):
        return TRUTH
    if told.get("unit"):
        return in_unit(str(told["unit"]))
    return number("") if isinstance(usual, int) else ANY


def in_unit(name: str) -> Kind:
    """A number counted in `name`: money, a span of time, or any other count, which stands as a bare number."""
    if name in TIMES:
        return number(TIMES[name])
    return MONEY if quantity(f"1 {name}").kind == "money" else number("")


def param_kind(told: Any) -> Kind:
    """What a parameter is, by one of its values: they all have one shape."""
    value = _as_written(told)
    if isinstance(value, bool | date):
        return TRUTH if isinstance(value, bool) else DATE
    if isinstance(value, dict):
        kinds = [_written(part) for part in value.values()]
        return Kind("codes", _one(kinds).units, options=frozenset(map(str, value)))
    if isinstance(value, list):
        return _levels(value)
    return _written(value)


def _as_written(told: Any) -> Any:
    """One of the dated values of a parameter, None where it has none: that is told elsewhere."""
    dated = told.get("value") if isinstance(told, Mapping) else None
    if isinstance(dated, Mapping):
        return next(iter(dated.values()), None)
    spans = told.get("spans", ()) if isinstance(told, Mapping) else ()
    return next((span.get("value") for span in spans if isinstance(span, Mapping)), None)


def _levels(value: list[Any]) -> Kind:
    if not value or not all(isinstance(row, list) for row in value):
        return ANY
    return Kind("levels", columns=tuple(_written(cell).units for cell in value[-1]))


def _one(kinds: list[Kind]) -> Kind:
    return next((kind for kind in kinds if kind.units), kinds[0] if kinds else ANY)


def _written(value: Any) -> Kind:
    if isinstance(value, int):
        return number(None if value == 0 else "")
    try:
        return in_unit(quantity(value).kind) if quantity(value).kind != "money" else MONEY
    except (TypeError, ValueError):
        return ANY


def _of_fields(sections: Any, path: str, known: Known, *, alone: bool = False) -> Iterator[BadPage]:
    for n, section in enumerate(sections):
        at = path if alone else f"{path}.{n}"
        for m, one in enumerate(section.get("fields", ())):
            here = f"{at}.fields.{m}"
            yield from _of_field(one, here, known)
            inside = Known(known.names, known.columns, one["code"])
            for k, column in enumerate(one.get("columns", ())):
                yield from _of_field(column, f"{here}.columns.{k}", inside)
        for m, rule in enumerate(section.get("rules", ())):
            yield from fault(rule.get("when"), f"{at}.rules.{m}.when", known, TRUTH)


def _of_field(one: Mapping[str, Any], path: str, known: Known) -> Iterator[BadPage]:
    wanted = in_unit(str(one["unit"])) if one.get("unit") else None
    yield from fault(one.get("formula"), f"{path}.formula", known, wanted)
    yield from fault(one.get("required"), f"{path}.required", known, TRUTH)


def _beside(body: Mapping[str, Any], name: str, known: Known) -> Known:
    """The names of the page with the facts that stand beside an award, an acceptance or another table."""
    facts = {code: fact_kind(told) for code, told in body.get(name, {}).get("facts", {}).items()}
    return Known({**known.names, **facts}, dict(known.columns))
