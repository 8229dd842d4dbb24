"""Reads one answer, whatever its shape: a simple one, parts, rows, a checklist, a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kechuang.engines.forms.kinds import PARTS, ROWS, SIMPLE
from kechuang.engines.forms.kinds.base import Sources, Unreadable, as_text, is_blank
from kechuang.engines.forms.kinds.codes import public_id
from kechuang.engines.forms.model import Field
from kechuang.engines.forms.questions import MOST_ROWS
from kechuang.words.reason import Reason

VERDICTS: Final[dict[str, tuple[str, str]]] = {
    "pass": ("符合", "Fits"), "fail": ("不符合", "Does not fit"), "none": ("不涉及", "Does not apply"),
}  # fmt: skip
LONGEST_REMARK: Final = 2_000
NOTHING: Final = object()  # an answer that could not be read


class Reading:
    """One reading of typed answers: what was found wrong, by path."""

    __slots__ = ("errors", "sources", "typed")

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.errors: dict[str, list[Reason]] = {}
        self.typed: dict[str, Any] = {}

    def wrong(self, path: str, reason: Reason) -> None:
        self.errors.setdefault(path, []).append(reason)

    def answer(self, field: Field, raw: object, path: str) -> Any:
        """The value of one answer that is not blank; NOTHING, with an error, if it cannot be read."""
        try:
            if field.kind in SIMPLE:
                return SIMPLE[field.kind].read(raw, field, self.sources)
            return _SHAPES[field.kind](self, field, raw, path)
        except Unreadable as unreadable:
            self.wrong(path, unreadable.reason)
            return NOTHING

    def table(self, field: Field, raw: object, path: str) -> tuple[dict[str, Any], ...]:
        rows = rows_typed(field, raw)
        if len(rows) > MOST_ROWS:
            raise Unreadable("too_many_rows", most=MOST_ROWS, got=len(rows), over=len(rows) - MOST_ROWS)
        return tuple(self._row(field, row, f"{path}.{number}") for number, row in enumerate(rows))

    def _row(self, field: Field, raw: object, path: str) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.wrong(path, Reason("not_a_row"))
            return {}
        return self.parts(field, raw, path)

    def parts(self, field: Field, raw: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The columns of a row, or the parts of a composed answer, that were written and could be read."""
        found: dict[str, Any] = {}
        for column in field.columns:
            typed = raw.get(column.code)
            if column.kind == "computed" or is_blank(typed):
                continue
            value = self.answer(column, typed, f"{path}.{column.code}")
            if value is not NOTHING:
                found[column.code] = value
        return found

    def composed(self, field: Field, raw: object, path: str) -> dict[str, Any]:
        if isinstance(raw, str) and field.kind == "account":
            bank, _, number = as_text(raw, most=200).strip().rpartition(" ")
            raw = {"bank": bank, "number": number}
        if not isinstance(raw, Mapping):
            raise Unreadable("not_parts")
        return self.parts(field, raw, path)

    def sheet(self, field: Field, raw: object, path: str) -> Any:
        """Without the form of the sheet, the answer is the id under which the sheet was kept."""
        return public_id(raw, field, self.sources)

    def checklist(self, field: Field, raw: object, path: str) -> tuple[dict[str, Any], ...]:
        """One row an item that has a verdict: {item, verdict, remark}, in the order of the list."""
        typed = _by_item(raw)
        known = self.sources.of(field) or {}
        if any(item not in known for item in typed):
            self.wrong(path, Reason("not_in_checklist"))
        rows = (self._item(item, typed[item], f"{path}.{item}") for item in known if item in typed)
        return tuple(row for row in rows if row)

    def _item(self, item: str, raw: object, path: str) -> dict[str, Any]:
        said, remark = (raw.get("verdict"), raw.get("remark")) if isinstance(raw, Mapping) else (raw, None)
        if is_blank(said) and is_blank(remark):
            return {}
        row: dict[str, Any] = {"item": item}
        if isinstance(said, str) and said in VERDICTS:
            row["verdict"] = said
        elif not is_blank(said):
            self.wrong(f"{path}.verdict", Reason("not_a_verdict"))
        try:
            if not is_blank(remark):
                row["remark"] = as_text(remark, most=LONGEST_REMARK).strip()
        except Unreadable as unreadable:
            self.wrong(f"{path}.remark", unreadable.reason)
        return row


def rows_typed(field: Field, raw: object) -> list[Any]:
    """The rows in which something was written: from a list, or from {number: row} of a posted form."""
    if isinstance(raw, Mapping) and all(isinstance(key, str) and key.isdecimal() and len(key) < 7 for key in raw):
        raw = [raw[key] for key in sorted(raw, key=int)]
    if not isinstance(raw, list | tuple):
        raise Unreadable("not_a_table")
    return [row for row in raw if not (_unwritten(field, row) if isinstance(row, Mapping) else is_blank(row))]


def _unwritten(field: Field, row: Mapping[str, Any]) -> bool:
    """Whether nobody wrote into a row: a box that was left alone is posted as "false" all the same."""
    asked = [column for column in field.columns if column.kind != "computed"]
    said = ((column.kind, row.get(column.code)) for column in asked)
    return all(is_blank(raw) or (kind == "bool" and raw == "false") for kind, raw in said)


def typed_again(field: Field, raw: object) -> object:
    """What was written, rows as a list without blank ones, so that the paths of errors point into it."""
    if field.kind == "table" or field.kind in ROWS:
        try:
            return rows_typed(field, raw)
        except Unreadable:
            return raw
    return raw


def _by_item(raw: object) -> dict[str, Any]:
    if isinstance(raw, Mapping):
        return {item: said for item, said in raw.items() if isinstance(item, str)}
    if isinstance(raw, list | tuple) and all(isinstance(row, Mapping) for row in raw):
        return {row["item"]: row for row in raw if isinstance(row.get("item"), str)}
    raise Unreadable("not_a_table")


_SHAPES: Final[dict[str, Callable[[Reading, Field, Any, str], Any]]] = {
    "table": Reading.table,
    "checklist": Reading.checklist,
    "sheet": Reading.sheet,
    **dict.fromkeys(PARTS, Reading.composed),
    **dict.fromkeys(ROWS, Reading.table),
}
