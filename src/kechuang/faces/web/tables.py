"""A list on the screen and the same list as a spreadsheet: `?format=xlsx` gives every row under the same filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import shortcuts
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from kechuang.faces.exports import sheets
from kechuang.faces.web import wording
from kechuang.words.money import Money

FORMAT, XLSX = "format", "xlsx"
MOST_ROWS = 50_000


def whole(request: HttpRequest) -> bool:
    """Whether the list is asked for as a spreadsheet, and so with all its rows."""
    return request.GET.get(FORMAT) == XLSX


def size_of(request: HttpRequest, size: int) -> int:
    """How many rows one page has: all of them in a spreadsheet."""
    return MOST_ROWS if whole(request) else size


def render(request: HttpRequest, template: str, context: Mapping[str, Any], **more: Any) -> HttpResponse | HttpResponseBase:  # fmt: skip
    """The page; or its table as a spreadsheet, where that is asked for."""
    table = context.get("table")
    if request.method == "GET" and whole(request) and table:
        return as_sheet(table)
    return shortcuts.render(request, template, {"xlsx": _address(request) if table else "", **context}, **more)


def _address(request: HttpRequest) -> str:
    asked = request.GET.copy()
    asked.pop("page", None)
    asked[FORMAT] = XLSX
    return f"?{asked.urlencode()}"


def as_sheet(table: Mapping[str, Any]) -> HttpResponseBase:
    """A table as parts/table.html draws it, as a workbook: amounts as numbers of 万元, days as days."""
    name = wording.text(table.get("caption") or _("列表"))
    rows = list(_rows(table))
    columns = enumerate(table["columns"])
    heads = [sheets.Heading(_head(column), sheets.width_of([_head(column), *(_text(row[n]) for row in rows)])) for n, column in columns]  # fmt: skip
    return sheets.download(name, name, heads, rows)


def _head(column: Mapping[str, Any]) -> str:
    return wording.with_unit(column["title"], column.get("unit"))


def _rows(table: Mapping[str, Any]) -> Iterator[list[Any]]:
    for row in table["rows"]:
        if "cells" in row:
            yield [_value(cell, column) for cell, column in zip(row["cells"], table["columns"], strict=False)]


def _value(cell: Mapping[str, Any], column: Mapping[str, Any]) -> Any:
    if cell.get("fen") is not None:
        return Money(cell["fen"])
    if isinstance(cell.get("date"), date | datetime):
        return cell["date"]
    text = wording.text(cell.get("chip") or cell.get("text") or "")
    told = sheets.numbers_in([text]) if column.get("num") else None
    return told.values[0] if told and not told.money else text


def _text(value: Any) -> str:
    """As wide as a value stands in its cell."""
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, date) else str(value)
