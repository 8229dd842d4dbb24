"""Lists as spreadsheets: rows become an .xlsx file in a temporary file, so that a long list costs no memory."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kechuang.words.money import Money
from kechuang.words.period import ZONE

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HOSTILE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would read as a formula if the cell were typed again
MOST_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its title with the unit, and how wide it is in characters."""

    title: str
    width: int = 14


def workbook(title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """One sheet named `title`: a bold frozen head, then `rows` as they come; the file is open at its beginning.

    Texts stay texts whatever they begin with; Money and Fraction become exact decimals of 万元 and of themselves,
    moments the clock of Shanghai. Rows are written one by one: the list may be an iterator over the database.
    """
    out = tempfile.TemporaryFile()  # noqa: SIM115 (who is answered closes it)
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"})  # fmt: skip
    sheet = book.add_worksheet(title.translate(_FORBIDDEN)[:MOST_NAME] or "1")
    head, quoted, moment = book.add_format({"bold": True}), book.add_format({"quote_prefix": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})  # fmt: skip
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, heading.width)
        sheet.write_string(0, column, heading.title, head)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _cell(sheet, (number, column), value, quoted=quoted, moment=moment)
    book.close()
    out.seek(0)
    return out


def _cell(sheet: Worksheet, at: tuple[int, int], value: Any, *, quoted: Format, moment: Format) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, Money):
        sheet.write_number(*at, value.in_unit("万元"))
    elif isinstance(value, Fraction):
        sheet.write_number(*at, Decimal(value.numerator) / Decimal(value.denominator))
    elif isinstance(value, int | Decimal):
        sheet.write_number(*at, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(*at, value.astimezone(ZONE).replace(tzinfo=None), moment)
    elif isinstance(value, date):
        sheet.write_datetime(*at, value)
    else:
        text = str(value)
        sheet.write_string(*at, text, quoted if text.startswith(HOSTILE) else None)


def paper_book(title: str, lines: Iterable[tuple[str, str]], tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[str]]]]) -> IO[bytes]:  # fmt: skip
    """A paper as a workbook: what it says line by line on the first sheet, each of its tables on a sheet of its own."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 (who is answered closes it)
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False})
    head, quoted, wrapped = book.add_format({"bold": True}), book.add_format({"quote_prefix": True}), book.add_format({"text_wrap": True, "valign": "top"})  # fmt: skip
    first = book.add_worksheet(title.translate(_FORBIDDEN)[:MOST_NAME] or "1")
    first.set_column(0, 0, 18)
    first.set_column(1, 1, 90, wrapped)
    for number, (label, text) in enumerate(lines):
        first.write_string(number, 0, label, head)
        first.write_string(number, 1, text, wrapped)
    for number, (name, heads, rows) in enumerate(tables, 1):
        sheet = book.add_worksheet(f"{number} {name}".translate(_FORBIDDEN)[:MOST_NAME])
        sheet.set_column(0, max(len(heads) - 1, 0), 22)
        for column, text in enumerate(heads):
            sheet.write_string(0, column, text, head)
        for line, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                _cell(sheet, (line, column), value, quoted=quoted, moment=quoted)
        sheet.freeze_panes(1, 0)
    book.close()
    out.seek(0)
    return out


def download(name: str, title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """The list as an answer to save under `name`.xlsx, sent as it is read from the temporary file."""
    return FileResponse(workbook(title, headings, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA)  # fmt: skip


def csv_text(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows of texts as CSV with a byte-order mark; what a spreadsheet would take for a formula is preceded by an apostrophe."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([f"'{text}" if text.startswith(HOSTILE) else text for text in row] for row in rows)
    return out.getvalue()
