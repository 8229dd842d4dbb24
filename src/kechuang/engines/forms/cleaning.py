"""Cleans typed answers: reads each, works out the formulas, and at submission demands what is required and true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kechuang.engines.forms.kinds import PARTS, ROWS, SIMPLE
from kechuang.engines.forms.kinds.base import Sources, is_blank, no_choices
from kechuang.engines.forms.model import EMPTY, Choices, Cleaned, Field, Form, Values
from kechuang.engines.forms.rows import NOTHING, Reading, typed_again
from kechuang.engines.forms.scope import is_asked, row_scope, scope_of, worked_out
from kechuang.formula import UNKNOWN
from kechuang.words.reason import Reason

DRAFT: Final = "draft"
_DEMANDS: Final = {"statement": "must_agree", "signature": "must_sign"}


def clean(form: Form, answers: object, *, stage: str, known: Values = EMPTY, choices: Choices = no_choices) -> Cleaned:
    """Typed values, or errors by path; never raises, whatever was sent.

    `stage` "draft" asks only that each answer is of its kind; any other stage also demands required answers, bounds
    and rules. Values are the same in both. `known` holds facts, parameters, answers of other sections, and under
    `table.name` a function of a row for what is known of a row. `choices` gives the named lists of options
    ("places", "files", code systems too): {} if there are none, None if the caller cannot say.
    """
    typed = answers if isinstance(answers, Mapping) else {}
    work = _Cleaning(form, Sources(choices), known, choices)
    for field in form.fields.values():
        work.read(field, typed.get(field.code), stage)
    work.compute(answered=frozenset(code for code in typed if code in form.fields))
    if stage != DRAFT:
        work.demand()
        work.hold_rules()
    errors = {path: tuple(reasons) for path, reasons in work.reading.errors.items()}
    return Cleaned(work.values, errors, work.reading.typed)


class _Cleaning:
    """One cleaning on its way: values found, errors found, and the scope for formulas once all is read."""

    __slots__ = ("choices", "form", "known", "reading", "scope", "values")

    def __init__(self, form: Form, sources: Sources, known: Values, choices: Choices) -> None:
        self.form, self.known, self.choices = form, known, choices
        self.reading = Reading(sources)
        self.values: dict[str, Any] = {}
        self.scope: dict[str, Any] = {}

    def read(self, field: Field, raw: object, stage: str) -> None:
        if field.kind == "computed" or is_blank(raw):
            return
        self.reading.typed[field.code] = typed_again(field, raw)
        value = self._sheet(field, raw, stage) if field.inner else self.reading.answer(field, raw, field.code)
        if value is not NOTHING and value != () and value != {} and value != "":
            self.values[field.code] = value

    def _sheet(self, field: Field, raw: object, stage: str) -> Any:
        """A sheet is a form inside the form: its errors stand under its own code."""
        assert field.inner is not None
        if not isinstance(raw, Mapping):
            self.reading.wrong(field.code, Reason("not_parts"))
            return NOTHING
        inner = clean(field.inner, raw, stage=stage, known=self.known, choices=self.choices)
        for path, reasons in inner.errors.items():
            for reason in reasons:
                self.reading.wrong(f"{field.code}.{path}", reason)
        return inner.values

    def compute(self, *, answered: frozenset[str]) -> None:
        """Works out every formula, in order; what is not known stays out of the values."""
        broken = self.reading.errors
        self.scope = scope_of(self.form, self.values, known=self.known, answered=answered, broken=tuple(broken))
        for code in self.form.computed:
            field = self.form.fields[code]
            if field.formula is None:
                self._compute_rows(field)
                continue
            value = worked_out(field.formula, self.scope)
            self.scope[code] = self._kept(value, code)
            if self.scope[code] is not None:
                self.values[code] = self.scope[code]

    def _kept(self, value: Any, path: str) -> Any:
        """A worked out value; None, with an error where it is a Reason, if there is none."""
        if isinstance(value, Reason):
            self.reading.wrong(path, value)
            return None
        return None if value is UNKNOWN else value

    def _compute_rows(self, field: Field) -> None:
        rows = self.values.get(field.code, ())
        seen = self.scope.get(field.code) or ()
        scope = dict(self.scope)
        for number, (row, shown) in enumerate(zip(rows, seen, strict=False)):
            facts = {fact: self.known[f"{field.code}.{fact}"](row) for fact in _row_facts(field, self.known)}
            scope["row"] = {**shown, **facts}
            for column in field.columns:
                if column.formula is None:
                    continue
                value = worked_out(column.formula, scope)
                kept = self._kept(value, f"{field.code}.{number}.{column.code}")
                shown[column.code] = scope["row"][column.code] = kept
                if kept is not None:
                    row[column.code] = kept

    def demand(self) -> None:
        """Required answers and bounds, of fields, columns and parts. What is there but unreadable is not missing."""
        heads = {path.partition(".")[0] for path in self.reading.errors}
        for field in self.form.fields.values():
            if field.kind == "computed" or (field.code in heads and field.code not in self.values):
                continue
            self._demand_one(field, self.values.get(field.code), field.code, self.scope)
            if field.code in self.values and field.columns:
                self._demand_inside(field)

    def _demand_inside(self, field: Field) -> None:
        value = self.values[field.code]
        if field.kind in PARTS:
            rows = [(field.code, value)]
        else:
            rows = [(f"{field.code}.{number}", row) for number, row in enumerate(value)]
        asked = [column for column in field.columns if column.kind != "computed"]
        scope = dict(self.scope)
        for path, row in rows:
            if path in self.reading.errors:
                continue
            scope["row"] = row_scope(field, row, path, tuple(self.reading.errors))
            for column in asked:
                self._demand_one(column, row.get(column.code), f"{path}.{column.code}", scope)

    def _demand_one(self, field: Field, value: Any, path: str, scope: Mapping[str, Any]) -> None:
        if path in self.reading.errors:
            return
        if value is None or (value is False and field.kind == "statement"):
            asked = is_asked(field, scope)
            if isinstance(asked, Reason):
                self.reading.wrong(path, asked)
            elif asked is True:
                self.reading.wrong(path, Reason(_DEMANDS.get(field.kind, "required")))
            return
        for reason in self._unfit(field, value):
            self.reading.wrong(path, reason)
        if field.kind == "checklist":
            self._demand_items(field, value)

    def _unfit(self, field: Field, value: Any) -> Iterator[Reason]:
        if field.kind in ("reference", "references"):
            yield from self._missing_rows(field, value)
        if field.kind in SIMPLE:
            yield from SIMPLE[field.kind].fits(value, field)
        elif field.kind == "table" or field.kind in ROWS:
            yield from _counted_rows(field, len(value))

    def _missing_rows(self, field: Field, value: Any) -> Iterator[Reason]:
        """A reference to a table of the same form names a row by its number, counted from 1."""
        table = self.form.fields.get(field.source)
        if table is None or table.kind != "table":
            return
        rows = len(self.values.get(table.code, ()))
        for one in value if isinstance(value, tuple) else (value,):
            if not (one.isascii() and one.isdecimal() and len(one) < 7 and 1 <= int(one) <= rows):
                yield Reason("no_such_row", got=one, rows=rows)

    def _demand_items(self, field: Field, value: tuple[dict[str, Any], ...]) -> None:
        said = {row["item"]: row for row in value}
        required = field.required is not False
        for item in self.reading.sources.of(field) or {}:
            row = said.get(item, {})
            path = f"{field.code}.{item}"
            if "verdict" not in row and required and f"{path}.verdict" not in self.reading.errors:
                self.reading.wrong(path, Reason("required"))
            if row.get("verdict") == "fail" and not row.get("remark") and f"{path}.remark" not in self.reading.errors:
                self.reading.wrong(f"{path}.remark", Reason("fault_needs_remark"))

    def hold_rules(self) -> None:
        """Each rule of each section must be true; one that is not known yet waits."""
        for section in self.form.sections:
            for rule in section.rules:
                value = worked_out(rule.when, self.scope)
                if value is False:
                    self.reading.wrong(f"{section.code}/{rule.code}", rule.reason)
                elif isinstance(value, Reason):
                    self.reading.wrong(f"{section.code}/{rule.code}", value)


def _row_facts(field: Field, known: Values) -> tuple[str, ...]:
    """The facts of a row that formulas of the table name and the caller knows."""
    named = (path for column in field.columns if column.formula for path in column.formula.paths)
    facts = {path.partition(".")[2] for path in named if path.startswith("row.")}
    return tuple(
        fact for fact in sorted(facts) if field.column(fact) is None and callable(known.get(f"{field.code}.{fact}"))
    )


def _counted_rows(field: Field, got: int) -> Iterator[Reason]:
    if field.most is not None and got > field.most:
        yield Reason("too_many_rows", most=field.most, got=got, over=got - field.most)
    if field.least and got < field.least:
        yield Reason("too_few_rows", least=field.least, got=got, under=field.least - got)
